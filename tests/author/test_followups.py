# ruff: noqa: E501 - what a person says is read as one line
"""Later turns: corrections, exceptions, fields that come and go, records in and out, answers, other days.

Each lands where a reader would put it, or is asked about; a turn that asks changes nothing and loses nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.test_wordings import HEAD, asked, said

BUSY = HEAD + "n is the number of its trips with left_on in the last 60 days. busy is true if n is at least 5. Return { n, busy }."
BANDS = HEAD + "Return { c }. c is 'long' if the length is at least 9, 'mid' if it is at least 7, and 'short' otherwise."
FEE = HEAD + "Return { days, fee }. days is the days from 2026-11-01 to today. fee is days times the length."
JOB = "Create a process called nudge. For each boat with an owner_email and a length over 5, send an email to the owner_email with the subject 'Hello there' and the body 'Please come.'. Save it and run it every Monday at 9:00."


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Hmm, 5 is a bit much, make it 4.", "n >= 4"),
        ("5 trips is too strict; 3 is enough.", "n >= 3"),
        ("Wait, 60 days is too short, let's take 90.", "add_days(today, -90)"),
        ("Sorry, make that the last 30 days, not 60.", "add_days(today, -30)"),
        ("Instead of 60 days, use 45.", "add_days(today, -45)"),
        ("60 should be 45.", "add_days(today, -45)"),
        ("Let's say 45 days instead.", "add_days(today, -45)"),
        ("I meant the last 30 days.", "add_days(today, -30)"),
        ("Sorry, I meant 3 trips.", "n >= 3"),
        ("Make that 3 trips instead of 5.", "n >= 3"),
        ("The period should be 90 days.", "add_days(today, -90)"),
        ("It should look back 90 days.", "add_days(today, -90)"),
        ("On second thought, make it more than 5.", "n > 5"),
        ("5 is too relaxed, make it 8 or more.", "n >= 8"),
        ("And that 5 should be 6.", "n >= 6"),
    ],
)
def test_a_number_is_corrected_where_it_stands(tmp_path: Path, words: str, step: str) -> None:
    text = said(tmp_path, BUSY, words)
    assert step in text
    assert ("add_days(today, -60)" in text) == ("days" not in step)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("The limit for long is 10 now.", "boat.length >= 10"),
        ("'mid' should start at 8.", "boat.length >= 8"),
        ("long only from 10.", "boat.length >= 10"),
        ("Make the threshold for mid 6.", "boat.length >= 6"),
        ("From 12 on it's 'huge'.", "boat.length >= 12 ? 'huge'"),
        ("Add a fourth class 'huge' from 12 on.", "boat.length >= 12 ? 'huge'"),
        ("Above 12 it should say 'huge' instead of 'long'.", "boat.length > 12 ? 'huge'"),
        ("Call it 'vast' rather than 'long'.", "boat.length >= 9 ? 'vast'"),
    ],
)
def test_a_case_gets_another_limit_or_a_further_one_is_added(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, BANDS, words)


def test_a_number_that_stands_in_several_places_is_asked_about_and_the_answer_picks_one(tmp_path: Path) -> None:
    twice = HEAD + "n is the number of its trips. x is n times 5. busy is true if n is at least 5. Return { n, x, busy }."
    assert "Which number should become 6: " in asked(tmp_path, twice, "Make it 6 instead of 5.")


@pytest.mark.parametrize(("answer", "step"), [("2", "n >= 4"), ("at least 5", "n >= 4"), ("60 days", "add_days(today, -4)")])
def test_an_answer_picks_the_number_that_was_asked_about(tmp_path: Path, answer: str, step: str) -> None:
    from sopwb.author.dialogue import Dialogue
    from tests.author.talking import AS_OF, open_yard

    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    dialogue.turn(BUSY)
    assert dialogue.turn("Make it 4.").kind == "question"
    reply = dialogue.turn(answer)
    assert reply.script is not None
    assert step in str(reply.script["steps"])
    bench.close()


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Insured boats are always busy.", "n >= 5 || boat.insured"),
        ("Boats of the class motor never count as busy.", "n >= 5 && boat.class != 'motor'"),
        ("It also has to be insured.", "n >= 5 && boat.insured"),
        ("And the length can't be below 3.", "n >= 5 && boat.length >= 3"),
        ("But only if it is insured.", "n >= 5 && boat.insured"),
        ("Unless the length is over 8.", "n >= 5 && !(boat.length > 8)"),
        ("Oh, and it also has to be sturdy: the length must be at least 6.", "n >= 5 && boat.length >= 6"),
        ("For motor boats 3 trips are enough.", "boat.class == 'motor' ? 3 : 5"),
        ("For insured boats require more than 7 trips instead of at least 5.", ""),
    ],
)
def test_what_else_must_hold_or_what_holds_for_some_only_is_added(tmp_path: Path, words: str, step: str) -> None:
    if step:
        assert step in said(tmp_path, BUSY, words)
    else:
        asked(tmp_path, BUSY, words)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("The first two days are free.", "math.greatest(day - 2, 0) * boat.length"),
        ("Let's be nice: the first two days are free, so only charge for the days after that. days stays as it is.", "math.greatest(day - 2, 0) * boat.length"),
        ("Motor boats pay half.", "boat.class == 'motor' ? fee / 2"),
        ("For insured boats it's double.", "boat.insured ? fee * 2"),
        ("Cap the fee at 60.", "math.least(fee, 60)"),
        ("The fee should be at least 5.", "math.greatest(fee, 5)"),
        ("Add 19% VAT.", "fee + fee * 0.19"),
        ("Use 3 per day instead of the length.", "day * 3"),
        ("If it's more than 10 days, add 20.", "day > 10 ? fee + 20"),
    ],
)
def test_an_amount_is_changed_afterwards(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, FEE, words)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("I also need its name.", "'name': 'boat.name'"),
        ("And its name too.", "'name': 'boat.name'"),
        ("I don't need n.", "{'busy': 'busy'}"),
        ("Nobody needs to see n, drop it from the output.", "{'busy': 'busy'}"),
        ("Just busy is enough.", "{'busy': 'busy'}"),
        ("Drop the last field.", "{'n': 'n'}"),
        ("n is a bad name, use trip_count.", "'trip_count': 'n'"),
        ("What comes back as n should be called trip_count.", "'trip_count': 'n'"),
        ("The busy field should be called hectic.", "'hectic': 'busy'"),
        ("Call n trip_count.", "'trip_count': 'n'"),
        ("Add a third field, note, to the result: 'x' if n is over 3, 'y' otherwise.", "'x' : 'y'"),
    ],
)
def test_fields_come_and_go_and_are_called_otherwise(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, BUSY, words)


@pytest.mark.parametrize(
    "words",
    [
        "Trips without a back_on don't count.",
        "Leave out the trips without a back_on.",
        "Only count trips with a back_on.",
        "A trip without an end is a mistake, so leave out the trips without a back_on.",
    ],
)
def test_records_are_left_out_and_count_again(tmp_path: Path, words: str) -> None:
    assert "it.back_on != null" in said(tmp_path, BUSY, words)


def test_records_that_were_left_out_count_again(tmp_path: Path) -> None:
    text = said(tmp_path, BUSY, "Trips without a back_on don't count.", "Make it 4 instead of 5.", "Oh, count those too after all.")
    assert "back_on" not in text
    assert "n >= 4" in text


def test_what_was_taken_back_is_as_before(tmp_path: Path) -> None:
    text = said(tmp_path, BUSY, "Make it 4 instead of 5.", "Scratch that.", "Make it 8 instead of 5.", "Put it back to 5.")
    assert "n >= 5" in text


def test_records_can_be_left_out_of_one_value_only(tmp_path: Path) -> None:
    first = HEAD + "n is the number of its trips. total is the sum of miles of its trips. Return { n, total }."
    text = said(tmp_path, first, "Leave trips without a back_on out of total. They still count in n.")
    assert "size(trips)" in text
    assert "trips_2.sum(t, t.miles)" in text


@pytest.mark.parametrize(
    ("question", "answer", "step"),
    [
        ("Insured boats with many trips are always busy.", "never mind", "n >= 5"),
        ("Return { far }. far is true if it has a lot of trips.", "More than 3.", "> 3"),
        ("Return { big }. big is true for a large boat and false otherwise.", "A boat is large if its length is over 8.", "boat.length > 8"),
    ],
)
def test_a_vague_word_is_explained_in_the_next_turn(tmp_path: Path, question: str, answer: str, step: str) -> None:
    from sopwb.author.dialogue import Dialogue
    from tests.author.talking import AS_OF, open_yard

    bench = open_yard(tmp_path)
    dialogue = Dialogue(bench, as_of=AS_OF)
    if not question.startswith("Return"):
        dialogue.turn(BUSY)
    assert dialogue.turn(question if not question.startswith("Return") else HEAD + question).kind == "question"
    reply = dialogue.turn(answer)
    assert reply.kind == "answer", reply.reply
    assert reply.script is not None
    assert step in str(reply.script["steps"])
    bench.close()


def test_an_addition_is_not_taken_for_the_rewording_of_a_lost_sentence(tmp_path: Path) -> None:
    first = HEAD + "n is the number of its trips. size is 'large' for wibbly boats. Return { n, size }."
    assert "did not understand" in asked(tmp_path, first, "five or more trips", "Save it.")


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("Actually no, 7 in the evening.", "every Monday at 7 in the evening"),
        ("Sorry, tuesdays I meant, same time.", "tuesdays at 9:00"),
        ("Tuesdays, not Mondays.", "Tuesdays at 9:00"),
        ("Make it every weekday instead.", "every weekday at 9:00"),
        ("Let's run it daily instead.", "daily at 9:00"),
    ],
)
def test_a_job_gets_another_day_or_time(tmp_path: Path, words: str, when: str) -> None:
    from tests.author.talking import talk

    reply = talk(tmp_path, JOB, words)[-1]
    assert f"nudge runs {when}." in reply.reply, reply.reply


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("The subject should be 'Good day'.", "Good day"),
        ("Change the text to 'Please call.'.", "Please call."),
        ("Don't send it to motor boats.", "it.class != 'motor'"),
        ("Only for boats that are insured.", "it.insured"),
        ("Uninsured boats don't get a mail.", "it.insured"),
        ("Make it 8 instead of 5.", "length > 8"),
    ],
)
def test_a_mail_and_who_gets_it_are_changed(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, JOB, words)


def test_another_script_of_the_conversation_is_changed_by_its_name(tmp_path: Path) -> None:
    from tests.author.talking import talk

    other = "Create a script called other. It takes a boat_id. Return { k }, the length of the boat. Save it."
    reply = talk(tmp_path, BUSY + " Save it.", other, "In probe, the limit should be at least 6 instead of 5. Save both.")[-1]
    assert set(reply.saved) >= {"probe"}, reply.reply
    assert "n is at least 6" in reply.reply


@pytest.mark.parametrize(
    "words",
    [
        "For swimmers 3 trips are enough.",
        "Make the tolerance 3.",
        "Make it 3 euros.",
        "The first two are free.",
        "It must be shiny.",
        "Call it wonderful.",
        "Scrap the discount.",
        "Leave trips out of busy.",
        "Count those too after all.",
    ],
)
def test_a_change_that_fits_nothing_is_asked_about(tmp_path: Path, words: str) -> None:
    asked(tmp_path, BUSY, words)


@pytest.mark.parametrize("words", ["Make it 3 a day.", "Not more than 10 days."])
def test_a_number_is_never_put_where_nobody_would_look_for_it(tmp_path: Path, words: str) -> None:
    late = HEAD + "Return { days, fee }. days is the days from 2026-11-01 to today, and at least 0. fee is days times the length."
    asked(tmp_path, late, words)

