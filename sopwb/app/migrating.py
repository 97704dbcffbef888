"""Migrating a store whose ids were not yet final: its named scripts, drafts, jobs and schedules are frozen anew.

    .sopwb (sop0) ── read ──► .sopwb.part (sop1) ── renamed ──► .sopwb        the old one stays as .sopwb-sop0

Nothing of the old store is changed or thrown away. What only it has afterwards: runs with their traces (their
hashes are of the old generation), the histories of names, and what no name points to.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sopwb.app.handlers.freeze import moved_pins, pins_of
from sopwb.app.library import Job, Library, Schedule
from sopwb.app.outputs import Migrated
from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.lang.canonical import script_id
from sopwb.store.codes import diagnostic_of
from sopwb.store.earlier import Earlier, is_earlier, read_earlier
from sopwb.store.errors import StoreError
from sopwb.store.store import Store, Transaction

KEPT_AS: Final = "-sop0"
_PART: Final = ".part"
_ROOMS: Final = ("script", "draft", "job", "schedule")


def migrate_store(store: Path) -> Migrated:
    """Migrate the store in the folder ``store``. Raises ``UserError`` SOP-A017 where there is nothing to migrate."""
    kept, part = store.with_name(store.name + KEPT_AS), store.with_name(store.name + _PART)
    if not store.exists() and kept.exists() and part.exists():
        part.rename(store)  # it was interrupted between its two renames
        with _opened(store) as done:
            return Migrated(str(kept), _counts(done))
    if not is_earlier(store):
        raise UserError(Diagnostic("SOP-A017", f"{store} needs no migration"))
    if kept.exists():
        raise UserError(Diagnostic("SOP-A017", f"{kept} is there already", hint="move it away first"))
    if part.exists():
        shutil.rmtree(part)  # it was interrupted while writing
    try:
        earlier = read_earlier(store)
        with _opened(part) as new:
            _Migration(earlier, new).run()
            counts = _counts(new)
    except StoreError as error:
        raise UserError(diagnostic_of(error)) from None
    os.rename(store, kept)
    os.rename(part, store)
    return Migrated(str(kept), counts)


@contextmanager
def _opened(folder: Path) -> Iterator[Store]:
    store = Store.open(folder, clock=lambda: dt.datetime.now(dt.UTC))
    try:
        yield store
    finally:
        store.close()


def _counts(store: Store) -> dict[str, int]:
    return {room: len(Library(store).names(room)) for room in _ROOMS}


class _Migration:
    """Writes what an earlier store has by name into a new one."""

    def __init__(self, earlier: Earlier, store: Store) -> None:
        self._earlier, self._store, self._library = earlier, store, Library(store)
        self._ids: dict[str, str] = {}
        """Old script → new script."""

    def run(self) -> None:
        """Write everything in one transaction."""
        rooms = {room: self._named(room) for room in _ROOMS}
        with self._store.transaction("migrate from sop0") as tx:
            for name, id_ in rooms["script"].items():
                self._script(tx, id_, name)
            for name, id_ in rooms["job"].items():
                self._job(tx, name, self._json(id_))
            for name, id_ in rooms["draft"].items():
                script = moved_pins(self._json(id_)["script"], self._every(tx))
                self._library.put_draft(tx, name, script, None, "migrated")
            for name, id_ in rooms["schedule"].items():
                raw = self._json(id_)
                fields = {field: raw[field] for field in Schedule.__struct_fields__ if field not in ("name", "since")}
                self._library.put_schedule(tx, Schedule(name, **fields), "migrate")

    def _named(self, room: str) -> dict[str, str]:
        cut = len(room) + 1
        return {ref[cut:]: id_ for ref, id_ in sorted(self._earlier.refs.items()) if ref.startswith(room + "/")}

    def _json(self, id_: str) -> Any:
        return parse_json(self._earlier.objects[id_][1])

    def _script(self, tx: Transaction, old: str, name: str = "") -> str:
        """Freeze a script anew, those that it calls first; it gets its name where it has one."""
        form = self._json(old)
        for called in sorted(pins_of(form)):
            if called not in self._ids:
                self._ids[called] = self._script(tx, called)
        form = moved_pins(form, self._ids)
        note = self._earlier.refs.get(f"note/{old}")
        raw = moved_pins(self._json(note)["raw"], self._ids) if note else form
        if name:
            new = self._library.put_script(tx, name, form, raw, "migrate")
        else:
            new = self._library.put_unnamed(tx, form)
        assert new == script_id(form), "a script's id is that of its canonical form"
        self._ids[old] = new
        return new

    def _job(self, tx: Transaction, name: str, raw: dict[str, Any]) -> None:
        if raw["script"] not in self._ids:
            self._script(tx, raw["script"])
        pin = self._ids[raw["script"]]
        self._library.put_job(tx, Job(name, "", pin, raw["inputs"], raw["output"], tuple(raw["mocks"])), "migrate")

    def _every(self, tx: Transaction) -> dict[str, str]:
        """Give the new ids of all scripts, for drafts may call what no name points to any more."""
        for id_, (kind, _) in self._earlier.objects.items():
            if kind == "script" and id_ not in self._ids:
                self._script(tx, id_)
        return self._ids
