"""Inputs: what JSON and the command line's texts become, and what is said of those that do not fit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sopwb.kernel.diagnostics import UserError
from sopwb.lang.environment import Parameter
from sopwb.lang.types import parse_type
from sopwb.run.inputs import check_inputs, read_inputs

UTC = dt.UTC


def read(type_: str, raw: Any, zone: dt.tzinfo | None = None) -> Any:
    return read_inputs((Parameter("x", parse_type(type_)),), {"x": raw}, zone)["x"]


def check(type_: str, raw: Any, expected: Any) -> None:
    """Check that a raw value is read as exactly this value, of this Python type."""
    found = read(type_, raw)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("type_", "raw", "expected"), [
    ("int", 12, 12),
    ("int", "12", 12),
    ("int", "-3", -3),
    ("int", Decimal("12.0"), 12),
    ("decimal", 12, Decimal(12)),
    ("decimal", "12.50", Decimal("12.50")),
    ("decimal", Decimal("0.1"), Decimal("0.1")),
    ("decimal", "1e3", Decimal(1000)),
    ("bool", True, True),
    ("bool", "false", False),
    ("string", "12", "12"),
    ("string?", "null", "null"),
    ("int?", None, None),
    ("int?", "null", None),
    ("date", "2026-01-31", dt.date(2026, 1, 31)),
    ("timestamp", "2026-01-31T09:00:00+01:00", dt.datetime(2026, 1, 31, 8, tzinfo=UTC)),
    ("timestamp", "2026-01-31t09:00z", dt.datetime(2026, 1, 31, 9, tzinfo=UTC)),
    ("duration", "1h30m", dt.timedelta(minutes=90)),
    ("duration", "-1.5h", dt.timedelta(minutes=-90)),
    ("list<int>", [1, "2"], [1, 2]),
    ("list<int>", "[1, 2]", [1, 2]),
    ("{a: int, b: date?}", {"a": 1}, {"a": 1, "b": None}),
    ("map<int, bool>", '{"1": true}', {1: True}),
])  # fmt: skip
def test_a_value_is_read_by_its_parameters_type(type_: str, raw: Any, expected: Any):
    check(type_, raw, expected)


@pytest.mark.parametrize(("type_", "raw"), [
    ("int", "12.5"), ("int", True), ("int", "twelve"), ("int", 2**63), ("int", Decimal("0.5")), ("int", None),
    ("decimal", "NaN"), ("decimal", "1" * 39), ("decimal", float("inf")), ("decimal", True), ("decimal", "1,5"),
    ("bool", 1), ("bool", "yes"),
    ("string", 12), ("string", None),
    ("date", "2026-02-30"), ("date", "20260131"), ("date", "31.01.2026"), ("date", 20260131),
    ("timestamp", "2026-01-31"), ("timestamp", "2026-01-31T09:00:00"), ("timestamp", "2026-01-31T25:00:00Z"),
    ("timestamp", "0001-01-01T00:00:00+02:00"),
    ("duration", "90"), ("duration", "1 h"), ("duration", ""), ("duration", "99999999999999h"),
    ("list<int>", "[1, 'a']"), ("list<int>", "1"), ("list<int>", [1, "a"]), ("list<int>", {"a": 1}),
    ("{a: int}", {"a": 1, "b": 2}), ("{a: int}", {}), ("map<int, bool>", {"one": True}),
])  # fmt: skip
def test_a_value_that_does_not_fit_its_type_is_refused(type_: str, raw: Any):
    with pytest.raises(UserError) as caught:
        read(type_, raw)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.path) == ("SOP-R003", "inputs/x")
    assert diagnostic.expected


def test_an_instant_without_an_offset_is_meant_in_the_zone():
    zone = dt.timezone(dt.timedelta(hours=2))
    assert read("timestamp", "2026-01-31T09:00:00", zone) == dt.datetime(2026, 1, 31, 7, tzinfo=UTC)


def test_a_misfit_says_where_inside_the_value_it_is():
    _, (diagnostic,) = check_inputs((Parameter("x", parse_type("list<{a: int}>")),), {"x": [{"a": 1}, {"a": "b"}]})
    assert diagnostic.message == "x[1].a must be int, found 'b'"


def test_a_secret_is_never_an_input():
    _, (diagnostic,) = check_inputs((Parameter("code", parse_type("secret")),), {"code": "XYZ"})
    assert diagnostic.code == "SOP-R004"
    assert "XYZ" not in diagnostic.line()


PARAMS = (Parameter("customer_id", parse_type("string")), Parameter("since", parse_type("date?")))


def test_an_optional_parameter_may_be_left_out():
    assert read_inputs(PARAMS, {"customer_id": "C1"}) == {"customer_id": "C1", "since": None}


def test_a_missing_parameter_is_named_with_its_type():
    _, (diagnostic,) = check_inputs(PARAMS, {})
    assert (diagnostic.code, diagnostic.path, diagnostic.expected) == ("SOP-R001", "inputs/customer_id", "string")


def test_an_unknown_parameter_is_named_with_the_nearest_one():
    _, (missing, unknown) = check_inputs(PARAMS, {"costumer_id": "C1"})
    assert (missing.code, unknown.code, unknown.nearest) == ("SOP-R001", "SOP-R002", "customer_id")


def test_everything_that_is_wrong_is_said_at_once():
    _, wrong = check_inputs(PARAMS, {"customer_id": 1, "since": "x", "y": 2})
    assert [diagnostic.code for diagnostic in wrong] == ["SOP-R003", "SOP-R003", "SOP-R002"]
