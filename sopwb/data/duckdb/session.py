"""A DuckDB database for one run: its settings, the sources that are read, and what is measured of them.

Nothing is downloaded: extensions that are not built in stay away. Memory has a limit, beyond which DuckDB spills
into ``temp_dir`` (without one it refuses). duckdb and pyarrow are imported when a session is opened.

Sources come as ``run.ports.Table``: a Parquet file of its records is read in place, else its Arrow batches are loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.columnar.about import files_sql, plain_sql
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import SET_MEMORY_MB_MAX
from sopwb.kernel.values import CONTEXT
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import BOOL, RecordType, Scalar, required
from sopwb.plan.cells import number_of
from sopwb.plan.facts import PLACE, FieldFacts, SourceFacts
from sopwb.plan.sql.query import column_of, table_of
from sopwb.run.ports import PLACE_COLUMN, Columnar, ParquetFile, Table, columnar_of

if TYPE_CHECKING:
    import pyarrow as pa

_HELD: Final = frozenset({"bool", "int", "decimal", "string", "date", "timestamp", "duration"})


class Session:
    """An open database in memory. Use it as a context manager, from one thread."""

    def __init__(
        self, threads: int = 0, memory_limit_mb: int = SET_MEMORY_MB_MAX, temp_dir: Path | None = None
    ) -> None:
        import duckdb

        self.memory_limit_mb = memory_limit_mb
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{memory_limit_mb}MB",
            "temp_directory": str(temp_dir) if temp_dir is not None else "",
        }
        if threads:
            settings["threads"] = str(threads)
        self.connection = duckdb.connect(":memory:", config=settings)
        self.connection.execute("set timezone = 'UTC'")
        # The bar has to be on for its percentage to be known; it is printed by whoever asks for that.
        self.connection.execute("set enable_progress_bar = true")
        self.connection.execute("set enable_progress_bar_print = false")
        self.facts: dict[str, SourceFacts] = {}
        self._prelude: tuple[str, ...] = ()
        self._kinds: dict[str, str] = {}
        self._in_place: dict[str, tuple[Columnar, SourceSchema, ParquetFile, list[str]]] = {}
        self._in_order: set[tuple[str, str]] = set()
        self.unordered: list[str] = []
        """The sources that could not be put in order, and why."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def interrupt(self) -> None:
        """Stop the query that runs, from another thread: reading its batches then raises."""
        self.connection.interrupt()

    def prepare(self, prelude: tuple[str, ...], indexes: Iterable[tuple[str, str]] = ()) -> None:
        """Make what queries use, once: macros, and the sources that they read in the order of a field.

        Making such an order of many records for the first time takes seconds; where that is not possible, they are
        read as they stand, and ``unordered`` says why. Raises ``UserError`` where a source changed.
        """
        if prelude != self._prelude:
            for macro in prelude:
                self.connection.execute(macro)
            self._prelude = prelude
        for source, field in indexes:
            if (source, field) not in self._in_order:
                self._read_in_order(source, field)
                self._in_order.add((source, field))

    def load(self, table: Table, fields: Sequence[str]) -> SourceFacts:
        """Load the fields of a source that a script reads, and measure them.

        What lies in Parquet files is read in place, and was measured when its source was opened; the caller asks
        ``run.ports.Columnar.unchanged`` when it has read.
        """
        schema = table.schema
        held = [name for name in fields if _is_held(schema.record, name)]
        if schema.key is not None and schema.key not in held:
            held.append(schema.key)
        columnar = columnar_of(table)
        file = columnar.parquet() if columnar is not None else None
        if columnar is not None and file is not None and file.columns.keys() >= set(held):
            self._in_place[schema.name] = columnar, schema, file, held
            self._in_order = {(source, field) for source, field in self._in_order if source != schema.name}
            self._make("view", table_of(schema.name), _reading(schema, file, held))
            return self._known(schema, file, held, table.count())
        # Of a source of which no field is held the records are counted all the same.
        read = held or list(schema.record.names()[:1])
        self._create(schema, held, table.batches(read) if read else iter(()))
        return self._measured(schema, held, placed=schema.key is None)

    def _read_in_order(self, source: str, field: str) -> None:
        columnar, schema, file, held = self._in_place[source]
        path = None
        try:
            path = columnar.in_order_of(field)
        except UserError as refused:
            columnar.unchanged()
            self.unordered.append(f"the index of {source} by {field} is not used: {refused.diagnostics[0].line()}")
        self._make("view", table_of(source, field), _reading(schema, file, held, path))

    def _known(self, schema: SourceSchema, file: ParquetFile, held: Sequence[str], rows: int) -> SourceFacts:
        fields: dict[str, FieldFacts] = {}
        for name in held:
            bounds = file.bounds[name]
            fields[name] = FieldFacts(bounds.low, bounds.high, bounds.scale, bounds.nulls)
        facts = SourceFacts(
            schema.name, schema.key, schema.record, max(1, rows), fields, schema.key is None, file.indexed
        )
        self.facts[schema.name] = facts
        return facts

    def _make(self, kind: str, name: str, query: str) -> None:
        """Make a table or view, in place of an earlier one of either kind."""
        before = self._kinds.pop(name, None)
        if before is not None:
            self.connection.execute(f"drop {before} {_quoted(name)}")
        self.connection.execute(f"create {kind} {_quoted(name)} as {query}")
        self._kinds[name] = kind

    def _create(self, schema: SourceSchema, held: Sequence[str], batches: Iterator[pa.RecordBatch]) -> None:
        import pyarrow as pa

        from sopwb.data.arrow import arrow_type

        first = next(batches, None)
        if first is None:
            types = [(name, required(schema.record.get(name) or Scalar("bool"))) for name in held]
            empty = pa.schema([pa.field(name, arrow_type(type_, 0)) for name, type_ in types])
            first = pa.RecordBatch.from_pylist([], schema=empty)

        def prepared() -> Iterator[pa.RecordBatch]:
            begin = 0
            for batch in chain((first,), batches):
                yield _prepared(batch, held, begin, placed=schema.key is None)
                begin += batch.num_rows

        columns = _prepared(first.slice(0, 0), held, 0, placed=schema.key is None).schema
        reader = pa.RecordBatchReader.from_batches(columns, prepared())
        self.connection.register("loading", reader)
        self._make("table", table_of(schema.name), "select * from loading")
        self.connection.unregister("loading")

    def read_parquet(self, schema: SourceSchema, paths: Sequence[Path], fields: Sequence[str]) -> SourceFacts:
        """Read Parquet files in place. Their columns must be those of ``schema``; the key must be unique.

        Durations are not held: a file does not say their unit.
        """
        held = [name for name in fields if _is_held(schema.record, name) and _kind(schema.record, name) != "duration"]
        wanted = dict.fromkeys([*held, *([schema.key] if schema.key else [])])
        columns = ", ".join(f"{_quoted(name)} as {_quoted(column_of(name))}" for name in wanted)
        rows = files_sql([str(path) for path in paths])
        self._make("view", table_of(schema.name), f"select {columns} from {rows}")
        return self._measured(schema, held)

    def _measured(self, schema: SourceSchema, held: Sequence[str], placed: bool = False) -> SourceFacts:
        """Find the bounds of fields with one query over the source."""
        parts = ["count(*)"]
        for name in held:
            column = _quoted(column_of(name))
            match _kind(schema.record, name):
                case "string":
                    parts += [f"count({column})", "0", f"max(strlen({column}))"]
                case "bool":
                    parts += [f"count({column})", "0", "1"]
                case _:
                    parts += [f"count({column})", f"min({column})", f"max({column})"]
        found = self.connection.sql(f"select {', '.join(parts)} from {_table(schema)}")
        row = [column[0].as_py() for column in found.to_arrow_table().columns]
        scales = self._scales(schema)
        fields: dict[str, FieldFacts] = {}
        for place, name in enumerate(held):
            values, low, high = row[1 + 3 * place : 4 + 3 * place]
            fields[name] = _facts(low, high, scales.get(column_of(name), 0), values < row[0])
        facts = SourceFacts(schema.name, schema.key, schema.record, max(1, row[0]), fields, placed)
        self.facts[schema.name] = facts
        return facts

    def _scales(self, schema: SourceSchema) -> dict[str, int]:
        """Give the digits behind the point of a table's decimal columns."""
        table = self.connection.sql(f"select * from {_table(schema)} limit 0")
        return {
            name: int(str(type_.children[1][1]))
            for name, type_ in zip(table.columns, table.types, strict=True)
            if type_.id == "decimal"
        }


def _reading(schema: SourceSchema, file: ParquetFile, held: Sequence[str], ordered: str | None = None) -> str:
    """Write the query that reads a source's file as queries know it; ``ordered``: one with the same columns."""
    columns = [
        f"{plain_sql(file.columns[name], schema.record.get(name) or BOOL)} as {_quoted(column_of(name))}"
        for name in held
    ]
    if schema.key is None:
        columns.append(f"{PLACE_COLUMN} as {_quoted(column_of(PLACE))}")
    numbered = schema.key is None and ordered is None  # an ordered file has its records' places as a column
    return f"select {', '.join(columns)} from {files_sql([ordered or file.path], numbered=numbered)}"


def _kind(record: RecordType, name: str) -> str:
    type_ = record.get(name)
    assert type_ is not None, "a session loads fields that there are"
    inner = required(type_)
    return inner.name if isinstance(inner, Scalar) else ""


def _is_held(record: RecordType, name: str) -> bool:
    return record.get(name) is not None and _kind(record, name) in _HELD


def _facts(low: Any, high: Any, scale: int, nulls: bool) -> FieldFacts:
    if low is None or high is None:
        return FieldFacts(0, 0, scale, nulls)
    if isinstance(low, Decimal):
        return FieldFacts(int(CONTEXT.scaleb(low, scale)), int(CONTEXT.scaleb(high, scale)), scale, nulls)
    return FieldFacts(number_of(low), number_of(high), 0, nulls)


def _prepared(batch: pa.RecordBatch, held: Sequence[str], begin: int, placed: bool) -> pa.RecordBatch:
    """Name columns as queries do, count durations in microseconds, and say the records' places where asked."""
    import pyarrow as pa

    names, columns = [column_of(name) for name in held], [batch.column(name) for name in held]
    columns = [column.cast(pa.int64()) if pa.types.is_duration(column.type) else column for column in columns]
    if placed:
        names.append(column_of(PLACE))
        columns.append(pa.array(range(begin, begin + batch.num_rows), pa.int64()))
    return pa.RecordBatch.from_arrays(columns, names)


def _table(schema: SourceSchema) -> str:
    return _quoted(table_of(schema.name))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
