"""Questions about conditions: their conjuncts, what they use of ``it``, and whether they can fail.

Deliberately not here: evaluating them (``expression``) and what is done with the answers (``scan``,
``spoken``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

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
