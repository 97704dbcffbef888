"""A large source: its records lie in a Parquet file, a copy in the cache or the person's own, and are read from there.

    rows       DuckDB streams the file; where its records do not rise by key, it sorts them first, with spilling
    matching   an index of the field (``lookups``) once there is one, else DuckDB looks through the file
    batches    DuckDB's Arrow batches
    parquet    the file itself, for a database that reads it in place
    in_order_of  a copy in the order of a field, where the source's declaration wants one

duckdb, pyarrow and sqlite3 are imported when they are needed; an index needs sqlite3 alone. A file that is the
person's own is looked at again after each reading (``unchanged``). Deliberately not here: making (``make``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sopwb.data.codes import CACHE, MALFORMED
from sopwb.data.columnar.about import SORT, About, Held, can_be_named, files_sql, quoted, stored_sql, value_sql
from sopwb.data.columnar.cache import Place, settle
from sopwb.data.faults import fault
from sopwb.data.memory import rows_of, unknown_field
from sopwb.data.precision import Precision
from sopwb.data.stored import Stored
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import LOOK_UP_PAGE_ROWS, LOOK_UP_ROWS_AT_ONCE_MAX, LOOK_UPS_SCANNED_MAX
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, Type, parse_type
from sopwb.run.ports import PLACE_COLUMN, Bounds, Fingerprint, ParquetFile

if TYPE_CHECKING:
    import pyarrow as pa

    from sopwb.data.columnar.database import Database
    from sopwb.data.columnar.lookups import Lookups


class ColumnarTable:
    """Implements ``run.ports.Table`` and ``run.ports.Columnar``.

    ``file`` is the person's own file and ``look`` checks that it is what it was; a copy is read from ``place``.
    """

    def __init__(self, name: str, about: About, place: Place, file: str, look: Callable[[], None]) -> None:
        record = parse_type(about.record)
        assert isinstance(record, RecordType)
        self._schema = SourceSchema(name, about.key, record, rows=about.rows)
        self._about, self._place, self._look = about, place, look
        self._path = os.path.abspath(place.parquet if about.copy else file)
        self.originals = about.originals
        self._stored = {field: Stored(type_) for field, type_ in record.fields}
        self._open: Database | None = None
        self.index: tuple[str, ...] = ()
        """The fields in whose order the records are wanted too: scalars."""
        self._lookups: dict[str, Lookups | None] = {}
        self._asked: dict[str, int] = {}

    @property
    def schema(self) -> SourceSchema:
        return self._schema

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._schema.name, self._about.kind, self._about.digest)

    def count(self) -> int:
        return self._about.rows

    def unchanged(self) -> None:
        """Check that what is read is still what was fingerprinted; see ``run.ports.Columnar``."""
        if not self._about.copy:
            self._look()

    def parquet(self) -> ParquetFile | None:
        """Give the file; see ``run.ports.Columnar``."""
        if not can_be_named(self._path):
            return None
        held = {field: held for field, held in self._about.held.items() if held.form in ("plain", "micros")}
        return ParquetFile(
            path=self._path,
            columns={field: column.column for field, column in held.items()},
            bounds={
                field: Bounds(column.low or 0, column.high or 0, column.scale, column.nulls > 0)
                for field, column in held.items()
            },
            indexed=tuple(field for field in self.index if field in held) if self._place.lasts else (),
        )

    def in_order_of(self, field: str) -> str:
        """Give the records in the order of a field; see ``run.ports.Columnar``."""
        from sopwb.data.columnar.database import Database, Refused, sorting_memory_mb

        path = self._place.in_order_of(field)
        if os.path.exists(path):
            return path
        columns = [held.column for held in self._about.held.values()]
        key = self._schema.key
        if key is None:
            columns.append(PLACE_COLUMN)
        elif self._held(key).form == "text":
            columns.append(SORT)
        query = (
            f"select {', '.join(map(quoted, columns))} from {files_sql([self._path], numbered=key is None)} "
            f"order by {value_sql(self._held(field), self._type(field))}, {self._place_in_order()}"
        )
        with self._place.making():
            if not os.path.exists(path):  # else another process was faster
                passing = self._place.passing(path)
                database = Database(self._place.spill, sorting_memory_mb(self._about.rows))
                try:
                    database.write(query, passing)
                except Refused as wrong:
                    self.unchanged()
                    raise self._place.refusal(str(wrong)) from None
                finally:
                    database.close()
                self.unchanged()
                settle(passing, path)
        return path

    def rows(self) -> Iterator[dict[str, Value]]:
        query = f"select {self._stored_columns()} from {files_sql([self._path])}{self._order()}"
        for page in self._pages(query):
            yield from self._rows(page)
        self.unchanged()

    def matching(self, field: str, value: Value) -> Iterator[dict[str, Value]]:
        stored = self._stored.get(field)
        if stored is None:
            raise unknown_field(self._schema, field)
        if stored.nested and value is not None:
            yield from (row for row in self.rows() if row[field] == value)
            return
        sought = None if value is None else stored.sought(value)
        if value is not None and sought is None:
            return
        index = None if value is None else self._index(field)
        if index is not None:
            for page in index.find(sought):
                yield from self._rows([row[1:] for row in page])
        else:
            yield from self._scanned(field, sought)
        self.unchanged()

    def batches(self, fields: Sequence[str] | None = None, rows_max: int = 65_536) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        from sopwb.data.arrow import Columns

        columns = Columns(self._schema, fields)
        for name in columns.precisions:
            columns.precisions[name] = Precision(self._held(name).whole, self._held(name).digits)
        schema = columns.settle()
        listed = ", ".join(value_sql(self._held(field.name), self._type(field.name)) for field in schema) or "null"
        query = f"select {listed} from {files_sql([self._path])}{self._order()}"
        with self._saying():
            for batch in self._database().arrow(query, rows_max):
                for at in range(0, batch.num_rows, rows_max):
                    part = batch.slice(at, rows_max)
                    arrays = [self._array(part.column(n), field) for n, field in enumerate(schema)]
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        self.unchanged()

    # --- columns --------------------------------------------------------------------------------
    def _held(self, field: str) -> Held:
        return self._about.held[field]

    def _type(self, field: str) -> Type:
        type_ = self._schema.record.get(field)
        assert type_ is not None, "the field is one of the schema's"
        return type_

    def _stored_columns(self) -> str:
        fields = self._schema.record.fields
        return ", ".join(stored_sql(self._held(name), type_) for name, type_ in fields) or "null"

    def _rows(self, page: Sequence[tuple[Any, ...]]) -> list[dict[str, Value]]:
        cells = zip(*page, strict=True)
        names = self._schema.record.names()
        columns = [stored.load(column) for stored, column in zip(self._stored.values(), cells, strict=False)]
        return rows_of(names, columns, len(page))

    def _array(self, array: pa.Array, field: pa.Field) -> pa.Array:
        import pyarrow as pa

        if self._held(field.name).form != "json":
            return array if array.type == field.type else array.cast(field.type)
        from sopwb.data.arrow import cells

        type_ = self._type(field.name)
        return pa.array(cells(type_, self._stored[field.name].load(array.to_pylist())), type=field.type)

    def _order(self) -> str:
        """Write the clause that puts records into key order, where they are not."""
        return "" if self._about.ordered else f" order by {self._place_in_order()}"

    def _place_in_order(self) -> str:
        key = self._schema.key
        if key is None:
            return PLACE_COLUMN
        # Of the file: an expression of the query may have been given its column's own name.
        return "file." + quoted(SORT if self._held(key).form == "text" else self._held(key).column)

    # --- looking up -----------------------------------------------------------------------------
    def _scanned(self, field: str, sought: Any) -> Iterator[dict[str, Value]]:
        column = stored_sql(self._held(field), self._type(field))
        where, values = (f"{column} is null", ()) if sought is None else (f"{column} = ?", (sought,))
        path, order = self._path, self._order()
        if field in self.index and os.path.exists(ordered := self._place.in_order_of(field)):
            path, order = ordered, ""  # few row groups hold the value, and its records stand by key
        query = f"select {self._stored_columns()} from {files_sql([path])} where {where}{order}"
        for page in self._pages(query, values):
            yield from self._rows(page)

    def _index(self, field: str) -> Lookups | None:
        """Give a field's index; None where it has none yet and looking through the file is cheaper."""
        if field in self._lookups:
            return self._lookups[field]
        path = self._place.found(field)
        if not os.path.exists(path):
            self._asked[field] = self._asked.get(field, 0) + 1
            if self._about.rows > LOOK_UP_ROWS_AT_ONCE_MAX and self._asked[field] <= LOOK_UPS_SCANNED_MAX:
                return None
            try:
                self._make_index(field, path)
            except UserError:
                self.unchanged()
                self._lookups[field] = None  # a cache that cannot be written: the same answers, more slowly
                return None
        from sopwb.data.columnar.lookups import Lookups

        columns = [f"c{n}" for n in range(len(self._stored))]
        found = self._lookups[field] = Lookups(path, columns, columns[list(self._stored).index(field)])
        return found

    def _make_index(self, field: str, path: str) -> None:
        from sopwb.data.columnar.lookups import make_lookups

        columns = [f"c{n}" for n in range(len(self._stored))]
        column = stored_sql(self._held(field), self._type(field))
        query = (
            f"select {self._stored_columns()} from {files_sql([self._path], numbered=self._schema.key is None)} "
            f"where {column} is not null order by {column}, {self._place_in_order()}"
        )
        with self._place.making():
            if os.path.exists(path):
                return  # another process was faster
            column = columns[list(self._stored).index(field)]
            make_lookups(path, self._place.passing(path), columns, column, self._whole(query))

    def _whole(self, query: str) -> Iterator[list[tuple[Any, ...]]]:
        """Iterate over pages, and see at their end that the file is what it was."""
        yield from self._pages(query)
        self.unchanged()

    def _pages(self, query: str, values: Sequence[Any] = ()) -> Iterator[list[tuple[Any, ...]]]:
        with self._saying():
            yield from self._database().rows(query, values, LOOK_UP_PAGE_ROWS)

    def _database(self) -> Database:
        if self._open is None:
            from sopwb.data.columnar.database import Database

            self._open = Database(self._place.spill)
        return self._open

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """Say what is wrong with a file that DuckDB cannot read or sort: changed, spoiled, or no room to spill."""
        from sopwb.data.columnar.database import Refused

        try:
            yield
        except Refused as wrong:
            self.unchanged()
            code = CACHE if self._about.copy else MALFORMED
            raise fault(code, f"{self._schema.name} cannot be read: {wrong}", path=self._path) from None
