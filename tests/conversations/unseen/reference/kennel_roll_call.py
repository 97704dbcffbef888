"""Kennel: the dogs that are there on a day, and those of them whose vaccination is missing or over."""

from __future__ import annotations

from datetime import date

from tests.conversations.reference.tables import Row, Tables


def present(t: Tables, day: date) -> list[Row]:
    stays = [stay for stay in t.rows("stays") if date.fromisoformat(str(stay["arrives"])) <= day]
    stays = [stay for stay in stays if stay["leaves"] is None or date.fromisoformat(str(stay["leaves"])) > day]
    return [t.one("dogs", stay["dog_id"]) for stay in stays]


def dogs_on_day(t: Tables, day: str) -> Row:
    dogs = present(t, date.fromisoformat(day))
    return {"dogs": len(dogs), "names": sorted(dog["name"] for dog in dogs)}


def vaccine_gaps(t: Tables) -> Row:
    gaps = [dog for dog in present(t, t.today) if dog["vaccinated_until"] is None or dog["vaccinated_until"] < t.today]
    return {"missing": len(gaps), "names": sorted(dog["name"] for dog in gaps)}


RUNS = {"dogs_on_day": dogs_on_day, "vaccine_gaps": vaccine_gaps}
