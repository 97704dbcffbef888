"""What is inside of a typed expression: its parts, its conjuncts, what it uses, whether it can fail; and renaming.

Both engines ask these, so that they split and order a condition alike. Deliberately not here: evaluating an
expression (``run``), lowering it (``plan``), and the syntax tree of its text (``expression.syntax``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, assert_never

from sopwb.lang import ir
from sopwb.lang.types import BOOL

_TOTAL: Final = frozenset({
    "eq", "ne", "lt", "le", "gt", "ge", "not", "in_list", "in_map", "contains", "starts_with", "ends_with",
    "size_string", "size_list", "size_map", "widen", "widen_deep",
})  # fmt: skip
"""Primitives that have a value for all arguments. The list may be shorter than the truth, never longer."""


def conjuncts(expr: ir.Expr) -> list[ir.Expr]:
    """Split ``a && b && c`` into its parts, left to right, however it is nested."""
    if isinstance(expr, ir.And):
        return conjuncts(expr.left) + conjuncts(expr.right)
    return [expr]


def conjunction(parts: list[ir.Expr]) -> ir.Expr:
    """Join parts (≥ 1) by && again."""
    joined = parts[0]
    for part in parts[1:]:
        joined = ir.And(BOOL, joined, part)
    return joined


def children(expr: ir.Expr) -> tuple[ir.Expr, ...]:
    """List the expressions directly inside an expression, in the order in which they are reached."""
    match expr:
        case ir.Const() | ir.Name():
            return ()
        case ir.Field(base=base) | ir.Has(base=base):
            return (base,)
        case ir.Index(base=base, index=index):
            return (base, index)
        case ir.Apply(args=args):
            return args
        case ir.And(left=left, right=right) | ir.Or(left=left, right=right):
            return (left, right)
        case ir.Cond(test=test, then=then, other=other):
            return (test, then, other)
        case ir.Coalesce(value=value, default=default):
            return (value, default)
        case ir.Must(value=value):
            return (value,)
        case ir.Fold(over=over, body=body):
            return (over,) if body is None else (over, body)
        case ir.MakeList(items=items):
            return items
        case ir.MakeRecord(fields=fields):
            return tuple(value for _, value in fields)
        case ir.MakeMap(entries=entries):
            return tuple(part for entry in entries for part in entry)
        case _:
            assert_never(expr)


def rebuilt(expr: ir.Expr, change: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """Rebuild an expression with every part directly inside of it changed."""
    match expr:
        case ir.Const() | ir.Name():
            return expr
        case ir.Field(type_, base, field):
            return ir.Field(type_, change(base), field)
        case ir.Has(type_, base, field):
            return ir.Has(type_, change(base), field)
        case ir.Index(type_, base, index):
            return ir.Index(type_, change(base), change(index))
        case ir.Apply(type_, op, args):
            return ir.Apply(type_, op, tuple(map(change, args)))
        case ir.And(type_, left, right):
            return ir.And(type_, change(left), change(right))
        case ir.Or(type_, left, right):
            return ir.Or(type_, change(left), change(right))
        case ir.Cond(type_, test, then, other):
            return ir.Cond(type_, change(test), change(then), change(other))
        case ir.Coalesce(type_, value, default):
            return ir.Coalesce(type_, change(value), change(default))
        case ir.Must(type_, value, text):
            return ir.Must(type_, change(value), text)
        case ir.Fold(type_, kind, over, var, body):
            return ir.Fold(type_, kind, change(over), var, None if body is None else change(body))
        case ir.MakeList(type_, items):
            return ir.MakeList(type_, tuple(map(change, items)))
        case ir.MakeRecord(type_, fields):
            return ir.MakeRecord(type_, tuple((name, change(value)) for name, value in fields))
        case ir.MakeMap(type_, entries):
            return ir.MakeMap(type_, tuple((change(k), change(v)) for k, v in entries))
        case _:
            assert_never(expr)


def renamed(expr: ir.Expr, names: Mapping[str, str]) -> ir.Expr:
    """Give names new names; a list function's variable is its own."""
    if isinstance(expr, ir.Name):
        return ir.Name(expr.type, names.get(expr.name, expr.name))
    if isinstance(expr, ir.Fold) and expr.var in names:
        inner = {name: new for name, new in names.items() if name != expr.var}
        body = None if expr.body is None else renamed(expr.body, inner)
        return ir.Fold(expr.type, expr.kind, renamed(expr.over, names), expr.var, body)
    return rebuilt(expr, lambda part: renamed(part, names))


def walk(expr: ir.Expr) -> Iterator[ir.Expr]:
    """Iterate over an expression and everything inside it."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def uses_it(expr: ir.Expr) -> bool:
    """Whether the record that is looked at occurs."""
    return any(isinstance(part, ir.Name) and part.name == "it" for part in walk(expr))


def fields_of_it(expr: ir.Expr) -> frozenset[str]:
    """Name the fields of ``it`` that are used; where ``it`` is used as a whole that is not known, and none is
    named."""
    return frozenset(
        part.field
        for part in walk(expr)
        if isinstance(part, (ir.Field, ir.Has)) and isinstance(part.base, ir.Name) and part.base.name == "it"
    )


def cannot_fail(expr: ir.Expr) -> bool:
    """Whether evaluating it surely gives a value."""
    return all(
        isinstance(part, (ir.Const, ir.Name, ir.Field, ir.Has, ir.And, ir.Or, ir.Cond, ir.Coalesce))
        or (isinstance(part, ir.Apply) and part.op in _TOTAL)
        for part in walk(expr)
    )
