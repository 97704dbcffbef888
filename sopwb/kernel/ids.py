"""Identity: an object's id is the BLAKE3 hash of its kind and bytes.

    id = "b3:" + hex BLAKE3(GENERATION ‖ 0x00 ‖ kind ‖ 0x00 ‖ length as 8 bytes big-endian ‖ bytes)

``GENERATION`` is ``sop1``, fixed for ever. Ids of ``sop0``, from before rows and sets were proved equal, are
migrated by freezing anew (``app.migrating``).
"""

from __future__ import annotations

from typing import Final

from blake3 import blake3

GENERATION: Final = b"sop1"
PREFIX: Final = "b3:"
SHORT_DIGITS: Final = 7
"""Hex digits of a short id as shown (``#1a2b3c4``), as git shows its own."""


def digest(*parts: bytes) -> bytes:
    """Hash parts so that no two lists of parts give the same bytes: each is length-prefixed. 32 bytes."""
    # One call for all of them: a batch names a million effects.
    return blake3(b"".join([piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)])).digest()


def object_id(kind: str, payload: bytes) -> str:
    """Give the id of an object of ``kind`` with these canonical bytes."""
    head = GENERATION + b"\0" + kind.encode("ascii") + b"\0" + len(payload).to_bytes(8, "big")
    return PREFIX + blake3(head + payload).hexdigest()


def short_id(id_: str) -> str:
    """Abbreviate an id for people: ``#1a2b3c4``."""
    return "#" + id_.removeprefix(PREFIX)[:SHORT_DIGITS]
