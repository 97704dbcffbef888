"""The states of an effect and the moves between them; pure.

    PLANNED ──► INTENT ──► DISPATCHED ──► DONE
                  │             ├───────► REJECTED
                  │             ├───────► RETRY_WAIT ──► INTENT
                  └► IN_DOUBT ◄─┘
                        └──► DONE | REPLANNED | ABANDONED
    MOCKED: a mock answered; it never moves.

A bare INTENT of the same boot is done again (INTENT → INTENT); of another boot, or from a restored journal,
it is in doubt. Deliberately not here: the journal's bytes (``store``), who acts (``app``), and tools' answers
(``tools``).
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
    _S.PLANNED: frozenset({_S.INTENT}),
    _S.MOCKED: frozenset(),
    _S.INTENT: frozenset({_S.INTENT, _S.DISPATCHED, _S.IN_DOUBT}),
    _S.DISPATCHED: frozenset({_S.DONE, _S.REJECTED, _S.RETRY_WAIT, _S.IN_DOUBT}),
    _S.RETRY_WAIT: frozenset({_S.INTENT}),
    _S.IN_DOUBT: frozenset({_S.DONE, _S.REPLANNED, _S.ABANDONED}),
    _S.REPLANNED: frozenset({_S.INTENT}),
    _S.DONE: frozenset(),
    _S.REJECTED: frozenset(),
    _S.ABANDONED: frozenset(),
}

FINAL: Final[frozenset[EffectState]] = frozenset(state for state, moves in MOVES.items() if not moves)
"""States in which nothing more happens to an effect by itself."""


def advance(state: EffectState, to: EffectState) -> EffectState:
    """Move an effect to its next state. A move that is not drawn above is our bug."""
    assert to in MOVES[state], f"an effect cannot go from {state.value} to {to.value}"
    return to


def resume(state: EffectState, same_boot: bool) -> EffectState:
    """Say what a journal's last state means after the process that wrote it died.

    ``same_boot``: this machine has not restarted since and the journal was not restored.
    """
    if state is EffectState.DISPATCHED or (state is EffectState.INTENT and not same_boot):
        return EffectState.IN_DOUBT
    return state
