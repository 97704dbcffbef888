"""Exact JSON: the bytes that traces and ids hash."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwb.kernel.canonical import canonical_bytes
from sopwb.kernel.values import Secret
from sopwb.run.exact_text import exact_text


def check(value: Any, expected: str) -> None:
    assert exact_text(value) == expected


@pytest.mark.parametrize(("value", "expected"), [
    (None, "null"), (True, "true"), (7, "7"), (2**53, '"9007199254740992"'), (Decimal("1200.00"), '"1200"'),
    ("a\n\"é", '"a\\n\\"é"'), (dt.date(2026, 1, 31), '"2026-01-31"'),
    (dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC), '"2026-01-31T09:00:00Z"'), (dt.timedelta(minutes=90), '"5400s"'),
    (Secret("{{steps/2#0}}"), '"{{steps/2#0}}"'), ({"b": 1, "a": [None, {}]}, '{"a":[null,{}],"b":1}'),
    ({2: "x", 10: "y"}, '{"10":"y","2":"x"}'), ({True: 1}, '{"true":1}'), ({"é": 1}, '{"é":1}'),
])  # fmt: skip
def test_a_value_has_one_text(value: Any, expected: str):
    check(value, expected)


def test_a_lone_surrogate_passes():
    assert exact_text("\ud800").encode("utf-8", "surrogatepass")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_where_canonical_json_takes_a_value_the_texts_are_the_same(value: Any):
    try:
        canonical = canonical_bytes(value)
    except ValueError:
        return
    assert exact_text(value).encode() == canonical


@given(JSON)
def test_the_text_is_json(value: Any):
    json.loads(exact_text(value))
