"""Orchard: a week's pay by the kilo, without bruised bins, with a bonus for many kilos."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago


def picker_pay(t: Tables, picker_id: str) -> Row:
    t.one("pickers", picker_id)
    recent = ago(t.rows("bins", picker_id=picker_id), "picked_on", t.today, 7)
    kilos = sum(one["kilos"] for one in recent if one["bruised_percent"] <= 10)
    return {"kilos": kilos, "pay": kilos * Decimal("0.22") + (25 if kilos > 1000 else 0)}


RUNS = {"picker_pay": picker_pay}
