"""Edits of drafts: what each does, and that its inverse takes it back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sopwb.kernel.diagnostics import UserError
from sopwb.lang.compile import compile_script
from sopwb.lang.edits import apply_edit, difference, inverse, with_ids
from sopwb.lang.extraction import Extracted, extract
from sopwb.lang.outline import outline
from tests.lang.shop import FOUNDING, SHOP, give, math, script, when

DRAFT = with_ids(FOUNDING)


def edited(edit: dict[str, Any], raw: dict[str, Any] = DRAFT) -> dict[str, Any]:
    """Apply an edit that can be done; check that the script given stays, and that the inverse takes the edit
    back.
    """
    before = copy.deepcopy(raw)
    after = apply_edit(raw, edit)
    assert isinstance(after, dict), after
    assert raw == before
    assert apply_edit(after, inverse(raw, edit)) == raw
    return after


def refused(edit: Any, raw: dict[str, Any] = DRAFT) -> str:
    """Give the code of an edit that cannot be done."""
    found = apply_edit(raw, edit)
    assert isinstance(found, tuple), found
    with pytest.raises(UserError):
        inverse(raw, edit)
    return found[0].code


def lines(raw: dict[str, Any]) -> list[str]:
    return ["  " * line.depth + line.text for line in outline(raw)]


def changes(edit: dict[str, Any], raw: dict[str, Any] = DRAFT) -> list[str]:
    return [change.text for change in difference(raw, edited(edit, raw))]


def test_ids_are_given_in_reading_order_and_kept() -> None:
    assert [line.id for line in outline(DRAFT)] == [f"s{n}" for n in range(1, 10)]
    assert with_ids(DRAFT) == DRAFT


def test_of_two_equal_ids_the_first_keeps_it() -> None:
    raw = with_ids(script({"op": "say", "id": "s1", "text": "'a'"}, {"op": "say", "id": "s1", "text": "'b'"}))
    assert [step["id"] for step in raw["steps"]] == ["s1", "s2"]


def test_insert_puts_a_step_at_its_place_and_gives_it_an_id() -> None:
    after = edited({"edit": "insert", "at": "steps/1", "step": {"op": "say", "text": "'hi'"}})
    assert after["steps"][1] == {"op": "say", "id": "s10", "text": "'hi'"}


@pytest.mark.parametrize(("place", "path"), [
    ({"at": "steps/7"}, "steps/7"), ({"before": "s2"}, "steps/1"), ({"after": "s2"}, "steps/2"),
    ({"after": "s4"}, "steps/2/then/1"), ({"at": "s3/then/0"}, "steps/2/then/0"),
    ({"at": "s3/else/0"}, "steps/2/else/0"),
])  # fmt: skip
def test_a_place_is_a_path_or_an_id(place: dict[str, str], path: str) -> None:
    after = edited({"edit": "insert", **place, "step": {"op": "say", "text": "'new'"}})
    assert next(line.path for line in outline(after) if line.text == "say 'new'") == path


def test_an_id_that_is_taken_is_not_pasted() -> None:
    step = {"op": "say", "id": "s2", "text": "'x'"}
    after = edited({"edit": "insert", "at": "steps/0", "step": step})
    assert after["steps"][0]["id"] == "s10"


def test_a_script_without_ids_stays_without() -> None:
    after = edited({"edit": "insert", "at": "steps/0", "step": {"op": "say", "text": "'x'"}}, FOUNDING)
    assert "id" not in after["steps"][0]


def test_replace_keeps_the_id() -> None:
    after = edited({"edit": "replace", "at": "s5", "step": math("days_since_last", "1")})
    assert [line.id for line in outline(after)] == [line.id for line in outline(DRAFT)]


def test_replace_of_a_field_says_the_threshold() -> None:
    edit = {"edit": "replace", "at": "steps/5/cond", "value": "days_since_last > 90 && total_spend > 500"}
    assert changes(edit) == ["60 → 90 in step risk (days_since_last > 90 && total_spend > 500)"]


def test_an_optional_field_is_removed_by_its_place() -> None:
    assert "one" not in edited({"edit": "remove", "at": "s1/one"})["steps"][0]
    assert "limit" in edited({"edit": "replace", "at": "s2/limit", "value": "3"})["steps"][1]


def test_remove_takes_a_step_with_the_steps_in_it() -> None:
    assert changes({"edit": "remove", "at": "s3"}) == ["step removed: if size(orders) == 0  [dormant]"]


def test_an_else_that_was_emptied_goes() -> None:
    raw = script(when("true == x", [give("1")], [math("y", "2")]), give("3"), returns="int", x="bool")
    assert "else" not in edited({"edit": "remove", "at": "steps/0/else/0"}, raw)["steps"][0]
    assert "else" not in edited({"edit": "move", "from": "steps/0/else/0", "to": "steps/1"}, raw)["steps"][0]


def test_move_says_where_the_step_stands_afterwards() -> None:
    after = edited({"edit": "move", "from": "steps/4", "to": "steps/3"})
    assert [step["id"] for step in after["steps"]] == ["s1", "s2", "s3", "s6", "s5", "s7", "s9"]
    assert changes({"edit": "move", "from": "s2", "to": "steps/2"}) == [
        "step dormant moved from steps/2 to steps/1"]


def test_a_step_is_not_moved_into_itself() -> None:
    assert refused({"edit": "move", "from": "steps/2", "to": "steps/2/then/0"}) == "SOP-P103"


def test_wrap_and_unwrap_take_each_other_back() -> None:
    after = edited({"edit": "wrap", "at": "s5", "count": 2, "cond": "size(orders) > 3"})
    assert lines(after)[4:7] == [
        "if size(orders) > 3",
        "  days_since_last = days_between(orders.max(o, o.ordered_at), now)",
        "  total_spend = orders.sum(o, o.total)",
    ]
    assert edited({"edit": "unwrap", "at": "steps/3"}, after) == DRAFT


def test_wrap_takes_a_loop_too() -> None:
    loop = {"op": "each", "from": "customers", "as": "c", "name": "rows", "yield": "c.id"}
    after = edited({"edit": "wrap", "at": "steps/0", "step": loop}, script({"op": "say", "text": "'hi'"}))
    assert lines(after) == ["rows = each c of customers, yield c.id", "  say 'hi'"]


def test_rename_follows_uses_and_leaves_everything_else_as_it_was_spelt() -> None:
    raw = script(
        math("xs", "[ 1,2 ]"), math("n", "xs.sum( x,x*2 )  +size(xs)"),
        {"op": "fetch", "name": "o", "from": "orders", "where": "it.total > n", "order_by": ["it.total * n desc"]},
    )  # fmt: skip
    after = edited(
        {"edit": "rename", "from": "n", "to": "least"},
        edited({"edit": "rename", "from": "xs", "to": "ys"}, raw),
    )
    assert after["steps"][1] == math("least", "ys.sum( x,x*2 )  +size(ys)")
    assert after["steps"][2]["where"] == "it.total > least"
    assert after["steps"][2]["order_by"] == ["it.total * least desc"]


def test_rename_leaves_a_macro_variable_of_that_name_alone() -> None:
    raw = script(math("n", "[1].map(x, x)"), math("x", "n"), math("y", "x"))
    after = edited({"edit": "rename", "from": "x", "to": "z"}, raw)
    assert [step["expr"] for step in after["steps"]] == ["[1].map(x, x)", "n", "z"]


def test_rename_of_a_parameter_keeps_the_meaning() -> None:
    after = edited({"edit": "rename", "from": "customer_id", "to": "who"})
    assert compile_script(after, SHOP).ok
    assert after["params"] == {"who": "string"}


@pytest.mark.parametrize(("old", "new", "code"), [
    ("orders", "customer", "SOP-P104"), ("orders", "o", "SOP-P104"), ("ordrs", "x", "SOP-P105"),
    ("orders", "now", "SOP-P009"), ("orders", "my orders", "SOP-P008"), ("dormant", "x", "SOP-P105"),
])  # fmt: skip
def test_a_rename_that_would_change_the_meaning_is_refused(old: str, new: str, code: str) -> None:
    assert refused({"edit": "rename", "from": old, "to": new}) == code


def test_rename_is_refused_where_an_expression_cannot_be_read() -> None:
    assert (
        refused({"edit": "rename", "from": "a", "to": "b"}, script(math("a", "1"), math("c", "a +")))
        == "SOP-P103"
    )


def test_set_signature_changes_what_it_names_and_takes_null_away() -> None:
    after = edited({"edit": "set_signature", "params": {"id": "string", "days": "int"}, "returns": None})
    assert list(after) == ["sop", "params", "steps"]
    assert changes({"edit": "set_signature", "params": {"customer_id": "string", "days": "int"}}) == [
        "parameter days added (int)"]


def test_set_return_adds_a_field_to_every_return() -> None:
    after = edited({"edit": "set_return", "field": "city", "type": "string", "value": "customer.name"})
    assert compile_script(after, SHOP).ok
    assert after["returns"] == {"is_risk": "bool", "reason": "string", "city": "string"}


def test_set_return_without_type_and_value_takes_a_field_away() -> None:
    after = edited({"edit": "set_return", "field": "reason"})
    assert compile_script(after, SHOP).ok
    assert after["steps"][-1]["value"] == {"is_risk": "false"}


def test_set_return_adds_the_return_that_is_missing() -> None:
    after = edited({"edit": "set_return", "returns": "int", "value": "a"}, script(math("a", "1")))
    assert lines(after) == ["a = 1", "return a"]


def test_parameterize_makes_a_literal_a_parameter() -> None:
    after = edited({"edit": "parameterize", "literal": "60", "name": "days"})
    assert after["params"] == {"customer_id": "string", "days": "int"}
    assert after["steps"][5]["cond"] == "days_since_last > days && total_spend > 500"
    assert compile_script(after, SHOP).ok


def test_parameterize_asks_which_of_several_and_can_take_all() -> None:
    assert refused({"edit": "parameterize", "literal": "true", "name": "risky"}) == "SOP-P103"
    after = edited({"edit": "parameterize", "literal": "true", "name": "risky", "everywhere": True})
    assert compile_script(after, SHOP).ok
    one = edited({"edit": "parameterize", "literal": "true", "name": "risky", "at": "s4"})
    assert one["steps"][2]["then"][0]["value"]["is_risk"] == "risky"
    assert one["steps"][5]["then"][0]["value"]["is_risk"] == "true"


def test_parameterize_takes_the_one_at_a_span() -> None:
    after = edited({"edit": "parameterize", "literal": "1", "name": "n", "at": "steps/0/expr", "span": [4, 5]},
                   script(math("a", "1 + 1")))  # fmt: skip
    assert after["steps"][0]["expr"] == "1 + n"


def test_parameterize_says_when_there_is_no_such_literal() -> None:
    assert refused({"edit": "parameterize", "literal": "61", "name": "days"}) == "SOP-P106"
    assert refused({"edit": "parameterize", "literal": "a + 1", "name": "days"}) == "SOP-P106"


@pytest.mark.parametrize(("edit", "code"), [
    ({"edit": "delete", "at": "steps/0"}, "SOP-P101"), ({"edit": "remove", "at": "steps/0", "x": 1}, "SOP-P101"),
    ({}, "SOP-P101"), ([], "SOP-P101"), ({"edit": "remove", "at": "steps/99"}, "SOP-P102"),
    ({"edit": "remove", "at": "s99"}, "SOP-P102"), ({"edit": "remove", "at": ""}, "SOP-P102"),
    ({"edit": "insert", "at": "steps/6/then/0", "step": {}}, "SOP-P102"),
    ({"edit": "unwrap", "at": "steps/0"}, "SOP-P103"), ({"edit": "insert", "step": {}}, "SOP-P103"),
    ({"edit": "extract", "at": "steps/0", "name": "x"}, "SOP-P103"),
])  # fmt: skip
def test_an_edit_that_cannot_be_done_says_why(edit: Any, code: str) -> None:
    assert refused(edit) == code


def test_extract_makes_a_script_of_steps_and_a_call_of_it() -> None:
    done = extract(DRAFT, {"edit": "extract", "at": "steps/4", "name": "spend"}, SHOP)
    assert isinstance(done, Extracted)
    assert lines(done.script)[5] == "total_spend = spend(orders: orders)"
    assert lines(done.new_script) == ["total_spend = orders.sum(o, o.total)", "return total_spend"]
    assert done.new_script["returns"] == "decimal"
    assert compile_script(done.new_script, SHOP).ok


def test_extract_hands_several_names_back_as_a_record() -> None:
    raw = script(math("a", "x + 1"), math("b", "a * 2"), give("a + b"), returns="int", x="int")
    done = extract(raw, {"edit": "extract", "at": "steps/0", "count": 2, "name": "both", "as": "r"}, SHOP)
    assert isinstance(done, Extracted)
    assert lines(done.script) == ["r = both(x: x)", "return r.a + r.b"]
    assert done.new_script["returns"] == {"a": "int", "b": "int"}


@pytest.mark.parametrize("at", ["steps/5", "steps/6"])
def test_steps_that_return_are_not_extracted(at: str) -> None:
    found = extract(DRAFT, {"edit": "extract", "at": at, "name": "tail"}, SHOP)
    assert isinstance(found, tuple)
    assert found[0].code == "SOP-P103"


def test_a_difference_says_a_rename_once() -> None:
    assert changes({"edit": "rename", "from": "orders", "to": "purchases"}) == ["orders renamed to purchases"]


def test_a_difference_in_spelling_is_none() -> None:
    other = copy.deepcopy(DRAFT)
    other["steps"][5]["cond"] = "days_since_last>60&&(total_spend>500)"
    assert difference(DRAFT, other) == []


def test_a_difference_matches_steps_without_ids_by_what_they_are() -> None:
    other = copy.deepcopy(FOUNDING)
    other["steps"].insert(0, {"op": "say", "text": "'hi'"})
    assert [change.text for change in difference(FOUNDING, other)] == ["step added: say 'hi'"]


def test_rename_takes_a_returned_field_where_no_step_has_that_name() -> None:
    raw = script({"op": "return", "value": {"left": "1", "free": "2"}})
    raw["returns"] = {"left": "int", "free": "int"}
    after = edited({"edit": "rename", "from": "left", "to": "stamps"}, raw)
    assert after["returns"] == {"stamps": "int", "free": "int"}
    assert after["steps"][0]["value"] == {"stamps": "1", "free": "2"}
    assert refused({"edit": "rename", "from": "left", "to": "free"}, raw) == "SOP-P104"


def test_edits_reach_into_a_write() -> None:
    write = {"op": "write", "into": "orders", "mode": "update", "key": "o.id", "record": {"total": "o.total + 1"}}
    raw = with_ids(script({"op": "each", "from": "orders", "as": "o", "do": [write]}))
    renamed = edited({"edit": "rename", "from": "o", "to": "order"}, raw)
    assert lines(renamed) == ["each order of orders", "  update orders order.id {total: order.total + 1}"]
    raised = edited({"edit": "parameterize", "literal": "1", "name": "raise_by"}, raw)
    assert lines(raised)[1] == "  update orders o.id {total: o.total + raise_by}"
    assert compile_script(raised, SHOP).diagnostics == ()
    changed = {"edit": "replace", "at": "steps/0/do/0/record/total", "value": "o.total + 2"}
    assert changes(changed, raw) == ["1 → 2 in the write at steps/0/do/0 (o.total + 2)"]
