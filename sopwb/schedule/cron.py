"""Five-field cron lines: ``minute hour day-of-month month day-of-week``.

Grammar (case does not matter)::

    line  = field ×5, white space between
    field = term ("," term)*
    term  = ("*" | value | value "-" value) ["/" step]
    value = number | JAN..DEC (months) | SUN..SAT (days of the week; 0 and 7 are Sunday)

``a/s`` means from a to the field's end in steps of s. Day of the month and day of the week follow
Debian's cron: when neither starts with ``*`` a day that matches either is due, else both must match.

Deliberately not here: seconds, years, ``L W # ?`` and ``@reboot``; they differ from cron to cron, and
what they are wanted for has a plain phrase. Clock changes are ``due``'s, the same for every kind of spec.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.schedule import codes

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_TERM: Final = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?")

ALIASES: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class _Field(msgspec.Struct, frozen=True):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    names_from: int = 0


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS, 1),
    _Field("day of the week", 0, 7, _WEEKDAYS, 0),
)


class CronFields(msgspec.Struct, frozen=True):
    """What a line allows. ``weekdays`` are ISO (1 = Monday .. 7 = Sunday)."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    both_days_must_match: bool

    def has_day(self, day: dt.date) -> bool:
        """Say whether the line is due on this day, at any time of it."""
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() in self.weekdays
        return (in_month and in_week) if self.both_days_must_match else (in_month or in_week)


def normal_text(text: str) -> str:
    """Write a line with single spaces and capital names; an ``@`` alias becomes its five fields."""
    return ALIASES.get(text.strip().lower()) or " ".join(text.upper().split())


def parse_cron(text: str) -> CronFields | Diagnostic:
    """Read a five-field line; a line that is wrong or never due gives its diagnostic."""
    parts = normal_text(text).split()
    if len(parts) != len(_FIELDS):
        return codes.problem(
            codes.BAD_CRON,
            f'"{text.strip()}" has {len(parts)} field{"s" * (len(parts) != 1)}, a cron line has 5',
        )
    sets: list[frozenset[int]] = []
    for field, part in zip(_FIELDS, parts, strict=True):
        found = _read_field(field, part)
        if isinstance(found, str):
            return codes.problem(codes.BAD_CRON, f'{field.name} "{part}": {found}')
        sets.append(found)
    minutes, hours, days, months, week = sets
    fields = CronFields(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day or 7 for day in week),
        both_days_must_match=parts[2].startswith("*") or parts[4].startswith("*"),
    )
    if not _ever_due(fields):
        return codes.problem(
            codes.NEVER_DUE, f'no day ever matches "{" ".join(parts[2:])}" (day, month, weekday)'
        )
    return fields


def _read_field(field: _Field, text: str) -> frozenset[int] | str:
    found: set[int] = set()
    for term in text.split(","):
        values = _read_term(field, term)
        if isinstance(values, str):
            return values
        found.update(values)
    return frozenset(found)


def _read_term(field: _Field, text: str) -> range | str:
    match = _TERM.fullmatch(text)
    if match is None:
        return f'"{text}" is none of *, a number, a range, a step' if text else "an empty term"
    star, first, last, step_text = match.groups()
    step = int(step_text) if step_text else 1
    if step == 0:
        return "a step of 0"
    if star:
        return range(field.low, field.high + 1, step)
    low = _value(field, first)
    high = _value(field, last) if last else (field.high if step_text else low)
    if isinstance(low, str) or isinstance(high, str):
        return low if isinstance(low, str) else str(high)
    if last == "SUN" and high < low:
        high = 7
    if high < low:
        return f"{first}-{last} goes backwards; write two ranges"
    return range(low, high + 1, step)


def _value(field: _Field, text: str) -> int | str:
    if text in field.names:
        return field.names.index(text) + field.names_from
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        return f'"{text}" is not a number' + (
            f" or one of {field.names[0]}..{field.names[-1]}" if field.names else ""
        )
    if not field.low <= int(text) <= field.high:
        return f"{text} is not within {field.low}-{field.high}"
    return int(text)


def _ever_due(fields: CronFields) -> bool:
    # Dates and weekdays repeat every 28 years within a century, so these years hold every combination.
    day, end = dt.date(2000, 1, 1), dt.date(2028, 1, 1)
    while day < end:
        if fields.has_day(day):
            return True
        day += dt.timedelta(days=1)
    return False
