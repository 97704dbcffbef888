"""A process that ends at any boundary: what it was doing is done exactly once, or is held and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sopwb.app.acting.ledger import DOUBT
from sopwb.run.acting import Actor
from tests.app.acting.world import FakeActor, Stage, effect, mails

POINTS = (
    "after-settling",
    "before-intent-write",
    "after-intent-write",
    "after-intent-sync",
    "before-dispatched",
    "after-dispatched",
    "before-send",
    "after-send",
    "after-reply",
    "after-flush",
    "before-final-sync",
    "after-final-sync",
)
KINDS = ("unprotected", "idempotent", "verifiable")
COUNT, CONNECTIONS = 150, 4


def check_resumed(stage: Stage, kind: str, doubt_max: int) -> None:
    """Resume until nothing is left, and count: never twice, never lost, in doubt no more than may be."""
    came, ledger = stage.act(FakeActor(stage.world, kind, CONNECTIONS))
    assert came.error is None
    sent, counts = stage.world.sent(), ledger.counts()
    assert max(sent.values()) == 1, "sent twice"
    doubts = list(ledger.numbers(DOUBT))
    assert len(doubts) == counts.get("in_doubt", 0) <= (doubt_max if kind == "unprotected" else 0)
    assert counts.get("done", 0) + len(doubts) == COUNT
    done = COUNT - len(doubts)
    assert done <= len(sent) <= COUNT


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("nth", [1, 2, 97])
def test_a_process_that_ends_anywhere_repeats_and_loses_nothing(
    tmp_path: Path, point: str, kind: str, nth: int
) -> None:
    stage = Stage(tmp_path).plan(mails(COUNT))

    def make(fault: Callable[[str], None]) -> dict[str, Actor]:
        return {"mail.send": FakeActor(stage.world, kind, CONNECTIONS, fault=fault)}

    died = stage.act_and_die(point, nth, make)
    assert died or nth > 1, "the point was passed"
    check_resumed(stage, kind, CONNECTIONS)


@pytest.mark.parametrize("point", ["after-intent-sync", "after-dispatched", "after-send", "after-flush"])
def test_after_a_restart_of_the_machine_every_intent_without_an_end_is_held(tmp_path: Path, point: str) -> None:
    stage = Stage(tmp_path).plan(mails(COUNT))
    assert stage.act_and_die(point, 1, lambda fault: {"mail.send": FakeActor(stage.world, fault=fault)})
    stage.boot = "boot-2"
    came, ledger = stage.act(FakeActor(stage.world))
    sent, counts = stage.world.sent(), ledger.counts()
    assert max(sent.values()) == 1
    assert came.doubted == counts["in_doubt"]
    assert 1 <= counts["in_doubt"] <= 64, "one group at most"
    assert counts["in_doubt"] + counts["done"] == COUNT


def test_after_a_restart_protected_effects_go_on_by_themselves(tmp_path: Path) -> None:
    for kind in ("idempotent", "verifiable"):
        folder = tmp_path / kind
        folder.mkdir()
        stage = Stage(folder).plan(mails(COUNT))
        assert stage.act_and_die("after-send", 9, lambda fault, k=kind, s=stage: {
            "mail.send": FakeActor(s.world, k, CONNECTIONS, fault=fault)})  # type: ignore[misc]
        stage.boot = "boot-2"
        check_resumed(stage, kind, 0)


def test_where_the_machine_has_no_boot_id_everything_open_is_held(tmp_path: Path) -> None:
    stage = Stage(tmp_path, boot="").plan(mails(COUNT))
    assert stage.act_and_die("after-intent-sync", 1, lambda fault: {"mail.send": FakeActor(stage.world, fault=fault)})
    came, _ = stage.act(FakeActor(stage.world))
    assert came.doubted == 64


@pytest.mark.parametrize("point", ["after-header", "before-closed-sync", "after-closed-sync"])
def test_a_process_that_ends_while_deciding_has_done_nothing(tmp_path: Path, point: str) -> None:
    import os

    stage = Stage(tmp_path)
    child = os.fork()
    if child == 0:
        stage.plan(mails(3), fault=lambda name: os._exit(9) if name == point else None)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    if point == "after-closed-sync":
        _, ledger = stage.act()
        assert ledger.counts() == {"done": 3}
    else:
        stage.plan(mails(3))
        stage.act()
    assert sorted(stage.world.sent().values()) == [1, 1, 1]


def test_kills_at_many_points_in_a_row_leave_each_effect_done_once_or_held(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan([effect(f"c{n:04d}", step) for n in range(75) for step in (1, 2)])
    points = [point for point in POINTS if "final" not in point] * 2
    for n, point in enumerate(points):
        nth = 1 + n % 4 if point in ("after-dispatched", "before-send", "after-send", "after-reply") else 1
        assert stage.act_and_die(
            point, nth, lambda fault: {"mail.send": FakeActor(stage.world, connections=2, fault=fault)}
        )
    _, ledger = stage.act(FakeActor(stage.world, connections=2))
    counts = ledger.counts()
    assert max(stage.world.sent().values()) == 1
    assert 2 <= counts["in_doubt"] <= 2 * len(points)
    # What follows a doubt in its item waits for a person; everything else is done.
    assert counts["done"] + counts["in_doubt"] + counts.get("planned", 0) == COUNT
    assert counts.get("planned", 0) <= counts["in_doubt"]
