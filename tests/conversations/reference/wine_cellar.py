"""Wine cellar: one word a wine by the year, and what the bottles that are ready are worth."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, half_up


def drink_status(t: Tables, wine_id: str) -> str:
    wine, year = t.one("wines", wine_id), t.today.year
    if year < wine["drink_from"]:
        return "keep"
    if wine["drink_until"] is None or year < wine["drink_until"]:
        return "ready"
    return "last" if year == wine["drink_until"] else "over"


def cellar_value(t: Tables) -> Row:
    wines = [wine for wine in t.rows("wines") if drink_status(t, wine["id"]) in ("ready", "last")]
    bottles = sum(wine["bottles"] for wine in wines)
    value = sum(wine["bottles"] * wine["price"] for wine in wines)
    return {"bottles": bottles, "value": value, "average": half_up(value / bottles, 2)}


RUNS = {"drink_status": drink_status, "cellar_value": cellar_value}
