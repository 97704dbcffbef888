"""A store whose ids were not yet final becomes one of this version; the old one is kept as it was.

``earlier_store`` is what the demo of the version before left: two scripts, a job, a schedule, drafts, runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sopwb.app.commands import RunScript
from sopwb.app.migrating import migrate_store
from sopwb.app.outputs import RunView
from sopwb.app.workbench import open_workbench
from sopwb.kernel.diagnostics import UserError
from tests.shop import AS_OF, shop

EARLIER = Path(__file__).parent / "earlier_store"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = shop(tmp_path)
    shutil.rmtree(folder / ".sopwb", ignore_errors=True)
    shutil.copytree(EARLIER, folder / ".sopwb")
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(UserError) as error:
        open_workbench(folder, AS_OF)
    return error.value.diagnostics[0].line()


def check_migrated(folder: Path) -> None:
    bench = open_workbench(folder, AS_OF)
    library = bench.library
    assert sorted(library.names("script")) == ["check_churn_risk", "weekly_churn_prevention"]
    assert bench.store.verify(deep=True).sound
    ran = bench.do(RunScript("weekly_churn_prevention", as_of=AS_OF))
    assert isinstance(ran, RunView)
    assert (ran.status, ran.mode, ran.items, ran.effects_total) == ("succeeded", "mocked", 24, 18)
    job, schedule = library.job("weekly_churn_prevention"), library.schedule("weekly_churn_prevention")
    assert job is not None
    assert job.script == library.names("script")["weekly_churn_prevention"]
    assert schedule is not None
    assert schedule.words
    bench.close()


def test_an_earlier_store_is_refused_with_what_to_do(folder: Path) -> None:
    assert "sopwb store migrate" in refused(folder)


def test_a_migrated_store_holds_what_had_a_name_and_runs(folder: Path) -> None:
    before = {path: path.read_bytes() for path in sorted(EARLIER.rglob("*")) if path.is_file()}
    done = migrate_store(folder / ".sopwb")
    assert done.counts == {"script": 2, "draft": 0, "job": 1, "schedule": 1}
    kept = Path(done.kept)
    assert {EARLIER / path.relative_to(kept): path.read_bytes() for path in kept.rglob("*") if path.is_file()} == before
    check_migrated(folder)


def test_a_store_is_migrated_once(folder: Path) -> None:
    migrate_store(folder / ".sopwb")
    with pytest.raises(UserError, match="SOP-A017"):
        migrate_store(folder / ".sopwb")


def test_a_migration_that_was_killed_while_writing_begins_again(folder: Path) -> None:
    (folder / ".sopwb.part" / "log").mkdir(parents=True)
    migrate_store(folder / ".sopwb")
    check_migrated(folder)


def test_a_migration_that_was_killed_between_its_renames_is_finished(folder: Path) -> None:
    migrate_store(folder / ".sopwb")
    (folder / ".sopwb").rename(folder / ".sopwb.part")
    assert "SOP-A017" in refused(folder)
    migrate_store(folder / ".sopwb")
    check_migrated(folder)


def test_a_damaged_earlier_store_is_not_half_migrated(folder: Path) -> None:
    segment = folder / ".sopwb" / "log" / "00000001.seg"
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    with pytest.raises(UserError):
        migrate_store(folder / ".sopwb")
    assert (folder / ".sopwb" / "FORMAT").exists()
    assert not (folder / ".sopwb-sop0").exists()
