"""Reads a table or view of a SQLite file, which is opened read-only. The table of our own that notes what was written
(``writing.sqlite``) is none of the person's.

Values keep the kinds that they are stored with (a column's affinity has already been applied by SQLite). The
declared type of a column is a hint that is taken where all its values fit: DATE, DATETIME and TIMESTAMP (ISO
texts), BOOLEAN (0 and 1), DECIMAL and NUMERIC, INTEGER, REAL. Columns declared BLOB are left out. A
write-ahead log beside the file is part of its digest.

Deliberately not here: writing (``writing``), and SQL of the person's own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.codes import BUSY, CHANGED, ENCODING, MALFORMED, NEEDS_TABLE, NO_TABLE, UNREADABLE
from sopwb.data.content import Content, file_digest
from sopwb.data.faults import fault
from sopwb.data.names import distinct
from sopwb.data.reader import Chunk
from sopwb.kernel.diagnostics import UserError, nearest_name
from sopwb.kernel.limits import SOURCE_CHUNK_ROWS, SQLITE_BUSY_MS_MAX
from sopwb.lang.types import BOOL, DATE, DECIMAL, INT, TIMESTAMP, Type

if TYPE_CHECKING:
    import sqlite3

_STATED: Final[tuple[tuple[str, Type], ...]] = (
    ("DATETIME", TIMESTAMP),
    ("TIMESTAMP", TIMESTAMP),
    ("DATE", DATE),
    ("BOOL", BOOL),
    ("DEC", DECIMAL),
    ("NUMERIC", DECIMAL),
    ("INT", INT),
    ("BIGINT", INT),
    ("SMALLINT", INT),
    ("REAL", DECIMAL),
    ("FLOAT", DECIMAL),
    ("DOUBLE", DECIMAL),
)


class SqliteReader:
    """Reads one table; a mark is a rowid (the number of the row in a view)."""

    texts: Final = False

    def __init__(self, content: Content, table: str) -> None:
        self.content, self.table = content, table
        self.hints: dict[str, Type] = {}
        self._wal = _wal_state(content.file)
        if content.size == 0:
            content.refuse_empty()

    def place(self, mark: int | str) -> str:
        return f"{self.content.label} {self.table} row {mark}"

    def digest(self) -> tuple[str, str]:
        if self._wal is None:
            return "file", self.content.digest()
        from sopwb.kernel.ids import digest

        log = file_digest(self.content.file + "-wal", None)
        return "file and write-ahead log", digest(self.content.digest().encode(), log.encode()).hex()

    def unchanged(self) -> None:
        self.content.unchanged()
        if _wal_state(self.content.file) != self._wal:
            raise fault(CHANGED, f"{self.content.label} changed while it was read", path=self.content.label)

    def chunks(self, field: str = "", value: int | str = "") -> Iterator[Chunk]:
        """Read all records, or those whose ``field`` (the source's name) equals ``value`` as SQLite compares bytes."""
        import sqlite3

        try:
            connection = connect(self.content.file)
            try:
                yield from self._read(connection, field, value)
            finally:
                connection.close()
        except (sqlite3.Error, UnicodeDecodeError) as wrong:
            raise self._said(wrong) from None

    def _read(self, connection: sqlite3.Connection, field: str, value: int | str) -> Iterator[Chunk]:
        view = self.choose(connection)
        quoted = quoted_name(self.table)
        columns = self._columns(connection, quoted)
        mark = "NULL" if view or not _has_rowid(connection, quoted) else "rowid"
        listed = ", ".join([mark, *(quoted_name(original) for original, _ in columns)])
        order = f" ORDER BY {mark}" if mark == "rowid" else ""
        names = tuple(name for _, name in columns)
        own = {name: original for original, name in columns}
        where, sought = (f" WHERE {quoted_name(own[field])} = ? COLLATE BINARY", (value,)) if field else ("", ())
        cursor = connection.execute(f"SELECT {listed} FROM {quoted}{where}{order}", sought)
        number = 0
        while rows := cursor.fetchmany(SOURCE_CHUNK_ROWS):
            marks, *cells = zip(*rows, strict=True)
            if mark == "NULL":
                marks = tuple(range(number + 1, number + 1 + len(rows)))
            number += len(rows)
            yield Chunk(names, tuple(map(list, cells)), marks)
        if not number:
            yield Chunk(names, ([],) * len(names), ())

    def has_index(self, field: str) -> bool:
        """Whether SQLite finds equal values of a field by an index of the whole table that compares bytes."""
        import sqlite3

        try:
            connection = connect(self.content.file)
            try:
                return not self.choose(connection) and self._indexed(connection, field)
            finally:
                connection.close()
        except sqlite3.Error:
            return False  # reading the table whole will say what is wrong

    def _indexed(self, connection: sqlite3.Connection, field: str) -> bool:
        quoted = quoted_name(self.table)
        own = {name: original for original, name in self._columns(connection, quoted)}
        column = own.get(field)
        keys = [row for row in connection.execute(f"PRAGMA table_info({quoted})") if row[5]]
        if len(keys) == 1 and keys[0][1] == column and keys[0][2].upper() == "INTEGER":
            return True
        for _, index, _, _, partial in connection.execute(f"PRAGMA index_list({quoted})").fetchall():
            first = connection.execute(f"PRAGMA index_xinfo({quoted_name(index)})").fetchone()
            if not partial and first is not None and first[2] == column and first[4] == "BINARY":
                return True
        return False

    def choose(self, connection: sqlite3.Connection) -> bool:
        """Settle the table; say whether it is a view."""
        found = dict(
            connection.execute(
                "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"
                " AND substr(name, 1, 7) != 'sqlite_' AND name != 'sopwb_effects' ORDER BY name"
            ).fetchall()
        )
        label, names = self.content.label, list(found)
        if not self.table and len(found) == 1:
            self.table = names[0]
        elif not self.table:
            listed = "has " + ", ".join(names[:12]) if names else "has no tables"
            raise fault(NEEDS_TABLE, f"{label} {listed}; table does not say which", path=label)
        if self.table not in found:
            near = nearest_name(self.table, names)
            hint = "" if near else "it has " + (", ".join(names[:12]) or "none")
            raise fault(NO_TABLE, f"{label} has no table {self.table}", path=label, nearest=near, hint=hint)
        return bool(found[self.table] == "view")

    def _columns(self, connection: sqlite3.Connection, quoted: str) -> list[tuple[str, str]]:
        stated = [(row[1], (row[2] or "").upper()) for row in connection.execute(f"PRAGMA table_xinfo({quoted})")]
        kept = [(name, type_) for name, type_ in stated if "BLOB" not in type_]
        columns = list(zip((name for name, _ in kept), distinct(name for name, _ in kept), strict=True))
        for (_, type_), (_, name) in zip(kept, columns, strict=True):
            hint = next((hint for begin, hint in _STATED if type_.startswith(begin)), None)
            if hint is not None:
                self.hints[name] = hint
        return columns

    def _said(self, wrong: Exception) -> UserError:
        text, label = str(wrong), self.content.label
        if "locked" in text or "busy" in text:
            return fault(BUSY, f"{label} is locked by another program", path=label, hint="try again when it is done")
        if "decode" in text.lower():
            return fault(ENCODING, f"{label} {self.table} holds text that is not UTF-8", path=label)
        if "readonly" in text:  # it is opened to be read: only what was left unfinished would have to be undone
            hint = "open it once with that program; a source that is declared writable is mended by itself"
            message = f"{label} holds a change that a program has left unfinished"
            return fault(UNREADABLE, message, path=label, hint=hint)
        if "unable to open" in text:
            return fault(UNREADABLE, f"cannot open {label}: {text}", path=label)
        return fault(MALFORMED, f"not a readable SQLite file: {text}", path=label)


def connect(file: str, mode: str = "ro") -> sqlite3.Connection:
    """Open a SQLite file that is there, read-only unless ``mode`` is rw. Raises ``sqlite3.Error``."""
    import sqlite3

    path = os.path.abspath(file).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    address, timeout_s = f"file:{path}?mode={mode}", SQLITE_BUSY_MS_MAX / 1000
    return sqlite3.connect(address, uri=True, timeout=timeout_s, isolation_level=None)


def recover(file: str) -> None:
    """Undo what a process that died while it wrote has left unfinished; nobody can read the file before.

    What is wrong with the file otherwise is said by who reads it.
    """
    import sqlite3

    if not os.path.exists(file + "-journal"):
        return
    with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(file, "rw")) as connection:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()


def quoted_name(name: str) -> str:
    """Write a name as SQL takes any."""
    return '"' + name.replace('"', '""') + '"'


def _has_rowid(connection: sqlite3.Connection, quoted: str) -> bool:
    import sqlite3

    try:
        connection.execute(f"SELECT rowid FROM {quoted} LIMIT 0")
    except sqlite3.OperationalError:
        return False  # a table WITHOUT ROWID
    return True


def _wal_state(file: str) -> tuple[Any, ...] | None:
    try:
        found = os.stat(file + "-wal")
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ino) if found.st_size else None
