"""What a writer does about bytes above the watermark before it may append.

A writer that died leaves a torn transaction at the end of the log, or bytes in the trace stream that no
commit claims. Whoever holds the append lock next moves them to ``quarantine/``, syncs the copy, and only
then cuts the segment: no byte is ever destroyed, and a recovery that is itself killed is simply done
again.

Complete transactions above the watermark are kept: their writer died or waits between its append and its
sync, and the next sync makes them durable. Only after a failed sync everything above the watermark is
cut: the pages of a failed sync read back as if they were written, so nothing up there can be trusted.

Deliberately not here: damage below the watermark, which nothing repairs (``view``).
"""

from __future__ import annotations

import msgspec
from blake3 import blake3

from sopwb.store import kinds
from sopwb.store.disk import WRITE
from sopwb.store.errors import Corrupt
from sopwb.store.files import FILE_BYTES_MAX, Files
from sopwb.store.frames import NOWHERE, Extent, Place
from sopwb.store.scan import Cursor, Damage, Transaction, file_name, later_commits, read_transaction


def read_pending(files: Files, cursor: Cursor, *, traces: bool) -> tuple[list[Transaction], Damage | None]:
    """Read the complete transactions after ``cursor`` to the end of the log, and the damage that ends them.

    With ``traces`` a transaction also counts as damaged when its bytes in the trace stream do not match
    their hash: needed after a power loss, when pages may have reached the disk in any order. The append
    lock must be held.
    """
    found: list[Transaction] = []
    while True:
        size = files.size(kinds.LOG, cursor.segment)
        if cursor.offset < size:
            base = cursor.offset
            data = files.read(kinds.LOG, cursor.segment, base, size - base)
            at = 0
            while at < len(data):
                read = read_transaction(data, base, at, cursor)
                if isinstance(read, Damage):
                    return found, read
                if traces and not all(_extent_holds(files, extent) for extent in read.extents):
                    what = "its bytes in the trace stream do not match their hash"
                    return found, Damage(file_name(kinds.LOG, cursor.segment), base + at, what)
                found.append(read)
                cursor = read.after
                at = read.end - base
        if cursor.offset == 0 or not files.size(kinds.LOG, cursor.segment + 1):
            return found, None
        cursor = msgspec.structs.replace(cursor, segment=cursor.segment + 1, offset=0)


def durable_evidence(files: Files, cursor: Cursor) -> Place:
    """Find what the commits after ``cursor`` call durable: the watermark, should its record be lost or old.

    Commits beyond damage count too: they tell a torn tail from the loss of something acknowledged.
    """
    pending, damage = read_pending(files, cursor, traces=False)
    known = max((read.commit.durable for read in pending), default=NOWHERE)
    return max(known, evidence_beyond(files, pending[-1].after if pending else cursor)) if damage else known


def evidence_beyond(files: Files, cursor: Cursor) -> Place:
    """Find what commits beyond the damage at ``cursor`` call durable, as far as it lies beyond ``cursor``."""
    known = NOWHERE
    for number in files.numbers(kinds.LOG):
        if number >= cursor.segment:
            offset = cursor.offset if number == cursor.segment else 0
            data = files.read(kinds.LOG, number, offset, FILE_BYTES_MAX)
            known = max(known, later_commits(data, offset, number, cursor.place))
    return known


def _extent_holds(files: Files, extent: Extent) -> bool:
    if not extent.start < extent.end <= FILE_BYTES_MAX:
        return False
    try:
        data = files.read(kinds.TRACE, extent.segment, extent.start, extent.end - extent.start)
    except Corrupt:
        return False
    return blake3(data).digest() == extent.digest


def cut_tails(files: Files, log: Place, trace: Place) -> list[Damage]:
    """Move everything beyond the two ends to ``quarantine/`` and cut it. Gives what was moved.

    The append lock must be held. Raises ``OSError``.
    """
    moved: list[Damage] = []
    for stream, (number, offset) in ((kinds.LOG, log), (kinds.TRACE, trace)):
        for later in files.numbers(stream):
            start = offset if later == number else 0
            if later >= number and (size := files.size(stream, later)) > start:
                _quarantine(files, stream, later, start, size)
                what = f"{size - start} bytes moved to quarantine"
                moved.append(Damage(file_name(stream, later), start, what))
    return moved


def _quarantine(files: Files, stream: str, number: int, start: int, size: int) -> None:
    disk = files.disk
    data = files.read(stream, number, start, size - start)
    # The name follows from the bytes, so a recovery that was killed half-way writes the same file again.
    name = f"quarantine/{stream}-{number:08d}-{start}-{blake3(data).hexdigest()[:12]}"
    temporary = files.path(name + ".new")
    disk.make_directory(files.path("quarantine"))
    fd = disk.open(temporary, WRITE)
    try:
        disk.truncate(fd, 0)
        disk.write(fd, 0, data)
        disk.sync(fd)
    finally:
        disk.close(fd)
    disk.rename(temporary, files.path(name))
    disk.sync_directory(files.path("quarantine"))
    # Not synced: should a power loss bring the tail back, the next writer moves it here again.
    disk.truncate(files.fd(stream, number), start)

