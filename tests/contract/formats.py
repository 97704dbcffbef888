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
from tests import postgres

Record = dict[str, Any]
FORMATS = ("csv", "json", "jsonl", "tinydb", "sqlite", "parquet", "postgresql")
NESTED_FORMATS = ("json", "jsonl", "tinydb", "parquet", "postgresql")


def source(
    folder: Path, format_: str, records: Sequence[Record], *, key: str = "id", **fields: str
) -> SourceDeclaration:
    """Write records and declare them as the source ``things``."""
    if format_ == "postgresql":
        return _table(folder, records, key, fields)
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


def _table(folder: Path, records: Sequence[Record], key: str, fields: dict[str, str]) -> SourceDeclaration:
    schema, url = postgres.server().schema()
    settings = {"url": url, "table": "things", "key": key, "fields": fields}
    write_postgresql(schema, records)
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
    kinds[dt.timedelta] = "TEXT"
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
    return show(value) if isinstance(value, (dt.date, dt.timedelta)) else value


def write_parquet(path: Path, records: Sequence[Record]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: pa.array([record.get(name) for record in records]) for name in _names(records)}
    pq.write_table(pa.table(columns), path)


def write_postgresql(schema: str, records: Sequence[Record]) -> None:
    kinds = {bool: "bool", int: "bigint", Decimal: "numeric", str: "text", dt.date: "date", dt.datetime: "timestamptz",
             list: "jsonb", dict: "jsonb", dt.timedelta: "interval"}  # fmt: skip
    columns = []
    for name in _names(records):
        values = [record.get(name) for record in records]
        kind = next((type(value) for value in values if value is not None), str)
        columns.append(f'"{name}" {kinds[kind]}{"" if None in values else " not null"}')
    with postgres.server().connect() as connection:
        connection.execute(f"create table {schema}.things ({', '.join(columns)})")
        marks = ", ".join(["%s"] * len(columns))
        cells = [
            [json_text(plain(v)) if isinstance(v, (list, dict)) else v for v in map(record.get, _names(records))]
            for record in records
        ]
        with connection.cursor() as cursor:
            cursor.executemany(f"insert into {schema}.things values ({marks})", cells)


_ENDINGS = {"tinydb": "json"}
_WRITERS: dict[str, Callable[[Path, Sequence[Record]], None]] = {
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_jsonl,
    "tinydb": write_tinydb,
    "sqlite": write_sqlite,
    "parquet": write_parquet,
}
