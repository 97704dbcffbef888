"""All rules of a category as one network of words and slots, in which rules share what they begin with.

A sentence is walked once through all rules together: a word is one look-up, whatever number of rules could go on with
it. Rules become places that words and slots lead on from; the places that a sentence can be at form a state, made when
a sentence first gets there. Deliberately not here: the notation of rules (``patterns``) and reading slots (its chart).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec


class Word(msgspec.Struct, frozen=True):
    low: str


class Slot(msgspec.Struct, frozen=True):
    """A constituent of a category, bound to a name ("": not bound)."""

    name: str
    category: str


class Class(msgspec.Struct, frozen=True):
    phrases: dict[str, tuple[tuple[str, ...], ...]]
    """The phrases by their first word."""


class Seq(msgspec.Struct, frozen=True):
    parts: tuple[Any, ...]


class Alt(msgspec.Struct, frozen=True):
    options: tuple[Any, ...]


class Opt(msgspec.Struct, frozen=True):
    part: Any


Piece: TypeAlias = Word | Slot | Class | Seq | Alt | Opt


class Ruled(Protocol):
    """What a network asks of a rule."""

    @property
    def piece(self) -> Any: ...
    @property
    def number(self) -> int: ...


class _Place:
    """A point in a rule: what leads on ``to`` where, or which rule ends here; to ``free`` places nothing leads."""

    __slots__ = ("free", "number", "phrases", "rule", "slot", "to", "word")

    def __init__(self, number: int) -> None:
        self.number = number
        self.word = ""
        self.slot: Slot | None = None
        self.phrases: dict[str, tuple[tuple[str, ...], ...]] | None = None
        self.to: _Place | None = None
        self.free: tuple[_Place, ...] = ()
        self.rule: Any = None


class State:
    """The places at which a sentence can be. ``rules`` end here; ``words`` and ``slots`` lead on."""

    __slots__ = ("_behind", "_network", "rules", "slots", "words")

    def __init__(self, network: Network, places: Iterable[_Place]) -> None:
        self._network = network
        self._behind: dict[str, State] = {}
        rules, words, slots = [], dict[str, list[_Place]](), dict[tuple[str, str], list[_Place]]()
        for place in _reached(places):
            if place.rule is not None:
                rules.append(place.rule)
            elif place.slot is not None:
                assert place.to is not None
                slots.setdefault((place.slot.name, place.slot.category), []).append(place.to)
            elif place.word:
                assert place.to is not None
                words.setdefault(place.word, []).append(place.to)
            elif place.phrases is not None:
                assert place.to is not None
                for first, phrases in place.phrases.items():
                    rests = (network.rest(phrase[1:], place.to) for phrase in phrases)
                    words.setdefault(first, []).extend(rests)
        self.rules = tuple(sorted(rules, key=lambda rule: rule.number))
        self.words = words
        self.slots: tuple[tuple[str, str, Callable[[], State]], ...] = tuple(
            (name, category, network.later(targets)) for (name, category), targets in slots.items()
        )

    def behind(self, word: str) -> State:
        """Give the state behind one of ``words``."""
        state = self._behind.get(word)
        if state is None:
            state = self._behind[word] = self._network.state(self.words[word])
        return state


class Network:
    """The rules of a category. ``grown`` are those that begin with the category itself: the states behind that slot,
    with its name."""

    def __init__(self, rules: Sequence[Ruled], after: Sequence[Ruled]) -> None:
        self._places = 0
        self._states: dict[tuple[int, ...], State] = {}
        self._rests: dict[tuple[tuple[str, ...], int], _Place] = {}
        self.start = self.state([self._rule(rule, rule.piece) for rule in rules])
        behind: dict[str, list[_Place]] = {}
        for rule in after:
            slot, rest = rule.piece.parts
            behind.setdefault(slot.name, []).append(self._rule(rule, rest))
        self.grown = tuple((name, self.state(places)) for name, places in behind.items())

    def state(self, places: Iterable[_Place]) -> State:
        """Give the one state of some places."""
        unique = {place.number: place for place in places}
        key = tuple(sorted(unique))
        if key not in self._states:
            self._states[key] = State(self, [unique[number] for number in key])
        return self._states[key]

    def later(self, places: list[_Place]) -> Callable[[], State]:
        """Give a state when it is asked for: most slots of a rule are never reached."""
        made: list[State] = []

        def give() -> State:
            if not made:
                made.append(self.state(places))
            return made[0]

        return give

    def rest(self, words: tuple[str, ...], to: _Place) -> _Place:
        """Give the place before the last words of a phrase."""
        if not words:
            return to
        key = (words, to.number)
        if key not in self._rests:
            self._rests[key] = self._word(words[0], self.rest(words[1:], to))
        return self._rests[key]

    def _place(self) -> _Place:
        self._places += 1
        return _Place(self._places)

    def _rule(self, rule: Ruled, piece: Piece) -> _Place:
        end = self._place()
        end.rule = rule
        return self._before(piece, end)

    def _word(self, low: str, to: _Place) -> _Place:
        place = self._place()
        place.word, place.to = low, to
        return place

    def _before(self, piece: Piece, to: _Place) -> _Place:
        """Give the place from which a piece leads to another place."""
        match piece:
            case Word(low):
                return self._word(low, to)
            case Seq(parts):
                for part in reversed(parts):
                    to = self._before(part, to)
                return to
        place = self._place()
        match piece:
            case Slot():
                place.slot, place.to = piece, to
            case Class(phrases):
                place.phrases, place.to = phrases, to
            case Opt(part):
                place.free = (self._before(part, to), to)
            case Alt(options):
                place.free = tuple(self._before(option, to) for option in options)
        return place


def _reached(places: Iterable[_Place]) -> list[_Place]:
    """Give the places and all that nothing leads to from them, each once."""
    found: dict[int, _Place] = {}
    work = list(places)
    while work:
        place = work.pop()
        if place.number not in found:
            found[place.number] = place
            work.extend(place.free)
    return [found[number] for number in sorted(found)]
