"""What is measured: a shop of any size, the churn rule as a script and as SQL, and how two answers are compared.

    customers.parquet orders.parquet     what everybody reads
    orders.sqlite                        the same in SQLite with both indexes, for those who read that
    workspace/                           sopwb.toml over the Parquet files, the scripts frozen
    indexed/                             the same, and the orders have an index of their customers

A row of an answer is a customer's id, whether it is a risk, and why; in ``DISTINCT`` the late orders' sum stands for
the why. Rows come by rising id.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from tests.bench.measure import Taken
from tests.run.shop import NOW, founding, script

Row: TypeAlias = tuple[Any, ...]
TODAY = NOW.date()
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
        "yield": {"risk": "late > 500", "why": "late"},
    }
)  # fmt: skip
HAND = """
    select c.id as key, coalesce(o.n, 0) = 0 or (date '{today}' - o.last > 60 and o.spend > 500) as risk,
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
    select c.id as key, coalesce(o.late, 0) > 500 as risk, coalesce(o.late, 0) as why
    from c left join (select c.id, sum(total) as late from c
                      join read_parquet('{folder}/orders.parquet') o on o.customer_id = c.id
                      where o.ordered_at::date >= c.since group by c.id) o on o.id = c.id
    order by c.id
"""


class Setting(NamedTuple):
    """What everybody is given. ``sample``: how many customers a slow one looks at."""

    folder: Path
    customers: int
    orders: int
    threads: int
    memory_mb: int
    sample: int
    patience_s: float


class Ran(NamedTuple):
    """What an answer took, and how its rows are got: outside of the measured time, only where they are compared."""

    taken: Taken
    rows: Callable[[], Iterator[Row]]


def customer(number: int) -> str:
    """Give a customer's id by its number."""
    return f"C{number:09d}"


def spread(customers: int, sample: int, runs: int = 20) -> list[str]:
    """Choose a sample as runs of neighbours: a loop in the order of ids finds its pages as warm as the whole would."""
    if sample >= customers:
        return [customer(number) for number in range(customers)]
    starts = [customers * run // runs for run in range(runs)]
    return [customer(start + place) for start in starts for place in range(sample // runs)]


def verdict(last_us: int | None, cents: int | None) -> tuple[bool, str]:
    """Decide one customer in Python, for the loops."""
    if last_us is None or cents is None:
        return True, "No orders: dormant account"
    days = (TODAY - dt.datetime.fromtimestamp(last_us / 1e6, dt.UTC).date()).days
    risk = days > 60 and cents > 50_000
    return risk, f"Last order was {days} days ago" if risk else "Active"


# --- the data --------------------------------------------------------------------------------------


def make_parquet(folder: Path, customers: int, orders: int, shuffled: bool = False, group_rows: int = 122_880) -> None:
    """Write both sources; everything follows from the numbers of the records, but for their order if ``shuffled``.

    ``group_rows``: records of a row group, which is what a thread reads at a time.
    """
    import duckdb

    start = (NOW - dt.timedelta(days=400)).isoformat()
    order = "order by hash(i * 3 + 1)" if shuffled else ""
    with duckdb.connect() as base:
        base.execute("set timezone = 'UTC'")
        base.execute(
            f"""copy (select format('C{{:09d}}', i) as id, 'Customer ' || (i % 977) as name,
                case when i % 7 > 0 then 'c' || i || '@example.com' end as email from range({customers}) r(i) {order})
                to '{folder}/customers.parquet' (format parquet, row_group_size {group_rows})"""
        )
        base.execute(
            f"""copy (select format('O{{:010d}}', i) as id, format('C{{:09d}}', (hash(i) % {customers})::bigint)
                as customer_id, timestamptz '{start}' + to_seconds((hash(i + 1) % 34000000)::bigint) as ordered_at,
                ((hash(i + 2) % 20000) / 100)::decimal(12, 2) as total from range({orders}) r(i) {order})
                to '{folder}/orders.parquet' (format parquet, row_group_size {group_rows})"""
        )


def make_sqlite(folder: Path) -> None:
    """Copy both into SQLite with the index of a foreign key and one that covers the rule's question."""
    import duckdb

    base = sqlite3.connect(folder / "shop.sqlite")
    base.executescript(
        """pragma journal_mode = off; pragma synchronous = off;
           create table customers (id text primary key, name text, email text) without rowid;
           create table orders (id text, customer_id text, ordered_at int, cents int)"""
    )
    with duckdb.connect() as source:
        for table, columns, marks in (
            ("customers", "id, name, email", "?, ?, ?"),
            ("orders", "id, customer_id, epoch_us(ordered_at), (total * 100)::bigint", "?, ?, ?, ?"),
        ):
            for batch in source.sql(f"select {columns} from '{folder}/{table}.parquet'").to_arrow_reader(100_000):
                lists = (column.to_pylist() for column in batch.columns)
                base.executemany(f"insert into {table} values ({marks})", zip(*lists, strict=True))
    base.execute("create index covering on orders (customer_id, ordered_at, cents)")
    base.execute("create index foreign_key on orders (customer_id)")
    base.execute("analyze")
    base.commit()
    base.close()


def open_sqlite(folder: Path) -> sqlite3.Connection:
    """Open it as who cares for speed does: mapped into memory."""
    base = sqlite3.connect(f"file:{folder}/shop.sqlite?mode=ro", uri=True)
    base.execute("pragma mmap_size = 1099511627776")
    return base


def make_workspace(folder: Path, name: str = "workspace", index: str = "") -> Path:
    """Make a workspace over the Parquet files with ``WHOLE`` frozen as ``churn``; ``index``: a field of orders."""
    made = folder / name
    made.mkdir()
    lines = ['[workspace]\nname = "shop"\ntimezone = "UTC"\n']
    for source in ("customers", "orders"):
        (made / f"{source}.parquet").symlink_to(folder / f"{source}.parquet")
        lines.append(f'[data.{source}]\npath = "{source}.parquet"\nkey = "id"\n')
    lines.append(f'index = ["{index}"]\n' if index else "")
    (made / "sopwb.toml").write_text("\n".join(lines))
    freeze(made, {"check_churn_risk": founding(), "churn": WHOLE})
    return made


def make_workspaces(folder: Path) -> None:
    """Make both workspaces where they are not there yet."""
    for name, index in (("workspace", ""), ("indexed", "customer_id")):
        if not (folder / name).exists():
            make_workspace(folder, name, index)


def freeze(folder: Path, scripts: dict[str, dict[str, Any]], as_of: str = NOW.isoformat()) -> None:
    """Save scripts in a workspace and freeze them, each after what it calls."""
    from sopwb.app.commands import FreezeScript, SaveDraft
    from sopwb.app.workbench import failed, open_workbench

    bench = open_workbench(folder, as_of)
    for name, raw in scripts.items():
        for command in (SaveDraft(name, raw), FreezeScript(name)):
            output = bench.do(command)
            assert not failed(output), output
    bench.close()


# --- the answers -----------------------------------------------------------------------------------


def connection(setting: Setting) -> Any:
    """Open DuckDB as our engine does."""
    import duckdb

    base = duckdb.connect(config={"threads": setting.threads, "memory_limit": f"{setting.memory_mb}MB",
                                  "temp_directory": f"{setting.folder}/spill"})  # fmt: skip
    base.execute("set timezone = 'UTC'")
    return base


def hand_sql(setting: Setting, text: str, orders: str = "") -> str:
    """Give a query's text; ``orders``: another file of them."""
    made = text.format(folder=setting.folder, today=TODAY.isoformat())
    return made.replace(f"{setting.folder}/orders.parquet", orders) if orders else made


def hand_rows(setting: Setting, text: str = HAND) -> Iterator[Row]:
    """Give the hand-written query's rows."""
    return tuples(connection(setting).sql(hand_sql(setting, text)).to_arrow_reader(32_768), ["key", "risk", "why"])


def tuples(batches: Iterable[Any], names: list[str]) -> Iterator[Row]:
    """Give the rows of Arrow batches."""
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def compare(mine: Iterable[Row], expected: Iterable[Row], sampled: bool) -> int:
    """Compare rows one by one and count them; ``sampled``: some of the expected ones may be missing.

    Raises ``AssertionError`` with the first two that differ.
    """
    count, others = 0, iter(expected)
    for row in mine:
        other = next(others, None)
        while sampled and other is not None and other[0] != row[0]:
            other = next(others, None)
        assert row == other, (row, other)
        count += 1
    assert count, "there are rows"
    assert sampled or next(others, None) is None, "all rows are there"
    return count
