"""Print shop: a quote by paper and number of sheets, with discounts, rush and a least price."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Refused, Row, Tables, half_up


def print_quote(t: Tables, paper_id: str, sheets: int, rush: bool) -> Row:
    if sheets < 1:
        raise Refused("At least one sheet, please")
    base = sheets * t.one("papers", paper_id)["price_per_sheet"]
    share = Decimal("0.2") if sheets >= 2000 else Decimal("0.1") if sheets >= 500 else Decimal(0)
    total = base - base * share
    if rush:
        total *= Decimal("1.25")
    total = max(total, Decimal(8))
    return {"base_price": half_up(base, 2), "discount": half_up(base * share, 2), "total": half_up(total, 2)}


RUNS = {"print_quote": print_quote}
