"""The ledger: the state of every effect of one run, and the only way to move it.

It hears a journal's moves when the journal is opened and writes each new one, so what it says and what the file says
are the same. A move that ``run.effects`` does not draw is damage when it is read and our bug when it is made.
Per effect it holds nine bytes: a state, and where its last word (a receipt, a reason) lies in the file.

Deliberately not here: when a move is made (``loop``), and bytes (``store.journal``).
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from sopwb.app.acting.planned import Entry, decode_entries, decode_value
from sopwb.kernel.values import Value
from sopwb.run.effects import FINAL, MOVES, EffectState, resume
from sopwb.store import journal_frames as f
from sopwb.store.errors import StoreError
from sopwb.store.journal import Journal
from sopwb.store.journal_scan import Take

_STATES: Final = tuple(EffectState)
_CODE: Final = {state: code for code, state in enumerate(_STATES)}
PLANNED: Final = _CODE[EffectState.PLANNED]
PASSIVE: Final = _CODE[EffectState.MOCKED]
"""Mocked, or derived by a pure tool: it is never acted on."""
INTENT: Final = _CODE[EffectState.INTENT]
DISPATCHED: Final = _CODE[EffectState.DISPATCHED]
DONE: Final = _CODE[EffectState.DONE]
REJECTED: Final = _CODE[EffectState.REJECTED]
WAITING: Final = _CODE[EffectState.RETRY_WAIT]
DOUBT: Final = _CODE[EffectState.IN_DOUBT]
AGAIN: Final = _CODE[EffectState.REPLANNED]
ABANDONED: Final = _CODE[EffectState.ABANDONED]
_ALLOWED: Final = tuple(bytes(_CODE[to] for to in MOVES[state]) for state in _STATES)
"""By state, the states that may follow."""
_HOW: Final = {"done": DONE, "again": AGAIN, "repeat": AGAIN, "abandon": ABANDONED}
UNRESOLVED: Final = tuple(code for code, state in enumerate(_STATES) if state not in FINAL)


class Summary(msgspec.Struct, frozen=True):
    """What a journal's end of planned effects says of them: how many act, by tool; ``acts`` is a byte each, 0 where
    it acts, compressed."""

    tools: dict[str, int]
    acts: bytes


class Ledger:
    """States by effect number. ``began`` is the last process's boot and file identity, None before the first."""

    def __init__(self) -> None:
        self.journal: Journal
        self.states = bytearray()
        self.places = array("Q")
        self.tools: dict[str, int] = {}
        self.due_us: dict[int, int] = {}
        """When a waiting effect's next attempt is due."""
        self.attempts: dict[int, int] = {}
        """Attempts that have failed, of effects that go on."""
        self.intents: dict[int, tuple[int, str]] = {}
        """When an effect without an end was first about to be done (an idempotent tool knows its key from then), and in
        which boot it last was."""
        self.doubtful: set[int] = set()
        """Effects that are repeated with their key while nobody knows whether they were done: only a Done ends that."""
        self.began: f.Began | None = None
        self.stopped = ""
        self.held = ""
        """Why everything open was put in doubt, once it was."""
        self._unplaced: list[int] = []

    # --- hearing --------------------------------------------------------------------------------------

    def hear(self, header: f.Header, closed: f.Closed) -> Take:
        """Begin with what was planned. Gives who hears of the moves; ``ValueError`` where they cannot be."""
        try:
            summary = msgspec.convert(closed.summary, Summary)
            acts = zlib.decompressobj().decompress(summary.acts, closed.count + 1)
        except (msgspec.MsgspecError, zlib.error) as error:
            raise ValueError(f"unreadable summary of the planned effects: {error}") from None
        if len(acts) != closed.count:
            raise ValueError("the summary is not of these planned effects")
        self.states = bytearray(acts.replace(b"\1", bytes([PASSIVE])))
        self.places = array("Q", bytes(8 * closed.count))
        self.tools = dict(summary.tools)
        return self._take

    def adopt(self, journal: Journal) -> None:
        """Write to this journal from now on."""
        self.journal = journal

    def _take(self, moves: list[f.Move], offset: int) -> None:
        for move in moves:
            self._follow(move)
            number = getattr(move, "number", -1)
            if number >= 0:
                self.places[number] = offset

    def _follow(self, move: f.Move) -> None:
        match move:
            case f.Began():
                self.began, self.stopped = move, ""
            case f.Intent(numbers, boot, time_us):
                for number in numbers:
                    self._set(number, INTENT)
                if self.intents.keys().isdisjoint(numbers):
                    self.intents.update(dict.fromkeys(numbers, (time_us, boot)))
                else:
                    for number in numbers:
                        self.intents[number] = self.intents.get(number, (time_us, ""))[0], boot
            case f.Dispatched(number):
                self._set(number, DISPATCHED)
            case f.Done(number):
                self._set(number, DONE)
                self._forget(number)
            case f.Rejected(number):
                self._set(number, REJECTED)
                self._forget(number)
            case f.Waiting(number, attempt, due_us):
                self._set(number, WAITING)
                self.attempts[number], self.due_us[number] = attempt, due_us
                if number not in self.doubtful:
                    self.intents.pop(number, None)
            case f.Doubted(number):
                self._set(number, DOUBT)
            case f.Resolved(number, how):
                self._set(number, _HOW[how])
                attempts = self.attempts.get(number, 0) + 1
                if how == "repeat":
                    self.doubtful.add(number)
                    self.attempts[number] = attempts
                else:
                    self._forget(number)
                if how == "again":
                    self.attempts[number] = attempts
            case f.Withdrawn(numbers):
                for number in numbers:
                    if number in self.doubtful:
                        self._set(number, DOUBT)
                    else:
                        self._set(number, PLANNED)
                        self.intents.pop(number, None)
            case f.Held(reason):
                self.held = reason
                for number in self.unresolved():
                    self.states[number] = DOUBT
            case f.Stopped(why):
                self.stopped = why

    def _set(self, number: int, to: int) -> None:
        states = self.states
        if not 0 <= number < len(states) or to not in _ALLOWED[states[number]]:
            raise ValueError(f"effect {number} cannot become {_STATES[to].value}")
        states[number] = to

    def _forget(self, number: int) -> None:
        self.intents.pop(number, None)
        if self.attempts or self.due_us or self.doubtful:
            self.attempts.pop(number, None)
            self.due_us.pop(number, None)
            self.doubtful.discard(number)

    # --- moving ---------------------------------------------------------------------------------------

    def move(self, move: f.Move) -> None:
        """Make a move; it is in the file after ``flush``."""
        self._follow(move)
        self.journal.add(move)
        number = getattr(move, "number", -1)
        if number >= 0:
            self._unplaced.append(number)

    def dispatched(self, number: int) -> None:
        """Write that an effect passes its point of no return. Raises ``StoreError``: then it has not passed it."""
        journal = self.journal
        journal.check()
        self._set(number, DISPATCHED)
        move = f.Dispatched(number)
        journal.add(move)
        try:
            self.flush()
        except StoreError:
            self.journal.forget(move)
            self.states[number] = INTENT
            raise

    def done(self, number: int, receipt: bytes) -> None:
        """Note that the world did it."""
        self._set(number, DONE)
        self._forget(number)
        self.journal.add(f.Done(number, receipt))
        self._unplaced.append(number)

    def since_us(self, number: int) -> int | None:
        """Say when an effect without an end was first about to be done."""
        found = self.intents.get(number)
        return None if found is None else found[0]

    def flush(self) -> None:
        """Write the noted moves. Raises ``DiskFailed``."""
        at = self.journal.flush()
        for number in self._unplaced:
            self.places[number] = at
        self._unplaced.clear()

    # --- asking ---------------------------------------------------------------------------------------

    def unresolved(self) -> list[int]:
        """Number the effects that have no end."""
        return [number for number, state in enumerate(self.states) if state in UNRESOLVED]

    def numbers(self, state: int) -> Iterator[int]:
        """Number the effects in a state, in order."""
        at = self.states.find(state)
        while at >= 0:
            yield at
            at = self.states.find(state, at + 1)

    def counts(self) -> dict[str, int]:
        """Count the acting effects by state, leaving out states that none is in."""
        found = {state.value: self.states.count(code) for code, state in enumerate(_STATES) if code != PASSIVE}
        return {name: count for name, count in found.items() if count}

    def state(self, number: int) -> str:
        """Name an effect's state; one that is only derived counts as done."""
        return _STATES[self.states[number]].value

    def entries(self) -> Iterator[tuple[int, list[Entry]]]:
        """Read the planned effects, a block at a time, with the number of each block's first. Raises ``Corrupt``."""
        for block in self.journal.blocks:
            yield block.first, decode_entries(self.journal.entries(block))

    def entry(self, number: int) -> Entry:
        """Read one planned effect."""
        block = next(b for b in self.journal.blocks if b.first <= number < b.first + b.count)
        return decode_entries(self.journal.entries(block))[number - block.first]

    def last_word(self, number: int) -> f.Move | None:
        """Read the last move that names an effect alone: its receipt, or why it stands as it does."""
        if not self.places[number]:
            return None
        moves = self.journal.moves_at(self.places[number])
        return next((move for move in reversed(moves) if getattr(move, "number", -1) == number), None)

    def receipt(self, number: int) -> dict[str, Value] | None:
        """Read the receipt of a done effect; None where a person said that it was done."""
        word = self.last_word(number)
        found: Any = decode_value(word.receipt) if isinstance(word, f.Done) else None
        return found if isinstance(found, dict) else None

    # --- after a crash --------------------------------------------------------------------------------

    def settle(self, boot: str, restored: str) -> int:
        """Put in doubt what may have been done without a word; gives how many. ``restored`` says why the journal
        cannot be the one that was left ("" where it is)."""
        if restored:
            count = len(self.unresolved())
            if count:
                self.move(f.Held(restored))
            return count
        found: list[tuple[int, str]] = []
        for code, why in ((INTENT, _POWER_LOST), (DISPATCHED, _CUT_OFF)):
            for number in self.numbers(code):
                same_boot = bool(boot) and self.intents[number][1] == boot
                if number in self.doubtful:
                    found.append((number, _CUT_OFF))
                elif resume(_STATES[code], same_boot) is EffectState.IN_DOUBT:
                    found.append((number, why))
        found += [(number, _CUT_OFF) for number in self.numbers(AGAIN) if number in self.doubtful]
        for number, why in found:
            self.move(f.Doubted(number, why))
        return len(found)


_CUT_OFF: Final = "the program ended before the reply came"
_POWER_LOST: Final = "the machine restarted, so whether it was dispatched is not known"


def summarise(acts: bytearray, tools: dict[str, int]) -> dict[str, Any]:
    """Make the summary that closes planned effects; ``acts`` is a byte each, 0 where it acts."""
    return {"tools": tools, "acts": zlib.compress(bytes(acts), 6)}
