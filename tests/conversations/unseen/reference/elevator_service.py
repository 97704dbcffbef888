"""Elevator service: the latest inspection passed, its state by age, and notices on the first of the month."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times


def inspection_state(t: Tables, elevator_id: str) -> Row:
    t.one("elevators", elevator_id)
    passed = t.rows("visits", elevator_id=elevator_id, result="passed")
    dates = [visit["visited_on"] for visit in passed if visit["visited_on"] <= t.today]
    if not dates:
        return {"last_passed": None, "days_since": None, "state": "never"}
    days = (t.today - max(dates)).days
    state = "overdue" if days > 365 else "due" if days >= 335 else "fine"
    return {"last_passed": max(dates).isoformat(), "days_since": days, "state": state}


def notices(t: Tables) -> list[Row]:
    found = []
    for elevator in t.rows("elevators", in_service=True):
        state = inspection_state(t, elevator["id"])["state"]
        if state in ("overdue", "never") and elevator["manager_email"] is not None:
            body = f"Elevator {elevator['id']} in {elevator['building']}: {state}."
            found.append({"to": elevator["manager_email"], "subject": "Inspection needed", "body": body})
    return found


RUNS = {"inspection_state": inspection_state}
EFFECTS = {"inspection_notices": ("email.send", notices)}
SCHEDULES = {"inspection_notices": lambda t: due_times(t, 6, 15, lambda day: day.day == 1)}
