"""Folds: list functions with a variable, compiled to loops.

The value of the body for every element is taken first, in order (an error of an element is the fold's),
then folded; ``all`` and ``exists`` stop at the element that decides. The names' dict is copied once a
fold, never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TypeAlias

from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.expression.show import ir_text
from sopwb.lang.types import DECIMAL, ListType
from sopwb.run.functions import numbers
from sopwb.run.functions.failure import ExpressionFailure

Env: TypeAlias = dict[str, Value]
Closure: TypeAlias = Callable[[Env], Value]


def compile_fold(fold: ir.Fold, compile_: Callable[[ir.Expr], Closure]) -> Closure:
    """Compile a fold; ``compile_`` compiles the expressions in it."""
    over = compile_(fold.over)
    if fold.kind in ("all", "exists"):
        assert fold.body is not None
        return _until(over, fold.var, compile_(fold.body), fold.kind == "exists")
    values = _values(fold, over, compile_)
    if fold.kind in ("filter", "sort_by"):
        return _picked(fold, over, values)
    finish = _finish(fold)

    def call(env: Env) -> Value:
        try:
            return finish(values(over(env), env))
        except ExpressionFailure as failure:
            if not failure.text:
                failure.text = ir_text(fold)
            raise

    return call


def _values(
    fold: ir.Fold, over: Closure, compile_: Callable[[ir.Expr], Closure]
) -> Callable[[list[Value], Env], list[Value]]:
    """Give the function that takes the body's value for every element."""
    body, var = fold.body, fold.var
    match body:
        case None:
            return lambda xs, env: xs
        case ir.Name(_, name) if name == var:
            return lambda xs, env: xs
        case ir.Field(_, ir.Name(_, name), field) if name == var:
            get = itemgetter(field)
            return lambda xs, env: list(map(get, xs))
    compute = compile_(body)

    def values(xs: list[Value], env: Env) -> list[Value]:
        inner = env.copy()
        found = []
        for item in xs:
            inner[var] = item
            found.append(compute(inner))
        return found

    return values


def _until(over: Closure, var: str, holds: Closure, decides: bool) -> Closure:
    """Stop at the first element whose condition is ``decides``; without one the answer is the other."""

    def call(env: Env) -> Value:
        inner = env.copy()
        for item in over(env):
            inner[var] = item
            if holds(inner) is decides:
                return decides
        return not decides

    return call


def _picked(fold: ir.Fold, over: Closure, values: Callable[[list[Value], Env], list[Value]]) -> Closure:
    if fold.kind == "filter":

        def keep(env: Env) -> list[Value]:
            xs = over(env)
            return [x for x, kept in zip(xs, values(xs, env), strict=True) if kept]

        return keep
    by_key = itemgetter(0)

    def sort(env: Env) -> list[Value]:
        xs = over(env)
        return [x for _, x in sorted(zip(values(xs, env), xs, strict=True), key=by_key)]

    return sort


def _finish(fold: ir.Fold) -> Callable[[list[Value]], Value]:
    assert isinstance(fold.over.type, ListType)
    by = fold.over.type.element if fold.body is None else fold.body.type
    decimals = by == DECIMAL
    match fold.kind:
        case "map":
            return list
        case "count":
            return lambda found: found.count(True)
        case "exists_one":
            return lambda found: found.count(True) == 1
        case "sum":
            return numbers.sum_decimal if decimals else numbers.sum_int
        case "avg":
            return lambda found: numbers.average(found, decimals)
        case "min":
            return lambda found: min(found, default=None)
        case "max":
            return lambda found: max(found, default=None)
        case _:
            raise AssertionError(f"no fold {fold.kind}")
