"""A table of a million orders in PostgreSQL: how long it takes to be read by each way there is.

    python -m tests.bench.postgres [--rows 1000000] [--rounds 3]

The server is the tests' own, on this machine and its processors. Seconds are wall time, the least of the rounds;
``CPU`` is this process's own, so the rest is the server's and the wait for it.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable

from sopwb.data.duckdb.session import Session
from sopwb.data.open import open_table
from tests import postgres
from tests.data.tables import declared

MADE = """
create table orders (id bigint primary key, customer_id text not null, total numeric(12, 2) not null,
                     ordered_at timestamptz not null, status text not null, note text);
insert into orders select g, 'c' || lpad((g % 50000)::text, 6, '0'), (g % 30000) / 100.0,
    '2026-01-01'::timestamptz - (g || ' seconds')::interval, (array['paid', 'shipped', 'open'])[1 + g % 3],
    case when g % 4 = 0 then 'hello "x", y' end from generate_series(1, {rows}) g;
create index on orders (customer_id); analyze orders;
"""
LOOK_UPS = 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    schema, url = postgres.server().schema()
    try:
        postgres.server().execute(f"set search_path = {schema}; {MADE.format(rows=asked.rows)}")
        read(url, asked.rows, asked.rounds)
    finally:
        postgres.stop()


def read(url: str, rows: int, rounds: int) -> None:
    table = open_table(declared(url, table="orders"), cache_dir=None)
    fields = list(table.schema.record.names())

    def load() -> int:
        with Session() as session:
            return int(session.load(table, fields).rows)

    def look_up(field: str, value: Callable[[int], object]) -> Callable[[], int]:
        return lambda: sum(1 for n in range(LOOK_UPS) if list(table.matching(field, value(n))))

    def content() -> int:
        table._digest = ""  # type: ignore[attr-defined]
        table.fingerprint()
        return rows

    print(f"{rows} records of {len(fields)} fields; the least of {rounds} rounds")
    print(f"{'':34s}{'seconds':>9}{'CPU s':>8}{'a second':>12}{'peak MiB':>10}")
    ways: tuple[tuple[str, Callable[[], int]], ...] = (
        ("rows", lambda: sum(1 for _ in table.rows())),
        ("batches", lambda: sum(batch.num_rows for batch in table.batches())),
        ("Session.load", load),
        ("fingerprint of the content", content),
        (f"{LOOK_UPS} look-ups by key", look_up("id", lambda n: n * 37 + 1)),
        (
            f"{LOOK_UPS} look-ups of {rows // 50000} by index",
            look_up("customer_id", lambda n: f"c{n * 37 % 50000:06d}"),
        ),
    )
    for name, way in ways:
        least = min(measured(way) for _ in range(rounds))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{name:34s}{least[0]:9.2f}{least[1]:8.2f}{least[2] / least[0]:12,.0f}{peak:10d}")


def measured(way: Callable[[], int]) -> tuple[float, float, int]:
    """Give wall seconds, processor seconds and the count."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = way()
    return time.perf_counter() - wall, time.process_time() - cpu, count


if __name__ == "__main__":
    main()
