"""Dates, timestamps and durations: what their operations come to, with bounds.

Timestamps are instants, durations whole microseconds. Deliberately not lowered: reading instants and durations
from texts of the data, named zones other than the run's.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sopwb.kernel.values import Value
from sopwb.lang.expression.texts import parse_duration, parse_timestamp
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, either, literal, negation
from sopwb.plan.cells import (
    BOOL,
    DATE_MAX,
    DATE_MIN,
    EPOCH,
    MICROSECOND,
    TIMESTAMP_MAX,
    TIMESTAMP_MIN,
    Cell,
    integer,
)
from sopwb.plan.lowering.forms import widened
from sopwb.plan.lowering.numbers import Operation, div_decimal, literal_int
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.lowering.zones import offsets
from sopwb.plan.nodes import CannotLower

_MONTH_MIN: Final = 12
_MONTH_MAX: Final = 9999 * 12 + 11


def _whole(cell: Cell) -> Cell:
    return Cell("int", False, cell.low, cell.high)


def micros(a: n.Expr) -> n.Expr:
    """Give an instant as microseconds since 1970."""
    return n.Call(_whole(a.cell), "micros", (a,))


def days(a: n.Expr) -> n.Expr:
    """Give a date as days since 1970."""
    return n.Call(_whole(a.cell), "days", (a,))


def _within(scope: Scope, value: n.Expr, low: int, high: int) -> tuple[n.Expr, Cell, n.Expr]:
    """Fail where a whole number leaves its bounds; give it, its new bounds, and whether it is within."""
    cell = integer(min(max(value.cell.low, low), high), max(min(value.cell.high, high), low))
    if low <= value.cell.low and value.cell.high <= high:
        return value, cell, negation(FALSE)
    value = scope.name(value)
    tests: list[n.Expr] = []
    if value.cell.low < low:
        tests.append(n.Call(BOOL, "lt", (value, literal_int(low))))
    if value.cell.high > high:
        tests.append(n.Call(BOOL, "gt", (value, literal_int(high))))
    outside = tests[0] if len(tests) == 1 else either(*tests)
    scope.fault(codes.TIME_RANGE, outside)
    return value, cell, negation(outside)


def _if(inside: n.Expr, value: n.Expr) -> n.Expr:
    return value if inside == negation(FALSE) else n.Case(value.cell, ((inside, value),), None)


def _date_of(scope: Scope, number: n.Expr) -> n.Expr:
    number, cell, inside = _within(scope, number, DATE_MIN, DATE_MAX)
    return _if(inside, n.Call(Cell("date", False, cell.low, cell.high), "date_of_days", (number,)))


def _instant_of(scope: Scope, number: n.Expr) -> n.Expr:
    number, cell, inside = _within(scope, number, TIMESTAMP_MIN, TIMESTAMP_MAX)
    return _if(inside, n.Call(Cell("timestamp", False, cell.low, cell.high), "instant_of_micros", (number,)))


def local_date(scope: Scope, a: n.Expr) -> n.Expr:
    """Give the date of an instant in the run's zone."""
    if isinstance(a, n.Param) and a.name == "now":
        today = scope.names.get("today")
        assert isinstance(today, n.Param)
        return today
    instant = scope.name(a)
    found = offsets(scope.query.zone, a.cell.low, a.cell.high)
    local, offset_cell = micros(instant), integer(min(o for _, o in found), max(o for _, o in found))
    offset: n.Expr = literal_int(found[0][1])
    if len(found) > 1:
        whens = [
            (n.Call(BOOL, "lt", (instant, literal(EPOCH + begin * MICROSECOND))), literal_int(before))
            for (_, before), (begin, _) in itertools.pairwise(found)
        ]
        offset = n.Case(offset_cell, tuple(whens), literal_int(found[-1][1]))
    cell = integer(local.cell.low + offset_cell.low, local.cell.high + offset_cell.high)
    number, cell, inside = _within(scope, n.Call(cell, "add", (local, offset)), TIMESTAMP_MIN, TIMESTAMP_MAX)
    day = 86_400_000_000
    made = Cell("date", False, cell.low // day, cell.high // day)
    return _if(inside, n.Call(made, "date_of_micros", (number,)))


def days_between(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return n.Call(integer(b.cell.low - a.cell.high, b.cell.high - a.cell.low), "days_between", (a, b))


def _elapsed(a: n.Expr, b: n.Expr) -> n.Expr:
    """Count the microseconds from a to b."""
    cell = integer(b.cell.low - a.cell.high, b.cell.high - a.cell.low)
    return n.Call(cell, "sub", (micros(b), micros(a)))


def _units_between(unit_us: int) -> Operation:
    def between(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
        return div_decimal(scope, widened(_elapsed(a, b)), literal(Decimal(unit_us)))

    return between


def add_days(scope: Scope, date: n.Expr, by: n.Expr) -> n.Expr:
    cell = integer(date.cell.low + by.cell.low, date.cell.high + by.cell.high)
    return _date_of(scope, n.Call(cell, "add", (days(date), by)))


def add_months(scope: Scope, date: n.Expr, by: n.Expr) -> n.Expr:
    date, by = scope.name(date), scope.name(by)
    month = n.Call(integer(_MONTH_MIN, _MONTH_MAX), "month_number", (date,))
    cell = integer(_MONTH_MIN + by.cell.low, _MONTH_MAX + by.cell.high)
    _, _, inside = _within(scope, n.Call(cell, "add", (month, by)), _MONTH_MIN, _MONTH_MAX)
    made = n.Call(Cell("date", False, DATE_MIN, DATE_MAX), "add_months", (date, by))
    return _if(inside, made)


def _part(op: str, low: int, high: int) -> Operation:
    return lambda scope, a: n.Call(integer(low, high), op, (a,))


def _utc_part(part: str, plus: int, high: int) -> Operation:
    def select(scope: Scope, a: n.Expr) -> n.Expr:
        found = n.Call(integer(0, high), f"utc_{part}", (a,))
        if not plus:
            return found
        return n.Call(integer(plus, high + plus), "add", (found, literal_int(plus)))

    return select


def start_of_month(scope: Scope, a: n.Expr) -> n.Expr:
    return n.Call(Cell("date", False, a.cell.low - 31, a.cell.high), "month_start", (a,))


def _duration(value: n.Expr) -> n.Expr:
    """Take microseconds as a duration."""
    if not value.cell.fits_int():
        raise CannotLower("a duration may need more than 64 bits")
    return n.Call(Cell("duration", False, value.cell.low, value.cell.high), "itself", (value,))


def _span(value: n.Expr) -> n.Expr:
    if isinstance(value, n.Literal):
        return literal_int(value.value // MICROSECOND)
    return n.Call(_whole(value.cell), "itself", (value,))


def _plus(a: n.Expr, b: n.Expr) -> n.Expr:
    return n.Call(integer(a.cell.low + b.cell.low, a.cell.high + b.cell.high), "add", (a, b))


def _minus(a: n.Expr, b: n.Expr) -> n.Expr:
    return n.Call(integer(a.cell.low - b.cell.high, a.cell.high - b.cell.low), "sub", (a, b))


def _whole_units(unit_us: int) -> Operation:
    def count(scope: Scope, a: n.Expr) -> n.Expr:
        most = max(abs(a.cell.low), abs(a.cell.high)) // unit_us
        return n.Call(integer(-most, most), "divide", (_span(a), literal_int(unit_us)))

    return count


def _milliseconds(scope: Scope, a: n.Expr) -> n.Expr:
    """Give the milliseconds beyond the whole seconds, with the duration's sign."""
    return n.Call(integer(-999, 999), "mod", (_whole_units(1_000)(scope, a), literal_int(1_000)))


def int_of_timestamp(scope: Scope, a: n.Expr) -> n.Expr:
    cell = integer(a.cell.low // 10**6, a.cell.high // 10**6)
    return n.Call(cell, "flooring", (micros(a), literal_int(10**6)))


def timestamp_of_int(scope: Scope, a: n.Expr) -> n.Expr:
    cell = integer(a.cell.low * 10**6, a.cell.high * 10**6)
    return _instant_of(scope, n.Call(cell, "mul", (a, literal_int(10**6))))


def of_constant(parse: Callable[[str], Value]) -> Operation:
    """Read a constant text; one that depends on the data runs by rows."""

    def read(scope: Scope, a: n.Expr) -> n.Expr:
        if not isinstance(a, n.Literal):
            raise CannotLower("a text of the data is read as an instant or a duration")
        try:
            return literal(parse(a.value))
        except ValueError:
            raise CannotLower("a text is not a time") from None

    return read


TIMES: Final[dict[str, Operation]] = {
    "timestamp_of_string": of_constant(parse_timestamp),
    "duration_of_string": of_constant(parse_duration),
    "local_date": local_date, "days_between": days_between, "hours_between": _units_between(3_600_000_000),
    "minutes_between": _units_between(60_000_000), "add_days": add_days, "add_months": add_months,
    "year": _part("year", 1, 9999), "month": _part("month", 1, 12), "day": _part("day", 1, 31),
    "weekday": _part("weekday", 1, 7), "start_of_month": start_of_month,
    "add_timestamp_duration": lambda scope, a, b: _instant_of(scope, _plus(micros(a), _span(b))),
    "add_duration_timestamp": lambda scope, a, b: _instant_of(scope, _plus(_span(a), micros(b))),
    "sub_timestamp_duration": lambda scope, a, b: _instant_of(scope, _minus(micros(a), _span(b))),
    "sub_timestamp": lambda scope, a, b: _duration(_elapsed(b, a)),
    "add_duration": lambda scope, a, b: _duration(_plus(_span(a), _span(b))),
    "sub_duration": lambda scope, a, b: _duration(_minus(_span(a), _span(b))),
    "timestamp_of_timestamp": lambda scope, a: a, "duration_of_duration": lambda scope, a: a,
    "timestamp_of_int": timestamp_of_int, "int_of_timestamp": int_of_timestamp,
    "duration_hours": _whole_units(3_600_000_000), "duration_minutes": _whole_units(60_000_000),
    "duration_seconds": _whole_units(1_000_000), "duration_milliseconds": _milliseconds,
    "get_full_year": _utc_part("year", 0, 9999), "get_month": _utc_part("month", -1, 12),
    "get_day_of_year": _utc_part("day_of_year", -1, 366), "get_day_of_month": _utc_part("day", -1, 31),
    "get_date": _utc_part("day", 0, 31), "get_day_of_week": _utc_part("day_of_week", 0, 6),
    "get_hours": _utc_part("hour", 0, 23), "get_minutes": _utc_part("minute", 0, 59),
    "get_seconds": _utc_part("second", 0, 59), "get_milliseconds": _utc_part("millisecond", 0, 999),
}  # fmt: skip

