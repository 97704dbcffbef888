"""The grammar engine: rules written as patterns of words, and a memoised chart that keeps every reading.

    pattern := piece+
    piece   := word | "[" pattern "]" | "(" pattern ("|" pattern)* ")" | "{" slot ":" category "}" | "<" class ">"

A word matches a token's lower-case text; ``[x]`` may be left out; ``{rows:rows}`` reads a constituent of a category and
binds it; ``<create>`` is a class of words or phrases of the lexicon. A rule that begins with its own category
is applied after the others
(direct left recursion: "those … where … in …"); indirect left recursion is not allowed, and a test holds it so.
An edge carries a cost: the sum of its rules' costs. Deliberately not here: any English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import msgspec

from sopwb.author.english.lexer import Token
from sopwb.kernel.limits import ENGLISH_READINGS_MAX


class Edge(msgspec.Struct, frozen=True):
    """A constituent: the token after it, what it means, and its cost."""

    end: int
    node: Any
    cost: float


class _Word(msgspec.Struct, frozen=True):
    low: str


class _Slot(msgspec.Struct, frozen=True):
    name: str
    category: str


class _Class(msgspec.Struct, frozen=True):
    phrases: dict[str, tuple[tuple[str, ...], ...]]
    """The phrases by their first word, the longest first."""


class _Seq(msgspec.Struct, frozen=True):
    parts: tuple[Any, ...]


class _Alt(msgspec.Struct, frozen=True):
    options: tuple[Any, ...]


class _Opt(msgspec.Struct, frozen=True):
    part: Any


_Build: TypeAlias = Callable[..., Any]
Terminal: TypeAlias = Callable[["Chart", int], list[Edge]]


class Rule(msgspec.Struct, frozen=True):
    """A pattern of a category. ``lowering`` gets the slots by name and gives the meaning, or None to decline."""

    category: str
    text: str
    piece: Any
    build: _Build
    cost: float
    first: frozenset[str] | None
    """The words that it can begin with; None: anything."""


_PIECES: Final = re.compile(r"\{(\w*):(\w+)\}|<(\w+)>|([\[\]()|])|([^\s\[\]()|{}<>]+)")


class Grammar:
    """Rules by category. Filled at import by the phrase families; never changed afterwards."""

    def __init__(self, classes: dict[str, tuple[str, ...]]) -> None:
        self.classes = classes
        self.rules: dict[str, list[Rule]] = {}
        self.after: dict[str, list[Rule]] = {}
        self.terminals: dict[str, Terminal] = {}
        self._starting: dict[tuple[str, str], tuple[Rule, ...]] = {}

    def rule(self, category: str, *patterns: str, cost: float = 1.0) -> Callable[[_Build], _Build]:
        """Register ``lowering`` for each pattern; gives ``lowering`` back, so that it serves as a decorator."""

        def register(build: _Build) -> _Build:
            for text in patterns:
                self._add(category, text, build, cost)
            return build

        return register

    def terminal(self, category: str) -> Callable[[Terminal], Terminal]:
        """Register a function that reads a category from the tokens directly."""

        def register(function: Terminal) -> Terminal:
            assert category not in self.terminals, f"the category {category} is read by two functions"
            self.terminals[category] = function
            return function

        return register

    def _add(self, category: str, text: str, build: _Build, cost: float) -> None:
        piece = self._compile(text)
        parts = piece.parts if isinstance(piece, _Seq) else (piece,)
        if isinstance(parts[0], _Slot) and parts[0].category == category and len(parts) > 1:
            rest = _Seq(parts[1:])
            named = parts[0].name
            self.after.setdefault(category, []).append(
                Rule(category, text, _Seq((_Slot(named, ""), rest)), build, cost, self._first(rest))
            )
        else:
            self.rules.setdefault(category, []).append(
                Rule(category, text, piece, build, cost, self._first(piece))
            )

    def starting(self, category: str, low: str) -> tuple[Rule, ...]:
        """Give the rules of a category that can begin with a word."""
        key = (category, low)
        if key not in self._starting:
            rules = self.rules.get(category, ())
            self._starting[key] = tuple(r for r in rules if r.first is None or low in r.first)
        return self._starting[key]

    def _compile(self, text: str) -> Any:
        tokens = list(_PIECES.finditer(text))
        piece, at = self._alternatives(tokens, 0, text)
        if at != len(tokens):
            raise ValueError(f"a pattern does not close: {text!r}")
        return piece

    def _alternatives(self, tokens: list[re.Match[str]], at: int, text: str) -> tuple[Any, int]:
        options: list[Any] = []
        while True:
            parts: list[Any] = []
            while at < len(tokens) and tokens[at][4] not in ("|", ")", "]"):
                part, at = self._piece(tokens, at, text)
                parts.append(part)
            options.append(parts[0] if len(parts) == 1 else _Seq(tuple(parts)))
            if at < len(tokens) and tokens[at][4] == "|":
                at += 1
                continue
            return _alternatives(options), at

    def _piece(self, tokens: list[re.Match[str]], at: int, text: str) -> tuple[Any, int]:
        slot, category, klass, symbol, word = tokens[at].groups()
        if category is not None:
            return _Slot(slot, category), at + 1
        if klass is not None:
            return _class(self.classes[klass]), at + 1
        if symbol in ("[", "("):
            inner, at = self._alternatives(tokens, at + 1, text)
            if at >= len(tokens) or tokens[at][4] != {"[": "]", "(": ")"}[symbol]:
                raise ValueError(f"a pattern does not close: {text!r}")
            return (_Opt(inner) if symbol == "[" else inner), at + 1
        return _Word(_unescape(word)), at + 1

    def _first(self, piece: Any) -> frozenset[str] | None:
        found, nullable = self._firsts(piece)
        return None if found is None or nullable else frozenset(found)

    def _firsts(self, piece: Any) -> tuple[set[str] | None, bool]:
        match piece:
            case _Word(low):
                return {low}, False
            case _Slot():
                return None, False
            case _Class(phrases):
                return set(phrases), False
            case _Opt(part):
                return self._firsts(part)[0], True
            case _Alt(options):
                all_, nullable = set[str](), False
                for option in options:
                    found, empty = self._firsts(option)
                    if found is None:
                        return None, empty
                    all_ |= found
                    nullable |= empty
                return all_, nullable
            case _Seq(parts):
                gathered = set[str]()
                for part in parts:
                    found, empty = self._firsts(part)
                    if found is None:
                        return None, False
                    gathered |= found
                    if not empty:
                        return gathered, False
                return gathered, True
        raise AssertionError(piece)


def _alternatives(options: list[Any]) -> Any:
    """Join options; those that are words alone become one class, which looks only at what its first word allows."""
    if len(options) == 1:
        return options[0]
    plain = [o for o in options if isinstance(o, _Word) or (isinstance(o, _Seq) and o.parts and _words_only(o))]
    if len(plain) < len(options[:2]):
        return _Alt(tuple(options))
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for option in plain:
        words = (option.low,) if isinstance(option, _Word) else tuple(w.low for w in option.parts)
        by_first.setdefault(words[0], []).append(words)
    klass = _Class({first: tuple(dict.fromkeys(rows)) for first, rows in by_first.items()})
    rest = [o for o in options if o not in plain]
    return _Alt((klass, *rest)) if rest else klass


def _words_only(piece: _Seq) -> bool:
    return all(isinstance(part, _Word) for part in piece.parts)


def _class(phrases: tuple[str, ...]) -> _Class:
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted((tuple(p.split()) for p in phrases), key=len, reverse=True):
        by_first.setdefault(words[0], []).append(words)
    return _Class({first: tuple(rows) for first, rows in by_first.items()})


def _unescape(word: str) -> str:
    # Brackets are the pattern's own signs; the English ones are written LP RP LB RB.
    return {"LP": "(", "RP": ")", "LB": "{", "RB": "}"}.get(word, word)


class Chart:
    """All constituents of one token list. ``names`` is what terminals ask about the workspace."""

    def __init__(self, grammar: Grammar, tokens: tuple[Token, ...], names: Any) -> None:
        self.grammar = grammar
        self.tokens = tokens
        self.names = names
        self.furthest = 0
        self._memo: dict[tuple[str, int], list[Edge]] = {}

    def low(self, at: int) -> str:
        return self.tokens[at].low if at < len(self.tokens) else ""

    def parse(self, category: str, at: int) -> list[Edge]:
        """Give the edges of a category from token ``at``, the cheapest few for each end."""
        key = (category, at)
        known = self._memo.get(key)
        if known is not None:
            return known
        self._memo[key] = []  # a category that asks for itself without having read anything finds nothing
        kept = _Kept()
        terminal = self.grammar.terminals.get(category)
        if terminal is not None:
            for edge in terminal(self, at):
                kept.add(edge)
        low = self._compared(at)
        for rule in self.grammar.starting(category, low):
            self._apply(rule, at, kept)
        self._grow(category, kept)
        self._memo[key] = kept.edges()
        return self._memo[key]

    def _compared(self, at: int) -> str:
        # A quoted text is never a word of the grammar, whatever it says.
        if at < len(self.tokens) and self.tokens[at].kind != "string":
            return self.tokens[at].low
        return ""

    def _apply(self, rule: Rule, at: int, kept: _Kept) -> None:
        for end, bound, cost in self._match(rule.piece, at, {}, 0.0):
            if end == at:
                continue
            node = rule.build(**bound)
            if node is not None:
                kept.add(Edge(end, node, cost + rule.cost))
                self.furthest = max(self.furthest, end)

    def _grow(self, category: str, kept: _Kept) -> None:
        after = self.grammar.after.get(category)
        if not after:
            return
        work = kept.edges()
        while work:
            edge = work.pop()
            low = self._compared(edge.end)
            for rule in after:
                if rule.first is not None and low not in rule.first:
                    continue
                slot, rest = rule.piece.parts
                for end, bound, cost in self._match(rest, edge.end, {slot.name: edge.node}, edge.cost):
                    node = rule.build(**bound) if end > edge.end else None
                    if node is not None:
                        grown = Edge(end, node, cost + rule.cost)
                        self.furthest = max(self.furthest, end)
                        if kept.add(grown):
                            work.append(grown)

    def _match(
        self, piece: Any, at: int, bound: dict[str, Any], cost: float
    ) -> Iterator[tuple[int, dict[str, Any], float]]:
        match piece:
            case _Word(low):
                if at < len(self.tokens) and self.tokens[at].low == low and self.tokens[at].kind != "string":
                    self.furthest = max(self.furthest, at + 1)
                    yield at + 1, bound, cost
            case _Class(phrases):
                for words in phrases.get(self._compared(at), ()):
                    end = at + len(words)
                    if tuple(self._compared(i) for i in range(at, end)) == words:
                        self.furthest = max(self.furthest, end)
                        yield end, bound, cost
            case _Slot(name, category):
                for edge in self.parse(category, at):
                    yield edge.end, ({**bound, name: edge.node} if name else bound), cost + edge.cost
            case _Opt(part):
                yield from self._match(part, at, bound, cost)
                yield at, bound, cost
            case _Alt(options):
                for option in options:
                    yield from self._match(option, at, bound, cost)
            case _Seq(parts):
                yield from self._sequence(parts, 0, at, bound, cost)

    def _sequence(
        self, parts: tuple[Any, ...], index: int, at: int, bound: dict[str, Any], cost: float
    ) -> Iterator[tuple[int, dict[str, Any], float]]:
        if index == len(parts):
            yield at, bound, cost
            return
        for end, grown, sum_ in self._match(parts[index], at, bound, cost):
            yield from self._sequence(parts, index + 1, end, grown, sum_)


class _Kept:
    """The cheapest readings for each end, without doubles."""

    def __init__(self) -> None:
        self.by_end: dict[int, list[Edge]] = {}

    def add(self, edge: Edge) -> bool:
        row = self.by_end.setdefault(edge.end, [])
        for index, other in enumerate(row):
            if other.node == edge.node:
                if edge.cost < other.cost:
                    row[index] = edge
                    return True
                return False
        if len(row) >= ENGLISH_READINGS_MAX:
            worst = max(range(len(row)), key=lambda i: row[i].cost)
            if row[worst].cost <= edge.cost:
                return False
            row[worst] = edge
            return True
        row.append(edge)
        return True

    def edges(self) -> list[Edge]:
        return [edge for row in self.by_end.values() for edge in sorted(row, key=lambda e: e.cost)]
