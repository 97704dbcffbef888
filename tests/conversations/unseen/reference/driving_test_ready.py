"""Driving school: who has enough minutes, a good rating and a recent lesson, and mails to them."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, fixed, half_up, mean, weekdays


def test_readiness(t: Tables, student_id: str) -> Row:
    done = t.rows("lessons", student_id=student_id, status="done")
    minutes = sum(lesson["minutes"] for lesson in done)
    rated = [lesson["rating"] for lesson in done if lesson["rating"] is not None]
    rating = half_up(mean(rated), 1) if rated else None
    ready = minutes >= 600 and rating is not None and float(rating) >= 3.5
    if ready and (t.today - max(lesson["held_on"] for lesson in done)).days > 30:
        ready = False
    return {"minutes": minutes, "rating": rating, "ready": ready}


def mails(t: Tables) -> list[Row]:
    found = []
    for student in t.rows("students", test_passed=False):
        state = test_readiness(t, student["id"])
        if state["ready"]:
            rating = fixed(state["rating"], 1)
            body = f"Hello {student['name']}, you have {state['minutes']} minutes and a rating of {rating}."
            found.append({"to": student["email"], "subject": "Ready for the test", "body": body})
    return found


RUNS = {"test_readiness": test_readiness}
EFFECTS = {"readiness_mails": ("email.send", mails)}
SCHEDULES = {"readiness_mails": lambda t: due_times(t, 18, 15, weekdays("tuesday", "thursday"))}
