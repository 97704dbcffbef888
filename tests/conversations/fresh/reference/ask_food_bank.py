"""Food bank: the size of a household's parcel, once it is said what a big household is."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def parcel_size(t: Tables, household_id: str) -> Row:
    household = t.one("households", household_id)
    people = household["adults"] + household["children"]
    return {"people": people, "size": "large" if people >= 5 else "small"}


RUNS = {"parcel_size": parcel_size}
