"""Escape room: the price of a team, once it is said what exactly six players pay."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def team_price(t: Tables, booking_id: str) -> Row:
    players = t.one("bookings", booking_id)["players"]
    return {"players": players, "price": 90 if players <= 5 else 120}


RUNS = {"team_price": team_price}
