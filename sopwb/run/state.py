"""What a run holds while it decides: its ports, the state that the steps share, and what it came to.

Deliberately not here: how steps work (``steps``), and any implementation of a port.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.limits import REPORTED_ENTRIES_MAX
from sopwb.kernel.values import Value
from sopwb.run.coerce import Coercion
from sopwb.run.expression import ExpressionFailure
from sopwb.run.ports import Effects, PlannedEffect, Results, Table, Tables, ToolPort
from sopwb.run.sets import SetExecutor
from sopwb.run.trace import ABSENT, StepInfo, Trace

Frame: TypeAlias = dict[str, Value]
"""Names of one script on one path, bound once each; an item and a call have a frame of their own."""

Ended: TypeAlias = tuple[Value]
"""What a step gives that ends its script: the returned value, alone in a tuple (null is a value)."""


class Reader(msgspec.Struct, frozen=True):
    """An opened source as one step reads it: ``change`` makes a live row the promised record (None: it is one
    already); ``promised`` are fields that may be null in the live source and must not be."""

    table: Table
    change: Coercion | None
    promised: frozenset[str]


class World(msgspec.Struct):
    """The ports and the settings of one run. ``now`` is aware UTC.

    ``progress`` hears the number of items decided so far, ``working`` how far (percent) a query is that decides all
    of them, ``failed`` every dead letter: the item and why; ``cancelled`` is asked before each item. ``items_max`` > 0
    looks at that many items of every outermost ``each`` only, ``only_item`` at the one with that key (previews,
    explaining). ``sets`` decides what it can of the rest; without it everything runs by rows.
    """

    tables: Tables
    tools: ToolPort
    effects: Effects
    trace: Trace
    now: dt.datetime
    run_id: str
    results: Results | None = None
    progress: Callable[[int], None] | None = None
    cancelled: Callable[[], bool] | None = None
    dead_letters: bool = False
    failed: Callable[[str, Diagnostic], None] | None = None
    items_max: int = 0
    only_item: str | None = None
    sets: SetExecutor | None = None
    working: Callable[[float], None] | None = None


class DeadLetter(msgspec.Struct, frozen=True):
    """An item that could not be decided; nothing of it is done."""

    item: str
    error: Diagnostic


class Outcome(msgspec.Struct, frozen=True):
    """What deciding came to. ``status``: succeeded, dead_letters, failed or cancelled; failed and cancelled
    runs do nothing.

    ``errors`` say why, the first being the one to show. ``planned`` counts effects by tool. ``dead_letters``
    stop at ``REPORTED_ENTRIES_MAX`` beside their total.
    """

    status: str
    result: Value
    errors: tuple[Diagnostic, ...]
    trace_hash: str
    items: int
    planned: dict[str, int]
    dead_letters: tuple[DeadLetter, ...] = ()
    dead_letters_total: int = 0

    @property
    def error(self) -> Diagnostic | None:
        return self.errors[0] if self.errors else None


class RunFailure(Exception):
    """A run error of the user's world: it ends the item or the run. ``diagnostics[0]`` is the one that
    counts."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(diagnostics[0].line())
        self.diagnostics = diagnostics


class Cancelled(Exception):
    """The person stopped the run."""


class State:
    """What the steps of one run share. Plain slots: every step touches it."""

    __slots__ = (
        "_failing",
        "base",
        "dead_letters",
        "dead_letters_total",
        "event",
        "item",
        "items",
        "keys",
        "plan",
        "planned",
        "prefix",
        "readers",
        "trace",
        "waiting",
        "world",
    )

    def __init__(self, world: World, today: dt.date) -> None:
        self.world = world
        self.base: Frame = {"now": world.now, "today": today}
        """What every frame begins with."""
        self.trace = world.trace
        self.event = world.trace.pending.append
        self.prefix = ""
        """The path of the call that is being run, with ``/call/`` after it."""
        self.keys: tuple[str, ...] = ()
        self.item = ""
        """``keys`` as one text."""
        self.items = 0
        self.readers: dict[int, Reader] = {}
        """Opened sources by the scan that reads them."""
        self.planned: dict[str, int] = {}
        self.waiting: list[PlannedEffect] = []
        """Effects of the item that is being decided, while dead letters may still drop it."""
        self.plan: Callable[[PlannedEffect], None] = self.plan_now
        self._failing: dict[str, StepInfo] = {}
        self.dead_letters: list[DeadLetter] = []
        self.dead_letters_total = 0

    def plan_now(self, effect: PlannedEffect) -> None:
        """Hand an effect to the spool."""
        self.planned[effect.tool] = self.planned.get(effect.tool, 0) + 1
        self.world.effects.plan(effect)

    def release(self) -> None:
        """Plan the effects of the item that has just been decided."""
        for effect in self.waiting:
            self.plan_now(effect)
        self.waiting.clear()

    def bury(self, failure: RunFailure) -> None:
        """Make the item that has just failed a dead letter: its effects are dropped, it is listed."""
        self.waiting.clear()
        if self.world.failed is not None:
            self.world.failed(self.item, failure.diagnostics[0])
        self.dead_letters_total += 1
        if len(self.dead_letters) < REPORTED_ENTRIES_MAX:
            self.dead_letters.append(DeadLetter(self.item, failure.diagnostics[0]))

    def failed(self, failure: ExpressionFailure, path: str) -> RunFailure:
        """Turn an expression's error into a failure at a step's field (``path`` as in the script being
        run)."""
        hint = f"in {failure.text}" if failure.text else ""
        return RunFailure(Diagnostic(failure.code, failure.message, path=self.prefix + path, hint=hint))

    def failure(self, code: str, path: str, message: str, hint: str = "") -> RunFailure:
        """Make a failure of our own codes at a step."""
        return RunFailure(Diagnostic(code, message, path=self.prefix + path, hint=hint))

    def record_failure(self, failure: RunFailure) -> None:
        """Write the event of a failure: its code and place."""
        first = failure.diagnostics[0]
        info = self._failing.get(first.path)
        if info is None:
            info = self._failing[first.path] = StepInfo(first.path, "error", _ErrorSpeaker())
        self.event((info, "", self.item, ABSENT, first.code, "", {"message": first.message}))


class _ErrorSpeaker:
    """Says a failure."""

    def lines(self, in_: Value, out: Value, branch: str, frame: Frame | None) -> tuple[str, ...]:
        assert frame is not None, "the frame of a failure holds its message"
        return (f"Failed: {frame['message']}",)

    def shown(self, frame: Frame | None) -> Value:
        return ABSENT
