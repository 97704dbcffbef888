"""Marks: the two small records that processes share, one in ``lock`` and one in ``watermark``.

::

    mark = "SOPMARK1" 8, epoch 8, failed 4, log segment 4, log offset 8, trace segment 4, trace offset 8,
           sequence 8, zlib.crc32 of all before 4                                     unsigned, big-endian

``watermark`` says what is durable. Its file lock is held around a sync; the holder publishes it
afterwards, so it never says too much. It is not synced itself: after a power loss it may say too little,
and the commits' own ``durable`` fields and recovery make up for that. ``failed`` says that a sync failed:
nobody may write until an opening store has cut what lies above the mark, which begins a new epoch.

``lock`` says where the log ends, synced or not. Its file lock is held around an append, and the holder
writes it last. So whoever syncs after an append of its own finds there an end that its sync covers: this
is how several processes share one sync. Neither is a source of truth; a record that is torn or missing is
ignored.
"""

from __future__ import annotations

import struct
from typing import Final
from zlib import crc32

import msgspec

from sopwb.store.frames import Place

_MAGIC: Final = b"SOPMARK1"
_RECORD: Final = struct.Struct(">8sQIIQIQQI")
MARK_BYTES: Final = _RECORD.size


class Mark(msgspec.Struct, frozen=True):
    """Ends of both streams, the commit's sequence there, and the epoch."""

    log: Place
    trace: Place
    sequence: int
    epoch: int
    failed: bool = False


def encode_mark(mark: Mark) -> bytes:
    """Write the record."""
    head = _RECORD.pack(_MAGIC, mark.epoch, mark.failed, *mark.log, *mark.trace, mark.sequence, 0)[:-4]
    return head + crc32(head).to_bytes(4, "big")


def decode_mark(data: bytes) -> Mark | None:
    """Read the record; None when it is torn, damaged or missing."""
    if len(data) != MARK_BYTES:
        return None
    magic, epoch, failed, segment, offset, trace, trace_offset, sequence, crc = _RECORD.unpack(data)
    if magic != _MAGIC or crc32(data[:-4]) != crc or failed > 1:
        return None
    return Mark((segment, offset), (trace, trace_offset), sequence, epoch, bool(failed))
