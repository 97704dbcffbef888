"""A mail server that misbehaves in every way: the journal says what is true of each mail, and nobody is mailed twice.

The server is a real one (aiosmtpd), the tool and the journal are the product's. A case is what the server does, the
moves that its journal shall hold, and whether the server took the mail. After each the run is gone on with, twice: what
is in doubt stays so, and what can be done is done once.
"""

from __future__ import annotations

import ssl
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from sopwb.run.acting import Actor
from sopwb.store import journal_frames as f
from sopwb.store.journal import look
from sopwb.tools.mail.actor import mail_actor
from tests.app.acting.unruly_server import CUT, LATE, Script, UnrulyServer
from tests.app.acting.world import RUN, Stage, effect
from tests.tools.acting import equipment

DONE = "Intent Dispatched Done"
REJECTED = "Intent Rejected"
AFTER_DOT = "Intent Dispatched Rejected"
DOUBT = "Intent Dispatched Doubted"
LATER = "Intent Waiting " + DONE
LATER_AFTER_DOT = "Intent Dispatched Waiting " + DONE
GIVEN_UP = "Intent Waiting Intent Waiting Intent Waiting Intent Rejected"


class Case(msgspec.Struct, frozen=True):
    name: str
    script: Script
    moves: str
    taken: int
    tls: str = "none"
    options: dict[str, Any] = {}


CASES = (
    Case("all goes well", {}, DONE, 1),
    Case("cut before the final dot", {"DATA": [CUT]}, DOUBT, 0),
    Case("cut after the final dot", {"DOT": [CUT]}, DOUBT, 1),
    Case("250 after the time-out", {"DOT": [LATE]}, DOUBT, 1),
    Case("421 to the sender", {"MAIL": ["421 4.3.2 going down"]}, LATER, 1),
    Case("421 to the recipient", {"RCPT": ["421 4.3.2 going down"]}, LATER, 1),
    Case("421 to DATA", {"DATA": ["421 4.3.2 going down"]}, LATER, 1),
    Case("421 to the whole mail", {"DOT": ["421 4.3.2 going down"]}, LATER_AFTER_DOT, 1),
    Case("450 greylisting", {"RCPT": ["450 4.7.1 greylisted, try again"]}, LATER, 1),
    Case("450 for ever", {"RCPT": ["450 4.7.1 greylisted"] * 9}, GIVEN_UP, 0),
    Case("451 to the whole mail", {"DOT": ["451 4.3.0 no disk"]}, LATER_AFTER_DOT, 1),
    Case("552 to the sender", {"MAIL": ["552 5.2.2 mailbox full"]}, REJECTED, 0),
    Case("552 to the whole mail", {"DOT": ["552 5.2.2 mailbox full"]}, AFTER_DOT, 0),
    Case("552 for its announced size", {}, REJECTED, 0, options={"data_size_limit": 100}),
    Case("550 to the recipient", {"RCPT": ["550 5.1.1 no such user"]}, REJECTED, 0),
    Case("nonsense to the whole mail", {"DOT": ["354 more"]}, DOUBT, 0),
    Case("TLS", {}, DONE, 1, "implicit"),
    Case("TLS cut before the final dot", {"DATA": [CUT]}, DOUBT, 0, "implicit"),
    Case("TLS cut after the final dot", {"DOT": [CUT]}, DOUBT, 1, "implicit"),
    Case("STARTTLS", {}, DONE, 1, "starttls"),
    Case("STARTTLS cut in the handshake", {"STARTTLS": [CUT]}, LATER, 1, "starttls"),
    Case("STARTTLS cut after the final dot", {"DOT": [CUT]}, DOUBT, 1, "starttls"),
)


class Certificates(msgspec.Struct, frozen=True):
    server: ssl.SSLContext
    ca_file: str


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    authority, server = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return Certificates(server, str(file))


def mailer(server: UnrulyServer, tls: str = "none", ca_file: str = "", patience_s: float = 5.0) -> Actor:
    settings = {"host": "127.0.0.1", "port": server.port, "from": "shop@example.com", "tls": tls, "ca_file": ca_file}
    return mail_actor(equipment({**settings, "timeout_s": 5, "reply_timeout_s": patience_s}))


def plan(folder: Path, *people: str) -> Stage:
    mails = [effect(who, tool="email.send", then="skip") for who in people]
    for mail in mails:
        mail.args["subject"] = "We miss you"
    return Stage(folder).plan(mails)


def moves_of(stage: Stage, number: int = 0) -> str:
    """Read back what the journal holds of one effect, in order."""
    words: list[str] = []

    def take(moves: list[f.Move], offset: int) -> None:
        for move in moves:
            if number in (getattr(move, "number", -1), *getattr(move, "numbers", ())):
                words.append(type(move).__name__)

    look(stage.disk, stage.root, RUN, lambda header, closed: take).close()
    return " ".join(words)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_misfortune_ends_in_the_state_that_is_true(
    case: Case, tmp_path: Path, certificates: Certificates
) -> None:
    stage = plan(tmp_path, "ann")
    patience_s = 0.2 if LATE in case.script.get("DOT", []) else 5.0
    context = certificates.server if case.tls != "none" else None
    with UnrulyServer(case.script, context, case.tls == "starttls", **case.options) as server:
        for again in range(3):
            ca_file = certificates.ca_file if context else ""
            came, _ = stage.act({"email.send": mailer(server, case.tls, ca_file, patience_s)})
            assert came.error is None
            assert moves_of(stage) == case.moves, f"session {again}"
            assert server.taken == ["ann@example.com"] * case.taken
            server.reply_late()


def test_a_yes_that_comes_late_is_not_taken_for_the_next_mails(tmp_path: Path) -> None:
    stage = plan(tmp_path, "ann", "ben", "cy")
    with UnrulyServer({"DOT": [LATE], "RCPT": [None, "550 no such user"]}) as server:
        _, ledger = stage.act({"email.send": mailer(server, patience_s=0.2)})
    assert [ledger.state(n) for n in range(3)] == ["in_doubt", "rejected", "done"]
    assert server.taken == ["ann@example.com", "cy@example.com"]


@pytest.mark.parametrize("connections", [1, 3])
def test_some_refused_of_many_leave_the_others_sent_over_the_same_connections(
    tmp_path: Path, connections: int
) -> None:
    people = [f"c{n:02d}" for n in range(30)]
    stage = plan(tmp_path, *people)
    refusals: Script = {"RCPT": [None, "550 no such user", None, "452 too many", "550 no such user"],
                        "DOT": [None, "554 spam"]}  # fmt: skip
    with UnrulyServer(refusals) as server:
        settings = {"host": "127.0.0.1", "port": server.port, "from": "shop@example.com", "connections": connections}
        _, ledger = stage.act({"email.send": mail_actor(equipment(settings))})
        assert server.connections <= connections
    assert ledger.counts() == {"done": 27, "rejected": 3}
    done = {f"{who}@example.com": 1 for n, who in enumerate(people) if ledger.state(n) == "done"}
    assert Counter(server.taken) == done


def test_a_server_that_cuts_every_connection_leaves_a_doubt_each_until_the_run_pauses(tmp_path: Path) -> None:
    stage = plan(tmp_path, *(f"c{n:02d}" for n in range(60)))
    with UnrulyServer({"DOT": [CUT] * 99}) as server:
        came, ledger = stage.act({"email.send": mailer(server)})
        counts = ledger.counts()
        assert (came.ending.why, counts["in_doubt"]) == ("failures", len(server.taken))
        _, ledger = stage.act({"email.send": mailer(server)})
    assert max(Counter(server.taken).values()) == 1, "nobody is mailed twice"
    assert ledger.counts()["in_doubt"] == len(server.taken)
