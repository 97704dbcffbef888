"""Expressions that run often: when they become Python functions, and that nothing else changes with it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from blake3 import blake3

from sopwb.kernel.ids import GENERATION
from sopwb.kernel.limits import EXPRESSION_DEPTH_MAX, EXPRESSION_WARM_RUNS, SOURCE_DEPTH_MAX
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.types import BOOL, DECIMAL, INT, ListType, RecordType, optional
from sopwb.run.expression import Context, ExpressionFailure, compile_expression
from sopwb.run.expression_source import TooDeep, python_function
from sopwb.run.hot import Hot
from sopwb.run.trace import Trace
from tests.bench.rows import Collected, Ours
from tests.bench.rows_rules import RULES, Rule
from tests.run.shop import Ran, Shop, script

CONTEXT = Context(dt.UTC)
ONE, X, XS = ir.Const(INT, 1), ir.Name(INT, "x"), ir.Name(ListType(INT), "xs")
QUOTIENT = ir.Apply(INT, "mod_int", (ONE, X))


def warm(expr: ir.Expr, env: dict[str, Value]) -> Hot:
    """Evaluate often enough that it is a function now."""
    hot = Hot(expr, CONTEXT)
    for _ in range(EXPRESSION_WARM_RUNS):
        hot.run(env)
    return hot


def test_an_expression_becomes_a_function_after_some_hundred_evaluations() -> None:
    hot = Hot(QUOTIENT, CONTEXT)
    for _ in range(EXPRESSION_WARM_RUNS):
        assert hot.run.__func__ is Hot._counted  # type: ignore[attr-defined]  # a method until then
        assert hot.run({"x": 7}) == 1
    assert hot.run.__code__.co_filename == "<expression>"  # type: ignore[attr-defined]
    assert hot.run({"x": 7}) == 1


def test_a_function_that_fails_gives_the_failure_of_its_closure() -> None:
    hot = warm(ir.Apply(INT, "add_int", (X, QUOTIENT)), {"x": 7})
    with pytest.raises(ExpressionFailure) as caught:
        hot.run({"x": 0})
    assert (caught.value.code, caught.value.text) == ("SOP-R102", "1 % x")
    assert hot.run({"x": 1}) == 1, "and goes on as a function"


def test_a_decimal_that_becomes_too_large_is_an_overflow_in_both_forms() -> None:
    great = ir.Const(DECIMAL, Decimal("9e37"))
    for op in ("add_decimal", "mul_decimal"):
        hot = warm(ir.Apply(DECIMAL, op, (great, ir.Name(DECIMAL, "d"))), {"d": Decimal("0.5")})
        for run in (compile_expression(hot._expr, CONTEXT), hot.run):
            with pytest.raises(ExpressionFailure) as caught:
                run({"d": Decimal("2e37")})
            assert (caught.value.code, caught.value.message) == ("SOP-R101", "the decimal is too large")


# --- nesting --------------------------------------------------------------------------------------

RECORD = RecordType((("r", optional(INT)),))
NESTINGS: dict[str, Any] = {
    "arithmetic": lambda inner: ir.Apply(INT, "add_int", (inner, ONE)),
    "a branch": lambda inner: ir.Cond(INT, ir.Apply(BOOL, "eq", (X, X)), inner, ONE),
    "a default": lambda inner: ir.Coalesce(INT, ir.Const(optional(INT), None), inner),
    "a list": lambda inner: ir.Index(INT, ir.MakeList(ListType(INT), (inner,)), ir.Const(INT, 0)),
    "a record": lambda inner: ir.Field(INT, ir.MakeRecord(RECORD, (("r", inner),)), "r"),
    "folds in bodies": lambda inner: ir.Fold(INT, "sum", XS, "v", ir.Apply(INT, "add_int", (inner, ir.Name(INT, "v")))),
    "folds over folds": lambda inner: ir.Fold(
        INT, "sum", ir.MakeList(ListType(INT), (inner,)), "v", ir.Apply(INT, "add_int", (ir.Name(INT, "v"), ONE))
    ),
}  # fmt: skip


DOUBLE = ("a list", "a record", "folds in bodies", "folds over folds")
"""Nestings of two levels each."""


def nested(kind: str, depth: int) -> ir.Expr:
    expr: ir.Expr = X
    while depth > 0:
        expr, depth = NESTINGS[kind](expr), depth - (2 if kind in DOUBLE else 1)
    return expr


@pytest.mark.parametrize("kind", NESTINGS)
def test_python_takes_every_nesting_that_is_allowed(kind: str) -> None:
    expr, env = nested(kind, SOURCE_DEPTH_MAX - 2), {"x": 1, "xs": [0]}
    asked: list[Value] = []
    assert python_function(expr, CONTEXT, asked.append)(env) == compile_expression(expr, CONTEXT)(env)
    assert not asked


@pytest.mark.parametrize("kind", NESTINGS)
def test_what_is_nested_deeper_stays_closures(kind: str) -> None:
    expr, env = nested(kind, EXPRESSION_DEPTH_MAX - 2), {"x": 1, "xs": [0]}
    with pytest.raises(TooDeep):
        python_function(expr, CONTEXT, lambda env: None)
    hot = warm(expr, env)
    assert hot.run is hot._closure
    assert hot.run(env) == compile_expression(expr, CONTEXT)(env)


def test_names_that_are_no_names_of_python_are_only_texts_in_the_function() -> None:
    for name in ("class", "e", "whole", "k1", "None", "é", "a'b\\", '"""', "x\ny", "{0}"):
        record = ir.Name(RecordType(((name, INT),)), name)
        expr = ir.MakeRecord(RECORD, ((name, ir.Apply(INT, "add_int", (ir.Field(INT, record, name), ONE))),))
        asked: list[Value] = []
        assert python_function(expr, CONTEXT, asked.append)({name: {name: 1}}) == {name: 2}
        assert not asked


# --- whole runs -----------------------------------------------------------------------------------

SALES = "{id: string, amount: decimal?, parts: list<int>, day: date?}"


def sales(count: int) -> list[dict[str, Value]]:
    return [
        {
            "id": f"S{n:04}",
            "amount": None if n % 11 == 0 else Decimal(n * 7919 % 10_007).scaleb(-2),
            "parts": list(range(n % 5)),
            "day": None if n % 7 == 0 else dt.date(2026, 1, 1) + dt.timedelta(days=n),
        }
        for n in range(count)
    ]


SCRIPT = script(
    {
        "op": "each", "name": "found", "from": "sales", "as": "s", "where": "size(it.parts) != 3",
        "do": [
            {"op": "math", "name": "share", "expr": "coalesce(s.amount, 1) / size(s.parts)"},
            {"op": "math", "name": "rest", "expr": "s.parts.filter(p, p % 2 == 0).map(p, p * share)"},
            {"op": "if", "cond": "s.day != null && s.day > today", "then": [
                {"op": "fetch", "name": "others", "from": "sales", "where": "it.id < s.id && it.amount == s.amount",
                 "order_by": ["it.day desc"], "limit": "2"},
                {"op": "say", "text": "'late: ' + string(size(others))"}]},
        ],
        "yield": {"sum": "rest.sum()", "day": "s.day"},
    }
)  # fmt: skip


def decided(monkeypatch: pytest.MonkeyPatch, warm_runs: int) -> tuple[Ran, list[Value]]:
    monkeypatch.setattr("sopwb.run.hot.EXPRESSION_WARM_RUNS", warm_runs)
    found = Collected()
    ran = Shop().add("sales", "id", SALES, sales(120)).run(SCRIPT, dead_letters=True, results=found)
    return ran, found.values


def test_a_run_is_the_same_with_and_without_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    cold, cold_yields = decided(monkeypatch, 10**9)
    assert cold.outcome.dead_letters_total > 10, "those without parts divide by zero"
    assert len(cold_yields) > 50
    for runs in (1, 7):
        ran, yields = decided(monkeypatch, runs)
        assert yields == cold_yields
        assert ran.outcome == cold.outcome
        assert ran.trace.events() == cold.trace.events()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title.partition(":")[0])
def test_results_and_trace_are_those_of_the_rule_written_by_hand(rule: Rule) -> None:
    sources = rule.sources(EXPRESSION_WARM_RUNS + 50)
    given = rule.prepare({name: records for name, (_, _, records) in sources.items()})
    texts: list[str] = []
    expected = rule.traced(*given, texts.append)
    assert rule.plain(*given) == expected
    hasher = blake3(GENERATION + b"\0trace\0")
    hasher.update("".join(texts).encode())
    assert Ours(rule, sources).decide(Trace()) == (expected, "b3:" + hasher.hexdigest())
