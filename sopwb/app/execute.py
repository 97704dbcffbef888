"""Executing a program: wires the ports of a run, decides it, and turns what it came to into a view and a record.

Deliberately not here: which script is meant and whether it may run (``handlers.running``), how steps work (``run``),
and acting on what was planned (``acting``).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from sopwb.app.outputs import EffectView, RunView, TraceLine
from sopwb.kernel.limits import EVENTS_PER_SECOND_MAX, REPORTED_ENTRIES_MAX
from sopwb.kernel.values import Value, plain
from sopwb.run.identity import RunIdentity, run_id
from sopwb.run.interpret import Program, run
from sopwb.run.ports import Event, PlannedEffect, Results, Tables, ToolPort
from sopwb.run.state import Outcome, World
from sopwb.run.trace import ABSENT, Trace, TraceEvent

if TYPE_CHECKING:
    from sopwb.app.sets import Sets
    from sopwb.app.workbench import EventSink
    from sopwb.kernel.diagnostics import Diagnostic
    from sopwb.run.ports import Fingerprint
    from sopwb.store.transaction import Transaction

NONCE_BYTES: Final = 16
Keep: TypeAlias = Callable[[PlannedEffect], None]
"""Takes each planned effect, in order."""


class Leaving(Exception):
    """This process is about to end while it decides: nothing is recorded or done, and it can be decided again."""


class Plan(msgspec.Struct, frozen=True):
    """Everything that a run is given. ``script`` is a hash or a draft's revision; ``mode`` real, dry_run or mocked."""

    name: str
    script: str
    inputs: dict[str, Value]
    now: dt.datetime
    zone_name: str
    tzdata: str
    mode: str
    mocks: tuple[str, ...]
    nonce: str
    sources: tuple[Fingerprint, ...]
    total: int = 0
    """Items that the run will go through at most, for progress; 0 unknown."""
    items_max: int = 0
    only_item: str | None = None
    dead_letters: bool = False
    on_record: Callable[[Transaction, str, str], None] | None = None
    """Puts more into the transaction that records the run, from its id and status."""

    def id(self) -> str:
        """Give the run's id, which hashes all that it is given."""
        return run_id(
            RunIdentity(
                self.script, self.inputs, self.now, self.zone_name, self.tzdata, self.sources, self.mocks, self.nonce
            )
        )


class Spool:
    """Takes planned effects in order: counts all, keeps the first thousand, hands each on where asked."""

    def __init__(self, also: Callable[[PlannedEffect], None] | None = None) -> None:
        self.kept: list[PlannedEffect] = []
        self.total = 0
        self._also = also

    def plan(self, effect: PlannedEffect) -> None:
        """Take one effect (port ``Effects``)."""
        self.total += 1
        if len(self.kept) < REPORTED_ENTRIES_MAX:
            self.kept.append(effect)
        if self._also is not None:
            self._also(effect)


class Executed(msgspec.Struct, frozen=True):
    """A run that was decided: its view, its kept trace, and the raw outcome."""

    view: RunView
    events: tuple[TraceEvent, ...]
    complete: bool
    outcome: Outcome


class Ran(msgspec.Struct, frozen=True):
    """A run that has ended for now: as it was decided, and how it stands after acting. ``state`` gives an effect's
    state by its number and the state in which it was planned; None where nothing acted."""

    done: Executed
    view: RunView
    state: Callable[[int, str], str] | None = None


def execute(
    plan: Plan,
    program: Program,
    tables: Tables,
    tools: ToolPort,
    events: EventSink | None = None,
    also: Callable[[PlannedEffect], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    sets: Sets | None = None,
    results: Results | None = None,
    failed: Callable[[str, Diagnostic], None] | None = None,
) -> Executed:
    """Decide a program, large loops by ``sets``. The user's errors are in the view; nothing of the world is changed.

    ``results`` takes each item's result, ``also`` each planned effect, ``failed`` each dead letter.
    """
    begun = time.monotonic()
    spool = Spool(also)
    feed = _Feed(events, plan.total) if events is not None else None
    trace = Trace(feed.step if feed else None)
    id_ = plan.id()
    world = World(
        tables=tables,
        tools=tools,
        effects=spool,
        trace=trace,
        now=plan.now,
        run_id=id_,
        progress=feed.progress if feed else None,
        cancelled=cancelled,
        dead_letters=plan.dead_letters,
        failed=failed,
        items_max=plan.items_max,
        only_item=plan.only_item,
        results=results,
        sets=sets,
        working=feed.working if feed else None,
    )
    if feed:
        feed.emit("start", {"run": id_, "name": plan.name, "mode": plan.mode})
    outcome = run(program, plan.inputs, world)
    kept = trace.events()
    view = _view(plan, id_, outcome, spool, kept, trace.total, time.monotonic() - begun)
    if sets is not None:
        view = msgspec.structs.replace(view, engine="sets" if sets.used else "rows", slower=sets.slower)
    if feed:
        feed.end(view)
    return Executed(view, kept, trace.complete(), outcome)


def _view(
    plan: Plan, id_: str, outcome: Outcome, spool: Spool, kept: tuple[TraceEvent, ...], total: int, seconds: float
) -> RunView:
    failed = outcome.status in ("failed", "cancelled")
    return RunView(
        run=id_,
        name=plan.name,
        script=plan.script,
        status=outcome.status,
        result=plain(outcome.result),
        effects=() if failed else tuple(map(effect_view, spool.kept)),
        effects_total=0 if failed else spool.total,
        trace=tuple(trace_line(event) for event in kept[:REPORTED_ENTRIES_MAX]),
        trace_total=total,
        trace_hash=outcome.trace_hash,
        as_of=plan.now.isoformat().replace("+00:00", "Z"),
        mode=plan.mode,
        mocks=plan.mocks,
        error=_error(outcome, kept),
        inputs=plain(plan.inputs),
        items=outcome.items,
        seconds=seconds,
    )


def _error(outcome: Outcome, kept: tuple[TraceEvent, ...]) -> Diagnostic | None:
    """Give what a run failed with; the item at which it failed is its trace's last."""
    error, last = outcome.error, kept[-1] if kept else None
    if error is None or outcome.status != "failed" or last is None or not (last.op == "error" and last.item):
        return error
    return msgspec.structs.replace(error, message=f"{error.message}, for {last.item}")


def effect_view(effect: PlannedEffect) -> EffectView:
    return EffectView(effect.key, effect.tool, effect.item, plain(effect.args), effect.state, effect.path)


def trace_line(event: TraceEvent) -> TraceLine:
    """Say one event: its lines, and the value to look at (records that were fetched, else what came out)."""
    value = event.shown if event.shown is not ABSENT else event.out if event.out is not ABSENT else None
    return TraceLine(event.path, event.op, event.text, plain(value), event.item)


class _Feed:
    """Turns what happens into at most twenty aggregated events a second; steps only while they are few."""

    def __init__(self, sink: EventSink, total: int) -> None:
        self._sink = sink
        self._total = total
        self._told = 0
        self._next = 0.0

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        self._sink(Event(kind, data))

    def step(self, event: TraceEvent) -> None:
        if self._told < REPORTED_ENTRIES_MAX:
            self._told += 1
            line = trace_line(event)
            self.emit(
                "step", {"path": line.path, "op": line.op, "text": line.text, "value": line.value, "item": line.item}
            )

    def progress(self, done: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1 / EVENTS_PER_SECOND_MAX
            self.emit("progress", {"done": done, "total": self._total or None})

    def working(self, percent: float) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1 / EVENTS_PER_SECOND_MAX
            self.emit("progress", {"done": 0, "total": self._total or None, "percent": round(percent, 1)})

    def end(self, view: RunView) -> None:
        error = view.error.line() if view.error else None
        if view.items:
            self.emit("progress", {"done": view.items, "total": view.items})
        self.emit(
            "end",
            {
                "run": view.run,
                "status": view.status,
                "result": view.result,
                "error": error,
                "effects_total": view.effects_total,
                "trace_hash": view.trace_hash,
            },
        )
