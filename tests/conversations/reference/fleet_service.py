"""Fleet: how far and how long since the last full service, and the vehicles that the workshop must see."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def service_due(t: Tables, vehicle_id: str) -> Row:
    vehicle = t.one("vehicles", vehicle_id)
    full = t.rows("services", vehicle_id=vehicle_id, kind="full")
    if not full:
        return {"due": "overdue", "km_since": None, "days_since": None}
    last = max(full, key=lambda row: row["done_on"])
    km = vehicle["odometer"] - last["odometer"]
    days = (t.today - last["done_on"]).days
    if km >= 15000 or days >= 365:
        due = "overdue"
    elif km >= 13000 or days >= 330:
        due = "soon"
    else:
        due = "ok"
    return {"due": due, "km_since": km, "days_since": days}


def workshop_list(t: Tables) -> Row:
    found = [(service_due(t, vehicle["id"])["due"], vehicle["plate"]) for vehicle in t.rows("vehicles", active=True)]
    overdue = sorted(plate for due, plate in found if due == "overdue")
    return {"overdue": len(overdue), "soon": sum(due == "soon" for due, _ in found), "plates": overdue}


RUNS = {"service_due": service_due, "workshop_list": workshop_list}
SCHEDULES = {"workshop_list": lambda t: due_times(t, 15, 45, weekdays("friday"))}
