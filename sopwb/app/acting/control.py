"""Asking a run of another process to stop, and hearing it: a small file beside the journal, ``runs/RUN.control``.

    control = "pause" | "cancel"

It is only a wish: the acting process looks now and then, stops in good order, and takes the file away. Who
begins to act takes an old one away first. Deliberately not here: signals (``session``).
"""

from __future__ import annotations

from typing import Final

from sopwb.store.disk import READ, WRITE, Disk
from sopwb.store.errors import DiskFailed
from sopwb.store.journal import journal_path

WORDS: Final = {b"pause": "paused", b"cancel": "cancelled"}


class Control:
    """The wishes about one run."""

    def __init__(self, disk: Disk, root: str, run: str) -> None:
        self._disk = disk
        self._path = journal_path(root, run).removesuffix(".journal") + ".control"

    def ask(self, word: bytes) -> None:
        """Ask for ``pause`` or ``cancel``. Raises ``DiskFailed``."""
        assert word in WORDS, "a wish is one of two"
        temporary = self._path + ".new"
        try:
            fd = self._disk.open(temporary, WRITE)
            try:
                self._disk.truncate(fd, 0)
                self._disk.write(fd, 0, word)
            finally:
                self._disk.close(fd)
            self._disk.rename(temporary, self._path)
        except OSError as error:
            raise DiskFailed("write", self._path, error) from None

    def asked(self) -> str:
        """Say what is asked for: paused, cancelled or ""."""
        try:
            fd = self._disk.open(self._path, READ)
        except OSError:
            return ""
        try:
            return WORDS.get(self._disk.read(fd, 0, 16).strip(), "")
        except OSError:
            return ""
        finally:
            self._disk.close(fd)

    def clear(self) -> None:
        """Take a wish away. Raises ``DiskFailed``."""
        try:
            self._disk.remove(self._path)
        except OSError as error:
            raise DiskFailed("remove", self._path, error) from None
