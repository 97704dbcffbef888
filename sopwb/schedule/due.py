"""Due times of a spec in a zone: pure code over a ``tzinfo``.

Every spec is a set of days and a set of local times of day; the local times of one day, in order, become
instants by two rules:

- a local time that does not exist (the clock jumps over it) is due at the first instant after the gap;
- a local time that exists twice (the clock goes back) is due once, at its first occurrence.

Intervals of minutes and hours are such sets too: they lie on the clock's grid, counted from local midnight.
So in a repeated hour ``every 15 minutes`` is due in its first pass only, and in a skipped hour the times that
fall together are one.

Deliberately not here: reading the clock or zone files; what has been fired or missed (``app``).
"""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, assert_never

from sopwb.kernel.limits import SCHEDULE_SEARCH_DAYS_MAX
from sopwb.schedule.cron import CronFields, parse_cron
from sopwb.schedule.spec import (
    MINUTES_A_DAY,
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

_DAY: Final = dt.timedelta(days=1)
_SECOND: Final = dt.timedelta(seconds=1)
_LOOK_BACK: Final = dt.timedelta(days=2)
"""A zone has skipped a whole day at most (Samoa, 30 December 2011), so a gap ends within two."""

DayTest: TypeAlias = Callable[[dt.date], bool]


def due_times(spec: Spec, zone: dt.tzinfo, after: dt.datetime) -> Iterator[dt.datetime]:
    """Give the due times strictly after an instant, ascending, as aware datetimes of the zone.

    ``after`` is aware, in any zone. The iterator is endless but for the end of Python's calendar, and
    ends when ``SCHEDULE_SEARCH_DAYS_MAX`` days in a row have none.
    """
    assert after.tzinfo is not None, "an instant is aware"
    has_day, minutes = _days_and_minutes(spec)
    floor = after.astimezone(dt.UTC)
    day, first_minute = _start(floor, zone)
    last_hit = day
    while day < dt.date.max - _LOOK_BACK and (day - last_hit).days <= SCHEDULE_SEARCH_DAYS_MAX:
        if has_day(day):
            last_hit = day
            midnight = dt.datetime(day.year, day.month, day.day)
            for minute in minutes[bisect_right(minutes, first_minute - 1) :]:
                instant = first_instant(midnight + dt.timedelta(minutes=minute), zone)
                if instant > floor:
                    floor = instant
                    yield instant.astimezone(zone)
        first_minute = 0
        day += _DAY


def first_instant(local: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Give the UTC instant of a naive local time: its first occurrence, or the end of its gap."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # In a gap: read with the offset after it, the time lies before the change; with the one before it, after.
    early = local.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)
    late, offset = instant, instant.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle <= early:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late


def _start(floor: dt.datetime, zone: dt.tzinfo) -> tuple[dt.date, int]:
    # Local times before the floor's own can be skipped while the offset is steady; after a change they
    # may still be due (a gap's end), so the search goes back over the longest gap.
    local = floor.astimezone(zone)
    earlier = max(floor, dt.datetime.min.replace(tzinfo=dt.UTC) + 2 * _LOOK_BACK) - _LOOK_BACK
    if earlier.astimezone(zone).utcoffset() == local.utcoffset():
        return local.date(), local.hour * 60 + local.minute
    return earlier.astimezone(zone).date(), 0


def _days_and_minutes(spec: Spec) -> tuple[DayTest, list[int]]:
    match spec:
        case EveryMinutes(n):
            return _any_day, list(range(0, MINUTES_A_DAY, n))
        case EveryHours(n, minute):
            return _any_day, [hour * 60 + minute for hour in range(0, 24, n)]
        case Daily(times):
            return _any_day, _minutes(times)
        case Weekly(weekdays, times):
            return (lambda day: day.isoweekday() in weekdays), _minutes(times)
        case Monthly(days, times):
            return (lambda day: day.day in days or day.day - _month_length(day) - 1 in days), _minutes(times)
        case MonthlyWeekday(nth, weekday, times):
            return (lambda day: day.isoweekday() == weekday and _is_nth(day, nth)), _minutes(times)
        case Yearly(dates, times):
            return (lambda day: (day.month, day.day) in dates), _minutes(times)
        case Cron(line):
            fields = parse_cron(line)
            assert isinstance(fields, CronFields), "a Cron holds a valid line"
            minutes = sorted(hour * 60 + minute for hour in fields.hours for minute in fields.minutes)
            return fields.has_day, minutes
        case _:
            assert_never(spec)


def _any_day(_: dt.date) -> bool:
    return True


def _minutes(times: tuple[str, ...]) -> list[int]:
    return [int(time[:2]) * 60 + int(time[3:]) for time in times]


def _month_length(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _is_nth(day: dt.date, nth: tuple[int, ...]) -> bool:
    return (day.day + 6) // 7 in nth or (-1 in nth and day.day + 7 > _month_length(day))
