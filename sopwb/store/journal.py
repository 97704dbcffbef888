"""The journal of one run: the file that makes its effects survive a crash.

    journal = Journal.create(disk, root, run, boot, secret, time_us)       # held until close
    journal.plan(entry) …; journal.close_plan(summary)                     # what was decided, synced
    journal.add(Intent(…)); journal.sync()                                 # before any of them is dispatched
    journal.add(Dispatched(n)); journal.flush()                            # before its point of no return
    journal.add(Done(n, receipt))                                          # after the reply

One writer at a time: the file is locked (``flock``) from ``create`` or ``open`` to ``close``, and the kernel frees a
dead writer's lock. What was flushed survives the process, what was synced survives the machine. A sync that fails is
never tried again; a write that fails may be.

Deliberately not here: the grammar (``journal_frames``), reading (``journal_scan``), and what moves mean, which is
``sopwb.app.acting``'s: to this module effects are numbers and entries are bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from blake3 import blake3

from sopwb.kernel.ids import PREFIX
from sopwb.kernel.limits import (
    CONTROL_BYTES_MAX,
    JOURNAL_CHUNK_BYTES,
    LOCK_LOOK_S,
    LOCK_LOOKS,
    PLANNED_BLOCK_BYTES,
    PLANNED_BLOCK_EFFECTS,
)
from sopwb.store import kinds
from sopwb.store.disk import READ, WRITE, Disk
from sopwb.store.errors import Busy, Corrupt, DiskFailed, Poisoned, Refused, TooLarge, Unknown
from sopwb.store.frames import HEADER_BYTES, open_payload, parse_header
from sopwb.store.journal_frames import (
    JOURNAL_FORMAT,
    JOURNAL_MARK_BYTES,
    Closed,
    Header,
    Identity,
    JournalMark,
    Move,
    decode_journal_mark,
    decode_record,
    encode_journal_mark,
    encode_moves,
    encode_planned,
    encode_record,
    planned_digest,
)
from sopwb.store.journal_scan import Block, Found, Point, Take, mark_point, read_journal

_HASHED_TOGETHER: Final = 256
"""Frames that are hashed at once, and held until then."""


def journal_path(root: str, run: str) -> str:
    """Give the path of a run's journal in the store at ``root``."""
    return f"{root}/runs/{run.removeprefix(PREFIX)}.journal"


class Journal:
    """An open journal and the right to write it. ``restored`` says why it cannot be the one that was left here;
    ``failed`` that a sync of it failed before: what it says of other processes' last moves may be missing."""

    def __init__(self, disk: Disk, root: str, run: str, fd: int) -> None:
        self.header = Header(JOURNAL_FORMAT, run, "", (0, 0), 0, bytes(32))
        self.closed: Closed | None = None
        self.blocks: list[Block] = []
        self.durable = 0
        self.failed = False
        self.restored = ""
        self.recovered = ""
        self.path = journal_path(root, run)
        self._disk, self._root, self._fd = disk, root, fd
        self._name = f"runs/{os.path.basename(self.path)}"
        self._mark_fd = -1
        self._last_mark = Point(0, blake3().digest())
        self._end = 0
        self._hasher = blake3()
        self._unhashed: list[bytes] = []
        self._pending: list[Move] = []
        self._entries: list[bytes] = []
        self._entry_bytes = 0
        self._count = 0
        self._ids = bytearray()
        self._poison = ""

    # --- beginning ----------------------------------------------------------------------------------

    @classmethod
    def create(
        cls, disk: Disk, root: str, run: str, boot: str, secret: bytes, time_us: int, unrecorded: bool = False
    ) -> Journal:
        """Begin a run's journal. Nothing may be derived from its secret before ``close_plan`` has synced it.

        One that a dead process left before its planned effects were closed goes to ``quarantine/``: nothing of it was
        done. So does a closed one where the caller knows that its run is ``unrecorded``: acting comes after that, but
        for a store that was put back. Raises ``Refused`` for any other closed one, ``Busy``, ``DiskFailed``.
        """
        path = journal_path(root, run)
        try:
            disk.make_directory(f"{root}/runs")
            if disk.exists(path):
                _set_aside(disk, root, run, unrecorded)
            fd = disk.create_private(path)
        except OSError as error:
            raise DiskFailed("create", path, error) from None
        journal = cls(disk, root, run, fd)
        with ExitStack() as undo:
            undo.callback(journal.close)
            try:
                if not disk.try_lock(fd):
                    raise Busy(f"the run {run[:15]}")
                journal.header = Header(JOURNAL_FORMAT, run, boot, disk.identity(fd), time_us, secret)
                journal._write(encode_record(kinds.JOURNAL, journal.header))
                disk.sync_directory(f"{root}/runs")
            except OSError as error:
                raise DiskFailed("sync", path, error) from None
            undo.pop_all()
        return journal

    @classmethod
    def open(
        cls,
        disk: Disk,
        root: str,
        run: str,
        known: Point | None,
        hear: Callable[[Header, Closed], Take],
    ) -> Journal:
        """Open a run's journal to go on with it; its moves are handed to what ``hear`` gives.

        ``known`` is where the store saw it last. A torn tail goes to ``quarantine/``. Raises ``Unknown`` where there
        is none, ``Busy``, ``Corrupt``, ``Refused`` where its planned effects were never closed, ``DiskFailed``.
        """
        fd = _open_locked(disk, journal_path(root, run), run)
        journal = cls(disk, root, run, fd)
        with ExitStack() as undo:
            undo.callback(journal.close)
            try:
                mark = journal._read_mark()
                points = (*mark_point(mark), *((known,) if known else ()))
                found = read_journal(disk, fd, journal._name, points, hear)
                if found is None or found.closed is None:
                    raise Refused(
                        "the run was never decided: nothing of it was done, and there is nothing to go on with"
                    )
                journal._adopt(found, mark)
            except OSError as error:
                raise DiskFailed("recover", journal.path, error) from None
            undo.pop_all()
        return journal

    def _adopt(self, found: Found, mark: JournalMark | None) -> None:
        self.header, self.closed, self.blocks = found.header, found.closed, list(found.blocks)
        self._count = found.closed.count if found.closed else 0
        self._end, self._hasher = found.end, found.hasher
        self.durable = min(found.durable, found.end)
        if found.behind:
            self.restored = "it is older than what this workspace has seen of it"
        if found.torn:
            self.recovered = found.torn
            _quarantine(self._disk, self._root, self._fd, self.header.run, found.end)
        if mark is not None and mark.failed:
            self.failed = True
            self._write_again(mark.offset)

    def _write_again(self, start: int) -> None:
        # After a failed sync the pages above the mark count as clean although the device may not have them: writing
        # the same bytes makes them dirty, and the next sync means something again.
        for offset in range(start, self._end, JOURNAL_CHUNK_BYTES):
            data = self._disk.read(self._fd, offset, min(JOURNAL_CHUNK_BYTES, self._end - offset))
            self._disk.write(self._fd, offset, data)
        self._disk.sync(self._fd)

    def close(self) -> None:
        """Give up the files, and with them the lock. What was not flushed is forgotten."""
        for fd in (self._fd, self._mark_fd):
            if fd >= 0:
                self._disk.close(fd)
        self._fd = self._mark_fd = -1

    def discard(self) -> None:
        """Take away a journal whose run was not decided, and close it. Its secret derived nothing."""
        assert self.closed is None, "the journal of a decided run is kept"
        try:
            self._disk.remove(self.path)
        except OSError as error:
            raise DiskFailed("remove", self.path, error) from None
        finally:
            self.close()

    # --- deciding -----------------------------------------------------------------------------------

    def plan(self, entry: bytes) -> None:
        """Append one planned effect, an encoded MessagePack value. Raises ``TooLarge``, ``DiskFailed``."""
        assert self.closed is None, "the planned effects are closed"
        if len(entry) > CONTROL_BYTES_MAX - 16:
            raise TooLarge("a planned effect", len(entry), CONTROL_BYTES_MAX)
        if self._entry_bytes + len(entry) > PLANNED_BLOCK_BYTES or len(self._entries) >= PLANNED_BLOCK_EFFECTS:
            self._write_block()
        self._entries.append(entry)
        self._entry_bytes += len(entry)

    def _write_block(self) -> None:
        if not self._entries:
            return
        frame, id_ = encode_planned(self._entries)
        self.blocks.append(Block(self._end, self._count, len(self._entries)))
        self._write(frame)
        self._ids += id_
        self._count += len(self._entries)
        self._entries, self._entry_bytes = [], 0

    def close_plan(self, summary: dict[str, Any]) -> Closed:
        """End the planned effects and sync. Raises ``DiskFailed``, ``Poisoned``."""
        self._write_block()
        digest = planned_digest(self.header.run, self._count, bytes(self._ids))
        closed = Closed(self._count, digest, summary)
        self._write(encode_record(kinds.CLOSED, closed))
        self.closed = closed
        self.sync()
        return closed

    def entries(self, block: Block) -> bytes:
        """Read a frame of planned effects: an array of entries. Raises ``Corrupt``."""
        return self._payload(block.offset, kinds.PLANNED)

    # --- moves --------------------------------------------------------------------------------------

    def add(self, move: Move) -> None:
        """Note a move; it is in the file after ``flush``."""
        self._pending.append(move)

    def forget(self, move: Move) -> None:
        """Take back a noted move that could not be written."""
        self._pending.remove(move)

    def flush(self) -> int:
        """Write the noted moves as one frame. Gives the frame's offset. Raises ``DiskFailed``: they stay noted."""
        at = self._end
        if self._pending:
            self._write(encode_moves(self._pending))
            self._pending = []
        return at

    def point(self) -> Point:
        """Flush, and say where the journal ends now. Raises ``DiskFailed``."""
        self.flush()
        return Point(self._end, self._head())

    def sync_to(self, point: Point) -> None:
        """Return when everything up to ``point`` is on the device. May run beside the other methods, in one thread.

        Raises ``Poisoned``: this journal is never synced again by this process.
        """
        self.check()
        try:
            self._disk.sync(self._fd)
        except OSError as error:
            self._poison = f"a sync of {self._name} failed: {error.strerror or error}"
            self._write_mark(self._last_mark, failed=True)
            raise Poisoned(self._poison) from None
        self.durable = point.offset
        self._last_mark = point
        self._write_mark(point)

    def sync(self) -> Point:
        """Flush and sync everything. Raises ``DiskFailed``, ``Poisoned``."""
        point = self.point()
        self.sync_to(point)
        return point

    def check(self) -> None:
        """Raise ``Poisoned`` after a sync has failed."""
        if self._poison:
            raise Poisoned(self._poison)

    def in_place(self) -> bool:
        """Tell whether the journal's path still names this file: else somebody copied another over it."""
        return self._disk.same_file(self._fd, self.path)

    def identity(self) -> Identity:
        """Give the file's identity as it is now."""
        return self._disk.identity(self._fd)

    def moves_at(self, offset: int) -> list[Move]:
        """Read the moves of the frame at ``offset``. Raises ``Corrupt``."""
        moves = decode_record(kinds.MOVES, self._payload(offset, kinds.MOVES))
        assert isinstance(moves, list), "a frame that was read before reads again"
        return moves

    # --- bytes --------------------------------------------------------------------------------------

    def _write(self, data: bytes) -> None:
        try:
            self._disk.write(self._fd, self._end, data)
        except OSError as error:
            raise DiskFailed("write", self.path, error) from None
        self._end += len(data)
        self._unhashed.append(data)
        if len(self._unhashed) >= _HASHED_TOGETHER:
            self._head()

    def _head(self) -> bytes:
        # Frame by frame the hash would cost 0.3 µs each, joined next to nothing.
        self._hasher.update(b"".join(self._unhashed))
        self._unhashed.clear()
        return self._hasher.digest()

    def _payload(self, offset: int, kind: int) -> bytes:
        try:
            header = parse_header(self._disk.read(self._fd, offset, HEADER_BYTES), 0)
            if isinstance(header, str) or header.kind != kind:
                raise Corrupt(self._name, offset, header if isinstance(header, str) else "another frame lies here")
            payload = open_payload(header, self._disk.read(self._fd, offset + HEADER_BYTES, header.stored))
        except OSError as error:
            raise Corrupt(self._name, offset, f"cannot be read: {error.strerror or error}") from None
        if isinstance(payload, str):
            raise Corrupt(self._name, offset, payload)
        return payload

    def _mark_path(self) -> str:
        return self.path.removesuffix(".journal") + ".mark"

    def _read_mark(self) -> JournalMark | None:
        try:
            self._mark_fd = self._disk.open(self._mark_path(), WRITE & ~os.O_CREAT)
            mark = decode_journal_mark(self._disk.read(self._mark_fd, 0, JOURNAL_MARK_BYTES))
        except OSError:
            return None
        if mark is not None:
            self._last_mark = Point(mark.offset, mark.head)
        return mark

    def _write_mark(self, point: Point, failed: bool = False) -> None:
        try:
            if self._mark_fd < 0:
                self._mark_fd = self._disk.open(self._mark_path(), WRITE)
            self._disk.write(self._mark_fd, 0, encode_journal_mark(JournalMark(point.offset, point.head, failed)))
        except OSError as error:
            # Without it damage could not be told from a torn tail: nothing more may be done.
            self._poison = f"{self._mark_path()} cannot be written: {error.strerror or error}"
            raise Poisoned(self._poison) from None


def look(disk: Disk, root: str, run: str, hear: Callable[[Header, Closed], Take]) -> Journal:
    """Open a run's journal for reading, also while another process writes it; a torn tail is passed over.

    Raises ``Unknown``, ``Corrupt``, ``Refused`` where its planned effects were never closed.
    """
    path = journal_path(root, run)
    try:
        fd = disk.open(path, READ)
    except OSError as error:
        raise Unknown(run, f"its journal cannot be opened: {error.strerror}") from None
    journal = Journal(disk, root, run, fd)
    with ExitStack() as undo:
        undo.callback(journal.close)
        found = read_journal(disk, fd, journal._name, (), hear)
        if found is None or found.closed is None:
            raise Refused("the run was never decided")
        undo.pop_all()
    journal.header, journal.closed, journal.blocks = found.header, found.closed, list(found.blocks)
    journal._end = found.end
    journal._poison = "the journal was opened for reading"
    return journal


def journaled_runs(disk: Disk, root: str) -> list[str]:
    """Name the runs that have a journal."""
    names = [name for name in disk.list(f"{root}/runs") if name.endswith(".journal")]
    return [PREFIX + name.removesuffix(".journal") for name in names]


def glance(disk: Disk, root: str, run: str, hear: Callable[[Header, Closed], Take]) -> Found | None:
    """Read a journal of which nothing is known, decided or not. None: not even its header is there.

    Raises ``Unknown``, ``Corrupt``.
    """
    path = journal_path(root, run)
    try:
        fd = disk.open(path, READ)
    except OSError as error:
        raise Unknown(run, f"its journal cannot be opened: {error.strerror}") from None
    try:
        return read_journal(disk, fd, f"runs/{os.path.basename(path)}", (), hear)
    finally:
        disk.close(fd)


def put_away(disk: Disk, root: str, run: str) -> str:
    """Move a run's journal to ``quarantine/``, whatever it holds; its mark goes with it. Gives its name there.

    Raises ``Unknown``, ``Busy``, ``DiskFailed``.
    """
    path = journal_path(root, run)
    fd = _open_locked(disk, path, run)
    mark = path.removesuffix(".journal") + ".mark"
    try:
        name = _move_away(disk, root, fd, path)
        if disk.exists(mark):
            disk.rename(mark, f"{root}/{name}.mark")
        return name
    except OSError as error:
        raise DiskFailed("move", path, error) from None
    finally:
        disk.close(fd)


def in_hand(disk: Disk, root: str, run: str) -> bool:
    """Tell whether a process holds the run's journal right now."""
    try:
        fd = disk.open(journal_path(root, run), READ)
    except OSError:
        return False
    try:
        return not disk.try_lock(fd)
    finally:
        disk.close(fd)


def _open_locked(disk: Disk, path: str, run: str) -> int:
    for _ in range(LOCK_LOOKS):
        try:
            fd = disk.open(path, WRITE & ~os.O_CREAT)
            if disk.try_lock(fd) and disk.same_file(fd, path):
                return fd
        except FileNotFoundError:
            raise Unknown(run, "it has no journal: nothing of it was to be done") from None
        except OSError as error:
            raise DiskFailed("open", path, error) from None
        # Held by a process, for an instant by one that only asks (in_hand), or the file was replaced meanwhile.
        disk.close(fd)
        disk.pause(LOCK_LOOK_S)
    raise Busy(f"the run {run[:15]}")


def _set_aside(disk: Disk, root: str, run: str, closed_too: bool) -> None:
    """Move a journal whose deciding never ended to ``quarantine/``, with ``closed_too`` also one that did and was never
    acted on. Raises ``Refused`` for others."""
    path = journal_path(root, run)
    fd = _open_locked(disk, path, run)
    acted: list[int] = []
    try:
        found = read_journal(disk, fd, path, (), lambda header, closed: lambda moves, offset: acted.append(offset))
        if acted and closed_too:
            raise Refused("the store has no record of this run, and its journal says that it has acted: runs list")
        if found is not None and found.closed is not None and not closed_too:
            raise Refused("this run was decided already; go on with it: sopwb runs resume")
        _move_away(disk, root, fd, path)
    finally:
        disk.close(fd)


def _move_away(disk: Disk, root: str, fd: int, path: str) -> str:
    name = f"quarantine/{os.path.basename(path)}-{disk.identity(fd)[0]}"
    disk.make_directory(f"{root}/quarantine")
    disk.rename(path, f"{root}/{name}")
    disk.sync_directory(f"{root}/quarantine")
    return name


def _quarantine(disk: Disk, root: str, fd: int, run: str, start: int) -> None:
    data = disk.read(fd, start, disk.size(fd) - start)
    # The name follows from the bytes, so a recovery that was killed half-way writes the same file again.
    digits = run.removeprefix(PREFIX)
    name = f"{root}/quarantine/journal-{digits[:12]}-{start}-{blake3(data).hexdigest()[:12]}"
    disk.make_directory(f"{root}/quarantine")
    disk.remove(name + ".new")
    copy = disk.create_private(name + ".new")
    try:
        disk.write(copy, 0, data)
        disk.sync(copy)
    finally:
        disk.close(copy)
    disk.rename(name + ".new", name)
    disk.sync_directory(f"{root}/quarantine")
    disk.truncate(fd, start)
