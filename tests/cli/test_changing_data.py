"""A source that becomes another one while a run reads it is refused, whichever moment it is and however it changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import FreezeScript, SaveDraft
from sopwb.app.workbench import failed, open_workbench
from sopwb.data.duckdb import engine, execute
from sopwb.data.duckdb.lookup import LookupTables
from tests.cli.conftest import Sopwb
from tests.shop import AS_OF

SCRIPT: dict[str, Any] = {"sop": 1, "steps": [
    {"op": "each", "name": "all", "from": "customers", "as": "c", "yield": "total", "do": [
        {"op": "fetch", "name": "os", "from": "orders", "where": "it.customer == c.id"},
        {"op": "math", "name": "total", "expr": "os.sum(o, o.total)"}]}]}  # fmt: skip


def write(file: Path, columns: dict[str, list[Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), file)


def truncate(file: Path) -> None:
    os.truncate(file, 10)


def rewrite(file: Path) -> None:
    write(file, {"id": [1, 2], "customer": [1, 1], "total": [1, 99]})


def replace(file: Path) -> None:
    write(file.with_suffix(".new"), {"other": [1]})
    os.replace(file.with_suffix(".new"), file)


WAYS = {"truncated": truncate, "written anew": rewrite, "another file": replace}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two Parquet files that are read in place, and a script over them."""
    monkeypatch.setattr("sopwb.data.open.ROWS_IN_MEMORY_MAX", 1)
    write(tmp_path / "customers.parquet", {"id": [1, 2, 3]})
    write(tmp_path / "orders.parquet", {"id": [1, 2, 3], "customer": [1, 1, 2], "total": [5, 6, 7]})
    (tmp_path / "sopwb.toml").write_text(
        '[workspace]\nname = "changing"\n[data.customers]\npath = "customers.parquet"\nkey = "id"\n'
        '[data.orders]\npath = "orders.parquet"\nkey = "id"\n'
    )
    bench = open_workbench(tmp_path, AS_OF)
    for command in (SaveDraft("totals", SCRIPT), FreezeScript("totals")):
        assert not failed(bench.do(command))
    bench.close()
    return tmp_path


def before(function: Callable[..., Any], change: Callable[[], None]) -> Callable[..., Any]:
    """Do something before each call of a function."""

    def changed(*args: Any, **settings: Any) -> Any:
        change()
        return function(*args, **settings)

    return changed


MOMENTS: dict[str, tuple[object, str]] = {
    "before it is loaded": (engine, "load"),
    "before the query": (execute, "run"),
    "before the sample is decided by rows": (LookupTables, "answer"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_file_that_changes_is_refused(
    folder: Path, sopwb: Sopwb, monkeypatch: pytest.MonkeyPatch, moment: str, way: str
) -> None:
    place, name = MOMENTS[moment]
    file = folder / "orders.parquet"
    monkeypatch.setattr(place, name, before(getattr(place, name), lambda: WAYS[way](file)))
    out = folder / "out.csv"
    said = sopwb("-w", folder, "--run", "totals", "--as-of", AS_OF, "--engine", "sets", "--output", out)
    assert said.code == 1
    assert "SOP-D018 at orders.parquet: orders.parquet changed while it was read" in said.err
    assert not out.exists()


def test_what_stays_the_same_is_run(folder: Path, sopwb: Sopwb) -> None:
    out = folder / "out.csv"
    said = sopwb("-w", folder, "--run", "totals", "--as-of", AS_OF, "--engine", "sets", "--output", out)
    assert (said.code, out.read_text().split()) == (0, ["id,value", "1,11", "2,7", "3,0"])
