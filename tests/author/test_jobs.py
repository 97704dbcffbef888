# ruff: noqa: E501 - what a person says is read as one line
"""Jobs that mail to many, the placeholders of their texts, and when they run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import steps, talk
from tests.author.test_wordings import REPORT, asked, said

PARTS = ' with the subject "Hi" and the body "Dear {name}: {trips}."'
TO = "[{'op': 'tool', 'tool': 'email.send', 'args': {'to': 'boat.owner_email', 'subject': \"'Hi'\", 'body': \"'Dear ' + boat.name + ': ' + string(probe_result.trips) + '.'\"}}]"


@pytest.mark.parametrize(
    "words",
    [
        "Create a job named mails_due that goes through all boats. For each boat that is idle according to probe, send an email to its owner_email" + PARTS,
        "Set up a job called mails_due that checks every boat with probe. When it is idle, it sends an email to the owner_email of the boat" + PARTS,
        "Create a job mails_due that goes over all boats and emails each one that is idle according to probe. The subject is \"Hi\" and the body is \"Dear {name}: {trips}.\"",
        "Create a job mails_due that writes to all boats that are idle according to probe," + PARTS,
        "Create a job mails_due that sends every boat that is idle according to probe an email" + PARTS,
    ],
)
def test_a_job_mails_whom_another_script_tells(tmp_path: Path, words: str) -> None:
    text = said(tmp_path, REPORT, words)
    assert "'cond': 'probe_result.idle'" in text
    assert TO in text


def test_a_job_mails_every_record(tmp_path: Path) -> None:
    text = said(tmp_path, 'Create a job mails_due that sends every boat an email with the subject "A" and the body "Please call." Save it.')
    assert "'body': \"'Please call.'\"" in text


def test_a_placeholder_that_nothing_is_called_like_is_asked_about(tmp_path: Path) -> None:
    assert "{nam}" in asked(tmp_path, 'Create a job mails_due that sends every boat an email with the subject "A {nam}" and the body "B".')


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Run the job every Saturday at 7:00 and save it.", "every Saturday at 7:00"),
        ("Schedule mails_due for the first day of every month at 9:00, then save it.", "the first day of every month at 9:00"),
        ("It should go out every Monday and Thursday at 8:15; then please save it.", "every Monday and Thursday at 8:15"),
    ],
)
def test_a_schedule_ends_where_saving_is_spoken_of(tmp_path: Path, words: str, told: str) -> None:
    from tests.author.talking import talk

    job = 'Create a job mails_due that sends every boat an email with the subject "A" and the body "B".'
    reply = talk(tmp_path, job, words)[-1]
    assert reply.kind == "answer"
    assert f"mails_due runs {told}." in reply.reply
    assert reply.saved == ["mails_due"]


HELD = "Create a script called probe. It takes a boat_id. Return { n, late }: n is the number of its trips with left_on in the last 30 days, late is true if n is more than 4. "


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("No wait, make that 7 long trips instead of 4.", "n > 7"),
        ("Sorry, make that the last 60 days, not 30.", "60"),
        ("Hmm no, make it more than 6.", "> 6"),
    ],
)
def test_a_number_is_corrected_with_what_it_counts(tmp_path: Path, words: str, step: str) -> None:
    assert step in said(tmp_path, HELD, words)


def test_for_each_is_a_loop_where_nothing_else_is_said_of_it(tmp_path: Path) -> None:
    turn = (
        "Create a script called long_boats. For each boat, if the length is over 7, send an email to the owner_email "
        'with subject "Long" saying "Your boat is long".'
    )
    reply = talk(tmp_path, turn)[0]
    assert steps(reply)[0]["op"] == "each", reply.reply
