"""What the references of the conversation cases read and round with: plain Python over a case's data files.

Nothing here imports the program: a reference is a second opinion. Cells become int, Decimal, date, datetime, bool or
None by their spelling, as FORMAT of the cases says; times are aware, in UTC.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Refused(Exception):
    """The script must end with an error."""


def typed(cell: Any) -> Any:
    """Read a cell by its spelling."""
    if not isinstance(cell, str):
        return cell
    if cell == "":
        return None
    if cell in ("true", "false"):
        return cell == "true"
    if re.fullmatch(r"-?(0|[1-9]\d*)", cell):
        return int(cell)
    if re.fullmatch(r"-?\d+\.\d+", cell):
        return Decimal(cell)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return date.fromisoformat(cell)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", cell):
        return datetime.fromisoformat(cell)
    return cell


class Tables:
    """The data of one case, at the instant of its conversation."""

    def __init__(self, folder: Path, as_of: str) -> None:
        self.folder = folder
        self.declared = tomllib.loads((folder / "sopwb.toml").read_text(encoding="utf-8"))
        self.zone = ZoneInfo(self.declared["workspace"]["timezone"])
        self.now = datetime.fromisoformat(as_of)
        self.today = self.now.astimezone(self.zone).date()

    def rows(self, source: str, **equal: Any) -> list[Row]:
        """Read the records of a source whose fields equal those given."""
        found = [{name: typed(cell) for name, cell in record.items()} for record in self._records(source)]
        return [row for row in found if all(row[name] == value for name, value in equal.items())]

    def one(self, source: str, key: Any) -> Row:
        """Read the record with that key; none is an error."""
        found = self.maybe(source, key)
        if found is None:
            raise Refused(f"{source} has no {key!r}")
        return found

    def maybe(self, source: str, key: Any) -> Row | None:
        """Read the record with that key, or None."""
        found = self.rows(source, **{self.declared["data"][source]["key"]: key})
        assert len(found) < 2, f"{source} has {key!r} twice"
        return found[0] if found else None

    def _records(self, source: str) -> Iterable[Mapping[str, Any]]:
        declared = self.declared["data"][source]
        path = self.folder / declared["path"]
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            return list(csv.DictReader(text.splitlines()))
        if path.suffix == ".jsonl":
            return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]
        whole = json.loads(text, parse_float=Decimal)
        return list(whole[declared["table"]].values()) if "table" in declared else list(whole)


def half_up(number: Decimal | int, places: int) -> Decimal:
    """Round, a half going away from zero."""
    return Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def fixed(number: Decimal | int, places: int) -> str:
    """Write a number with exactly so many decimals."""
    return f"{half_up(number, places):f}"


def mean(numbers: Sequence[Decimal | int]) -> Decimal:
    """Average some numbers; there must be one."""
    return Decimal(sum(numbers)) / len(numbers)


def ago(rows: Iterable[Row], field: str, today: date, days: int) -> list[Row]:
    """Keep what lies in the last so many days, today and the first of them included."""
    return [row for row in rows if today - timedelta(days) <= row[field] <= today]


def due_times(t: Tables, hour: int, minute: int, on: Callable[[date], bool]) -> Iterator[datetime]:
    """Tell the instants after now at that time of the day in the workspace's zone, on the days that hold."""
    day = t.today
    while True:
        due = datetime.combine(day, time(hour, minute), t.zone)
        if on(day) and due > t.now:
            yield due
        day += timedelta(1)


def weekdays(*names: str) -> Callable[[date], bool]:
    """Tell whether a day is one of those weekdays."""
    numbers = {WEEKDAYS.index(name) for name in names}
    return lambda day: day.weekday() in numbers
