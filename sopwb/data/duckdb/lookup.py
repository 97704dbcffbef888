"""The records that a query saw, for items that are decided by rows beside it. Records have the fields that the
program reads.

A look-up (``matching``) that was not answered is noted and raises ``Unanswered``; ``answer`` then answers everything
that was noted, one query a source and field: a scan of twelve million records for a hundred look-ups takes as long
as one for one. Deliberately not here: tables that hold what a database cannot (nested fields); those answer by
themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sopwb.data.duckdb.session import Session
from sopwb.kernel.limits import SET_BATCH_ROWS
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, Scalar, required
from sopwb.plan.sql.query import column_of, table_of
from sopwb.run.ports import Fingerprint, Table, Tables
from sopwb.run.sets import Unanswered

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Value]


class LookupTables:
    """Implements ``run.ports.Tables`` over a session's sources. ``fields`` are those that the session holds."""

    def __init__(self, session: Session, tables: Tables, fields: Mapping[str, Sequence[str]]) -> None:
        # A connection of its own: that of the session has an open result while a query streams.
        self._connection = session.connection.cursor()
        self._connection.execute("set timezone = 'UTC'")
        self._tables = tables
        self._opened: dict[str, _LookupTable] = {}
        self._fields = fields

    def table(self, name: str) -> Table:
        """Give a source; one with fields that the session does not hold answers by itself."""
        live = self._tables.table(name)
        held, schema = self._fields.get(name, ()), live.schema
        if schema.key is None or any(not _is_plain(schema.record, field) for field in held):
            return live
        if name not in self._opened:
            wanted = {*held, schema.key}
            record = RecordType(tuple((n, t) for n, t in schema.record.fields if n in wanted))
            self._opened[name] = _LookupTable(live, SourceSchema(name, schema.key, record), self._connection)
        return self._opened[name]

    def answer(self) -> None:
        """Answer every look-up that was noted."""
        for table in self._opened.values():
            table.answer()

    def forget(self) -> None:
        """Drop all answers."""
        for table in self._opened.values():
            table.answers.clear()


class _LookupTable:
    """Implements ``run.ports.Table``."""

    def __init__(self, live: Table, schema: SourceSchema, connection: Any) -> None:
        self._live, self._schema, self._connection = live, schema, connection
        self.answers: dict[tuple[str, Value], list[Record]] = {}
        self._asked: dict[str, dict[Value, None]] = {}

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def fingerprint(self) -> Fingerprint:
        return self._live.fingerprint()

    def count(self) -> int:
        return self._live.count()

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        return self._live.batches(fields, rows_max)

    def rows(self) -> Iterator[Record]:
        assert self._schema.key is not None, "only keyed sources are looked up"
        query = f"select {self._columns()} from {self._name()} order by {_column(self._schema.key)}"
        with self._connection.cursor() as apart:  # a connection has one open result at a time
            apart.execute("set timezone = 'UTC'")
            for batch in apart.sql(query).to_arrow_reader(SET_BATCH_ROWS):
                yield from self._records(batch)

    def matching(self, field: str, value: Value) -> Iterator[Record]:
        found = self.answers.get((field, _plain(value)))
        if found is None:
            self._asked.setdefault(field, {})[_plain(value)] = None
            raise Unanswered
        return iter(found)

    def answer(self) -> None:
        """Answer what was asked."""
        import pyarrow as pa

        for field, values in self._asked.items():
            column = self._connection.sql(f"select {_column(field)} from {self._name()} limit 0")
            type_ = column.to_arrow_table().schema.field(0).type
            sought = [cell for cell in (_cell(value, type_) for value in values) if cell is not None]
            self.answers.update({(field, value): [] for value in values})
            self._connection.register("sought", pa.table({"value": pa.array(sought, type=type_)}))
            query = (
                f"select {self._columns()} from {self._name()} where {_column(field)} in (select value from sought) "
                f"order by {_column(self._schema.key or '')}"
            )
            for record in self._records(self._connection.sql(query).to_arrow_table()):
                self.answers[field, _plain(record[field])].append(record)
            self._connection.unregister("sought")
        self._asked.clear()

    def _name(self) -> str:
        return _quoted(table_of(self._schema.name))

    def _columns(self) -> str:
        return ", ".join(map(_column, self._schema.record.names()))

    def _records(self, batch: Any) -> Iterator[Record]:
        names = self._schema.record.names()
        columns = [[_value(cell) for cell in batch.column(column_of(name)).to_pylist()] for name in names]
        for row in zip(*columns, strict=True):
            yield dict(zip(names, row, strict=True))


def _is_plain(record: RecordType, field: str) -> bool:
    type_ = record.get(field)
    return type_ is not None and isinstance(required(type_), Scalar) and required(type_) != Scalar("duration")


def _plain(value: Value) -> Value:
    """Make equal numbers one: an int is found as a decimal of the same value."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def _cell(value: Value, type_: Any) -> Any:
    """Give a value as a column holds it; None where it could not hold it at all."""
    import pyarrow as pa

    cell = Decimal(value) if pa.types.is_decimal(type_) and isinstance(value, int) else value
    try:
        pa.array([cell], type=type_)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return None
    return cell


def _value(cell: Any) -> Value:
    if isinstance(cell, dt.datetime):
        return cell.astimezone(dt.UTC)
    return cell


def _column(field: str) -> str:
    return _quoted(column_of(field))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
