"""A table of a PostgreSQL database as scripts read it, all of it from one snapshot.

All records stream in the key's order; equal values are looked up by the server; batches come by COPY. What a server
cannot do in the language's meaning (see ``records``), and look-ups in a column without an index once there were
``SERVER_SCANS_MAX`` of them, are answered from a copy of all records: in memory up to ``ROWS_IN_MEMORY_MAX`` records,
beyond in a Parquet file that goes with the table.

A fingerprint is either of the content (a scan: what a batch needs to be recomputed) or of the moment (free: the
snapshot's own name, which says nothing of another one). docs/decisions/0010-postgresql-fingerprints.md says why.

Deliberately not here: what the server is asked (``records``, ``lookups``, ``copying``).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from sopwb.data.codes import DUPLICATE_KEY, NULL_KEY
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.faults import fault, sample
from sopwb.data.memory import MemoryTable, in_key_order, rows_of, unknown_field
from sopwb.data.postgres.catalogue import find_relation
from sopwb.data.postgres.lookups import lookup
from sopwb.data.postgres.records import PostgresReader, fields_of, key_of
from sopwb.data.postgres.server import Servers
from sopwb.kernel.ids import digest
from sopwb.kernel.limits import ROWS_IN_MEMORY_MAX, SERVER_SCANS_MAX
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, type_text
from sopwb.run.ports import MOMENT, Fingerprint, Table

if TYPE_CHECKING:
    import pyarrow as pa

    from sopwb.data.arrow import Columns

CONTENT: Final = "records"


def open_postgres(declaration: SourceDeclaration, servers: Servers, zone: dt.tzinfo) -> PostgresTable:
    """Open a table of a database. Raises ``UserError`` for whatever is wrong with the server, the table or its keys."""
    assert declaration.address is not None, "a declaration of a database has its address"
    snapshot = servers.of(declaration.address)
    relation = find_relation(declaration.table, snapshot)
    fields = fields_of(declaration, relation)
    reader = PostgresReader(declaration.table, relation, snapshot, fields, key_of(declaration, fields))
    table = PostgresTable(declaration, reader, zone)
    table.check_keys()
    return table


class PostgresTable:
    """Implements ``run.ports.Table``."""

    def __init__(self, declaration: SourceDeclaration, reader: PostgresReader, zone: dt.tzinfo) -> None:
        self._declaration, self._reader, self._zone = declaration, reader, zone
        name = declaration.name
        self._layout = reader.layout(name, zone)
        record = RecordType(tuple((column.name, column.type) for column in self._layout.columns))
        self._schema = SourceSchema(name, self._layout.key, record)
        self._fields = {field.name: field for field in reader.fields}
        self.originals = self._layout.originals()
        self._held: Table | None = None
        self._scans: Counter[str] = Counter()
        self._count = -1
        self._digest = ""

    @property
    def reader(self) -> PostgresReader:
        """How the table is read: what a record's columns are."""
        return self._reader

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def count(self) -> int:
        if self._count < 0:
            ((self._count,),) = self._reader.snapshot.rows(f"select count(*) from {self._reader.relation.sql}")
        return self._count

    # --- what it is -----------------------------------------------------------------------------
    def fingerprint(self) -> Fingerprint:
        """Identify the content: a hash over the types and over sums of the records' hashes, made by the server."""
        if not self._digest:
            reader, schema = self._reader, self._schema
            texts = f"select row({', '.join(field.sql for field in reader.fields if field.pg)})::text r"
            sums = "count(*)::text, sum(hashtextextended(r, 0))::text, sum(hashtextextended(r, 1))::text"
            (found,) = reader.snapshot.rows(f"select {sums} from ({texts} from {reader.relation.sql}) records")
            types = [f"{field.column.original} {field.pg.type}" for field in reader.fields if field.pg]
            parts = [type_text(schema.record), schema.key or "", *types, *(part or "" for part in found)]
            self._digest = digest(*(part.encode("utf-8", "surrogatepass") for part in parts)).hex()
        return Fingerprint(self._schema.name, CONTENT, self._digest)

    def moment(self) -> Fingerprint:
        """Name the snapshot. No other snapshot has the same name, whether the content is the same or not."""
        ((name, at),) = self._reader.snapshot.rows("select txid_current_snapshot()::text, now()::text")
        parts = (self._reader.snapshot.shown, self._reader.relation.sql, name, at)
        return Fingerprint(self._schema.name, MOMENT, digest(*(part.encode() for part in parts)).hex())

    def check_keys(self) -> None:
        """See that every record has a key of its own. An index that says so is believed.

        Raises ``UserError``.
        """
        key, reader = self._reader.key, self._reader
        if key is None or key.pg is None:
            return
        if not reader.sorted_by_server(self._zone):
            self._whole()
            return
        table, label = reader.relation.sql, reader.label
        if not key.pg.not_null and reader.snapshot.rows(f"select from {table} where {key.sql} is null limit 1"):
            hint = f"select * from {label} where {key.column.original} is null"
            raise fault(NULL_KEY, f"a record has no key {key.column.original}", path=label, hint=hint)
        if key.pg.unique:
            return
        keys = f"select {key.order(reader.relation.code_points)} k, {key.asked} v from {table}"
        twice = f"select min(v::text) from ({keys}) keys group by k having count(*) > 1 order by k limit 1"
        for (value,) in reader.snapshot.rows(twice):
            shown = sample(value) if key.kind in ("text", "char", "uuid", "other") else value
            hint = f"select * from {label} where {key.column.original} = …"
            message = f"key {key.column.original} {shown} stands twice in {label}"
            raise fault(DUPLICATE_KEY, message, path=label, hint=hint)

    # --- what it holds --------------------------------------------------------------------------
    def rows(self) -> Iterator[dict[str, Value]]:
        if self._held is not None:
            yield from self._held.rows()
            return
        for chunk in self._reader.chunks():
            yield from rows_of(self._layout.names, self._layout.values(chunk), len(chunk.marks))

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        sought = self._fields.get(field)
        if sought is None:
            raise unknown_field(self._schema, field)
        found = lookup(sought, value, self._zone) if self._held is None else None
        if found is None or not self._asks(field):
            yield from self._whole().matching(field, value)
            return
        if found.where == "false":
            return
        single = field == self._schema.key
        for chunk in self._reader.chunks(found.where, found.params, single):
            rows = rows_of(self._layout.names, self._layout.values(chunk), len(chunk.marks))
            yield from rows if not found.check else [row for row in rows if row[field] == value]

    def _asks(self, field: str) -> bool:
        """Whether the server is still asked: without an index it goes through all records every time."""
        column = self._fields[field].pg
        if column is not None and not column.indexed:
            self._scans[field] += 1
        return self._scans[field] <= SERVER_SCANS_MAX

    def _whole(self) -> Table:
        """Read all records, once, and keep them here."""
        if self._held is None:
            reader, layout = self._reader, self._layout
            if self.count() > ROWS_IN_MEMORY_MAX:
                self._held = self._copy()
                return self._held
            rows: list[dict[str, Value]] = []
            marks: list[int | str] = []
            for chunk in reader.chunks():
                rows += rows_of(layout.names, layout.values(chunk), len(chunk.marks))
                marks += chunk.marks
            rows = in_key_order(layout, rows, marks, reader)
            self._held = MemoryTable(self._schema, rows, Fingerprint(self._schema.name, CONTENT, ""), self.originals)
        return self._held

    def _copy(self) -> Table:
        from sopwb.data.columnar.cache import Place
        from sopwb.data.columnar.make import make_about
        from sopwb.data.columnar.table import ColumnarTable

        place = Place.temporary(self._schema.name)
        with place.making():
            about = make_about(self._declaration, self._reader, self._zone, place, self._layout)
        return ColumnarTable(self._schema.name, about, place, "", lambda: None)

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        if self._held is not None:
            yield from self._held.batches(fields, rows_max)
            return
        from sopwb.data.arrow import Columns
        from sopwb.data.postgres.copying import bounds, can_copy, copied

        columns = Columns(self._schema, fields)
        chosen = [self._fields[name] for name in columns.precisions]
        if can_copy(chosen):
            found = bounds(self._reader, chosen)
            if found is not None:
                columns.precisions.update(found)
                yield from copied(self._reader, chosen, columns, self._zone, rows_max)
                return
        yield from self._batches_of_rows(columns, rows_max)

    def _batches_of_rows(self, columns: Columns, rows_max: int) -> Iterator[pa.RecordBatch]:
        """Make batches of Python's values: twice through all records, the first time to measure decimals."""
        reader = self._reader.part(tuple(columns.precisions))
        layout = reader.layout(self._schema.name, self._zone)

        def pages() -> Iterator[list[dict[str, Value]]]:
            kept: list[dict[str, Value]] = []
            for chunk in reader.chunks():
                kept += rows_of(layout.names, layout.values(chunk), len(chunk.marks))
                while len(kept) >= rows_max:
                    yield kept[:rows_max]
                    kept = kept[rows_max:]
            if kept:
                yield kept

        for page in pages():
            columns.measure(page)
        columns.settle()
        for page in pages():
            yield columns.batch(page)
