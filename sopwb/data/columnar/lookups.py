"""An index of one field of a large source: a SQLite file with the records, each value's together and in key order.

    records (c0, c1, …)     a row a record, values as ``stored`` has them; rowid order is (value, key)
    by_value                an index of the field's column

It stands beside the Parquet file because the two are good at different things: this one answers a look-up in 0.1 ms
and needs neither duckdb nor pyarrow, whose import takes longer than a whole small run. It is made whole under
another name and never written again, so that no crash can spoil it. Records without a value are not in it.

Deliberately not here: when one is worth making (``table``).
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sopwb.data.columnar.cache import settle
from sopwb.kernel.limits import LOOK_UP_PAGE_ROWS, SQLITE_CACHE_KIB

if TYPE_CHECKING:
    import sqlite3


class Lookups:
    """An open index."""

    def __init__(self, path: str, columns: Sequence[str], column: str) -> None:
        import sqlite3

        name = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        # A run's tables may be read on another thread than the one that opened them, never on two at once.
        self._connection = sqlite3.connect(
            f"file:{name}?mode=ro&immutable=1", uri=True, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, self._connection.close)
        self._connection.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")
        self._query = (
            f"SELECT rowid, {', '.join(columns)} FROM records WHERE {column} = ? AND rowid > ? ORDER BY rowid LIMIT ?"
        )

    def find(self, value: Any) -> Iterator[list[tuple[Any, ...]]]:
        """Iterate over the rows of a value, some at a time; the first cell of each is its number."""
        last = 0
        while True:  # page by page: no statement stays open
            found = self._connection.execute(self._query, (value, last, LOOK_UP_PAGE_ROWS)).fetchall()
            if found:
                yield found
            if len(found) < LOOK_UP_PAGE_ROWS:
                return
            last = found[-1][0]


def make_lookups(
    path: str, passing: str, columns: Sequence[str], column: str, pages: Iterator[list[tuple[Any, ...]]]
) -> None:
    """Write an index from pages of rows that are in order. Raises ``OSError`` for what the disk refuses."""
    import sqlite3

    try:
        connection = sqlite3.connect(passing, isolation_level=None)
        try:
            _fill(connection, columns, column, pages)
        finally:
            connection.close()
    except sqlite3.Error as wrong:
        raise OSError(str(wrong)) from wrong
    settle(passing, path)


def _fill(
    connection: sqlite3.Connection, columns: Sequence[str], column: str, pages: Iterator[list[tuple[Any, ...]]]
) -> None:
    for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{SQLITE_CACHE_KIB}"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute(f"CREATE TABLE records ({', '.join(columns)})")
    insert = f"INSERT INTO records VALUES ({', '.join('?' * len(columns))})"
    for page in pages:
        connection.execute("BEGIN")
        connection.executemany(insert, page)
        connection.execute("COMMIT")
    connection.execute(f"CREATE INDEX by_value ON records ({column})")
