"""Put the parts of a phrase together to one spec, or say what is missing or contradicts.

One schedule has one set of days and one set of times, or an interval. Nothing is guessed: a weekly or monthly
phrase without its day or its time asks, and two pairs of days and times are two schedules.

Deliberately not here: words (the ``*_phrases`` modules) and due times (``due``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.schedule import codes
from sopwb.schedule.clock_phrases import resolve
from sopwb.schedule.parts import (
    Count,
    DayHalf,
    EveryDay,
    Marks,
    Minutes,
    MonthDays,
    NthWeekday,
    Part,
    Period,
    Problem,
    Times,
    Weekdays,
    Without,
    YearDates,
)
from sopwb.schedule.spec import (
    Cron,
    Daily,
    EveryHours,
    EveryMinutes,
    Monthly,
    MonthlyWeekday,
    Spec,
    Weekly,
    Yearly,
)

_DAY_PARTS: Final = (EveryDay, Weekdays, MonthDays, NthWeekday, YearDates)
_WEEK: Final = frozenset(range(1, 8))
_P = TypeVar("_P")


def assemble(parts: Sequence[Part]) -> Spec | Diagnostic:
    """Make the spec that the parts say together."""
    for problem in _of(parts, Problem):
        return problem.diagnostic
    kinds: set[type] = {type(part) for part in parts if isinstance(part, _DAY_PARTS)}
    periods = {period.unit for period in _of(parts, Period)}
    if clash := _day_clash(parts, kinds, periods):
        return clash
    if _has(parts, Minutes, Marks):
        if kinds <= {EveryDay, Weekdays}:
            return _interval(parts, periods)
        return _clash("an interval goes with days of the week only", "write a cron line for it")
    if missing := _missing(parts, kinds, periods):
        return missing
    return _timed(parts, kinds)


def _day_clash(parts: Sequence[Part], kinds: set[type], periods: set[str]) -> Diagnostic | None:
    order = "".join(
        "T" if isinstance(part, Times) else "D" for part in parts if isinstance(part, (*_DAY_PARTS, Times))
    )
    while "TT" in order or "DD" in order:
        order = order.replace("TT", "T").replace("DD", "D")
    weeks = _of(parts, Weekdays)
    if "DTDT" in order or ("DTD" in order and len({week.days for week in weeks}) > 1):
        return _clash("these are two schedules in one phrase")
    if any(a.days < b.days for a in weeks for b in weeks):
        return _clash("one set of weekdays is within the other")
    if len(kinds) > 1 and kinds != {EveryDay, Weekdays}:
        return _clash("days of two kinds are named (of the week, of the month, of the year)")
    if len(_of(parts, NthWeekday)) > 1:
        return _clash("more than one weekday of the month is named")
    if len(periods) > 1:
        return _clash(f"{' and '.join(sorted(periods))}ly cannot both hold")
    fits: dict[str, set[type]] = {
        "week": {Weekdays},
        "month": {MonthDays, NthWeekday},
        "quarter": {YearDates},
        "year": {YearDates},
    }
    for period in periods:
        if kinds & ({EveryDay, Weekdays, YearDates} - fits[period]):
            return _clash(f"once a {period} does not go with the days that are named")
    return None


def _missing(parts: Sequence[Part], kinds: set[type], periods: set[str]) -> Diagnostic | None:
    for period in periods:
        example = {
            "week": "every Monday at 09:00",
            "month": "on the 1st at 09:00",
            "quarter": "on the first day of every quarter at 09:00",
            "year": "every year on 1 January at 09:00",
        }[period]
        if not kinds or (period in ("quarter", "year") and kinds != {YearDates}):
            return codes.problem(
                codes.NEEDS_DAY, f"on which day of the {period}?", hint=f"for example: {example}"
            )
    for nth in _of(parts, NthWeekday):
        if not nth.month and "month" not in periods:
            message = "of every month?"
            return codes.problem(
                codes.NEEDS_DAY, message, hint="for example: on the first Monday of every month at 09:00"
            )
    if not _of(parts, Times):
        return codes.problem(codes.NEEDS_TIME, "at what time?", hint='add it, for example "at 09:00"')
    return None


def _timed(parts: Sequence[Part], kinds: set[type]) -> Spec | Diagnostic:
    halves = {half.half for half in _of(parts, DayHalf)}
    if len(halves) > 1:
        return _clash(f"{' and '.join(sorted(halves))} need a time each")
    words = tuple(word for times in _of(parts, Times) for word in times.words)
    times = resolve(Times(words), next(iter(halves), ""))
    if isinstance(times, Diagnostic):
        return times
    for count in _of(parts, Count):
        if count.n != len(times):
            return _clash(f"{count.n} times a day, but {len(times)} named: {', '.join(times)}")
    if MonthDays in kinds:
        days = {day for part in _of(parts, MonthDays) for day in part.days}
        return Monthly(tuple(sorted(days, key=lambda day: day if day > 0 else day + 63)), times)
    if NthWeekday in kinds:
        return _nth_weekday(_of(parts, NthWeekday)[0], times)
    if YearDates in kinds:
        return Yearly(tuple(sorted({date for part in _of(parts, YearDates) for date in part.dates})), times)
    weekdays = _weekdays(parts)
    if not weekdays:
        return _clash("every day is left out")
    return Daily(times) if weekdays == _WEEK else Weekly(tuple(sorted(weekdays)), times)


def _nth_weekday(part: NthWeekday, times: tuple[str, ...]) -> Spec | Diagnostic:
    if bad := [n for n in part.nth if not (1 <= n <= 5 or n == -1)]:
        return codes.problem(
            codes.NEVER_DUE, f"no month has a weekday number {bad[0]}", hint="1st to 5th, or last"
        )
    return MonthlyWeekday(tuple(sorted(set(part.nth), key=lambda n: n if n > 0 else 6)), part.weekday, times)


def _interval(parts: Sequence[Part], periods: set[str]) -> Spec | Diagnostic:
    sizes = {part.n for part in _of(parts, Minutes)}
    if len(sizes) > 1:
        return _clash("two intervals are named")
    if periods or _has(parts, Times, Count, DayHalf):
        return _clash(
            "an interval does not go with times of day", "leave out one of them, or write a cron line"
        )
    n = next(iter(sizes), 60)
    marks = sorted({minute for part in _of(parts, Marks) for minute in part.minutes})
    if not _marks_fit(n, marks):
        said = ", ".join(f":{minute:02d}" for minute in marks)
        return _clash(f"every {n} minutes is not the same as {said} of the hour")
    weekdays = _weekdays(parts)
    if not weekdays:
        return _clash("every day is left out")
    if weekdays != _WEEK:
        return _cron(n, marks, weekdays)
    if n % 60 == 0 and len(marks) < 2:
        return EveryHours(n // 60, marks[0] if marks else 0)
    step = n if not marks else 60 // len(marks)
    if not marks or marks == list(range(0, 60, step)):
        return EveryMinutes(step)
    return _cron(n, marks, weekdays)


def _marks_fit(n: int, marks: list[int]) -> bool:
    """Say whether minutes of the hour are those of an interval; ``every hour`` takes any."""
    if not marks or n == 60:
        return True
    if n > 60:
        return n % 60 == 0 and len(marks) == 1
    return marks == list(range(marks[0], 60, n)) and len(marks) * n == 60


def _cron(n: int, marks: list[int], weekdays: Iterable[int]) -> Spec | Diagnostic:
    if (n < 60 and 60 % n) or (n > 60 and n % 60):
        return _clash(f"every {n} minutes on some days only has no even place in the hour")
    minutes = ",".join(map(str, marks or [0])) if n >= 60 or marks else ("*" if n == 1 else f"*/{n}")
    hours = "*" if n <= 60 else f"*/{n // 60}"
    days = sorted(weekdays)
    week = (
        f"{days[0]}-{days[-1]}"
        if len(days) > 2 and days == list(range(days[0], days[-1] + 1))
        else _listed(days)
    )
    return Cron(f"{minutes} {hours} * * {week if len(days) < 7 else '*'}")


def _listed(days: Sequence[int]) -> str:
    return ",".join(str(day) for day in days)


def _weekdays(parts: Sequence[Part]) -> frozenset[int]:
    named = [week.days for week in _of(parts, Weekdays)]
    days = frozenset().union(*named) if named else _WEEK
    return days.difference(*[part.days for part in _of(parts, Without)])


def _of(parts: Sequence[Part], kind: type[_P]) -> list[_P]:
    return [part for part in parts if isinstance(part, kind)]


def _has(parts: Sequence[Part], *kinds: type) -> bool:
    return any(isinstance(part, kinds) for part in parts)


def _clash(message: str, hint: str = "") -> Diagnostic:
    return codes.problem(codes.CONTRADICTION, message, hint=hint)
