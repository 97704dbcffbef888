"""Writes the same logical records in every format, each as its users would."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sopwb.data.declaration import SourceDeclaration, declare
from sopwb.kernel.canonical import json_text
from sopwb.kernel.values import plain, show

Record = dict[str, Any]
FORMATS = ("csv", "json", "jsonl", "tinydb", "sqlite", "parquet")
NESTED_FORMATS = ("json", "jsonl", "tinydb", "parquet")


def source(
    folder: Path, format_: str, records: Sequence[Record], *, key: str = "id", **fields: str
) -> SourceDeclaration:
    """Write records and declare them as the source ``things``."""
    settings: dict[str, object] = {"path": f"things.{_ENDINGS.get(format_, format_)}", "format": format_}
    if key:
        settings["key"] = key
    if format_ in ("tinydb", "sqlite"):
        settings["table"] = "things"
    if fields:
        settings["fields"] = fields
    _WRITERS[format_](folder / str(settings["path"]), records)
    declaration, faults = declare("things", settings, str(folder))
    assert declaration is not None, faults
    return declaration


def _names(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record))


def write_csv(path: Path, records: Sequence[Record]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        names = _names(records)
        writer.writerow(names)
        for record in records:
            writer.writerow("" if record.get(n) is None else show(record[n]) for n in names)


def write_json(path: Path, records: Sequence[Record]) -> None:
    path.write_text(json_text([plain(record) for record in records], indent=1), encoding="utf-8")


def write_jsonl(path: Path, records: Sequence[Record]) -> None:
    path.write_text("".join(json_text(plain(record)) + "\n" for record in records), encoding="utf-8")


def write_tinydb(path: Path, records: Sequence[Record]) -> None:
    from tinydb import TinyDB

    with TinyDB(path) as database:
        database.table("things").insert_multiple(json.loads(json_text(plain(record))) for record in records)


def write_sqlite(path: Path, records: Sequence[Record]) -> None:
    kinds = {bool: "BOOLEAN", int: "INTEGER", Decimal: "REAL", str: "TEXT", dt.date: "DATE", dt.datetime: "TIMESTAMP"}
    names = _names(records)
    columns = []
    for name in names:
        kind = next((type(r[name]) for r in records if r.get(name) is not None), str)
        columns.append(f'"{name}" {kinds[kind]}')
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE things ({', '.join(columns)})")
    marks = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO things VALUES ({marks})", [[_cell(r.get(n)) for n in names] for r in records])
    connection.commit()
    connection.close()


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return show(value) if isinstance(value, dt.date) else value


def write_parquet(path: Path, records: Sequence[Record]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: pa.array([record.get(name) for record in records]) for name in _names(records)}
    pq.write_table(pa.table(columns), path)


_ENDINGS = {"tinydb": "json"}
_WRITERS: dict[str, Callable[[Path, Sequence[Record]], None]] = {
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_jsonl,
    "tinydb": write_tinydb,
    "sqlite": write_sqlite,
    "parquet": write_parquet,
}
