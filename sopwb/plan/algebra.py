"""Small constructors and questions of plan expressions: conditions, nulls, joins of cells, and what is used.

Deliberately not here: anything that knows a function of the language (``lowering``) or a dialect (``sql``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, assert_never

from sopwb.kernel.values import Value
from sopwb.plan import nodes as n
from sopwb.plan.cells import BOOL, Cell, cell_of

TRUE: Final = n.Literal(BOOL, True)
FALSE: Final = n.Literal(BOOL, False)
NULL: Final = n.Literal(Cell("null", True), None)


def literal(value: Value) -> n.Literal:
    """Make a constant; None is ``NULL``."""
    return NULL if value is None else n.Literal(cell_of(value), value)


def both(left: n.Expr, right: n.Expr) -> n.Expr:
    """Give ``left AND right``."""
    if left == TRUE or right == FALSE:
        return right
    if right == TRUE or left in (FALSE, right):
        return left
    return n.Call(BOOL, "and", (left, right))


def either(left: n.Expr, right: n.Expr) -> n.Expr:
    """Give ``left OR right``."""
    if left == FALSE or right == TRUE:
        return right
    if right == FALSE or left in (TRUE, right):
        return left
    return n.Call(BOOL, "or", (left, right))


def negation(value: n.Expr) -> n.Expr:
    """Give ``NOT value``."""
    if isinstance(value, n.Literal):
        return FALSE if value.value else TRUE
    if isinstance(value, n.Call) and value.op == "not":
        return value.args[0]
    return n.Call(BOOL, "not", (value,))


def is_null(value: n.Expr) -> n.Expr:
    """Ask whether a value is null; a constant where the cell knows."""
    if isinstance(value, n.Literal):
        return TRUE if value.value is None else FALSE
    return n.Call(BOOL, "is_null", (value,))


def joined(left: Cell, right: Cell) -> Cell:
    """Give the cell of both; that of ``null`` alone gives way."""
    if left.kind == "null":
        return right if right.kind == "null" else right.with_null()
    if right.kind == "null":
        return left.with_null()
    return left.join(right)


def choose(test: n.Expr, then: n.Expr, other: n.Expr) -> n.Expr:
    """Give ``then`` where the test holds, else ``other``."""
    if test == TRUE or then == other:
        return then
    if test == FALSE:
        return other
    return n.Case(joined(then.cell, other.cell), ((test, then),), other)


def children(expr: n.Expr) -> tuple[n.Expr, ...]:
    """List the expressions directly inside of one."""
    match expr:
        case n.Literal() | n.Param() | n.Column() | n.Ref():
            return ()
        case n.Call(args=args):
            return args
        case n.Case(whens=whens, default=default):
            inside = tuple(part for when in whens for part in when)
            return inside if default is None else (*inside, default)
        case _:
            assert_never(expr)


def walk(expr: n.Expr) -> Iterator[n.Expr]:
    """Iterate over an expression and everything inside of it."""
    stack = [expr]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(children(part))


def replaced(expr: n.Expr, change: Callable[[n.Expr], n.Expr | None]) -> n.Expr:
    """Rebuild an expression, outermost first: where ``change`` gives something, that stands instead."""
    found = change(expr)
    if found is not None:
        return found
    match expr:
        case n.Call(cell, op, args):
            made = tuple(replaced(arg, change) for arg in args)
            return expr if made == args else n.Call(cell, op, made)
        case n.Case(cell, whens, default):
            rest = None if default is None else replaced(default, change)
            return n.Case(cell, tuple((replaced(a, change), replaced(b, change)) for a, b in whens), rest)
        case _:
            return expr


def is_constant(expr: n.Expr) -> bool:
    """Whether an expression is the same for all records and items."""
    return not any(isinstance(part, (n.Column, n.Ref)) for part in walk(expr))


def sorting(keys: Iterable[tuple[n.Expr, bool]]) -> tuple[tuple[n.Expr, bool], ...]:
    """Leave out what does not sort: a database takes a constant for a column's number, or refuses it."""
    return tuple(key for key in keys if not is_constant(key[0]))


def refs(expr: n.Expr) -> frozenset[str]:
    """Name the lets and gathers' columns that an expression uses."""
    return frozenset(part.name for part in walk(expr) if isinstance(part, n.Ref))
