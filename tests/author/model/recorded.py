"""A recorded model as the author of ``sopwb chat``, in this process: the real command line, a cassette for a client.

With a live client behind it the cassette is recorded (``record_bridge``), without one it is replayed. Deliberately not
here: what a conversation must come to (``tests.conversations.judging``).
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from sopwb.author.model.cassette import Cassette
from sopwb.author.model.port import ModelClient
from sopwb.cli.main import command_line
from tests.conversations.judging import ROOT, Conversation, Judgement

SESSIONS = Path(__file__).with_name("sessions")
"""A folder a case from elsewhere: its workspace, what is said and must then be true, and ``cassette.jsonl``."""
CASES = ROOT / "tests" / "conversations" / "cases"
UNSEEN = ROOT / "tests" / "conversations" / "unseen"
"""Some of these hold a cassette too."""
RECORDED = ("--model", "openai/recorded")
Wrap = Callable[[ModelClient], ModelClient]


def no_screen(folder: str | None, as_of: str) -> int:
    raise AssertionError("the workbench is not asked for")


def here(workspace: Path, *words: str, feed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in this process: a tenth of a process's time."""
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "stdin", io.StringIO(feed)), redirect_stdout(out), redirect_stderr(err):
        code = command_line(["-w", str(workspace), *words], no_screen)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@contextmanager
def client(make: Callable[..., ModelClient]) -> Iterator[None]:
    """Let ``sopwb chat --model`` talk to another client than litellm's."""
    with mock.patch("sopwb.author.model.litellm_client.LitellmClient", make):
        yield


def sessions() -> list[Path]:
    """Give the cases that hold a cassette."""
    return sorted(path.parent for folder in (SESSIONS, CASES, UNSEEN) for path in folder.glob("*/cassette.jsonl"))


def replay(case: Path, scratch: Path) -> Judgement:
    """Judge a case with its recorded model."""
    cassette = case / "cassette.jsonl"
    with client(lambda model, api_base="", key="": Cassette(cassette)):
        return Conversation(case, scratch, RECORDED, here).judge()
