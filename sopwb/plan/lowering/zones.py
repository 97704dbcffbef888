"""A time zone's offsets between two instants, as a plan writes them out.

A database's own zone rules may be of another version than the run's, so a plan holds the offsets themselves: as
many as there are changes between the earliest and the latest instant of the data.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from sopwb.kernel.limits import SET_ZONE_CHANGES_MAX, SET_ZONE_DAYS_MAX
from sopwb.plan.cells import DAY_US, EPOCH, MICROSECOND, TIMESTAMP_MAX, TIMESTAMP_MIN
from sopwb.plan.nodes import CannotLower

_EDGE: Final = DAY_US
"""No zone is further than a day from UTC; beyond this the years end."""


@lru_cache(maxsize=64)
def offsets(zone: dt.tzinfo, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """List (from which instant on, offset), both in microseconds, for instants of ``low`` to ``high``; the first
    holds from the beginning.

    Days are looked at one by one, then the instant of a change is found by halving: two changes within a day
    that undo each other have never been.
    """
    low, high = (min(max(at, TIMESTAMP_MIN + _EDGE), TIMESTAMP_MAX - _EDGE) for at in (low, high))
    if isinstance(zone, dt.timezone):
        return ((low, zone.utcoffset(None) // MICROSECOND),)
    if (high - low) // DAY_US > SET_ZONE_DAYS_MAX:
        raise CannotLower("local dates of instants more than 200 years apart")
    found = [(low, _offset(zone, low))]
    at = low
    while at < high:
        after = min(at + DAY_US, high)
        offset = _offset(zone, after)
        if offset != found[-1][1]:
            found.append((_change(zone, at, after, offset), offset))
            if len(found) > SET_ZONE_CHANGES_MAX:
                raise CannotLower(f"local dates with more than {SET_ZONE_CHANGES_MAX} changes of the zone between")
        at = after
    return tuple(found)


def _offset(zone: dt.tzinfo, instant: int) -> int:
    found = (EPOCH + instant * MICROSECOND).astimezone(zone).utcoffset()
    assert found is not None, "the workspace's zone has offsets"
    return found // MICROSECOND


def _change(zone: dt.tzinfo, before: int, after: int, offset: int) -> int:
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            after = middle
        else:
            before = middle
    return after
