"""Examples as tests: kept beside a name, run before each freeze, on the records of the day on which they were added."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sopwb.app import trying
from sopwb.app.commands import (
    AddExample,
    Command,
    DropDraft,
    ForkScript,
    FreezeScript,
    ListExamples,
    RemoveExample,
    RenameScript,
    RunExamples,
    RunScript,
    SaveDraft,
)
from sopwb.app.example_outputs import ExampleList, ExamplesTried, ExampleTried
from sopwb.app.handlers import examples as handlers
from sopwb.app.outputs import Failed, Frozen, RunView
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.run.recording import RecordingTables
from tests.shop import AS_OF, CHURN, WEEKLY, changed, shop

NAME = "check_churn_risk"
JOHN = {"customer_id": "john_doe"}
AT_RISK = {"fields": {"is_risk": True}}
STRICTER = changed(CHURN, 5, cond="days_since_last > 9999")
"""Nobody is at risk by this one."""


def add(bench: Workbench, expect: dict[str, Any] = AT_RISK, inputs: dict[str, Any] = JOHN, **more: Any) -> ExampleTried:
    output = bench.do(AddExample(NAME, inputs, expect, **more))
    assert isinstance(output, ExamplesTried), output
    return output.rows[0]


def tried(bench: Workbench, command: RunExamples | None = None) -> list[tuple[int, bool, str]]:
    """Try examples and give their numbers, whether each holds, and on what data."""
    output = bench.do(command or RunExamples(NAME))
    assert isinstance(output, ExamplesTried), output
    return [(row.number, row.holds, row.run.data if row.run else "") for row in output.rows]


def refused(bench: Workbench, command: Command, code: str) -> tuple[Diagnostic, ...]:
    """Have a command refused; nothing is changed then."""
    head = bench.store.head()
    output = bench.do(command)
    assert isinstance(output, Failed), output
    assert {d.code for d in output.diagnostics} == {code}
    assert bench.store.head() == head
    return output.diagnostics


def freezes(bench: Workbench, name: str = NAME, repin: bool = False) -> Frozen:
    output = bench.do(FreezeScript(name, repin))
    assert isinstance(output, Frozen), output
    return output


def expectations(bench: Workbench, name: str = NAME) -> list[dict[str, Any]]:
    output = bench.do(ListExamples(name))
    assert isinstance(output, ExampleList), output
    return [row.expect for row in output.rows]


def order_of_john(bench: Workbench) -> None:
    """John Doe orders something on the day of ``AS_OF``."""
    source = Path(bench.workspace.folder) / "shop.json"
    data = json.loads(source.read_text())
    order = {"id": "o9999", "customer_id": "john_doe", "ordered_at": "2026-11-22T07:00:00Z", "total": 5}
    data["orders"]["9999"] = {**next(iter(data["orders"].values())), **order}
    source.write_text(json.dumps(data))
    bench.reload_data()


# --- freezing -------------------------------------------------------------------------------------------


def test_a_freeze_runs_the_examples_and_says_how_many_held(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    assert add(bench).holds
    add(bench, {"fields": {"is_risk": False, "reason": "Active"}}, {"customer_id": "carl_winter"})
    assert freezes(bench).examples == 2


def test_an_example_that_does_not_hold_refuses_the_freeze_and_says_what_was_found(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    bench.do(SaveDraft(NAME, STRICTER))
    (wrong,) = refused(bench, FreezeScript(NAME), "SOP-A050")
    assert (wrong.path, wrong.expected, wrong.found) == (f"examples/{NAME}/1", "true", "false")
    assert wrong.message == f"for customer_id=john_doe {NAME} must give is_risk true, not false"
    for way_on in (
        "script test",
        "example add check_churn_risk --input customer_id=john_doe",
        f"example remove {NAME} 1",
    ):
        assert way_on in wrong.hint


@pytest.mark.parametrize("way_out", [RemoveExample(NAME, 1), AddExample(NAME, JOHN, {"fields": {"is_risk": False}})])
def test_only_removing_or_changing_the_example_lets_the_freeze_through(bench: Workbench, way_out: Command) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    bench.do(SaveDraft(NAME, STRICTER))
    refused(bench, FreezeScript(NAME, repin=True), "SOP-A050")
    bench.do(way_out)
    assert freezes(bench).hash


def test_examples_of_called_drafts_and_of_saved_callers_that_follow_run_too(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    bench.do(SaveDraft("weekly", WEEKLY))
    added = bench.do(AddExample("weekly", {}, {"fields": {"at_risk": 9}}))
    assert isinstance(added, ExamplesTried)
    assert added.rows[0].holds, added.rows[0].missed
    add(bench)
    assert freezes(bench, "weekly").examples == 2

    bench.do(SaveDraft(NAME, STRICTER))
    bench.do(RemoveExample(NAME, 1))
    (wrong,) = refused(bench, FreezeScript(NAME, repin=True), "SOP-A050")
    assert wrong.path == "examples/weekly/1"
    assert freezes(bench).callers == ("weekly",), "on its own the new version is nobody else's matter"


def test_an_example_is_no_part_of_the_hash(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    bench.do(SaveDraft("twin", CHURN))
    add(bench)
    assert freezes(bench).hash == freezes(bench, "twin").hash


# --- the world that it was recorded in ------------------------------------------------------------------------


def test_neither_new_data_nor_another_day_changes_what_an_example_comes_to(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    bench = open_workbench(folder, AS_OF)
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    order_of_john(bench)
    bench.close()
    later = open_workbench(folder, "2031-01-01T00:00:00Z")
    assert tried(later) == [(1, True, "recorded")]
    later.close()
    soon = open_workbench(folder, AS_OF)
    assert tried(soon, RunExamples(NAME, live=True)) == [(1, False, "live")], "today the answer is another one"
    soon.close()


def test_a_script_that_asks_for_more_is_tried_on_the_data_as_it_is_and_recorded_anew_by_the_freeze(
    bench: Workbench,
) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    other = changed(CHURN, 1, where="it.customer_id == customer.id && it.total > 100")
    other = changed(other, 5, cond="days_since_last > 60")
    bench.do(SaveDraft(NAME, changed(other, 6, value={"is_risk": "false", "reason": "customer.name"})))
    assert tried(bench) == [(1, True, "live")]
    assert tried(bench) == [(1, True, "live")], "trying keeps nothing"
    freezes(bench)
    order_of_john(bench)
    assert tried(bench) == [(1, True, "recorded")]


def test_an_example_decides_byte_for_byte_as_the_run_did(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    ran = bench.do(RunScript(NAME, JOHN, dry_run=True))
    again = bench.do(RunExamples(NAME))
    assert isinstance(ran, RunView)
    assert isinstance(again, ExamplesTried)
    assert again.rows[0].run is not None
    assert again.rows[0].run.trace_hash == ran.trace_hash


def test_a_miss_on_todays_data_says_so(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    bench.do(SaveDraft(NAME, changed(STRICTER, 6, value={"is_risk": "false", "reason": "customer.name"})))
    (wrong,) = refused(bench, FreezeScript(NAME), "SOP-A050")
    assert "on the data of today" in wrong.message


def test_adding_an_example_again_takes_the_records_of_that_moment(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    order_of_john(bench)
    assert tried(bench) == [(1, True, "recorded")]
    assert not add(bench).holds
    assert tried(bench) == [(1, False, "recorded")]


def test_an_example_with_an_instant_of_its_own_is_another_one(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    earlier = add(bench, {"fields": {"is_risk": False}}, as_of="2026-09-01T00:00:00Z")
    assert (earlier.number, earlier.holds) == (2, True), "john's last order is eleven days ago then"
    assert tried(bench) == [(1, True, "recorded"), (2, True, "recorded")]


def test_an_example_sends_nothing(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    bench.do(SaveDraft("weekly", WEEKLY))
    output = bench.do(AddExample("weekly", {}, {"result": {"at_risk": 9}}))
    assert isinstance(output, ExamplesTried)
    run = output.rows[0].run
    assert run is not None
    assert run.effects_total > 0
    assert bench.store.refs("run/") == {}


# --- what can be expected ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "expect", "missed"),
    [
        (JOHN, {"fields": {"is_risk": "true"}}, []),
        (JOHN, {"fields": {"reason": "Last order was 94 days ago"}}, []),
        (JOHN, {"result": {"is_risk": True, "reason": "Last order was 94 days ago"}}, []),
        (JOHN, {"fields": {"is_risk": True, "reason": "x"}}, ['reason "x", not "Last order was 94 days ago"']),
        ({"customer_id": "nobody"}, {"fails": "no record of customers"}, []),
        ({"customer_id": "nobody"}, {"fails": ""}, []),
        (JOHN, {"fails": ""}, [
            'a failure, not the result {"is_risk": true, "reason": "Last order was 94 days ago"}']),
    ],
)  # fmt: skip
def test_an_example_expects_fields_a_result_or_a_failure(
    bench: Workbench, inputs: dict[str, Any], expect: dict[str, Any], missed: list[str]
) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    assert [miss.words() for miss in add(bench, expect, inputs).missed] == missed


def test_an_unexpected_failure_is_a_miss_with_its_message(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    (miss,) = add(bench, inputs={"customer_id": "nobody"}).missed
    assert miss.expected == "is_risk true"
    assert "SOP-R031" in miss.found


def test_decimals_are_compared_as_numbers(bench: Workbench) -> None:
    total = {"sop": 1, "params": {"x": "decimal"}, "returns": "decimal", "steps": [{"op": "return", "value": "x * 2"}]}
    bench.do(SaveDraft(NAME, total))
    assert add(bench, {"result": "1200.00"}, {"x": "600"}).holds
    assert add(bench, {"result": 3}, {"x": "1.5"}).holds


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (AddExample(NAME, JOHN, {"fields": {"is_rsk": True}}), "SOP-A051", "did you mean is_risk?"),
        (AddExample(NAME, JOHN, {"fields": {"is_risk": "maybe"}}), "SOP-A051", "is_risk is bool"),
        (AddExample(NAME, JOHN, {}), "SOP-A051", "expected fields, a result, or that it fails"),
        (AddExample(NAME, JOHN, {"fields": {"is_risk": True}, "fails": ""}), "SOP-A051", "expected"),
        (AddExample(NAME, {}, AT_RISK), "SOP-R001", "customer_id is missing"),
        (AddExample(NAME, JOHN, AT_RISK, as_of="soon"), "SOP-U003", "'soon' is not an instant"),
        (AddExample("chek", JOHN, AT_RISK), "SOP-A001", "there is no script 'chek'"),
        (RemoveExample(NAME, 1), "SOP-A052", "has no example 1"),
        (RunExamples("#9c1a"), "SOP-A006", "'#9c1a' is not a name"),
        (RunExamples("chek"), "SOP-A001", "there is no script 'chek'"),
        (ListExamples("chek"), "SOP-A001", "there is no script 'chek'"),
    ],
)
def test_what_does_not_fit_is_refused(bench: Workbench, command: Command, code: str, says: str) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    assert says in refused(bench, command, code)[0].line()


def test_an_example_that_the_script_outgrew_does_not_hold_and_says_why(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    without = {**CHURN, "returns": {"reason": "string"}}
    for step in (2, 5):
        without = changed(without, step, then=[{"op": "return", "value": {"reason": "'x'"}}])
    bench.do(SaveDraft(NAME, changed(without, 6, value={"reason": "'y'"})))
    (wrong,) = refused(bench, FreezeScript(NAME), "SOP-A050")
    assert "the result has no field is_risk" in wrong.message


def test_the_examples_of_a_draft_that_does_not_check_do_not_hold(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, changed(CHURN, 5, cond="days_since > 60")))
    row = add(bench)
    assert not row.holds
    assert row.missed[0].words().startswith("its script does not check: SOP-")
    bench.do(SaveDraft(NAME, CHURN))
    assert freezes(bench).examples == 1
    assert tried(bench) == [(1, True, "recorded")], "the freeze recorded it"


# --- names ------------------------------------------------------------------------------------------------------


def test_examples_follow_a_rename_and_are_copied_by_a_fork(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    freezes(bench)
    bench.do(RenameScript(NAME, "risk"))
    refused(bench, ListExamples(NAME), "SOP-A001")
    bench.do(ForkScript("risk", "other"))
    bench.do(RemoveExample("risk", 1))
    assert (expectations(bench, "risk"), expectations(bench, "other")) == ([], [AT_RISK])


def test_dropping_a_draft_keeps_the_examples_of_what_is_frozen_only(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    bench.do(DropDraft(NAME))
    bench.do(SaveDraft(NAME, CHURN))
    assert expectations(bench) == []
    add(bench)
    freezes(bench)
    bench.do(SaveDraft(NAME, STRICTER))
    bench.do(DropDraft(NAME))
    assert expectations(bench) == [AT_RISK]


def test_every_list_that_a_name_ever_had_stays_in_its_history(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    bench.do(RemoveExample(NAME, 1))
    whys = [change.why for change in bench.store.ref_history(f"example/{NAME}")]
    assert whys == ["add an example", "remove an example"]
    assert bench.store.verify(deep=True).problems == ()


def test_all_scripts_are_tried_where_none_is_named_the_draft_before_the_frozen_one(bench: Workbench) -> None:
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    freezes(bench)
    bench.do(SaveDraft(NAME, STRICTER))
    assert tried(bench, RunExamples()) == [(1, False, "recorded")]
    assert tried(bench, RunExamples(frozen=True)) == [(1, True, "recorded")]


# --- records that are not there --------------------------------------------------------------------------------------


def test_a_run_that_reads_too_much_to_keep_is_tried_on_the_data_as_it_is(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "RecordingTables", partial(RecordingTables, bytes_max=100))
    bench.do(SaveDraft(NAME, CHURN))
    run = add(bench).run
    assert run is not None
    assert run.data == "live"
    freezes(bench)
    assert tried(bench) == [(1, True, "live")]
    order_of_john(bench)
    assert tried(bench) == [(1, False, "live")]


def test_records_whose_segment_was_retired_are_as_if_never_kept(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    bench = open_workbench(folder, AS_OF)
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    bench.close()
    for segment in (folder / ".sopwb" / "trace").glob("*.seg"):
        segment.unlink()
    bench = open_workbench(folder, AS_OF)
    assert tried(bench) == [(1, True, "live")]
    bench.close()


def test_a_source_that_cannot_be_read_is_a_miss_in_words(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    bench = open_workbench(folder, AS_OF)
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    freezes(bench)
    bench.close()
    (folder / "shop.json").rename(folder / "gone.json")
    bench = open_workbench(folder, AS_OF)
    assert tried(bench) == [(1, True, "recorded")], "what was recorded needs no source"
    output = bench.do(RunExamples(NAME, live=True))
    assert isinstance(output, ExamplesTried)
    assert "it cannot run: SOP-" in output.rows[0].missed[0].found
    bench.close()


def test_a_script_has_no_more_examples_than_a_person_reads(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "EXAMPLES_MAX", 1)
    bench.do(SaveDraft(NAME, CHURN))
    add(bench)
    assert add(bench).number == 1, "replacing one is always possible"
    refused(bench, AddExample(NAME, {"customer_id": "mia_olsen"}, AT_RISK), "SOP-A053")
