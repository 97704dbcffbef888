"""Journals that no record knows, and records whose journal is gone: both are told, never lost without a word."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sopwb.app import commands as c
from sopwb.app.acting.machine import Machine
from sopwb.app.acting.planning import Planning
from sopwb.app.outputs import Failed, PutAway, RunList, StoreReport, StrayJournal
from sopwb.store.errors import Refused
from sopwb.store.journal import Journal
from tests.app.acting.test_runs import Shop, check_sent, mailing
from tests.app.acting.world import RUN, Stage, effect, mails
from tests.store.worlds import QuickDisk


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    found.save(mailing())
    yield found
    found.bench.close()


def die_at(shop: Shop, point: str) -> None:
    """Run in a process that ends at a named point."""
    child = os.fork()
    if child == 0:
        bench = shop.open()
        bench.machine = Machine(disk=QuickDisk(), fault=lambda name: os._exit(9) if name == point else None)
        bench.do(c.RunScript("mailing", allow=("email.send",)))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def listed(shop: Shop) -> tuple[StrayJournal, ...]:
    found = shop.bench.do(c.ListRuns())
    assert isinstance(found, RunList)
    return found.strays


def noticed(shop: Shop) -> tuple[str, ...]:
    report = shop.bench.do(c.VerifyStore(deep=True))
    assert isinstance(report, StoreReport)
    assert report.problems == (), "nothing is damaged"
    return report.notices


@pytest.mark.parametrize(
    ("point", "status", "words"),
    [
        ("after-header", "undecided", "while it decided"),
        ("before-closed-sync", "undecided", "while it decided"),
        ("after-closed-sync", "unrecorded", "before it was recorded"),
    ],
)
def test_a_run_that_was_killed_before_its_record_is_told_and_can_be_put_away(
    shop: Shop, point: str, status: str, words: str
) -> None:
    die_at(shop, point)
    (stray,) = listed(shop)
    assert (stray.status, words in stray.why, "nothing of it was done" in stray.why) == (status, True, True)
    assert stray.counts == ({"planned": 12} if status == "unrecorded" else {})
    assert stray.begun.endswith("+00:00")
    (notice,) = noticed(shop)
    assert stray.why in notice
    for command in (c.ShowRun(stray.run), c.ResumeRun(stray.run[:12]), c.ApproveRun(stray.run), c.PauseRun(stray.run)):
        assert shop.refused(command) == "SOP-A027"
    assert shop.run("email.send").status == "succeeded"
    check_sent(shop, 12)
    put = shop.bench.do(c.CancelRun(stray.run))
    assert isinstance(put, PutAway)
    assert (shop.folder / ".sopwb" / put.name).is_file()
    assert (listed(shop), noticed(shop)) == ((), ())
    assert shop.refused(c.ShowRun(stray.run)) == "SOP-A011"


def test_a_run_that_was_killed_after_its_record_leaves_no_stray(shop: Shop) -> None:
    die_at(shop, "after-run-recorded")
    assert (listed(shop), noticed(shop)) == ((), ())


def test_a_run_that_a_process_is_deciding_is_neither_lost_nor_put_away(shop: Shop) -> None:
    planning = Planning(Machine(disk=QuickDisk()), str(shop.folder / ".sopwb"), RUN)
    planning.plan(effect("c1"))
    (stray,) = listed(shop)
    assert (stray.run, stray.status) == (RUN, "deciding")
    assert noticed(shop) == ()
    assert shop.refused(c.CancelRun(RUN)) == "SOP-S012"
    planning.discard()
    assert listed(shop) == ()


def test_a_store_that_was_put_back_leaves_the_journals_of_runs_that_acted_and_says_what_they_did(
    shop: Shop, tmp_path: Path
) -> None:
    store = shop.folder / ".sopwb"
    shop.bench.close()
    shutil.copytree(store, tmp_path / "backup", ignore=shutil.ignore_patterns("runs"))
    shop.bench = shop.open()
    view = shop.run("email.send", canary=5)
    shop.bench.close()
    for name in ("log", "trace", "idx", "lock", "watermark"):
        path = store / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        if (tmp_path / "backup" / name).is_dir():
            shutil.copytree(tmp_path / "backup" / name, path)
        else:
            shutil.copy(tmp_path / "backup" / name, path)
    shop.bench = shop.open()
    (stray,) = listed(shop)
    assert (stray.run, stray.status, stray.counts) == (view.run, "unrecorded", {"planned": 7, "done": 5})
    assert "it has acted: 7 planned, 5 done" in stray.why
    assert len(noticed(shop)) == 1


def test_a_damaged_stray_is_told_as_such(shop: Shop) -> None:
    die_at(shop, "after-closed-sync")
    path = shop.journal()
    path.write_bytes(b"x" * 50 + path.read_bytes())
    (stray,) = listed(shop)
    assert stray.status in ("damaged", "undecided")
    assert len(noticed(shop)) == 1


def test_an_unfinished_run_whose_journal_is_gone_is_told(shop: Shop) -> None:
    view = shop.run("email.send", canary=5)
    assert noticed(shop) == ()
    shop.journal().unlink()
    (notice,) = noticed(shop)
    assert "it is paused, and its journal is not there" in notice
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-S003"


def test_several_strays_are_not_mistaken_for_each_other(shop: Shop) -> None:
    disk, root = QuickDisk(), str(shop.folder / ".sopwb")
    for digit in "12":
        Journal.create(disk, root, "b3:" + digit * 64, "boot", bytes(32), 0).close()
    assert len(listed(shop)) == 2
    assert shop.refused(c.CancelRun("b3:")) == "SOP-A011"
    assert isinstance(shop.bench.do(c.CancelRun("1111")), PutAway)
    assert [stray.run[3] for stray in listed(shop)] == ["2"]


def test_failing_is_not_being_a_stray(shop: Shop) -> None:
    shop.save({"sop": 1, "steps": [*mailing()["steps"], {"op": "fail", "message": "'no'"}]})
    assert shop.run("email.send").status == "failed"
    assert listed(shop) == ()
    assert isinstance(shop.bench.do(c.CancelRun("b3:ffff")), Failed)


def test_a_journal_without_a_record_makes_room_for_the_same_run_only_where_nothing_of_it_was_done(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path).plan(mails(3))
    begin = partial(Journal.create, stage.disk, stage.root, RUN, "boot", bytes(32), 0, unrecorded=True)
    begin().discard()
    assert len(list((tmp_path / ".sopwb" / "quarantine").iterdir())) == 1
    stage.plan(mails(3)).act()
    with pytest.raises(Refused, match="says that it has acted"):
        begin()
    assert sorted(stage.world.sent().values()) == [1, 1, 1]
