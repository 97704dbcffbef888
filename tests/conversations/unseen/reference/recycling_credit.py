"""Recycling centre: what a household brought this year, what it earns by it, and its level."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def recycling_credit(t: Tables, household_id: str) -> Row:
    brought = t.rows("deliveries", household_id=household_id)
    brought = [row for row in brought if row["delivered_on"].year == t.today.year]
    kg = sum((row["kg"] for row in brought), Decimal(0))
    clean = [row for row in brought if not row["contaminated"]]
    earned = sum((row["kg"] * t.one("materials", row["material_id"])["price_per_kg"] for row in clean), Decimal(0))
    level = "green" if kg >= 200 else "blue" if kg >= 75 else "none"
    return {"kg": kg, "credit": half_up(earned, 2), "level": level}


def level_list(t: Tables, level: str) -> Row:
    ids = [household["id"] for household in t.rows("households")]
    return {"households": sorted(key for key in ids if recycling_credit(t, key)["level"] == level)}


RUNS = {"recycling_credit": recycling_credit, "level_list": level_list}
