"""Gallery: an artist's share of what is sold, and a discount once its size is said."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def artist_income(t: Tables, artist_id: str) -> Row:
    sold = [work["price"] for work in t.rows("artworks", artist_id=artist_id) if work["sold_on"] is not None]
    return {"income": half_up(sum(sold, Decimal(0)) * Decimal("0.6"), 2)}


def discount_price(t: Tables, artwork_id: str) -> Row:
    return {"price": half_up(t.one("artworks", artwork_id)["price"] * Decimal("0.875"), 2)}


RUNS = {"artist_income": artist_income, "discount_price": discount_price}
