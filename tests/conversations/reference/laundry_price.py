"""Laundry: a flat price and a price by weight, ironing, express, and the discount of the regulars."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Tables, half_up


def laundry_price(t: Tables, order_id: str) -> Decimal:
    order = t.one("orders", order_id)
    price = Decimal("13.50") + max(order["kg"] - 5, Decimal(0)) * Decimal("2.10")
    price += (order["pieces"] or 0) * Decimal("1.50")
    if order["express"]:
        price *= Decimal("1.5")
    regular = t.maybe("regulars", order["customer"])
    if regular is not None:
        price *= 1 - Decimal(regular["discount_percent"]) / 100
    return half_up(price, 2)


RUNS = {"laundry_price": laundry_price}
