"""How tables of a database become sources: names, declared types, keys, order, and what the server is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from sopwb.data.open import open_table
from sopwb.data.postgres import copying
from sopwb.data.postgres import server as serving
from sopwb.data.postgres import table as tables
from sopwb.data.postgres.server import Snapshot
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text
from tests import postgres
from tests.data.tables import batches, declared, opened
from tests.data.test_postgres_values import check_ways


def check_refused(said: str, *statements: str, **settings: Any) -> None:
    """Expect opening to be refused with this line."""
    with pytest.raises(UserError) as caught:
        opened(*statements, **settings)
    assert said in caught.value.diagnostics[0].line()


THINGS = ("create table things (id int primary key, x text)", "insert into things values (1, 'a'), (2, null)")


# --- names --------------------------------------------------------------------------------------
def test_a_table_is_found_by_its_exact_name() -> None:
    schema, url = postgres.server().schema()
    postgres.server().execute(
        f'create schema "{schema}.S"', f'create table "{schema}.S"."My Things" (id int primary key)'
    )
    postgres.server().execute(f'create table {schema}."Things" (id int primary key)')
    for table in ("Things", f"{schema}.Things"):
        assert open_table(declared(url, table=table), cache_dir=None).count() == 0
    with pytest.raises(
        UserError, match=r"SOP-D016 at postgresql:.*the database has no table things; did you mean Things\?"
    ):
        open_table(declared(url, table="things"), cache_dir=None)


def test_a_missing_table_lists_what_there_is() -> None:
    check_refused("the database has no table wholly_else", *THINGS, table="wholly_else")


def test_columns_of_any_name_can_be_read_and_looked_up() -> None:
    names = ['50% "off"', "First Name", "in", "$1", "größe", "a;--"]
    listed = ", ".join('"' + name.replace('"', '""') + '" int' for name in names)
    table = opened(f"create table things (id int primary key, {listed})", "insert into things values (1,1,2,3,4,5,6)")
    fields = ["id", "_50_off", "First_Name", "in_", "_1", "grosse", "a"]
    assert list(table.schema.record.names()) == fields
    assert check_ways(table) == [dict(zip(fields, (1, 1, 2, 3, 4, 5, 6), strict=True))]


def test_dropped_and_generated_columns_are_as_they_should_be() -> None:
    table = opened("create table things (id int primary key, gone int, n int,"
                   " twice int generated always as (n * 2) stored)",
                   "alter table things drop column gone", "insert into things (id, n) values (1, 4)")  # fmt: skip
    assert check_ways(table) == [{"id": 1, "n": 4, "twice": 8}]


def test_partitions_are_one_table_and_materialized_views_are_tables() -> None:
    table = opened("create table things (id int primary key) partition by range (id)",
                   "create table low partition of things for values from (0) to (10)",
                   "create table high partition of things for values from (10) to (20)",
                   "insert into things values (12), (3)")  # fmt: skip
    assert [row["id"] for row in check_ways(table)] == [3, 12]
    view = opened("create materialized view things as select generate_series(1, 3) id")
    assert [row["id"] for row in check_ways(view)] == [1, 2, 3]


# --- declared fields ------------------------------------------------------------------------------
def test_a_declared_type_decides_what_a_json_column_is() -> None:
    table = opened(
        "create table things (id int primary key, a jsonb not null, b json, c text not null, d jsonb)",
        """insert into things values (1, '{"city": "Wels", "at": [1.50]}', '[{"x": null}]', '["p"]', 'null')""",
        fields={"a": "{city: string, at: list<decimal>}", "b": "list<{x: int?}>?", "c": "list<string>", "d": "string?"},
    )
    assert check_ways(table) == [
        {"id": 1, "a": {"city": "Wels", "at": [Decimal("1.5")]}, "b": [{"x": None}], "c": ["p"], "d": "null"}
    ]
    with pytest.raises(UserError, match=r"SOP-D030 at things id 1: a: \{'city': 'Wels'.* is not a list<int>"):
        list(opened("create table things (id int primary key, a jsonb)",
                    """insert into things values (1, '{"city": "Wels"}')""",
                    fields={"a": "list<int>"}).rows())  # fmt: skip


def test_another_type_than_the_columns_is_converted_and_found_as_declared() -> None:
    table = opened("create table things (id text primary key, n int, t text, d date)",
                   "insert into things values ('10', 1, '1.50', '2026-01-31'), ('9', 2, '7', null)",
                   fields={"id": "int", "n": "decimal?", "t": "decimal?", "d": "string?"})  # fmt: skip
    assert check_ways(table) == [
        {"id": 9, "n": Decimal(2), "t": Decimal(7), "d": None},
        {"id": 10, "n": Decimal(1), "t": Decimal("1.5"), "d": "2026-01-31"},
    ]


def test_a_field_that_may_come_is_null_and_another_is_refused() -> None:
    rows = check_ways(opened(*THINGS, fields={"soon": "decimal?"}))
    assert rows == [{"id": 1, "x": "a", "soon": None}, {"id": 2, "x": None, "soon": None}]
    check_refused("SOP-D024 at things: no record has the declared field y", *THINGS, fields={"y": "int"})


def test_a_null_that_a_declared_type_forbids_is_named_by_rows_and_batches() -> None:
    table = opened(*THINGS, fields={"x": "string"})
    for read in (lambda: list(table.rows()), lambda: batches(table, ["x"])):
        with pytest.raises(UserError, match="SOP-D032 at things id 2: x: null, and string allows none"):
            read()


def test_a_bad_record_that_is_not_read_harms_nobody() -> None:
    table = opened(
        "create table things (id int primary key, x numeric)", "insert into things values (1, 'NaN'), (2, 5)"
    )
    assert list(table.matching("id", 2)) == [{"id": 2, "x": Decimal(5)}]
    assert batches(table, ["id"]) == [{"id": 1}, {"id": 2}]


# --- keys and order ---------------------------------------------------------------------------------
def test_keys_that_no_index_makes_unique_are_looked_through() -> None:
    create = "create table things (id text, x int)"
    assert [row["id"] for row in check_ways(opened(create, "insert into things values ('b', 1), ('B', 2)"))] == [
        "B",
        "b",
    ]
    check_refused("SOP-D021 at things: key id 'b' stands twice in things", create,
                  "insert into things values ('b', 1), ('c', 2), ('b', 3)")  # fmt: skip
    check_refused("SOP-D022 at things: a record has no key id (select * from things where id is null)", create,
                  "insert into things values ('b', 1), (null, 2)")  # fmt: skip
    check_refused("SOP-D021 at things: key id 2026-01-31 stands twice", "create table things (id date)",
                  "insert into things values ('2026-01-31'), ('2026-01-31')")  # fmt: skip


def test_a_partial_index_makes_nothing_unique() -> None:
    check_refused("SOP-D021", "create table things (id int, x int)", "create unique index on things (id) where x > 0",
                  "insert into things values (1, 1), (1, 0)")  # fmt: skip


def test_a_key_must_be_able_to_be_one() -> None:
    check_refused("SOP-D023 at things: the key id is bool", "create table things (id bool primary key)")
    check_refused("SOP-D020 at things: no record has the key idd; did you mean id?", *THINGS, key="idd")


@pytest.mark.parametrize("type_", ["float8", "real"])
def test_binary_floats_as_keys_are_ordered_and_compared_as_they_are_read(type_: str) -> None:
    create = f"create table things (id {type_} primary key)"
    table = opened(create, "insert into things values (2.5), (-1), (0.1)")
    assert [row["id"] for row in check_ways(table)] == [Decimal(-1), Decimal("0.1"), Decimal("2.5")]
    check_refused("SOP-D021", create, "insert into things values (1e-14), (2e-14)")  # both are 0


def test_decimals_as_keys_stand_in_the_order_of_numbers() -> None:
    table = opened(
        "create table things (id numeric primary key)", "insert into things values (10.5), (9.25), (-1), (1e20)"
    )
    assert [row["id"] for row in check_ways(table)] == [Decimal(-1), Decimal("9.25"), Decimal("10.5"), Decimal(10**20)]


def test_texts_as_keys_stand_in_code_point_order_in_databases_of_any_encoding() -> None:
    words = ["b", "B", "ž", "é", "€", "z"]
    postgres.server().execute(
        "drop database if exists latin", "create database latin encoding 'LATIN9' template template0"
    )
    values = ", ".join(f"('{word}', '{word}')" for word in words)
    postgres.server().execute("create table things (id varchar primary key, x char(3))",
                              f"insert into things values {values}",
                              database="latin")  # fmt: skip
    table = open_table(declared(postgres.server().url("latin")), cache_dir=None)
    assert [row["id"] for row in check_ways(table)] == sorted(words)


def test_without_a_key_the_same_records_come_in_the_same_order() -> None:
    values = ["(3, 'a', '[1]')", "(1, null, null)", "(3, 'B', '[2]')", "(1, 'z', null)"]
    found = []
    for listed in (values, values[::-1]):
        table = opened("create table things (n int, x text, j jsonb)", f"insert into things values {', '.join(listed)}",
                       key="")  # fmt: skip
        rows = list(table.rows())
        assert batches(table) == rows
        for fields in (["j"], ["n"]):  # a part of the fields stands in the order of all
            assert batches(table, fields) == [{name: row[name] for name in fields} for row in rows]
        found.append([(row["n"], row["x"]) for row in table.rows()])
    assert found == [[(1, "z"), (1, None), (3, "B"), (3, "a")]] * 2


def test_without_a_key_the_primary_key_decides_the_order() -> None:
    table = opened("create table things (x int, b text, a int, primary key (a, b))",
                   "insert into things values (1, 'b', 2), (2, 'B', 2), (3, 'c', 1)", key="")  # fmt: skip
    assert [row["x"] for row in table.rows()] == [3, 2, 1]
    assert [row["x"] for row in table.matching("a", 2)] == [2, 1]


# --- what the server is asked -------------------------------------------------------------------------
@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that records were asked for with."""
    queries: list[str] = []
    for name in ("rows", "stream"):
        kept = getattr(Snapshot, name)

        def note(self: Snapshot, query: str, params: Sequence[Any] = (), kept: Any = kept) -> Any:
            queries.append(query)
            return kept(self, query, params)

        monkeypatch.setattr(Snapshot, name, note)
    return queries


MANY = ("create table things (id int primary key, x text, n int)",
        "insert into things select i, 'x' || i % 100, i from generate_series(1, 1000) i",
        "create index on things (x)", "analyze things")  # fmt: skip


def plans(asked: list[str]) -> Iterator[str]:
    """Give the server's plan of every query that looked something up."""
    with postgres.server().connect() as connection:
        connection.execute("set enable_seqscan = off")
        for query in asked:
            if " where " in query and " from pg_catalog" not in query and "$1" in query:
                query = query.replace("$1::int8", "7").replace("$1::text", "'x7'")
                yield "\n".join(line for (line,) in connection.execute(f"explain {query}"))


def test_look_ups_use_the_servers_indexes(asked: list[str]) -> None:
    table = opened(*MANY)
    asked.clear()
    assert [row["n"] for row in table.matching("id", 7)] == [7]
    assert [row["n"] for row in table.matching("x", "x7")] == [7 + 100 * n for n in range(10)]
    by_key, by_text = plans(asked)
    assert "Index Cond: (id = " in by_key
    assert "Index Cond: (x = 'x7'" in by_text


def test_many_look_ups_without_an_index_are_answered_from_one_reading(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SERVER_SCANS_MAX", 3)
    for rows_max in (10**6, 10):  # held in memory, and spooled
        monkeypatch.setattr(tables, "ROWS_IN_MEMORY_MAX", rows_max)
        table = opened(*MANY)
        asked.clear()
        for n in range(1, 50):
            assert [row["id"] for row in table.matching("n", n)] == [n]
        assert len(asked) == 3 + 2, asked  # and a count, and all records
        check_ways(table)


def test_chunks_of_a_cursor_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 3, 4, 5):
        monkeypatch.setattr(serving, "SOURCE_CHUNK_ROWS", size)
        table = opened("create table things (id int primary key)", "insert into things select generate_series(1, 4)")
        assert [row["id"] for row in table.rows()] == [1, 2, 3, 4]


def test_batches_have_the_size_that_is_asked_for_or_fill_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    table = opened(*MANY)
    for fields in (["id", "x"], None):
        assert [batch.num_rows for batch in table.batches(fields, rows_max=300)] == [300, 300, 300, 100]
    monkeypatch.setattr(copying, "COPY_BLOCK_BYTES", 50)
    sizes = [batch.num_rows for batch in table.batches(["id", "x"])]
    assert (sum(sizes), max(sizes)) == (1000, 10)


def test_an_empty_table_has_its_types() -> None:
    table = opened("create table things (id int primary key, x numeric not null, at timestamptz)")
    assert (list(table.rows()), list(table.batches()), table.count()) == ([], [], 0)
    assert type_text(table.schema.record) == "{id: int, x: decimal, at: timestamp?}"


def test_the_servers_settings_change_nothing() -> None:
    server = postgres.server()
    server.execute("drop role if exists odd", "create role odd login superuser",
                   "alter role odd set timezone = 'Asia/Kolkata'", "alter role odd set datestyle = 'German, DMY'",
                   "alter role odd set extra_float_digits = -5", "alter role odd set bytea_output = 'escape'",
                   "alter role odd set intervalstyle = 'iso_8601'", "alter role odd set client_encoding = 'LATIN1'",
                   "alter role odd set default_transaction_isolation = 'serializable'")  # fmt: skip
    create = ("create table things (id int primary key, d date, z timestamptz, l timestamp, f float8, t text, y bytea,"
              " s time[])",
              "insert into things values (1, '2026-02-01', '2026-02-01 00:00+00', '2026-02-01', 0.1234567890123, 'é€',"
              " 'é', null)",
              "insert into things values (2, null, null, null, 1e-5, '', null, '{09:30}')")  # fmt: skip
    schema, url = server.schema()
    server.execute(f"set search_path = {schema}", *create)
    usual, odd = (
        open_table(declared(url.replace("user=postgres", f"user={user}"), fields={"y": "string?"}), cache_dir=None)
        for user in ("postgres", "odd")
    )
    assert check_ways(usual) == check_ways(odd)
    assert usual.fingerprint() == odd.fingerprint()


# --- fingerprints -----------------------------------------------------------------------------------
def test_a_fingerprint_is_of_the_content_wherever_and_in_whatever_order_it_lies() -> None:
    create = "create table things (id int primary key, x text)"
    first = opened(create, "insert into things values (1, 'a'), (2, 'b')").fingerprint()
    moved = opened(create, "insert into things values (2, 'b'), (1, '?'), (3, '')", "delete from things where id = 3",
                   "update things set x = 'a' where id = 1").fingerprint()  # fmt: skip
    assert first == moved
    assert first.kind == "records"


@pytest.mark.parametrize(
    "changed",
    [
        ["update things set x = 'b' where id = 1"],
        ["update things set x = null where id = 1"],
        ["insert into things values (3, '')"],
        ["delete from things"],
        ["update things set id = -id"],
        ["alter table things alter id type bigint"],
        ["alter table things add y int"],
        ["alter table things alter x set not null"],
        ["update things set x = case x when 'a' then 'b' else 'a' end"],
    ],
)
def test_whatever_changes_changes_the_fingerprint(changed: list[str]) -> None:
    create = ("create table things (id int primary key, x text)", "insert into things values (1, 'a'), (2, 'b')")
    assert opened(*create).fingerprint() != opened(*create, *changed).fingerprint()


def test_equal_records_are_counted() -> None:
    one, two = (
        opened(
            "create table things (x int)", f"insert into things select 7 from generate_series(1, {n})", key=""
        ).fingerprint()
        for n in (1, 2)
    )
    assert one != two


def test_a_moment_is_never_another_one() -> None:
    table = opened(*THINGS)
    again = opened(*THINGS)
    assert table.moment() == table.moment() != again.moment()  # type: ignore[attr-defined]
    assert table.moment().kind == "moment"  # type: ignore[attr-defined]


def test_a_date_is_no_instant_and_an_instant_no_date() -> None:
    table = opened("create table things (id int primary key, d date, z timestamptz)",
                   "insert into things values (1, '2026-01-31', '2026-01-31 00:00+00')")  # fmt: skip
    midnight = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    assert len(list(table.matching("d", midnight.date()))) == len(list(table.matching("z", midnight))) == 1
    assert list(table.matching("d", midnight)) == list(table.matching("z", midnight.date())) == []
