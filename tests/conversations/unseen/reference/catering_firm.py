"""Catering firm: the events of the coming days, and what one of them costs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def coming_up(t: Tables, days: int) -> Row:
    end = t.today + timedelta(days)
    events = [event for event in t.rows("events", cancelled=False) if t.today <= event["event_on"] <= end]
    events.sort(key=lambda event: event["event_on"])
    return {"events": [event["id"] for event in events], "guests": sum(event["guests"] or 0 for event in events)}


def event_price(t: Tables, event_id: str) -> Row:
    event = t.one("events", event_id)
    if event["menu_id"] is None:
        return {"price": None, "deposit": 0}
    guests = event["guests"] or 0
    full = guests * t.one("menus", event["menu_id"])["per_head"]
    price = half_up(full * Decimal("0.92") if guests >= 50 else full, 2)
    return {"price": price, "deposit": 0 if event["deposit_paid"] is True else half_up(price / 4, 2)}


RUNS = {"coming_up": coming_up, "event_price": event_price}
