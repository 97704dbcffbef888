"""What is said about files that are missing, broken or of the wrong kind; and that nothing else ever is."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sopwb.data.open as opening
from sopwb.data.declaration import SourceDeclaration, declare
from sopwb.data.open import open_table, open_tables
from sopwb.kernel.diagnostics import UserError
from tests.data.opened import column, opened


def check(folder: Path, file: str, content: str | bytes, line: str, **settings: Any) -> None:
    """Open and compare the beginning of the one line that is said."""
    with pytest.raises(UserError) as caught:
        opened(folder, file, content, **settings)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.line().startswith(line), diagnostic.line()


CASES: list[tuple[str, str | bytes, str, dict[str, object]]] = [
    ("a.csv", "", "SOP-D013 at a.csv: a.csv is empty", {}),
    ("a.csv", "\n\n", "SOP-D013 at a.csv: a.csv has no header", {}),
    ("a.csv", "a,b\n1,2\n1,2,3\n", "SOP-D014 at a.csv:3: 3 cells where the header has 2", {}),
    ("a.csv", 'a,b\n"x\ny",2\n\n1\n', "SOP-D014 at a.csv:5: 1 cell where the header has 2", {}),
    ("a.csv", 'a,b\n1,"x\n', "SOP-D014 at a.csv:2: not CSV: unexpected end of data (is a quote missing?)", {}),
    ("a.csv", 'a,b\n1,"x"y\n', "SOP-D014 at a.csv:2: not CSV", {}),
    ("a.csv", b"a,b\n1,2\n1,\xe9\n", "SOP-D012 at a.csv:3: line 3 is not UTF-8 text", {}),
    ("a.csv", "a,b\n1,2\n".encode("utf-16"), "SOP-D012 at a.csv:1: a.csv is UTF-16, not UTF-8 (save it as UTF-8)", {}),
    ("a.csv", "a\n1\n\n\n2\n3\n3\n", "SOP-D021 at a.csv:7: key a 3 stands twice: a.csv:6 and a.csv:7", {"key": "a"}),
    (
        "a.csv",
        "id,n\n1,2\n2,x\n",
        "SOP-D030 at a.csv:3: n: 'x' is not an int (declare its type: [data.things.fields])",
        {"fields": {"n": "int"}},
    ),
    (
        "a.csv",
        "id,n\n1,2\n",
        "SOP-D024 at a.csv: no record has the declared field m; did you mean n? (declare int? for one that may come)",
        {"fields": {"m": "int"}},
    ),
    (
        "a.csv",
        "id,at\n1,2026-02-30\n",
        "SOP-D030 at a.csv:2: at: '2026-02-30' is not a day of the calendar",
        {"fields": {"at": "date"}},
    ),
    ("a.json", "", "SOP-D013 at a.json: a.json is empty", {}),
    ("a.json", " \n", "SOP-D013", {}),
    ("a.json", '[{\n"a": 1,}]', "SOP-D014 at a.json:2: not JSON: ", {}),
    ("a.json", '[{"a": NaN}]', "SOP-D014 at a.json: not JSON: NaN is not JSON", {}),
    ("a.json", '[{"a": 1, "a": 2}]', "SOP-D014 at a.json: not JSON: duplicate key 'a'", {}),
    ("a.json", "[" * 5000, "SOP-D014 at a.json: not JSON: nested deeper", {}),
    ("a.json", b'[{"a": "\xff"}]', "SOP-D012 at a.json:1", {}),
    ("a.json", "[{}, 3]", "SOP-D015 at a.json record 2: found a number where a record was expected", {}),
    (
        "a.json",
        '{"loans": {"1": {}}}',
        "SOP-D015 at a.json: a.json holds an object, not an array of records "
        '(a TinyDB file needs format = "tinydb" and table = "loans")',
        {},
    ),
    ("a.json", "3", "SOP-D015 at a.json: a.json holds a number", {}),
    ("a.json", '[{"id": [1]}]', "SOP-D023 at a.json: the key id is list<int>", {"key": "id"}),
    ("a.json", '[{"id": true}]', "SOP-D023", {"key": "id"}),
    ("a.jsonl", '{"a": 1}\n{"a": }\n', "SOP-D014 at a.jsonl:2: not JSON: Expecting value (column 7)", {}),
    ("a.jsonl", '{"a": 1}\n[]\n', "SOP-D015 at a.jsonl:2: found an array where a record was expected", {}),
    ("a.jsonl", b'{"a": 1}\n\xff\n', "SOP-D012 at a.jsonl:2", {}),
    ("a.json", "[]", "SOP-D015 at a.json: a.json is not a TinyDB file", {"format": "tinydb"}),
    (
        "a.json",
        '{"loans": {"1": {}}}',
        "SOP-D016 at a.json: a.json has no table loan; did you mean loans?",
        {"format": "tinydb", "table": "loan"},
    ),
    (
        "a.json",
        '{"a": {"1": {}}, "b": {}}',
        "SOP-D007 at a.json: a.json has a, b; table does not say which",
        {"format": "tinydb"},
    ),
    ("a.json", '{"loans": {"1": 5}}', "SOP-D015 at a.json loans document 1: found a number", {"format": "tinydb"}),
    ("a.db", "", "SOP-D013 at a.db: a.db is empty", {}),
    (
        "a.db",
        "hello, this is no database at all" * 40,
        "SOP-D014 at a.db: not a readable SQLite file: file is not a database",
        {},
    ),
    ("a.parquet", "", "SOP-D013", {}),
    ("a.parquet", "PAR1 nonsense PAR1", "SOP-D014 at a.parquet: not a readable Parquet file", {}),
]


@pytest.mark.parametrize(("file", "content", "line", "settings"), CASES)
def test_a_broken_file_is_said_in_one_line_with_its_place(
    tmp_path: Path, file: str, content: str | bytes, line: str, settings: dict[str, object]
) -> None:
    check(tmp_path, file, content, line, **settings)


def declared(folder: Path, **settings: object) -> SourceDeclaration:
    declaration, faults = declare("things", settings, str(folder))
    assert declaration is not None, faults
    return declaration


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id\n1\n")
    with pytest.raises(
        UserError, match=r"SOP-D010 at order.csv: there is no file order.csv; did you mean orders.csv\?"
    ):
        open_table(declared(tmp_path, path="order.csv"), cache_dir=None)
    with pytest.raises(UserError, match=r"SOP-D010 at sub/a.csv.*there is no folder"):
        open_table(declared(tmp_path, path="sub/a.csv"), cache_dir=None)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"SOP-D011 at .*is a folder"):
        open_table(declared(tmp_path, path=".", format="csv"), cache_dir=None)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(UserError, match=r"SOP-D011 at a.csv: a.csv is not a plain file"):
        open_table(declared(tmp_path, path="a.csv"), cache_dir=None)


def test_an_undeclared_source_names_the_nearest_and_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    tables = open_tables([declared(tmp_path, path="absent.csv")], None)
    assert tables.names() == ("things",)
    with pytest.raises(UserError, match=r"SOP-D040 .*did you mean things\?"):
        tables.table("thing")
    with pytest.raises(UserError, match="SOP-D010"):
        tables.table("things")
    (tmp_path / "absent.csv").write_text("id\n1\n")
    assert tables.table("things") is tables.table("things")


# --- what is read all the same ------------------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [
        "id,name\n1,Ann\n",
        "\ufeffid,name\n1,Ann\n",
        "id,name\r\n1,Ann\r\n",
        "id;name\n1;Ann\n",
        "id\tname\n1\tAnn\n",
        "id, name\n1, Ann\n",
        "\n\nid,name\n1,Ann",
        "id,name\n\n1,Ann\n\n",
        '"id","name"\n"1","Ann"\n',
        "id,name\r1,Ann\r",
    ],
)
def test_the_usual_spellings_of_csv_are_the_same(tmp_path: Path, content: str) -> None:
    assert list(opened(tmp_path, "a.csv", content).rows()) == [{"id": 1, "name": "Ann"}]


def test_json_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert list(opened(tmp_path, "a.json", '\ufeff[{"a": 1}]').rows()) == [{"a": 1}]
    assert list(opened(tmp_path, "a.jsonl", '\ufeff{"a": 1}\r\n\r\n{"a": 2}').rows()) == [{"a": 1}, {"a": 2}]


def test_a_source_without_records_has_its_key_and_declared_fields(tmp_path: Path) -> None:
    for file, content in (("a.json", "[]"), ("a.csv", "id,total\n"), ("a.jsonl", "\n")):
        table = opened(tmp_path, file, content, key="id", fields={"total": "decimal"})
        assert column(table, "id") == ("string", [])
        assert column(table, "total") == ("decimal", [])
        assert table.count() == 0


def test_records_without_fields_are_still_counted(tmp_path: Path) -> None:
    assert list(opened(tmp_path, "a.json", "[{}, {}]").rows()) == [{}, {}]


def test_a_tinydb_document_has_its_own_number_as_a_key(tmp_path: Path) -> None:
    content = json.dumps({"_default": {}, "loans": {"12": {"a": "x"}, "3": {"a": "y"}}})
    table = opened(tmp_path, "a.json", content, format="tinydb", key="doc_id")
    assert list(table.rows()) == [{"doc_id": 3, "a": "y"}, {"doc_id": 12, "a": "x"}]


# --- sqlite -------------------------------------------------------------------------------------
def database(folder: Path, *statements: str) -> Path:
    path = folder / "shop.db"
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_the_declared_types_of_sqlite_columns_are_taken_where_all_values_fit(tmp_path: Path) -> None:
    database(
        tmp_path,
        "CREATE TABLE t (ok BOOLEAN, bad BOOLEAN, price DECIMAL(10,2), at DATETIME, n INTEGER, none INTEGER, pic BLOB)",
        "INSERT INTO t VALUES (1, 2, 5, '2026-01-31', 1, NULL, x'00')",
        "INSERT INTO t VALUES (0, 0, 2.5, '2026-01-31 10:00', 2, NULL, NULL)",
    )
    table = open_table(declared(tmp_path, path="shop.db"), cache_dir=None)
    assert column(table, "ok") == ("bool", ["true", "false"])
    assert column(table, "bad") == ("int", ["2", "0"])
    assert column(table, "price") == ("decimal", ["5", "2.5"])
    assert column(table, "at") == ("timestamp", ["2026-01-31T00:00:00Z", "2026-01-31T10:00:00Z"])
    assert column(table, "none") == ("int?", [None, None])
    assert "pic" not in table.schema.record.names()


def test_sqlite_values_that_have_no_type_are_bad_records(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE t (v)", "INSERT INTO t VALUES (1), (9e999)")
    with pytest.raises(UserError, match=r"SOP-D030 at shop.db t row 2: v: inf is not a number"):
        open_table(declared(tmp_path, path="shop.db"), cache_dir=None)
    database(tmp_path, "DELETE FROM t", "INSERT INTO t VALUES (x'00')")
    with pytest.raises(UserError, match=r"SOP-D030 at shop.db t row \d: v: bytes have no type here"):
        open_table(declared(tmp_path, path="shop.db"), cache_dir=None)


def test_a_missing_sqlite_table_names_the_nearest(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE orders (id)", "CREATE TABLE t (id)")
    with pytest.raises(UserError, match=r"SOP-D016 .*has no table order; did you mean orders\?"):
        open_table(declared(tmp_path, path="shop.db", table="order"), cache_dir=None)
    with pytest.raises(UserError, match=r"SOP-D007 .*has orders, t"):
        open_table(declared(tmp_path, path="shop.db"), cache_dir=None)


def test_views_and_tables_without_rowid_are_read(tmp_path: Path) -> None:
    database(
        tmp_path,
        "CREATE TABLE t (id TEXT PRIMARY KEY) WITHOUT ROWID",
        "INSERT INTO t VALUES ('b'), ('a')",
        "CREATE VIEW v AS SELECT id || '!' AS loud FROM t",
    )
    assert column(open_table(declared(tmp_path, path="shop.db", table="t"), cache_dir=None), "id")[1] == ["a", "b"]
    assert column(open_table(declared(tmp_path, path="shop.db", table="v"), cache_dir=None), "loud")[1] == ["a!", "b!"]


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sopwb.data.read_sqlite as reading

    monkeypatch.setattr(reading, "SQLITE_BUSY_MS_MAX", 10)
    path = database(tmp_path, "CREATE TABLE t (id)")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UserError, match=r"SOP-D017 at shop.db: shop.db is locked by another program"):
        open_table(declared(tmp_path, path="shop.db"), cache_dir=None)
    holder.close()


def test_what_stands_in_a_write_ahead_log_is_read_and_hashed(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE t (id INTEGER)", "INSERT INTO t VALUES (1)")
    before = open_table(declared(tmp_path, path="shop.db"), cache_dir=None).fingerprint()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO t VALUES (2)")
    table = open_table(declared(tmp_path, path="shop.db"), cache_dir=None)
    assert column(table, "id")[1] == ["1", "2"]
    assert (before.kind, table.fingerprint().kind) == ("file", "file and write-ahead log")
    writer.execute("INSERT INTO t VALUES (3)")
    again = open_table(declared(tmp_path, path="shop.db"), cache_dir=None)
    assert again.fingerprint().digest not in (before.digest, table.fingerprint().digest)
    writer.close()


def test_a_source_is_never_written_to(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE t (id INTEGER)", "INSERT INTO t VALUES (1)")
    before = path.read_bytes()
    open_table(declared(tmp_path, path="shop.db"), cache_dir=None)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["shop.db"]


# --- fuzz ---------------------------------------------------------------------------------------
def _noise(chance: random.Random, seeds: list[bytes]) -> bytes:
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        change: list[Callable[[], object]] = [
            lambda at=at: data.__setitem__(slice(at, at + 1), chance.randbytes(1)),  # type: ignore[misc]
            lambda at=at: data.__delitem__(slice(at, at + chance.randrange(1, 9))),  # type: ignore[misc]
            lambda at=at: data.__setitem__(slice(at, at), chance.choice(_TOKENS)),  # type: ignore[misc]
        ]
        chance.choice(change)()
    return bytes(data)


_TOKENS = [
    b'"',
    b",",
    b"\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"1e99999999999999999999",
    b"-",
    b"9" * 50,
    b"\\ud800",
    b"\xff",
    b"\0",
    b"2026-13-45",
    b"true",
    b":",
    b'"id":',
    b"1e400",
    b"0.00",
    b"9999-12-31T23:59:59-23:59",
    b"\r",
    b"\xef\xbb\xbf",
]
_JSON = b'{"id": 1, "a": "2026-01-31", "b": [{"c": 1.5}, {"c": null}], "d": true}'


@pytest.mark.parametrize("fuzzed", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("stored", ["memory", "columns"])
@pytest.mark.parametrize("format_", ["csv", "json", "jsonl", "tinydb", "sqlite", "parquet"])
def test_random_bytes_are_read_or_refused_in_one_line(
    tmp_path: Path, format_: str, stored: str, fuzzed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = {
        "csv": [b'id,a,b\n1,2026-01-31,"x,\ny"\n2,2026-01-31T10:00:00Z,1.5\n'],
        "json": [b"[" + _JSON + b", " + _JSON.replace(b"1", b"2") + b"]"],
        "jsonl": [_JSON + b"\n" + _JSON.replace(b"1", b"2") + b"\n"],
        "tinydb": [b'{"t": {"1": ' + _JSON + b"}}"],
        "sqlite": [_sqlite_seed(tmp_path)],
        "parquet": [_parquet_seed(tmp_path)],
    }[format_]
    chance = random.Random(7)
    if stored == "columns":
        fuzzed //= 4  # each is written and read again
        monkeypatch.setattr(opening, "ROWS_IN_MEMORY_MAX", 0)
    declaration = declared(tmp_path, path="noise", format=format_, key="id")
    read = refused = 0
    lines: list[str] = []
    for _ in range(fuzzed):
        data = _noise(chance, seeds)
        (tmp_path / "noise").write_bytes(data)
        try:
            table = open_table(declaration, cache_dir=None)
            assert len(list(table.rows())) == table.count()
            read += 1
        except UserError as wrong:
            refused += 1
            lines.append(wrong.diagnostics[0].line())
    assert refused > fuzzed // 4
    assert not [line for line in lines if "\n" in line or len(line) > 1_000]
    assert read > 0 or format_ == "parquet"  # whose checks let next to nothing through


def _sqlite_seed(folder: Path) -> bytes:
    return database(
        folder, "CREATE TABLE t (id INTEGER, a TEXT, b REAL)", "INSERT INTO t VALUES (1, 'x', 1.5), (2, 'é', NULL)"
    ).read_bytes()


def _parquet_seed(folder: Path) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": [1, 2], "a": ["x", None], "b": [1.5, 2.5]}), folder / "seed")
    return (folder / "seed").read_bytes()
