# ruff: noqa: E501 - what a person says is read as one line
"""Saving and scheduling in one sentence: what is saved, as what, and which of them runs when."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.talking import talk

SETUP = (
    "Create a script called boat_report. It takes a boat_id. Return { n }, the number of trips of the boat. "
    "Then create boat_mails without parameters: for each of the boats that has an owner_email, run boat_report. "
    "If n is at least 1, send an email to the owner_email with subject 'Hi' and body 'Trips'. Mock the email tool."
)
BOTH = ["boat_report", "boat_mails"]


@pytest.mark.parametrize(
    ("said", "saved", "runs"),
    [
        ("Save boat_report, and save boat_mails as a batch job that runs on Wednesdays and Fridays at 10:15.", BOTH, "boat_mails"),
        ("Save boat_report as a batch job that runs on Fridays at 10:15.", ["boat_report"], "boat_report"),
        ("save them both, boat_mails as a batch job, sundays at 8 pm", BOTH, "boat_mails"),
        ("can you save both, the mails one as a batch job, and let it go every saturday at 8:00", BOTH, "boat_mails"),
        ("Save boat_report and boat_mails, the latter as a batch job every Monday at 7:30.", BOTH, "boat_mails"),
        ("Save it as a batch job for Mondays at 9:00.", ["boat_mails"], "boat_mails"),
        ("Save boat_report and run it every Monday at 7:30.", ["boat_report"], "boat_report"),
        ("Both can be saved, boat_mails as a batch job.", BOTH, ""),
        ("done, save it, but do not schedule it yet", ["boat_mails"], ""),
    ],
)
def test_one_sentence_saves_and_schedules(tmp_path: Path, said: str, saved: list[str], runs: str) -> None:
    reply = talk(tmp_path, SETUP, said)[1]
    assert reply.kind == "answer", reply.reply
    assert reply.saved == saved
    assert [n for n in BOTH if f"{n} runs" in reply.reply] == ([runs] if runs else [])


def test_saving_another_version_tells_whom_it_changes(tmp_path: Path) -> None:
    replies = talk(
        tmp_path, SETUP.split(" Then")[0], "Save it.", "Also return miles, the sum of the miles of the trips.", "Save it."
    )
    assert "replaces" not in replies[1].reply
    assert "boat_report replaces #" in replies[3].reply
    assert "3 items: 0 same, 3 different" in replies[3].reply
    assert "+ miles: 32.5" in replies[3].reply
    assert replies[3].saved == ["boat_report"]


@pytest.mark.parametrize(
    "said",
    ["Save boat_report and boat_mails as batch jobs that run every Monday at 7:30.", "Save both, the boat one as a batch job.", "Save it as a batch job which mails boats every day at 7:00."],
)
def test_a_schedule_or_a_job_of_none_or_of_several_is_asked_about(tmp_path: Path, said: str) -> None:
    reply = talk(tmp_path, SETUP, said)[1]
    assert reply.kind == "question"
    assert reply.saved == []


@pytest.mark.parametrize(
    "said",
    [
        "The email tool should be mocked.",
        "This workspace has no mail server: use a mock for the email tool.",
        "there's no real mail set up, just fake it",
        "Fake the mails for now.",
        "use a fake instead of the mail tool",
    ],
)
def test_a_mock_is_asked_for_in_every_wording(tmp_path: Path, said: str) -> None:
    reply = talk(tmp_path, SETUP.replace(" Mock the email tool.", ""), said, "Save it.")[2]
    assert "with mocked email" in reply.reply


def test_that_there_is_no_mail_server_mocks_nothing_by_itself(tmp_path: Path) -> None:
    reply = talk(tmp_path, SETUP.replace(" Mock the email tool.", ""), "There is no mail server here.")[1]
    assert "mocked" not in reply.reply


def test_a_job_that_was_saved_before_its_tools_were_mocked_is_saved_again_with_mocks(tmp_path: Path) -> None:
    unmocked = SETUP.removesuffix(" Mock the email tool.")
    replies = talk(tmp_path, unmocked, "Save both.", "Yes, mock it.")
    assert "as a batch job." in replies[1].reply
    assert "boat_mails has mocked email.send now" in replies[2].reply
    assert replies[2].saved == ["boat_mails"]


def test_a_schedule_keeps_the_zone_that_it_was_said_in_when_its_time_changes(tmp_path: Path) -> None:
    said = "Save boat_mails as a batch job. Schedule it every Monday at 9 Europe/Berlin."
    replies = talk(tmp_path, SETUP, said, "Run it at 10:00 instead.")
    assert "T09:00:00+01:00" in replies[1].reply
    assert "T10:00:00+01:00" in replies[2].reply


def test_a_plain_yes_mocks_what_was_asked_about(tmp_path: Path) -> None:
    job = "Create a job nag_all. For each boat, send an email to its owner_email with the subject 'A' and the body 'B'."
    replies = talk(tmp_path, job, "Yes.", "Save it.")
    assert "Should I mock it?" in replies[0].reply
    assert "mocked" in replies[1].reply
    assert "with mocked email.send" in replies[2].reply
