"""Ambulance stations: how fast the urgent calls of a week were answered, and a weekly report of it to the chiefs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, due_times, fixed, half_up, mean, weekdays


def response_times(t: Tables, station_id: str) -> Row:
    minutes = [
        (call["arrived_at"] - call["received_at"]) // timedelta(minutes=1)
        for call in t.rows("calls", station_id=station_id)
        if call["priority"] in ("A", "B")
        and t.now - timedelta(hours=168) <= call["received_at"] <= t.now
        and call["arrived_at"] is not None
    ]
    if not minutes:
        return {"calls": 0, "average": None, "on_time": None}
    on_time = half_up(Decimal(100 * sum(response <= 8 for response in minutes)) / len(minutes), 0)
    return {"calls": len(minutes), "average": half_up(mean(minutes), 1), "on_time": on_time}


def reports(t: Tables) -> list[Row]:
    found = []
    for station in t.rows("stations"):
        times = response_times(t, station["id"])
        body = "No calls this week."
        if times["calls"]:
            body = f"{times['calls']} calls, average {fixed(times['average'], 1)} min, {times['on_time']}% on time."
        found.append({"to": station["chief_email"], "subject": f"Response times: {station['name']}", "body": body})
    return found


RUNS = {"response_times": response_times}
EFFECTS = {"station_report": ("email.send", reports)}
SCHEDULES = {"station_report": lambda t: due_times(t, 22, 15, weekdays("sunday"))}
