"""The types of Parquet columns and what becomes of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sopwb.data.declaration import declare
from sopwb.data.open import open_table
from sopwb.kernel.diagnostics import UserError
from sopwb.run.ports import Table
from tests.data.opened import column

BERLIN = dt.timezone(dt.timedelta(hours=1))


def opened(folder: Path, table: Any) -> Table:
    pq.write_table(table, folder / "a.parquet")
    declaration, faults = declare("things", {"path": "a.parquet"}, str(folder))
    assert declaration is not None, faults
    return open_table(declaration, cache_dir=None, zone=BERLIN)


DAY = dt.date(2026, 1, 31)
NOON = dt.datetime(2026, 1, 31, 12)


@pytest.mark.parametrize(
    ("array", "type_", "texts"),
    [
        (pa.array([1, None], pa.int32()), "int?", ["1", None]),
        (pa.array([1, 2**64 - 1], pa.uint64()), "decimal", ["1", "18446744073709551615"]),
        (pa.array([1.0, None], pa.float64()), "decimal?", ["1", None]),
        (pa.array([1.1, 2.5], pa.float32()), "decimal", ["1.1", "2.5"]),
        (pa.array([Decimal("1.50"), Decimal("2.00")], pa.decimal128(10, 2)), "decimal", ["1.5", "2"]),
        (pa.array([None, None], pa.int64()), "int?", [None, None]),
        (pa.array([None, None], pa.null()), "string?", [None, None]),
        (pa.array(["a", "a"]).dictionary_encode(), "string", ["a", "a"]),
        (pa.array(["2026-01-31", None], pa.large_string()), "date?", ["2026-01-31", None]),
        (pa.array([DAY, DAY], pa.date64()), "date", ["2026-01-31", "2026-01-31"]),
        (pa.array([NOON, None], pa.timestamp("ms")), "timestamp?", ["2026-01-31T11:00:00Z", None]),
        (
            pa.array([1769860800123456789], pa.int64()).cast(pa.timestamp("ns", "UTC")),
            "timestamp",
            ["2026-01-31T12:00:00.123456Z"],
        ),
        (pa.array([NOON], pa.timestamp("us", "America/New_York")), "timestamp", ["2026-01-31T12:00:00Z"]),
        (pa.array([90], pa.duration("s")), "duration", ["90s"]),
        (pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int32())), "map<string, int?>", ['{"a": 1}', "{}"]),
        (pa.array([[1, None]], pa.list_(pa.int64())), "list<int?>", ["[1, null]"]),
        (
            pa.array([{"at": NOON}], pa.struct([("at", pa.timestamp("ns"))])),
            "{at: timestamp}",
            ['{"at": "2026-01-31T11:00:00Z"}'],
        ),
    ],
)
def test_a_column_keeps_its_type_where_its_values_fit(
    tmp_path: Path, array: Any, type_: str, texts: list[str | None]
) -> None:
    assert column(opened(tmp_path, pa.table({"v": array})), "v") == (type_, texts)


def test_columns_that_have_no_type_are_left_out(tmp_path: Path) -> None:
    table = opened(tmp_path, pa.table({"v": [1], "raw": [b"x"], "at": [dt.time(9)], "deep": [[b"x"]]}))
    assert list(table.rows()) == [{"v": 1}]


def test_an_empty_file_has_the_types_that_it_states(tmp_path: Path) -> None:
    table = opened(tmp_path, pa.table({"v": pa.array([], pa.int64()), "s": pa.array([], pa.string())}))
    assert (column(table, "v"), column(table, "s")) == (("int", []), ("string", []))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e300])
@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()])
def test_floats_that_are_no_numbers_are_bad_records(tmp_path: Path, number: float, kind: Any) -> None:
    with pytest.raises(UserError, match=r"SOP-D030 at a.parquet record 2: v: "):
        opened(tmp_path, pa.table({"v": pa.array([1.5, number], kind)}))


def test_a_column_too_wide_for_38_digits_is_refused_as_arrow_only(tmp_path: Path) -> None:
    wide = pa.array([Decimal(10) ** 37, Decimal("0.001")], pa.decimal256(60, 3))
    table = opened(tmp_path, pa.table({"v": wide}))
    assert [row["v"] for row in table.rows()] == [Decimal(10) ** 37, Decimal("0.001")]
    with pytest.raises(UserError, match=r"SOP-D041 at things: v needs 38 digits before the point and 3 after"):
        list(table.batches())
