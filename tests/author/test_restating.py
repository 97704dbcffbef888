# ruff: noqa: E501 - what a person says is read as one line
"""Things said once more, gone on with, or left out of one value only: each comes to the steps that are meant, or is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from tests.author.talking import AS_OF

TOML = """[workspace]
name = "workshop"
timezone = "UTC"
""" + "".join(f'[data.{n}]\npath = "{n}.csv"\nkey = "id"\n' for n in ("bikes", "jobs", "owners", "parts"))
FILES = {
    "bikes": "id,name,owner_id,grade,weight,insured,fee\nk1,Ace,o1,road,7.5,true,20.50\nk2,Bee,,city,9.0,false,\n",
    "jobs": "id,bike_id,part_id,done_on,cost,hours,state,warranty\nj1,k1,p1,2026-11-03,100.00,4,absent,false\nj2,k1,p1,2026-10-03,40.00,,ready,true\n",
    "owners": "id,name,email,rate\no1,Ann,ann@x.example,1.25\no2,Bob,,0.80\n",
    "parts": "id,price,stock\np1,2.50,4\np2,3.00,\n",
}
HEAD = "Create probe for a bike_id. "
COUNTS = HEAD + "Return n, the number of its jobs, and total, the sum of their cost. "


def hold(folder: Path, *turns: str) -> list[tuple[str, str, str]]:
    """Hold a conversation; give the kind, the reply and the steps of each turn."""
    (folder / "sopwb.toml").write_text(TOML)
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    bench = open_workbench(str(folder), as_of=AS_OF)
    dialogue = Dialogue(bench, as_of=AS_OF)
    replies = [dialogue.turn(turn) for turn in turns]
    bench.close()
    return [(r.kind, r.reply, str(r.script["steps"]) if r.script is not None else "") for r in replies]


def check(folder: Path, step: str, *turns: str) -> None:
    """Expect a step in the script that the last turn comes to."""
    kind, reply, steps = hold(folder, *turns)[-1]
    assert kind == "answer", reply
    assert step in steps


@pytest.mark.parametrize(
    ("words", "step"),
    [
        (HEAD + "It takes the latest job, the one with the highest done_on, and returns cost.", "'order_by': ['it.done_on desc']"),
        (HEAD + "Return last_done, the date of its last job with state 'ready', any time, not only this year. Null if it never came.", "it.state == 'ready'"),
        (HEAD + "Return days: how many days ago the latest of its jobs was done. 0 if it never broke.", "size(jobs) == 0 ? 0"),
        (HEAD + "Return share: the number of its jobs with warranty divided by the number of its jobs, as a percentage, one decimal, rounded half up.", "round(size(jobs) * 100 / size(jobs_2), 1)"),
        (HEAD + "open is the number of its jobs without hours. share is that out of all its jobs, as a percentage, rounded to 1 decimal. Return both.", "open * 100 / size("),
        (HEAD + "Return safe, true if the bike is insured, if it has no jobs, or if its weight is under 7. Otherwise it is false.", "size(jobs) == 0 || bike.insured || bike.weight < 7"),
        (HEAD + "Return size, 'big' if the weight is over 8. Otherwise it is 'small'.", "bike.weight > 8 ? 'big' : 'small'"),
        (HEAD + "The grade goes by the weight: 'light' from 0 up to but not including 7, and 'heavy' from 7. Return grade.", "bike.weight < 7"),
        (HEAD + "Return heavy, a boolean. It is true if the weight is over 8.", "bike.weight > 8"),
        (HEAD + "total is the sum, over its jobs, of cost times hours. A blank hours counts as 0. Return total.", "j.cost * coalesce(j.hours, 0)"),
        (HEAD + "total is the sum, over its jobs, of hours times the price of the job's part. A blank hours counts as 0. Return total.", "all_parts.filter(p, p.id == j.part_id)"),
        (HEAD + "Return dearest and cheapest, the highest and the lowest cost among its jobs.", "jobs.max(j, j.cost)"),
        (HEAD + "n is how often it was in the shop, meaning its rows in jobs. Return n.", "it.bike_id == bike_id"),
    ],
)
def test_what_is_said_once_more_is_understood(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, step, words)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Jobs under warranty (warranty is true) still count towards n, but not towards total.", "jobs_2.sum(j, j.cost)"),
        ("Jobs whose warranty is true are counted, but ignored for total.", "jobs_2.sum(j, j.cost)"),
        ("Jobs with warranty set to true don't count, neither for n nor for total.", "'where': 'it.bike_id == bike_id && !it.warranty'"),
        ("Oops, I forgot: jobs that are under repair (state is 'absent') shouldn't be in there.", "it.state != 'absent'"),
    ],
)
def test_records_may_count_for_one_value_only(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, step, COUNTS + words)


def test_a_value_that_no_such_records_make_is_asked_about(tmp_path: Path) -> None:
    words = "Return n, the number of its jobs, and kilos, the weight. Jobs with warranty set to true don't count, neither for n nor for kilos."
    kind, reply, _ = hold(tmp_path, HEAD + words)[-1]
    assert kind == "question"
    assert "is not computed from jobs" in reply


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("For each of its jobs take the cost, multiply it by 2 and subtract 5. Sum that up and return it as total.", "jobs.sum(j, j.cost * 2 - 5)"),
        ("For every job of the bike it takes the cost and divides it by the bike's weight. Add it all up, round the sum half up to 2 decimals and return that as total.", "jobs.sum(j, j.cost / bike.weight)"),
    ],
)
def test_steps_for_each_record_are_added_up(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, step, HEAD + words)


def test_steps_that_nothing_adds_up_are_asked_about(tmp_path: Path) -> None:
    words = "For each job of the bike take the cost and add 10. Return n, the number of jobs."
    assert hold(tmp_path, HEAD + words)[-1][0] == "question"


def test_more_cases_go_on_with_those_before_in_their_order(tmp_path: Path) -> None:
    words = "mood is 'bad' for three or more jobs and 'fair' for one or two. With no jobs it is 'good' if the bike is insured and 'unknown' otherwise. Return mood."
    steps = hold(tmp_path, HEAD + words)[-1][2]
    assert steps.index("'good'") < steps.index("'unknown'")
    assert "size(jobs) == 0 && bike.insured" in steps


def test_only_a_part_of_a_sum_counts_in_a_case(tmp_path: Path) -> None:
    turns = (
        HEAD + "price is the fee plus the rate of the bike's owner. A blank fee is 0. Return price.",
        "If owner_id is empty nobody pays a rate, so only the fee is charged.",
        "Also return orphan, which is true in exactly that case and false otherwise.",
    )
    check(tmp_path, "bike.owner_id == null ? coalesce(bike.fee, 0) :", *turns[:2])
    check(tmp_path, "'orphan', 'expr': 'bike.owner_id == null'", *turns)


@pytest.mark.parametrize(
    ("words", "fine"),
    [("30 on the dot is fine.", True), ("Exactly 30 days is fine.", True), ("45 exactly is fine.", False)],
)
def test_what_is_said_of_the_limit_is_held_against_the_script(tmp_path: Path, words: str, fine: bool) -> None:
    turns = (
        HEAD + "owed is how many bills are open, meaning jobs of the bike without hours. sound is true as long as they have fewer than 3 owed. Return both.",
        "If any job they have owed was done more than 30 days ago it isn't sound either. " + words,
    )
    kind, reply, steps = hold(tmp_path, *turns)[-1]
    assert (kind == "answer") is fine, reply
    assert not fine or "add_days(today, -30)" in steps


def test_otherwise_without_a_case_is_asked_about(tmp_path: Path) -> None:
    assert hold(tmp_path, HEAD + "Return n, the number of its jobs. Otherwise return 0.")[-1][0] == "question"


def test_an_exclusion_before_a_selection_stays(tmp_path: Path) -> None:
    words = "Create fleet_list. It takes an owner_id and ignores bikes where insured is false. For that owner's remaining bikes it returns n, how many there are."
    check(tmp_path, "it.insured", words)


def test_a_status_may_be_called_absent(tmp_path: Path) -> None:
    check(tmp_path, "it.state == 'absent'", HEAD + "It tells me how many of its jobs were 'absent'. Call that n. None is 0.")


def test_a_rate_is_read_from_where_it_stands(tmp_path: Path) -> None:
    words = "It multiplies the weight of the bike by the rate for the bike's owner_id, which stands in owners, and rounds that half up to cents: this is cost_now. Return cost_now. When owners has no entry for the owner_id, stop with an error."
    check(tmp_path, "round(bike.weight * owner.rate, 2)", HEAD + words)
