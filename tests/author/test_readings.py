# ruff: noqa: E501 - what a person says is read as one line
"""Wording that has a near twin with the opposite meaning: what exactly is tested, or what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk

HEAD = "Create a script called probe. It takes a boat_id. "


def text_of(folder: Path, said: str) -> str:
    """Give the steps of the script that a sentence comes to, as text."""
    reply = talk(folder, HEAD + said)[0]
    assert reply.kind == "answer", reply.reply
    assert reply.script is not None
    return str(reply.script["steps"])


def asked(folder: Path, said: str, head: str = HEAD) -> str:
    """Give the question that a turn with "Save it" comes to."""
    reply = talk(folder, head + said + " Save it.")[0]
    assert reply.kind == "question", reply.reply
    assert reply.saved == []
    return reply.reply


@pytest.mark.parametrize(
    ("said", "test"),
    [
        ("at most 30 days ago", ">= add_days(today, -30)"),
        ("no more than 30 days ago", ">= add_days(today, -30)"),
        ("not more than 30 days ago", ">= add_days(today, -30)"),
        ("up to 30 days ago", ">= add_days(today, -30)"),
        ("30 days ago or less", ">= add_days(today, -30)"),
        ("30 days or less ago", ">= add_days(today, -30)"),
        ("30 days ago or more", "<= add_days(today, -30)"),
        ("at least 30 days ago", "<= add_days(today, -30)"),
        ("over 30 days ago", "< add_days(today, -30)"),
        ("older than 30 days ago", "< add_days(today, -30)"),
        ("under 30 days ago", "> add_days(today, -30)"),
        ("30 days ago or earlier", "<= add_days(today, -30)"),
        ("30 days ago or later", ">= add_days(today, -30)"),
        ("before 30 days ago", "< add_days(today, -30)"),
        ("earlier than 30 days ago", "< add_days(today, -30)"),
        ("not earlier than 30 days ago", ">= add_days(today, -30)"),
        ("older than 2026-03-01", "< date('2026-03-01')"),
        ("younger than 2026-03-01", "> date('2026-03-01')"),
        ("at least 30 days from today", ">= add_days(today, 30)"),
    ],
)
def test_sizes_compare_ages_and_before_and_after_compare_points(tmp_path: Path, said: str, test: str) -> None:
    assert f"it.left_on {test}" in text_of(tmp_path, f"n is the number of trips of the boat whose left_on is {said}. Return {{ n }}.")


@pytest.mark.parametrize(
    ("said", "test"),
    [
        ("more than 3 days before", "left_on < add_days(it.back_on, -3)"),
        ("less than 3 days before", "left_on > add_days(it.back_on, -3)"),
        ("at least 3 days before", "left_on <= add_days(it.back_on, -3)"),
        ("at most 3 days before", "left_on >= add_days(it.back_on, -3)"),
        ("3 days or more before", "left_on <= add_days(it.back_on, -3)"),
        ("more than 3 days earlier than", "left_on < add_days(it.back_on, -3)"),
        ("no later than 3 days before", "left_on <= add_days(it.back_on, -3)"),
        ("at least 3 days after", "days_between(it.back_on, it.left_on) >= 3"),
    ],
)
def test_a_distance_before_a_date_compares_distances(tmp_path: Path, said: str, test: str) -> None:
    text = text_of(tmp_path, f"n is the number of trips of the boat that have a back_on and whose left_on is {said} their back_on. Return {{ n }}.")
    assert test in text


def test_a_band_of_ages_compares_ages(tmp_path: Path) -> None:
    head = "Create a script called probe. It takes a trip_id. day is the left_on of the trip. Return { x }. "
    reply = talk(tmp_path, head + "x depends on day: 'fresh' for at most 30 days ago, 'old' otherwise.")[0]
    assert ">= add_days(today, -30)" in str(reply.script)


@pytest.mark.parametrize(
    "said", ["a fee_net not more than 20", "a fee_net no more than 20", "a fee_net of at most 20"]
)
def test_a_comparison_of_a_field_is_no_cap_of_the_count(tmp_path: Path, said: str) -> None:
    text = text_of(tmp_path, f"Return {{ n }}, the number of trips of the boat with {said}.")
    assert "it.fee_net <= 20" in text
    assert "least" not in text


def test_two_comparisons_stay_two(tmp_path: Path) -> None:
    text = text_of(tmp_path, "Return { n }, the number of trips of the boat with a fee_net of at most 20 and at least 10.")
    assert "it.fee_net <= 20 && it.fee_net >= 10" in text


@pytest.mark.parametrize(
    ("said", "test"),
    [
        ("in the last 30 days, not counting today", "it.left_on >= add_days(today, -30) && it.left_on < today"),
        ("in the last 30 days (without today)", "it.left_on >= add_days(today, -30) && it.left_on < today"),
        ("in the next 30 days, today excluded", "it.left_on > today && it.left_on <= add_days(today, 30)"),
        ("in the last 30 days, today included", "it.left_on >= add_days(today, -30) && it.left_on <= today"),
    ],
)
def test_a_window_leaves_today_out_where_that_is_said(tmp_path: Path, said: str, test: str) -> None:
    assert test in text_of(tmp_path, f"n is the number of trips of the boat whose left_on is {said}. Return {{ n }}.")


@pytest.mark.parametrize("rest", ["not counting yesterday", "not counting Mondays", "not counting weekends", "no insured ones"])
def test_a_restriction_that_is_not_understood_is_not_dropped(tmp_path: Path, rest: str) -> None:
    asked(tmp_path, f"Return {{ n }}, the number of trips of the boat whose left_on is in the last 30 days, {rest}.")


def test_so_much_for_every_three_divides_the_count(tmp_path: Path) -> None:
    assert "math.floor(size(trips) / 3) * 5" in text_of(tmp_path, "n is 5 for every 3 trips of the boat. Return { n }.")


def test_a_number_for_every_number_of_something_uncounted_is_asked(tmp_path: Path) -> None:
    asked(tmp_path, "n is 5 for every 10 miles of the boat. Return { n }.")


def test_all_of_a_source_are_not_only_those_of_the_parameter(tmp_path: Path) -> None:
    assert "boat_id ==" not in text_of(tmp_path, "n is the number of trips of all boats. Return { n }.")
    folder = tmp_path / "of the boat"
    folder.mkdir()
    assert "it.boat_id == boat_id" in text_of(folder, "n is the number of all trips of the boat. Return { n }.")


TRIP = "Create a script called probe. It takes a trip_id. Return { x }. "


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("x is 'big' if miles is more than 8 and 'small' if it is less than 8.", "exactly 8"),
        ("x is 'big' if miles is more than 8 and 'small' if miles is less than 8.", "exactly 8"),
        ("x is 'big' if miles is at least 8 and 'small' if it is at most 8.", "overlap: at exactly 8"),
        ("x is 'big' if miles is 8 or more, 'mid' if miles is between 4 and 7 and 'low' if miles is less than 4.", "between 7 and 8"),
        ("x is 'big' if miles is at least 8 and 'small' if miles is less than 5.", "between 5 and 8"),
        ("x is 'small' if miles is at most 5 and 'mid' if miles is more than 5 and at most 8.", "more than 8"),
    ],
)
def test_gaps_and_overlaps_of_bands_are_asked_about(tmp_path: Path, said: str, question: str) -> None:
    assert question in asked(tmp_path, said, TRIP)


def test_bands_that_meet_need_no_question(tmp_path: Path) -> None:
    reply = talk(tmp_path, TRIP + "x is 'big' if miles is at least 8 and 'small' if it is less than 8.")[0]
    assert reply.kind == "answer", reply.reply


def test_whole_numbers_have_nothing_between_seven_and_eight(tmp_path: Path) -> None:
    text = text_of(tmp_path, "n is the number of its trips. Return { n, x }. x is 'many' if n is 8 or more, 'some' for 4 to 7, 'few' for 1 to 3 and 'none' for 0.")
    assert "n >= 8 ? 'many' : n >= 4 && n <= 7 ? 'some'" in text


def test_the_narrower_of_two_bands_holds_where_it_can(tmp_path: Path) -> None:
    reply = talk(tmp_path, TRIP + "x is 'silver' if miles is at least 50 and 'gold' if miles is at least 100, otherwise 'none'.")[0]
    assert "trip.miles >= 100 ? 'gold' : trip.miles >= 50 ? 'silver' : 'none'" in str(reply.script)


@pytest.mark.parametrize("without", ["without the", "excluding the", "except the", "apart from the", "not counting the", "without", "but not the"])
def test_records_without_some_of_them(tmp_path: Path, without: str) -> None:
    head = "Create a script called probe. Return { n }, the number of boats "
    reply = talk(tmp_path, head + without + " insured ones.")[0]
    assert reply.kind == "answer", reply.reply
    assert "!it.insured" in str(reply.script)


def test_a_value_that_is_null_changes_no_number(tmp_path: Path) -> None:
    first = HEAD + "Return { n }, the number of trips of the boat whose left_on is at most 30 days ago."
    replies = talk(tmp_path, first, "It is null for a boat that has no trips at all. Save it.")
    text = str(replies[1].script)
    assert "add_days(today, -30)" in text
    assert "'where': 'it.boat_id == boat_id', 'one'" not in text
    assert "'where': 'it.boat_id == boat_id'}" in text, "none at all: older trips count too"


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("x is 'a' if left_on is after 2026-05-01 and 'b' if it is before 2026-05-01.", "exactly that"),
        ("x is 'a' if left_on is more than 30 days ago and 'b' if it is less than 30 days ago.", "exactly that"),
        ("x is 'a' if left_on is at least 30 days ago and 'b' if it is at most 30 days ago.", "overlap"),
    ],
)
def test_dates_that_fall_between_or_into_two_cases_are_asked_about(tmp_path: Path, said: str, question: str) -> None:
    assert question in asked(tmp_path, said, TRIP)


def test_two_cases_that_are_each_others_opposite_leave_nothing_over(tmp_path: Path) -> None:
    reply = talk(tmp_path, TRIP + "x is 'a' if left_on is at least 30 days ago and 'b' if it is less than 30 days ago.")[0]
    assert "trip.left_on <= add_days(today, -30) ? 'a' : 'b'" in str(reply.script)


def test_a_price_for_every_quarter_of_an_hour_is_no_schedule(tmp_path: Path) -> None:
    question = asked(tmp_path, "Return { x }. x is 2. Every further block of 15 minutes costs 0.80.")
    assert "When should it run" not in question
