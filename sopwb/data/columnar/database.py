"""A DuckDB database that reads one source's file: it looks through it, and sorts it with spilling.

Nothing is downloaded; memory beyond a limit is put aside into a folder that goes with the database.
Deliberately not here: the set engine's database (``duckdb.session``), and any statement.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sopwb.data.faults import hearing_interrupts
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
        with self._asking() as cursor:
            _beside(cursor, lambda: cursor.execute(query, values))
            while found := cursor.fetchmany(rows_max):
                yield found

    def arrow(self, query: str, rows_max: int) -> Iterator[pa.RecordBatch]:
        """Iterate over a query's rows as Arrow batches of some ``rows_max`` rows."""
        with self._asking() as cursor:
            batches = _beside(cursor, lambda: cursor.sql(query).to_arrow_reader(rows_max))
            first = _beside(cursor, lambda: next(batches, None))  # what is sorted is sorted now
            if first is not None:
                yield first
                yield from batches

    def write(self, query: str, path: str) -> None:
        """Write a query's rows to a Parquet file, in their order and with their types."""
        literal = path.replace("'", "''")
        copying = f"copy ({query}) to '{literal}' (format parquet, compression lz4_raw)"  # which is read fastest
        with self._asking() as cursor:
            _beside(cursor, lambda: cursor.execute(copying))

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        with self._connection.cursor() as cursor:
            try:
                with hearing_interrupts():
                    cursor.execute("set timezone = 'UTC'")
                    yield cursor
            except self._error as wrong:
                raise Refused(" ".join(str(wrong).split())[:200]) from None

    def close(self) -> None:
        """Close it."""
        self._connection.close()


def _beside(cursor: Any, work: Callable[[], Any]) -> Any:
    """Do what may take long beside this thread, which hears Ctrl-C at once: DuckDB asks for it between its tasks."""
    given: list[Any] = []
    wrong: list[BaseException] = []
    done = threading.Event()  # Thread.join forgets a thread that is alive where Ctrl-C ends it

    def working() -> None:
        try:
            given.append(work())
        except BaseException as error:  # noqa: BLE001  # it is raised below
            wrong.append(error)
        finally:
            done.set()

    threading.Thread(target=working, daemon=True).start()
    try:
        while not done.wait(SET_WAIT_S):
            pass
    except BaseException:
        cursor.interrupt()
        while not done.wait(SET_WAIT_S):
            cursor.interrupt()  # the work had not begun when it was interrupted
        raise
    if wrong:
        raise wrong[0]
    return given[0]
