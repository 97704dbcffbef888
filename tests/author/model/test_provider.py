"""The real client against a loopback provider that misbehaves: a good draft or a plain message, within the bounds."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.model.author import ModelAuthor
from sopwb.author.model.choosing import KEY_VARIABLE
from sopwb.author.model.litellm_client import LitellmClient
from sopwb.author.model.turn import Bounds
from sopwb.author.reply import Reply
from tests.author.model.server import Answer, FakeProvider
from tests.shop import AS_OF, CHURN, shop

NAME = "check_churn_risk"
WRITE: Answer = {"calls": [["replace_draft", {"name": NAME, "script": CHURN}]]}
DONE: Answer = {"content": "Done."}
ASK = "Create check_churn_risk for a customer_id, please."
SECONDS = 1.5


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load the client's library before any turn has a bound: that takes seconds."""
    from sopwb.author.model import litellm_client

    litellm_client._load()


def turn(folder: Path, *answers: Answer, seconds: float = SECONDS) -> tuple[Reply, FakeProvider]:
    bench = open_workbench(shop(folder), AS_OF)
    with FakeProvider(*answers) as provider:
        client = LitellmClient("openai/played", provider.url, "sk-canary-key")
        author = ModelAuthor(bench, client, AS_OF, bounds=Bounds(seconds=seconds), pause=lambda s: None)
        reply = Dialogue(bench, as_of=AS_OF, author=author).turn(ASK)
    bench.close()
    return reply, provider


def check_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    """Expect that nothing was printed over the screen."""
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_a_draft_is_written_over_the_wire(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reply, provider = turn(tmp_path, WRITE, DONE, seconds=20)
    assert reply.draft == NAME
    assert reply.usage == "2 calls, 110 tokens"
    assert len(provider.asked[0]["tools"]) == 9
    assert provider.authorizations == ["Bearer sk-canary-key"] * 2
    check_quiet(capfd)


FAULTS: dict[str, tuple[Answer, str]] = {
    "a wrong key": ({"status": 401}, "SOP-E009"),
    "too many requests": ({"status": 429}, "SOP-E010"),
    "too many requests, to be tried again": ({"status": 429, "headers": {"retry-after": "1"}}, "SOP-E010"),
    "a broken server": ({"status": 500}, "SOP-E011"),
    "a model that is not there": ({"status": 404}, "SOP-E011"),
    "a cut stream": ({**WRITE, "fault": "cut"}, "SOP-E013"),
    "a stall": ({"fault": "stall"}, "SOP-E012"),
    "a whisper": ({"fault": "whisper"}, "SOP-E012"),
    "garbage": ({"fault": "garbage"}, "SOP-E01"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_provider_that_fails_is_named_in_one_line(
    tmp_path: Path, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer, code = FAULTS[fault]
    begun = time.monotonic()
    reply, provider = turn(tmp_path, answer)
    assert time.monotonic() - begun < SECONDS + 3
    assert reply.reply.startswith(code)
    assert "The offline author answers" in reply.reply.splitlines()[0]
    assert "canary" not in reply.reply
    assert len(provider.asked) <= 2
    check_quiet(capfd)


EDIT: Answer = {"calls": [["apply_edits", {"base_rev": "r1", "edits": [{"edit": "remove", "at": "steps/2"}]}]]}


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "wrong key" not in fault])
def test_a_provider_that_fails_after_an_edit_leaves_the_draft_as_it_was(
    tmp_path: Path, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer, code = FAULTS[fault]
    bench = open_workbench(shop(tmp_path), AS_OF)
    with FakeProvider(WRITE, DONE, EDIT, answer) as provider:
        client = LitellmClient("openai/played", provider.url, "sk-canary-key")
        author = ModelAuthor(bench, client, AS_OF, bounds=Bounds(seconds=20), pause=lambda s: None)
        before = author.turn(ASK).script
        author._bounds = Bounds(seconds=SECONDS)
        reply = author.turn("Drop the case without orders.")
    after = bench.library.draft(NAME)
    bench.close()
    assert reply.reply.startswith(code)
    assert after is not None
    assert after.script == before
    check_quiet(capfd)


ODD: dict[str, Answer] = {
    "an unknown tool": {"calls": [["replace_drafts", {"name": NAME, "script": CHURN}]]},
    "an unknown field": {"calls": [["replace_draft", {"name": NAME, "script": CHURN, "force": True}]]},
    "a wrong type": {"calls": [["replace_draft", {"name": NAME, "script": "{}"}]]},
    "arguments that are no JSON": {"calls": [["replace_draft", '{"name": ']]},
    "calls that share one id": {"calls": [["describe", {"name": "orders"}], ["describe", {"name": "customers"}]]},
    "an empty answer": {"content": ""},
    "a claim to have saved": {"content": "I have saved check_churn_risk and scheduled it."},
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_followed_by_a_good_draft(tmp_path: Path, odd: str, capfd: pytest.CaptureFixture[str]) -> None:
    reply, provider = turn(tmp_path, ODD[odd], WRITE, DONE, seconds=20)
    if odd == "an empty answer":
        assert "nothing to say" in reply.reply
    else:
        assert reply.draft == NAME
        assert len(provider.asked) == 3
    assert reply.saved == []
    check_quiet(capfd)


def test_arguments_that_end_in_the_middle_are_mended(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reply, _ = turn(tmp_path, {**WRITE, "fault": "half"}, WRITE, DONE, seconds=20)
    assert reply.draft == NAME
    check_quiet(capfd)


def test_an_endless_loop_of_calls_is_bounded(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reply, provider = turn(tmp_path, {"calls": [["read_draft", {}]]}, seconds=20)
    assert (reply.kind, len(provider.asked)) == ("refusal", 3)
    check_quiet(capfd)


def test_the_library_is_loaded_and_read_off_the_thread_that_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sopwb.author.model import litellm_client

    threads: list[str] = []
    load = litellm_client._load

    def noting() -> Any:
        threads.append(threading.current_thread().name)
        return load()

    monkeypatch.setattr(litellm_client, "_load", noting)
    reply, _ = turn(tmp_path, WRITE, DONE, seconds=20)
    assert reply.draft == NAME
    assert threads == ["model-call"] * 2


def test_the_library_is_the_one_that_is_pinned() -> None:
    """What passes here, tools and all, is what a plain install gets."""
    wanted = [line for line in pinned() if line.startswith("litellm==")]
    assert wanted == [f"litellm=={version('litellm')}"]


def pinned() -> list[str]:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["project"]["dependencies"])


def test_nobody_at_the_address_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bench = open_workbench(shop(tmp_path), AS_OF)
    author = ModelAuthor(bench, LitellmClient("openai/x", "http://127.0.0.1:9/v1", "none"), AS_OF)
    assert author.turn(ASK).reply.startswith("SOP-E011")
    check_quiet(capfd)


def chat(folder: Path, feed: str, *words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sopwb", "-w", str(folder), "chat", "--as-of", AS_OF, *words]
    clean: dict[str, Any] = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[3]), **environment}
    return subprocess.run(
        command, input=feed, capture_output=True, text=True, timeout=60, env=clean, check=False, cwd=folder
    )


def test_chat_talks_to_a_model_and_keeps_provider_keys_to_itself(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    (folder / ".env").write_text("OPENAI_API_KEY=sk-canary-dotenv\n")
    with FakeProvider(WRITE, DONE) as provider:
        keys = {"OPENAI_API_KEY": "sk-canary-provider", KEY_VARIABLE: "sk-typed"}
        done = chat(folder, ASK + "\n", "--model", "openai/x", "--api-base", provider.url, environment=keys)
    assert done.returncode == 0
    assert "exactly 60" in done.stdout
    assert done.stderr == "2 calls, 110 tokens\n"
    assert provider.authorizations == ["Bearer sk-typed"] * 2
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".env")
    assert b"canary" not in stored + done.stdout.encode()
    assert "canary" not in str(provider.asked)


def test_choosing_a_model_loads_no_library_before_the_first_turn(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from sopwb.app.workbench import open_workbench\n"
        "from sopwb.author.model.choosing import choose_author\n"
        f"bench = open_workbench({str(shop(tmp_path))!r}, {AS_OF!r})\n"
        "choose_author(bench, '', model='openai/x', api_base='http://127.0.0.1:9/v1')\n"
        "bench.close()\n"
        "assert not {'litellm', 'openai', 'pydantic'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_chat_never_loads_the_library_offline(tmp_path: Path) -> None:
    program = (
        "import sys, io; sys.stdin = io.StringIO('List the scripts.\\n')\n"
        "from sopwb.cli.main import command_line\n"
        f"assert command_line(['-w', {str(shop(tmp_path))!r}, 'chat'], lambda folder, as_of: 9) == 0\n"
        "assert not {'litellm', 'openai', 'httpx', 'pydantic'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
