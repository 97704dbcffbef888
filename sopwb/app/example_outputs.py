"""Outputs about examples: as they are kept, and what came of them.

Deliberately not here: the other Outputs (``outputs``), and text (``example_text``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.app.output import Output


class Miss(msgspec.Struct, frozen=True):
    """What an example expected and what was found, as texts; ``field`` "": of the run as a whole. ``expected`` "": it
    could not be run, for the reason that was found."""

    field: str
    expected: str
    found: str

    def words(self) -> str:
        """Say it: ``is_risk true, not false``."""
        if not self.expected:
            return self.found
        return f"{self.field + ' ' if self.field else ''}{self.expected}, not {self.found}"


class ExampleRun(msgspec.Struct, frozen=True):
    """The dry run of an example, of which nothing is stored: its result (JSON-shaped) and its spoken lines, at most
    1,000 events of ``trace_total``. ``data`` it ran on: recorded (also where that was done just now) or live."""

    data: str
    as_of: str
    status: str
    result: Any
    effects_total: int
    trace: tuple[str, ...]
    trace_total: int
    trace_hash: str


class ExampleTried(msgspec.Struct, frozen=True):
    """An example and what came of it: it holds where nothing was ``missed``. ``state`` of its script: draft or frozen;
    ``expect`` as in ``AddExample``; ``run`` None: it could not run."""

    name: str
    number: int
    state: str
    inputs: dict[str, Any]
    expect: dict[str, Any]
    missed: tuple[Miss, ...]
    run: ExampleRun | None = None

    @property
    def holds(self) -> bool:
        return not self.missed

    @property
    def is_live(self) -> bool:
        """Whether it ran on the data as it is."""
        return self.run is not None and self.run.data == "live"


class ExamplesTried(Output, frozen=True):
    """Examples that were tried, by name and number; ``without`` are scripts that have none."""

    rows: tuple[ExampleTried, ...]
    without: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        return sum(not row.holds for row in self.rows)


class ExampleRow(msgspec.Struct, frozen=True):
    """An example as it is kept. ``recorded`` is the instant of its records, "" where none were kept."""

    number: int
    inputs: dict[str, Any]
    expect: dict[str, Any]
    as_of: str
    recorded: str


class ExampleList(Output, frozen=True):
    name: str
    rows: tuple[ExampleRow, ...]
