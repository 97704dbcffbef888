"""Recorded exchanges with a model, made and replayed at the ``ModelClient`` boundary.

A cassette is JSON Lines: ``{"asked": digest, "text", "calls": [{"name", "arguments"}], "usage": [in, out]}``.
``asked`` covers the conversation (every message but the rules, which may be reworded) and the tools' names, so that a
reply is given only to what it answered. Keys never get this far; values of secret environment variables are scrubbed
all the same. Deliberately not here: any network.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from blake3 import blake3

from sopwb.author.model.port import CallBounds, Message, ModelClient, ModelFailure, ModelReply, OnText, ToolCall, Usage

_SECRET_NAMES: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_SECRET_CHARS_MIN: Final = 6


class Cassette:
    """Replays a file; with ``live`` and outside of CI, what is not on it yet is asked and recorded."""

    def __init__(self, path: Path, live: ModelClient | None = None) -> None:
        self._path, self._live = path, live
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._entries = {entry["asked"]: entry for entry in map(json.loads, lines)}

    def complete(
        self, messages: list[Message], tools: list[dict[str, Any]], on_text: OnText, bounds: CallBounds
    ) -> ModelReply:
        """Give the recorded reply. Raises ``ModelFailure`` of kind ``cassette`` where there is none."""
        asked = digest(messages, tools)
        entry = self._entries.get(asked)
        if entry is None:
            if self._live is None or os.environ.get("CI") == "true":
                raise ModelFailure("cassette", f"{self._path.name} holds no reply to this; record it (docs/authors.md)")
            reply = self._live.complete(messages, tools, lambda text: None, bounds)
            entry = self._keep(asked, reply)
        calls = tuple(
            ToolCall(f"call_{number}", call["name"], call["arguments"]) for number, call in enumerate(entry["calls"])
        )
        if entry["text"]:
            on_text(entry["text"])
        return ModelReply(entry["text"], calls, Usage(*entry["usage"]))

    def _keep(self, asked: str, reply: ModelReply) -> dict[str, Any]:
        raw = {
            "asked": asked,
            "text": reply.text,
            "calls": [{"name": call.name, "arguments": call.arguments} for call in reply.calls],
            "usage": [reply.usage.prompt, reply.usage.completion],
        }
        line = scrubbed(json.dumps(raw, ensure_ascii=False))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self._entries[asked] = entry = json.loads(line)
        return dict(entry)


def digest(messages: list[Message], tools: list[dict[str, Any]]) -> str:
    """Hash what a reply answers: all messages but the rules, and the names of the tools."""
    said = [message for message in messages if message.get("role") != "system"]
    names = [tool["function"]["name"] for tool in tools]
    return blake3(json.dumps([said, names], sort_keys=True).encode()).hexdigest()[:32]


def scrubbed(text: str) -> str:
    """Take out the value of every environment variable that is named as a secret."""
    for name, value in os.environ.items():
        if len(value) >= _SECRET_CHARS_MIN and any(mark in name.upper() for mark in _SECRET_NAMES):
            text = text.replace(value, "[secret]")
    return text
