"""Commands: everything that a person, an author or a program can ask of a workspace, as data.

The chat, the keyboard and the command line build these and nothing else; ``app.workbench.Workbench.do``
carries one out and answers with an Output (``app.outputs``). Deliberately not here: how.

``ref`` names a script or job: its name, a hash, or ``#`` and a prefix of one. Scripts are raw JSON dicts as in
``docs/language.md``; inputs are JSON values by parameter name.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from sopwb.kernel.limits import COMPARED_ITEMS_SHOWN


class Command(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The base of all commands; their tag is the class's name."""


# --- drafts ---------------------------------------------------------------------------------------


class SaveDraft(Command, frozen=True):
    """Create or replace the draft ``name`` by a whole script; ``why`` is kept in its history.

    ``base`` is the revision it was made from ("" for a new draft or to override); another one is a conflict.
    """

    name: str
    script: dict[str, Any]
    why: str = ""
    base: str = ""


class ApplyEdits(Command, frozen=True):
    """Apply edits (``lang.edits``) to a draft, all or none."""

    name: str
    edits: list[dict[str, Any]]
    base: str = ""
    why: str = ""


class UndoEdit(Command, frozen=True):
    name: str


class RedoEdit(Command, frozen=True):
    name: str


class DropDraft(Command, frozen=True):
    name: str


class RenameScript(Command, frozen=True):
    """Move a script's or draft's name (and its job's, if it has one); hashes stay."""

    old: str
    new: str


class ForkScript(Command, frozen=True):
    """Open a draft ``new`` from a frozen script."""

    ref: str
    new: str


class CheckScript(Command, frozen=True):
    ref: str


class FreezeScript(Command, frozen=True):
    """Freeze the draft and the drafts that it calls, in one transaction. ``repin``: saved callers and jobs follow."""

    name: str
    repin: bool = False


# --- examples ---------------------------------------------------------------------------------------


class AddExample(Command, frozen=True):
    """Keep what a script must come to for inputs; one for the same inputs and instant is replaced.

    ``expect`` is ``{"fields": {name: value}}``, ``{"result": value}`` or ``{"fails": text}``. ``as_of`` names an
    instant that belongs to the example. ``keep`` False only tries it.
    """

    name: str
    inputs: dict[str, Any] = {}
    expect: dict[str, Any] = {}
    as_of: str = ""
    keep: bool = True


class RemoveExample(Command, frozen=True):
    """Take an example away by its number, from 1 as they are listed."""

    name: str
    number: int


class ListExamples(Command, frozen=True):
    name: str


class RunExamples(Command, frozen=True):
    """Try the examples of a script, or of all (""), and change nothing. The draft counts where one is open, unless
    ``frozen``; ``live`` tries them on the data as it is, not as it was recorded."""

    name: str = ""
    frozen: bool = False
    live: bool = False


# --- running ----------------------------------------------------------------------------------------


class RunScript(Command, frozen=True):
    """Run a job, script or draft. ``as_of`` is an ISO 8601 instant ("" = now).

    ``allow`` are tools that may act without an approval (``TOOL`` or ``TOOL=MAX``), ``canary`` > 0 acts for so many
    items and pauses. ``record`` False keeps no run object (previews). ``draft`` prefers the draft to what is frozen.
    ``failures`` for ``items_max`` > 0: look at the first items only (previews of batches).
    """

    ref: str
    inputs: dict[str, Any] = {}
    as_of: str = ""
    dry_run: bool = False
    mocks: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    output: str = ""
    record: bool = True
    draft: bool = False
    engine: str = "auto"
    """auto, rows or sets: both give the same; auto takes sets where there are many records."""
    memory_mb: int = 0
    """The run's memory limit (0: none that was asked for)."""
    canary: int = 0


class ListRuns(Command, frozen=True):
    ref: str = ""
    limit: int = 50


class ShowRun(Command, frozen=True):
    run: str


class ListEffects(Command, frozen=True):
    """List a run's effects, those in ``state`` ("": all), each with its state, and with ``codes`` the codes that it
    carries; with ``output`` (``.csv``, ``.jsonl``) all of them go to a file."""

    run: str
    state: str = ""
    codes: bool = False
    output: str = ""


class ExplainRun(Command, frozen=True):
    run: str
    item: str = ""


class DiffRuns(Command, frozen=True):
    """Say in what two recorded runs differ: what they were given, what they came to, where they parted."""

    a: str
    b: str


class ReplayRun(Command, frozen=True):
    run: str


class ApproveRun(Command, frozen=True):
    """Say yes to exactly the effects that a run has planned; with ``resume`` it acts at once."""

    run: str
    resume: bool = False
    canary: int = 0


class ResumeRun(Command, frozen=True):
    """Go on acting where a run was paused, interrupted, failed or killed.

    ``dead_letters``: items that were set aside are done again, with the same keys. ``ref`` names the script or job that
    it must be a run of ("": any).
    """

    run: str
    dead_letters: bool = False
    canary: int = 0
    ref: str = ""


class PauseRun(Command, frozen=True):
    """Stop a run in good order, also one that another process acts on; it may go on later."""

    run: str


class CancelRun(Command, frozen=True):
    """Stop a run for good. What was done stays done."""

    run: str


class ResolveRun(Command, frozen=True):
    """Say what became of an effect that is in doubt or was rejected: ``how`` done, again or abandon.

    ``keys`` are its key or the beginning of it, of as many as are meant; () means every effect that is in doubt.
    """

    run: str
    how: str
    keys: tuple[str, ...] = ()


# --- jobs and schedules --------------------------------------------------------------------------------


class SaveJob(Command, frozen=True):
    """Save a batch job over a frozen script (a draft is frozen first), by default under the script's name.

    ``allow`` is its stored consent: ``TOOL`` or ``TOOL=MAX``, for every run of it.
    """

    script: str
    name: str = ""
    inputs: dict[str, Any] = {}
    mocks: tuple[str, ...] = ()
    output: str = ""
    allow: tuple[str, ...] = ()


class AddSchedule(Command, frozen=True):
    """Schedule a job (a script gets its job made). ``spec`` in English, a ``schedule`` phrase or cron.

    The schedule's name is the job's; adding again replaces its spec. ``zone`` "" is the workspace's.
    """

    job: str
    spec: str
    zone: str = ""
    missed: str = "latest"
    overlap: str = "skip"


class RemoveSchedule(Command, frozen=True):
    name: str


class PauseSchedule(Command, frozen=True):
    """Skip a schedule's slots until it is resumed."""

    name: str


class ResumeSchedule(Command, frozen=True):
    """Count a schedule's due times from now on; what came due before stays skipped."""

    name: str


class BackfillSchedule(Command, frozen=True):
    """Run the slots of a schedule from ``start`` to ``end`` (ISO 8601, both included) that have not run, in order."""

    name: str
    start: str
    end: str = ""


class Tick(Command, frozen=True):
    """Do one round: run or skip what is due, and deliver notices. ``name`` "" means every schedule."""

    name: str = ""


class ListNotices(Command, frozen=True):
    """The notices that nobody has read, or with ``every`` all."""

    every: bool = False


class ReadNotices(Command, frozen=True):
    """Note that notices were read; without ``keys`` all of them."""

    keys: tuple[str, ...] = ()


class NextDue(Command, frozen=True):
    """The next ``count`` due times after ``as_of``."""

    name: str
    count: int = 5
    as_of: str = ""


class ListSchedules(Command, frozen=True):
    pass


class ListJobs(Command, frozen=True):
    pass


class ShowJob(Command, frozen=True):
    name: str


# --- looking ----------------------------------------------------------------------------------------------


class ListScripts(Command, frozen=True):
    """List drafts, scripts and jobs; with ``find`` only the saved ones whose catalogue entry holds all its words."""

    find: str = ""


class ShowScript(Command, frozen=True):
    """``form``: outline, english, json or canonical. ``draft`` prefers the draft where both exist."""

    ref: str
    form: str = "outline"
    draft: bool = True


class ExplainPlan(Command, frozen=True):
    """Say how each loop over a source would run as one query, or why it runs by rows. Nothing is run."""

    ref: str
    inputs: dict[str, Any] = {}
    as_of: str = ""


class DiffScripts(Command, frozen=True):
    """Say what changed from ``a`` to ``b``; ``b`` "" is the draft of ``a``."""

    a: str
    b: str = ""


class CompareScripts(Command, frozen=True):
    """Run two versions over a source, dry, and tell whose results and planned effects differ.

    ``new`` "" is the draft of ``old``. ``param`` takes the source's key ("": the one that fits); ``inputs`` are for
    the other parameters of both. ``limit`` bounds the items that are shown, not those that are counted.
    """

    old: str
    new: str
    source: str
    param: str = ""
    inputs: dict[str, Any] = {}
    as_of: str = ""
    limit: int = COMPARED_ITEMS_SHOWN


class PreviewFreeze(Command, frozen=True):
    """Compare a draft with the frozen version of its name, on the source that it is about, where that is soon done."""

    name: str
    as_of: str = ""


class ScriptHistory(Command, frozen=True):
    name: str


class ListData(Command, frozen=True):
    pass


class ShowData(Command, frozen=True):
    name: str
    limit: int = 20


class ListTools(Command, frozen=True):
    """Every tool, installed ones too."""


class ProfileData(Command, frozen=True):
    """Say of each field of a source how many are null and between what numbers and times lie; no texts."""

    name: str


class LearnWord(Command, frozen=True):
    """Keep another word for a data source or a field: who says ``word`` means ``means``. A word again is moved."""

    word: str
    means: str


class ForgetWord(Command, frozen=True):
    word: str


class ListWords(Command, frozen=True):
    """What was learned of how people here call things."""


class VerifyStore(Command, frozen=True):
    deep: bool = False


class StoreStats(Command, frozen=True):
    pass


class Evaluate(Command, frozen=True):
    expr: str
    vars: dict[str, Any] = {}
    as_of: str = ""


AnyCommand: TypeAlias = (
    SaveDraft
    | ApplyEdits
    | UndoEdit
    | RedoEdit
    | DropDraft
    | RenameScript
    | ForkScript
    | CheckScript
    | FreezeScript
    | AddExample
    | RemoveExample
    | ListExamples
    | RunExamples
    | RunScript
    | ListRuns
    | ShowRun
    | ListEffects
    | ExplainRun
    | ReplayRun
    | ApproveRun
    | ResumeRun
    | PauseRun
    | CancelRun
    | ResolveRun
    | DiffRuns
    | SaveJob
    | AddSchedule
    | RemoveSchedule
    | PauseSchedule
    | ResumeSchedule
    | BackfillSchedule
    | Tick
    | ListNotices
    | ReadNotices
    | NextDue
    | ListSchedules
    | ListJobs
    | ShowJob
    | ListScripts
    | ShowScript
    | DiffScripts
    | CompareScripts
    | PreviewFreeze
    | ExplainPlan
    | ScriptHistory
    | ListData
    | ShowData
    | ListTools
    | ProfileData
    | VerifyStore
    | StoreStats
    | Evaluate
)
