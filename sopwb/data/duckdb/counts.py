"""How often each step happened, over the items of a traced query: what a batch's trace keeps of every item.

An item's path and error say which events it has, so one item of each kind tells them all: its events are read
from its trace once, and multiplied by how many items are of its kind. Deliberately not here: the complete traces
of samples and failures (the row interpreter gives them, of those items only).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

Place: TypeAlias = tuple[str, str]
"""An event's full path and its branch ("" where the step has none), as in ``run.trace.Trace.counts``."""


class _Head(msgspec.Struct):
    """What of an event is counted."""

    path: str
    branch: str = ""


class StepCounts:
    """Counts the events of batches of one query."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[int, int], tuple[Place, ...]] = {}

    def of(self, batch: pa.RecordBatch) -> Counter[Place]:
        """Count all events of all items of a batch."""
        import pyarrow as pa

        kinds = pa.table({"path": batch.column("path"), "error": batch.column("error")})
        numbered = kinds.append_column("row", pa.array(range(batch.num_rows), pa.int64()))
        grouped = numbered.group_by(["path", "error"]).aggregate([("row", "min"), ("row", "count")])
        found: Counter[Place] = Counter()
        for row in grouped.to_pylist():
            kind = (row["path"], row["error"])
            if kind not in self._kinds:
                self._kinds[kind] = _events(batch.column("trace")[row["row_min"]].as_py())
            for place in self._kinds[kind]:
                found[place] += row["row_count"]
        return found


def _events(text: str) -> tuple[Place, ...]:
    heads = [msgspec.json.decode(line, type=_Head) for line in text.split("\n") if line]
    return tuple((head.path, head.branch) for head in heads)
