"""A run's trace: its events, their hash, and what of them is kept.

    event := {"branch"?: text, "effect"?: tool, "in"?: value, "item": text, "op": text, "out"?: value,
              "path": text}
    hash  := "b3:" hex BLAKE3(GENERATION ‖ 0x00 ‖ "trace" ‖ 0x00 ‖ (exact JSON of an event ‖ "\\n")*)

Events stand in the order in which a run decides: item by item, step by step; an ``each`` speaks after its
items (only then is its count known), every other step when it has its value. What each op fills:

    fetch  out: the number of records found        if    branch: then | else
    math   out: the value                          each  out: the number of items
    yield  out: the item's yield                   call  in: the arguments; the callee's own events follow
    say fail return  out: the text or value        error out: the code; path: of the step that failed
    tool   effect, in: the arguments; out: the value, but not of an effect: what a server replies is not
           the script's doing

Absent members are absent, null is a value. Neither run id, effect keys, times nor spoken text are hashed, so
a trace is the same for every run of the same thing; steps inside a called script have the path of the call,
``/call/`` and their own before them.

While running, an event is a tuple in a list (60 ns); at an item's end the tuples are hashed and counted, and
turned into ``TraceEvent`` objects only for what is kept: everything outside of items, items that failed (the
first 100), and the 100 items of an ``each`` whose keys have the lowest hashes, which is a fair sample that
does not depend on order. Deliberately not here: storing (``store``), and what the lines say (``spoken``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
from blake3 import blake3

from sopwb.kernel.ids import GENERATION, PREFIX
from sopwb.kernel.limits import (
    TRACE_EVENTS_KEPT,
    TRACE_FAILURES_KEPT,
    TRACE_HASHED_CHARS,
    TRACE_PENDING_MAX,
    TRACE_SAMPLES_KEPT,
)
from sopwb.kernel.values import Value
from sopwb.run.exact_text import exact_text, quoted

if TYPE_CHECKING:
    from sopwb.run.spoken import Speaker


class _Absent:
    """The class of ``ABSENT``, so that it cannot be mistaken for a value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""An event's member that is not there; null is a value."""


class TraceEvent(msgspec.Struct, frozen=True):
    """One event that was kept. ``lines`` are spoken; ``shown`` a value to look at (a fetch's records),
    neither is hashed."""

    path: str
    op: str
    item: str
    exact: str
    """The hashed JSON, without its newline."""
    lines: tuple[str, ...]
    branch: str = ""
    effect: str = ""
    in_: Value = ABSENT
    out: Value = ABSENT
    shown: Value = ABSENT

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class StepInfo:
    """What all events of a step have in common. ``speaker`` says its lines, and what it shows."""

    __slots__ = ("effect", "op", "path", "speaker")

    def __init__(self, path: str, op: str, speaker: Speaker, effect: str = "") -> None:
        self.path, self.op, self.speaker, self.effect = path, op, speaker, effect


class _Place:
    """A step under one prefix with one branch: how many events it has, and the texts that all of them share."""

    __slots__ = ("count", "head", "op", "tail")

    def __init__(self, info: StepInfo, prefix: str, branch: str) -> None:
        self.count = 0
        self.head = f'{{"branch":"{branch}",' if branch else "{"
        if info.effect:
            self.head += f'"effect":{quoted(info.effect)},'
        self.op, self.tail = f',"op":"{info.op}",', f'"path":"{prefix}{info.path}"}}'

    def exact(self, item: str, in_: Value, out: Value) -> str:
        """Write an event as the module's header says; members in the order of their names. ``item`` is quoted."""
        head = self.head if in_ is ABSENT else f'{self.head}"in":{exact_text(in_)},'
        if out is ABSENT:
            return f'{head}"item":{item}{self.op}{self.tail}'
        return f'{head}"item":{item}{self.op}"out":{exact_text(out)},{self.tail}'


Pending: TypeAlias = tuple[StepInfo, str, str, Value, Value, str, "dict[str, Value] | None"]
"""An event before it is hashed: its step, path prefix, item, in, out, branch, and the frame (for spoken
lines)."""


class _Kept(msgspec.Struct):
    """The kept events of an item; ``begin`` orders items and what stands between them. ``awaited``: the item was
    decided by sets, and its events are still to come."""

    begin: int
    events: list[TraceEvent]
    truncated: bool = False
    awaited: str | None = None


class Trace:
    """Takes the events of one run. ``listener`` hears every event that is kept, as soon as it is known to
    be."""

    def __init__(self, listener: Callable[[TraceEvent], None] | None = None) -> None:
        self.pending: list[Pending] = []
        self._places: dict[tuple[StepInfo, str, str], _Place] = {}
        self._counted: dict[tuple[str, str], int] = {}
        """Counts of what was decided by sets."""
        self.total = 0
        self.truncated = False
        """Whether events that should have been kept were too many."""
        self._listener = listener
        self._hasher = blake3(GENERATION + b"\0trace\0")
        self._texts: list[str] = []
        """Events that are written and wait to be hashed: BLAKE3 takes a fifth of the time for much at once."""
        self._waiting = 0
        """Their characters."""
        self._outside: list[_Kept] = []
        self._failures: list[_Kept] = []
        self._samples: dict[str, list[tuple[bytes, int, _Kept]]] = {}
        self._room = TRACE_EVENTS_KEPT
        self._item: _Kept | None = None
        self._item_rank: tuple[str, bytes] | None = None

    # --- while running --------------------------------------------------------------------------

    def begin_item(self, path: str, item: str) -> None:
        """Begin an item of an outermost ``each``; what came before it is outside of items."""
        self.flush()
        rank = blake3(item.encode("utf-8", "surrogatepass")).digest()
        samples = self._samples.setdefault(path, [])
        self._item = _Kept(self.total, [])
        sampled = len(samples) < TRACE_SAMPLES_KEPT or rank < samples[-1][0]
        self._item_rank = (path, rank) if sampled else None

    def end_item(self, failed: bool = False) -> None:
        """End the item that was begun; decide whether its events are kept."""
        kept = self._item
        assert kept is not None, "an item ends that never began"
        failed = failed and len(self._failures) < TRACE_FAILURES_KEPT
        self._absorb(kept if failed or self._item_rank is not None else None)
        if failed:
            self._failures.append(kept)
        elif self._item_rank is not None:
            self._sample(*self._item_rank, kept)
        self._item = self._item_rank = None

    def _sample(self, path: str, rank: bytes, kept: _Kept) -> None:
        samples = self._samples[path]
        samples.append((rank, kept.begin, kept))
        # Sorting 101 nearly sorted entries costs 2 µs, and after n items only 100/n of them get here.
        samples.sort(key=_rank)
        if len(samples) > TRACE_SAMPLES_KEPT:
            self._room += len(samples.pop()[2].events)

    def absorb(
        self,
        path: str,
        items: Sequence[str],
        exact: memoryview | bytes,
        counts: Iterable[tuple[tuple[str, str], int]],
    ) -> None:
        """Take items of the ``each`` at ``path`` that were decided by sets: their events' bytes, and how many there
        are of each. Those that belong to the sample are awaited."""
        self.flush()
        samples, begin = self._samples.setdefault(path, []), self.total
        worst = samples[-1][0] if len(samples) >= TRACE_SAMPLES_KEPT else None
        for n, item in enumerate(items):
            rank = blake3(item.encode("utf-8", "surrogatepass")).digest()
            if worst is None or rank < worst:
                # An item has at least one event, so this is never behind the next batch's begin.
                self._sample(path, rank, _Kept(begin + n, [], awaited=item))
                worst = samples[-1][0] if len(samples) >= TRACE_SAMPLES_KEPT else None
        self._hash_texts()
        self._hasher.update(exact)
        for place, count in counts:
            self._counted[place] = self._counted.get(place, 0) + count
            self.total += count

    def awaited(self, path: str) -> list[str]:
        """Name the sampled items of an ``each`` whose events are to be given by ``fill``."""
        return [kept.awaited for _, _, kept in self._samples.get(path, ()) if kept.awaited is not None]

    def fill(self, path: str, found: dict[str, tuple[TraceEvent, ...]]) -> None:
        """Give awaited items their events, in the order of the items."""
        for _, _, kept in sorted(self._samples.get(path, ()), key=lambda sample: sample[1]):
            if kept.awaited is None:
                continue
            events = found[kept.awaited]
            kept.awaited = None
            kept.truncated = len(events) > self._room
            self.truncated = self.truncated or kept.truncated
            kept.events.extend(events[: max(self._room, 0)])
            self._room -= len(kept.events)
            if self._listener is not None:
                for event in kept.events:
                    self._listener(event)

    def spill(self) -> None:
        """Hash what is pending where it has become much (an item with very many nested items)."""
        if len(self.pending) >= TRACE_PENDING_MAX:
            self.flush()

    def flush(self) -> None:
        """Hash everything that is pending now."""
        if not self.pending:
            return
        if self._item is not None:
            self._absorb(self._item if self._item_rank is not None else None)
            return
        outside = _Kept(self.total, [])
        self._outside.append(outside)
        self._absorb(outside)

    def _absorb(self, kept: _Kept | None) -> None:
        pending, places = self.pending, self._places
        lines: list[str] = []
        item, item_text = "", '""'
        for event in pending:
            info, prefix, event_item, in_, out, branch, _ = event
            place = places.get((info, prefix, branch))
            if place is None:
                place = places[info, prefix, branch] = _Place(info, prefix, branch)
            place.count += 1
            if event_item is not item:
                item, item_text = event_item, quoted(event_item)
            exact = place.exact(item_text, in_, out)
            lines.append(exact)
            if kept is not None:
                self._keep(kept, event, exact)
        lines.append("")
        text = "\n".join(lines)
        self._texts.append(text)
        self._waiting += len(text)
        if self._waiting >= TRACE_HASHED_CHARS:
            self._hash_texts()
        self.total += len(pending)
        pending.clear()  # the list itself stays: the steps hold its append

    def _hash_texts(self) -> None:
        self._hasher.update("".join(self._texts).encode("utf-8", "surrogatepass"))
        self._texts.clear()
        self._waiting = 0

    def _keep(self, kept: _Kept, event: Pending, exact: str) -> None:
        if self._room <= 0:
            self.truncated = kept.truncated = True
            return
        self._room -= 1
        info, prefix, item, in_, out, branch, frame = event
        told = TraceEvent(
            path=prefix + info.path,
            op=info.op,
            item=item,
            exact=exact,
            branch=branch,
            effect=info.effect,
            in_=in_,
            out=out,
            lines=info.speaker.lines(in_, out, branch, frame),
            shown=info.speaker.shown(frame),
        )
        kept.events.append(told)
        if self._listener is not None:
            self._listener(told)

    def fail(self) -> None:
        """End the trace where the run failed: an item that was begun has failed."""
        if self._item is not None:
            self.end_item(failed=True)
        self.flush()

    # --- afterwards -----------------------------------------------------------------------------

    def hash(self) -> str:
        """Give the hash of all events so far."""
        self.flush()
        self._hash_texts()
        return PREFIX + self._hasher.hexdigest()

    def events(self) -> tuple[TraceEvent, ...]:
        """Give the kept events in canonical order."""
        self.flush()
        parts = (
            self._outside + self._failures + [kept for rows in self._samples.values() for _, _, kept in rows]
        )
        return tuple(event for part in sorted(parts, key=lambda kept: kept.begin) for event in part.events)

    def counts(self) -> dict[tuple[str, str], int]:
        """Count all events by full path and branch ("" where the step has none)."""
        self.flush()
        found: dict[tuple[str, str], int] = {}
        for (info, prefix, branch), shared in self._places.items():
            place = (prefix + info.path, branch)
            found[place] = found.get(place, 0) + shared.count
        for place, count in self._counted.items():
            found[place] = found.get(place, 0) + count
        return found

    def complete(self) -> bool:
        """Whether every event was kept."""
        return self.total == len(self.events())


def _rank(sample: tuple[bytes, int, _Kept]) -> tuple[bytes, int]:
    return sample[0], sample[1]


def event_data(event: TraceEvent) -> dict[str, Any]:
    """Turn a kept event into JSON-shaped data for replies and the store: absent members absent, decimals
    exact."""
    from sopwb.kernel.values import plain

    data: dict[str, Any] = {"path": event.path, "op": event.op, "text": event.text}
    for name, value in (("in", event.in_), ("out", event.out)):
        if value is not ABSENT:
            data[name] = plain(value)
    for name, text in (("item", event.item), ("branch", event.branch), ("effect", event.effect)):
        if text:
            data[name] = text
    return data
