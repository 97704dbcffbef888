"""The whole program in a real terminal: the founding conversation's first two turns, a dry run, a freeze, and leaving;
and from an empty folder to a job that a daemon runs when its schedule says so.

tmux gives the terminal. Where it is missing the test is skipped, except in continuous integration, where that is a
failure.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sopwb.app.share import share_folder
from tests.app.firing.world import backdated

AS_OF = "2026-11-22T08:00:00Z"
NAME = "check_churn_risk"
FIRST = (
    "I want to create a script called check_churn_risk. It should take a customer_id. "
    "A customer is 'high risk' if they haven't ordered in 60 days AND their total spend is over $500. Start a draft."
)
SECOND = (
    "Return a JSON object with { is_risk: bool, reason: string }. "
    "Also, make sure to handle the case where they have NO orders."
)
BIG = "big_spenders"
BIG_TURNS = (
    f"Create a script called {BIG}. For each customer, if the total is over $500, "
    'send an email to the customer with subject "Thanks" saying "Thank you".',
    "Save it as a batch job.",
    "Yes, mock it.",
    "Schedule it to run every minute.",
)
PATIENCE_S = 20.0

if shutil.which("tmux") is None:
    if os.environ.get("CI") == "true":
        raise RuntimeError("tmux is missing; the end-to-end test must run in continuous integration")
    pytest.skip("tmux is missing", allow_module_level=True)


class Terminal:
    """A tmux server of its own with one window that runs the workbench."""

    def __init__(self, folder: Path, workspace: Path, size: tuple[int, int] = (80, 24), shell: bool = False) -> None:
        self.socket = str(folder / "tmux")
        self.code = folder / "exit"
        command = f"{sys.executable} -m sopwb -w {workspace} --as-of {AS_OF}; echo $? > {self.code}; cat"
        environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "TERM": "xterm-256color"}
        environment["PS1"] = "bash-$ "  # an activated virtual environment exports a prompt of its own
        environment.pop("NO_COLOR", None)
        self._tmux(
            "-f",
            os.devnull,
            "new-session",
            "-d",
            "-x",
            str(size[0]),
            "-y",
            str(size[1]),
            *(("bash", "--norc", "-i") if shell else ("sh", "-c", command)),
            environment=environment,
        )

    def _tmux(self, *words: str, environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["tmux", "-S", self.socket, *words], capture_output=True, text=True, timeout=10, check=True, env=environment
        )
        return done.stdout

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        for key in keys:
            self._tmux("send-keys", key)
            time.sleep(0.1)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def until(self, seen: Callable[[str], bool], what: str) -> str:
        """Wait for something to be seen. Fails with the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            text = self.screen()
            if seen(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{what} was not seen within {PATIENCE_S:.0f} s on\n{self.screen()}")

    def until_seen(self, words: str) -> str:
        return self.until(lambda text: words in text, repr(words))

    def until_answered(self) -> None:
        """Wait until nothing is being thought about and the screen has stayed the same for half a second."""
        seen: list[tuple[float, str]] = []

        def calm(text: str) -> bool:
            if not seen or seen[-1][1] != text:
                seen.append((time.monotonic(), text))
            return "thinking" not in text and "Say what you want" in text and time.monotonic() - seen[-1][0] > 0.5

        self.until(calm, "an answer")

    def program(self) -> int:
        """Give the process id of the workbench."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", shell], capture_output=True, text=True, timeout=10, check=True
        )
        return int(found.stdout.split()[0])

    def modes(self) -> dict[str, str]:
        """Ask tmux whether the program left its screen, mouse and cursor as they were."""
        names = ("alternate_on", "mouse_any_flag", "cursor_flag")
        values = self._tmux("display-message", "-p", " ".join(f"#{{{name}}}" for name in names)).split()
        return dict(zip(names, values, strict=True))

    def exit_code(self) -> int:
        self.until(lambda _: self.code.exists() and bool(self.code.read_text().strip()), "the end of the program")
        return int(self.code.read_text())

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, timeout=10, check=False)


CLEAN = {"alternate_on": "0", "mouse_any_flag": "0", "cursor_flag": "1"}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(share_folder("sample_data"), folder)
    return folder


@pytest.fixture
def terminal(tmp_path: Path, workspace: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, workspace)
    yield made
    made.close()


def scripts(workspace: Path) -> list[dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "sopwb", "-w", str(workspace), "script", "list", "--json"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    rows: list[dict[str, str]] = json.loads(done.stdout)
    return rows


def test_two_turns_a_dry_run_and_a_freeze_leave_the_script_in_the_store(terminal: Terminal, workspace: Path) -> None:
    terminal.until_seen("Say what you want")
    for turn in (FIRST, SECOND):
        terminal.type(turn)
        terminal.press("Enter")
        terminal.until_answered()
    terminal.press("F3")
    terminal.until_seen(f"{NAME}  ✓ checks")
    terminal.press("r")
    terminal.until_seen(f"Run {NAME}")
    terminal.type("john_doe")
    terminal.press("C-s")
    terminal.until_seen("succeeded · dry run")
    terminal.press("F3", "F")
    terminal.until_seen(f"Freeze {NAME}")
    terminal.press("Enter")
    terminal.until_seen(f"{NAME}  #")
    terminal.press("C-q")
    assert terminal.exit_code() == 0
    assert terminal.modes() == CLEAN
    assert [(row["name"], row["state"], row["kind"]) for row in scripts(workspace)] == [(NAME, "frozen", "script")]


def test_typing_ahead_is_kept(terminal: Terminal) -> None:
    terminal.until(lambda _: bool(terminal.modes()["alternate_on"] == "1"), "the program's own screen")
    terminal.type("I want to create a script called late_orders. It should take a customer_id.")
    terminal.until_seen("called late_orders. It should take a")


def test_a_terminal_that_goes_away_takes_the_program_along(terminal: Terminal) -> None:
    terminal.until_seen("Say what you want")
    program = terminal.program()
    terminal.type("much is being drawn " * 40)
    terminal.close()
    deadline = time.monotonic() + PATIENCE_S
    while alive(program):
        assert time.monotonic() < deadline, "it went on without a terminal"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow)]
)
def test_a_signal_leaves_the_terminal_clean(terminal: Terminal, number: signal.Signals, code: int) -> None:
    terminal.until_seen("Say what you want")
    assert terminal.modes()["alternate_on"] == "1"
    os.kill(terminal.program(), number)
    assert terminal.exit_code() == code
    assert terminal.modes() == CLEAN


def alive(process: int) -> bool:
    """Whether a process is still there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_the_program_ends_when_its_terminal_is_gone(terminal: Terminal) -> None:
    terminal.until_seen("Say what you want")
    process = terminal.program()
    terminal.close()
    deadline = time.monotonic() + PATIENCE_S
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(process)


def test_ctrl_z_gives_a_clean_terminal_and_fg_brings_the_workbench_back(tmp_path: Path, workspace: Path) -> None:
    terminal = Terminal(tmp_path, workspace, shell=True)
    try:
        terminal.until_seen("bash-")
        terminal.type(f"{sys.executable} -m sopwb -w {workspace} --as-of {AS_OF}")
        terminal.press("Enter")
        terminal.until_seen("Say what you want")
        terminal.press("C-z")
        terminal.until_seen("Stopped")
        assert terminal.modes() == CLEAN
        terminal.type("fg")
        terminal.press("Enter")
        terminal.until_seen("Say what you want")
        terminal.press("C-q")
        terminal.until(lambda _: terminal.modes() == CLEAN, "a clean terminal")
    finally:
        terminal.close()


def test_from_an_empty_folder_to_a_job_that_its_schedule_runs(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    terminal = Terminal(tmp_path, folder, size=(110, 30), shell=True)
    program = f"{sys.executable} -m sopwb"
    try:
        terminal.until_seen("bash-")
        terminal.type(f"clear; {program} init {folder}")
        terminal.press("Enter")
        terminal.until_seen("declare your data")
        (folder / "customers.csv").write_text("id,email,total\na1,ann@example.com,10\nb2,bob@example.com,700\n")
        with (folder / "sopwb.toml").open("a") as settings:
            settings.write('[data.customers]\npath = "customers.csv"\nkey = "id"\n')
        terminal.type(f"clear; {program} -w {folder}")
        terminal.press("Enter")
        terminal.until_seen("Say what you want")
        for turn in BIG_TURNS:
            terminal.type(turn)
            terminal.press("Enter")
            terminal.until_answered()
        terminal.until_seen("sopwb daemon")
        terminal.press("F7")
        terminal.until(lambda text: BIG in text and "every minute" in text and "active" in text, "the schedule")
        terminal.press("Escape", "C-q")
        terminal.until(lambda _: terminal.modes() == CLEAN, "a clean terminal")
        backdated(folder, BIG, 2)
        terminal.type(f"clear; {program} -w {folder} daemon")
        terminal.press("Enter")
        terminal.until_seen("looks after 1 schedule of")
        terminal.until(lambda text: BIG in text and " done " in text and "succeeded" in text, "a slot that ran")
        terminal.press("C-c")
        terminal.until(lambda text: text.rstrip().endswith("bash-$"), "the prompt")
    finally:
        terminal.close()
    listed = subprocess.run(
        [sys.executable, "-m", "sopwb", "-w", str(folder), "runs", "list", "--json"],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    runs = json.loads(listed.stdout)
    assert {(run["name"], run["status"], run["effects"]) for run in runs} == {(BIG, "succeeded", 1)}
