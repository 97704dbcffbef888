"""What happened in a store, read back along the links of the log: moves of a name, commits, catalogue events.

Every ref frame, commit frame and catalogue frame holds the place of the one before it, so history costs
nothing to keep and one read a step to follow. Deliberately not here: the present (``view``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from sopwb.kernel.ids import PREFIX
from sopwb.store.errors import Corrupt
from sopwb.store.files import Files
from sopwb.store.frames import (
    HEADER_BYTES,
    NOWHERE,
    CatalogueEvent,
    Commit,
    Control,
    Extent,
    Place,
    Ref,
    decode_control,
    parse_header,
)
from sopwb.store.kinds import LOG, NAMES, OPENING
from sopwb.store.scan import file_name

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND: Final = dt.timedelta(microseconds=1)
_YEARS_MAX_US: Final = 250_000_000_000_000_000


class RefChange(msgspec.Struct, frozen=True):
    """One move of a name, and the commit that did it."""

    name: str
    old: str | None
    new: str | None
    why: str
    time: dt.datetime
    sequence: int
    writer: str


class CommitEntry(msgspec.Struct, frozen=True):
    """One commit and what it held: objects as (kind, id) of the main log, moved names, catalogue changes.

    ``traces`` counts the bytes that it added to the trace stream.
    """

    sequence: int
    time: dt.datetime
    writer: str
    why: str
    head: str
    objects: tuple[tuple[str, str], ...]
    refs: tuple[RefChange, ...]
    catalogue_changes: int
    trace_bytes: int


def id_text(raw: bytes | None) -> str | None:
    """Write the id whose 32 bytes these are."""
    return None if raw is None else PREFIX + raw.hex()


def microseconds(time: dt.datetime) -> int:
    """Count microseconds since 1970 of an aware time."""
    return (time - EPOCH) // MICROSECOND


def ref_changes(files: Files, place: Place) -> Iterator[RefChange]:
    """List the moves of a name from the ref frame at ``place`` back, newest first. Raises ``Corrupt``."""
    while place != NOWHERE:
        ref, offset = _control_at(files, place)
        if not isinstance(ref, Ref):
            raise Corrupt(file_name(LOG, place[0]), place[1], "no ref lies here")
        # Refs stand right before their commit: its time and writer are a few frames ahead.
        step: Control = ref
        while not isinstance(step, Commit):
            step, offset = _control_at(files, (place[0], offset))
        yield _change(ref, step)
        if not ref.back < place:
            raise Corrupt(file_name(LOG, place[0]), place[1], "the history of a name goes in a circle")
        place = ref.back


def commits(files: Files, place: Place, limit: int) -> Iterator[CommitEntry]:
    """List commits from the one at ``place`` back, newest first. Raises ``Corrupt``."""
    for _ in range(limit):
        if place == NOWHERE:
            return
        commit, _ = _control_at(files, place)
        if not isinstance(commit, Commit) or not commit.previous < place or not commit.start < place[1]:
            raise Corrupt(file_name(LOG, place[0]), place[1], "no commit lies here")
        yield _entry(files, place, commit)
        place = commit.previous


def catalogue_events(files: Files, place: Place, since: Place) -> list[tuple[Place, dict[str, Any]]]:
    """List catalogue changes after ``since`` up to the one at ``place``, oldest first. Raises ``Corrupt``."""
    found: list[tuple[Place, dict[str, Any]]] = []
    while place > since:
        event, _ = _control_at(files, place)
        if not isinstance(event, CatalogueEvent) or not event.back < place:
            raise Corrupt(file_name(LOG, place[0]), place[1], "no catalogue event lies here")
        found.append((place, event.delta))
        place = event.back
    return found[::-1]


def _control_at(files: Files, place: Place) -> tuple[Control, int]:
    segment, offset = place
    header, payload = files.frame_at(LOG, segment, offset)
    value = decode_control(header.kind, payload) if header.kind >= OPENING else "an object lies here"
    if isinstance(value, str):
        raise Corrupt(file_name(LOG, segment), offset, value)
    return value, offset + HEADER_BYTES + header.stored


def _change(ref: Ref, commit: Commit) -> RefChange:
    return RefChange(
        ref.name, id_text(ref.old), id_text(ref.new), ref.why, _time(commit), commit.sequence, commit.writer
    )


def _time(commit: Commit) -> dt.datetime:
    return EPOCH + max(-_YEARS_MAX_US // 5, min(commit.time_us, _YEARS_MAX_US)) * MICROSECOND


def _entry(files: Files, place: Place, commit: Commit) -> CommitEntry:
    segment, end = place
    data = files.read(LOG, segment, commit.start, end - commit.start)
    objects: list[tuple[str, str]] = []
    refs: list[RefChange] = []
    changes = traces = at = 0
    while at < len(data):
        header = parse_header(data, at)
        if isinstance(header, str):
            raise Corrupt(file_name(LOG, segment), commit.start + at, header)
        name = NAMES[header.kind]
        if header.kind < OPENING:
            objects.append((name, PREFIX + header.id.hex()))
        else:
            value = decode_control(header.kind, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
            if isinstance(value, Ref):
                refs.append(_change(value, commit))
            elif isinstance(value, Extent):
                traces += value.end - value.start
            elif isinstance(value, CatalogueEvent):
                changes += 1
        at += HEADER_BYTES + header.stored
    return CommitEntry(
        commit.sequence, _time(commit), commit.writer, commit.why, commit.head.hex(),
        tuple(objects), tuple(refs), changes, traces,
    )
