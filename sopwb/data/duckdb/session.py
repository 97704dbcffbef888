"""A DuckDB database for one run: its settings, the sources that are read, and what is measured of them.

Nothing is downloaded: extensions that are not built in stay away. Memory has a limit, beyond which DuckDB spills
into ``temp_dir`` (without one it refuses). duckdb and pyarrow are imported when a session is opened.

Sources come as ``run.ports.Table``: its Parquet files are read in place where it has them, else its Arrow batches
are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.columnar.about import can_be_named, files_sql, plain_sql
from sopwb.kernel.limits import SET_MEMORY_MB_MAX
from sopwb.kernel.values import CONTEXT
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import BOOL, RecordType, Scalar, is_optional, required
from sopwb.plan.cells import number_of
from sopwb.plan.facts import PLACE, FieldFacts, SourceFacts
from sopwb.plan.sql.query import column_of, table_of
from sopwb.run.ports import Bounds, ParquetFiles, Table, columnar_of

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

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def interrupt(self) -> None:
        """Stop the query that runs, from another thread: reading its batches then raises."""
        self.connection.interrupt()

    def prepare(self, prelude: tuple[str, ...]) -> None:
        """Make the macros that queries use, once."""
        if prelude != self._prelude:
            for macro in prelude:
                self.connection.execute(macro)
            self._prelude = prelude

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
        # Records without a key are told apart by their places, which files do not say.
        files = columnar.parquet() if columnar is not None and schema.key is not None else None
        if (
            files is not None
            and files.columns.keys() >= set(held)
            and not _are_alike(held)
            and all(map(can_be_named, files.paths))
        ):
            self._view(schema, files, held)
            return self._known(schema, files, held, table.count())
        # Of a source of which no field is held the records are counted all the same.
        read = held or list(schema.record.names()[:1])
        self._create(schema, held, table.batches(read) if read else iter(()))
        return self._measured(schema, held, placed=schema.key is None)

    def _view(self, schema: SourceSchema, files: ParquetFiles, held: Sequence[str]) -> None:
        columns = [
            f"{plain_sql(files.columns[name], schema.record.get(name) or BOOL)} as {_quoted(column_of(name))}"
            for name in held
        ]
        self._make("view", schema.name, f"select {', '.join(columns) or 'null'} from {files_sql(files.paths)}")

    def _known(self, schema: SourceSchema, files: ParquetFiles, held: Sequence[str], rows: int) -> SourceFacts:
        fields: dict[str, FieldFacts] = {}
        for name in held:
            type_ = schema.record.get(name)
            assert type_ is not None, "a session loads fields that there are"
            bounds = Bounds(0, 1) if _kind(schema.record, name) == "bool" else files.bounds.get(name)
            low, high = (0, 0) if bounds is None else (bounds.low, bounds.high)
            fields[name] = FieldFacts(low, high, files.scales.get(name, 0), is_optional(type_))
        facts = SourceFacts(schema.name, schema.key, schema.record, max(1, rows), fields)
        self.facts[schema.name] = facts
        return facts

    def _make(self, kind: str, source: str, query: str) -> None:
        """Make a source's table or view, in place of an earlier one of either kind."""
        name = _quoted(table_of(source))
        before = self._kinds.pop(source, None)
        if before is not None:
            self.connection.execute(f"drop {before} {name}")
        self.connection.execute(f"create {kind} {name} as {query}")
        self._kinds[source] = kind

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
        self._make("table", schema.name, "select * from loading")
        self.connection.unregister("loading")

    def read_parquet(self, schema: SourceSchema, paths: Sequence[Path], fields: Sequence[str]) -> SourceFacts:
        """Read Parquet files in place. Their columns must be those of ``schema``; the key must be unique.

        Durations are not held: a file does not say their unit.
        """
        held = [name for name in fields if _is_held(schema.record, name) and _kind(schema.record, name) != "duration"]
        wanted = dict.fromkeys([*held, *([schema.key] if schema.key else [])])
        columns = ", ".join(f"{_quoted(name)} as {_quoted(column_of(name))}" for name in wanted)
        self._make("view", schema.name, f"select {columns} from {files_sql([str(path) for path in paths])}")
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


def _kind(record: RecordType, name: str) -> str:
    type_ = record.get(name)
    assert type_ is not None, "a session loads fields that there are"
    inner = required(type_)
    return inner.name if isinstance(inner, Scalar) else ""


def _is_held(record: RecordType, name: str) -> bool:
    return record.get(name) is not None and _kind(record, name) in _HELD


def _are_alike(names: Sequence[str]) -> bool:
    """Whether two names differ in case only: a database takes a file's columns of such names for one."""
    return len({name.lower() for name in names}) < len(names)


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
