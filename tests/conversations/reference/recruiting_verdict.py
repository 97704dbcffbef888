"""Recruiting: an average that leaves missing scores out, a veto by one low score, and letters to the rejected."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, due_times, half_up, mean, weekdays


def verdict(t: Tables, candidate_id: str) -> Row:
    scores = [row["score"] for row in t.rows("interviews", candidate_id=candidate_id) if row["score"] is not None]
    if not scores:
        return {"decision": "waiting", "average": None, "rounds": 0}
    average = half_up(mean(scores), 2)
    if average >= 4 and min(scores) >= 3:
        decision = "hire"
    else:
        decision = "reject" if average < Decimal("2.5") else "discuss"
    return {"decision": decision, "average": average, "rounds": len(scores)}


def rejections(t: Tables) -> list[Row]:
    found = []
    for person in t.rows("candidates", withdrawn=False):
        seen = verdict(t, person["id"])
        if seen["decision"] == "reject":
            body = f"Dear {person['name']}, after {seen['rounds']} interviews we have decided not to go on."
            subject = f"Your application as {person['role']}"
            found.append({"to": person["email"], "subject": subject, "body": body})
    return found


RUNS = {"verdict": verdict}
EFFECTS = {"send_rejections": ("email.send", rejections)}
SCHEDULES = {"send_rejections": lambda t: due_times(t, 16, 30, weekdays("tuesday", "thursday"))}
