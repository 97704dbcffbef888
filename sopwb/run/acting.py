"""What acting asks of a tool, and what a tool can answer: the port between the journal's loop and the world.

    loop ── act(dispatch, commit) ──► tool ── commit() ──► journal: DISPATCHED
         ◄── Done | NotApplied | Rejected | Unknown

A tool calls ``commit`` once, immediately before the first byte after which the world may have changed (for SMTP
the message's final dot, for HTTP the request). Before it, whatever fails is ``NotApplied``; after it, only what
the other side said for certain is anything but ``Unknown``. A tool never raises for what the world does, and
never repeats anything by itself: retries, limits and doubt belong to the loop (``sopwb.app``).

Deliberately not here: deciding (``ports``), states (``effects``), any tool (``sopwb.tools``).
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, TypeAlias

import msgspec

from sopwb.kernel.values import Value


class Dispatch(msgspec.Struct, frozen=True):
    """An effect that is about to be done. ``args`` are complete: codes and receipts are put in for their
    placeholders. ``key`` is 64 hex digits, the same in every attempt; ``attempt`` counts from 1."""

    key: str
    tool: str
    item: str
    path: str
    args: dict[str, Value]
    attempt: int = 1


class Done(msgspec.Struct, frozen=True):
    """The world did it. ``receipt`` is the tool's result (fields of its ``returns``)."""

    receipt: dict[str, Value]


class NotApplied(msgspec.Struct, frozen=True):
    """Certainly not done, and may be tried again, not before ``after_ms``. ``code`` is the provider's (``450``)."""

    code: str
    reason: str
    after_ms: int = 0


class Rejected(msgspec.Struct, frozen=True):
    """Certainly not done, and trying again would give the same answer."""

    code: str
    reason: str


class Unknown(msgspec.Struct, frozen=True):
    """Silence after ``commit``: it may have been done or not."""

    reason: str


Reply: TypeAlias = Done | NotApplied | Rejected | Unknown


class Protection(msgspec.Struct, frozen=True):
    """How a tool's effects may be repeated: ``kind`` is idempotent (the provider ignores a key that it has seen,
    for ``key_hours``), verifiable (it can be asked) or unprotected; ``connections`` and ``per_second`` (0: as fast as
    it goes) bound how much is done at once."""

    kind: str = "unprotected"
    connections: int = 1
    per_second: float = 0.0
    key_hours: int = 0


class Actor(Protocol):
    """Does the effects of one tool for one run, over its own connections; an asynchronous context manager."""

    @property
    def protection(self) -> Protection: ...

    async def __aenter__(self) -> Actor: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        """Do one effect. ``commit`` raises where the journal cannot be written: then nothing may be sent."""
        ...

    async def verify(self, dispatch: Dispatch) -> Reply:
        """Ask whether an effect in doubt was done. Only of verifiable tools; ``Unknown`` where it cannot be known."""
        ...
