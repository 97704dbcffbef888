"""For the tests of tools that act: a dispatch, a clock, and a point of no return that notes what it has seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sopwb.run.acting import Dispatch, Done, NotApplied, Rejected, Reply, Unknown
from sopwb.tools.tool import Equipment

KEY = "0123456789abcdef" * 4
NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)


class FixedClock:
    def now(self) -> dt.datetime:
        return NOW


class Commit:
    """The point of no return. ``happened`` counts what the world has done; ``error`` is raised, as by a full disk."""

    def __init__(self, happened: Callable[[], int] = lambda: 0, error: Exception | None = None) -> None:
        self._happened, self._error = happened, error
        self.seen: list[int] = []

    def __call__(self) -> None:
        self.seen.append(self._happened())
        if self._error is not None:
            raise self._error

    @property
    def times(self) -> int:
        return len(self.seen)


def dispatch(tool: str, args: dict[str, Any], key: str = KEY) -> Dispatch:
    return Dispatch(key=key, tool=tool, item="C1", path="steps/0", args=args)


def equipment(settings: dict[str, Any], folder: str = "", secrets: dict[str, str] | None = None) -> Equipment:
    return Equipment(settings, folder, FixedClock(), (secrets or {}).__getitem__)


def bare(reply: Reply) -> tuple[Any, ...]:
    """Give a reply without its words."""
    match reply:
        case NotApplied(code, _, after_ms):
            return NotApplied, code, after_ms
        case Rejected(code):
            return Rejected, code
        case Unknown():
            return (Unknown,)
        case Done(receipt):
            return Done, receipt
