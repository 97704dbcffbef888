"""A workspace whose orders can be written, in each format that can be, and what other programs find in its file."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sopwb.app import commands as c
from sopwb.app.outputs import Failed, RunView
from sopwb.app.workbench import Workbench, open_workbench

FORMATS: Final = ("tinydb", "sqlite")
AS_OF: Final = "2026-11-22T08:00:00Z"
KEYS_TABLES: Final = {"tinydb": "_sopwb_effects", "sqlite": "sopwb_effects"}
Record = dict[str, Any]


def orders(count: int) -> list[Record]:
    """Give orders o00000, o00001 …, every second one of them open."""
    return [
        {
            "id": f"o{n:05d}",
            "status": "open" if n % 2 == 0 else "paid",
            "total": Decimal(n) + Decimal("0.25"),
            "paid_on": None if n % 2 == 0 else "2026-01-31",
            "tries": n,
        }
        for n in range(count)
    ]


PAY: Final[dict[str, Any]] = {
    "sop": 1,
    "steps": [
        {"op": "each", "from": "orders", "as": "order", "where": "it.status == 'open'", "do": [
            {"op": "write", "into": "orders", "mode": "update", "key": "order.id",
             "record": {
                 "status": "'paid'", "paid_on": "today", "total": "order.total + 1", "tries": "order.tries + 1"}},
        ]},
    ],
}  # fmt: skip
"""Pays every open order."""


def paid(records: list[Record]) -> list[Record]:
    """Give what ``PAY`` makes of orders."""
    return [
        {**one, "status": "paid", "paid_on": "2026-11-22", "total": one["total"] + 1, "tries": one["tries"] + 1}
        if one["status"] == "open"
        else one
        for one in records
    ]


def write_file(folder: Path, format_: str, records: list[Record]) -> Path:
    """Write orders as their own program would."""
    file = folder / f"orders.{'json' if format_ == 'tinydb' else 'sqlite'}"
    if format_ == "tinydb":
        plain = [{k: float(v) if isinstance(v, Decimal) else v for k, v in one.items()} for one in records]
        file.write_text(json.dumps({"orders": {str(n): one for n, one in enumerate(plain, 1)}, "other": {}}))
        return file
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL, total DECIMAL NOT NULL, paid_on DATE,"
            " tries INTEGER NOT NULL)"
        )
        rows = [{**one, "total": float(one["total"])} for one in records]
        connection.executemany("INSERT INTO orders VALUES (:id, :status, :total, :paid_on, :tries)", rows)
    connection.close()
    return file


def read_file(file: Path) -> list[Record]:
    """Read the orders, as their own program would."""
    if file.suffix == ".json":
        found = list(json.loads(file.read_text(), parse_float=Decimal)["orders"].values())
        return sorted(({**one, "total": Decimal(one["total"])} for one in found), key=lambda one: one["id"])
    with sqlite3.connect(file) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM orders ORDER BY id")]
    connection.close()
    return [{**row, "total": Decimal(str(row["total"]))} for row in rows]


def keys_in(file: Path) -> list[str]:
    """Read the keys of the effects that the file says were done."""
    if file.suffix == ".json":
        table = json.loads(file.read_text()).get("_sopwb_effects", {})
        return [key for one in table.values() for key in one["keys"]]
    with sqlite3.connect(file) as connection:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sopwb_effects'").fetchone()
        keys = connection.execute("SELECT key FROM sopwb_effects").fetchall() if made else []
    connection.close()
    return [key.hex() for (key,) in keys]


def workspace(folder: Path, format_: str, count: int = 6, more: str = "", writable: str = "writable = true") -> Path:
    """Make a workspace with ``count`` orders; ``more`` is put into sopwb.toml."""
    folder.mkdir()
    file = write_file(folder, format_, orders(count))
    (folder / "sopwb.toml").write_text(
        '[workspace]\nname = "shop"\ntimezone = "UTC"\n'
        f'[data.orders]\npath = "{file.name}"\nformat = "{format_}"\ntable = "orders"\nkey = "id"\n{writable}\n'
        f'[data.orders.fields]\ntotal = "decimal"\npaid_on = "date?"\n{more}'
    )
    return folder


def file_of(folder: Path) -> Path:
    """Find the orders' file."""
    return next(file for file in (folder / "orders.json", folder / "orders.sqlite") if file.exists())


class Desk:
    """A workbench over such a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = file_of(folder)
        self.bench: Workbench = open_workbench(folder, AS_OF)

    def save(self, script: dict[str, Any], name: str = "pay") -> None:
        for command in (c.SaveDraft(name, script), c.FreezeScript(name)):
            output = self.bench.do(command)
            assert not isinstance(output, Failed), output

    def do(self, command: c.Command) -> RunView:
        output = self.bench.do(command)
        assert isinstance(output, RunView), output
        return output

    def refused(self, command: c.Command) -> str:
        output = self.bench.do(command)
        assert isinstance(output, Failed), output
        return output.diagnostics[0].line()
