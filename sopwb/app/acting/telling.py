"""Telling what a run does while it acts: ``effect``, ``waiting_approval`` and ``end`` events, a few a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sopwb.app.acting.ledger import Ledger
from sopwb.app.outputs import RunView
from sopwb.kernel.limits import EVENTS_PER_SECOND_MAX
from sopwb.run.ports import Event


class Teller:
    """Hands events on; ``planned`` counts acting effects by tool."""

    def __init__(self, sink: Callable[[Event], None] | None, planned: Mapping[str, int]) -> None:
        self._sink = sink
        self._total = sum(planned.values())
        self._next = 0.0

    def tell(self, ledger: Ledger, always: bool = False) -> None:
        """Say how far the effects are, unless it was said just now."""
        if self._sink is None:
            return
        now = time.monotonic()
        if now >= self._next or always:
            self._next = now + 1 / EVENTS_PER_SECOND_MAX
            counts = ledger.counts()
            self._sink(Event("effect", {"done": counts.get("done", 0), "total": self._total, "counts": counts}))

    def waiting(self, view: RunView) -> None:
        """Say that the run waits for an approval, and end."""
        if self._sink is not None and view.acting is not None:
            data = {"run": view.run, "planned": view.acting.planned, "digest": view.acting.digest}
            self._sink(Event("waiting_approval", data))
        self.end(view)

    def end(self, view: RunView) -> None:
        """Say what the run came to."""
        if self._sink is not None:
            self._sink(end_event(view))


class HeldEnd:
    """Hands events on but the last, which comes when a run has acted."""

    def __init__(self, sink: Callable[[Event], None] | None) -> None:
        self._sink = sink
        self._end: Event | None = None

    def __call__(self, event: Event) -> None:
        if event.kind == "end":
            self._end = event
        elif self._sink is not None:
            self._sink(event)

    def release(self) -> None:
        """Hand the last one on: nothing acts."""
        if self._sink is not None and self._end is not None:
            self._sink(self._end)


def end_event(view: RunView) -> Event:
    """Make the last event of a run."""
    return Event(
        "end",
        {
            "run": view.run,
            "status": view.status,
            "result": view.result,
            "error": view.error.line() if view.error else None,
            "effects_total": view.effects_total,
            "trace_hash": view.trace_hash,
        },
    )
