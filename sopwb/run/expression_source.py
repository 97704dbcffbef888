"""Typed IR → the text of a Python function, as somebody would write it by hand; for expressions that run often.

    i.amount > 500 ? 0.05 : 0.0        (k0 if e['i']['amount'] > k1 else k2)
    os.filter(o, o.paid).sum(o, o.n)   whole(sum(map(k0, [v0 for v0 in e['os'] if v0['paid']])))

It takes half of the closures' time, less in folds (no call a node, no frame a lambda), and 40 µs to make, so it is
made only for what has been evaluated some hundred times (``hot``).

The closures of ``expression`` stay the meaning: wherever the function fails in any way that an expression can
fail, the closure is asked instead, and gives the failure with its place. So a form here must be right where there
is a value, and fail where there is none; it need not say why. The order of evaluation is the closures' own.

Nothing of a script is part of the text but names of fields and variables, as Python's literals of strings;
constants and functions are bound to names of the module that the text runs in. Deliberately not here: what
functions mean (``functions``), and when this is worth it (``hot``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, InvalidOperation, Overflow
from operator import itemgetter
from typing import Any, Final, TypeAlias, assert_never

from sopwb.kernel.limits import DECIMAL_DIGITS, SOURCE_DEPTH_MAX
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.types import DECIMAL, INT, STRING, ListType, NeverType
from sopwb.run import expression_codes as codes
from sopwb.run.expression import Closure, Context, constants, function_of
from sopwb.run.functions import lists, numbers, strings
from sopwb.run.functions.failure import ExpressionFailure

_Local: TypeAlias = Mapping[str, str]
"""Variables of the folds around a part, by their Python names."""
_OPERATORS: Final = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_MEMBERS: Final = ("in_list", "in_map")
_PLAIN: Final = {
    "not": "(not {0})", "add_int": "whole({0} + {1})", "sub_int": "whole({0} - {1})", "mul_int": "whole({0} * {1})",
    "size_list": "len({0})", "size_map": "len({0})", "size_string": "len({0})", "concat": "bounded({0} + {1})",
    "contains": "({1} in {0})", "first": "({0} or nothing)[0]", "last": "({0} or nothing)[-1]",
    "days_between": "({1}.toordinal() - {0}.toordinal())",
}  # fmt: skip
"""Primitives that have a short form; the others are called as they are."""
_DECIMALS: Final = {"add_decimal": "add", "sub_decimal": "subtract", "mul_decimal": "multiply"}


class TooDeep(Exception):
    """An expression that Python's own parser might refuse."""


def python_function(expr: ir.Expr, context: Context, closure: Closure) -> Closure:
    """Compile an expression to a Python function that gives what its closure gives. Raises ``TooDeep``."""
    source = _Source(context)
    text = source.text(expr, {}, 0)
    source.names["closure"] = closure
    lines = ("def run(e):", " try:", f"  return {text}", " except failures:", "  return closure(e)")
    exec(compile("\n".join(lines), "<expression>", "exec"), source.names)
    run: Closure = source.names["run"]
    return run


class _Source:
    """The text of one expression, and the names that stand in it."""

    def __init__(self, context: Context) -> None:
        self.names: dict[str, Any] = dict(_NAMES)
        self._context, self._count = context, 0

    def _bound(self, value: Any) -> str:
        name = self._fresh("k")
        self.names[name] = value
        return name

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def text(self, expr: ir.Expr, local: _Local, depth: int) -> str:
        """Write an expression so that it can stand anywhere in another."""
        if depth > SOURCE_DEPTH_MAX:
            raise TooDeep

        def part(inner: ir.Expr) -> str:
            return self.text(inner, local, depth + 1)

        match expr:
            case ir.Const(_, value):
                return repr(value) if value is None or isinstance(value, bool) else self._bound(value)
            case ir.Name(_, name):
                return local.get(name) or f"e[{name!r}]"
            case ir.Field(_, base, field):
                return f"{part(base)}[{field!r}]"
            case ir.Index(_, base, index):
                get = "index" if isinstance(base.type, ListType | NeverType) else "lookup"
                return f"{get}({part(base)}, {part(index)})"
            case ir.Apply():
                return self._apply(expr, part)
            case ir.And(_, left, right):
                return f"({part(left)} and {part(right)})"
            case ir.Or(_, left, right):
                return f"({part(left)} or {part(right)})"
            case ir.Cond(_, test, then, other):
                return f"({part(then)} if {part(test)} else {part(other)})"
            case ir.Coalesce(_, value, default):
                return f"coalesce({part(value)}, lambda: {part(default)})"
            case ir.Must(_, value, _):
                return f"must({part(value)})"
            case ir.Has(_, base, field):
                return f"({part(base)}[{field!r}] is not None)"
            case ir.Fold():
                return self._fold(expr, local, depth)
            case ir.MakeList(_, items):
                return f"[{', '.join(map(part, items))}]"
            case ir.MakeRecord(_, fields):
                return "{" + ", ".join(f"{name!r}: {part(value)}" for name, value in fields) + "}"
            case ir.MakeMap(_, entries):
                return f"make_map([{', '.join(f'({part(key)}, {part(value)})' for key, value in entries)}])"
            case _:
                assert_never(expr)

    def _apply(self, expr: ir.Apply, part: Callable[[ir.Expr], str]) -> str:
        op, args = expr.op, expr.args
        if op in _OPERATORS:
            return f"({part(args[0])} {_OPERATORS[op]} {part(args[1])})"
        if op in _MEMBERS:
            kept = constants(expr)
            return f"({part(args[0])} in {part(args[1]) if kept is None else self._bound(kept)})"
        if op in _PLAIN:
            return _PLAIN[op].format(*map(part, args))
        if op in _DECIMALS:
            return f"{_DECIMALS[op]}({part(_narrow(args[0]))}, {part(_narrow(args[1]))})"
        if op == "string" and args[0].type in (INT, STRING):
            return f"text({part(args[0])})"
        if op == "round_places" and isinstance(args[1], ir.Const) and abs(args[1].value) <= DECIMAL_DIGITS:
            return f"{part(args[0])}.quantize({self._bound(numbers.step(args[1].value))}, half_up, settled)"
        function, args = function_of(expr, self._context)
        return f"{self._bound(function)}({', '.join(map(part, args))})"

    # --- folds ------------------------------------------------------------------------------------

    def _fold(self, fold: ir.Fold, local: _Local, depth: int) -> str:
        over = self.text(fold.over, local, depth + 1)
        var = self._fresh("v")
        body = None if fold.body is None else self.text(fold.body, {**local, fold.var: var}, depth + 1)
        loop = f"for {var} in {over}"
        match fold.kind:
            case "exists":
                return f"next((True {loop} if {body}), False)"
            case "all":
                return f"next((False {loop} if not {body}), True)"
            case "filter":
                return f"[{var} {loop} if {body}]"
            case "sort_by":
                return f"sorted({over}, key=lambda {var}: {body})"
        values = self._values(fold, over, f"[{body} {loop}]")
        match fold.kind:
            case "map":
                return f"[*{values}]"
            case "count":
                return f"{values}.count(True)" if body is None else f"len([True {loop} if {body}])"
            case "exists_one":
                return f"(len([True {loop} if {body}]) == 1)"
            case "min" | "max":
                return f"{fold.kind}({values}, default=None)"
        assert isinstance(fold.over.type, ListType)
        decimals = (fold.over.type.element if fold.body is None else fold.body.type) == DECIMAL
        match fold.kind:
            case "sum":
                return f"sum_decimal({values})" if decimals else f"whole(sum({values}))"
            case "avg":
                return f"average([*{values}], {decimals})"
            case _:
                raise AssertionError(f"no fold {fold.kind}")

    def _values(self, fold: ir.Fold, over: str, computed: str) -> str:
        """Write an iterable of the body's values; fields are taken without Python's help."""
        match fold.body:
            case None:
                return over
            case ir.Name(_, name) if name == fold.var:
                return over
            case ir.Field(_, ir.Name(_, name), field) if name == fold.var:
                return f"map({self._bound(itemgetter(field))}, {over})"
            case _:
                return computed


def _narrow(arg: ir.Expr) -> ir.Expr:
    """Leave out the widening of an int: the context's methods take ints as they are, and faster."""
    if isinstance(arg, ir.Apply) and arg.op == "widen" and arg.args[0].type == INT:
        return arg.args[0]
    return arg


def _coalesce(value: Value, default: Callable[[], Value]) -> Value:
    return default() if value is None else value


def _must(value: Value) -> Value:
    if value is None:
        raise ExpressionFailure(codes.NULL, "null")
    return value


def _make_map(entries: list[tuple[Value, Value]]) -> Value:
    made = dict(entries)
    if len(made) != len(entries):
        raise ExpressionFailure(codes.KEY_TWICE, "a key stands twice")
    return made


_NAMES: Final[dict[str, Any]] = {
    "__builtins__": {}, "failures": (ExpressionFailure, Overflow, InvalidOperation), "nothing": (None,), "text": str,
    "half_up": ROUND_HALF_UP, "settled": numbers.SETTLED,
    "len": len, "map": map, "max": max, "min": min, "next": next, "sorted": sorted, "sum": sum,
    "whole": numbers.whole, "add": numbers.add_decimal, "subtract": numbers.sub_decimal,
    "multiply": numbers.mul_decimal, "sum_decimal": numbers.sum_decimal, "average": numbers.average,
    "bounded": strings.bounded, "index": lists.index, "lookup": lists.lookup,
    "coalesce": _coalesce, "must": _must, "make_map": _make_map,
}  # fmt: skip
