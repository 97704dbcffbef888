# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""So much for each of something: rates, rates beyond a limit, and prices that change after the first few.

    rate  := amount ("per" | "for each" | "a" …) unit ["of" value] [beyond] | rate "for" rows
    tiers := amount "for the first" n unit "and" amount "for each further one"

How many of the unit there are, ``quantities`` finds. Deliberately not here: who pays a rate (``pricing``, ``charging``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import _FUNCTION_WORDS, G
from sopwb.author.english.lexicon import UNITS, singular
from sopwb.author.english.meaning import (
    Agg,
    Arith,
    Clamp,
    Define,
    Lit,
    Named,
    Rounded,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.names import Names
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.quantities import MEASURES

_NOTHING: Final = Lit("number", "0")
_ONE: Final = Lit("number", "1")
_NO_UNITS: Final = _FUNCTION_WORDS | frozenset(("further", "additional", "extra", "full", "started", "first", "other", "discount", "time", "vat", "tax", "way", "case", "cent", "least", "maximum", "minimum", "total", "weekend", "new", "old", "row", "record", "half", "third", "quarter", "inclusive", "exclusive", "included", "excluded"))


@G.terminal("measured")
def _measured(chart: Chart, at: int) -> list[Edge]:
    """Read a unit, "kilo", "guests": the node is how many there are. Records are counted, anything else ``quantities`` finds."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    low = chart.low(at)
    word = singular(low)
    names: Names = chart.names
    if names.sources_named(word) and word not in names.local:
        return [Edge(at + 1, Agg("count", None, Rows(names.sources_named(word)[0])), 0.4)]
    if low in _NO_UNITS or not low.isalpha():
        return []
    return [Edge(at + 1, Named("@per " + word), 0.2 if word in MEASURES or low in UNITS else 0.9)]


G.rule("fullness", "(full|whole|complete|completed)", cost=0.0)(lambda: "div")
G.rule("fullness", "(started|begun|part|partial|(full or started)|(started or full))", cost=0.0)(lambda: "ceil")
G.rule("perword", "(per|a|an|each|for each|for every|for a)", cost=0.0)(lambda: True)
G.rule("beyondword", "(above|over|beyond|after|past|in excess of|more than|from) [the first]", cost=0.0)(lambda: True)


def times(value: Value, rate: Lit) -> Value:
    return value if rate.text == "1" else Arith("*", value, rate)


def _whole(op: str, value: Value) -> Value:
    return Rounded(value, 0, "down" if op == "div" else "up") if op else value


@G.rule("rated", "{a:num} [<noun_unit>] {p:perword} [{f:fullness}] {q:measured} [of {v:factor}]", cost=0.3)
def _rate(a: Lit, q: Value, p: Any = None, f: str = "", v: Value | None = None) -> Value:
    return times(_whole(f, v if v is not None else q), a)


@G.rule("rated", "{a:num} [<noun_unit>] {p:perword} [{f:fullness}] {q:measured} [of {v:factor}] {b:beyondword} {k:num} [{q2:measured}]", cost=0.2)
def _rate_beyond(a: Lit, q: Value, k: Lit, p: Any = None, b: Any = None, f: str = "", v: Value | None = None, q2: Value | None = None) -> Value | None:
    if q2 is not None and q2 != q:
        return None
    return Arith("*", _whole(f, beyond(v if v is not None else q, k)), a)


@G.rule("rated", "{a:num} [<noun_unit>] (for every|for each|per|each|every) [{f:fullness}] {k:num} {q:measured} [of {v:factor}] [[,] {w:wholly}]", cost=0.2)
def _rate_of_several(a: Lit, k: Lit, q: Value, f: str = "", v: Value | None = None, w: str = "") -> Value | None:
    """So much for every ten of them: whether a part of ten counts has to be said, unless records are counted."""
    if w and (f or a.text != "1"):
        return None
    counted = isinstance(q, Agg) and v is None
    return times(Arith(f or w or ("div" if counted else "blocks"), v if v is not None else q, k), a)


G.rule("wholly", "rounded down", "(counting|only) full ones [only|count]", "full ones only", cost=0.0)(lambda: "div")
G.rule("wholly", "rounded up", cost=0.0)(lambda: "ceil")


@G.rule("rated", "{a:num} [<noun_unit>] {p:perword} {q:measured} (of|for|over|in) {r:rows}", cost=0.2)
def _rate_over(a: Lit, q: Value, r: Rows, p: Any = None) -> Value | None:
    """So much a kilo of all the crates: the kilos of those are added up."""
    return Arith("*", Agg("sum", q, r), a) if isinstance(q, Named) else None


def beyond(value: Value, limit: Value) -> Value:
    return Clamp(Arith("-", value, limit), low=_NOTHING)


G.rule("product", "{v:rated}", cost=0.3)(lambda v: v)

# --- so much for the first few, so much for the others --------------------------------------------------------------

G.rule("firstfew", "(for|on|up to) the first {k:num} {q:measured}", cost=0.0)(lambda k, q: (k, q))
G.rule("firstfew", "for the first {q:measured}", cost=0.1)(lambda q: (_ONE, q))
G.rule("laterword", "(further|additional|extra|more|other|following|subsequent)", cost=0.0)(lambda: True)
G.rule("afterwards", "(after that|above that|beyond that|over that|from there on|thereafter|afterwards|from then on|on top of that|after those|beyond those|after the first {k:num}|beyond the first {k:num})", cost=0.0)(lambda k=None: k or True)
G.rule("laterones", "(for|per) (each|every|any) {x:laterword} ({q:measured}|one) [{y:afterwards}]", "(for|per) (each|every|any) (one|{q:measured}) {x:afterwards}", "per {q:measured} {x:afterwards}", "(for|on) (the rest|the others|the further ones|all others|all the others|any others|anything {x:afterwards}|everything {x:afterwards}|all {x:afterwards})", "(each|a piece|per piece) {x:afterwards}", "{x:afterwards}", "(each|a piece) (for|on) (the rest|the others|any others)", cost=0.1)(
    lambda x=None, y=None, q=None: (q, x if isinstance(x, Lit) else None))
G.rule("each", "(each|a piece|apiece|per {q:measured}|a {q:measured}|per piece)", cost=0.0)(lambda q=None: True)
G.rule("join", "(and|,|, and|;|, then|then|, but|but)", cost=0.0)(lambda: True)


def _tiers(first: tuple[Lit, Value], a: Value, each: bool, b: Lit, later: tuple[Value | None, Lit | None]) -> Value | None:
    limit, measure = first
    other, again = later
    if (other is not None and other != measure) or (again is not None and again != limit):
        return None
    low: Value = Arith("*", Clamp(measure, high=limit), a) if each else a
    high = Arith("*", beyond(measure, limit), b)
    return high if isinstance(a, Lit) and a.text == "0" else Arith("+", low, high)


@G.rule("value", "{a:num} [<noun_unit>] {e:each} {f:firstfew} {j:join} {b:num} [<noun_unit>] [{e2:each}] {w:laterones}", cost=0.2)
def _first_each(a: Lit, f: tuple[Lit, Value], b: Lit, w: tuple[Value | None, Lit | None], **_: Any) -> Value | None:
    return _tiers(f, a, True, b, w)


@G.rule("value", "{a:num} [<noun_unit>] {f:firstfew} {j:join} {b:num} [<noun_unit>] {w:laterones}", cost=0.3)
def _first_flat(a: Lit, f: tuple[Lit, Value], b: Lit, w: tuple[Value | None, Lit | None], j: Any = None) -> Value | None:
    """A price for the first few together: for more than one, "each" or "together" has to be said."""
    return _tiers(f, a, False, b, w) if f[0].text == "1" or a.text == "0" else None


@G.rule("value", "{a:num} [<noun_unit>] (together|in all|altogether|flat) {f:firstfew} {j:join} {b:num} [<noun_unit>] {w:laterones}", "{a:num} [<noun_unit>] {f:firstfew} (together|in all|altogether|flat) {j:join} {b:num} [<noun_unit>] {w:laterones}", cost=0.2)
def _first_together(a: Lit, f: tuple[Lit, Value], b: Lit, w: tuple[Value | None, Lit | None], j: Any = None) -> Value | None:
    return _tiers(f, a, False, b, w)


G.rule("isfree", "(is|are|come|comes|go|goes) (free|free of charge|for free|not charged|on the house|included)", "(cost|costs) nothing", cost=0.0)(lambda: True)
G.rule("costing", "(cost|costs|is|are|is charged at|are charged at|is charged|are charged|comes to|come to|go for|goes for|earns|earn|brings|bring|pays|pay)", cost=0.0)(lambda: True)


@G.rule("tiered", "the first {k:num} {q:measured} {f:isfree} {j:join} [{y:afterwards} [,]] (each|every|any) [{x:laterword}] (one|{q2:measured}) [{x2:afterwards}] {c:costing} {b:num} [<noun_unit>] [{e:each}]", "the first {k:num} {q:measured} {f:isfree} {j:join} {y:afterwards} [,] (it|they|that) {c:costing} {b:num} [<noun_unit>] {e:each}", cost=0.1)
def _first_free(k: Lit, q: Value, b: Lit, x: Any = None, x2: Any = None, y: Any = None, q2: Value | None = None, **_: Any) -> Value | None:
    return Arith("*", beyond(q, k), b) if q2 in (None, q) and (x or x2 or y) else None


@G.rule("tiered", "the first {k:num} {q:measured} {c:costing} {a:num} [<noun_unit>] {e:each} {j:join} [{y:afterwards} [,]] (each|every|any) [{x:laterword}] (one|{q2:measured}) [{x2:afterwards}] {c2:costing} {b:num} [<noun_unit>] [{e2:each}]", cost=0.1)
def _first_cost(k: Lit, q: Value, a: Lit, b: Lit, x: Any = None, x2: Any = None, y: Any = None, q2: Value | None = None, **_: Any) -> Value | None:
    return _tiers((k, q), a, True, b, (q2, None)) if x or x2 or y else None


@G.rule("clause", "{v:tiered}", cost=0.2)
def _tiers_alone(v: Value) -> Statement:
    return Define("@open", v)


G.rule("defvalue", "{v:tiered}", cost=0.2)(lambda v: v)


@G.rule("value", "{a:rated} {j:join} the first {k:num} ({q:measured}|ones|of them|) {f:isfree}", "{a:rated} {j:join} (for|with) the first {k:num} ({q:measured}|ones|of them|) (free|free of charge|for free)", cost=0.2)
def _rated_but_free(a: Value, k: Lit, q: Value | None = None, **_: Any) -> Value | None:
    """So much for each of them, but not for the first few."""
    if not isinstance(a, Arith) or a.op != "*" or q not in (None, a.left):
        return None
    return Arith("*", beyond(a.left, k), a.right)


@G.rule("rated", "{a:num} [<noun_unit>] (for each|for every|per|for|each) {r:rows}", cost=0.3)
def _rate_counted(a: Lit, r: Rows) -> Value | None:
    """So much for each of certain records; nothing for each is what those who have them get."""
    if a.text == "0":
        return None
    return Arith("*", Agg("count", None, r), a) if r.source and (r.conds or r.words) else None


# --- said with a verb, without a name ------------------------------------------------------------------------------


@G.rule("clause", "(each|every|a|an|one) [{f:fullness}] {q:measured} (cost|costs|is charged at|comes to|goes for|earns|brings|pays|gives|scores) {b:num} [<noun_unit>]", cost=0.4)
def _each_costs(q: Value, b: Lit, f: str = "") -> Statement:
    return Define("@open", Arith("*", _whole(f, q), b))


for _verb, _forms in {"pay": "pay|pays", "charge": "charge|charges|will charge|bills|bill", "cost": "costs|cost", "earn": "earns|earn", "award": "awards|award", "give": "gives|give|grants", "get": "get|gets|receive|receives", "refund": "refunds|refund"}.items():
    G.rule("chargedby", f"({_forms})", cost=0.0)(lambda verb=_verb: verb)


@G.rule("clause", "[<subj>|{w:whoever}] {k:chargedby} [them|the customer|him|her] {v:value}", cost=0.5)
def _charged(k: str, v: Value, w: Any = None) -> Statement | None:
    """So much is paid: the amount is the returned field that is called like the verb, or the only one still open."""
    return Define("@verb " + k, v) if isinstance(v, Arith | Clamp | Rounded) else None


@G.rule("product", "[the|their|its] {n:name} per {q:measured}", "[the] average {n:name} per {q:measured}", cost=0.4)
def _share_of_each(n: str, q: Value) -> Value:
    """What there is of one thing for each of another: a division."""
    return Arith("/", Named(n), q)
