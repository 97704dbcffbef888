"""Both engines say the same of files in every format, held in memory or as columns, and of the sample shop."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sopwb.data import open as opening
from sopwb.data.declaration import declare
from sopwb.data.open import open_table
from sopwb.run.ports import Table
from tests.contract.formats import FORMATS, source
from tests.plan.market import Market, check_same
from tests.run.shop import EMAIL, script
from tests.shop import CHURN, ROOT, WEEKLY

START = dt.datetime(2025, 12, 31, 20, tzinfo=dt.UTC)
RECORDS: list[dict[str, Any]] = [
    {"id": f"T{n:02}", "parent": None if n % 4 == 0 else f"T{n // 3:02}", "amount": Decimal(n * 7 - 20) / 4,
     "count": n - 3, "at": START + dt.timedelta(hours=7 * n), "on": n % 2 == 0,
     "day": None if n % 5 == 0 else dt.date(2026, 1, 1 + n)}
    for n in range(20)
]  # fmt: skip
TREE = script(
    {
        "op": "each",
        "name": "found",
        "from": "things",
        "as": "t",
        "do": [
            {"op": "fetch", "name": "below", "from": "things", "where": "it.parent == t.id"},
            {"op": "fetch", "name": "above", "from": "things", "where": "it.id == t.parent", "one": "optional"},
            {"op": "math", "name": "sum", "expr": "below.sum(b, b.amount) + t.amount"},
            {"op": "if", "cond": "t.on", "then": [{"op": "math", "name": "mean", "expr": "sum / t.count"}]},
        ],
        "yield": {
            "sum": "sum",
            "last": "below.max(b, date(b.at))",
            "above": "above == null ? 'none' : above.id",
            "day": "t.day",
        },
    }
)


def opened(tables: dict[str, Table], scripts: dict[str, Any] | None = None) -> Market:
    here = Market(scripts or {}, **EMAIL)
    here.tables = dict(tables)  # type: ignore[assignment]
    return here


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_says_the_same(format_: str, tmp_path: Path) -> None:
    table = open_table(source(tmp_path, format_, RECORDS), cache_dir=tmp_path / "cache")
    assert check_same(opened({"things": table}), TREE)


@pytest.mark.parametrize("format_", ["csv", "jsonl", "sqlite", "parquet"])
def test_a_spooled_source_says_the_same(format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 5)
    monkeypatch.setattr(opening, "SOURCE_BYTES_HELD_MAX", 10)
    table = open_table(source(tmp_path, format_, RECORDS), cache_dir=tmp_path / "cache")
    assert check_same(opened({"things": table}), TREE)


def test_the_sample_shop_says_the_same() -> None:
    tables = {}
    for name in ("customers", "orders"):
        settings = {"path": "shop.json", "format": "tinydb", "table": name, "key": "id"}
        declaration, faults = declare(name, settings, str(ROOT / "sample_data"))
        assert declaration is not None, faults
        tables[name] = open_table(declaration, cache_dir=None)
    weekly = {**WEEKLY, "steps": WEEKLY["steps"][:1]}
    weekly.pop("returns")
    assert check_same(opened(tables, {"check_churn_risk": CHURN}), weekly, dry_run=True)
