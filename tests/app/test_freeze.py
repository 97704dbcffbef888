"""Freezing: what was frozen never changes, called drafts go first, saved callers follow on request."""

from __future__ import annotations

from sopwb.app.commands import (
    AddSchedule,
    CheckScript,
    ForkScript,
    FreezeScript,
    ListJobs,
    ListScripts,
    NextDue,
    RenameScript,
    RunScript,
    SaveDraft,
    SaveJob,
    ShowScript,
)
from sopwb.app.outputs import DueTimes, Failed, Frozen, JobList, RunView, ScriptList, ScriptView
from sopwb.app.workbench import Workbench
from tests.shop import CHURN, WEEKLY, changed


def freeze(bench: Workbench, name: str, repin: bool = False) -> Frozen:
    output = bench.do(FreezeScript(name, repin))
    assert isinstance(output, Frozen), output
    return output


def test_spelling_does_not_change_the_hash_and_meaning_does(bench: Workbench) -> None:
    bench.do(SaveDraft("a", CHURN))
    bench.do(SaveDraft("b", {**changed(CHURN, 5, cond="(days_since_last  >  60) && (total_spend > 500)"), "note": "x"}))
    bench.do(SaveDraft("c", changed(CHURN, 5, cond="days_since_last >= 60 && total_spend > 500")))
    a, b, c = (freeze(bench, name).hash for name in "abc")
    assert a == b != c


def test_called_drafts_are_frozen_first_in_the_same_transaction(bench: Workbench) -> None:
    bench.do(SaveDraft("check_churn_risk", CHURN))
    bench.do(SaveDraft("weekly", WEEKLY))
    before = bench.store.head()[0]
    frozen = freeze(bench, "weekly")
    assert list(frozen.names) == ["check_churn_risk", "weekly"]
    assert bench.store.head()[0] == before + 1
    rows = bench.do(ListScripts())
    assert isinstance(rows, ScriptList)
    assert {(row.name, row.state) for row in rows.rows} == {("check_churn_risk", "frozen"), ("weekly", "frozen")}


def test_scripts_that_would_call_each_other_are_refused(bench: Workbench) -> None:
    call = {"sop": 1, "steps": [{"op": "call", "name": "x", "script": "b", "args": {}}]}
    bench.do(SaveDraft("b", {"sop": 1, "steps": [{"op": "say", "text": "'x'"}]}))
    bench.do(SaveDraft("a", call))
    bench.do(SaveDraft("b", {"sop": 1, "steps": [{"op": "call", "name": "y", "script": "a", "args": {}}]}))
    output = bench.do(FreezeScript("a"))
    assert isinstance(output, Failed)
    assert "calls itself" in output.diagnostics[0].message


def test_a_new_version_leaves_callers_alone_unless_they_are_to_follow(bench: Workbench) -> None:
    bench.do(SaveDraft("check_churn_risk", CHURN))
    bench.do(SaveDraft("weekly", WEEKLY))
    freeze(bench, "weekly")
    bench.do(SaveJob("weekly", mocks=("email.send",)))
    risky = bench.do(RunScript("weekly"))
    assert isinstance(risky, RunView)
    bench.do(ForkScript("check_churn_risk", "check_churn_risk"))
    view = bench.do(ShowScript("check_churn_risk"))
    assert isinstance(view, ScriptView)
    bench.do(SaveDraft("check_churn_risk", changed(view.script, 5, cond="days_since_last > 9999")))
    assert freeze(bench, "check_churn_risk").callers == ("weekly",)
    again = bench.do(RunScript("weekly"))
    assert isinstance(again, RunView)
    assert again.result == risky.result

    bench.do(ForkScript("check_churn_risk", "check_churn_risk"))
    bench.do(SaveDraft("check_churn_risk", changed(view.script, 5, cond="days_since_last > 9998")))
    assert freeze(bench, "check_churn_risk", repin=True).repinned == ("weekly",)
    last = bench.do(RunScript("weekly"))
    assert isinstance(last, RunView)
    assert last.result["at_risk"] < risky.result["at_risk"]


def test_saved_callers_and_jobs_follow_in_the_same_transaction(bench: Workbench) -> None:
    bench.do(SaveDraft("check_churn_risk", CHURN))
    bench.do(SaveDraft("weekly", WEEKLY))
    freeze(bench, "weekly")
    bench.do(SaveJob("weekly", mocks=("email.send",)))
    bench.do(SaveDraft("check_churn_risk", changed(CHURN, 5, cond="days_since_last > 9999")))
    before = bench.store.head()[0]
    assert freeze(bench, "check_churn_risk", repin=True).repinned == ("weekly",)
    assert bench.store.head()[0] == before + 1
    now = bench.do(RunScript("weekly"))
    assert isinstance(now, RunView)
    assert now.result["at_risk"] < 9
    jobs = bench.do(ListJobs())
    assert isinstance(jobs, JobList)
    assert jobs.rows[0].script == bench.store.ref("script/weekly")


def test_a_fork_is_a_draft_that_means_the_same(bench: Workbench) -> None:
    bench.do(SaveDraft("check_churn_risk", CHURN))
    hash_ = freeze(bench, "check_churn_risk").hash
    bench.do(ForkScript(hash_, "other"))
    view = bench.do(CheckScript("other"))
    assert isinstance(view, ScriptView)
    assert view.checks
    assert freeze(bench, "other").hash == hash_


def test_a_rename_moves_job_and_schedule_and_keeps_the_hash(bench: Workbench) -> None:
    bench.do(SaveDraft("churn", CHURN))
    hash_ = freeze(bench, "churn").hash
    bench.do(SaveJob("churn", inputs={"customer_id": "john_doe"}))
    bench.do(AddSchedule("churn", "every monday at 09:00"))
    bench.do(RenameScript("churn", "risk"))
    assert bench.store.ref("script/risk") == hash_
    due = bench.do(NextDue("risk", 1))
    assert isinstance(due, DueTimes)
    assert due.times == ("2026-11-23T09:00:00+00:00",)
    assert isinstance(bench.do(NextDue("churn", 1)), Failed)
    run = bench.do(RunScript("risk"))
    assert isinstance(run, RunView)
    assert run.result["is_risk"] is True
