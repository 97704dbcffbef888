"""Hotel: nights, charges that are not waived, and a city tax that business stays do not pay."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables

TAX_PER_GUEST_AND_NIGHT = Decimal("2.75")


def stay_bill(t: Tables, stay_id: str) -> Row:
    stay = t.one("stays", stay_id)
    nights = (stay["departure"] - stay["arrival"]).days
    room = nights * stay["nightly_rate"]
    extras = sum(row["price"] for row in t.rows("charges", stay_id=stay_id) if not row["waived"])
    tax = 0 if stay["purpose"] == "business" else nights * stay["guests"] * TAX_PER_GUEST_AND_NIGHT
    return {"nights": nights, "room": room, "extras": extras, "city_tax": tax, "total": room + extras + tax}


def house_report(t: Tables) -> Row:
    totals = [stay_bill(t, stay["id"])["total"] for stay in t.rows("stays", departure=t.today)]
    return {"departures": len(totals), "revenue": sum(totals), "dearest": max(totals, default=None)}


RUNS = {"stay_bill": stay_bill, "house_report": house_report}
