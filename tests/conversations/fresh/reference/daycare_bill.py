"""Daycare: four weeks of attendances, late pickups, and the bill for them."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago, half_up


def daycare_bill(t: Tables, child_id: str) -> Row:
    child = t.one("children", child_id)
    attended = ago(t.rows("attendances", child_id=child_id), "attended_on", t.today, 28)
    late = sum(attendance["picked_up_late"] for attendance in attended)
    fee = len(attended) * child["daily_rate"] + late * Decimal("12.50")
    if child["room"] == "baby":
        fee *= Decimal("1.15")
    return {"days": len(attended), "late_pickups": late, "fee": half_up(fee, 2)}


RUNS = {"daycare_bill": daycare_bill}
