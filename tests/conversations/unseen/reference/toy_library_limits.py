"""Toy library: whether a family may borrow more, and mails to those who keep toys too long."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def ages(t: Tables, family_id: str) -> list[int]:
    return [(t.today - loan["lent_on"]).days for loan in t.rows("loans", family_id=family_id, returned_on=None)]


def can_borrow(t: Tables, family_id: str) -> Row:
    out = ages(t, family_id)
    return {"allowed": len(out) < 5 and all(days <= 28 for days in out), "out": len(out)}


def nags(t: Tables) -> list[Row]:
    found = []
    for family in t.rows("families"):
        late = sum(days > 28 for days in ages(t, family["id"]))
        if late:
            body = f"Dear {family['surname']} family, toys to bring back: {late}."
            found.append({"to": family["email"], "subject": "Toys please", "body": body})
    return found


RUNS = {"can_borrow": can_borrow}
EFFECTS = {"nag_families": ("email.send", nags)}
SCHEDULES = {"nag_families": lambda t: due_times(t, 19, 0, weekdays("sunday"))}
