"""Typed IR → text: as it is written, or with values in place of names for spoken lines.

The IR is turned back into a syntax tree, which the one printer writes. What the checker put in (widening,
local dates) is left out again. Text that is no expression, such as a date's, travels through the tree as
an identifier.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

from sopwb.kernel.limits import INT_MAX
from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.lang.expression.functions import FOLDS, FUNCTIONS, LOCAL
from sopwb.lang.expression.printer import literal_text, print_expression, quoted
from sopwb.lang.expression.syntax import (
    Binary,
    Call,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    MapLiteral,
    Node,
    RecordLiteral,
    Select,
    Ternary,
    Unary,
)
from sopwb.lang.types import BOOL, DECIMAL, INT, SCALARS, STRING, NullType, Type, required

Evaluate = Callable[[ir.Expr], Value]
_SILENT: Final = frozenset(("widen", "widen_deep", "map_keys"))
_SHOWN_CHARS_MAX: Final = 80
"""A longer text is cut in a spoken line, which is read in a terminal."""


def ir_text(expr: ir.Expr) -> str:
    """Write an expression canonically, as it could be read again."""
    return print_expression(_syntax(expr, None))


def with_values(expr: ir.Expr, evaluate: Evaluate) -> str:
    """Write an expression with names, fields, calls and folds of scalar types replaced by their values.

    ``evaluate`` gives a part's value or raises ``LookupError``; then the part stays as it is written.
    Operators stay, so that the line shows what was compared: ``94 > 60``. Texts are quoted, lists and
    records stay names.
    """
    return print_expression(_syntax(expr, evaluate))


def value_text(value: Value) -> str:
    """Write a scalar value as it stands in such a line."""
    if isinstance(value, str):
        return quoted(value if len(value) <= _SHOWN_CHARS_MAX else value[: _SHOWN_CHARS_MAX - 1] + "…")
    return show(value)


def _syntax(expr: ir.Expr, evaluate: Evaluate | None) -> Node:
    if evaluate is not None and _is_replaced(expr):
        try:
            return Identifier(value_text(evaluate(expr)))
        except LookupError:
            evaluate = None  # what cannot be evaluated whole is shown as it is written, whole
    match expr:
        case ir.Const(type_, value):
            return _constant(type_, value)
        case ir.Name(_, name):
            return Identifier(name)
        case ir.Field(_, base, field):
            return Select(_syntax(base, evaluate), field)
        case ir.Index(_, base, index):
            return Index(_syntax(base, evaluate), _syntax(index, evaluate))
        case ir.Apply():
            return _application(expr, evaluate)
        case ir.And(_, left, right):
            return Binary("&&", _syntax(left, evaluate), _syntax(right, evaluate))
        case ir.Or(_, left, right):
            return Binary("||", _syntax(left, evaluate), _syntax(right, evaluate))
        case ir.Cond(_, test, then, other):
            return Ternary(_syntax(test, evaluate), _syntax(then, evaluate), _syntax(other, evaluate))
        case ir.Coalesce(_, value, default):
            return Call(None, "coalesce", (_syntax(value, evaluate), _syntax(default, evaluate)))
        case ir.Must(_, value):
            return Call(None, "must", (_syntax(value, evaluate),))
        case ir.Has(_, base, field):
            return Call(None, "has", (Select(_syntax(base, None), field),))
        case ir.Fold():
            return _fold(expr, evaluate)
        case ir.MakeList(_, items):
            return ListLiteral(tuple(_syntax(item, evaluate) for item in items))
        case ir.MakeRecord(_, fields):
            return RecordLiteral(tuple((name, _syntax(value, evaluate)) for name, value in fields))
        case ir.MakeMap(_, entries):
            return MapLiteral(tuple((_syntax(k, evaluate), _syntax(v, evaluate)) for k, v in entries))
        case _:
            assert_never(expr)


def _is_replaced(expr: ir.Expr) -> bool:
    if required(expr.type) not in SCALARS.values() and not isinstance(expr.type, NullType):
        return False
    match expr:
        case ir.Name() | ir.Field() | ir.Index() | ir.Coalesce() | ir.Must() | ir.Has() | ir.Fold():
            return True
        case ir.Apply(_, op):
            return FUNCTIONS[op].style in ("global", "method")
        case _:
            return False


def _constant(type_: Type, value: Value) -> Node:
    if value is None:
        return Literal("null", None)
    plain = required(type_)
    for kind in (BOOL, INT, DECIMAL, STRING):
        if plain == kind:
            if kind == DECIMAL and value == int(value) and abs(value) <= INT_MAX:
                # A decimal constant was most likely written as an int and widened.
                return Literal("int", int(value))
            return Literal(kind.name, value)
    return Identifier(value_text(value))


def _application(expr: ir.Apply, evaluate: Evaluate | None) -> Node:
    if expr.op in _SILENT:
        return _syntax(expr.args[0], evaluate)
    function = FUNCTIONS[expr.op]
    parts = expr.args
    if function.name in LOCAL:
        # These take timestamps as they are; the checker put the local date in (or a person did, to the same effect).
        parts = tuple(p.args[0] if isinstance(p, ir.Apply) and p.op == "local_date" else p for p in parts)
    args = tuple(_syntax(arg, evaluate) for arg in parts)
    if function.style == "operator":
        if len(args) == 2:
            return Binary(function.name, args[0], args[1])
        return Unary(function.name, args[0])
    if function.style == "method":
        return Call(args[0], function.name, args[1:])
    return Call(None, function.name, args)


def _fold(expr: ir.Fold, evaluate: Evaluate | None) -> Node:
    over = _syntax(expr.over, evaluate)
    name = FOLDS[expr.kind].name
    if expr.body is None:
        return Call(over, name, ())
    # The body is about each element, so no one value could stand for its variable.
    return Call(over, name, (Identifier(expr.var), _syntax(expr.body, None)))


__all__ = ["ir_text", "literal_text", "value_text", "with_values"]
