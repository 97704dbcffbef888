"""A SQLite table whose schema is known from an earlier run: its own indexes answer, and nothing else differs."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import sopwb.data.open as opening
from sopwb.data.declaration import SourceDeclaration, declare
from sopwb.data.memory import MemoryTable, in_key_order
from sopwb.data.open import open_table
from sopwb.data.sqlite_table import SqliteTable
from sopwb.kernel.diagnostics import UserError

TABLE = 'CREATE TABLE t (id INTEGER PRIMARY KEY, "Full Name" TEXT, code TEXT COLLATE NOCASE, n INTEGER, x REAL, u TEXT)'
INDEXES = (
    'CREATE INDEX by_name ON t ("Full Name", n)',
    "CREATE INDEX by_code ON t (code)",
    "CREATE INDEX some_n ON t (n) WHERE n > 5",
    "CREATE INDEX by_x ON t (x)",
)
ROWS = [(9, "Ann", "a", 7, 1.5, "u"), (3, "Bob", "A", None, 2.0, "v"), (5, "Ann", "b", 1, 0.1, "u")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(opening, "SQLITE_LOOK_UP_ROWS_MIN", 1)
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        for statement in (TABLE, *INDEXES):
            connection.execute(statement)
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return tmp_path


def declared(folder: Path, **settings: object) -> SourceDeclaration:
    declaration, faults = declare("things", {"path": "shop.db", "key": "id", **settings}, str(folder))
    assert declaration is not None, faults
    return declaration


def twice(folder: Path, **settings: object) -> tuple[MemoryTable, SqliteTable]:
    """Open a table before and after its schema is known."""
    first = open_table(declared(folder, **settings), cache_dir=folder / "cache")
    second = open_table(declared(folder, **settings), cache_dir=folder / "cache")
    assert isinstance(first, MemoryTable)
    assert isinstance(second, SqliteTable)
    return first, second


def test_nothing_that_it_answers_differs_from_reading_it_whole(folder: Path) -> None:
    first, second = twice(folder)
    assert (second.schema, second.count(), second.originals) == (first.schema, first.count(), first.originals)
    assert second.fingerprint() == first.fingerprint()
    for field in first.schema.record.names():
        for value in [*[row[field] for row in first.rows()], None, "ann", "Ann", 7, 2**70, Decimal("1.50"), True]:
            wanted = list(first.matching(field, value))
            fresh = open_table(declared(folder), cache_dir=folder / "cache")
            assert list(fresh.matching(field, value)) == wanted, (field, value)
    assert list(second.rows()) == list(first.rows())
    assert list(second.batches()) == list(first.batches())


@pytest.mark.parametrize(
    ("field", "value", "by_sql"),
    [
        ("id", 5, True),
        ("Full_Name", "Ann", True),
        ("code", "a", False),
        ("n", 7, False),
        ("x", Decimal("1.5"), False),
        ("u", "u", False),
        ("Full_Name", None, False),
    ],
)
def test_only_an_index_that_compares_bytes_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, field: str, value: object, by_sql: bool
) -> None:
    _, table = twice(folder)
    opened_whole: list[str] = []
    sort = in_key_order

    def noticed(*args: Any) -> Any:
        opened_whole.append(field)
        return sort(*args)

    monkeypatch.setattr(opening, "in_key_order", noticed)
    list(table.matching(field, value))
    assert bool(opened_whole) is not by_sql


def test_a_field_with_a_declared_type_is_not_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, table = twice(folder, fields={"id": "string"})
    assert list(table.matching("id", "5")) == list(first.matching("id", "5")) != []


def test_an_index_of_a_file_that_changed_is_not_asked(folder: Path) -> None:
    _, table = twice(folder)
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("INSERT INTO t VALUES (11, 'Cid', 'c', 1, 1.0, 'u')")
    connection.close()
    with pytest.raises(UserError, match="SOP-D018"):
        list(table.matching("id", 5))
    with pytest.raises(UserError, match="SOP-D018"):
        list(table.rows())
    assert open_table(declared(folder), cache_dir=folder / "cache").count() == 4
    assert len(list((folder / "cache" / "columns").glob("*.schema"))) == 1


def test_a_damaged_note_is_not_believed(folder: Path) -> None:
    twice(folder)
    (note,) = (folder / "cache" / "columns").glob("*.schema")
    note.write_bytes(b'{"key": 3}')
    assert isinstance(open_table(declared(folder), cache_dir=folder / "cache"), MemoryTable)
