"""Pottery studio: what a member owes for the pieces fired in a month, and the month of all members."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up

LEAST = Decimal("2.50")


def price(piece: Row) -> Decimal:
    if piece["state"] == "cracked":
        return Decimal(0)
    return LEAST if piece["litres"] is None else max(LEAST, Decimal("1.20") * piece["litres"])


def firing_bill(t: Tables, member_id: str) -> Row:
    member = t.one("members", member_id)
    pieces = [
        piece
        for piece in t.rows("pieces", member_id=member_id)
        if piece["fired_on"] is not None and (piece["fired_on"].year, piece["fired_on"].month) == (2026, 10)
    ]
    share = Decimal("0.75") if member["plan"] == "resident" else Decimal(1)
    return {"pieces": len(pieces), "charge": half_up(sum(map(price, pieces), Decimal(0)) * share, 2)}


def kiln_summary(t: Tables) -> Row:
    bills = {member["name"]: firing_bill(t, member["id"]) for member in t.rows("members")}
    return {
        "members": sum(bill["pieces"] > 0 for bill in bills.values()),
        "pieces": sum(bill["pieces"] for bill in bills.values()),
        "income": sum(bill["charge"] for bill in bills.values()),
        "top": max(bills, key=lambda name: bills[name]["charge"]),
    }


RUNS = {"firing_bill": firing_bill, "kiln_summary": kiln_summary}
