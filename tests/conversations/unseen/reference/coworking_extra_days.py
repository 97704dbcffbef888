"""Coworking space: the days used this month beyond those of the plan, and notes to those who pay for some."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, due_times, fixed, weekdays


def extra_days(t: Tables, member_id: str) -> Row:
    member = t.one("members", member_id)
    days = [row["day"] for row in t.rows("checkins", member_id=member_id)]
    used = sum((day.year, day.month) == (t.today.year, t.today.month) for day in days)
    extra = max(used - member["included_days"], 0)
    return {"used": used, "extra": extra, "fee": extra * Decimal("18.50")}


def notes(t: Tables) -> list[Row]:
    found = []
    for member in t.rows("members"):
        bill = extra_days(t, member["id"])
        if bill["extra"] >= 1 and member["email"] is not None:
            body = f"Hello {member['name']}, extra days: {bill['extra']}, to pay: {fixed(bill['fee'], 2)} EUR."
            found.append({"to": member["email"], "subject": "Extra days this month", "body": body})
    return found


RUNS = {"extra_days": extra_days}
EFFECTS = {"extra_day_notes": ("email.send", notes)}
SCHEDULES = {"extra_day_notes": lambda t: due_times(t, 16, 0, weekdays("friday"))}
