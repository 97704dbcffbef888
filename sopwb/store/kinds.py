"""The kinds of frames, their codes in the file format, and the stream that holds them.

Names and codes are fixed for ever; a new kind takes a new code. Objects of the main log are kept for
ever. Retirable objects live in segments of their own, which can be dropped whole. Control frames are
written by the store itself and are no objects: nobody can put or get them.
"""

from typing import Final

MAIN: Final[dict[str, int]] = {
    "script": 1,
    "draft": 2,
    "note": 3,
    "example": 4,
    "job": 5,
    "schedule": 6,
    "approval": 7,
    "run": 8,
    "schema": 9,
    "blob": 10,
    "slot": 11,
    "notice": 12,
}
RETIRABLE: Final[dict[str, int]] = {
    "trace": 32,
    "result": 33,
    "chat": 34,
    "snapshot": 35,
}
OPENING: Final = 128
COMMIT: Final = 129
REF: Final = 130
CATALOGUE: Final = 131
EXTENT: Final = 132
CONTROL: Final[dict[str, int]] = {
    "opening": OPENING,
    "commit": COMMIT,
    "ref": REF,
    "catalogue": CATALOGUE,
    "extent": EXTENT,
}

JOURNAL: Final = 144
PLANNED: Final = 145
CLOSED: Final = 146
MOVES: Final = 147
JOURNALS: Final[dict[str, int]] = {"journal": JOURNAL, "planned": PLANNED, "closed": CLOSED, "moves": MOVES}
"""Frames of a run's journal, a file of its own (``journal_frames``); no segment holds one."""

OBJECTS: Final[dict[str, int]] = MAIN | RETIRABLE
NAMES: Final[dict[int, str]] = {code: name for name, code in (OBJECTS | CONTROL | JOURNALS).items()}

LOG: Final = "log"
TRACE: Final = "trace"
ALLOWED: Final[dict[str, frozenset[int]]] = {
    LOG: frozenset(MAIN.values()) | frozenset(CONTROL.values()),
    TRACE: frozenset(RETIRABLE.values()) | {OPENING},
}
"""The frames that a stream may hold."""
