"""Every clock change of 2026 and 2027 in twelve zones, against two oracles that share nothing with ``due``.

The first walks minute by minute over UTC and looks at the zone's clock: a local time is due where it is first shown,
and one that is never shown is due when the clock has jumped over it. The second is cronsim, for lines of fixed times,
which Debian's cron treats as we do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from sopwb.schedule.due import due_times
from sopwb.schedule.spec import Cron, Daily, EveryMinutes, Spec

ZONES = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Santiago",
    "America/Havana", "Africa/Casablanca", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
)  # fmt: skip
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def changes(zone: ZoneInfo) -> Iterator[dt.datetime]:
    """Find the instants at which a zone's offset changes, to the minute."""
    at, end = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
    while at < end:
        hour = at + dt.timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != hour.astimezone(zone).utcoffset():
            while at.astimezone(zone).utcoffset() != hour.astimezone(zone).utcoffset():
                before, at = at, at + MINUTE
            del before
            yield at
        at = hour


def walked(minutes: set[int], zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """Give the due instants in (start, end] of local minutes of the day, by walking over every minute."""
    found: list[dt.datetime] = []
    shown: set[dt.datetime] = set()
    at = start - 2 * DAY
    latest = at.astimezone(zone).replace(tzinfo=None) - MINUTE
    while at <= end:
        local = at.astimezone(zone).replace(tzinfo=None)
        new, latest = local - latest, max(local, latest)
        passed = [local - n * MINUTE for n in range(max(0, int(new / MINUTE)))]
        for time in passed:
            if time.hour * 60 + time.minute in minutes and time not in shown:
                shown.add(time)
                if at > start and at not in found:
                    found.append(at)
        at += MINUTE
    return found


def ours(spec: Spec, zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    found = []
    for due in due_times(spec, zone, start):
        if due > end:
            break
        found.append(due.astimezone(dt.UTC))
    return found


def test_there_are_changes_to_look_at() -> None:
    counts = {name: len(list(changes(ZoneInfo(name)))) for name in ZONES}
    assert all(count >= 4 for count in counts.values()), counts


@pytest.mark.parametrize("name", ZONES)
def test_due_times_around_every_change_are_those_of_a_walk_over_the_clock(name: str) -> None:
    zone = ZoneInfo(name)
    specs: list[tuple[Spec, set[int]]] = [
        (EveryMinutes(15), set(range(0, 1440, 15))),
        (EveryMinutes(7), set(range(0, 1440, 7))),
        (Daily(("00:00", "01:30", "02:00", "02:30", "03:00")), {0, 90, 120, 150, 180}),
        (Daily(("02:15", "23:59")), {135, 1439}),
    ]
    for change in changes(zone):
        for spec, minutes in specs:
            start, end = change - DAY / 2, change + DAY
            assert ours(spec, zone, start, end) == walked(minutes, zone, start, end), (change, spec)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("line", ["30 2 * * *", "0 0 * * *", "15,45 1-3 * * *"])
def test_fixed_times_around_every_change_are_those_of_cronsim(name: str, line: str) -> None:
    zone = ZoneInfo(name)
    for change in changes(zone):
        start, end = change - DAY, change + 2 * DAY
        oracle = set()
        for due in CronSim(line, start.astimezone(zone)):
            if due.astimezone(dt.UTC) > end:
                break
            oracle.add(due.astimezone(dt.UTC))
        assert set(ours(Cron(line), zone, start, end)) == oracle, change
