"""Intervals: ``every 15 minutes``, ``hourly``, ``every other hour``, ``twice a day``.

Deliberately not here: intervals of days, weeks and months as schedules. They need an anchor date, so they are
read in order to be refused with a reason (SOP-H006), not to be taken for something else.
"""

from __future__ import annotations

from typing import Final

from sopwb.schedule import codes
from sopwb.schedule.parts import Count, EveryDay, Grid, Minutes, Part, Period, Problem
from sopwb.schedule.spec import MINUTES_A_DAY, WEEKDAY_NAMES
from sopwb.schedule.tokens import Reader

_UNITS: Final = {
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "minute"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "hour"),
    **dict.fromkeys(("second", "seconds", "sec", "secs"), "second"),
    **dict.fromkeys(("day", "days"), "day"),
    **dict.fromkeys(("week", "weeks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("quarter", "quarters"), "quarter"),
    **dict.fromkeys(("year", "years"), "year"),
    **dict.fromkeys(("fortnight", "fortnights"), "fortnight"),
    **dict.fromkeys(("weekday", "weekdays", "weekend", "weekends"), "kind of day"),
    **dict.fromkeys((name.lower() for name in WEEKDAY_NAMES), "weekday"),
}
_MINUTES: Final = {"minute": 1, "hour": 60}
_HALF_HOUR: Final = (
    "half hourly",
    "half - hourly",
    "every half hour",
    "every half an hour",
    "each half hour",
)
_QUARTER_HOUR: Final = ("every quarter of an hour", "every quarter hour", "every quarter - hour")
_GRID: Final = (
    "counted from midnight",
    "counting from midnight",
    "around the clock",
    "round the clock",
    "day and night",
)
_TIMES: Final = {"once": 1, "twice": 2, "thrice": 3}


def read_interval(reader: Reader) -> Part | None:
    """Read an interval, a count a day, or nothing."""
    if reader.take(*_GRID):
        return Grid()
    if reader.take("hourly", "every single hour"):
        return Minutes(60)
    if reader.take(*_HALF_HOUR):
        return Minutes(30)
    if reader.take(*_QUARTER_HOUR):
        return Minutes(15)
    if reader.take("every hour and a half"):
        return Minutes(90)
    if word := reader.take("fortnightly", "biweekly", "bi weekly", "every fortnight"):
        return _refuse(word)
    return _read_every(reader) or _read_count(reader)


def _read_every(reader: Reader) -> Part | None:
    start = reader.at
    if not reader.take("every", "each", "once every", "once each"):
        return None
    word = ""
    if reader.take("other"):
        n, word = 2, "other"
    elif (number := reader.take_number()) is not None:
        n, word = number, str(number)
    elif reader.text() != "second" or reader.text(1) in _UNITS:
        ordinal = reader.take_ordinal()
        n, word = (1, "") if ordinal is None else (ordinal, "ordinal")
    else:
        n = 1
    unit = _UNITS.get(reader.text(), "")
    last = reader.at
    if unit == "weekday" and word == "ordinal" and reader.text(1) in ("of", "in", "every", "each"):
        unit = ""
    if unit == "" or (unit not in _MINUTES and unit != "second" and word == ""):
        reader.at = start
        return None
    reader.at = last + 1
    said = " ".join(token.text for token in reader.tokens[start : reader.at])
    if unit in _MINUTES:
        minutes = n * _MINUTES[unit]
        if minutes == MINUTES_A_DAY:
            return _refuse(said, 'say "every day at 09:00"')
        return Minutes(minutes) if 1 <= minutes < MINUTES_A_DAY else _refuse(said)
    if n == 1 and word and unit in ("day", "week", "month", "year"):
        return EveryDay() if unit == "day" else Period(unit)
    hint = (
        f'if it is the month\'s, say "{said} of every month"'
        if unit == "weekday" and word == "ordinal"
        else ""
    )
    return _refuse(said, hint)


def _read_count(reader: Reader) -> Part | None:
    start = reader.at
    n = _TIMES.get(reader.text())
    if n is not None:
        reader.at += 1
    else:
        n = reader.take_number()
        if n is None or not reader.take("times"):
            reader.at = start
            return None
    if reader.take("a day", "per day", "each day", "every day", "daily"):
        return Count(n)
    for period in ("week", "month", "year"):
        if reader.take(f"a {period}", f"per {period}", f"each {period}", f"every {period}", f"{period}ly"):
            return Period(period)
    if reader.take("an hour", "per hour", "each hour", "every hour"):
        if n == 1:
            return Minutes(60)
        hint = (
            f"say which: every {60 // n} minutes"
            if n and 60 % n == 0
            else "say the minutes: at :00, :20 and :40"
        )
        return Problem(
            codes.problem(codes.NO_GRID, f"{n} times an hour does not say at which minutes", hint=hint)
        )
    reader.at = start
    return None


def _refuse(said: str, hint: str = "") -> Problem:
    return Problem(
        codes.problem(codes.NO_GRID, f'"{said}" has no fixed place on the clock or the calendar', hint=hint)
    )
