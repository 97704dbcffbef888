"""Schedules on the command line: kept, paused, fired by a tick, told by notices, and made a service."""

from __future__ import annotations

import configparser
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sopwb.app.service import cron_line, systemd_unit
from tests.app.firing.world import backdated
from tests.cli.conftest import Sopwb

NAME = "weekly_churn_prevention"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def scheduled(workspace: Path, sopwb: Sopwb) -> Path:
    """The sample shop with its job scheduled every minute since three minutes ago."""
    assert sopwb("-w", workspace, "schedule", "add", NAME, "every minute", "--missed", "all").code == 0
    backdated(workspace, NAME, 3)
    return workspace


def test_adding_a_schedule_says_when_it_runs_and_what_runs_it(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, "schedule", "add", NAME, "every", "monday", "at", "09:00", "--zone", "Europe/Berlin")
    assert said.code == 0
    assert "Europe/Berlin" in said.out
    assert "sopwb daemon" in said.out
    assert "T09:00:00+0" in said.out


def test_a_tick_fires_what_is_due_and_nothing_twice(scheduled: Path, sopwb: Sopwb) -> None:
    first = sopwb("-w", scheduled, "tick", "--json")
    assert first.code == 0
    rows = first.json["rows"]
    assert len(rows) >= 3
    assert {(row["schedule"], row["state"], row["status"]) for row in rows} == {(NAME, "done", "succeeded")}
    dues = [row["due"] for row in rows]
    again = [row["due"] for row in sopwb("-w", scheduled, "daemon", "--once", "--json").json["rows"]]
    assert not set(dues) & set(again)
    listed = {run["run"]: run["as_of"] for run in sopwb("-w", scheduled, "runs", "list", "--json").json}
    assert listed | {row["run"]: row["due"] for row in rows} == listed


def test_a_paused_schedule_is_listed_so_and_skips(scheduled: Path, sopwb: Sopwb) -> None:
    assert "is paused" in sopwb("-w", scheduled, "schedule", "pause", NAME).out
    assert "paused" in sopwb("-w", scheduled, "schedule", "list").out
    states = [row["state"] for row in sopwb("-w", scheduled, "tick", "--json").json["rows"]]
    assert "done" not in states
    assert "runs again" in sopwb("-w", scheduled, "schedule", "resume", NAME).out


def test_backfill_runs_slots_of_the_past_once(scheduled: Path, sopwb: Sopwb) -> None:
    span = ("schedule", "backfill", NAME, "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T00:02:00Z")
    said = sopwb("-w", scheduled, *span)
    assert (said.code, said.out.count(" done ")) == (0, 3)
    assert "nothing to run" in sopwb("-w", scheduled, *span).out
    refused = sopwb("-w", scheduled, "schedule", "backfill", "nobody", "--from", "2026-01-01T00:00:00Z")
    assert refused.code == 1
    assert "SOP-A010" in refused.err


def test_a_slot_that_fails_exits_1_and_is_a_notice_until_it_is_read(scheduled: Path, sopwb: Sopwb) -> None:
    (scheduled / "shop.json").unlink()
    said = sopwb("-w", scheduled, "tick")
    assert said.code == 1
    notices = sopwb("-w", scheduled, "notices", "list", "--json").json
    assert {notice["kind"] for notice in notices} == {"failed"}
    assert {notice["schedule"] for notice in notices} == {NAME}
    read = sopwb("-w", scheduled, "notices", "read", notices[0]["key"])
    assert notices[0]["text"] in read.out
    left = [notice["key"] for notice in sopwb("-w", scheduled, "notices", "list", "--json").json]
    assert left == [notice["key"] for notice in notices[1:]]
    assert len(sopwb("-w", scheduled, "notices", "list", "--all", "--json").json) == len(notices)
    unknown = sopwb("-w", scheduled, "notices", "read", "failed/nothing")
    assert (unknown.code, "SOP-A043" in unknown.err) == (1, True)


def test_a_removed_schedule_fires_no_more(scheduled: Path, sopwb: Sopwb) -> None:
    assert sopwb("-w", scheduled, "schedule", "remove", NAME).code == 0
    assert sopwb("-w", scheduled, "tick", "--json").json["rows"] == []


def test_the_daemon_says_what_it_looks_after(scheduled: Path) -> None:
    command = [sys.executable, "-m", "sopwb", "-w", str(scheduled), "daemon", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stdout is not None
    try:
        assert "looks after 1 schedule of" in process.stderr.readline()
        assert json.loads(process.stdout.readline())["state"] == "done"
    finally:
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def test_the_unit_and_the_cron_line_hold_for_any_folder(tmp_path: Path) -> None:
    folder = tmp_path / "my $shop at 100%"
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(systemd_unit(folder))
    assert set(unit["Service"]) == {"ExecStart", "WorkingDirectory", "Restart", "RestartSec", "TimeoutStopSec"}
    read = unit["Service"]["ExecStart"].replace("%%", "%").replace("$$", "$")
    assert shlex.split(read) == [sys.executable, "-m", "sopwb", "-w", str(folder), "daemon"]
    assert unit["Service"]["WorkingDirectory"] == str(folder).replace("%", "%%")
    comment, line = cron_line(folder).splitlines()
    assert comment.startswith("#")
    times, command = line.split(" " + sys.executable, 1)
    assert times == "* * * * *"
    # What cron hands to sh: an escaped percent sign is one, a bare one would end the command.
    assert "%" not in command.replace("\\%", "")
    words = ["-m", "sopwb", "-w", str(folder), "tick"]
    assert shlex.split(command.replace("\\%", "%")) == words


def test_the_printed_unit_is_of_this_workspace(workspace: Path, sopwb: Sopwb) -> None:
    said = sopwb("-w", workspace, "daemon", "--print-unit")
    assert said.code == 0
    assert f"-w {workspace} daemon" in said.out
    assert f"-w {workspace} tick" in said.out
