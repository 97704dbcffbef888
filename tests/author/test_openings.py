# ruff: noqa: E501 - what a person says is read as one line
"""Openings and results in many wordings: whatever the words, the same script comes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import steps, talk

RETURNS = "Return { n }, the number of trips of the boat."
MILES = "m is the sum of miles over the trips of the boat divided by 3, k is the length of the boat divided by 3. "
HEAD = "Create boat_report. It takes a boat_id. "


@pytest.mark.parametrize(
    "said",
    [
        "Add a script boat_report whose parameter is boat_id.",
        "boat_report is what I need. boat_id goes in.",
        "We need a maintenance script with the name boat_report. It takes a boat_id.",
        "For our harbour team: a script called boat_report, input boat_id.",
        "Script boat_report, parameter boat_id, for our harbour.",
        "The script is called boat_report, its parameter is boat_id.",
        "i'd love a script boat_report where i put in a boat_id.",
        "could you do me a boat_report script, you feed it a boat_id.",
        "box office script pls: boat_report, wants a boat_id.",
        "What I need is a script named boat_report which expects a boat_id.",
        "There is a script I'd like to have: boat_report. It's given a boat_id.",
        "Please write something that I can call boat_report. It works from a boat_id.",
        "Name of the script: boat_report. Its parameter: boat_id.",
        "make a script 'boat_report'. input is boat_id.",
        "boat_report(boat_id).",
        "Create boat_report. It takes the boat's id.",
        "Create boat_report. It takes the id of a boat.",
        "Create boat_report. The only parameter is boat_id.",
        "Create boat_report. It accepts a boat_id as its only argument.",
        "Create boat_report. The caller passes a boat_id.",
        "Create boat_report. It works for one boat (boat_id).",
    ],
)
def test_a_name_and_its_parameter_are_read_in_every_wording(tmp_path: Path, said: str) -> None:
    reply = talk(tmp_path, f"{said} {RETURNS}")[0]
    assert steps(reply)[-1] == {"op": "return", "value": {"n": "n"}} or "size(trips)" in str(steps(reply))
    assert reply.script is not None
    assert list(reply.script["params"]) == ["boat_id"]


@pytest.mark.parametrize(
    ("said", "types"),
    [
        ("Parameters: boat_id, from_day and until_day, the latter two being dates.", {"from_day": "date", "until_day": "date"}),
        ("It has three inputs: boat_id (text), from_day and until_day (dates).", {"from_day": "date", "until_day": "date"}),
        ("It takes a boat_id and since (a date).", {"since": "date"}),
    ],
)
def test_a_type_said_of_several_parameters_is_given_to_each(tmp_path: Path, said: str, types: dict[str, str]) -> None:
    reply = talk(tmp_path, f"Create boat_report. {said} {RETURNS}")[0]
    assert reply.script is not None, reply.reply
    assert types.items() <= reply.script["params"].items()


@pytest.mark.parametrize("said", ["Make the script shorter.", "Write a script quickly.", "left_on: a date.", "we need a check for boats until november: late_boats"])
def test_what_names_no_script_opens_none(tmp_path: Path, said: str) -> None:
    assert talk(tmp_path, said)[0].kind == "question"


@pytest.mark.parametrize(
    "said",
    [
        "What comes back is { n, m }: the number of trips of the boat and the sum of their miles.",
        "The result has the fields { n, m }: the number of trips of the boat and the sum of their miles.",
        "Hand me { n, m }: the number of trips of the boat and the sum of their miles.",
        "Tell me n (the number of trips of the boat) and m, which is the sum of their miles.",
        "Compute n, the number of trips of the boat; and m, which is the sum of their miles. The answer is { n, m }.",
        "i'd like { n, m } back, n being the number of trips of the boat and m being the sum of their miles.",
        "The result should contain two fields, n and m: the number of trips of the boat and the sum of their miles.",
        "It gives back { n }, the number of trips of the boat. one more thing to give back: m, the sum of their miles.",
    ],
)
def test_a_result_is_read_in_every_wording(tmp_path: Path, said: str) -> None:
    found = steps(talk(tmp_path, HEAD + said)[0])
    assert found[-1]["op"] == "return"
    assert list(found[-1]["value"]) == ["n", "m"]
    assert "size(trips)" in str(found)
    assert "trips.sum(t, t.miles)" in str(found)


@pytest.mark.parametrize("words", ["both", "each", "all"])
def test_a_rounding_of_all_results_rounds_all(tmp_path: Path, words: str) -> None:
    found = str(steps(talk(tmp_path, f"{HEAD}{MILES}Return {{ m, k }}, {words} rounded half up to 2 decimals.")[0]))
    assert "round(m, 2)" in found
    assert "round(k, 2)" in found


def test_a_rounding_of_one_of_several_results_is_asked_about(tmp_path: Path) -> None:
    reply = talk(tmp_path, f"{HEAD}{MILES}Return {{ m, k }}, rounded half up to 2 decimals. Save it.")[0]
    assert reply.kind == "question"
    assert "rounded" in reply.reply


@pytest.mark.parametrize("said", ["give me just the price, a bare number, no object.", "Return the price, as a plain number.", "It returns a single number, not an object: the price."])
def test_a_bare_value_is_no_object(tmp_path: Path, said: str) -> None:
    found = steps(talk(tmp_path, f"{HEAD}price is the length of the boat times 3. {said}")[0])
    assert isinstance(found[-1]["value"], str)
