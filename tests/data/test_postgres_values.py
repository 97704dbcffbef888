"""PostgreSQL's types as types of the language: what is read, what is refused, and that equality means the same."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopwb.data.open import open_table
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text
from sopwb.run.ports import Table
from tests import postgres
from tests.data import opened as files
from tests.data.tables import batches, declared, opened

UTC = dt.UTC
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
COPIED = ("bool", "int", "decimal", "string", "date", "timestamp")


def check_ways(table: Table) -> list[dict[str, Any]]:
    """Check that rows, batches and look-ups say the same of every value; give the rows."""
    rows = list(table.rows())
    assert batches(table) == rows
    plain = [name for name, type_ in table.schema.record.fields if type_text(type_).rstrip("?") in COPIED]
    assert batches(table, plain) == [{name: row[name] for name in plain} for row in rows]
    for name in rows[0] if rows else ():
        for value in [row[name] for row in rows]:
            wanted = [row for row in rows if row[name] == value and type(row[name]) is type(value)]
            assert list(table.matching(name, value)) == wanted, (name, value)
    return rows


EVERY = [
    ("bool", "true", "bool", True),
    ("smallint", "-32768", "int", -32768),
    ("integer", "7", "int", 7),
    ("bigint", str(-(2**63)), "int", -(2**63)),
    ("numeric", "12.50", "decimal", Decimal("12.5")),
    ("numeric(38,10)", "9999999999999999999999999999.0000000001", "decimal",
     Decimal("9999999999999999999999999999.0000000001")),
    ("real", "0.1", "decimal", Decimal("0.1")),
    ("real", "16777216", "decimal", Decimal(16777216)),
    ("double precision", "0.30000000000000004", "decimal", Decimal("0.3")),
    ("double precision", "1e-13", "decimal", Decimal(0)),
    ("double precision", "5e-13", "decimal", Decimal(0)),
    ("double precision", "1.5e-12", "decimal", Decimal("2e-12")),
    ("double precision", "1e21", "decimal", Decimal(10**21)),
    ("text", "'Zoë'", "string", "Zoë"),
    ("text", "''", "string", ""),
    ("text", "E'a\\u0301'", "string", "a\u0301"),
    ("varchar(9)", "' x '", "string", " x "),
    ("char(5)", "'ab'", "string", "ab"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "string", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("mood", "'ok'", "string", "ok"),
    ("amount", "3.5", "decimal", Decimal("3.5")),
    ("date", "'0001-01-01'", "date", dt.date.min),
    ("date", "'9999-12-31'", "date", dt.date.max),
    ("timestamptz", "'2026-01-31 09:30:00.25+05:30'", "timestamp", dt.datetime(2026, 1, 31, 4, 0, 0, 250_000, UTC)),
    ("timestamptz", "'0001-01-01 00:00:00+00'", "timestamp", dt.datetime.min.replace(tzinfo=UTC)),
    ("timestamptz", "'9999-12-31 23:59:59.999999+00'", "timestamp", dt.datetime.max.replace(tzinfo=UTC)),
    ("timestamp", "'2026-01-31 09:30'", "timestamp", dt.datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ("interval", "'-1 day 2 hours 0.5 seconds'", "duration", dt.timedelta(days=-1, hours=2, seconds=0.5)),
    ("json", "'{\"a\": [1.0]}'", "string", '{"a": [1.0]}'),
    ("jsonb", "'{\"a\":[1.0]}'", "string", '{"a": [1.0]}'),
    ("inet", "'10.0.0.1/8'", "string", "10.0.0.1/8"),
    ("time", "'09:30'", "string", "09:30:00"),
    ("text[]", "'{a,NULL}'", "list<string?>", ["a", None]),
    ("float8[]", "'{0.30000000000000004}'", "list<decimal?>", [Decimal("0.3")]),
    ("date[]", "'{2026-01-31}'", "list<date?>", [dt.date(2026, 1, 31)]),
    ("timestamp[]", "'{2026-01-31 09:30}'", "list<timestamp?>", [dt.datetime(2026, 1, 31, 9, 30, tzinfo=UTC)]),
    ("place", "('Wels', '2026-01-31', '{1.5}')", "{my_city: string?, since: date?, at: list<decimal?>?}",
     {"my_city": "Wels", "since": dt.date(2026, 1, 31), "at": [Decimal("1.5")]}),
]  # fmt: skip
MADE = (
    "create type mood as enum ('sad', 'ok')",
    "create domain amount as numeric(12, 2) check (value > 0)",
    'create type place as ("my city" text, since date, at numeric[])',
)


@pytest.mark.parametrize(("type_", "literal", "wanted", "value"), EVERY, ids=lambda part: str(part)[:24])
def test_a_type_is_read_as_the_languages(type_: str, literal: str, wanted: str, value: Any) -> None:
    table = opened(*MADE, f"create table things (id int primary key, x {type_} not null, y {type_})",
                   f"insert into things values (1, {literal}, {literal}), (2, {literal}, null)")  # fmt: skip
    assert type_text(table.schema.record) == f"{{id: int, x: {wanted}, y: {wanted}?}}"
    rows = check_ways(table)
    assert rows == [{"id": 1, "x": value, "y": value}, {"id": 2, "x": value, "y": None}]
    assert type(rows[0]["x"]) is type(value)


def test_bytes_are_left_out_unless_their_text_is_asked_for() -> None:
    create = ("create table things (id int primary key, x bytea)", "insert into things values (1, 'ab')")
    assert type_text(opened(*create).schema.record) == "{id: int}"
    (row,) = check_ways(opened(*create, fields={"x": "string?"}))
    assert row["x"] == "\\x6162"
    with pytest.raises(UserError, match=r"SOP-D030 at things: the column x is bytea, which is no int \(string gives"):
        opened(*create, fields={"x": "int"})


def test_a_view_promises_nothing_but_its_key() -> None:
    table = opened("create table them (id int primary key, x int not null)", "insert into them values (1, 2)",
                   "create view things as select * from them")  # fmt: skip
    assert type_text(table.schema.record) == "{id: int, x: int?}"
    assert check_ways(table) == [{"id": 1, "x": 2}]


@pytest.mark.parametrize(
    ("type_", "literal", "said"),
    [
        ("numeric", "'NaN'", "NaN is not a number of at most 38 digits"),
        ("numeric", "'-Infinity'", "-Infinity is not a number"),
        ("numeric", "1e38", "is not a number of at most 38 digits"),
        ("numeric", "1e-39", "is not a number of at most 38 digits"),
        ("double precision", "'NaN'", "nan is not a number that can be computed with"),
        ("double precision", "'Infinity'", "inf is not a number"),
        ("double precision", "1e300", "has more than 38 digits"),
        ("real", "'-Infinity'", "-inf is not a number"),
        ("date", "'infinity'", "infinity is not a date"),
        ("date", "'-infinity'", "-infinity is not a date"),
        ("date", "'0044-03-15 BC'", "a day before the year 1 is not a date"),
        ("date", "'10000-01-01'", "a day after the year 9999 is not a date"),
        ("timestamptz", "'infinity'", "infinity is not a timestamp"),
        ("timestamptz", "'10000-01-01 00:00+00'", "an instant after the year 9999 is not a timestamp"),
        ("timestamp", "'-infinity'", "-infinity is not a timestamp"),
        ("timestamp", "'0044-03-15 12:00 BC'", "an instant before the year 1 is not a timestamp"),
        ("interval", "'1 month'", "an interval with months is not a duration"),
        ("int[]", "'{{1,2},{3,4}}'", "is not an int"),
        ("date[]", "'{infinity}'", "'infinity' is not a date"),
    ],
)
def test_what_no_type_holds_is_refused_with_its_records_key(type_: str, literal: str, said: str) -> None:
    table = opened(f"create table things (id text primary key, x {type_})",
                   f"insert into things values ('a', null), ('b', {literal}), ('c', null)")  # fmt: skip
    for read in (lambda: list(table.rows()), lambda: batches(table, ["x"]), lambda: list(table.matching("id", "b"))):
        with pytest.raises(UserError) as caught:
            read()
        (diagnostic,) = caught.value.diagnostics
        assert (diagnostic.code, diagnostic.path) == ("SOP-D030", "things id b")
        assert said in diagnostic.message


LOCAL = ["2026-03-29T01:59:59.999999", "2026-03-29T02:00:00", "2026-03-29T02:30:00", "2026-03-29T03:30:00",
         "2026-10-25T01:59:00", "2026-10-25T02:00:00", "2026-10-25T02:30:00", "2026-10-25T03:00:00",
         "1901-12-13T20:45:52", "2026-07-01T12:00:00.000001", "9990-01-01T00:00:00"]  # fmt: skip


def test_local_times_mean_the_instants_that_they_mean_in_a_file(tmp_path: Path) -> None:
    content = "id,x\n" + "".join(f"{n},{text}\n" for n, text in enumerate(LOCAL))
    file = files.opened(tmp_path, "things.csv", content, BERLIN, key="id", fields={"x": "timestamp?"})
    listed = ", ".join(f"({n}, '{text}')" for n, text in enumerate(LOCAL))
    table = opened("create table things (id bigint primary key, x timestamp)", f"insert into things values {listed}",
                   zone=BERLIN)  # fmt: skip
    assert check_ways(table) == list(file.rows())
    assert batches(table) == batches(file)
    second = dt.datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time, which no local time means
    assert list(table.matching("x", second)) == list(file.matching("x", second)) == []


def test_local_times_as_keys_stand_in_the_order_of_their_instants() -> None:
    create = ("create table things (id timestamp primary key)",
              "insert into things values ('2026-03-29 02:30'), ('2026-03-29 03:15'), ('2026-03-29 01:00')")  # fmt: skip
    instants = [row["id"] for row in check_ways(opened(*create, zone=BERLIN))]
    assert instants == [dt.datetime(2026, 3, 29, *at, tzinfo=UTC) for at in ((0, 0), (1, 15), (1, 30))]
    with pytest.raises(UserError, match=r"SOP-D021 .*stands twice"):  # two local times of one instant
        opened(*create, "insert into things values ('2026-03-29 03:30')", zone=BERLIN)


def test_texts_are_equal_where_their_code_points_are() -> None:
    table = opened(
        "create extension if not exists citext schema public",
        "create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
        "create table things (id int primary key, a citext, b text collate loose, c char(4), d name)",
        "insert into things values (1, 'ann', 'é', 'ab', 'x'), (2, 'Ann', 'e', 'AB', 'X')",
        "insert into things values (3, 'ANN', 'E', ' ab', 'xx')",
        "create index on things (a)", "create index on things (b)", "create index on things (c)",
    )  # fmt: skip
    check_ways(table)
    for field, value, ids in (
        ("a", "Ann", [2]), ("b", "e", [2]), ("b", "é", [1]), ("b", "É", []), ("c", "ab", [1]), ("c", "ab  ", []),
        ("c", " ab", [3]), ("c", "a", []), ("d", "x", [1]), ("b", "e\0", []), ("b", "\ud800", []),
    ):  # fmt: skip
        assert [row["id"] for row in table.matching(field, value)] == ids, (field, value)


def test_a_uuid_equals_only_its_canonical_text() -> None:
    table = opened("create table things (id uuid primary key)",
                   "insert into things values ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')")  # fmt: skip
    for value, count in (("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", 1), ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", 0),
                         ("a0eebc999c0b4ef8bb6d6bb9bd380a11", 0), ("ann", 0)):  # fmt: skip
        assert len(list(table.matching("id", value))) == count


def test_numbers_are_equal_by_value_whatever_their_type() -> None:
    table = opened("create table things (id int primary key, s smallint, n numeric, r real, f float8)",
                   "insert into things values (1, 2, 2.50, 2.5, 2.5), (2, 2, 2, 2, 2), (3, 3, 'NaN', 0.1, 0.1)",
                   fields={"n": "string?"})  # fmt: skip
    for field, value, ids in (
        ("s", 2, [1, 2]), ("s", Decimal("2.0"), [1, 2]), ("s", 70_000, []), ("s", 2**80, []), ("s", Decimal("2.5"), []),
        ("r", Decimal("2.50"), [1]), ("r", Decimal("0.1"), [3]), ("r", Decimal("0.10000000149"), []), ("f", 2, [2]),
        ("f", Decimal("0.1"), [3]), ("f", Decimal("0.1000000000001"), []), ("s", "2", []), ("s", True, []),
        ("f", "2", []), ("n", "NaN", [3]), ("n", "2.5", [1]),
    ):  # fmt: skip
        assert [row["id"] for row in table.matching(field, value)] == ids, (field, value)


def test_texts_survive_the_way_through_arrow() -> None:
    texts = ["\ufeffbegins with a mark", "", '"', '""', "\\.", ",", "a\r\nb", "\n", "NULL", "nan", " x ", "\t", "t"]
    values = ", ".join(f"({n}, $t${text}$t$, null)" for n, text in enumerate(texts))
    table = opened(
        "create table things (id int primary key, x text not null, y text)", f"insert into things values {values}"
    )
    assert [row["x"] for row in check_ways(table)] == texts
    assert [row["x"] for row in batches(table, ["x"])] == texts
    assert [row["y"] for row in batches(table, ["y"])] == [None] * len(texts)


SCALARS = {
    "b": ("bool", st.booleans()),
    "i": ("bigint", st.integers(-(2**63), 2**63 - 1)),
    "n": ("numeric", st.decimals(-(10**19), 10**19, places=10)),
    "r": ("real", st.floats(-(2.0**66), 2.0**66, width=32)),
    "f": ("float8", st.floats(-1e20, 1e20)),
    "t": ("text", st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)),
    "d": ("date", st.dates()),
    "z": ("timestamptz", st.datetimes(timezones=st.just(UTC))),
    "l": ("timestamp", st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 28))),
    "v": ("interval", st.timedeltas(dt.timedelta(days=-(10**6)), dt.timedelta(days=10**6))),
}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(*(st.none() | values for _, values in SCALARS.values())), max_size=12))
def test_any_value_is_the_same_by_rows_batches_and_look_ups(rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(f"{name} {type_}" for name, (type_, _) in SCALARS.items())
    schema, url = postgres.server().schema()
    with postgres.server().connect() as connection:
        connection.execute(f"create table {schema}.things (id int primary key, {columns})")
        marks = ", ".join(["%s"] * (1 + len(SCALARS)))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"insert into {schema}.things values ({marks})", [(n, *row) for n, row in enumerate(rows)]
            )
    table = open_table(declared(url), cache_dir=None, zone=BERLIN)
    found = check_ways(table)
    for name in ("b", "i", "n", "t", "d", "z", "v"):
        assert [row[name] for row in found] == [row[list(SCALARS).index(name)] for row in rows]
