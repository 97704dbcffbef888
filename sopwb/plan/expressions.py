"""Questions about typed expressions, and renaming in them. Deliberately not here: lowering them (``lowering``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

from sopwb.lang import ir


def conjuncts(expr: ir.Expr) -> list[ir.Expr]:
    """Split ``a && b && c`` into its parts, left to right, however it is nested."""
    if isinstance(expr, ir.And):
        return conjuncts(expr.left) + conjuncts(expr.right)
    return [expr]


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
    """Give names new names."""
    if isinstance(expr, ir.Name):
        return ir.Name(expr.type, names.get(expr.name, expr.name))
    return rebuilt(expr, lambda part: renamed(part, names))


def walk(expr: ir.Expr) -> Iterator[ir.Expr]:
    """Iterate over an expression and everything inside of it."""
    found: list[ir.Expr] = []

    def take(part: ir.Expr) -> ir.Expr:
        found.append(part)
        return rebuilt(part, take)

    take(expr)
    return iter(found)


def uses(expr: ir.Expr, name: str) -> bool:
    """Whether a name occurs."""
    return any(isinstance(part, ir.Name) and part.name == name for part in walk(expr))
