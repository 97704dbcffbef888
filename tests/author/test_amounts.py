# ruff: noqa: E501 - what a person says is read as one line
"""Bands, shares and changes of amounts in ordinary business English."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk

HEAD = "Create a script called probe. It takes a boat_id, guests (a whole number) and member (true or false)."
COST = "The cost is guests times the boat's length. "


def said(folder: Path, *turns: str) -> str:
    """Give the steps of the open script after the last turn, as text."""
    replies = talk(folder, HEAD, *turns)
    assert [r.kind for r in replies] == ["answer"] * len(replies), [r.reply for r in replies]
    assert replies[-1].script is not None
    return str(replies[-1].script["steps"])


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("The x is gold if guests is at least 40, silver if it is at least 15, and bronze otherwise.", "guests >= 40 ? 'gold' : guests >= 15 ? 'silver' : 'bronze'"),
        ("x is late if guests is over 4, early if guests is under 2, and on time otherwise.", "guests > 4 ? 'late' : guests < 2 ? 'early' : 'on time'"),
        ("x is 'bank' when the cost is over 200 and 'cash' otherwise.", "cost > 200 ? 'bank' : 'cash'"),
        ("The x is 20% of the cost for 20 guests or more, 10% for 5 guests or more, and 0 below that.", "guests >= 20 ? cost * 0.2 : guests >= 5 ? cost * 0.1 : 0"),
        ("The x is 15% of the cost when there are 10 guests or more, 5% when guests is at least 5, and nothing otherwise.", "cost * 0.05 : 0"),
        ("x is 10% of the cost from 5 guests on and 5% otherwise.", "guests >= 5 ? cost * 0.1 : cost * 0.05"),
        ("The x is 10 for sail, 5 for motor and 0 otherwise.", "boat.class == 'sail' ? 10 : boat.class == 'motor' ? 5 : 0"),
        ("x is 80% of the part of the cost that is above 100, and at most 50.", "math.least(math.greatest(cost - 100, 0) * 0.8, 50)"),
        ("x is the cost minus the boat's length, but never less than 0.", "math.greatest(cost - boat.length, 0)"),
    ],
)
def test_values_chosen_by_bands(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, COST, words, "Return { x, cost }.")


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("If the cost is under 100, deduct a handling fee of 5.00 from the cost, but do not let the cost go below 0.", "cost < 100 ? cost - 5 : cost"),
        ("If the boat is in the sail class, increase the cost by 15%.", "boat.class == 'sail' ? cost + cost * 0.15 : cost"),
        ("A member boat costs 25% more, and no boat costs less than 8.00.", "member ? cost + cost * 0.25 : cost"),
        ("Members pay 10% less.", "member ? cost - cost * 0.1 : cost"),
        ("Anyone with more than 10 guests gets 25 extra on top of the cost.", "guests > 10 ? cost + 25 : cost"),
        ("The cost is reduced by 10% for insured boats.", "boat.insured ? cost - cost * 0.1 : cost"),
        ("Never charge more than 60.", "math.least(cost, 60)"),
        ("The cost can never exceed 50.", "math.least(cost, 50)"),
    ],
)
def test_changes_of_a_named_amount(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, COST, words, "Return { cost }.")


def test_products_told_step_by_step_are_summed(tmp_path: Path) -> None:
    text = said(tmp_path, "For every trip of the boat, multiply its miles by its fee_net, and add these up as payout.", "Return { payout }.")
    assert "sum(t, t.miles * t.fee_net)" in text


@pytest.mark.parametrize(
    "words",
    [
        "x is 20% of the cost for 9 miles or more, and 0 below that.",
        "x is 10 for platinum and 5 for copper.",
    ],
)
def test_what_is_not_said_is_asked(tmp_path: Path, words: str) -> None:
    replies = talk(tmp_path, HEAD, COST, words)
    assert replies[-1].kind == "question", replies[-1].reply


def test_returned_fields_are_no_rewording_of_another_sentence(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD, COST, "Flurbs gronk the cost by moonlight 3 times.", "Return { cost }.")
    assert replies[-1].kind == "question", replies[-1].reply


def test_a_span_is_counted_in_the_unit_of_the_values_that_a_text_chooses(tmp_path: Path) -> None:
    text = said(
        tmp_path,
        "The allowed time depends on the boat's class: 4 days for 'sail' and 24 days for 'motor'. The time used runs from the latest left_on of the boat's trips to today.",
        "late is true if the time used is longer than the allowed time. If the boat has no trips, late is false. Return { late }.",
    )
    assert "days_between(" in text
    assert "boat.class == 'sail'" in text
    assert "@" not in text
