"""Frames: the one shape of every byte in a segment.

::

    segment     = opening frame, { transaction }          # the opening frame belongs to the first transaction
    transaction = { object }, { extent }, { catalogue }, { ref }, commit      # in a log segment
                | { object }                                                  # in a trace segment
    frame       = header, payload
    header      = magic "\\x9eSOP"  4 bytes
                  kind              1 byte     kinds.py
                  codec             1 byte     0 none, 1 zstd
                  zero              2 bytes
                  stored length     4 bytes    of the payload as it lies here
                  raw length        4 bytes    of the payload uncompressed
                  id               32 bytes    kernel.ids.object_id of kind and uncompressed payload
                  crc               4 bytes    zlib.crc32 of the 48 bytes before
    numbers     = unsigned, big-endian

Payloads of control frames are MessagePack arrays, field by field as the structs below. Places are
(segment, offset) and (0, 0) is no place. A commit's head is ``BLAKE3(previous head ‖ its transaction's
bytes before the commit frame ‖ the commit's payload without its last 32 bytes)``, those last 32 bytes
being the head: so the chain covers every byte (the commit's own header follows from its payload). The
trace stream is chained through extents, which hold the hash of the bytes that their transaction wrote
there.

Deliberately not here: reading transactions (``scan``), files (``disk``), kinds' names (``kinds``).
"""

from __future__ import annotations

import struct
import sys
from _thread import _local
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgspec
from blake3 import blake3

from sopwb.kernel.ids import GENERATION
from sopwb.kernel.limits import COMPRESS_BYTES_MIN, CONTROL_BYTES_MAX, OBJECT_BYTES_MAX
from sopwb.store import kinds

FORMAT: Final = 1
MAGIC: Final = b"\x9eSOP"
HEADER: Final = struct.Struct(">4sBBHII32sI")
_UNCHECKED: Final = struct.Struct(">4sBBHII32s")
"""A header without its checksum."""
HEADER_BYTES: Final = HEADER.size
CRC_SPAN: Final = HEADER_BYTES - 4
CODEC_NONE: Final = 0
CODEC_ZSTD: Final = 1
NO_HEAD: Final = bytes(32)

Place = tuple[int, int]
NOWHERE: Final[Place] = (0, 0)


class Opening(msgspec.Struct, frozen=True, array_like=True):
    """First frame of a segment: which it is, and the chain's head and sequence before it."""

    generation: str
    format: int
    stream: str
    number: int
    head: bytes
    sequence: int


class Commit(msgspec.Struct, frozen=True, array_like=True):
    """Last frame of a transaction; ``durable`` is the watermark that its writer knew, ``start`` its first byte."""

    sequence: int
    time_us: int
    writer: str
    why: str
    durable: Place
    start: int
    previous: Place
    head: bytes


class Ref(msgspec.Struct, frozen=True, array_like=True):
    """A name moves from ``old`` to ``new``; ``back`` is its previous ref frame."""

    name: str
    old: bytes | None
    new: bytes | None
    why: str
    back: Place


class CatalogueEvent(msgspec.Struct, frozen=True, array_like=True):
    """A change of the catalogue: {table: {document id: document or nil}}; ``back`` is the previous event."""

    back: Place
    delta: dict[str, dict[str, dict[str, Any] | None]]


class Extent(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of a trace segment that belong to this transaction, and their hash."""

    segment: int
    start: int
    end: int
    digest: bytes


Control = Opening | Commit | Ref | CatalogueEvent | Extent


class Header(NamedTuple):
    """A frame's header, checked."""

    kind: int
    codec: int
    stored: int
    raw: int
    id: bytes


_encode = msgspec.msgpack.Encoder(order="sorted").encode
_decoders: dict[int, Any] = {}
_TYPES: Final[dict[int, type[Control]]] = {
    kinds.OPENING: Opening,
    kinds.COMMIT: Commit,
    kinds.REF: Ref,
    kinds.CATALOGUE: CatalogueEvent,
    kinds.EXTENT: Extent,
}
_SALTS: Final[dict[int, bytes]] = {
    code: GENERATION + b"\0" + name.encode("ascii") + b"\0" for code, name in kinds.NAMES.items()
}
_context = _local()  # a zstd context may not be used by two threads at once


def frame_id(kind: int, payload: bytes) -> bytes:
    """Give the 32 bytes of ``kernel.ids.object_id`` (a test holds them equal); saves 2 µs of hex a frame."""
    return blake3(_SALTS[kind] + len(payload).to_bytes(8, "big") + payload).digest()


def encode_frame(kind: int, payload: bytes, id_: bytes, *, compress: bool) -> bytes:
    """Frame a payload; with ``compress`` it is stored as zstd where that is smaller."""
    codec, stored = CODEC_NONE, payload
    if compress and len(payload) >= COMPRESS_BYTES_MIN:
        packed = _compress(payload)
        if len(packed) < len(payload):
            codec, stored = CODEC_ZSTD, packed
    head = _UNCHECKED.pack(MAGIC, kind, codec, 0, len(stored), len(payload), id_)
    return head + crc32(head).to_bytes(4, "big") + stored


def encode_plain(kind: int, payload: bytes) -> bytes:
    """Frame a payload as it is: the same bytes as ``encode_frame`` without ``compress``, in half the time."""
    size = len(payload)
    id_ = blake3(_SALTS[kind] + size.to_bytes(8, "big") + payload).digest()
    head = _UNCHECKED.pack(MAGIC, kind, CODEC_NONE, 0, size, size, id_)
    return head + crc32(head).to_bytes(4, "big") + payload


def encode_control(kind: int, value: Control) -> bytes:
    """Frame one of the store's own records."""
    return encode_plain(kind, _encode(value))


def encode_commit(commit: Commit, previous: bytes, body: bytes) -> tuple[bytes, bytes]:
    """Frame a commit of ``body`` (the transaction's bytes so far). Gives the frame and the new head."""
    payload = _encode(commit)[:-32]
    head = blake3(previous).update(body).update(payload).digest()
    payload += head
    return encode_plain(kinds.COMMIT, payload), head


def parse_header(data: bytes, at: int) -> Header | str:
    """Read the header at ``at``; a text says what is wrong with it. Lengths are within their bounds."""
    if at + HEADER_BYTES > len(data):
        return "the file ends inside a frame's header"
    magic, kind, codec, zero, stored, raw, id_, crc = HEADER.unpack_from(data, at)
    if magic != MAGIC:
        return "no frame begins here"
    if crc32(data[at : at + CRC_SPAN]) != crc:
        return "the header's checksum does not match"
    if kind not in kinds.NAMES or codec > CODEC_ZSTD or zero:
        return f"unknown frame (kind {kind}, codec {codec})"
    bound = CONTROL_BYTES_MAX if kind >= kinds.OPENING else OBJECT_BYTES_MAX
    if raw > bound or stored > raw or (codec == CODEC_NONE) != (stored == raw):
        return f"impossible lengths (stored {stored}, raw {raw})"
    return Header(kind, codec, stored, raw, id_)


def open_payload(header: Header, stored: bytes) -> bytes | str:
    """Uncompress a payload and check it against its id; a text says what is wrong."""
    if len(stored) != header.stored:
        return "the file ends inside a frame's payload"
    if header.codec == CODEC_ZSTD:
        plain = unpacked(stored, header.raw)
        if plain is None:
            return "the payload does not uncompress"
        stored = plain
    if frame_id(header.kind, stored) != header.id:
        return "the payload does not match its id"
    return stored


def decode_control(kind: int, payload: bytes) -> Control | str:
    """Read one of the store's own records; a text says what is wrong."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(_TYPES[kind])
    try:
        value: Control = decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        return f"unreadable {kinds.NAMES[kind]} frame: {error}"
    return value


def _compress(payload: bytes) -> bytes:
    compressor = getattr(_context, "compressor", None)
    if compressor is None:
        import zstandard

        compressor = _context.compressor = zstandard.ZstdCompressor(level=3)
    packed: bytes = compressor.compress(payload)
    return packed


def compressor_loaded() -> bool:
    """Tell whether zstandard is in memory already."""
    return "zstandard" in sys.modules


def unpacked(stored: bytes, raw: int) -> bytes | None:
    """Uncompress a payload of ``raw`` bytes; None where it is none."""
    import zstandard

    decompressor = getattr(_context, "decompressor", None)
    if decompressor is None:
        decompressor = _context.decompressor = zstandard.ZstdDecompressor()
    try:
        # The size that the zstd frame claims is what would be allocated: it must be the bounded one.
        if zstandard.frame_content_size(stored) != raw:
            return None
        found: bytes = decompressor.decompress(stored, max_output_size=raw)
    except zstandard.ZstdError:
        return None
    return found if len(found) == raw else None
