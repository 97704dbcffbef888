"""Newsletter: the share of letters opened in a window, groups by it, and letters to the sleepers."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, ago, due_times, half_up, weekdays


def open_rate(t: Tables, subscriber_id: str) -> Row:
    recent = ago(t.rows("sendings", subscriber_id=subscriber_id), "sent_on", t.today, 60)
    opened = sum(row["opened"] for row in recent)
    rate = half_up(Decimal(100 * opened) / len(recent), 1) if recent else None
    if rate is None:
        group = "new"
    elif rate >= 60:
        group = "fan"
    else:
        group = "reader" if rate >= 20 else "sleeper"
    return {"sent": len(recent), "opened": opened, "rate": rate, "group": group}


def letters(t: Tables) -> list[Row]:
    found = []
    for person in t.rows("subscribers", status="active"):
        seen = open_rate(t, person["id"])
        if seen["group"] == "sleeper":
            body = f"Hello {person['first_name']}, you opened {seen['opened']} of our last {seen['sent']} letters."
            found.append({"to": person["email"], "subject": "We miss you", "body": body})
    return found


RUNS = {"open_rate": open_rate}
EFFECTS = {"winback": ("email.send", letters)}
SCHEDULES = {"winback": lambda t: due_times(t, 10, 15, weekdays("wednesday", "friday"))}
