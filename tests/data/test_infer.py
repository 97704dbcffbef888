"""Which type a field has, judged by its values; and the values themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwb.data.infer import decimal_fits, read_float, shape_of_texts, shape_type
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.types import type_text
from tests.data.opened import column, opened


def check(cells: str, wanted: str) -> None:
    """Judge a column of CSV cells, written with | between them."""
    assert type_text(shape_type(shape_of_texts(cells.split("|"), dt.UTC))) == wanted


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        ("1|-2|0", "int"),
        ("1||2", "int?"),
        ("", "string?"),
        ("1|2.5", "decimal"),
        ("0.10|-0.5", "decimal"),
        ("007|8", "string"),
        ("+1|2", "string"),
        ("1.|2", "string"),
        (".5", "string"),
        ("1e5", "string"),
        ("1 000", "string"),
        ("1,5", "string"),
        ("00.5", "string"),
        (" 1", "string"),
        ("١", "string"),
        ("NaN", "string"),
        ("-", "string"),
        ("9223372036854775807|-9223372036854775808", "int"),
        ("9223372036854775808", "decimal"),
        ("1|9223372036854775808", "decimal"),
        ("9" * 38, "decimal"),
        ("9" * 39, "string"),
        ("9" * 20 + "." + "9" * 18, "decimal"),
        ("9" * 20 + "." + "9" * 19, "string"),
        ("0." + "1" * 38, "decimal"),
        ("0." + "1" * 39, "string"),
        ("1." + "0" * 60, "decimal"),
        ("true|false", "bool"),
        ("true|", "bool?"),
        ("True", "string"),
        ("true|1", "string"),
        ("2026-01-31|1999-12-31", "date"),
        ("2026-02-30", "string"),
        ("2026-1-3", "string"),
        ("20260131", "int"),
        ("2026-01-31T09:30:00Z", "timestamp"),
        ("2026-01-31 09:30", "timestamp"),
        ("2026-01-31T09:30:00.25+02:00", "timestamp"),
        ("2026-01-31T25:00:00", "string"),
        ("2026-01-31T09", "string"),
        ("2026-W01-1", "string"),
        ("2026-01-31|2026-01-31T09:30", "string"),
        ("2026-01-31|x", "string"),
        ("Ann|", "string?"),
    ],
)
def test_csv_cells_are_judged_by_how_they_are_written(cells: str, type_: str) -> None:
    check(cells, type_)


@pytest.mark.parametrize(
    ("values", "type_", "texts"),
    [
        ("1, 2", "int", ["1", "2"]),
        ("1, null", "int?", ["1", None]),
        ("1, 2.50", "decimal", ["1", "2.5"]),
        ("1.0, 1e3", "decimal", ["1", "1000"]),
        ("9223372036854775808", "decimal", ["9223372036854775808"]),
        (
            "0.1, 0.30000000000000000000000000000000000001",
            "decimal",
            ["0.1", "0.30000000000000000000000000000000000001"],
        ),
        ("true, false", "bool", ["true", "false"]),
        ('"true"', "string", ["true"]),
        ('"12", "007"', "string", ["12", "007"]),
        ('"2026-01-31"', "date", ["2026-01-31"]),
        ('"2026-01-31T10:00:00+01:00", null', "timestamp?", ["2026-01-31T09:00:00Z", None]),
        ('"2026-01-31", "soon"', "string", ["2026-01-31", "soon"]),
        ('"", "a"', "string", ["", "a"]),
        ("null", "string?", [None]),
        ("[], []", "list<string>", ["[]", "[]"]),
        ("[1, 2.5], [null]", "list<decimal?>", ["[1, 2.5]", "[null]"]),
        ('{"a": 1}, {"b b": "x"}', "{a: int?, b_b: string?}", ['{"a": 1, "b_b": null}', '{"a": null, "b_b": "x"}']),
    ],
)
def test_json_values_keep_their_kinds(tmp_path: Path, values: str, type_: str, texts: list[str | None]) -> None:
    records = ", ".join(f'{{"v": {value}}}' for value in _split(values))
    assert column(opened(tmp_path, "a.json", f"[{records}]"), "v") == (type_, texts)


def _split(values: str) -> list[str]:
    import json

    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(values):
        _, end = decoder.raw_decode(values, at)
        found.append(values[at:end])
        at = end + 2
    return found


def test_a_missing_field_is_null(tmp_path: Path) -> None:
    table = opened(tmp_path, "a.json", '[{"a": 1}, {"b": 2}, {"a": 3, "b": 4}]')
    assert type_text(table.schema.record) == "{a: int?, b: int?}"
    assert list(table.rows()) == [{"a": 1, "b": None}, {"a": None, "b": 2}, {"a": 3, "b": 4}]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (["1", '"x"'], "SOP-D031 at a.json record 2: v: a string where other records have an int"),
        (["true", "1"], "SOP-D031 at a.json record 2: v: an int where other records have a bool"),
        (["[1]", "1"], "SOP-D031 at a.json record 2: v: an int where other records have a list"),
        (["[1]", '["x"]'], "SOP-D031 at a.json record 2: v: a string where other records have an int"),
        (
            ['{"a": 1}', "null", '{"a": "x"}'],
            "SOP-D031 at a.json record 3: v: a string where other records have an int",
        ),
        (["1", "9" * 39], "SOP-D030 at a.json record 2"),
        (["1e300"], "SOP-D030 at a.json record 1: v: 1E+300 has more than 38 digits"),
    ],
)
def test_clashing_json_values_name_the_first_record_that_differs(tmp_path: Path, values: list[str], line: str) -> None:
    records = ", ".join(f'{{"v": {value}}}' for value in values)
    with pytest.raises(UserError) as caught:
        opened(tmp_path, "a.json", f"[{records}]")
    assert caught.value.diagnostics[0].line().startswith(line)
    assert column(opened(tmp_path, "a.json", '[{"v": 1}, {"v": "x"}]', fields={"v": "string"}), "v") == (
        "string",
        ["1", "x"],
    )


def test_a_clash_is_found_across_chunks(tmp_path: Path) -> None:
    lines = '{"v": 1}\n' * 9_000 + '{"v": "x"}\n'
    with pytest.raises(UserError, match=r"SOP-D031 at a.jsonl:9001"):
        opened(tmp_path, "a.jsonl", lines)
    cells = "v\n" + "1\n" * 9_000 + "x\n"
    assert column(opened(tmp_path, "a.csv", cells), "v")[0] == "string"
    assert column(opened(tmp_path, "a.csv", "v\n" + "1\n" * 9_000 + "2.5\n"), "v")[0] == "decimal"


def test_a_date_time_without_an_offset_is_local_in_the_workspaces_zone(tmp_path: Path) -> None:
    from zoneinfo import ZoneInfo

    table = opened(
        tmp_path, "a.csv", "at\n2026-07-01 12:00\n2026-07-01T12:00Z\n2026-10-25 02:30\n", ZoneInfo("Europe/Berlin")
    )
    assert column(table, "at")[1] == ["2026-07-01T10:00:00Z", "2026-07-01T12:00:00Z", "2026-10-25T00:30:00Z"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (1e-12, "0.000000000001"),
        (1.5e-13, "0"),
        (2.5, "2.5"),
        (0.1 + 0.2, "0.3"),
        (1e22, "10000000000000000000000"),
        (1e-300, "0"),
        (-0.0, "0"),
        (123456789.123456789, "123456789.12345679"),
    ],
)
def test_binary_floats_are_read_by_their_shortest_text(number: float, text: str) -> None:
    from sopwb.kernel.values import decimal_text

    assert decimal_text(read_float(number)) == text


@given(st.integers(-(10**40), 10**40), st.integers(-45, 5))
def test_a_decimal_fits_when_38_digits_hold_it(digits: int, exponent: int) -> None:
    number = Decimal(digits).scaleb(exponent)
    plain = format(number, "f").lstrip("-")
    whole, _, fraction = plain.partition(".")
    wanted = len(whole.lstrip("0")) + len(fraction.rstrip("0")) <= 38
    assert decimal_fits(number) == wanted
