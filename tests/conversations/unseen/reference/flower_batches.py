"""Flower wholesaler: the price of a stem by its age, and the old batches that are still to be sold."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def batch_price(t: Tables, batch_id: str) -> Row:
    batch = t.one("batches", batch_id)
    age = (t.today - batch["cut_on"]).days
    share = Decimal(1) if age <= 3 else Decimal("0.8") if age <= 6 else Decimal("0.5")
    return {"price": half_up(t.one("varieties", batch["variety_id"])["list_price"] * share, 2), "age": age}


def clearance(t: Tables) -> Row:
    old = [batch for batch in t.rows("batches") if (t.today - batch["cut_on"]).days > 6 and batch["stems_left"] > 0]
    return {"ids": [batch["id"] for batch in sorted(old, key=lambda batch: batch["cut_on"])]}


RUNS = {"batch_price": batch_price, "clearance": clearance}
