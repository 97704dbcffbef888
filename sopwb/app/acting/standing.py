"""Where a run stands: its state, and what a person should know of its effects, read from its ledger.

    waiting_approval   decided; it acts when somebody approves
    running            a process acts on it (or did when it died: then it shows as paused)
    paused             it may go on: ``runs resume``
    cancelled          it will not go on
    succeeded          nothing is left to do
    succeeded_with_dead_letters   the same, but for items that were set aside and are listed
    needs_attention    an effect is in doubt, and only a person can find out
    failed             an effect was given up whose step ends the run

Deliberately not here: how it came to this (``loop``), and storing it (``app.recording``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from sopwb.app.acting import ledger as s
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.patience import then_of
from sopwb.app.acting.planned import Entry, decode_entries
from sopwb.app.acting.session import Came
from sopwb.app.outputs import EffectNote
from sopwb.kernel.limits import EFFECT_FAILURES_IN_ROW_MAX, REPORTED_ENTRIES_MAX
from sopwb.store import journal_frames as f

WAITING_APPROVAL: Final = "waiting_approval"
RUNNING: Final = "running"
PAUSED: Final = "paused"
CANCELLED: Final = "cancelled"
SUCCEEDED: Final = "succeeded"
DEAD_LETTERS: Final = "succeeded_with_dead_letters"
NEEDS_ATTENTION: Final = "needs_attention"
FAILED: Final = "failed"

RESUMABLE: Final = frozenset({RUNNING, PAUSED, NEEDS_ATTENTION, FAILED})
"""States from which ``runs resume`` goes on."""

_WHY: Final = {
    "canary": "the canary's items are done",
    "failures": f"{EFFECT_FAILURES_IN_ROW_MAX} effects in a row could not be done",
    "paused": "somebody paused it",
    "interrupted": "it was interrupted",
    "broken": "its journal could not be written",
}


class Standing(msgspec.Struct, frozen=True):
    """``why`` in words, ``cause`` in one word; ``counts`` acting effects by state; ``notes`` the effects that
    a person should know of, at most a thousand; ``dead`` items that were set aside."""

    status: str
    why: str
    cause: str
    counts: dict[str, int]
    notes: tuple[EffectNote, ...]
    dead: int = 0


def standing(ledger: Ledger, came: Came | None) -> Standing:
    """Say where a run stands after a session, or after it was changed by hand (``came`` None). Raises ``Corrupt``."""
    counts = ledger.counts()
    notes, thens = _notes(ledger)
    dead, failed, doubt = thens.get("dead_letter", 0), thens.get("fail", 0), counts.get("in_doubt", 0)
    cause = came.ending.why if came is not None else ""
    stopped = ledger.stopped == CANCELLED
    if cause == CANCELLED or (came is None and stopped):
        return Standing(CANCELLED, "somebody cancelled it", cause, counts, notes, dead)
    if cause:
        return Standing(PAUSED, _WHY[cause], cause, counts, notes, dead)
    if doubt:
        words = f"{doubt} effects are in doubt" if doubt > 1 else "an effect is in doubt"
        return Standing(NEEDS_ATTENTION, words, cause, counts, notes, dead)
    if failed:
        return Standing(FAILED, _failure(notes), cause, counts, notes, dead)
    if came is None and any(ledger.states.count(code) for code in s.UNRESOLVED):
        return Standing(PAUSED, "it may go on", cause, counts, notes, dead)
    if dead:
        words = f"{dead} items were set aside" if dead > 1 else "an item was set aside"
        return Standing(DEAD_LETTERS, words, cause, counts, notes, dead)
    return Standing(SUCCEEDED, "", cause, counts, notes, dead)


def _failure(notes: tuple[EffectNote, ...]) -> str:
    note = next(note for note in notes if note.then == "fail")
    return f"{note.tool}{f' for {note.item}' if note.item else ''} was not done: {note.reason}"


def _notes(ledger: Ledger) -> tuple[tuple[EffectNote, ...], dict[str, int]]:
    """Give the effects in doubt or rejected, the first thousand, and how many rejected ones each policy has."""
    notes: list[EffectNote] = []
    thens: dict[str, int] = {}
    for number, entry in _told(ledger):
        then = "" if ledger.states[number] == s.DOUBT else then_of(entry.on_error)
        if then:
            thens[then] = thens.get(then, 0) + 1
        if len(notes) < REPORTED_ENTRIES_MAX or (then == "fail" and thens[then] == 1):
            code, reason = reason_of(ledger, number)
            key, state = entry.key.hex(), ledger.state(number)
            notes.append(EffectNote(key, entry.tool, entry.item, entry.path, state, code, reason, then))
    return tuple(notes), thens


def _told(ledger: Ledger) -> Iterator[tuple[int, Entry]]:
    states = ledger.states
    for block in ledger.journal.blocks:
        part = states[block.first : block.first + block.count]
        if s.DOUBT in part or s.REJECTED in part:
            for number, entry in enumerate(decode_entries(ledger.journal.entries(block)), block.first):
                if states[number] in (s.DOUBT, s.REJECTED):
                    yield number, entry


def reason_of(ledger: Ledger, number: int) -> tuple[str, str]:
    """Say why an effect that was not done, or may not have been, stands as it does: the provider's code, and words."""
    match ledger.last_word(number):
        case f.Rejected(_, code, reason) | f.Waiting(_, _, _, code, reason):
            return code, reason
        case f.Doubted(_, reason):
            return "", reason
        case _:
            return "", ledger.held or "it may have been done"
