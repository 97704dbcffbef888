"""Daemons and cron lines in processes of their own, on a clock that they share: stopped, woken, and all at once."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sopwb.app.commands import Tick
from sopwb.app.daemon import Daemon
from sopwb.app.firing.locks import try_lock
from sopwb.app.firing.rounds import due_now
from sopwb.app.firing.slots import Slots, instant_of
from sopwb.app.outputs import Fired
from tests.app.firing.world import Clock, Shop

PATIENCE_S = 30.0


class SharedClock(Clock):
    """A clock in a file: its minutes since the start are the file's bytes, so anybody may move it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.start = path, self.now
        path.touch()

    def __call__(self) -> dt.datetime:
        self.now = self.start + dt.timedelta(minutes=self.minutes())
        return self.now

    def minutes(self) -> int:
        return self.path.stat().st_size

    def move(self, **by: float) -> None:
        with self.path.open("ab") as file:
            file.write(b"." * int(dt.timedelta(**by).total_seconds() // 60))


@pytest.fixture
def clock(tmp_path: Path) -> SharedClock:
    return SharedClock(tmp_path / "clock")


def child(work: Callable[[], None]) -> int:
    """Do something in a child process. Gives its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - a child says what went wrong before it ends
        traceback.print_exc()
    finally:
        os._exit(code)


@contextmanager
def ended(*pids: int) -> Iterator[None]:
    """End child processes, also stopped ones, that are still there afterwards."""
    try:
        yield
    finally:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue


def ticking(shop: Shop, own_lead: bool = False) -> Daemon:
    """Give a daemon that a test lets tick. With ``own_lead`` it leads although others do."""
    daemon = Daemon(shop.opened, complain=_never, clock=shop.clock)
    daemon._bench = shop.bench
    lead = shop.folder / ".sopwb/locks/daemon"
    while own_lead and daemon._lead is None:
        # As on a file system without locks: only what the store says keeps the daemons apart.
        lead.unlink(missing_ok=True)
        daemon._lead = try_lock(str(shop.bench.workspace.store_folder), "daemon")
    return daemon


def _never(text: str) -> None:
    raise AssertionError(f"a daemon complains: {text}")


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "in time"
        time.sleep(0.005)


# --- stopped past slots -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missed", "states"),
    [
        ("latest", ["09:00 done", "10:00 skipped", "11:00 skipped", "12:00 done"]),
        ("all", ["09:00 done", "10:00 done", "11:00 done", "12:00 done"]),
        ("none", ["09:00 done", "10:00 skipped", "11:00 skipped", "12:00 skipped"]),
    ],
)
def test_a_daemon_that_was_stopped_past_slots_makes_up_for_them_by_its_policy(
    tmp_path: Path, clock: SharedClock, missed: str, states: list[str]
) -> None:
    shop = Shop(tmp_path / "shop", clock)
    shop.schedule("every hour", missed=missed)

    def serve() -> None:
        daemon = ticking(Shop(shop.folder, clock))
        while True:
            daemon.tick()
            daemon.join()
            time.sleep(0.005)

    pid = child(serve)
    with ended(pid):
        clock.move(hours=1)
        wait_until(lambda: shop.states() == ["09:00 done"])
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        clock.move(hours=3, minutes=10)
        assert shop.states() == ["09:00 done"]
        os.kill(pid, signal.SIGCONT)
        wait_until(lambda: len(shop.states()) == 4 and not Slots(shop.bench.store, "mail").firing().open)
    assert shop.states() == states
    assert dict(shop.mails()) == {f"2026-11-23T{state[:5]}:00Z": 1 for state in states if state.endswith("done")}
    skipped = [slot.reason for slot in shop.slots().values() if slot.state == "skipped"]
    assert set(skipped) <= {"missed: nothing was there to run it in time"}
    assert [notice for notice in shop.notices() if notice.startswith("missed")] == (
        [] if missed == "all" else ["missed/mail/2026-11-23T10:00:00Z"]
    )


@pytest.mark.parametrize("point", ["slot-before-claim", "slot-claimed", "after-run-recorded", "slot-before-end"])
def test_a_daemon_that_was_stopped_in_a_slot_ends_it_once_while_another_waits(
    tmp_path: Path, clock: SharedClock, point: str
) -> None:
    shop = Shop(tmp_path / "shop", clock).schedule("every hour", overlap="queue")

    def stop_once(passing: str) -> None:
        if passing == point and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    clock.move(hours=1)
    pid = child(lambda: _one_tick(Shop(shop.folder, clock, fault=stop_once)))
    with ended(pid):
        assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]), "it stopped itself"
        clock.move(hours=1)
        beside = shop.do(Tick())
        assert isinstance(beside, Fired)
        assert (beside.rows, beside.busy) == ((), ("mail",))
        os.kill(pid, signal.SIGCONT)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    shop.bench.store.refresh()
    shop.round()
    assert shop.states() == ["09:00 done", "10:00 done"]
    assert dict(shop.mails()) == {"2026-11-23T09:00:00Z": 1, "2026-11-23T10:00:00Z": 1}


def _one_tick(shop: Shop) -> None:
    daemon = ticking(shop)
    daemon.tick()
    daemon.join()


# --- all at once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [40, pytest.param(10_000, marks=pytest.mark.slow)])
def test_eight_daemons_and_cron_lines_fire_each_slot_once(tmp_path: Path, clock: SharedClock, count: int) -> None:
    """All eight lead, and two processes tick as cron has them do. Whoever finds nothing to do moves the clock."""
    shop = Shop(tmp_path / "shop", clock).schedule("every minute", missed="all", overlap="queue")

    def until_the_end(turn: Callable[[Shop], object], mine: Shop) -> None:
        while clock.minutes() < count or due_now(mine.bench, "mail", clock):
            minutes = clock.minutes()
            mine.bench.store.refresh()
            if due_now(mine.bench, "mail", clock):
                turn(mine)
            elif minutes < count:
                clock.move(minutes=1)
            mine.bench.store.refresh()

    def serve() -> None:
        mine = Shop(shop.folder, clock)
        daemon = ticking(mine, own_lead=True)

        def turn(_: Shop) -> None:
            daemon.tick()
            daemon.join()

        until_the_end(turn, mine)

    def cron() -> None:
        until_the_end(lambda mine: mine.do(Tick()), Shop(shop.folder, clock))

    pids = [child(serve) for _ in range(8)] + [child(cron) for _ in range(2)]
    with ended(*pids):
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0] * 10
    first = instant_of("2026-11-23T08:01:00Z")
    dues = [(first + dt.timedelta(minutes=n)).isoformat().replace("+00:00", "Z") for n in range(clock.minutes())]
    assert len(dues) >= count
    assert dict(shop.mails()) == dict.fromkeys(dues, 1)
    slots = shop.slots()
    assert {due: slot.state for due, slot in slots.items()} == dict.fromkeys(dues, "done")
    assert len({slot.run for slot in slots.values()}) == len(dues) == len(shop.bench.store.refs("run/"))
    assert shop.notices() == []
