"""Models without tool calling: the same calls in one fenced JSON block of their text.

    {"calls": [{"tool": "replace_draft", "arguments": {…}}, …]}

Deliberately not here: what the calls mean (``tools``).
"""

from __future__ import annotations

import json
import re
from typing import Final

from sopwb.author.model.port import ToolCall

_BLOCK: Final = re.compile(r"```(?:json)?[ \t]*\n(.*?)(?:\n```|\Z)", re.S)
_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def fenced_calls(text: str) -> tuple[ToolCall, ...] | None:
    """Read the calls of the first fenced block; () where the block is not what it should be, None where is none."""
    found = _BLOCK.search(text)
    if found is None:
        return None
    try:
        raw = json.loads(found[1])
    except (ValueError, RecursionError):
        return ()
    calls = raw.get("calls") if isinstance(raw, dict) else None
    if not isinstance(calls, list):
        return ()
    return tuple(
        ToolCall("", str(call.get("tool", "")), json.dumps(call.get("arguments", {})))
        for call in calls
        if isinstance(call, dict)
    )


class Shown:
    """Passes on streamed text up to the first fence: a block of JSON is not for people."""

    def __init__(self, on_text: object) -> None:
        self._on_text, self._held, self._closed = on_text, "", False

    def __call__(self, piece: str) -> None:
        if self._closed or not callable(self._on_text):
            return
        self._held += piece
        head, fence, _ = self._held.partition("```")
        if fence:
            self._closed, self._held = True, ""
            self._on_text(plain_text(head))
            return
        # A fence may come in pieces: what could be the beginning of one waits.
        keep = len(self._held) - len(self._held.rstrip("`"))
        ready, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        if ready:
            self._on_text(plain_text(ready))


def plain_text(text: str) -> str:
    """Give text without what a terminal would obey: control characters and marks that turn the direction of writing."""
    return _OBEYED.sub("", text)
