"""Freelance timesheets: hours between two given days, what is billed of them, and a cap on the hours."""

from __future__ import annotations

from datetime import date

from tests.conversations.reference.tables import Refused, Row, Tables, half_up


def billing(t: Tables, project_id: str, first_day: str, last_day: str) -> Row:
    first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    if last < first:
        raise Refused("the last day is before the first")
    project = t.one("projects", project_id)
    found = [row for row in t.rows("entries", project_id=project_id) if first <= row["worked_on"] <= last]
    worked = sum(row["hours"] for row in found)
    billed = sum(row["hours"] for row in found if row["billable"])
    cap = project["cap_hours"]
    paid = billed if cap is None else min(billed, cap)
    share = half_up(100 * billed / worked, 0) if worked else None
    return {"worked": worked, "billed": billed, "amount": paid * project["rate"], "share": share}


RUNS = {"billing": billing}
