"""Reading a journal from its beginning, believing nothing.

``read_journal`` goes through the frames, hands every moves frame on, and stops at the first byte that is not what
was written. Whether that is a torn tail or the loss of something synced follows from what is known to be
durable: the mark, the ``durable`` of intents before and beyond the damage, and what the caller knows (the store
notes a run's head at each change of its state).

    damage below what is durable        Corrupt: nothing may be concluded from such a journal
    it ends before what is durable      behind: an older copy lies in its place
    another head at a known offset      Corrupt: it is not the journal that was written
    damage above                        torn: a writer died there

Deliberately not here: writing, quarantine (``journal``), and what moves mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec
from blake3 import blake3

from sopwb.kernel.limits import JOURNAL_CHUNK_BYTES
from sopwb.store import kinds
from sopwb.store.disk import Disk
from sopwb.store.errors import Corrupt
from sopwb.store.frames import HEADER_BYTES, MAGIC, open_payload, parse_header
from sopwb.store.frames import Header as FrameHeader
from sopwb.store.journal_frames import (
    JOURNAL_FORMAT,
    Closed,
    Header,
    Intent,
    JournalMark,
    Move,
    decode_record,
    planned_count,
    planned_digest,
)

Take: TypeAlias = Callable[[list[Move], int], None]
"""Hears of moves and the offset of their frame. Raises ``ValueError`` where they cannot be."""


class Block(msgspec.Struct, frozen=True):
    """A frame of planned effects: where it lies, the number of its first effect, and how many it holds."""

    offset: int
    first: int
    count: int


class Point(msgspec.Struct, frozen=True):
    """An offset of a journal and its head there."""

    offset: int
    head: bytes


class Found(msgspec.Struct, frozen=True):
    """What a journal holds. ``torn`` says what is wrong at ``end`` where its bytes go on beyond it."""

    header: Header
    blocks: tuple[Block, ...]
    closed: Closed | None
    end: int
    torn: str
    behind: bool
    durable: int
    hasher: blake3


def read_journal(
    disk: Disk, fd: int, name: str, known: tuple[Point, ...], closed_moves: Callable[[Header, Closed], Take] | None
) -> Found | None:
    """Read a whole journal; ``known`` are points that it must contain. None: not even its header is there.

    ``closed_moves`` is asked once, where the planned effects end, for who hears of the moves. Raises ``Corrupt``.
    """
    reading = _Reading(disk, fd, name, known, closed_moves)
    try:
        reading.go()
    except OSError as error:
        raise Corrupt(name, reading.end, f"cannot be read: {error.strerror or error}") from None
    return reading.found()


class _Reading:
    """One pass over the frames; ``end`` is where the last sound one ends."""

    def __init__(
        self,
        disk: Disk,
        fd: int,
        name: str,
        known: tuple[Point, ...],
        closed_moves: Callable[[Header, Closed], Take] | None,
    ) -> None:
        self._disk, self._fd, self._name = disk, fd, name
        self._size = disk.size(fd)
        self._known = {point.offset: point.head for point in known}
        self._reached: set[int] = {0} & self._known.keys()
        self._closed_moves = closed_moves
        self._take: Take | None = None
        self._hasher = blake3()
        self._ids = bytearray()
        self._header: Header | None = None
        self._closed: Closed | None = None
        self._blocks: list[Block] = []
        self._count = 0
        self._durable = max(self._known, default=0)
        self._torn = ""
        self.end = 0

    def go(self) -> None:
        for data, header, payload in _frames(self._disk, self._fd, self._size):
            problem = payload if isinstance(payload, str) else self._frame(header, payload)
            if problem:
                self._torn = problem
                return
            self.end += len(data)
            self._hasher.update(data)
            if self.end in self._known:
                if self._hasher.digest() != self._known[self.end]:
                    raise Corrupt(self._name, 0, f"it is not the journal that was written, up to byte {self.end}")
                self._reached.add(self.end)

    def _frame(self, header: FrameHeader | None, payload: bytes) -> str:
        assert header is not None, "a sound payload has a header"
        if (self.end == 0) != (header.kind == kinds.JOURNAL):
            return "the header is not where it belongs"
        if header.kind == kinds.PLANNED:
            return self._planned(header, payload)
        value = decode_record(header.kind, payload)
        match value:
            case str():
                return value
            case Header():
                self._header = value
                return "" if value.format == JOURNAL_FORMAT else f"it has format {value.format}"
            case Closed():
                return self._close(value)
            case _:
                return self._moves(value)

    def _planned(self, header: FrameHeader, payload: bytes) -> str:
        count = planned_count(payload)
        if self._closed is not None or count < 1:
            return "planned effects where there can be none"
        self._blocks.append(Block(self.end, self._count, count))
        self._count += count
        self._ids += header.id
        return ""

    def _close(self, closed: Closed) -> str:
        assert self._header is not None, "the header comes first"
        if self._closed is not None:
            return "the planned effects end twice"
        if closed.count != self._count or closed.digest != planned_digest(
            self._header.run, self._count, bytes(self._ids)
        ):
            return "the planned effects are not those that were closed"
        self._closed = closed
        if self._closed_moves is not None:
            try:
                self._take = self._closed_moves(self._header, closed)
            except ValueError as error:
                return str(error)
        return ""

    def _moves(self, moves: list[Move]) -> str:
        if self._closed is None:
            return "moves before the planned effects end"
        for move in moves:
            if type(move) is Intent:
                self._durable = max(self._durable, move.durable)
        if self._take is not None:
            try:
                self._take(moves, self.end)
            except ValueError as error:
                return str(error)
        return ""

    def found(self) -> Found | None:
        if self._torn:
            beyond = _durable_beyond(self._disk, self._fd, self.end, self._size)
            if max(self._durable, beyond) > self.end:
                raise Corrupt(self._name, self.end, self._torn)
        if any(offset <= self.end and offset not in self._reached for offset in self._known):
            raise Corrupt(self._name, 0, "it is not the journal that was written")
        if self._header is None:
            if self._durable:
                raise Corrupt(self._name, 0, self._torn or "the file is empty")
            return None
        return Found(
            self._header,
            tuple(self._blocks),
            self._closed,
            self.end,
            self._torn,
            self._durable > self.end,
            self._durable,
            self._hasher,
        )


def _frames(disk: Disk, fd: int, size: int) -> Iterator[tuple[bytes, FrameHeader | None, bytes | str]]:
    """Give each frame's bytes, header and payload; a text in its place says what is wrong, and ends it."""
    buffer, base, at = b"", 0, 0
    while base + at < size:
        if len(buffer) - at < HEADER_BYTES:
            base, at, buffer = base + at, 0, disk.read(fd, base + at, JOURNAL_CHUNK_BYTES)
        header = parse_header(buffer, at)
        if isinstance(header, str):
            yield b"", None, header
            return
        length = HEADER_BYTES + header.stored
        if len(buffer) - at < length:
            base, at = base + at, 0
            buffer = disk.read(fd, base, max(length, JOURNAL_CHUNK_BYTES))
        payload = open_payload(header, buffer[at + HEADER_BYTES : at + length])
        yield buffer[at : at + length], header, payload
        if isinstance(payload, str):
            return
        at += length


def _durable_beyond(disk: Disk, fd: int, start: int, size: int) -> int:
    """Find what intents beyond damage at ``start`` call durable, as far as it lies beyond it."""
    data, at, known = disk.read(fd, start, size - start), 0, 0
    while (at := data.find(MAGIC, at)) >= 0:
        header = parse_header(data, at)
        if isinstance(header, FrameHeader) and header.kind == kinds.MOVES:
            payload = open_payload(header, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
            moves = decode_record(kinds.MOVES, payload) if isinstance(payload, bytes) else ""
            if isinstance(moves, list):
                durable = max((move.durable for move in moves if isinstance(move, Intent)), default=0)
                # An intent never calls durable what comes after it: one that does lies in somebody's payload.
                if known < durable <= start + at:
                    known = durable
        at += 1
    return known


def mark_point(mark: JournalMark | None) -> tuple[Point, ...]:
    """Give the mark as what a journal must contain."""
    return () if mark is None else (Point(mark.offset, mark.head),)
