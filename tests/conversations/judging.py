"""Talk a case's turns to ``sopwb chat`` and judge what is then true, through the public command line alone.

A case is ``solved`` when every check holds, ``asked`` when some do not but a reply asked or refused and nothing gave a
wrong value, and ``wrong`` otherwise. How scripts look inside is deliberately not judged: any author may be.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 120
"""For one command; a whole conversation with the offline author takes about a second."""
TALK_SECONDS_MAX = 1800
"""For a conversation with a model: a turn may take four minutes."""
OFFLINE = ("--model", "offline")

Verdict = Literal["solved", "asked", "wrong"]
ASKING = ("question", "refusal")


class Judgement(NamedTuple):
    """What a conversation came to: the verdict, how many values came out as expected, and what does not hold."""

    verdict: Verdict
    values: int
    failing: list[str]
    replies: list[dict[str, Any]]
    over_asked: int
    """Turns that were answered with a question or a refusal, and did not call for one."""
    seconds: float
    """What talking took, without the checks."""


class Program(Protocol):
    """Runs a command of the program on a workspace."""

    def __call__(self, workspace: Path, *words: str, feed: str = "") -> subprocess.CompletedProcess[str]: ...


def sopwb(workspace: Path, *words: str, feed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "sopwb", "-w", str(workspace), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    seconds = TALK_SECONDS_MAX if words[0] == "chat" and "offline" not in words else SECONDS_MAX
    return subprocess.run(
        command, input=feed, capture_output=True, text=True, timeout=seconds, env=environment, check=False
    )


def read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def same(want: Any, got: Any) -> bool:
    """Compare numbers as numbers, objects on the fields that are wanted, and the rest exactly."""
    if isinstance(want, bool) or isinstance(got, bool) or want is None or got is None:
        return want is got
    if isinstance(want, (int, float, Decimal)) and isinstance(got, (int, float, Decimal)):
        return abs(Decimal(str(want)) - Decimal(str(got))) <= Decimal("1e-9")
    if isinstance(want, dict):
        return isinstance(got, dict) and all(name in got and same(value, got[name]) for name, value in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(same, want, got))
    return bool(want == got)


def match_effects(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> bool:
    """Tell whether each wanted entry matches one effect of its own and none is left over."""
    left = list(found)
    for want in sorted(wanted, key=len, reverse=True):
        hit = next((effect for effect in left if same(want, effect)), None)
        if hit is None:
            return False
        left.remove(hit)
    return not left


class Conversation:
    """A case in a scratch copy of its workspace. ``author``: the words of ``sopwb chat`` that choose one."""

    def __init__(
        self, folder: Path, scratch: Path, author: tuple[str, ...] = OFFLINE, program: Program = sopwb
    ) -> None:
        self._author, self._program = author, program
        self.spec = read((folder / "case.json").read_text(encoding="utf-8"))
        self.workspace = scratch / folder.name
        shutil.copytree(folder, self.workspace, ignore=shutil.ignore_patterns("case.json", "cassette.jsonl"))
        self.at = ("--as-of", self.spec["as_of"])
        self.replies: list[dict[str, Any]] = []

    def judge(self) -> Judgement:
        """Talk, check, and judge."""
        begun = time.monotonic()
        self._talk()
        seconds = time.monotonic() - begun
        found = [self._check(check) for check in self.spec["checks"]]
        failing = [why for holds, _, why in found if not holds]
        pairs = zip(self.spec["checks"], found, strict=True)
        values = sum(holds for check, (holds, _, _) in pairs if check.keys() & {"expect", "effects", "schedule"})
        due = {check["turn"] for check in self.spec["checks"] if "turn" in check}
        over_asked = sum(reply["kind"] in ASKING and turn not in due for turn, reply in enumerate(self.replies, 1))
        return Judgement(self._verdict(failing, found), values, failing, self.replies, over_asked, seconds)

    def _verdict(self, failing: list[str], found: list[tuple[bool, bool, str]]) -> Verdict:
        if not failing:
            return "solved"
        asked = any(reply["kind"] in ASKING for reply in self.replies)
        lied = any(wrong for _, wrong, _ in found)
        return "asked" if asked and not lied else "wrong"

    def _talk(self) -> None:
        feed = "".join(json.dumps(turn) + "\n" for turn in self.spec["turns"])
        done = self._program(self.workspace, "chat", "--json", *self.at, *self._author, feed=feed)
        self.replies = [event for event in map(read, done.stdout.splitlines()) if "turn" in event]
        assert len(self.replies) == len(self.spec["turns"]), done.stderr

    def _check(self, check: dict[str, Any]) -> tuple[bool, bool, str]:
        """Give whether the check holds, whether a wrong value was given, and what was found."""
        if "run" in check:
            return self._check_run(check)
        if "effects" in check:
            return self._check_effects(check)
        if "schedule" in check:
            return self._check_schedule(check)
        if "no_script" in check:
            listed = read(self._program(self.workspace, "script", "list", "--json").stdout)
            holds = check["no_script"] not in {script["name"] for script in listed if script["state"] == "frozen"}
            return holds, not holds, f"{check['no_script']} was saved"
        reply = self.replies[check["turn"] - 1]
        holds = reply["kind"] in ASKING and not reply["saved"]
        return holds, not holds, f"turn {check['turn']} has the reply {reply['reply']!r}"

    def _check_run(self, check: dict[str, Any]) -> tuple[bool, bool, str]:
        words = ("--run", check["run"], "--inputs", json.dumps(check["input"], default=float), *self.at, "--json")
        done = self._program(self.workspace, *words)
        if check.get("expect_error"):
            return done.returncode != 0, done.returncode == 0, f"{check} gave {done.stdout}"
        if done.returncode != 0:
            return False, False, f"{check['run']}: {done.stderr.strip()}"
        got = read(done.stdout)["result"]
        holds = same(check["expect"], got)
        return holds, not holds, f"{check['run']} {check['input']}: {check['expect']} expected, {got} found"

    def _check_effects(self, check: dict[str, Any]) -> tuple[bool, bool, str]:
        done = self._program(self.workspace, "--run", check["effects"], "--dry-run", *self.at, "--json")
        if done.returncode != 0:
            return False, False, f"{check['effects']}: {done.stderr.strip()}"
        found = [effect["args"] for effect in read(done.stdout)["effects"] if effect["tool"] == check["tool"]]
        holds = match_effects(check["args"], found)
        return holds, not holds, f"{check['effects']}: {check['args']} expected, {found} found"

    def _check_schedule(self, check: dict[str, Any]) -> tuple[bool, bool, str]:
        count = str(len(check["next"]))
        words = ("schedule", "next", check["schedule"], "--count", count, *self.at, "--json")
        done = self._program(self.workspace, *words)
        if done.returncode != 0:
            return False, False, f"{check['schedule']}: {done.stderr.strip()}"
        got = read(done.stdout)
        holds = list(map(datetime.fromisoformat, got)) == list(map(datetime.fromisoformat, check["next"]))
        return holds, not holds, f"{check['schedule']}: {check['next']} expected, {got} found"
