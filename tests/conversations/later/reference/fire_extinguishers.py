"""Fire extinguishers: when a unit is due for a check, and notices to the buildings of those that are overdue."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times


def extinguisher_due(t: Tables, unit_id: str) -> Row:
    unit = t.one("units", unit_id)
    passed = [row["done_on"] for row in t.rows("inspections", unit_id=unit_id, outcome="passed")]
    start = max(passed, default=unit["installed_on"])
    due = start.replace(year=start.year + (2 if unit["medium"] == "co2" else 1))
    left = (due - t.today).days
    state = "overdue" if left < 0 else "book now" if left <= 30 else "fine"
    return {"due_on": due.isoformat(), "days_left": left, "state": state}


def notices(t: Tables) -> list[Row]:
    found = []
    for unit in t.rows("units"):
        due = extinguisher_due(t, unit["id"])
        building = t.one("buildings", unit["building_id"])
        if due["state"] == "overdue" and building["manager_email"] is not None:
            body = f"Unit {unit['id']} in {building['name']} was due on {due['due_on']}."
            found.append({"to": building["manager_email"], "subject": "Extinguisher overdue", "body": body})
    return found


RUNS = {"extinguisher_due": extinguisher_due}
EFFECTS = {"overdue_notice": ("email.send", notices)}
SCHEDULES = {"overdue_notice": lambda t: due_times(t, 6, 45, lambda day: day.day in (1, 15))}
