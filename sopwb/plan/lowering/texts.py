"""Texts: what their operations come to, with bounds on their length.

Deliberately not lowered: patterns that depend on the data, lists of texts.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.limits import DECIMAL_DIGITS, TEXT_CHARS_MAX
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import choose, either, literal
from sopwb.plan.cells import BOOL, Cell, integer, text_of
from sopwb.plan.lowering.numbers import Operation, literal_int
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.nodes import CannotLower

_CHARS: Final = {
    "bool": 5, "int": 20, "decimal": 2 * DECIMAL_DIGITS + 3, "date": 10, "timestamp": 27, "duration": 30,
}  # fmt: skip
"""Characters of a kind's canonical text, at most."""


def string(a: n.Expr) -> n.Expr:
    """Write a scalar's canonical text."""
    if a.cell.kind == "string":
        return a
    return n.Call(text_of(_CHARS[a.cell.kind]), "text", (a,))


def concat(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return _joined(scope, a, b, "string")


def concat_secret(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return _joined(scope, a, b, "secret")


def _joined(scope: Scope, a: n.Expr, b: n.Expr, kind: str) -> n.Expr:
    chars = a.cell.high + b.cell.high
    value = n.Call(Cell(kind, False, 0, min(chars, TEXT_CHARS_MAX)), "concat", (a, b))
    if chars <= TEXT_CHARS_MAX:
        return value
    named = scope.name(value)
    scope.fault(codes.TEXT_LENGTH, n.Call(BOOL, "gt", (_length(named), literal_int(TEXT_CHARS_MAX))))
    return named


def _length(a: n.Expr) -> n.Expr:
    return n.Call(integer(0, 2 * TEXT_CHARS_MAX), "length", (a,))


def size_string(scope: Scope, a: n.Expr) -> n.Expr:
    return n.Call(integer(0, a.cell.high), "length", (a,))


def _asks(op: str) -> Operation:
    return lambda scope, a, b: n.Call(BOOL, op, (a, b))


def substring(scope: Scope, text: n.Expr, begin: n.Expr, end: n.Expr | None = None) -> n.Expr:
    """Cut a text out of one; positions outside of it fail."""
    text, begin = scope.name(text), scope.name(begin)
    length = scope.name(size_string(scope, text))
    until = length if end is None else scope.name(end)
    bad = either(
        either(n.Call(BOOL, "lt", (begin, literal(0))), n.Call(BOOL, "gt", (begin, length))),
        either(n.Call(BOOL, "lt", (until, begin)), n.Call(BOOL, "gt", (until, length))),
    )
    bad = scope.name(bad)
    scope.fault(codes.TEXT_RANGE, bad)
    cut = n.Call(text_of(text.cell.high), "substring", (text, begin, until))
    return choose(bad, literal(""), cut)


def replace(scope: Scope, text: n.Expr, old: n.Expr, new: n.Expr) -> n.Expr:
    """Replace a constant text by a constant one."""
    if not (isinstance(old, n.Literal) and isinstance(new, n.Literal) and old.value):
        raise CannotLower("it replaces what is not a constant text")
    chars = text.cell.high * max(1, -(-len(new.value) // len(old.value)))
    if chars > TEXT_CHARS_MAX:
        raise CannotLower("the replaced text may be too long")
    return n.Call(text_of(chars), "replace", (text, old, new))


def matches(scope: Scope, text: n.Expr, pattern: n.Expr) -> n.Expr:
    """Ask a constant RE2 pattern, which DuckDB speaks too; one that is none fails by rows."""
    if not isinstance(pattern, n.Literal):
        raise CannotLower("a pattern that is not a constant")
    import re2  # here, since only expressions with `matches` pay for it

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern.value, options)
    except re2.error:
        raise CannotLower("a text is not an RE2 pattern") from None
    return n.Call(BOOL, "matches", (text, pattern))


def _same_length(op: str) -> Operation:
    return lambda scope, a: n.Call(text_of(a.cell.high), op, (a,))


TEXTS: Final[dict[str, Operation]] = {
    "string": lambda scope, a: string(a), "concat": concat, "concat_secret": concat_secret, "size_string": size_string,
    "contains": _asks("contains"), "starts_with": _asks("starts_with"), "ends_with": _asks("ends_with"),
    "substring": substring, "substring_from": substring, "replace": replace,
    "lower_ascii": _same_length("lower_ascii"), "upper_ascii": _same_length("upper_ascii"),
    "trim": _same_length("trim"), "lower": _same_length("lower"), "upper": _same_length("upper"),
    "matches": matches,
}  # fmt: skip
