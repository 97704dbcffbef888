"""Going on with what the set engine decided: the trace, the effects and the yields of an ``each``'s items.

A batch's items are taken as they are, up to one that failed. That one is decided again by rows, since only they
have words for a failure; so are, at the end, the items of the trace's sample. Both must come to what the sets
said: else the engine is wrong, and the run stops.

Deliberately not here: what an item is to rows (``looping``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import REPORTED_ENTRIES_MAX, SET_EXPLAINED_AT_ONCE
from sopwb.run.sets import WITHOUT_WORDS, Batch, Decision, Unanswered
from sopwb.run.spool import Nowhere
from sopwb.run.state import Cancelled, Frame, RunFailure, State
from sopwb.run.trace import Trace, TraceEvent
from sopwb.run.yields import Yields


class RowItem(Protocol):
    """Decides the item with this key as rows do, with all that belongs to it in ``state``."""

    def __call__(self, key: str, frame: Frame, state: State) -> None: ...


class BySets:
    """One ``each`` of one run. ``decide_item`` runs an item's steps, ``whole_item`` also begins and ends it.

    ``path`` is the ``each``'s, with the prefix of the call that it is in.
    """

    def __init__(
        self, path: str, decision: Decision, frame: Frame, state: State, decide_item: RowItem, whole_item: RowItem
    ) -> None:
        self._path, self._decision, self._frame, self._state = path, decision, frame, state
        self._decide_item, self._whole_item = decide_item, whole_item
        self._prefix = state.prefix  # a failure inside of a call leaves the state's at that call
        self._count = 0
        self.yields: Yields | None = None

    def run(self, keep: bool, write: bool) -> int:
        """Decide all items and give their number. ``keep``: the yields are used later; ``write``: they are results."""
        self.yields = Yields() if keep else None
        try:
            for batch in self._decision.batches(self._waiting):
                at = 0
                for row in batch.failed:
                    self._take(batch, at, row, write)
                    self._failed(batch, row)
                    at = row + 1
                self._take(batch, at, len(batch.items), write)
        except (RunFailure, UserError):
            self._fill()
            raise
        self._fill()
        return self._count

    def _fill(self) -> None:
        """Give the trace the events of its sample."""
        trace = self._state.trace
        trace.fill(self._path, self._explained(trace.awaited(self._path)))

    def _waiting(self, percent: float) -> None:
        world = self._state.world
        if world.cancelled is not None and world.cancelled():
            raise Cancelled
        if world.working is not None and not self._count:
            world.working(percent)

    def _take(self, batch: Batch, start: int, stop: int, write: bool) -> None:
        """Go on with items that succeeded."""
        if start == stop:
            return
        state = self._state
        state.trace.absorb(
            self._path, batch.items[start:stop], batch.exact(start, stop), batch.counts(start, stop)
        )
        for effect in batch.effects(start, stop):
            state.plan_now(effect)
        self._count += stop - start
        state.items += stop - start
        if self.yields is not None:
            self.yields.extend(batch.yields(start, stop))
        results = state.world.results
        if write and results is not None:
            results.write_batch(batch.table(start, stop))
        if state.world.progress is not None:
            state.world.progress(state.items)

    def _failed(self, batch: Batch, row: int) -> None:
        """Decide a failed item by rows; without dead letters that ends the run."""
        key, state = batch.items[row], self._state
        self._count += 1
        if state.dead_letters_total >= REPORTED_ENTRIES_MAX:
            # Neither its words nor its events are kept any more.
            code, path = batch.fault(row)
            state.trace.absorb(
                self._path, (key,), batch.exact(row, row + 1), batch.counts(row, row + 1)
            )
            state.items += 1
            state.item = key
            state.bury(RunFailure(Diagnostic(code, WITHOUT_WORDS, path=path)))
            return
        self._explained((key,))
        with _reading_from(self._decision, state):
            failed_before = state.dead_letters_total
            self._whole_item(key, self._frame, state)
        self._decision.forget()
        assert state.dead_letters_total == failed_before + 1, f"by rows the item {key} does not fail"

    def _explained(self, keys: Sequence[str]) -> dict[str, tuple[TraceEvent, ...]]:
        """Decide items by rows, apart from the run, and give their events. Look-ups are answered many at once."""
        found: dict[str, tuple[TraceEvent, ...]] = {}
        for at in range(0, len(keys), SET_EXPLAINED_AT_ONCE):
            waiting = list(keys[at : at + SET_EXPLAINED_AT_ONCE])
            while waiting:
                unanswered: list[str] = []
                for key in waiting:
                    try:
                        found[key] = self._apart(key)
                    except Unanswered:
                        unanswered.append(key)
                if unanswered:
                    self._decision.answer()
                waiting = unanswered
            if len(keys) > 1:
                self._decision.forget()
        return found

    def _apart(self, key: str) -> tuple[TraceEvent, ...]:
        world = msgspec.structs.replace(
            self._state.world,
            tables=self._decision.tables,
            trace=Trace(),
            effects=Nowhere(),
            results=None,
            progress=None,
            cancelled=None,
        )
        state = State(world, self._state.base["today"])
        state.prefix = self._prefix
        try:
            self._decide_item(key, self._frame, state)
        except RunFailure as failure:
            state.record_failure(failure)
        except UserError as error:
            state.record_failure(RunFailure(*error.diagnostics))
        return state.trace.events()


@contextmanager
def _reading_from(decision: Decision, state: State) -> Iterator[None]:
    """Let a run's steps read from a decision's tables for a while."""
    tables, readers = state.world.tables, state.readers
    state.world.tables, state.readers = decision.tables, {}
    try:
        yield
    finally:
        state.world.tables, state.readers = tables, readers
