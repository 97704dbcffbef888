# ruff: noqa: E501 - what a person says is read as one line
"""Sentences as offices write them: values of each record, cases behind "otherwise", when something is due, prices apiece."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import steps, talk

HEAD = "Create a script called probe. It takes a boat_id. "


def said(folder: Path, *turns: str) -> str:
    """Give the steps of the open script after the last turn, as text."""
    return str(steps(talk(folder, *turns)[-1]))


def asked(folder: Path, *turns: str) -> str:
    """Give the question that the last turn comes to."""
    reply = talk(folder, *turns)[-1]
    assert reply.kind == "question", reply.reply
    return reply.reply


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("The stay of a trip is the number of days from left_on to back_on. Trips without a back_on are left aside. Return { x }: the longest stay.", "trips.max(t, days_between(t.left_on, t.back_on))"),
        ("The stay of each trip is the days between left_on and back_on. Trips with no back_on are ignored. Return { x }: how many trips have a stay of 2 days or more.", "days_between(it.left_on, it.back_on) >= 2"),
        ("It covers the trips of that boat with a left_on in November 2026. Return { x }: the number of those trips.", "it.left_on >= date('2026-11-01') && it.left_on <= date('2026-11-30')"),
        ("x is the sum of miles over the boat's trips, leaving out those where miles is over 100. Return { x }.", "!(it.miles > 100)"),
        ("x is the number of its trips where back_on is before 2026-11-10; a blank back_on means that they are out there, and such a trip counts. Return { x }.", "it.back_on == null || it.back_on"),
        ("The next check of a boat is due 6 months after the back_on of its latest trip, counting only trips whose miles is over 10. A boat without any trips is due 2026-12-31. A missing back_on is an error. Return { due_on }.", ""),
        ("Every trip costs 1.50 per mile (its miles field), with a minimum of 20 a trip. Return { x }: the amount to pay.", "math.greatest(t.miles * 1.5, 20)"),
        ("x is 'old' if length is over 8, whatever it was. Otherwise it is 'mid' when length is at least 7, and 'new' below that. Return { x }.", "boat.length > 8 ? 'old' : (boat.length >= 7 ? 'mid' : 'new')"),
        ("Return { a, b }: the total miles of its trips, and the percentage of its trips whose miles are at most 10, rounded to a whole number.", "round(size(trips_2) * 100 / size(trips))"),
    ],
)
def test_an_office_sentence_comes_to_its_steps(tmp_path: Path, words: str, step: str) -> None:
    found = said(tmp_path, HEAD + words) if step else asked(tmp_path, HEAD + words)
    assert step in found


def test_a_time_in_days_is_not_compared_with_hours(tmp_path: Path) -> None:
    text = HEAD + "The stay of a trip is the number of days from left_on to back_on. Trips without a back_on are left aside. Return { x }: how many trips have a stay of more than 5 hours."
    assert "in days" in asked(tmp_path, text)


def test_a_text_of_the_script_is_the_condition_that_it_is_given_under(tmp_path: Path) -> None:
    text = "Return { x, y }. x is 'long' if length is over 8, 'small' if length is under 6, and 'plain' otherwise. y is 1 if the boat is 'small', and 0 otherwise."
    found = said(tmp_path, HEAD + text)
    assert "boat.length < 6" in found.split("'name': 'y'")[1]


def test_another_number_of_months_holds_for_some(tmp_path: Path) -> None:
    text = HEAD + "The next check of a boat is due 6 months after 2026-06-01. Return { due_on }."
    found = said(tmp_path, text, "For boats whose class is 'sail' it is 12 months instead of 6.")
    assert "boat.class == 'sail' ? 12 : 6" in found


def test_what_is_not_said_in_both_cases_stays_as_it_is(tmp_path: Path) -> None:
    text = HEAD + "x is 'a' if the class is 'sail', and 'b' otherwise. Return { x }."
    assert asked(tmp_path, text, "For boats that are insured it is 24 months instead of 12, in both cases.")


def test_a_mail_says_another_text_for_some(tmp_path: Path) -> None:
    first = HEAD + "Return { trips }: the number of its trips. Save it."
    second = "Make a process boat_mails: for every boat in boats, send an email to its owner_email with the subject 'Trips: NAME' and the body 'TRIPS trips.' NAME is the boat's name; the others are what probe returns. If a boat had no trips, the body is 'None.' instead."
    assert "trips == 0 ? 'None.' : string(" in said(tmp_path, first, second)
