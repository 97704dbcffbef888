# ruff: noqa: E501 - what a person says is read as one line
"""What people add, take back or explain in passing, and questions whose answers complete a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk
from tests.author.test_wordings import HEAD, asked, said

COUNTED = HEAD + "Return { n }: n is the number of its trips."
SIZED = HEAD + "Return { miles, size }: miles is the sum of miles of its trips. size is 'large' for big boats and 'small' for all others."


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Sorry, trips with more than 10 miles shouldn't count.", "!(it.miles > 10)"),
        ("I forgot, trips with no back_on don't count at all.", "it.back_on != null"),
        ("oh, and there's one more thing: trips with no back_on must not be counted.", "it.back_on != null"),
    ],
)
def test_what_does_not_count_is_said_later(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, COUNTED, words)


def test_a_vague_word_that_is_explained_completes_the_sentence_that_it_stood_in(tmp_path: Path) -> None:
    replies = talk(tmp_path, SIZED, "A boat is big if its miles are 5 or more.")
    assert [r.kind for r in replies] == ["question", "answer"]
    assert replies[1].script is not None
    assert "mile >= 5 ? 'large' : 'small'" in str(replies[1].script["steps"])


def test_a_script_is_begun_anew_after_a_question(tmp_path: Path) -> None:
    first = HEAD.replace("probe", "boat_class") + "Return { class, late }: late is true if the boat is classified."
    again = "Right, we don't record that. Create the script boat_class so that it takes a boat_id. Return { class, long }: long is true if the length of the boat is over 8."
    replies = talk(tmp_path, first, again, "Save it.")
    assert [r.kind for r in replies] == ["question", "answer", "answer"]
    assert replies[2].saved == ["boat_class"]


def test_a_script_gets_another_name(tmp_path: Path) -> None:
    replies = talk(tmp_path, COUNTED, "One more thing, call the script boat_trips rather than probe. Then save it.")
    assert replies[-1].saved == ["boat_trips"]


PRICED = "Create a script trip_price. It takes a trip_id. Return { miles, price }. "


def test_prices_by_size_are_read_with_their_nouns(tmp_path: Path) -> None:
    text = said(tmp_path, PRICED + "Trips of up to 5 miles pay 90 and trips of more than 5 miles pay 120.")
    assert "trip.miles <= 5 ? 90 : 120" in text


@pytest.mark.parametrize("words", ["Trips of up to 6 miles pay 90 and trips of 6 miles or more pay 120.", "Trips of up to 5 miles pay 90 and trips of 6 miles or more pay 120."])
def test_prices_by_size_that_overlap_or_leave_a_gap_are_asked_about(tmp_path: Path, words: str) -> None:
    assert "5" in asked(tmp_path, PRICED + words) or "6" in asked(tmp_path, PRICED + words)


FEE = HEAD + "Return { fee, miles, ok }: fee is the length times 10. miles is the sum of miles of its trips. ok is true if fee is over 50."


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("And never charge more than 60.", "math.least(fee, 60)"),
        ("It must never charge over 60.", "math.least(fee, 60)"),
        ("And anyone with more than 30 miles gets 25 extra on top of the fee.", "mile > 30 ? fee + 25 : fee"),
        ("Boats which are not insured should be ok as well.", "|| !boat.insured"),
        ("Actually, leave out the miles.", "{'fee': 'fee', 'ok': 'ok'}"),
        ("We don't need ok after all.", "{'fee': 'fee', 'miles': 'mile'}"),
    ],
)
def test_a_rule_is_added_or_a_field_dropped_in_passing(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, FEE, words)


@pytest.mark.parametrize("words", ["Boats which are not insured should get a fee as well.", "Never charge more than the others."])
def test_what_fits_no_field_is_asked_about(tmp_path: Path, words: str) -> None:
    asked(tmp_path, FEE, words)


def test_a_script_that_is_begun_anew_may_say_instead(tmp_path: Path) -> None:
    first = HEAD.replace("probe", "boat_class") + "Return { class, late }: late is true if the boat is classified."
    again = "We don't record that. Create the script boat_class so that it takes a boat_id instead. Return { class }."
    assert [r.kind for r in talk(tmp_path, first, again)] == ["question", "answer"]
