# ruff: noqa: E501 - what a person says is read as one line
"""Which records are meant: periods, what was done with them, roles; and what another script finds of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.reply import Reply
from tests.author.talking import AS_OF

FILES = {
    "students": "id,name,email,level,active,joined_on\ns1,Ann,a@x.example,beginner,true,2024-01-02\ns2,Bob,,advanced,false,2025-03-04\n",
    "lessons": "id,student_id,held_on,minutes,status,teacher,price\nl1,s1,2026-11-01,45,attended,Kim,20.50\nl2,s1,2026-10-01,60,missed,Lee,25.00\nl3,s2,2026-02-01,60,cancelled,Kim,25.00\n",
    "tools": "id,name,category,rate\nt1,Saw,power,12.50\nt2,Axe,hand,5.00\n",
    "rentals": "id,tool_id,rented_on,returned_on,paid,damaged\nr1,t1,2026-11-01,2026-11-03,20.50,false\nr2,t1,2026-11-15,,12.00,true\n",
    "teams": "id,name,city\nt1,Reds,Ulm\nt2,Blues,Bonn\n",
    "matches": "id,home_id,away_id,played_on,result\nm1,t1,t2,2026-11-01,won\nm2,t2,t1,2026-11-29,drawn\n",
}
STUDENT = "Create a script called probe. It takes a student_id. Return { n }. n is the number of "
TOOL = "Create a script called probe. It takes a tool_id. Return { n }. n is the number of "
TEAM = "Create a script called probe. It takes a team_id. Return { n }. n is the number of "
CHECK = (
    "Create a script called check_student. It takes a student_id. Return { missed, warn, owed, verdict }: missed is the number of its lessons with status missed, "
    "warn is true if missed is at least 3, owed is the sum of price of its lessons with status attended, verdict is 'ok' if missed is 0, otherwise 'late'. Save it."
)


def hold(folder: Path, *turns: str) -> Reply:
    """Hold a conversation in a workspace of these files and give the last reply."""
    toml = '[workspace]\nname = "p"\ntimezone = "UTC"\n'
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
        toml += f'[data.{name}]\npath = "{name}.csv"\nkey = "id"\n'
    (folder / "sopwb.toml").write_text(toml)
    bench = open_workbench(str(folder), as_of=AS_OF)
    dialogue = Dialogue(bench, as_of=AS_OF)
    replies = [dialogue.turn(turn) for turn in turns]
    bench.close()
    return replies[-1]


def check(folder: Path, step: str, *turns: str) -> None:
    """Hold a conversation whose script then holds this text."""
    reply = hold(folder, *turns)
    assert reply.kind == "answer", reply.reply
    assert reply.script is not None
    assert step in str(reply.script["steps"])


def asked(folder: Path, *turns: str) -> str:
    """Hold a conversation that ends with a question, and give it."""
    reply = hold(folder, *turns)
    assert reply.kind == "question", reply.reply
    return reply.reply


YEAR = "it.held_on >= add_months(start_of_month(today), 1 - month(today))"


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("their lessons so far this year", YEAR + " && it.held_on <= today"),
        ("lessons of that student since the beginning of the year", YEAR),
        ("the student's lessons this month", "month(it.held_on) == month(today)"),
        ("the student's lessons in the current year", "year(it.held_on) == year(today)"),
        ("the student's lessons last month", "month(it.held_on) == month(add_months(today, -1))"),
        ("lessons of that student since the start of the quarter", "add_months(start_of_month(today), -((month(today) - 1) % 3))"),
        ("that student's lessons over the last half year", "add_months(today, -6)"),
        ("the student's lessons in the twelve months before today", "add_months(today, -12)"),
        ("the student's lessons today", "it.held_on >= today && it.held_on <= today"),
    ],
)
def test_periods_of_the_calendar(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, step, STUDENT + words + ".")


@pytest.mark.parametrize(
    ("head", "words", "step"),
    [
        (STUDENT, "lessons the student attended", "it.status == 'attended'"),
        (STUDENT, "lessons that student missed in the last 30 days", "it.status == 'missed' && it.held_on >= add_days(today, -30)"),
        (STUDENT, "lessons the student didn't miss", "it.status != 'missed'"),
        (STUDENT, "lessons the student missed or cancelled", "it.status in ['missed', 'cancelled']"),
        (STUDENT, "lessons attended by that student", "it.status == 'attended'"),
        (STUDENT, "lessons of that student that were either missed or cancelled", "['missed', 'cancelled']"),
        (STUDENT, "lessons of the student taught by Kim", "it.teacher == 'Kim'"),
        (STUDENT, "lessons they took", "where': 'it.student_id == student_id'"),
        (STUDENT, "lessons over 45 minutes that person had", "it.minutes > 45"),
        (TOOL, "its rentals not yet returned", "it.returned_on == null"),
        (TOOL, "its rentals returned within the last month", "it.returned_on >= add_months(today, -1)"),
        (TOOL, "rentals it had this year", "year(it.rented_on) == year(today)"),
        (TEAM, "matches where that team is home or away", "(it.home_id == team_id || it.away_id == team_id)"),
        (TEAM, "matches of that team, home or away", "(it.home_id == team_id || it.away_id == team_id)"),
    ],
)
def test_records_by_what_was_done_with_them(tmp_path: Path, head: str, words: str, step: str) -> None:
    check(tmp_path, step, head + words + ".")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (TEAM, "matches that team has played (result is won)"),
        (STUDENT, "lessons the student paid for in another school"),
        (TOOL, "rentals the tool lost"),
    ],
)
def test_what_no_field_says_is_asked_about(tmp_path: Path, head: str, words: str) -> None:
    assert asked(tmp_path, head + words + ".")


MAIL = ' The subject is "Hi" and the body is "Dear {name}, {missed}."'


@pytest.mark.parametrize(
    ("words", "cond"),
    [
        ("Create a job nag_mail. For each student who gets a warning according to check_student, send an email to the student.", "student_result.warn"),
        ("Create a job nag_mail. Every student who's on warning gets an email.", "student_result.warn"),
        ("Create a job nag_mail. It goes over all students and emails each one with warn according to check_student.", "student_result.warn"),
        ("Create a job nag_mail. Go through the students; whoever owes more than 50 according to check_student gets a mail.", "student_result.owed > 50"),
        ("Create a job nag_mail that mails every student for whom check_student gives 'late' as verdict.", "student_result.verdict == 'late'"),
        ("Create a job nag_mail that writes an email to all students who are late according to check_student.", "student_result.verdict == 'late'"),
        ("Create a job nag_mail. Each student who has missed more than 2 lessons gets an email.", "student_result.missed > 2"),
        ("Create a job nag_mail. Use check_student to find the students with warn and email them.", "student_result.warn"),
    ],
)
def test_a_job_goes_by_what_a_script_finds(tmp_path: Path, words: str, cond: str) -> None:
    check(tmp_path, f"'cond': \"{cond}\"" if "'" in cond else f"'cond': '{cond}'", CHECK, words + MAIL)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("It returns names, the names of all students whose missed is 2 or higher, in alphabetical order.", "results.filter(r, r.missed >= 2).map(r, r.name).sortBy(x, x)"),
        ("It returns n, the number of active students who are on warn.", "size(results.filter(r, r.warn && r.active))"),
        ("Run check_student for every student and return { n, owed }: how many have warn, and the sum of owed over all of them.", "size(results.filter(r, r.warn))"),
    ],
)
def test_a_report_goes_by_what_a_script_finds(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, step, CHECK, "Create a script nag_list without inputs. " + words)


def test_records_of_each_are_not_counted_over_all(tmp_path: Path) -> None:
    words = 'Create a job nag_mail. Every student with more than 2 lessons gets an email with the subject "A" and the body "B".'
    assert "lessons of each record" in asked(tmp_path, words)
