"""Tattoo studio: what an artist is paid for a month, with tips and less the chair rent of guests."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def artist_pay(t: Tables, artist_id: str) -> Row:
    done = [
        row
        for row in t.rows("sessions", artist_id=artist_id, status="done")
        if (row["held_on"].year, row["held_on"].month) == (2026, 11)
    ]
    pay = sum((row["price"] * Decimal("0.575") + (row["tip"] or 0) for row in done), Decimal(0))
    if t.one("artists", artist_id)["guest"] is True:
        pay -= 12 * len(done)
    return {"sessions": len(done), "pay": half_up(pay, 2)}


RUNS = {"artist_pay": artist_pay}
