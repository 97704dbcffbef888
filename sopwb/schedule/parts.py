"""The parts that a schedule phrase is made of, before they are put together.

Deliberately not here: reading them (``clock_phrases``, ``day_phrases``, ``interval_phrases``) and what
they mean together (``assemble``).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from sopwb.kernel.diagnostics import Diagnostic


class ClockWords(msgspec.Struct, frozen=True):
    """A time as it was said: hour and minute, and the words that choose the half of the day.

    ``half`` is "am", "pm", "morning", "afternoon", "evening", "night" or ""; ``bare`` says that the time
    could be of either half (``8``, ``8:30``, but not ``08:30`` or ``20:30``). ``start`` and ``end`` are
    its span.
    """

    hour: int
    minute: int
    half: str
    bare: bool
    start: int
    end: int


class Times(msgspec.Struct, frozen=True):
    """Times of the day."""

    words: tuple[ClockWords, ...]


class Marks(msgspec.Struct, frozen=True):
    """Minutes of every hour: ``at quarter past``."""

    minutes: tuple[int, ...]


class Minutes(msgspec.Struct, frozen=True):
    """Every so many minutes; hours are 60 each."""

    n: int


class Grid(msgspec.Struct, frozen=True):
    """``counted from midnight``, which every interval is; ``around the clock``."""


class Count(msgspec.Struct, frozen=True):
    """So many times a day: a check on the times that are named."""

    n: int


class EveryDay(msgspec.Struct, frozen=True):
    """All days."""


class Weekdays(msgspec.Struct, frozen=True):
    """ISO weekdays."""

    days: frozenset[int]


class Without(msgspec.Struct, frozen=True):
    """Weekdays that are left out."""

    days: frozenset[int]


class MonthDays(msgspec.Struct, frozen=True):
    """Days of every month (1..31, -1 the last)."""

    days: tuple[int, ...]


class NthWeekday(msgspec.Struct, frozen=True):
    """The nth of a weekday, of the month when ``month`` was said."""

    nth: tuple[int, ...]
    weekday: int
    month: bool


class YearDates(msgspec.Struct, frozen=True):
    """(month, day) dates of every year; day -1 is the month's last."""

    dates: tuple[tuple[int, int], ...]


class Period(msgspec.Struct, frozen=True):
    """``weekly``, ``monthly``, ``yearly``: a rhythm without its day."""

    unit: str


class DayHalf(msgspec.Struct, frozen=True):
    """``morning`` of ``every Monday morning``: it reads the times that are bare."""

    half: str


class Problem(msgspec.Struct, frozen=True):
    """Words that were understood and cannot be."""

    diagnostic: Diagnostic


Part: TypeAlias = (
    Times | Marks | Minutes | Grid | Count | EveryDay | Weekdays | Without | MonthDays | NthWeekday
    | YearDates | Period | DayHalf | Problem
)  # fmt: skip
