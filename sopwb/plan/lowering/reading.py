"""Reading numbers and dates from texts of the data: a guard says what the language reads, a cast reads it.

Deliberately not lowered: decimals, whose digits no measure of the texts bounds, and timestamps and durations, which
are written in many ways.
"""

from __future__ import annotations

from typing import Final

from sopwb.lang.expression.texts import parse_date
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import both, either, is_null, negation
from sopwb.plan.cells import BOOL, DATE_MAX, DATE_MIN, Cell, integer
from sopwb.plan.lowering.numbers import ANY_INT, Operation, literal_int
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.lowering.times import of_constant

_WIDE_INT: Final = integer(1 - (1 << 127), (1 << 127) - 1)
_ANY_DATE: Final = Cell("date", False, DATE_MIN, DATE_MAX)


def int_of_string(scope: Scope, text: n.Expr) -> n.Expr:
    """Read an int; a text that is none fails, and one beyond 64 bits."""
    text = scope.name(text)
    written = scope.name(n.Call(BOOL, "is_int_text", (text,)))
    scope.fault(codes.NOT_A_NUMBER, negation(written))
    value = scope.name(n.Call(_WIDE_INT.with_null(), "int_of_text", (text,)))
    # More digits than 128 bits hold are null.
    scope.fault(codes.OVERFLOW, both(written, either(is_null(value), n.Call(BOOL, "outside_int", (value,)))))
    return n.Call(ANY_INT, "narrow", (value,))


def date_of_string(scope: Scope, text: n.Expr) -> n.Expr:
    """Read an ISO date."""
    if isinstance(text, n.Literal):
        return of_constant(parse_date)(scope, text)
    return _there(scope, n.Call(_ANY_DATE.with_null(), "date_of_text", (text,)))


def date_of_parts(scope: Scope, year: n.Expr, month: n.Expr, day: n.Expr) -> n.Expr:
    """Make a date; one that does not exist fails."""
    parts = tuple(map(scope.name, (year, month, day)))
    exists = n.Call(BOOL, "and", (_within(parts[1], 1, 12), _within(parts[2], 1, 31)))
    exists = n.Call(BOOL, "and", (_within(parts[0], 1, 9999), exists))
    made = n.Call(_ANY_DATE.with_null(), "date_of_parts", parts)
    return _there(scope, n.Case(made.cell, ((exists, made),), None))


def _within(value: n.Expr, low: int, high: int) -> n.Expr:
    above, below = (n.Call(BOOL, op, (value, literal_int(at))) for op, at in (("ge", low), ("le", high)))
    return n.Call(BOOL, "and", (above, below))


def _there(scope: Scope, date: n.Expr) -> n.Expr:
    date = scope.name(date)
    scope.fault(codes.NOT_A_TIME, is_null(date))
    return n.Call(_ANY_DATE, "itself", (date,))


READING: Final[dict[str, Operation]] = {
    "int_of_string": int_of_string, "date_of_string": date_of_string, "date_of_parts": date_of_parts,
}  # fmt: skip
