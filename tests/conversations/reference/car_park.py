"""Car park: free spaces by zone from the tickets without an exit, the sign, and the signs of all zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.conversations.reference.tables import Row, Tables


def zone_status(t: Tables, zone_id: str) -> Row:
    zone = t.one("zones", zone_id)
    inside = len(t.rows("tickets", zone_id=zone_id, left_at=None))
    free = max(zone["spaces"] - inside, 0)
    sign = "FULL" if free == 0 else "FEW" if free <= 5 else "FREE"
    return {"free": free, "load": 100 * inside // zone["spaces"], "sign": sign}


def signs_report(t: Tables) -> Row:
    found = [(zone["name"], zone_status(t, zone["id"])) for zone in t.rows("zones")]
    full = sorted(name for name, status in found if status["sign"] == "FULL")
    return {"full_zones": full, "free_total": sum(status["free"] for _, status in found)}


def every_ten_minutes(t: Tables) -> Iterator[datetime]:
    local = t.now.astimezone(t.zone)
    due = local.replace(minute=local.minute // 10 * 10, second=0, microsecond=0)
    while True:
        due += timedelta(minutes=10)
        yield due


RUNS = {"zone_status": zone_status, "signs_report": signs_report}
SCHEDULES = {"signs_report": every_ten_minutes}
