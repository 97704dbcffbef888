"""The sample shop: the small one of the founding conversation, and ``python -m sopwb.data.sample`` for any size.

``founding_shop`` is the committed ``sample_data/shop.json``: 24 customers, 180 orders, invented here, made for the
clock ``DEMO_CLOCK``. Its totals and last order days are chosen, customer by customer, so that each boundary of the
founding question ("not ordered in 60 days and over 500 in total") has someone who stands on it; the single orders
are filled in by a fixed pseudo-random sequence.

Deliberately not here: the large shop's rows (``sample_rows``) and files (``sample_files``).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from sopwb.data.sample_rows import FOUNDER_ORDERS, SampleSize, draw

DEMO_CLOCK: Final = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
"""The instant that the demo runs at and that every sample counts its days from."""
_CITIES: Final = ("Austin", "Boise", "Chicago", "Denver", "Omaha", "Tampa")
_OPEN_STATUS_DAYS: Final = 4
"""Orders younger than this are not delivered yet."""


class _Plan(msgspec.Struct, frozen=True):
    """What a customer of the founding shop must have: orders, days since the last one, and cents in total."""

    id: str
    orders: int
    last_days: int
    cents: int


_PLANS: Final = (
    _Plan("john_doe", FOUNDER_ORDERS, 94, 1200_00),
    _Plan("nora_kim", 0, 0, 0),  # never ordered
    _Plan("tess_noble", 9, 60, 900_00),  # exactly 60 days
    _Plan("uma_vance", 7, 61, 640_00),  # one day more
    _Plan("raj_malik", 6, 120, 500_00),  # exactly 500.00
    _Plan("lena_fox", 6, 120, 500_01),  # one cent more
    _Plan("mia_castle", 16, 3, 4210_75),  # high spend, but recent
    _Plan("otto_brandt", 2, 200, 85_40),  # dormant, low spend
    _Plan("petra_sole", 0, 0, 0),  # never ordered, joined lately
    _Plan("quinn_adler", 1, 75, 1999_99),  # one large order, long ago
    _Plan("sam_ortega", 14, 0, 512_30),  # ordered today
    _Plan("vera_lund", 11, 12, 388_15),
    _Plan("wes_harlan", 8, 59, 731_00),  # one day less than 60
    _Plan("xena_moss", 5, 33, 149_95),
    _Plan("yusuf_demir", 10, 152, 2075_60),
    _Plan("zoe_farrow", 4, 310, 96_20),
    _Plan("abel_crane", 12, 7, 655_45),
    _Plan("bea_novak", 9, 88, 1430_10),
    _Plan("carl_winter", 3, 401, 57_00),
    _Plan("dina_rossi", 15, 21, 1820_35),
    _Plan("emil_hauge", 6, 66, 499_99),  # dormant, one cent below 500
    _Plan("flora_quist", 8, 45, 270_80),
    _Plan("gil_tanaka", 10, 103, 860_25),
    _Plan("hope_larsen", 6, 18, 204_40),
)


def founding_shop() -> str:
    """Give the text of ``shop.json``: a TinyDB file with the tables ``customers`` and ``orders``, a record a line."""
    customers = [_customer(n, plan) for n, plan in enumerate(_PLANS)]
    orders = sorted((order for n, plan in enumerate(_PLANS) for order in _orders(n, plan)), key=lambda o: o[:2])
    lines = [
        f'{{"id": "o{n:04d}", "customer_id": {json.dumps(customer)}, "ordered_at": "{at:%Y-%m-%dT%H:%M:%SZ}", '
        f'"total": {cents // 100}.{cents % 100:02d}, "status": "{_status(at)}"}}'
        for n, (at, customer, cents) in enumerate(orders, 1)
    ]
    return f'{{\n  "customers": {_table(customers)},\n  "orders": {_table(lines)}\n}}\n'


def workspace_text(files: Sequence[tuple[str, str, str, str]]) -> str:
    """Give the text of ``sopwb.toml`` for sources given as (name, path, format, table or "")."""
    parts = ['[workspace]\nname = "shop"\ntimezone = "UTC"\n']
    for name, path, format_, table in files:
        of_table = f'table = "{table}"\n' if table else ""
        parts.append(f'[data.{name}]\npath = "{path}"\nformat = "{format_}"\n{of_table}key = "id"\n')
    return "\n".join(parts)


def write_founding_shop(folder: Path) -> None:
    """Write ``shop.json`` and ``sopwb.toml`` of the founding conversation into an existing folder."""
    (folder / "shop.json").write_text(founding_shop(), encoding="utf-8")
    files = [(name, "shop.json", "tinydb", name) for name in ("customers", "orders")]
    (folder / "sopwb.toml").write_text(workspace_text(files), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a sample workspace of any size; 0 when done, 2 for wrong arguments."""
    from sopwb.data.sample_files import FORMATS, write_sample

    parser = argparse.ArgumentParser(
        prog="python -m sopwb.data.sample",
        description="Write a sample shop of any size: the same bytes for the same seed.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--customers", metavar="N", type=int, default=1_000)
    parser.add_argument("--orders", metavar="M", type=int, default=10_000)
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    parser.add_argument("--format", choices=FORMATS, default="parquet")
    given = parser.parse_args(arguments)
    if given.customers < 1 or given.orders < FOUNDER_ORDERS:
        parser.error(f"at least 1 customer and {FOUNDER_ORDERS} orders: john_doe is always there")
    if given.customers < 2 and given.orders > FOUNDER_ORDERS:
        parser.error(f"john_doe has {FOUNDER_ORDERS} orders; for more, ask for a second customer")
    if (given.folder / "sopwb.toml").exists():
        parser.error(f"{given.folder} is a workspace already; name another folder")
    given.folder.mkdir(parents=True, exist_ok=True)
    size = SampleSize(given.customers, given.orders, given.seed, DEMO_CLOCK)
    sources = write_sample(given.folder, size, given.format)
    (given.folder / "sopwb.toml").write_text(workspace_text(sources), encoding="utf-8")
    print(f"{given.customers:,} customers and {given.orders:,} orders ({given.format}) in {given.folder}")
    return 0


def _customer(n: int, plan: _Plan) -> str:
    name = plan.id.replace("_", " ").title()
    email = plan.id.replace("_", ".") + "@example.com"
    joined = DEMO_CLOCK.date() - dt.timedelta(days=500 + draw(1, n) % 900)
    if plan.orders == 0 and n > 1:
        joined = DEMO_CLOCK.date() - dt.timedelta(days=9)
    record = {
        "id": plan.id,
        "name": name,
        "email": email,
        "city": _CITIES[n % len(_CITIES)],
        "joined": joined.isoformat(),
    }
    return json.dumps(record)


def _orders(n: int, plan: _Plan) -> list[tuple[dt.datetime, str, int]]:
    """Spread a plan over its orders: the last on its day, the others before it, the cents summing up."""
    weights = [20 + draw(2, n, k) % 80 for k in range(plan.orders)]
    left, found, days = plan.cents, [], plan.last_days
    for k, weight in enumerate(weights):
        last = k == plan.orders - 1
        cents = left if last else plan.cents * weight // sum(weights)
        left -= cents
        second = (draw(3, n, k) % 72) * 600 if days else 7 * 3600  # 00:00 to 11:50, today before the clock
        at = DEMO_CLOCK.replace(hour=0) - dt.timedelta(days=days) + dt.timedelta(seconds=second)
        found.append((at, plan.id, cents))
        days += 1 + draw(4, n, k) % 30
    return found


def _status(at: dt.datetime) -> str:
    age = (DEMO_CLOCK - at).days
    if age >= _OPEN_STATUS_DAYS:
        return "delivered"
    return "shipped" if age else "paid"


def _table(lines: Sequence[str]) -> str:
    return "{\n" + ",\n".join(f'    "{n}": {line}' for n, line in enumerate(lines, 1)) + "\n  }"


if __name__ == "__main__":
    sys.exit(main())
