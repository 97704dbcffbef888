"""The grammar engine: rules written as patterns of words, and a memoised chart that keeps every reading.

    pattern := piece+
    piece   := word | "[" pattern "]" | "(" pattern ("|" pattern)* ")" | "{" slot ":" category "}" | "<" class ">"

A word matches a token's lower-case text; ``[x]`` may be left out; ``{rows:rows}`` reads a constituent of a category and
binds it; ``<create>`` is a class of words or phrases of the lexicon. A rule that begins with its own category
is applied after the others
(direct left recursion: "those … where … in …"); indirect left recursion is not allowed, and a test holds it so.
An edge carries a cost: the sum of its rules' costs. Deliberately not here: how a sentence is matched against all rules
of a category at once (``network``), and any English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import msgspec

from sopwb.author.english.lexer import Token
from sopwb.author.english.network import Alt, Class, Network, Opt, Seq, Slot, State, Word
from sopwb.kernel.limits import ENGLISH_READINGS_MAX


class Edge(msgspec.Struct, frozen=True):
    """A constituent: the token after it, what it means, and its cost."""

    end: int
    node: Any
    cost: float


_Build: TypeAlias = Callable[..., Any]
_Bound: TypeAlias = "tuple[str, Any, _Bound] | None"
"""What slots read, the last one first."""
_Match: TypeAlias = tuple["Rule", int, _Bound, float]
"""A rule, the token after what it matched, its slots, and what they cost."""
Terminal: TypeAlias = Callable[["Chart", int], list[Edge]]


class Rule(msgspec.Struct, frozen=True):
    """A pattern of a category. ``lowering`` gets the slots by name and gives the meaning, or None to decline."""

    category: str
    text: str
    piece: Any
    build: _Build
    cost: float
    number: int
    """Its place among all rules: of readings that cost the same, that of the earlier rule comes first."""


_PIECES: Final = re.compile(r"\{(\w*):(\w+)\}|<(\w+)>|([\[\]()|])|([^\s\[\]()|{}<>]+)")


class Grammar:
    """Rules by category. Filled at import by the phrase families; never changed afterwards."""

    def __init__(self, classes: dict[str, tuple[str, ...]]) -> None:
        self.classes = classes
        self.rules: dict[str, list[Rule]] = {}
        self.after: dict[str, list[Rule]] = {}
        self.terminals: dict[str, Terminal] = {}
        self._networks: dict[str, Network] = {}
        self._count = 0

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
        parts = piece.parts if isinstance(piece, Seq) else (piece,)
        recurs = isinstance(parts[0], Slot) and parts[0].category == category and len(parts) > 1
        if recurs:
            piece = Seq((Slot(parts[0].name, ""), Seq(parts[1:])))
        self._count += 1
        (self.after if recurs else self.rules).setdefault(category, []).append(
            Rule(category, text, piece, build, cost, self._count)
        )

    def network(self, category: str) -> Network:
        """Give the rules of a category as one network; it is made when it is first asked for."""
        if category not in self._networks:
            self._networks[category] = Network(self.rules.get(category, ()), self.after.get(category, ()))
        return self._networks[category]

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
            options.append(parts[0] if len(parts) == 1 else Seq(tuple(parts)))
            if at < len(tokens) and tokens[at][4] == "|":
                at += 1
                continue
            return _alternatives(options), at

    def _piece(self, tokens: list[re.Match[str]], at: int, text: str) -> tuple[Any, int]:
        slot, category, klass, symbol, word = tokens[at].groups()
        if category is not None:
            return Slot(slot, category), at + 1
        if klass is not None:
            return _class(self.classes[klass]), at + 1
        if symbol in ("[", "("):
            inner, at = self._alternatives(tokens, at + 1, text)
            if at >= len(tokens) or tokens[at][4] != {"[": "]", "(": ")"}[symbol]:
                raise ValueError(f"a pattern does not close: {text!r}")
            return (Opt(inner) if symbol == "[" else inner), at + 1
        return Word(_unescape(word)), at + 1


def _alternatives(options: list[Any]) -> Any:
    """Join options; those that are words alone become one class, which looks only at what its first word allows."""
    if len(options) == 1:
        return options[0]
    plain = [o for o in options if isinstance(o, Word) or (isinstance(o, Seq) and o.parts and _words_only(o))]
    if len(plain) < len(options[:2]):
        return Alt(tuple(options))
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for option in plain:
        words = (option.low,) if isinstance(option, Word) else tuple(w.low for w in option.parts)
        by_first.setdefault(words[0], []).append(words)
    klass = Class({first: tuple(dict.fromkeys(rows)) for first, rows in by_first.items()})
    rest = [o for o in options if o not in plain]
    return Alt((klass, *rest)) if rest else klass


def _words_only(piece: Seq) -> bool:
    return all(isinstance(part, Word) for part in piece.parts)


def _class(phrases: tuple[str, ...]) -> Class:
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted((tuple(p.split()) for p in phrases), key=len, reverse=True):
        by_first.setdefault(words[0], []).append(words)
    return Class({first: tuple(rows) for first, rows in by_first.items()})


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
        # A quoted text is never a word of the grammar, whatever it says; behind the last token is no word.
        self._lows = [token.low if token.kind != "string" else "" for token in tokens] + [""]

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
        network = self.grammar.network(category)
        self._build(self._matches(((network.start, None, 0.0),), at), at, kept)
        if network.grown:
            self._grow(network, kept)
        self._memo[key] = kept.edges()
        return self._memo[key]

    def _grow(self, network: Network, kept: _Kept) -> None:
        work = kept.edges()
        while work:
            edge = work.pop()
            starts = [(state, (name, edge.node, None), edge.cost) for name, state in network.grown]
            work += self._build(self._matches(starts, edge.end), edge.end, kept)

    def _build(self, matches: list[_Match], at: int, kept: _Kept) -> list[Edge]:
        """Have the rules say what their matches mean; gives the edges that are new or cheaper."""
        added: list[Edge] = []
        for rule, end, bound, cost in matches:
            node = rule.build(**_slots(bound)) if end > at else None
            if node is not None:
                self.furthest = max(self.furthest, end)
                edge = Edge(end, node, cost + rule.cost)
                if kept.add(edge):
                    added.append(edge)
        return added

    def _matches(self, starts: Iterable[tuple[State, _Bound, float]], at: int) -> list[_Match]:
        """Give every way in which rules match from token ``at``, in the order of the rules."""
        found: list[_Match] = []
        for state, bound, cost in starts:
            self._walk(state, at, bound, cost, found)
        found.sort(key=lambda match: match[0].number)
        return found

    def _walk(self, state: State, at: int, bound: _Bound, cost: float, found: list[_Match]) -> None:
        for rule in state.rules:
            found.append((rule, at, bound, cost))
        low = self._lows[at]
        if low in state.words:
            self.furthest = max(self.furthest, at + 1)
            self._walk(state.behind(low), at + 1, bound, cost, found)
        for name, category, behind in state.slots:
            for edge in self.parse(category, at):
                self._walk(behind(), edge.end, (name, edge.node, bound) if name else bound, cost + edge.cost, found)


def _slots(bound: _Bound) -> dict[str, Any]:
    """Give what slots read, by name; the slots stand in the order of reading, the last one first."""
    found: dict[str, Any] = {}
    while bound is not None:
        name, node, bound = bound
        found.setdefault(name, node)
    return found


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
