"""A round that dies anywhere, and rounds that race: no slot is lost, none runs twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path

import pytest

from sopwb.app.firing.rounds import claim_slot
from sopwb.app.firing.slots import Slots
from sopwb.store.errors import RefConflict
from tests.app.firing.world import Clock, Shop, in_a_child

POINTS = (
    "slot-before-skip",
    "slot-before-claim",
    "slot-claimed",
    "after-header",
    "before-closed-sync",
    "after-closed-sync",
    "after-run-recorded",
    "after-settling",
    "after-intent-sync",
    "before-final-sync",
    "after-final-sync",
    "before-state-recorded",
    "slot-run",
    "slot-before-end",
    "slot-ended",
)


def die_at(point: str, nth: int) -> object:
    """Make a fault that ends the process at the ``nth`` passing of a point."""
    seen = 0

    def fault(passing: str) -> None:
        nonlocal seen
        if passing == point:
            seen += 1
            if seen == nth:
                os._exit(7)

    return fault


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_round_killed_at_any_point_leaves_no_slot_lost_or_doubled(tmp_path: Path, point: str, nth: int) -> None:
    clock = Clock()
    shop = Shop(tmp_path / "shop", clock).schedule(
        "every hour", missed="all" if point != "slot-before-skip" else "latest"
    )
    clock.set("2026-11-23T11:30:00+00:00")

    def work() -> None:
        Shop(shop.folder, clock, fault=die_at(point, nth)).round()  # type: ignore[arg-type]

    died = in_a_child(work)
    assert died == 7 or (point == "slot-before-skip" and nth == 2), "the point was passed"
    for _ in range(3):
        shop.bench.store.refresh()
        shop.round()
    latest = point == "slot-before-skip"
    states = ["skipped", "skipped", "done"] if latest else ["done", "done", "done"]
    assert [slot.state for slot in shop.slots().values()] == states
    assert [slot.status for slot in shop.slots().values()][-1] == "succeeded"
    assert dict(shop.mails()) == {f"2026-11-23T{hour:02}:00:00Z": 1 for hour in ([11] if latest else [9, 10, 11])}
    assert Slots(shop.bench.store, "mail").firing().open == ""


def test_a_mail_that_may_have_gone_out_when_its_process_died_is_told_and_not_repeated(tmp_path: Path) -> None:
    clock = Clock()
    shop = Shop(tmp_path / "shop", clock).schedule("every hour")
    clock.set("2026-11-23T09:00:00+00:00")

    def work() -> None:
        child = Shop(shop.folder, clock)
        child.world.send = lambda dispatch: os._exit(7)  # type: ignore[assignment]
        child.round()

    assert in_a_child(work) == 7
    shop.bench.store.refresh()
    assert shop.round() == ["09:00 done"]
    assert next(iter(shop.slots().values())).status == "needs_attention"
    assert shop.notices() == ["doubt/mail/2026-11-23T09:00:00Z"]
    assert shop.round() == []


def test_a_slot_that_kills_every_process_fails_in_the_end(tmp_path: Path) -> None:
    clock = Clock()
    shop = Shop(tmp_path / "shop", clock).schedule("every hour")
    clock.set("2026-11-23T09:00:00+00:00")

    def work() -> None:
        Shop(shop.folder, clock, fault=die_at("slot-claimed", 1)).round()  # type: ignore[arg-type]

    ends = [in_a_child(work) for _ in range(5)]
    assert ends == [7, 7, 7, 0, 0]
    assert shop.states() == ["09:00 failed"]
    assert shop.notices() == ["failed/mail/2026-11-23T09:00:00Z"]
    clock.set("2026-11-23T10:00:00+00:00")
    shop.bench.store.refresh()
    assert shop.round() == ["10:00 done"]


def test_a_slot_that_was_taken_over_does_nothing_when_its_first_process_wakes_up(tmp_path: Path) -> None:
    """The lock is gone (a file system without flock, a person who deleted the folder): the store alone decides."""
    clock = Clock()
    shop = Shop(tmp_path / "shop", clock).schedule("every hour")
    clock.set("2026-11-23T09:00:00+00:00")
    taken: list[list[str]] = []

    def steal(point: str) -> None:
        if point == "slot-claimed" and not taken:
            (shop.folder / ".sopwb/locks/schedule-mail").unlink()
            taken.append([])
            taken[0] += Shop(shop.folder, clock).round()

    sleeper = Shop(shop.folder, clock, fault=steal)
    sleeper.round()
    assert taken == [["09:00 done"]]
    assert shop.states() == ["09:00 done"]
    assert dict(shop.mails()) == {"2026-11-23T09:00:00Z": 1}


def test_of_many_claims_of_a_slot_one_wins(tmp_path: Path) -> None:
    """Without any lock."""
    clock = Clock()
    shop = Shop(tmp_path / "shop", clock).schedule("every minute")
    benches = [shop.opened() for _ in range(8)]
    won: list[str] = []
    for _ in range(20):
        clock.move(minutes=1)
        due = clock.now.replace(second=0)
        start = threading.Barrier(8)

        def claim(bench: object, due: object = due, start: threading.Barrier = start) -> None:
            bench.store.refresh()  # type: ignore[attr-defined]
            start.wait()
            try:
                claim_slot(bench, Slots(bench.store, "mail"), due, clock)  # type: ignore[attr-defined,arg-type]
            except RefConflict:
                return
            won.append(str(due))

        threads = [threading.Thread(target=claim, args=(bench,)) for bench in benches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        slots = Slots(shop.bench.store, "mail")
        shop.bench.store.refresh()
        firing = slots.firing()
        slots.change("free", type(firing)(through=firing.through, object=firing.object), [])
    assert sorted(Counter(won).values()) == [1] * 20
