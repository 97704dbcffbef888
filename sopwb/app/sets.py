"""Which engine a run uses: rows, or from ``SET_RECORDS_MIN`` records on sets, which give the same and are faster.

Nothing of the set engine is imported before a loop over enough records asks for it. Deliberately not here: the
engine (``data.duckdb.engine``).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import SET_MEMORY_MB_MAX, SET_MEMORY_MB_MIN, SET_RECORDS_MIN, SET_RESERVED_MB
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.run.interpret import Program
from sopwb.run.ports import Tables, ToolPort
from sopwb.run.sets import Decision

if TYPE_CHECKING:
    from sopwb.app.execute import Plan
    from sopwb.data.duckdb.engine import SetEngine

ENGINES: Final = ("auto", "rows", "sets")


class Engines(msgspec.Struct, frozen=True):
    """The choice of an engine: ``name`` of ``ENGINES``; ``memory_mb`` for the whole run (0: as it comes); ``folder``
    of the workspace's cache, for kept queries and what memory does not hold."""

    name: str
    memory_mb: int
    folder: Path
    keep: bool = True
    """Whether queries are kept for the next run of the same script."""

    def database_mb(self) -> int:
        """Say what of the run's memory the database may use. Raises ``UserError`` SOP-A016 for too little."""
        if not self.memory_mb:
            return SET_MEMORY_MB_MAX
        if self.memory_mb < SET_RESERVED_MB + SET_MEMORY_MB_MIN:
            raise UserError(
                Diagnostic(
                    "SOP-A016",
                    f"{self.memory_mb} MB are too few to run in",
                    hint=f"--limit-memory {SET_RESERVED_MB + SET_MEMORY_MB_MIN}MB is the least",
                )
            )
        return self.memory_mb - SET_RESERVED_MB


class Sets:
    """The set engine of one run, made when a loop asks for it (implements ``run.sets.SetExecutor``).

    ``engaged`` hears of the first query: then records are no longer read by the run's own tables.
    """

    def __init__(
        self,
        engines: Engines,
        plan: Plan,
        program: Program,
        tables: Tables,
        tools: ToolPort,
        engaged: Callable[[], None] = lambda: None,
    ) -> None:
        self._engines, self._plan, self._program = engines, plan, program
        self._tables, self._tools, self._engaged = tables, tools, engaged
        self._engine: SetEngine | None = None
        self.used = False
        """Whether anything was decided by sets."""

    def __enter__(self) -> Sets:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._engine is not None:
            self._engine.__exit__(kind, error, at)

    @property
    def slower(self) -> tuple[str, ...]:
        """Say what took longer than it could, and why."""
        return self._engine.slower if self._engine is not None else ()

    def worthwhile(self) -> bool:
        """Whether the sources hold enough records for sets to be faster."""
        if self._engines.name != "auto":
            return self._engines.name == "sets"
        names = {need.name for need in self._program.reads()}
        return sum(self._tables.table(name).count() for name in names) >= SET_RECORDS_MIN

    def decide(self, each: ir.Each, script: ir.Script, prefix: str, outer: dict[str, Value]) -> Decision | None:
        """Begin a loop; see ``run.sets.SetExecutor``."""
        if not self.worthwhile():
            return None
        decision = self.engine().decide(each, script, prefix, outer)
        if decision is not None and not self.used:
            self.used = True
            self._engaged()
        return decision

    def engine(self) -> SetEngine:
        """Give the engine; made on first use."""
        if self._engine is None:
            from sopwb.data.duckdb.engine import Engine, SetEngine

            plan, folder = self._plan, self._engines.folder
            queries = folder / "queries" if self._engines.keep else None
            self._engine = SetEngine(
                Engine(self._engines.database_mb(), 0, folder / "spill", queries),
                self._program,
                self._tables,
                self._tools,
                plan.id(),
                plan.script,
                f"{plan.zone_name} {plan.tzdata}",
                " ".join((plan.mode, *plan.mocks)),
            )
        return self._engine
