"""Blood pressure diary: the averages of two weeks and how alarming they are."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, ago, half_up, mean


def bp_alert(t: Tables, patient_id: str) -> Row:
    t.one("patients", patient_id)
    recent = ago(t.rows("readings", patient_id=patient_id), "taken_on", t.today, 14)
    systolic = half_up(mean([reading["systolic"] for reading in recent]), 0)
    diastolic = half_up(mean([reading["diastolic"] for reading in recent]), 0)
    if systolic >= 180 or diastolic >= 110:
        level = "urgent"
    else:
        level = "high" if systolic >= 140 or diastolic >= 90 else "ok"
    return {"systolic": systolic, "diastolic": diastolic, "level": level}


RUNS = {"bp_alert": bp_alert}
