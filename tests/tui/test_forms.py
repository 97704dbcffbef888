"""A step as fields and back; what a form does not show stays; diagnostics find their field."""

from __future__ import annotations

from typing import Any

import pytest

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang.compile import compile_script
from sopwb.tui.forms import (
    OPS,
    by_field,
    fields_of,
    inputs_from,
    new_step,
    parameter_fields,
    signature_edit,
    signature_fields,
    step_from,
    tools_of,
)
from sopwb.tui.vocabulary import vocabulary_of
from tests.tui.fake import CHURN, environment

WORDS = vocabulary_of(environment())


def round_trip(step: dict[str, Any], **changes: str) -> dict[str, Any]:
    values = {field.key: field.value for field in fields_of(step, CHURN, WORDS)}
    return step_from(step, {**values, **changes})


@pytest.mark.parametrize(
    "step",
    [
        *CHURN["steps"],
        {
            "op": "fetch",
            "name": "x",
            "from": "orders",
            "order_by": ["it.total desc", "it.id"],
            "limit": "3",
            "fields": ["id", "total"],
        },
        {
            "op": "each",
            "as": "c",
            "from": "customers",
            "where": "true",
            "yield": {"id": "c.id"},
            "do": [],
            "name": "all",
        },
        {"op": "each", "as": "c", "in": "orders", "do": [{"op": "say", "text": "'x'"}]},
        {"op": "call", "script": "check", "pin": "b3:1", "args": {"customer_id": "c.id"}, "name": "r"},
        {
            "op": "tool",
            "tool": "email.send",
            "args": {"to": "c.email", "subject": "'s'", "body": "'b'"},
            "on_error": {"then": "skip"},
        },
        {"op": "write", "into": "orders", "mode": "update", "key": "o.id", "record": {"total": "1"}},
        {"op": "say", "text": "'x'", "id": "s7", "note": "why"},
        {"op": "fail", "message": "'x'"},
        {"op": "return"},
    ],
    ids=lambda step: step["op"],
)
def test_a_step_that_is_not_changed_comes_back_as_it_was(step: dict[str, Any]) -> None:
    assert round_trip(step) == step


@pytest.mark.parametrize("op", OPS)
def test_a_new_step_of_every_op_has_its_op_and_says_what_it_lacks(op: str) -> None:
    script = {**CHURN, "steps": [round_trip(new_step(op)), *CHURN["steps"]]}
    assert compile_script(script, environment()).diagnostics
    assert new_step(op) is not new_step(op)
    assert fields_of(new_step(op), CHURN, WORDS)


def test_an_emptied_field_is_left_out_and_a_needed_one_stays_to_be_told_of() -> None:
    fetch = CHURN["steps"][0]
    assert "where" not in round_trip(fetch, where="")
    assert round_trip(fetch, name="")["name"] == ""


def test_choosing_a_list_takes_the_source_away_and_back() -> None:
    each = {"op": "each", "as": "c", "from": "customers", "do": []}
    over = round_trip(each, **{"in": "orders"})
    assert "from" not in over
    assert round_trip(over, **{"in": "", "from": "customers"}) == each


def test_another_script_is_not_pinned_to_the_old_one() -> None:
    call = {"op": "call", "script": "check", "pin": "b3:1", "args": {}}
    assert round_trip(call, script="other").get("pin") is None
    assert round_trip(call)["pin"] == "b3:1"


def test_a_known_tool_lays_its_arguments_out_with_their_types() -> None:
    fields = fields_of({"op": "tool", "tool": "email.send", "args": {"cc": "'x'"}}, CHURN, WORDS)
    shown = {field.key: (field.hint, field.needed) for field in fields if field.key.startswith("args/")}
    assert shown == {
        "args/to": ("string", True),
        "args/subject": ("string", True),
        "args/body": ("string", True),
        "args/html": ("string?", False),
        "args/cc": ("unknown here", False),
    }


def test_a_write_lays_out_the_fields_of_its_source() -> None:
    step = {"op": "write", "into": "orders", "mode": "delete", "key": "o.id", "record": {"odd": "1"}}
    fields = [field.key for field in fields_of(step, CHURN, WORDS) if field.key.startswith("record/")]
    assert {"record/total", "record/odd"} <= set(fields)
    assert "record" not in round_trip(step, **{"record/odd": ""})


def test_diagnostics_find_their_field() -> None:
    found = [
        Diagnostic("A", "cond", "steps/2/cond", (0, 4)),
        Diagnostic("B", "whole", "steps/2"),
        Diagnostic("C", "below", "steps/2/then/0/value"),
        Diagnostic("D", "beside", "steps/20/cond"),
        Diagnostic("E", "part", "steps/2/args/to/x"),
    ]
    sorted_ = by_field("steps/2", found, ["cond", "args/to"])
    assert {key: [d.code for d in ds] for key, ds in sorted_.items()} == {"cond": ["A"], "": ["B"], "args/to": ["E"]}


def test_diagnostics_of_a_signature_find_theirs() -> None:
    found = [
        Diagnostic("A", "x", "params/days"),
        Diagnostic("B", "y", "returns"),
        Diagnostic("C", "z", "steps/0/where"),
    ]
    assert {k: [d.code for d in ds] for k, ds in by_field("", found, ["params", "returns"]).items()} == {
        "params": ["A"],
        "returns": ["B"],
    }


def test_a_signature_comes_back_as_it_was() -> None:
    values = {field.key: field.value for field in signature_fields(CHURN)}
    assert values == {"params": "customer_id: string", "returns": "{is_risk: bool, reason: string}"}
    assert signature_edit(values) == {"edit": "set_signature", "params": CHURN["params"], "returns": CHURN["returns"]}


@pytest.mark.parametrize(("returns", "expected"), [("", None), ("bool", "bool"), ("list<int>?", "list<int>?")])
def test_a_result_is_a_type_or_nothing(returns: str, expected: str | None) -> None:
    assert signature_edit({"params": "", "returns": returns})["returns"] == expected


def test_types_that_do_not_read_are_left_to_the_checker() -> None:
    edit = signature_edit({"params": "days: intt", "returns": "boool"})
    script = {**CHURN, "params": edit["params"], "returns": edit["returns"]}
    assert {d.path.partition("/")[0] for d in compile_script(script, environment()).diagnostics} >= {
        "params",
        "returns",
    }


def test_inputs_are_read_by_their_types() -> None:
    script = {
        "params": {
            "id": "string",
            "n": "int",
            "x": "decimal?",
            "day": "date",
            "tags": "list<string>",
            "note": "string?",
        }
    }
    values = {"id": "007", "n": "3", "x": "", "day": "2026-01-31", "tags": '["a"]', "note": ""}
    assert inputs_from(script, values) == {"id": "007", "n": 3, "day": "2026-01-31", "tags": ["a"]}
    assert inputs_from({"params": {"n": "int"}}, {"n": "three"}) == {"n": "three"}, "the run says what is wrong with it"


def test_parameters_are_filled_with_what_was_used_last() -> None:
    fields = parameter_fields(CHURN, {"customer_id": "john_doe"})
    assert [(f.key, f.value, f.hint, f.needed) for f in fields] == [("customer_id", "john_doe", "string", True)]


def test_tools_are_found_in_nested_steps() -> None:
    steps = [
        {
            "op": "each",
            "do": [{"op": "if", "then": [{"op": "tool", "tool": "a"}], "else": [{"op": "tool", "tool": "b"}]}],
        },
        {"op": "tool", "tool": "a"},
    ]
    assert tools_of(steps) == ("a", "b")
