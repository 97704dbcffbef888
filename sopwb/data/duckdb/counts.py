"""How often each step happened, over all items of a query: what a batch's trace keeps of every item.

An item's path and error say which events it has, so one item of each kind tells them all: its events are read
from its trace once, and multiplied by how many items are of its kind. Deliberately not here: the complete traces
of samples and failures (the row interpreter gives them, of those items only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa


class _Head(msgspec.Struct):
    """What of an event is counted."""

    path: str
    branch: str = ""


class StepCounts:
    """Counts events by full path and branch ("" where the step has none), as ``run.trace.Trace.counts`` does."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[int, int], tuple[tuple[str, str], ...]] = {}
        self._items: dict[tuple[int, int], int] = {}

    def add(self, batch: pa.RecordBatch, rows: int | None = None) -> None:
        """Take a batch of a traced query, or its first ``rows`` items."""
        import pyarrow as pa

        taken = batch if rows is None else batch.slice(0, rows)
        table = pa.table({"path": taken.column("path"), "error": taken.column("error")})
        grouped = table.append_column("row", pa.array(range(taken.num_rows), pa.int64()))
        found = grouped.group_by(["path", "error"]).aggregate([("row", "min"), ("row", "count")])
        for row in found.to_pylist():
            kind = (row["path"], row["error"])
            if kind not in self._kinds:
                self._kinds[kind] = _events(taken.column("trace")[row["row_min"]].as_py())
            self._items[kind] = self._items.get(kind, 0) + row["row_count"]

    def items(self) -> int:
        """Count the items."""
        return sum(self._items.values())

    def failed(self) -> dict[int, int]:
        """Count the failed items by their fault's number."""
        found: dict[int, int] = {}
        for (_, error), count in self._items.items():
            if error:
                found[error] = found.get(error, 0) + count
        return found

    def counts(self) -> dict[tuple[str, str], int]:
        """Count all events of all items."""
        found: dict[tuple[str, str], int] = {}
        for kind, events in self._kinds.items():
            for place in events:
                found[place] = found.get(place, 0) + self._items[kind]
        return found


def _events(text: str) -> tuple[tuple[str, str], ...]:
    heads = [msgspec.json.decode(line, type=_Head) for line in text.split("\n") if line]
    return tuple((head.path, head.branch) for head in heads)
