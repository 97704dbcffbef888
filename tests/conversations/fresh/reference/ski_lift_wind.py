"""Ski lifts: the wind of the last two hours against what a lift can take."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def lift_status(t: Tables, lift_id: str) -> Row:
    limit = t.one("lifts", lift_id)["wind_limit"]
    winds = [
        reading["wind"]
        for reading in t.rows("readings", lift_id=lift_id)
        if t.now - timedelta(hours=2) <= reading["measured_at"] <= t.now
    ]
    if not winds:
        return {"average_wind": None, "peak_wind": None, "status": "no data"}
    average = half_up(mean(winds), 1)
    if max(winds) > limit:
        status = "closed"
    else:
        status = "slow" if average > limit * Decimal("0.7") else "open"
    return {"average_wind": average, "peak_wind": max(winds), "status": status}


RUNS = {"lift_status": lift_status}
