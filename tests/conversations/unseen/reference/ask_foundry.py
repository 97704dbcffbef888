"""Foundry: the share of scrapped castings of an alloy, and the heavy ones, once it is said what heavy is."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def scrap_rate(t: Tables, alloy_id: str) -> Row:
    castings = t.rows("castings", alloy_id=alloy_id)
    scrapped = sum(casting["scrapped"] for casting in castings)
    rate = half_up(Decimal(100 * scrapped) / len(castings), 1) if castings else None
    return {"castings": len(castings), "rate": rate}


def heavy_castings(t: Tables) -> Row:
    return {"ids": sorted(casting["id"] for casting in t.rows("castings") if casting["weight_kg"] >= 250)}


RUNS = {"scrap_rate": scrap_rate, "heavy_castings": heavy_castings}
