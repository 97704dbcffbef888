"""The closed union of schedules, their English, and their JSON.

JSON, by ``kind``::

    {"kind": "minutes", "n": 15}
    {"kind": "hours", "n": 2, "minute": 30}
    {"kind": "daily", "times": ["18:30"]}
    {"kind": "weekly", "weekdays": [1, 4], "times": ["09:00"]}
    {"kind": "monthly", "days": [1, -1], "times": ["08:00"]}
    {"kind": "monthly_weekday", "nth": [1, -1], "weekday": 5, "times": ["16:00"]}
    {"kind": "yearly", "dates": [[1, 1], [7, 1]], "times": ["09:00"]}
    {"kind": "cron", "line": "0 9 * * 1-5"}

Times are ``HH:MM`` on the 24-hour clock of the schedule's zone; weekdays are ISO (1 = Monday); a negative day
counts from the month's end (-1 is the last). Every list is ascending without repeats, so that one schedule
has one JSON; ``describe`` is English that ``phrases.parse_spec`` reads back to the same spec.

Deliberately not here: a zone (the schedule object has it), and intervals of days or weeks: they need an
anchor date, and a schedule that depends on when it was made is not the same for every reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias, assert_never

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.schedule import codes
from sopwb.schedule.cron import normal_text, parse_cron

MINUTES_A_DAY: Final = 1440
WEEKDAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NTH_WORDS: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


class _Kind(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """What all kinds share. A constructor that is given values out of bounds raises ``ValueError``."""


class EveryMinutes(_Kind, frozen=True, tag="minutes"):
    """Every n minutes of the local day, counted from midnight; 1 ≤ n < 1440."""

    n: int

    def __post_init__(self) -> None:
        _want(1 <= self.n < MINUTES_A_DAY, f"n is {self.n}, not within 1..{MINUTES_A_DAY - 1}")


class EveryHours(_Kind, frozen=True, tag="hours"):
    """Every n hours of the local day, counted from midnight, at this minute of the hour; 1 ≤ n ≤ 23."""

    n: int
    minute: int = 0

    def __post_init__(self) -> None:
        _want(1 <= self.n <= 23, f"n is {self.n}, not within 1..23")
        _want(0 <= self.minute <= 59, f"minute is {self.minute}, not within 0..59")


class Daily(_Kind, frozen=True, tag="daily"):
    """Every day at these times."""

    times: tuple[str, ...]

    def __post_init__(self) -> None:
        _want_times(self.times)


class Weekly(_Kind, frozen=True, tag="weekly"):
    """On these ISO weekdays at these times."""

    weekdays: tuple[int, ...]
    times: tuple[str, ...]

    def __post_init__(self) -> None:
        _want_ascending("weekdays", self.weekdays)
        _want(all(1 <= day <= 7 for day in self.weekdays), "a weekday is not within 1..7")
        _want_times(self.times)


class Monthly(_Kind, frozen=True, tag="monthly"):
    """On these days of every month that has them; the order is 1..31, then -31..-1."""

    days: tuple[int, ...]
    times: tuple[str, ...]

    def __post_init__(self) -> None:
        _want_ascending("days", [day if day > 0 else day + 63 for day in self.days])
        _want(all(1 <= abs(day) <= 31 for day in self.days), "a day is not within 1..31 or -31..-1")
        _want_times(self.times)


class MonthlyWeekday(_Kind, frozen=True, tag="monthly_weekday"):
    """On the nth of a weekday in every month that has it; nth is 1..5 or -1 for the last, in that order."""

    nth: tuple[int, ...]
    weekday: int
    times: tuple[str, ...]

    def __post_init__(self) -> None:
        _want_ascending("nth", [n if n > 0 else 6 for n in self.nth])
        _want(all(n in _NTH_WORDS for n in self.nth), "nth is not within 1..5 or -1")
        _want(1 <= self.weekday <= 7, "the weekday is not within 1..7")
        _want_times(self.times)


class Yearly(_Kind, frozen=True, tag="yearly"):
    """On these (month, day) dates; 29 February only in the years that have it."""

    dates: tuple[tuple[int, int], ...]
    times: tuple[str, ...]

    def __post_init__(self) -> None:
        _want_ascending("dates", self.dates)
        for month, day in self.dates:
            _want(1 <= month <= 12 and 1 <= day <= MONTH_DAYS[month - 1], f"month {month} has no day {day}")
        _want_times(self.times)


class Cron(_Kind, frozen=True, tag="cron"):
    """A five-field cron line in its normal form: single spaces, capital names."""

    line: str

    def __post_init__(self) -> None:
        _want(normal_text(self.line) == self.line, "the line is not in its normal form")
        found = parse_cron(self.line)
        if isinstance(found, Diagnostic):
            raise ValueError(found.message)


Spec: TypeAlias = EveryMinutes | EveryHours | Daily | Weekly | Monthly | MonthlyWeekday | Yearly | Cron
Timed: TypeAlias = Daily | Weekly | Monthly | MonthlyWeekday | Yearly


def to_json(spec: Spec) -> dict[str, Any]:
    """Give the spec as JSON-shaped data, the same for equal specs."""
    data = msgspec.to_builtins(spec)
    return {key: _lists(value) for key, value in data.items()}


def from_json(data: object) -> Spec:
    """Read what ``to_json`` wrote; anything else is a ``UserError`` (SOP-H010)."""
    try:
        spec: Spec = msgspec.convert(data, Spec)
    except msgspec.ValidationError as error:
        raise UserError(codes.problem(codes.BAD_STORED, f"this is not a schedule: {error}")) from error
    return spec


def with_times(spec: Spec, times: Sequence[str]) -> Spec | None:
    """Give the same days at other times, or None for a kind that has no times of day of its own."""
    match spec:
        case Daily() | Weekly() | Monthly() | MonthlyWeekday() | Yearly():
            return msgspec.structs.replace(spec, times=tuple(sorted(set(times))))
        case EveryMinutes() | EveryHours() | Cron():
            return None
        case _:
            assert_never(spec)


def describe(spec: Spec) -> str:
    """Say the schedule in English, to be shown and confirmed."""
    match spec:
        case EveryMinutes(n):
            each = "every minute" if n == 1 else f"every {n} minutes"
            return each if 60 % n == 0 else f"{each}, counted from midnight"
        case EveryHours(n, minute):
            each = "every hour" if n == 1 else f"every {n} hours"
            at = f" at :{minute:02d}" if minute else ""
            return each + at if 24 % n == 0 else f"{each}{at}, counted from midnight"
        case Daily(times):
            return f"every day at {_join(times)}"
        case Weekly(weekdays, times):
            return f"every {_weekdays(weekdays)} at {_join(times)}"
        case Monthly(days, times):
            return f"on the {_join([_day(day) for day in days])} of every month at {_join(times)}"
        case MonthlyWeekday(nth, weekday, times):
            which = _join([_NTH_WORDS[n] for n in nth])
            return f"on the {which} {WEEKDAY_NAMES[weekday - 1]} of every month at {_join(times)}"
        case Yearly(dates, times):
            return f"every year on {_join([f'{d} {MONTH_NAMES[m - 1]}' for m, d in dates])} at {_join(times)}"
        case Cron(line):
            return f"on the cron line {line}"
        case _:
            assert_never(spec)


def ordinal(number: int) -> str:
    """Write 1 as 1st, 22 as 22nd."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _weekdays(weekdays: Sequence[int]) -> str:
    if tuple(weekdays) == (1, 2, 3, 4, 5):
        return "weekday"
    if tuple(weekdays) == (6, 7):
        return "weekend"
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return f"{WEEKDAY_NAMES[weekdays[0] - 1]} to {WEEKDAY_NAMES[weekdays[-1] - 1]}"
    return _join([WEEKDAY_NAMES[day - 1] for day in weekdays])


def _day(day: int) -> str:
    if day > 0:
        return ordinal(day)
    return "last day" if day == -1 else f"{ordinal(-day)} to last day"


def _join(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, (tuple, list)) else value


def _want(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _want_ascending(name: str, values: Iterable[Any]) -> None:
    listed = list(values)
    _want(bool(listed), f"{name} is empty")
    _want(all(a < b for a, b in pairwise(listed)), f"{name} must ascend without repeats")


def _want_times(times: Sequence[str]) -> None:
    _want(all(_TIME.fullmatch(time) is not None for time in times), "a time is not HH:MM")
    _want_ascending("times", times)
