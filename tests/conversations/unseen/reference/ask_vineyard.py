"""Vineyard tours: the tours with many guests, once it is said how many that are, and what tastings bring."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables


def big_tours(t: Tables) -> Row:
    tickets = {
        tour["id"]: sum(guest["tickets"] for guest in t.rows("guests", tour_id=tour["id"])) for tour in t.rows("tours")
    }
    return {"tours": sorted(tour for tour, count in tickets.items() if count >= 12)}


def tasting_income(t: Tables, tour_id: str) -> Row:
    return {
        "income": sum(guest["tickets"] for guest in t.rows("guests", tour_id=tour_id, tasting=True)) * Decimal("9.50")
    }


RUNS = {"big_tours": big_tours, "tasting_income": tasting_income}
