# ruff: noqa: E501 - what a person says is read as one line
"""Lists of returned fields without braces: what each is, how it is rounded, and what is asked where two are possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.test_wordings import HEAD, asked, said

FAR = HEAD + "far is the sum of the miles of its trips. n is the number of its trips. "


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Return n and far.", "'value': {'n': 'n', 'far': 'far'}"),
        ("Return n, far and the length.", "{'n': 'n', 'far': 'far', 'length': 'boat.length'}"),
        ("Return n, far, the boat's class and length.", "'far': 'far', 'class': 'boat.class', 'length': 'boat.length'}"),
        ("Return n, far, the name of the boat and trip_count, the number of its trips.", "'far', 'name': 'boat.name', 'trip_count': 'trip_count'}"),
        ("Return n, far and the number of its trips as trip_count.", "'far': 'far', 'trip_count': 'trip_count'}"),
        ("Return n, the length rounded to a whole number, and far.", "'length': 'round(boat.length)', 'far': 'far'"),
        ("Return n and far rounded to one decimal.", "{'n': 'n', 'far': 'round(far, 1)'}"),
        ("Return n, far, and half, which is far divided by 2, all rounded to one decimal.", "'far': 'round(far, 1)', 'half': 'round(half, 1)'}"),
        ("Give me n (how many trips there were) and far (the total miles) back.", "{'n': 'n', 'far': 'far'}"),
        ("Return n, far and busy, which is true if n is 2 or more.", "n >= 2"),
        ("Return n, far, the class and the discount, which is 10 for sail, 5 for motor and 0 for anything else.", "boat.class == 'sail' ? 10 : boat.class == 'motor' ? 5 : 0"),
        ("Find the latest trip of the boat by left_on. Return n, far and last_miles, the miles recorded in it. If the boat has no trips, n is 0 and the other two fields stay empty.", "'last_miles': 'null'"),
        ("Return n, far and class. If the boat has no trips, class is 'idle' and the other two fields are empty.", "{'n': 'null', 'far': 'null', 'class': \"'idle'\"}"),
    ],
)
def test_a_list_of_fields_is_returned(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, FAR + words)


def test_a_command_can_end_the_sentence(tmp_path: Path) -> None:
    assert "'far': 'far'" in said(tmp_path, FAR + "Return n and far, and save the script.")


def test_a_list_uses_the_names_that_it_explains(tmp_path: Path) -> None:
    words = "Create a script called probe that takes a boat_id and returns made, that's how many trips it has had, and busy, which is true if made is 2 or more."
    assert "made >= 2" in said(tmp_path, words)


def test_rounding_what_is_returned_leaves_what_others_use_exact(tmp_path: Path) -> None:
    text = said(tmp_path, FAR + "cost is far times 3. Return n, far and cost, all rounded to one decimal.")
    assert "'expr': 'far * 3'" in text
    assert "'far': 'round(far, 1)', 'cost': 'round(cost, 1)'" in text


@pytest.mark.parametrize(
    "words",
    [
        "Add a field size to the result. It is 'big' if n is over 2, 'mid' if n is 2, and 'small' otherwise.",
        "Also return size: 'big' if n is over 2, 'mid' if n is 2, and 'small' otherwise.",
        "Also return size, which is 'big' if n is over 2, 'mid' if n is 2, and 'small' otherwise.",
    ],
)
def test_a_further_field_is_added_with_its_cases(tmp_path: Path, words: str) -> None:
    assert "n > 2 ? 'big' : n == 2 ? 'mid' : 'small'" in said(tmp_path, FAR + "Return n and far.", words).replace('"', "'")


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("fare is far times 2. Return fare and far rounded to one decimal.", "Which of fare and far should be rounded?"),
        ("Return owner, the name of the boat, and class.", "Is owner the name, or are both returned?"),
        ("Return insured, the length.", "I did not understand"),
        ("Return n, far and class, both rounded to one decimal.", "I did not understand"),
        ("Return n, far, class and name. If the boat has no trips, class is 'idle' and the other two fields are empty.", "Which other fields are meant?"),
        ("Return n, far and worth.", "What is worth?"),
    ],
)
def test_a_list_with_two_readings_is_asked_about(tmp_path: Path, words: str, question: str) -> None:
    assert question in asked(tmp_path, FAR + words)
