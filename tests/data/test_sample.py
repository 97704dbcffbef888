"""The sample shop keeps its promises: the founding facts, its boundaries, and the same bytes for a seed."""

import csv
import datetime as dt
import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from sopwb.data.sample import DEMO_CLOCK, founding_shop, main, write_founding_shop
from sopwb.data.sample_files import FORMATS

SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"
TODAY = DEMO_CLOCK.date()


def founding() -> tuple[dict[str, dict], dict[str, list[dict]]]:
    """The shop's customers by id and their orders by customer."""
    shop = json.loads(founding_shop(), parse_float=Decimal)
    customers = {record["id"]: record for record in shop["customers"].values()}
    orders: dict[str, list[dict]] = {id_: [] for id_ in customers}
    for order in shop["orders"].values():
        orders[order["customer_id"]].append(order)
    return customers, orders


def check(orders: list[dict], count: int, days: int, total: str) -> None:
    """Expect so many orders, the last so many calendar days before the clock, and their total."""
    assert len(orders) == count
    last = max(dt.datetime.fromisoformat(order["ordered_at"]) for order in orders)
    assert (TODAY - last.date()).days == days
    assert sum(Decimal(order["total"]) for order in orders) == Decimal(total)


def test_the_committed_files_are_what_the_function_writes(tmp_path: Path) -> None:
    write_founding_shop(tmp_path)
    for name in ("shop.json", "sopwb.toml"):
        assert (SAMPLE_DATA / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_readme_names_the_clock_that_the_days_are_counted_from() -> None:
    assert f"**{DEMO_CLOCK:%Y-%m-%dT%H:%M:%SZ}**" in (SAMPLE_DATA / "README.md").read_text(encoding="utf-8")


def test_john_doe_has_the_founding_facts() -> None:
    _, orders = founding()
    check(orders["john_doe"], 12, 94, "1200.00")


@pytest.mark.parametrize(
    ("customer", "count", "days", "total"),
    [
        ("tess_noble", 9, 60, "900.00"),
        ("uma_vance", 7, 61, "640.00"),
        ("wes_harlan", 8, 59, "731.00"),
        ("raj_malik", 6, 120, "500.00"),
        ("lena_fox", 6, 120, "500.01"),
        ("emil_hauge", 6, 66, "499.99"),
        ("mia_castle", 16, 3, "4210.75"),
        ("otto_brandt", 2, 200, "85.40"),
        ("quinn_adler", 1, 75, "1999.99"),
        ("sam_ortega", 14, 0, "512.30"),
    ],
)
def test_every_boundary_has_a_customer_on_it(customer: str, count: int, days: int, total: str) -> None:
    _, orders = founding()
    check(orders[customer], count, days, total)


def test_the_shop_is_sound() -> None:
    customers, orders = founding()
    assert len(customers) == 24
    assert sum(map(len, orders.values())) == 180
    assert [id_ for id_, own in orders.items() if not own] == ["nora_kim", "petra_sole"]
    for id_, own in orders.items():
        assert customers[id_]["email"] == id_.replace("_", ".") + "@example.com"
        joined = dt.date.fromisoformat(customers[id_]["joined"])
        assert joined < TODAY
        for order in own:
            at = dt.datetime.fromisoformat(order["ordered_at"])
            assert joined <= at.date()
            assert at < DEMO_CLOCK
            assert order["total"] > 0
    assert len({customer["id"] for customer in customers.values()}) == 24


@pytest.mark.parametrize("format_", FORMATS)
def test_a_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path, format_: str) -> None:
    for folder, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        assert (
            main(["--customers", "60", "--orders", "300", "--seed", seed, "--format", format_, str(tmp_path / folder)])
            == 0
        )
    a, b, c = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a.keys() == c.keys()
    assert all(a[name] != c[name] for name in a if name != "sopwb.toml")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_holds_the_same_shop(tmp_path: Path, format_: str) -> None:
    for name in {"csv", format_}:
        main(["--customers", "45", "--orders", "400", "--seed", "3", "--format", name, str(tmp_path / name)])
    assert _orders(tmp_path / format_, format_) == _orders(tmp_path / "csv", "csv")


def test_john_doe_is_in_every_size(tmp_path: Path) -> None:
    for customers, orders in ((1, 12), (2, 40), (500, 3_000)):
        folder = tmp_path / str(orders)
        main(["--customers", str(customers), "--orders", str(orders), "--format", "csv", str(folder)])
        rows = _orders(folder, "csv")
        assert len(rows) == orders
        own = [{"ordered_at": at.isoformat(), "total": total} for who, at, total in rows if who == "john_doe"]
        check(own, 12, 94, "1200.00")
        assert all(at < DEMO_CLOCK for _, at, _ in rows)


def test_rows_do_not_depend_on_the_size_of_a_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["--customers", "50", "--orders", "230", "--format", "csv"]
    main([*arguments, str(tmp_path / "whole")])
    monkeypatch.setattr("sopwb.data.sample_rows.SAMPLE_CHUNK_ROWS", 7)
    main([*arguments, str(tmp_path / "chunks")])
    for name in ("customers.csv", "orders.csv"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "chunks" / name).read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [["--customers", "0"], ["--orders", "11"], ["--customers", "1", "--orders", "13"], ["--format", "xml"]],
)
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*arguments, str(tmp_path / "shop")])
    assert caught.value.code == 2
    assert not (tmp_path / "shop").exists()
    assert "error" in capsys.readouterr().err


def test_a_workspace_is_never_overwritten(tmp_path: Path, capsys) -> None:
    (tmp_path / "sopwb.toml").write_text("mine")
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert [file.name for file in tmp_path.iterdir()] == ["sopwb.toml"]
    assert "workspace already" in capsys.readouterr().err


def _orders(folder: Path, format_: str) -> list[tuple[str, dt.datetime, Decimal]]:
    match format_:
        case "parquet":
            import pyarrow.parquet as pq

            rows = pq.read_table(folder / "orders.parquet").to_pylist()
        case "csv":
            with (folder / "orders.csv").open(newline="") as file:
                rows = list(csv.DictReader(file))
        case "jsonl":
            lines = (folder / "orders.jsonl").read_text().splitlines()
            rows = [json.loads(line, parse_float=Decimal) for line in lines]
        case _:
            base = sqlite3.connect(folder / "shop.sqlite")
            base.row_factory = sqlite3.Row
            rows = base.execute("SELECT * FROM orders ORDER BY id").fetchall()
            base.close()
    return [(row["customer_id"], _instant(row["ordered_at"]), Decimal(str(row["total"]))) for row in rows]


def _instant(value: object) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
