"""Costume hire: what a late return costs, two days being free and the whole having a limit."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables


def hire_late_fee(t: Tables, hire_id: str) -> Row:
    hire = t.one("hires", hire_id)
    fee = t.one("costumes", hire["costume_id"])["daily_fee"]
    late = max(((hire["returned_on"] or t.today) - hire["due_on"]).days, 0)
    return {"days_late": late, "charge": min(max(late - 2, 0) * fee, Decimal(60))}


RUNS = {"hire_late_fee": hire_late_fee}
