"""What makes a query fast and cannot be seen in its answer: where it sorts, what it hashes, how it writes texts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlglot import exp, parse_one

from sopwb.plan.nodes import SetPlan
from sopwb.plan.sql import duckdb
from sopwb.plan.sql.query import SetQuery
from sopwb.plan.sql.render import render
from tests.plan.market import Market, planned, session_of
from tests.run.shop import CUSTOMERS, ORDERS, founding, script

ORDERS_OF = {"op": "fetch", "name": "os", "from": "orders", "where": "it.customer_id == c.id"}
HASHED_BY_QUERY = "set disabled_optimizers = 'build_side_probe_side'"
HASHED_BY_DATABASE = "set disabled_optimizers = ''"


def market(customers: int = 3, orders: int = 20) -> Market:
    from tests.run.shop import order

    here = Market({"check_churn_risk": founding()})
    here.add("customers", "id", CUSTOMERS, [{"id": f"C{n}", "name": "Ann"} for n in range(customers)])
    return here.add("orders", "id", ORDERS, [order(f"O{n:05}", f"C{n % 3}", n % 90, "9.90") for n in range(orders)])


def query(*do: dict[str, Any], here: Market | None = None, source: str = "customers", **each: Any) -> SetQuery:
    raw = script({"op": "each", "name": "found", "from": source, "as": "c", "do": list(do), **each})
    plan = planned(here or market(), raw, session_of())
    assert isinstance(plan, SetPlan), plan
    return render(plan)


def test_texts_are_made_above_the_sort() -> None:
    steps = [ORDERS_OF, {"op": "math", "name": "m", "expr": "'spent ' + string(os.sum(o, o.total))"}]
    made = query(*steps, **{"yield": "m + '!'"})
    (order,) = parse_one(made.sql, dialect="duckdb").find_all(exp.Order)
    below = order.parent.sql(dialect="duckdb")
    assert "SUM(" in below
    assert "spent" not in below
    assert "SOP_QUOTED" not in below
    assert "spent" in made.sql


def test_what_a_later_gather_needs_is_made_below_the_sort() -> None:
    steps = [
        ORDERS_OF,
        {"op": "math", "name": "ref", "expr": "'C' + string(size(os))"},
        {"op": "fetch", "name": "other", "from": "customers", "where": "it.id == ref", "one": "optional"},
    ]
    made = query(*steps, **{"yield": "other == null"})
    assert made.sql.count("ORDER BY") == 1
    assert made.sql.index("'C'") < made.sql.index("ORDER BY")


@pytest.mark.parametrize(
    ("expected", "each"),
    [
        (HASHED_BY_QUERY, {}),
        (HASHED_BY_DATABASE, {"where": "it.name != ''"}),
        (HASHED_BY_DATABASE, {"yield": "os.count(o, o.total > size(c.name))"}),
    ],
    ids=["all items", "some items", "a gather with values of the item"],
)
def test_items_look_themselves_up_in_what_is_gathered(expected: str, each: dict[str, Any]) -> None:
    assert query(ORDERS_OF, **{"yield": "size(os)", **each}).prelude[-1] == expected


def test_few_items_are_hashed_themselves() -> None:
    assert query(ORDERS_OF, here=market(3, 2_000), **{"yield": "size(os)"}).prelude[-1] == HASHED_BY_DATABASE


def test_a_large_source_is_not_hashed_for_look_ups() -> None:
    one = {"op": "fetch", "name": "o", "from": "orders", "where": "it.id == c.name", "one": "optional"}
    assert query(one, here=market(9, 9), **{"yield": "o == null"}).prelude[-1] == HASHED_BY_QUERY
    assert query(one, here=market(9, 10), **{"yield": "o == null"}).prelude[-1] == HASHED_BY_DATABASE


def test_joins_of_joined_texts_are_one() -> None:
    inner = duckdb.joined([duckdb.text("b"), exp.column("x"), duckdb.text("c")])
    assert duckdb.joined([duckdb.text("a"), inner, duckdb.text("d")]).sql() == "CONCAT('ab', x, 'cd')"
    assert duckdb.joined([duckdb.text("a"), duckdb.text("b")]).sql() == "'ab'"
    assert duckdb.joined([]).sql() == "''"


def test_every_character_is_quoted_as_json_asks() -> None:
    session = session_of()
    session.prepare(duckdb.PRELUDE)
    texts = [*(f"a{chr(code)}b" for code in range(0x110000) if not 0xD800 <= code < 0xE000), "\\u001F", "\\u00", ""]
    rows = session.connection.sql("select sop_quoted(unnest($texts))", params={"texts": texts}).fetchall()
    from sopwb.plan.lowering.exact import quoted

    assert [text for (text,) in rows] == [quoted(text) for text in texts]
    assert session.connection.sql("select sop_quoted(null)").fetchall() == [(None,)]


def test_a_trace_is_one_join_of_texts() -> None:
    made = query(ORDERS_OF, **{"yield": {"n": "size(os)", "spent": "os.sum(o, o.total)"}})
    assert len(re.findall(r"\bCONCAT\(", made.sql)) == 1
