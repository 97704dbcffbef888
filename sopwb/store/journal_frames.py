"""A run's journal: its grammar, and its records as structs.

::

    journal  = header, { planned }, closed, { moves }          one file a run, runs/RUN.journal, mode 0600
    header   = frame of kind journal:  Header
    planned  = frame of kind planned:  an array of entries     zstd where that is smaller; an entry is its owner's
    closed   = frame of kind closed:   Closed                  deciding succeeded; synced before any effect is done
    moves    = frame of kind moves:    an array of Move        in the order in which they happened

    mark     = "SOPJRNL1" 8, failed 4, offset 8, head 32, zlib.crc32 of all before 4     big-endian; runs/RUN.mark

Frames are those of the store (``frames``), payloads MessagePack. Effects are numbered from 0 in the order in which
they were planned. The *digest* of the planned effects is BLAKE3 over the run's id, their number and the id of every
planned frame, each length-prefixed: it is what an approval binds. The *head* at an offset is BLAKE3 of all bytes
before it.

The mark says how far the journal is durable; it is written after each sync and not synced itself, so it never says
too much. ``failed`` says that a sync failed: what lies beyond the mark was read from memory, not from the device. An
``Intent`` carries the durable offset too, for when the mark is lost. Both make the difference between a torn
tail, which is moved to ``quarantine/``, and the loss of what was synced, which is refused.

Deliberately not here: files (``journal``), what an entry holds and what moves mean (``sopwb.app.acting``).
"""

from __future__ import annotations

import struct
from typing import Any, Final, Literal, TypeAlias
from zlib import crc32

import msgspec

from sopwb.kernel.ids import digest
from sopwb.kernel.limits import COMPRESS_IMPORT_BYTES
from sopwb.store import kinds
from sopwb.store.frames import compressor_loaded, encode_frame, encode_plain, frame_id

JOURNAL_FORMAT: Final = 1
Identity: TypeAlias = tuple[int, int]
"""A file's number and generation: another one means that the journal was copied."""


class Header(msgspec.Struct, frozen=True, array_like=True):
    """First frame. ``secret`` are the run's 32 bytes: codes are derived from them and from nothing else."""

    format: int
    run: str
    boot: str
    identity: Identity
    time_us: int
    secret: bytes


class Closed(msgspec.Struct, frozen=True, array_like=True):
    """Ends the planned effects: their number, their digest, and its owner's summary of them."""

    count: int
    digest: bytes
    summary: dict[str, Any]


class Began(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A process begins to act. ``identity`` is the file's from now on."""

    boot: str
    identity: Identity
    time_us: int


class Intent(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """These effects are about to be done; ``durable`` is how far the journal was synced by then."""

    numbers: tuple[int, ...]
    boot: str
    time_us: int
    durable: int


class Dispatched(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """The point of no return: the very next thing is the first byte that may change the world."""

    number: int


class Done(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """The world did it. ``receipt`` is MessagePack, its owner's."""

    number: int
    receipt: bytes


class Rejected(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Certainly not done, and it will not be tried again by itself."""

    number: int
    code: str
    reason: str


class Waiting(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """Certainly not done; attempt ``attempt`` + 1 is due at ``due_us`` (µs since 1970)."""

    number: int
    attempt: int
    due_us: int
    code: str
    reason: str


class Doubted(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """It may have been done or not."""

    number: int
    reason: str


class Resolved(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """A doubt or a rejection ends: ``how`` is done, again (it was not done) or abandon; ``by`` who or what knew. With
    ``repeat`` the doubt goes on: the effect is repeated because its key makes that harmless."""

    number: int
    how: Literal["done", "again", "repeat", "abandon"]
    by: str


class Withdrawn(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """These intents are taken back: nothing of them was dispatched."""

    numbers: tuple[int, ...]


class Held(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """Everything that has no end is in doubt: the journal was copied back, so it may have gone on elsewhere."""

    reason: str


class Stopped(msgspec.Struct, frozen=True, array_like=True, tag=11):
    """The acting process stops in good order: ``why`` is paused, cancelled or what the run came to."""

    why: str


Move: TypeAlias = (
    Began | Intent | Dispatched | Done | Rejected | Waiting | Doubted | Resolved | Withdrawn | Held | Stopped
)

_ARRAY32: Final = 0xDD
_encode = msgspec.msgpack.Encoder().encode
_decode_moves = msgspec.msgpack.Decoder(list[Move]).decode
_decode_header = msgspec.msgpack.Decoder(Header).decode
_decode_closed = msgspec.msgpack.Decoder(Closed).decode


def encode_moves(moves: list[Move]) -> bytes:
    """Frame moves."""
    return encode_plain(kinds.MOVES, _encode(moves))


def encode_record(kind: int, value: Header | Closed) -> bytes:
    """Frame the header or the end of the planned effects."""
    return encode_plain(kind, _encode(value))


def encode_planned(entries: list[bytes]) -> tuple[bytes, bytes]:
    """Frame planned effects, each an encoded MessagePack value. Gives the frame and its id."""
    payload = b"".join((b"\xdd", len(entries).to_bytes(4, "big"), *entries))
    id_ = frame_id(kinds.PLANNED, payload)
    # zstandard costs a start 16 ms: a handful of effects does without.
    compress = compressor_loaded() or len(payload) >= COMPRESS_IMPORT_BYTES
    return encode_frame(kinds.PLANNED, payload, id_, compress=compress), id_


def planned_count(payload: bytes) -> int:
    """Count the entries of a planned frame; -1 where it is none."""
    return int.from_bytes(payload[1:5], "big") if len(payload) >= 5 and payload[0] == _ARRAY32 else -1


def decode_record(kind: int, payload: bytes) -> Header | Closed | list[Move] | str:
    """Read a header, an end of planned effects, or moves; a text says what is wrong."""
    try:
        match kind:
            case kinds.JOURNAL:
                header = _decode_header(payload)
                return header if len(header.secret) == 32 else "the header has no secret"
            case kinds.CLOSED:
                return _decode_closed(payload)
            case kinds.MOVES:
                return _decode_moves(payload)
            case _:
                return f"a frame of kind {kinds.NAMES[kind]} does not belong here"
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        return f"unreadable {kinds.NAMES[kind]} frame: {error}"


def planned_digest(run: str, count: int, ids: bytes) -> bytes:
    """Give what an approval binds; ``ids`` are those of the planned frames, joined."""
    return digest(run.encode("ascii"), b"%d" % count, ids)


# --- the mark -----------------------------------------------------------------------------------------

_MARK_MAGIC: Final = b"SOPJRNL1"
_MARK: Final = struct.Struct(">8sIQ32sI")
JOURNAL_MARK_BYTES: Final = _MARK.size


class JournalMark(msgspec.Struct, frozen=True):
    """How far a journal is durable, and its head there."""

    offset: int
    head: bytes
    failed: bool = False


def encode_journal_mark(mark: JournalMark) -> bytes:
    """Write the record."""
    body = _MARK.pack(_MARK_MAGIC, mark.failed, mark.offset, mark.head, 0)[:-4]
    return body + crc32(body).to_bytes(4, "big")


def decode_journal_mark(data: bytes) -> JournalMark | None:
    """Read the record; None when it is torn, damaged or missing."""
    if len(data) != JOURNAL_MARK_BYTES:
        return None
    magic, failed, offset, head, crc = _MARK.unpack(data)
    if magic != _MARK_MAGIC or crc32(data[:-4]) != crc or failed > 1:
        return None
    return JournalMark(offset, head, bool(failed))
