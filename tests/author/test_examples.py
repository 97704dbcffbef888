# ruff: noqa: E501 - what a person says is read as one line
"""Examples in the chat: what a person expects of an input is kept, tried, and holds back a save that would break it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk

RISK = (
    "Create a script called boat_risk. It takes a boat_id. Return { is_risk, note }. is_risk is true if the boat has no trips, "
    "otherwise false. note is 'idle' if the boat has no trips, otherwise 'busy'."
)
MILES = "Create a script called boat_miles. It takes a boat_id. Return { miles, n }. miles is the sum of the miles of the boat's trips, n is the number of the boat's trips."


def check(folder: Path, said: str, kept: str, script: str = RISK) -> None:
    """Expect a sentence to be kept as this one example, which holds, and to be saved with."""
    name = script.split("called ")[1].split(".")[0]
    reply, saved = talk(folder, script, said, "Save it.")[1:]
    assert reply.kind == "answer", reply.reply
    assert reply.reply == f"I keep this example:\n\n- ✓ {name} 1. {kept}"
    assert saved.saved == [name], saved.reply


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("When run for b3 it should say is_risk true.", "boat_id=b3 → is_risk true"),
        ("when it is run for 'b3', it should return is_risk true and note 'idle'", "boat_id=b3 → is_risk true, note \"idle\""),
        ("When run for boat b1, boat_risk must say is_risk is false.", "boat_id=b1 → is_risk false"),
        ("For 'b1' the answer must be false.", "boat_id=b1 → is_risk false"),
        ("For b3 the result should be idle.", "boat_id=b3 → note \"idle\""),
        ("b3 should be high risk.", "boat_id=b3 → is_risk true"),
        ("'b1' should not be at risk.", "boat_id=b1 → is_risk false"),
        ("For example, b3 should be at risk.", "boat_id=b3 → is_risk true"),
        ("For boat_id b3 it should say note is idle.", "boat_id=b3 → note \"idle\""),
        ("It should return is_risk true for b3.", "boat_id=b3 → is_risk true"),
        ("Make sure that b3 is high risk.", "boat_id=b3 → is_risk true"),
        ("I expect b1 to be busy.", "boat_id=b1 → note \"busy\""),
        ("Make sure it returns is_risk false for b1.", "boat_id=b1 → is_risk false"),
        ("We expect is_risk true for 'b3'.", "boat_id=b3 → is_risk true"),
    ],
)
def test_an_expectation_is_kept_in_every_wording(tmp_path: Path, said: str, kept: str) -> None:
    check(tmp_path, said, kept)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("When run for b1 it should give miles 32.5.", "boat_id=b1 → miles 32.5"),
        ("When run for b1 it should give miles 32.5 and n 2", "boat_id=b1 → miles 32.5, n 2"),
        ("for b3 it must return n of 0", "boat_id=b3 → n 0"),
    ],
)
def test_numbers_go_to_the_field_that_is_named(tmp_path: Path, said: str, kept: str) -> None:
    check(tmp_path, said, kept, MILES)


def test_a_value_that_fits_two_fields_is_asked_about_and_one_word_answers(tmp_path: Path) -> None:
    replies = talk(tmp_path, MILES, "For b1 the answer must be 2.", "n")
    assert replies[1].kind == "question"
    assert replies[1].options == ["miles", "n"]
    assert "boat_id=b1 → n 2" in replies[2].reply


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("b3 should be marvellous.", 'I do not see which result "marvellous" is'),
        ("When run for b3 and b1 it should say is_risk true.", "boat_risk takes boat_id. What should b1 be?"),
        ("For b3 the answer must be 12.", "boat_risk returns nothing that can be 12"),
    ],
)
def test_what_the_script_cannot_say_is_asked_about(tmp_path: Path, said: str, asks: str) -> None:
    reply = talk(tmp_path, RISK, said)[1]
    assert reply.kind == "question"
    assert asks in reply.reply


def test_an_example_that_does_not_hold_keeps_the_script_from_being_saved(tmp_path: Path) -> None:
    kept, refused, forgotten, saved = talk(
        tmp_path, RISK, "When run for b1 it should say is_risk true.", "Save it.", "Forget the example for b1.", "Save it."
    )[1:]
    assert "- ✗ boat_risk 1. boat_id=b1 → is_risk true\n    - is_risk true, not false" in kept.reply
    assert "you say: forget the example for 'b1'" in kept.reply
    assert (refused.kind, refused.saved) == ("refusal", [])
    assert "must give is_risk true, not false" in refused.reply
    assert forgotten.reply == "The example for boat_id=b1 is forgotten."
    assert saved.saved == ["boat_risk"]


def test_a_change_that_breaks_an_example_is_not_saved(tmp_path: Path) -> None:
    replies = talk(
        tmp_path, RISK + " When run for b3 it should say note 'idle'. Save it.", "Use 'asleep' instead of 'idle'. Save it.", "Show the examples."
    )
    assert replies[0].saved == ["boat_risk"]
    assert replies[1].saved == []
    assert 'must give note "idle", not "asleep"' in replies[1].reply
    assert "0 of 1 examples hold" in replies[2].reply


def test_an_expected_failure_is_an_example_too(tmp_path: Path) -> None:
    script = "Create a script called boat_name. It takes a boat_id. Return { name }, the name of the boat."
    replies = talk(tmp_path, script, "For zz9 it must fail.", "Save it.")
    assert "✓ boat_name 1. boat_id=zz9 → a failure" in replies[1].reply
    assert replies[2].saved == ["boat_name"]


@pytest.mark.parametrize(
    "said",
    [
        "Create a script called boat_fee. It takes a boat_id and a class. The fee is 10; for 'sail' the fee should be 20. Return { fee }.",
        "Create a script called boat_kind. It takes a boat_id. A boat should be at risk if it has no trips. Return { risk }.",
    ],
)
def test_a_rule_is_never_taken_for_an_example(tmp_path: Path, said: str) -> None:
    reply, examples = talk(tmp_path, said, "Show the examples.")
    assert "I keep this example" not in reply.reply
    assert "hold" not in examples.reply
