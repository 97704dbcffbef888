"""Dental lab: a dentist's orders of three months, how many were late, their revenue and days, and who is late often."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def dentist_summary(t: Tables, dentist_id: str) -> Row:
    start = t.today.replace(month=t.today.month - 3)
    orders = [order for order in t.rows("orders", dentist_id=dentist_id) if start <= order["received_on"] <= t.today]
    late = sum((order["delivered_on"] or t.today) > order["promised_on"] for order in orders)
    revenue = sum((order["price"] for order in orders if not order["remake"]), Decimal(0))
    days = [(order["delivered_on"] - order["received_on"]).days for order in orders if order["delivered_on"]]
    return {
        "orders": len(orders),
        "late": late,
        "revenue": revenue,
        "average_days": half_up(mean(days), 1) if days else None,
    }


def late_dentists(t: Tables) -> Row:
    late = [row["name"] for row in t.rows("dentists") if dentist_summary(t, row["id"])["late"] >= 2]
    return {"names": sorted(late)}


RUNS = {"dentist_summary": dentist_summary, "late_dentists": late_dentists}
