# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Parameters in the words around them: "parameter boat_id", "boat_id goes in", "both dates", "boat_report(boat_id)".

The plain "it takes a boat_id" is in ``opening``. Deliberately not here: names of scripts.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Create, Param, Statement, Takes
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge

_MANY: Final = {
    "date": ("dates", "days", "calendar dates"), "int": ("whole numbers", "integers"), "decimal": ("numbers", "decimals", "amounts", "amounts of money", "decimal numbers"),
    "string": ("texts", "strings", "words"), "bool": ("booleans", "flags", "truth values"), "timestamp": ("timestamps", "points in time"),
}
for _name, _phrases in _MANY.items():
    G.rule("manytype", *_phrases, cost=0.1)(lambda t=_name: t)

G.rule("whichmany", "both", "both of them", "both of which", cost=0.0)(lambda: ("last", 2))
G.rule("whichmany", "[the] (last|latter|other) two [of them]", cost=0.0)(lambda: ("last", 2))
G.rule("whichmany", "[the] first two", cost=0.0)(lambda: ("first", 2))
G.rule("whichmany", "[they are] all [of them]", "all of which", cost=0.0)(lambda: ("all", 0))
G.rule("whichmany", "these", "they", cost=0.3)(lambda: ("rest", 0))
G.rule("whichone", "the (last|latter|other|second) [one] [of them]", cost=0.0)(lambda: ("last", 1))
G.rule("whichone", "the (first|former) [one] [of them]", cost=0.0)(lambda: ("first", 1))
G.rule("typing", "{w:whichmany} [being|are|should be|as] {t:manytype}", cost=0.1)(lambda w, t: (w, t))
G.rule("typing", "{w:whichone} [being|is|as|should be] {t:type}", cost=0.1)(lambda w, t: (w, t))
G.rule("typing", "{t:manytype}", cost=0.3)(lambda t: (("rest", 0), t))


def typed(params: tuple[Param, ...], which: tuple[str, int], type_: str, known: Any) -> tuple[Param, ...] | None:
    """Give the type to the parameters that ``which`` speaks of; None where that is unclear or one has another type."""
    kind, count = which
    open_ = [i for i, p in enumerate(params) if not p.type]
    if kind == "rest" and len(open_) > 2:
        # "a boat_id, first_day and last_day (dates)": a key or a field has a type already.
        open_ = [i for i in open_ if not params[i].name.endswith("_id")]
    wanted = {"last": range(len(params) - count, len(params)), "first": range(count), "all": range(len(params)), "rest": open_}[kind]
    at = list(wanted)
    if not at or len(at) > len(params) or at[0] < 0 or any(params[i].type not in ("", type_) for i in at) or (kind == "rest" and len(at) != 2):
        return None
    if kind == "last" and count == 2 and len(params) == 2 and known(params[0].name):
        return None
    return tuple(msgspec.structs.replace(p, type=type_) if i in at else p for i, p in enumerate(params))


G.rule("params", "{a:params} (LP {x:typing} RP|, {x:typing}|- {x:typing}|; {x:typing})", cost=0.1)(lambda a, x: typed(a, x[0], x[1], lambda n: n.endswith("_id")))


@G.terminal("anyparam")
def _anyparam(chart: Chart, at: int) -> list[Edge]:
    """Read a parameter's name that may be any word, since a type in brackets follows: "since (date)"."""
    token = chart.tokens[at] if at < len(chart.tokens) else None
    if token is not None and token.kind == "word" and token.low.isidentifier() and token.low.isascii() and chart.low(at + 1) == "(":
        return [Edge(at + 1, token.text, 0.5)]
    return []


G.rule("param", "{n:anyparam} LP {t:type} RP", cost=0.3)(lambda n, t: Param(n, t))
G.rule("param", "{n:ident} LP (any|some) {t:type} RP", cost=0.2)(lambda n, t: Param(n, t))


_DETS: Final = ("the", "a", "an", "one", "any", "some", "each", "that", "this")


@G.terminal("keyparam")
def _keyparam(chart: Chart, at: int) -> list[Edge]:
    """Read whose key is meant: "the customer's id", "a customer id", "the id of a customer"; the node is its parameter."""
    lows = [chart.low(i) for i in range(at, min(at + 7, len(chart.tokens)))]
    begin = 1 if lows[:1] and lows[0] in _DETS else 0
    words = lows[begin:]
    if len(words) < 2:
        return []
    if words[1] in ("'s", "'") and len(words) > 2:
        noun, key, length = words[0], words[2], 3
    elif words[1] == "of" and len(words) > 2:
        late = 1 if words[2] in _DETS and len(words) > 3 else 0
        noun, key, length = words[2 + late], words[0], 3 + late
    else:
        noun, key, length = words[0], words[1], 2
    for name in chart.names.sources_named(key_of(noun)):
        own = chart.names.sources[name].key or ""
        if own and key_of(own) == key_of(key):
            return [Edge(at + begin + length, own if own.startswith(noun) else f"{key_of(noun)}_{own}", 0.0)]
    return []


G.rule("param", "{n:keyparam}", cost=0.1)(lambda n: Param(n))


@G.terminal("freshname")
def _freshname(chart: Chart, at: int) -> list[Edge]:
    """Read a name with underscores that names nothing yet: no script, no source, no field."""
    if at >= len(chart.tokens):
        return []
    token = chart.tokens[at]
    text = str(token.value) if token.kind == "string" else token.text
    if token.kind not in ("name", "string") or "_" not in text or not text.isidentifier():
        return []
    names = chart.names
    if text in names.scripts or text in names.sources or names.name_cost(key_of(text)) == 0.0:
        return []
    return [Edge(at + 1, text, 0.0)]


@G.rule("clause", "[script|process|job] {n:freshname} LP {p:params} RP", cost=0.2)
def _signature(n: str, p: tuple[Param, ...]) -> tuple[Statement, ...]:
    return (Create(n), Takes(p))


@G.rule("clause", "[script|process|job] {n:freshname} LP RP", cost=0.2)
def _empty_signature(n: str) -> tuple[Statement, ...]:
    return (Create(n), Takes(()))


@G.rule("clause", "with {p:params} as (its|the|a|an|only|the only|its only) (parameter|parameters|input|inputs|argument|arguments)", "(as|for) (its|the) (parameter|parameters|input|inputs|argument|arguments) {p:params}",
        "[<subj>] (works from|is fed with|is fed|is handed|runs on|is run with|is run for|starts from|is asked about|is used with) (a|an|one) {p:params}",
        "(in goes|in go|what goes in is|what it needs is|what it takes is|what it gets is|what i put in is|what you put in is|all it needs is|all it takes is) {p:params}", "{p:params} (is passed in|are passed in|is put in|are put in|is handed in|is what i enter|is what it needs|is what it gets|is what goes in|are what goes in|is all it needs|is all it takes)",
        "(i|you|we) (would|can|will|shall) (put in|feed it|enter|type in|give it|pass in|hand it|fill in|type|pass) {p:params}", "(its|the|with the|whose|the only|its only) (parameter|parameters|input|inputs|argument|arguments) : {p:params}", "[<subj>] (has|have|with) (one|two|three|four|just one|only one) (parameter|parameters|input|inputs|argument|arguments) [:|,|-] {p:params}", cost=0.6)
def _takes(p: tuple[Param, ...]) -> Statement:
    return Takes(p)


@G.rule("clause", "(input|inputs|parameter|parameters|argument|arguments|takes|given|in) (:|=) {p:params}", cost=-0.2)
def _takes_labelled(p: tuple[Param, ...]) -> Statement:
    return Takes(p)


@G.rule("clause", "(the|its) (only|one|single|sole|main) (parameter|input|argument) (is|will be|should be|:) {p:params}",
        "[<subj>] <take> {p:params} as (its|the|a|an|one) [only|one|single|sole|main] (parameter|parameters|input|inputs|argument|arguments)",
        "(the caller|the user|somebody|whoever runs it|whoever calls it|people|they) (passes|pass|gives|give|hands|enters|enter|supplies|provides|provide|supply) [it|in] {p:params} [in|along]",
        "[<subj>] [works|runs|is|is meant] for (one|a single|a given) {e:entity} LP {p:params} RP", cost=0.3)
def _takes_only(p: tuple[Param, ...], e: str = "") -> Statement:
    return Takes(p)
