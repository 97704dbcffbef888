"""A source's file: found, read, hashed.

A file of up to ``SOURCE_BYTES_HELD_MAX`` is read at once, so that its digest is of the very bytes that were
used. A larger one is hashed first and streamed afterwards; ``unchanged`` then proves that it stayed the same.
Digests of streamed files are cached by (path, size, mtime, ctime, inode) as one small file each under
``cache_dir``; a file that changed within the last two seconds is not cached, for it could change again under
the same time stamp.

Deliberately not here: formats (the readers).
"""

from __future__ import annotations

import io
import os
import stat
import time
from typing import IO, TYPE_CHECKING, Final, NoReturn

from blake3 import blake3

from sopwb.data.codes import CHANGED, EMPTY, ENCODING, NO_FILE, UNREADABLE
from sopwb.data.faults import fault
from sopwb.kernel.diagnostics import nearest_name
from sopwb.kernel.limits import FINGERPRINT_SETTLE_NS, NEAREST_FILES_MAX, SOURCE_BYTES_HELD_MAX

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK: Final = 8 << 20
"""What is hashed at once: enough for every processor."""


class Content:
    """The bytes of one file, held or streamed. ``label`` names it in messages: the path as declared.

    ``hold`` False: never held, since a library reads the file itself (SQLite, Parquet).
    """

    def __init__(self, file: str, label: str, cache_dir: Path | None, *, hold: bool = True) -> None:
        self.file, self.label = file, label
        self._hold = hold
        self._cache_dir = cache_dir
        self._stat = self._look()
        self.size = self._stat.st_size
        self._held: bytes | None = None
        self._digest = ""

    def _look(self) -> os.stat_result:
        try:
            found = os.stat(self.file)
        except FileNotFoundError:
            raise _missing(self.file, self.label) from None
        except (OSError, ValueError) as wrong:
            raise self._unreadable(wrong) from None
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device may never end
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "not a plain file"
            raise fault(UNREADABLE, f"{self.label} is {kind}", path=self.label)
        return found

    def _unreadable(self, wrong: Exception) -> Exception:
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
        return fault(UNREADABLE, f"cannot read {self.label}: {reason}", path=self.label)

    def held(self) -> bytes | None:
        """Give the whole content of a file that is small enough to be held, else None."""
        if self._held is None and self._hold and self.size <= SOURCE_BYTES_HELD_MAX:
            self._held = self.read()
        return self._held

    def read(self) -> bytes:
        """Read the whole file, whatever its size."""
        if self._held is not None:
            return self._held
        try:
            with open(self.file, "rb") as stream:
                data = stream.read()
        except OSError as wrong:
            raise self._unreadable(wrong) from None
        self._digest = blake3(data).hexdigest()
        return data

    def drop(self) -> None:
        """Forget held bytes; the digest stays."""
        self.digest()
        self._held = None

    def binary(self) -> IO[bytes]:
        """Open for reading bytes."""
        data = self.held()
        if data is not None:
            return io.BytesIO(data)
        self.digest()
        try:
            return open(self.file, "rb")
        except OSError as wrong:
            raise self._unreadable(wrong) from None

    def text(self) -> io.TextIOWrapper:
        """Open for reading UTF-8 text (a byte order mark is skipped), line ends as they are.

        An empty file is refused.
        """
        if self.size == 0:
            self.refuse_empty()
        return io.TextIOWrapper(self.binary(), encoding="utf-8-sig", newline="")

    def refuse_empty(self) -> NoReturn:
        """Raise the error of a file without content."""
        raise fault(EMPTY, f"{self.label} is empty", path=self.label)

    def refuse_encoding(self) -> NoReturn:
        """Raise the error of a text that is not UTF-8, with its first bad line."""
        with self.binary() as stream:
            head = stream.read(4)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise fault(
                ENCODING,
                f"{self.label} is UTF-16, not UTF-8",
                path=f"{self.label}:1",
                hint="save it as UTF-8",
            )
        number = 0
        with self.binary() as stream:
            for number, line in enumerate(stream, 1):  # noqa: B007 - the last line's number is used below
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError:
                    break
        raise fault(
            ENCODING,
            f"line {number} is not UTF-8 text",
            path=f"{self.label}:{number}",
            hint="save the file as UTF-8",
        )

    def digest(self) -> str:
        """Give the hex BLAKE3 of the file's bytes."""
        if not self._digest:
            self.held()
        if not self._digest:
            self._digest = self._hashed()
        return self._digest

    def unchanged(self) -> None:
        """Check that a file that is not held still has the content that was found first. Raises ``UserError``.

        Size, times and inode say so; where they differ, its digest does.
        """
        if self._held is not None:
            return
        now = self._look()
        if _signature(now) == _signature(self._stat):
            return
        if self._digest and now.st_size == self.size and self._hashed() == self._digest:
            self._stat = now
            return
        raise fault(CHANGED, f"{self.label} changed while it was read", path=self.label, hint="run again")

    def _hashed(self) -> str:
        try:
            return file_digest(self.file, self._cache_dir)
        except OSError as wrong:
            raise self._unreadable(wrong) from None


def _missing(file: str, label: str) -> Exception:
    folder, wanted = os.path.split(file)
    try:
        names = os.listdir(folder or ".")[:NEAREST_FILES_MAX]
    except OSError:
        return fault(NO_FILE, f"there is no file {label}", path=label, hint=f"there is no folder {folder} either")
    near = nearest_name(wanted, names)
    if near:
        near = os.path.join(os.path.dirname(label), near)
    return fault(NO_FILE, f"there is no file {label}", path=label, nearest=near)


# --- digests ------------------------------------------------------------------------------------
def file_digest(file: str, cache_dir: Path | None) -> str:
    """Hash a file's bytes, hex BLAKE3, from the cache where size, times and inode are as they were.

    Raises ``OSError``.
    """
    before = os.stat(file)
    note = (
        os.path.join(cache_dir, "digests", blake3(os.path.abspath(file).encode()).hexdigest()[:32]) if cache_dir else ""
    )
    if note:
        found = _noted(note, before)
        if found:
            return found
    hasher = blake3(max_threads=blake3.AUTO if before.st_size > _BLOCK else 1)
    # Read, not mapped into memory: a mapped file that somebody cuts short ends the process.
    with open(file, "rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            hasher.update(block)
        after = os.fstat(stream.fileno())
    digest = hasher.hexdigest()
    settled = time.time_ns() - max(after.st_mtime_ns, after.st_ctime_ns) > FINGERPRINT_SETTLE_NS
    if note and settled and _signature(before) == _signature(after):
        _note(note, _signature(after), digest)
    return digest


def _signature(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {found.st_dev}"


def _noted(note: str, found: os.stat_result) -> str:
    try:
        with open(note, encoding="ascii") as stream:
            signature, _, digest = stream.read(400).partition("\n")
    except (OSError, ValueError):
        return ""  # no note, or not ours: hashing the file again is always right
    digest = digest.strip()
    return digest if signature == _signature(found) and len(digest) == 64 else ""


def _note(note: str, signature: str, digest: str) -> None:
    try:
        os.makedirs(os.path.dirname(note), exist_ok=True)
        passing = f"{note}.{os.getpid()}"
        with open(passing, "w", encoding="ascii") as stream:
            stream.write(f"{signature}\n{digest}\n")
        os.replace(passing, note)
    except OSError:
        return  # a cache that cannot be written costs time, nothing else
