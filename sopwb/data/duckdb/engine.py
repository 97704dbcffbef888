"""The set engine of one run: implements ``run.sets.SetExecutor`` over a DuckDB session.

    decide: load and measure ─► kept query, or plan and render ─► Decision
    Decision: batches (a query that streams), and the same records for items that rows have to decide

Deliberately not here: what a query is (``plan``), when it is worth one (``app``), its execution (``execute``), and
what a run does with an item (``run.steps.by_sets``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.data.duckdb.counts import Place, StepCounts
from sopwb.data.duckdb.decide import Replies, effects_of, load
from sopwb.data.duckdb.execute import decided, effect_rows, failed_rows, refusing, streamed, trace_bytes
from sopwb.data.duckdb.kept import keep_query, kept_query
from sopwb.data.duckdb.lookup import LookupTables
from sopwb.data.duckdb.session import Session
from sopwb.data.duckdb.spilling import spill_folder
from sopwb.data.duckdb.yielded import YieldedChunk, yielded_table
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import SET_MEMORY_MB_MAX
from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.plan.facts import SourceFacts
from sopwb.plan.nodes import CannotLower, Unlowered
from sopwb.plan.plan import plan_each
from sopwb.plan.sql.query import SetQuery, query_key
from sopwb.run.interpret import Program
from sopwb.run.ports import PlannedEffect, Tables, ToolPort, columnar_of
from sopwb.run.sets import Decision, Waiting

if TYPE_CHECKING:
    import pyarrow as pa


class Engine(msgspec.Struct, frozen=True):
    """How the engine works. ``threads`` 0: one a processor; ``spill`` takes what the memory limit does not hold;
    ``queries`` keeps queries (None: none)."""

    memory_mb: int = SET_MEMORY_MB_MAX
    threads: int = 0
    spill: Path | None = None
    queries: Path | None = None


class SetEngine:
    """Decides by sets for one run. A context manager: it holds a database.

    ``script`` is the program's id, ``zone`` its zone's name with the version of its rules, ``replies`` what decides
    the answers of tools (mode and mocks).
    """

    def __init__(
        self,
        engine: Engine,
        program: Program,
        tables: Tables,
        tools: ToolPort,
        run_id: str,
        script: str,
        zone: str,
        replies: str,
    ) -> None:
        self._engine, self._program, self._tables, self._tools = engine, program, tables, tools
        self._run_id, self._names = run_id, (script, zone, replies)
        self._open = ExitStack()
        self._session: Session | None = None
        self._facts: dict[str, SourceFacts] | UserError | None = None
        self.by_rows: list[Unlowered] = []
        """The loops that run by rows, and why."""

    def __enter__(self) -> SetEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def slower(self) -> tuple[str, ...]:
        """Say what took longer than it could, and why."""
        loops = (f"{why.path} runs by rows: {why.reason}" for why in self.by_rows)
        return (*loops, *(self._session.unordered if self._session is not None else ()))

    def decide(self, each: ir.Each, script: ir.Script, prefix: str, outer: dict[str, Value]) -> Decision | None:
        """Begin an ``each``; see ``run.sets.SetExecutor``."""
        facts = self._loaded()
        if isinstance(facts, UserError):
            self.by_rows.append(Unlowered(prefix + each.path, facts.diagnostics[0].message))
            return None
        query = self._query(each, script, prefix, outer, facts)
        if isinstance(query, Unlowered):
            self.by_rows.append(query)
            return None
        assert self._session is not None, "the sources were loaded into a session"
        # Not when it is executed, on a thread of its own: Ctrl-C is heard here.
        self._session.prepare(query.prelude, query.indexes)
        return _Decision(self._session, query, dict(outer), self.lookup(), self._run_id, self._tools, self._unchanged)

    def lookup(self) -> LookupTables:
        """Give the sources' records for look-ups of many at once."""
        self._loaded()
        assert self._session is not None, "the sources were loaded into a session"
        fields: dict[str, set[str]] = {}
        for need in self._program.reads():
            fields.setdefault(need.name, set()).update(need.record.names())
        held = {name: sorted(names) for name, names in fields.items()} if isinstance(self._facts, dict) else {}
        return LookupTables(self._session, self._tables, held, self._unchanged)

    def _unchanged(self) -> None:
        """See that what is read in place is still what was fingerprinted. Raises ``UserError``."""
        for name in sorted({need.name for need in self._program.reads()}):
            columnar = columnar_of(self._tables.table(name))
            if columnar is not None:
                columnar.unchanged()

    def _loaded(self) -> dict[str, SourceFacts] | UserError:
        if self._facts is None:
            spill = self._engine.spill
            folder = self._open.enter_context(spill_folder(spill)) if spill is not None else None
            session = Session(self._engine.threads, self._engine.memory_mb, folder)
            self._session = self._open.enter_context(session)
            with refusing(self._session, self._unchanged):
                self._facts = load(self._session, self._program.reads(), self._tables)
        return self._facts

    def _query(
        self, each: ir.Each, script: ir.Script, prefix: str, outer: dict[str, Value], facts: dict[str, SourceFacts]
    ) -> SetQuery | Unlowered:
        path, folder = prefix + each.path, self._engine.queries
        id_, zone, replies = self._names
        key = query_key(id_, path, zone, replies, True, facts, outer)
        found = kept_query(folder, key) if folder is not None else None
        if found is not None:
            return found
        called = self._program.called
        try:
            plan = plan_each(
                each, script, lambda name: called[name].script, facts, outer, self._program.zone,
                Replies(self._tools), prefix,
            )  # fmt: skip
        except UserError as refused:
            return Unlowered(path, refused.diagnostics[0].message)
        if isinstance(plan, Unlowered):
            return plan
        from sopwb.plan.sql.render import render

        try:
            query = render(plan)
        except CannotLower as reason:
            return Unlowered(plan.path, reason.reason)
        if folder is not None:
            keep_query(folder, key, query)
        return query


class _Decision:
    """Implements ``run.sets.Decision``."""

    def __init__(
        self,
        session: Session,
        query: SetQuery,
        outer: dict[str, Value],
        tables: LookupTables,
        run_id: str,
        tools: ToolPort,
        unchanged: Callable[[], None],
    ) -> None:
        self._session, self.query, self._outer, self._unchanged = session, query, outer, unchanged
        self._lookup, self.run_id, self.tools = tables, run_id, tools
        self.counts = StepCounts()

    @property
    def tables(self) -> Tables:
        return self._lookup

    def batches(self, waiting: Waiting) -> Iterator[_Batch]:
        with refusing(self._session, self._unchanged):
            for batch in streamed(self._session, self.query, self._outer, waiting):
                if batch.num_rows:
                    yield _Batch(self, batch)

    def answer(self) -> None:
        self._lookup.answer()

    def forget(self) -> None:
        self._lookup.forget()


class _Batch:
    """Implements ``run.sets.Batch``."""

    def __init__(self, decision: _Decision, batch: pa.RecordBatch) -> None:
        self._decision, self._batch = decision, batch
        keys: list[Any] = batch.column("key").to_pylist()
        self.items: Sequence[str] = keys if isinstance(keys[0], str) else [show(key) for key in keys]
        self.failed: Sequence[int] = failed_rows(batch)

    def fault(self, row: int) -> tuple[str, str]:
        return self._decision.query.faults[self._batch.column("error")[row].as_py() - 1]

    def exact(self, start: int, stop: int) -> memoryview | bytes:
        return trace_bytes(self._batch.slice(start, stop - start))

    def counts(self, start: int, stop: int) -> Iterable[tuple[Place, int]]:
        return self._decision.counts.of(self._batch.slice(start, stop - start)).items()

    def effects(self, start: int, stop: int) -> Iterator[PlannedEffect]:
        decision = self._decision
        if decision.query.effects:
            planning = effect_rows(decision.query, self._batch.slice(start, stop - start))
            for item in decided(decision.query, planning):
                yield from effects_of(item, decision.run_id, decision.tools)

    def yields(self, start: int, stop: int) -> YieldedChunk:
        assert self._decision.query.result is not None, "this each yields"
        return YieldedChunk(self._decision.query.result, self._batch.slice(start, stop - start))

    def table(self, start: int, stop: int) -> Any:
        return yielded_table(self._decision.query.result, self._batch.slice(start, stop - start))
