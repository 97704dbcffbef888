"""Tailor: the age of an alteration, once it is said from which of its dates it counts."""

from __future__ import annotations

from tests.conversations.reference.tables import Row, Tables


def alteration_age(t: Tables, alteration_id: str) -> Row:
    alteration = t.one("alterations", alteration_id)
    return {"price": alteration["price"], "days": (t.today - alteration["received_on"]).days}


RUNS = {"alteration_age": alteration_age}
