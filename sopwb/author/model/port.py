"""The boundary to a language model: messages and tools go in, one reply comes out, or a failure of a known kind.

Messages and tools have the shape of OpenAI's chat completions, which every provider's client speaks; cassettes are
made here. Deliberately not here: any client (``litellm_client``, ``cassette``) and what is said to it (``prompt``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

Message: TypeAlias = dict[str, Any]
OnText: TypeAlias = Callable[[str], None]
"""Is given each piece of a reply's text as it comes; tool calls are not streamed."""
FailureKind: TypeAlias = Literal["auth", "rate_limit", "refused", "unavailable", "bad_reply", "timeout", "cassette"]


class ToolCall(msgspec.Struct, frozen=True):
    """A call as the model wrote it: ``arguments`` is text that should be a JSON object, and may be anything."""

    id: str
    name: str
    arguments: str


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one call, and its price in US dollars (None: the model has no known price)."""

    prompt: int = 0
    completion: int = 0
    cost_usd: float | None = None


class ModelReply(msgspec.Struct, frozen=True):
    text: str
    calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()


class CallBounds(msgspec.Struct, frozen=True):
    """What one call may take: seconds in all, and tokens of its answer."""

    seconds: float
    tokens: int


class ModelFailure(Exception):
    """A call that came to nothing. ``retry_after_s``: when the provider wants to be asked again (0: unknown)."""

    def __init__(self, kind: FailureKind, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.kind, self.message, self.retry_after_s = kind, message, retry_after_s


class ModelClient(Protocol):
    """Something that answers as a language model."""

    def complete(
        self, messages: list[Message], tools: list[dict[str, Any]], on_text: OnText, bounds: CallBounds
    ) -> ModelReply:
        """Answer. Raises ``ModelFailure`` and nothing else."""
        ...
