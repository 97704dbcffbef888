"""The store: put objects, move names, look both up.

    with store.transaction("freeze win_back") as tx:
        id_ = tx.put("script", payload)
        tx.set_ref("script/win_back", id_, old=None)

What one transaction holds becomes visible together, once it is durable. A handle shows one state until it
commits or ``refresh`` takes in what other processes committed. A handle may be used by several threads;
it starts none.

Deliberately not here: how bytes lie (``frames``), are read (``scan``, ``view``), appended (``writer``)
and checked (``verify``). The searchable catalogue is ``catalogue.Catalogue``, which only those who search
import.
"""

from __future__ import annotations

import datetime as dt
import os
from _thread import RLock
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from sopwb.kernel.ids import PREFIX
from sopwb.kernel.limits import CANDIDATES_MAX, CHECKPOINT_OBJECTS, ID_DIGITS_MIN, SEGMENT_BYTES_MAX
from sopwb.store.disk import Disk
from sopwb.store.errors import Ambiguous, BadName, Corrupt, ReadOnly, Refused, Unknown
from sopwb.store.files import Files
from sopwb.store.frames import Place
from sopwb.store.history import (
    CommitEntry,
    RefChange,
    catalogue_events,
    commits,
    id_text,
    microseconds,
    ref_changes,
)
from sopwb.store.index import IndexDamaged
from sopwb.store.kinds import LOG, NAMES, OBJECTS, RETIRABLE, TRACE
from sopwb.store.recovery import durable_evidence
from sopwb.store.scan import Cursor, Damage, file_name
from sopwb.store.transaction import ANY, HEX, Any_, Transaction, id_bytes
from sopwb.store.view import View
from sopwb.store.writer import Writer

if TYPE_CHECKING:
    from sopwb.store.verify import Verification

__all__ = ["ANY", "Any_", "CommitEntry", "RefChange", "Stats", "Store", "Transaction"]

_REBUILDS_MAX: Final = 8
"""Damaged indexes that one question may come across."""
_T = TypeVar("_T")


class Stats(msgspec.Struct, frozen=True):
    """Sizes: ``kinds`` counts objects by kind; bytes are those of the segments."""

    commits: int
    objects: int
    names: int
    log_segments: int
    log_bytes: int
    trace_segments: int
    trace_bytes: int
    kinds: dict[str, int]


class Store:
    """An open store. ``Store.open`` makes one."""

    def __init__(self, files: Files, view: View, writer: Writer | None) -> None:
        self._files = files
        self._view = view
        self._writer = writer
        self._distrusted: frozenset[str] = frozenset()
        self._mutex = RLock()
        self._sync_mutex = RLock()
        self._appending = False
        self._indexing = writer is not None

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        clock: Callable[[], dt.datetime],
        read_only: bool = False,
        writer: str = "",
        disk: Disk | None = None,
        segment_bytes: int = SEGMENT_BYTES_MAX,
    ) -> Store:
        """Open the store in the directory ``path`` (``.sopwb``), creating it unless ``read_only``.

        ``clock`` gives the aware time of a commit, ``writer`` names the process in it. A store that is
        damaged below its watermark is opened read-only and lists that in ``damage``. Raises
        ``NotAStore``, ``DiskFailed``.
        """
        files = Files(os.fspath(path), disk or Disk(), read_only)
        with ExitStack() as undo:
            undo.callback(files.close)
            files.check_format()
            name = writer or f"{os.uname().nodename}:{os.getpid()}"
            right = None if read_only else Writer(files, lambda: microseconds(clock()), name, segment_bytes)
            store = cls(files, View(files, frozenset()), right)
            store._load()
            undo.pop_all()
        return store

    def _load(self) -> None:
        view = View.load(self._files, self._distrusted)
        try:
            mark = self._files.read_watermark()
            if mark is not None:
                view.advance(mark.log)
            if self._writer is not None and not view.damages:
                self._writer.begin(view)
            elif mark is None:
                view.advance(durable_evidence(self._files, view.cursor))
        except Corrupt as error:
            view.lose(Damage(error.segment, error.offset, error.what))
        self._view = view

    def close(self) -> None:
        """Free the descriptors. The store needs no closing to be safe."""
        with self._mutex:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._files.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- writing ----------------------------------------------------------------------------------

    def transaction(self, why: str) -> Transaction:
        """Begin a transaction; ``why`` is kept in its commit. Committing raises ``ReadOnly``, ``Poisoned``."""
        return Transaction(self, why)

    def commit(self, draft: Transaction, fill: Callable[[Cursor], None] | None = None) -> None:
        """Commit a transaction (its ``with`` does this). ``fill`` completes it once no one else can write."""
        draft.finish()
        if not (draft.frames or draft.moves or draft.deltas or fill):
            return
        with self._mutex:
            if self._appending:
                raise Refused("a transaction cannot begin while another is being committed")
            writer = self._right_to_write()
            self._appending = True
            try:
                end = self._asking(lambda view: writer.append(view, draft, fill))
            finally:
                self._appending = False
            durable = self._view.cursor
        if end is None:
            return
        with self._sync_mutex:
            writer.make_durable(end, durable)
        with self._mutex:
            writer.settle(self._view)
            if self._indexing and (self._view.unindexed() >= CHECKPOINT_OBJECTS or self._rolled()):
                self._checkpoint()

    def _right_to_write(self) -> Writer:
        if self._writer is None:
            raise ReadOnly("the store was opened read-only")
        if self._view.damages:
            first = self._view.damages[0]
            raise ReadOnly(f"the store is damaged ({first.segment} at byte {first.offset}: {first.what})")
        return self._writer

    def _rolled(self) -> bool:
        # A fresh segment gets an index at once: the next opening then needs none of the sealed one before it.
        return self._view.cursor.segment > self._view.indexed_segment

    def _checkpoint(self) -> None:
        try:
            self._files.disk.make_directory(self._files.path("idx"))
            self._view.write_indexes()
        except (OSError, Corrupt):
            self._indexing = False  # an index only saves time; a sick disk shows where it matters
            return
        self._reload()

    def _reload(self) -> None:
        fresh = View.load(self._files, self._distrusted)
        fresh.advance(self._view.cursor.place)
        self._view = fresh

    def _asking(self, question: Callable[[View], _T]) -> _T:
        # A damaged index is found when it is used: forget it, read the segments instead, ask again.
        for _ in range(_REBUILDS_MAX):
            try:
                return question(self._view)
            except IndexDamaged as error:
                with self._mutex:
                    self._distrusted |= {error.path}
                    self._reload()
        raise Corrupt("idx", 0, "the indexes keep getting damaged")

    def refresh(self) -> None:
        """Take in what other processes have committed."""
        with self._mutex:
            if self._writer is not None:
                self._writer.settle(self._view)
            elif (mark := self._files.read_watermark()) is not None:
                self._view.advance(mark.log)

    # --- objects ----------------------------------------------------------------------------------

    def get(self, id_: str) -> tuple[str, bytes]:
        """Get an object's kind and payload, checked against its id. Raises ``Unknown``, ``Corrupt``."""
        raw = id_bytes(id_)
        assert raw is not None
        found = self._asking(lambda view: view.find(raw))
        if found is None:
            self._check_blind()
            raise Unknown(id_)
        stream, segment, _, offset, length = found
        header, payload = self._files.frame(stream, segment, offset, length)
        if header.id != raw:
            raise Corrupt(file_name(stream, segment), offset, f"another object lies where {id_[:15]} was")
        return NAMES[header.kind], payload

    def has(self, id_: str) -> bool:
        """Tell whether an object is stored. Raises ``Corrupt`` when damage makes it impossible to know."""
        raw = id_bytes(id_)
        if raw is not None and self.holds(raw):
            return True
        self._check_blind()
        return False

    def holds(self, raw: bytes) -> bool:
        """Tell whether an object can be found, by the bytes of its id."""
        return self._asking(lambda view: view.find(raw)) is not None

    def _check_blind(self) -> None:
        damage = self._view.blind
        if damage is not None:
            raise Corrupt(damage.segment, damage.offset, damage.what)

    def objects(self, kind: str) -> Iterator[str]:
        """List the ids of a kind in the order of their writing. Raises ``BadName``, ``Corrupt``."""
        code = OBJECTS.get(kind)
        if code is None:
            raise BadName(kind, "not a kind of object")
        found = self._asking(lambda view: view.of_kind(code))
        self._check_blind()
        return iter([PREFIX + raw.hex() for raw in found])

    def resolve(self, text: str, kinds: tuple[str, ...] | None = None) -> str:
        """Find the one object that ``b3:…``, ``#1a2b`` or ≥ 4 bare hex digits mean, among ``kinds`` if given.

        Raises ``Ambiguous`` with the candidates, ``Unknown``, ``Corrupt``.
        """
        digits = text.strip().removeprefix(PREFIX).removeprefix("#").lower()
        if not ID_DIGITS_MIN <= len(digits) <= 64 or not HEX.issuperset(digits):
            raise Unknown(text[:80], f"an id has {ID_DIGITS_MIN} to 64 hex digits")
        low, high = bytes.fromhex(digits.ljust(64, "0")), bytes.fromhex(digits.ljust(64, "f"))
        wanted = set(OBJECTS.values()) if kinds is None else {OBJECTS[kind] for kind in kinds}
        traces = not wanted.isdisjoint(RETIRABLE.values())
        found = self._asking(lambda view: view.matches(low, high, traces))
        ids = sorted(raw for raw, kind in found.items() if kind in wanted)
        if len(ids) == 1:
            return PREFIX + ids[0].hex()
        self._check_blind()
        if not ids:
            others = sorted({NAMES[kind] for kind in found.values()})
            raise Unknown(text[:80], f"there is a {' and a '.join(others)}" if others else "")
        ids = ids[:CANDIDATES_MAX]
        names = tuple(NAMES[found[raw]] for raw in ids)
        raise Ambiguous(text, tuple(PREFIX + raw.hex() for raw in ids), names)

    # --- names ------------------------------------------------------------------------------------

    def ref(self, name: str) -> str | None:
        """Give the id that a name points to, None when it is not set. Raises ``Corrupt``."""
        return id_text(self._asking(lambda view: view.ref(name))[0])

    def refs(self, prefix: str = "") -> dict[str, str]:
        """Give the names that begin with ``prefix`` and their ids, sorted by name. Raises ``Corrupt``."""
        rows = self._asking(lambda view: view.refs(prefix))
        return {name: PREFIX + raw.hex() for name, raw, _ in rows if raw is not None}

    def ref_history(self, name: str) -> list[RefChange]:
        """List every move of a name, oldest first. Raises ``Corrupt``."""
        place = self._asking(lambda view: view.ref(name))[1]
        return list(ref_changes(self._files, place))[::-1]

    # --- history ----------------------------------------------------------------------------------

    def head(self) -> tuple[int, str]:
        """Give the last commit's sequence number and the head of the hash chain in hex."""
        return self._view.cursor.sequence, self._view.cursor.head.hex()

    def log(self, limit: int) -> list[CommitEntry]:
        """List the last commits with what they held, newest first. Raises ``Corrupt``."""
        return list(commits(self._files, self._view.cursor.commit, limit))

    def catalogue_events(
        self, since: Place, cursor: Cursor | None = None
    ) -> list[tuple[Place, dict[str, Any]]]:
        """List the catalogue's changes after the event at ``since``, oldest first, each with its place.

        ``cursor`` is where to read up to when the append lock is held. Raises ``Corrupt``.
        """
        self._view.check_names()
        return catalogue_events(self._files, (cursor or self._view.cursor).catalogue, since)

    def stats(self) -> Stats:
        """Count objects and bytes. Raises ``Corrupt``."""
        counts = self._asking(lambda view: view.counts())
        cursor = self._view.cursor
        sizes = {
            stream: [self._files.size(stream, number) for number in self._files.numbers(stream)]
            for stream in (LOG, TRACE)
        }
        return Stats(
            commits=cursor.sequence,
            objects=sum(counts.values()),
            names=len(self.refs()),
            log_segments=len(sizes[LOG]),
            log_bytes=sum(sizes[LOG]),
            trace_segments=len(sizes[TRACE]),
            trace_bytes=sum(sizes[TRACE]),
            kinds={NAMES[kind]: counts[kind] for kind in sorted(counts)},
        )

    def verify(self, deep: bool = False) -> Verification:
        """Check the hash chain over every byte; with ``deep`` every object, ref and index entry too.

        Never raises for damage: that is in ``problems``.
        """
        from sopwb.store.verify import verify

        with self._mutex:
            return verify(self._files, self._view, deep)

    @property
    def read_only(self) -> bool:
        """Whether this handle may not write, because it was opened so or the store is damaged."""
        return self._writer is None or bool(self._view.damages)

    def path(self, name: str) -> str:
        """Give the path of a file within the store."""
        return self._files.path(name)

    def frame_id_at(self, place: Place) -> bytes:
        """Give the 32 bytes of the id of the log's frame at ``place``. Raises ``Corrupt``."""
        return self._files.frame_at(LOG, *place)[0].id

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What is known to be damaged below the watermark; not empty means that the store is read-only."""
        return (*self._view.damages, *self._view.trace_damages)

    @property
    def recovered(self) -> tuple[Damage, ...]:
        """Tails that this handle moved to quarantine."""
        return tuple(self._writer.recovered) if self._writer is not None else ()
