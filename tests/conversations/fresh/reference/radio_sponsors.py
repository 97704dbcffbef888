"""Radio station: the spots that a sponsor has left, and letters to those who run low."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def sponsor_spots(t: Tables, sponsor_id: str) -> Row:
    sponsor = t.one("sponsors", sponsor_id)
    used = sum(airing["kind"] != "makegood" for airing in t.rows("airings", sponsor_id=sponsor_id))
    return {"used": used, "left": sponsor["spots_bought"] - used}


def nudges(t: Tables) -> list[Row]:
    found = []
    for sponsor in t.rows("sponsors"):
        left = sponsor_spots(t, sponsor["id"])["left"]
        if left < 3:
            body = f"Hi {sponsor['name']}, you have {left} spots left."
            found.append({"to": sponsor["email"], "subject": "Running low", "body": body})
    return found


RUNS = {"sponsor_spots": sponsor_spots}
EFFECTS = {"sponsor_nudge": ("email.send", nudges)}
SCHEDULES = {"sponsor_nudge": lambda t: due_times(t, 8, 15, weekdays("monday", "thursday"))}
