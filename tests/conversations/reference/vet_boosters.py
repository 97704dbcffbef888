"""Vet: pets whose last rabies shot is too long ago, and mails to the owners of the living ones."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def booster_due(t: Tables, pet_id: str) -> Row:
    given = [row["given_on"] for row in t.rows("shots", pet_id=pet_id, vaccine="rabies")]
    if not given:
        return {"due": True, "last_given": None}
    return {"due": (t.today - max(given)).days > 1095, "last_given": max(given).isoformat()}


def mails(t: Tables) -> list[Row]:
    return [
        {
            "to": pet["owner_email"],
            "subject": f"Booster for {pet['name']}",
            "body": f"Time for the rabies booster of {pet['name']}.",
        }
        for pet in t.rows("pets")
        if pet["deceased"] is not True and booster_due(t, pet["id"])["due"]
    ]


RUNS = {"booster_due": booster_due}
EFFECTS = {"booster_mails": ("email.send", mails)}
SCHEDULES = {"booster_mails": lambda t: due_times(t, 8, 0, weekdays("saturday"))}
