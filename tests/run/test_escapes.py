"""Which names' records may be seen as a whole, and that rows which go as they are change nothing."""

from __future__ import annotations

import pytest

from sopwb.run.escapes import escaping_names
from tests.run.shop import script, shop

FETCH = {"op": "fetch", "name": "orders", "from": "orders"}


def escapes(expr: str) -> bool:
    """Whether the fetched orders escape through a math step."""
    here = shop()
    typed = here.compile(script(FETCH, {"op": "math", "name": "x", "expr": expr}))
    return bool(escaping_names(typed) & {"orders", "it"})


@pytest.mark.parametrize("expr", [
    "orders.sum(o, o.total)", "size(orders) == 0", "orders.filter(o, o.total > 1).count(o, o.total > 2)",
    "size(orders) > 0 ? orders[0].total : 0", "orders.map(o, o.total)", "must(orders.first()).total",
    "orders.sortBy(o, o.total).first() == null", "orders.exists(o, o.total > 1 && o.id != 'x')", "orders.count()",
])  # fmt: skip
def test_a_list_that_is_only_looked_into_stays_inside(expr: str):
    assert not escapes(expr)


@pytest.mark.parametrize("expr", [
    "orders", "orders.filter(o, o.total > 1)", "orders.map(o, o)", "orders.first()", "[orders]", "orders == orders",
    "size(orders) > 0 ? orders : []", "orders.map(o, {'x': o})", "orders.reverse()", "orders.exists(o, o in orders)",
])  # fmt: skip
def test_a_list_whose_records_go_somewhere_escapes(expr: str):
    assert escapes(expr)


def test_an_item_that_is_yielded_makes_its_list_escape():
    here = shop()
    typed = here.compile(script(FETCH, {"op": "each", "name": "x", "in": "orders", "as": "o", "do": [], "yield": "o"}))
    assert "orders" in escaping_names(typed)


def test_an_item_that_is_only_looked_into_does_not():
    here = shop()
    typed = here.compile(
        script(FETCH, {"op": "each", "name": "x", "in": "orders", "as": "o", "do": [], "yield": "o.id"})
    )
    assert "orders" not in escaping_names(typed)


def test_further_fields_of_live_rows_are_not_seen():
    here = shop()
    raw = script(
        FETCH,
        {"op": "return", "value": "orders.filter(o, o.id == 'O20')"},
        returns="list<{id: string, customer_id: string, ordered_at: timestamp, total: decimal}>",
    )
    typed = here.compile(raw)
    before = here.run(typed).outcome
    live = here.table("orders")
    here.add(
        "orders",
        "id",
        "{extra: int, total: decimal, ordered_at: timestamp, customer_id: string, id: string}",
        [{**record, "extra": 1} for record in live.rows()],
    )
    after = here.run(typed).outcome
    assert (after.result, after.trace_hash) == (before.result, before.trace_hash)
    assert list(after.result[0]) == list(before.result[0])
