"""What a million records cost: our query against a hand-written one, the row interpreter and an N+1 loop.

    python -m tests.bench.sets --customers 1000000 --orders 12000000 [--rounds 5] [--threads 2] [--memory-mb 400]

Every measurement is a process of its own (so peak memory is its own); rounds are interleaved, ratios are taken
within a round, and the table shows their medians. The hand-written DuckDB query is 1. What is too slow is
sampled: so many customers with their orders, and the time is scaled up; the table says so. Ours must give the
hand-written query's rows, one by one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.run.shop import CUSTOMERS, NOW, ORDERS, founding, script

SAMPLE = 2_000
"""Customers of a sampled measurement."""
WHOLE = script(
    {
        "op": "each", "name": "found", "from": "customers", "as": "c",
        "yield": {"risk": "r.is_risk", "why": "r.reason"},
        "do": [{"op": "call", "name": "r", "script": "check_churn_risk", "args": {"customer_id": "c.id"}}],
    }
)  # fmt: skip
DISTINCT = script(
    {
        "op": "each", "name": "found", "from": "customers", "as": "c",
        "do": [
            {"op": "fetch", "name": "os", "from": "orders", "where": "it.customer_id == c.id"},
            {"op": "math", "name": "since", "expr": "add_days(today, size(c.name) * -10)"},
            {"op": "math", "name": "late", "expr": "os.filter(o, date(o.ordered_at) >= since).sum(o, o.total)"},
        ],
        "yield": {"risk": "late > 500", "why": "string(late)"},
    }
)  # fmt: skip
HAND = """
    select c.id as key, coalesce(o.n, 0) = 0 or (today() - o.last > 60 and o.spend > 500) as risk,
        case when o.n is null then 'No orders: dormant account'
             when date '{today}' - o.last > 60 and o.spend > 500
             then 'Last order was ' || (date '{today}' - o.last) || ' days ago'
             else 'Active' end as why
    from read_parquet('{folder}/customers.parquet') c
    left join (select customer_id, count(*) n, max(ordered_at)::date as last, sum(total) spend
               from read_parquet('{folder}/orders.parquet') group by customer_id) o on o.customer_id = c.id
    order by c.id
"""
HAND_DISTINCT = """
    with c as materialized (select id, date '{today}' - 10 * length(name)::int as since
                            from read_parquet('{folder}/customers.parquet'))
    select c.id as key, coalesce(o.late, 0) > 500 as risk, coalesce(o.late, 0) as late
    from c left join (select c.id, sum(total) as late from c
                      join read_parquet('{folder}/orders.parquet') o on o.customer_id = c.id
                      where o.ordered_at::date >= c.since group by c.id) o on o.id = c.id
    order by c.id
"""


def make_data(folder: Path, customers: int, orders: int) -> None:
    """Write both sources as Parquet; everything follows from the numbers of the records."""
    import duckdb

    start = (NOW - dt.timedelta(days=400)).isoformat()
    with duckdb.connect() as base:
        base.execute("set timezone = 'UTC'")
        base.execute(
            f"""copy (select format('C{{:09d}}', i) as id, 'Customer ' || (i % 977) as name,
                case when i % 7 > 0 then 'c' || i || '@example.com' end as email from range({customers}) r(i))
                to '{folder}/customers.parquet' (format parquet)"""
        )
        base.execute(
            f"""copy (select format('O{{:010d}}', i) as id, format('C{{:09d}}', (hash(i) % {customers})::bigint)
                as customer_id, timestamptz '{start}' + to_seconds((hash(i + 1) % 34000000)::bigint) as ordered_at,
                ((hash(i + 2) % 20000) / 100)::decimal(12, 2) as total from range({orders}) r(i))
                to '{folder}/orders.parquet' (format parquet)"""
        )


# --- what is measured; each gives (seconds, what it is scaled by) --------------------------------


def drain(reader: Any) -> int:
    return sum(batch.num_rows for batch in reader)


def connection(options: argparse.Namespace) -> Any:
    import duckdb

    base = duckdb.connect(config={"threads": options.threads, "memory_limit": f"{options.memory_mb}MB",
                                  "temp_directory": options.folder + "/spill"})  # fmt: skip
    base.execute("set timezone = 'UTC'")
    return base


def hand(options: argparse.Namespace, text: str = HAND) -> tuple[float, float]:
    base = connection(options)
    begun = time.perf_counter()
    drain(base.sql(hand_sql(options, text)).to_arrow_reader(32_768))
    return time.perf_counter() - begun, 1


def hand_sql(options: argparse.Namespace, text: str) -> str:
    today = NOW.date().isoformat()
    return text.format(folder=options.folder, today=today).replace("today()", f"date '{today}'")


def planned(options: argparse.Namespace, raw: dict[str, Any], traced: bool) -> tuple[Any, Any, dict[str, float]]:
    """Open a session over the Parquet files and plan a script; gives what each part took."""
    from sopwb.data.duckdb.session import Session
    from sopwb.lang.environment import SourceSchema
    from sopwb.lang.types import parse_type
    from sopwb.plan.nodes import SetPlan
    from sopwb.plan.plan import plan_each
    from sopwb.plan.sql.render import render
    from tests.plan.market import Market, the_each

    market = Market({"check_churn_risk": founding()})
    market.add("customers", "id", CUSTOMERS, []).add("orders", "id", ORDERS, [])
    typed = market.compile(raw)
    took = {}
    begun = time.perf_counter()
    session = Session(options.threads, options.memory_mb, Path(options.folder) / "spill")
    fields = {"customers": ["id", "name"], "orders": ["customer_id", "ordered_at", "total"]}
    facts = {}
    for name, type_ in (("customers", CUSTOMERS), ("orders", ORDERS)):
        schema = SourceSchema(name, "id", parse_type(type_))  # type: ignore[arg-type]  # a record's text
        facts[name] = session.read_parquet(schema, [Path(options.folder) / f"{name}.parquet"], fields[name])
    took["facts"] = time.perf_counter() - begun
    begun = time.perf_counter()
    plan = plan_each(the_each(typed), typed, lambda name: market.compile(market.scripts[name]), facts, outer(), dt.UTC,
                     lambda step, path: None, traced=traced)  # fmt: skip
    assert isinstance(plan, SetPlan), plan
    query = render(plan)
    took["plan"] = time.perf_counter() - begun
    return session, query, took


def outer() -> dict[str, Any]:
    return {"now": NOW, "today": NOW.date()}


def ours(options: argparse.Namespace, raw: dict[str, Any] = WHOLE) -> tuple[float, float]:
    from sopwb.data.duckdb.execute import run

    session, query, _ = planned(options, raw, traced=False)
    session.prepare(query.prelude)
    begun = time.perf_counter()
    drain(run(session, query, outer()))
    return time.perf_counter() - begun, 1


def ours_whole(options: argparse.Namespace) -> tuple[float, float]:
    """Session, facts, planning and the query; sqlglot's import is in it."""
    from sopwb.data.duckdb.execute import run

    begun = time.perf_counter()
    session, query, _ = planned(options, WHOLE, traced=False)
    drain(run(session, query, outer()))
    return time.perf_counter() - begun, 1


def ours_traced(options: argparse.Namespace) -> tuple[float, float]:
    """The query with every item's events, and their hash."""
    from blake3 import blake3

    from sopwb.data.duckdb.execute import run, trace_bytes

    session, query, _ = planned(options, WHOLE, traced=True)
    session.prepare(query.prelude)
    begun, hasher = time.perf_counter(), blake3()
    for batch in run(session, query, outer()):
        hasher.update(trace_bytes(batch))
    return time.perf_counter() - begun, 1


def sampled(options: argparse.Namespace) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    base = connection(options)
    last = f"C{min(SAMPLE, options.customers):09d}"
    customers = base.sql(f"select id, name, email from '{options.folder}/customers.parquet' where id < '{last}'")
    orders = base.sql(
        f"""select id, customer_id, epoch_us(ordered_at), total from '{options.folder}/orders.parquet'
            where customer_id < '{last}'"""
    )
    return customers.fetchall(), orders.fetchall()


def rows(options: argparse.Namespace) -> tuple[float, float]:
    from tests.plan.market import Market, by_rows

    customers, orders = sampled(options)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    market = Market({"check_churn_risk": founding()})
    market.add("customers", "id", CUSTOMERS, [{"id": i, "name": n, "email": e} for i, n, e in customers])
    market.add("orders", "id", ORDERS, [
        {"id": i, "customer_id": c, "ordered_at": epoch + dt.timedelta(microseconds=at), "total": Decimal(total)}
        for i, c, at, total in orders])  # fmt: skip
    begun = time.perf_counter()
    by_rows(market, WHOLE)
    return time.perf_counter() - begun, options.customers / len(customers)


def loop(options: argparse.Namespace) -> tuple[float, float]:
    """One query a customer, from Python, with an index that covers it; the base holds the sample only."""
    customers, orders = sampled(options)
    base = sqlite3.connect(":memory:")
    base.execute("create table orders (customer_id text, ordered_at int, cents int)")
    base.executemany("insert into orders values (?, ?, ?)", [(c, at, int(total * 100)) for _, c, at, total in orders])
    base.execute("create index covering on orders (customer_id, ordered_at, cents)")
    today, found = NOW.date(), []
    begun = time.perf_counter()
    for id_, _, _ in customers:
        one = "select count(*), max(ordered_at), sum(cents) from orders where customer_id = ?"
        many, last, cents = base.execute(one, (id_,)).fetchone()
        if not many:
            found.append((id_, True, "No orders: dormant account"))
            continue
        days = (today - dt.datetime.fromtimestamp(last / 1e6, dt.UTC).date()).days
        risk = days > 60 and cents > 50_000
        found.append((id_, risk, f"Last order was {days} days ago" if risk else "Active"))
    taken = time.perf_counter() - begun
    base.close()
    return taken, options.customers / len(customers)


CONTESTANTS: dict[str, tuple[str, Callable[[argparse.Namespace], tuple[float, float]]]] = {
    "hand": ("hand-written DuckDB SQL", hand),
    "ours": ("set engine, the query alone", ours),
    "ours_whole": ("set engine with facts and planning", ours_whole),
    "ours_traced": ("set engine with traces and their hash", ours_traced),
    "hand_distinct": ("hand-written SQL, values of the item in the sum", lambda o: hand(o, HAND_DISTINCT)),
    "ours_distinct": ("set engine, the same", lambda o: ours(o, DISTINCT)),
    "rows": (f"row interpreter ({SAMPLE} customers, scaled)", rows),
    "loop": (f"N+1 SQLite, covering index ({SAMPLE} customers, scaled)", loop),
}
BASES = {"ours_distinct": "hand_distinct"}


def compare(options: argparse.Namespace) -> int:
    """Compare our rows with the hand-written query's, all of them."""
    from sopwb.data.duckdb.execute import run

    session, query, _ = planned(options, WHOLE, traced=False)
    names = [part.column for _, part in query.result.fields]
    base = connection(options)
    theirs = base.sql(hand_sql(options, HAND)).to_arrow_reader(32_768)
    count = 0
    for mine, other in zip(
        tuples(run(session, query, outer()), ["key", *names]), tuples(theirs, ["key", "risk", "why"]), strict=True
    ):
        assert mine == other, (mine, other)
        count += 1
    return count


def tuples(batches: Iterable[Any], names: list[str]) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def child(name: str, options: argparse.Namespace) -> tuple[float, float]:
    """Measure in a process of its own; gives seconds and peak MiB."""
    words = [sys.executable, "-m", "tests.bench.sets", "--only", name, "--folder", options.folder]
    words += [f"--{key}={getattr(options, key)}" for key in ("customers", "orders", "threads")]
    done = subprocess.run([*words, f"--memory-mb={options.memory_mb}"], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found["seconds"], found["peak_mb"]


def peak_mb() -> float:
    """Give this process's peak memory. (``getrusage`` would count what its parent held before it.)"""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("Linux tells a process's peak")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=1_200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-mb", type=int, default=400)
    parser.add_argument("--only", default="")
    parser.add_argument("--folder", default="")
    options = parser.parse_args()
    if options.only:
        seconds, scale = CONTESTANTS[options.only][1](options)
        print(json.dumps({"seconds": seconds * scale, "peak_mb": peak_mb()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        options.folder = folder
        make_data(Path(folder), options.customers, options.orders)
        print(f"{compare(options)} rows are the hand-written query's, one by one")
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTESTANTS}
        for _ in range(options.rounds):
            for name in CONTESTANTS:
                measured[name].append(child(name, options))
    show(measured, options)


def show(measured: dict[str, list[tuple[float, float]]], options: argparse.Namespace) -> None:
    print(f"{options.customers} customers, {options.orders} orders, {options.threads} threads, "
          f"DuckDB's limit {options.memory_mb} MB; medians of {options.rounds} interleaved rounds")  # fmt: skip
    print(f"{'':52} {'seconds':>9} {'ratio':>8} {'peak MiB':>9}")
    for name, found in measured.items():
        base = measured[BASES.get(name, "hand")]
        ratio = statistics.median(mine / theirs for (mine, _), (theirs, _) in zip(found, base, strict=True))
        seconds, peak = (statistics.median(part) for part in zip(*found, strict=True))
        print(f"{CONTESTANTS[name][0]:52} {seconds:9.3f} {ratio:8.2f} {peak:9.0f}")


if __name__ == "__main__":
    main()
