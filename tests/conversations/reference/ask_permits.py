"""Parking permits: a price band and a year, after the contradictions in them were put right."""

from __future__ import annotations

from datetime import date

from tests.conversations.reference.tables import Row, Tables


def permit_band(t: Tables, permit_id: str) -> Row:
    return {"band": "cheap" if t.one("permits", permit_id)["fee"] < 50 else "dear"}


def ends_this_year(t: Tables, permit_id: str) -> Row:
    return {"ends": date(2026, 1, 1) <= t.one("permits", permit_id)["expires_on"] <= date(2026, 12, 31)}


RUNS = {"permit_band": permit_band, "ends_this_year": ends_this_year}
