"""Rows of a sample shop of any size, as columns a chunk at a time: bounded memory, the same for a seed.

Everything is drawn from ``draw(seed, …)``, a pure function of its numbers, so no row depends on how the rows are
cut into chunks, on Python's ``random`` or on its version. ``john_doe`` is always the first customer and has the
first 12 orders, with the founding facts: the last 94 days before the clock, 1200.00 in total. Every 20th customer
has no orders; of twenty, four are dormant (no order in the last 60 days).

Deliberately not here: files (``sample_files``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec

from sopwb.kernel.limits import SAMPLE_CHUNK_ROWS

FOUNDER_ORDERS: Final = 12
FOUNDER_LAST_DAYS: Final = 94
_FOUNDER_CENTS: Final = 100_00
_GROUP: Final = 20
_DORMANT: Final = frozenset(range(1, 5))
_DORMANT_DAYS_MIN: Final = 61
_DAY_S: Final = 86_400
_MASK: Final = (1 << 64) - 1
STATUSES: Final = ("delivered", "shipped", "paid")
_CITIES: Final = (
    "Austin", "Boise", "Chicago", "Denver", "El Paso", "Fresno", "Omaha", "Tampa", "Tulsa", "Wichita",
)  # fmt: skip
_FIRST: Final = (
    "ada", "ben", "cora", "dan", "ella", "finn", "gia", "hugo", "ines", "jack", "kira", "liam", "mona", "nico",
    "olga", "paul", "rosa", "seth", "tara", "yann",
)  # fmt: skip
_LAST: Final = (
    "abbott", "berger", "castro", "duval", "egan", "frost", "grant", "holm", "ivers", "jung", "kovac", "lopez",
    "marsh", "nilsen", "osman", "price", "reyes", "silva", "toth", "weber",
)  # fmt: skip


class SampleSize(msgspec.Struct, frozen=True):
    """How much of a shop: counts of records, the seed, and the instant that days are counted back from."""

    customers: int
    orders: int
    seed: int
    clock: dt.datetime


class CustomerColumns(msgspec.Struct):
    """A chunk of customers. ``joined`` are days since 1970-01-01."""

    id: list[str]
    name: list[str]
    email: list[str]
    city: list[str]
    joined: list[int]


class OrderColumns(msgspec.Struct):
    """A chunk of orders. ``ordered_at`` are seconds since 1970-01-01T00:00:00Z, ``total`` cents."""

    id: list[str]
    customer_id: list[str]
    ordered_at: list[int]
    total: list[int]
    status: list[str]


def draw(*numbers: int) -> int:
    """Give 64 bits that look random and depend on the numbers alone (SplitMix64's finaliser over each)."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


def customer_id(index: int) -> str:
    """Name the customer at an index; 0 is ``john_doe``."""
    if index == 0:
        return "john_doe"
    return f"{_FIRST[index % 20]}_{_LAST[index // 20 % 20]}_{index:07d}"


def customer_chunks(size: SampleSize) -> Iterator[CustomerColumns]:
    """Give the customers in order of their index, at most ``SAMPLE_CHUNK_ROWS`` at a time."""
    first_day = int(size.clock.timestamp()) // _DAY_S - 2_500
    seed = draw(size.seed, 1)
    for start in range(0, size.customers, SAMPLE_CHUNK_ROWS):
        rows = range(start, min(start + SAMPLE_CHUNK_ROWS, size.customers))
        ids = [customer_id(row) for row in rows]
        bits = [draw(seed, row) for row in rows]
        yield CustomerColumns(
            id=ids,
            name=[" ".join(part.title() for part in id_.split("_")[:2]) for id_ in ids],
            email=[id_.replace("_", ".") + "@example.com" for id_ in ids],
            city=[_CITIES[n % len(_CITIES)] for n in bits],
            joined=[first_day + (n >> 8) % 1_000 for n in bits],
        )


def order_chunks(size: SampleSize) -> Iterator[OrderColumns]:
    """Give the orders in order of their id, at most ``SAMPLE_CHUNK_ROWS`` at a time."""
    midnight = int(size.clock.timestamp()) // _DAY_S * _DAY_S
    now = int(size.clock.timestamp())
    seed = draw(size.seed, 2)
    for start in range(0, size.orders, SAMPLE_CHUNK_ROWS):
        chunk = OrderColumns([], [], [], [], [])
        for row in range(start, min(start + SAMPLE_CHUNK_ROWS, size.orders)):
            bits = draw(seed, row)
            if row < FOUNDER_ORDERS:
                index, days, cents = 0, FOUNDER_LAST_DAYS + 17 * (FOUNDER_ORDERS - 1 - row), _FOUNDER_CENTS
            else:
                index = 1 + bits % (size.customers - 1)
                index -= index % _GROUP == 0
                oldest = _DORMANT_DAYS_MIN if index % _GROUP in _DORMANT else 0
                days = oldest + (bits >> 32) % 500
                cents = 500 + (bits >> 41) % 30_000
            at = min(midnight - days * _DAY_S + (bits >> 50) * 5, now - 60)
            chunk.id.append(f"o{row + 1:09d}")
            chunk.customer_id.append(customer_id(index))
            chunk.ordered_at.append(at)
            chunk.total.append(cents)
            chunk.status.append(STATUSES[0 if days > 5 else 1 if days else 2])
        yield chunk
