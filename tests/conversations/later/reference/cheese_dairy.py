"""Cheese dairy: whether a wheel is ripe, and mails to the shop about those that are."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables, due_times, weekdays


def wheel_ready(t: Tables, wheel_id: str) -> Row:
    wheel = t.one("wheels", wheel_id)
    age = ((wheel["sold_on"] or t.today) - wheel["made_on"]).days
    ready = wheel["sold_on"] is None and age >= t.one("recipes", wheel["recipe_id"])["min_age"]
    weighings = sorted(t.rows("weighings", wheel_id=wheel_id), key=lambda row: row["weighed_on"])
    if weighings and weighings[-1]["kg"] < 2:
        ready = False
    return {"ready": ready, "age": age}


def mails(t: Tables) -> list[Row]:
    found = []
    for wheel in t.rows("wheels"):
        state = wheel_ready(t, wheel["id"])
        if state["ready"]:
            subject = f"Ready: {t.one('recipes', wheel['recipe_id'])['name']}"
            body = f"Wheel {wheel['id']} is {state['age']} days old."
            found.append({"to": "shop@dairy.example", "subject": subject, "body": body})
    return found


RUNS = {"wheel_ready": wheel_ready}
EFFECTS = {"shop_mail": ("email.send", mails)}
SCHEDULES = {"shop_mail": lambda t: due_times(t, 16, 0, weekdays("tuesday", "friday"))}
