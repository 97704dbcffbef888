"""The words of a workspace: which spans of words may name a source, a field, a script or something of the open draft.

A name is compared by its words, in the singular: ``due_on`` is "due on", ``leave_requests`` "leave request".
Part of a field's name is a weak name of it ("amount" for ``amount_net``). Which of several it is, ``link``
decides; here only whether a span can be a name at all. Deliberately not here: data, except the distinct texts of
string fields that the bench shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import msgspec

from sopwb.author.english.lexicon import PEOPLE, RECORD_NOUNS, singular
from sopwb.author.english.patterns import Edge
from sopwb.lang.environment import Signature, SourceSchema
from sopwb.lang.types import BOOL

_SPAN_WORDS_MAX: Final = 5
_WORDS_KEPT: Final = 4096
_LEARNED_COST: Final = 0.5
"""What a learned word costs as a name: more than a name itself, less than a part of one."""
EVERYBODY: Final = "@everybody"
"""Marks, as the owner of records, that all are meant, whoever's."""
GROUP: Final = "@group "
"""Marks, as the noun of a selection, the name that some records were given."""


@lru_cache(_WORDS_KEPT)
def words_of(name: str) -> tuple[str, ...]:
    """Split a name into singular lower-case words: ``First_days`` → ("first", "day")."""
    return tuple(singular(w) for w in name.lower().replace("-", "_").replace(" ", "_").split("_") if w)


def key_of(name: str) -> str:
    return " ".join(words_of(name))


def raw_words(name: str) -> str:
    """Write a name's words as they stand, plurals kept."""
    return " ".join(w for w in name.lower().replace("-", "_").split("_") if w)


class Names(msgspec.Struct):
    """What can be named. ``local`` are names of the open draft: parameters, returned fields, definitions,
    predicates."""

    sources: dict[str, SourceSchema]
    scripts: dict[str, Signature]
    texts: dict[str, dict[str, tuple[str, ...]]] = {}
    """Known distinct texts by source and field."""
    outcomes: dict[str, tuple[str, ...]] = {}
    """Texts that a script can return, by script."""
    local: set[str] = set()
    """Keys of local names."""
    predicates: set[str] = set()
    adjectives: set[str] = set()
    """Words for what a called script can say: "at risk", "expired"."""
    aliases: dict[str, str] = {}
    """Words that a called script was explained with, and the result that they mean: "go" for ``ok``."""
    braced: set[str] = set()
    """Words that this turn has in braces: names, even where they are verbs ("load")."""
    groups: set[str] = set()
    """Names that records were given: "cars inside"."""
    entities: set[str] = set()
    """Further nouns for the record spoken of ("loan" from ``loan_id``)."""
    twins: set[str] = set()
    """Fields of one source that differ in number only ("guest", "guests"), as they are written."""
    amounts: set[str] = set()
    """Parameters of the open draft that are numbers."""
    switches: set[str] = set()
    """Yes/no parameters of the open draft."""
    given: set[str] = set()
    """Texts that a value of the open draft can be."""
    rounds_last: bool = False
    """Whether this turn says that rounding comes last, whatever changes besides."""
    learned: dict[str, str] = {}
    """Other words for fields, as their keys."""
    _fields: dict[str, float] = {}
    _source_keys: dict[str, list[str]] = {}

    def index(self) -> None:
        """Build the look-up tables. Call after ``sources`` or ``scripts`` change."""
        self._fields = {}
        self._source_keys = {}
        for name, source in self.sources.items():
            self._source_keys.setdefault(key_of(name), []).append(name)
            parts = words_of(name)
            if len(parts) > 1:
                self._source_keys.setdefault(parts[-1], []).append(name)
            fields = source.record.names()
            for field in fields:
                self._add(field)
                if sum(key_of(f) == key_of(field) for f in fields) > 1:
                    self.twins.add(raw_words(field))
            if any("date" in str(t) or "timestamp" in str(t) for _, t in source.record.fields):
                self._fields.setdefault("date", 2.0)
        for script in self.scripts.values():
            returns = script.returns
            for field in getattr(returns, "names", tuple)():
                self._add(field)

    def _add(self, field: str) -> None:
        parts = words_of(field)
        self._fields[" ".join(parts)] = 0.0
        if len(parts) == 2:
            self._fields.setdefault(f"{parts[1]} {parts[0]}", 1.0)  # "the gross fee" where there is fee_gross
        for begin in range(len(parts)):
            for end in range(begin + 1, len(parts) + 1):
                if end - begin < len(parts):
                    self._fields.setdefault(" ".join(parts[begin:end]), 1.5)

    def name_cost(self, key: str) -> float | None:
        """Say how well the words name a field or a local name: 0 exactly, more for a part; None: not."""
        if key in self.local:
            return 0.0
        return self._fields.get(key)

    def every_text(self) -> set[str]:
        """Give all texts that a field or a script is known to hold, and those that the open draft gives."""
        held = {t for by_field in self.texts.values() for texts in by_field.values() for t in texts}
        return held | {t for texts in self.outcomes.values() for t in texts} | self.given

    def flags(self) -> set[str]:
        """Give the keys of yes/no parameters and fields."""
        fields = (field for source in self.sources.values() for field in source.record.fields)
        return self.switches | {key_of(name) for name, type_ in fields if type_ == BOOL}

    def every_name(self) -> set[str]:
        """Give the keys of all fields, in full and in part, and of the names of the draft."""
        return set(self._fields) | self.local

    def source_keys(self) -> set[str]:
        return set(self._source_keys)

    def sources_named(self, key: str) -> list[str]:
        """Give the sources that the words name, the whole name before a last word."""
        exact = [n for n in self._source_keys.get(key, ()) if key_of(n) == key]
        return exact or list(self._source_keys.get(key, ()))

    def is_entity(self, noun: str) -> bool:
        noun = singular(noun)
        return (
            noun in self.entities or bool(self.sources_named(noun)) or noun in PEOPLE or noun in RECORD_NOUNS
        )


def spans(chart: object, at: int) -> Iterable[tuple[int, str]]:
    """Give (end, key) for the stretches of words from ``at`` that could be a name, the longest first."""
    tokens = chart.tokens  # type: ignore[attr-defined]
    out: list[tuple[int, str]] = []
    parts: list[str] = []
    for end in range(at, min(at + _SPAN_WORDS_MAX, len(tokens))):
        token = tokens[end]
        if token.kind not in ("word", "name") and not (token.kind == "number" and end > at):
            break
        parts.extend(words_of(token.low))
        out.append((end + 1, " ".join(parts)))
    return reversed(out)


def name_edges(chart: object, at: int) -> list[Edge]:
    """Read a known name: a field or a name of the draft. The node is its key."""
    names: Names = chart.names  # type: ignore[attr-defined]
    found: list[Edge] = []
    for end, key in spans(chart, at):
        cost = names.name_cost(key)
        if cost is None and key in names.learned:
            found.append(Edge(end, names.learned[key], _LEARNED_COST))
        if cost is not None:
            tokens = chart.tokens[at:end]  # type: ignore[attr-defined]
            loose = 0.0 if any(t.kind == "name" for t in tokens) or end - at == 1 else 0.1
            said = " ".join(raw_words(t.low) for t in tokens)
            found.append(Edge(end, said if said in names.twins else key, cost + loose))
    return found


def source_edges(chart: object, at: int) -> list[Edge]:
    """Read a source's name, also in quotes. The node is the source's own name."""
    names: Names = chart.names  # type: ignore[attr-defined]
    tokens = chart.tokens  # type: ignore[attr-defined]
    if at < len(tokens) and tokens[at].kind == "string":
        return [
            Edge(at + 1, n, 0.0)
            for n in names.sources_named(key_of(tokens[at].low))
            if key_of(n) == key_of(tokens[at].low)
        ]
    found: list[Edge] = []
    for end, key in spans(chart, at):
        for source in names.sources_named(key):
            found.append(Edge(end, source, 0.0 if key_of(source) == key else 0.5))
    if at + 1 < len(tokens) and tokens[at].low + tokens[at + 1].low in names.sources:
        found.append(Edge(at + 2, tokens[at].low + tokens[at + 1].low, 0.2))  # "check-ins" of ``checkins``
    return found


def script_edges(chart: object, at: int) -> list[Edge]:
    """Read a known script's name, also in quotes."""
    names: Names = chart.names  # type: ignore[attr-defined]
    tokens = chart.tokens  # type: ignore[attr-defined]
    if at >= len(tokens):
        return []
    token = tokens[at]
    if token.kind in ("name", "string", "word") and token.text in names.scripts:
        return [Edge(at + 1, token.text, 0.0)]
    if token.kind in ("name", "string", "word") and token.low in names.scripts:
        return [Edge(at + 1, token.low, 0.0)]
    out: list[Edge] = []
    for end, key in spans(chart, at):
        if end - at > 1:
            out.extend(Edge(end, n, 0.3) for n in names.scripts if key_of(n) == key and "_" in n)
    return out
