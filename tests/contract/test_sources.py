"""The contract that every source passes: one meaning, whatever the format and wherever the records are kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sopwb.data.open as opening
import sopwb.data.postgres.table as postgres_table
from sopwb.data.columnar.table import ColumnarTable
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.memory import MemoryTable
from sopwb.data.open import open_table
from sopwb.data.postgres.records import PostgresReader
from sopwb.data.postgres.table import PostgresTable
from sopwb.data.view import source_view
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text
from sopwb.run.ports import Table
from tests.contract.formats import FORMATS, NESTED_FORMATS, Record, source

UTC = dt.UTC
RECORDS: list[Record] = [
    {
        "id": 10,
        "name": 'Zoë, "the" Müller',
        "amount": Decimal("12.5"),
        "joined": dt.date(2026, 1, 31),
        "seen": dt.datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        "active": True,
        "note": None,
        "visits": 3,
    },
    {
        "id": 9,
        "name": "Ann",
        "amount": Decimal("-0.001"),
        "joined": dt.date(1999, 12, 31),
        "seen": None,
        "active": False,
        "note": "two\nlines",
        "visits": 0,
    },
    {
        "id": -2,
        "name": "名前",
        "amount": None,
        "joined": dt.date(2026, 1, 31),
        "seen": dt.datetime(2026, 6, 1, 0, 0, 1, 250, tzinfo=UTC),
        "active": True,
        "note": None,
        "visits": 3,
    },
    {
        "id": 100,
        "name": "Ann",
        "amount": Decimal("1200.25"),
        "joined": dt.date(2024, 2, 29),
        "seen": dt.datetime(1969, 7, 20, tzinfo=UTC),
        "active": True,
        "note": "007",
        "visits": -1,
    },
]
TYPE = (
    "{id: int, name: string, amount: decimal?, joined: date, seen: timestamp?, active: bool, note: string?, "
    "visits: int}"
)
NESTED: list[Record] = [
    {
        "id": "b",
        "tags": ["x", "y"],
        "address": {"city": "Wels", "zip": None},
        "lines": [{"sku": "a", "price": Decimal("1.5")}],
    },
    {"id": "a", "tags": [], "address": {"city": "Bonn", "zip": "53111"}, "lines": []},
    {
        "id": "c",
        "tags": ["x"],
        "address": None,
        "lines": [{"sku": "b", "price": Decimal("20.25")}, {"sku": "c", "price": None}],
    },
]


NESTED_TYPES = {
    "tags": "list<string>",
    "address": "{city: string, zip: string?}?",
    "lines": "list<{sku: string, price: decimal?}>",
}


@pytest.fixture(params=["memory", "columns"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file is held, or a copy of its columns is; a table stays at its server, unless that cannot order it."""
    if request.param == "columns":
        monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 1)
        monkeypatch.setattr(postgres_table, "ROWS_IN_MEMORY_MAX", 1)
        monkeypatch.setattr(PostgresReader, "sorted_by_server", lambda reader, zone: False)
    return str(request.param)


def opened(folder: Path, format_: str, kept: str, records: list[Record] = RECORDS, **settings: Any) -> Table:
    declaration = source(folder, format_, records, **settings)
    table = open_table(declaration, cache_dir=folder / "cache")
    if format_ == "postgresql":
        assert isinstance(table, PostgresTable)
        return table
    assert isinstance(table, ColumnarTable if kept == "columns" else MemoryTable)
    return table


def looked_through(declaration: SourceDeclaration) -> None:
    """Open a source. A file is looked through then, a database's table as far as it is read."""
    table = open_table(declaration, cache_dir=None)
    if declaration.format == "postgresql":
        list(table.rows())


def in_order(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record["id"])


@pytest.mark.parametrize("format_", FORMATS)
class TestEveryFormat:
    def test_has_the_same_schema(self, tmp_path: Path, format_: str, kept: str) -> None:
        schema = opened(tmp_path, format_, kept).schema
        rows = None if format_ == "postgresql" else 4  # counting a table costs a scan
        assert (schema.name, schema.key, schema.rows, type_text(schema.record)) == ("things", "id", rows, TYPE)

    def test_gives_the_same_rows_in_key_order(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept)
        assert list(table.rows()) == in_order(RECORDS)
        assert [list(row) for row in table.rows()] == [list(RECORDS[0])] * 4
        assert table.count() == 4

    def test_gives_values_of_the_languages_kinds(self, tmp_path: Path, format_: str, kept: str) -> None:
        for row, wanted in zip(opened(tmp_path, format_, kept).rows(), in_order(RECORDS), strict=True):
            assert {n: type(v) for n, v in row.items()} == {n: type(v) for n, v in wanted.items()}
            assert row["seen"] is None or row["seen"].tzinfo is UTC

    def test_finds_what_matches_as_a_scan_would(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept)
        for field in RECORDS[0]:
            for value in [record[field] for record in RECORDS]:
                wanted = [row for row in in_order(RECORDS) if row[field] == value]
                assert list(table.matching(field, value)) == wanted, (field, value)

    def test_finds_numbers_by_value_and_nothing_by_another_kind(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept)
        assert [row["id"] for row in table.matching("id", Decimal("9.0"))] == [9]
        assert [row["id"] for row in table.matching("amount", Decimal("12.50"))] == [10]
        for field, value in (
            ("id", Decimal("9.5")),
            ("id", "9"),
            ("name", 1),
            ("amount", 7),
            ("id", 2**70),
            ("seen", "x"),
        ):
            assert list(table.matching(field, value)) == []

    def test_a_field_that_it_does_not_have_is_named(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept)
        with pytest.raises(UserError, match=r"SOP-D024 .*no field amoun; did you mean amount"):
            list(table.matching("amoun", 1))
        with pytest.raises(UserError, match="SOP-D024"):
            list(table.batches(["amoun"]))

    def test_an_index_can_be_made_while_somebody_iterates(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept)
        met = [(row["id"], [other["id"] for other in table.matching("name", row["name"])]) for row in table.rows()]
        assert met == [(-2, [-2]), (9, [9, 100]), (10, [10]), (100, [9, 100])]

    def test_gives_the_same_batches(self, tmp_path: Path, format_: str, kept: str) -> None:
        import pyarrow as pa

        batches = list(opened(tmp_path, format_, kept).batches(rows_max=3))
        assert [batch.num_rows for batch in batches] == [3, 1]
        whole = pa.Table.from_batches(batches)
        assert whole.to_pylist() == in_order(RECORDS)
        assert {field.name: (str(field.type), field.nullable) for field in whole.schema} == {
            "id": ("int64", False),
            "name": ("string", False),
            "amount": ("decimal128(38, 3)", True),
            "joined": ("date32[day]", False),
            "seen": ("timestamp[us, tz=UTC]", True),
            "active": ("bool", False),
            "note": ("string", True),
            "visits": ("int64", False),
        }

    def test_gives_batches_of_the_fields_asked_for(self, tmp_path: Path, format_: str, kept: str) -> None:
        (batch,) = opened(tmp_path, format_, kept).batches(["visits", "id"])
        assert batch.to_pydict() == {"visits": [3, 0, 3, -1], "id": [-2, 9, 10, 100]}

    def test_without_a_key_rows_stand_in_their_own_order(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept, key="")
        assert table.schema.key is None
        # A database's table has none, so its columns decide: the same records stand in the same order everywhere.
        wanted = [-2, 9, 10, 100] if format_ == "postgresql" else [10, 9, -2, 100]
        assert [row["id"] for row in table.rows()] == wanted

    def test_texts_as_keys_stand_in_code_point_order(self, tmp_path: Path, format_: str, kept: str) -> None:
        names = ["b", "a", "B", "é", "10", "9", "𝄞", "\uff5e"]
        table = opened(tmp_path, format_, kept, [{"id": name + "_"} for name in names])
        assert [row["id"] for row in table.rows()] == sorted(name + "_" for name in names)

    def test_decimals_as_keys_stand_in_the_order_of_numbers(self, tmp_path: Path, format_: str, kept: str) -> None:
        texts = ["10.5", "9.25", "-1.5", "-10.5", "0.001"]
        table = opened(tmp_path, format_, kept, [{"id": Decimal(text)} for text in texts])
        assert [row["id"] for row in table.rows()] == sorted(map(Decimal, texts))

    def test_a_key_that_stands_twice_names_both_records(self, tmp_path: Path, format_: str, kept: str) -> None:
        records = [{"id": n, "x": "y"} for n in (7, 3, 5, 3)]
        with pytest.raises(UserError) as caught:
            open_table(source(tmp_path, format_, records), cache_dir=tmp_path / "cache")
        (diagnostic,) = caught.value.diagnostics
        if format_ == "postgresql" and kept == "memory":
            assert (diagnostic.code, diagnostic.path) == ("SOP-D021", "things")
            assert diagnostic.message == "key id 3 stands twice in things"
            return
        first, second = {
            "csv": ("things.csv:3", "things.csv:5"),
            "jsonl": ("things.jsonl:2", "things.jsonl:4"),
            "json": ("things.json record 2", "things.json record 4"),
            "tinydb": ("things.json things document 2", "things.json things document 4"),
            "sqlite": ("things.sqlite things row 2", "things.sqlite things row 4"),
            "parquet": ("things.parquet record 2", "things.parquet record 4"),
            "postgresql": ("things id 3", "things id 3"),
        }[format_]
        assert (diagnostic.code, diagnostic.path) == ("SOP-D021", second)
        assert diagnostic.message == f"key id 3 stands twice: {first} and {second}"

    def test_a_missing_key_names_the_record(self, tmp_path: Path, format_: str, kept: str) -> None:
        records: list[Record] = [{"id": 1, "x": "a"}, {"id": None, "x": "b"}]
        with pytest.raises(UserError, match=r"SOP-D022 at things(\S+( things)?( record| document| row|:)|: | id )"):
            open_table(source(tmp_path, format_, records), cache_dir=None)

    def test_a_key_that_is_no_field_names_the_nearest(self, tmp_path: Path, format_: str, kept: str) -> None:
        with pytest.raises(UserError, match=r"SOP-D020 .*did you mean name"):
            open_table(source(tmp_path, format_, RECORDS, key="nmae"), cache_dir=None)

    def test_a_declared_type_overrides_inference(self, tmp_path: Path, format_: str, kept: str) -> None:
        table = opened(tmp_path, format_, kept, visits="decimal", joined="string", note="string?", amount="decimal?")
        assert type_text(table.schema.record) == TYPE.replace("joined: date", "joined: string").replace(
            "visits: int", "visits: decimal"
        )
        row = next(table.matching("id", 9))
        assert (row["visits"], type(row["visits"]), row["joined"]) == (Decimal(0), Decimal, "1999-12-31")

    def test_a_value_that_does_not_fit_the_declared_type_is_named(
        self, tmp_path: Path, format_: str, kept: str
    ) -> None:
        with pytest.raises(UserError, match=r"SOP-D030 at things\S*.*: amount: .?12.5.? is not an int"):
            looked_through(source(tmp_path, format_, RECORDS[:1] + RECORDS[3:], amount="int"))

    def test_a_null_that_the_declared_type_forbids_is_named(self, tmp_path: Path, format_: str, kept: str) -> None:
        with pytest.raises(UserError, match=r"SOP-D032 at things\S*.*: note: null, and string allows none"):
            looked_through(source(tmp_path, format_, RECORDS, note="string"))

    def test_a_fingerprint_is_of_the_content(self, tmp_path: Path, format_: str, kept: str) -> None:
        first = opened(tmp_path, format_, kept).fingerprint()
        (tmp_path / "other").mkdir()
        again = open_table(source(tmp_path / "other", format_, RECORDS[:2]), cache_dir=None).fingerprint()
        kind = "records" if format_ == "postgresql" else "file"
        assert (first.source, first.kind, len(first.digest)) == ("things", kind, 64)
        assert again.digest != first.digest

    def test_shows_what_stands_in_it(self, tmp_path: Path, format_: str, kept: str) -> None:
        declaration = source(tmp_path, format_, RECORDS)
        view = source_view(declaration, open_table(declaration, cache_dir=None))
        fields = {field.name: field for field in view.fields}
        assert (view.rows, view.key, view.format) == (4, "id", format_)
        assert (fields["amount"].nulls, fields["amount"].least, fields["amount"].greatest) == (1, "-0.001", "1200.25")
        assert fields["joined"].greatest == "2026-01-31"
        assert (fields["name"].examples, fields["name"].examples_all) == (("名前", "Ann", 'Zoë, "the" Müller'), True)


@pytest.mark.parametrize("format_", NESTED_FORMATS)
def test_records_and_lists_inside_of_records_are_the_same_in_every_format(
    tmp_path: Path, format_: str, kept: str
) -> None:
    declared = NESTED_TYPES if format_ == "postgresql" else {}  # jsonb says nothing of what is in it
    table = opened(tmp_path, format_, kept, NESTED, **declared)
    assert type_text(table.schema.record) == (
        "{id: string, tags: list<string>, address: {city: string, zip: string?}?, "
        "lines: list<{sku: string, price: decimal?}>}"
    )
    assert list(table.rows()) == in_order(NESTED)
    assert [row["id"] for row in table.matching("tags", ["x"])] == ["c"]
    assert [row["id"] for row in table.matching("address", None)] == ["c"]
    (batch,) = table.batches()
    assert batch.to_pylist() == in_order(NESTED)
