"""Optician: what a pair of glasses costs, with or without a frame, and the value of what is quoted."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def glasses_quote(t: Tables, order_id: str) -> Row:
    order = t.one("orders", order_id)
    price = 2 * t.one("lenses", order["lens_id"])["price"]
    own = order["frame_id"] is None
    if not own:
        price += t.one("frames", order["frame_id"])["price"]
    if order["rush"]:
        price *= Decimal("1.1")
    return {"price": half_up(price, 2), "own_frame": own}


def open_quotes(t: Tables) -> Row:
    prices = [glasses_quote(t, order["id"])["price"] for order in t.rows("orders", status="quoted")]
    return {"orders": len(prices), "value": sum(prices)}


RUNS = {"glasses_quote": glasses_quote, "open_quotes": open_quotes}
