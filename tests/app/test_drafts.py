"""Drafts: every change is a revision, undo and redo move between them, nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from sopwb.app.commands import ApplyEdits, Command, DropDraft, RedoEdit, RunScript, SaveDraft, ScriptHistory, UndoEdit
from sopwb.app.outputs import Failed, History, RunView, ScriptView
from sopwb.app.workbench import Workbench
from tests.shop import CHURN, WEEKLY, changed


def done(bench: Workbench, command: Command) -> ScriptView:
    output = bench.do(command)
    assert isinstance(output, ScriptView), output
    return output


def refused(bench: Workbench, command: Command) -> str:
    output = bench.do(command)
    assert isinstance(output, Failed), output
    return output.diagnostics[0].code


def expr(view: ScriptView, step: int) -> Any:
    return view.script["steps"][step]["expr"]


def test_a_draft_that_does_not_check_is_kept_with_its_diagnostics(bench: Workbench) -> None:
    view = done(bench, SaveDraft("churn", changed(CHURN, 4, expr="orders.sum(o, o.totl)")))
    assert [d.nearest for d in view.diagnostics] == ["total"]
    assert done(bench, SaveDraft("churn", CHURN)).checks


def test_undo_and_redo_walk_the_revisions(bench: Workbench) -> None:
    first = done(bench, SaveDraft("churn", CHURN))
    second = done(bench, SaveDraft("churn", changed(CHURN, 4, expr="1")))
    third = done(bench, SaveDraft("churn", changed(CHURN, 4, expr="2")))
    assert done(bench, UndoEdit("churn")).rev == second.rev
    assert done(bench, UndoEdit("churn")).rev == first.rev
    assert refused(bench, UndoEdit("churn")) == "SOP-A004"
    assert done(bench, RedoEdit("churn")).rev == second.rev
    assert done(bench, RedoEdit("churn")).rev == third.rev
    assert refused(bench, RedoEdit("churn")) == "SOP-A004"


def test_an_edit_after_undo_begins_a_new_branch_and_redo_goes_to_the_child_last_left(bench: Workbench) -> None:
    done(bench, SaveDraft("churn", CHURN))
    done(bench, SaveDraft("churn", changed(CHURN, 4, expr="1")))
    done(bench, UndoEdit("churn"))
    other = done(bench, SaveDraft("churn", changed(CHURN, 4, expr="2")))
    assert refused(bench, RedoEdit("churn")) == "SOP-A004"
    done(bench, UndoEdit("churn"))
    assert done(bench, RedoEdit("churn")).rev == other.rev


def test_edits_are_applied_all_or_none(bench: Workbench) -> None:
    before = done(bench, SaveDraft("churn", CHURN))
    good = {"edit": "remove", "at": "steps/5"}
    bad = {"edit": "remove", "at": "steps/99"}
    output = bench.do(ApplyEdits("churn", [good, bad]))
    assert isinstance(output, Failed)
    assert done(bench, SaveDraft("churn", before.script)).rev == before.rev
    assert len(done(bench, ApplyEdits("churn", [good])).script["steps"]) == len(CHURN["steps"]) - 1


def test_an_edit_of_an_older_revision_is_a_conflict(bench: Workbench) -> None:
    old = done(bench, SaveDraft("churn", CHURN))
    done(bench, SaveDraft("churn", changed(CHURN, 4, expr="1")))
    assert refused(bench, ApplyEdits("churn", [{"edit": "remove", "at": "steps/0"}], base=old.rev)) == "SOP-A003"


def test_what_changed_is_said_from_the_difference(bench: Workbench) -> None:
    done(bench, SaveDraft("churn", CHURN))
    view = done(bench, SaveDraft("churn", changed(CHURN, 5, cond="days_since_last > 90 && total_spend > 500")))
    assert len(view.changes) == 1
    assert "60" in view.changes[0]
    assert "90" in view.changes[0]


def test_a_dropped_draft_stays_in_the_history(bench: Workbench) -> None:
    view = done(bench, SaveDraft("churn", CHURN))
    bench.do(DropDraft("churn"))
    history = bench.do(ScriptHistory("churn"))
    assert isinstance(history, History)
    assert [row.hash for row in history.rows] == [view.rev, ""]


@pytest.mark.parametrize("name", ["", "a b", "1x", "a/b", "é", "x" * 65, "a-b"])
def test_what_is_not_a_name_is_refused(bench: Workbench, name: str) -> None:
    assert refused(bench, SaveDraft(name, CHURN)) == "SOP-A006"


@pytest.mark.parametrize("engine", ["rows", "sets"])
def test_a_draft_runs_the_drafts_that_it_calls_as_they_are_now(bench: Workbench, engine: str) -> None:
    done(bench, SaveDraft("check_churn_risk", CHURN))
    done(bench, SaveDraft("weekly", WEEKLY))
    results = []
    for days in (60, 90):
        cond = f"days_since_last > {days} && total_spend > 500"
        done(bench, SaveDraft("check_churn_risk", changed(CHURN, 5, cond=cond)))
        run = bench.do(RunScript("weekly", dry_run=True, draft=True, engine=engine))
        assert isinstance(run, RunView), run
        results.append((run.engine, run.result))
    assert results == [(engine, {"at_risk": 9}), (engine, {"at_risk": 6})]


def test_extracting_steps_makes_a_second_draft_in_the_same_transaction(bench: Workbench) -> None:
    done(bench, SaveDraft("churn", CHURN))
    before = bench.store.head()[0]
    edit = {"edit": "extract", "at": "steps/3", "count": 2, "name": "figures"}
    view = done(bench, ApplyEdits("churn", [edit]))
    assert bench.store.head()[0] == before + 1
    assert [step["op"] for step in view.script["steps"]].count("call") == 1
    assert bench.library.need_draft("figures").parent == ""
    assert refused(bench, ApplyEdits("churn", [{**edit, "at": "steps/0", "count": 1}])) == "SOP-A005"
