"""The ports of a run: observations go in, requests come out; nothing else of the world is reachable.

``data`` implements ``Table``; ``tools`` implements ``ToolPort``; ``app`` wires clock, entropy, journal and
events. Deliberately not here: any implementation, and any format (``store`` owns bytes).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.ir import OnError

if TYPE_CHECKING:
    import pyarrow as pa


PLACE_COLUMN: Final = "file_row_number"
"""What a database calls the place of a record in its file."""
MOMENT: Final = "moment"
"""The kind of a fingerprint that names when a source was read, and says nothing of its content."""


class Fingerprint(msgspec.Struct, frozen=True):
    """Identifies a source's content: ``digest`` is hex BLAKE3 over it, ``kind`` says over what (file, records)."""

    source: str
    kind: str
    digest: str


class Table(Protocol):
    """A data source's records, as rows in key order (sources without a key: in their own order) and as Arrow.

    Rows are dicts with every field of ``schema.record`` in order (a missing field is None), values as in
    ``kernel.values``. A record that does not fit raises ``UserError`` with the file and line.
    """

    @property
    def schema(self) -> SourceSchema: ...

    def fingerprint(self) -> Fingerprint: ...

    def rows(self) -> Iterator[dict[str, Value]]:
        """Iterate over all records in key order, in bounded memory."""
        ...

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        """Push-down: iterate over the records whose ``field`` equals ``value`` (never null), in key order.

        An index is built on first use.
        """
        ...

    def count(self) -> int:
        """Count the records."""
        ...

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Iterate over Arrow record batches in key order.

        Columns are int64, decimal128(38, s), string, date32, timestamp[us, UTC] and bool.
        """
        ...


class Bounds(msgspec.Struct, frozen=True):
    """Inclusive bounds of all values of a field, as ``plan.cells`` has them (0 and 0 where all are null).

    ``scale`` is that of a decimal's column; ``nulls``: whether there are any.
    """

    low: int
    high: int
    scale: int
    nulls: bool


class ParquetFile(msgspec.Struct, frozen=True):
    """A Parquet file that holds a table's records, in any order; those of a table without a key in its own order.

    ``columns`` names the file's columns by field: those of scalars whose values they hold exactly, perhaps as a
    narrower kind (an int of 32 bits; a local time, where the zone is UTC), and durations as microseconds. ``bounds``
    were measured of all records. ``indexed`` names fields by which ``Columnar.in_order_of`` has the records too.
    """

    path: str
    columns: dict[str, str]
    bounds: dict[str, Bounds]
    indexed: tuple[str, ...] = ()


class Columnar(Protocol):
    """What a table may have besides (``columnar_of`` finds it): its records as a file, to be read in place."""

    def parquet(self) -> ParquetFile | None:
        """Give the file, as it was fingerprinted. Whoever has read it asks ``unchanged`` afterwards."""
        ...

    def in_order_of(self, field: str) -> str:
        """Give the path of a file with the same records and columns in the order of an ``indexed`` field, then of the
        key; it is made where it is not there yet. The places of a source without a key are its ``PLACE_COLUMN``.

        Raises ``UserError`` where the file changed or the other cannot be made; ``unchanged`` tells which.
        """
        ...

    def unchanged(self) -> None:
        """Check that the file is still what was fingerprinted. Cheap: its size, times and inode, then its digest.

        Raises ``UserError``.
        """
        ...


def columnar_of(table: Table) -> Columnar | None:
    """Give a table as ``Columnar``, or None where it is not."""
    found: Columnar | None = table if hasattr(table, "parquet") else None  # type: ignore[assignment]  # by its members
    return found


class Tables(Protocol):
    """The workspace's declared sources by name. An undeclared one raises ``UserError``."""

    def table(self, name: str) -> Table: ...


class Clock(Protocol):
    """The wall clock, read once a run (``now``) and for durations of effects; aware UTC."""

    def now(self) -> dt.datetime: ...


class Entropy(Protocol):
    """Secure random bytes: the run's nonce and the secret that keys its codes."""

    def bytes(self, count: int) -> bytes: ...


class PlannedEffect(msgspec.Struct, frozen=True):
    """An effect that a decided item wants: what the journal will carry as PLANNED.

    ``key`` is hex BLAKE3(run id, item key, step path, ordinal), length-prefixed; ``item`` the item's key as
    text ("" outside of ``each``); ``args`` values by argument name, secrets as placeholders; ``on_error`` what the
    step asks for where it cannot be done (None: the default).
    """

    key: str
    tool: str
    item: str
    path: str
    ordinal: int
    args: dict[str, Value]
    kind: str
    state: str = "planned"
    on_error: OnError | None = None


class ToolPort(Protocol):
    """What the interpreter asks of tools while it decides."""

    def decide(self, effect: PlannedEffect) -> Value:
        """Give the result that the script goes on with: a mock's answer, a pure tool's value or a receipt placeholder.

        Raises ``UserError`` where the tool is neither configured nor mocked and the run is for real.
        """
        ...

    def mocked(self, tool: str) -> bool:
        """Whether this run's effects of a tool are answered by its mock, and are planned as ``mocked``."""
        ...


class Event(msgspec.Struct, frozen=True, tag_field="event"):
    """One line of ``--events``: start step progress effect waiting_approval end. ``v`` is the format's version."""

    kind: str
    data: dict[str, Any]
    v: int = 1


class Events(Protocol):
    """Takes events; must not block the run (a slow reader loses aggregated lines, never the run's time)."""

    def emit(self, event: Event) -> None: ...


class Effects(Protocol):
    """The spool of planned effects, in the order in which they were decided (key order, then step order)."""

    def plan(self, effect: PlannedEffect) -> None: ...


class Results(Protocol):
    """Takes an item's yield or the run's result while running (``--output``); in order."""

    def write(self, item: str, value: Value) -> None: ...

    def write_batch(self, items: pa.RecordBatch) -> None:
        """Take many items at once: their keys (``item``, the first column; places where there are none) and yields (a
        column a field of a record that is never null, else one column ``value``), as Arrow has their types."""
        ...
