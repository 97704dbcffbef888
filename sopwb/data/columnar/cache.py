"""Where large sources lie in the cache folder, and how processes share them.

    columns/orders-HASH.json         what is known of the source (``about.About``); written last, so it means "complete"
    columns/orders-HASH.parquet      its records, where they are a copy
    columns/orders-HASH.FIELD.parquet  its records in the order of a field that is declared as an index
    columns/orders-HASH.FIELD.found  an index of one field for look-ups one by one (``lookups``)
    columns/orders.lock              held by the one process that makes any of them

HASH covers all that the content depends on, so nothing here is ever stale. Every file is written under another
name, synced and renamed. Whoever reads a copy holds a shared lock on its ``.json``; older versions are removed once
nobody does. What a killed process left behind is removed by the next one that makes something of the same source.

Without a cache folder the files lie in a folder of the process's own, which goes with the table.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import msgspec

from sopwb.data.codes import CACHE
from sopwb.data.columnar.about import About
from sopwb.data.faults import fault
from sopwb.kernel.diagnostics import UserError

FOLDER: Final = "columns"
_ABOUT: Final = ".json"


class Place:
    """The place of one version of a source. Nothing is made before ``making``. ``lasts``: another process finds it."""

    def __init__(self, folder: str, name: str, mark: str) -> None:
        self.folder, self.name = folder, name
        self.lasts = True
        self._stem = f"{name}-{mark}"

    @classmethod
    def temporary(cls, name: str) -> Place:
        """Give a place in a folder of this process, which goes with it. Raises ``OSError``."""
        import shutil
        import tempfile

        place = cls(tempfile.mkdtemp(prefix="sopwb-"), name, "0")
        place.lasts = False
        weakref.finalize(place, shutil.rmtree, place.folder, ignore_errors=True)
        return place

    @property
    def note(self) -> str:
        """The path of a note of the schema, for sources that are not large (``sqlite_table``)."""
        return os.path.join(self.folder, self._stem + ".schema")

    @property
    def parquet(self) -> str:
        """The path of the copy."""
        return os.path.join(self.folder, self._stem + ".parquet")

    def in_order_of(self, field: str) -> str:
        """Give the path of the records in the order of a field."""
        return os.path.join(self.folder, f"{self._stem}.{field}.parquet")

    @property
    def spill(self) -> str:
        """The folder for what databases put aside. DuckDB keeps them apart, and removes what dead processes left."""
        return os.path.join(self.folder, "spill")

    def found(self, field: str) -> str:
        """Give the path of a field's index."""
        return os.path.join(self.folder, f"{self._stem}.{field}.found")

    def about(self) -> About | None:
        """Read what is known, and keep it from being removed; None where it is not (wholly) there."""
        path = os.path.join(self.folder, self._stem + _ABOUT)
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            about = msgspec.json.decode(os.read(handle, os.fstat(handle).st_size), type=About)
            whole = not about.copy or os.stat(self.parquet).st_size == about.size
            if not whole or not os.path.samestat(os.stat(path), os.fstat(handle)):
                raise FileNotFoundError(path)  # cut short, or removed while the lock was waited for
        except (OSError, msgspec.MsgspecError):
            os.close(handle)
            return None
        weakref.finalize(self, os.close, handle)
        return about

    def write_about(self, about: About) -> None:
        """Say that all is complete, and remove older versions. Raises ``OSError``."""
        path = os.path.join(self.folder, self._stem + _ABOUT)
        passing = self.passing(path)
        with open(passing, "wb") as stream:
            stream.write(msgspec.json.encode(about))
        settle(passing, path)
        self._remove_others()

    def passing(self, path: str) -> str:
        """Give the name under which a file is written before it is complete."""
        return f"{path}.{os.getpid()}"

    @contextmanager
    def making(self) -> Iterator[None]:
        """Be the only process that makes something of this source.

        Raises ``UserError`` for what the disk refuses, and leaves nothing half made.
        """
        try:
            os.makedirs(self.folder, exist_ok=True)
            handle = os.open(os.path.join(self.folder, self.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o666)
        except OSError as wrong:
            raise self.refusal(_reason(wrong)) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._remove_passing()
            yield
        except OSError as wrong:
            raise self.refusal(_reason(wrong)) from None
        finally:
            self._remove_passing()
            os.close(handle)

    def refusal(self, reason: str) -> UserError:
        """Make the error of a disk that does not take what is written."""
        hint = "make room, or remove the folder"
        return fault(CACHE, f"cannot spool {self.name}: {reason}", path=self.folder, hint=hint)

    def _remove_passing(self) -> None:
        """Remove what is not complete: only the holder of the lock writes, so it is nobody's."""
        for entry in self._entries():
            if entry.rpartition(".")[2].isdigit():
                _remove(os.path.join(self.folder, entry))

    def _remove_others(self) -> None:
        """Remove older versions, but for those that somebody reads; a later version removes them."""
        versions: dict[str, list[str]] = {}
        for entry in self._entries():
            versions.setdefault(entry.partition(".")[0], []).append(entry)
        for stem, entries in versions.items():
            if stem == self._stem:
                continue
            with suppress(BlockingIOError), _alone(os.path.join(self.folder, stem + _ABOUT)):
                for entry in sorted(entries, key=lambda name: not name.endswith(_ABOUT)):
                    _remove(os.path.join(self.folder, entry))  # what is known first: without it nothing is found

    def _entries(self) -> list[str]:
        try:
            return [entry for entry in os.listdir(self.folder) if entry.startswith(self.name + "-")]
        except OSError:
            return []


@contextmanager
def _alone(path: str) -> Iterator[None]:
    """Lock a file that may not be there. Raises ``BlockingIOError`` where it is in use."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def settle(passing: str, path: str) -> None:
    """Give a complete file its name; after a power failure it is whole or not there. Raises ``OSError``."""
    handle = os.open(passing, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(passing, path)


def _reason(wrong: OSError) -> str:
    # Of pyarrow's "Error writing bytes to file. Detail: [errno 27] File too large" the end.
    return (wrong.strerror or str(wrong)).rpartition("] ")[2]


def _remove(path: str) -> None:
    with suppress(OSError):  # another process was faster, or may not: it costs room, nothing else
        os.remove(path)
