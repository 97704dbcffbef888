"""The same answer from other tools, each written as who knows it well would: rows by rising id, the same values.

polars      one lazy query with the streaming engine
pandas      Arrow columns; cents as ints, for its groups do not know Arrow's decimals
sqlite      one query along both primary order and covering index; the file was made before
loops       one query a customer from Python, as a script that grew does (N+1): its question answered by an index that
            covers it, or by the index that a foreign key has; or its orders fetched, and Python looks through them
durable     the same loop as steps of one durable workflow (DBOS), its state in SQLite as by default

What is too slow for all customers looks at a sample, and its time is scaled up. A rival that is not installed says so.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from typing import Any

from tests.bench.measure import Timer
from tests.bench.shop import TODAY, Ran, Row, Setting, open_sqlite, spread, verdict

DORMANT = "No orders: dormant account"


def polars(setting: Setting) -> Ran:
    import polars as pl

    timer = Timer()
    spent = pl.scan_parquet(setting.folder / "orders.parquet").group_by("customer_id").agg(
        pl.len().alias("n"), pl.col("ordered_at").max().dt.date().alias("last"), pl.col("total").sum().alias("spend")
    )  # fmt: skip
    days = (pl.lit(TODAY) - pl.col("last")).dt.total_days()
    late = ((days > 60) & (pl.col("spend") > 500)).fill_null(False)
    why = (
        pl.when(pl.col("n").is_null()).then(pl.lit(DORMANT))
        .when(late).then(pl.format("Last order was {} days ago", days)).otherwise(pl.lit("Active"))
    )  # fmt: skip
    frame = (
        pl.scan_parquet(setting.folder / "customers.parquet").select("id")
        .join(spent, left_on="id", right_on="customer_id", how="left")
        .select("id", (pl.col("n").is_null() | late).alias("risk"), why.alias("why"))
        .sort("id").collect(engine="streaming")
    )  # fmt: skip
    return Ran(timer.done(), frame.iter_rows)


def pandas(setting: Setting) -> Ran:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    pa.set_cpu_count(setting.threads)
    timer = Timer()
    orders = pq.read_table(setting.folder / "orders.parquet", columns=["customer_id", "ordered_at", "total"])
    cents = pc.cast(pc.multiply(orders["total"], pa.scalar(100, pa.decimal128(3))), pa.int64())
    orders = orders.drop_columns("total").append_column("cents", cents)
    spent = (
        orders.to_pandas(types_mapper=pd.ArrowDtype).groupby("customer_id", sort=False)
        .agg(last=("ordered_at", "max"), cents=("cents", "sum"))
    )  # fmt: skip
    del orders
    customers = pd.read_parquet(setting.folder / "customers.parquet", columns=["id"], dtype_backend="pyarrow")
    frame = customers.merge(spent, how="left", left_on="id", right_index=True).sort_values("id")
    none = frame["last"].isna()
    days = (pd.Timestamp(TODAY) - frame["last"].dt.tz_localize(None).dt.floor("D")).dt.days
    late = ((days > 60) & (frame["cents"] > 50_000)).fillna(False)
    why = pd.Series("Active", index=frame.index, dtype="string[pyarrow]")
    why[late] = "Last order was " + days[late].astype("string[pyarrow]") + " days ago"
    why[none] = DORMANT
    risk = none | late
    taken = timer.done()
    return Ran(taken, lambda: zip(frame["id"].tolist(), map(bool, risk), why.tolist(), strict=True))


def sqlite(setting: Setting) -> Ran:
    text = f"""
        with found as (
            select c.id as id, max(o.ordered_at) as last, sum(o.cents) as cents
            from customers c left join orders o indexed by covering on o.customer_id = c.id group by c.id),
        judged as (select id, last, cents, {(TODAY.toordinal() - 719_163)} - last / 86400000000 as days from found)
        select id, last is null or (days > 60 and cents > 50000),
            case when last is null then '{DORMANT}'
                 when days > 60 and cents > 50000 then 'Last order was ' || days || ' days ago' else 'Active' end
        from judged order by id"""
    base = open_sqlite(setting.folder)
    timer = Timer()
    for _ in base.execute(text):
        pass
    return Ran(timer.done(), lambda: ((id_, bool(risk), why) for id_, risk, why in base.execute(text)))


def question(index: str) -> str:
    return f"select max(ordered_at), sum(cents) from orders indexed by {index} where customer_id = ?"


def loop(setting: Setting, index: str) -> Ran:
    """One query a customer, in the order of their ids."""
    ids = spread(setting.customers, setting.sample)
    base = open_sqlite(setting.folder)
    one, found = question(index), []
    timer = Timer()
    for id_ in ids:
        found.append((id_, *verdict(*base.execute(one, (id_,)).fetchone())))
    return Ran(timer.done(setting.customers / len(ids)), lambda: iter(found))


def loop_covering(setting: Setting) -> Ran:
    return loop(setting, "covering")


def loop_foreign_key(setting: Setting) -> Ran:
    return loop(setting, "foreign_key")


def loop_records(setting: Setting) -> Ran:
    """One query a customer for its orders, which Python then looks through, as the script's steps say it."""
    ids = spread(setting.customers, setting.sample)
    base = open_sqlite(setting.folder)
    one, found = "select ordered_at, cents from orders indexed by covering where customer_id = ?", []
    timer = Timer()
    for id_ in ids:
        orders = base.execute(one, (id_,)).fetchall()
        last = max((at for at, _ in orders), default=None)
        found.append((id_, *verdict(last, sum(cents for _, cents in orders))))
    return Ran(timer.done(setting.customers / len(ids)), lambda: iter(found))


def durable(setting: Setting) -> Ran:
    """One step a customer in one workflow, which is the least that this engine asks for each."""
    import dbos

    ids = spread(setting.customers, setting.sample)
    shop = sqlite3.connect(f"file:{setting.folder}/shop.sqlite?mode=ro", uri=True, check_same_thread=False)
    one = question("covering")

    @dbos.DBOS.step()
    def decide(id_: str) -> tuple[bool, str]:
        return verdict(*shop.execute(one, (id_,)).fetchone())

    @dbos.DBOS.workflow()
    def decide_all(ids: list[str]) -> list[Row]:
        return [(id_, *decide(id_)) for id_ in ids]

    with tempfile.TemporaryDirectory(dir=setting.folder) as state:
        dbos.DBOS(config={"name": "churn", "system_database_url": f"sqlite:///{state}/dbos.sqlite",
                          "console_log_level": "ERROR"})  # fmt: skip
        dbos.DBOS.launch()
        timer = Timer()
        found = decide_all(ids)
        taken = timer.done(setting.customers / len(ids))
        dbos.DBOS.destroy()
    return Ran(taken, lambda: iter(found))


def installed(rival: Callable[[Setting], Any]) -> str:
    """Say why a rival cannot take part; empty where it can."""
    module = {"polars": "polars", "pandas": "pandas", "durable": "dbos"}.get(rival.__name__)
    if module is None:
        return ""
    from importlib.util import find_spec

    return "" if find_spec(module) else f"{module} is not installed: pip install '.[bench]'"
