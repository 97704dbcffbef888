"""Food truck: visits, average and best takings of a spot, and a verdict; rain counts after all."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, half_up, mean


def spot_report(t: Tables, spot: str) -> Row:
    takings = [row["takings"] for row in t.rows("stops", spot=spot)]
    average = half_up(mean(takings), 2) if takings else None
    if len(takings) < 3:
        verdict = "try again"
    else:
        verdict = "keep" if average is not None and average >= 350 else "drop"
    return {"visits": len(takings), "average": average, "best": max(takings, default=None), "verdict": verdict}


RUNS = {"spot_report": spot_report}
