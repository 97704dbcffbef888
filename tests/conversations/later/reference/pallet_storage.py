"""Warehouse: started weeks of storage after the free days, chilled and heavy pallets dearer, and a client's bill."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def storage_charge(t: Tables, pallet_id: str) -> Row:
    pallet = t.one("pallets", pallet_id)
    client = t.one("clients", pallet["client_id"])
    days = ((pallet["left_on"] or t.today) - pallet["arrived_on"]).days
    free = 3 if client["free_days"] is None else client["free_days"]
    weeks = -(-max(days - free, 0) // 7)
    rate = client["weekly_rate"] * (Decimal("1.5") if pallet["chilled"] else 1)
    charge = weeks * rate
    if charge > 0 and (pallet["weight_kg"] or 0) > 1000:
        charge += 25
    return {"days": days, "weeks": weeks, "charge": half_up(charge, 2)}


def client_bill(t: Tables, client_id: str) -> Row:
    here = [storage_charge(t, row["id"]) for row in t.rows("pallets", client_id=client_id) if row["left_on"] is None]
    return {
        "pallets": len(here),
        "total": sum((row["charge"] for row in here), Decimal(0)),
        "longest": max((row["days"] for row in here), default=None),
    }


RUNS = {"storage_charge": storage_charge, "client_bill": client_bill}
