"""What deciding a row costs: the row interpreter against the same rule hand-written in Python.

    python -m tests.bench.rows [--rounds 15] [--items 2000] [--rule churn]

Everything is in memory. For each rule four things are measured, alternating within a round: by hand, our closures
alone (steps and expressions as a run does them, events dropped as soon as they are made), by hand writing and
hashing the trace's lines, and deciding as a run does it, with its trace. Ratios are taken within a round; the
table shows medians, of CPU time. Results must be equal, and the hashes of both traces.
"""

from __future__ import annotations

import argparse
import decimal
import gc
import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from blake3 import blake3

from sopwb.data.memory import MemoryTable
from sopwb.kernel.ids import GENERATION
from sopwb.kernel.values import CONTEXT, Value
from sopwb.lang.compile import compile_script
from sopwb.lang.environment import Signature, SourceSchema, StaticEnvironment
from sopwb.lang.ir import Script
from sopwb.lang.signature import signature_of
from sopwb.lang.types import RecordType, parse_type
from sopwb.run.expression import Context
from sopwb.run.interpret import Program, prepare, run
from sopwb.run.ports import Fingerprint
from sopwb.run.spool import MemorySpool
from sopwb.run.state import World
from sopwb.run.trace import Trace
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.registry import Registry
from tests.bench.rows_rules import CALLED, RULES, ZONE, Record, Rule
from tests.run.shop import NOW


class Dropped(Trace):
    """A trace that forgets every event as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.pending = deque(maxlen=0)  # type: ignore[assignment]  # what the steps use of it is append

    def begin_item(self, path: str, item: str) -> None:
        pass

    def end_item(self, failed: bool = False) -> None:
        pass

    def spill(self) -> None:
        pass


class Collected:
    """Takes the items' yields, as by hand they are appended to a list."""

    def __init__(self) -> None:
        self.values: list[Value] = []

    def write(self, item: str, value: Value) -> None:
        self.values.append(value)


class Ours:
    """A rule that is prepared over tables in memory."""

    def __init__(self, rule: Rule, sources: dict[str, tuple[str, str, list[Record]]]) -> None:
        self._tables: dict[str, MemoryTable] = {}
        for name, (key, text, records) in sources.items():
            record = parse_type(text)
            assert isinstance(record, RecordType)
            mark = Fingerprint(name, "memory", str(len(records)))
            self._tables[name] = MemoryTable(SourceSchema(name, key, record), records, mark, {})
        script = self._compile(rule.script)
        self._program: Program = prepare(script, Context(ZONE), lambda name: self._compile(CALLED[name]))

    def table(self, name: str) -> MemoryTable:
        return self._tables[name]

    def _compile(self, raw: Record) -> Script:
        signatures = {n: s for n, r in CALLED.items() if isinstance(s := signature_of(r, n), Signature)}
        schemas = {name: table.schema for name, table in self._tables.items()}
        checked = compile_script(raw, StaticEnvironment(schemas, {}, signatures))
        assert checked.ir is not None, [d.line() for d in checked.diagnostics]
        return checked.ir

    def decide(self, trace: Trace) -> tuple[Value, str]:
        found, tools = Collected(), DecidingTools(Registry({}), (), False)
        world = World(self, tools, MemorySpool(), trace, NOW, "b3:bench", results=found)
        outcome = run(self._program, {}, world)
        assert outcome.status == "succeeded", outcome
        return found.values, outcome.trace_hash


def contestants(rule: Rule, items: int) -> dict[str, Callable[[], Any]]:
    """Make what is measured, after comparing results and hashes."""
    sources = rule.sources(items)
    ours = Ours(rule, sources)
    given = rule.prepare({name: records for name, (_, _, records) in sources.items()})

    def by_hand_traced() -> tuple[Value, str]:
        hasher = blake3(GENERATION + b"\0trace\0")
        found = rule.traced(*given, lambda text: hasher.update(text.encode("utf-8", "surrogatepass")))
        return found, "b3:" + hasher.hexdigest()

    expected = rule.plain(*given)
    assert ours.decide(Dropped())[0] == expected
    assert by_hand_traced()[0] == expected
    assert by_hand_traced() == ours.decide(Trace())
    return {
        "by hand": lambda: rule.plain(*given),
        "closures alone": lambda: ours.decide(Dropped()),
        "by hand, trace": by_hand_traced,
        "ours, trace": lambda: ours.decide(Trace()),
    }


def cpu_us(work: Callable[[], Any], items: int) -> float:
    """Give microseconds of CPU an item."""
    gc.collect()
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / items * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--rule", default="", help="measure only the rules whose title begins so")
    options = parser.parse_args()
    decimal.setcontext(CONTEXT)  # by hand, too, numbers have 38 digits
    print(f"µs an item, and the ratio to the same by hand (medians of {options.rounds} rounds, {options.items} items)")
    names = ("by hand", "closures alone", "by hand, trace", "ours, trace")
    print(f"{'':36}{'by hand':>9}{'closures':>10}{'ratio':>7}{'hand+trace':>12}{'ours+trace':>12}{'ratio':>7}")
    for rule in RULES:
        if not rule.title.startswith(options.rule):
            continue
        works = contestants(rule, options.items)
        rounds = [{name: cpu_us(works[name], options.items) for name in names} for _ in range(options.rounds)]
        hand, closures, hand_trace, trace = (statistics.median(r[name] for r in rounds) for name in names)
        alone = statistics.median(r["closures alone"] / r["by hand"] for r in rounds)
        traced = statistics.median(r["ours, trace"] / r["by hand, trace"] for r in rounds)
        print(f"{rule.title:36}{hand:9.2f}{closures:10.2f}{alone:7.2f}{hand_trace:12.2f}{trace:12.2f}{traced:7.2f}")


if __name__ == "__main__":
    main()
