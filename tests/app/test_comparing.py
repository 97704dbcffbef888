"""What would change: two versions over a source, item by item, and what a freeze says before it replaces one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import (
    Command,
    CompareScripts,
    DiffRuns,
    DiffScripts,
    FreezeScript,
    PreviewFreeze,
    RunScript,
    SaveDraft,
)
from sopwb.app.comparison_text import comparison_lines, preview_lines
from sopwb.app.handlers import comparing
from sopwb.app.outputs import Comparison, Difference, Failed, FreezePreview, Frozen, RunDifference, RunView, ScriptView
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.run.codes import SCRIPT_FAILED
from tests.shop import AS_OF, CHURN, WEEKLY, changed

CHURN_90 = changed(CHURN, 5, cond="days_since_last > 90 && total_spend > 500")


def freeze(bench: Workbench, name: str, script: dict[str, Any]) -> str:
    bench.do(SaveDraft(name, script))
    output = bench.do(FreezeScript(name))
    assert isinstance(output, Frozen), output
    return output.hash


def compared(bench: Workbench, old: str, new: str = "", source: str = "customers", **more: Any) -> Comparison:
    output = bench.do(CompareScripts(old, new, source, **more))
    assert isinstance(output, Comparison), output
    assert output.items == output.same + output.different + output.only_old + output.only_new
    return output


def refused(bench: Workbench, command: Command) -> str:
    output = bench.do(command)
    assert isinstance(output, Failed), output
    return output.diagnostics[0].line()


def summary(found: Comparison) -> tuple[int, ...]:
    """Same, different, only in old, only in new."""
    return found.same, found.different, found.only_old, found.only_new


def effects(found: Comparison) -> tuple[int, int, int]:
    return found.effects_come, found.effects_go, found.effects_change


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Workbench]:
    """Lots with a whole number as key, which no text order would sort, and visits without a key."""
    (tmp_path / "sopwb.toml").write_text(
        '[workspace]\nname = "yard"\n[data.lots]\npath = "lots.csv"\nkey = "lot"\n[data.bids]\npath = "bids.csv"\n'
        'key = "id"\n[data.visits]\npath = "visits.csv"\n'
    )
    (tmp_path / "lots.csv").write_text("lot,owner,price\n10,ann,5.00\n9,bob,7.50\n100,cat,1.25\n")
    (tmp_path / "bids.csv").write_text("id,lot,who\nb1,10,dan\nb2,10,eve\nb3,9,dan\n")
    (tmp_path / "visits.csv").write_text("who,page\nann,home\n")
    opened = open_workbench(tmp_path, AS_OF)
    yield opened
    opened.close()


def lot(*steps: dict[str, Any], returns: Any = "string", **params: str) -> dict[str, Any]:
    """A script of one lot: its record, then ``steps``."""
    fetch = {"op": "fetch", "name": "lot", "from": "lots", "where": "it.lot == number", "one": "required"}
    return {"sop": 1, "params": {"number": "int", **params}, "returns": returns, "steps": [fetch, *steps]}


def gives(value: Any) -> dict[str, Any]:
    return {"op": "return", "value": value}


def mail(to: str = "lot.owner", body: str = "'x'") -> dict[str, Any]:
    return {"op": "tool", "name": "sent", "tool": "email.send", "args": {"to": to, "subject": "'s'", "body": body}}


# --- a script that takes a key ------------------------------------------------------------------------
def test_a_draft_is_compared_with_what_is_frozen_for_every_record(bench: Workbench) -> None:
    old = freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", CHURN_90))
    found = compared(bench, "churn")
    assert (found.old.id, found.old.state, found.new.state, found.param) == (old, "frozen", "draft", "customer_id")
    assert summary(found) == (21, 3, 0, 0)
    assert [change.item for change in found.changes] == ["bea_novak", "quinn_adler", "uma_vance"]
    first = found.changes[0]
    assert [(f.field, f.kind, f.old, f.new) for f in first.fields] == [
        ("is_risk", "changed", True, False),
        ("reason", "changed", "Last order was 88 days ago", "Active"),
    ]


def test_the_instant_is_the_one_that_is_asked_for(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", CHURN_90))
    later = compared(bench, "churn", as_of="2027-11-22T08:00:00Z")
    assert (later.same, later.as_of) == (24, "2027-11-22T08:00:00Z")


def test_names_hashes_versions_and_drafts_all_name_a_side(bench: Workbench) -> None:
    first = freeze(bench, "churn", CHURN)
    second = freeze(bench, "churn", CHURN_90)
    view = bench.do(SaveDraft("churn", CHURN))
    assert isinstance(view, ScriptView)
    different = [
        compared(bench, *refs).different
        for refs in (("churn@1", "churn@2"), (first, second), ("#" + first[3:12], "churn@2"),
                     ("churn@2", "draft:churn"), ("churn@2", view.rev), ("churn@2", ""), ("churn@1", "draft:churn"))
    ]  # fmt: skip
    assert different == [3, 3, 3, 3, 3, 3, 0]


def test_a_version_that_there_is_not_is_said(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    assert "churn@1 to churn@1" in refused(bench, CompareScripts("churn@2", "churn", "customers"))
    assert "SOP-A002" in refused(bench, CompareScripts("churn", "", "customers"))
    bench.do(SaveDraft("other", CHURN))
    assert "SOP-A001" in refused(bench, CompareScripts("other", "", "customers"))
    assert "SOP-A001" in refused(bench, DiffScripts("other"))


def test_one_reference_means_its_draft_in_text_as_well(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    freeze(bench, "churn", changed(CHURN, 4, expr="1.5"))
    freeze(bench, "another", changed(CHURN, 4, expr="1.5"))  # one hash, two names
    bench.do(SaveDraft("churn", CHURN_90))
    for refs, count in ((("churn@1",), 1), (("churn",), 2), (("churn@1", "churn@2"), 1)):
        found = bench.do(DiffScripts(*refs))
        assert isinstance(found, Difference)
        assert len(found.changes) == count


def test_an_earlier_revision_of_a_draft_is_run_as_it_was(bench: Workbench) -> None:
    early = bench.do(SaveDraft("churn", CHURN_90))
    assert isinstance(early, ScriptView)
    bench.do(SaveDraft("churn", CHURN))
    assert compared(bench, early.rev, "churn").different == 3


def test_items_come_in_the_order_of_their_keys_not_of_their_texts(yard: Workbench) -> None:
    freeze(yard, "owner", lot(gives("lot.owner")))
    yard.do(SaveDraft("owner", lot(gives("upper(lot.owner)"))))
    assert [change.item for change in compared(yard, "owner", source="lots").changes] == ["9", "10", "100"]
    few = compared(yard, "owner", source="lots", limit=2)
    assert ([change.item for change in few.changes], few.different) == (["9", "10"], 3)


def test_other_parameters_come_from_inputs_and_each_side_takes_its_own(yard: Workbench) -> None:
    freeze(yard, "dear", lot(gives("lot.price > 5.0"), returns="bool"))
    yard.do(SaveDraft("dear", lot(gives("lot.price > limit"), returns="bool", limit="decimal", note="string?")))
    assert "the input limit is missing" in refused(yard, CompareScripts("dear", "", "lots"))
    assert summary(compared(yard, "dear", source="lots", inputs={"limit": "5"})) == (3, 0, 0, 0)
    assert summary(compared(yard, "dear", source="lots", inputs={"limit": "1"})) == (1, 2, 0, 0)
    assert "did you mean limit?" in refused(yard, CompareScripts("dear", "", "lots", inputs={"limt": "1"}))


def test_where_two_parameters_could_take_the_key_one_is_named(yard: Workbench) -> None:
    freeze(yard, "two", lot(gives("lot.owner"), more="int"))
    yard.do(SaveDraft("two", lot(gives("lot.owner + string(more)"), more="int")))
    assert "--param NAME" in refused(yard, CompareScripts("two", "", "lots"))
    assert "the input more is missing" in refused(yard, CompareScripts("two", "", "lots", param="number"))
    assert compared(yard, "two", source="lots", param="number", inputs={"more": "1"}).different == 3
    assert compared(yard, "two", source="lots", inputs={"more": "1"}).param == "number"


def test_what_does_not_fit_together_is_said(yard: Workbench) -> None:
    freeze(yard, "owner", lot(gives("lot.owner")))
    freeze(yard, "all", {"sop": 1, "steps": [{"op": "each", "from": "lots", "as": "l", "do": []}]})
    freeze(yard, "hello", {"sop": 1, "steps": [{"op": "say", "text": "'hi'"}]})
    twice = [{"op": "each", "from": "lots", "as": name, "do": []} for name in "ab"]
    freeze(yard, "twice", {"sop": 1, "steps": twice})
    for refs, part in (
        (("owner", "all", "lots"), "nothing in common"),
        (("hello", "hello", "lots"), "neither loops over lots nor has a parameter"),
        (("owner", "owner", "bids"), "SOP-A033"),
        (("twice", "twice", "lots"), "2 loops"),
        (("owner", "owner", "visits"), "SOP-A034"),
        (("owner", "owner", "lot"), "did you mean lots?"),
    ):
        assert part in refused(yard, CompareScripts(*refs))
    assert "did you mean number?" in refused(yard, CompareScripts("owner", "owner", "lots", param="numbr"))


# --- failures and effects ---------------------------------------------------------------------------------
def test_an_item_that_fails_is_one_of_the_answer(yard: Workbench) -> None:
    refuse = {"op": "if", "cond": "lot.lot == 10", "then": [{"op": "fail", "message": "'no'"}]}
    freeze(yard, "owner", lot(gives("lot.owner")))
    yard.do(SaveDraft("owner", lot(refuse, gives("lot.owner"))))
    found = compared(yard, "owner", source="lots")
    assert (summary(found), found.failed_old, found.failed_new) == ((2, 1, 0, 0), 0, 1)
    (change,) = found.changes
    assert (change.item, change.old, change.new, change.old_error) == ("10", "ann", None, "")
    assert change.new_error == f"{SCRIPT_FAILED} at steps/1/then/0: no"


def test_a_failure_whose_step_only_moved_is_the_same(yard: Workbench) -> None:
    failing = {"op": "fail", "message": "'no'"}
    freeze(yard, "never", lot(failing))
    yard.do(SaveDraft("never", lot({"op": "say", "text": "'hi'"}, failing)))
    found = compared(yard, "never", source="lots")
    assert (summary(found), found.failed_old, found.failed_new) == ((3, 0, 0, 0), 3, 3)


def test_effects_come_go_and_change(yard: Workbench) -> None:
    maybe = {"op": "if", "cond": "lot.lot != 9", "then": [mail()]}
    freeze(yard, "tell", lot(maybe, gives("lot.owner")))
    other = {"op": "if", "cond": "lot.lot != 10", "then": [mail(body="lot.lot == 100 ? 'y' : 'x'")]}
    yard.do(SaveDraft("tell", lot(other, gives("lot.owner"))))
    found = compared(yard, "tell", source="lots")
    assert (summary(found), effects(found)) == ((0, 3, 0, 0), (1, 1, 1))
    assert [(c.item, c.effects[0].kind) for c in found.changes] == [("9", "comes"), ("10", "goes"), ("100", "changes")]
    assert '  ~ email.send body "x" → "y"' in comparison_lines(found)


def test_a_step_that_only_moved_changes_no_code_and_no_receipt(yard: Workbench) -> None:
    coupon = {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}}
    again = {**coupon, "name": "second"}
    steps = [coupon, again, mail(body="'Codes ' + coupon.code + ' ' + second.code"), gives("sent.id")]
    freeze(yard, "code", lot(*steps))
    yard.do(SaveDraft("code", lot({"op": "say", "text": "'hi'"}, *steps)))
    assert compared(yard, "code", source="lots").nothing
    yard.do(SaveDraft("code", lot(*steps[:2], mail(body="'Codes ' + second.code + ' ' + coupon.code"), steps[3])))
    assert effects(compared(yard, "code", source="lots")) == (0, 0, 3)


def test_effects_of_items_in_items_belong_to_the_outermost(yard: Workbench) -> None:
    def bidders(body: str) -> dict[str, Any]:
        each = {"op": "each", "from": "bids", "where": "it.lot == lot.lot", "as": "bid", "do": [mail("bid.who", body)]}
        return lot(each, gives("lot.owner"))

    freeze(yard, "bidders", bidders("'x'"))
    yard.do(SaveDraft("bidders", bidders("bid.id == 'b2' ? 'y' : 'x'")))
    found = compared(yard, "bidders", source="lots")
    assert ([change.item for change in found.changes], effects(found)) == (["10"], (0, 0, 1))


@pytest.mark.parametrize("sides", [("sets", "sets"), ("rows", "sets")])
def test_either_engine_compares_alike(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, sides: tuple[str, str]
) -> None:
    coupon = {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}}
    tell = {"op": "tool", "tool": "email.send", "args": {
        "to": "customer.email", "subject": "'x'", "body": "'Code ' + coupon.code"}}  # fmt: skip
    risky = {**CHURN["steps"][5], "then": [coupon, tell, *CHURN["steps"][5]["then"]]}
    refuse = {"op": "if", "cond": "customer.name.startsWith('A')", "then": [{"op": "fail", "message": "'no'"}]}
    steps = [*CHURN["steps"][:5], risky, CHURN["steps"][6]]
    freeze(bench, "churn", {**CHURN, "steps": steps})
    later = {**risky, "cond": CHURN_90["steps"][5]["cond"]}
    bench.do(SaveDraft("churn", {**CHURN, "steps": [steps[0], refuse, *steps[1:5], later, steps[6]]}))
    by_rows = compared(bench, "churn")
    used, find = list[str](), comparing.Engines
    monkeypatch.setattr(comparing, "Engines", lambda _, *more, **keep: find(sides[len(used)], *more, **keep))
    execute = comparing.execute

    def watched(*args: Any, sets: Any, **more: Any) -> Any:
        done = execute(*args, sets=sets, **more)
        used.append("sets" if sets.used else "rows")
        return done

    monkeypatch.setattr(comparing, "execute", watched)
    assert compared(bench, "churn") == by_rows
    assert tuple(used) == sides
    assert by_rows.failed_new > 0
    assert by_rows.effects_go > 0


# --- batches ------------------------------------------------------------------------------------------------
def test_a_batch_is_compared_by_its_yields_its_effects_and_its_result(bench: Workbench) -> None:
    freeze(bench, "check_churn_risk", CHURN)
    freeze(bench, "weekly", WEEKLY)
    freeze(bench, "check_churn_risk", CHURN_90)
    bench.do(SaveDraft("weekly", WEEKLY))
    found = compared(bench, "weekly")
    assert (summary(found), effects(found), found.param) == ((21, 3, 0, 0), (0, 6, 0), "")
    assert (found.old.result, found.new.result) == ({"at_risk": 9}, {"at_risk": 6})


def test_a_batch_that_leaves_items_out_or_takes_more_says_which(yard: Workbench) -> None:
    def batch(where: str, **more: Any) -> dict[str, Any]:
        each = {"op": "each", "name": "rows", "from": "lots", "where": where, "as": "l", "do": [], "yield": "l.owner"}
        return {"sop": 1, "steps": [{**each, **more}]}

    freeze(yard, "some", batch("it.lot >= 10", order_by=["it.price"]))
    yard.do(SaveDraft("some", batch("it.lot <= 10", order_by=["it.price desc"])))
    found = compared(yard, "some", source="lots")
    assert summary(found) == (1, 0, 1, 1)
    assert [(change.item, change.side) for change in found.changes] == [("9", "new"), ("100", "old")]


def test_a_batch_without_yields_is_compared_by_its_effects(yard: Workbench) -> None:
    def batch(body: str) -> dict[str, Any]:
        say = {"op": "tool", "tool": "email.send", "args": {"to": "l.owner", "subject": "'s'", "body": body}}
        done = {"op": "tool", "tool": "email.send", "args": {"to": "'boss'", "subject": "'done'", "body": body}}
        each = {"op": "each", "from": "lots", "as": "l", "do": [{**say, "args": {**say["args"], "body": "'x'"}}]}
        return {"sop": 1, "steps": [each, done]}

    freeze(yard, "tell", batch("'x'"))
    yard.do(SaveDraft("tell", batch("'y'")))
    found = compared(yard, "tell", source="lots")
    assert (summary(found), effects(found)) == ((3, 0, 0, 0), (0, 0, 1))
    assert (found.outside[0].new or {})["body"] == "y"
    assert not found.nothing


def test_a_run_that_ends_early_is_said_beside_the_items_that_it_decided(yard: Workbench) -> None:
    each = {"op": "each", "name": "rows", "from": "lots", "as": "l", "do": [], "yield": "l.owner"}
    freeze(yard, "all", {"sop": 1, "steps": [each]})
    yard.do(SaveDraft("all", {"sop": 1, "steps": [each, {"op": "fail", "message": "'enough'"}]}))
    found = compared(yard, "all", source="lots")
    assert (summary(found), found.new.status) == ((3, 0, 0, 0), "failed")
    assert any("enough" in line for line in comparison_lines(found))


def test_comparing_leaves_no_run_behind(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", CHURN_90))
    before = bench.store.head()
    compared(bench, "churn")
    assert bench.store.head() == before


# --- before a freeze -------------------------------------------------------------------------------------------
def preview(bench: Workbench, name: str) -> list[str]:
    output = bench.do(PreviewFreeze(name))
    assert isinstance(output, FreezePreview), output
    return preview_lines(output)


def test_a_first_freeze_has_nothing_to_compare(bench: Workbench) -> None:
    bench.do(SaveDraft("churn", CHURN))
    assert preview(bench, "churn") == []


def test_a_freeze_that_changes_no_result_says_so_in_one_line(bench: Workbench) -> None:
    hash_ = freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", changed(CHURN, 5, cond="60 < days_since_last && total_spend > 500")))
    assert preview(bench, "churn") == [f"churn replaces #{hash_[3:10]}: none of 24 results over customers changes"]


def test_a_freeze_that_changes_results_says_whose(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", CHURN_90))
    lines = preview(bench, "churn")
    assert lines[1] == "24 items: 21 same, 3 different, 0 only in old, 0 only in new"
    assert "bea_novak" in lines


def test_the_source_is_the_one_that_a_parameter_is_named_for_where_it_looks_up_none(bench: Workbench) -> None:
    steps = [{"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer_id"},
             {"op": "return", "value": "size(orders)"}]  # fmt: skip
    script = {"sop": 1, "params": {"customer_id": "string"}, "returns": "int", "steps": steps}
    freeze(bench, "orders_of", script)
    bench.do(SaveDraft("orders_of", changed(script, 1, value="size(orders) + 1")))
    assert preview(bench, "orders_of")[1].startswith("24 items: 0 same, 24 different")


def test_what_cannot_be_compared_says_how_to_ask_and_hinders_nothing(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(bench, "churn", CHURN)
    freeze(bench, "hello", {"sop": 1, "steps": [{"op": "say", "text": "'hi'"}]})
    bench.do(SaveDraft("hello", {"sop": 1, "steps": [{"op": "say", "text": "'ho'"}]}))
    assert "sopwb script diff hello --on SOURCE" in preview(bench, "hello")[0]
    more = {**CHURN, "params": {**CHURN["params"], "days": "int"}}
    bench.do(SaveDraft("churn", changed(more, 5, cond="days_since_last > days && total_spend > 500")))
    (line,) = preview(bench, "churn")
    assert "the input days is missing" in line
    assert "sopwb script diff churn --on customers" in line
    monkeypatch.setattr("sopwb.app.handlers.comparing.FREEZE_COMPARED_RECORDS_MAX", 100)
    bench.do(SaveDraft("churn", CHURN_90))
    assert "records are too many" in preview(bench, "churn")[0]
    assert isinstance(bench.do(FreezeScript("churn")), Frozen)


def test_a_freeze_asks_no_server(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", CHURN_90))
    bench.workspace.data["orders"]["url"] = "postgresql://elsewhere/shop"
    (line,) = preview(bench, "churn")
    assert "orders is on a server, which a freeze does not ask; sopwb script diff churn --on customers" in line


def test_a_draft_that_does_not_check_is_left_to_the_freeze(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    bench.do(SaveDraft("churn", changed(CHURN, 4, expr="orders.sum(o, o.totl)")))
    assert preview(bench, "churn") == []
    assert "SOP-A007" in refused(bench, FreezeScript("churn"))


# --- two recorded runs --------------------------------------------------------------------------------------------
def run(bench: Workbench, name: str, **more: Any) -> str:
    output = bench.do(RunScript(name, **more))
    assert isinstance(output, RunView), output
    return output.run


def runs(bench: Workbench, a: str, b: str) -> RunDifference:
    output = bench.do(DiffRuns(a, b))
    assert isinstance(output, RunDifference), output
    return output


def test_two_runs_of_the_same_differ_in_nothing(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    found = runs(bench, *(run(bench, "churn", inputs={"customer_id": "john_doe"}) for _ in range(2)))
    assert (found.given, found.same_result, found.counts, found.first) == ((), True, (), None)


def test_runs_of_two_inputs_say_what_they_were_given_and_where_they_part(bench: Workbench) -> None:
    freeze(bench, "churn", CHURN)
    found = runs(bench, *(run(bench, "churn", inputs={"customer_id": id_}) for id_ in ("john_doe", "abel_crane")))
    assert [(part.part, part.a, part.b) for part in found.given] == [("inputs/customer_id", "john_doe", "abel_crane")]
    assert found.first is not None
    assert found.first.number == 4
    assert found.first.a is not None
    assert found.first.b is not None
    assert (found.first.a.text, found.first.b.text) == ("days_since_last = 94", "days_since_last = 7")


def test_runs_of_two_versions_and_data_say_which(bench: Workbench) -> None:
    freeze(bench, "check_churn_risk", CHURN)
    old = freeze(bench, "weekly", WEEKLY)
    first = run(bench, "weekly", dry_run=True)
    freeze(bench, "check_churn_risk", CHURN_90)
    new = freeze(bench, "weekly", WEEKLY)
    data = bench.workspace.folder / "shop.json"
    data.write_text(data.read_text() + "\n")
    bench.reload_data()
    found = runs(bench, first, run(bench, "weekly", dry_run=True, as_of="2026-11-22T09:00:00Z"))
    given = {part.part: (part.a, part.b) for part in found.given}
    assert given["script"] == (old, new)
    assert given["now"] == ("2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z")
    assert [(f.field, f.old, f.new) for f in found.fields] == [("at_risk", 9, 6)]
    assert (found.effects_come, found.effects_go, found.effects_change) == (0, 6, 0)
    assert {effect.path for effect in found.effects} == {"steps/0/do/1/then/0", "steps/0/do/1/then/1"}
    assert ("steps/0/do/1", "then", 9, 6) in [(c.path, c.branch, c.a, c.b) for c in found.counts]
