"""Writes a table of a PostgreSQL database: a chunk is one transaction, which also notes the keys of its effects.

    create table SCHEMA.sopwb_effects (key bytea primary key, at timestamptz)      in the schema of the written table

A change locks its record (``for update``) before it compares it, so nothing comes between. A key that another session
is about to commit is waited for, so not even a connection that was cut in the middle of a commit lets a change be done
twice. What is written is read back before it lasts, in the way in which scripts read it.

Deliberately not here: gathering chunks (``actor``), what the table's types are (``postgres.kinds``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from sopwb.data.convert import cell_converter
from sopwb.data.faults import Misfit
from sopwb.data.postgres.address import Address
from sopwb.data.postgres.catalogue import quoted
from sopwb.data.postgres.server import SETTINGS, Server
from sopwb.data.writing.change import DONE, KEYS_TABLE, Change, NotNow, Spoilt, Unsure, refused
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import WRITE_KEYS_KEPT_US
from sopwb.kernel.values import Value, show
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import required
from sopwb.run.acting import Rejected, Reply

if TYPE_CHECKING:
    from sopwb.data.postgres.records import PostgresReader

_BEGIN: Final = f"begin; {SETTINGS}; set local synchronous_commit = on"
_AGAIN: Final = ("40001", "40P01", "42P07")
"""Serialization failures, deadlocks, and a table of keys that another session has made meanwhile: try again."""


class _Column:
    """A field's column: its quoted name, the SQL that asks for it, and the value of what the server gives."""

    def __init__(self, name: str, asked: str, kind: str, read: Callable[[Any], Value], zone: dt.tzinfo) -> None:
        self.name, self.asked, self.value = name, asked, read
        self._kind, self._zone = kind, zone

    def param(self, value: Value) -> Any:
        """Give what is sent. Raises ``Misfit``."""
        match value:
            case list() | dict() | tuple():
                raise Misfit(f"the column {self.name} is written no lists, records or maps")
            case dt.datetime() if self._kind == "timestamp":
                return value.astimezone(self._zone).replace(tzinfo=None)
            case _:
                return value


class PostgresTarget:
    """Implements ``Target``. ``reader`` is how scripts read the table."""

    def __init__(
        self, address: Address, reader: PostgresReader, schema: SourceSchema, zone: dt.tzinfo
    ) -> None:
        self._server = Server(address)
        self._table, self._schema = reader.relation.sql, schema
        self._keys = f"{quoted(reader.relation.schema)}.{KEYS_TABLE}"
        assert schema.key is not None, "a source that is written has a key"
        self._key = schema.key
        self._columns: dict[str, _Column] = {}
        for field in reader.fields:
            if field.pg is not None:
                decode = field.decode()
                cell = cell_converter(required(field.column.type), zone, field.column.shape)
                self._columns[field.name] = _Column(field.sql, field.asked, field.kind, _reading(decode, cell), zone)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._made = False

    # --- a chunk --------------------------------------------------------------------------------------

    def begin(self, changes: Sequence[Change]) -> list[Reply | None]:
        try:
            connection = self._opened()
            connection.execute(_BEGIN.encode())
            self._make_keys(connection)
            return [self._one(change) for change in changes]
        except psycopg.Error as error:
            raise self._not_now(error) from None

    def commit(self) -> None:
        connection = self._opened()
        status = connection.info.transaction_status
        assert status == TransactionStatus.INTRANS, "a chunk has begun, and nothing broke it"
        made, self._made = self._made, False  # unless it is committed, what was made is gone with the rest
        try:
            connection.execute("commit")
            self._made = made
        except psycopg.IntegrityError as error:  # a constraint that is looked at only now
            raise Spoilt(self._said(error)) from None
        except psycopg.Error as error:
            if connection.closed or connection.broken:
                raise Unsure(f"the connection ended while it was committed: {self._said(error)}") from None
            raise self._not_now(error) from None

    def undo(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.info.transaction_status != TransactionStatus.IDLE:
                self._made = False
                connection.execute("rollback")
        except psycopg.Error:
            self.close()  # a session that ends rolls back

    def known(self, effect: str) -> bool:
        try:
            return self._has_keys() and bool(
                self._rows(f"select 1 from {self._keys} where key = $1", bytes.fromhex(effect))
            )
        except psycopg.Error as error:
            raise self._not_now(error) from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- one change -----------------------------------------------------------------------------------

    def _one(self, change: Change) -> Reply | None:
        connection = self._opened()
        connection.execute("savepoint change")
        note = f"insert into {self._keys} (key, at) values ($1, now()) on conflict do nothing"
        if not self._count(note, bytes.fromhex(change.effect)):
            connection.execute("release change")
            return DONE
        try:
            reply = self._apply(change)
        except psycopg.OperationalError:
            raise
        except (psycopg.Error, ValueError) as error:  # ValueError: a text that UTF-8 cannot hold
            reply = Rejected("refused", self._said(error))
        except Misfit as misfit:
            reply = Rejected("value", str(misfit))
        if reply is not None:
            connection.execute("rollback to change")
        connection.execute("release change")
        return reply

    def _apply(self, change: Change) -> Reply | None:
        """Change the record if it is as it was; None where it was changed."""
        names = tuple(dict.fromkeys((*change.record, *(change.before or ()))))
        wrong = refused(self._schema.name, change, self._read(change.key, names))
        if wrong is not None:
            return wrong
        key = self._column(self._key)
        columns = [self._column(name) for name in change.record]
        params = [column.param(value) for column, value in zip(columns, change.record.values(), strict=True)]
        last = f"${len(params) + 1}"
        if change.mode == "delete":
            sql, params, last = f"delete from {self._table} where {key.name} = $1", [], "$1"
        elif change.mode == "insert" or change.before is None:
            names_ = ", ".join([*(column.name for column in columns), key.name])
            marks = ", ".join([*(f"${n}" for n in range(1, len(params) + 1)), last])
            sql = f"insert into {self._table} ({names_}) values ({marks})"
        else:
            sets = [f"{column.name} = ${n}" for n, column in enumerate(columns, 1)] or [f"{key.name} = {key.name}"]
            sql = f"update {self._table} set {', '.join(sets)} where {key.name} = {last}"
        if self._count(sql, *params, key.param(change.key)) != 1:
            return Rejected("refused", f"the table does not let {change.mode} {self._schema.name} {show(change.key)}")
        if change.mode != "delete":
            self._check(change)
        return None

    def _check(self, change: Change) -> None:
        """Read back what was written. Raises ``Misfit`` where the table holds something else."""
        found = self._read(change.key, tuple(change.record))
        if found is None:
            raise Misfit(f"the table does not hold the key {show(change.key)} as it is")
        for name, value in change.record.items():
            if found[name] != value:
                raise Misfit(f"{name} would become {show(found[name])} instead of {show(value)}")

    def _read(self, key: Value, names: tuple[str, ...]) -> dict[str, Value] | None:
        """Read a record, and keep others from changing it."""
        column = self._column(self._key)
        columns = [column, *map(self._column, names)]
        asked = ", ".join(c.asked for c in columns)
        sql = f"select {asked} from {self._table} where {column.name} = $1 for update"
        for row in self._rows(sql, column.param(key)):
            found, *values = (None if cell is None else c.value(cell) for c, cell in zip(columns, row, strict=True))
            if found == key:  # a collation may hold other texts for the same
                return dict(zip(names, values, strict=True))
        return None

    def _column(self, name: str) -> _Column:
        found = self._columns.get(name)
        if found is None:
            raise Misfit(f"the table has no column {name}")
        return found

    # --- the server -----------------------------------------------------------------------------------

    def _opened(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = self._server.connect()
            except UserError as error:
                raise NotNow("connect", error.diagnostics[0].message) from None
        return self._connection

    def _rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.RawCursor(self._opened()) as cursor:
            return cursor.execute(sql.encode(), params, binary=True).fetchall()

    def _count(self, sql: str, *params: Any) -> int:
        with psycopg.RawCursor(self._opened()) as cursor:
            return cursor.execute(sql.encode(), params).rowcount

    def _has_keys(self) -> bool:
        return bool(self._rows("select 1 where to_regclass($1) is not null", self._keys))

    def _make_keys(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Make the table of keys, once; in a database that has it, forget those that nobody asks for."""
        if self._made:
            return
        if not self._has_keys():
            connection.execute(b"select pg_advisory_xact_lock(hashtext('sopwb_effects'))")  # one of us makes it
        if not self._has_keys():
            connection.execute(f"create table {self._keys} (key bytea primary key, at timestamptz not null)".encode())
        kept_s = WRITE_KEYS_KEPT_US // 1_000_000
        connection.execute(f"delete from {self._keys} where at < now() - interval '{kept_s} s'".encode())
        self._made = True

    def _said(self, error: Exception) -> str:
        return self._server.words(error) if isinstance(error, psycopg.Error) else str(error)

    def _not_now(self, error: psycopg.Error) -> NotNow:
        return NotNow(error.sqlstate or "connection", self._said(error), again=error.sqlstate in _AGAIN)


def _reading(decode: Callable[[Any], Any] | None, cell: Callable[[Any], Value]) -> Callable[[Any], Value]:
    return cell if decode is None else lambda raw: cell(decode(raw))
