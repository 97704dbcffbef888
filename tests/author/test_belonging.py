"""Which records a sentence is about, where several could be meant: those of each, all of them, those in focus."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import steps, talk


def check(folder: Path, *turns: str, holds: str, lacks: str = "") -> None:
    """Expect a text in the steps that a conversation ends with."""
    written = str(steps(talk(folder, *turns)[-1]))
    assert holds in written, written
    assert not lacks or lacks not in written, written


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("with at least 2 trips", "size(trips.filter(t, t.boat_id == it.id)) >= 2"),
        ("without trips", "size(trips.filter(t, t.boat_id == it.id)) == 0"),
        ("that have not made any trips yet", "size(trips.filter(t, t.boat_id == it.id)) == 0"),
        ("whose trips add up to at least 20 miles", "trips.filter(t, t.boat_id == it.id).sum(t, t.miles) >= 20"),
    ],
)
def test_each_record_is_judged_by_its_own_others(tmp_path: Path, words: str, where: str) -> None:
    check(tmp_path, f"Create a script called probe. It takes no input. Return {{ ids }}, the ids of the boats {words}.", holds=where)  # noqa: E501 - one sentence, one line


def test_records_that_nothing_ties_to_each_are_asked_about(tmp_path: Path) -> None:
    toml = "[data.guides]\npath = \"guides.csv\"\nkey = \"id\"\n"
    (tmp_path / "guides.csv").write_text("id,name\ng1,Ann\n")
    from tests.author import talking

    before = talking.TOML
    try:
        talking.TOML = before + toml
        reply = talk(tmp_path, "Create a script called probe. It takes no input. Return { ids }, the ids of the boats with at least 2 guides.")[-1]  # noqa: E501 - one sentence, one line
    finally:
        talking.TOML = before
    assert reply.kind == "question"
    assert "guides" in reply.reply


def test_the_whole_beside_a_part_is_all_of_them(tmp_path: Path) -> None:
    words = "Create a script called probe. It takes no input. Return { part, whole }, the number of boats that are insured, and the number of boats."  # noqa: E501 - one sentence, one line
    found = [step for step in steps(talk(tmp_path, words)[-1]) if step["op"] == "fetch"]
    assert [step.get("where", "") for step in found] == ["it.insured", ""]


def test_what_is_left_out_later_is_left_out_of_every_value(tmp_path: Path) -> None:
    first = "Create a script called probe. It takes a boat_id. Return { n, far }, the number of its trips and the longest miles of its trips. If there are none, n is 0 and far is null."  # noqa: E501 - one sentence, one line
    written = steps(talk(tmp_path, first, "Don't count the ones where fee_net is 10.")[-1])
    found = [s for s in written if s["op"] == "fetch"]
    assert [s["where"] for s in found] == ["it.boat_id == boat_id && it.fee_net != 10"]


def test_a_case_of_other_records_is_not_what_the_sum_gives_anyway(tmp_path: Path) -> None:
    words = "Create a script called probe. It takes a boat_id. Return { far }, the sum of miles over its trips. If there are no trips with more than 10 miles, far is 0."  # noqa: E501 - one sentence, one line
    check(tmp_path, words, holds="it.miles > 10")


def test_a_chosen_field_does_not_rename_what_is_returned(tmp_path: Path) -> None:
    first = "Create a script called probe. It takes a boat_id and returns fee, the sum of the fee of its trips."
    replies = talk(tmp_path, first, "Take the gross fee. Without trips fee is 0.")
    assert replies[0].options == ["fee_net", "fee_gross"]
    assert replies[1].script is not None
    assert replies[1].script["returns"] == {"fee": "decimal"}


@pytest.mark.parametrize(
    "words",
    [
        "Long means more than 10 miles.",
        "Long is anything over 10 miles.",
        "A trip is long if it has more than 10 miles.",
        "The ones with more than 10 miles.",
    ],
)
def test_a_vague_word_is_what_the_answer_says(tmp_path: Path, words: str) -> None:
    check(tmp_path, "Create a script called probe. It takes no input. Return { ids }, the ids of the long trips.", words, holds="it.miles > 10")  # noqa: E501 - one sentence, one line


def test_what_is_wanted_after_a_saved_script_is_another_script(tmp_path: Path) -> None:
    first = "Create a script called probe. It takes a boat_id. Return { n }, the number of its trips. Save it."
    second = "Now I want far_out. It takes a boat_id and returns far, the sum of miles over its trips."
    reply = talk(tmp_path, first, second)[-1]
    assert reply.draft == "far_out", reply.reply


def test_those_that_tie_are_told_apart(tmp_path: Path) -> None:
    first = "Create a script called trip_total. It takes a boat_id. Return { n }, the number of its trips. Save it."
    second = "Create a script called busiest. For each boat in boats it calls trip_total. Return { best }, the name of the boat with the most n. If several boats share the highest number, take the name that comes first in the alphabet."  # noqa: E501 - one sentence, one line
    check(tmp_path, first, second, holds="sortBy(r, r.name).sortBy(r, -r.n).first()")


@pytest.mark.parametrize("whose", ["its ", ""])
def test_selections_beside_each_other_do_not_narrow_one_another(tmp_path: Path, whose: str) -> None:
    words = f"Create a script called probe. It takes a boat_id. Return {{ a, b }}, the number of {whose}trips with more than 10 miles, and the number of {whose}trips with a fee_net under 25."  # noqa: E501 - one sentence, one line
    found = [step["where"] for step in steps(talk(tmp_path, words)[-1]) if step["op"] == "fetch"]
    assert found == ["it.boat_id == boat_id && it.miles > 10", "it.boat_id == boat_id && it.fee_net < 25"]


def test_what_takes_part_by_either_field_is_found_by_both(tmp_path: Path) -> None:
    words = "Create a script called probe. It takes a word. Return { n }, the number of boats where that word is name or class."  # noqa: E501 - one sentence, one line
    check(tmp_path, words, holds="it.name == word || it.class == word")


def test_a_number_of_days_that_goes_in_is_how_far_a_window_reaches(tmp_path: Path) -> None:
    words = "Create a script called probe. It takes horizon, a whole number. Return { n }, the number of trips whose left_on is between today and that many days from now, both included."  # noqa: E501 - one sentence, one line
    check(tmp_path, words, holds="it.left_on >= today && it.left_on <= add_days(today, horizon)")
