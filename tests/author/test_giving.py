# ruff: noqa: E501 - what a person says is read as one line
"""What comes out and at once what it is, in every word order; values that get their name later; openings by a plain name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author import test_records
from tests.author.test_wordings import HEAD, asked, said

COUNT = "{'n': 'n'}"


def taught(folder: Path, *turns: str) -> str:
    """Give the steps of a script about students, whose lessons have one date only."""
    reply = test_records.hold(folder, "Create a script called probe. It takes a student_id. " + turns[0], *turns[1:])
    assert reply.kind == "answer", reply.reply
    assert reply.script is not None
    return str(reply.script["steps"]).replace('"', "'")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("It returns n, that's how many trips it has had, and busy, which is true if n is 2 or more.", "'expr': 'n >= 2'"),
        ("It returns far (the total miles of its trips) and level: 'high' if far is over 20, otherwise 'ok'.", "far > 20 ? 'high' : 'ok'"),
        ("It gives me n, the number of its trips, and busy, true if n is over 3.", "'expr': 'n > 3'"),
        ("I'd like n (how many trips it has), far (their miles added up) back.", "t.miles)"),
        ("It should also give me a level: 'long' if the length is 7 or more, otherwise 'short'.", "boat.length >= 7 ? 'long' : 'short'"),
        ("Return two things: n, the number of its trips; and far, the sum of their miles.", "{'n': 'n', 'far': 'far'}"),
        ("n is the number of its trips. far is the sum of the miles of its trips. Return n, far and pace, where pace is far divided by n.", "far / n"),
        ("n comes out, which is the number of its trips.", COUNT),
        ("Return n = number of trips of the boat.", COUNT),
        ("Count the trips of that boat and return that as n.", COUNT),
        ("n is the number of trips of the boat. Return n.", COUNT),
    ],
)
def test_a_returned_name_is_explained_beside_it(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HEAD + words).replace('"', "'")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Count the trips of that boat. Call that count n. Return { n }.", COUNT),
    ],
)
def test_values_get_their_names_afterwards(tmp_path: Path, words: str, step: str) -> None:
    text = said(tmp_path, HEAD + words).replace('"', "'")
    assert step in text
    assert "boat_id == boat_id" in text


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Look at the lessons of the student in the last 30 days. I want n (how many there were) and minutes (the total) back.", "'minutes': 'minute'"),
        ("Tell me whether the student is busy, meaning they have at least 2 lessons in the last 60 days. Also return n, the number of their lessons.", "'busy': 'busy', 'n': 'n'"),
        ("It tells me if they're a regular, meaning they've had at least 2 lessons in the last 60 days. I'd like the number of lessons back too, so regular and lessons please.", "{'regular': 'regular', 'lessons': 'lesson'}"),
        ("It pays 0.20 a minute for all the lessons of the student in the last 30 days. Give me minutes (the total) and pay.", "l.minutes) * 0.2"),
        ("It gets the average price and the average minutes of the past 30 days. Name them usual and long and round them to whole numbers.", "round(must(long))"),
        ("Return the highest and the lowest price of the last 90 days. Call them peak and calm.", "{'peak': 'peak', 'calm': 'calm'}"),
        ("Return the highest price and the lowest price of the last 90 days. Call them peak and calm.", "{'peak': 'peak', 'calm': 'calm'}"),
    ],
)
def test_what_is_said_of_a_time_is_of_the_records_of_that_time(tmp_path: Path, words: str, step: str) -> None:
    text = taught(tmp_path, words)
    assert step in text
    assert text.count("it.student_id == student_id") == text.count("'op': 'fetch'") - text.count("'one'")
    assert text.count("add_days(today, -") == 1


@pytest.mark.parametrize("words", ["the sum of all their trip miles", "the boat's trip miles added up", "the summed miles of its trips", "the trip miles of the boat in total"])
def test_a_field_stands_behind_the_noun_of_its_records(tmp_path: Path, words: str) -> None:
    text = said(tmp_path, HEAD + f"Return far, {words}.")
    assert "trips.sum(t, t.miles)" in text
    assert "boat_id == boat_id" in text


@pytest.mark.parametrize(
    "words",
    [
        "Extend it by far, the sum of the miles of its trips.",
        "Add to the result far, the sum of the miles of its trips.",
        "Put far in as well, the sum of the miles of its trips.",
        "Besides n, return far, the sum of the miles of its trips.",
        "And far, the sum of the miles of its trips.",
        "Add a second field, far, to the result: the sum of the miles of its trips.",
        "far should be returned too; it is the sum of the miles of its trips.",
    ],
)
def test_one_more_field_is_put_in(tmp_path: Path, words: str) -> None:
    assert "{'n': 'n', 'far': 'far'}" in said(tmp_path, HEAD + "Return { n }, the number of its trips.", words)


@pytest.mark.parametrize(
    "words",
    [
        "Build viability, which takes a boat_id.",
        "viability takes a boat_id.",
        "New script: viability. Input: boat_id.",
        "Prepare a script viability expecting a boat_id.",
        "First script: viability, with boat_id.",
        "Define viability(boat_id).",
        "Could you set me up with a script named viability? I'll give it a boat_id.",
        "The script is called viability and takes a boat_id.",
        "Given a boat_id, a script called boat_viability should count the trips of the boat.",
    ],
)
def test_a_script_begins_by_a_plain_name(tmp_path: Path, words: str) -> None:
    assert "it.boat_id == boat_id" in said(tmp_path, words + " Return { n }, the number of trips of the boat.")


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("Return the highest miles and the lowest miles of its trips.", "What should these 2 returned values be called?"),
        ("Return { n }, the number of its trips. I'd also like the sum of the miles of its trips.", "What should that returned value be called?"),
        ("Return { n }, the number of its trips. Call them a1 and b1.", "Which values should be called a1 and b1?"),
    ],
)
def test_values_without_a_name_are_asked_about(tmp_path: Path, words: str, question: str) -> None:
    assert question in asked(tmp_path, HEAD + words + " Save it.")


def test_records_of_nobody_in_particular_are_asked_about(tmp_path: Path) -> None:
    assert "Of which boat" in asked(tmp_path, "Create a script called probe. Return { n }, the number of trips of the boat. Save it.")


def test_a_single_plural_name_keeps_its_letters(tmp_path: Path) -> None:
    assert "{'fares': 'fare'}" in said(tmp_path, HEAD + "fares is the sum of the fee_net of its trips. Return fares.")


def test_that_sum_is_the_sum_inside_cases_too(tmp_path: Path) -> None:
    words = "Add up the miles of the trips of the boat. Return left, 100 minus that sum. Also return fill. That is 'none' if that sum is 0, 'full' if left is 0, and 'open' otherwise."
    assert "sum == 0 ? 'none' : left == 0 ? 'full'" in said(tmp_path, HEAD + words).replace('"', "'")
