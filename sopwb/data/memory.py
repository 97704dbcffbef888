"""A table that is held as Python objects: sources of up to ``ROWS_IN_MEMORY_MAX`` records, and JSON.

Rows are shared, not copied: whoever iterates must not change them. Deliberately not here: reading files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sopwb.data.codes import DUPLICATE_KEY, NO_FIELD
from sopwb.data.columns import Layout
from sopwb.data.faults import fault, sample
from sopwb.data.reader import Reader
from sopwb.kernel.diagnostics import UserError, nearest_name
from sopwb.kernel.values import Value, show
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import ListType, MapType, RecordType, required
from sopwb.run.ports import Fingerprint

if TYPE_CHECKING:
    import pyarrow as pa


class MemoryTable:
    """Implements ``run.ports.Table`` over a list of rows that are in key order already."""

    def __init__(
        self,
        schema: SourceSchema,
        rows: list[dict[str, Value]],
        fingerprint: Fingerprint,
        originals: dict[str, str],
    ) -> None:
        self._schema, self._rows, self._fingerprint = schema, rows, fingerprint
        self.originals = originals
        self._indexes: dict[str, dict[Value, list[dict[str, Value]]]] = {}

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def fingerprint(self) -> Fingerprint:
        return self._fingerprint

    def count(self) -> int:
        return len(self._rows)

    def rows(self) -> Iterator[dict[str, Value]]:
        return iter(self._rows)

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        index = self._indexes.get(field)
        if index is None:
            type_ = self._schema.record.get(field)
            if type_ is None:
                raise unknown_field(self._schema, field)
            if isinstance(required(type_), (ListType, MapType, RecordType)):
                return (row for row in self._rows if row[field] == value)
            index = self._indexes[field] = _index(self._rows, field)
        try:
            return iter(index.get(value, ()))
        except TypeError:
            return iter(())  # a list or record equals no scalar

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        from sopwb.data.arrow import Columns

        columns = Columns(self._schema, fields)
        for begin in range(0, len(self._rows), rows_max):
            columns.measure(self._rows[begin : begin + rows_max])
        columns.settle()
        for begin in range(0, len(self._rows), rows_max):
            yield columns.batch(self._rows[begin : begin + rows_max])


def _index(rows: list[dict[str, Value]], field: str) -> dict[Value, list[dict[str, Value]]]:
    index: dict[Value, list[dict[str, Value]]] = {}
    for row in rows:
        index.setdefault(row[field], []).append(row)
    return index


def unknown_field(schema: SourceSchema, field: str) -> UserError:
    """Make the error of a field that a source does not have."""
    near = nearest_name(field, schema.record.names())
    return fault(NO_FIELD, f"{schema.name} has no field {field}", path=schema.name, nearest=near)


def rows_of(names: Sequence[str], columns: Sequence[Sequence[Value]], count: int) -> list[dict[str, Value]]:
    """Turn columns of values into ``count`` rows."""
    if not columns:
        return [{} for _ in range(count)]
    return [dict(zip(names, row, strict=False)) for row in zip(*columns, strict=True)]


def in_key_order(
    layout: Layout, rows: list[dict[str, Value]], marks: Sequence[int | str], reader: Reader
) -> list[dict[str, Value]]:
    """Sort rows by key, where there is one.

    Raises ``UserError`` naming both places of a key that stands twice.
    """
    key = layout.key
    if key is None:
        return rows
    keys = [row[key] for row in rows]
    if len(set(keys)) != len(keys):
        first: dict[Any, int] = {}
        for position, value in enumerate(keys):
            if value in first:
                raise duplicate_key(reader, key, value, marks[first[value]], marks[position])
            first[value] = position
    ordered = sorted(keys)
    if ordered == keys:
        return rows
    by_key = dict(zip(keys, rows, strict=True))
    return [by_key[value] for value in ordered]


def duplicate_key(reader: Reader, key: str, value: Value, first: int | str, second: int | str) -> UserError:
    """Make the error of a key that two records have."""
    shown = sample(value) if isinstance(value, str) else show(value)
    return fault(
        DUPLICATE_KEY,
        f"key {key} {shown} stands twice: {reader.place(first)} and {reader.place(second)}",
        path=reader.place(second),
    )
