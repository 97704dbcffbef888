"""A large source is what a small one would be: the same types, values, order and errors, for random files.

The same file is read as Python's objects and as columns, with pieces so small that every column is many.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import sopwb.data.open as opening
import sopwb.data.read_csv as read_csv
import sopwb.data.read_json as read_json
import sopwb.data.read_parquet as read_parquet
import sopwb.data.read_sqlite as read_sqlite
from sopwb.data.columnar.table import ColumnarTable
from sopwb.data.declaration import declare
from sopwb.data.duckdb.session import Session
from sopwb.data.memory import MemoryTable
from sopwb.data.open import open_table
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text
from sopwb.plan.facts import PLACE
from sopwb.plan.sql.query import column_of, table_of
from sopwb.run.ports import Table
from tests.data.random_columns import FORMATS, write_random

ZONES: list[dt.tzinfo] = [dt.UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]
TYPES = ("string", "decimal?", "int", "timestamp?", "bool?", "date?", "string?")
SEEDS = st.integers(0, 2**64)
COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for module in (read_csv, read_json, read_parquet, read_sqlite):
        monkeypatch.setattr(module, "SOURCE_CHUNK_ROWS", 4)
    monkeypatch.setattr(read_csv, "CSV_BLOCK_BYTES", 120)
    monkeypatch.setattr(read_parquet.ParquetReader.arrays, "__defaults__", (4,))
    return monkeypatch


def opened(folder: Path, format_: str, random: Random, most: int, patch: pytest.MonkeyPatch) -> Table | str:
    """Open the file as small (``most`` records are held) or large; or say what is wrong with it."""
    wanted: dict[str, object] = {"path": "things", "format": format_, "key": random.choice(["key", "key", ""])}
    if random.random() < 0.3:
        wanted["fields"] = {random.choice(("name", "total", "key")): random.choice(TYPES)}
    declaration, wrong = declare("things", wanted, str(folder))
    assert declaration is not None, wrong
    zone = random.choice(ZONES)
    patch.setattr(opening, "ROWS_IN_MEMORY_MAX", most)
    try:
        return open_table(declaration, cache_dir=folder / "cache" if random.random() < 0.5 else None, zone=zone)
    except UserError as error:
        return error.diagnostics[0].line()


def check_seed(seed: int, folder: Path, format_: str, patch: pytest.MonkeyPatch) -> None:
    """Check that both forms of what a seed makes are one."""
    random = Random(seed)
    write_random(folder / "things", format_, random)
    again = random.getrandbits(64)
    small = opened(folder, format_, Random(again), 1_000, patch)
    large = opened(folder, format_, Random(again), -1, patch)
    if isinstance(small, str) or isinstance(large, str):
        event("refused")
        assert large == small
        return
    assert isinstance(small, MemoryTable)
    if isinstance(large, MemoryTable):
        assert not large.count()  # a JSON file without records has no pieces to count
        return
    assert isinstance(large, ColumnarTable)
    event("copied" if large._about.copy else "in place")
    assert type_text(large.schema.record) == type_text(small.schema.record)
    assert (large.schema.key, large.count(), large.originals) == (small.schema.key, small.count(), small.originals)
    assert large.fingerprint() == small.fingerprint()
    rows, wanted = list(large.rows()), list(small.rows())
    assert rows == wanted
    assert [kinds(row) for row in rows] == [kinds(row) for row in wanted]
    assert batches(large) == batches(small)
    for field in large.schema.record.names():
        for value in [row[field] for row in wanted[:3]]:
            assert list(large.matching(field, value)) == list(small.matching(field, value)), (field, value)
    check_loaded(large, small)


def kinds(value: Any) -> Any:
    """Say of which kinds a value is; an instant's zone is part of that."""
    match value:
        case dict():
            return {name: kinds(part) for name, part in value.items()}
        case list():
            return list(map(kinds, value))
        case dt.datetime():
            return (type(value), value.tzinfo)
        case _:
            return type(value)


def batches(table: Table) -> Any:
    try:
        found = list(table.batches(rows_max=3))
    except UserError as error:
        return error.diagnostics[0].line()
    return [batch.num_rows for batch in found], found[0].schema if found else None, [b.to_pylist() for b in found]


def check_loaded(large: Table, small: Table) -> None:
    """Check that the set engine reads the same, and is told of bounds that hold."""
    fields, found = small.schema.record.names(), []
    for table in (large, small):
        with Session(threads=1) as session:
            try:
                facts = session.load(table, fields)
            except UserError as error:
                found.append(error.diagnostics[0].line())
                continue
            order = f' order by "{column_of(table.schema.key or PLACE)}"'
            columns = [name for name in fields if name in facts.fields]
            listed = ", ".join(f'"{column_of(name)}"' for name in columns) or "null"
            loaded = session.connection.sql(f"select {listed} from {table_of('things')}{order}").to_arrow_table()
            bounds = {name: (f.low / 10**f.scale, f.high / 10**f.scale) for name, f in facts.fields.items()}
            found.append((facts.rows, bounds, loaded.to_pylist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("format_", FORMATS)
@settings(COMMON, max_examples=400)
@given(SEEDS)
def test_columns_and_objects_agree(
    tmp_path_factory: pytest.TempPathFactory, pieces: pytest.MonkeyPatch, format_: str, seed: int
) -> None:
    check_seed(seed, tmp_path_factory.mktemp("columns"), format_, pieces)


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
@settings(COMMON, max_examples=2_000)
@given(SEEDS)
def test_columns_and_objects_agree_for_long(
    tmp_path_factory: pytest.TempPathFactory, pieces: pytest.MonkeyPatch, format_: str, seed: int
) -> None:
    check_seed(seed, tmp_path_factory.mktemp("columns"), format_, pieces)
