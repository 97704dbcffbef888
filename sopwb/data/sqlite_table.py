"""A SQLite table of known schema: what its own indexes find is looked up there, the rest reads it whole.

A table of at least ``SQLITE_LOOK_UP_ROWS_MIN`` records that was read whole leaves a note of its schema in the cache
folder, under a hash of all that it depends on (as spools do). The next run then answers ``matching`` by SQL where
the field's own index can: an int or string field with inferred type, whose index compares bytes. Anything else opens
the table whole, once.

Deliberately not here: how a large table is read whole (``columnar``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.data.columns import Column, Layout
from sopwb.data.infer import NOTHING
from sopwb.data.memory import rows_of, unknown_field
from sopwb.data.read_sqlite import SqliteReader
from sopwb.kernel.limits import INT_MAX, INT_MIN
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import INT, STRING, RecordType, parse_type, required, type_text
from sopwb.run.ports import Fingerprint, ParquetFile, Table, columnar_of

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa


class Note(msgspec.Struct, frozen=True):
    """A schema, as it was when the table was read whole. ``record`` is a type's text."""

    key: str | None
    record: str
    rows: int
    originals: dict[str, str]


def write_note(path: str, table: Table, originals: dict[str, str]) -> None:
    """Keep a table's schema for the next run."""
    schema = table.schema
    note = Note(schema.key, type_text(schema.record), table.count(), originals)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        passing = f"{path}.{os.getpid()}"
        with open(passing, "wb") as stream:
            stream.write(msgspec.json.encode(note))
        os.replace(passing, path)
        folder, kept = os.path.split(path)
        for other in os.listdir(folder):
            if other.startswith(f"{schema.name}-") and other.endswith(".schema") and other != kept:
                os.remove(os.path.join(folder, other))
    except OSError:
        return  # a cache that cannot be written costs time, nothing else


def read_note(path: str) -> Note | None:
    """Read a note, or None where there is none that can be read."""
    try:
        with open(path, "rb") as stream:
            return msgspec.json.decode(stream.read(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None


class SqliteTable:
    """Implements ``run.ports.Table``.

    ``whole`` opens the table whole; ``declared`` names the fields with declared types.
    """

    def __init__(
        self,
        name: str,
        note: Note,
        reader: SqliteReader,
        zone: dt.tzinfo,
        whole: Callable[[], Table],
        declared: frozenset[str],
    ) -> None:
        record = parse_type(note.record)
        assert isinstance(record, RecordType)
        self._schema = SourceSchema(name, note.key, record, rows=note.rows)
        self._reader, self._open, self._declared = reader, whole, declared
        self.originals = note.originals
        columns = [Column(note.originals[field], field, type_, NOTHING) for field, type_ in record.fields]
        self._layout = Layout(name, columns, note.key, reader, zone)
        self._table: Table | None = None
        self._can: dict[str, bool] = {}

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._schema.name, *self._reader.digest())

    def count(self) -> int:
        return self._schema.rows or 0

    def rows(self) -> Iterator[dict[str, Value]]:
        return self._whole().rows()

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        return self._whole().batches(fields, rows_max)

    def parquet(self) -> ParquetFile | None:
        columnar = columnar_of(self._whole())
        return columnar.parquet() if columnar is not None else None

    def in_order_of(self, field: str) -> str:
        columnar = columnar_of(self._whole())
        assert columnar is not None, "its file said that it is indexed"
        return columnar.in_order_of(field)

    def unchanged(self) -> None:
        self._reader.unchanged()

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        if self._schema.record.get(field) is None:
            raise unknown_field(self._schema, field)
        if self._table is not None or not self._looks_up(field, value):
            return self._whole().matching(field, value)
        found = list(self._look_up(self.originals[field], value))
        key = self._schema.key
        return iter(found if key is None else sorted(found, key=lambda row: row[key]))

    def _whole(self) -> Table:
        if self._table is None:
            self._reader.unchanged()
            table = self._open()
            self._reader.unchanged()
            self._table = table
        return self._table

    def _looks_up(self, field: str, value: Any) -> bool:
        type_ = self._schema.record.get(field)
        assert type_ is not None
        if required(type_) == INT:
            fits = type(value) is int and INT_MIN <= value <= INT_MAX
        else:
            fits = required(type_) == STRING and type(value) is str
        original = self.originals[field]
        if not fits or self._declared & {field, original}:
            return False
        can = self._can.get(field)
        if can is None:
            can = self._can[field] = self._reader.has_index(original)
        return can

    def _look_up(self, original: str, value: Value) -> Iterator[dict[str, Value]]:
        for chunk in self._reader.chunks(original, value):
            yield from rows_of(self._layout.names, self._layout.values(chunk), len(chunk.marks))
        self._reader.unchanged()
