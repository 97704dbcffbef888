"""Key order: a file is sorted, or its keys are seen to be unique, by DuckDB, which spills.

Deliberately not here: keys that rise already; those were seen while they passed (``measure.Rising``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sopwb.data.columnar.about import files_sql, quoted
from sopwb.data.columnar.database import Database
from sopwb.data.columnar.measure import Rising
from sopwb.data.columnar.write import ColumnWriter
from sopwb.kernel.limits import COLUMNS_GROUP_ROWS


class Twice(Exception):
    """A key stands twice; ``key`` is its form in the file."""

    def __init__(self, key: Any) -> None:
        super().__init__(key)
        self.key = key


def sort_file(database: Database, path: str, schema: Any, column: str, sorted_path: str) -> None:
    """Write the records of a file in the order of a column. Raises ``Twice``."""
    writer = ColumnWriter(sorted_path, schema)
    try:
        for batch in _rising(database, path, ", ".join(schema.names), column):
            writer.add(batch.columns)
        writer.finish()
    finally:
        writer.close()


def see_unique(database: Database, path: str, column: str) -> None:
    """Look at all values of a column. Raises ``Twice``."""
    for _ in _rising(database, path, quoted(column), column):
        pass


def _rising(database: Database, path: str, columns: str, column: str) -> Iterator[Any]:
    rising = Rising()
    query = f"select {columns} from {files_sql([path])} order by file.{quoted(column)}"
    for batch in database.arrow(query, COLUMNS_GROUP_ROWS):
        rising.add(batch.column(column))
        if not rising.so_far:
            assert rising.twice is not None, "a database sorts"
            raise Twice(rising.twice)
        yield batch
