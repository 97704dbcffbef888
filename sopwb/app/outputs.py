"""Outputs: what a Command came to, as data. A face turns them into text or widgets; nothing prints here.

Every Output that shows a script's state carries its diagnostics. A Command that cannot be
done is ``Failed`` and has changed nothing. Families in modules of their own: ``example_outputs``,
``effect_outputs``.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from sopwb.app.effect_outputs import ActingView as ActingView
from sopwb.app.effect_outputs import EffectNote as EffectNote
from sopwb.app.effect_outputs import EffectRow as EffectRow
from sopwb.app.effect_outputs import EffectView as EffectView
from sopwb.app.effect_outputs import StrayJournal as StrayJournal
from sopwb.app.example_outputs import ExampleList, ExamplesTried
from sopwb.app.output import Output as Output
from sopwb.kernel.diagnostics import Diagnostic


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
    examples: int = 0
    """Examples that held, of all that was frozen."""


class TraceLine(msgspec.Struct, frozen=True):
    """A trace event for people: its path, operation, spoken text and value (JSON-shaped)."""

    path: str
    op: str
    text: str
    value: Any = None
    item: str = ""


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
    inputs: dict[str, Any] = msgspec.field(default_factory=dict)
    items: int = 0
    seconds: float = 0.0
    engine: str = "rows"
    """rows, or sets where a loop was decided by a query."""
    slower: tuple[str, ...] = ()
    """What took longer than it could, and why: large loops that ran by rows, indexes that could not be made."""
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


class EffectList(Output, frozen=True):
    """A run's effects in the order in which they were planned, the first 1,000 of ``total``; ``file`` holds all."""

    run: str
    rows: tuple[EffectRow, ...]
    total: int
    file: str = ""


class PutAway(Output, frozen=True):
    """The journal of a run without a record was moved; ``name`` is its name within the store."""

    run: str
    name: str


class RunList(Output, frozen=True):
    """Recorded runs, newest first, and apart from them journals that no record knows."""

    rows: tuple[RunRow, ...]
    strays: tuple[StrayJournal, ...] = ()


class Migrated(Output, frozen=True):
    """A store of this generation was made; the old one is in the folder ``kept``. ``counts`` by kind of name."""

    kept: str
    counts: dict[str, int]


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


class FieldChange(msgspec.Struct, frozen=True):
    """A field of a record that differs: ``kind`` changed, added or removed."""

    field: str
    kind: str
    old: Any = None
    new: Any = None


class EffectChange(msgspec.Struct, frozen=True):
    """A planned effect that comes, goes or changes (its arguments do). ``path`` is its step's, where that is known."""

    kind: str
    tool: str
    old: dict[str, Any] | None = None
    new: dict[str, Any] | None = None
    item: str = ""
    path: str = ""


class ItemChange(msgspec.Struct, frozen=True):
    """An item whose result, failure or planned effects differ. ``side``: both, or the only one that has it.

    ``fields`` are those of two records that differ; errors are one line each, "" where it did not fail.
    """

    item: str
    side: str
    old: Any
    new: Any
    old_error: str = ""
    new_error: str = ""
    fields: tuple[FieldChange, ...] = ()
    effects: tuple[EffectChange, ...] = ()


class ComparedSide(msgspec.Struct, frozen=True):
    """One of two versions: its hash or revision, and how its run over the source ended (``result``: a batch's)."""

    name: str
    id: str
    state: str
    status: str
    result: Any = None
    error: Diagnostic | None = None


class Comparison(Output, frozen=True):
    """What two versions of a script come to over a source, item by item, as of one instant.

    ``items`` = ``same`` + ``different`` + ``only_old`` + ``only_new``; an item that failed is among them. ``param``
    took the source's key ("": both are batches). ``changes`` are the first items that differ, in key order;
    ``outside`` the effects that differ outside of items.
    """

    source: str
    param: str
    as_of: str
    old: ComparedSide
    new: ComparedSide
    items: int
    same: int
    different: int
    only_old: int
    only_new: int
    failed_old: int
    failed_new: int
    effects_come: int
    effects_go: int
    effects_change: int
    changes: tuple[ItemChange, ...]
    outside: tuple[EffectChange, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing differs."""
        effects = self.effects_come + self.effects_go + self.effects_change
        ended = [(side.status, side.result, side.error and side.error.code) for side in (self.old, self.new)]
        return self.same == self.items and not effects and ended[0] == ended[1]


class FreezePreview(Output, frozen=True):
    """What freezing a draft would change: ``replaces`` is the hash of the version that has its name, "" for none.

    Where there is no comparison, ``why`` says so and how to ask.
    """

    name: str
    replaces: str = ""
    comparison: Comparison | None = None
    why: str = ""


class PartDifference(msgspec.Struct, frozen=True):
    """A part of what two runs were given that differs: script, now, zone, inputs/NAME, data/SOURCE …"""

    part: str
    a: Any
    b: Any


class CountDifference(msgspec.Struct, frozen=True):
    """How often a step spoke in each of two kept traces."""

    path: str
    branch: str
    a: int
    b: int


class EventPair(msgspec.Struct, frozen=True):
    """The first kept event that differs, its number from 1; one is None where that trace has ended."""

    number: int
    a: TraceLine | None
    b: TraceLine | None


class RunSide(msgspec.Struct, frozen=True):
    """One of two recorded runs. ``complete``: its whole trace was kept; ``effects_kept`` of ``effects`` were."""

    run: str
    name: str
    script: str
    status: str
    result: Any
    error: Diagnostic | None
    items: int
    effects: int
    effects_kept: int
    trace_hash: str
    complete: bool


class RunDifference(Output, frozen=True):
    """In what two recorded runs differ. Effects and counts are of what was kept of both."""

    a: RunSide
    b: RunSide
    given: tuple[PartDifference, ...]
    same_result: bool
    fields: tuple[FieldChange, ...]
    effects_come: int
    effects_go: int
    effects_change: int
    effects: tuple[EffectChange, ...]
    counts: tuple[CountDifference, ...]
    first: EventPair | None


class HistoryRow(msgspec.Struct, frozen=True):
    hash: str
    time: str
    what: str
    why: str


class History(Output, frozen=True):
    name: str
    rows: tuple[HistoryRow, ...]


class SourceView(Output, frozen=True):
    """A data source: format, place, key, fields with their types, number of records (-1 unknown), first records;
    ``index`` as it is declared."""

    name: str
    format: str
    path: str
    key: str
    fields: tuple[tuple[str, str], ...]
    rows: int
    sample: tuple[dict[str, Any], ...] = ()
    problem: Diagnostic | None = None
    writable: bool = False
    index: tuple[str, ...] = ()


class FieldProfile(msgspec.Struct, frozen=True):
    """A field: ``nulls`` -1 where nobody looked; ``least`` and ``greatest`` are of numbers and times, "" elsewhere."""

    name: str
    type: str
    nulls: int = -1
    least: str = ""
    greatest: str = ""


class DataProfile(Output, frozen=True):
    """What is known of a source's fields without showing a record."""

    name: str
    key: str
    rows: int
    fields: tuple[FieldProfile, ...]
    writable: bool = False


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
    """``problems`` empty: the store is sound. ``numbers`` are counts and sizes by name; ``notices`` are what a person
    should look at although nothing is damaged."""

    head: str
    sequence: int
    problems: tuple[str, ...]
    numbers: dict[str, int]
    notices: tuple[str, ...] = ()


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


class LearnedWord(msgspec.Struct, frozen=True):
    """Another word, in small letters with single spaces, for the source or field ``means``."""

    word: str
    means: str


class WordList(Output, frozen=True):
    """The words that were learned, by word."""

    rows: tuple[LearnedWord, ...]


class Evaluated(Output, frozen=True):
    """``reply`` is {"type", "value"} or {"error": {"code", "message"}}."""

    reply: dict[str, Any]


AnyOutput: TypeAlias = (
    Failed
    | ScriptView
    | Dropped
    | Renamed
    | Frozen
    | ExamplesTried
    | ExampleList
    | RunView
    | RunList
    | PutAway
    | EffectList
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
    | Comparison
    | FreezePreview
    | RunDifference
    | History
    | SourceView
    | DataList
    | ToolList
    | DataProfile
    | WordList
    | StoreReport
    | PlanView
    | Migrated
    | Evaluated
)
