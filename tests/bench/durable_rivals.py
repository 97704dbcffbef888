"""The same kills on ours and on DBOS (SQLite): who is mailed twice, who is lost, and what one is told.

    python -m tests.bench.durable_rivals [--customers 300] [--kills 20] [--connections 4]        (extra: bench)

A batch mails every customer through a real mail server with its own log, the judge. Its process is killed (SIGKILL)
after a drawn number of further mails, at the same draws for both, and started again until it is done. Plain SMTP knows
no keys, so a mail whose reply was lost can be sent again or be held; nobody can do better than to tell. DBOS promises
that a step runs at least once and says so; it is used as its documentation shows, its queue polled every 20 ms.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.crash.mailing import ROOT, MailServer, latest_run, mail_server, workspace

Start = Callable[[], subprocess.Popen[bytes]]


class Judged(msgspec.Struct, frozen=True):
    """What the server's log says after the kills, and what the program says is in doubt."""

    kills: int
    twice: int
    missing: int
    told: int
    rate: float


def started(words: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)  # fmt: skip


def kill_loop(start: Start, server: MailServer, kills: int, customers: int) -> int:
    """Kill and start again; gives how often a living process was killed. Ends when one has ended by itself."""
    chance, died = random.Random(7), 0
    for _ in range(kills):
        before, more = server.count(), chance.randrange(1, max(2, customers // kills))
        process = start()
        while server.count() < before + more and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.003)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            died += 1
        process.wait()
    start().wait(timeout=300)
    return died


def judged(server: MailServer, customers: int, kills: int, told: int, rate: float) -> Judged:
    counts = Counter(mail.to for mail in server.mails())
    twice = sum(count - 1 for count in counts.values())
    return Judged(kills, twice, customers - len(counts), told, rate)


def ours(folder: Path, customers: int, kills: int, connections: int) -> Judged:
    def start(place: Path) -> subprocess.Popen[bytes]:
        view = latest_run(place)
        resume = ["runs", "resume", view.run] if view else ["--run", "mailing", "--allow", "email.send"]
        return started(["sopwb", "-w", str(place), *resume])

    rate = 0.0
    for name, times in (("calm", 0), ("killed", kills)):
        (folder / name).mkdir()
        with mail_server(folder / name, think_ms=4) as server:
            place = workspace(folder / name / "shop", server, customers, connections)
            began = time.perf_counter()
            died = kill_loop(lambda place=place: start(place), server, times, customers)  # type: ignore[misc]
            rate = rate or customers / (time.perf_counter() - began)
            view = latest_run(place)
            assert view is not None
            assert view.acting is not None
            found = judged(server, customers, died, view.acting.counts.get("in_doubt", 0), rate)
    return found


def dbos(folder: Path, customers: int, kills: int, connections: int) -> Judged:
    rate = 0.0
    for name, times in (("calm", 0), ("killed", kills)):
        (folder / name).mkdir()
        with mail_server(folder / name, think_ms=4) as server:
            words = ["tests.bench.dbos_mailing", str(folder / name / "dbos.sqlite"), str(server.port), str(customers),
                     str(connections)]  # fmt: skip
            began = time.perf_counter()
            died = kill_loop(lambda words=words: started(words), server, times, customers)  # type: ignore[misc]
            rate = rate or customers / (time.perf_counter() - began)
            found = judged(server, customers, died, 0, rate)
    return found


def compare(customers: int, kills: int, connections: int) -> None:
    """Print what the same kills leave of ours and of DBOS."""
    print(f"\n{customers} customers, {connections} connections, a server that thinks 4 ms")
    print(f"{'':22}{'kills':>8}{'twice':>8}{'missing':>9}{'told in doubt':>15}{'mails/s, start to end':>23}")
    for name, measure in (("ours", ours), ("DBOS 3 on SQLite", dbos)):
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder), customers, kills, connections)
        print(f"{name:22}{found.kills:>8}{found.twice:>8}{found.missing:>9}{found.told:>15}{found.rate:>23,.0f}")
    print("missing: never mailed. Ours holds them among those told in doubt, for a person to resolve.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    compare(options.customers, options.kills, options.connections)


if __name__ == "__main__":
    main()
