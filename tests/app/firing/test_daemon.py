"""The daemon: clock changes, jumps, SIGSTOP, SIGTERM; and what the bare ``schedule`` library does in the same hour."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import schedule

from sopwb.app.commands import AddSchedule, FreezeScript, SaveDraft, SaveJob
from sopwb.app.daemon import Daemon
from sopwb.app.firing.rounds import looked_after
from sopwb.app.firing.slots import Slots
from sopwb.app.workbench import Workbench, failed, open_workbench
from tests.app.firing.world import COUNT, TOML, Clock, Shop, backdated

ROOT = Path(__file__).parents[3]
CHANGE = "2025-10-25T22:30:00+00:00"
"""Berlin's clock goes back at 01:00 UTC on 26 October 2025."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A clock for the ``schedule`` library too, on a host in Berlin."""
    clock = Clock(CHANGE)

    class FakeDateTime(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            there = clock.now.astimezone(tz)
            return there if tz is not None else there.replace(tzinfo=None)

    fake = SimpleNamespace(datetime=FakeDateTime, timedelta=dt.timedelta, time=dt.time, tzinfo=dt.tzinfo)
    monkeypatch.setattr(schedule, "datetime", fake)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield clock
    monkeypatch.undo()
    time.tzset()


def served(shop: Shop, clock: Clock, step: Callable[[float], None], until: Callable[[], bool]) -> Daemon:
    """Let a daemon work on a clock that moves only while it sleeps."""
    troubles: list[str] = []

    def wait(seconds: float) -> None:
        daemon.join()
        step(seconds)
        if until():
            daemon.stop()

    daemon = Daemon(shop.opened, complain=troubles.append, clock=clock, wait=wait)
    assert daemon.serve() == 0
    assert troubles == []
    return daemon


def test_the_bare_library_fires_1801_times_where_the_daemon_fires_once(tmp_path: Path, clock: Clock) -> None:
    fired: list[dt.datetime] = []
    bare = schedule.Scheduler()
    clock.set("2025-10-26T00:00:00+00:00")
    bare.every().day.at("01:30", "UTC").do(lambda: fired.append(clock.now))
    while clock.now < dt.datetime(2025, 10, 26, 3, tzinfo=dt.UTC):
        bare.run_pending()
        clock.move(seconds=1)
    assert len(fired) == 1801

    clock.set("2025-10-26T00:59:00+00:00")
    shop = Shop(tmp_path / "shop", clock).schedule("every day at 01:30", zone="UTC")
    end = dt.datetime(2025, 10, 26, 3, tzinfo=dt.UTC)
    served(shop, clock, lambda seconds: clock.move(seconds=1), lambda: clock.now > end)
    assert dict(shop.mails()) == {"2025-10-26T01:30:00Z": 1}


def test_the_daemon_keeps_its_beat_when_the_hosts_clock_goes_back(tmp_path: Path, clock: Clock) -> None:
    """Naive local time repeats an hour: the library alone would sleep through it."""
    clock.set("2025-10-26T00:58:30+00:00")
    shop = Shop(tmp_path / "shop", clock).schedule("every minute", zone="UTC")
    served(shop, clock, lambda seconds: clock.move(seconds=5), lambda: clock.now.hour == 1 and clock.now.minute > 10)
    bodies = sorted(shop.mails())
    assert (bodies[0], bodies[-1], len(bodies)) == ("2025-10-26T00:59:00Z", "2025-10-26T01:10:00Z", 12)
    assert set(shop.mails().values()) == {1}


def test_the_daemon_survives_jumps_of_the_clock(tmp_path: Path, clock: Clock) -> None:
    clock.set("2026-11-23T08:00:30+00:00")
    shop = Shop(tmp_path / "shop", clock).schedule("every hour", zone="UTC")
    jumps = iter([3600.0, 7200.0, -5400.0, 1.0, 3600.0, -60.0, 3600.0, 86_400.0])
    over = [False]

    def step(seconds: float) -> None:
        by = next(jumps, None)
        over[0] = by is None
        clock.move(seconds=by or 1.0)

    served(shop, clock, step, lambda: over[0])
    assert set(shop.mails().values()) == {1}
    assert sorted(shop.mails())[-1] == "2026-11-24T11:00:00Z"


def test_one_schedule_that_fails_does_not_end_the_others(tmp_path: Path, clock: Clock) -> None:
    shop = Shop(tmp_path / "shop", clock).schedule("every minute", zone="UTC")
    shop.schedule("every minute", "broken", zone="UTC")
    stored = shop.bench.library.schedule("broken")
    assert stored is not None
    with shop.bench.store.transaction("break") as tx:
        lost = type(stored)("broken", "broken", {"kind": "no"}, "", "UTC", since=stored.since)
        shop.bench.library.put_schedule(tx, lost, "break")
    said: list[str] = []
    end = clock.now + dt.timedelta(minutes=3)

    def wait(seconds: float) -> None:
        daemon.join()
        clock.move(seconds=20)
        if clock.now > end:
            daemon.stop()

    daemon = Daemon(shop.opened, complain=said.append, clock=clock, wait=wait)
    daemon.serve()
    assert len(shop.mails()) == 3
    assert [line.split(":")[0] for line in said] == ["broken"]


def test_the_daemon_survives_what_goes_wrong_in_its_tick(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ``schedule`` library drops a job that raises: the tick never does, though nobody hears its complaint."""
    shop = Shop(tmp_path / "shop", clock).schedule("every minute", zone="UTC")
    looked: list[int] = []

    def broken(bench: Workbench) -> list[str]:
        looked.append(1)
        if len(looked) < 3:
            raise OSError("the disk is away")
        return looked_after(bench)

    monkeypatch.setattr("sopwb.app.daemon.looked_after", broken)
    said: list[str] = []

    def complain(text: str) -> None:
        said.append(text)
        raise BrokenPipeError

    def wait(seconds: float) -> None:
        daemon.join()
        clock.move(seconds=20)
        if shop.mails():
            daemon.stop()

    daemon = Daemon(shop.opened, complain=complain, clock=clock, wait=wait)
    assert daemon.serve() == 0
    assert said == ["the daemon: OSError: the disk is away"]
    assert shop.mails().total() == 1


def test_of_two_daemons_one_waits_until_the_other_is_gone(tmp_path: Path, clock: Clock) -> None:
    shop = Shop(tmp_path / "shop", clock).schedule("every minute", zone="UTC")
    turns = {"first": 0, "second": 0}
    second = Daemon(shop.opened, clock=clock, wait=lambda seconds: None)

    def wait(seconds: float) -> None:
        first.join()
        clock.move(seconds=30)
        turns["first"] += 1
        second.turn()
        if turns["first"] == 6:
            first.stop()

    first = Daemon(shop.opened, clock=clock, wait=wait)
    second._bench = shop.opened()
    first.serve()
    second.join()
    assert len(shop.mails()) >= 2
    assert set(shop.mails().values()) == {1}
    before = len(shop.mails())
    clock.move(minutes=1)
    second.tick()
    second.join()
    assert len(shop.mails()) > before
    assert set(shop.mails().values()) == {1}


# --- a real process -----------------------------------------------------------------------------------


def real_shop(folder: Path) -> Path:
    folder.mkdir()
    (folder / "sopwb.toml").write_text(TOML)
    bench = open_workbench(folder)
    for command in (
        SaveDraft("count", COUNT), FreezeScript("count"), SaveJob("count"),
        AddSchedule("count", "every minute", missed="all"),
    ):  # fmt: skip
        output = bench.do(command)
        assert not failed(output), output
    bench.close()
    return folder


def started(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sopwb", "-w", str(folder), "daemon", "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    """End a daemon. Gives its exit code and what it complained of, without its greeting."""
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    greeting, complaints = err.split("\n", 1)
    assert "looks after 1 schedule of" in greeting
    return process.returncode, complaints


def slots_reach(folder: Path, count: int) -> list[str]:
    """Wait until so many slots have ended. Gives their due instants."""
    deadline = time.monotonic() + 30
    bench = open_workbench(folder)
    try:
        while time.monotonic() < deadline:
            bench.store.refresh()
            slots = [slot for slot in Slots(bench.store, "count").all() if not slot.open]
            if len(slots) >= count:
                assert {slot.state for slot in slots} == {"done"}
                runs = [slot.run for slot in slots]
                assert len(set(runs)) == len(runs) == len(bench.store.refs("run/"))
                return [slot.due for slot in slots]
            time.sleep(0.05)
        raise AssertionError(f"{len(slots)} slots ended in time")
    finally:
        bench.close()


def test_two_real_daemons_that_are_stopped_and_go_on_lose_and_double_nothing(tmp_path: Path) -> None:
    folder = real_shop(tmp_path / "shop")
    backdated(folder, "count", 3)
    daemon, beside = started(folder), started(folder)
    try:
        due = slots_reach(folder, 3)
        for process in (daemon, beside):
            os.kill(process.pid, signal.SIGSTOP)
        for process in (beside, daemon):
            os.kill(process.pid, signal.SIGCONT)
        again = slots_reach(folder, len(due))
        assert again[: len(due)] == due
    finally:
        ends = [ended(daemon, signal.SIGTERM), ended(beside, signal.SIGINT)]
    waits = "another daemon looks after this workspace; this one waits until it ends\n"
    assert sorted(ends) == [(0, ""), (0, waits)]
    slots_reach(folder, 3)


def test_a_tick_beside_a_daemon_fires_nothing_twice(tmp_path: Path) -> None:
    folder = real_shop(tmp_path / "shop")
    backdated(folder, "count", 5)
    processes = [started(folder)]
    tick = [sys.executable, "-m", "sopwb", "-w", str(folder), "tick"]
    processes += [
        subprocess.Popen(tick, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    try:
        slots_reach(folder, 5)
    finally:
        codes = [process.wait(timeout=30) for process in processes[1:]]
        code, err = ended(processes[0])
        for process in processes[1:]:
            process.communicate()
    assert (codes, code, err) == ([0, 0, 0], 0, "")
