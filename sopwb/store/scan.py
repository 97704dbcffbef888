"""Reading a log segment transaction by transaction, believing nothing.

``read_transaction`` accepts a transaction only when its framing, order, sequence, back links and the hash
chain all hold; otherwise it says where and what the damage is. ``confine`` then tells whether damage
below the watermark touches the payloads of objects only, so that all names can still be trusted.

Deliberately not here: what follows from damage (``view`` for readers, ``recovery`` for writers).
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

import msgspec
from blake3 import blake3

from sopwb.kernel.ids import GENERATION
from sopwb.kernel.limits import CONTROL_BYTES_MAX, OBJECT_BYTES_MAX
from sopwb.store import kinds
from sopwb.store.frames import (
    CODEC_NONE,
    CODEC_ZSTD,
    CRC_SPAN,
    FORMAT,
    HEADER,
    HEADER_BYTES,
    MAGIC,
    NO_HEAD,
    NOWHERE,
    CatalogueEvent,
    Commit,
    Extent,
    Header,
    Opening,
    Place,
    Ref,
    decode_control,
    open_payload,
    parse_header,
)

_LOG_KINDS: Final = kinds.ALLOWED[kinds.LOG]
Entry = tuple[int, int, int]
"""An object's frame: kind, offset, length."""


class Damage(msgspec.Struct, frozen=True):
    """Bytes that are not what was written: the file within the store, the offset, and what is wrong."""

    segment: str
    offset: int
    what: str


class Cursor(msgspec.Struct, frozen=True):
    """The state of the log between two transactions. ``trace`` is the end of the trace stream there."""

    segment: int = 1
    offset: int = 0
    head: bytes = NO_HEAD
    sequence: int = 0
    commit: Place = NOWHERE
    catalogue: Place = NOWHERE
    trace: Place = (1, 0)

    @property
    def place(self) -> Place:
        """Where the log ends."""
        return self.segment, self.offset


class Transaction:
    """One transaction as read: objects by id, refs with their offsets, and the cursor after it."""

    __slots__ = ("after", "catalogue", "commit", "end", "extents", "objects", "refs", "segment", "start")

    def __init__(self, segment: int, start: int) -> None:
        self.segment = segment
        self.start = start
        self.end = start
        self.objects: dict[bytes, Entry] = {}
        self.refs: list[tuple[Ref, int]] = []
        self.catalogue: list[int] = []
        self.extents: list[Extent] = []
        self.commit: Commit
        self.after: Cursor


def file_name(stream: str, segment: int) -> str:
    """Name a segment within the store: ``log/00000001.seg``."""
    return f"{stream}/{segment:08d}.seg"


def read_transaction(data: bytes, base: int, at: int, cursor: Cursor) -> Transaction | Damage:
    """Read the transaction at ``at`` in ``data``, which holds the segment's bytes from offset ``base`` on.

    ``cursor`` is the log's state before it. Damage is placed at the frame that is wrong.
    """
    segment = cursor.segment
    found = Transaction(segment, base + at)
    start, size, unpack = at, len(data), HEADER.unpack_from
    objects = found.objects
    while True:
        # parse_header spelt out: this loop is what opening a store and verifying it cost (1.1 µs a frame).
        if at + HEADER_BYTES > size:
            return _damage(segment, base + at, "the file ends inside a transaction")
        magic, kind, codec, zero, stored, raw, id_, crc = unpack(data, at)
        if (
            crc32(data[at : at + CRC_SPAN]) != crc
            or magic != MAGIC
            or zero
            or raw > (CONTROL_BYTES_MAX if kind >= kinds.OPENING else OBJECT_BYTES_MAX)
            or not (stored == raw if codec == CODEC_NONE else codec == CODEC_ZSTD and stored < raw)
        ):
            header = parse_header(data, at)
            return _damage(segment, base + at, header if isinstance(header, str) else "unknown frame")
        if kind not in _LOG_KINDS:
            return _damage(segment, base + at, f"a frame of kind {kind} does not belong here")
        after = at + HEADER_BYTES + stored
        if after > size:
            return _damage(segment, base + at, "the file ends inside a frame's payload")
        if kind < kinds.OPENING:
            if base + at == 0:
                return _damage(segment, 0, "the segment does not begin with its opening frame")
            objects[id_] = (kind, base + at, after - at)
        else:
            problem = _control(found, data, base, at, Header(kind, codec, stored, raw, id_), cursor)
            if problem:
                return _damage(segment, base + at, problem)
            if kind == kinds.COMMIT:
                found.end = base + after
                return _close(found, data, start, at, after, cursor)
        at = after


def _control(
    found: Transaction, data: bytes, base: int, at: int, header: Header, cursor: Cursor
) -> str:
    payload = open_payload(header, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
    if isinstance(payload, str):
        return payload
    value = decode_control(header.kind, payload)
    if (base + at == 0) != isinstance(value, Opening):
        return "the opening frame is not where it belongs"
    match value:
        case str():
            return value
        case Opening():
            stream = (GENERATION.decode(), FORMAT, kinds.LOG, cursor.segment)
            wanted = Opening(*stream, cursor.head, cursor.sequence)
            return "" if value == wanted else "the opening frame is of another segment or history"
        case Ref():
            if any(id_ is not None and len(id_) != 32 for id_ in (value.old, value.new)):
                return "a ref without an id"
            found.refs.append((value, base + at))
        case CatalogueEvent():
            found.catalogue.append(base + at)
        case Extent():
            found.extents.append(value)
        case Commit():
            found.commit = value
    return ""


def _close(
    found: Transaction, data: bytes, start: int, at: int, after: int, cursor: Cursor
) -> Transaction | Damage:
    commit = found.commit
    offset = found.end - (after - at)
    if commit.sequence != cursor.sequence + 1:
        return _damage(found.segment, offset, f"commit {commit.sequence} follows commit {cursor.sequence}")
    if commit.start != found.start or commit.previous != cursor.commit:
        return _damage(found.segment, offset, "the commit is of another transaction")
    if not NOWHERE <= commit.durable <= (found.segment, found.start):
        return _damage(found.segment, offset, "the commit calls bytes durable that come after it")
    view = memoryview(data)
    head = blake3(cursor.head).update(view[start:at]).update(view[at + HEADER_BYTES : after - 32]).digest()
    if head != commit.head:
        return _damage(found.segment, found.start, "the transaction does not match the hash chain")
    trace = trace_end(cursor.trace, found.extents)
    if trace is None:
        return _damage(found.segment, offset, "its parts of the trace stream do not follow each other")
    found.after = Cursor(
        segment=found.segment,
        offset=found.end,
        head=head,
        sequence=commit.sequence,
        commit=(found.segment, offset),
        catalogue=(found.segment, found.catalogue[-1]) if found.catalogue else cursor.catalogue,
        trace=trace,
    )
    return found


def trace_end(trace: Place, extents: list[Extent]) -> Place | None:
    """Follow extents from the end of the trace stream to its new end; None when they do not join."""
    for extent in extents:
        if (extent.segment, extent.start) not in (trace, (trace[0] + 1, 0)) or extent.end <= extent.start:
            return None
        trace = (extent.segment, extent.end)
    return trace


def confine(data: bytes, base: int, at: int, cursor: Cursor) -> tuple[Transaction | None, list[Damage]]:
    """Look closer at a damaged transaction below the watermark.

    Gives every frame whose payload does not match its id and, when these are objects only, the transaction
    itself: its refs are proved by their own ids, and its commit gives the head from which the chain goes on.
    """
    found = Transaction(cursor.segment, base + at)
    damages: list[Damage] = []
    start = at
    while True:
        header = parse_header(data, at)
        if isinstance(header, str):
            return None, [*damages, _damage(cursor.segment, base + at, header)]
        after = at + HEADER_BYTES + header.stored
        if header.kind < kinds.OPENING:
            payload = open_payload(header, data[at + HEADER_BYTES : after])
            if isinstance(payload, str):
                damages.append(_damage(cursor.segment, base + at, payload))
            found.objects[header.id] = (header.kind, base + at, after - at)
        else:
            problem = _control(found, data, base, at, header, cursor)
            if problem:
                return None, [*damages, _damage(cursor.segment, base + at, problem)]
            if header.kind == kinds.COMMIT:
                break
        at = after
    found.end = base + after
    if not damages:
        return None, []  # every frame is sound, so what fails is the order or the chain: nothing to confine
    # With the head that the commit states, all of the other conditions can be checked as usual.
    verdict = _close(found, data, start, at, after, cursor)
    if isinstance(verdict, Damage) and "hash chain" not in verdict.what:
        return None, [*damages, verdict]
    found.after = Cursor(
        segment=found.segment,
        offset=found.end,
        head=found.commit.head,
        sequence=found.commit.sequence,
        commit=(found.segment, base + at),
        catalogue=(found.segment, found.catalogue[-1]) if found.catalogue else cursor.catalogue,
        trace=trace_end(cursor.trace, found.extents) or cursor.trace,
    )
    return found, damages


def later_commits(data: bytes, base: int, segment: int, place: Place) -> Place:
    """Find the furthest end beyond ``place`` that a commit in ``data`` calls durable, else no place.

    Then damage at ``place`` is no torn tail but the loss of something acknowledged. Only a commit from whose
    stated start the frames lead exactly to it counts, so a copy of a log inside a payload does not.
    """
    known, at = NOWHERE, 0
    while (at := data.find(MAGIC, at)) >= 0:
        header = parse_header(data, at)
        if isinstance(header, Header) and header.kind == kinds.COMMIT:
            payload = open_payload(header, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
            commit = decode_control(kinds.COMMIT, payload) if isinstance(payload, bytes) else payload
            if isinstance(commit, Commit) and max(place, known) < commit.durable <= (segment, commit.start):
                known = commit.durable if _leads(data, commit.start - base, at) else known
        at += 1
    return known


def _leads(data: bytes, start: int, commit_at: int) -> bool:
    while 0 <= start < commit_at:
        header = parse_header(data, start)
        if isinstance(header, str):
            return False
        start += HEADER_BYTES + header.stored
    return start == commit_at


def _damage(segment: int, offset: int, what: str) -> Damage:
    return Damage(file_name(kinds.LOG, segment), offset, what)
