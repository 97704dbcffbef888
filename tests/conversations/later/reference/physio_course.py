"""Physiotherapy: what is left of a prescription, how the pain changed, and reminders to those who should book."""

from __future__ import annotations

from datetime import timedelta

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def course_status(t: Tables, prescription_id: str) -> Row:
    rx = t.one("prescriptions", prescription_id)
    sessions = t.rows("sessions", prescription_id=prescription_id)
    used = sum(row["status"] in ("attended", "missed") for row in sessions)
    remaining = max(rx["sessions_allowed"] - used, 0)
    left = (rx["issued_on"] + timedelta(weeks=rx["weeks_valid"]) - t.today).days
    if left < 0:
        state = "expired"
    elif remaining == 0:
        state = "used up"
    elif left <= 14:
        state = "book now"
    else:
        state = "running"
    told = sorted(
        (row["held_on"], row["pain"]) for row in sessions if row["status"] == "attended" and row["pain"] is not None
    )
    assert len({day for day, _ in told}) == len(told)
    change = told[-1][1] - told[0][1] if len(told) > 1 else None
    return {"used": used, "remaining": remaining, "days_left": left, "state": state, "pain_change": change}


def reminders(t: Tables) -> list[Row]:
    found = []
    for rx in t.rows("prescriptions"):
        status = course_status(t, rx["id"])
        if status["state"] == "book now" and rx["email"]:
            body = (
                f"Dear {rx['patient']}, {status['remaining']} sessions left, "
                f"valid for {status['days_left']} more days."
            )
            found.append({"to": rx["email"], "subject": "Your physiotherapy", "body": body})
    return found


RUNS = {"course_status": course_status}
EFFECTS = {"book_reminders": ("email.send", reminders)}
SCHEDULES = {"book_reminders": lambda t: due_times(t, 16, 45, weekdays("tuesday", "friday"))}
