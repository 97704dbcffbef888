"""Keeping the records that a single run fetched, so that it replays without its sources.

It is done at the ports: ``RecordingTables`` notes what a run asks its tables and what they answer, cut to the
fields that the script reads; ``RecordedTables`` answers the same questions again. So a replay goes through
conditions, order and widening as the run did. Beyond ``TRACE_RECORDS_BYTES_MAX`` nothing is kept.

    recorded := {"sources": {name: {"key": field | null, "fields": [[name, type], …]}},
                 "queries": [{"source", "field": name | "", "value", "ended": bool,
                              "rows": [[value, …], …]}, …]}

A query without a field is all records. ``ended`` false: the run stopped before the last one. Values are plain
JSON that their types read back. Deliberately not here: where it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import TRACE_RECORDS_BYTES_MAX
from sopwb.kernel.values import Value, plain
from sopwb.lang.environment import SourceSchema
from sopwb.lang.ir import SourceNeed
from sopwb.lang.types import OptionalType, RecordType, Type, optional, parse_type, type_text
from sopwb.run import codes
from sopwb.run.exact_text import exact_text
from sopwb.run.inputs import read_value
from sopwb.run.ports import Fingerprint, ParquetFile, Table, Tables, columnar_of

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Value]


class _Query:
    """One question to a source, and the answer as far as the run took it."""

    __slots__ = ("ended", "field", "rows", "source", "value")

    def __init__(self, source: str, field: str, value: Value) -> None:
        self.source, self.field, self.value = source, field, value
        self.rows: list[list[Value]] = []
        self.ended = False


# --- while running --------------------------------------------------------------------------------


class RecordingTables:
    """Tables that note what is asked of them. ``reads`` says which fields matter (``Program.reads``)."""

    def __init__(
        self, tables: Tables, reads: Iterable[SourceNeed], bytes_max: int = TRACE_RECORDS_BYTES_MAX
    ) -> None:
        self._tables = tables
        self._fields: dict[str, set[str]] = {}
        for need in reads:
            self._fields.setdefault(need.name, set()).update(need.record.names())
        self._opened: dict[str, _RecordingTable] = {}
        self.queries: dict[str, _Query] = {}
        self.room = bytes_max

    def table(self, name: str) -> Table:
        opened = self._opened.get(name)
        if opened is None:
            opened = _RecordingTable(self._tables.table(name), self, self._fields.get(name, set()))
            self._opened[name] = opened
        return opened

    def spend(self, size: int) -> None:
        """Count bytes kept; where there are too many, forget all and keep no more."""
        self.room -= size
        if self.room < 0:
            self.queries.clear()

    def forget(self) -> None:
        """Keep nothing: the run reads records past these tables."""
        self.spend(self.room + 1)

    def recorded(self) -> dict[str, Any] | None:
        """Give what was fetched as JSON-shaped data, or None where it was too much."""
        if self.room < 0:
            return None
        return {
            "sources": {name: table.described() for name, table in sorted(self._opened.items())},
            "queries": [
                {
                    "source": query.source,
                    "field": query.field,
                    "value": plain(query.value),
                    "ended": query.ended,
                    "rows": plain(query.rows),
                }
                for _, query in sorted(self.queries.items())
            ],
        }


class _RecordingTable:
    """A table whose answers are noted. Only what was taken of an iterator is."""

    def __init__(self, table: Table, notes: RecordingTables, fields: set[str]) -> None:
        self._table, self._notes = table, notes
        live = table.schema
        self._schema = SourceSchema(
            live.name,
            live.key,
            RecordType(tuple((n, t) for n, t in live.record.fields if n in fields or n == live.key)),
        )
        self._fields = self._schema.record.names()

    @property
    def schema(self) -> SourceSchema:
        return self._table.schema

    def described(self) -> dict[str, Any]:
        return {"key": self._schema.key, "fields": [[n, type_text(t)] for n, t in self._schema.record.fields]}

    def fingerprint(self) -> Fingerprint:
        return self._table.fingerprint()

    def count(self) -> int:
        return self._table.count()

    def batches(
        self, fields: Sequence[str] | None = None, rows_max: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        self._notes.forget()  # what goes as Arrow is not noted
        return self._table.batches(fields, rows_max)

    def parquet(self) -> ParquetFile | None:
        columnar = columnar_of(self._table)
        if columnar is None:
            return None
        self._notes.forget()
        return columnar.parquet()

    def in_order_of(self, field: str) -> str:
        columnar = columnar_of(self._table)
        assert columnar is not None, "its file said that it is indexed"
        return columnar.in_order_of(field)

    def unchanged(self) -> None:
        columnar = columnar_of(self._table)
        if columnar is not None:
            columnar.unchanged()

    def rows(self) -> Iterator[Record]:
        return self._noted("", None, self._table.rows())

    def matching(self, field: str, value: Value) -> Iterator[Record]:
        return self._noted(field, value, self._table.matching(field, value))

    def _noted(self, field: str, value: Value, records: Iterator[Record]) -> Iterator[Record]:
        notes = self._notes
        if notes.room < 0:
            return records
        name = exact_text([self._schema.name, field, value])
        query = notes.queries.get(name)
        if query is None:
            query = notes.queries[name] = _Query(self._schema.name, field, value)
            notes.spend(len(name))
        return self._note(query, records)

    def _note(self, query: _Query, records: Iterator[Record]) -> Iterator[Record]:
        notes = self._notes
        for n, record in enumerate(records):
            if n >= len(query.rows) and notes.room >= 0:
                row = [record[field] for field in self._fields]
                query.rows.append(row)
                notes.spend(len(exact_text(row)))
            yield record
        query.ended = True


# --- afterwards -----------------------------------------------------------------------------------


class RecordedTables:
    """The sources of a run as it saw them. Asking what it did not ask raises ``UserError`` SOP-R061."""

    def __init__(self, recorded: dict[str, Any]) -> None:
        self._schemas = {
            name: SourceSchema(
                name, source["key"], RecordType(tuple((n, parse_type(t)) for n, t in source["fields"]))
            )
            for name, source in recorded["sources"].items()
        }
        self._queries: dict[str, _Query] = {}
        for raw in recorded["queries"]:
            query = self._read(raw)
            self._queries[exact_text([query.source, query.field, query.value])] = query

    def _read(self, raw: dict[str, Any]) -> _Query:
        record = self._schemas[raw["source"]].record
        types = [type_ for _, type_ in record.fields]
        sought = record.get(raw["field"])
        query = _Query(
            raw["source"], raw["field"], None if sought is None else read_value(_sought(sought), raw["value"])
        )
        query.rows = [
            [read_value(type_, value) for type_, value in zip(types, row, strict=True)] for row in raw["rows"]
        ]
        query.ended = raw["ended"]
        return query

    def table(self, name: str) -> Table:
        schema = self._schemas.get(name)
        if schema is None:
            raise UserError(_lacks(name))
        return _RecordedTable(schema, self._queries)


def _sought(type_: Type) -> Type:
    """What a field is compared to may be a decimal where the field is an int; its text reads as either."""
    inner = type_.inner if isinstance(type_, OptionalType) else type_
    return optional(inner)


def _lacks(name: str) -> Diagnostic:
    return Diagnostic(
        codes.RECORD_LACKS, f"the run's record does not hold these records of {name}", path=f"data/{name}"
    )


class _RecordedTable:
    def __init__(self, schema: SourceSchema, queries: dict[str, _Query]) -> None:
        self._schema, self._queries = schema, queries

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._schema.name, "recorded", "")

    def count(self) -> int:
        raise UserError(_lacks(self._schema.name))

    def batches(
        self, fields: Sequence[str] | None = None, rows_max: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        raise UserError(_lacks(self._schema.name))

    def rows(self) -> Iterator[Record]:
        return self._answer("", None)

    def matching(self, field: str, value: Value) -> Iterator[Record]:
        return self._answer(field, value)

    def _answer(self, field: str, value: Value) -> Iterator[Record]:
        query = self._queries.get(exact_text([self._schema.name, field, value]))
        names = self._schema.record.names()
        for row in query.rows if query is not None else ():
            yield dict(zip(names, row, strict=True))
        if query is None or not query.ended:
            raise UserError(_lacks(self._schema.name))
