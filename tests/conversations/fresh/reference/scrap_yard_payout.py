"""Scrap yard: what a supplier's deliveries of this month are worth."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def monthly_payout(t: Tables, supplier_id: str) -> Row:
    t.one("suppliers", supplier_id)
    month = (t.today.year, t.today.month)
    deliveries = [
        delivery
        for delivery in t.rows("deliveries", supplier_id=supplier_id)
        if (delivery["delivered_on"].year, delivery["delivered_on"].month) == month
    ]
    weight = sum((delivery["weight"] for delivery in deliveries), Decimal(0))
    payout = Decimal(0)
    for delivery in deliveries:
        payout += delivery["weight"] * t.one("materials", delivery["material_id"])["price_per_kg"]
    if weight < 100:
        payout = max(payout - 5, Decimal(0))
    return {"total_weight": weight, "payout": half_up(payout, 2), "paid_by": "bank" if payout > 200 else "cash"}


RUNS = {"monthly_payout": monthly_payout}
