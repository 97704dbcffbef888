"""The one place that loads litellm: on the first call, in a thread of its own, silent and without look-ups.

A provider's stream is read by a thread that nobody waits for longer than the bounds: a server that keeps a connection
alive without a word cannot hold a turn. What a provider says in an error is never repeated beyond its kind: it may
hold a key or the prompt. Deliberately not here: retries (``turn``) and where a key is kept (``keys``).
"""

from __future__ import annotations

import os
import queue
import threading
import time
from functools import cache
from typing import Any, Final

from sopwb.author.model.port import CallBounds, Message, ModelFailure, ModelReply, OnText, ToolCall, Usage
from sopwb.kernel.limits import MODEL_REPLY_CHARS_MAX, MODEL_SILENT_S_MAX

_QUIET: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else prices are looked up over the network while importing
    "LITELLM_MODE": "PRODUCTION",  # else a .env in the working folder is loaded into the environment
    "LITELLM_LOG": "CRITICAL",
}
_NOISY: Final = ("litellm", "openai", "pydantic", "httpx")


class LitellmClient:
    """A model by its litellm name (``openai/gpt-…``, ``ollama_chat/…``); ``key`` "" leaves it to the environment."""

    def __init__(self, model: str, api_base: str = "", key: str = "") -> None:
        self._model, self._api_base, self._key = model, api_base, key

    def complete(
        self, messages: list[Message], tools: list[dict[str, Any]], on_text: OnText, bounds: CallBounds
    ) -> ModelReply:
        """Stream one completion and gather it. Raises ``ModelFailure``."""
        inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stopped = threading.Event()
        request = self._request(messages, tools, bounds)
        threading.Thread(target=_serve, args=(request, inbox, stopped), daemon=True, name="model-call").start()
        until = time.monotonic() + bounds.seconds
        gathered = _Gathered(on_text)
        try:
            while True:
                try:
                    chunk = inbox.get(timeout=max(until - time.monotonic(), 0.0))
                except queue.Empty:
                    raise ModelFailure("timeout", f"no whole answer within {bounds.seconds:.0f} s") from None
                if isinstance(chunk, ModelFailure):
                    raise chunk
                if isinstance(chunk, _End):
                    return gathered.reply(messages, chunk)
                gathered.add(chunk)
        finally:
            stopped.set()

    def _request(self, messages: list[Message], tools: list[dict[str, Any]], bounds: CallBounds) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": bounds.tokens,
            "temperature": 0,
            "timeout": min(bounds.seconds, MODEL_SILENT_S_MAX),
            "num_retries": 0,
            "max_retries": 0,
        }
        if tools:
            request["tools"] = tools
        if self._api_base:
            request["api_base"] = self._api_base
        if self._key:
            request["api_key"] = self._key
        return request


class _End:
    """A stream has ended: ``whole`` says whether it was closed by a finish reason."""

    def __init__(self, whole: bool, price: Any) -> None:
        self.whole, self.price = whole, price


def _serve(request: dict[str, Any], inbox: queue.SimpleQueue[Any], stopped: threading.Event) -> None:
    try:
        litellm = _load()
        stream = litellm.completion(**request)
        for chunk in stream:
            if stopped.is_set():
                return
            inbox.put(chunk)
        whole = getattr(stream, "received_finish_reason", "") is not None

        def price(usage: Usage) -> float | None:
            try:
                parts = litellm.cost_per_token(
                    model=request["model"], prompt_tokens=usage.prompt, completion_tokens=usage.completion
                )
            except Exception:  # noqa: BLE001 - litellm raises a class of its own for a model without a price
                return None
            return float(sum(parts))

        inbox.put(_End(whole, price))
    except Exception as error:  # noqa: BLE001 - whatever a provider's client raises ends as one failure of a known kind
        inbox.put(_failure(error))


@cache
def _load() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    import logging
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its dependencies, which are not ours to mend
        import litellm
    for module in _NOISY:  # they warn on first use too
        warnings.filterwarnings("ignore", module=rf"{module}(\..*)?\Z")

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
    return litellm


class _Gathered:
    """A reply in the making, from chunks."""

    def __init__(self, on_text: OnText) -> None:
        self._on_text = on_text
        self._text: list[str] = []
        self._chars = 0
        self._calls: dict[int, list[str]] = {}
        self._usage = Usage()

    def add(self, chunk: Any) -> None:
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = Usage(int(usage.prompt_tokens or 0), int(usage.completion_tokens or 0))
        for choice in getattr(chunk, "choices", None) or ():
            delta = choice.delta
            if delta is None:
                continue
            if delta.content:
                self._count(delta.content)
                self._text.append(delta.content)
                self._on_text(delta.content)
            for call in delta.tool_calls or ():
                self._call(call)

    def _call(self, call: Any) -> None:
        entry = self._calls.setdefault(int(call.index or 0), ["", "", ""])
        function = call.function
        name, arguments = (function.name or "", function.arguments or "") if function else ("", "")
        entry[0] = entry[0] or str(call.id or "")
        entry[1] = entry[1] or name
        entry[2] += arguments
        self._count(arguments)

    def _count(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > MODEL_REPLY_CHARS_MAX:
            raise ModelFailure("bad_reply", f"an answer of more than {MODEL_REPLY_CHARS_MAX:,} characters")

    def reply(self, messages: list[Message], end: _End) -> ModelReply:
        if not end.whole:
            raise ModelFailure("bad_reply", "the answer broke off in the middle")
        usage = self._usage
        if not usage.prompt:
            sent = sum(len(str(message.get("content") or "")) for message in messages)
            usage = Usage(sent // 4, self._chars // 4)
        calls = tuple(ToolCall(*entry) for _, entry in sorted(self._calls.items()))
        return ModelReply("".join(self._text), calls, Usage(usage.prompt, usage.completion, end.price(usage)))


def _failure(error: Exception) -> ModelFailure:
    """Map what a client raised to a kind, by class name and status: providers differ in the rest."""
    name, status = type(error).__name__, getattr(error, "status_code", 0) or 0
    if "Timeout" in name:
        return ModelFailure("timeout", "the provider did not answer in time")
    if status in (401, 403) or "Authentication" in name or "PermissionDenied" in name:
        return ModelFailure("auth", "the provider does not accept the key, or there is none")
    if status == 429 or "RateLimit" in name:
        return ModelFailure("rate_limit", "the provider wants fewer requests", _retry_after(error))
    if status in (400, 404, 422) or "BadRequest" in name or "NotFound" in name:
        return ModelFailure("refused", f"the provider refuses the request ({status or name})")
    if isinstance(error, (ValueError, TypeError, KeyError, AttributeError)):
        return ModelFailure("bad_reply", "the provider's answer cannot be read")
    return ModelFailure("unavailable", f"the provider cannot be reached or failed ({status or name})")


def _retry_after(error: Exception) -> float:
    response = getattr(error, "response", None)
    headers = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
    try:
        return max(float(headers.get("retry-after", 0)), 0.0)
    except (TypeError, ValueError):
        return 0.0
