"""When a schedule is due: clock changes, month ends, leap days, the grid; against cronsim where it speaks."""

import datetime as dt
from collections.abc import Iterable
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwb.schedule.due import due_times, first_instant
from sopwb.schedule.phrases import parse_spec
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
from tests.schedule.specs import crons, specs

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
ZONES = (BERLIN, NEW_YORK, LORD_HOWE)


def check(phrase: str, zone: str, after: str, expected: Iterable[str]) -> None:
    """Expect the next due times after a local time of the zone, as ISO texts with their offsets."""
    spec = parse_spec(phrase)
    rules = ZoneInfo(zone)
    start = dt.datetime.fromisoformat(after)
    start = start.replace(tzinfo=rules) if start.tzinfo is None else start
    wanted = list(expected)
    found = [due.isoformat() for due in islice(due_times(spec, rules, start), len(wanted))]
    assert found == wanted


def test_a_weekly_schedule_keeps_its_local_time_over_a_clock_change() -> None:
    check(
        "every Monday at 09:00",
        BERLIN,
        "2026-10-18T12:00",
        ["2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00", "2026-11-02T09:00:00+01:00"],
    )


def test_due_times_are_strictly_after_the_instant() -> None:
    check("every Monday at 09:00", "UTC", "2026-11-23T09:00:00Z", ["2026-11-30T09:00:00+00:00"])
    check("every Monday at 09:00", "UTC", "2026-11-23T08:59:59.999999Z", ["2026-11-23T09:00:00+00:00"])


@pytest.mark.parametrize(
    ("zone", "phrase", "day", "due"),
    [
        (BERLIN, "every day at 02:30", "2026-03-29", "2026-03-29T03:00:00+02:00"),
        (BERLIN, "every day at 02:30", "2027-03-28", "2027-03-28T03:00:00+02:00"),
        (NEW_YORK, "every day at 02:00", "2026-03-08", "2026-03-08T03:00:00-04:00"),
        (NEW_YORK, "every day at 02:59", "2027-03-14", "2027-03-14T03:00:00-04:00"),
        (LORD_HOWE, "every day at 02:10", "2026-10-04", "2026-10-04T02:30:00+11:00"),
        (LORD_HOWE, "every day at 02:00", "2027-10-03", "2027-10-03T02:30:00+11:00"),
    ],
)
def test_a_local_time_that_does_not_exist_is_due_at_the_first_instant_after(
    zone: str, phrase: str, day: str, due: str
) -> None:
    check(phrase, zone, day + "T00:00", [due])
    at_the_change = dt.datetime.fromisoformat(due)
    check(phrase, zone, (at_the_change - dt.timedelta(seconds=1)).isoformat(), [due])
    spec = parse_spec(phrase)
    [later] = islice(due_times(spec, ZoneInfo(zone), at_the_change), 1)
    assert later.date() == at_the_change.date() + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "phrase", "day", "due"),
    [
        (BERLIN, "every day at 02:30", "2026-10-25", "2026-10-25T02:30:00+02:00"),
        (BERLIN, "every day at 02:00", "2027-10-31", "2027-10-31T02:00:00+02:00"),
        (NEW_YORK, "every day at 01:30", "2026-11-01", "2026-11-01T01:30:00-04:00"),
        (NEW_YORK, "every day at 01:00", "2027-11-07", "2027-11-07T01:00:00-04:00"),
        (LORD_HOWE, "every day at 01:45", "2026-04-05", "2026-04-05T01:45:00+11:00"),
        (LORD_HOWE, "every day at 01:30", "2027-04-04", "2027-04-04T01:30:00+11:00"),
    ],
)
def test_a_local_time_that_exists_twice_is_due_once(zone: str, phrase: str, day: str, due: str) -> None:
    check(phrase, zone, day + "T00:00", [due])
    [later] = islice(due_times(parse_spec(phrase), ZoneInfo(zone), dt.datetime.fromisoformat(due)), 1)
    assert later.date() == dt.date.fromisoformat(day) + dt.timedelta(days=1)


def test_times_that_fall_together_in_a_gap_are_one_due_time() -> None:
    check(
        "every 15 minutes",
        BERLIN,
        "2026-03-29T01:40",
        ["2026-03-29T01:45:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:15:00+02:00"],
    )
    check(
        "every day at 02:10, 02:40 and 03:00",
        BERLIN,
        "2026-03-29T00:00",
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:10:00+02:00"],
    )


def test_an_interval_is_due_in_the_first_pass_of_a_repeated_hour() -> None:
    check(
        "every 30 minutes",
        BERLIN,
        "2026-10-25T02:10",
        ["2026-10-25T02:30:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-25T03:30:00+01:00"],
    )
    second_pass = "2026-10-25T02:10:00+01:00"
    check("every 30 minutes", BERLIN, second_pass, ["2026-10-25T03:00:00+01:00"])


@pytest.mark.parametrize(
    ("phrase", "due"),
    [
        ("every 15 minutes", ["10:15", "10:30", "10:45", "11:00"]),
        ("every 20 minutes", ["10:20", "10:40", "11:00"]),
        ("every 45 minutes", ["10:30", "11:15", "12:00"]),
        ("every 90 minutes", ["10:30", "12:00", "13:30"]),
        ("every hour", ["11:00", "12:00"]),
        ("every hour at :30", ["10:30", "11:30"]),
        ("every 4 hours", ["12:00", "16:00", "20:00"]),
    ],
)
def test_intervals_lie_on_the_clocks_grid(phrase: str, due: list[str]) -> None:
    check(phrase, "UTC", "2026-11-24T10:07:00Z", [f"2026-11-24T{time}:00+00:00" for time in due])


def test_an_interval_that_does_not_divide_the_day_starts_again_at_midnight() -> None:
    check(
        "every 45 minutes",
        "UTC",
        "2026-11-24T23:00Z",
        ["2026-11-24T23:15:00+00:00", "2026-11-25T00:00:00+00:00"],
    )
    check(
        "every 7 hours",
        "UTC",
        "2026-11-24T20:00Z",
        ["2026-11-24T21:00:00+00:00", "2026-11-25T00:00:00+00:00"],
    )


@pytest.mark.parametrize(
    ("phrase", "after", "days"),
    [
        ("on the 1st at 08:00", "2026-12-02", ["2027-01-01", "2027-02-01"]),
        ("on the 31st at 08:00", "2027-01-31", ["2027-03-31", "2027-05-31", "2027-07-31", "2027-08-31"]),
        ("on the last day of the month at 08:00", "2027-01-31", ["2027-02-28", "2027-03-31", "2027-04-30"]),
        ("on the last day of the month at 08:00", "2028-02-01", ["2028-02-29"]),
        ("on the 2nd to last day of the month at 08:00", "2027-02-01", ["2027-02-27", "2027-03-30"]),
        ("on the 28th and the last day of the month at 08:00", "2027-02-01", ["2027-02-28", "2027-03-28"]),
        ("on the first and last Friday of every month at 08:00", "2027-01-02", ["2027-01-29", "2027-02-05"]),
        ("on the fifth Monday of every month at 08:00", "2027-01-01", ["2027-03-29", "2027-05-31"]),
        ("every year on 29 February at 08:00", "2026-01-01", ["2028-02-29", "2032-02-29"]),
        ("every year on 29 February at 08:00", "2096-03-01", ["2104-02-29"]),
        ("0 8 29 2 */7", "2026-01-01", ["2032-02-29", "2060-02-29"]),
    ],
)
def test_month_ends_and_leap_days(phrase: str, after: str, days: list[str]) -> None:
    check(phrase, "UTC", after + "T09:00Z", [f"{day}T08:00:00+00:00" for day in days])


def test_a_skipped_day_is_due_when_the_calendar_goes_on() -> None:
    check(
        "every day at 09:00",
        "Pacific/Apia",
        "2011-12-29T08:00",
        ["2011-12-29T09:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T09:00:00+14:00"],
    )


def test_the_search_ends_with_pythons_calendar() -> None:
    assert list(due_times(Daily(("08:00",)), dt.UTC, dt.datetime(9999, 12, 31, tzinfo=dt.UTC))) == []


@given(
    line=crons,
    zone=st.sampled_from(["UTC", *ZONES]),
    day=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
    minute=st.integers(0, 1439),
)
@settings(max_examples=150, deadline=None)
def test_cron_lines_agree_with_cronsim(line: str, zone: str, day: dt.date, minute: int) -> None:
    rules = ZoneInfo(zone)
    start = first_instant(dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute), rules)
    ours = [due.astimezone(dt.UTC) for due in islice(due_times(Cron(line), rules, start), 12)]
    if any(_near_a_change(due, rules) for due in [start, *ours]):
        # Debian's cron, and so cronsim, runs a line with a star in minute or hour by elapsed time.
        return
    oracle = CronSim(line, start.astimezone(rules))
    assert ours == [next(oracle).astimezone(dt.UTC) for _ in ours]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("line", ["30 2 * * *", "0 2 * * *", "15,45 1 * * *", "59 1-3 * * *", "10 2 * * 0"])
def test_fixed_times_agree_with_cronsim_over_two_years_of_clock_changes(zone: str, line: str) -> None:
    rules = ZoneInfo(zone)
    start = dt.datetime(2026, 1, 1, tzinfo=rules)
    end = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
    ours = set()
    for due in due_times(Cron(line), rules, start):
        if due >= end:
            break
        ours.add(due.astimezone(dt.UTC))
    oracle = set()
    for due in CronSim(line, start):
        if due.astimezone(dt.UTC) >= end:
            break
        oracle.add(due.astimezone(dt.UTC))  # cronsim gives a moment twice where two times fall together
    assert ours == oracle


def _near_a_change(instant: dt.datetime, rules: ZoneInfo) -> bool:
    day = dt.timedelta(days=1)
    return (instant - day).astimezone(rules).utcoffset() != (instant + day).astimezone(rules).utcoffset()


@given(
    spec=specs(),
    zone=st.sampled_from(["UTC", *ZONES]),
    after=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)),
)
@settings(max_examples=250, deadline=None)
def test_due_times_ascend_and_match_their_spec(spec: Spec, zone: str, after: dt.datetime) -> None:
    rules = ZoneInfo(zone)
    found = list(islice(due_times(spec, rules, after), 8))
    assert found
    assert all(a.astimezone(dt.UTC) < b.astimezone(dt.UTC) for a, b in pairwise([after, *found]))
    for due in found:
        assert due.tzinfo is rules
        assert due.fold == 0, "the first occurrence"
        if not _ends_a_gap(due, rules):
            assert _matches(spec, due)


@given(
    spec=specs(),
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]),
    seconds=st.lists(st.integers(0, 2 * 86_400), min_size=2, max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_the_next_due_time_does_not_depend_on_where_the_search_starts(spec, zone, day, seconds) -> None:
    rules = ZoneInfo(zone)
    noon_before = dt.datetime.fromisoformat(day + "T00:00:00+00:00") - dt.timedelta(hours=24)
    early, late = (noon_before + dt.timedelta(seconds=n) for n in sorted(seconds))
    expected = next(due for due in due_times(spec, rules, early) if due.astimezone(dt.UTC) > late)
    assert next(due_times(spec, rules, late)) == expected


def _ends_a_gap(due: dt.datetime, rules: ZoneInfo) -> bool:
    before = (due.astimezone(dt.UTC) - dt.timedelta(seconds=1)).astimezone(rules)
    return before.utcoffset() != due.utcoffset()


def _matches(spec: Spec, due: dt.datetime) -> bool:
    """The meaning of every kind, written once more and independently."""
    minute, time = due.hour * 60 + due.minute, due.strftime("%H:%M")
    if due.second or due.microsecond:
        return False
    length = ((due.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)).day
    match spec:
        case EveryMinutes(n):
            return minute % n == 0
        case EveryHours(n, at):
            return due.hour % n == 0 and due.minute == at
        case Daily(times):
            return time in times
        case Weekly(weekdays, times):
            return time in times and due.weekday() + 1 in weekdays
        case Monthly(days, times):
            return time in times and any(due.day == (day if day > 0 else length + 1 + day) for day in days)
        case MonthlyWeekday(nth, weekday, times):
            ordinal = -(-due.day // 7)
            return (
                time in times
                and due.isoweekday() == weekday
                and (ordinal in nth or (-1 in nth and due.day > length - 7))
            )
        case Yearly(dates, times):
            return time in times and (due.month, due.day) in dates
        case Cron(line):
            start = due.replace(tzinfo=dt.UTC) - dt.timedelta(seconds=1)
            return next(CronSim(line, start)) == due.replace(tzinfo=dt.UTC)
