"""What sopwb.toml says about a source, and what is wrong with it."""

from __future__ import annotations

import pytest

from sopwb.data.codes import CODES
from sopwb.data.declaration import declare
from sopwb.data.postgres.address import Address
from sopwb.lang.types import type_text


def check(settings: dict[str, object], *wanted: str, name: str = "orders") -> None:
    """Declare and compare the faults, one line each."""
    declaration, faults = declare(name, settings, "/shop")
    assert (declaration is None) == bool(wanted)
    assert len(faults) == len(wanted), faults
    for fault, text in zip(faults, wanted, strict=True):
        assert text in fault.line()


def test_a_complete_declaration_has_nothing_wrong() -> None:
    settings = {
        "path": "db/shop.json",
        "format": "tinydb",
        "table": "orders",
        "key": "id",
        "fields": {"total": "decimal?"},
    }
    declaration, faults = declare("orders", settings, "/shop")
    assert declaration is not None
    assert faults == ()
    assert (declaration.file, declaration.table, declaration.key) == ("/shop/db/shop.json", "orders", "id")
    assert [(name, type_text(type_)) for name, type_ in declaration.fields] == [("total", "decimal?")]


@pytest.mark.parametrize(
    ("path", "format_"),
    [
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.tsv", "csv"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.parquet", "parquet"),
        ("a.sqlite", "sqlite"),
        ("a.sqlite3", "sqlite"),
        ("a.db", "sqlite"),
    ],
)
def test_the_files_ending_says_the_format(path: str, format_: str) -> None:
    declaration, _ = declare("a", {"path": path}, ".")
    assert declaration is not None
    assert declaration.format == format_


def test_an_unknown_setting_names_the_nearest() -> None:
    check({"path": "a.csv", "keys": "id"}, "SOP-D001 at data.orders: unknown setting keys; did you mean key?")
    check({"path": "a.csv", "colour": "red"}, "known are path, url, format, table, key, writable, index, fields")


def test_a_source_without_a_path_is_refused() -> None:
    check({"key": "id"}, "SOP-D002 at data.orders: source orders has no path")
    check({"pth": "a.csv"}, "SOP-D001", "SOP-D002 at data.orders: source orders has no path (is pth the path?)")


def test_a_type_that_is_none_names_the_nearest() -> None:
    check({"path": "a.csv", "fields": {"total": "decimall"}}, "SOP-D003 at data.orders.fields.total")
    check({"path": "a.csv", "fields": {"total": "float"}}, "did you mean decimal?")
    check({"path": "a.csv", "fields": {"total": 3}}, "a type is a text")
    check({"path": "a.csv", "fields": {"pin": "list<secret>"}}, "a source cannot hold secrets")
    check({"path": "a.csv", "fields": "id"}, "SOP-D006")


def test_an_unknown_format_names_the_nearest() -> None:
    check({"path": "a.csv", "format": "cvs"}, "SOP-D004 at data.orders: unknown format 'cvs'; did you mean csv?")
    check({"path": "a.xlsx"}, "the ending .xlsx says no format")
    check({"path": "a"}, "a file without ending says no format")


def test_a_table_of_a_database_is_declared_by_url_and_table() -> None:
    settings = {"url": "postgresql://ann:pw@db:5433/shop?sslmode=require", "table": "sales.orders", "key": "id"}
    declaration, faults = declare("orders", settings, "/shop")
    assert declaration is not None, faults
    assert (declaration.path, declaration.format, declaration.table) == (
        "postgresql://ann@db:5433/shop?sslmode=require", "postgresql", "sales.orders"
    )  # fmt: skip
    assert "pw" not in repr(declaration)


def test_what_is_wrong_with_a_url_is_named_and_the_url_is_not() -> None:
    url = "postgresql://localhost/shop"
    check({"url": "https://example.com/a.csv"}, "SOP-D005 at data.orders: a source is a file or a PostgreSQL database")
    check({"url": url}, "SOP-D007 at data.orders: a database needs table")
    check({"url": url, "table": "orders", "path": "a.csv"}, "SOP-D006 at data.orders: a source has either path or url")
    check({"url": url, "table": "orders", "format": "csv"}, "SOP-D006 at data.orders: format is of a file")
    for unsure in ("u:p@ss@h/d", "u:p/ss@h/d", "u:p?ss@h/d", "u:pass", "u:pass/d", "h/d?password", "h/d@x"):
        url = f"postgresql://{unsure}"
        said = "SOP-D005 at data.orders: the url can be read in more than one way (postgresql://[USER@]HOST[:PORT]/DATABASE"
        check({"url": url, "table": "orders"}, said)
        assert Address(url).shown == "postgresql://***"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://h", "postgresql://h"),
        ("postgresql://", "postgresql://"),
        ("postgresql://u:pw@h:1/d", "postgresql://u@h:1/d"),
        ("postgresql://u:@h", "postgresql://u@h"),
        ("postgresql://:pw@h", "postgresql://@h"),
        ("postgresql://u:p%40w@[::1]:5432,h2:1/d", "postgresql://u@[::1]:5432,h2:1/d"),
        ("postgresql://u:secret://shop-db@h/d", "postgresql://u@h/d"),
        ("postgresql://h/d?user=a@b&password=pw&sslmode=off", "postgresql://h/d?user=a@b&password=***&sslmode=off"),
        ("postgresql://h/d?sslpassword=pw", "postgresql://h/d?sslpassword=***"),
        ("postgresql:///d?host=/tmp&password=secret://x", "postgresql:///d?host=/tmp&"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert Address(url).shown == shown
    assert Address(url).readable()
    assert "pw" not in f"{Address(url)!r} {Address(url)} {Address(url).__rich_repr__()}"


def test_settings_of_the_wrong_kind_are_refused() -> None:
    check({"path": 3}, "SOP-D006 at data.orders: path is a text")
    check({"path": "a\0.csv"}, "SOP-D006")
    check({"path": "a.csv"}, "cannot name a source", name="my orders")


def test_a_table_of_a_file_without_tables_is_refused() -> None:
    check({"path": "a.json", "table": "x"}, 'a TinyDB file needs format = "tinydb"')
    check({"path": "a.csv", "table": "x"}, "SOP-D007")


def test_every_code_is_there_once_with_title_help_and_example() -> None:
    assert len({code.id for code in CODES}) == len(CODES)
    for code in CODES:
        assert code.id.startswith("SOP-D0")
        assert code.title
        assert code.help
        assert code.example


def test_an_index_is_a_list_of_fields_of_a_file() -> None:
    declaration, _ = declare("orders", {"path": "a.csv", "index": ["customer_id", "day"]}, "/shop")
    assert declaration is not None
    assert declaration.index == ("customer_id", "day")
    for wrong in ("customer_id", [1], {"a": 1}):
        check({"path": "a.csv", "index": wrong}, "SOP-D006 at data.orders: index is a list of fields")
    database = {"url": "postgresql://db/shop", "table": "orders", "index": ["day"]}
    check(database, "SOP-D006 at data.orders: a database has indexes of its own")


def test_a_source_is_writable_only_where_it_says_so_and_its_format_can_be() -> None:
    for path, format_ in (("o.json", "tinydb"), ("o.sqlite", "sqlite")):
        declaration, _ = declare("orders", {"path": path, "format": format_, "table": "o"}, "/shop")
        assert declaration is not None
        assert declaration.read_only == "is not declared writable"
        declaration, _ = declare("orders", {"path": path, "format": format_, "table": "o", "writable": True}, "/shop")
        assert declaration is not None
        assert declaration.read_only == ""
    check({"path": "o.csv", "writable": True}, "SOP-D008 at data.orders: orders is a CSV file, which cannot be written")
    check({"path": "o.parquet", "writable": True}, "is a Parquet file, which cannot be written")
    check({"path": "o.sqlite", "writable": "yes"}, "writable is true or false")
    declaration, _ = declare("orders", {"path": "o.csv", "writable": False}, "/shop")
    assert declaration is not None
    assert declaration.read_only == "is a CSV file, which cannot be written"
