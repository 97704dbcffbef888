"""Running expressions: typed IR → nested Python closures over a plain dict of names.

A closure is compiled once and called for every record, so what is known beforehand is decided beforehand:
constants, names and fields of names are read without a call of their own, patterns are compiled, the keys
of folds are taken by ``itemgetter`` where they are fields. ``&&``, ``||``, ``?:`` and ``coalesce`` reach
only what they need, left to right. Every other node evaluates its parts from left to right.

The only exception that leaves a closure is ``ExpressionFailure``. Deliberately not here: what the
functions mean (``functions``), and which values names have (the interpreter's frames).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, Overflow
from operator import itemgetter
from typing import TypeAlias, assert_never

from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.lang.expression.show import ir_text, with_values
from sopwb.lang.types import SCALARS, TIMESTAMP, ListType, NeverType, OptionalType, required
from sopwb.run import expression_codes as codes
from sopwb.run.expression_folds import compile_fold
from sopwb.run.functions import lists, numbers, strings, times
from sopwb.run.functions.failure import ExpressionFailure
from sopwb.run.functions.table import COMPARISONS, STRICT

__all__ = ["Context", "ExpressionFailure", "compile_expression", "show_with_values"]

Env: TypeAlias = dict[str, Value]
Closure: TypeAlias = Callable[[Env], Value]


def find_zone(name: str) -> dt.tzinfo:
    """Find a time zone by its IANA name. Raises KeyError, ValueError or OSError."""
    import zoneinfo  # here, since only expressions that name a zone pay for it

    return zoneinfo.ZoneInfo(name)


class Context:
    """What expressions are computed in: the workspace's time zone, and how other zones are found by name."""

    __slots__ = ("zone", "zones")

    def __init__(self, zone: dt.tzinfo, zones: times.Zones = find_zone) -> None:
        self.zone, self.zones = zone, zones


def compile_expression(expr: ir.Expr, context: Context) -> Closure:
    """Compile an expression to a function of the names' values (``now`` and ``today`` among them).

    The function never changes the dict and raises nothing but ``ExpressionFailure``.
    """
    match expr:
        case ir.Const(_, value):
            return lambda env: value
        case ir.Name(_, name):
            return itemgetter(name)
        case ir.Field(_, base, field):
            return _field(base, field, context)
        case ir.Index():
            return _index(expr, context)
        case ir.Apply():
            return _apply(expr, context)
        case ir.And(_, left, right):
            return _and(compile_expression(left, context), compile_expression(right, context))
        case ir.Or(_, left, right):
            return _or(compile_expression(left, context), compile_expression(right, context))
        case ir.Cond(_, test, then, other):
            return _cond(*(compile_expression(part, context) for part in (test, then, other)))
        case ir.Coalesce(_, value, default):
            return _coalesce(compile_expression(value, context), compile_expression(default, context))
        case ir.Must(_, value, text):
            return _must(compile_expression(value, context), text)
        case ir.Has(_, base, field):
            return _has(compile_expression(base, context), field)
        case ir.Fold():
            return compile_fold(expr, lambda part: compile_expression(part, context))
        case ir.MakeList(_, items):
            parts = [compile_expression(item, context) for item in items]
            return lambda env: [part(env) for part in parts]
        case ir.MakeRecord(_, fields):
            named = [(name, compile_expression(value, context)) for name, value in fields]
            return lambda env: {name: part(env) for name, part in named}
        case ir.MakeMap():
            return _map(expr, context)
        case _:
            assert_never(expr)


class Shown:
    """An expression that is written twice: as it is (``text``), and with its names, fields and calls replaced by
    their values.

    ``days_since_last > 60`` with 94 gives ``94 > 60``. What cannot be evaluated (a name that is not there, a
    failure) stays as it is written. Parts are compiled once, for the traces of many items.
    """

    __slots__ = ("_closures", "_context", "_expr", "text")

    def __init__(self, expr: ir.Expr, context: Context) -> None:
        self.text = ir_text(expr)
        self._expr, self._context = expr, context
        self._closures: dict[int, Closure] = {}
        """By the identity of a part, which lives as long as the whole."""

    def values(self, env: Env) -> str:
        """Write it with values."""

        def evaluate(part: ir.Expr) -> Value:
            closure = self._closures.get(id(part))
            if closure is None:
                closure = self._closures[id(part)] = compile_expression(part, self._context)
            try:
                return closure(env)
            except (KeyError, TypeError, AttributeError, ExpressionFailure):
                # A name that is not bound in this frame, such as `it` outside of its record; or a part that was not
                # reached, such as `r.total` in `r == null ? 0 : r.total`, whose values are not what its types say.
                raise LookupError from None

        return with_values(self._expr, evaluate)


def show_with_values(expr: ir.Expr, env: Env, context: Context) -> tuple[str, str]:
    """Write an expression once in both ways of ``Shown``."""
    shown = Shown(expr, context)
    return shown.text, shown.values(env)


# --- names and parts ----------------------------------------------------------------------------


def _field(base: ir.Expr, field: str, context: Context) -> Closure:
    if isinstance(base, ir.Name):
        name = base.name
        return lambda env: env[name][field]
    inner = compile_expression(base, context)
    return lambda env: inner(env)[field]


def _index(expr: ir.Index, context: Context) -> Closure:
    get = lists.index if isinstance(expr.base.type, ListType | NeverType) else lists.lookup
    return _two(get, expr.base, expr.index, expr, context)


def _has(base: Closure, field: str) -> Closure:
    return lambda env: base(env)[field] is not None


def _map(expr: ir.MakeMap, context: Context) -> Closure:
    entries = [(compile_expression(k, context), compile_expression(v, context)) for k, v in expr.entries]

    def make(env: Env) -> Value:
        made: dict[Value, Value] = {}
        for key_of, value_of in entries:
            key = key_of(env)
            if key in made:
                raise ExpressionFailure(codes.KEY_TWICE, f"the key {show(key)} stands twice", ir_text(expr))
            made[key] = value_of(env)
        return made

    return make


# --- what is lazy -------------------------------------------------------------------------------


def _and(left: Closure, right: Closure) -> Closure:
    return lambda env: left(env) and right(env)


def _or(left: Closure, right: Closure) -> Closure:
    return lambda env: left(env) or right(env)


def _cond(test: Closure, then: Closure, other: Closure) -> Closure:
    return lambda env: then(env) if test(env) else other(env)


def _coalesce(value: Closure, default: Closure) -> Closure:
    def coalesce(env: Env) -> Value:
        found = value(env)
        return default(env) if found is None else found

    return coalesce


def _must(value: Closure, text: str) -> Closure:
    def must(env: Env) -> Value:
        found = value(env)
        if found is None:
            raise ExpressionFailure(codes.NULL, f"{text} is null", f"must({text})")
        return found

    return must


# --- strict functions ---------------------------------------------------------------------------


def _apply(expr: ir.Apply, context: Context) -> Closure:
    if expr.op in COMPARISONS:
        return _compare(expr, context)
    function, args = function_of(expr, context)
    match args:
        case (one,):
            return _one(function, one, expr, context)
        case (one, two):
            return _two(function, one, two, expr, context)
        case _:
            return _many(function, args, expr, context)


def function_of(expr: ir.Apply, context: Context) -> tuple[Callable[..., Value], tuple[ir.Expr, ...]]:
    """Find the function of a primitive that is no comparison, and the arguments that it still takes: constants
    that are worth it are compiled into the function.

    It raises nothing but ``ExpressionFailure`` and, for sums, differences and products of decimals, ``Overflow``.
    """
    op, args = expr.op, expr.args
    if op in ("greatest", "least"):
        pick = max if op == "greatest" else min
        return (lambda *values: pick(values)), args
    if op == "matches" and isinstance(args[1], ir.Const):
        return strings.matcher(args[1].value), args[:1]
    if op == "widen" and not isinstance(args[0].type, OptionalType):
        return Decimal, args
    if op == "widen_deep":
        return lists.widener(args[0].type, expr.type), args
    if op == "local_date":
        return times.local_dates(context.zone, always_one=args[0] == ir.Name(TIMESTAMP, "now")), args
    if op.endswith("_in_zone"):
        select, zones = times.SELECTORS[op.removesuffix("_in_zone")], context.zones
        return (lambda t, name: select(times.in_zone(t, name, zones))), args
    return STRICT[op], args


def constants(expr: ir.Apply) -> frozenset[Value] | None:
    """Give the set that ``x in [1, 2, 3]`` asks for, or None where it asks for something else."""
    if expr.op != "in_list" or required(expr.args[0].type) not in SCALARS.values():
        return None
    among = expr.args[1]
    if not isinstance(among, ir.MakeList) or not all(isinstance(item, ir.Const) for item in among.items):
        return None
    return frozenset(item.value for item in among.items if isinstance(item, ir.Const))


def _compare(expr: ir.Apply, context: Context) -> Closure:
    """Compile a comparison, which cannot fail itself; a constant right side is the common case."""
    function, (left, right) = COMPARISONS[expr.op], expr.args
    kept = constants(expr)
    if kept is not None:
        member = compile_expression(left, context)
        return lambda env: member(env) in kept
    if isinstance(right, ir.Const):
        constant = right.value
        match left:
            case ir.Name(_, name):
                return lambda env: function(env[name], constant)
            case ir.Field(_, ir.Name(_, name), field):
                return lambda env: function(env[name][field], constant)
        inner = compile_expression(left, context)
        return lambda env: function(inner(env), constant)
    a, b = compile_expression(left, context), compile_expression(right, context)
    return lambda env: function(a(env), b(env))


def _one(function: Callable[[Value], Value], arg: ir.Expr, expr: ir.Expr, context: Context) -> Closure:
    a = compile_expression(arg, context)

    def call(env: Env) -> Value:
        try:
            return function(a(env))
        except (ExpressionFailure, Overflow) as failure:
            raise _located(failure, expr) from None

    return call


def _two(
    function: Callable[[Value, Value], Value], left: ir.Expr, right: ir.Expr, expr: ir.Expr, context: Context
) -> Closure:
    a, b = compile_expression(left, context), compile_expression(right, context)
    if isinstance(right, ir.Const):
        constant = right.value

        def call_constant(env: Env) -> Value:
            try:
                return function(a(env), constant)
            except (ExpressionFailure, Overflow) as failure:
                raise _located(failure, expr) from None

        return call_constant

    def call(env: Env) -> Value:
        try:
            return function(a(env), b(env))
        except (ExpressionFailure, Overflow) as failure:
            raise _located(failure, expr) from None

    return call


def _many(
    function: Callable[..., Value], args: tuple[ir.Expr, ...], expr: ir.Apply, context: Context
) -> Closure:
    parts = [compile_expression(arg, context) for arg in args]

    def call(env: Env) -> Value:
        try:
            return function(*[part(env) for part in parts])
        except (ExpressionFailure, Overflow) as failure:
            raise _located(failure, expr) from None

    return call


def _located(failure: ExpressionFailure | Overflow, expr: ir.Expr) -> ExpressionFailure:
    """Fill in the innermost part of the expression in which it failed."""
    if isinstance(failure, Overflow):
        failure = numbers.overflow("the decimal")
    if not failure.text:
        failure.text = ir_text(expr)
    return failure
