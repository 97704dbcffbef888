"""Appending transactions, and starting to write.

A commit has two halves. *Append*, here: take the append lock, take in what others appended, check the moved
names against that, write the frames, record the new end in the lock file, free the lock. *Sync*
(``syncer``): make that durable together with what others appended meanwhile. Between the two, other
processes append.

An *epoch* separates what was appended before a failed sync from what came after its repair. No thread is
started here; the mutexes of ``store.Store`` keep the threads of one process apart, since a file lock does
not. Deliberately not here: reading (``view``) and formats (``frames``, ``mark``).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from blake3 import blake3

from sopwb.kernel.ids import GENERATION, PREFIX
from sopwb.kernel.limits import TRANSACTION_BYTES_MAX
from sopwb.store import kinds
from sopwb.store.errors import Corrupt, DiskFailed, RefConflict, TooLarge, Unknown
from sopwb.store.files import Files
from sopwb.store.frames import (
    FORMAT,
    NO_HEAD,
    NOWHERE,
    CatalogueEvent,
    Commit,
    Extent,
    Opening,
    Place,
    Ref,
    encode_commit,
    encode_control,
)
from sopwb.store.locks import APPEND, SYNC, Locks
from sopwb.store.mark import Mark
from sopwb.store.recovery import cut_tails, durable_evidence, evidence_beyond, read_pending
from sopwb.store.scan import Cursor, Damage, Transaction, read_transaction
from sopwb.store.syncer import Syncer
from sopwb.store.transaction import Any_, Move
from sopwb.store.transaction import Transaction as Draft
from sopwb.store.view import View

_START: Place = (1, 0)


class Writer:
    """The right of one handle to write. ``pending`` are transactions after the view's end, not durable."""

    def __init__(self, files: Files, clock_us: Callable[[], int], name: str, segment_bytes: int) -> None:
        self._files = files
        self._disk = files.disk
        self._clock_us = clock_us
        self._name = name
        self._segment_bytes = segment_bytes
        self._epoch = 1
        self._locks = Locks(files)
        self._syncer = Syncer(files, self._locks)
        self.pending: list[Transaction] = []
        self.recovered: list[Damage] = []

    def close(self) -> None:
        """Give up the lock files."""
        self._locks.close()

    def tip(self, view: View) -> Cursor:
        """Give the log's state after everything that was read, durable or not."""
        return self.pending[-1].after if self.pending else view.cursor

    # --- starting to write ------------------------------------------------------------------------

    def begin(self, view: View) -> None:
        """Recover: cut what a dead writer left, make the rest durable. Damage leaves ``view.damages``."""
        mark = self._files.read_watermark()
        if mark is not None and not mark.failed and not self._beyond(view.cursor):
            self._epoch = mark.epoch
            return
        self._locks.take(APPEND)
        try:
            mark = self._files.read_watermark()
            view.advance(mark.log if mark else NOWHERE)
            if mark is not None and mark.failed:
                self._begin_epoch(view, mark)
                return
            self._epoch = mark.epoch if mark else 1
            view.advance(durable_evidence(self._files, view.cursor))
            if view.damages:
                return
            self._read_tail(view, traces=True)
            end = self._mark(self.tip(view))
            self._locks.write(APPEND, end)
        except OSError as error:
            raise DiskFailed("recover", self._files.root, error) from None
        finally:
            self._locks.free(APPEND)
        if self.pending or mark is None:
            self.make_durable(end, view.cursor)
            self.settle(view)

    def _begin_epoch(self, view: View, failed: Mark) -> None:
        self._locks.take(SYNC)
        try:
            if view.damages:
                return
            self.recovered += cut_tails(self._files, view.cursor.place, view.cursor.trace)
            self._epoch = failed.epoch + 1
            mark = self._mark(view.cursor)
            self._syncer.sync(Mark(_START, _START, 0, 0), mark)
            self._locks.write(APPEND, mark)
            self._locks.write(SYNC, mark)
        finally:
            self._locks.free(SYNC)

    # --- first half: append -----------------------------------------------------------------------

    def append(self, view: View, draft: Draft, fill: Callable[[Cursor], None] | None = None) -> Mark | None:
        """Write a transaction after checking its names. Gives the end to make durable, None if there is none.

        ``fill`` completes the draft once the lock is held. Raises ``RefConflict``, ``Unknown``, ``TooLarge``,
        ``DiskFailed``, ``Poisoned``, ``Corrupt``; nothing is written then.
        """
        self._syncer.check()
        self._locks.renew_after_fork()
        self._locks.take(APPEND)
        try:
            self._catch_up(view)
            if fill is not None:
                fill(self.tip(view))
            tip = self.tip(view)
            moves = self._moves(view, draft)
            frames = self._fresh(view, draft)
            if not (frames or moves or draft.deltas):
                # What was asked for may be there, but not yet durable: the caller must wait for that.
                return self._mark(tip) if self.pending else None
            read = self._write(view, tip, draft, moves, frames)
            self.pending.append(read)
            end = self._mark(read.after)
            self._locks.write(APPEND, end)
            return end
        except OSError as error:
            raise DiskFailed("append", self._files.root, error) from None
        finally:
            self._locks.free(APPEND)

    def _catch_up(self, view: View) -> None:
        mark = self._files.read_watermark()
        if mark is not None:
            if mark.failed:
                raise self._syncer.poison("a sync failed in another process")
            self.take_in(view, mark)
        view.check_names()
        if self._beyond(self.tip(view)):
            self._read_tail(view, traces=False)

    def _beyond(self, tip: Cursor) -> bool:
        files = self._files
        return (
            files.size(kinds.LOG, tip.segment) != tip.offset
            or files.size(kinds.TRACE, tip.trace[0]) > tip.trace[1]
            or (files.exists(kinds.LOG, tip.segment + 1) and files.size(kinds.LOG, tip.segment + 1) > 0)
            or (files.exists(kinds.TRACE, tip.trace[0] + 1) and files.size(kinds.TRACE, tip.trace[0] + 1) > 0)
        )

    def _read_tail(self, view: View, *, traces: bool) -> None:
        tip = self.tip(view)
        if self._files.size(kinds.LOG, tip.segment) < tip.offset:
            view.advance((tip.segment, tip.offset + 1))  # records the loss
            view.check_names()
        read, damage = read_pending(self._files, tip, traces=traces)
        self.pending += read
        tip = self.tip(view)
        if damage is not None and (known := evidence_beyond(self._files, tip)) > tip.place:
            view.advance(known)
            raise Corrupt(damage.segment, damage.offset, damage.what)
        if damage is not None or self._beyond(tip):
            self.recovered += cut_tails(self._files, tip.place, tip.trace)

    def take_in(self, view: View, mark: Mark) -> None:
        """Let the view see what ``mark`` says is durable. A new epoch means: what was pending has been cut."""
        if mark.epoch != self._epoch:
            self._epoch, self.pending = mark.epoch, []
            self._files.renew()
        while self.pending and self.pending[0].after.place <= mark.log:
            view.apply(self.pending.pop(0))
        if not self.pending:
            view.advance(mark.log)

    def settle(self, view: View) -> None:
        """Let the view see what is durable by now."""
        mark = self._files.read_watermark()
        if mark is not None:
            self.take_in(view, mark)

    def _moves(self, view: View, draft: Draft) -> list[tuple[Move, bytes | None, Place]]:
        # Each move with the value and place before it, in order; one that changes nothing is left out.
        known: dict[str, tuple[bytes | None, Place]] = {}
        moves: list[tuple[Move, bytes | None, Place]] = []
        for move in draft.moves:
            now, place = known.get(move.name) or self.ref(view, move.name)
            if not isinstance(move.old, Any_) and move.old != now:
                raise RefConflict(move.name, _text(move.old), _text(now))
            if move.new == now:
                continue
            if move.new is not None and not self._holds(view, draft, move.new):
                raise Unknown(PREFIX + move.new.hex(), f"{move.name} would point to nothing")
            moves.append((move, now, place))
            known[move.name] = (move.new, NOWHERE)  # the place is filled in when the frame's offset is known
        return moves

    def ref(self, view: View, name: str) -> tuple[bytes | None, Place]:
        """Give a name's id and last change, durable or not. The append lock must be held."""
        for read in reversed(self.pending):
            for ref, offset in reversed(read.refs):
                if ref.name == name:
                    return ref.new, (read.segment, offset)
        return view.ref(name)

    def _holds(self, view: View, draft: Draft, id_: bytes) -> bool:
        if id_ in draft.frames or any(id_ in read.objects for read in self.pending):
            return True
        return view.find(id_) is not None

    def _fresh(self, view: View, draft: Draft) -> list[tuple[int, bytes]]:
        # ``put`` looked into the durable state; others may have appended the same object since.
        return [
            frame
            for id_, frame in draft.frames.items()
            if not any(id_ in read.objects for read in self.pending)
            and not (draft.since < view.cursor.sequence and view.find(id_))
        ]

    def _write(
        self,
        view: View,
        tip: Cursor,
        draft: Draft,
        moves: list[tuple[Move, bytes | None, Place]],
        frames: list[tuple[int, bytes]],
    ) -> Transaction:
        cursor, now_us = tip, self._clock_us()
        if tip.offset >= self._segment_bytes:
            cursor = msgspec.structs.replace(tip, segment=tip.segment + 1, offset=0)
        parts = [frame for kind, frame in frames if kind in kinds.ALLOWED[kinds.LOG]]
        traces = [frame for kind, frame in frames if kind in kinds.ALLOWED[kinds.TRACE]]
        if cursor.offset == 0:
            parts.insert(0, _opening(kinds.LOG, cursor.segment, cursor.head, cursor.sequence))
        if traces:
            parts.append(encode_control(kinds.EXTENT, self._write_traces(tip.trace, traces)))
        at = cursor.offset + sum(map(len, parts))
        back = tip.catalogue
        for delta in draft.deltas:
            parts.append(encode_control(kinds.CATALOGUE, CatalogueEvent(back, delta)))
            back, at = (cursor.segment, at), at + len(parts[-1])
        placed: dict[str, Place] = {}
        for move, now, place in moves:
            ref = Ref(move.name, now, move.new, move.why, placed.get(move.name, place))
            parts.append(encode_control(kinds.REF, ref))
            placed[move.name], at = (cursor.segment, at), at + len(parts[-1])
        body = b"".join(parts)
        if len(body) > TRANSACTION_BYTES_MAX:
            raise TooLarge("the transaction", len(body), TRANSACTION_BYTES_MAX)
        commit = Commit(
            sequence=cursor.sequence + 1,
            time_us=now_us,
            writer=self._name,
            why=draft.why,
            durable=view.cursor.place if view.cursor.sequence else NOWHERE,
            start=cursor.offset,
            previous=cursor.commit,
            head=NO_HEAD,
        )
        data = body + encode_commit(commit, cursor.head, body)[0]
        self._disk.write(self._files.fd(kinds.LOG, cursor.segment, create=True), cursor.offset, data)
        read = read_transaction(data, cursor.offset, 0, cursor)
        assert isinstance(read, Transaction), f"the store wrote what it cannot read: {read}"
        return read

    def _write_traces(self, end: Place, frames: list[bytes]) -> Extent:
        number, offset = end
        if offset >= self._segment_bytes or self._files.size(kinds.TRACE, number) < offset:
            number, offset = number + 1, 0  # full, or its file was taken away
        opening = _opening(kinds.TRACE, number, NO_HEAD, 0) if offset == 0 else b""
        data = opening + b"".join(frames)
        self._disk.write(self._files.fd(kinds.TRACE, number, create=True), offset, data)
        return Extent(number, offset, offset + len(data), blake3(data).digest())

    # --- second half: sync ------------------------------------------------------------------------

    def make_durable(self, mine: Mark, known: Cursor) -> None:
        """Return when everything up to ``mine`` is durable. Raises ``Poisoned``, ``DiskFailed``.

        ``known`` is what this handle knows to be durable already.
        """
        self._syncer.make_durable(mine, self._mark(known))

    def _mark(self, cursor: Cursor) -> Mark:
        return Mark(cursor.place, cursor.trace, cursor.sequence, self._epoch)


def _opening(stream: str, number: int, head: bytes, sequence: int) -> bytes:
    return encode_control(kinds.OPENING, Opening(GENERATION.decode(), FORMAT, stream, number, head, sequence))


def _text(id_: bytes | None) -> str | None:
    return None if id_ is None else PREFIX + id_.hex()
