"""Stores to test with: a fixed clock, a small history that holds one of everything, and disks that fail."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
from pathlib import Path

from sopwb.store import errors
from sopwb.store.disk import Disk
from sopwb.store.store import Store

START = dt.datetime(2026, 1, 31, 9, 0, tzinfo=dt.UTC)


class Clock:
    """A second later at each look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


class QuickDisk(Disk):
    """Asks the device for nothing: thousands of small stores would only measure it. Kills need no sync either."""

    def sync(self, fd: int) -> None:
        assert os.fstat(fd).st_size >= 0, "the descriptor is open"

    def sync_directory(self, path: str) -> None:
        assert os.path.isdir(path)


def open_store(path: Path, **options: object) -> Store:
    """Open with the clock and the writer's name fixed, so that bytes are always the same."""
    options = {"clock": Clock(), "writer": "tester", "disk": QuickDisk(), **options}
    return Store.open(path, **options)  # type: ignore[arg-type]


def write_history(store: Store) -> dict[str, object]:
    """Write four small commits with one of everything. Gives what must be read back: see ``read_state``."""
    with store.transaction("first") as tx:
        first = tx.put("script", b'{"name":"win_back"}')
        tx.set_ref("script/win_back", first, old=None, why="freeze")
    with store.transaction("second") as tx:
        second = tx.put("script", b'{"name":"win_back","v":2}')
        tx.put("trace", b'{"path":"steps/0"}')
        tx.set_ref("script/win_back", second, old=first, why="freeze again")
    with store.transaction("third") as tx:
        tx.catalogue({"scripts": {"1": {"title": "Win back"}}})
        job = tx.put("job", b'{"job":"monthly"}')
        tx.set_ref("job/monthly", job, old=None)
    with store.transaction("fourth") as tx:
        tx.put("result", b'{"value":true}')
        tx.set_ref("job/monthly", None, old=job, why="archive")
    return read_state(store)


def read_state(store: Store) -> dict[str, object]:
    """Read everything that a store answers."""
    objects = {}
    for kind in ("script", "job", "trace", "result"):
        for id_ in store.objects(kind):
            objects[id_] = store.get(id_)
    return {
        "head": store.head(),
        "objects": objects,
        "refs": store.refs(),
        "history": [store.ref_history(name) for name in ("script/win_back", "job/monthly")],
        "log": store.log(100),
        "catalogue": store.catalogue_events((0, 0)),
    }


def states_of(tmp_path: Path) -> list[dict[str, object]]:
    """Give the state before the first and after each commit of ``write_history``, read from a scratch store."""
    states: list[dict[str, object]] = []

    class Noting(Store):
        def commit(self, draft, fill=None):  # type: ignore[no-untyped-def]
            super().commit(draft, fill)
            states.append(read_state(self))

    path = tmp_path / "scratch"
    with Noting.open(path, clock=Clock(), writer="tester") as store:
        states.append(read_state(store))
        write_history(store)
    shutil.rmtree(path)
    return states


def copy_store(source: Path, target: Path) -> Path:
    """Copy a store, in place of whatever is at ``target``."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target


def tolerated(error: Exception) -> bool:
    """Whether an exception is one that the store promises; anything else is a traceback for the user."""
    return isinstance(error, errors.StoreError)


class FailingDisk(QuickDisk):
    """Fails every ``operation`` call from the ``nth`` on (or only that one), before or after doing it."""

    def __init__(self, operation: str, nth: int = 1, *, once: bool = False, code: int = errno.EIO) -> None:
        super().__init__()
        self.operation = operation
        self.nth = nth
        self.once = once
        self.code = code
        self.calls = 0

    def _count(self, operation: str) -> None:
        if operation == self.operation:
            self.calls += 1
            if self.calls == self.nth or (self.calls > self.nth and not self.once):
                raise OSError(self.code, errno.errorcode[self.code])

    def write(self, fd: int, offset: int, data: bytes) -> None:
        self._count("write")
        super().write(fd, offset, data)

    def sync(self, fd: int) -> None:
        self._count("sync")
        super().sync(fd)

    def sync_directory(self, path: str) -> None:
        self._count("sync_directory")
        super().sync_directory(path)

    def truncate(self, fd: int, size: int) -> None:
        self._count("truncate")
        super().truncate(fd, size)

    def rename(self, old: str, new: str) -> None:
        self._count("rename")
        super().rename(old, new)

    def read(self, fd: int, offset: int, length: int) -> bytes:
        self._count("read")
        return super().read(fd, offset, length)

    def lock(self, fd: int) -> None:
        self._count("lock")
        super().lock(fd)
