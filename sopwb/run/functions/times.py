"""Functions of dates, timestamps and durations. Timestamps are in UTC; local dates take the run's zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from sopwb.lang.expression.texts import make_date, parse_date, parse_duration, parse_timestamp
from sopwb.run import expression_codes as codes
from sopwb.run.functions.failure import ExpressionFailure
from sopwb.run.functions.numbers import div_decimal

_OFFSET: Final = re.compile(r"([+-]?)(\d\d):(\d\d)", re.ASCII)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_HOUR: Final = Decimal(3_600_000_000)
_MINUTE: Final = Decimal(60_000_000)
_T = TypeVar("_T")
Zones = Callable[[str], dt.tzinfo]
"""Finds a time zone by its name; raises KeyError, ValueError or OSError for one that does not exist."""


def _out_of_range() -> ExpressionFailure:
    return ExpressionFailure(codes.TIME_RANGE, "the time is outside of the years 1 to 9999")


def _within(compute: Callable[[], _T]) -> _T:
    try:
        return compute()
    except (OverflowError, ValueError):
        raise _out_of_range() from None


def _read(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except ValueError as fault:
        raise ExpressionFailure(codes.NOT_A_TIME, str(fault)) from None


def later(a: dt.datetime, b: dt.timedelta) -> dt.datetime:
    try:
        return a + b
    except OverflowError:
        raise _out_of_range() from None


def duration_later(a: dt.timedelta, b: dt.datetime) -> dt.datetime:
    return later(b, a)


def earlier(a: dt.datetime, b: dt.timedelta) -> dt.datetime:
    try:
        return a - b
    except OverflowError:
        raise _out_of_range() from None


def elapsed(a: dt.datetime, b: dt.datetime) -> dt.timedelta:
    return a - b


def longer(a: dt.timedelta, b: dt.timedelta) -> dt.timedelta:
    return _within(lambda: a + b)


def shorter(a: dt.timedelta, b: dt.timedelta) -> dt.timedelta:
    return _within(lambda: a - b)


def timestamp_of_string(text: str) -> dt.datetime:
    return _read(lambda: parse_timestamp(text))


def timestamp_of_int(seconds: int) -> dt.datetime:
    return _within(lambda: _EPOCH + dt.timedelta(seconds=seconds))


def int_of_timestamp(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // dt.timedelta(seconds=1)


def duration_of_string(text: str) -> dt.timedelta:
    return _read(lambda: parse_duration(text))


def date_of_string(text: str) -> dt.date:
    return _read(lambda: parse_date(text))


def date_of_parts(year: int, month: int, day: int) -> dt.date:
    return _read(lambda: make_date(year, month, day))


def local_dates(zone: dt.tzinfo, always_one: bool = False) -> Callable[[dt.datetime], dt.date]:
    """Compile taking the calendar date of an instant in a zone; ``always_one``: the same instant comes again and
    again (``now``)."""

    def local_date(instant: dt.datetime) -> dt.date:
        try:
            return instant.astimezone(zone).date()
        except (OverflowError, ValueError):
            raise _out_of_range() from None

    if not always_one:
        return local_date
    known: tuple[dt.datetime, dt.date] | None = None

    def local_date_of_one(instant: dt.datetime) -> dt.date:
        nonlocal known
        before = known
        if before is not None and before[0] is instant:
            return before[1]
        date = local_date(instant)
        known = (instant, date)
        return date

    return local_date_of_one


def days_between(a: dt.date, b: dt.date) -> int:
    return b.toordinal() - a.toordinal()


def hours_between(a: dt.datetime, b: dt.datetime) -> Decimal:
    return div_decimal(Decimal((b - a) // _MICROSECOND), _HOUR)


def minutes_between(a: dt.datetime, b: dt.datetime) -> Decimal:
    return div_decimal(Decimal((b - a) // _MICROSECOND), _MINUTE)


def add_days(date: dt.date, days: int) -> dt.date:
    try:
        return date + dt.timedelta(days=days)
    except OverflowError:
        raise _out_of_range() from None


def add_months(date: dt.date, months: int) -> dt.date:
    """Give the same day of a later month, or its last day where it has fewer."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise _out_of_range()
    day = min(date.day, _month_days(year, month + 1))
    return dt.date(year, month + 1, day)


def _month_days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def year(date: dt.date) -> int:
    return date.year


def month(date: dt.date) -> int:
    return date.month


def day(date: dt.date) -> int:
    return date.day


def weekday(date: dt.date) -> int:
    return date.isoweekday()


def start_of_month(date: dt.date) -> dt.date:
    return date.replace(day=1)


def in_zone(instant: dt.datetime, name: str, zones: Zones) -> dt.datetime:
    """Move an instant into a zone of CEL's: an IANA name or an offset such as ``-08:00``."""
    found = _OFFSET.fullmatch(name)
    if found is not None and int(found[2]) < 24 and int(found[3]) < 60:
        offset = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
        zone: dt.tzinfo = dt.timezone(-offset if found[1] == "-" else offset)
    else:
        try:
            zone = zones(name)
        except (KeyError, ValueError, OSError):
            raise ExpressionFailure(codes.ZONE, f"there is no time zone '{name[:40]}'") from None
    return _within(lambda: instant.astimezone(zone))


SELECTORS: Final[dict[str, Callable[[dt.datetime], int]]] = {
    "get_full_year": lambda t: t.year,
    "get_month": lambda t: t.month - 1,
    "get_day_of_year": lambda t: t.timetuple().tm_yday - 1,
    "get_day_of_month": lambda t: t.day - 1,
    "get_date": lambda t: t.day,
    "get_day_of_week": lambda t: t.isoweekday() % 7,
    "get_hours": lambda t: t.hour,
    "get_minutes": lambda t: t.minute,
    "get_seconds": lambda t: t.second,
    "get_milliseconds": lambda t: t.microsecond // 1_000,
}
"""CEL's selectors of a timestamp, with CEL's numbering."""


def _whole_units(unit: dt.timedelta) -> Callable[[dt.timedelta], int]:
    def count(span: dt.timedelta) -> int:
        return span // unit if span >= dt.timedelta(0) else -(-span // unit)

    return count


duration_hours: Final = _whole_units(dt.timedelta(hours=1))
duration_minutes: Final = _whole_units(dt.timedelta(minutes=1))
duration_seconds: Final = _whole_units(dt.timedelta(seconds=1))
_milliseconds: Final = _whole_units(dt.timedelta(milliseconds=1))


def duration_milliseconds(span: dt.timedelta) -> int:
    """Give the milliseconds beyond the whole seconds, with the duration's sign."""
    total = _milliseconds(span)
    return total % 1_000 if total >= 0 else -(-total % 1_000)
