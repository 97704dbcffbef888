# ruff: noqa: E501 - what a person says is read as one line
"""Everyday wordings in many forms: each comes to the very steps that the plain form comes to, or is asked about."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sopwb.author.dialogue import Dialogue
from sopwb.author.english.planning import Planner
from sopwb.author.english.scheduling import schedule_of
from tests.author.talking import AS_OF, open_yard, talk

HEAD = "Create a script called probe. It takes a boat_id. "
REPORT = HEAD + "Return { trips, idle }: trips is the number of its trips, idle is true if that is 0. Save it."


def said(folder: Path, *turns: str) -> str:
    """Give the steps of the open script after the last turn, as text."""
    replies = talk(folder, *turns)
    assert [r.kind for r in replies] == ["answer"] * len(turns), [r.reply for r in replies]
    assert replies[-1].script is not None
    return str(replies[-1].script["steps"])


def asked(folder: Path, *turns: str) -> str:
    """Give the question that the last turn comes to; it has saved nothing."""
    reply = talk(folder, *turns)[-1]
    assert reply.kind in ("question", "refusal"), reply.reply
    assert reply.saved == []
    return reply.reply


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("x is the length as a percentage of 12.", "boat.length * 100 / 12"),
        ("x is the percentage of its trips whose miles is over 10.", "size(trips) * 100 / size(trips_2)"),
        ("x is the year of today.", "year(today)"),
        ("x is 4 per trip.", "size(trips) * 4"),
        ("x is the length less 10 percent.", "boat.length - boat.length * 0.1"),
        ("x is the number of its trips. It never costs more than 5.", "math.least(x, 5)"),
        ("x is the length. Boats (insured is true) get 10% off.", "boat.insured ?"),
        ("x is the sum of miles over its trips, with the fee_net on top.", "t.miles) + trips.sum(t, t.fee_net)"),
        ("x adds up the length, 3 and 4.", "boat.length + 3 + 4"),
    ],
)
def test_everyday_arithmetic(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HEAD + "Return { x }. " + words)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Out of trips, use those of the boat that have a back_on. n is how many there are.", "it.back_on != null"),
        ("From trips it takes those of the boat with miles over 10. n is how many there are.", "it.miles > 10"),
        ("The long trips are the trips of the boat with miles over 10. n is the number of long trips.", "it.miles > 10"),
        ("n is the number of its trips that were long (miles is over 10).", "it.miles > 10"),
        ("n is the number of its trips, returned or not.", "it.boat_id == boat_id'}"),
        ("n is the number of its trips with left_on in the last 7 days, where both today and the day exactly 7 days ago count.", "it.left_on <= today"),
        ("Only its trips with miles over 10 should count. n is how many there are.", "it.miles > 10"),
        ("n is the number of its trips with left_on in November 2026.", "it.left_on >= date('2026-11-01') && it.left_on <= date('2026-11-30')"),
    ],
)
def test_records_are_selected_in_other_word_orders(tmp_path: Path, words: str, step: str) -> None:
    text = said(tmp_path, HEAD + words + " Return { n }.")
    assert step in text
    assert "boat_id == boat_id" in text


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("c is 'long' for a length of 9 or more, 'mid' for a length of at least 7 but below 9, and 'short' for a length lower than 7.", "boat.length >= 9"),
        ("c depends on the length: 'long' from 9 up, 'mid' from 7 up, and 'short' below that.", "boat.length >= 9"),
        ("The class, c, is 'long' once the length reaches 9, and 'short' otherwise.", "boat.length >= 9"),
        ("c is the word for its size: 'long' if the length is over 9, 'short' otherwise.", "boat.length > 9"),
        ("c is 'busy' from 20 trips up, 'calm' below that.", "size(trips) >= 20"),
        ("c is 'x' if all of these hold: the length is over 5, insured is true, and the name is 'Gull'. Otherwise c is 'y'.", "boat.length > 5 && boat.insured && boat.name == 'Gull'"),
        ("c is 'x' if any of these hold: the length is over 5, or insured is true. Otherwise c is 'y'.", "boat.length > 5 || boat.insured"),
        ("With no trips c is 'none'; with one trip it is 'one'; with two or more it is 'many'.", "size(trips)"),
    ],
)
def test_cases_in_other_words(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HEAD + "Return { c }. " + words)


def test_whole_bands_leave_fractions_to_be_asked_about(tmp_path: Path) -> None:
    bands = "c depends on the length: 'long' from 9 up, 'mid' from 7 to 8, and 'short' below that."
    assert "between 8 and 9" in asked(tmp_path, HEAD + "Return { c }. " + bands + " Save it.")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("without any trips it is 0", "size(trips) == 0"),
        ("with no trips it is 0", "size(trips) == 0"),
        ("it is 0 for a boat without any trips", "size(trips) == 0"),
        ("no trips? then it is 0", "size(trips) == 0"),
    ],
)
def test_what_it_is_without_records(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HEAD + "Return { far }. far is the highest miles of its trips. " + words + ".")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("who are not insured (insured is true, blank means no)", "!it.insured"),
        ("that are not insured (insured is false)", "!it.insured"),
        ("that are insured (insured is true, blank means no)", "it.insured"),
    ],
)
def test_a_not_before_a_bracket_is_never_passed_over(tmp_path: Path, words: str, step: str) -> None:
    text = said(tmp_path, f"Create a script called probe, no inputs. Return {{ n }}, the number of boats {words}.")
    assert step in text
    assert ("!it" in text) == ("!it" in step)


def test_a_blank_that_means_what_the_flag_says_is_not_taken_for_its_opposite(tmp_path: Path) -> None:
    asked(tmp_path, "Create a script called probe, no inputs. Return { n }, the number of boats that are covered (insured is true, blank means insured). Save it.")


def test_a_field_that_is_none_of_theirs_is_not_added_up_over_them(tmp_path: Path) -> None:
    asked(tmp_path, HEAD + "Return { x }, the sum of length over its trips. Save it.")


def test_a_day_that_is_no_field_is_compared_with_their_one_date(tmp_path: Path) -> None:
    (tmp_path / "logs.csv").write_text("id,boat_id,noted_on\n1,b1,2026-11-01\n")
    bench = open_yard(tmp_path)
    bench.close()
    toml = tmp_path / "sopwb.toml"
    toml.write_text(toml.read_text() + '[data.logs]\npath = "logs.csv"\nkey = "id"\n')
    from sopwb.app.workbench import open_workbench

    with_logs = open_workbench(str(tmp_path), as_of=AS_OF)
    reply = Dialogue(with_logs, as_of=AS_OF).turn("Create a script called probe. It takes a boat_id and day (a date). Return { n }, the number of logs of that boat on that day.")
    with_logs.close()
    assert reply.kind == "answer", reply.reply
    assert "it.noted_on == day" in str(reply.script)


BANDS = HEAD + "Return { c }. c is 'long' if the length is at least 9, 'mid' if it is at least 7, and 'short' otherwise."


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("make long 10, 9 was too little", "boat.length >= 10"),
        ("10 is enough for long", "boat.length >= 10"),
        ("the harbour has changed: make it 10 instead of 9", "boat.length >= 10"),
        ("make that more than 9, not at least 9", "boat.length > 9"),
        ("'long' is from 12 on, 'mid' is from 8 on, 'short' otherwise", "boat.length >= 12"),
        ("if insured is true, 9 is unfair, make it 11", "insured ? 11 : 9"),
    ],
)
def test_corrections_in_free_word_order(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, BANDS, words)


def test_a_reason_without_a_change_is_asked_about(tmp_path: Path) -> None:
    assert "What should change" in asked(tmp_path, BANDS, "The harbour has changed. Save it.")


def test_a_change_is_taken_back_by_what_it_was_about(tmp_path: Path) -> None:
    first = HEAD + "Return { n }, the number of its trips."
    text = said(tmp_path, first, "Leave out the trips where miles is under 10.", "also return far: the highest miles of its trips", "forget the bit about the trips under 10 after all")
    assert "miles" in text
    assert "10" not in text


def test_a_value_is_computed_with_another_where_a_condition_holds(tmp_path: Path) -> None:
    first = HEAD + "Return { n, x }. n is the number of its trips. x is n times the length."
    assert "boat.insured ? n * 5 : n * boat.length" in said(tmp_path, first, "If insured is true, calculate x with 5 instead of the length.")


def test_those_for_which_a_script_says_something_run_it(tmp_path: Path) -> None:
    text = said(tmp_path, REPORT, "Create a script quiet, no inputs: take the boats for which probe gives idle true, and return { names, count }: their names sorted a to z and how many there are.")
    assert "'script': 'probe'" in text
    assert "filter(r, r.idle)" in text


def test_whoever_has_the_most_is_one_record(tmp_path: Path) -> None:
    text = said(tmp_path, REPORT, "Create a script busiest, no inputs: run probe for every boat and give me { name, trips } of whoever made the most trips.")
    assert "sortBy(r, -r.trips).first()" in text


def test_the_longest_few_are_listed_in_their_order(tmp_path: Path) -> None:
    text = said(tmp_path, REPORT, "Create a script top, no inputs: run probe for every boat. Return { names }: names is the name of the two with the highest trips.")
    assert "[0].name" in text
    assert "[1].name" in text


def test_the_records_of_a_loop_stay_those_of_the_parameter(tmp_path: Path) -> None:
    text = said(tmp_path, REPORT, "Create a script of_class, it takes a class: for each of the boats of that class run probe and return { n }, the number of them with idle true.")
    assert "it.class == class" in text


@pytest.mark.parametrize(
    ("words", "last", "read"),
    [
        ("every 20 minutes, at 00, 20 and 40 past each hour", "", "every 20 minutes"),
        ("monday at 8 pm is better", "sundays at 8 pm", "monday at 8 pm"),
        ("at 9", "every friday at 8", "every friday at 9"),
    ],
)
def test_a_schedule_is_read_out_of_the_words_around_it(words: str, last: str, read: str) -> None:
    assert schedule_of(words, last)[1] == read


def test_another_interval_than_the_one_restated_is_not_dropped() -> None:
    assert schedule_of("every 20 minutes, at 00 and 30 past each hour", "")[1] != "every 20 minutes"


def test_a_fault_of_the_author_is_told_to_the_maintainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn(HEAD + "Return { x }, the length of the boat.")
    monkeypatch.setattr(Planner, "plan", fails)
    with caplog.at_level(logging.INFO, logger="sopwb.author.english.author"):
        reply = dialogue.turn("save it")
    bench.close()
    assert reply.kind == "question"
    assert "ZeroDivisionError" in caplog.text


MAILS = "Create a script called probe, no inputs. For each boat whose length is over 5 send an email to its owner_email, subject 'Hi NAME', body 'Your boat NAME.' "


def test_those_who_get_none_are_left_out(tmp_path: Path) -> None:
    text = said(tmp_path, MAILS + "Boats that are insured get none.")
    assert "it.length > 5 && !it.insured" in text


@pytest.mark.parametrize("words", ["Boats that are insured get a 5.", "If the length is over 9, fail with an error."])
def test_a_rule_that_a_loop_of_mails_has_no_use_for_is_asked_about(tmp_path: Path, words: str) -> None:
    asked(tmp_path, MAILS + words + " Save it.")


def test_a_change_after_the_rounding_is_asked_about(tmp_path: Path) -> None:
    first = HEAD + "Return { x }. x is the length. Round it to 2 decimals."
    assert "rounding" in asked(tmp_path, first, "Boats (insured is true) get 10% off. Save it.")


def test_a_change_before_the_rounding_goes_before_it(tmp_path: Path) -> None:
    first = HEAD + "Return { x }. x is the length. Round it to 2 decimals."
    text = said(tmp_path, first, "Boats (insured is true) get 10% off, before the rounding.")
    assert text.index("0.1") < text.index("round(")
