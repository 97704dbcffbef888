"""``email.send`` against servers of every kind: each misfortune ends in the reply that is true."""

from __future__ import annotations

import asyncio
import base64
import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from sopwb.kernel.diagnostics import UserError
from sopwb.run.acting import Done, NotApplied, Rejected, Reply, Unknown
from sopwb.tools.mail.actor import MailActor, mail_actor
from tests.tools.acting import KEY, Commit, bare, dispatch, equipment
from tests.tools.mail_world import DROP, HANG, LATE, Answer, MailWorld

ANN = {"to": "ann@example.com", "subject": "We miss you", "body": "Dear Ann,\n.\nhere is your code.\n"}
SENT = Done({"id": f"{KEY}@example.com"})


def actor(world: MailWorld, secrets: dict[str, str] | None = None, **settings: Any) -> MailActor:
    silent = any(answer in (HANG, LATE) for answers in world.script.values() for answer in answers)
    patience = 0.2 if silent else 20.0
    base = {"host": "127.0.0.1", "port": world.port, "from": "Shop <shop@example.com>"}
    waits = {"timeout_s": patience, "reply_timeout_s": patience}
    return mail_actor(equipment({**base, **waits, **settings}, secrets=secrets))


async def send(world: MailWorld, args: dict[str, Any] = ANN, **settings: Any) -> tuple[Reply, int]:
    """Send one mail. Gives the reply and how often the point of no return was passed."""
    commit = Commit(lambda: len(world.taken))
    async with actor(world, **settings) as mail:
        reply = await mail.act(dispatch("email.send", args), commit)
    await world.closed()
    assert commit.seen in ([], [0])
    return reply, commit.times


async def check(expected: Reply, committed: bool, script: dict[str, list[Answer]], **settings: Any) -> MailWorld:
    """Send one mail to a server that behaves so; compare the reply up to its words."""
    async with MailWorld(script) as world:
        reply, times = await send(world, **settings)
        assert bare(reply) == bare(expected), reply
        assert times == committed
    return world


# --- what goes well -----------------------------------------------------------------------------------


async def test_a_mail_is_handed_over_and_its_id_is_made_of_the_effects_key() -> None:
    world = await check(SENT, True, {})
    (taken,) = world.taken
    assert taken.envelope == (
        f"MAIL FROM:<shop@example.com> SIZE={len(taken.content)}",
        "RCPT TO:<ann@example.com>",
    )
    assert b"Message-ID: <" + KEY.encode() + b"@example.com>\r\n" in taken.content
    assert taken.content.endswith(b"Dear Ann,\r\n.\r\nhere is your code.\r\n")


async def test_a_connection_is_kept_for_the_next_mail_and_closed_with_a_goodbye() -> None:
    async with MailWorld() as world:
        async with actor(world) as mail:
            for _ in range(3):
                assert await mail.act(dispatch("email.send", ANN), Commit()) == SENT
        assert (world.connections, len(world.taken), world.said[-1]) == (1, 3, "QUIT")
        assert world.said.count("RSET") == 0


async def test_more_mails_than_connections_wait_for_one() -> None:
    async with MailWorld() as world:
        async with actor(world, connections=2) as mail:
            sent = await asyncio.gather(*(mail.act(dispatch("email.send", ANN), Commit()) for _ in range(7)))
        assert sent == [SENT] * 7
        assert world.connections == 2


async def test_a_refused_mail_leaves_the_connection_good_for_the_next() -> None:
    async with MailWorld({"RCPT": [b"550 no such user\r\n"]}) as world:
        async with actor(world) as mail:
            first = await mail.act(dispatch("email.send", ANN), Commit())
            second = await mail.act(dispatch("email.send", ANN), Commit())
        assert (first, second) == (Rejected("550", "550 no such user"), SENT)
        assert world.connections == 1
        assert world.said.count("RSET") == 1


@pytest.mark.parametrize("farewell", [DROP, b"421 too many mails\r\n"])
async def test_a_kept_connection_that_died_is_opened_anew_once(farewell: Answer) -> None:
    async with MailWorld({"MAIL": [b"250 ok\r\n", farewell]}) as world:
        async with actor(world) as mail:
            for _ in range(2):
                assert await mail.act(dispatch("email.send", ANN), Commit()) == SENT
        assert (world.connections, len(world.taken)) == (2, 2)


async def test_a_server_that_knows_no_ehlo_is_greeted_as_of_old() -> None:
    world = await check(SENT, True, {"EHLO": [b"500 what?\r\n"]})
    assert world.said[1].startswith("HELO ")
    assert world.taken[0].envelope[0] == "MAIL FROM:<shop@example.com>"


async def test_an_address_of_another_script_goes_as_utf8_where_the_server_knows_it() -> None:
    async with MailWorld() as world:
        reply, _ = await send(world, {**ANN, "to": "zoë@bücher.example"})
        assert reply == SENT
        assert world.taken[0].envelope[0].endswith(" SMTPUTF8")
        assert world.taken[0].envelope[1] == "RCPT TO:<zoë@xn--bcher-kva.example>"
    async with MailWorld(offers=()) as world:
        assert bare((await send(world, {**ANN, "to": "zoë@bücher.example"}))[0]) == (Rejected, "553")
        assert (await send(world, {**ANN, "to": "zoe@bücher.example"}))[0] == SENT


# --- what goes wrong before the point of no return ----------------------------------------------------


@pytest.mark.parametrize(("script", "code"), [
    ({"CONNECT": [b"421 busy\r\n"]}, "421"),
    ({"CONNECT": [b"554 you are blocked\r\n"]}, "554"),
    ({"CONNECT": [DROP]}, "connect"),
    ({"CONNECT": [HANG]}, "connect"),
    ({"CONNECT": [b"SSH-2.0-OpenSSH_9.6\r\n"]}, "-1"),
    ({"EHLO": [DROP]}, "connect"),
    ({"EHLO": [b"421 busy\r\n"]}, "421"),
    ({"MAIL": [b"421 busy\r\n"]}, "421"),
    ({"MAIL": [b"451 try later\r\n"]}, "451"),
    ({"MAIL": [DROP]}, "closed"),
    ({"MAIL": [HANG]}, "timeout"),
    ({"MAIL": [b"hello\r\n"]}, "protocol"),
    ({"MAIL": [b"999 what\r\n"]}, "protocol"),
    ({"RCPT": [b"421 busy\r\n"]}, "421"),
    ({"RCPT": [b"450 greylisted\r\n"]}, "450"),
    ({"RCPT": [DROP]}, "closed"),
    ({"RCPT": [HANG]}, "timeout"),
    ({"DATA": [b"421 busy\r\n"]}, "421"),
    ({"DATA": [b"451 no room\r\n"]}, "451"),
    ({"DATA": [DROP]}, "closed"),
    ({"DATA": [HANG]}, "timeout"),
    ({"DATA": [b"250 fine\r\n"]}, "protocol"),
])  # fmt: skip
async def test_trouble_before_the_mail_itself_is_not_applied(script: dict[str, list[Answer]], code: str) -> None:
    world = await check(NotApplied(code, ""), False, script)
    assert world.taken == []


@pytest.mark.parametrize("script", [
    {"MAIL": [b"552 too big\r\n"]}, {"RCPT": [b"550-no\r\n550 such user\r\n"]}, {"DATA": [b"554 no\r\n"]},
])  # fmt: skip
async def test_a_mail_that_the_server_will_never_take_is_rejected(script: dict[str, list[Answer]]) -> None:
    ((_, (answer,)),) = script.items()
    assert isinstance(answer, bytes)
    await check(Rejected(answer[:3].decode(), ""), False, script)


async def test_greylisting_is_not_applied_and_the_next_attempt_is_taken() -> None:
    async with MailWorld({"RCPT": [b"450 4.7.1 greylisted, try again\r\n"]}) as world, actor(world) as mail:
        first = await mail.act(dispatch("email.send", ANN), Commit())
        assert first == NotApplied("450", "450 4.7.1 greylisted, try again")
        assert await mail.act(dispatch("email.send", ANN), Commit()) == SENT


async def test_nobody_listening_is_not_applied() -> None:
    async with MailWorld() as world:
        pass
    reply, times = await send(world)
    assert (bare(reply), times) == ((NotApplied, "connect", 0), 0)


async def test_a_host_without_an_address_is_not_applied() -> None:
    reply, _ = await send(await check(SENT, True, {}), host="no-such-host.invalid", tls="none")
    assert bare(reply) == (NotApplied, "connect", 0)


@pytest.mark.parametrize("extra", ["RCPT", "DATA", "DOT"])
async def test_a_server_that_answers_before_it_is_asked_is_never_believed(extra: str) -> None:
    """One surplus 250 would make each answer that of the next command: a refused mail would pass for sent."""
    before = {"RCPT": "MAIL", "DATA": "RCPT", "DOT": "DATA"}[extra]
    yes = {"MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n", "DATA": b"354 go\r\n"}[before]
    await check(NotApplied("protocol", ""), False, {before: [yes + b"250 ok\r\n"], extra: [b"552 no\r\n"]})


# --- what goes wrong after it -------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "expected"), [
    (b"451 no disk\r\n", NotApplied("451", "")),
    (b"421 going down\r\n", NotApplied("421", "")),
    (b"552 too big\r\n", Rejected("552", "")),
    (b"554 spam\r\n", Rejected("554", "")),
    (b"251 will forward\r\n", SENT),
    (b"250 ok\r\n250 and\r\n", SENT),
    (b"354 more\r\n", Unknown("")),
    (b"what?\r\n", Unknown("")),
    (DROP, Unknown("")),
    (HANG, Unknown("")),
])  # fmt: skip
async def test_the_answer_to_the_whole_mail_decides(answer: Answer, expected: Reply) -> None:
    world = await check(expected, True, {"DOT": [answer]})
    assert len(world.taken) == 1


async def test_a_yes_that_comes_after_the_time_out_leaves_the_mail_in_doubt_and_answers_nothing_else() -> None:
    async with MailWorld({"DOT": [LATE, b"552 too big\r\n"]}) as world:
        async with actor(world) as mail:
            assert bare(await mail.act(dispatch("email.send", ANN), Commit())) == (Unknown,)
            world.late.set()
            assert bare(await mail.act(dispatch("email.send", ANN), Commit())) == (Rejected, "552")
        assert world.connections == 2


async def test_a_connection_that_ends_before_the_final_dot_came_leaves_the_mail_in_doubt() -> None:
    """The server saw none of it, but this side cannot know."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while (line := await reader.readline()) and not line.startswith(b"DATA"):
            writer.write(b"250 ok\r\n")
        writer.write(b"354 go\r\n")
        await reader.readexactly(10)
        writer.transport.abort()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, mail_actor(equipment({"host": "127.0.0.1", "port": port, "from": "shop@example.com"})) as mail:
        commit = Commit()
        reply = await mail.act(dispatch("email.send", {**ANN, "body": "x\n" * 500_000}), commit)
    assert (bare(reply), commit.times) == ((Unknown,), 1)


# --- what never leaves this machine -------------------------------------------------------------------


@pytest.mark.parametrize("change", [
    {"to": "ann@example.com\r\nBcc: eve@example.com"}, {"to": "ann@example.com\n"}, {"to": "ann@example.com\x00"},
    {"to": "ann@example.com> SIZE=1"}, {"to": "ann@example.com,eve@example.com"}, {"to": ""}, {"to": "ann"},
    {"to": "@example.com"}, {"to": "ann@"}, {"to": '"ann eve"@example.com'}, {"to": "a..b@example.com"},
    {"to": "ann@[127.0.0.1]"}, {"to": "ann@exa mple.com"}, {"to": "ann@-x.com"}, {"to": "Ann <ann@example.com>"},
    {"to": "a" * 65 + "@example.com"}, {"to": "ann@" + "x" * 64 + ".com"}, {"to": "an\u202en@example.com"},
    {"to": "ann@exam\ud800ple.com"}, {"to": "ann@b\u200bc.example"},
    {"subject": "Hi\r\nBcc: eve@example.com"}, {"subject": "Hi\nthere"}, {"subject": "Hi\x00"}, {"subject": "a\u2028b"},
    {"subject": "x" * 1001}, {"subject": "\ud800"}, {"body": "\udfff"}, {"html": "\ud800"},
    {"body": "ü" * (20 << 20)},
])  # fmt: skip
async def test_what_is_no_mail_is_rejected_before_anything_is_sent(change: dict[str, str]) -> None:
    async with MailWorld() as world:
        reply, times = await send(world, {**ANN, **change})
        assert isinstance(reply, Rejected), reply
        assert (times, world.connections) == (0, 0)


# --- the point of no return ---------------------------------------------------------------------------


async def test_nothing_is_sent_when_the_journal_cannot_be_written() -> None:
    async with MailWorld() as world:
        async with actor(world) as mail:
            with pytest.raises(OSError, match="disk full"):
                await mail.act(dispatch("email.send", ANN), Commit(error=OSError("disk full")))
            await world.closed()
            assert world.taken == []
            assert await mail.act(dispatch("email.send", ANN), Commit()) == SENT
        assert world.connections == 2


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "DATA", "DOT"])
async def test_a_cancelled_mail_closes_its_connection(verb: str) -> None:
    async with MailWorld({verb: [HANG]}) as world, actor(world, timeout_s=60, reply_timeout_s=60) as mail:
        task = asyncio.create_task(mail.act(dispatch("email.send", ANN), Commit()))
        async with asyncio.timeout(2):
            while not (world.open and (verb == "CONNECT" or world.script[verb] == [])):
                await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await world.closed()


# --- TLS ----------------------------------------------------------------------------------------------


class Certificates(msgspec.Struct, frozen=True):
    """A server's certificate for 127.0.0.1, one for somebody else, and the authority of both as a file."""

    good: ssl.SSLContext
    other: ssl.SSLContext
    ca_file: str


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))

    def context(name: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(made)
        return made

    return Certificates(context("127.0.0.1"), context("mail.example.org"), str(file))


async def check_tls(
    expected: tuple[Any, ...],
    certificates: Certificates,
    server: dict[str, Any],
    tls: str,
    ca: bool = True,
    **settings: Any,
) -> MailWorld:
    async with MailWorld(**server) as world:
        reply, _ = await send(world, tls=tls, ca_file=certificates.ca_file if ca else "", **settings)
        assert bare(reply) == expected, reply
    return world


async def test_mail_goes_over_tls_from_the_start(certificates: Certificates) -> None:
    await check_tls(bare(SENT), certificates, {"implicit": certificates.good}, "implicit")


async def test_mail_goes_over_starttls_and_the_server_is_asked_again_what_it_offers(certificates: Certificates) -> None:
    world = await check_tls(bare(SENT), certificates, {"starttls": certificates.good}, "starttls")
    assert [line.split(" ")[0] for line in world.said[:3]] == ["EHLO", "STARTTLS", "EHLO"]


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("wrong", ["name", "authority"])
async def test_a_wrong_certificate_is_never_accepted(certificates: Certificates, tls: str, wrong: str) -> None:
    context = certificates.other if wrong == "name" else certificates.good
    world = await check_tls((NotApplied, "connect", 0), certificates, {tls: context}, tls, ca=wrong == "name")
    assert not any(line.startswith(("MAIL", "AUTH")) for line in world.said)


async def test_a_stripped_starttls_is_not_gone_without(certificates: Certificates) -> None:
    world = await check_tls((NotApplied, "tls", 0), certificates, {}, "starttls")
    assert len(world.said) == 1


@pytest.mark.parametrize("answer", [b"454 not now\r\n", b"220 go\r\n250 injected\r\n"])
async def test_a_starttls_that_fails_is_not_gone_without(certificates: Certificates, answer: bytes) -> None:
    script = {"STARTTLS": [answer]}
    async with MailWorld(script, starttls=None, offers=("STARTTLS",)) as world:
        reply, times = await send(world, tls="starttls", ca_file=certificates.ca_file)
    assert isinstance(reply, NotApplied)
    assert times == 0


async def test_a_server_that_speaks_no_tls_is_not_applied(certificates: Certificates) -> None:
    await check_tls((NotApplied, "connect", 0), certificates, {}, "implicit")


@pytest.mark.parametrize(("verb", "expected"), [
    ("MAIL", (NotApplied, "closed", 0)), ("DATA", (NotApplied, "closed", 0)), ("DOT", (Unknown,)),
])  # fmt: skip
async def test_tls_that_is_cut_in_the_middle(certificates: Certificates, verb: str, expected: tuple[Any, ...]) -> None:
    await check_tls(expected, certificates, {"script": {verb: [DROP]}, "implicit": certificates.good}, "implicit")


# --- login --------------------------------------------------------------------------------------------

LOGIN = ("AUTH PLAIN",)


async def test_the_login_is_the_senders_address_unless_the_settings_say() -> None:
    for settings, expected in (({}, b"\0shop@example.com\0hunter2"), ({"user": "bot"}, b"\0bot\0hunter2")):
        async with MailWorld(offers=LOGIN) as world:
            reply, _ = await send(world, password="secret://smtp", secrets={"smtp": "hunter2"}, **settings)
            assert reply == SENT
            (auth,) = [line for line in world.said if line.startswith("AUTH PLAIN ")]
            assert base64.b64decode(auth.split(" ")[2]) == expected


@pytest.mark.parametrize(("script", "offers", "code"), [
    ({"AUTH": [b"535 wrong\r\n"]}, LOGIN, "535"),
    ({"AUTH": [b"454 later\r\n"]}, LOGIN, "454"),
    ({}, (), "login"),
    ({}, ("AUTH GSSAPI",), "login"),
    ({"AUTH": [b"334 not base64!\r\n"]}, ("AUTH CRAM-MD5",), "334"),
    ({"MAIL": [b"530 log in first\r\n"]}, LOGIN, "530"),
])  # fmt: skip
async def test_a_refused_login_burns_no_mail_and_waits_a_minute(
    script: dict[str, list[Answer]], offers: tuple[str, ...], code: str
) -> None:
    async with MailWorld(script, offers) as world:
        reply, times = await send(world, password="secret://smtp", secrets={"smtp": "hunter2"})
    assert (bare(reply), times) == ((NotApplied, code, 60_000), 0)


async def test_a_connection_that_drops_at_the_login_says_nothing_about_the_login() -> None:
    async with MailWorld({"AUTH": [DROP]}, LOGIN) as world:
        reply, _ = await send(world, password="secret://smtp", secrets={"smtp": "hunter2"})
    assert bare(reply) == (NotApplied, "connect", 0)


# --- settings -----------------------------------------------------------------------------------------

BASE = {"host": "mail.example.com", "from": "shop@example.com"}


@pytest.mark.parametrize(("settings", "tls", "port"), [
    ({}, "starttls", 587), ({"port": 465}, "implicit", 465), ({"port": 25}, "starttls", 25),
    ({"tls": "implicit"}, "implicit", 465), ({"tls": "none"}, "none", 25),
    ({"host": "127.0.0.1"}, "none", 25), ({"host": "localhost", "port": 2525}, "none", 2525),
    ({"host": "::1"}, "none", 25),
    ({"host": "127.0.0.1", "tls": "starttls"}, "starttls", 587),
])  # fmt: skip
def test_tls_is_the_rule_but_on_this_machine_itself(settings: dict[str, Any], tls: str, port: int) -> None:
    from sopwb.tools.mail.settings import mail_settings

    found = mail_settings({**BASE, **settings})
    assert (found.security, found.port_number) == (tls, port)


@pytest.mark.parametrize(("settings", "code", "words"), [
    ({"port": "smtp"}, "SOP-K004", "tools.email.port: Expected `int | null`, got `str`"),
    ({"port": 70000}, "SOP-K004", "tools.email.port"),
    ({"prot": 25}, "SOP-K004", "did you mean port?"),
    ({"colour": 25}, "SOP-K004", "known are "),
    ({"tls": "maybe"}, "SOP-K004", "tools.email.tls"),
    ({"host": "mail example"}, "SOP-K004", "tools.email.host"),
    ({"connections": 0}, "SOP-K004", "tools.email.connections"),
    ({"timeout_s": -1}, "SOP-K004", "tools.email.timeout_s"),
    ({"from": "shop"}, "SOP-K004", "tools.email.from"),
    ({"from": "Shöp <shöp@example.com>"}, "SOP-K004", "tools.email.from"),
    ({"from": "Shop\r\nBcc: eve@x.com <shop@example.com>"}, "SOP-K004", "tools.email.from"),
    ({"ca_file": "/no/such.pem"}, "SOP-K004", "tools.email.ca_file: /no/such.pem: No such file"),
    ({"user": "bot"}, "SOP-K004", "tools.email.password"),
    ({"password": "hunter2"}, "SOP-K005", "expected secret://NAME"),
    ({"password": "secret://smtp", "tls": "none"}, "SOP-K004", "tools.email.tls"),
])  # fmt: skip
def test_wrong_settings_are_the_users_error(settings: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        mail_actor(equipment({**BASE, **settings}, secrets={"smtp": "hunter2"}))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert words in diagnostic.line()
    assert "hunter2" not in diagnostic.line()


# --- another's server ---------------------------------------------------------------------------------


async def test_a_mail_arrives_at_a_server_that_others_wrote(tmp_path: Path) -> None:
    from aiosmtpd.smtp import SMTP as Server

    got: list[Any] = []

    class Keeper:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            return "250 OK"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(Keeper(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    settings = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1], "from": "shop@example.com"}
    async with server:
        async with mail_actor(equipment(settings)) as mail:
            for _ in range(2):
                assert await mail.act(dispatch("email.send", ANN), Commit()) == SENT
        await asyncio.sleep(0)
    assert [envelope[:2] for envelope in got] == [("shop@example.com", ["ann@example.com"])] * 2
    assert got[0][2].endswith(b"Dear Ann,\r\n.\r\nhere is your code.\r\n")
