"""A DuckDB database for one run: its settings, the sources that are read, and what is measured of them.

Nothing is downloaded: extensions that are not built in stay away. Memory has a limit, beyond which DuckDB spills
into ``temp_dir`` (without one it refuses). duckdb and pyarrow are imported when a session is opened.

Sources come as ``run.ports.Table`` (its Arrow batches are loaded once) or as Parquet files, read in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sopwb.kernel.limits import SET_MEMORY_MB_MAX
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, Scalar, required
from sopwb.plan.cells import number_of
from sopwb.plan.facts import FieldFacts, SourceFacts
from sopwb.plan.sql.query import table_of
from sopwb.run.ports import Table

if TYPE_CHECKING:
    import pyarrow as pa

_MEASURED: Final = frozenset({"int", "decimal", "string", "date", "timestamp"})
_HELD: Final = frozenset({*_MEASURED, "bool"})


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
        """Load the fields of a source that a script reads, and measure them."""
        schema = table.schema
        held = [name for name in fields if _is_held(schema.record, name)]
        if schema.key is not None and schema.key not in held:
            held.append(schema.key)
        self._create(schema.name, schema.record, held, table.batches(held) if held else iter(()))
        return self._measured(schema, held)

    def _create(self, source: str, record: RecordType, held: Sequence[str], batches: Iterator[pa.RecordBatch]) -> None:
        import pyarrow as pa

        first = next(batches, None)
        if first is None:
            from sopwb.data.arrow import arrow_type

            types = [(name, required(record.get(name) or Scalar("bool"))) for name in held]
            empty = pa.schema([pa.field(name, arrow_type(type_, 0)) for name, type_ in types])
            first = pa.RecordBatch.from_pylist([], schema=empty)

        def chained() -> Iterator[pa.RecordBatch]:
            yield first
            yield from batches

        reader = pa.RecordBatchReader.from_batches(first.schema, chained())
        self.connection.register("loading", reader)
        self.connection.execute(f"create or replace table {_quoted(table_of(source))} as select * from loading")
        self.connection.unregister("loading")

    def read_parquet(self, schema: SourceSchema, paths: Sequence[Path], fields: Sequence[str]) -> SourceFacts:
        """Read Parquet files in place. Their columns must be those of ``schema``; the key must be unique."""
        held = [name for name in fields if _is_held(schema.record, name)]
        files = ", ".join(_text(str(path)) for path in paths)
        columns = ", ".join(map(_quoted, dict.fromkeys([*held, *([schema.key] if schema.key else [])])))
        self.connection.execute(
            f"create or replace view {_quoted(table_of(schema.name))} as select {columns} from read_parquet([{files}])"
        )
        return self._measured(schema, held)

    def _measured(self, schema: SourceSchema, held: Sequence[str]) -> SourceFacts:
        """Find the bounds of fields with one query over the source."""
        asked = [name for name in held if _kind(schema.record, name) in _MEASURED]
        parts = ["count(*)"]
        for name in asked:
            column = _quoted(name)
            if _kind(schema.record, name) == "string":
                parts += ["0", f"max(strlen({column}))"]
            else:
                parts += [f"min({column})", f"max({column})"]
        found = self.connection.sql(f"select {', '.join(parts)} from {_quoted(table_of(schema.name))}")
        row = [column[0].as_py() for column in found.to_arrow_table().columns]
        scales = self._scales(schema.name)
        fields: dict[str, FieldFacts] = {}
        for place, name in enumerate(asked):
            low, high = row[1 + 2 * place], row[2 + 2 * place]
            fields[name] = _facts(low, high, scales.get(name, 0))
        facts = SourceFacts(schema.name, schema.key, schema.record, max(1, row[0]), fields)
        self.facts[schema.name] = facts
        return facts

    def _scales(self, source: str) -> dict[str, int]:
        """Give the digits behind the point of a table's decimal columns."""
        table = self.connection.sql(f"select * from {_quoted(table_of(source))} limit 0")
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


def _facts(low: Any, high: Any, scale: int) -> FieldFacts:
    if low is None or high is None:
        return FieldFacts(0, 0, scale)
    if isinstance(low, Decimal):
        return FieldFacts(int(low.scaleb(scale)), int(high.scaleb(scale)), scale)
    return FieldFacts(number_of(low), number_of(high))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
