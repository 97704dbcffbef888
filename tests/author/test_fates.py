# ruff: noqa: E501 - what a person says is read as one line
"""One word about each record, counts of each word, the first of what a loop collects; amounts for each of several."""

from __future__ import annotations

from pathlib import Path

from tests.author.talking import steps, talk

STATE = "Create trip_state. You pass it a trip_id and it tells me one word about that trip in trips: 'home' if back_on is filled in, 'late' if we've had it for 10 days or more since left_on, otherwise 'out'."
EACH = "Now boat_states, takes a boat_id (like 'b2') and goes through that boat's trips. Run trip_state on each and give me "


def test_one_word_about_a_record_is_returned_bare(tmp_path: Path) -> None:
    (reply,) = talk(tmp_path, STATE)
    assert steps(reply)[-1]["value"] == (
        "trip.back_on != null ? 'home' : days_between(trip.left_on, today) >= 10 ? 'late' : 'out'"
    )


def test_another_word_for_some_stands_before_the_word_it_replaces(tmp_path: Path) -> None:
    reply = talk(tmp_path, STATE, "Long ones are special (miles over 15): where others would be 'late', those should be 'lost'.")[-1]
    assert "days_between(trip.left_on, today) >= 10 && trip.miles > 15 ? 'lost'" in steps(reply)[-1]["value"]


def test_how_many_of_each_counts_every_word_by_itself(tmp_path: Path) -> None:
    reply = talk(tmp_path, STATE + " Save it.", EACH + "{ home, out }: how many of each.")[-1]
    assert [s["expr"] for s in steps(reply) if s["op"] == "math"] == [
        "size(results.filter(r, r.result == 'home'))",
        "size(results.filter(r, r.result == 'out'))",
    ]


def test_the_first_of_what_a_loop_collects_is_null_where_there_is_none(tmp_path: Path) -> None:
    asked = "{ home, first }: how many of each, and first is the miles of the one with the earliest left_on out of those that aren't 'home'."
    reply = talk(tmp_path, STATE + " Save it.", EACH + asked)[-1]
    told = [s["expr"] for s in steps(reply) if s["op"] == "math"]
    assert "results.filter(r, r.result != 'home').sortBy(r, r.left_on)" in told
    assert "(size(ordered) == 0 ? null : ordered.first().miles)" in told


FEES = "Create boat_fees. It has a boat_id as its input and goes through that boat's trips. Hand me back { n, fee }: how many trips, and the fee_net added up."


def test_an_amount_for_each_changes_the_amount_and_not_the_number(tmp_path: Path) -> None:
    reply = talk(tmp_path, FEES, "Mooring: take 2 off for each of those trips, but only for insured boats (insured is true in boats).")[-1]
    assert {"op": "math", "name": "n", "expr": "size(trips)"} in steps(reply)
    assert any("size(trips) * 2" in s.get("expr", "") and s["name"] == "fee_2" for s in steps(reply))


def test_an_amount_for_each_asks_where_two_amounts_are_returned(tmp_path: Path) -> None:
    two = "Create boat_fees. It takes a boat_id and goes through that boat's trips. Return { fee, cost }: the fee_net added up, and the fee_gross added up."
    reply = talk(tmp_path, two, "Take 2 off for each of those trips.")[-1]
    assert reply.kind == "question"


def test_that_it_can_go_below_zero_is_held_against_a_limit(tmp_path: Path) -> None:
    limited = talk(tmp_path, FEES, "fee is never below 5.", "fee can go below zero.")[-1]
    assert limited.kind == "question"
    free = talk(tmp_path, FEES, "fee can go below zero.")[-1]
    assert free.kind == "answer"


def test_an_exclaimed_word_says_only_what_comes_next(tmp_path: Path) -> None:
    reply = talk(tmp_path, FEES, "Miles! Put the miles of those same trips on top of fee.")[-1]
    assert list(steps(reply)[-1]["value"]) == ["n", "fee"]


def test_what_a_script_says_is_counted_and_not_a_date_of_the_same_word(tmp_path: Path) -> None:
    fate = "Create a script called fate. It takes a trip_id. Return { result }: 'back' if its miles are over 15, otherwise 'out'. Save it."
    replies = talk(tmp_path, fate, "Create a script called fates. No inputs. For every trip run fate. Return { back, out }, how many of each.")
    assert "'back'" in str(steps(replies[-1]))
    assert "back_on" not in str(steps(replies[-1]))
