"""Auction house: what a seller's lots fetched, once it is said which price, and who bid on a lot."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables


def seller_total(t: Tables, seller_id: str) -> Row:
    return {"total": sum((lot["hammer_price"] or 0 for lot in t.rows("lots", seller_id=seller_id)), Decimal(0))}


def lot_bidders(t: Tables, lot_id: str) -> Row:
    bidders = {row["bidder"] for row in t.rows("bids", lot_id=lot_id)}
    return {"title": t.one("lots", lot_id)["title"], "bidders": sorted(bidders)}


RUNS = {"seller_total": seller_total, "lot_bidders": lot_bidders}
