"""Parcel couriers: what a driver's week of drops pays, heavy ones more, and what a depot pays in all."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago


def courier_bonus(t: Tables, driver_id: str) -> Row:
    week = ago(t.rows("drops", driver_id=driver_id), "day", t.today, 7)
    delivered = [row for row in week if row["status"] == "delivered"]
    failed = sum(row["status"] == "failed" for row in week)
    heavy = sum(row["weight_kg"] is not None and row["weight_kg"] > 20 for row in delivered)
    payout = heavy * Decimal("0.90") + (len(delivered) - heavy) * Decimal("0.40") - failed * Decimal("0.25")
    return {"payout": max(payout, Decimal(0)), "delivered": len(delivered), "failed": failed}


def depot_payout(t: Tables, depot: str) -> Row:
    every = [(courier_bonus(t, row["id"])["payout"], row["name"]) for row in t.rows("drivers", depot=depot)]
    best = max(every, default=(None, None))
    assert [payout for payout, _ in every].count(best[0]) < 2
    return {"total": sum((payout for payout, _ in every), Decimal(0)), "best": best[1]}


RUNS = {"courier_bonus": courier_bonus, "depot_payout": depot_payout}
