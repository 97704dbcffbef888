"""The founding scripts, typed as the handbook shows, are the scripts that were written as JSON, and do the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.slash.handbook import EXAMPLE
from tests.shop import AS_OF, CHURN, WEEKLY, shop


@pytest.fixture
def typed(tmp_path: Path) -> Workbench:
    """A shop whose scripts were typed."""
    (tmp_path / "typed").mkdir()
    bench = open_workbench(shop(tmp_path / "typed"), AS_OF)
    dialogue = Dialogue(bench, as_of=AS_OF)
    for turn in EXAMPLE.splitlines():
        assert dialogue.turn(turn).kind == "answer", turn
    return bench


@pytest.fixture
def written(tmp_path: Path) -> Workbench:
    """A shop whose scripts were saved as JSON."""
    (tmp_path / "written").mkdir()
    bench = open_workbench(shop(tmp_path / "written"), AS_OF)
    bench.do(c.SaveDraft("check_churn_risk", CHURN))
    bench.do(c.SaveDraft("weekly_churn_prevention", WEEKLY))
    bench.do(c.FreezeScript("weekly_churn_prevention"))
    return bench


def frozen(bench: Workbench) -> dict[str, str]:
    listed = bench.do(c.ListScripts())
    assert isinstance(listed, o.ScriptList)
    return {row.name: row.hash for row in listed.rows if (row.state, row.kind) == ("frozen", "script")}


def run(bench: Workbench, name: str, **inputs: Any) -> o.RunView:
    done = bench.do(c.RunScript(name, inputs, AS_OF, dry_run=True))
    assert isinstance(done, o.RunView), done
    return done


def test_typed_scripts_have_the_ids_of_the_written_ones(typed: Workbench, written: Workbench) -> None:
    assert frozen(typed) == frozen(written)
    assert set(frozen(typed)) == {"check_churn_risk", "weekly_churn_prevention"}


def test_they_come_to_the_same_results_effects_and_due_times(typed: Workbench, written: Workbench) -> None:
    for customer in ("john_doe", "mary_major"):
        runs = [run(bench, "check_churn_risk", customer_id=customer) for bench in (typed, written)]
        assert runs[0].result == runs[1].result
        assert runs[0].trace_hash == runs[1].trace_hash
    a, b = (run(bench, "weekly_churn_prevention") for bench in (typed, written))
    assert a.result == b.result
    assert [effect.args for effect in a.effects] == [effect.args for effect in b.effects]
    assert a.effects_total == b.effects_total > 0
    due = typed.do(c.NextDue("weekly_churn_prevention", 1, AS_OF))
    assert isinstance(due, o.DueTimes)
    assert due.times == ("2026-11-23T09:00:00+00:00",)
    job = typed.do(c.ShowJob("weekly_churn_prevention"))
    assert isinstance(job, o.JobView)
    assert job.mocks == ("coupon.generate", "email.send")
