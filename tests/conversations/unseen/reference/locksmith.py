"""Locksmith: a technician's bonus for October by rating and night jobs, and the bonuses of all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def tech_bonus(t: Tables, technician_id: str) -> Row:
    every = t.rows("callouts", technician_id=technician_id)
    jobs = [job for job in every if date(2026, 10, 1) <= job["done_on"] <= date(2026, 10, 31)]
    ratings = [job["rating"] for job in jobs if job["rating"] is not None]
    rating = half_up(mean(ratings), 2) if ratings else 0
    per_job = 5 if rating >= Decimal("4.5") else 3 if rating >= Decimal("3.8") else 0
    return {"jobs": len(jobs), "bonus": per_job * sum(2 if job["night"] else 1 for job in jobs)}


def bonus_total(t: Tables) -> Row:
    bonuses = {row["name"]: tech_bonus(t, row["id"])["bonus"] for row in t.rows("technicians")}
    names = sorted((name for name in bonuses if bonuses[name] > 0), key=lambda name: -bonuses[name])
    return {"total": sum(bonuses.values()), "names": names}


RUNS = {"tech_bonus": tech_bonus, "bonus_total": bonus_total}
