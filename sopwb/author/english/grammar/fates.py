# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""One word about each thing, and counts of each word: "it tells me one word about that item: 'back' if …".

    "use item_fate on each and give me { donate, keep }: how many of each, and oldest is …"
    "lamps are special (category 'lamp' or 'bulb'): where anything else would be 'donate', those should be 'bin'"

Deliberately not here: cases themselves (``definitions``), and a bare word without a record (``results``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Agg,
    Among,
    Arm,
    Assign,
    Cases,
    Clock,
    Compare,
    Cond,
    Empty,
    Holds,
    Lit,
    LookUp,
    Named,
    NoRows,
    Not,
    Pick,
    Recompute,
    Ret,
    Return,
    Rows,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge

# --- one word about it ---------------------------------------------------------------------------------------

G.rule("aboutit", "(about|for|on) (it|that {w:oneword}|this {w:oneword}|the {w:oneword})", cost=0.0)(lambda w="": True)


@G.rule("clause", "{a:giving} (one|a single|a|just one|exactly one) [single|bare|plain] (word|text|value) {x:aboutit} (in|from|out of) {s:database} [:|,|-] {v:defvalue}", "{a:giving} (one|a single|a|just one|exactly one) [single|bare|plain] (word|text|value) [{x:aboutit}] (:|,|-) {v:defvalue}", cost=0.2)
def _one_word(v: Value, s: str = "", a: bool = False, x: Any = None) -> tuple[Statement, ...] | None:
    told = Return((), value=v)
    return None if a or not isinstance(v, Cases) else (LookUp(s), told) if s else (told,)


G.rule("clause", "[only|just] the [bare|plain] (word|value|number|text) [itself] , (no|without an|not an|not in an) object [around it|around that|please]", "[only|just] the [bare|plain] (word|value|number|text) , nothing around it", "(only|just) the [bare|plain] (word|number|value|text) [itself|as it is|on its own]", cost=0.3)(lambda: Return((), value=Named("@open")))
G.rule("atom", "(nobody|no one) [has|ever|has ever] {d:dateverb} (it|them|that|this)", "(it|they|that|this) (has never been|have never been|was never|were never) {d:dateverb}", cost=0.2)(lambda d: Empty(Named(d)))
G.rule("atom", "(somebody|someone|anybody|anyone) [has] {d:dateverb} (it|them|that|this)", cost=0.2)(lambda d: Not(Empty(Named(d))))
G.rule("stillhere", "(we|you|i|they) ('ve|have) (had|kept|held|been keeping|been holding) (it|them|that|this)", "(it|that|this|they) ('s|has|is|have) been (here|there|with us|lying around|sitting there|sitting here|around|in stock|lying there|lying here|open|waiting|on the shelf|in there)", cost=0.0)(lambda: True)


@G.rule("atom", "{h:stillhere} [for] {n:num} {u:unit} {o:sizemore} since {v:point}", "{h:stillhere} [for] {o:sizecmp} {n:num} {u:unit} since {v:point}", "[it is] {n:num} {u:unit} {o:sizemore} since {v:point}", cost=0.2)
def _had_since(n: Lit, u: str, o: str, v: Value, h: Any = None) -> Cond:
    unit = UNITS[u]
    return Compare(o, Span(unit, v, Clock("today" if unit not in ("hours", "minutes") else "now")), Lit(n.kind, n.text, unit))


# --- another word for some ------------------------------------------------------------------------------------

G.rule("atom", "{n:name} {a:string} or {b:string} [or {c:string}]", "{n:name} {a:string} , {b:string} or {c:string}", cost=0.3)(lambda n, a, b, c=None: Among(Named(n), (a, b, c) if c is not None else (a, b)))
G.rule("otherswould", "(where|when|if|whenever) (anything else|everything else|something else|it|they|others|the others|another one|any other|the rest) (would|should|will) (be|get|become|come out as|count as|say)", cost=0.0)(lambda: True)
G.rule("theyshould", "(those|they|these|it|such ones) (should be|are|become|get|must be|is|should get|have to be|should say|say|count as)", cost=0.0)(lambda: True)


@G.rule("clause", "{p:specialones} LP {c:cond} RP [:|,|;|-] {w:otherswould} {a:string} , {t:theyshould} {b:string}", "{p:specialones} LP {c:cond} RP {t:theyshould2} {b:string} (instead of|rather than|where others are|where the others are|where it would be) {a:string}", cost=0.2)
def _another_word(c: Cond, a: Lit, b: Lit, **_: Any) -> Statement | None:
    return Recompute("", Cases((Arm(c, b),), a), a) if a != b else None


G.rule("theyshould2", "(should be|are|become|get|must be)", cost=0.0)(lambda: True)


@G.terminal("specialones")
def _specialones(chart: Chart, at: int) -> list[Edge]:
    """Read "phones and laptops are special", which the brackets behind it explain."""
    for end in range(at + 1, min(at + 9, len(chart.tokens))):
        if chart.low(end) == "(":
            return [Edge(end, True, 1.0)]
        if chart.tokens[end].kind != "word" and chart.low(end) != ",":
            return []
    return []


# --- how many of each ------------------------------------------------------------------------------------------


def _each(field: Ret) -> Value:
    return Agg("count", None, Rows(words=(key_of(field.name),)))


@G.rule("clause", "{a:giving} [{o:objectwords}] {f:object} [back] (:|,|-) how many of each [there are|we have] [[,] [and] [the] {n:ident} (is|being|:) {v:defvalue}]", cost=0.2)
def _how_many_of_each(f: tuple[Ret, ...], n: str = "", v: Value | None = None, a: bool = False, o: Any = None) -> Statement | None:
    if n and n not in {r.name for r in f}:
        return None
    return Return(f, also=a, values=tuple(v if v is not None and r.name == n else _each(r) for r in f))


G.rule("head", "(those|the ones|ones|all|any) (that|which|who) (are not|aren't|is not|were not) {w:adj}", cost=0.3)(lambda w: Rows(conds=(Not(Holds(None, w)),)))
G.rule("pick", "[the] one (with|that has|having) the (<earliest>|<min>) {n:measure} (out of|among|of|from) {r:rows}", cost=0.1)(lambda n, r: Pick(r, n, False))
G.rule("pick", "[the] one (with|that has|having) the (<latest>|<max>) {n:measure} (out of|among|of|from) {r:rows}", cost=0.1)(lambda n, r: Pick(r, n, True))
G.rule("nothingthere", "there (is|are|was) (nothing|none|no such thing) [like that] [(on|in|at|for|from) (that|the|this) {n:name}]", "there (is|are|was) nothing (there|at all)", cost=0.2)(lambda n="": NoRows(None))
for _count, _word in ((2, "two"), (3, "three"), (4, "four")):
    G.rule("zeros", f"[all] {_word} (zeros|zeroes|times 0|0s)", cost=0.0)(lambda n=_count: tuple((f"@{i + 1}", Lit("number", "0")) for i in range(n)))


@G.rule("clause", "<when> {c:nothingthere} [,] [then] [it is|that is|you get|i get|give me] {z:zeros} [,|and|, and] {v:lit} for [the] {n:name}", "<when> {c:nothingthere} [,] [then] [it is|that is|you get|i get|give me] {z:zeros}", cost=0.1)
def _zeros(c: Cond, z: tuple[tuple[str, Value], ...], v: Lit | None = None, n: str = "") -> Statement:
    rest = ((f"@others {len(z)}", Lit("number", "0")),)
    return Assign(c, ((n, v), *rest) if v is not None else rest)
