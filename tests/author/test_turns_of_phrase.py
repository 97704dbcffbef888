# ruff: noqa: E501 - what a person says is read as one line
"""Turns of phrase of people who never saw the grammar: labels, levels, limits, results in a row, what is said in passing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk
from tests.author.test_wordings import HEAD, asked, said

FIT = HEAD + "A boat can sail if insured is true, its length is at least 7 and its class is 'sail'. Return { ok }."


@pytest.mark.parametrize(
    "words",
    [
        "Add why: 'not insured', 'wrong class' or 'length', the first of these that applies in that order, and 'fine' if it can sail.",
        "Also return why, which is 'uninsured', 'class' or 'length', whichever applies first, otherwise 'fine'.",
        "Add a field reason that is 'not insured', 'class' or 'too little length', in that order, and 'fine' if none applies.",
    ],
)
def test_labels_name_the_conditions_that_were_said_before(tmp_path: Path, words: str) -> None:
    text = said(tmp_path, FIT, words)
    assert text.index("!boat.insured") < text.index("boat.class != 'sail'") < text.index("!(boat.length >= 7)") < text.index("'fine'")


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("Add why: 'not insured' or 'class', the first of these that applies, and 'fine' if it can sail.", "nothing else"),
        ("Add why: 'not insured', 'class' or 'too old', the first that applies, else 'fine'.", "When does 'too old' apply"),
        ("Add why: 'not insured', 'class' or 'length', the first that applies.", "none of"),
    ],
)
def test_labels_that_do_not_fit_are_asked_about(tmp_path: Path, words: str, asks: str) -> None:
    assert asks in asked(tmp_path, FIT, words)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("It counts the trips of that boat. Whatever goes beyond 2 is extra. Return n (the count) and extra.", "math.greatest(size(trips) - 2, 0)"),
        ("It counts the boat's trips. Return n (the count) and fee, where fee is 5 for each trip. With no more trips than 3, fee is 0.", "size(trips) <= 3"),
        ("n is the number of trips of the boat. If there is no such trip, n is 0. Return { n }.", "size(trips)"),
        ("From the trips of the boat, take the latest left_on and return it as last, together with ago, the number of days from that date until today. If there is no such trip, both of them are null.", "days_between(last, today)"),
        ("From the boat's trips with miles over 5, work out trips, how many there are, and miles, their total.", "it.miles > 5"),
        ("Of the trips of the boat, report n, how many there are; far, how many of them have miles over 10; and miles, the sum of their miles.", "trips.sum(t, t.miles)"),
        ("days is the average number of days from left_on to back_on over the trips of the boat that have a back_on. If no trip has a back_on, days is null. Return { days }.", "days_between(t.left_on, t.back_on)"),
        ("n is the number of trips of the boat whose back_on is empty although left_on is before today. Return { n }.", "it.back_on == null && it.left_on < today"),
        ("n is the number of trips of the boat with left_on in the last 2 calendar months, which today means from 2026-09-22 up to and including today. Return { n }.", "add_months(today, -2)"),
        ("n is the number of trips of the boat with left_on in the last 2 calendar months, which today means from 2026-10-01 up to today. Return { n }.", "start_of_month(add_months(today, -1))"),
        ("An order is the smallest whole number of crates (of 4 pieces each) that lifts the length to at least 20. Return { crates }.", "math.ceil(math.greatest(20 - boat.length, 0) / 4)"),
    ],
)
def test_results_are_told_in_one_breath(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HEAD + words)


def test_calendar_months_without_their_first_day_are_asked_about(tmp_path: Path) -> None:
    words = "n is the number of trips of the boat with left_on in the last 2 calendar months. Return { n }."
    assert "from which day" in asked(tmp_path, HEAD + words)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Up to 6 is full price, 6.5 to 8 is 20% off, and anything longer goes for half.", "length - length * 0.2"),
        ("length up to 6 is full price, 6.5 to 8 is 20% off, anything longer half price.", "boat.length <= 6"),
    ],
)
def test_an_amount_goes_by_levels(tmp_path: Path, words: str, step: str) -> None:
    talked = HEAD + "It tells me the price per season: 100 times the length. " + words.replace("Up to", "length up to") + " Call the result price."
    text = said(tmp_path, talked)
    assert "boat.length <= 6" in text
    assert "* 0.2" in text
    assert "/ 2" in text


def test_a_discount_is_off_the_amount_and_not_off_the_days_that_were_named_last(tmp_path: Path) -> None:
    first = HEAD + "price is 10.5 times the length, rounded to cents. Return { price }."
    text = said(tmp_path, first, "I'd like to see trips in there too, the number of its trips.", "The ones that aren't covered, so insured is false, get another 10% off on top. Round only once, right at the end.")
    assert "price - price * 0.1" in text
    assert text.index("price * 0.1") < text.index("round(")


def test_rounding_that_is_not_said_to_come_last_is_asked_about(tmp_path: Path) -> None:
    first = HEAD + "price is 10.5 times the length, rounded to cents. Return { price }."
    assert "Before or after the rounding" in asked(tmp_path, first, "The ones that aren't covered, so insured is false, get another 10% off.")


def test_records_count_double_for_one_value_only(tmp_path: Path) -> None:
    first = HEAD + "jobs is the number of its trips. bonus is 5 euros a job. Return { jobs, bonus }."
    text = said(tmp_path, first, "Long trips (miles is over 15) count double for the bonus, so one of those brings 10. jobs stays the plain number.")
    assert "(size(trips) + size(trips_2)) * 5" in text
    assert "'expr': 'size(trips)'" in text


def test_an_example_of_what_counts_double_is_held_against_the_script(tmp_path: Path) -> None:
    first = HEAD + "jobs is the number of its trips. bonus is 5 euros a job. Return { jobs, bonus }."
    assert "comes to 12" in asked(tmp_path, first, "Long trips (miles is over 15) count double for the bonus, so one of those brings 12.")


def test_a_value_in_braces_is_written_as_it_is_said_behind_the_text(tmp_path: Path) -> None:
    first = HEAD + "Return { fee }: fee is the sum of fee_net over its trips. Save it."
    second = 'Create the job probe_mails. For every boat whose fee is over 5 according to probe, send an email to the owner_email. Subject: "Fees". Body: "{name}: {fee} EUR." with the fee written with exactly two decimals. Boats without an owner_email are skipped.'
    text = said(tmp_path, first, second)
    assert "fixed(" in text or ", 2)" in text
    assert "EUR." in text


def test_those_who_get_something_get_the_value_spoken_of(tmp_path: Path) -> None:
    first = HEAD + "jobs is the number of its trips. bonus is 5 euros a job. Return { jobs, bonus }. Save it."
    text = said(tmp_path, first, "Next one: bonus_total, no inputs. Runs probe for all boats and gives me total, all the bonuses added up, and names, the names of those who get more than 5, biggest bonus first.")
    assert "bonus > 5" in text
    assert "-r.bonus" in text or "-result.bonus" in text


def test_a_rule_is_added_to_a_yes_or_no_that_rules_decide(tmp_path: Path) -> None:
    first = HEAD + "Add ok: it is true when the length is over 6. Otherwise it is false."
    text = said(tmp_path, first, "One more rule: a boat whose length is over 8 is not ok either. Exactly 8 is still fine.")
    assert "boat.length > 8 ? false : boat.length > 6 ? true : false" in text


def test_a_topic_that_is_only_mentioned_is_an_aside(tmp_path: Path) -> None:
    reply = talk(tmp_path, "right, the boats' fees. " + HEAD + "Return { n }, the number of its trips.")[-1]
    assert reply.kind == "answer", reply.reply
    assert "as an aside" in reply.reply


def test_records_named_again_stay_those_that_were_spoken_of(tmp_path: Path) -> None:
    text = said(tmp_path, HEAD + "Count the boat's trips with miles over 5. Whatever exceeds 2 is extra. Return n (the count), extra and fee, where fee is 20 for each extra trip.")
    assert "it.miles > 5" in text


def test_both_are_the_two_fields_that_were_returned_when_it_was_said(tmp_path: Path) -> None:
    words = "From the trips of the boat, take the latest left_on and return it as last, together with ago, the number of days from that date until today. If there is no such trip, both of them are null. Also return state: 'none' when there is no such trip, 'old' when ago is over 30 and 'new' below that."
    assert "'last': 'null', 'ago': 'null'" in said(tmp_path, HEAD + words)


def test_those_are_the_records_that_were_counted_before_and_no_others_of_their_kind(tmp_path: Path) -> None:
    text = said(tmp_path, HEAD + "Return far, the number of its trips with miles over 10, and back, how many of those trips have a back_on.")
    assert "it.miles > 10 && it.back_on != null" in text or "it.back_on != null && it.miles > 10" in text


def test_each_count_of_a_loop_stands_for_itself(tmp_path: Path) -> None:
    first = HEAD + "Return { state }: state is 'long' if its length is over 7, otherwise 'short'. Save it."
    second = "Now yard_list, with no input. For every boat where insured is true, run probe. The result is { long, short, names }: the number of boats that are 'long', the number that are 'short', and the names of the long ones in alphabetical order."
    text = said(tmp_path, first, second)
    assert "results.filter(r, r.state == 'long').map(" in text


def test_a_number_that_is_the_same_for_all_picks_nobody(tmp_path: Path) -> None:
    words = "Create the script best, no inputs. Go through all boats and return top, the name of the boat with the most hours, and hours, how many that is."
    assert "hour" in asked(tmp_path, words)


def test_a_script_is_needed_by_its_name(tmp_path: Path) -> None:
    text = said(tmp_path, "so I need boat_age: give it a boat_id, get back n, the number of its trips.")
    assert "it.boat_id == boat_id" in text
