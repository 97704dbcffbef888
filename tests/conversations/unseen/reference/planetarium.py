"""Planetarium: the seats that a show has left, how full it is, and a briefing of the guides of the coming week."""

from __future__ import annotations

from datetime import timedelta

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def seats_left(t: Tables, show_id: str) -> Row:
    seats = t.one("shows", show_id)["seats"]
    people = sum(booking["people"] for booking in t.rows("bookings", show_id=show_id, status="confirmed"))
    left = max(seats - people, 0)
    fill = "empty" if people == 0 else "full" if left == 0 else "busy" if people * 100 >= seats * 75 else "open"
    return {"left": left, "overbooked": people > seats, "fill": fill}


def briefing(t: Tables) -> list[Row]:
    found = []
    for show in t.rows("shows"):
        if not t.today <= show["show_on"] <= t.today + timedelta(7) or show["guide_id"] is None:
            continue
        state = seats_left(t, show["id"])
        if state["fill"] in ("busy", "full"):
            guide = t.one("guides", show["guide_id"])
            body = f"Hello {guide['name']}, {show['title']} has {state['left']} seats left."
            found.append({"to": guide["email"], "subject": f"Your show on {show['show_on']}", "body": body})
    return found


RUNS = {"seats_left": seats_left}
EFFECTS = {"guide_briefing": ("email.send", briefing)}
SCHEDULES = {"guide_briefing": lambda t: due_times(t, 14, 15, weekdays("wednesday", "saturday"))}
