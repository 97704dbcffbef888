"""The operating system as the store sees it: a port of a dozen calls.

Every system call of the store that matters for durability goes through ``Disk``, so that tests can fail,
count or record each one. Deliberately not here: any knowledge of formats.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import sys
import time
import weakref
from collections.abc import Callable
from typing import Final

READ: Final = os.O_RDONLY | os.O_CLOEXEC
WRITE: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


def _close_all(descriptors: set[int], process: int) -> None:
    if os.getpid() == process:  # a forked child's numbers may name other files
        for fd in descriptors:
            os.close(fd)


class Disk:
    """Plain calls. All raise ``OSError``. What is still open when nobody holds the port any more is closed with it."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        weakref.finalize(self, _close_all, self._open, os.getpid()).atexit = False

    def open(self, path: str, flags: int) -> int:
        """Open ``path``; a created file is readable and writable by its owner and readable by the group."""
        return self._keep(os.open(path, flags, 0o640))

    def create_private(self, path: str) -> int:
        """Create a file that only its owner may read and write. Raises ``FileExistsError``."""
        return self._keep(os.open(path, WRITE | os.O_EXCL, 0o600))

    def _keep(self, fd: int) -> int:
        self._open.add(fd)
        return fd

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        self._open.discard(fd)
        os.close(fd)

    def size(self, fd: int) -> int:
        """Give the length of an open file in bytes."""
        return os.fstat(fd).st_size

    def read(self, fd: int, offset: int, length: int) -> bytes:
        """Read ``length`` bytes at ``offset``, fewer only where the file ends."""
        data = os.pread(fd, length, offset)
        if len(data) == length or not data:
            return data
        parts = [data]
        offset, length = offset + len(data), length - len(data)
        while length and (data := os.pread(fd, length, offset)):
            parts.append(data)
            offset, length = offset + len(data), length - len(data)
        return b"".join(parts)

    def write(self, fd: int, offset: int, data: bytes) -> None:
        """Write all of ``data`` at ``offset``."""
        written = os.pwrite(fd, data, offset)
        if written < len(data):
            rest = memoryview(data)
            while written < len(data):
                written += os.pwrite(fd, rest[written:], offset + written)

    def truncate(self, fd: int, size: int) -> None:
        """Cut an open file to ``size`` bytes."""
        os.ftruncate(fd, size)

    def sync(self, fd: int) -> None:
        """Return when the file's bytes are on the device."""
        _SYNC(fd)

    def sync_directory(self, path: str) -> None:
        """Return when the names in a directory are on the device."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _SYNC_ALL(fd)
        finally:
            os.close(fd)

    def clock(self) -> float:
        """Give seconds of a clock that only moves forward."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Let other processes run."""
        time.sleep(seconds)

    def lock(self, fd: int) -> None:
        """Wait for the exclusive lock of an open file. The kernel frees it when its holder dies."""
        fcntl.flock(fd, fcntl.LOCK_EX)

    def try_lock(self, fd: int) -> bool:
        """Take the exclusive lock of an open file if nobody has it."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(self, fd: int) -> None:
        """Free the lock."""
        fcntl.flock(fd, fcntl.LOCK_UN)

    def same_file(self, fd: int, path: str) -> bool:
        """Tell whether ``path`` still names the open file."""
        mine = os.fstat(fd)
        try:
            named = os.stat(path)
        except FileNotFoundError:
            return False
        return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)

    def identity(self, fd: int) -> tuple[int, int]:
        """Give the number of an open file and, where the file system has one, the generation of that number.

        A file that was deleted and written anew often gets the same number, hardly ever the same generation.
        """
        try:
            generation = _GENERATION.unpack(fcntl.ioctl(fd, _GET_GENERATION, bytes(_GENERATION.size)))[0]
        except OSError:
            generation = 0
        return os.fstat(fd).st_ino, generation & 0xFFFFFFFF

    def exists(self, path: str) -> bool:
        """Tell whether a file or directory has this name."""
        return os.path.exists(path)

    def list(self, path: str) -> list[str]:
        """List the names in a directory, sorted; none when it is missing."""
        try:
            return sorted(os.listdir(path))
        except FileNotFoundError:
            return []

    def make_directory(self, path: str) -> None:
        """Create a directory unless it is there."""
        os.makedirs(path, 0o750, exist_ok=True)

    def remove(self, path: str) -> None:
        """Take a file away, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)

    def rename(self, old: str, new: str) -> None:
        """Give a file a new name, in place of whatever had it."""
        os.replace(old, new)


def _full_sync(fd: int) -> None:
    # macOS: fsync leaves the bytes in the drive's cache, only this empties it.
    fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined,unused-ignore]


_GENERATION: Final = struct.Struct("l")
_GET_GENERATION: Final = 0x8000_7601 | _GENERATION.size << 16
"""Linux: FS_IOC_GETVERSION, _IOR('v', 1, long)."""

_MACOS: Final = sys.platform == "darwin"
_SYNC: Final[Callable[[int], None]] = _full_sync if _MACOS else getattr(os, "fdatasync", os.fsync)
_SYNC_ALL: Final[Callable[[int], None]] = _full_sync if _MACOS else os.fsync
