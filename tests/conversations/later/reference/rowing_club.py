"""Rowing club: kilometres on the water since the first of April, a badge for them, and who has the gold one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables


def season_km(t: Tables, member_id: str) -> Row:
    rowed = [
        row
        for row in t.rows("outings", member_id=member_id)
        if row["boat"] != "erg" and row["day"] >= date(2026, 4, 1)
    ]
    km = sum((Decimal(row["km"]) for row in rowed if row["km"] is not None), Decimal(0))
    badge = "gold" if km >= 400 else "silver" if km >= 150 else "bronze" if km >= 50 else "none"
    return {"km": km, "outings": len(rowed), "badge": badge}


def gold_list(t: Tables) -> Row:
    every = [(season_km(t, row["id"]), row["name"]) for row in t.rows("members")]
    gold = sorted(((found["km"], name) for found, name in every if found["badge"] == "gold"), reverse=True)
    assert len({km for km, _ in gold}) == len(gold)
    return {"names": [name for _, name in gold], "gold_km": sum((km for km, _ in gold), Decimal(0))}


RUNS = {"season_km": season_km, "gold_list": gold_list}
