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
from typing import Any, NamedTuple

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


# --- what is measured ----------------------------------------------------------------------------


class Taken(NamedTuple):
    """Seconds on the wall and of the processors, scaled up from a sample; peak MiB of the process."""

    wall: float
    cpu: float
    peak: float = 0


class Timer:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def done(self, scale: float) -> Taken:
        return Taken((time.perf_counter() - self._wall) * scale, (time.process_time() - self._cpu) * scale)


def drain(reader: Any) -> int:
    return sum(batch.num_rows for batch in reader)


def connection(options: argparse.Namespace) -> Any:
    import duckdb

    base = duckdb.connect(config={"threads": options.threads, "memory_limit": f"{options.memory_mb}MB",
                                  "temp_directory": options.folder + "/spill"})  # fmt: skip
    base.execute("set timezone = 'UTC'")
    return base


def hand(options: argparse.Namespace, text: str = HAND) -> Taken:
    base = connection(options)
    timer = Timer()
    drain(base.sql(hand_sql(options, text)).to_arrow_reader(32_768))
    return timer.done(1)


def hand_sql(options: argparse.Namespace, text: str) -> str:
    today = NOW.date().isoformat()
    return text.format(folder=options.folder, today=today).replace("today()", f"date '{today}'")


def planned(options: argparse.Namespace, raw: dict[str, Any], traced: bool) -> tuple[Any, Any]:
    """Open a session over the Parquet files and plan a script."""
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
    session = Session(options.threads, options.memory_mb, Path(options.folder) / "spill")
    fields = {"customers": ["id", "name"], "orders": ["customer_id", "ordered_at", "total"]}
    facts = {}
    for name, type_ in (("customers", CUSTOMERS), ("orders", ORDERS)):
        schema = SourceSchema(name, "id", parse_type(type_))  # type: ignore[arg-type]  # a record's text
        facts[name] = session.read_parquet(schema, [Path(options.folder) / f"{name}.parquet"], fields[name])
    plan = plan_each(the_each(typed), typed, lambda name: market.compile(market.scripts[name]), facts, outer(), dt.UTC,
                     lambda step, path: None, traced=traced)  # fmt: skip
    assert isinstance(plan, SetPlan), plan
    return session, render(plan)


def outer() -> dict[str, Any]:
    return {"now": NOW, "today": NOW.date()}


def ours(options: argparse.Namespace, raw: dict[str, Any] = WHOLE) -> Taken:
    from sopwb.data.duckdb.execute import run

    session, query = planned(options, raw, traced=False)
    session.prepare(query.prelude)
    timer = Timer()
    drain(run(session, query, outer()))
    return timer.done(1)


def ours_whole(options: argparse.Namespace) -> Taken:
    """Session, facts, planning and the query; sqlglot's import is in it."""
    from sopwb.data.duckdb.execute import run

    timer = Timer()
    session, query = planned(options, WHOLE, traced=False)
    drain(run(session, query, outer()))
    return timer.done(1)


def ours_traced(options: argparse.Namespace) -> Taken:
    """The query with every item's events, and their hash."""
    from blake3 import blake3

    from sopwb.data.duckdb.execute import run, trace_bytes

    session, query = planned(options, WHOLE, traced=True)
    session.prepare(query.prelude)
    timer, hasher = Timer(), blake3()
    for batch in run(session, query, outer()):
        hasher.update(trace_bytes(batch))
    return timer.done(1)


def sampled(options: argparse.Namespace) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    base = connection(options)
    last = f"C{min(SAMPLE, options.customers):09d}"
    customers = base.sql(f"select id, name, email from '{options.folder}/customers.parquet' where id < '{last}'")
    orders = base.sql(
        f"""select id, customer_id, epoch_us(ordered_at), total from '{options.folder}/orders.parquet'
            where customer_id < '{last}'"""
    )
    return customers.fetchall(), orders.fetchall()


def rows(options: argparse.Namespace) -> Taken:
    from tests.plan.market import Market, by_rows

    customers, orders = sampled(options)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    market = Market({"check_churn_risk": founding()})
    market.add("customers", "id", CUSTOMERS, [{"id": i, "name": n, "email": e} for i, n, e in customers])
    market.add("orders", "id", ORDERS, [
        {"id": i, "customer_id": c, "ordered_at": epoch + dt.timedelta(microseconds=at), "total": Decimal(total)}
        for i, c, at, total in orders])  # fmt: skip
    timer = Timer()
    by_rows(market, WHOLE)
    return timer.done(options.customers / len(customers))


def make_base(folder: Path) -> None:
    """Copy the orders into SQLite with an index that covers the loop's question; all of them, for a loop over a
    small base would find everything in its caches."""
    import duckdb

    base = sqlite3.connect(folder / "orders.sqlite")
    base.execute("pragma journal_mode = off")
    base.execute("create table orders (customer_id text, ordered_at int, cents int)")
    with duckdb.connect() as source:
        text = f"""select customer_id, epoch_us(ordered_at), (total * 100)::bigint
                   from '{folder}/orders.parquet'"""
        for batch in source.sql(text).to_arrow_reader(100_000):
            base.executemany("insert into orders values (?, ?, ?)", zip(*(c.to_pylist() for c in batch), strict=True))
    base.execute("create index covering on orders (customer_id, ordered_at, cents)")
    base.commit()
    base.close()


def loop(options: argparse.Namespace) -> Taken:
    """One query a customer, from Python, with the covering index; customers are taken from all over."""
    step = max(1, options.customers // SAMPLE)
    ids = [f"C{number:09d}" for number in range(0, options.customers, step)]
    base = sqlite3.connect(f"{options.folder}/orders.sqlite")
    today, found = NOW.date(), []
    timer = Timer()
    for id_ in ids:
        one = "select count(*), max(ordered_at), sum(cents) from orders where customer_id = ?"
        many, last, cents = base.execute(one, (id_,)).fetchone()
        if not many:
            found.append((id_, True, "No orders: dormant account"))
            continue
        days = (today - dt.datetime.fromtimestamp(last / 1e6, dt.UTC).date()).days
        risk = days > 60 and cents > 50_000
        found.append((id_, risk, f"Last order was {days} days ago" if risk else "Active"))
    taken = timer.done(options.customers / len(ids))
    base.close()
    return taken


CONTESTANTS: dict[str, tuple[str, Callable[[argparse.Namespace], Taken]]] = {
    "hand": ("hand-written DuckDB SQL", hand),
    "ours": ("set engine, the query alone", ours),
    "ours_whole": ("set engine with facts and planning", ours_whole),
    "ours_traced": ("set engine with traces and their hash", ours_traced),
    "hand_distinct": ("hand-written SQL, values of the item in the sum", lambda o: hand(o, HAND_DISTINCT)),
    "ours_distinct": ("set engine, the same", lambda o: ours(o, DISTINCT)),
    "rows": (f"row interpreter ({SAMPLE} customers, scaled)", rows),
    "loop": (f"N+1 SQLite, covering index ({SAMPLE} of all customers, scaled)", loop),
}
BASES = {"ours_distinct": "hand_distinct"}


def compare(options: argparse.Namespace) -> int:
    """Compare our rows with the hand-written query's, all of them."""
    from sopwb.data.duckdb.execute import run

    session, query = planned(options, WHOLE, traced=False)
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


def child(name: str, options: argparse.Namespace) -> Taken:
    """Measure in a process of its own."""
    words = [sys.executable, "-m", "tests.bench.sets", "--only", name, "--folder", options.folder]
    words += [f"--{key}={getattr(options, key)}" for key in ("customers", "orders", "threads")]
    done = subprocess.run([*words, f"--memory-mb={options.memory_mb}"], check=True, capture_output=True, text=True)
    return Taken(*json.loads(done.stdout))


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
        print(json.dumps(CONTESTANTS[options.only][1](options)._replace(peak=peak_mb())))
        return
    with tempfile.TemporaryDirectory() as folder:
        options.folder = folder
        make_data(Path(folder), options.customers, options.orders)
        make_base(Path(folder))
        print(f"{compare(options)} rows are the hand-written query's, one by one")
        measured: dict[str, list[Taken]] = {name: [] for name in CONTESTANTS}
        for _ in range(options.rounds):
            for name in CONTESTANTS:
                measured[name].append(child(name, options))
    show(measured, options)


def show(measured: dict[str, list[Taken]], options: argparse.Namespace) -> None:
    print(f"{options.customers} customers, {options.orders} orders, {options.threads} threads, "
          f"DuckDB's limit {options.memory_mb} MB; medians of {options.rounds} interleaved rounds")  # fmt: skip
    print(f"{'':58} {'seconds':>9} {'ratio':>7} {'CPU s':>9} {'ratio':>7} {'peak MiB':>9}")
    for name, found in measured.items():
        base = measured[BASES.get(name, "hand")]
        wall = statistics.median(mine.wall / theirs.wall for mine, theirs in zip(found, base, strict=True))
        cpu = statistics.median(mine.cpu / theirs.cpu for mine, theirs in zip(found, base, strict=True))
        taken = Taken(*(statistics.median(part) for part in zip(*found, strict=True)))
        print(f"{CONTESTANTS[name][0]:58} {taken.wall:9.3f} {wall:7.2f} {taken.cpu:9.3f} {cpu:7.2f} {taken.peak:9.0f}")


if __name__ == "__main__":
    main()
