"""Courtesy locks: who works on a schedule, delivers notices or leads holds a file, so that others need not try.

``.sopwb/locks/NAME``, a ``flock`` that the kernel frees when its process dies: a slot that is open while nobody holds
its schedule's file was left by a dead process. No slot is fired twice without them (``slots`` sees to that).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sopwb.store.disk import WRITE, Disk
from sopwb.store.errors import DiskFailed

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


class Held:
    """A lock's file while it is open; ``close`` frees it."""

    def __init__(self, disk: Disk, fd: int) -> None:
        self._disk, self._fd = disk, fd

    def close(self) -> None:
        self._disk.close(self._fd)


def try_lock(root: str, name: str) -> Held | None:
    """Take a lock of the store in ``root``, or give None where somebody has it. Raises ``DiskFailed``."""
    disk, folder = Disk(), f"{root}/locks"
    path = f"{folder}/{name}"
    try:
        disk.make_directory(folder)
        fd = disk.open(path, WRITE)
        if disk.try_lock(fd):
            return Held(disk, fd)
        disk.close(fd)
    except OSError as error:
        raise DiskFailed("lock", path, error) from None
    return None


@contextmanager
def holding(bench: Workbench, name: str) -> Iterator[bool]:
    """Hold a lock where it is free; say whether it was. Raises ``DiskFailed``."""
    held = try_lock(str(bench.workspace.store_folder), name)
    try:
        yield held is not None
    finally:
        if held is not None:
            held.close()
