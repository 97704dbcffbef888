"""A DuckDB database that reads one source's file: it looks through it, and sorts it with spilling.

Nothing is downloaded; memory beyond ``COLUMNS_MEMORY_MB`` is put aside into a folder that goes with the database.
Deliberately not here: the set engine's database (``duckdb.session``), and any statement.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sopwb.kernel.limits import COLUMNS_MEMORY_MB

if TYPE_CHECKING:
    import pyarrow as pa


class Database:
    """An open database in memory. ``said`` makes the error of what DuckDB refuses."""

    def __init__(self, spill: str, said: Callable[[Exception], Exception]) -> None:
        import duckdb

        self._spill, self._said, self._error = spill, said, duckdb.Error
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{COLUMNS_MEMORY_MB}MB",
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
                raise self._said(wrong) from None

    def arrow(self, query: str, rows_max: int) -> Iterator[pa.RecordBatch]:
        """Iterate over a query's rows as Arrow batches of some ``rows_max`` rows."""
        with self._connection.cursor() as cursor:
            try:
                cursor.execute("set timezone = 'UTC'")
                yield from cursor.sql(query).to_arrow_reader(rows_max)
            except self._error as wrong:
                raise self._said(wrong) from None

    def close(self) -> None:
        """Close it and remove what it put aside."""
        self._connection.close()
        if os.path.isdir(self._spill):
            shutil.rmtree(self._spill, ignore_errors=True)
