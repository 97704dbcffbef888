"""The database that a plan runs in: bounded, offline, ordered, and honest about what it reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sopwb.data.duckdb.execute import decided, run
from sopwb.data.duckdb.session import Session
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import RecordType, parse_type
from sopwb.plan.nodes import SetPlan
from sopwb.plan.plan import plan_each
from sopwb.plan.sql.query import SetQuery
from sopwb.plan.sql.render import render
from tests.plan.market import Market, check_same, outer, planned, session_of, the_each
from tests.run.shop import EMAIL, script

ITEMS = "{id: int, name: string, amount: decimal?, on: date?}"


def items(count: int) -> list[dict[str, Any]]:
    day = dt.date(2026, 1, 1)
    return [
        {"id": n * (-1) ** n, "name": f"n{n % 97}" * 3, "amount": None if n % 5 == 0 else Decimal(n) / 4,
         "on": None if n % 7 == 0 else day + dt.timedelta(days=n % 900)}
        for n in range(count)
    ]  # fmt: skip


def raw(value: str = "i.name", **fields: Any) -> dict[str, Any]:
    return script({"op": "each", "name": "found", "from": "items", "as": "i", "do": [], "yield": value, **fields})


def market(records: list[dict[str, Any]]) -> Market:
    return Market({}, **EMAIL).add("items", "id", ITEMS, records)


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    types = {"id": pa.int64(), "name": pa.string(), "amount": pa.decimal128(12, 2), "on": pa.date32()}
    pq.write_table(pa.Table.from_pylist(records, schema=pa.schema(types)), path)
    return path


def query_over(session: Session, paths: list[Path], text: dict[str, Any]) -> SetQuery:
    here = market([])
    record = parse_type(ITEMS)
    assert isinstance(record, RecordType)
    facts = session.read_parquet(SourceSchema("items", "id", record), paths, record.names())
    typed = here.compile(text)
    sources, each = {"items": facts}, the_each(typed)
    plan = plan_each(each, typed, here.compile, sources, outer(here), dt.UTC, lambda step, path: None)
    assert isinstance(plan, SetPlan), plan
    return render(plan)


def values(session: Session, query: SetQuery) -> dict[str, Any]:
    return {item.item: item.value for batch in run(session, query, outer(market([]))) for item in decided(query, batch)}


def test_items_come_by_rising_key_whatever_their_order() -> None:
    found = list(values(session_of(), render(_plan(market(items(500))))))
    assert found == [str(n) for n in sorted(record["id"] for record in items(500))]


def _plan(here: Market, text: dict[str, Any] | None = None) -> SetPlan:
    plan = planned(here, text or raw(), session_of())
    assert isinstance(plan, SetPlan), plan
    return plan


def test_the_steps_own_order_is_kept() -> None:
    assert check_same(market(items(60)), raw(order_by=["it.on desc", "it.name"]))


def test_a_source_without_records_gives_none() -> None:
    assert check_same(market([]), raw("i.amount == null ? 0 : 1"))


def test_parquet_is_read_in_place_and_says_the_same(tmp_path: Path) -> None:
    records = items(300)
    with Session(threads=1) as session:
        query = query_over(session, [write(tmp_path / "items.parquet", records)], raw("coalesce(i.amount, 0.5) / 3"))
        in_place = values(session, query)
    loaded = values(session_of(), render(_plan(market(records), raw("coalesce(i.amount, 0.5) / 3"))))
    assert in_place == loaded


def test_files_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    records = items(400)
    parts = [write(tmp_path / f"{n}.parquet", records[n::4]) for n in range(4)]
    found = []
    for order, threads in ((parts, 1), (parts[::-1], 2)):
        with Session(threads=threads) as session:
            query = query_over(session, order, raw("string(i.id) + i.name"))
            found.append([batch.to_pydict() for batch in run(session, query, outer(market([])))])
    assert found[0] == found[1]


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    records = items(5)
    path = write(tmp_path / "items.parquet", [*records, {**records[3], "name": "other"}])
    with Session(threads=1) as session:
        query = query_over(session, [path], raw())
        with pytest.raises(UserError, match="SOP-R034"):
            values(session, query)


def test_nothing_is_downloaded() -> None:
    with Session(threads=1) as session:
        asked = "select value from duckdb_settings() where name = 'autoinstall_known_extensions'"
        assert session.connection.sql(asked).fetchall() == [("false",)]


def test_memory_beyond_its_limit_is_spilled(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    with Session(threads=1) as writer:
        writer.connection.execute(
            f"""copy (select (i * 7919) % 400000 as id, repeat('x', 200) || i as name, i::decimal(12, 2) as amount,
                null::date as "on" from range(400000) t(i)) to '{tmp_path}/items.parquet' (row_group_size 20000)"""
        )
    with Session(threads=1, memory_limit_mb=64, temp_dir=spill) as session:
        query = query_over(session, [tmp_path / "items.parquet"], raw())
        count, spilled = 0, False
        for batch in run(session, query, outer(market([]))):
            count += batch.num_rows
            spilled = spilled or any(spill.glob("*"))
    assert count == 400_000
    assert spilled
