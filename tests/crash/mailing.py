"""A workspace that mails its customers, the server that it mails to, and what both say afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sopwb.app.commands import FreezeScript, ListRuns, SaveDraft, ShowRun
from sopwb.app.outputs import RunList, RunView
from sopwb.app.workbench import failed, open_workbench
from sopwb.run.identity import effect_key
from sopwb.store.disk import Disk
from sopwb.store.journal import look
from sopwb.tools.coupon import coupon_code

ROOT = Path(__file__).parents[2]
CODE_STEP, MAIL_STEP = "steps/0/do/0", "steps/0/do/1"
MAILING: dict[str, Any] = {
    "sop": 1,
    "returns": {"mailed": "int"},
    "steps": [
        {"op": "each", "name": "sent", "from": "customers", "as": "customer", "do": [
            {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}},
            {"op": "tool", "tool": "email.send", "args": {
                "to": "customer.email", "subject": "'We miss you'", "body": "'Your code: ' + coupon.code"}}],
         "yield": "true"},
        {"op": "return", "value": {"mailed": "size(sent)"}},
    ],
}


class Mail(msgspec.Struct, frozen=True):
    to: str
    id: str
    code: str


class MailServer:
    """The judge: a process of its own, with its own log."""

    def __init__(self, folder: Path, think_ms: float = 0.0) -> None:
        self.log = folder / "mails.log"
        self.log.touch()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.mail_server", str(self.log), str(think_ms)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def mails(self) -> list[Mail]:
        return [Mail(*line.split()) for line in self.log.read_text().splitlines()]

    def count(self) -> int:
        return self.log.read_bytes().count(b"\n")


@contextmanager
def mail_server(folder: Path, think_ms: float = 0.0) -> Iterator[MailServer]:
    server = MailServer(folder, think_ms)
    try:
        yield server
    finally:
        server.close()


def address(number: int) -> str:
    return f"c{number:05d}@example.com"


def workspace(folder: Path, server: MailServer, customers: int, connections: int) -> Path:
    """Make a workspace whose script ``mailing`` sends a code to every customer."""
    folder.mkdir()
    rows = "".join(f"c{number:05d},{address(number)}\n" for number in range(customers))
    (folder / "customers.csv").write_text("id,email\n" + rows)
    (folder / "sopwb.toml").write_text(
        '[workspace]\nname = "shop"\ntimezone = "UTC"\n[data.customers]\npath = "customers.csv"\nkey = "id"\n'
        f'[tools.email]\nhost = "127.0.0.1"\nport = {server.port}\nfrom = "shop@example.com"\n'
        f"connections = {connections}\n"
    )
    bench = open_workbench(folder)
    for command in (SaveDraft("mailing", MAILING), FreezeScript("mailing")):
        output = bench.do(command)
        assert not failed(output), output
    bench.close()
    return folder


class Process:
    """``sopwb`` in a process of its own; what it says on stderr goes to a file."""

    def __init__(self, folder: Path, words: tuple[str, ...]) -> None:
        self._err = folder / f"stderr-{time.monotonic_ns()}"
        with open(self._err, "wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sopwb", "-w", str(folder), *words],
                cwd=ROOT, stdout=subprocess.DEVNULL, stderr=err,
            )  # fmt: skip

    def running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> tuple[int, str]:
        """Wait for its end; gives its exit code and what it said on stderr."""
        return self._process.wait(timeout=120), self._err.read_text()

    def seen(self, server: MailServer, mails: int) -> None:
        """Wait until the server has taken so many mails."""
        for _ in range(30_000):
            if server.count() >= mails:
                return
            assert self.running(), self.ended()
            time.sleep(0.002)
        raise AssertionError("the mails do not come")

    def kill_after(self, server: MailServer, more: int, then_s: float) -> bool:
        """Kill it when the server has taken ``more`` mails, and a moment later. False where it ended before."""
        before = server.count()
        for _ in range(30_000):
            if server.count() >= before + more or not self.running():
                break
            time.sleep(0.002)
        time.sleep(then_s)
        died = self.running()
        self.send(signal.SIGKILL)
        code, err = self.ended()
        assert died or code in (0, 4), err
        return died


def sopwb(folder: Path, *words: str) -> Process:
    """Start a real process."""
    return Process(folder, words)


def latest_run(folder: Path) -> RunView | None:
    """Look at the latest run, as another process sees it."""
    bench = open_workbench(folder)
    try:
        found = bench.do(ListRuns(limit=1))
        assert isinstance(found, RunList)
        if not found.rows:
            return None
        view = bench.do(ShowRun(found.rows[0].run))
        assert isinstance(view, RunView), view
        return view
    finally:
        bench.close()


def derived_codes(folder: Path, run: str, customers: int) -> dict[str, str]:
    """Derive every customer's code from the run's secret, as only its journal allows."""
    journal = look(Disk(), str(folder / ".sopwb"), run, lambda header, closed: lambda moves, offset: None)
    secret = journal.header.secret
    journal.close()
    return {
        address(number): coupon_code(secret, effect_key(run, f"c{number:05d}", CODE_STEP, 0))
        for number in range(customers)
    }


def check_mails(server: MailServer, codes: dict[str, str], held: set[str]) -> None:
    """Nobody twice; nobody lost but who is held; every code is the derived one, and its own."""
    mails = server.mails()
    twice = {to: count for to, count in Counter(mail.to for mail in mails).items() if count > 1}
    assert twice == {}, "mailed twice"
    missing = set(codes) - {mail.to for mail in mails}
    assert missing <= held, "lost, and nobody says so"
    assert {mail.to: mail.code for mail in mails} == {mail.to: codes[mail.to] for mail in mails}
    assert len({mail.code for mail in mails}) == len({mail.id for mail in mails}) == len(mails)
