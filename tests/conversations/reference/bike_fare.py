"""Bike rental: whole blocks of a ride's minutes after the free ones, a cap, and half the price for members."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables

FREE, BLOCK = 30, 15
BLOCK_PRICE, CAP = Decimal("0.80"), Decimal("9.60")


def ride_fare(t: Tables, ride_id: str) -> Row:
    ride = t.one("rides", ride_id)
    seconds = ((ride["ended_at"] or t.now) - ride["started_at"]).total_seconds()
    minutes = int(seconds) // 60
    assert minutes * 60 == seconds, "the data has whole minutes only"
    blocks = -(-max(minutes - FREE, 0) // BLOCK)
    fare = min(blocks * BLOCK_PRICE, CAP)
    return {"minutes": minutes, "fare": fare / 2 if t.one("riders", ride["rider_id"])["member"] else fare}


def rider_summary(t: Tables, rider_id: str) -> Row:
    found = [ride_fare(t, ride["id"]) for ride in t.rows("rides", rider_id=rider_id)]
    return {
        "rides": len(found),
        "spent": sum(each["fare"] for each in found),
        "longest": max((each["minutes"] for each in found), default=None),
    }


RUNS = {"ride_fare": ride_fare, "rider_summary": rider_summary}
