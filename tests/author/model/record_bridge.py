"""Record a model's sessions at ``sopwb chat``, kept beside their case; one from elsewhere is copied to ``sessions/``.

    python -m tests.author.model.record_bridge CASE… --api-base http://127.0.0.1:PORT/v1
    python -m tests.author.model.record_bridge --again

The first asks the model at that address (any OpenAI-compatible server, or a bridge behind which somebody writes the
answers); an earlier recording is replaced. What time a turn may take is not bounded here, since whoever answers by hand
is slow; every other bound holds. The second gives the replies of each recording again, in their order, to what is asked
now: for when the words around them have changed and the replies would be the same. Judge that before committing it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from sopwb.author.model import litellm_client
from sopwb.author.model.cassette import Cassette
from sopwb.author.model.port import CallBounds, Message, ModelReply, OnText
from sopwb.author.model.turn import Bounds
from tests.author.model.recorded import SESSIONS, client, here, sessions
from tests.author.model.server import Answer, FakeProvider
from tests.conversations.judging import ROOT, Conversation, Judgement

PATIENCE_S = 3600.0


class Patient:
    """A client that waits for an answer as long as it takes."""

    def __init__(self, model: str, api_base: str, key: str) -> None:
        self._live = litellm_client.LitellmClient(model, api_base, key)

    def complete(
        self, messages: list[Message], tools: list[dict[str, Any]], on_text: OnText, bounds: CallBounds
    ) -> ModelReply:
        return self._live.complete(messages, tools, on_text, CallBounds(PATIENCE_S, bounds.tokens))


def record(case: Path, model: str, api_base: str) -> Judgement:
    """Hold the conversation of a case, keep it, and judge it."""
    kept = case
    if not case.resolve().is_relative_to(ROOT):
        kept = SESSIONS / case.name
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(case, kept)
    cassette = kept / "cassette.jsonl"
    cassette.unlink(missing_ok=True)
    live = Patient(model, api_base, "none")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(mock.patch.object(litellm_client, "MODEL_SILENT_S_MAX", PATIENCE_S))
        stack.enter_context(mock.patch("sopwb.author.model.author.Bounds", partial(Bounds, seconds=PATIENCE_S)))
        stack.enter_context(client(lambda model, api_base="", key="": Cassette(cassette, live)))
        words = ("--model", model, "--api-base", api_base)
        return Conversation(kept, scratch, words, here).judge()


def record_again(case: Path) -> Judgement:
    """Give the recorded replies once more, through a loopback provider."""
    lines = (case / "cassette.jsonl").read_text(encoding="utf-8").splitlines()
    with FakeProvider(*map(_answer, map(json.loads, lines))) as provider:
        return record(case, "openai/played", provider.url)


def _answer(entry: dict[str, Any]) -> Answer:
    calls = [[call["name"], call["arguments"]] for call in entry["calls"]]
    return {"content": entry["text"], "calls": calls, "rough": True}


def show(judged: Iterable[tuple[str, Judgement]]) -> None:
    for name, judgement in judged:
        print(json.dumps({"case": name, **judgement._asdict()}, indent=1, default=str), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", metavar="CASE", type=Path, nargs="*")
    parser.add_argument("--model", default="openai/bridge")
    parser.add_argument("--api-base", default="")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    if options.again:
        cases = options.cases or sessions()
        show((case.name, record_again(case)) for case in cases)
    elif options.api_base:
        show((case.name, record(case, options.model, options.api_base)) for case in options.cases)
    else:
        parser.error("--api-base or --again")


if __name__ == "__main__":
    main()
