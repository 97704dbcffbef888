"""A model that is played: replies written by hand, given in order through the client's port, and what it was sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.author.model.author import ModelAuthor
from sopwb.author.model.port import CallBounds, Message, ModelFailure, ModelReply, OnText, ToolCall, Usage
from tests.shop import AS_OF, CHURN, shop

Script = dict[str, Any]


def use(tool: str, **arguments: Any) -> ToolCall:
    """Write a call as a model does."""
    return ToolCall("same", tool, json.dumps(arguments))


USAGE = Usage(100, 10)


def says(text: str = "", *calls: ToolCall, usage: Usage = USAGE) -> ModelReply:
    return ModelReply(text, calls, usage)


class Played:
    """Gives its replies in order, the last one for ever, and keeps what it was sent. A failure is raised."""

    def __init__(self, *replies: ModelReply | ModelFailure) -> None:
        self.replies = list(replies)
        self.sent: list[list[Message]] = []
        self.tools: list[int] = []

    def complete(
        self, messages: list[Message], tools: list[dict[str, Any]], on_text: OnText, bounds: CallBounds
    ) -> ModelReply:
        self.sent.append(json.loads(json.dumps(messages)))
        self.tools.append(len(tools))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, ModelFailure):
            raise reply
        if reply.text:
            on_text(reply.text)
        return reply

    @property
    def everything(self) -> str:
        return json.dumps(self.sent)


class Shop:
    """The sample shop with a conversation whose model is played."""

    def __init__(self, folder: Path, *replies: ModelReply | ModelFailure, **options: Any) -> None:
        self.bench: Workbench = open_workbench(shop(folder), AS_OF)
        self.model = Played(*replies)
        self.dialogue = Dialogue(self.bench, as_of=AS_OF, author=ModelAuthor(self.bench, self.model, AS_OF, **options))
        self.say = self.dialogue.turn

    @property
    def saved(self) -> list[str]:
        return sorted(self.bench.library.names("script"))

    @property
    def drafts(self) -> list[str]:
        return sorted(self.bench.library.names("draft"))


WRITE = says("", use("replace_draft", name="check_churn_risk", script=CHURN))
BROKEN: Script = {**CHURN, "steps": [*CHURN["steps"][:-1], {"op": "return", "value": {"is_risk": "flase"}}]}
DONE = says("Done.")
