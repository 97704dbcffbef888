"""One database as one run sees it: a connection, one snapshot of all its tables, and what the server says in words.

    Servers ── of(address) ──► Snapshot ─┬─ rows      all answers of a small query
                                         ├─ stream    a cursor's answers, a chunk at a time
                                         └─ copy      the lines of a COPY, on a connection of their own

A snapshot is one read-only transaction at isolation level repeatable read, begun with the first question: whatever is
asked of it, of any table and at any time, is answered from the same state of the database. ``copy`` has to leave the
first connection free, so it takes a second one into the same snapshot (``pg_export_snapshot``). Settings that decide
how values are written as text are set for the transaction, whatever the server's own are.

A snapshot ends with ``Servers.release``; a connection is kept then, since making one costs more than asking. After an
error of the server its transaction is of no use: every later question gets the same diagnostic.

Deliberately not here: tables and types (``catalogue``, ``kinds``), and writing (``data.writing``), which no snapshot
can.
"""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.codes import (
    BUSY,
    DENIED,
    ENCODING,
    NO_CONNECTION,
    NO_DRIVER,
    SERVER_ENDED,
    SERVER_FAULT,
    SERVER_STOPPED,
)
from sopwb.data.faults import fault
from sopwb.data.postgres.address import Address, Credentials
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import (
    SERVER_CONNECT_S_MAX,
    SERVER_IDLE_MS_MAX,
    SERVER_LOCK_MS_MAX,
    SERVER_SILENT_S_MAX,
    SOURCE_CHUNK_ROWS,
)

if TYPE_CHECKING:
    import psycopg

VERSION_MIN: Final = 13
"""PostgreSQL's oldest version with ``min_scale``, and older ones have come to their end."""

_BEGIN: Final = "begin isolation level repeatable read read only"
SETTINGS: Final = f"""
    set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
    set local extra_float_digits = 1; set local bytea_output = 'hex'; set local lock_timeout = {SERVER_LOCK_MS_MAX};
    select set_config('idle_in_transaction_session_timeout', '{SERVER_IDLE_MS_MAX}', true)
      where current_setting('idle_in_transaction_session_timeout') in ('0', '0ms')
"""


class Servers:
    """The databases that a workspace's sources name, each connected to when it is first asked."""

    def __init__(self) -> None:
        self._servers: dict[Address, Server] = {}
        self._snapshots: dict[Address, Snapshot] = {}

    def of(self, address: Address) -> Snapshot:
        """Give the snapshot that all tables of a database share until the next ``release``.

        Raises ``UserError`` where there is no driver.
        """
        try:
            import psycopg  # noqa: F401
        except ImportError as missing:
            hint = "python3 -m pip install 'sopwb[postgres]'"
            message = f"PostgreSQL needs the package psycopg, which cannot be imported: {missing}"
            raise fault(NO_DRIVER, message, path=address.shown, hint=hint) from None
        snapshot = self._snapshots.get(address)
        if snapshot is None:
            server = self._servers.get(address)
            if server is None:
                server = self._servers[address] = Server(address)
            snapshot = self._snapshots[address] = Snapshot(server)
        return snapshot

    def release(self) -> None:
        """End all snapshots. Tables that were opened of them are of no use afterwards."""
        for snapshot in self._snapshots.values():
            snapshot.end()
        self._snapshots.clear()

    def close(self) -> None:
        """End all snapshots and connections."""
        self.release()
        for server in self._servers.values():
            server.close()


class Server:
    """Makes connections, keeps one, and puts the server's errors into words."""

    def __init__(self, address: Address) -> None:
        self.shown = address.shown
        self._address = address
        self._credentials: Credentials | None = None
        self._kept: psycopg.Connection[tuple[Any, ...]] | None = None

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Make a connection. Raises ``UserError``."""
        import psycopg

        try:
            self._credentials = self._credentials or self._address.credentials()
        except psycopg.Error as wrong:
            said = str(wrong).strip()  # nothing else is repeated: it may quote a part of the password
            hint = said if said.startswith("invalid URI query parameter") else ""
            raise fault(NO_CONNECTION, "the url cannot be read", path=self.shown, hint=hint) from None
        settings = {**_defaults(), **self._credentials.settings, "client_encoding": "UTF8"}
        try:
            connection = psycopg.connect("", autocommit=True, **settings)
        except psycopg.Error as wrong:
            text = self._credentials.redact(str(wrong))
            raise fault(NO_CONNECTION, f"no connection: {text}", path=self.shown, hint=_advice(text)) from None
        if connection.info.server_version < VERSION_MIN * 10_000:
            version = connection.info.server_version // 10_000
            connection.close()
            hint = f"version {VERSION_MIN} or newer is needed"
            raise fault(NO_CONNECTION, f"PostgreSQL {version} is too old", path=self.shown, hint=hint)
        _load_numbers(connection)
        return connection

    def begin(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Give a connection with a transaction that has just begun: the kept one where it still answers."""
        import psycopg

        if self._kept is not None and not self._kept.closed:
            with contextlib.suppress(psycopg.OperationalError):  # it went while nobody looked: a new one is as good
                self._kept.execute(f"{_BEGIN}; {SETTINGS}".encode())
                return self._kept
            self._kept.close()
        self._kept = self.connect()
        # Whoever forgets to close it leaves no session behind.
        weakref.finalize(self, self._kept.close)
        try:
            self._kept.execute(f"{_BEGIN}; {SETTINGS}".encode())
        except psycopg.Error as wrong:
            raise self.said(wrong) from None
        return self._kept

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def words(self, wrong: Exception) -> str:
        """Give the server's own words, without a password."""
        assert self._credentials is not None
        primary = getattr(getattr(wrong, "diag", None), "message_primary", None) or str(wrong)
        return self._credentials.redact(primary.strip().partition("\n")[0])

    def said(self, wrong: Exception) -> UserError:
        """Put an error of the server or driver into words."""
        assert self._credentials is not None
        if isinstance(wrong, UnicodeDecodeError):
            return fault(ENCODING, "the database holds text that is not UTF-8", path=self.shown)
        state = getattr(wrong, "sqlstate", None) or ""
        text = self.words(wrong)
        if state == "42501":
            return fault(DENIED, f"the server refuses: {text}", path=self.shown, hint="grant select on what is read")
        if state == "55P03":
            hint = "try again when it is done"
            return fault(BUSY, f"a table is locked by another program: {text}", path=self.shown, hint=hint)
        if state == "57014":
            hint = "an index on what is sought, or a longer statement_timeout of the role, helps"
            return fault(SERVER_STOPPED, f"the server stopped the query: {text}", path=self.shown, hint=hint)
        if not state or state == "25P03" or state[:2] in ("08", "40", "57"):
            return fault(SERVER_ENDED, f"the connection ended while reading: {text}", path=self.shown, hint="run again")
        return fault(SERVER_FAULT, f"the server cannot give the records: {text} ({state})", path=self.shown)


class Snapshot:
    """One state of one database. Answers are binary, each column as its type's loader gives it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.shown = server.shown
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._wrong: UserError | None = None
        self._ended = False
        self._cursors = 0
        self._left: list[str] = []
        self._name = ""

    def rows(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give all answers. ``query`` has ``$1`` where ``params`` belong. Raises ``UserError``."""
        import psycopg

        try:
            with psycopg.RawCursor(self._begun()) as cursor:
                return cursor.execute(query.encode(), params or None, binary=True).fetchall()
        except (psycopg.Error, UnicodeDecodeError) as wrong:
            raise self._failed(wrong) from None

    def stream(self, query: str, params: Sequence[Any] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """Iterate over the answers in lists of at most ``SOURCE_CHUNK_ROWS``. Raises ``UserError``."""
        import psycopg

        self._cursors += 1
        name, declared = f"sopwb_{self._cursors}", False
        try:
            with psycopg.RawCursor(self._begun()) as cursor:
                declare = f"declare {name} no scroll cursor for {query}"
                cursor.execute(declare.encode(), params or None, prepare=False)
                declared = True
                fetch = f"fetch {SOURCE_CHUNK_ROWS} from {name}".encode()
                more = True
                while more:
                    found = cursor.execute(fetch, binary=True, prepare=False).fetchall()
                    more = len(found) == SOURCE_CHUNK_ROWS
                    yield found
                    assert not self._ended, "a snapshot that has ended is still read"
        except (psycopg.Error, UnicodeDecodeError) as wrong:
            raise self._failed(wrong) from None
        finally:
            if declared:
                # Closed with the next question: this may be the end of a forgotten iterator, at any moment.
                self._left.append(name)

    def copy(self, query: str) -> Iterator[memoryview | bytes | bytearray]:
        """Iterate over the messages of a COPY … TO STDOUT, one a record. Raises ``UserError``."""
        import psycopg

        if not self._name:
            ((self._name,),) = self.rows("select pg_export_snapshot()")
        connection = self._server.connect()
        try:
            connection.execute(f"{_BEGIN}; set transaction snapshot '{self._name}'; {SETTINGS}".encode())
            with connection.cursor() as cursor, cursor.copy(query.encode()) as lines:
                yield from lines
        except psycopg.Error as wrong:
            raise self._server.said(wrong) from None
        finally:
            connection.close()

    def end(self) -> None:
        """End the transaction; the connection stays."""
        import psycopg

        self._ended = True
        if self._connection is not None and not self._connection.closed:
            try:
                self._connection.execute("rollback")
            except psycopg.Error:
                self._connection.close()  # the next snapshot gets a new one

    def _begun(self) -> psycopg.Connection[tuple[Any, ...]]:
        assert not self._ended, "a snapshot that has ended is still read"
        if self._wrong is not None:
            raise self._wrong
        if self._connection is None:
            try:
                self._connection = self._server.begin()
            except UserError as wrong:
                self._wrong = wrong  # a server that is down is waited for once
                raise
        elif self._left:
            left, self._left = self._left, []
            self._connection.execute("; ".join(f"close {name}" for name in left).encode())
        return self._connection

    def _failed(self, wrong: Exception) -> UserError:
        self._wrong = self._server.said(wrong)
        return self._wrong


def _load_numbers(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Load days and microseconds since 2000 as they are sent: all that a server can hold, infinity too, where
    Python's own kinds end with the year 9999."""
    from psycopg.types.numeric import Int4BinaryLoader, Int8BinaryLoader
    from psycopg.types.string import ByteaBinaryLoader

    connection.adapters.register_loader("date", Int4BinaryLoader)
    connection.adapters.register_loader("timestamp", Int8BinaryLoader)
    connection.adapters.register_loader("timestamptz", Int8BinaryLoader)
    connection.adapters.register_loader("interval", ByteaBinaryLoader)


def _defaults() -> dict[str, Any]:
    timeout = {} if "PGCONNECT_TIMEOUT" in os.environ else {"connect_timeout": SERVER_CONNECT_S_MAX}
    return {
        **timeout,
        "fallback_application_name": "sopwb",
        "keepalives_idle": SERVER_SILENT_S_MAX // 2,
        "keepalives_interval": SERVER_SILENT_S_MAX // 6,
        "keepalives_count": 3,
        "tcp_user_timeout": SERVER_SILENT_S_MAX * 1000,
    }


_ADVICE: Final[tuple[tuple[str, str], ...]] = (
    ("no password supplied", "give secret://NAME as the url's password, or use PGPASSWORD or a password file"),
    ("password authentication failed", "look at the url's user, and at the password that its secret or PGPASSWORD has"),
    ("database", "look at the url's database"),
    ("role", "look at the url's user"),
    ("timeout", "is the server up, and can this machine reach it?"),
    ("refused", "is the server up, and is the port right?"),
    ("No such file", "is the server up, and is its socket in that folder?"),
    ("resolve", "look at the url's host"),
    ("translate host name", "look at the url's host"),
)


def _advice(text: str) -> str:
    return next((advice for words, advice in _ADVICE if words in text), "")
