# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""The grammar object, its terminals, and the smallest phrases: literals, names, owners, nouns.

Every phrase family adds its rules to ``G``. Deliberately not here: values, conditions and clauses.
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.lexicon import (
    AGE_WORDS,
    CLASSES,
    COMPARE,
    OR_MORE,
    PEOPLE,
    POINT_WORDS,
    POSSESSIVES,
    PRONOUNS,
    RECORD_NOUNS,
    UNITS,
    VERB_COMPARE,
    singular,
    stem,
)
from sopwb.author.english.meaning import Lit
from sopwb.author.english.names import Names, name_edges, script_edges, source_edges, spans, words_of
from sopwb.author.english.patterns import Chart, Edge, Grammar

G: Final = Grammar(CLASSES)

_FUNCTION_WORDS: Final = frozenset(
    ["the", "a", "an", "of", "for", "to", "in", "on", "at", "by", "with", "from", "and", "or", "but", "if", "when", "is", "are", "was", "were", "be", "been", "has", "have", "had", "not", "no", "do", "does", "did", "it", "its", "they", "them", "their", "he", "she", "his", "her", "this", "that", "these", "those", "which", "who", "whose", "where", "then", "than", "as", "so", "such", "there", "here", "you", "your", "we", "our", "us", "i", "my", "me", "otherwise", "else", "return", "returns", "give", "gives", "save", "run", "between", "minus", "plus", "times", "divided", "per", "also", "only", "all", "every", "each", "any", "some", "none", "nothing", "over", "under", "above", "below", "before", "after", "since", "until", "into", "out", "up", "down", "off", "into", "how", "what", "why", "unless", "however", "because", "while", "during", "within", "more", "less", "most", "least", "many", "much", "few", "fewer", "should", "must", "can", "could", "would", "will", "shall", "may", "might", "let", "make", "run", "call", "schedule", "mock", "count", "add", "take", "find", "look", "get", "use", "send", "email", "generate", "create", "sum", "average", "total", "number", "whose", "worst", "best", "whoever", "anyone", "everyone", "someone", "nobody"])
_VERBS: Final = frozenset(p.split()[0] for c in ("create", "return", "look", "goover", "run", "send", "take") for p in CLASSES[c]) | {"save", "fails", "stops", "adds", "counts"}
_NAME_WORDS: Final = frozenset(["count", "total", "sum", "average", "number", "email", "over", "under", "open", "out", "up", "off", "best", "worst", "take", "use", "used"])
"""Function words that are customary names of fields nevertheless."""
"""Words that never begin or make up a new name."""

G.terminal("name")(lambda chart, at: name_edges(chart, at))
G.terminal("source")(lambda chart, at: source_edges(chart, at))
G.terminal("script")(lambda chart, at: script_edges(chart, at))


def _names(chart: Chart) -> Names:
    names: Names = chart.names
    return names


@G.terminal("ident")
def _ident(chart: Chart, at: int) -> list[Edge]:
    """Read a new name: one word or a name with underscores, also in quotes."""
    if at >= len(chart.tokens):
        return []
    token = chart.tokens[at]
    if token.kind == "name":
        return [Edge(at + 1, token.text, 0.0)]
    if token.kind == "string" and str(token.value).isidentifier():
        return [Edge(at + 1, str(token.value), 0.0)]
    if token.kind == "word" and token.low.isascii() and token.low.isidentifier() \
            and (((token.low not in _FUNCTION_WORDS or token.low in _NAME_WORDS) and token.low not in _VERBS) or token.low in _names(chart).braced):
        return [Edge(at + 1, token.text, 0.2)]
    return []


@G.terminal("fieldname")
def _fieldname(chart: Chart, at: int) -> list[Edge]:
    """Read a returned field's name, which in braces may be any word."""
    if at < len(chart.tokens) and chart.tokens[at].kind in ("word", "name"):
        return [Edge(at + 1, chart.tokens[at].text, 0.0)]
    return []


@G.terminal("newname")
def _newname(chart: Chart, at: int) -> list[Edge]:
    """Read a new script's name: with underscores, else a single word."""
    return list(_ident(chart, at))


@G.terminal("num")
def _num(chart: Chart, at: int) -> list[Edge]:
    if at >= len(chart.tokens):
        return []
    token = chart.tokens[at]
    if token.kind == "op" and token.low == "-" and at + 1 < len(chart.tokens) and chart.tokens[at + 1].kind == "number" \
            and chart.tokens[at + 1].start == token.end:
        return [Edge(at + 2, Lit("number", "-" + str(chart.tokens[at + 1].value)), 0.0)]
    if token.kind in ("number", "money"):
        return [Edge(at + 1, Lit("number", str(token.value), "money" if token.kind == "money" else ""), 0.0)]
    if token.low == "one" and token.kind == "word":
        return [Edge(at + 1, Lit("number", "1"), 0.5)]
    if token.low == "nothing" and token.kind == "word":
        return [Edge(at + 1, Lit("number", "0"), 1.0)]
    return []


@G.terminal("percent")
def _percent(chart: Chart, at: int) -> list[Edge]:
    tokens = chart.tokens
    if at < len(tokens) and tokens[at].kind == "percent":
        return [Edge(at + 1, Lit("number", str(tokens[at].value)), 0.0)]
    if at + 1 < len(tokens) and tokens[at].kind == "number" and tokens[at + 1].low in ("percent", "pct"):
        return [Edge(at + 2, Lit("number", str(tokens[at].value)), 0.0)]
    if at + 2 < len(tokens) and tokens[at].kind == "number" and tokens[at + 1].low == "per" and tokens[at + 2].low == "cent":
        return [Edge(at + 3, Lit("number", str(tokens[at].value)), 0.0)]
    return []


@G.terminal("string")
def _string(chart: Chart, at: int) -> list[Edge]:
    if at < len(chart.tokens) and chart.tokens[at].kind == "string":
        return [Edge(at + 1, Lit("string", str(chart.tokens[at].value)), 0.0)]
    return []


@G.terminal("date")
def _date(chart: Chart, at: int) -> list[Edge]:
    if at < len(chart.tokens) and chart.tokens[at].kind == "date":
        return [Edge(at + 1, Lit("date", str(chart.tokens[at].value)), 0.0)]
    return []


@G.terminal("year")
def _year(chart: Chart, at: int) -> list[Edge]:
    if at < len(chart.tokens):
        token = chart.tokens[at]
        if token.kind == "number" and len(token.low) == 4 and token.low.isdigit() and 1900 <= int(token.low) <= 2199:
            return [Edge(at + 1, int(token.low), 0.0)]
    return []


def _from_table(table: dict[str, str]) -> Any:
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, meaning in table.items():
        words = tuple(phrase.split())
        by_first.setdefault(words[0], []).append((words, meaning))

    def read(chart: Chart, at: int) -> list[Edge]:
        out = []
        for words, meaning in by_first.get(chart.low(at), ()):
            if all(chart.low(at + i) == w and chart.tokens[at + i].kind != "string" for i, w in enumerate(words)):
                out.append(Edge(at + len(words), meaning, 0.0))
        return out

    return read


G.terminal("cmp")(_from_table(COMPARE))


def _without(table: dict[str, str], words: frozenset[str], keep: bool = False) -> dict[str, str]:
    return {k: v for k, v in table.items() if bool(words & set(k.split())) == keep}


G.terminal("pointcmp")(_from_table(_without(COMPARE, POINT_WORDS, keep=True)))
G.terminal("agecmp")(_from_table(_without(COMPARE, AGE_WORDS, keep=True)))
G.terminal("sizecmp")(_from_table(_without(COMPARE, POINT_WORDS | AGE_WORDS)))
G.terminal("pointmore")(_from_table(_without(OR_MORE, POINT_WORDS, keep=True)))
G.terminal("sizemore")(_from_table(_without(OR_MORE, POINT_WORDS)))
G.terminal("verbcmp")(_from_table(VERB_COMPARE))
G.terminal("ormore")(_from_table(OR_MORE))
G.terminal("unit")(_from_table(UNITS))


@G.terminal("entity")
def _entity(chart: Chart, at: int) -> list[Edge]:
    """Read who or what is spoken of: a pronoun, or a known noun after a determiner. The node is the noun ("" for a pronoun)."""
    low = chart.low(at)
    out = [Edge(at + 1, "", 0.0)] if low in PRONOUNS and chart.tokens[at].kind == "word" else []
    begin = at + 1 if low in ("the", "a", "an", "that", "this", "any", "each", "every", "such", "our", "all", "those", "these", "some") else at
    if low in ("such", "of") and chart.low(begin) in ("a", "an"):
        begin += 1
    if begin < len(chart.tokens) and chart.low(begin) == "given":
        begin += 1
    many = 0.5 if begin > at and low in ("those", "these", "all", "some") else 0.0
    for end, key in spans(chart, begin):
        names = _names(chart)
        if key in names.entities or names.sources_named(key):
            out.append(Edge(end, key, many if begin > at else 0.4))
        elif end == begin + 1 and (key in PEOPLE or (begin > at and key in RECORD_NOUNS)):
            out.append(Edge(end, "", 0.3))
    return out


@G.terminal("anynoun")
def _anynoun(chart: Chart, at: int) -> list[Edge]:
    """Read a noun that may be unknown, after "a", "the", "each"…: how people call the record spoken of ("a kid")."""
    low = chart.low(at)
    if low not in ("a", "an", "the", "each", "every", "any", "that", "this"):
        return []
    if at + 1 < len(chart.tokens):
        token = chart.tokens[at + 1]
        if token.kind == "word" and token.low not in _FUNCTION_WORDS:
            return [Edge(at + 2, singular(token.low), 2.0)]
    return []


@G.terminal("owner")
def _owner(chart: Chart, at: int) -> list[Edge]:
    """Read whose something is: "their", "that customer's", "the guest's". The node is the noun ("" for a pronoun)."""
    low = chart.low(at)
    if low in POSSESSIVES and chart.tokens[at].kind == "word":
        return [Edge(at + 1, "", 0.0)]
    out = []
    if chart.low(at + 1) in UNITS:
        return []  # "this year's visits" are nobody's
    for edge in _entity(chart, at):
        if chart.low(edge.end) == "'s":
            out.append(Edge(edge.end + 1, edge.node, edge.cost))
    if not out and low in ("the", "that", "this", "a", "an", "each", "every"):
        for edge in _anynoun(chart, at):
            if chart.low(edge.end) == "'s":
                out.append(Edge(edge.end + 1, edge.node, edge.cost))
    return out


@G.terminal("phrase")
def _phrase(chart: Chart, at: int) -> list[Edge]:
    """Read one to four free words as a new name or predicate: "days late", "high risk"; or a quoted text."""
    tokens = chart.tokens
    if at < len(tokens) and tokens[at].kind == "string":
        text = str(tokens[at].value)
        if not text or text != text.lower() or len(text.split()) > 3 or not text.replace(" ", "").replace("_", "").replace("-", "").isalpha():
            return []
        return [Edge(at + 1, " ".join(words_of(text.replace(" ", "_"))), 0.0)]
    out: list[Edge] = []
    parts: list[str] = []
    for end in range(at, min(at + 4, len(tokens))):
        token = tokens[end]
        if end > at and token.low == "the":
            continue
        if token.kind not in ("word", "name") or (token.low in _FUNCTION_WORDS and token.low not in ("at", "over", "out", "on", "of", "number", "total", "above", "below", "under")):
            break
        parts.extend(words_of(token.low))
        if token.low not in ("of", "over", "above", "below", "under", "at"):
            out.append(Edge(end + 1, " ".join(parts), 1.0 + 0.3 * (end - at)))
    return out


_NOT_PROSE: Final = frozenset(["and", "or", "but", "either", "both", "if", "when", "unless", "otherwise", "where", "whose", "more", "less", "fewer", "least", "most", "than", "quarter", "half", "third", "number", "sum", "count", "total", "average", "all", "every", "each", "only", "except"])
"""Words that words explained by brackets may not hold: they say something of their own."""


@G.terminal("prose")
def _prose(chart: Chart, at: int) -> list[Edge]:
    """Read one to eight words that the brackets after them explain. They may not hold a connective."""
    tokens = chart.tokens
    for end in range(at, min(at + 10, len(tokens))):
        token = tokens[end]
        if token.low == "(" and end > at:
            text = " ".join(t.low for t in tokens[at:end])
            return [Edge(end, text, 3.0 + 0.2 * (end - at))]
        if token.kind not in ("word", "name", "number", "money") and token.low not in ("'s", "-"):
            return []
        if token.low in _NOT_PROSE:
            return []
    return []


@G.terminal("verb")
def _verb(chart: Chart, at: int) -> list[Edge]:
    """Read a verb that stands for a source's records: "ordered" where there are orders. The node is its stem."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    wanted = stem(chart.low(at))
    names = _names(chart)
    for name, source in names.sources.items():
        known = {stem(w) for w in words_of(name)} | {stem(f.split("_")[0]) for f in source.record.names() if "_" in f}
        if wanted in known:
            return [Edge(at + 1, wanted, 0.0)]
    return []


@G.terminal("dateverb")
def _dateverb(chart: Chart, at: int) -> list[Edge]:
    """Read a participle that a date field is named after: "taken" where there is ``taken_on``. The node is the field's key."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    low = chart.low(at)
    found = {" ".join(words_of(f)) for s in _names(chart).sources.values() for f in s.record.names()
             if len(words_of(f)) == 2 and words_of(f)[0] == low and words_of(f)[1] in ("on", "at", "date", "time", "day")}
    return [Edge(at + 1, key, 0.2) for key in found]


@G.terminal("anything")
def _anything(chart: Chart, at: int) -> list[Edge]:
    """Read the rest of the sentence as it is; the node is the pair of token positions."""
    return [Edge(len(chart.tokens), (at, len(chart.tokens)), 0.0)] if at < len(chart.tokens) else []


@G.terminal("whentext")
def _whentext(chart: Chart, at: int) -> list[Edge]:
    """Read a schedule's words: the rest of the sentence, or up to where another command begins (", then save it")."""
    end = schedule_end(chart, at)
    return [Edge(end, (at, end), 0.0)] if at < end and chart.low(at) not in ("through", "over", "into", "along", "by", "with") else []


_COMMANDED: Final = frozenset(("save", "store", "keep", "freeze", "mock", "show", "please"))


def schedule_end(chart: Chart, at: int) -> int:
    """Give where a schedule's words end: before "and save it", else with the sentence."""
    for end in range(at + 1, len(chart.tokens)):
        if chart.low(end) == "as" and chart.low(end + 1) in ("a", "one") and chart.low(len(chart.tokens) - 1) == "job":
            return end - 1 if chart.low(end - 1) == "," else end
        if chart.low(end) in _COMMANDED and chart.low(end - 1) in ("and", "then", ",", ";", "-"):
            while end > at and chart.low(end - 1) in ("and", "then", ",", ";", "-"):
                end -= 1
            return end
    return len(chart.tokens)


def text_between(chart_tokens: Any, begin: int, end: int) -> str:
    return " ".join(t.text for t in chart_tokens[begin:end] if t.text)
