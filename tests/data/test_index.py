"""Declared indexes: a large file's records a second time, in the order of a field."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sopwb.data.open as opening
from sopwb.data.columnar.cache import Place
from sopwb.data.columnar.database import Database, Refused
from sopwb.data.columnar.table import ColumnarTable
from sopwb.data.declaration import declare
from sopwb.data.duckdb.engine import Engine, SetEngine
from sopwb.data.duckdb.session import Session
from sopwb.data.memory import MemoryTable
from sopwb.data.open import open_table
from sopwb.kernel.diagnostics import UserError
from sopwb.run.ports import Table
from sopwb.tools.deciding import DecidingTools
from tests.plan.market import Market, by_rows, by_sets, planned
from tests.run.shop import script

RECORDS = "id,of,day\n7,b,2026-01-02\n1,b,2026-01-01\n3,a,2026-01-03\n5,,2026-01-01\n2,a,2026-01-03\n"
GATHERED = script(
    {"op": "each", "name": "found", "from": "people", "as": "p", "yield": {"n": "size(ts)", "sum": "ts.sum(t, t.id)"},
     "do": [{"op": "fetch", "name": "ts", "from": "things", "where": "it.of == p.id"}]}
)  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three records be many."""
    monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 2)


def opened(folder: Path, text: str | None = None, *, cache: bool = True, **settings: object) -> Table:
    """Open ``a.csv``, or ``a.parquet`` with the same records."""
    said = {"path": "a.csv", "key": "id", "index": ["of"], **settings}
    if text is not None:
        (folder / "a.csv").write_text(text)
        where, to = f"'{folder}/a.csv'", f"'{folder}/a.parquet'"
        duckdb.sql(f"copy (select id::int as id, nullif(\"of\", '') as \"of\", day from {where}) to {to}")
    declaration, faults = declare("things", said, str(folder))
    assert declaration is not None, faults
    return open_table(declaration, cache_dir=folder / "cache" if cache else None)


def columnar(table: Table) -> ColumnarTable:
    assert isinstance(table, ColumnarTable)
    return table


def in_order(table: ColumnarTable, field: str, *, place: bool = False) -> list[Any]:
    """Read the ids (or places) and a field's values as they stand in the index."""
    path, file = table.in_order_of(field), table.parquet()
    assert file is not None
    identity = "file_row_number" if place else file.columns["id"]
    return duckdb.sql(f"select {identity}, {file.columns[field]} from '{path}'").fetchall()


def kept(folder: Path) -> list[str]:
    """List the indexes in the cache."""
    return sorted(path.name.partition(".")[2] for path in (folder / "cache" / "columns").glob("*.*.parquet"))


@pytest.mark.parametrize("path", ["a.csv", "a.parquet"])
def test_records_stand_by_the_field_and_then_by_key(tmp_path: Path, path: str) -> None:
    table = columnar(opened(tmp_path, RECORDS, path=path))
    assert kept(tmp_path) == []  # whoever asks first makes it
    assert in_order(table, "of") == [(2, "a"), (3, "a"), (1, "b"), (7, "b"), (5, None)]
    assert kept(tmp_path) == ["of.parquet"]


@pytest.mark.parametrize("path", ["a.csv", "a.parquet"])
def test_without_a_key_records_keep_their_places(tmp_path: Path, path: str) -> None:
    table = columnar(opened(tmp_path, RECORDS, path=path, key=""))
    assert in_order(table, "of", place=True) == [(2, "a"), (4, "a"), (0, "b"), (1, "b"), (3, None)]


def test_it_is_made_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columnar(opened(tmp_path, RECORDS)).in_order_of("of")
    monkeypatch.setattr(Database, "write", None)
    assert columnar(opened(tmp_path)).in_order_of("of")


def test_another_content_has_another_index_and_the_old_one_goes(tmp_path: Path) -> None:
    columnar(opened(tmp_path, RECORDS)).in_order_of("of")
    table = columnar(opened(tmp_path, RECORDS.replace("7,b", "7,a")))
    assert kept(tmp_path) == []
    assert in_order(table, "of")[:3] == [(2, "a"), (3, "a"), (7, "a")]


def test_a_look_up_reads_the_index_that_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopwb.data.columnar.table.LOOK_UP_ROWS_AT_ONCE_MAX", 0)
    table = columnar(opened(tmp_path, RECORDS, path="a.parquet"))
    before = list(table.matching("of", "b"))
    table.in_order_of("of")
    assert [row["id"] for row in before] == [1, 7]
    seen: list[str] = []
    rows = Database.rows
    monkeypatch.setattr(Database, "rows", lambda self, query, *more: seen.append(query) or rows(self, query, *more))
    assert list(table.matching("of", "b")) == before
    assert list(table.matching("of", None)) == [{"id": 5, "of": None, "day": dt.date(2026, 1, 1)}]
    assert ["of.parquet" in query and "order by" not in query for query in seen] == [True, True]


# --- where there is none ------------------------------------------------------------------------------
def test_a_small_file_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 100)
    assert isinstance(opened(tmp_path, RECORDS), MemoryTable)


def test_without_a_cache_none_is_made(tmp_path: Path) -> None:
    file = columnar(opened(tmp_path, RECORDS, cache=False)).parquet()
    assert file is not None
    assert file.indexed == ()


@pytest.mark.parametrize("rows_max", [2, 100])
@pytest.mark.parametrize(
    ("index", "said"),
    [("off", r"at data.things.index: things has no field off.*\bof\b"),
     ("tags", r"SOP-D006 at data.things.index: tags holds lists or records")],
)  # fmt: skip
def test_a_field_that_cannot_be_one_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str, said: str, rows_max: int
) -> None:
    monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", rows_max)
    lines = "".join(f'{{"id": {n}, "of": "a", "tags": ["x"]}}\n' for n in range(4))
    (tmp_path / "a.jsonl").write_text(lines)
    with pytest.raises(UserError, match=said):
        opened(tmp_path, path="a.jsonl", index=[index])


def test_a_disk_that_does_not_take_it_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = columnar(opened(tmp_path, RECORDS))

    def full(_: Database, __: str, path: str) -> None:
        Path(path).write_bytes(b"half")
        raise Refused("No space left on device")

    monkeypatch.setattr(Database, "write", full)
    market = with_people(table)
    program, tools = market.prepare(GATHERED), DecidingTools(market.registry)
    with SetEngine(Engine(threads=1), program, market, tools, "b3:test", "b3:script", "zone", "") as sets:
        decision = sets.decide(program.script.steps[0], program.script, "", {})  # type: ignore[arg-type]
        assert decision is not None
        assert [len(batch.items) for batch in decision.batches(lambda _: None)] == [3]
        (said,) = sets.slower
    assert said.startswith("the index of things by of is not used: SOP-D042 at ")
    assert "No space left on device" in said
    assert same(market)
    assert list((tmp_path / "cache" / "columns").glob("*.of.parquet*")) == []


def test_a_file_that_changed_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, write = columnar(opened(tmp_path, RECORDS, path="a.parquet")), Database.write

    def meddle(self: Database, query: str, path: str) -> None:
        write(self, query, path)
        (tmp_path / "a.parquet").write_bytes(b"other")

    monkeypatch.setattr(Database, "write", meddle)
    with pytest.raises(UserError, match="SOP-D018"):
        table.in_order_of("of")
    assert kept(tmp_path) == []


def test_what_a_killed_process_left_is_no_index(tmp_path: Path) -> None:
    columnar(opened(tmp_path, RECORDS))
    stem = next((tmp_path / "cache" / "columns").glob("*.json")).stem
    passing = Path(Place(str(tmp_path / "cache" / "columns"), "things", stem[7:]).in_order_of("of") + ".123")
    passing.write_bytes(b"half")
    assert in_order(columnar(opened(tmp_path)), "of")[0] == (2, "a")
    assert not passing.exists()


@pytest.mark.parametrize("asked", ["rows", "arrow", "write"])
def test_ctrl_c_is_heard_while_a_database_sorts(tmp_path: Path, asked: str) -> None:
    database, query = Database(str(tmp_path / "spill")), "select hash(i) as h, i from range(100000000) t(i) order by h"
    ask: dict[str, Callable[[], object]] = {
        "rows": lambda: next(database.rows(query, (), 10)),
        "arrow": lambda: next(database.arrow(query, 10)),
        "write": lambda: database.write(query, str(tmp_path / "x.parquet")),
    }
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        ask[asked]()
    database.close()


# --- sets read it ---------------------------------------------------------------------------------------
def with_people(things: Table) -> Market:
    market = Market({})
    market.tables["things"] = things  # type: ignore[assignment]
    return market.add("people", "id", "{id: string}", [{"id": name} for name in "abc"])


def same(market: Market) -> bool:
    rows, sets = by_rows(market, GATHERED), by_sets(market, GATHERED)
    assert rows.items == sets.items  # type: ignore[union-attr]  # it is lowered
    assert rows.trace_hash == sets.trace_hash  # type: ignore[union-attr]
    return len(rows.items) == 3


@pytest.mark.parametrize("path", ["a.csv", "a.parquet"])
@pytest.mark.parametrize("key", ["id", ""])
def test_a_gather_reads_its_source_in_the_order_of_the_index(tmp_path: Path, path: str, key: str) -> None:
    market = with_people(opened(tmp_path, RECORDS, path=path, key=key))
    with Session(threads=1) as session:
        plan = planned(market, GATHERED, session)
    assert [step.index for step in plan.steps if hasattr(step, "index")] == ["of"]  # type: ignore[union-attr]
    assert same(market)
    assert kept(tmp_path) == ["of.parquet"]


def test_a_session_that_loads_a_source_anew_reads_its_new_index(tmp_path: Path) -> None:
    assert same(with_people(opened(tmp_path, RECORDS)))
    assert same(with_people(opened(tmp_path, RECORDS.replace("7,b", "7,a"))))


def test_a_run_makes_the_index_before_its_query_begins(tmp_path: Path) -> None:
    market = with_people(opened(tmp_path, RECORDS))
    program, tools = market.prepare(GATHERED), DecidingTools(market.registry)
    with SetEngine(Engine(threads=1), program, market, tools, "b3:test", "b3:script", "zone", "") as sets:
        each = program.script.steps[0]
        assert sets.decide(each, program.script, "", {}) is not None  # type: ignore[arg-type]
        assert kept(tmp_path) == ["of.parquet"]


def test_explaining_a_plan_makes_nothing(tmp_path: Path) -> None:
    market = with_people(opened(tmp_path, RECORDS))
    with Session(threads=1) as session:
        planned(market, GATHERED, session)
    assert kept(tmp_path) == []
