"""Bakery: the spend of a month, its band, and the discount that the band brings."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago

DISCOUNTS = {"gold": 10, "silver": 5, "bronze": 0}


def customer_band(t: Tables, customer_id: str) -> Row:
    t.one("customers", customer_id)
    recent = ago(t.rows("orders", customer_id=customer_id, status="delivered"), "ordered_on", t.today, 30)
    spend = sum((order["amount"] for order in recent), Decimal(0))
    if spend >= 400:
        band = "gold"
    else:
        band = "silver" if spend >= 150 else "bronze"
    return {"spend": spend, "band": band, "order_count": len(recent)}


def standing_discount(t: Tables, customer_id: str) -> Row:
    band = customer_band(t, customer_id)["band"]
    return {"band": band, "discount": DISCOUNTS[band]}


RUNS = {"customer_band": customer_band, "standing_discount": standing_discount}
