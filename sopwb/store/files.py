"""The files of one store: their names, their open descriptors, and reading frames from them.

::

    FORMAT       "sop-workbench store\\nformat 1\\ngeneration sop1\\n"
    lock         mark.py: where the log ends; locked around an append
    watermark    mark.py: what is durable; locked around a sync
    log/         00000001.seg ...          trace/  00000001.seg ...
    idx/         index.py; may be deleted  quarantine/  tails that were cut
    runs/        journals, written by others

Deliberately not here: what the bytes mean.
"""

from __future__ import annotations

import os
from typing import Final

from sopwb.kernel.ids import GENERATION
from sopwb.kernel.limits import SEGMENT_BYTES_MAX, SEGMENTS_MAX, TRANSACTION_BYTES_MAX
from sopwb.store import kinds
from sopwb.store.disk import READ, WRITE, Disk
from sopwb.store.errors import Corrupt, DiskFailed, NotAStore
from sopwb.store.frames import FORMAT, HEADER_BYTES, Header, open_payload, parse_header
from sopwb.store.index import Index, index_name
from sopwb.store.mark import MARK_BYTES, Mark, decode_mark
from sopwb.store.scan import file_name

FORMAT_TEXT: Final = b"sop-workbench store\nformat %d\ngeneration %s\n" % (FORMAT, GENERATION)
EARLIER_FORMAT_TEXT: Final = b"sop-workbench store\nformat 1\ngeneration sop0 unstable\n"
"""What a store says whose ids were not yet final (``earlier``)."""
FILE_BYTES_MAX: Final = SEGMENT_BYTES_MAX + TRANSACTION_BYTES_MAX
"""No segment is longer: one is sealed before a transaction, not within it."""
_OURS: Final = frozenset({"FORMAT", "lock", "watermark", "log", "trace", "idx", "quarantine", "runs"})


class Files:
    """Descriptors are opened once and kept; ``close`` frees them."""

    def __init__(self, root: str, disk: Disk, read_only: bool) -> None:
        self.root = root
        self.disk = disk
        self.read_only = read_only
        self._fds: dict[tuple[str, int], int] = {}
        self._old_fds: list[int] = []
        self._watermark_fd = -1

    # --- the store as a whole ---------------------------------------------------------------------

    def check_format(self) -> None:
        """Create the store where there is none, and refuse what this version cannot read."""
        try:
            fd = self.disk.open(self.path("FORMAT"), READ)
        except FileNotFoundError:
            self._create()
            return
        except OSError as error:
            raise NotAStore(self.root, f"FORMAT cannot be read: {error.strerror}") from None
        try:
            found = self.disk.read(fd, 0, 4 * len(FORMAT_TEXT))
        except OSError as error:
            raise NotAStore(self.root, f"FORMAT cannot be read: {error.strerror}") from None
        finally:
            self.disk.close(fd)
        if found != FORMAT_TEXT:
            said = " ".join(found.decode("utf-8", "replace").split())[:80]
            hint = "; sopwb store migrate makes one of this version" if found == EARLIER_FORMAT_TEXT else ""
            raise NotAStore(self.root, f"it is a store of another version: {said!r}{hint}")

    def _create(self) -> None:
        segments = self.numbers(kinds.LOG)  # looked for first: who has written one has made FORMAT before
        there = self.disk.list(self.root)
        if "FORMAT" in there:
            return  # another process creates the same store
        if segments or any(name.split(".")[0] not in _OURS for name in there):
            raise NotAStore(self.root, "it has no FORMAT file")
        if self.read_only:
            raise NotAStore(self.root, "there is no store here")
        try:
            for name in ("", "log", "trace", "idx", "quarantine", "runs"):
                self.disk.make_directory(self.path(name))
            temporary = self.path(f"FORMAT.{os.getpid()}")
            fd = self.disk.open(temporary, WRITE)
            try:
                self.disk.write(fd, 0, FORMAT_TEXT)
                self.disk.sync(fd)
            finally:
                self.disk.close(fd)
            self.disk.rename(temporary, self.path("FORMAT"))
            self.disk.sync_directory(self.root)
            self.disk.sync_directory(os.path.dirname(os.path.abspath(self.root)))
        except OSError as error:
            raise DiskFailed("create", self.root, error) from None

    def path(self, name: str) -> str:
        """Give the path of a file within the store."""
        return f"{self.root}/{name}" if name else self.root

    def close(self) -> None:
        """Close every descriptor."""
        for fd in (*self._fds.values(), *self._old_fds):
            self.disk.close(fd)
        self._fds.clear()
        self._old_fds.clear()
        if self._watermark_fd >= 0:
            self.disk.close(self._watermark_fd)
            self._watermark_fd = -1

    def renew(self) -> None:
        """Open segments anew after a failed sync was repaired: an old descriptor would report it once more.

        The old ones stay open until ``close``, since another thread may be reading from them.
        """
        self._old_fds += self._fds.values()
        self._fds = {}

    # --- segments ---------------------------------------------------------------------------------

    def numbers(self, stream: str) -> list[int]:
        """List the segments of a stream. Names that are none of ours are passed over."""
        found = [
            int(name[:8])
            for name in self.disk.list(self.path(stream))
            if len(name) == 12 and name.endswith(".seg") and name[:8].isascii() and name[:8].isdigit()
        ]
        return [number for number in found if 0 < number <= SEGMENTS_MAX]

    def fd(self, stream: str, number: int, *, create: bool = False) -> int:
        """Open a segment. Raises ``FileNotFoundError`` unless ``create``, and other ``OSError``."""
        fd = self._fds.get((stream, number))
        if fd is None:
            flags = WRITE if create else READ if self.read_only else WRITE & ~os.O_CREAT
            fd = self.disk.open(self.path(file_name(stream, number)), flags)
            self._fds[stream, number] = fd
        return fd

    def forget(self, stream: str, number: int) -> None:
        """Close a segment whose file was moved away."""
        fd = self._fds.pop((stream, number), None)
        if fd is not None:
            self.disk.close(fd)

    def exists(self, stream: str, number: int) -> bool:
        """Tell whether a segment has a file."""
        return (stream, number) in self._fds or self.disk.exists(self.path(file_name(stream, number)))

    def size(self, stream: str, number: int) -> int:
        """Give a segment's length, 0 without a file. Raises ``Corrupt`` for one longer than any can be."""
        try:
            size = self.disk.size(self.fd(stream, number))
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise Corrupt(file_name(stream, number), 0, f"cannot be opened: {error.strerror}") from None
        if size > FILE_BYTES_MAX:
            raise Corrupt(file_name(stream, number), FILE_BYTES_MAX, "longer than a segment can be")
        return size

    def read(self, stream: str, number: int, offset: int, length: int) -> bytes:
        """Read bytes of a segment, fewer where it ends. Raises ``Corrupt`` when the disk cannot read them."""
        try:
            return self.disk.read(self.fd(stream, number), offset, min(length, FILE_BYTES_MAX))
        except FileNotFoundError:
            raise Corrupt(file_name(stream, number), offset, "the file is missing") from None
        except OSError as error:
            raise Corrupt(file_name(stream, number), offset, f"cannot be read: {error.strerror}") from None

    def frame(self, stream: str, number: int, offset: int, length: int) -> tuple[Header, bytes]:
        """Read one frame and check all of it. Raises ``Corrupt``."""
        data = self.read(stream, number, offset, length)
        header = parse_header(data, 0)
        if isinstance(header, str):
            raise Corrupt(file_name(stream, number), offset, header)
        payload = open_payload(header, data[HEADER_BYTES:])
        if isinstance(payload, str):
            raise Corrupt(file_name(stream, number), offset, payload)
        return header, payload

    def frame_at(self, stream: str, number: int, offset: int) -> tuple[Header, bytes]:
        """Read one frame whose length is not known. Raises ``Corrupt``."""
        header = parse_header(self.read(stream, number, offset, HEADER_BYTES), 0)
        if isinstance(header, str):
            raise Corrupt(file_name(stream, number), offset, header)
        return self.frame(stream, number, offset, HEADER_BYTES + header.stored)

    # --- marks and indexes ------------------------------------------------------------------------

    def read_watermark(self) -> Mark | None:
        """Read what is published as durable; None when there is no sound record."""
        try:
            if self._watermark_fd < 0:
                self._watermark_fd = self.disk.open(self.path("watermark"), READ)
            for _ in range(3):  # a record that is being overwritten can be read torn
                mark = decode_mark(self.disk.read(self._watermark_fd, 0, MARK_BYTES))
                if mark is not None:
                    return mark
        except OSError:
            return None
        return None

    def open_index(self, stream: str, number: int) -> Index | None:
        """Open an index that still belongs to its segment."""
        index = Index.open(self.path(index_name(stream, number)), stream, number)
        if index is None:
            return None
        header = index.header
        if not (0 < header.mark < header.covered <= self.size(stream, number)):
            return None
        last = parse_header(self.read(stream, number, header.mark, HEADER_BYTES), 0)
        if isinstance(last, str) or last.id != header.mark_id:
            return None
        if header.mark + HEADER_BYTES + last.stored != header.covered:
            return None
        state = header.state
        own = (number, header.covered), (number, header.mark)
        if state is not None and (state.place, state.commit) != own:
            return None
        return index
