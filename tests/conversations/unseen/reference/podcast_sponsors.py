"""Podcast studio: what a sponsor owes for unpaid ads by the downloads of their episodes, and mails about it."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, due_times, fixed, half_up


def sponsor_bill(t: Tables, sponsor_id: str) -> Row:
    unpaid = t.rows("ads", sponsor_id=sponsor_id, paid=False)
    earned = [Decimal(t.one("episodes", ad["episode_id"])["downloads"] or 0) / 1000 * ad["cpm"] for ad in unpaid]
    return {"ads": len(unpaid), "amount": half_up(sum(earned, Decimal(0)), 2)}


def mailing(t: Tables) -> list[Row]:
    found = []
    for sponsor in t.rows("sponsors"):
        bill = sponsor_bill(t, sponsor["id"])
        if bill["amount"] >= 50 and sponsor["email"] is not None:
            body = f"Hi {sponsor['contact']}, open ads: {bill['ads']}, total {fixed(bill['amount'], 2)}."
            found.append({"to": sponsor["email"], "subject": "Podcast ads", "body": body})
    return found


RUNS = {"sponsor_bill": sponsor_bill}
EFFECTS = {"sponsor_mailing": ("email.send", mailing)}
SCHEDULES = {"sponsor_mailing": lambda t: due_times(t, 10, 30, lambda day: day.day == 1)}
