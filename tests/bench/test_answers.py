"""What the benchmarks measure is the same answer, from everybody, whatever the order of the files and the threads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sopwb.data.duckdb.execute import run
from tests.bench import ours, rivals
from tests.bench.measure import REPOSITORY, Taken, interleaved, line, own_process
from tests.bench.sets import CONTESTANTS, check, words_of
from tests.bench.shop import (
    DISTINCT,
    WHOLE,
    Setting,
    compare,
    make_parquet,
    make_sqlite,
    make_workspace,
    make_workspaces,
)
from tests.run.shop import NOW

CUSTOMERS, ORDERS = 2_000, 24_000
GROUP_ROWS = 2_048
"""Many row groups, so that both threads have something to read."""


def setting(folder: Path, threads: int = 2) -> Setting:
    return Setting(folder, CUSTOMERS, ORDERS, threads, 400, 200, 60)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    make_parquet(folder, CUSTOMERS, ORDERS, group_rows=GROUP_ROWS)
    make_sqlite(folder)
    make_workspaces(folder)
    return folder


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shuffled")
    make_parquet(folder, CUSTOMERS, ORDERS, shuffled=True, group_rows=GROUP_ROWS)
    make_workspace(folder)
    return folder


@pytest.mark.parametrize("name", CONTESTANTS)
def test_everybody_gives_the_hand_written_querys_rows(name: str, shop: Path) -> None:
    missing = rivals.installed(CONTESTANTS[name].run)
    if missing:
        pytest.skip(missing)
    if name == "durable":  # it leaves threads behind
        said: Any = own_process("tests.bench.sets", ["--check", name, *words_of(setting(shop))], 2)
    else:
        said = check(name, setting(shop))
    if said == "what it wrote is no table":
        pytest.skip(said)
    assert said == f"{200 if CONTESTANTS[name] in sampled() else CUSTOMERS} rows are the hand-written query's"


def sampled() -> list[Any]:
    return [contestant for contestant in CONTESTANTS.values() if getattr(contestant, "sampled", False)]


@pytest.mark.parametrize("raw", [WHOLE, DISTINCT], ids=["whole", "distinct"])
def test_threads_and_the_order_of_records_do_not_change_a_byte(shop: Path, shuffled: Path, raw: dict[str, Any]) -> None:
    found = [answer_bytes(setting(folder, threads), raw) for folder in (shop, shuffled) for threads in (1, 2)]
    assert found == found[:1] * 4


def answer_bytes(given: Setting, raw: dict[str, Any]) -> bytes:
    """Give all that a traced query says, as one run of bytes."""
    import pyarrow as pa

    session, query = ours.planned(given, raw, traced=True)
    with session:
        table = pa.Table.from_batches(run(session, query, ours.OUTER)).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def test_the_order_of_records_does_not_change_a_runs_trace(shop: Path, shuffled: Path) -> None:
    hashes = {trace_hash(folder, engine) for folder, engine in ((shop, "sets"), (shuffled, "sets"), (shuffled, "rows"))}
    assert len(hashes) == 1


def trace_hash(folder: Path, engine: str) -> str:
    words = [sys.executable, "-m", "sopwb", "-w", str(folder / "workspace"), "--run", "churn", "--engine", engine,
             "--as-of", NOW.isoformat(), "--json"]  # fmt: skip
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, cwd=REPOSITORY)
    reply = json.loads(done.stdout)
    assert (reply["engine"], reply["items"]) == (engine, CUSTOMERS)
    return str(reply["trace_hash"])


ROWS = [("C1", True, "a"), ("C2", False, "b"), ("C3", False, "c")]


@pytest.mark.parametrize(
    ("mine", "sample"),
    [
        (ROWS[:2], False), (ROWS[1:], False), ([*ROWS, ("C4", False, "d")], False), ([], True),
        ([("C1", True, "b")], True), (ROWS[::-1], True), (ROWS[::-1], False),
    ],
)  # fmt: skip
def test_rows_that_differ_are_found(mine: list[Any], sample: bool) -> None:
    with pytest.raises(AssertionError):
        compare(mine, ROWS, sample)


def test_rows_of_a_sample_may_leave_others_out() -> None:
    assert compare([ROWS[0], ROWS[2]], ROWS, True) == 2
    assert compare(ROWS, ROWS, False) == 3


def test_ratios_are_taken_within_a_round() -> None:
    turns = iter([Taken(1, 2, 5), Taken(3, 8, 7), Taken(10, 20, 5), Taken(30, 40, 9)])
    found = interleaved(["base", "other"], 2, lambda name: next(turns))
    own = line(taken(found, "other"), taken(found, "base"))
    assert (own.wall, own.cpu, own.taken) == ((3, 3, 3), (3, 2, 4), Taken(16.5, 24, 8))


def test_an_interrupted_benchmark_shows_its_whole_rounds() -> None:
    turns = iter([Taken(1, 1), Taken(2, 2), Taken(3, 3)])

    def turn(name: str) -> Taken:
        try:
            return next(turns)
        except StopIteration:
            raise KeyboardInterrupt from None

    assert interleaved(["base", "other"], 3, turn) == {"base": [Taken(1, 1)], "other": [Taken(2, 2)]}


def taken(found: dict[str, list[Taken] | str], name: str) -> list[Taken]:
    takes = found[name]
    assert isinstance(takes, list)
    return takes


def test_who_cannot_says_so_once() -> None:
    asked: list[str] = []
    turn: Callable[[str], Taken | str] = lambda name: asked.append(name) or "not installed"  # noqa: E731
    assert interleaved(["rival"], 3, turn) == {"rival": "not installed"}
    assert asked == ["rival"]
