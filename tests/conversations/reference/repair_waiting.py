"""Repair shop: days waited until today or done, a longer limit for parts, and the three worst open ones."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def waiting(t: Tables, repair_id: str) -> Row:
    repair = t.one("repairs", repair_id)
    days = ((repair["done_on"] or t.today) - repair["brought_on"]).days
    return {"days": days, "late": days > (21 if repair["status"] == "part ordered" else 10)}


def late_list(t: Tables) -> Row:
    found = [(waiting(t, repair["id"]), repair["device"]) for repair in t.rows("repairs", done_on=None)]
    late = sorted(((seen["days"], device) for seen, device in found if seen["late"]), reverse=True)
    assert len({days for days, _ in late}) == len(late), "no ties in the data"
    return {"count": len(late), "devices": [device for _, device in late[:3]]}


RUNS = {"waiting": waiting, "late_list": late_list}
SCHEDULES = {
    "late_list": lambda t: due_times(t, 8, 45, weekdays("monday", "tuesday", "wednesday", "thursday", "friday"))
}
