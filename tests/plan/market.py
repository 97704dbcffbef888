"""A shop that both engines can run: tables of ``sopwb.data`` and one check that rows and sets agree."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from blake3 import blake3

from sopwb.data.duckdb.counts import StepCounts
from sopwb.data.duckdb.decide import effects_of, plan_of
from sopwb.data.duckdb.execute import branches, decided, failed_rows, run, trace_bytes
from sopwb.data.duckdb.session import Session
from sopwb.data.memory import MemoryTable
from sopwb.kernel.ids import GENERATION, PREFIX
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, parse_type
from sopwb.plan.nodes import SetPlan, Unlowered
from sopwb.plan.sql.query import SetQuery
from sopwb.plan.sql.render import render
from sopwb.run.expression import Context
from sopwb.run.interpret import Program, prepare
from sopwb.run.ports import Fingerprint, PlannedEffect
from sopwb.run.trace import Trace
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.registry import Registry
from tests.run import shop


class Market(shop.Shop):
    """A shop whose tables give Arrow batches too. ``inputs``: the values of the scripts' parameters; ``now``: the
    runs' instant."""

    inputs: dict[str, Value] = {}  # noqa: RUF012  # replaced, never changed
    zone: dt.tzinfo = shop.ZONE
    now: dt.datetime = shop.NOW

    def prepare(self, script: ir.Script | dict[str, Any] | Program) -> Program:
        if isinstance(script, Program):
            return script
        typed = self.compile(script) if isinstance(script, dict) else script
        return prepare(typed, Context(self.zone), lambda name: self.compile(self.scripts[name]))

    def add(self, name: str, key: str | None, type_: str, records: Sequence[dict[str, Value]]) -> Market:
        record = parse_type(type_)
        assert isinstance(record, RecordType)
        rows = [{field: row.get(field) for field in record.names()} for row in records]
        if key is not None:
            rows.sort(key=lambda row: row[key])
        schema = SourceSchema(name, key, record)
        self.tables[name] = MemoryTable(schema, rows, Fingerprint(name, "memory", "0"), {})  # type: ignore[assignment]
        return self


class Answer:
    """What an engine says of one ``each``: per item its value or error, its path, its effects; and the trace's hash."""

    def __init__(self) -> None:
        self.items: dict[str, tuple[Value, str, str]] = {}
        self.paths: dict[str, dict[str, str]] = {}
        self.effects: list[PlannedEffect] = []
        self.trace_hash = ""
        self.trace_hash_stopped = ""
        """The trace's hash where the first failed item ends the run."""
        self.counts: dict[tuple[str, str], int] = {}


def the_each(script: ir.Script) -> ir.Each:
    return next(step for step in script.steps if isinstance(step, ir.Each))


def by_rows(market: shop.Shop, raw: dict[str, Any] | Program, **world: Any) -> Answer:
    """Decide a script that is one ``each`` with the row interpreter."""
    world = {"now": now_of(market), **world}

    class Results:
        def write(self, item: str, value: Value) -> None:
            if yields:
                answer.items[item] = (value, "", "")

    answer = Answer()
    program = market.prepare(raw)
    yields = program.yields()
    trace = Trace()
    ran = market.run(program, inputs_of(market), results=Results(), trace=trace, dead_letters=True, **world)
    assert ran.outcome.status in ("succeeded", "dead_letters"), ran.outcome
    for letter in ran.outcome.dead_letters:
        answer.items[letter.item] = (None, letter.error.code, letter.error.path)
    answer.trace_hash = ran.outcome.trace_hash
    answer.trace_hash_stopped = market.run(program, inputs_of(market), **world).outcome.trace_hash
    answer.effects, answer.counts = ran.effects, trace.counts()
    for event in trace.events():
        if event.op == "if":
            answer.paths.setdefault(event.item, {})[event.path] = event.branch
    return answer


def planned(
    market: shop.Shop, raw: dict[str, Any] | Program, session: Session, traced: bool = True, **settings: Any
) -> SetPlan | Unlowered:
    """Plan the one ``each`` of a script over the market's tables."""
    program = market.prepare(raw)
    return plan_of(
        session, the_each(program.script), program.script, lambda name: program.called[name].script, program.reads(),
        market, outer(market), shop_zone(market), DecidingTools(market.registry, **settings), traced,
    )  # fmt: skip


def inputs_of(market: shop.Shop) -> dict[str, Value]:
    return market.inputs if isinstance(market, Market) else {}


def now_of(market: shop.Shop) -> dt.datetime:
    return market.now if isinstance(market, Market) else shop.NOW


def outer(market: shop.Shop) -> dict[str, Value]:
    """Give the names that are bound outside of the ``each``."""
    now = now_of(market)
    return {**inputs_of(market), "now": now, "today": now.astimezone(shop_zone(market)).date()}


def shop_zone(market: shop.Shop) -> dt.tzinfo:
    return market.zone if isinstance(market, Market) else shop.ZONE


_sessions: dict[int, Session] = {}


def session_of(threads: int = 1) -> Session:
    """Give a session that is opened once (20 ms) for all tests; every example loads its own tables."""
    if threads not in _sessions:
        _sessions[threads] = Session(threads=threads)
    return _sessions[threads]


def by_sets(market: shop.Shop, raw: dict[str, Any] | Program, threads: int = 1, **settings: Any) -> Answer | Unlowered:
    """Decide a script that is one ``each`` with the set engine; the events around the items are added by hand."""
    session = session_of(threads)
    plan = planned(market, raw, session, **settings)
    if isinstance(plan, Unlowered):
        return plan
    return answered(session, render(plan), outer(market), DecidingTools(market.registry, **settings))


def answered(session: Session, query: SetQuery, given: dict[str, Value], tools: DecidingTools | None = None) -> Answer:
    tools = tools or DecidingTools(Registry({}), dry_run=True)
    answer, hasher, counts, count = Answer(), blake3(GENERATION + b"\0trace\0"), StepCounts(), 0
    counted: Counter[tuple[str, str]] = Counter()
    stopped: Any = None
    for batch in run(session, query, given):
        failed = failed_rows(batch)
        if stopped is None and failed:
            stopped = hasher.copy().update(trace_bytes(batch.slice(0, failed[0] + 1)))
        hasher.update(trace_bytes(batch))
        counted.update(counts.of(batch))
        for item in decided(query, batch):
            count += 1
            fault = item.fault
            if query.result is not None or fault is not None:
                answer.items[item.item] = (item.value, fault.code if fault else "", fault.path if fault else "")
            found = branches(query, item.path)
            if found:
                answer.paths[item.item] = found
            answer.effects += effects_of(item, "b3:test", tools)
    answer.counts = {**counted, (query.path, ""): 1}
    hasher.update(b'{"item":"","op":"each","out":%d,"path":"%s"}\n' % (count, query.path.encode()))
    answer.trace_hash = PREFIX + hasher.hexdigest()
    answer.trace_hash_stopped = PREFIX + (stopped or hasher).hexdigest()
    return answer


def check_same(market: shop.Shop, raw: dict[str, Any], **settings: Any) -> bool:
    """Check that both engines say the same; gives False where the script is not lowered."""
    program = market.prepare(raw)
    sets = by_sets(market, program, **settings)
    if isinstance(sets, Unlowered):
        return False
    rows = by_rows(market, program, tools=DecidingTools(market.registry, **settings))
    assert sets.items == rows.items
    assert sets.paths == rows.paths
    assert sets.effects == rows.effects
    assert sets.counts == rows.counts
    assert sets.trace_hash_stopped == rows.trace_hash_stopped
    assert sets.trace_hash == rows.trace_hash
    return True
