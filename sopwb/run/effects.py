"""The states of an effect and the moves between them; pure.

    PLANNED ──► INTENT ──► DISPATCHED ──► DONE
                  ├─────────────┼───────► REJECTED ──► REPLANNED | ABANDONED
                  ├─────────────┼───────► RETRY_WAIT ──► INTENT
                  └► IN_DOUBT ◄─┘
                        └──► DONE | REJECTED | REPLANNED | ABANDONED          REPLANNED ──► INTENT
    MOCKED: a mock answered; it never moves.

A tool may know before the point of no return that it cannot (an address that is refused): then INTENT ends without
DISPATCHED. A run that stops in good order takes its bare INTENTs back (INTENT → PLANNED). After a crash a bare
INTENT of the same boot is done again (INTENT → INTENT); of another boot it is in doubt; and of a journal
that was copied back whatever has no end is in doubt, since it may have gone on elsewhere.
Deliberately not here: the journal's bytes (``store``), who acts (``app``), and tools' answers (``tools``).
"""

from __future__ import annotations

import enum
from typing import Final


class EffectState(enum.Enum):
    """Values are what journals, replies and screens show."""

    PLANNED = "planned"
    MOCKED = "mocked"
    INTENT = "intent"
    DISPATCHED = "dispatched"
    DONE = "done"
    REJECTED = "rejected"
    RETRY_WAIT = "retry_wait"
    IN_DOUBT = "in_doubt"
    REPLANNED = "replanned"
    ABANDONED = "abandoned"


_S = EffectState

MOVES: Final[dict[EffectState, frozenset[EffectState]]] = {
    _S.PLANNED: frozenset({_S.INTENT, _S.IN_DOUBT}),
    _S.MOCKED: frozenset(),
    _S.INTENT: frozenset(
        {_S.INTENT, _S.DISPATCHED, _S.REJECTED, _S.RETRY_WAIT, _S.IN_DOUBT, _S.PLANNED}
    ),
    _S.DISPATCHED: frozenset({_S.DONE, _S.REJECTED, _S.RETRY_WAIT, _S.IN_DOUBT}),
    _S.RETRY_WAIT: frozenset({_S.INTENT, _S.IN_DOUBT}),
    _S.IN_DOUBT: frozenset({_S.DONE, _S.REJECTED, _S.REPLANNED, _S.ABANDONED}),
    _S.REPLANNED: frozenset({_S.INTENT, _S.IN_DOUBT}),
    _S.DONE: frozenset(),
    _S.REJECTED: frozenset({_S.REPLANNED, _S.ABANDONED}),
    _S.ABANDONED: frozenset(),
}

FINAL: Final[frozenset[EffectState]] = frozenset({_S.DONE, _S.REJECTED, _S.ABANDONED, _S.MOCKED})
"""States in which nothing more happens to an effect by itself: only a person has a rejected one done again."""


def advance(state: EffectState, to: EffectState) -> EffectState:
    """Move an effect to its next state. A move that is not drawn above is our bug."""
    assert to in MOVES[state], f"an effect cannot go from {state.value} to {to.value}"
    return to


def resume(state: EffectState, same_boot: bool, restored: bool = False) -> EffectState:
    """Say what a journal's last state means after the process that wrote it died.

    ``same_boot``: this machine has not restarted since; ``restored``: the journal was copied back.
    """
    if restored and state not in FINAL:
        return EffectState.IN_DOUBT
    if state is EffectState.DISPATCHED or (state is EffectState.INTENT and not same_boot):
        return EffectState.IN_DOUBT
    return state
