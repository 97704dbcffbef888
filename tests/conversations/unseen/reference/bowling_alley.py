"""Bowling alley: a booking's lane by the hour and its hired shoes."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def lane_bill(t: Tables, booking_id: str) -> Row:
    booking = t.one("bookings", booking_id)
    lane = t.one("lanes", booking["lane_id"])["hourly"] * booking["hours"]
    shoes = 3 * (booking["people"] - (booking["own_shoes"] or 0))
    return {"lane_cost": lane, "shoes": shoes, "total": lane + shoes}


RUNS = {"lane_bill": lane_bill}
