"""A key at a place becomes an edit, and the cursor goes where a person looks next."""

from __future__ import annotations

from typing import Any

import pytest

from sopwb.kernel.diagnostics import Diagnostic, Fix
from sopwb.lang.edits import apply_edit
from sopwb.tui import editing
from tests.tui.fake import CHURN


def applied(script: dict[str, Any], planned: editing.Planned | None) -> dict[str, Any]:
    assert planned is not None
    for edit in planned.edits:
        made = apply_edit(script, edit)
        assert isinstance(made, dict), made
        script = made
    return script


def name_at(script: dict[str, Any], path: str) -> str:
    step = editing.step_at(script, path)
    assert step is not None, path
    return str(step.get("name", step["op"]))


@pytest.mark.parametrize(
    ("path", "after", "before"),
    [
        ("steps/1", "steps/2", "steps/1"),
        ("steps/2/then/0", "steps/2/then/1", "steps/2/then/0"),
        ("steps/5", "steps/6", "steps/5"),
        ("", "steps/6", "steps/0"),
        ("steps/2/else", "steps/2/else/0", "steps/2/else/0"),
    ],
)
def test_a_step_is_inserted_beside_the_cursor(path: str, after: str, before: str) -> None:
    assert editing.place_after(CHURN, path) == after
    assert editing.place_before(CHURN, path) == before
    for place in (after, before):
        script = applied(CHURN, editing.insert(place, {"op": "say", "text": "'x'"}))
        assert name_at(script, place) == "say"


def test_a_step_is_inserted_inside_blocks_only() -> None:
    assert editing.place_inside(CHURN, "steps/2") == "steps/2/then/1"
    assert editing.place_inside(CHURN, "steps/1") is None
    assert editing.place_else(CHURN, "steps/2") == "steps/2/else/0"
    assert editing.place_else(CHURN, "steps/1") is None


@pytest.mark.parametrize(
    ("path", "cursor"),
    [
        ("steps/0", "steps/0"),
        ("steps/5", "steps/4"),
        ("steps/2/then/0", "steps/2"),
    ],
)
def test_after_a_deletion_the_cursor_stays_near(path: str, cursor: str) -> None:
    planned = editing.remove(CHURN, path)
    assert planned is not None
    assert planned.cursor == cursor
    assert editing.step_at(applied(CHURN, planned), cursor) is not None


@pytest.mark.parametrize(
    ("path", "by", "to"),
    [
        ("steps/0", 1, "steps/1"),
        ("steps/3", -1, "steps/2"),
        ("steps/2/then/0", 1, "steps/3"),
        ("steps/2/then/0", -1, "steps/2"),
    ],
)
def test_a_moved_step_stands_where_the_cursor_goes(path: str, by: int, to: str) -> None:
    moving = editing.step_at(CHURN, path)
    planned = editing.move(CHURN, path, by)
    assert planned is not None
    assert planned.cursor == to
    assert editing.step_at(applied(CHURN, planned), to) == moving


@pytest.mark.parametrize(("path", "by"), [("steps/0", -1), ("steps/5", 1), ("steps/9", 1), ("", 1)])
def test_a_step_does_not_move_out_of_the_script(path: str, by: int) -> None:
    assert editing.move(CHURN, path, by) is None


def test_a_step_moves_into_the_block_before_it_and_out_again() -> None:
    planned = editing.move_in(CHURN, "steps/3")
    assert planned is not None
    assert planned.cursor == "steps/2/then/1"
    inside = applied(CHURN, planned)
    assert name_at(inside, "steps/2/then/1") == "total_spend"
    out = editing.move_out(inside, "steps/2/then/1")
    assert out is not None
    assert applied(inside, out) == CHURN
    assert editing.move_in(CHURN, "steps/1") is None, "a fetch holds no steps"
    assert editing.move_out(CHURN, "steps/1") is None, "it is in no block"


def test_wrapping_and_unwrapping_give_the_script_back() -> None:
    wrapped = applied(CHURN, editing.wrap(CHURN, "steps/3", "size(orders) > 0"))
    assert name_at(wrapped, "steps/3") == "if"
    assert applied(wrapped, editing.unwrap(wrapped, "steps/3")) == CHURN
    assert editing.unwrap(CHURN, "steps/3") is None


def test_a_changed_name_takes_its_uses_along() -> None:
    old = editing.step_at(CHURN, "steps/1")
    assert old is not None
    script = applied(CHURN, editing.replace("steps/1", old, {**old, "name": "purchases"}))
    assert script["steps"][2]["cond"] == "size(purchases) == 0"
    assert script["steps"][3]["expr"] == "purchases.sum(o, o.total)"


def test_a_pasted_step_has_no_id_and_a_name_of_its_own() -> None:
    step = {"op": "if", "id": "s1", "cond": "true", "then": [{"op": "math", "id": "s2", "name": "n", "expr": "1"}]}
    assert editing.pasted(step, set()) == {
        "op": "if",
        "cond": "true",
        "then": [{"op": "math", "name": "n", "expr": "1"}],
    }
    assert editing.pasted({"op": "math", "name": "n", "expr": "1"}, {"n", "n_2"})["name"] == "n_3"


def test_a_fix_goes_in_place_of_its_span() -> None:
    found = Diagnostic("SOP-C001", "no name ordrs", "steps/2/cond", (5, 11), fix=Fix("write customer", "customer"))
    script = applied(CHURN, editing.fixed(CHURN, found))
    assert script["steps"][2]["cond"] == "size(customer) == 0"
    assert editing.fixed(CHURN, Diagnostic("SOP-C001", "no fix", "steps/2/cond")) is None
    assert editing.fixed(CHURN, Diagnostic("SOP-C001", "gone", "steps/9/cond", fix=Fix("x", "x"))) is None


@pytest.mark.parametrize("path", ["", "steps", "steps/9", "steps/x", "steps/2/then/7", "params", "steps/2/cond"])
def test_a_place_that_is_no_step_gives_none(path: str) -> None:
    assert editing.step_at(CHURN, path) is None
