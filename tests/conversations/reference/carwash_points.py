"""Car wash: points by program in a window, and the prize that they bring."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, ago

POINTS = {"basic": 1, "foam": 2, "deluxe": 4}


def wash_points(t: Tables, plate: str) -> Row:
    recent = ago(t.rows("washes", plate=plate), "washed_on", t.today, 180)
    points = sum(POINTS.get(row["program"], 0) for row in recent)
    prize = "free deluxe" if points >= 25 else "free foam" if points >= 10 else "none"
    return {"points": points, "prize": prize}


RUNS = {"wash_points": wash_points}
