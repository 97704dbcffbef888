"""Reading a store of the generation ``sop0``, whose ids were not yet final: every object and where every ref points.

The frames are those of ``frames``; only what ids begin with differs. A damaged frame ends the reading: such a store
is to be mended with the version that wrote it. Deliberately not here: what becomes of it (``app.migrating``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from blake3 import blake3

from sopwb.kernel.ids import PREFIX
from sopwb.store import kinds
from sopwb.store.errors import Corrupt, NotAStore
from sopwb.store.files import EARLIER_FORMAT_TEXT
from sopwb.store.frames import CODEC_ZSTD, HEADER_BYTES, Header, Ref, decode_control, parse_header, unpacked

_GENERATION: Final = b"sop0"


class Earlier(msgspec.Struct, frozen=True):
    """A whole store in memory: (kind, payload) by id, and the live refs."""

    objects: dict[str, tuple[str, bytes]]
    refs: dict[str, str]


def is_earlier(root: Path) -> bool:
    """Whether a folder holds such a store."""
    try:
        return (root / "FORMAT").read_bytes() == EARLIER_FORMAT_TEXT
    except OSError:
        return False


def read_earlier(root: Path) -> Earlier:
    """Read the main log of a store. Raises ``NotAStore`` and ``Corrupt``; traces are not read."""
    if not is_earlier(root):
        raise NotAStore(str(root), "it is not a store of the generation sop0")
    found = Earlier({}, {})
    for segment in sorted((root / "log").glob("*.seg")):
        data, at = segment.read_bytes(), 0
        while at < len(data):
            header = parse_header(data, at)
            if isinstance(header, str):
                raise Corrupt(segment.name, at, header)
            stored = data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored]
            problem = _take(found, header, stored)
            if problem:
                raise Corrupt(segment.name, at, problem)
            at += HEADER_BYTES + header.stored
    return found


def _take(found: Earlier, header: Header, stored: bytes) -> str:
    payload = unpacked(stored, header.raw) if header.codec == CODEC_ZSTD else stored
    if payload is None:
        return "the payload does not uncompress"
    kind = kinds.NAMES[header.kind]
    salt = _GENERATION + b"\0" + kind.encode("ascii") + b"\0" + len(payload).to_bytes(8, "big")
    if blake3(salt + payload).digest() != header.id:
        return "the payload does not match its id"
    if header.kind < kinds.OPENING:
        found.objects[PREFIX + header.id.hex()] = (kind, payload)
    elif header.kind == kinds.REF:
        ref = decode_control(header.kind, payload)
        if not isinstance(ref, Ref):
            return "a ref does not read"
        if ref.new is None:
            found.refs.pop(ref.name, None)
        else:
            found.refs[ref.name] = PREFIX + ref.new.hex()
    return ""
