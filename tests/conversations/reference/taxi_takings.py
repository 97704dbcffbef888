"""Taxi: a driver's day without vouchers, less the company's share of the fares, and the day's best driver."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def takings(t: Tables, driver_id: str, day: str) -> Decimal:
    trips = t.rows("trips", driver_id=driver_id, day=date.fromisoformat(day))
    kept = [trip for trip in trips if trip["paid_by"] != "voucher"]
    fares = sum((trip["fare"] for trip in kept), Decimal(0))
    tips = sum((trip["tip"] or Decimal(0) for trip in kept), Decimal(0))
    return half_up(fares * Decimal("0.7") + tips, 2)


def top_driver(t: Tables, day: str) -> Row:
    made = [(takings(t, driver["id"], day), driver["name"]) for driver in t.rows("drivers")]
    amount, name = max(made)
    assert [each for each, _ in made].count(amount) == 1, "no ties at the top in the checks"
    return {"name": name, "amount": amount}


RUNS = {"takings": takings, "top_driver": top_driver}
