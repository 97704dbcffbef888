"""A script's needs against live sources."""

from __future__ import annotations

import pytest

from sopwb.lang.environment import SourceSchema
from sopwb.lang.ir import SourceNeed
from sopwb.lang.types import RecordType, parse_type
from sopwb.run.reads import compare_reads


def record(text: str) -> RecordType:
    type_ = parse_type(text)
    assert isinstance(type_, RecordType)
    return type_


def check(needed: str, live: str, *codes: str, key: str | None = "id") -> None:
    """Check which differences a live record type makes."""
    need = SourceNeed("items", "id", record(needed))
    found = compare_reads((need,), lambda name: SourceSchema(name, key, record(live)))
    assert tuple(d.code for d in found) == codes


@pytest.mark.parametrize("live", [
    "{id: string, n: decimal}", "{n: decimal, more: bool, id: string}", "{id: string, n: int}",
    "{id: string, n: decimal?}",
])  # fmt: skip
def test_more_fields_another_order_narrower_numbers_and_nulls_are_allowed(live: str):
    check("{id: string, n: decimal}", live)


def test_a_value_serves_where_a_null_was_allowed():
    check("{id: string, n: int?}", "{id: string, n: int}")


def test_a_lost_field_is_a_difference():
    check("{id: string, n: int}", "{id: string}", "SOP-R022")


@pytest.mark.parametrize("live", ["string", "decimal", "list<int>"])
def test_a_changed_type_is_a_difference(live: str):
    check("{id: string, n: int}", f"{{id: string, n: {live}}}", "SOP-R023")


def test_a_nested_null_that_was_not_promised_is_a_difference():
    check("{id: string, n: list<int>}", "{id: string, n: list<int?>}", "SOP-R023")


def test_nested_records_may_have_further_fields():
    check("{id: string, n: {a: int}}", "{id: string, n: {b: bool, a: int}}")


def test_another_key_is_a_difference():
    check("{id: string}", "{id: string, number: int}", "SOP-R021", key="number")


def test_a_source_that_is_gone_is_a_difference():
    (found,) = compare_reads((SourceNeed("items", None, record("{n: int}")),), lambda name: None)
    assert found.code == "SOP-R020"


def test_all_differences_are_told_at_once_with_the_nearest_field():
    need = SourceNeed("items", "id", record("{id: string, email: string, n: int}"))
    found = compare_reads(
        (need,), lambda name: SourceSchema(name, "id", record("{id: string, e_mail: string, n: bool}"))
    )
    assert [(d.code, d.path, d.nearest) for d in found] == [
        ("SOP-R022", "data/items/email", "e_mail"),
        ("SOP-R023", "data/items/n", ""),
    ]
