"""Outputs: what a Command came to, as data. A face turns them into text or widgets; nothing prints here.

Every Output that shows a script's state carries its diagnostics. A Command that cannot be
done is ``Failed`` and has changed nothing.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from sopwb.kernel.diagnostics import Diagnostic


class Output(msgspec.Struct, frozen=True, tag=True):
    """The base of all outputs; their tag is the class's name."""


class Failed(Output, frozen=True):
    """Nothing was changed. ``diagnostics`` say why, in order of importance."""

    diagnostics: tuple[Diagnostic, ...]


class OutlineRow(msgspec.Struct, frozen=True):
    """A step in a tree: its path, depth, one line of text, and its id in the draft."""

    path: str
    depth: int
    text: str
    id: str = ""


class ScriptView(Output, frozen=True):
    """A script as it stands: a draft (``state`` draft, ``rev`` its revision) or frozen (``hash``)."""

    name: str
    state: str
    hash: str
    rev: str
    signature: str
    script: dict[str, Any]
    outline: tuple[OutlineRow, ...]
    english: str
    diagnostics: tuple[Diagnostic, ...]
    changes: tuple[str, ...] = ()
    """What the command changed, in words, computed from the difference."""
    text: str = ""
    """The form that was asked for (ShowScript)."""

    @property
    def checks(self) -> bool:
        return not self.diagnostics


class Dropped(Output, frozen=True):
    name: str


class Renamed(Output, frozen=True):
    old: str
    new: str


class Frozen(Output, frozen=True):
    """What one transaction froze: ``names`` to hashes (called drafts first), and what was re-pinned."""

    name: str
    hash: str
    names: dict[str, str]
    repinned: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()
    """Saved callers and jobs that still hold the previous version."""


class TraceLine(msgspec.Struct, frozen=True):
    """A trace event for people: its path, operation, spoken text and value (JSON-shaped)."""

    path: str
    op: str
    text: str
    value: Any = None
    item: str = ""


class EffectView(msgspec.Struct, frozen=True):
    key: str
    tool: str
    item: str
    args: dict[str, Any]
    state: str


class EffectNote(msgspec.Struct, frozen=True):
    """An effect that a person should know of: in doubt, or rejected; ``then`` is what its step asks for (fail, skip,
    dead_letter), "" for a doubt. ``code`` is the provider's."""

    key: str
    tool: str
    item: str
    path: str
    state: str
    code: str
    reason: str
    then: str = ""


class ActingView(msgspec.Struct, frozen=True):
    """How a run's acting stands. ``planned`` counts effects that act, by tool; ``digest`` binds them, in order, in hex.

    ``why`` says in words why it is in its state, ``cause`` in one: canary, failures, paused, interrupted, broken,
    approved or "". ``counts`` are acting effects by state, ``notes`` those that a person should know of (the first
    1,000), ``dead`` the items that were set aside; ``unconsented`` says what nobody has allowed.
    """

    digest: str
    planned: dict[str, int]
    why: str = ""
    cause: str = ""
    counts: dict[str, int] = {}
    notes: tuple[EffectNote, ...] = ()
    dead: int = 0
    unconsented: tuple[str, ...] = ()


class RunView(Output, frozen=True):
    """A run. ``status``: succeeded or failed (then with ``error``), and of a run that acts also the others of
    ``app.acting.standing``. Lists stop at 1,000 beside their totals."""

    run: str
    name: str
    script: str
    status: str
    result: Any
    effects: tuple[EffectView, ...]
    effects_total: int
    trace: tuple[TraceLine, ...]
    trace_total: int
    trace_hash: str
    as_of: str
    mode: str = "real"
    """real, dry_run or mocked."""
    mocks: tuple[str, ...] = ()
    error: Diagnostic | None = None
    inputs: dict[str, Any] = {}
    items: int = 0
    seconds: float = 0.0
    engine: str = "rows"
    """rows, or sets where a loop was decided by a query."""
    by_rows: tuple[str, ...] = ()
    """Large loops that had to run by rows, and why."""
    acting: ActingView | None = None
    """Of a run that changes the world; None where it only plans or mocks."""


class RunRow(msgspec.Struct, frozen=True):
    run: str
    name: str
    status: str
    as_of: str
    mode: str
    effects: int
    trace_hash: str


class RunList(Output, frozen=True):
    rows: tuple[RunRow, ...]


class Replayed(Output, frozen=True):
    """``same`` says whether result and trace hash agree; ``first_difference`` names the first event that does not."""

    run: str
    same: bool
    trace_hash: str
    first_difference: str = ""


class JobView(Output, frozen=True):
    name: str
    hash: str
    script: str
    script_name: str
    inputs: dict[str, Any]
    mocks: tuple[str, ...]
    output: str = ""
    consent: tuple[str, ...] = ()
    """What its runs may do without being asked: ``TOOL`` or ``TOOL=MAX``."""


class JobList(Output, frozen=True):
    rows: tuple[JobView, ...]


class ScheduleView(Output, frozen=True):
    """``next_due`` are ISO 8601 instants with the offset of the schedule's zone."""

    name: str
    job: str
    spec: str
    words: str
    zone: str
    missed: str
    overlap: str
    paused: bool
    next_due: tuple[str, ...]


class ScheduleList(Output, frozen=True):
    rows: tuple[ScheduleView, ...]


class SlotRow(msgspec.Struct, frozen=True):
    """A slot of a schedule. ``state``: running, done, skipped (with a ``reason``; one row may stand for ``count``),
    failed; ``status`` is its run's."""

    schedule: str
    due: str
    state: str
    run: str = ""
    status: str = ""
    reason: str = ""
    count: int = 1


class Fired(Output, frozen=True):
    """What a round or a backfill did. ``busy`` are schedules that another process is at, ``problems`` what kept one
    from being looked at; ``undelivered`` counts notices that a channel has not taken yet."""

    rows: tuple[SlotRow, ...]
    busy: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    undelivered: int = 0


class NoticeRow(msgspec.Struct, frozen=True):
    """A notice. ``kind``: failed, doubt, waiting, dead_letters, paused, missed, overlap, recovered or clock."""

    key: str
    kind: str
    text: str
    schedule: str
    due: str
    run: str
    time: str


class NoticeList(Output, frozen=True):
    """Notices, oldest first; ``unread`` counts those that nobody has read."""

    rows: tuple[NoticeRow, ...]
    unread: int


class DueTimes(Output, frozen=True):
    name: str
    times: tuple[str, ...]


class ScriptRow(msgspec.Struct, frozen=True):
    """``state``: draft or frozen; ``kind``: script or job."""

    name: str
    hash: str
    state: str
    kind: str
    signature: str


class ScriptList(Output, frozen=True):
    rows: tuple[ScriptRow, ...]


class Difference(Output, frozen=True):
    """What changed from a to b, in words, and both as pretty text for a side-by-side view."""

    a: str
    b: str
    changes: tuple[str, ...]
    before: str
    after: str


class HistoryRow(msgspec.Struct, frozen=True):
    hash: str
    time: str
    what: str
    why: str


class History(Output, frozen=True):
    name: str
    rows: tuple[HistoryRow, ...]


class SourceView(Output, frozen=True):
    """A data source: format, place, key, fields with their types, number of records (-1 unknown), first records."""

    name: str
    format: str
    path: str
    key: str
    fields: tuple[tuple[str, str], ...]
    rows: int
    sample: tuple[dict[str, Any], ...] = ()
    problem: Diagnostic | None = None


class DataList(Output, frozen=True):
    rows: tuple[SourceView, ...]


class ToolView(Output, frozen=True):
    """A tool. ``configured``: it can act here; ``lacks``: settings of ``[tools.SECTION]`` that it needs for that and
    has not. ``package`` is who installed it, "" where it is built in; one with a ``problem`` cannot be loaded."""

    name: str
    kind: str
    protection: str
    configured: bool
    section: str
    lacks: tuple[str, ...]
    args: tuple[tuple[str, str], ...]
    returns: str
    package: str = ""
    problem: Diagnostic | None = None


class ToolList(Output, frozen=True):
    rows: tuple[ToolView, ...]


class StoreReport(Output, frozen=True):
    """``problems`` empty: the store is sound. ``numbers`` are counts and sizes by name."""

    head: str
    sequence: int
    problems: tuple[str, ...]
    numbers: dict[str, int]


class LoopPlan(msgspec.Struct, frozen=True):
    """A loop over ``source``: its plan as a tree of lines, and its SQL where it is ``lowered`` to one query."""

    path: str
    source: str
    lowered: bool
    text: str
    sql: str = ""


class PlanView(Output, frozen=True):
    """The plans of a script's outermost loops over sources; none: it has no such loop."""

    name: str
    loops: tuple[LoopPlan, ...]


class Evaluated(Output, frozen=True):
    """``reply`` is {"type", "value"} or {"error": {"code", "message"}}."""

    reply: dict[str, Any]


AnyOutput: TypeAlias = (
    Failed
    | ScriptView
    | Dropped
    | Renamed
    | Frozen
    | RunView
    | RunList
    | Replayed
    | JobView
    | JobList
    | ScheduleView
    | ScheduleList
    | DueTimes
    | Fired
    | NoticeList
    | ScriptList
    | Difference
    | History
    | SourceView
    | DataList
    | ToolList
    | StoreReport
    | PlanView
    | Evaluated
)
