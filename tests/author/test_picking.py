# ruff: noqa: E501 - what a person says is read as one line
"""Records told apart in ordinary sentences, and what a later sentence means by "those": the steps, or a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author import talking
from tests.author.test_wordings import HEAD, asked, said

COUNT = HEAD + "Return { n }. n is the number of "
BOTH = HEAD + "Return { n, m }. n is the number of its trips in the last 30 days. "


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("boats that have the class sail and are insured", "it.class == 'sail' && it.insured"),
        ("boats with class motor", "it.class == 'motor'"),
        ("boats in the motor class", "it.class == 'motor'"),
        ("its trips that have no back_on and were left in the last 10 days", "it.back_on == null && it.left_on >= "),
        ("its trips in the current month", "year(it.left_on) == year(today) && month(it.left_on) == month(today)"),
        ("its trips left this year", "year(it.left_on) == year(today)"),
    ],
)
def test_records_are_told_apart(tmp_path: Path, words: str, step: str) -> None:
    if "its trips in the current" in words:
        assert "Which date" in asked(tmp_path, COUNT + words + ".")
        words = words.replace("trips in", "trips left in")
    assert step in said(tmp_path, COUNT + words + ".")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("If the boat is in the motor class, n is 1. Otherwise n is 2.", "boat.class == 'motor'"),
        ("If its class is sail, n is 1. Otherwise n is 2.", "boat.class == 'sail'"),
        ("A trip is open if it has no back_on date and its left date is before today. n is the number of the boat's open trips.", "it.back_on == null && it.left_on < today"),
        ("Add up the miles of its trips and call the result n.", "trips.sum(t, t.miles)"),
        ("Count its trips and call that n.", "size(trips)"),
        ("Work out k as 2, and n as the sum of the miles of its trips. n is never less than k.", "trips.sum(t, t.miles)"),
        ("If there is no boat with that id, stop with the error \"No such boat\". n is its length.", "'No such boat'"),
        ("n is its length. If n is less than 1, stop with the error \"Too short\".", "boat.length < 1"),
    ],
)
def test_ordinary_sentences_define_and_stop(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HEAD + "Return { n }. " + words).replace('"', "'")


@pytest.mark.parametrize(
    "words",
    [
        "m is the sum of the miles of those trips.",
        "m is the sum of the miles of the same trips.",
    ],
)
def test_those_records_are_the_ones_of_the_sentence_before(tmp_path: Path, words: str) -> None:
    before = BOTH.replace("trips in", "trips left in")
    assert "'expr': 'trips.sum(t, t.miles)'" in said(tmp_path, before + words)


def test_of_those_narrows_the_records_of_the_sentence_before(tmp_path: Path) -> None:
    before = BOTH.replace("trips in", "trips left in")
    steps = said(tmp_path, before + "m is how many of those have no back_on.")
    assert "it.left_on <= today && it.back_on == null" in steps


def test_two_selections_make_those_a_question(tmp_path: Path) -> None:
    before = BOTH.replace("n, m", "n, m, k").replace("trips in", "trips left in")
    second = "m is the number of its trips left in the last 10 days. "
    assert "Which trips" in asked(tmp_path, before + second + "k is the sum of the miles of those trips.")


def test_that_window_is_the_one_spoken_of(tmp_path: Path) -> None:
    before = BOTH.replace("trips in", "trips left in") + "m is 1. "
    assert "size(trips) == 0" in said(tmp_path, before + "If there are no trips in those 30 days, both are 0.")
    assert "Which 20 days" in asked(tmp_path, before + "If there are no trips in those 20 days, both are 0.")


def test_two_dates_leave_open_which_are_the_latest(tmp_path: Path) -> None:
    assert "Which date" in asked(tmp_path, HEAD + "Return { n }. n is the sum of the miles of its last 2 trips.")


def test_the_latest_few_are_fetched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one_date = "\n".join(",".join(c for i, c in enumerate(row.split(",")) if i != 3) for row in talking.TRIPS.split())
    monkeypatch.setattr(talking, "TRIPS", one_date + "\n")
    steps = said(tmp_path, HEAD + "Return { n }. n is the sum of the miles of its last 2 trips.")
    assert "'order_by': ['it.left_on desc'], 'limit': '2'" in steps


def test_a_sum_after_a_narrowed_count_is_a_question(tmp_path: Path) -> None:
    before = BOTH.replace("trips in", "trips left in")
    assert "over all trips" in asked(tmp_path, before + "m is the sum of the miles.")
