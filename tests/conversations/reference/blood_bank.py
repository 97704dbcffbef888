"""Blood bank: the waiting time after a donation, weight and deferral, and the donors of a group who may be called."""

from __future__ import annotations

from datetime import timedelta

from tests.conversations.reference.tables import Row, Tables


def can_donate(t: Tables, donor_id: str) -> Row:
    donor = t.one("donors", donor_id)
    given = [row["donated_on"] for row in t.rows("donations", donor_id=donor_id)]
    wait = timedelta(84 if donor["sex"] == "F" else 56)
    earliest = max(given) + wait if given else None
    fit = donor["weight_kg"] >= 50
    free = donor["deferred_until"] is None or donor["deferred_until"] < t.today
    rested = earliest is None or earliest <= t.today
    return {
        "eligible": fit and free and rested,
        "earliest": None if earliest is None else earliest.isoformat(),
        "times_given": len(given),
    }


def call_up_list(t: Tables, blood_group: str) -> Row:
    donors = t.rows("donors", blood_group=blood_group)
    names = sorted(donor["name"] for donor in donors if can_donate(t, donor["id"])["eligible"])
    return {"count": len(names), "names": names}


RUNS = {"can_donate": can_donate, "call_up_list": call_up_list}
