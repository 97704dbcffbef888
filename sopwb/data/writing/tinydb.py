"""Writes a table of a TinyDB file: a chunk is one new file, which takes the old one's place when it is on disk.

    {"_sopwb_effects": {"1": {"at": µs since 1970, "keys": [hex, …]}, …}, …}        a document a chunk

The keys of what was done stand in the same file, as a table of TinyDB's own shape, so after whatever happened the file
itself says what was done. The file is locked (``flock``) while a chunk is done; TinyDB locks nothing, so a program that
writes the file at the same moment can lose its own change or ours: a file that has changed since it was read is read
again first. Documents that are not written keep their text and their place (``tinydb_text``).

Deliberately not here: gathering chunks (``actor``), and reading for scripts (``read_json``).
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from sopwb.data.convert import cell_converter
from sopwb.data.faults import Misfit
from sopwb.data.read_json import DOC_ID, EFFECTS_TABLE, chosen_table, is_tinydb
from sopwb.data.writing.change import DONE, MAKING, Change, NotNow, Unsure, refused
from sopwb.data.writing.tinydb_text import Tables, Text
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import WRITE_BUSY_MS_MAX, WRITE_KEYS_KEPT_US
from sopwb.kernel.values import Value, show
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import required
from sopwb.run.acting import Rejected, Reply

_LOOK_S: Final = 0.05
"""How often a locked file is tried."""


class TinydbTarget:
    """Implements ``Target``. ``table`` is "" where the file has one only; ``originals`` names the documents' fields."""

    def __init__(
        self,
        file: str,
        table: str,
        schema: SourceSchema,
        originals: dict[str, str],
        zone: dt.tzinfo,
        now_us: Callable[[], int],
    ) -> None:
        self._file = os.path.realpath(file)  # a link stays a link
        self._table, self._schema, self._originals = table, schema, originals
        self._now_us = now_us
        self._read = {name: (t, cell_converter(required(t), zone)) for name, t in schema.record.fields}
        assert schema.key is not None, "a source that is written has a key"
        self._key = schema.key
        self._lock = -1
        self._seen: tuple[int, ...] = ()
        self._text: Text | None = None
        self._places: dict[Any, str] = {}
        self._noted: set[str] = set()
        self._new: list[str] = []

    # --- a chunk --------------------------------------------------------------------------------------

    def begin(self, changes: Sequence[Change]) -> list[Reply | None]:
        self._take()
        self._load()
        return [self._one(change) for change in changes]

    def commit(self) -> None:
        text = self._loaded()
        now_us = self._now_us()
        keys = text.tables.setdefault(EFFECTS_TABLE, {})
        for number in [n for n, one in keys.items() if one.get("at", 0) < now_us - WRITE_KEYS_KEPT_US]:
            text.drop(EFFECTS_TABLE, number)
        text.put(EFFECTS_TABLE, _next_number(keys), {"at": now_us, "keys": self._new})
        if self._signature() != self._seen:
            raise NotNow("busy", f"{self._file} was changed by another program", again=True)
        self._replace(text.bytes())
        self._noted.update(self._new)
        self._new = []
        self._release()

    def undo(self) -> None:
        if self._new or self._lock >= 0:
            self._forget()
            self._release()

    def known(self, effect: str) -> bool:
        if self._lock >= 0:
            return effect in self._noted  # a chunk is under way, and the file is ours
        self._take()
        try:
            self._load()
            return effect in self._noted
        finally:
            self._release()

    def close(self) -> None:
        self._release()

    # --- one change -----------------------------------------------------------------------------------

    def _one(self, change: Change) -> Reply | None:
        if change.effect in self._noted:
            return DONE
        text = self._loaded()
        table = text.tables[self._table]
        number = self._places.get(change.key)
        try:
            now = None if number is None else self._values(table[number], change)
            wrong = refused(self._schema.name, change, now)
            if wrong is not None:
                return wrong
            if change.mode == "delete":
                assert number is not None, "a record that is deleted is there"
                text.drop(self._table, number)
                del self._places[change.key]
            else:
                document = dict(table[number]) if number is not None else self._made(change)
                for name, value in change.record.items():
                    field = self._originals.get(name, name)
                    document[field] = raw_value(value, document.get(field))
                self._check(document, change)
                if number is None:
                    number = str(change.key) if self._numbered(document) else _next_number(table)
                    self._places[change.key] = number
                text.put(self._table, number, document)
        except Misfit as misfit:
            return Rejected("value", str(misfit))
        self._new.append(change.effect)
        return None

    def _values(self, document: dict[str, Any], change: Change) -> dict[str, Value]:
        """Read of a document what a change compares or writes. Raises ``Misfit``."""
        return {name: self._value(document, name) for name in {**change.record, **(change.before or {})}}

    def _value(self, document: dict[str, Any], name: str) -> Value:
        found = self._read.get(name)
        raw = document.get(self._originals.get(name, name))
        return None if raw is None or found is None else found[1](raw)

    def _made(self, change: Change) -> dict[str, Any]:
        assert change.mode in MAKING, "a record that is changed is there"
        if self._key == DOC_ID and type(change.key) is int and change.key > 0:
            return {}
        return {self._originals.get(self._key, self._key): raw_value(change.key, None)}

    def _numbered(self, document: dict[str, Any]) -> bool:
        """Whether a document is known by TinyDB's own number."""
        return self._key == DOC_ID and DOC_ID not in document

    def _check(self, document: dict[str, Any], change: Change) -> None:
        """Read back what is to be written. Raises ``Misfit``."""
        for name, value in change.record.items():
            if self._value(document, name) != value:
                raise Misfit(f"{name} cannot be stored as {show(value)}")

    # --- the file -------------------------------------------------------------------------------------

    def _loaded(self) -> Text:
        assert self._text is not None, "a chunk begins with reading"
        return self._text

    def _take(self) -> None:
        """Lock the file that has the name now."""
        for _ in range(int(WRITE_BUSY_MS_MAX / 1000 / _LOOK_S)):
            lock = self._open()
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_ino == os.stat(self._file).st_ino:
                    self._lock = lock
                    return
            except OSError:
                pass  # held by another, or replaced just now: both pass
            os.close(lock)
            time.sleep(_LOOK_S)
        raise NotNow("busy", f"{self._file} is being written by another program")

    def _open(self) -> int:
        try:
            return os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise NotNow("file", f"cannot open {self._file}: {error.strerror}") from None

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _signature(self) -> tuple[int, ...]:
        try:
            found = os.stat(self._file)
        except OSError:
            return ()
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _forget(self) -> None:
        self._text, self._seen, self._new = None, (), []

    def _load(self) -> None:
        """Read the file, unless it is the one that was read or written last."""
        if self._text is not None and self._signature() == self._seen:
            return
        self._forget()
        try:
            self._seen = self._signature()
            with open(self._file, "rb") as stream:
                text = Text(stream.read())
            if not is_tinydb(text.tables):
                raise NotNow("file", f"{self._file} is not a TinyDB file")
            self._table = chosen_table(self._file, text.tables, self._table)
        except OSError as error:
            raise NotNow("file", f"cannot read {self._file}: {error.strerror}") from None
        except (ValueError, ArithmeticError) as error:
            raise NotNow("file", f"{self._file} is not JSON: {error}") from None
        except UserError as error:
            raise NotNow("table", error.diagnostics[0].message) from None
        self._text = text
        self._places = self._found(text.tables)
        self._noted = {key for one in text.tables.get(EFFECTS_TABLE, {}).values() for key in one.get("keys", ())}

    def _found(self, tables: Tables) -> dict[Any, str]:
        """Find where each key stands."""
        places: dict[Any, str] = {}
        for number, document in tables[self._table].items():
            if self._numbered(document):
                places[int(number)] = number
                continue
            try:
                key = self._value(document, self._key)
            except Misfit:
                continue  # no key of this type: nothing that a script can name
            if key is not None:
                places[key] = number
        return places

    def _replace(self, data: bytes) -> None:
        """Put a new file in the old one's place. Raises ``NotNow`` before it has it, ``Unsure`` afterwards."""
        folder = os.path.dirname(self._file)
        beside = os.path.join(folder, f".{os.path.basename(self._file)}.sopwb")
        renamed = False
        try:
            with suppress(FileNotFoundError):
                os.unlink(beside)  # left by a process that died
            mode = os.fstat(self._lock).st_mode & 0o7777
            file = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)  # nobody may take the new file before what it says is known to last
                with open(file, "wb", closefd=False) as stream:
                    stream.write(data)
                    stream.flush()
                    os.fchmod(file, mode)
                    os.fsync(file)
                os.rename(beside, self._file)
                renamed = True
                _sync_folder(folder)
                self._seen = self._signature()
            finally:
                os.close(file)
        except OSError as error:
            if renamed:
                raise Unsure(f"the file stands, but the disk did not confirm it: {error.strerror}") from None
            with suppress(OSError):
                os.unlink(beside)
            raise NotNow("file", f"cannot write {self._file}: {error.strerror}") from None


def _sync_folder(folder: str) -> None:
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(at)
    finally:
        os.close(at)


def _next_number(documents: dict[str, Any]) -> str:
    return str(max(map(int, documents), default=0) + 1)


def raw_value(value: Value, before: Any) -> Any:
    """Give a value as JSON holds it; a text where a text stood (a declared type reads numbers of texts)."""
    match value:
        case str():
            if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
                raise Misfit("the text holds half of a character")
            return value
        case None:
            return None
        case bool() | int() | Decimal():
            return show(value) if isinstance(before, str) else value
        case dt.date() | dt.timedelta():
            return show(value)
        case list() | tuple():
            return [raw_value(item, None) for item in value]
        case dict():
            return {show(key): raw_value(item, None) for key, item in value.items()}
        case _:
            raise Misfit(f"a value of no source: {type(value).__name__}")
