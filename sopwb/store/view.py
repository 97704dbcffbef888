"""What a process sees of a store: the durable objects, refs and catalogue events, and where they lie.

A view is loaded from the newest index with state and the log after it, and advances as the watermark does. It
takes no lock. Segments before the index, and the whole trace stream, are looked into only when something is
asked that needs them.

Damage at or below the watermark: the payload of an object → everything else goes on, getting it is
refused. Anything else in the log → ``lost``: names can no longer be trusted, so asking for one raises
``Corrupt`` instead of giving what may be an old answer; objects that can still be found are proved by
their own ids.

Deliberately not here: bytes above the watermark (``writer``), and cutting them (``recovery``).
"""

from __future__ import annotations

import msgspec

from sopwb.store import kinds
from sopwb.store.errors import Corrupt
from sopwb.store.files import Files
from sopwb.store.frames import HEADER_BYTES, NOWHERE, Place, parse_header
from sopwb.store.index import Index, RefRow, index_name, object_rows, packed_rows, write_index
from sopwb.store.scan import (
    Cursor,
    Damage,
    Entry,
    Transaction,
    confine,
    file_name,
    read_transaction,
)

Location = tuple[str, int, int, int, int]
"""An object's frame: stream, segment, kind, offset, length."""
_HIGHEST = b"\xff" * 32


class SegmentView:
    """One segment: an index of its first bytes, and the objects after them."""

    __slots__ = ("index", "last", "number", "read_to", "stream", "tail")

    def __init__(self, stream: str, number: int, index: Index | None) -> None:
        self.stream = stream
        self.number = number
        self.index = index
        self.tail: dict[bytes, Entry] = {}
        self.read_to = index.header.covered if index else 0
        self.last = index.header.mark if index else 0

    def find(self, id_: bytes) -> Entry | None:
        """Find an object's frame."""
        return self.tail.get(id_) or (self.index.find(id_) if self.index else None)

    def between(self, low: bytes, high: bytes) -> list[tuple[bytes, Entry]]:
        """List the objects with ``low`` ≤ id ≤ ``high``."""
        found = [(id_, entry) for id_, entry in list(self.tail.items()) if low <= id_ <= high]
        return found + (list(self.index.between(low, high)) if self.index else [])

    def counts(self) -> dict[int, int]:
        """Count objects by kind."""
        found = dict(self.index.header.counts) if self.index else {}
        for kind, _, _ in list(self.tail.values()):
            found[kind] = found.get(kind, 0) + 1
        return found


class View:
    """The durable state. ``advance`` moves it; nothing else changes what it answers."""

    def __init__(self, files: Files, distrusted: frozenset[str]) -> None:
        self._files = files
        self._distrusted = distrusted
        self.cursor = Cursor()
        self.damages: list[Damage] = []
        self.trace_damages: list[Damage] = []
        self.lost: Damage | None = None
        self.blind: Damage | None = None
        self._segments: dict[tuple[str, int], SegmentView] = {}
        self._base: Index | None = None
        self._refs: dict[str, tuple[bytes | None, Place]] = {}

    @classmethod
    def load(cls, files: Files, distrusted: frozenset[str] = frozenset()) -> View:
        """Start from the newest index that holds the log's state, else from nothing."""
        view = cls(files, distrusted)
        for number in reversed(files.numbers(kinds.LOG)):
            index = view._open_index(kinds.LOG, number)
            if index is not None and index.header.state is not None:
                view._base = index
                view.cursor = index.header.state
                view._segments[kinds.LOG, number] = SegmentView(kinds.LOG, number, index)
                break
        return view

    # --- moving -----------------------------------------------------------------------------------

    def advance(self, limit: Place) -> None:
        """Take in what is durable up to ``limit``. Damage found on the way is kept in ``damages``."""
        while self.lost is None and self.cursor.place < limit:
            segment, offset = self.cursor.place
            try:
                size = self._files.size(kinds.LOG, segment)
                if segment < limit[0] and offset >= size > 0:
                    self.cursor = msgspec.structs.replace(self.cursor, segment=segment + 1, offset=0)
                    continue
                end = limit[1] if segment == limit[0] else max(size, 1)
                data = self._files.read(kinds.LOG, segment, offset, max(0, min(end, size) - offset))
            except Corrupt as error:
                self.lose(Damage(error.segment, error.offset, error.what))
                return
            self._take(data, offset)
            if self.lost is None and end == limit[1] and segment == limit[0] and offset + len(data) < end:
                name = file_name(kinds.LOG, segment)
                self.lose(Damage(name, size, "the file ends before what was acknowledged"))

    def _take(self, data: bytes, base: int) -> None:
        at = 0
        while at < len(data):
            found = read_transaction(data, base, at, self.cursor)
            if isinstance(found, Damage):
                confined, damages = confine(data, base, at, self.cursor)
                self.damages.extend(damages)
                if confined is None:
                    self.lose(found)
                    return
                found = confined
            self.apply(found)
            at = found.end - base

    def apply(self, found: Transaction) -> None:
        """Take in one transaction that is durable."""
        segment = self._segments.get((kinds.LOG, found.segment))
        if segment is None:
            segment = self._add(SegmentView(kinds.LOG, found.segment, None))
        segment.tail.update(found.objects)
        segment.read_to = found.end
        segment.last = found.after.commit[1]
        for ref, offset in found.refs:
            self._refs[ref.name] = (ref.new, (found.segment, offset))
        self.cursor = found.after

    def lose(self, damage: Damage) -> None:
        """Take note of damage after which names cannot be trusted."""
        self.lost = self.blind = damage
        if damage not in self.damages:
            self.damages.append(damage)

    # --- objects ----------------------------------------------------------------------------------

    def find(self, id_: bytes) -> Location | None:
        """Find an object's frame: main log first, newest segment first."""
        for stream, newest in ((kinds.LOG, self.cursor.segment), (kinds.TRACE, self.cursor.trace[0])):
            for number in range(newest, 0, -1):
                entry = self._segment(stream, number).find(id_)
                if entry is not None:
                    return stream, number, *entry
        return None

    def matches(self, low: bytes, high: bytes, traces: bool) -> dict[bytes, int]:
        """List ids between two bounds with their kinds; ``traces`` looks into the trace stream too."""
        found: dict[bytes, int] = {}
        for segment in self._all_segments(traces):
            for id_, (kind, _, _) in segment.between(low, high):
                found[id_] = kind
        return found

    def of_kind(self, kind: int) -> list[bytes]:
        """List the objects of a kind in the order of their writing."""
        found: list[bytes] = []
        stream = kinds.TRACE if kind in kinds.ALLOWED[kinds.TRACE] else kinds.LOG
        for segment in self._all_segments(stream == kinds.TRACE):
            if segment.stream == stream:
                entries = segment.between(b"", _HIGHEST)
                found += [id_ for _, id_ in sorted((e[1], id_) for id_, e in entries if e[0] == kind)]
        return found

    def counts(self) -> dict[int, int]:
        """Count all objects by kind."""
        total: dict[int, int] = {}
        for segment in self._all_segments(True):
            for kind, n in segment.counts().items():
                total[kind] = total.get(kind, 0) + n
        return total

    def _all_segments(self, traces: bool) -> list[SegmentView]:
        found = [self._segment(kinds.LOG, number) for number in range(1, self.cursor.segment + 1)]
        if traces:
            found += [self._segment(kinds.TRACE, number) for number in range(1, self.cursor.trace[0] + 1)]
        return found

    def _segment(self, stream: str, number: int) -> SegmentView:
        segment = self._segments.get((stream, number))
        if segment is None:
            segment = SegmentView(stream, number, self._open_index(stream, number))
            if stream == kinds.LOG and number < self.cursor.segment:
                self._walk(segment, self._files.size(stream, number))
            segment = self._add(segment)
        if stream == kinds.TRACE:
            newest, end = self.cursor.trace
            wanted = end if number == newest else self._files.size(stream, number)
            if segment.read_to < wanted:
                self._walk(segment, wanted)
        return segment

    def _add(self, segment: SegmentView) -> SegmentView:
        # Threads that read take no lock: of two that add the same segment the first one counts, for both.
        return self._segments.setdefault((segment.stream, segment.number), segment)

    def _walk(self, segment: SegmentView, end: int) -> None:
        # Only headers are read: what is looked up here is checked against its id when it is got.
        base = segment.read_to
        if base >= end:
            return
        if segment.stream == kinds.TRACE and not self._files.exists(kinds.TRACE, segment.number):
            segment.read_to = end  # retired whole
            return
        data = self._files.read(segment.stream, segment.number, base, end - base)
        at = 0
        while at < len(data):
            header = parse_header(data, at)
            if isinstance(header, str) or at + HEADER_BYTES + header.stored > len(data):
                what = header if isinstance(header, str) else "the file ends inside a frame's payload"
                damage = Damage(file_name(segment.stream, segment.number), base + at, what)
                (self.damages if segment.stream == kinds.LOG else self.trace_damages).append(damage)
                self.blind = self.blind or damage
                break
            after = at + HEADER_BYTES + header.stored
            if header.kind < kinds.OPENING:
                segment.tail[header.id] = (header.kind, base + at, after - at)
            segment.last = base + at
            at = after
        segment.read_to = end

    def _open_index(self, stream: str, number: int) -> Index | None:
        if self._files.path(index_name(stream, number)) in self._distrusted:
            return None
        return self._files.open_index(stream, number)

    # --- refs -------------------------------------------------------------------------------------

    def ref(self, name: str) -> tuple[bytes | None, Place]:
        """Give a name's id and the place of its last change; (None, no place) for one never set."""
        self.check_names()
        found = self._refs.get(name)
        if found is None and self._base is not None:
            row = self._base.ref(name)
            found = (row[1], row[2]) if row else None
        return found or (None, NOWHERE)

    def refs(self, prefix: str) -> list[RefRow]:
        """List the names that begin with ``prefix``, deleted ones too, sorted by their UTF-8 bytes."""
        self.check_names()
        found = {row[0]: row for row in self._base.refs(prefix)} if self._base else {}
        for name, (id_, place) in list(self._refs.items()):
            if name.startswith(prefix):
                found[name] = (name, id_, place)
        return sorted(found.values(), key=lambda row: row[0].encode())

    def check_names(self) -> None:
        """Raise ``Corrupt`` when changes of names may have been lost."""
        if self.lost is not None:
            raise Corrupt(self.lost.segment, self.lost.offset, self.lost.what)

    # --- indexes ----------------------------------------------------------------------------------

    def unindexed(self) -> int:
        """Count the objects and names that the next opening would read one by one."""
        newest = self._segments.get((kinds.LOG, self.cursor.segment))
        log = len(self._refs) + (len(newest.tail) if newest else 0)
        trace = self._segments.get((kinds.TRACE, self.cursor.trace[0]))
        return max(log, len(trace.tail) if trace else 0)

    @property
    def indexed_segment(self) -> int:
        """The segment whose index holds the log's state; 1 when there is none."""
        return self._base.header.segment if self._base else 1

    def write_indexes(self) -> None:
        """Index every segment that has objects outside of its index. Raises ``OSError``, ``Corrupt``."""
        if self.damages or not self.cursor.sequence:
            return
        for (stream, number), segment in sorted(self._segments.items()):
            newest = stream == kinds.LOG and number == self.cursor.segment
            if not (segment.tail or newest) or (stream == kinds.TRACE and self.trace_damages):
                continue
            rows = object_rows(segment.tail)
            if segment.index is not None:
                rows += packed_rows(segment.index)
            header, _ = self._files.frame_at(stream, number, segment.last)
            write_index(
                self._files.path(index_name(stream, number)),
                stream=stream,
                segment=number,
                covered=segment.read_to,
                mark=segment.last,
                mark_id=header.id,
                counts=segment.counts(),
                rows=rows,
                state=self.cursor if newest else None,
                refs=self.refs("") if newest else (),
            )
