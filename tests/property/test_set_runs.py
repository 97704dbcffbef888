"""A whole run says the same on either engine: outcome, results, effects, and the trace with what is kept of it.

The set engine's query is compared item by item in ``test_sets``; here the interpreter uses it, so that failures,
dead letters, samples, yields that are used later and look-ups beside the query are compared too.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings

from sopwb.data.duckdb.engine import Engine, SetEngine
from sopwb.kernel.values import Value, show
from sopwb.run.interpret import Program, run
from sopwb.run.ports import PlannedEffect
from sopwb.run.spool import MemorySpool
from sopwb.run.state import Outcome, World
from sopwb.run.trace import Trace
from sopwb.tools.deciding import DecidingTools
from tests.plan.market import Market, inputs_of
from tests.property.test_sets import COMMON, SEEDS, made, mode
from tests.run.shop import NOW


class Said:
    """Everything that a run says."""

    def __init__(self, outcome: Outcome, trace: Trace, effects: list[PlannedEffect], results: list[Any]) -> None:
        self.outcome, self.effects, self.results = outcome, effects, results
        # What is shown beside a line may have more fields by rows, since rows go as they are.
        self.events = tuple(msgspec.structs.replace(event, shown=None) for event in trace.events())
        self.counts, self.total = trace.counts(), trace.total


class Results:
    """Takes results either way, as plain pairs."""

    def __init__(self) -> None:
        self.pairs: list[Any] = []

    def write(self, item: str, value: Value) -> None:
        self.pairs.append((item, value))

    def write_batch(self, items: Any) -> None:
        keys, *yields = (column.to_pylist() for column in items.columns)
        columns = dict(zip(items.schema.names[1:], yields, strict=True))
        for row, key in enumerate(keys):
            read = {name: _read(cells[row]) for name, cells in columns.items()}
            self.pairs.append((show(key), read["value"] if list(read) == ["value"] else read))


def _read(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {name: _read(part) for name, part in cell.items()}
    return cell.astimezone(dt.UTC) if isinstance(cell, dt.datetime) else cell


def said(market: Market, program: Program, tools: DecidingTools, dead_letters: bool, sets: SetEngine | None) -> Said:
    spool, trace, results = MemorySpool(), Trace(), Results()
    world = World(
        tables=market, tools=tools, effects=spool, trace=trace, now=NOW, run_id="b3:test", results=results,
        dead_letters=dead_letters, sets=sets,
    )  # fmt: skip
    return Said(run(program, inputs_of(market), world), trace, spool.effects, results.pairs)


def check(market: Market, raw: dict[str, Any], settings: dict[str, Any]) -> bool:
    """Check that a script's run is the same; gives False where it was not lowered."""
    program, tools = market.prepare(raw), DecidingTools(market.registry, **settings)
    for dead_letters in (True, False):
        rows = said(market, program, tools, dead_letters, None)
        engine = Engine(threads=1)
        with SetEngine(engine, program, market, tools, "b3:test", "b3:script", "zone", "") as sets:
            found = said(market, program, tools, dead_letters, sets)
            if sets.by_rows:
                return False
        assert found.outcome == rows.outcome
        assert found.effects == rows.effects or rows.outcome.status == "failed"
        assert found.results == rows.results
        assert (found.counts, found.total) == (rows.counts, rows.total)
        assert found.events == rows.events
    return True


def check_seed(seed: int) -> None:
    found = made(seed)
    if found is None:
        event("does not check")
        return
    market, raw = found
    steps = [
        *raw["steps"],
        {"op": "math", "name": "count_of_all", "expr": "size(found)"},
    ] if Random(seed).random() < 0.5 and raw["steps"][-1].get("name") == "found" else raw["steps"]  # fmt: skip
    event("lowered" if check(market, {**raw, "steps": steps}, mode(seed)) else "by rows")


@settings(COMMON, max_examples=150)
@given(SEEDS)
def test_a_run_is_the_same_on_either_engine(seed: int) -> None:
    check_seed(seed)


@pytest.mark.slow
@settings(COMMON, max_examples=5_000)
@given(SEEDS)
def test_very_many_runs_are_the_same_on_either_engine(seed: int) -> None:
    check_seed(seed)
