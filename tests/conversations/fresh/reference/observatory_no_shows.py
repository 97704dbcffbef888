"""Observatory: nights missed and hours used in half a year, and notices to those who are suspended for it."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago, due_times


def observer_record(t: Tables, astronomer_id: str) -> Row:
    t.one("astronomers", astronomer_id)
    recent = ago(t.rows("bookings", astronomer_id=astronomer_id), "night", t.today, 180)
    missed = sum(booking["status"] == "no_show" for booking in recent)
    used = sum((booking["hours"] for booking in recent if booking["status"] == "used"), Decimal(0))
    return {"no_shows": missed, "hours_used": used, "suspended": missed >= 3 and used < 20}


def notices(t: Tables) -> list[Row]:
    found = []
    for astronomer in t.rows("astronomers", active=True):
        record = observer_record(t, astronomer["id"])
        if record["suspended"]:
            body = f"Dear {astronomer['name']}, you missed {record['no_shows']} of your booked nights."
            found.append({"to": astronomer["email"], "subject": "Telescope time suspended", "body": body})
    return found


RUNS = {"observer_record": observer_record}
EFFECTS = {"suspension_notices": ("email.send", notices)}
SCHEDULES = {"suspension_notices": lambda t: due_times(t, 7, 30, lambda day: day.weekday() < 5)}
