# ruff: noqa: E501 - what a person says is read as one line
"""What must be asked: nothing is guessed, and a turn that asks has saved nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.author.dialogue import Dialogue
from sopwb.author.english.planning import Planner, Step
from tests.author.talking import AS_OF, open_yard, talk

HEAD = "Create a script called probe. It takes a boat_id. "


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (HEAD + "Return { x }, the sum of the fee over its trips. Save it.", "fee_net or fee_gross"),
        (HEAD + "Return { x }. x is true if the boat has not left in a while. Save it.", "a while"),
        (HEAD + "Return { x }, the sum of miles over the rows of the voyages database. Save it.", "voyages"),
        (HEAD + "Return { x }. x is true when the boat's length is under 5 and over 9. Save it.", "Nothing can be"),
        (HEAD + "Return { x }. x is true if its class is 'sail' and its length is over 7 or insured is true. Save it.", "two ways"),
        (HEAD + "Return { x }, the captain of the boat. Save it.", "captain"),
        (HEAD + "Return { x }, the days from the latest left_on to today. Save it.", "empty"),
        (HEAD + "Return { x, y }. x is the length of the boat. Save it.", "y"),
        (HEAD + "The toll is the length times 2. Return { x }, the name of the boat. Save it.", "toll"),
        ("Create a script that rings every owner on the telephone.", "telephone"),
        ("Create a script called rain. Return { x }, tomorrow's weather in Kiel. Save it.", "weather"),
        ("Save it.", "Which script"),
    ],
)
def test_what_is_missing_unknown_or_ambiguous_is_asked(tmp_path: Path, said: str, expected: str) -> None:
    reply = talk(tmp_path, said)[0]
    assert reply.kind in ("question", "refusal")
    assert reply.saved == []
    assert expected in reply.reply


def test_an_option_answers_the_question(tmp_path: Path) -> None:
    said = HEAD + "Return { x }, the sum of the fee over its trips."
    for answer in ("The gross fee.", "fee_gross", "2"):
        folder = tmp_path / answer.strip(".").replace(" ", "_")
        folder.mkdir()
        reply = talk(folder, said, answer)[1]
        assert reply.kind == "answer", reply.reply
        assert "t.fee_gross" in str(reply.script)


def test_what_was_not_understood_is_not_forgotten(tmp_path: Path) -> None:
    replies = talk(tmp_path, HEAD + "Return { x }, the length of the boat. Wibble the flotsam by 3.", "Save it.")
    assert [r.kind for r in replies] == ["question", "question"]
    assert replies[1].saved == []


def test_no_text_whatever_raises(tmp_path: Path) -> None:
    odd = ("", "   ", "☕☕", "((((", "{{{", "'", "and and and", "0", "if if if", "return { }", "the the of of", "x" * 500, "1 2 3 4 5", "save save")
    assert all(r.kind in ("answer", "question", "refusal") for r in talk(tmp_path, *odd))


@pytest.mark.parametrize(
    "bands",
    [
        "band is 'short' for every boat with a length under 7, and 'long' for every boat with a length of 6 or more.",
        "band is 'short' if length is at most 8, 'middle' if length is between 7 and 9, and 'long' otherwise.",
    ],
)
def test_cases_that_overlap_are_asked_about(tmp_path: Path, bands: str) -> None:
    reply = talk(tmp_path, HEAD + "Return { band }. " + bands + " Save it.")[0]
    assert reply.kind == "question"
    assert "overlap" in reply.reply
    assert reply.saved == []


def test_an_answer_that_says_what_is_not_meant_picks_the_other(tmp_path: Path) -> None:
    reply = talk(tmp_path, HEAD + "Return { x }, the sum of the fee over its trips.", "The gross one, not the net one.")[1]
    assert "t.fee_gross" in str(reply.script)


ODD = "Somehow the harbour folks crave a script boat_report which shall digest a boat_id. "
N = "Return { n }, the number of trips of the boat. "


def test_every_sentence_that_was_not_understood_is_quoted(tmp_path: Path) -> None:
    reply = talk(tmp_path, ODD + N + "Flotsam the jetsam by 3.")[0]
    assert reply.kind == "question"
    assert "shall digest" in reply.reply
    assert "Flotsam the jetsam" in reply.reply
    assert "Which script" not in reply.reply


def test_an_odd_opening_leaves_the_rest_to_be_read(tmp_path: Path) -> None:
    replies = talk(tmp_path, ODD + N, "It takes a boat_id. Save it.")
    assert replies[0].kind == "question"
    assert replies[0].saved == []
    assert replies[1].saved == ["boat_report"], replies[1].reply
    assert "in place of" in replies[1].reply


def test_a_script_told_anew_replaces_what_was_half_understood(tmp_path: Path) -> None:
    said = "Script called boat_report, takes a boat_id. Return { m }, the length of the boat. Save it."
    reply = talk(tmp_path, ODD + N + "Flotsam the jetsam by 3.", said)[1]
    assert reply.saved == ["boat_report"], reply.reply
    assert reply.script is not None
    assert list(reply.script["returns"]) == ["m"]


def test_a_script_that_is_only_mentioned_is_not_begun_anew(tmp_path: Path) -> None:
    made = "Create a script called boat_report. It takes a boat_id. " + N
    reply = talk(tmp_path, made, "Now far_trips, which takes a boat_id. Then use the boat_report. Return { k }, its n. Save both.")[1]
    assert "Run boat_report" in reply.reply


OPEN = HEAD + "Return { slow, x }. x is the length of the boat. "


@pytest.mark.parametrize(
    ("said", "not_vague"),
    [
        (HEAD + "Return { x }. x is 'sold out' when nothing wibbles. Save it.", "old"),
        (OPEN + "The boats that are slow wibble. Save it.", "slow"),
        (HEAD + "Return { new_fee, change }. Round the new fee wibbly. change is new_fee minus the wibble. Save it.", "new"),
        (HEAD + "It says how things stand, { days, late }, wibbly. Save it.", "late"),
        (HEAD + "Return { x }, wibbly 'a lot' of it. Save it.", "a lot"),
    ],
)
def test_a_word_that_names_something_is_not_vague(tmp_path: Path, said: str, not_vague: str) -> None:
    reply = talk(tmp_path, said)[0]
    assert reply.kind == "question"
    assert f'How much is "{not_vague}"' not in reply.reply


def test_a_measure_without_a_number_is_still_asked_about(tmp_path: Path) -> None:
    reply = talk(tmp_path, HEAD + "Return { x }. x is true if the boat has made many trips. Save it.")[0]
    assert 'How much is "many"' in reply.reply


@pytest.mark.parametrize(
    "said",
    ["Rename the returned field place to location.", "forget the bit about the rain after all, count those days too", "please undo it", "the fee changed, save it please", "Call it that. Then schedule it."],
)
def test_an_order_is_no_aside(tmp_path: Path, said: str) -> None:
    reply = talk(tmp_path, said)[0]
    assert reply.kind == "question", reply.reply
    assert "aside" not in reply.reply


@pytest.mark.parametrize("said", ["Create a script", "create a script.", "Hi, I need a new script please.", "Make me another process."])
def test_a_script_without_a_name_is_asked_for_it(tmp_path: Path, said: str) -> None:
    replies = talk(tmp_path, said, "probe", "It takes a boat_id. Return { x }, the length of the boat. Save it.")
    assert replies[0].kind == "question"
    assert "What should the script be called?" in replies[0].reply
    assert replies[2].saved == ["probe"]


def test_all_sentences_that_were_not_understood_are_quoted(tmp_path: Path) -> None:
    reply = talk(tmp_path, HEAD + "Wibble the flotsam by 3. Return { x }, the length of the boat. Wobble the jetsam by 4. Save it.")[0]
    assert reply.kind == "question"
    assert '"Wibble the flotsam by 3"' in reply.reply
    assert '"Wobble the jetsam by 4"' in reply.reply


def test_a_fault_of_the_author_is_a_question_and_keeps_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn(HEAD + "Return { x }, the length of the boat.")
    with monkeypatch.context() as patch:

        def stumble(self: Planner, text: str) -> list[Step]:
            raise ZeroDivisionError(text)

        patch.setattr(Planner, "plan", stumble)
        broken = dialogue.turn("Also return the name.")
    assert broken.kind == "question"
    assert "bug" in broken.reply
    assert '"Also return the name."' in broken.reply
    assert dialogue.turn("Save it.").saved == ["probe"]
    bench.close()


def test_a_field_to_take_out_of_nothing_is_asked_about(tmp_path: Path) -> None:
    reply = talk(tmp_path, HEAD, "Remove the field reward.")[1]
    assert "there are ." not in reply.reply


def test_those_records_are_the_ones_that_were_left_before(tmp_path: Path) -> None:
    made = "Create a script called boat_report. It takes a boat_id. " + N + " Save it."
    loop = "Create a script called busy. Run boat_report for each of the boats. Only those whose n is at least 1. "
    reply = talk(tmp_path, made, loop + "Return { k }, the number of those boats.")[1]
    assert reply.script is not None
    assert "n >= 1" in str(reply.script)


@pytest.mark.parametrize("said", ["Scrap that.", "Remove that again."])
def test_dropping_that_after_a_change_is_asked_about(tmp_path: Path, said: str) -> None:
    head = HEAD + "Return { n }, the number of trips of the boat."
    replies = talk(tmp_path, head, "Also return far, the sum of miles over its trips.", said, "the last change")
    assert replies[2].kind == "question"
    assert (replies[3].kind, "far" in str(replies[3].script)) == ("answer", False)


def test_words_that_change_nothing_are_not_answered_as_if_they_did(tmp_path: Path) -> None:
    assert talk(tmp_path, HEAD + "Return { n }, the number of trips of the boat.", "Make n so.")[1].kind == "question"


def test_where_a_band_begins_is_not_all_that_is_in_it(tmp_path: Path) -> None:
    bands = "Return { n, size }, n being the number of its trips. size depends on n: "
    for said in ("'some' from 2, 'many' from 5, otherwise 'few'.", "'many' from 5, 'some' from 2, 'few' otherwise."):
        folder = tmp_path / said[1:5]
        folder.mkdir()
        reply = talk(folder, HEAD + bands + said)[0]
        assert "n >= 5 ? 'many' : n >= 2 ? 'some' : 'few'" in str(reply.script), reply.reply
