"""The two file locks of a handle, with the marks that their files hold.

``lock`` is held around an append, ``watermark`` around a sync; where both are needed, ``lock`` comes first.
They are ``flock`` locks: the kernel frees those of a dead process. Deliberately not here: what is done
under them.
"""

from __future__ import annotations

import os
from typing import Final

from sopwb.store.disk import WRITE
from sopwb.store.errors import DiskFailed
from sopwb.store.files import Files
from sopwb.store.mark import MARK_BYTES, Mark, decode_mark, encode_mark

APPEND: Final = "lock"
SYNC: Final = "watermark"


class Locks:
    """Open lock files. The methods that lock raise ``DiskFailed``, those on marks ``OSError``."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._disk = files.disk
        self._pid = os.getpid()
        self._fds = {name: self._open(name) for name in (APPEND, SYNC)}

    def close(self) -> None:
        """Give up the files, and with them the locks."""
        for fd in self._fds.values():
            self._disk.close(fd)
        self._fds.clear()

    def renew_after_fork(self) -> None:
        """Open the files anew in a child of fork: it shares its parent's locks, which exclude nobody then."""
        if os.getpid() != self._pid:
            self._pid = os.getpid()
            self._fds = {name: self._open(name) for name in self._fds}

    def take(self, name: str) -> None:
        """Wait for a lock."""
        path = self._files.path(name)
        try:
            self._disk.lock(self._fds[name])
            while not self._disk.same_file(self._fds[name], path):
                # Somebody replaced the file: whoever locks the new one would not see us.
                self._disk.close(self._fds[name])
                self._fds[name] = self._open(name)
                self._disk.lock(self._fds[name])
        except OSError as error:
            raise DiskFailed("lock", path, error) from None

    def try_to_take(self, name: str) -> bool:
        """Take a lock if nobody has it."""
        try:
            if not self._disk.try_lock(self._fds[name]):
                return False
        except OSError as error:
            raise DiskFailed("lock", self._files.path(name), error) from None
        if not self._disk.same_file(self._fds[name], self._files.path(name)):
            self.free(name)
            self.take(name)
        return True

    def free(self, name: str) -> None:
        """Free a lock."""
        self._disk.unlock(self._fds[name])

    def read(self, name: str) -> Mark | None:
        """Read a mark; None when there is no sound one."""
        return decode_mark(self._disk.read(self._fds[name], 0, MARK_BYTES))

    def write(self, name: str, mark: Mark) -> None:
        """Write a mark. Its lock must be held."""
        self._disk.write(self._fds[name], 0, encode_mark(mark))

    def _open(self, name: str) -> int:
        try:
            return self._disk.open(self._files.path(name), WRITE)
        except OSError as error:
            raise DiskFailed("open", self._files.path(name), error) from None
