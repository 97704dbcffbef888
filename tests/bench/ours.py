"""Our own contestants: the hand-written query that all are compared with, our engines, and ``sopwb --run`` as a whole.

Imports stand outside of what is timed, but for those that are said to be in it.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sopwb.kernel.limits import SET_RESERVED_MB
from tests.bench.measure import REPOSITORY, Taken, Timer, command
from tests.bench.shop import (
    DISTINCT,
    HAND,
    HAND_DISTINCT,
    TODAY,
    WHOLE,
    Ran,
    Row,
    Setting,
    connection,
    hand_rows,
    hand_sql,
    spread,
    tuples,
)
from tests.run.shop import CUSTOMERS, NOW, ORDERS, founding

OUTER = {"now": NOW, "today": TODAY}
BATCH_ROWS = 32_768
FIELDS = {"customers": ["id", "name"], "orders": ["customer_id", "ordered_at", "total"]}


def drain(reader: Any) -> int:
    return sum(batch.num_rows for batch in reader)


def hand(setting: Setting, text: str = HAND, orders: str = "") -> Ran:
    """The query that who knows DuckDB writes, its rows as a stream. As for our engine, pyarrow is imported and the
    files have been looked at before."""
    import pyarrow  # noqa: F401  # the reader would import it

    base, text = connection(setting), hand_sql(setting, text, orders)
    for path in (f"{setting.folder}/customers.parquet", orders or f"{setting.folder}/orders.parquet"):
        base.sql(f"select count(id) from '{path}'").fetchall()
    timer = Timer()
    drain(base.sql(text).to_arrow_reader(BATCH_ROWS))
    return Ran(timer.done(), lambda: hand_rows(setting, text))


def hand_distinct(setting: Setting) -> Ran:
    return hand(setting, HAND_DISTINCT)


def hand_indexed(setting: Setting) -> Ran:
    """The query over the orders as our index has them."""
    orders = indexed(setting).tables["orders"]
    return hand(setting, HAND, orders.in_order_of("customer_id"))  # type: ignore[attr-defined]  # they are columnar


def hand_file(setting: Setting) -> Taken:
    """A Python process that imports duckdb and writes the query's rows to a Parquet file."""
    text = f"copy ({hand_sql(setting, HAND)}) to '{setting.folder}/hand.parquet' (format parquet)"
    config = {"threads": setting.threads, "memory_limit": f"{setting.memory_mb}MB",
              "temp_directory": f"{setting.folder}/spill"}  # fmt: skip
    program = f"import duckdb; b = duckdb.connect(config={config!r}); b.sql('set timezone = \"UTC\"'); b.sql({text!r})"
    return command([sys.executable, "-c", program], setting.folder, setting.patience_s)


def hand_file_rows(setting: Setting) -> Iterator[Row] | None:
    return _written(setting.folder / "hand.parquet", ["key", "risk", "why"])


# --- the engines -----------------------------------------------------------------------------------


def planned(setting: Setting, raw: dict[str, Any], traced: bool) -> tuple[Any, Any]:
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
    session = Session(setting.threads, setting.memory_mb, setting.folder / "spill")
    facts = {}
    for name, type_ in (("customers", CUSTOMERS), ("orders", ORDERS)):
        schema = SourceSchema(name, "id", parse_type(type_))  # type: ignore[arg-type]  # a record's text
        facts[name] = session.read_parquet(schema, [setting.folder / f"{name}.parquet"], FIELDS[name])
    plan = plan_each(the_each(typed), typed, lambda name: market.compile(market.scripts[name]), facts, OUTER, dt.UTC,
                     lambda step, path: None, traced=traced)  # fmt: skip
    assert isinstance(plan, SetPlan), plan
    return session, render(plan)


def engine(setting: Setting, raw: dict[str, Any] = WHOLE) -> Ran:
    """The set engine's query alone."""
    from sopwb.data.duckdb.execute import run

    session, query = planned(setting, raw, traced=False)
    session.prepare(query.prelude)
    names = ["key", *(part.column for _, part in query.result.fields)]
    timer = Timer()
    drain(run(session, query, OUTER))
    return Ran(timer.done(), lambda: tuples(run(session, query, OUTER), names))


def engine_distinct(setting: Setting) -> Ran:
    return engine(setting, DISTINCT)


def indexed(setting: Setting) -> Any:
    """Open the sources of the indexed workspace as a run does; the index is made where it is not there yet."""
    import sopwb.data.open as opening
    from sopwb.data.declaration import declare
    from tests.plan.market import Market

    folder = setting.folder / "indexed"
    market = Market({"check_churn_risk": founding()})
    market.zone = dt.UTC
    for name, index in (("customers", []), ("orders", ["customer_id"])):
        said = {"path": f"{name}.parquet", "key": "id", "index": index}
        declaration, faults = declare(name, said, str(folder))
        assert declaration is not None, faults
        with patch.object(opening, "ROWS_IN_MEMORY_MAX", 0):  # a small shop is read from its file too
            table = opening.open_table(declaration, cache_dir=folder / ".sopwb" / "idx")
        market.tables[name] = table  # type: ignore[assignment]
    return market


def engine_indexed(setting: Setting) -> Ran:
    """The set engine's query over orders that have an index of their customers, made before as the loops' are."""
    import pyarrow.compute  # noqa: F401  # the first batch would import it

    from sopwb.data.duckdb.execute import run
    from sopwb.data.duckdb.session import Session
    from sopwb.plan.nodes import SetPlan
    from sopwb.plan.sql.render import render
    from tests.plan.market import planned as plan_over

    market, session = indexed(setting), Session(setting.threads, setting.memory_mb, setting.folder / "spill")
    plan = plan_over(market, WHOLE, session, traced=False)
    assert isinstance(plan, SetPlan), plan
    query = render(plan)
    assert query.indexes == (("orders", "customer_id"),)
    session.prepare(query.prelude, query.indexes)
    names = ["key", *(part.column for _, part in query.result.fields)]  # type: ignore[union-attr]  # a record
    timer = Timer()
    drain(run(session, query, OUTER))
    return Ran(timer.done(), lambda: tuples(run(session, query, OUTER), names))


def engine_whole(setting: Setting) -> Ran:
    """Session, facts, planning and the query; sqlglot's import is in it."""
    from sopwb.data.duckdb.execute import run

    timer = Timer()
    session, query = planned(setting, WHOLE, traced=False)
    drain(run(session, query, OUTER))
    names = ["key", *(part.column for _, part in query.result.fields)]
    return Ran(timer.done(), lambda: tuples(run(session, query, OUTER), names))


def engine_traced(setting: Setting) -> Ran:
    """The query with every item's events, and their hash."""
    from blake3 import blake3

    from sopwb.data.duckdb.execute import run, trace_bytes

    session, query = planned(setting, WHOLE, traced=True)
    session.prepare(query.prelude)
    names = ["key", *(part.column for _, part in query.result.fields)]
    timer, hasher = Timer(), blake3()
    for batch in run(session, query, OUTER):
        hasher.update(trace_bytes(batch))
    return Ran(timer.done(), lambda: tuples(run(session, query, OUTER), names))


def rows(setting: Setting) -> Ran:
    """The row interpreter over a sample in memory, without a trace."""
    from tests.plan.market import Market

    ids = spread(setting.customers, setting.sample)
    base = connection(setting)
    base.execute("create table wanted as select unnest($1) as id", [ids])
    customers = base.sql(f"from '{setting.folder}/customers.parquet' semi join wanted using (id)").fetchall()
    orders = base.sql(
        f"""select o.id, customer_id, epoch_us(ordered_at), total from '{setting.folder}/orders.parquet' o
            semi join wanted on wanted.id = customer_id"""
    ).fetchall()
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    market = Market({"check_churn_risk": founding()})
    market.zone = dt.UTC
    market.add("customers", "id", CUSTOMERS, [{"id": i, "name": n, "email": e} for i, n, e in customers])
    market.add("orders", "id", ORDERS, [
        {"id": i, "customer_id": c, "ordered_at": epoch + dt.timedelta(microseconds=at), "total": Decimal(total)}
        for i, c, at, total in orders])  # fmt: skip
    found: list[tuple[str, Any]] = []

    class Results:
        def write(self, item: str, value: Any) -> None:
            if item:
                found.append((item, value))

    timer = Timer()
    outcome = market.run(WHOLE, results=Results()).outcome
    taken = timer.done(setting.customers / len(customers))
    assert outcome.status == "succeeded", outcome
    return Ran(taken, lambda: ((item, value["risk"], value["why"]) for item, value in found))


# --- the program -----------------------------------------------------------------------------------


def run_indexed(setting: Setting) -> Taken:
    """The same in the workspace whose orders have an index."""
    return run_script(setting, workspace="indexed")


def run_script(setting: Setting, output: str = "result.parquet", workspace: str = "workspace") -> Taken:
    """``sopwb --run`` of the frozen script in its workspace, from the process's start to its end.

    Raises ``TooSlow``.
    """
    words = [sys.executable, "-m", "sopwb", "-w", str(setting.folder / workspace), "--run", "churn",
             "--as-of", NOW.isoformat(), "--output", str(setting.folder / output),
             "--limit-memory", f"{setting.memory_mb + SET_RESERVED_MB}MB"]  # fmt: skip
    return command(words, REPOSITORY, setting.patience_s)


def run_script_rows(setting: Setting) -> Iterator[Row] | None:
    """Give the rows that a run wrote, or None where the file is no Parquet file."""
    return _written(setting.folder / "result.parquet", ["id", "risk", "why"])


def _written(path: Path, names: list[str]) -> Iterator[Row] | None:
    import duckdb

    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return None
    return tuples(duckdb.connect().sql(f"from '{path}'").to_arrow_reader(BATCH_ROWS), names)
