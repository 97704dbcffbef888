"""Reception: badges that visitors walked off with, and mails to their hosts."""

from __future__ import annotations

from datetime import timedelta

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def badge_check(t: Tables, visit_id: str) -> Row:
    visit = t.one("visits", visit_id)
    if visit["badge_back"] is True:
        return {"missing": False}
    return {"missing": visit["went_out"] is not None or t.now - visit["came_in"] > timedelta(hours=10)}


def mails(t: Tables) -> list[Row]:
    found = []
    for visit in t.rows("visits"):
        if badge_check(t, visit["id"])["missing"]:
            host = t.maybe("staff", visit["host_id"]) or {"name": "Reception", "email": "reception@hq.example"}
            body = f"Hi {host['name']}, {visit['visitor']} still has badge {visit['badge']}."
            found.append({"to": host["email"], "subject": f"Badge {visit['badge']}", "body": body})
    return found


RUNS = {"badge_check": badge_check}
EFFECTS = {"badge_chaser": ("email.send", mails)}
SCHEDULES = {"badge_chaser": lambda t: due_times(t, 17, 45, weekdays("monday", "tuesday", "wednesday", "thursday"))}
