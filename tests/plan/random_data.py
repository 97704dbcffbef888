"""Random sources: their types (every scalar, with and without null; keys of several types, or none) and records.

Data come mild (money and ages as shops have them) or extreme (the ends of every type). Everything follows from one
seed.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from tests.plan.market import Market
from tests.run.shop import EMAIL

T = TypeVar("T")
UTC = dt.UTC
SCALARS = ("int", "decimal", "string", "bool", "date", "timestamp", "duration")
PARAMS = {
    "p_count": "int", "p_rate": "decimal", "p_text": "string", "p_day": "date?", "p_on": "bool", "p_wait": "duration?",
}  # fmt: skip
"""Parameters of every random script."""
SOURCES = {"c": "customers", "o": "orders", "r": "regions"}
"""Kinds of records and where they are from."""
_FIELDS = {
    "c": {
        "id": "", "name": "string", "email": "string?", "level": "int", "rank": "int?", "credit": "decimal",
        "limit_": "decimal?", "vip": "bool", "active": "bool?", "since": "date", "born": "date?", "joined": "timestamp",
        "seen": "timestamp?", "wait": "duration", "pause": "duration?", "ref": "?", "boss": "?",
    },
    "o": {
        "id": "", "customer_id": "?", "qty": "int", "count_": "int?", "total": "decimal", "discount": "decimal?",
        "at": "timestamp", "sent": "timestamp?", "day": "date?", "due": "date", "status": "string", "note": "string?",
        "paid": "bool?", "open": "bool", "took": "duration?",
    },
    "r": {"code": "", "bonus": "int", "since": "date?", "rate": "decimal", "Name": "string?", "name": "string"},
}  # fmt: skip
TEXTS = [
    "", "a", "Ann", "open", "C1", "C2", 'x"y', "b,c", "Straße", "STRASSE", "\n", "\x01\x1f\\", " \u2003t ", "e\u0301",
    "é", "\U0001f600", "\U00010400", "İ", "ı", "ǆ", "ẞ", "ﬁ", "Z", "zz", "\x7f", "/", "\0", "a\0b", "\ufeff", "\u2028",
    "10", "9", "-1", "1e3", "2026-01-31", "%_", "'", "\uffff", "\U0010ffff",
]  # fmt: skip
INTS = [2**63 - 1, -(2**63), -(2**63) + 1, 2**62, 2**53, -(2**53) + 1, 2**31, 10**12, -(10**12), 10**18]
DECIMALS = [
    "99999999999999.99", "-0.000001", "1e17", "123456789.123456789", "0.5", "1.5", "-2.5", "0.000000000001", "1e-6",
]  # fmt: skip
HUGE = ["9" * 38, "-" + "9" * 38, "0." + "9" * 38, "1e-38", "1e37", "12345678901234567890.123456789012345678"]
DATES = [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29), dt.date(1900, 2, 28), dt.date(1, 12, 31)]
INSTANTS = [
    dt.datetime(1, 1, 1, tzinfo=UTC), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
    dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), dt.datetime(1, 1, 1, 23, 30, tzinfo=UTC),
]  # fmt: skip
CLOCK_CHANGES = [
    dt.datetime(2026, 3, 29, 0, 59, 59, 999_999, UTC), dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    dt.datetime(2025, 10, 26, 0, 30, tzinfo=UTC), dt.datetime(2025, 10, 26, 1, 0, tzinfo=UTC),
    dt.datetime(2026, 3, 28, 23, 0, tzinfo=UTC), dt.datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    dt.datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC), dt.datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    dt.datetime(2026, 4, 4, 15, 0, tzinfo=UTC), dt.datetime(2025, 10, 4, 15, 30, tzinfo=UTC),
]  # fmt: skip
"""Around the changes of the zones that the tests use, and their midnights."""


class Shapes:
    """The types of a random market's records. ``keys``: the key of each source, or None."""

    def __init__(self, random: Random) -> None:
        self.key = random.choice(["string", "string", "int", "date", "bool"])
        self.code = random.choice(["string", "string", "int", "date"])
        number = random.choice(["string", "int"])
        self.fields = {kind: dict(fields) for kind, fields in _FIELDS.items()}
        self.fields["c"] |= {"id": self.key, "boss": f"{self.key}?", "ref": f"{self.code}?"}
        self.fields["o"] |= {"id": number, "customer_id": f"{self.key}?"}
        self.fields["r"] |= {"code": self.code}
        self.keys: dict[str, str | None] = {"c": "id", "o": random.choice(["id", "id", "id", None]), "r": "code"}
        if random.random() < 0.1:
            self.keys["r"] = None

    def type_of(self, kind: str) -> str:
        return "{" + ", ".join(f"{name}: {type_}" for name, type_ in self.fields[kind].items()) + "}"


class Data:
    """Makes values and records. ``extreme``: the ends of every type come up; ``huge``: 38 digits too."""

    def __init__(self, random: Random, shapes: Shapes) -> None:
        self.random, self.shapes = random, shapes
        self.extreme = random.random() < 0.4
        self.huge = self.extreme and random.random() < 0.1

    def one(self, options: list[T]) -> T:
        return options[self.random.randrange(len(options))]

    def odd(self) -> bool:
        return self.extreme and self.random.random() < 0.3

    def value(self, type_: str) -> Any:
        """Make a value of a type."""
        if type_.endswith("?"):
            return None if self.random.random() < 0.3 else self.value(type_[:-1])
        match type_:
            case "int":
                return self.one(INTS if self.odd() else [0, 1, 2, 3, -1, 5, 60])
            case "decimal":
                return Decimal(self.one(self._decimals()))
            case "string":
                return self.one(TEXTS)
            case "bool":
                return self.random.random() < 0.5
            case "date":
                near = dt.date(2026, 1, 1) + dt.timedelta(days=self.random.randrange(-400, 400))
                return self.one(DATES) if self.odd() else near
            case "timestamp":
                return self._instant()
            case _:
                return self._span()

    def _decimals(self) -> list[str]:
        if self.odd():
            return DECIMALS + HUGE if self.huge else DECIMALS
        return ["0", "10", "0.5", "2.25", "-3.1", "499.99", "500", "1200", "0.01", "0.125"]

    def _instant(self) -> dt.datetime:
        if self.odd():
            return self.one(INSTANTS)
        if self.random.random() < 0.2:
            return self.one(CLOCK_CHANGES)
        start = dt.datetime(2025, 6, 1, tzinfo=UTC)
        micros = self.one([0, 0, 1, 500_000, 999_999])
        return start + dt.timedelta(minutes=self.random.randrange(800_000), microseconds=micros)

    def _span(self) -> dt.timedelta:
        if self.odd():
            return dt.timedelta(seconds=self.one([315_576_000_000, -315_576_000_000, 10**9]), microseconds=1)
        return dt.timedelta(minutes=self.random.randrange(-3_000, 3_000), microseconds=self.one([0, 0, 1, -999_999]))

    def keys(self, type_: str, count: int) -> list[Any]:
        """Make distinct values for a key."""
        match type_:
            case "string":
                return [f"C{n}" for n in range(count)] if self.random.random() < 0.8 else self.sample(TEXTS, count)
            case "int":
                return self.sample([*range(count), *(INTS if self.extreme else [])], count)
            case "date":
                return [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(count)]
            case _:
                return [False, True][:count]

    def sample(self, options: list[T], count: int) -> list[T]:
        return self.random.sample(options, min(count, len(options)))

    def records(self, kind: str, keys: list[Any], known: dict[str, list[Any]]) -> list[dict[str, Any]]:
        """Make a record for each key; ``known``: fields whose values, where not null, are chosen among some."""
        fields = self.shapes.fields[kind]
        name = next(iter(fields))
        return [
            {name: key}
            | {
                field: self.among(type_, known[field]) if field in known else self.value(type_)
                for field, type_ in fields.items()
                if field != name
            }
            for key in keys
        ]

    def among(self, type_: str, options: list[Any]) -> Any:
        if not options or self.random.random() < 0.25:
            return None
        return self.one(options) if self.random.random() < 0.9 else self.value(type_.rstrip("?"))


def market_of(random: Random, zones: list[dt.tzinfo]) -> tuple[Market, Shapes]:
    """Make a market with its sources, its parameters' values and its zone."""
    shapes = Shapes(random)
    data = Data(random, shapes)
    ids = data.keys(shapes.key, random.randrange(0, 8))
    codes = data.keys(shapes.code, random.choice([0, 3, 3, 3]))
    numbers = data.keys(shapes.fields["o"]["id"], random.choice([0, 1, 12, 30]))
    if shapes.keys["o"] is None and numbers:
        numbers += [data.one(numbers) for _ in range(3)]
    market = Market({}, **EMAIL)
    market.inputs = {name: data.value(type_) for name, type_ in PARAMS.items()}
    market.zone = random.choice(zones)
    for kind, keys, known in (
        ("c", ids, {"boss": ids, "ref": codes}),
        ("o", numbers, {"customer_id": ids}),
        ("r", codes, {}),
    ):
        market.add(SOURCES[kind], shapes.keys[kind], shapes.type_of(kind), data.records(kind, keys, known))
    return market, shapes
