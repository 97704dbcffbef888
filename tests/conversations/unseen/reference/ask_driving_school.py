"""Driving school: hours driven, readiness once "recently" is said, and the latest fee once it is said which."""

from __future__ import annotations

from decimal import Decimal

from tests.conversations.reference.tables import Row, Tables, half_up


def drive_hours(t: Tables, pupil_id: str) -> Row:
    minutes = sum(drive["minutes"] for drive in t.rows("drives", pupil_id=pupil_id, status="done"))
    return {"hours": half_up(Decimal(minutes) / 60, 1)}


def ready_for_test(t: Tables, pupil_id: str) -> Row:
    passed = t.one("pupils", pupil_id)["theory_passed_on"]
    recent = passed is not None and (t.today - passed).days <= 365
    return {"ready": recent and drive_hours(t, pupil_id)["hours"] >= 20}


def last_fee(t: Tables, pupil_id: str) -> Row:
    driven = [drive for drive in t.rows("drives", pupil_id=pupil_id) if drive["driven_on"] is not None]
    return {"fee": max(driven, key=lambda drive: drive["driven_on"])["fee_gross"] if driven else None}


RUNS = {"drive_hours": drive_hours, "ready_for_test": ready_for_test, "last_fee": last_fee}
