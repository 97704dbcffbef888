"""What a million records cost: our engines and ``sopwb --run`` against a hand-written query, other tools and loops.

    python -m tests.bench.sets --customers 1000000 --orders 12000000 [--rounds 5] [--threads 2] [--memory-mb 450]
                               [--sample 2000] [--patience 300] [--only NAME,…]

The hand-written DuckDB query is 1. Every measurement is a process of its own, rounds are interleaved, and the table
shows medians of ratios (``measure``). What is looked up by an index found it made: the loops theirs in SQLite, and
ours where it says so. Before that every contestant's rows are compared with the hand-written query's,
one by one. What is too slow is sampled: so many customers with all of their orders in the same base, and the time
is scaled up; the table says so. Rivals come from the extra ``bench``; who is not installed says so.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from sopwb.kernel.limits import SET_MEMORY_MB_MAX
from tests.bench import ours, rivals
from tests.bench.measure import Taken, TooSlow, answer, interleaved, own_process, show
from tests.bench.shop import (
    HAND,
    HAND_DISTINCT,
    Ran,
    Row,
    Setting,
    compare,
    hand_rows,
    make_parquet,
    make_sqlite,
    make_workspaces,
)


class Contestant(NamedTuple):
    """Who gives an answer; ``base``: whom it is compared with, ``sampled``: whether it looks at a sample only."""

    title: str
    run: Callable[[Setting], Ran]
    base: str = "hand"
    sampled: bool = False


class Program(NamedTuple):
    """A whole process, measured from outside; ``rows`` of what it wrote: None where that is no table."""

    title: str
    run: Callable[[Setting], Taken]
    rows: Callable[[Setting], Iterator[Row] | None]
    base: str = "hand"


CONTESTANTS: dict[str, Contestant | Program] = {
    "hand": Contestant("hand-written DuckDB SQL", ours.hand),
    "engine": Contestant("set engine, the query alone", ours.engine),
    "engine_whole": Contestant("set engine with facts and planning", ours.engine_whole),
    "engine_traced": Contestant("set engine with traces and their hash", ours.engine_traced),
    "hand_distinct": Contestant("hand-written SQL, values of the item in the sum (= 1)", ours.hand_distinct,
                                "hand_distinct"),
    "engine_distinct": Contestant("set engine, the same", ours.engine_distinct, "hand_distinct"),
    "hand_indexed": Contestant("hand-written SQL, orders in their customers' order", ours.hand_indexed),
    "engine_indexed": Contestant("set engine over an index of the customers", ours.engine_indexed),
    "hand_file": Program("hand-written SQL as a program, to Parquet", ours.hand_file, ours.hand_file_rows),
    "run": Program("sopwb --run, the frozen script, to Parquet", ours.run_script, ours.run_script_rows),
    "run_indexed": Program("sopwb --run over the index", ours.run_indexed, ours.run_script_rows),
    "polars": Contestant("Polars, lazy and streaming", rivals.polars),
    "pandas": Contestant("pandas on Arrow", rivals.pandas),
    "sqlite": Contestant("SQLite, one query, covering index", rivals.sqlite),
    "loop_covering": Contestant("N+1 SQLite, covering index", rivals.loop_covering, sampled=True),
    "loop_foreign_key": Contestant("N+1 SQLite, foreign-key index", rivals.loop_foreign_key, sampled=True),
    "loop_records": Contestant("N+1 SQLite, covering index, orders fetched", rivals.loop_records, sampled=True),
    "rows": Contestant("our row interpreter", ours.rows, sampled=True),
    "durable": Contestant("DBOS, a durable step each", rivals.durable, sampled=True),
}  # fmt: skip


def check(name: str, setting: Setting) -> str:
    """Compare a contestant's rows with the hand-written query's; say what was found, or why nothing was.

    Raises ``AssertionError`` with the first two rows that differ.
    """
    contestant = CONTESTANTS[name]
    reason = rivals.installed(contestant.run)
    if reason:
        return reason
    text = HAND_DISTINCT if contestant.base == "hand_distinct" else HAND
    sampled = isinstance(contestant, Contestant) and contestant.sampled
    try:
        ran = contestant.run(setting)
    except TooSlow as slow:
        return str(slow)
    mine = ran.rows() if isinstance(ran, Ran) else contestant.rows(setting)
    if mine is None:
        return "what it wrote is no table"
    return f"{compare(mine, hand_rows(setting, text), sampled)} rows are the hand-written query's"


def measure(name: str, setting: Setting) -> Taken | str:
    """Take one turn in this process."""
    contestant = CONTESTANTS[name]
    reason = rivals.installed(contestant.run)
    if reason:
        return reason
    try:
        ran = contestant.run(setting)
    except TooSlow as slow:
        return str(slow)
    except duckdb.OutOfMemoryException:
        return f"{setting.memory_mb} MB are too little"
    return ran.taken if isinstance(ran, Ran) else ran


def title(name: str, setting: Setting) -> str:
    contestant = CONTESTANTS[name]
    if isinstance(contestant, Contestant) and contestant.sampled and setting.sample < setting.customers:
        return f"{contestant.title} ({setting.sample} customers, scaled)"
    return contestant.title


def words_of(setting: Setting) -> list[str]:
    """Give the arguments by which another process gets the same setting."""
    return [
        f"--folder={setting.folder}", f"--customers={setting.customers}", f"--orders={setting.orders}",
        f"--threads={setting.threads}", f"--memory-mb={setting.memory_mb}", f"--sample={setting.sample}",
        f"--patience={setting.patience_s}",
    ]  # fmt: skip


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-mb", type=int, default=SET_MEMORY_MB_MAX)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--patience", type=float, default=300, help="seconds that a program may take")
    parser.add_argument("--only", default=",".join(CONTESTANTS), help="who takes part, by comma")
    parser.add_argument("--folder", default="", help="where the files are kept for the next time; default: nowhere")
    parser.add_argument("--turn", default="", help=argparse.SUPPRESS)
    parser.add_argument("--check", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        setting = Setting(Path(options.folder or scratch), options.customers, options.orders, options.threads,
                          options.memory_mb, options.sample, options.patience)  # fmt: skip
        if options.turn:
            answer(measure(options.turn, setting))
        elif options.check:
            answer(check(options.check, setting))
        else:
            table(setting, options.only.split(","), options.rounds)


def table(setting: Setting, names: list[str], rounds: int) -> None:
    """Make the files, compare all rows, measure, and print the table."""
    if not (setting.folder / "shop.sqlite").exists():
        make_parquet(setting.folder, setting.customers, setting.orders)
        began = time.perf_counter()
        make_sqlite(setting.folder)
        print(f"SQLite's file with both indexes: {time.perf_counter() - began:.0f} s", flush=True)
    make_workspaces(setting.folder)
    words = words_of(setting)
    titles = {name: title(name, setting) for name in names}

    def process(*asked: str) -> Taken | str:
        return own_process("tests.bench.sets", [*asked, *words], setting.threads)

    for name in names:
        print(f"{titles[name]}: {process('--check', name)}", flush=True)
    found = interleaved(names, rounds, lambda name: process("--turn", name))
    print(f"{setting.customers} customers, {setting.orders} orders, {setting.threads} threads, "
          f"DuckDB's limit {setting.memory_mb} MB; medians of {rounds} interleaved rounds")  # fmt: skip
    show(found, titles, {name: CONTESTANTS[name].base for name in names})


if __name__ == "__main__":
    main()
