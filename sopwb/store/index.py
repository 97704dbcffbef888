"""Index files: where objects and refs are, sorted, memory-mapped, and safe to delete.

::

    idx/log-00000001.idx, idx/trace-00000001.idx
    file   = "SOPIDX1\\0" 8, header length 4, zlib.crc32 of header 4, header, { block }     big-endian
    header = MessagePack of ``Header``
    block  = object block: { id 32, offset 8, length 4, kind 1, zero 3 }, sorted by id
           | ref block: MessagePack [[name, id or nil, place of its last ref frame] ...], sorted by name

An index covers the first ``covered`` bytes of one segment. It is believed when the frame at ``mark`` (the
last one that it covers) is still there with the same id: in the log that is a commit, whose id covers the
hash chain. The index of the segment that was open when it was written also holds ``state``, the whole
state of the log there with all refs, so opening a store reads only what follows. Each block has its own
checksum, tested on first use: a damaged index is rebuilt, never believed.

Deliberately not here: when indexes are written and who asks them (``view``).
"""

from __future__ import annotations

import mmap
import os
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

import msgspec

from sopwb.kernel.limits import INDEX_BLOCK_ENTRIES, INDEX_HEADER_BYTES_MAX
from sopwb.store.frames import Place
from sopwb.store.scan import Cursor, Entry

_MAGIC: Final = b"SOPIDX1\0"
_PREFACE: Final = struct.Struct(">8sII")
_ENTRY: Final = struct.Struct(">32sQIB3x")
_VERSION: Final = 1

RefRow = tuple[str, bytes | None, Place]


class Block(msgspec.Struct, frozen=True, array_like=True):
    """A block's first key, offset among the blocks, length and checksum."""

    first: bytes
    offset: int
    length: int
    crc: int


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What an index covers and where its blocks are. ``refs`` is empty without ``state``."""

    version: int
    stream: str
    segment: int
    covered: int
    mark: int
    mark_id: bytes
    counts: dict[int, int]
    state: Cursor | None
    objects: list[Block]
    refs: list[Block]


class IndexDamaged(Exception):
    """A block of an index does not match its checksum: rebuild it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


_header_decoder = msgspec.msgpack.Decoder(Header)
_rows_decoder = msgspec.msgpack.Decoder(list[RefRow])


def index_name(stream: str, segment: int) -> str:
    """Name an index within the store."""
    return f"idx/{stream}-{segment:08d}.idx"


class Index:
    """An open index file."""

    __slots__ = ("_base", "_checked", "_firsts", "_map", "_names", "header", "path")

    def __init__(self, path: str, header: Header, base: int, data: mmap.mmap) -> None:
        self.path = path
        self.header = header
        self._base = base
        self._map = data
        self._checked: set[int] = set()
        self._firsts = [block.first for block in header.objects]
        self._names = [block.first for block in header.refs]

    @classmethod
    def open(cls, path: str, stream: str, segment: int) -> Index | None:
        """Map the index at ``path``; None when it is missing, damaged or of something else."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if os.fstat(fd).st_size < _PREFACE.size:
                return None
            data = mmap.mmap(fd, 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            return None
        finally:
            os.close(fd)
        magic, length, crc = _PREFACE.unpack_from(data, 0)
        raw = data[_PREFACE.size : _PREFACE.size + min(length, INDEX_HEADER_BYTES_MAX)]
        if magic != _MAGIC or len(raw) != length or crc32(raw) != crc:
            return None
        try:
            header = _header_decoder.decode(raw)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None
        if (header.version, header.stream, header.segment) != (_VERSION, stream, segment):
            return None
        return cls(path, header, _PREFACE.size + length, data)

    def find(self, id_: bytes) -> Entry | None:
        """Find an object's frame."""
        number = bisect_right(self._firsts, id_) - 1
        if number < 0:
            return None
        data = self._block(self.header.objects[number])
        at = data.find(id_)
        while at >= 0:
            if at % _ENTRY.size == 0:
                _, offset, length, kind = _ENTRY.unpack_from(data, at)
                return kind, offset, length
            at = data.find(id_, at + 1)
        return None

    def between(self, low: bytes, high: bytes) -> Iterator[tuple[bytes, Entry]]:
        """List the objects with ``low`` ≤ id ≤ ``high``, sorted."""
        for block in self.header.objects[max(0, bisect_right(self._firsts, low) - 1) :]:
            if block.first > high:
                return
            for id_, offset, length, kind in _ENTRY.iter_unpack(self._block(block)):
                if low <= id_ <= high:
                    yield id_, (kind, offset, length)

    def rows(self) -> Iterator[tuple[bytes, int, int, int]]:
        """List all objects as (id, offset, length, kind), sorted by id."""
        for block in self.header.objects:
            yield from _ENTRY.iter_unpack(self._block(block))

    def ref(self, name: str) -> RefRow | None:
        """Find the last change of a name."""
        number = bisect_right(self._names, name.encode()) - 1
        if number >= 0:
            for row in self._ref_rows(number):
                if row[0] == name:
                    return row
        return None

    def refs(self, prefix: str) -> Iterator[RefRow]:
        """List the last changes of all names that begin with ``prefix``, sorted by their UTF-8 bytes."""
        for number in range(max(0, bisect_right(self._names, prefix.encode()) - 1), len(self._names)):
            for row in self._ref_rows(number):
                if row[0].startswith(prefix):
                    yield row
                elif row[0].encode() > prefix.encode():
                    return

    def _ref_rows(self, number: int) -> list[RefRow]:
        try:
            return _rows_decoder.decode(self._block(self.header.refs[number]))
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise IndexDamaged(self.path) from None

    def _block(self, block: Block) -> bytes:
        data = self._map[self._base + block.offset : self._base + block.offset + block.length]
        if block.offset not in self._checked:
            if len(data) != block.length or crc32(data) != block.crc:
                raise IndexDamaged(self.path)
            self._checked.add(block.offset)
        return data


def object_rows(entries: dict[bytes, Entry]) -> list[bytes]:
    """Pack entries for ``write_index``."""
    pack = _ENTRY.pack
    return [pack(id_, offset, length, kind) for id_, (kind, offset, length) in entries.items()]


def packed_rows(index: Index) -> list[bytes]:
    """Give an index's objects as they are packed."""
    size = _ENTRY.size
    rows: list[bytes] = []
    for block in index.header.objects:
        data = index._block(block)
        rows.extend(data[at : at + size] for at in range(0, len(data), size))
    return rows


def write_index(
    path: str,
    *,
    stream: str,
    segment: int,
    covered: int,
    mark: int,
    mark_id: bytes,
    counts: dict[int, int],
    rows: list[bytes],
    state: Cursor | None = None,
    refs: Iterable[RefRow] = (),
) -> None:
    """Write an index under ``path`` as a whole: readers see the old one or the new one. Raises ``OSError``.

    ``rows`` are packed objects in any order, ``refs`` are sorted by their names' UTF-8 bytes.
    """
    rows.sort()
    blocks: list[bytes] = []
    at = 0
    objects: list[Block] = []
    for n in range(0, len(rows), INDEX_BLOCK_ENTRIES):
        data = b"".join(rows[n : n + INDEX_BLOCK_ENTRIES])
        objects.append(Block(data[:32], at, len(data), crc32(data)))
        blocks.append(data)
        at += len(data)
    names: list[Block] = []
    all_refs = list(refs)
    for n in range(0, len(all_refs), INDEX_BLOCK_ENTRIES):
        data = msgspec.msgpack.encode(all_refs[n : n + INDEX_BLOCK_ENTRIES])
        names.append(Block(all_refs[n][0].encode(), at, len(data), crc32(data)))
        blocks.append(data)
        at += len(data)
    header = msgspec.msgpack.encode(
        Header(_VERSION, stream, segment, covered, mark, mark_id, counts, state, objects, names)
    )
    temporary = f"{path}.{os.getpid()}"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    with os.fdopen(fd, "wb") as file:
        file.write(_PREFACE.pack(_MAGIC, len(header), crc32(header)))
        file.write(header)
        file.writelines(blocks)
    os.replace(temporary, path)
