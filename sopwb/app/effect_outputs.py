"""What Outputs say of effects and journals: the parts of ``outputs`` that runs which act are told with.

Deliberately not here: the Outputs that hold them.
"""

from __future__ import annotations

from typing import Any

import msgspec


class EffectView(msgspec.Struct, frozen=True):
    """``path`` is the step's, as in traces; "" in runs that were recorded without it."""

    key: str
    tool: str
    item: str
    args: dict[str, Any]
    state: str
    path: str = ""


class EffectNote(msgspec.Struct, frozen=True):
    """An effect that a person should know of: in doubt, or rejected; ``then`` is what its step asks for (fail, skip,
    dead_letter), "" for a doubt. ``code`` is the provider's."""

    key: str
    tool: str
    item: str
    path: str
    state: str
    code: str
    reason: str
    then: str = ""


class ActingView(msgspec.Struct, frozen=True):
    """How a run's acting stands. ``planned`` counts effects that act, by tool; ``digest`` binds them, in order, in hex.

    ``why`` says in words why it is in its state, ``cause`` in one: canary, failures, paused, interrupted, broken,
    approved or "". ``counts`` are acting effects by state, ``notes`` those that a person should know of (the first
    1,000), ``dead`` the items that were set aside; ``unconsented`` says what nobody has allowed.
    """

    digest: str
    planned: dict[str, int]
    why: str = ""
    cause: str = ""
    counts: dict[str, int] = {}
    notes: tuple[EffectNote, ...] = ()
    dead: int = 0
    unconsented: tuple[str, ...] = ()


class StrayJournal(msgspec.Struct, frozen=True):
    """The journal of a run that has no record: whoever decided it was killed, or the store is older than its journals.

    ``status``: deciding (a process is at it), undecided, unrecorded (decided, and perhaps acted on: ``counts`` are its
    effects by state) or damaged; ``why`` says it in words. ``begun`` is an ISO instant, "" where nobody knows.
    """

    run: str
    status: str
    why: str
    begun: str = ""
    counts: dict[str, int] = {}


class EffectRow(msgspec.Struct, frozen=True):
    """An effect as its journal has it. ``to`` is whom or what it reaches, where its tool says that; ``codes`` are given
    only where they are asked for; ``code`` and ``reason`` say why it was not done, or may not have been."""

    key: str
    state: str
    tool: str
    item: str
    path: str
    to: str = ""
    codes: tuple[str, ...] = ()
    code: str = ""
    reason: str = ""
