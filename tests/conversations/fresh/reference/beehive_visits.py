"""Beehives: what the latest inspection says, and letters to the keepers of those that need a visit."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def hive_check(t: Tables, hive_id: str) -> Row:
    t.one("hives", hive_id)
    inspections = t.rows("inspections", hive_id=hive_id)
    if not inspections:
        return {"days_since": None, "mite_count": None, "needs_visit": True}
    latest = max(inspections, key=lambda inspection: inspection["inspected_on"])
    days = (t.today - latest["inspected_on"]).days
    mites = latest["mite_count"]
    return {"days_since": days, "mite_count": mites, "needs_visit": days > 14 or mites > 3}


def reminders(t: Tables) -> list[Row]:
    return [
        {
            "to": hive["keeper_email"],
            "subject": "Hive visit due",
            "body": f"Please visit the hive {hive['name']}.",
        }
        for hive in t.rows("hives")
        if hive_check(t, hive["id"])["needs_visit"]
    ]


RUNS = {"hive_check": hive_check}
EFFECTS = {"visit_reminders": ("email.send", reminders)}
SCHEDULES = {"visit_reminders": lambda t: due_times(t, 7, 0, weekdays("saturday"))}
