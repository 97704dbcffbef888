"""What the journal costs: mails a second with and without it, and durable effects a second where a tool costs nothing.

    python -m tests.bench.journal [--mails 2000] [--effects 100000] [--connections 8] [--rounds 5] [--folder DIR]

*Mails* go to a real mail server (aiosmtpd, a process of its own, which is most of the time): once through the journal,
once by the same tool over as many connections without one; rounds are interleaved, begin with either in turn, and
ratios are taken within a round.
*Effects* are those of a tool that does nothing, from the planned effect to the last sync: every one has its INTENT
synced in a group, its DISPATCHED written before its call and its DONE after. They are shown on the folder's disk, whose
syncs are timed beside, and in memory (/dev/shm), which leaves what it costs to compute. What is *unprotected* (a mail)
goes in groups of 64, so that a power loss leaves no more in doubt; what is *idempotent* in larger ones.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from sopwb.app.acting import session
from sopwb.app.acting.loop import Wishes
from sopwb.app.acting.machine import Machine
from sopwb.app.acting.planning import Planning
from sopwb.run.acting import Actor, Dispatch, Done, Protection, Reply, Unknown
from sopwb.run.identity import effect_key
from sopwb.run.ports import PlannedEffect
from sopwb.tools.mail.actor import mail_actor
from sopwb.tools.tool import Equipment
from tests.crash.mailing import mail_server

DONE = Done({"id": "x"})


class Idle:
    """A tool that does nothing: it only commits."""

    def __init__(self, connections: int, kind: str = "unprotected") -> None:
        self.protection = Protection(kind, connections, key_hours=24)

    async def __aenter__(self) -> Idle:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        return None

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        commit()
        return DONE

    async def verify(self, dispatch: Dispatch) -> Reply:
        return Unknown("nobody knows")


class WallClock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


def planned(run: str, count: int) -> list[PlannedEffect]:
    return [
        PlannedEffect(
            effect_key(run, str(n), "steps/0/do/1", 0), "email.send", str(n), "steps/0/do/1", 0,
            {"to": f"c{n}@example.com", "subject": "We miss you", "body": "Your code is in this mail", "html": None},
            "effect",
        )
        for n in range(count)
    ]  # fmt: skip


def through_the_journal(folder: Path, actor: Actor, effects: list[PlannedEffect]) -> tuple[float, float]:
    """Plan and act; gives the seconds of either."""
    machine, run = Machine(), "b3:" + os.urandom(32).hex()
    began = time.perf_counter()
    planning = Planning(machine, str(folder), run)
    for effect in effects:
        planning.plan(effect)
    decided = planning.close()
    planned_s = time.perf_counter() - began
    assert decided is not None
    ledger = session.open_run(machine, str(folder), run, decided.point)
    came = session.act(ledger, {"email.send": actor}, machine, Wishes())
    acted_s = time.perf_counter() - began - planned_s
    ledger.journal.close()
    assert came.error is None
    assert ledger.counts() == {"done": len(effects)}, ledger.counts()
    return planned_s, acted_s


def without_a_journal(actor: Actor, effects: list[PlannedEffect], connections: int) -> float:
    """Do the same with the same tool and as many connections, remembering nothing."""
    waiting = deque(Dispatch(effect.key, effect.tool, effect.item, effect.path, effect.args) for effect in effects)

    async def serve() -> None:
        while waiting:
            assert isinstance(await actor.act(waiting.popleft(), lambda: None), Done)

    async def everything() -> None:
        async with actor:
            await asyncio.gather(*(serve() for _ in range(connections)))

    began = time.perf_counter()
    asyncio.run(everything())
    return time.perf_counter() - began


def mails(folder: Path, count: int, connections: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {"with": [], "without": []}
    with mail_server(folder) as server:
        settings = {"host": "127.0.0.1", "port": server.port, "from": "shop@example.com", "connections": connections}

        def actor() -> Actor:
            return mail_actor(Equipment(settings, str(folder), WallClock(), lambda name: ""))

        for number in range(rounds):
            effects = planned("b3:" + os.urandom(32).hex(), count)
            for how in ("without", "with") if number % 2 else ("with", "without"):
                if how == "with":
                    rates[how].append(count / sum(through_the_journal(folder, actor(), effects)))
                else:
                    rates[how].append(count / without_a_journal(actor(), effects, connections))
        assert server.count() == 2 * rounds * count
    ratios = [a / b for a, b in zip(rates["with"], rates["without"], strict=True)]
    print(f"\n{count:,} mails over {connections} connections, median of {rounds} rounds")
    print(f"  without a journal      {statistics.median(rates['without']):>10,.0f} /s")
    print(f"  through the journal    {statistics.median(rates['with']):>10,.0f} /s")
    print(f"  ratio                  {statistics.median(ratios):>10.2f}     ({min(ratios):.2f} … {max(ratios):.2f})")


def effects(folder: Path, count: int, connections: int, rounds: int) -> None:
    print(f"\n{count:,} effects of a tool that does nothing, median of {rounds} rounds")
    print(f"  {'':22}{'plan /s':>12}{'act /s':>12}{'in all /s':>12}{'CPU in all /s':>15}{'a sync, ms':>12}")
    memory = Path("/dev/shm")
    places = [("on disk", folder), *([("in memory", memory)] if memory.is_dir() else [])]
    cases = [(kind, name, place) for kind in ("unprotected", "idempotent") for name, place in places]
    rows: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for _ in range(rounds):
        for kind, name, place in cases:
            with tempfile.TemporaryDirectory(dir=place) as inner:
                plan = planned("b3:" + os.urandom(32).hex(), count)
                cpu = time.process_time()
                planned_s, acted_s = through_the_journal(Path(inner), Idle(connections, kind), plan)
                rows.setdefault((kind, name), []).append((planned_s, acted_s, time.process_time() - cpu))
    for kind, name, place in cases:
        plan_s, act_s, cpu_s = (statistics.median(column) for column in zip(*rows[kind, name], strict=True))
        print(
            f"  {f'{kind}, {name}':22}"
            f"{count / plan_s:>12,.0f}{count / act_s:>12,.0f}{count / (plan_s + act_s):>12,.0f}"
            f"{count / cpu_s:>15,.0f}{sync_ms(place):>12.2f}"
        )


def sync_ms(folder: Path) -> float:
    """Time what a group costs the disk: 64 small writes and a sync."""
    took: list[float] = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(100):
            for _ in range(64):
                file.write(bytes(100))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--effects", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default=None, help="where the journals are (default: the temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        if options.mails:
            mails(Path(folder), options.mails, options.connections, options.rounds)
        if options.effects:
            effects(Path(folder), options.effects, options.connections, options.rounds)


if __name__ == "__main__":
    main()
