"""Which identifiers fields get."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwb.data.names import RESERVED, distinct, identifiers
from tests.data.opened import opened


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("id", "id"),
        ("First Name", "First_Name"),
        ("Größe (cm)", "Grosse_cm"),
        ("2024", "_2024"),
        ("in", "in_"),
        ("a-b", "a_b"),
        ("prénom", "prenom"),
        ("Ελλάδα", "Ellada"),
        ("Имя клиента", "Imya_klienta"),
        ("Й", "Y"),
        ("名前", "field_1"),
        ("%", "field_1"),
        ("Straße", "Strasse"),
        ("total€", "total"),
        ("__x", "__x"),
        ("x" * 80, "x" * 64),
        ("Łódź", "Lodz"),
    ],
)
def test_a_name_becomes_an_ascii_identifier(name: str, word: str) -> None:
    assert identifiers([name]) == {name: word}


def test_names_that_come_out_alike_are_numbered_and_real_identifiers_stay() -> None:
    assert identifiers(["a b", "a-b", "a_b"]) == {"a b": "a_b_2", "a-b": "a_b_3", "a_b": "a_b"}


def test_a_header_is_made_distinct() -> None:
    assert distinct(["id", "id", "", " x "]) == ["id", "id_2", "field_3", "x"]


@given(st.lists(st.text(max_size=70), unique=True, max_size=12))
def test_identifiers_are_always_distinct_and_usable(names: list[str]) -> None:
    words = list(identifiers(names).values())
    assert len(set(words)) == len(names)
    for word in words:
        assert word.isascii()
        assert word.isidentifier()
        assert len(word) <= 64
        assert word not in RESERVED


def test_a_table_remembers_the_sources_own_names(tmp_path: Path) -> None:
    table = opened(tmp_path, "a.csv", "Kunden Nr.,Straße\n7,Ring 1\n", key="Kunden Nr.")
    assert table.schema.key == "Kunden_Nr"
    assert table.originals == {"Kunden_Nr": "Kunden Nr.", "Strasse": "Straße"}  # type: ignore[attr-defined]
    assert list(table.matching("Strasse", "Ring 1")) == [{"Kunden_Nr": 7, "Strasse": "Ring 1"}]
