"""A turn to statements: sentences, courtesy dropped, clauses found by the cheapest covering of each sentence.

    sentence := clause (separator clause)*

Every word ends up in a clause, is a separator, or is on the stop list; a sentence that has no covering is given back as
not understood, with the words where reading stopped. Deliberately not here: what statements do (``discourse``).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

import msgspec

from sopwb.author.english.grammar import G
from sopwb.author.english.lexer import Token, sentences, tokenize
from sopwb.author.english.lexicon import NO, STOP, STOP_FIRST, STOP_PHRASES, YES, YES_PHRASES
from sopwb.author.english.markers import is_number_of_list, led_in, says_nothing, without_markers
from sopwb.author.english.meaning import Confirm, Create, Statement, Takes
from sopwb.author.english.names import Names
from sopwb.author.english.patterns import Chart

_SEPARATORS: Final = tuple(
    tuple(p.split())
    for p in (
        ", and then",
        ", and",
        ", then",
        ", but",
        "; and",
        "; then",
        "; but",
        "and then",
        "and ,",
        "- and",
        "- but",
        ", so",
        "and also",
        ", or",
        ", also",
        ", and also",
        "; otherwise",
        ",",
        ";",
        ":",
        "-",
        "and",
        "then",
        "but",
        "so",
        "that",
        ", which",
        "which",
        ", it",
        "also",
        "; also",
        "where",
        ", where",
        "to",
        "who",
        ", that",
        "because",
        "since",
        ", with",
        "with",
        ", because",
        ", as",
        "or",
        "in order to",
        "so that",
    )
)
_SEPARATOR_COST: Final = {
    "that": 0.6,
    "which": 0.6,
    "to": 1.0,
    "so": 0.5,
    "also": 0.4,
    "where": 0.6,
    "with": 0.8,
    "because": 0.8,
    "since": 0.8,
    "who": 0.8,
    "or": 1.5,
}
_CLAUSE_COST: Final = 1.0
_TOO: Final = frozenset(
    [
        "much",
        "many",
        "few",
        "little",
        "long",
        "short",
        "high",
        "low",
        "big",
        "small",
        "old",
        "late",
        "early",
        "soon",
        "far",
    ]
)


def prefix(chart_tokens: tuple[Token, ...], names: Names) -> tuple[Any, ...]:
    """Give the statements of the longest beginning of a sentence that reads, for one that does not read whole."""
    ends = _ends(Chart(G, chart_tokens, names))
    for cut in range(len(chart_tokens) - 1, 2, -1):
        if chart_tokens[cut].low in (",", ":", ";", "that", "and", "-", "which", "it") and ends.get(cut):
            return min(ends[cut], key=lambda pair: pair[0])[1]
    return ()


class Said(msgspec.Struct, frozen=True):
    """A sentence as read. ``statements`` empty and ``lost`` set: it was not understood from character ``lost`` on."""

    text: str
    start: int
    end: int
    statements: tuple[Any, ...] = ()
    others: tuple[tuple[Any, ...], ...] = ()
    """Other readings of the same cost."""
    lost: int = -1


def read_sentences(text: str, known: frozenset[str] = frozenset()) -> list[tuple[Token, ...]]:
    """Give a turn's sentences as token lists, without courtesy words; ``known`` are words that name something here."""
    inside = {
        w for part in re.findall(r"\{([^{}]*)\}", text.lower()) for w in re.findall(r"\w+", part)
    } | known
    said = list(sentences(tokenize(text)))
    said = [s for s, after in zip(said, [*said[1:], ()], strict=True) if not (after and is_number_of_list(s))]
    if len(said) > 1:
        said = [s for s in said if affirmation(s) is not None or not says_nothing(s)]
    return [tokens for tokens in (_without_courtesy(s, inside) for s in said) if tokens]


def affirmation(tokens: tuple[Token, ...]) -> Confirm | None:
    """Read a sentence that only says yes or no ("Perfect.", "looks right", "no")."""
    words = [t.low for t in tokens if t.kind != "punct"]
    text = " ".join(words)
    if text in YES_PHRASES or (words and all(w in YES for w in words)):
        return Confirm()
    if words and all(w in NO for w in words):
        return Confirm(no=True)
    return None


def _without_courtesy(tokens: tuple[Token, ...], kept: set[str]) -> tuple[Token, ...]:
    if affirmation(tokens) is not None:
        return tokens
    out: list[Token] = []
    at = led_in(tokens)
    depth = 0
    while at < len(tokens):
        if tokens[at].kind == "other":
            at += 1
            continue
        phrase = next((p for p in STOP_PHRASES if tuple(t.low for t in tokens[at : at + len(p)]) == p), None)
        if phrase is not None and not (phrase == ("at", "all") and _denied(out)):
            if phrase == ("as", "well"):
                _also(out, tokens, at + len(phrase))
            at += len(phrase)
            continue
        word = tokens[at]
        if word.low == "," and out and out[-1].low in (",", "and", "but"):
            at += 1
            continue
        if word.low == "too" and not _excessive(out, tokens, at):
            _also(out, tokens, at + 1)
            at += 1
            continue
        if word.low == "either" and out and _clause_ends(tokens, at + 1) and any(t.low in _NEGATIONS for t in out):
            at += 1
            continue
        if word.low == "instead" and _anew(out, tokens, at):
            at += 1
            continue
        if word.low == "no" and not out and at + 1 < len(tokens) and tokens[at + 1].low == ",":
            at += 2
            continue
        first = not out or all(t.kind == "punct" for t in out)
        depth += (word.low == "{") - (word.low == "}")
        if (
            depth == 0
            and (word.low not in kept or (first and _agreeing(tokens, at)))
            and word.kind == "word"
            and (word.low in STOP or (first and word.low in STOP_FIRST and at + 1 < len(tokens)))
        ):
            at += 1
            continue
        out.append(word)
        at += 1
    if (
        len(out) > 1
        and out[0].low in ("also", "next", "then", "now", "finally", "lastly")
        and out[1].low == ","
    ):
        del out[1]
    while out and out[0].low in (",", ";", ":", "-", ")"):
        out.pop(0)
    del out[: led_in(tuple(out))]
    while out and out[-1].low in (",", ";", ":", "-"):
        out.pop()
    return tuple(out)


_RETURNING: Final = frozenset(("return", "returns", "give", "gives", "show", "shows", "report", "reports"))


def _also(out: list[Token], tokens: tuple[Token, ...], after: int) -> None:
    """Say "too" where it is read: "return the total too" is "also return the total"."""
    ends = _clause_ends(tokens, after)
    at = next((i for i, t in enumerate(out[:3]) if t.low in _RETURNING), None)
    if ends and at is not None and all(t.low != "also" for t in out):
        verb = out[at]
        out.insert(at, Token("word", "also", "also", verb.start, verb.start))


_NEGATIONS: Final = frozenset(("not", "no", "never", "without", "nor"))


def _clause_ends(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a clause ends there."""
    return at == len(tokens) or tokens[at].low in (",", ";", "and", "then", ":")


def _anew(out: list[Token], tokens: tuple[Token, ...], at: int) -> bool:
    """Whether "instead" ends a part of an opening: a script that is begun anew stands instead of the old one."""
    opens = bool(out) and out[0].low in ("create", "write", "build") and tokens[at - 1].low != "it"
    return opens and (at + 1 == len(tokens) or tokens[at + 1].low in (",", ";", ":", "and"))


_TELLING: Final = frozenset(
    [
        "is", "are", "was", "if", "when", "means", "for", "should", "must", "unless", "otherwise", ":", "=",
    ]
)  # fmt: skip


def _agreeing(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word like "ok" only agrees, although a text or a field is called that too."""
    return tokens[at].low in YES and at + 1 < len(tokens) and tokens[at + 1].low not in _TELLING


_BACK_TO: Final = frozenset(("in", "for", "to", "about", "regarding", "on", "concerning"))


def script_ahead(tokens: tuple[Token, ...], known: Collection[str]) -> int:
    """Give where the name stands that a sentence is about before its comma or colon: "In NAME, …"; 0 for none."""
    for at in range(1, min(6, len(tokens) - 2)):
        before = tokens[at - 1].low
        if tokens[at].text in known and tokens[at + 1].low in (",", ":", "-"):
            return at if before in _BACK_TO or (before in ("the", "script", "job") and tokens[0].low in _BACK_TO) else 0
    return 0


_MEASURED: Final = frozenset(
    [
        "is", "was", "are", "were", "much", "far", "bit", "little", "way", "seems", "sounds", "feels",
    ]
)  # fmt: skip


def _excessive(out: list[Token], tokens: tuple[Token, ...], at: int) -> bool:
    """Whether "too" says that something is more than it should be: "too long", "is too relaxed"."""
    if at + 1 == len(tokens):
        return False
    after = tokens[at + 1]
    return after.low in _TOO or (after.kind == "word" and bool(out) and out[-1].low in _MEASURED)


_DENIALS: Final = frozenset(("no", "any", "without", "zero"))
_DENIAL_DISTANCE: Final = 4


def _denied(before: list[Token]) -> bool:
    """Whether "at all" ends "no trips": it says that none there are, not only none of those spoken of."""
    return any(t.low in _DENIALS for t in before[-_DENIAL_DISTANCE:])


def read(tokens: tuple[Token, ...], names: Names) -> Said:
    """Read one sentence against the names that are known now."""
    text = " ".join(t.text for t in tokens if t.text)
    start, end = tokens[0].start, tokens[-1].end
    yes = affirmation(tokens)
    if yes is not None:
        return Said(text, start, end, (yes,))
    chart = Chart(G, tokens, names)
    best = _cover(chart)
    if best is None:
        barer = (_cover(Chart(G, fewer, names)) for fewer in without_markers(tokens))
        best = next((found for found in barer if found is not None), None)
    if best is None:
        return Said(text, start, end, lost=tokens[min(_reached(chart), len(tokens) - 1)].start)
    statements, others = best
    return Said(text, start, end, _created_first(statements), others)


def _created_first(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Let a script be begun before its parameters: "given a boat_id, a script called x should …"."""
    at = next((i for i, s in enumerate(statements) if isinstance(s, Create)), 0)
    if not at or not all(isinstance(s, Takes) for s in statements[:at]):
        return statements
    return (statements[at], *statements[:at], *statements[at + 1 :])


def _cover(chart: Chart) -> tuple[tuple[Statement, ...], tuple[tuple[Statement, ...], ...]] | None:
    """Find the cheapest sequences of clauses over the whole sentence."""
    found = _ends(chart).get(len(chart.tokens))
    if not found:
        return None
    found.sort(key=lambda pair: pair[0])
    lowest = found[0][0]
    return found[0][1], tuple(parts for cost, parts in found[1:] if cost <= lowest + 1.5)


def _ends(chart: Chart) -> dict[int, list[tuple[float, tuple[Any, ...]]]]:
    """Give the cheapest sequences of clauses from the beginning to each token that they reach, with their costs."""
    best: dict[int, list[tuple[float, tuple[Any, ...]]]] = {0: [(0.0, ())]}
    for at in range(len(chart.tokens)):
        if at not in best:
            continue
        for begin, cost in _starts(chart, at):
            for edge in chart.parse("clause", begin):
                node = edge.node if isinstance(edge.node, tuple) else (edge.node,)
                for sofar, parts in best[at]:
                    _keep(best, edge.end, sofar + cost + edge.cost + _CLAUSE_COST, parts + node)
        for end in _closing(chart, at):
            for sofar, parts in list(best[at]):
                _keep(best, end, sofar, parts)
    return best


def _keep(
    best: dict[int, list[tuple[float, tuple[Any, ...]]]], end: int, cost: float, parts: tuple[Any, ...]
) -> None:
    row = best.setdefault(end, [])
    for index, (other, known) in enumerate(row):
        if known == parts:
            if cost < other:
                row[index] = (cost, parts)
            return
    row.append((cost, parts))
    row.sort(key=lambda pair: pair[0])
    del row[6:]


def _starts(chart: Chart, at: int) -> list[tuple[int, float]]:
    """Where the next clause may begin after what was read up to ``at``."""
    out = [(at, 0.0 if at == 0 else 2.5)]
    if chart.low(at) == "(":
        out.append((at + 1, 0.5))
    for words in _SEPARATORS:
        if all(chart.low(at + i) == w for i, w in enumerate(words)):
            out.append((at + len(words), _SEPARATOR_COST.get(words[-1], 0.1)))
            if chart.low(at + len(words)) == "(":
                out.append((at + len(words) + 1, 0.6))
    return out


def _closing(chart: Chart, at: int) -> list[int]:
    return [at + 1] if at and chart.low(at) in (")", ",", ";") else []


def _reached(chart: Chart) -> int:
    return max(0, chart.furthest - 1)
