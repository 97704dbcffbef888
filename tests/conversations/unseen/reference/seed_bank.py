"""Seed bank: the germination rate of the latest usable test, and what has to be regenerated in a region."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def viability(t: Tables, accession_id: str) -> Row:
    seeds = t.one("accessions", accession_id)["seeds"] or 0
    usable = [
        test for test in t.rows("tests", accession_id=accession_id) if test["sown"] and test["germinated"] is not None
    ]
    if not usable:
        return {"rate": None, "regenerate": True}
    latest = max(usable, key=lambda test: test["tested_on"])
    rate = half_up(Decimal(100 * latest["germinated"]) / latest["sown"], 1)
    return {"rate": rate, "regenerate": rate < 80 or seeds < 500}


def regeneration_plan(t: Tables, region: str) -> Row:
    marked = [row for row in t.rows("accessions", region=region) if viability(t, row["id"])["regenerate"]]
    return {"accessions": [row["id"] for row in sorted(marked, key=lambda row: row["seeds"] or 0)]}


RUNS = {"viability": viability, "regeneration_plan": regeneration_plan}
