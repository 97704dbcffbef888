"""``http.request`` and ``http.get``: what may be asked, what is sent, and what each answer means."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from typing import Any

import httpcore
import pytest
import trustme

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import HTTP_REPLY_BYTES_MAX
from sopwb.run.acting import Done, NotApplied, Protection, Rejected, Reply, Unknown
from sopwb.tools.http.actor import HttpActor, http_actor, retry_after_ms
from sopwb.tools.http.guard import GuardedNetwork, fault
from sopwb.tools.http.observer import HttpObserver, http_observer
from sopwb.tools.http.settings import UrlError, origin_of, read_origin, read_url
from tests.tools.acting import KEY, NOW, Commit, bare, dispatch, equipment
from tests.tools.http_world import Answer, HttpWorld, reply, serving
from tests.tools.mail_world import DROP, HANG


def actor(world: HttpWorld, secrets: dict[str, str] | None = None, **settings: Any) -> HttpActor:
    silent = any(HANG in (answer if isinstance(answer, tuple) else (answer,)) for answer in world.script)
    base = {"allow": [world.url], "private": True, "timeout_s": 0.3 if silent else 20.0}
    return http_actor(equipment({**base, **settings}, secrets=secrets))


async def send(world: HttpWorld, args: dict[str, Any] | None = None, **settings: Any) -> tuple[Reply, int]:
    """Ask once. Gives the reply and how often the point of no return was passed."""
    before = len(world.asked)
    commit = Commit(lambda: len(world.asked) - before)
    full = {"method": "POST", "url": world.url + "/orders", **(args or {})}
    async with actor(world, **settings) as http:
        answer = await http.act(dispatch("http.request", full), commit)
    await world.closed()
    assert commit.seen in ([], [0])
    return answer, commit.times


async def check(expected: tuple[Any, ...], answer: Answer, **settings: Any) -> None:
    """Ask a server that answers so, once; compare the reply up to its words."""
    async with HttpWorld(answer) as world:
        got, times = await send(world, **settings)
        assert bare(got) == expected, got
        assert (times, len(world.asked)) == (1, 1)


# --- what is sent -------------------------------------------------------------------------------------


async def test_a_request_carries_the_effects_key_and_its_receipt_is_what_came_back() -> None:
    async with HttpWorld(reply(201, '{"id": 7}')) as world:
        args = {"headers": {"X-Trace": "t 1"}, "json": {"näme": 'A "B"'}}
        assert (await send(world, args))[0] == Done({"status": "201", "body": '{"id": 7}'})
    (asked,) = world.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/orders", '{"näme": "A \\"B\\""}'.encode())
    assert {name: asked.headers[name] for name in ("idempotency-key", "content-type", "x-trace", "host")} == {
        "idempotency-key": KEY,
        "content-type": "application/json",
        "x-trace": "t 1",
        "host": f"127.0.0.1:{world.port}",
    }


async def test_a_body_is_text_unless_a_header_says_what_it_is() -> None:
    async with HttpWorld() as world:
        await send(world, {"method": "put", "url": world.url + "/ü?q=a b".replace(" ", "%20"), "body": "hé"})
        await send(world, {"method": "DELETE"})
        await send(world, {"body": "<a/>", "headers": {"content-type": "application/xml"}})
    put, delete, xml = world.asked
    assert (put.method, put.target, put.body) == ("PUT", "/%C3%BC?q=a%20b", "hé".encode())
    assert put.headers["content-type"] == "text/plain; charset=utf-8"
    assert (delete.method, delete.body, "content-type" in delete.headers) == ("DELETE", b"", False)
    assert xml.headers["content-type"] == "application/xml"


async def test_the_secret_headers_of_an_origin_go_to_that_origin_only() -> None:
    async with HttpWorld() as shop, HttpWorld() as other:
        settings = {
            "allow": [shop.url, other.url],
            "headers": {shop.url: {"Authorization": "Bearer secret://shop"}},
            "secrets": {"shop": "hunter2"},
        }
        await send(shop, **settings)
        await send(other, **settings)
    assert shop.asked[0].headers["authorization"] == "Bearer hunter2"
    assert "authorization" not in other.asked[0].headers


@pytest.mark.parametrize("change", [
    {"method": "GET"}, {"method": "POST /x HTTP/1.1\r\nX:"}, {"json": {"a": "1"}, "body": "b"},
    {"headers": {"Host": "evil"}}, {"headers": {"content-length": "0"}}, {"headers": {"Idempotency-Key": "x"}},
    {"headers": {"Authorization": "mine"}}, {"headers": {"X-A": "1\r\nX-B: 2"}}, {"headers": {"X A": "1"}},
    {"headers": {"X-A": "ü"}}, {"headers": {"Proxy-Authorization": "x"}}, {"headers": {"Transfer-Encoding": "x"}},
    {"headers": {f"X-{n}": "1" for n in range(101)}}, {"body": "\ud800"}, {"json": {"a": "\ud800"}},
    {"url": "ftp://127.0.0.1/"}, {"url": "/orders"}, {"url": ""}, {"url": "https://evil.example/"},
])  # fmt: skip
async def test_what_may_not_be_asked_is_rejected_before_anything_is_sent(change: dict[str, Any]) -> None:
    async with HttpWorld() as world:
        headers = {world.url: {"Authorization": "secret://shop"}}
        got, times = await send(world, change, headers=headers, secrets={"shop": "hunter2"})
        assert isinstance(got, Rejected), got
        assert (times, world.connections) == (0, 0)


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with HttpWorld() as world:
        async with actor(world) as http:
            for _ in range(3):
                args = {"method": "POST", "url": world.url}
                assert isinstance(await http.act(dispatch("http.request", args), Commit()), Done)
        assert (world.connections, len(world.asked)) == (1, 3)


async def test_a_kept_connection_that_the_server_closed_is_opened_anew() -> None:
    async with HttpWorld((reply(), DROP)) as world:
        async with actor(world) as http:
            args = {"method": "POST", "url": world.url}
            assert isinstance(await http.act(dispatch("http.request", args), Commit()), Done)
            await world.closed()
            assert isinstance(await http.act(dispatch("http.request", args), Commit()), Done)
        assert (world.connections, len(world.asked)) == (2, 2)


# --- what an answer means -----------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "expected"), [
    (200, (Done, {"status": "200", "body": "ok"})), (204, (Done, {"status": "204", "body": "ok"})),
    (303, (Done, {"status": "303", "body": "ok"})),
    (307, (Rejected, "307")), (308, (Rejected, "308")), (301, (Unknown,)), (302, (Unknown,)), (304, (Unknown,)),
    (400, (Rejected, "400")), (403, (Rejected, "403")), (404, (Rejected, "404")), (409, (Rejected, "409")),
    (422, (Rejected, "422")), (401, (NotApplied, "401", 60_000)), (407, (NotApplied, "407", 60_000)),
    (408, (NotApplied, "408", 0)), (425, (NotApplied, "425", 0)), (429, (NotApplied, "429", 0)),
    (500, (Unknown,)), (502, (Unknown,)), (503, (Unknown,)), (504, (Unknown,)), (599, (Unknown,)),
    (501, (Rejected, "501")), (505, (Rejected, "505")),
])  # fmt: skip
async def test_the_status_decides(status: int, expected: tuple[Any, ...]) -> None:
    answer = reply(status)
    if status in (204, 304):
        answer = f"HTTP/1.1 {status} Told\r\n\r\n".encode()
        expected = (Done, {"status": "204", "body": ""}) if status == 204 else expected
    await check(expected, answer)


async def test_a_busy_server_says_when_to_come_back() -> None:
    await check((NotApplied, "429", 7_000), reply(429, Retry_After="7"))


@pytest.mark.parametrize(("header", "expected"), [
    ("0", 0), ("120", 120_000), ("Mon, 23 Nov 2026 08:01:00 GMT", 60_000), ("Mon, 23 Nov 2026 07:00:00 GMT", 0),
    ("soon", 0), ("", 0), ("-5", 0), ("9" * 400, 86_400_000), ("²", 0), ("Mon, 99 Nov 2026 08:01:00 GMT", 0),
    ("Mon, 23 Nov 2026 08:01:00", 0),
])  # fmt: skip
def test_a_wait_is_read_as_seconds_or_as_a_date_and_bounded(header: str, expected: int) -> None:
    assert retry_after_ms(header, NOW) == expected


async def test_where_keys_are_known_again_a_conflict_may_be_the_first_attempt_at_work() -> None:
    await check((Unknown,), reply(409), idempotent=True)


def test_the_settings_say_how_requests_may_be_repeated() -> None:
    allow = {"allow": ["api.example.com"]}
    assert http_actor(equipment(allow)).protection == Protection()
    kept = http_actor(equipment({**allow, "idempotent": True, "key_hours": 48, "connections": 3, "per_second": 2}))
    assert kept.protection == Protection("idempotent", 3, 2.0, 48)


@pytest.mark.parametrize("answer", [DROP, HANG, b"garbage\r\n\r\n", (b"HTTP/1.1 200", DROP), (b"HTTP/1.1 20", HANG)])
async def test_no_answer_to_a_request_leaves_it_in_doubt(answer: Answer) -> None:
    await check((Unknown,), answer)


@pytest.mark.parametrize("rest", [DROP, HANG])
async def test_a_yes_is_a_yes_also_where_its_body_is_cut_off(rest: Any) -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf"
    await check((Done, {"status": "201", "body": "half"}), (head, rest))


async def test_a_body_beyond_its_bound_is_kept_as_far_as_the_bound() -> None:
    async with HttpWorld(reply(200, b"x" * (HTTP_REPLY_BYTES_MAX + 9))) as world:
        got, _ = await send(world)
    assert got == Done({"status": "200", "body": "x" * HTTP_REPLY_BYTES_MAX})


async def test_a_compressed_body_is_not_unpacked() -> None:
    await check((Done, {"status": "200", "body": ""}), reply(200, gzip.compress(b"x" * 9), Content_Encoding="gzip"))


async def test_a_body_is_read_in_its_charset() -> None:
    await check(
        (Done, {"status": "200", "body": "né"}), reply(200, "né".encode("latin-1"), Content_Type="t; charset=latin-1")
    )
    await check((Done, {"status": "200", "body": "né"}), reply(200, "né", Content_Type="text/plain; charset=klingon"))


async def test_nobody_listening_is_not_applied() -> None:
    async with HttpWorld() as world:
        pass
    got, times = await send(world)
    assert (bare(got), times) == ((NotApplied, "connect", 0), 0)


async def test_a_name_without_an_address_is_not_applied() -> None:
    async with HttpWorld() as world:
        got, times = await send(world, {"url": "http://no.invalid/"}, allow=["http://no.invalid"])
    assert (bare(got), times) == ((NotApplied, "connect", 0), 0)


# --- the point of no return ---------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError("disk full"), ValueError("bug"), TimeoutError("lock")])
async def test_nothing_is_sent_when_the_journal_cannot_be_written(error: Exception) -> None:
    async with HttpWorld() as world, actor(world) as http:
        args = {"method": "POST", "url": world.url}
        with pytest.raises(type(error), match=str(error)):
            await http.act(dispatch("http.request", args), Commit(error=error))
        await world.closed()
        assert world.asked == []
        assert isinstance(await http.act(dispatch("http.request", args), Commit()), Done)


async def test_a_cancelled_request_closes_its_connection() -> None:
    async with HttpWorld(HANG) as world, actor(world, timeout_s=60) as http:
        args = {"method": "POST", "url": world.url}
        task = asyncio.create_task(http.act(dispatch("http.request", args), Commit()))
        async with asyncio.timeout(2):
            while not world.asked:
                await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await world.closed()


# --- TLS ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, str]:
    made = trustme.CA()
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return made, str(file)


@pytest.mark.parametrize(("name", "trusted", "expected"), [
    ("127.0.0.1", True, (Done, {"status": "200", "body": "ok"})), ("127.0.0.1", False, (NotApplied, "connect", 0)),
    ("example.org", True, (NotApplied, "connect", 0)),
])  # fmt: skip
async def test_a_certificate_is_verified(
    authority: tuple[trustme.CA, str], name: str, trusted: bool, expected: tuple[Any, ...]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert(name).configure_cert(context)
    async with HttpWorld(tls=context) as world:
        got, _ = await send(world, ca_file=authority[1] if trusted else "")
        assert bare(got) == expected


# --- addresses ----------------------------------------------------------------------------------------

OWN = (
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8",
    "240.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe", "::7f00:1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "198.51.100.7",
)  # fmt: skip
NEVER = ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0")
PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822")


@pytest.mark.parametrize(("address", "private", "fit"), [
    *((address, False, False) for address in OWN), *((address, True, True) for address in OWN),
    *((address, private, False) for address in NEVER for private in (False, True)),
    *((address, False, True) for address in PUBLIC),
])  # fmt: skip
def test_an_address_of_ones_own_network_is_for_those_who_say_so(address: str, private: bool, fit: bool) -> None:
    assert (fault(address, private) == "") is fit


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "[::1]"])
async def test_a_spelling_of_this_machine_is_refused_however_it_is_written(host: str) -> None:
    async with HttpWorld() as world:
        url = f"http://{host}:{world.port}"
        got, times = await send(world, {"url": url}, allow=[url], private=False)
        assert isinstance(got, Rejected), got
        assert "of this machine or a network of its own" in got.reason
        assert (times, world.connections) == (0, 0)


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A resolver that answers so, in turn. Gives the list of what it was asked."""
    asked: list[str] = []
    left = list(answers)

    async def look_up(host: str, port: int, **how: Any) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    return asked


async def test_a_name_that_changes_its_address_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """First a good address, then this machine: what was checked is what is connected to."""
    async with HttpWorld() as world:
        asked = names(monkeypatch, ["203.0.113.9"], ["127.0.0.1"])
        tried: list[str] = []

        class Net(httpcore.AsyncMockBackend):
            async def connect_tcp(self, host: str, *rest: Any, **more: Any) -> Any:
                tried.append(host)
                raise httpcore.ConnectError("unreachable")

        network = GuardedNetwork(private=False)
        network._inner = Net([])  # type: ignore[assignment]
        monkeypatch.setattr("sopwb.tools.http.guard.fault", lambda text, private: "" if text != "127.0.0.1" else "own")
        with pytest.raises(httpcore.ConnectError):
            await network.connect_tcp("api.example.com", world.port)
        assert (asked, tried, world.connections) == (["api.example.com"], ["203.0.113.9"], 0)


async def test_one_bad_address_among_good_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpWorld() as world:
        names(monkeypatch, ["93.184.216.34", "127.0.0.1"])
        url = f"http://api.example.com:{world.port}"
        got, _ = await send(world, {"url": url}, allow=[url], private=False)
    assert isinstance(got, Rejected)
    assert "127.0.0.1" in got.reason


@pytest.mark.parametrize(("url", "origin"), [
    ("https://api.example.com/x?y#z", "https://api.example.com"), ("HTTPS://API.Example.com:443", "https://api.example.com"),
    ("http://api.example.com:8080/", "http://api.example.com:8080"), ("https://bücher.example", "https://xn--bcher-kva.example"),
    ("http://[::1]:80/", "http://[::1]"),
])  # fmt: skip
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert str(origin_of(read_url(url))) == origin
    assert str(read_origin(origin, "allow")) == origin


@pytest.mark.parametrize("url", [
    "https://api.example.com@evil.example/", "https://evil.example\\@api.example.com/", "https://user:pw@api.example.com/",
    "https://api.example.com%2eevil.example/", "https://api.example.com\t/", "https://api.example.com/ x", "https:///x",
    "https://api.example.com:99999/", "https://api.example.com:x/", "file:///etc/passwd", "javascript:1", "//x/", "x",
    "https://*.example.com/", "https://x/" + "a" * 9000, "https://[::1", "https://\ud800.com/", "gopher://x/", "http://0177.0.0.1/",
])  # fmt: skip
def test_a_url_that_could_be_read_in_two_ways_is_none(url: str) -> None:
    with pytest.raises(UrlError):
        read_url(url)


@pytest.mark.parametrize(("settings", "code", "words"), [
    ({"allow": []}, "SOP-K004", "tools.http.allow"), ({"allow": "x"}, "SOP-K004", "tools.http.allow"),
    ({"allow": ["*.example.com"]}, "SOP-K004", "is no origin"), ({"allow": ["a.b/c"]}, "SOP-K004", "it has a path"),
    ({"key_hours": 0}, "SOP-K004", "tools.http.key_hours"), ({"hosts": ["x"]}, "SOP-K004", "unknown setting hosts"),
    ({"headers": {"other.com": {"X": "secret://a"}}}, "SOP-K004", "not among those that allow names"),
    ({"headers": {"a.b": {"Host": "secret://a"}}}, "SOP-K004", "no header that can be set"),
    ({"allow": ["https://bot:hunter2@a.b"]}, "SOP-K004", "it holds a user or a password"),
    ({"headers": {"bot:hunter2@a.b": {"X": "secret://a"}}}, "SOP-K004", "it holds a user or a password"),
    ({"headers": {"a.b": {"X": "hunter2"}}}, "SOP-K005", "secret://NAME"),
    ({"headers": {"a.b": {"X": "secret://lines"}}}, "SOP-K004", "holds what no header may"),
])  # fmt: skip
def test_wrong_settings_are_the_users_error(settings: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        http_actor(equipment({"allow": ["a.b"], **settings}, secrets={"a": "hunter2", "lines": "hunter2\r\nX: y"}))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert words in diagnostic.line()
    assert "hunter2" not in diagnostic.line()


# --- reading ------------------------------------------------------------------------------------------


def observe(world: HttpWorld, url: str = "/", sent: dict[str, str] | None = None, **settings: Any) -> Any:
    secrets = settings.pop("secrets", None)
    base = {"allow": [world.url], "private": True, "timeout_s": 20.0}
    http: HttpObserver = http_observer(equipment({**base, **settings}, secrets=secrets))
    try:
        return http.observe({"url": url if "://" in url else world.url + url, "headers": sent})
    finally:
        http.close()


@pytest.mark.parametrize("status", [200, 404, 500])
def test_every_status_is_an_answer_to_a_reading(status: int) -> None:
    with serving(reply(status, "né")) as (world,):
        assert observe(world, "/a", {"Accept": "text/x"}) == {"status": status, "body": "né"}
        (asked,) = world.asked
    assert (asked.method, asked.target, asked.headers["accept"]) == ("GET", "/a", "text/x")
    assert "idempotency-key" not in asked.headers


def test_a_redirect_is_followed_within_what_is_allowed() -> None:
    with serving(reply(302, Location="/b?c"), reply(200, "there")) as (world,):
        assert observe(world, "/a/x") == {"status": 200, "body": "there"}
        assert [asked.target for asked in world.asked] == ["/a/x", "/b?c"]


def test_a_redirect_to_another_origin_takes_no_headers_along() -> None:
    with serving(count=2) as (one, two):
        one.script.append(reply(307, Location=two.url + "/b"))
        allow = [one.url, two.url]
        headers = {one.url: {"Authorization": "secret://shop"}}
        got = observe(one, "/a", {"X-Mine": "1"}, allow=allow, headers=headers, secrets={"shop": "hunter2"})
        assert got == {"status": 200, "body": "ok"}
        assert one.asked[0].headers["authorization"] == "hunter2"
        assert not {"authorization", "x-mine"} & set(two.asked[0].headers)


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "http://169.254.169.254/meta", "file:///etc/passwd", "http://[::1"]
)
def test_a_redirect_to_what_is_not_allowed_is_refused(to: str) -> None:
    with serving(reply(302, Location=to)) as (world,), pytest.raises(UserError, match="SOP-K007"):
        observe(world)


def test_redirects_end() -> None:
    with serving(*[reply(302, Location="/")] * 20) as (world,):
        with pytest.raises(UserError, match="more than 5 times"):
            observe(world)
        assert len(world.asked) == 6


@pytest.mark.parametrize("answer", [
    reply(200, b"x" * (HTTP_REPLY_BYTES_MAX + 1)), reply(200, gzip.compress(b"x"), Content_Encoding="gzip"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", DROP), reply(200, b"\xff\xfe"), DROP, b"garbage\r\n\r\n",
])  # fmt: skip
def test_a_decision_rests_on_no_half_reply(answer: Answer) -> None:
    with serving(answer) as (world,), pytest.raises(UserError, match="SOP-K007"):
        observe(world)


def test_a_reading_of_this_machine_is_refused_unless_the_settings_allow_it() -> None:
    with serving() as (world,):
        with pytest.raises(UserError, match="of this machine or a network of its own"):
            observe(world, private=False)
        assert world.connections == 0


def test_several_readings_share_a_connection() -> None:
    with serving() as (world,):
        http = http_observer(equipment({"allow": [world.url], "private": True}))
        for _ in range(3):
            assert http.observe({"url": world.url, "headers": None}) == {"status": 200, "body": "ok"}
        http.close()
        assert (world.connections, len(world.asked)) == (1, 3)
