# ruff: noqa: E501 - what a person says is read as one line
"""English to scripts: the same meaning in several wordings gives the same steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.author.talking import steps, talk

MILES = [
    {"op": "fetch", "name": "trips", "from": "trips", "where": "it.boat_id == boat_id"},
    {"op": "math", "name": "total", "expr": "trips.sum(t, t.miles)"},
    {"op": "return", "value": {"total": "total"}},
]


@pytest.mark.parametrize(
    "said",
    [
        "Create a script called mileage. It takes a boat_id. Return { total }, the sum of miles over that boat's trips.",
        "I need a script named mileage that takes a boat_id and returns { total }, the sum of the miles of the trips of that boat.",
        "script mileage_, input boat_id. return { total }: the sum of miles over all trips of that boat.",
        "could you make me a script called mileage? boat_id goes in. give me back { total }. total is the sum of miles over its trips",
    ],
)
def test_a_sum_reads_the_same_in_every_wording(tmp_path: Path, said: str) -> None:
    assert steps(talk(tmp_path, said)[0]) == MILES


def last_return(reply: Any) -> dict[str, str]:
    found: dict[str, str] = steps(reply)[-1]["value"]
    return found


@pytest.mark.parametrize(
    ("words", "test"),
    [
        ("more than 7", "> 7"), ("over 7", "> 7"), ("at least 7", ">= 7"), ("7 or more", ">= 7"), ("at most 7", "<= 7"),
        ("no more than 7", "<= 7"), ("under 7", "< 7"), ("exactly 7", "== 7"),
    ],
)
def test_comparatives_say_whether_the_limit_counts(tmp_path: Path, words: str, test: str) -> None:
    said = f"Create a script called long_boat. It takes a boat_id. Return {{ long }}. long is true if the boat's length is {words}."
    assert f"boat.length {test}" in str(steps(talk(tmp_path, said)[0]))


def test_a_correction_changes_the_number_and_nothing_else(tmp_path: Path) -> None:
    first = "Create a script called big_boat. It takes a boat_id. Return { big }. big is true if the boat's length is over 7."
    before, after = talk(tmp_path, first, "make it 8, not 7")
    assert str(steps(before)).replace("> 7", "> 8") == str(steps(after))


def test_undo_gives_back_the_script_as_it_was(tmp_path: Path) -> None:
    first = "Create a script called big_boat. It takes a boat_id. Return { big }. big is true if the boat's length is over 7."
    before, _, undone = talk(tmp_path, first, "make it 8", "undo that")
    assert steps(before) == steps(undone)


def test_a_renamed_field_keeps_its_meaning(tmp_path: Path) -> None:
    _, after = talk(tmp_path, "Create a script called mileage. It takes a boat_id. Return { total }, the sum of miles over its trips.",
                    "rename the field total to miles")
    assert last_return(after) == {"miles": "total"}


def test_a_plain_yes_saves_what_was_run(tmp_path: Path) -> None:
    replies = talk(tmp_path, "Create a script called mileage. It takes a boat_id. Return { total }, the sum of miles over its trips.",
                   "Run mileage for boat 'b1'.", "Perfect.")
    assert '"total": 32.5' in replies[1].reply
    assert replies[2].saved == ["mileage"]


def test_a_yes_before_any_run_saves_nothing(tmp_path: Path) -> None:
    replies = talk(tmp_path, "Create a script called mileage. It takes a boat_id. Return { total }, the sum of miles over its trips.", "Perfect.")
    assert replies[1].saved == []
