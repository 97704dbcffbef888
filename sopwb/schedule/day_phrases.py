"""Days: of the week, of the month, of the year, and every day.

Grammar (in short)::

    weekdays = ("every" | "each" | "on")* item (("," | "and") "on"? item)* half?
    item     = monday | mondays | mon | weekdays | weekend | item "to" item
    month    = "on"? "the"? ordinal (("," | "and") ordinal)* "day"? ("of the month")? | "month end"
    nth      = "the"? ordinal (("," | "and") ordinal)* weekday ("of the month")?
    year     = ("every year")? (ordinal | number) "of"? month | month (ordinal | number)

A spelled-out ordinal (``the first``) is a day only with ``day`` or ``of the month``; ``the 1st`` is one by
itself. Single occasions (``tomorrow``, ``next Monday``, ``on 2026-12-01``) are read in order to be refused.
"""

from __future__ import annotations

from typing import Final

from sopwb.schedule import codes
from sopwb.schedule.clock_phrases import take_and
from sopwb.schedule.parts import (
    DayHalf,
    EveryDay,
    MonthDays,
    NthWeekday,
    Part,
    Period,
    Problem,
    Weekdays,
    Without,
    YearDates,
)
from sopwb.schedule.spec import MONTH_DAYS, MONTH_NAMES, WEEKDAY_NAMES
from sopwb.schedule.tokens import Reader

_SHORT: Final = {"tues": 2, "weds": 3, "thur": 4, "thurs": 4}
_DAY_OF: Final = {
    form: n
    for n, name in enumerate(WEEKDAY_NAMES, 1)
    for form in (name.lower(), name.lower() + "s", name.lower() + "'s", name.lower()[:3])
} | _SHORT
_GROUPS: Final = {
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), range(1, 6)),
    **dict.fromkeys(("weekend", "weekends"), range(6, 8)),
}
_GROUP_WORDS: Final = (
    "working day",
    "working days",
    "business day",
    "business days",
    "week day",
    "week days",
)
_MONTH_OF: Final = (
    {name.lower(): n for n, name in enumerate(MONTH_NAMES, 1)}
    | {name.lower()[:3]: n for n, name in enumerate(MONTH_NAMES, 1)}
    | {"sept": 9}
)
_HALVES: Final = {
    form: half for half in ("morning", "afternoon", "evening", "night") for form in (half, half + "s")
}
_OF_MONTH: Final = (
    "of the month", "of every month", "of each month", "of a month", "of any month", "in the month",
    "in every month", "in each month", "every month", "each month", "monthly",
)  # fmt: skip
_OF_QUARTER: Final = ("of the quarter", "of every quarter", "of each quarter", "of a quarter")
_PERIODS: Final = {
    **dict.fromkeys(("weekly", "every week", "each week"), "week"),
    **dict.fromkeys(("monthly", "every month", "each month"), "month"),
    **dict.fromkeys(("quarterly", "every quarter", "each quarter"), "quarter"),
    **dict.fromkeys(("yearly", "annually", "every year", "each year"), "year"),
}
_EVERY_DAY: Final = (
    "every day",
    "every single day",
    "each day",
    "daily",
    "everyday",
    "all days",
    "seven days a week",
)
_ONCE: Final = (
    "tomorrow",
    "today",
    "tonight",
    "right now",
    "once",
    "just once",
    "one time",
    "right away",
    "immediately",
)
_EXCEPT: Final = (
    "except for",
    "except",
    "but not",
    "excluding",
    "other than",
    "apart from",
    "without",
    "but never",
)


def read_days(reader: Reader) -> Part | None:
    """Read days of any kind, or nothing."""
    return (
        _read_every_day(reader)
        or _read_without(reader)
        or _read_year_dates(reader)
        or _read_month_days(reader)
        or _read_weekdays(reader)
        or _read_half(reader)
        or _read_period(reader)
        or _read_once(reader)
    )


def _read_every_day(reader: Reader) -> Part | None:
    if reader.take(*_EVERY_DAY):
        return EveryDay()
    start = reader.at
    if reader.take("every", "each") and reader.text() in _HALVES:
        return EveryDay()  # `read_half` takes the half next
    reader.at = start
    if reader.take("nightly"):
        return EveryDay()
    return None


def _read_half(reader: Reader) -> Part | None:
    start = reader.at
    reader.take("in the")
    if half := _HALVES.get(reader.text()):
        reader.at += 1
        return DayHalf(half)
    reader.at = start
    return None


def _read_period(reader: Reader) -> Part | None:
    word = reader.take(*_PERIODS)
    return Period(_PERIODS[word]) if word else None


def _read_without(reader: Reader) -> Part | None:
    start = reader.at
    if reader.take(*_EXCEPT):
        reader.take("on")
        days = _read_weekday_list(reader)
        if days:
            return Without(frozenset(days))
    reader.at = start
    return None


def _read_weekdays(reader: Reader) -> Part | None:
    start = reader.at
    while reader.take("every", "each", "on", "all", "from", "the", "in", "at", "during"):
        pass
    days = _read_weekday_list(reader)
    if days:
        return Weekdays(frozenset(days))
    reader.at = start
    return None


def _read_weekday_list(reader: Reader) -> set[int]:
    days: set[int] = set()
    while True:
        item = _read_weekday_item(reader)
        if not item:
            return days
        days |= item
        before = reader.at
        if not (take_and(reader) or reader.take("/", "+")):
            return days
        while reader.take("on", "every", "each", "also"):
            pass
        after = reader.at
        more = _read_weekday_item(reader)
        if not more or more & days:  # "weekdays, Monday to Friday" says the same again: no list
            reader.at = before
            return days
        reader.at = after


def _read_weekday_item(reader: Reader) -> set[int]:
    if group := _GROUPS.get(reader.text()):
        reader.at += 1
        reader.take("days", "day")
        return set(group)
    if reader.take(*_GROUP_WORDS):
        return {1, 2, 3, 4, 5}
    first = _read_weekday(reader)
    if first is None:
        return set()
    before = reader.at
    if reader.take("to", "through", "thru", "till", "until", "-", "–", "—"):
        last = _read_weekday(reader)
        if last is not None:
            return {(first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1)}
    reader.at = before
    return {first}


def _read_weekday(reader: Reader) -> int | None:
    day = _DAY_OF.get(reader.text())
    if day is None:
        return None
    short = len(reader.text()) <= 5 and reader.text() not in (name.lower() for name in WEEKDAY_NAMES)
    reader.at += 1
    if short and reader.text() == "." and reader.peek(1) is not None:
        reader.at += 1
    return day


def _read_month_days(reader: Reader) -> Part | None:
    start = reader.at
    reader.take("on every", "on", "at", "every", "each")
    reader.take("the")
    if reader.take("end of the month", "end of every month", "end of each month", "month end", "month's end"):
        return MonthDays((-1,))
    if reader.take(
        "start of the month", "beginning of the month", "start of every month", "beginning of every month"
    ):
        return MonthDays((1,))
    if reader.take("day", "days"):
        numbers = _read_day_numbers(reader)
        if numbers and reader.take(*_OF_MONTH):
            return MonthDays(tuple(numbers))
        reader.at = start
        return None
    found, spelled = _read_ordinals(reader)
    if not found:
        reader.at = start
        return None
    weekday = _read_weekday(reader)
    if weekday is not None:
        return NthWeekday(tuple(found), weekday, month=bool(reader.take(*_OF_MONTH)))
    if reader.take(*_GROUP_WORDS, "weekday", "workday"):
        said = " ".join(token.text for token in reader.tokens[start : reader.at])
        return Problem(
            codes.problem(codes.NOT_UNDERSTOOD, f'"{said}": only days of the calendar can be named')
        )
    day_said = bool(reader.take("days", "day", "calendar day"))
    if day_said and reader.take(*_OF_QUARTER):
        return _quarter_days(found)
    month_said = bool(reader.take(*_OF_MONTH))
    if spelled and not (day_said or month_said):
        reader.at = start
        return None
    if bad := [n for n in found if not 1 <= abs(n) <= 31]:
        return Problem(codes.problem(codes.NEVER_DUE, f"no month has a day {bad[0]}"))
    return MonthDays(tuple(found))


def _read_day_numbers(reader: Reader) -> list[int]:
    found: list[int] = []
    while (number := reader.take_number()) is not None:
        found.append(number)
        before = reader.at
        if not take_and(reader):
            break
        if reader.kind() != "number":
            reader.at = before
            break
    return found if all(1 <= n <= 31 for n in found) else []


def _read_ordinals(reader: Reader) -> tuple[list[int], bool]:
    """Read ordinals (-1 is the last); give them and whether one was spelled out, which alone is no day."""
    found: list[int] = []
    spelled = False
    while True:
        before = reader.at
        spelled_here = reader.kind() != "ordinal"
        value = _read_last(reader)
        if value is None:
            value = reader.take_ordinal()
        if value is None:
            reader.at = before
            return found, spelled
        if reader.take("to last", "from last"):
            value = -value
        found.append(value)
        spelled = spelled or (spelled_here and reader.text(-1) != "day")
        before = reader.at
        if not take_and(reader):
            return found, spelled
        reader.take("on the", "the", "on")
        if not (reader.kind() == "ordinal" or reader.text() == "last" or _is_ordinal(reader)):
            reader.at = before
            return found, spelled


def _read_last(reader: Reader) -> int | None:
    if reader.take("second to last", "second last", "penultimate", "last but one", "next to last"):
        return -2
    if reader.text() == "last" and reader.kind(1) != "number":
        reader.at += 1
        if reader.text() == "day":
            reader.at += 1
        return -1
    return None


def _is_ordinal(reader: Reader) -> bool:
    start = reader.at
    found = reader.take_ordinal() is not None
    reader.at = start
    return found


def _quarter_days(days: list[int]) -> Part:
    if any(day not in (1, -1) and not 1 <= day <= 28 for day in days):
        return Problem(
            codes.problem(
                codes.NOT_UNDERSTOOD, "of a quarter, only its first 28 days or its last can be named"
            )
        )
    firsts = [(month, day) for month in (1, 4, 7, 10) for day in days if day > 0]
    lasts = [(month, MONTH_DAYS[month - 1]) for month in (3, 6, 9, 12) if -1 in days]
    return YearDates(tuple(firsts + lasts))


def _read_year_dates(reader: Reader) -> Part | None:
    kept = reader.at
    reader.take("on", "every", "each", "of")
    dates: list[tuple[int, int]] = []
    while (date := _read_year_date(reader)) is not None:
        dates.append(date)
        kept = reader.at
        if not take_and(reader):
            break
        reader.take("on")
    reader.at = kept
    if not dates:
        return None
    if reader.kind() == "number" and len(reader.text()) == 4 and reader.text()[:2] in ("20", "21"):
        return Problem(codes.problem(codes.ONLY_ONCE, f"a date of {reader.text()} comes once"))
    for month, day in dates:
        if not 1 <= day <= MONTH_DAYS[month - 1]:
            message = (
                "February has two last days" if day == -1 else f"{MONTH_NAMES[month - 1]} has no day {day}"
            )
            return Problem(codes.problem(codes.NEVER_DUE, message))
    return YearDates(tuple(dates))


def _read_year_date(reader: Reader) -> tuple[int, int] | None:
    start = reader.at
    reader.take("the")
    if month := _MONTH_OF.get(reader.text()):
        reader.at += 1
        reader.take("the")
        day = reader.take_ordinal()
        if day is None and reader.kind() == "number" and len(reader.text()) <= 2:
            day = reader.take_number()
        if day is not None:
            return month, day
    else:
        day = -1 if reader.take("last day") else reader.take_ordinal()
        if day is None and reader.kind() == "number":
            day = reader.take_number()
        reader.take("of")
        found = _MONTH_OF.get(reader.text())
        if day is not None and found:
            reader.at += 1
            return found, (MONTH_DAYS[found - 1] if day == -1 and found != 2 else day)
    reader.at = start
    return None


def _read_once(reader: Reader) -> Part | None:
    start = reader.at
    word = reader.take(*_ONCE)
    if not word and reader.take("next", "this", "on next"):
        if _read_weekday(reader) is not None or reader.take("week", "month", "weekend", "morning", "evening"):
            word = " ".join(token.text for token in reader.tokens[start : reader.at])
        else:
            reader.at = start
    if not word and reader.take("in") and reader.take_number() is not None:
        if reader.take("minutes", "minute", "hours", "hour", "days", "weeks"):
            word = " ".join(token.text for token in reader.tokens[start : reader.at])
        else:
            reader.at = start
    if not word:
        reader.at = start
        reader.take("on")
        texts = [reader.text(n) for n in range(5)]
        if texts[1] == texts[3] == "-" and len(texts[0]) == 4 and all(texts[n].isdigit() for n in (0, 2, 4)):
            reader.at += 5
            word = "".join(texts)
    if not word:
        reader.at = start
        return None
    return Problem(codes.problem(codes.ONLY_ONCE, f'"{word}" is a single occasion'))
