"""The workbench without a face: an open workspace that carries out Commands and answers with Outputs.

Each Command has one handler, found by the Command's name in ``HANDLERS`` and imported on first use, so that
a headless run loads only what it needs. A handler's ``UserError`` becomes ``Failed``; nothing was changed then,
since every handler changes the store in one transaction at its end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sopwb.app.commands import Command
from sopwb.app.environment import WorkspaceEnvironment
from sopwb.app.library import Library
from sopwb.app.outputs import AnyOutput, Failed
from sopwb.app.workspace import Workspace, find_workspace, read_workspace
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.store.errors import StoreError
from sopwb.store.store import Store

if TYPE_CHECKING:
    from sopwb.app.acting.machine import Machine
    from sopwb.data.declaration import SourceDeclaration
    from sopwb.data.open import OpenTables
    from sopwb.run.acting import Actor
    from sopwb.run.ports import Event
    from sopwb.tools.registry import Registry

HANDLERS: Final[dict[str, tuple[str, str]]] = {
    "SaveDraft": ("drafts", "save_draft"),
    "ApplyEdits": ("drafts", "apply_edits"),
    "UndoEdit": ("drafts", "undo_edit"),
    "RedoEdit": ("drafts", "redo_edit"),
    "DropDraft": ("drafts", "drop_draft"),
    "CheckScript": ("show", "check_script"),
    "ShowScript": ("show", "show_script"),
    "ListScripts": ("show", "list_scripts"),
    "ExplainPlan": ("planning", "explain_plan"),
    "DiffScripts": ("show", "diff_scripts"),
    "CompareScripts": ("comparing", "compare_scripts"),
    "PreviewFreeze": ("comparing", "preview_freeze"),
    "ScriptHistory": ("show", "script_history"),
    "FreezeScript": ("freeze", "freeze_script"),
    "AddExample": ("examples", "add_example"),
    "RemoveExample": ("examples", "remove_example"),
    "ListExamples": ("examples", "list_examples"),
    "RunExamples": ("examples", "run_examples"),
    "RenameScript": ("naming", "rename_script"),
    "ForkScript": ("naming", "fork_script"),
    "RunScript": ("running", "run_script"),
    "ListRuns": ("runs", "list_runs"),
    "ShowRun": ("runs", "show_run"),
    "ListEffects": ("effects", "list_effects"),
    "ExplainRun": ("runs", "explain_run"),
    "ReplayRun": ("runs", "replay_run"),
    "ApproveRun": ("acting", "approve_run"),
    "ResumeRun": ("acting", "resume_run"),
    "PauseRun": ("acting", "pause_run"),
    "CancelRun": ("acting", "cancel_run"),
    "ResolveRun": ("acting", "resolve_run"),
    "DiffRuns": ("runs", "diff_runs"),
    "SaveJob": ("jobs", "save_job"),
    "ListJobs": ("jobs", "list_jobs"),
    "ShowJob": ("jobs", "show_job"),
    "AddSchedule": ("schedules", "add_schedule"),
    "RemoveSchedule": ("schedules", "remove_schedule"),
    "ListSchedules": ("schedules", "list_schedules"),
    "NextDue": ("schedules", "next_due"),
    "PauseSchedule": ("schedules", "pause_schedule"),
    "ResumeSchedule": ("schedules", "resume_schedule"),
    "BackfillSchedule": ("firing", "backfill_schedule"),
    "Tick": ("firing", "tick"),
    "ListNotices": ("notices", "list_notices"),
    "ReadNotices": ("notices", "read_notices"),
    "ListData": ("sources", "list_data"),
    "ShowData": ("sources", "show_data"),
    "ListTools": ("tools", "list_tools"),
    "ProfileData": ("sources", "profile_data"),
    "LearnWord": ("words", "learn_word"),
    "ForgetWord": ("words", "forget_word"),
    "ListWords": ("words", "list_words"),
    "VerifyStore": ("storage", "verify_store"),
    "StoreStats": ("storage", "store_stats"),
    "Evaluate": ("evaluation", "evaluate"),
}
"""Command → (module under ``app.handlers``, function)."""

STREAMING: Final = frozenset({"run_script", "compare_scripts", "approve_run", "resume_run"})
"""Handlers that also take an event sink, for what happens while they work."""

EventSink = Callable[["Event"], None]


class Workbench:
    """An open workspace. ``do`` is all that a face needs; the rest serves handlers and authors."""

    def __init__(self, workspace: Workspace, store: Store, as_of: str = "") -> None:
        self.workspace = workspace
        self.store = store
        self.library = Library(store)
        self.as_of = as_of
        self._tables: OpenTables | None = None
        self._tools: Registry | None = None
        self.machine: Machine | None = None
        """What acting asks of the machine; None: the machine itself."""
        self.actors: Callable[[str], Actor] | None = None
        """What does a tool's effects; None: the workspace's tools."""
        self.clock: Callable[[], dt.datetime] = _now
        """The machine's clock, which fires schedules, whatever ``as_of`` says."""
        self.stopping: Callable[[], bool] = lambda: False
        """Whether this process is about to end: what runs stops in good order."""

    # --- for faces -------------------------------------------------------------------------------------

    def do(self, command: Command, events: EventSink | None = None) -> AnyOutput:
        """Carry out one Command. Never raises for what a user can cause: that is ``Failed``."""
        module, name = HANDLERS[type(command).__name__]
        handler = getattr(import_module(f"sopwb.app.handlers.{module}"), name)
        self._release_data()  # what was looked up since the last Command belongs to no Command
        try:
            self.store.refresh()
            answer: AnyOutput = handler(self, command, events) if name in STREAMING else handler(self, command)
            return answer
        except UserError as error:
            return Failed(error.diagnostics)
        except StoreError as error:
            from sopwb.store.codes import diagnostic_of

            return Failed((diagnostic_of(error),))
        finally:
            self._release_data()

    def close(self) -> None:
        if self._tables is not None:
            self._tables.close()
        self.store.close()

    @property
    def name(self) -> str:
        return self.workspace.name

    @property
    def zone(self) -> dt.tzinfo:
        return self.workspace.zone

    @property
    def zone_name(self) -> str:
        return self.workspace.zone_name

    def environment(self) -> WorkspaceEnvironment:
        """Give the names that a script may use here, looked up afresh."""
        return WorkspaceEnvironment(tuple(self.workspace.data), self.tables, self.tools, self.library)

    @property
    def cache(self) -> Path:
        """The folder of what can be made again: spools, kept queries."""
        return self.workspace.store_folder / "idx"

    # --- for handlers ------------------------------------------------------------------------------------

    @property
    def tables(self) -> OpenTables:
        """The declared sources, opened when first asked for and kept until ``reload_data``."""
        if self._tables is None:
            self._tables = open_sources(self.workspace)
        return self._tables

    def reload_data(self) -> None:
        """Forget opened sources, so that the next look sees the files as they are now."""
        if self._tables is not None:
            self._tables.close()
        self._tables = None

    def _release_data(self) -> None:
        # A Command sees one state of a database, and leaves no transaction open behind it.
        if self._tables is not None:
            self._tables.release()

    @property
    def tools(self) -> Registry:
        if self._tools is None:
            from sopwb.tools.registry import Registry

            self._tools = Registry(self.workspace.tools)
        return self._tools

    def instant(self, as_of: str = "") -> dt.datetime:
        """Read an ``--as-of`` instant (the command's, else the session's), else the clock. Aware, UTC."""
        text = as_of or self.as_of
        return read_instant(text) if text else self.clock()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open_sources(workspace: Workspace) -> OpenTables:
    """Declare a workspace's sources; none is opened yet. Raises ``UserError`` with every wrong setting."""
    from sopwb.data.declaration import declare
    from sopwb.data.open import open_tables

    declared: list[SourceDeclaration] = []
    problems: list[Diagnostic] = []
    for name, settings in workspace.data.items():
        declaration, wrong = declare(name, settings, str(workspace.folder))
        problems += wrong
        if declaration is not None:
            declared.append(declaration)
    if problems:
        raise UserError(*problems)
    return open_tables(declared, cache_dir=workspace.store_folder / "idx", zone=workspace.zone)


def read_instant(text: str) -> dt.datetime:
    """Read an ISO 8601 instant with its offset. Raises ``UserError`` SOP-U003."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UserError(
            Diagnostic(
                "SOP-U003",
                f"{text!r} is not an instant",
                found=text,
                expected="ISO 8601 with an offset, such as 2026-11-22T08:00:00Z",
            )
        )
    return instant.astimezone(dt.UTC)


def open_workbench(folder: str | Path | None = None, as_of: str = "") -> Workbench:
    """Open the workspace in ``folder`` (default: the nearest above the working folder).

    Raises ``UserError`` for a missing or broken workspace and for a store that cannot be read.
    """
    if as_of:
        read_instant(as_of)
    workspace = read_workspace(Path(folder) if folder is not None else find_workspace())
    folder_ = workspace.store_folder
    if not folder_.exists() and folder_.with_name(folder_.name + "-sop0").exists():
        raise UserError(
            Diagnostic("SOP-A017", "a migration of the store was interrupted", hint="finish it: sopwb store migrate")
        )
    try:
        store = Store.open(workspace.store_folder, clock=lambda: dt.datetime.now(dt.UTC))
    except StoreError as error:
        from sopwb.store.codes import diagnostic_of

        raise UserError(diagnostic_of(error)) from None
    return Workbench(workspace, store, as_of)


def failed(output: Any) -> bool:
    """Whether an Output is ``Failed``."""
    return isinstance(output, Failed)
