"""Writes a table of a SQLite file: a chunk is one transaction, which also notes the keys of its effects.

    CREATE TABLE sopwb_effects (key BLOB PRIMARY KEY, at INTEGER)      at: µs since 1970

So after whatever happened the database itself says what was done. What is written is read back before it lasts: a
column that cannot hold a value exactly refuses it. Values lie as a reader finds them: dates and instants as ISO texts,
bools as 0 and 1, decimals as the numbers or texts that the column holds. Foreign keys are enforced.

Deliberately not here: gathering chunks (``actor``), and tables of our own but that of the keys.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from sopwb.data.convert import cell_converter
from sopwb.data.faults import Misfit
from sopwb.data.infer import read_float
from sopwb.data.read_sqlite import SqliteReader, connect, quoted_name
from sopwb.data.writing.change import DONE, KEYS_TABLE, Change, NotNow, Spoilt, Unsure, refused
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import INT_MAX, INT_MIN, WRITE_BUSY_MS_MAX, WRITE_KEYS_KEPT_US
from sopwb.kernel.values import Value, decimal_text, show
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import required
from sopwb.run.acting import Rejected, Reply

_BUSY: Final = ("locked", "busy")
_MAKE_KEYS: Final = (
    f"CREATE TABLE IF NOT EXISTS {KEYS_TABLE} (key BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID"
)


_LASTING: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    ValueError,
    OverflowError,
)
"""What the same change would meet again: a rule of the table, or a value that SQLite does not take."""


class _Unfit(Exception):
    """A value that a column cannot hold."""


class _Column:
    """A field's column: its quoted name, whether it holds texts, and the value of what lies in it."""

    def __init__(self, name: str, declared: str, read: Callable[[Any], Value]) -> None:
        self.name, self.read = quoted_name(name), read
        type_ = declared.upper()  # SQLite's own rules for a column's affinity
        self.texts = any(word in type_ for word in ("CHAR", "CLOB", "TEXT")) and "INT" not in type_

    def value(self, cell: Any) -> Value:
        return None if cell is None else self.read(cell)

    def cell(self, value: Value) -> Any:
        """Give what is stored. Raises ``_Unfit``."""
        match value:
            case Decimal():
                if self.texts:
                    return decimal_text(value)
                if value == value.to_integral_value() and INT_MIN <= value <= INT_MAX:
                    return int(value)
                near = float(value)
                if read_float(near) != value:
                    raise _Unfit(f"{show(value)} has more digits than the column {self.name} holds")
                return near
            case None | str() | int():
                return value
            case dt.datetime() | dt.date() | dt.timedelta():
                return show(value)
            case _:
                raise _Unfit(f"the column {self.name} holds no lists, records or maps")


class SqliteTarget:
    """Implements ``Target``. ``originals`` names the columns by field; ``now_us`` is the wall clock."""

    def __init__(
        self,
        reader: SqliteReader,
        schema: SourceSchema,
        originals: dict[str, str],
        zone: dt.tzinfo,
        now_us: Callable[[], int],
    ) -> None:
        self._reader, self._schema, self._originals = reader, schema, originals
        self._zone, self._now_us = zone, now_us
        self._connection: sqlite3.Connection | None = None
        self._columns: dict[str, _Column] = {}
        self._table = ""

    # --- a chunk --------------------------------------------------------------------------------------

    def begin(self, changes: Sequence[Change]) -> list[Reply | None]:
        try:
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_MAKE_KEYS)
            replies = [self._one(connection, change) for change in changes]
        except sqlite3.Error as error:
            self.undo()
            raise _not_now(error) from None
        return replies

    def commit(self) -> None:
        connection = self._opened()
        try:
            connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:  # a foreign key that is looked at only now
            raise Spoilt(str(error)) from None
        except sqlite3.Error as error:
            if _is_busy(error):
                raise _not_now(error) from None
            raise Unsure(f"the database did not confirm it: {error}") from None

    def undo(self) -> None:
        connection = self._connection
        if connection is not None and connection.in_transaction:
            try:
                connection.execute("ROLLBACK")
            except sqlite3.Error:
                self.close()  # a connection that is closed rolls back

    def known(self, effect: str) -> bool:
        try:
            connection = self._opened()
            return _has_keys(connection) and _is_noted(connection, effect)
        except sqlite3.Error as error:
            raise _not_now(error) from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- one change -----------------------------------------------------------------------------------

    def _one(self, connection: sqlite3.Connection, change: Change) -> Reply | None:
        if _is_noted(connection, change.effect):
            return DONE
        connection.execute("SAVEPOINT change")
        try:
            reply = self._apply(connection, change)
        except _LASTING as error:
            reply = Rejected("constraint", str(error))
        except sqlite3.OperationalError as error:
            if _is_passing(error):
                raise
            reply = Rejected("refused", str(error))
        except (_Unfit, Misfit) as unfit:
            reply = Rejected("value", str(unfit))
        if not connection.in_transaction:  # a rule of the table itself (ON CONFLICT ROLLBACK) ended it
            raise Spoilt(reply.reason if isinstance(reply, Rejected) else "the table ended the transaction")
        if reply is not None:
            connection.execute("ROLLBACK TO change")
        connection.execute("RELEASE change")
        return reply

    def _apply(self, connection: sqlite3.Connection, change: Change) -> Reply | None:
        """Change the record if it is as it was; None where it was changed."""
        names = tuple(dict.fromkeys((*change.record, *(change.before or ()))))
        wrong = refused(self._schema.name, change, self._read(connection, change.key, names))
        if wrong is not None:
            return wrong
        key = self._key_column()
        given = [self._column(name).name for name in change.record]
        cells = [self._column(name).cell(value) for name, value in change.record.items()]
        key_cell = key.cell(change.key)
        if change.mode == "delete":
            sql, cells = f"DELETE FROM {self._table} WHERE {key.name} = ? COLLATE BINARY", []
        elif change.mode == "insert" or change.before is None:
            marks = ", ".join("?" * (len(cells) + 1))
            sql = f"INSERT INTO {self._table} ({', '.join([*given, key.name])}) VALUES ({marks})"
        elif given:
            sets = ", ".join(f"{name} = ?" for name in given)
            sql = f"UPDATE {self._table} SET {sets} WHERE {key.name} = ? COLLATE BINARY"
        else:
            sql = f"UPDATE {self._table} SET {key.name} = {key.name} WHERE {key.name} = ? COLLATE BINARY"
        if connection.execute(sql, (*cells, key_cell)).rowcount != 1:
            return Rejected("refused", f"the table does not let {change.mode} {self._schema.name} {show(change.key)}")
        if change.mode != "delete":
            self._check(connection, change)
        noted = bytes.fromhex(change.effect), self._now_us()
        connection.execute(f"INSERT INTO {KEYS_TABLE} (key, at) VALUES (?, ?)", noted)
        return None

    def _check(self, connection: sqlite3.Connection, change: Change) -> None:
        """Read back what was written. Raises ``_Unfit`` where the table holds something else."""
        found = self._read(connection, change.key, tuple(change.record))
        if found is None:
            raise _Unfit(f"the table does not hold the key {show(change.key)} as it is")
        for name, value in change.record.items():
            if found[name] != value:
                raise _Unfit(f"{name} would become {show(found[name])} instead of {show(value)}")

    def _read(self, connection: sqlite3.Connection, key: Value, names: tuple[str, ...]) -> dict[str, Value] | None:
        column = self._key_column()
        columns = [column, *map(self._column, names)]
        listed = ", ".join(c.name for c in columns)
        sql = f"SELECT {listed} FROM {self._table} WHERE {column.name} = ? COLLATE BINARY"
        rows = connection.execute(sql, (column.cell(key),)).fetchmany(2)
        if len(rows) == 2:
            raise _Unfit(f"two records have the key {show(key)}")
        if not rows:
            return None
        found, *values = (c.value(cell) for c, cell in zip(columns, rows[0], strict=True))
        return dict(zip(names, values, strict=True)) if found == key else None

    # --- the table ------------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = connect(self._reader.content.file, "rw")
            try:
                connection.execute(f"PRAGMA busy_timeout = {WRITE_BUSY_MS_MAX}")
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = FULL")
                self._settle(connection)
            except (sqlite3.Error, NotNow):
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _settle(self, connection: sqlite3.Connection) -> None:
        """Look at the table, and forget keys that are too old to be asked for."""
        try:
            if self._reader.choose(connection):
                raise NotNow("view", f"{self._reader.table} is a view, which cannot be written")
        except UserError as error:
            raise NotNow("table", error.diagnostics[0].message) from None
        self._table = quoted_name(self._reader.table)
        stated = {row[1]: row[2] or "" for row in connection.execute(f"PRAGMA table_xinfo({self._table})")}
        for name, type_ in self._schema.record.fields:
            original = self._originals.get(name, name)
            if original in stated:
                self._columns[name] = _Column(original, stated[original], cell_converter(required(type_), self._zone))
        if _has_keys(connection):
            connection.execute(f"DELETE FROM {KEYS_TABLE} WHERE at < ?", (self._now_us() - WRITE_KEYS_KEPT_US,))

    def _key_column(self) -> _Column:
        assert self._schema.key is not None, "a source that is written has a key"
        return self._column(self._schema.key)

    def _column(self, name: str) -> _Column:
        found = self._columns.get(name)
        if found is None:
            raise _Unfit(f"the table has no column {name}")
        return found


def _has_keys(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (KEYS_TABLE,)).fetchone() is not None


def _is_noted(connection: sqlite3.Connection, effect: str) -> bool:
    sql = f"SELECT 1 FROM {KEYS_TABLE} WHERE key = ?"
    return connection.execute(sql, (bytes.fromhex(effect),)).fetchone() is not None


def _is_busy(error: sqlite3.Error) -> bool:
    return any(word in str(error) for word in _BUSY)


def _is_passing(error: sqlite3.Error) -> bool:
    """Whether the same change may go well later: the file is locked, or the disk is full."""
    return _is_busy(error) or "full" in str(error) or "disk I/O" in str(error)


def _not_now(error: sqlite3.Error) -> NotNow:
    if _is_busy(error):
        return NotNow("busy", "the database is locked by another program")
    return NotNow("database", str(error))
