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
        ("the student's lessons last month", "it.held_on >= add_months(start_of_month(today), -1) && it.held_on <= add_days(start_of_month(today), -1)"),
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


PROBE = "Create a script called probe. It takes a student_id. "
RECENT = "n is the number of their lessons in the last 30 days, "


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("Return { n, m }. " + RECENT + "m is the number of missed lessons in that time.", "it.held_on >= add_days(today, -30) && it.held_on <= today && it.status == 'missed'"),
        ("Return { n, m }. " + RECENT + "m is the average price of the attended ones in the same period.", "it.held_on <= today && it.status == 'attended'"),
        ("Return { n, m }. " + RECENT + "m is the number of those that were missed.", "it.held_on <= today && it.status == 'missed'"),
        ("Return n, how many lessons they've had, and m, how many they missed.", "it.student_id == student_id && it.status == 'missed'"),
        ("Return { n }: how often they missed a lesson in the last 60 days.", "it.status == 'missed' && it.held_on >= add_days(today, -60)"),
        ("Return { n }: the number of lessons this year that found the student cancelled.", "it.status == 'cancelled'"),
        ("Return { m }: the average minutes of the last three lessons they attended.", "'limit': '3'"),
        ("Return { n }: how many of their lessons from 1 September 2026 up to today were 'missed', both of those days included.", "it.held_on <= today && it.status == 'missed'"),
        ("From the lessons of that student whose status is 'attended', take the latest held_on and return it as seen.", "lessons.max(l, l.held_on)"),
        ("Return { n }: the number of lessons the student had on Mondays.", "weekday(it.held_on) == 1"),
    ],
)
def test_records_that_were_spoken_of_before(tmp_path: Path, words: str, step: str) -> None:
    check(tmp_path, step, PROBE + words)


def test_two_periods_leave_the_same_period_open(tmp_path: Path) -> None:
    words = RECENT + "m is the number of their lessons in the last 60 days. k is the number of missed lessons in the same period."
    assert "Which period" in asked(tmp_path, PROBE + "Return { n, m, k }. " + words)


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


@pytest.mark.parametrize(
    ("words", "cond"),
    [
        ("Every student with more than 2 lessons gets an email", "size(lessons) > 2"),
        ("Email every student who has no lessons", "size(lessons) == 0"),
        ("Every student who has lessons where status is 'missed' gets an email", "size(lessons) > 0"),
    ],
)
def test_a_mail_goes_by_the_records_of_each(tmp_path: Path, words: str, cond: str) -> None:
    reply = hold(tmp_path, f'Create a job nag_mail. {words} with the subject "A" and the body "B".')
    assert reply.script is not None, reply.reply
    text = str(reply.script["steps"])
    assert "it.student_id == student.id" in text
    assert cond in text.replace("size(lessons) != 0", "size(lessons) > 0")


def test_a_mail_goes_to_the_record_that_another_points_to(tmp_path: Path) -> None:
    words = "Create a job pay_mail. It goes through all lessons with status missed and emails the student of the lesson at the email given in students."
    reply = hold(tmp_path, words + " The subject is 'Hi' and the body is 'Dear WHO, on DAY.' with the student's name and held_on.")
    assert reply.kind == "answer", reply.reply
    assert reply.script is not None
    text = str(reply.script["steps"])
    assert "'from': 'students', 'where': 'it.id == lesson.student_id'" in text
    assert "'cond': 'student != null'" in text
    assert "'Dear ' + student.name" in text


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("It runs on the first Monday of each month at 9.", "Save it.", "the first Monday of each month at 9"),
        ("make it go out every friday at 5 in the afternoon.", "Save it.", "every friday at 5 in the afternoon"),
        ("I want it to run every two hours.", "Save it.", "every two hours"),
        ("Run it every Monday at 9:00.", "sorry, Tuesdays i meant, same time. save it", "Tuesdays at 9:00"),
        ("Run it every Monday at 9:00.", "No, make it Fridays instead. Save it.", "Fridays at 9:00"),
        ("Run it on the 1st of the month at 9:00.", "I meant the 15th. Save it.", "the 15th at 9:00"),
    ],
)
def test_a_schedule_stands_in_any_frame(tmp_path: Path, first: str, then: str, told: str) -> None:
    job = "Create a job nag_mail that sends every student an email with the subject 'A' and the body 'B'."
    reply = hold(tmp_path, job, f"{first} {then}") if then == "Save it." else hold(tmp_path, job, first, then)
    assert reply.kind == "answer", reply.reply
    assert f"{told}." in reply.reply
    assert reply.saved == ["nag_mail"]


@pytest.mark.parametrize(
    ("head", "words", "step"),
    [
        (PROBE, "Return { any_missed }: true if any of their lessons was held more than 30 days ago.", "it.held_on < add_days(today, -30)"),
        (PROBE, "Return { hours }: the minutes of the lessons the student attended last month divided by 60.", "sum(l, l.minutes) / 60"),
        (PROBE, "It counts the lessons of that student in the last 30 days and returns that as recent.", "'recent': 'recent'"),
        (PROBE, "Return { t }: the sum of price of the lessons the student had last month, cancelled and missed ones excluded.", "it.status != 'cancelled' && it.status != 'missed'"),
        (TOOL, "its rentals this year that came back damaged", "year(it.rented_on) == year(today) && it.damaged"),
    ],
)
def test_what_is_found_among_records(tmp_path: Path, head: str, words: str, step: str) -> None:
    check(tmp_path, step, head + words)


@pytest.mark.parametrize(
    ("head", "words", "step"),
    [
        (TEAM, "matches the team has as home or away team that were not drawn", "it.result != 'drawn'"),
        (TOOL, "its rentals that cost more than 15", "it.paid > 15"),
        (TOOL, "its rentals of more than 15 euros", "it.paid > 15"),
        (TOOL, "its rentals not returned and not damaged", "it.returned_on == null && !it.damaged"),
        (STUDENT, "lessons tomorrow", "it.held_on >= add_days(today, 1)"),
    ],
)
def test_records_by_what_they_cost_or_are_not(tmp_path: Path, head: str, words: str, step: str) -> None:
    check(tmp_path, step, head + words + ".")


def test_what_held_at_another_time_a_script_does_not_tell(tmp_path: Path) -> None:
    assert "Which date" in asked(tmp_path, CHECK, "Create a job nag_mail. It emails every student who was on warn last month." + MAIL)
