"""Random columns for every format: what people's files hold, with the ends and oddities of each kind."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

FORMATS = ("csv", "json", "jsonl", "sqlite", "parquet")
_TIMES = (
    "2026-01-31T09:00:00Z", "2026-01-31 09:00", "1969-07-20T20:17:40.123456+05:30", "2026-03-29T02:30:00",
    "2026-10-25T02:30:00", "2026-01-31T09:00:00.1234567Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    "2026-01-31T24:00:00", "2026-02-30T09:00:00", "2024-02-29T23:59:59.9-0330", "1892-04-01 00:00:01",
)  # fmt: skip
_DATES = ("2026-01-31", "1999-12-31", "0001-01-01", "9999-12-31", "2026-02-29", "2024-02-29")
_NUMBERS = (
    "0", "-0", "5", "-12", "007", "+5", "1.50", "12.25", "-0.001", "1e3", "0.1", "100.00", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "123456789012345678.25", "99999999999999999999999999999999999999",
    "0.00000000000001", "1" * 39, "1.", ".5", "0x10", " 1",
)  # fmt: skip
_TEXTS = ("Ann", "Zoë", "名前", "a b", "true", "false", "TRUE", "x'y", "null", "N/A", "-", "é" * 50, "b\0c")
_FLOATS = (0.0, -0.0, 0.1, 1.5, 19.99, -3.25, 1e15, 123456789.123, 1 / 3, 1e-13, 5e-7, 2.5e20, 1e22, 100.0)


def csv_cells(random: Random, count: int) -> list[str]:
    """Draw the cells of a column: mostly of one kind."""
    pools = [_TIMES[:1], _TIMES[:4], _TIMES, _DATES[:2], _DATES, _NUMBERS[:4], _NUMBERS[6:8], _NUMBERS[:13], _NUMBERS,
             ("true", "false"), _TEXTS, (*_TEXTS, *_DATES[:2]), ('say "hi"', "a,b", "two\nlines", "x\r\ny")]  # fmt: skip
    pool = random.choice(pools)
    odd = random.choice([(), (), ("",), ("", *random.choice(pools))])
    return [random.choice(odd) if odd and random.random() < 0.2 else random.choice(pool) for _ in range(count)]


def json_cells(random: Random, count: int) -> list[Any]:
    """Draw JSON's values; decimals are written with their digits."""
    numbers = [Decimal(text) for text in _NUMBERS[6:12]]
    pools: list[tuple[Any, ...]] = [
        _TIMES[:3], _TIMES, _DATES, _TEXTS, (1, 2, -3), (1, 2**63, 10**37), tuple(numbers), (1, *numbers),
        (True, False), ([1, 2], []), ([{"a": 1}, {"a": None, "b": "x"}], []), ({"b": "2026-01-31", "c d": Decimal("0.5")},),
        (Decimal("1E+20"), Decimal("1E-20")), (10**37, Decimal("0.0001")),
    ]  # fmt: skip
    pool = random.choice(pools)
    odd = random.choice([(), (), (None,), (None, random.choice(random.choice(pools)))])
    return [random.choice(odd) if odd and random.random() < 0.2 else random.choice(pool) for _ in range(count)]


def sqlite_cells(random: Random, count: int) -> list[Any]:
    """Draw SQLite's values."""
    pools: list[tuple[Any, ...]] = [
        _TIMES[:3], _TIMES, _DATES, _TEXTS, _NUMBERS, (1, 2, -3), (0, 1), _FLOATS[2:6], _FLOATS, (1, 2.5), ("1", 2),
    ]  # fmt: skip
    pool = random.choice(pools)
    odd = random.choice([(), (), (None,), (None, random.choice(random.choice(pools)))])
    return [random.choice(odd) if odd and random.random() < 0.2 else random.choice(pool) for _ in range(count)]


def parquet_array(random: Random, count: int) -> Any:
    """Draw an Arrow array of a random type."""
    import pyarrow as pa

    moments = [dt.datetime(2026, 1, 31, 9), dt.datetime(1969, 7, 20, 1, 2, 3, 4), dt.datetime(2026, 3, 29, 2, 30),
               dt.datetime(2026, 10, 25, 2, 30)]  # fmt: skip
    decimals = [Decimal("1.50"), Decimal("-12.25"), Decimal("100.00")]
    pools: list[tuple[Any, list[Any]]] = [
        (pa.int64(), [1, -2, 2**62]), (pa.int8(), [1, -2]), (pa.uint64(), [1, 2**63]), (pa.uint64(), [1, 2]),
        (pa.float64(), list(_FLOATS)), (pa.float64(), [19.99, 0.25]), (pa.float32(), [0.1, 1.5]),
        (pa.float64(), [1.0, float("nan")]), (pa.decimal128(12, 2), decimals), (pa.decimal128(38, 12), decimals),
        (pa.decimal256(60, 3), decimals), (pa.string(), list(_TEXTS)), (pa.string(), list(_DATES[:2])),
        (pa.string(), list(_TIMES[:3])), (pa.large_string(), list(_TEXTS)), (pa.bool_(), [True, False]),
        (pa.date32(), [dt.date(2026, 1, 31), dt.date(1, 1, 1)]), (pa.date64(), [dt.date(2026, 1, 31)]),
        *((pa.timestamp(unit, zone), moments) for unit in ("ms", "us", "ns") for zone in (None, "UTC", "Asia/Tokyo")
          if unit != "ms"), (pa.timestamp("ms"), moments[:1]), (pa.duration("us"), [dt.timedelta(1, 2, 3)]),
        (pa.null(), [None]), (pa.list_(pa.int64()), [[1], [], [2, None]]), (pa.map_(pa.string(), pa.int32()), [[("a", 1)], []]),
        (pa.struct([("at", pa.timestamp("us")), ("c d", pa.decimal128(5, 1))]), [{"at": moments[0], "c d": Decimal("0.5")}]),
    ]  # fmt: skip
    type_, values = random.choice(pools)
    nulls = 0.2 if random.random() < 0.4 else 0.0
    found = pa.array([None if random.random() < nulls else random.choice(values) for _ in range(count)], type_)
    return found.dictionary_encode() if random.random() < 0.1 and type_ == pa.string() else found


_NAMES = ("id", "name", "First Name", "ID", "2024", "größe", "total")
KEYS: dict[str, list[Any]] = {
    "int": list(range(-5, 60)),
    "text": [f"c{n}" for n in range(40)] + ["é", "z", "𝄞", "\uff5e", "Z", "10", "9"],
    "decimal": [Decimal(n) / 4 for n in range(-9, 40)],
    "date": [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(40)],
}


def keys(random: Random, count: int) -> list[Any]:
    """Draw the keys of ``count`` records, in order or not; now and then one stands twice or is missing."""
    found: list[Any] = random.sample(random.choice(list(KEYS.values())), count)
    if random.random() < 0.5:
        found.sort()
    if count and random.random() < 0.1:
        found[random.randrange(count)] = random.choice([found[0], None])
    return found


def write_random(path: Path, format_: str, random: Random) -> int:
    """Write random records with the field ``key`` first, and give their number."""
    count = random.choice([0, 1, 2, 7, 20, 30])
    names = ["key", *random.sample(_NAMES, random.randrange(0, 4))]
    key = keys(random, count)
    if format_ == "parquet":
        _write_parquet(path, random, names, key)
        return count
    draw = {"csv": csv_cells, "sqlite": sqlite_cells}.get(format_, json_cells)
    columns = [key, *(draw(random, count) for _ in names[1:])]
    rows = list(zip(*columns, strict=True))
    match format_:
        case "csv":
            _write_csv(path, random, names, rows)
        case "sqlite":
            _write_sqlite(path, random, names, rows)
        case _:
            _write_json(path, format_, random, names, rows)
    return count


def _write_csv(path: Path, random: Random, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    end = random.choice(["\n", "\r\n"])
    with path.open("w", encoding=random.choice(["utf-8", "utf-8-sig"]), newline="") as stream:
        style = random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        writer = csv.writer(stream, delimiter=random.choice(",;\t"), lineterminator=end, quoting=style)
        writer.writerow(names)
        for row in rows:
            if random.random() < 0.05:
                stream.write(end)
            writer.writerow("" if cell is None else cell for cell in row)
        if random.random() < 0.05:
            stream.write(random.choice(["1", '"', "x,y,z,x,y,z", 'a"b']))


def _write_json(path: Path, format_: str, random: Random, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    from sopwb.kernel.canonical import json_text
    from sopwb.kernel.values import plain

    whole = random.random() < 0.7
    records = [
        json_text(
            plain({n: v for n, v in zip(names, row, strict=True) if whole or n == "key" or random.random() < 0.8})
        )
        for row in rows
    ]
    path.write_text("[" + ",\n".join(records) + "]" if format_ == "json" else "\n".join(records), encoding="utf-8")
    assert format_ != "json" or json.loads(path.read_text("utf-8")) is not None


def _write_sqlite(path: Path, random: Random, names: list[str], rows: list[tuple[Any, ...]]) -> None:
    kinds = ("", "", "TEXT", "INTEGER", "REAL", "NUMERIC", "BOOLEAN", "DATE", "TIMESTAMP")
    path.unlink(missing_ok=True)
    distinct = list(dict.fromkeys(name.lower() for name in names))
    width = len(distinct)
    connection = sqlite3.connect(path)
    listed = ", ".join(f'"{name}" {random.choice(kinds)}' for name in distinct)
    connection.execute(f"CREATE TABLE things ({listed})")
    cells = [[str(c) if isinstance(c, (Decimal, dt.date)) else c for c in row[:width]] for row in rows]
    connection.executemany(f"INSERT INTO things VALUES ({', '.join('?' * width)})", cells)
    connection.commit()
    connection.close()


def _write_parquet(path: Path, random: Random, names: list[str], key: list[Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(key), *(parquet_array(random, len(key)) for _ in names[1:])]
    pq.write_table(pa.table(arrays, names=names), path, row_group_size=random.choice([3, 1000]))
