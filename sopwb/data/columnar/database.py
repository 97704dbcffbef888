"""A DuckDB database that reads one source's file: it looks through it, and sorts it with spilling.

Nothing is downloaded; memory beyond a limit is put aside into a folder that goes with the database.
Deliberately not here: the set engine's database (``duckdb.session``), and any statement.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sopwb.kernel.limits import COLUMNS_MEMORY_MB, COLUMNS_SORTED_ROWS_MAX, SET_MEMORY_MB_MAX, SET_WAIT_S

if TYPE_CHECKING:
    import pyarrow as pa


class Refused(Exception):
    """DuckDB could not read a file, or had no room to sort it; the text is its own."""


def sorting_memory_mb(rows: int) -> int:
    """Say how much memory so many records need to be sorted with spilling: beyond a point a little is too little."""
    return COLUMNS_MEMORY_MB if rows <= COLUMNS_SORTED_ROWS_MAX else SET_MEMORY_MB_MAX


class Database:
    """An open database in memory. Whatever it does raises ``Refused``."""

    def __init__(self, spill: str, memory_mb: int = COLUMNS_MEMORY_MB) -> None:
        import duckdb

        self._error = duckdb.Error
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": spill,
        }
        self._connection = duckdb.connect(":memory:", config=settings)

    def rows(self, query: str, values: Sequence[Any], rows_max: int) -> Iterator[list[tuple[Any, ...]]]:
        """Iterate over a query's rows, some at a time. Several queries may be open at once."""
        with self._connection.cursor() as cursor:
            try:
                cursor.execute("set timezone = 'UTC'")
                cursor.execute(query, values)
                while found := cursor.fetchmany(rows_max):
                    yield found
            except self._error as wrong:
                raise Refused(" ".join(str(wrong).split())[:200]) from None

    def arrow(self, query: str, rows_max: int) -> Iterator[pa.RecordBatch]:
        """Iterate over a query's rows as Arrow batches of some ``rows_max`` rows."""
        with self._connection.cursor() as cursor:
            try:
                cursor.execute("set timezone = 'UTC'")
                yield from cursor.sql(query).to_arrow_reader(rows_max)
            except self._error as wrong:
                raise Refused(" ".join(str(wrong).split())[:200]) from None

    def write(self, query: str, path: str) -> None:
        """Write a query's rows to a Parquet file, in their order and with their types."""
        literal = path.replace("'", "''")
        with self._connection.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'")
            # What is compressed by lz4 is read fastest.
            self._interruptibly(cursor, f"copy ({query}) to '{literal}' (format parquet, compression lz4_raw)")

    def _interruptibly(self, cursor: Any, statement: str) -> None:
        """Execute beside this thread, which hears Ctrl-C meanwhile; DuckDB itself would make another error of that."""
        found: list[Exception] = []

        def work() -> None:
            try:
                cursor.execute(statement)
            except self._error as wrong:
                found.append(Refused(" ".join(str(wrong).split())[:200]))

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(SET_WAIT_S)
        except BaseException:
            cursor.interrupt()
            worker.join()
            raise
        if found:
            raise found[0] from None

    def close(self) -> None:
        """Close it."""
        self._connection.close()
