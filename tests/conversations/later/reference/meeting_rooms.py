"""Meeting rooms: how much each was used in a month, a verdict on the rounded hours, and the idle ones of a floor."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def room_load(t: Tables, room_id: str) -> Row:
    room = t.one("rooms", room_id)
    held = [
        row
        for row in t.rows("reservations", room_id=room_id, released=False)
        if (row["starts_at"].year, row["starts_at"].month) == (2026, 10)
    ]
    seconds = sum((row["ends_at"] - row["starts_at"] for row in held), timedelta()).total_seconds()
    hours = half_up(Decimal(int(seconds)) / 3600, 1)
    over = sum(row["attendees"] is not None and row["attendees"] > room["seats"] for row in held)
    verdict = "crowded" if hours >= 20 else "normal" if hours >= 8 else "idle"
    return {"meetings": len(held), "hours": hours, "overbooked": over, "verdict": verdict}


def idle_rooms(t: Tables, floor: int) -> Row:
    idle = [room for room in t.rows("rooms", floor=floor) if room_load(t, room["id"])["verdict"] == "idle"]
    return {"names": sorted(room["name"] for room in idle), "free_seats": sum(room["seats"] for room in idle)}


RUNS = {"room_load": room_load, "idle_rooms": idle_rooms}
