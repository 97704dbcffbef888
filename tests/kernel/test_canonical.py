"""Canonical JSON and identity: the vectors are a contract; changing one changes the id of everything frozen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from sopwb.kernel.canonical import canonical_bytes, json_text, parse_json
from sopwb.kernel.ids import digest, object_id

VECTORS: list[tuple[Any, str]] = [
    ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
    ({"n": Decimal("1200.00")}, '{"n":"1200"}'),
    ({"n": Decimal("-0.0")}, '{"n":"0"}'),
    ({"n": Decimal("1E+3")}, '{"n":"1000"}'),
    ([2**53 - 1, 2**53, -(2**63)], '[9007199254740991,"9007199254740992","-9223372036854775808"]'),
    ("é\u2028\t\"\\\x01", '"é\u2028\\t\\"\\\\\\u0001"'),
    ({}, "{}"),
]


@pytest.mark.parametrize(("value", "text"), VECTORS)
def test_canonical_json_is_fixed(value: Any, text: str) -> None:
    assert canonical_bytes(value).decode() == text


@pytest.mark.parametrize(
    ("kind", "payload", "id_"),
    [
        ("script", b"{}", "b3:807d9ccf9a8c5203e97bc872d9e25daecefea0f977fbf30781378014d2b2396f"),
        ("draft", b"{}", "b3:374ac80618d115872cec5fe83373117663131d4e399d876f1383671094330ab4"),
        ("script", b"", "b3:4ae09e4a4261bceaa07566476d542aa56c2af2b82d41b0f793c743b4b0b180a7"),
        ("job", b'{"job":1}', "b3:9ac31e615ac7752445f9dc15d3fb41e3ce7a651fbc457da0bbb516b0177dca0c"),
        ("run", b"\xff" * 1000, "b3:330451eb9856697ffb2ec333242f08bf22aa215976c5c9f45eb1bf1203e9224c"),
    ],
)
def test_ids_are_fixed_for_ever(kind: str, payload: bytes, id_: str) -> None:
    assert object_id(kind, payload) == id_
    salted = b"sop1\0" + kind.encode() + b"\0" + len(payload).to_bytes(8, "big") + payload
    assert id_ == "b3:" + blake3(salted).hexdigest()


@pytest.mark.parametrize("value", [1.5, {"é": 1}, "e\u0301", {1: 2}, object()])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the texts are for people
        canonical_bytes(value)


def test_a_list_of_parts_hashes_unlike_any_other_split_of_its_bytes() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc") != digest(b"abc")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "a": 2}', "duplicate key"),
        ("[NaN]", "not JSON"),
        ("[1e999]", "out of range"),
        ("1e99999999999999999999", "out of range"),
        ('["' + "[" * 200, "nested deeper"),
        ("[" * 200 + "]" * 200, "nested deeper"),
        ('{"a": "\\ud800"}', "surrogates"),
        ("[1,]", "Expecting value|Illegal"),
        (b"\xff", "utf-8"),
    ],
)
def test_reading_refuses_what_is_not_exact_json(text: str | bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_json(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.decimals(-(10**20), 10**20, allow_nan=False, allow_infinity=False, places=6)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20)


@given(JSON)
def test_reply_json_reads_back_as_the_same_value(value: Any) -> None:
    assert parse_json(json_text(value)) == value
    assert parse_json(json_text(value, indent=1)) == value


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_read_or_are_refused(data: Any) -> None:
    try:
        parse_json(data)
    except ValueError:
        return
