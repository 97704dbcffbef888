"""One turn of a model: it is asked, uses tools, is asked again, within bounds. What it did is on the desk afterwards.

First draft whole, then edits; two repairs, one rewrite. Whatever the model sends, the loop ends: by its own end, by a
question, or by a bound that is named. Deliberately not here: what the person is told (``author``).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import msgspec

from sopwb.author.model.desk import Desk, told
from sopwb.author.model.fenced import Shown, fenced_calls
from sopwb.author.model.port import CallBounds, Message, ModelClient, ModelFailure, ModelReply, OnText, ToolCall
from sopwb.author.model.prompt import mend
from sopwb.author.model.tools import ApplyEdits, ReplaceDraft, read_call, tool_schemas
from sopwb.kernel import limits


class Bounds(msgspec.Struct, frozen=True):
    """What one turn may take."""

    calls: int = limits.MODEL_CALLS_MAX
    tools: int = limits.MODEL_TOOL_CALLS_MAX
    tokens: int = limits.MODEL_TOKENS_MAX
    seconds: float = limits.MODEL_SECONDS_MAX
    cost_usd: float = limits.MODEL_COST_USD_MAX


class Spent(msgspec.Struct):
    """What one turn took so far."""

    calls: int = 0
    tools: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    priced: bool = False

    def line(self) -> str:
        cost = f", ${self.cost_usd:.4f}" if self.priced else ""
        return f"{self.calls} call{'s' * (self.calls != 1)}, {self.tokens:,} tokens{cost}"


class ModelTurn:
    """Runs the loop. ``text`` is what the model said at its end, ``stopped`` the bound that ended it ("" for none)."""

    def __init__(
        self,
        client: ModelClient,
        desk: Desk,
        bounds: Bounds,
        with_tools: bool = True,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        unfinished: Callable[[str], str] = lambda said: "",
    ) -> None:
        self._client, self._desk, self._bounds, self.with_tools = client, desk, bounds, with_tools
        self._clock, self._pause, self._unfinished = clock, pause, unfinished
        self._until = clock() + bounds.seconds
        self._waited = False
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self.spent = Spent()
        self.text = ""
        self.stopped = ""

    def run(self, messages: list[Message], on_text: OnText) -> None:
        """Go on until the model is done or a bound is met. Raises ``ModelFailure``."""
        mended, reminded = 0, False
        while not self._over():
            reply = self._ask(messages, on_text)
            calls, fenced = reply.calls, False
            if not calls:
                found = fenced_calls(reply.text)
                if found == ():
                    messages += [_said(reply.text), _user('The block is not {"calls": [...]} as JSON. Again.')]
                    continue
                calls, fenced = found or (), found is not None
            if calls:
                messages += self._carried(reply, calls, fenced)
                if self._desk.asked is not None or self.stopped:
                    return
                if self._desk.failed_writes > limits.MODEL_REPAIRS_MAX + 1:
                    self.stopped = "two repairs and a rewrite"
                    return
                continue
            self.text = reply.text
            broken = self._desk.broken
            if not broken and not reminded and (forgotten := self._unfinished(reply.text)):
                reminded = True
                messages += [_said(reply.text), _user(forgotten)]
                continue
            if not broken or mended > limits.MODEL_REPAIRS_MAX:
                return
            mended += 1
            wrong = "\n".join(told(view.diagnostics) for view in broken)
            messages += [_said(reply.text), _user(mend(wrong, mended > limits.MODEL_REPAIRS_MAX))]

    def _over(self) -> bool:
        spent, bounds = self.spent, self._bounds
        if spent.calls >= bounds.calls:
            self.stopped = f"{bounds.calls} calls of the model"
        elif spent.tools >= bounds.tools:
            self.stopped = f"{bounds.tools} uses of tools"
        elif spent.tokens >= bounds.tokens:
            self.stopped = f"{bounds.tokens:,} tokens"
        elif spent.cost_usd >= bounds.cost_usd:
            self.stopped = f"${bounds.cost_usd:.2f}"
        elif self._clock() >= self._until:
            self.stopped = f"{bounds.seconds:.0f} seconds"
        return bool(self.stopped)

    def _ask(self, messages: list[Message], on_text: OnText) -> ModelReply:
        left = self._until - self._clock()
        bounds = CallBounds(
            max(min(left, limits.MODEL_CALL_S_MAX), 0.1),
            min(limits.MODEL_ANSWER_TOKENS_MAX, max(self._bounds.tokens - self.spent.tokens, 1)),
        )
        self.spent.calls += 1
        try:
            reply = self._client.complete(messages, tool_schemas() if self.with_tools else [], Shown(on_text), bounds)
        except ModelFailure as failure:
            if failure.kind == "refused" and self.with_tools and self.spent.calls == 1:
                self.with_tools = False  # some models and servers have no tools: the rules tell of the fenced block
                return self._ask(messages, on_text)
            wait = failure.retry_after_s
            if failure.kind != "rate_limit" or self._waited or not 0 < wait <= limits.MODEL_RETRY_AFTER_S_MAX:
                raise
            self._waited = True
            self._pause(min(wait, max(left, 0.0)))
            return self._ask(messages, on_text)
        usage = reply.usage
        self.spent.tokens += usage.prompt + usage.completion
        if usage.cost_usd is not None:
            self.spent.cost_usd += usage.cost_usd
            self.spent.priced = True
        return reply

    def _carried(self, reply: ModelReply, calls: tuple[ToolCall, ...], fenced: bool) -> list[Message]:
        """Carry out calls and give the messages of the exchange. Ids are made anew: models repeat theirs."""
        numbered = [(f"call_{self.spent.calls}_{n}", call) for n, call in enumerate(calls)]
        answers = [(id_, self._answer(call)) for id_, call in numbered]
        if fenced:
            return [
                _said(reply.text),
                _user("\n\n".join(f"Answer {n}: {text}" for n, (_, text) in enumerate(answers, 1))),
            ]
        asked: Message = {
            "role": "assistant",
            "content": reply.text or None,
            "tool_calls": [
                {
                    "id": id_,
                    "type": "function",
                    "function": {"name": call.name[:64], "arguments": _object(call.arguments)},
                }
                for id_, call in numbered
            ],
        }
        return [asked, *({"role": "tool", "tool_call_id": id_, "content": text} for id_, text in answers)]

    def _answer(self, call: ToolCall) -> str:
        if self._desk.asked is not None:
            return "not done: the person is asked first"
        if self.spent.tools >= self._bounds.tools:
            return "not done: too many tools in one turn"
        self.spent.tools += 1
        tool = read_call(call)
        if isinstance(tool, str):
            answer = f"not done: {tool}"
        else:
            answer = self._desk.do(tool)
        if isinstance(tool, ReplaceDraft | ApplyEdits):
            return answer  # writes that fail are counted as repairs
        same = (call.name, call.arguments, answer)
        self._seen[same] += 1
        if self._seen[same] > limits.MODEL_REPEATS_MAX:
            self.stopped = "the same call with the same answer, again and again"
        return answer


def _object(arguments: str) -> str:
    """Give arguments that a provider accepts back: it may refuse a history that holds broken JSON."""
    import json

    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def _said(text: str) -> Message:
    return {"role": "assistant", "content": text}


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


__all__ = ["Bounds", "ModelTurn", "Spent"]
