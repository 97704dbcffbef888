"""Steps in their short form: what an outline shows is read back, and what people type is put into the language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sopwb.author.slash.handbook import FORMS
from sopwb.author.slash.steps import Names, read_steps
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.canonical import canonical_script
from sopwb.lang.compile import compile_script
from sopwb.lang.outline import outline
from sopwb.lang.rewriting import bound_names
from tests.lang.shop import SHOP

GOLDEN = Path(__file__).parents[2] / "golden" / "language"


def golden() -> list[Any]:
    """Give the scripts of the language's golden files that check and that their outline shows whole."""
    found = []
    for path in sorted(GOLDEN.glob("*.json")):
        script = json.loads(path.read_text(encoding="utf-8")).get("script")
        if isinstance(script, dict) and not compile_script(script, SHOP).diagnostics and is_shown(script):
            found.append(pytest.param(script, id=path.stem))
    return found


def is_shown(script: dict[str, Any]) -> bool:
    """Whether an outline leaves nothing out but ids and notes (it does of what a call pins), each step on one line."""
    text = json.dumps(script)
    return not any(f'"{word}"' in text for word in ("call", "fields", "on_error")) and "\\n" not in text


def meaning(script: dict[str, Any]) -> Any:
    """Give the canonical form of a script: spellings and ids are gone from it."""
    checked = compile_script(script, SHOP)
    assert checked.ast is not None, checked.diagnostics
    assert checked.ir is not None, checked.diagnostics
    return canonical_script(checked.ast, checked.ir)


def names_of(script: dict[str, Any]) -> Names:
    return Names(SHOP, frozenset(script.get("params", {})))


SCRIPTS = golden()


def test_there_are_scripts_to_read_back() -> None:
    assert len(SCRIPTS) > 30


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_outline_is_read_back_as_the_script_that_it_shows(script: dict[str, Any]) -> None:
    lines = "\n".join("  " * line.depth + line.text for line in outline(script))
    read = {**script, "steps": read_steps(lines, names_of(script))}
    assert meaning(read) == meaning(script)


NAMES = Names(SHOP, frozenset({"customer_id", "orders", "total"}))


def one(text: str) -> dict[str, Any]:
    (step,) = read_steps(text, NAMES)
    return step


@pytest.mark.parametrize(("form", "words", "example"), FORMS, ids=lambda text: str(text)[:20])
def test_the_example_of_a_form_is_read(form: str, words: str, example: str) -> None:
    assert words
    read_steps(example.removeprefix("else "), NAMES)


WHERES = {
    "customer_id = customer_id": "it.customer_id == customer_id",
    "it.customer_id = customer_id": "it.customer_id == customer_id",
    "customer_id == it.id": "customer_id == it.id",
    "total > total": "it.total > total",
    "total > 5 and not (id = 'x')": "it.total > 5 && ! (it.id == 'x')",
    "id == 3 || orders.exists(o, o.total > total)": "it.id == 3 || orders.exists(o, o.total > total)",
    "elsewhere > 3": "elsewhere > 3",
    "it.id != 3 and shipped = null": "it.id != 3 && it.shipped == null",
    "it.total > total": "it.total > total",
    "it.id != 3 and 'x' = customer_id": "it.id != 3 && 'x' == customer_id",
}


@pytest.mark.parametrize("typed", WHERES)
def test_a_filter_names_fields_bare(typed: str) -> None:
    assert one(f"fetch orders where {typed}")["where"] == WHERES[typed]


@pytest.mark.parametrize(
    "typed", ["customer_id", "customer_id = customer_id and it.total > 5", "size(customer_id) in [3]"]
)
def test_a_name_that_could_be_a_field_or_the_scripts_is_asked_about(typed: str) -> None:
    with pytest.raises(UserError, match="customer_id is a field of orders and a name of the script"):
        one(f"fetch orders where {typed}")


STEPS: dict[str, dict[str, Any]] = {
    "fetch orders": {"op": "fetch", "from": "orders"},
    "x = fetch orders order by total desc, id limit 5": {
        "op": "fetch", "name": "x", "from": "orders", "order_by": ["it.total desc", "it.id"], "limit": "5",
    },
    "fetch orders where total > limit limit limit": {
        "op": "fetch", "from": "orders", "where": "it.total > limit", "limit": "limit",
    },
    "fetch orders where it.where = 'where one limit' one optional": {
        "op": "fetch", "from": "orders", "where": "it.where == 'where one limit'", "one": "optional",
    },
    "fetch customers fields id, email": {"op": "fetch", "from": "customers", "fields": ["id", "email"]},
    "let a = b = 3": {"op": "math", "name": "a", "expr": "b == 3"},
    "a = {x: 1, y: [1, 2]}": {"op": "math", "name": "a", "expr": "{x: 1, y: [1, 2]}"},
    "if total > 5  [much]": {"op": "if", "name": "much", "cond": "total > 5", "then": []},
    "if total > 5 then return {a: 1, b: 'x, y'} else say 'no'": {
        "op": "if", "cond": "total > 5",
        "then": [{"op": "return", "value": {"a": "1", "b": "'x, y'"}}], "else": [{"op": "say", "text": "'no'"}],
    },
    "if orders[0].total > 5 then fetch customers": {
        "op": "if", "cond": "orders[0].total > 5", "then": [{"op": "fetch", "name": "customers", "from": "customers"}],
    },
    "each o in orders do say o.id": {
        "op": "each", "in": "orders", "as": "o", "do": [{"op": "say", "text": "o.id"}],
    },
    "xs = each c from customers where id != 'x' order by id yield {a: c.id} do o = fetch orders where id = c.id": {
        "op": "each", "name": "xs", "from": "customers", "as": "c", "where": "it.id != 'x'", "order_by": ["it.id"],
        "do": [{"op": "fetch", "name": "o", "from": "orders", "where": "it.id == c.id"}], "yield": {"a": "c.id"},
    },
    "email.send(to: 'a', subject: 's', body: f(1, 2)) on error dead_letter": {
        "op": "tool", "tool": "email.send", "args": {"to": "'a'", "subject": "'s'", "body": "f(1, 2)"},
        "on_error": {"then": "dead_letter"},
    },
    "x = other(a: 1)": {"op": "call", "name": "x", "script": "other", "args": {"a": "1"}},
    "call other()": {"op": "call", "script": "other", "args": {}},
    "x = orders.sum(o, o.total)": {"op": "math", "name": "x", "expr": "orders.sum(o, o.total)"},
    "return": {"op": "return"},
    "return (total + 1) * 2": {"op": "return", "value": "(total + 1) * 2"},
    "return {}": {"op": "return", "value": "{}"},
}  # fmt: skip


@pytest.mark.parametrize("typed", STEPS)
def test_a_step_is_read(typed: str) -> None:
    assert one(typed) == STEPS[typed]


def test_several_lines_are_steps_with_steps_in_them() -> None:
    assert read_steps(
        "if total > 5\n  say 'a'\n  if total > 7\n    say 'b'\nelse if total > 3\n  say 'c'\nelse\n  say 'd'\nsay 'e'",
        NAMES,
    ) == [
        {"op": "if", "cond": "total > 5",
         "then": [
             {"op": "say", "text": "'a'"},
             {"op": "if", "cond": "total > 7", "then": [{"op": "say", "text": "'b'"}]}],
         "else": [
             {"op": "if", "cond": "total > 3", "then": [{"op": "say", "text": "'c'"}],
              "else": [{"op": "say", "text": "'d'"}]}]},
        {"op": "say", "text": "'e'"},
    ]  # fmt: skip


WRONG = {
    "say 'a'\n  say 'b'": "holds no further steps",
    "if a then say 'b'\n  say 'c'": "holds no further steps",
    "say 'a'\nelse\n  say 'b'": "no if before this else",
    "if a\n  say 'b'\nelse\n  say 'c'\nelse\n  say 'd'": "no if before this else",
    "  say 'a'\nsay 'b'": "indented less",
    "fetch": "a data source is missing",
    "fetch a b": "not a data source",
    "fetch orders limit 1 limit 2": "stands twice",
    "fetch orders where 'open": "not closed",
    "each o in orders where o.total > 5": "is a list",
    "each o from orders limit 3": "goes over all its records",
    "let 5": "needs a name",
    "f(1": "not closed",
    "x = other(a: 1": "not closed",
    "call orders": "calls nothing",
    "x = unknown(a: 1) on error skip": "says nothing here",
    "tool unknown.tool(1)": "need their names",
    "@": "no meaning here",
    "": "no step",
}


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_step_is_refused_in_words(typed: str) -> None:
    with pytest.raises(UserError) as caught:
        read_steps(typed, NAMES)
    assert WRONG[typed] in caught.value.diagnostics[0].line()


def test_a_nesting_deeper_than_scripts_may_have_is_refused() -> None:
    lines = [f"{'  ' * depth}if true" for depth in range(200)]
    with pytest.raises(UserError, match="deeper"):
        read_steps("\n".join(lines), NAMES)


def test_the_names_that_lines_bind_are_known_to_the_lines_below() -> None:
    steps = read_steps("total = 3\norders = fetch orders where id = total", Names(SHOP, frozenset()))
    assert steps[1]["where"] == "it.id == total"
    assert bound_names({"steps": steps}) == ["total", "orders"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("update orders 'o1' {total: total + 1} on error skip",
         {"mode": "update", "key": "'o1'", "record": {"total": "total + 1"}, "on_error": {"then": "skip"}}),
        ("insert orders {id: 'o1', total: 2}", {"mode": "insert", "record": {"id": "'o1'", "total": "2"}}),
        ("upsert orders customer_id + '{}' {total: 1}, on error dead_letter",
         {"mode": "upsert", "key": "customer_id + '{}'", "record": {"total": "1"},
          "on_error": {"then": "dead_letter"}}),
        ("delete orders ', on error skip'", {"mode": "delete", "key": "', on error skip'"}),
        ("insert orders 'o1' {}", {"mode": "insert", "key": "'o1'", "record": {}}),
    ],
)  # fmt: skip
def test_a_write_is_read(text: str, fields: dict[str, Any]) -> None:
    assert one(text) == {"op": "write", "into": "orders", **fields}


@pytest.mark.parametrize(
    "text", ["update", "update orders 'o1' {total}", "update orders 'o1' {total: 1} on error retry", "delete 5"]
)
def test_a_write_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(UserError) as refused:
        read_steps(text, NAMES)
    assert refused.value.diagnostics[0].code == "SOP-E017"
