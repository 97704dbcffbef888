"""Writes a sample shop as CSV, JSON Lines, SQLite or Parquet, a chunk at a time.

The bytes depend on the size and the seed only (for Parquet and SQLite also on the version of the library that lays
the file out). Decimals are exact: Parquet has decimal(12, 2), the texts two digits; SQLite has no decimal and holds
the nearest binary number, whose shortest text is the same.

Deliberately not here: what the rows are (``sample_rows``).
"""

from __future__ import annotations

import datetime as dt
import json
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeAlias

from sopwb.data.sample_rows import (
    CustomerColumns,
    OrderColumns,
    SampleSize,
    customer_chunks,
    order_chunks,
)

FORMATS: Final = ("parquet", "csv", "jsonl", "sqlite")
CUSTOMER_FIELDS: Final = ("id", "name", "email", "city", "joined")
ORDER_FIELDS: Final = ("id", "customer_id", "ordered_at", "total", "status")
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()

Source: TypeAlias = tuple[str, str, str, str]
"""Name, path, format and table of a source, as ``sopwb.toml`` declares it."""


def write_sample(folder: Path, size: SampleSize, format_: str) -> list[Source]:
    """Write the shop's two sources into an existing folder; give how to declare them."""
    if format_ == "sqlite":
        _write_sqlite(folder / "shop.sqlite", size)
        return [(name, "shop.sqlite", "sqlite", name) for name in ("customers", "orders")]
    write: Callable[[Path, SampleSize], None] = {
        "parquet": _write_parquet,
        "csv": _write_csv,
        "jsonl": _write_jsonl,
    }[format_]
    write(folder, size)
    return [(name, f"{name}.{format_}", format_, "") for name in ("customers", "orders")]


def customer_rows(size: SampleSize) -> Iterator[tuple[str, str, str, str, str]]:
    """Give each customer as texts."""
    for chunk in customer_chunks(size):
        joined = (dt.date.fromordinal(_EPOCH + day).isoformat() for day in chunk.joined)
        yield from zip(chunk.id, chunk.name, chunk.email, chunk.city, joined, strict=True)


def order_rows(size: SampleSize) -> Iterator[tuple[str, str, str, str, str]]:
    """Give each order as texts; ``total`` has two digits after the point."""
    for chunk in order_chunks(size):
        times = (f"{dt.datetime.fromtimestamp(at, dt.UTC):%Y-%m-%dT%H:%M:%SZ}" for at in chunk.ordered_at)
        totals = (f"{cents // 100}.{cents % 100:02d}" for cents in chunk.total)
        yield from zip(chunk.id, chunk.customer_id, times, totals, chunk.status, strict=True)


def _write_csv(folder: Path, size: SampleSize) -> None:
    for name, fields, rows in (
        ("customers", CUSTOMER_FIELDS, customer_rows(size)),
        ("orders", ORDER_FIELDS, order_rows(size)),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            file.write(",".join(fields) + "\n")
            file.writelines(",".join(row) + "\n" for row in rows)  # no value has a comma or a quote


def _write_jsonl(folder: Path, size: SampleSize) -> None:
    with (folder / "customers.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(dict(zip(CUSTOMER_FIELDS, row, strict=True))) + "\n" for row in customer_rows(size))
    with (folder / "orders.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(
            f'{{"id": "{id_}", "customer_id": "{customer}", "ordered_at": "{at}", "total": {total}, '
            f'"status": "{status}"}}\n'
            for id_, customer, at, total, status in order_rows(size)
        )


def _write_sqlite(path: Path, size: SampleSize) -> None:
    import sqlite3

    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, email TEXT, city TEXT, joined TEXT)")
        base.execute(
            "CREATE TABLE orders (id TEXT PRIMARY KEY, customer_id TEXT, ordered_at TEXT, total REAL, status TEXT)"
        )
        base.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", customer_rows(size))
        base.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", order_rows(size))


def _write_parquet(folder: Path, size: SampleSize) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, moment = pa.string(), pa.timestamp("us", tz="UTC")
    customers = pa.schema([*((name, text) for name in CUSTOMER_FIELDS[:-1]), ("joined", pa.date32())])
    orders = pa.schema(
        [("id", text), ("customer_id", text), ("ordered_at", moment), ("total", pa.decimal128(12, 2)), ("status", text)]
    )
    with pq.ParquetWriter(folder / "customers.parquet", customers, compression="zstd") as file:
        for chunk in customer_chunks(size):
            file.write_table(pa.table(_customer_arrays(pa, chunk), schema=customers))
    with pq.ParquetWriter(folder / "orders.parquet", orders, compression="zstd") as file:
        for part in order_chunks(size):
            file.write_table(pa.table(_order_arrays(pa, part), schema=orders))


def _customer_arrays(pa: Any, chunk: CustomerColumns) -> list[Any]:
    texts = [pa.array(column, pa.string()) for column in (chunk.id, chunk.name, chunk.email, chunk.city)]
    return [*texts, pa.array(chunk.joined, pa.int32()).cast(pa.date32())]


def _order_arrays(pa: Any, chunk: OrderColumns) -> list[Any]:
    rows = len(chunk.id)
    micros = array("q", (at * 1_000_000 for at in chunk.ordered_at))
    # decimal128 is two 64-bit words, the low one first: cents below 2^63 need no arithmetic.
    words = array("q", bytes(16 * rows))
    words[::2] = array("q", chunk.total)
    return [
        pa.array(chunk.id, pa.string()),
        pa.array(chunk.customer_id, pa.string()),
        pa.Array.from_buffers(pa.timestamp("us", tz="UTC"), rows, [None, pa.py_buffer(micros)]),
        pa.Array.from_buffers(pa.decimal128(12, 2), rows, [None, pa.py_buffer(words)]),
        pa.array(chunk.status, pa.string()),
    ]
