"""Other words for sources and fields: taught, learned from an answer, used in later conversations, and forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.commands import ForgetWord, LearnWord, ListWords
from sopwb.app.outputs import Failed, WordList
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.english.learning import taught
from tests.author.talking import AS_OF, open_yard, steps

HEAD = "Create a script called {}. It takes a boat_id. "
DISTANCE = "Return { far }, the sum of the mileage of the boat's trips."


def said(bench: Workbench, *turns: str) -> list[str]:
    """Hold a conversation of its own and give the replies' words."""
    dialogue = Dialogue(bench, as_of=AS_OF)
    return [dialogue.turn(turn).reply for turn in turns]


def kept(bench: Workbench) -> dict[str, str]:
    found = bench.do(ListWords())
    assert isinstance(found, WordList)
    return {row.word: row.means for row in found.rows}


def test_an_answer_teaches_a_word_for_every_later_conversation(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    asked, learned = said(bench, HEAD.format("near_one") + DISTANCE, "miles")
    assert 'I do not know the word "mileage"' in asked
    assert 'By "mileage" you mean miles: I keep that' in learned
    bench.close()
    bench = open_workbench(str(tmp_path), as_of=AS_OF)
    reply = Dialogue(bench, as_of=AS_OF).turn(HEAD.format("near_two") + DISTANCE)
    assert "trips.sum(t, t.miles)" in str(steps(reply))
    assert 'By "mileage" you mean miles, as I learned from you' in reply.reply
    bench.close()


def test_a_sentence_that_happens_to_name_something_teaches_nothing(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    said(bench, HEAD.format("near_one") + DISTANCE, "Return { far }, the sum of the miles of its trips.")
    said(bench, HEAD.format("near_two") + DISTANCE, "the class, I think")
    assert kept(bench) == {}
    bench.close()


def test_what_is_ambiguous_is_asked_about_each_time(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    turn = "Return { x }, the sum of the fee over its trips."
    first = said(bench, HEAD.format("near_one") + turn, "fee_gross")
    second = said(bench, HEAD.format("near_two") + turn)
    assert "fee_net or fee_gross" in first[0]
    assert "fee_net or fee_gross" in second[0]
    assert kept(bench) == {}
    bench.close()


def test_a_word_for_a_source_is_read_in_both_numbers_and_not_in_texts(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn("By vessels I mean boats.")
    reply = dialogue.turn(
        "Create a job called hello_all. For each vessel, send an email to its owner_email "
        'with the subject "Dear vessels" and the body "Hello".'
    )
    assert steps(reply)[0]["from"] == "boats"
    assert "Dear vessels" in str(reply.script)
    bench.close()


def test_a_learned_word_gives_way_to_a_name_of_the_draft(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    bench.do(LearnWord("mileage", "fee_net"))
    dialogue = Dialogue(bench, as_of=AS_OF)
    reply = dialogue.turn(
        HEAD.format("near_one") + "The mileage is the sum of the miles of its trips. Return { mileage }."
    )
    assert "fee_net" not in str(steps(reply))
    bench.close()


def test_a_word_is_forgotten_when_told_to(tmp_path: Path) -> None:
    bench = open_yard(tmp_path)
    forget = 'Forget the word "mileage".'
    told = said(bench, "When we say mileage, we mean the miles field.", forget, "forget the word x")
    assert told[1] == 'I have forgotten "mileage".'
    assert told[2].startswith("SOP-A055")
    assert kept(bench) == {}
    bench.close()


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        ("By vessels I mean boats.", (("vessels", "boats"),), ""),
        ('When I say "trip fee" I mean fee_net. Save it.', (("trip fee", "fee_net"),), "Save it."),
        ("Remember that voyage is another word for trips", (("voyage", "trips"),), ""),
        ("Late means back_on is after left_on.", (), "Late means back_on is after left_on."),
    ],
)
def test_teaching_is_told_from_the_rest_of_a_turn(text: str, words: tuple[tuple[str, str], ...], rest: str) -> None:
    found = taught(text)
    assert (found.words, found.rest) == (words, rest)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (LearnWord("boats", "trips"), "SOP-A054"),
        (LearnWord("miles", "fee_net"), "SOP-A054"),
        (LearnWord("vessels", "ships"), "SOP-A054"),
        (LearnWord("!?", "boats"), "SOP-A054"),
        (LearnWord("v" * 61, "boats"), "SOP-A054"),
        (ForgetWord("vessels"), "SOP-A055"),
    ],
)
def test_a_word_that_cannot_be_kept_is_refused(tmp_path: Path, command: LearnWord | ForgetWord, code: str) -> None:
    bench = open_yard(tmp_path)
    done = bench.do(command)
    assert isinstance(done, Failed)
    assert done.diagnostics[0].code == code
    assert kept(bench) == {}
    bench.close()
