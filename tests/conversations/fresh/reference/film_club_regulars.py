"""Film club: who comes often and is paid up, and the popcorn that they get for it."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, ago, due_times


def regular_check(t: Tables, member_id: str) -> Row:
    member = t.one("members", member_id)
    visits = len(ago(t.rows("visits", member_id=member_id), "seen_on", t.today, 60))
    return {"regular": visits >= 4 and member["paid_until"] >= t.today, "visits": visits}


def popcorn(t: Tables) -> list[Row]:
    return [
        {
            "to": member["email"],
            "subject": "Free popcorn",
            "body": f"Hi {member['name']}, your next popcorn is on us.",
        }
        for member in t.rows("members")
        if regular_check(t, member["id"])["regular"]
    ]


RUNS = {"regular_check": regular_check}
EFFECTS = {"popcorn_mail": ("email.send", popcorn)}
SCHEDULES = {"popcorn_mail": lambda t: due_times(t, 10, 0, lambda day: day.day == 1)}
