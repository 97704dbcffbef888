"""Proving that a store is what was written.

By chain: every transaction from the first is read again, its framing and links checked, and the hash
chain computed over all of its bytes, with the bytes of the trace stream against their hash in the chain.
That finds every changed, swapped, doubled, missing or invented byte.

Deep: besides, every object is uncompressed and hashed against its id, every ref follows the one before it
and points to an object that is there, and the index gives for every object a frame that holds it.

Deliberately not here: repair. Nothing repairs acknowledged bytes; a backup does.
"""

from __future__ import annotations

import msgspec
from blake3 import blake3

from sopwb.store.errors import Corrupt
from sopwb.store.files import FILE_BYTES_MAX, Files
from sopwb.store.frames import (
    HEADER_BYTES,
    NOWHERE,
    Opening,
    Place,
    decode_control,
    open_payload,
    parse_header,
)
from sopwb.store.index import IndexDamaged
from sopwb.store.kinds import ALLOWED, LOG, NAMES, OPENING, TRACE
from sopwb.store.scan import Cursor, Damage, Transaction, confine, file_name, read_transaction
from sopwb.store.view import View


class Verification(msgspec.Struct, frozen=True):
    """What was checked, and what is wrong (segment, offset, what). Sound when ``problems`` is empty."""

    commits: int
    objects: int
    bytes: int
    head: str
    deep: bool
    problems: tuple[Damage, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class _Check:
    def __init__(self, files: Files, view: View, deep: bool) -> None:
        self.files = files
        self.view = view
        self.deep = deep
        self.cursor = Cursor()
        self.objects = 0
        self.bytes = 0
        self.problems: list[Damage] = []
        self.refs: dict[str, tuple[bytes | None, Place]] = {}

    def problem(self, stream: str, segment: int, offset: int, what: str) -> None:
        damage = Damage(file_name(stream, segment), offset, what)
        if damage not in self.problems:
            self.problems.append(damage)

    def run(self) -> None:
        end = self.view.cursor
        if not end.sequence:
            return
        for number in range(1, end.segment + 1):
            size = end.offset if number == end.segment else self.files.size(LOG, number)
            self.cursor = msgspec.structs.replace(self.cursor, segment=number, offset=0)
            if not self.segment(number, size):
                return
        if self.cursor.head != end.head or self.cursor.sequence != end.sequence:
            self.problem(LOG, end.segment, end.offset, "the log does not end in the head that was shown")
        if self.deep:
            self.names()

    def segment(self, number: int, size: int) -> bool:
        data = self.files.read(LOG, number, 0, size)
        self.bytes += len(data)
        if len(data) < max(size, 1):
            self.problem(LOG, number, len(data), "the file ends before what was acknowledged")
        at = 0
        while at < len(data):
            found = read_transaction(data, 0, at, self.cursor)
            if isinstance(found, Damage):
                confined, damages = confine(data, 0, at, self.cursor)
                self.problems += damages or [found]
                if confined is None:
                    return False
                found = confined
            self.transaction(found, data)
            self.cursor = found.after
            at = found.end
        return True

    def transaction(self, found: Transaction, data: bytes) -> None:
        self.objects += len(found.objects)
        for extent in found.extents:
            if self.files.exists(TRACE, extent.segment):  # else retired whole
                self.extent(extent.segment, extent.start, extent.end, extent.digest)
        if not self.deep:
            return
        for id_, (_, offset, _) in found.objects.items():
            self.object(LOG, found.segment, data, offset, offset, id_)
        for ref, offset in found.refs:
            old, place = self.refs.get(ref.name, (None, NOWHERE))
            if ref.old != old or ref.back != place:
                self.problem(LOG, found.segment, offset, f"{ref.name} does not follow from its last change")
            if ref.new is not None and self.view.find(ref.new) is None and self.view.blind is None:
                self.problem(LOG, found.segment, offset, f"{ref.name} points to an object that is not there")
            self.refs[ref.name] = (ref.new, (found.segment, offset))

    def extent(self, number: int, start: int, end: int, digest: bytes) -> None:
        data = self.files.read(TRACE, number, start, min(end - start, FILE_BYTES_MAX))
        self.bytes += len(data)
        if blake3(data).digest() != digest:
            whole = len(data) == end - start
            what = "the bytes do not match the hash chain" if whole else "the file ends too early"
            self.problem(TRACE, number, start, what)
        at = 0
        while at < len(data):
            header = parse_header(data, at)
            if isinstance(header, str):
                self.problem(TRACE, number, start + at, header)
                return
            after = at + HEADER_BYTES + header.stored
            if header.kind not in ALLOWED[TRACE] or (header.kind == OPENING) != (start + at == 0):
                self.problem(TRACE, number, start + at, f"a {NAMES[header.kind]} frame does not belong here")
            elif header.kind == OPENING:
                opening = decode_control(OPENING, data[at + HEADER_BYTES : after])
                if not isinstance(opening, Opening) or (opening.stream, opening.number) != (TRACE, number):
                    self.problem(TRACE, number, start + at, "the opening frame is of another segment")
            else:
                self.objects += 1
                if self.deep:
                    self.object(TRACE, number, data, at, start + at, header.id)
            at = after

    def object(self, stream: str, number: int, data: bytes, at: int, offset: int, id_: bytes) -> None:
        header = parse_header(data, at)
        assert not isinstance(header, str), "its header was read before"
        payload = open_payload(header, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
        if isinstance(payload, str):
            self.problem(stream, number, offset, payload)
        elif self.view.blind is None:
            found = self.view.find(id_)
            if found is None or found[2] != header.kind:
                self.problem(stream, number, offset, "the index does not know this object")

    def names(self) -> None:
        if self.view.lost is not None:
            return
        for name, id_, place in self.view.refs(""):
            if self.refs.pop(name, None) != (id_, place):
                self.problem(LOG, place[0], place[1], f"the index has another last change of {name}")
        for name, (_, place) in self.refs.items():
            self.problem(LOG, place[0], place[1], f"the index does not know {name}")


def verify(files: Files, view: View, deep: bool) -> Verification:
    """Check all that ``view`` shows. Raises nothing: damage is in ``problems``."""
    check = _Check(files, view, deep)
    check.problems += [*view.damages, *view.trace_damages]
    try:
        check.run()
    except Corrupt as error:
        check.problems.append(Damage(error.segment, error.offset, error.what))
    except IndexDamaged as error:
        check.problems.append(Damage(error.path.removeprefix(files.root + "/"), 0, "damaged: delete it"))
    return Verification(
        commits=check.cursor.sequence,
        objects=check.objects,
        bytes=check.bytes,
        head=check.cursor.head.hex(),
        deep=deep,
        problems=tuple(dict.fromkeys(check.problems)),
    )
