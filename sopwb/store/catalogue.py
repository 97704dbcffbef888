"""The catalogue: searchable documents, in TinyDB's query language, kept as events of the log.

An event is {table: {document id: document, or nil when it is gone}}. Folding all events gives the tables.
TinyDB's own JSON file is neither safe in a crash nor shared by processes, and two handles on one file
collide on ids; so TinyDB sees the fold through a ``Storage`` of ours, and every write is one
``Catalogue.update``: under the store's append lock the fold is brought to the very end of the log, the
function works on a copy with an empty query cache, ids are texts that no other commit can give
(``SEQUENCE.N``), and the difference is appended as one event.

Refs outrank the catalogue: it helps to find things, it decides nothing. ``idx/catalogue`` is a deletable
snapshot of the fold. This is the only module that imports tinydb (12 ms), so who does not search never
imports this one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar
from zlib import crc32

import msgspec
from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Document, Table

from sopwb.kernel.limits import CATALOGUE_SNAPSHOT_EVENTS
from sopwb.store.errors import Corrupt, Refused
from sopwb.store.frames import NOWHERE, Place
from sopwb.store.scan import Cursor
from sopwb.store.store import Store, Transaction

__all__ = ["Catalogue", "Document"]

Row = dict[str, Any]
Tables = dict[str, dict[str, Row]]
_T = TypeVar("_T")
_VERSION: Final = 1


class _Snapshot(msgspec.Struct, frozen=True, array_like=True):
    version: int
    place: Place
    frame: bytes
    tables: Tables


class _Fold(Storage):
    """What TinyDB reads and, inside of an update, writes."""

    def __init__(self, tables: Tables, sequence: int | None = None) -> None:
        self.tables = tables
        self._sequence = sequence
        self._given = 0

    def read(self) -> Tables:
        return self.tables

    def write(self, data: Tables) -> None:
        if self._sequence is None:
            raise Refused("the catalogue changes only within Catalogue.update")
        self.tables = data

    def next_id(self) -> str:
        self._given += 1
        return f"{self._sequence}.{self._given}"


class _Table(Table):
    document_id_class = str  # type: ignore[assignment]  # TinyDB's hook, annotated as int

    def _get_next_id(self) -> str:
        assert isinstance(self._storage, _Fold)
        return self._storage.next_id()


class _Database(TinyDB):
    table_class = _Table


def _database(fold: _Fold) -> TinyDB:
    return _Database(storage=lambda: fold)


class Catalogue:
    """The searchable documents of a store. Answers show the state that the store's handle shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables: Tables = {}
        self._place: Place = NOWHERE
        self._reader: TinyDB | None = None
        self._since_snapshot = 0
        self._restore()

    # --- searching --------------------------------------------------------------------------------

    def search(self, table: str, query: QueryLike) -> list[Document]:
        """Find the documents of a table that match a TinyDB query. They are copies. Raises ``Corrupt``."""
        return [_copy_document(found) for found in self._current().table(table).search(query)]

    def all(self, table: str) -> list[Document]:
        """Give all documents of a table, as copies."""
        return [_copy_document(found) for found in self._current().table(table).all()]

    def get(self, table: str, id_: str) -> Document | None:
        """Give the document with this id, as a copy."""
        self._current()
        row = self._tables.get(table, {}).get(id_)
        return None if row is None else _document(row, id_)

    def tables(self) -> list[str]:
        """Name the tables that hold documents, sorted."""
        self._current()
        return sorted(self._tables)

    def _current(self) -> TinyDB:
        events = self._store.catalogue_events(self._place)
        if events or self._reader is None:
            for place, delta in events:
                _apply(self._tables, delta)
                self._place = place
            self._reader = _database(_Fold(self._tables))  # a new one: the old one's query cache is stale
            self._since_snapshot += len(events)
            if self._since_snapshot >= CATALOGUE_SNAPSHOT_EVENTS:
                self._save()
        return self._reader

    # --- changing ---------------------------------------------------------------------------------

    def update(
        self, fn: Callable[[TinyDB], _T], why: str = "catalogue", *, transaction: Transaction | None = None
    ) -> _T:
        """Change documents: ``fn`` gets a TinyDB with the very latest state, and what it changes is committed.

        With ``transaction`` its objects and refs are committed together with the change. Nothing is
        written when ``fn`` raises. Raises what ``Store.transaction`` does, and ``Refused`` for documents
        that are not JSON.
        """
        draft = transaction or self._store.transaction(why)
        answers: list[_T] = []

        def fill(end: Cursor) -> None:
            before: Tables = {name: dict(rows) for name, rows in self._tables.items()}
            for _, delta in self._store.catalogue_events(self._place, end):
                _apply(before, delta)
            fold = _Fold(_copy(before), end.sequence + 1)
            answers[:] = [fn(_database(fold))]
            delta = _difference(before, fold.tables)
            draft.replace_update(delta)

        self._store.commit(draft, fill)
        return answers[0]

    # --- the snapshot -----------------------------------------------------------------------------

    def _path(self) -> str:
        return self._store.path("idx/catalogue")

    def _restore(self) -> None:
        try:
            with open(self._path(), "rb") as file:
                data = file.read()
            if crc32(data[4:]) != int.from_bytes(data[:4], "big"):
                return
            found = msgspec.msgpack.decode(data[4:], type=_Snapshot)
            if found.version == _VERSION and self._store.frame_id_at(found.place) == found.frame:
                self._tables, self._place = found.tables, found.place
        except (OSError, msgspec.MsgspecError, RecursionError, ValueError, Corrupt):
            return  # it is missing, damaged or of another log: fold the events instead

    def _save(self) -> None:
        self._since_snapshot = 0
        if self._store.read_only:
            return
        frame = self._store.frame_id_at(self._place)
        data = msgspec.msgpack.encode(_Snapshot(_VERSION, self._place, frame, self._tables))
        temporary = f"{self._path()}.{os.getpid()}"
        try:
            with open(temporary, "wb") as file:
                file.write(crc32(data).to_bytes(4, "big") + data)
            os.replace(temporary, self._path())
        except OSError:
            return  # it only saves time


def _apply(tables: Tables, delta: dict[str, dict[str, Row | None]]) -> None:
    for name, rows in delta.items():
        table = tables.setdefault(name, {})
        for id_, row in rows.items():
            if row is None:
                table.pop(id_, None)
            else:
                table[id_] = row
        if not table:
            del tables[name]


def _difference(before: Tables, after: Tables) -> dict[str, dict[str, Row | None]]:
    delta: dict[str, dict[str, Row | None]] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name, {}), after.get(name, {})
        rows: dict[str, Row | None] = {id_: row for id_, row in new.items() if not _same(old.get(id_), row)}
        rows |= {id_: None for id_ in old if id_ not in new}
        if rows:
            delta[name] = rows
    return delta


def _same(old: Row | None, new: Row) -> bool:
    # Python holds True and 1 to be equal, JSON does not: equal documents are compared as bytes too.
    return old == new and msgspec.msgpack.encode(old) == msgspec.msgpack.encode(new)


def _copy(tables: Tables) -> Tables:
    # Documents are plain JSON, so a round trip is an exact copy, ten times faster than copy.deepcopy.
    return msgspec.msgpack.decode(msgspec.msgpack.encode(tables), type=Tables)


def _document(row: Row, id_: str) -> Document:
    copied: Row = msgspec.msgpack.decode(msgspec.msgpack.encode(row))
    return Document(copied, id_)  # type: ignore[arg-type]  # annotated as int, see _Table


def _copy_document(found: Document) -> Document:
    return _document(dict(found), str(found.doc_id))
