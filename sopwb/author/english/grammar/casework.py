# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Cases in other words: "with no claim it is …; with two …", "all of these hold: …", "the answer, due, is …", glosses.

The usual forms ("'x' if …, otherwise 'y'") are in ``definitions``. Deliberately not here: bands of numbers themselves.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Agg,
    And,
    Arith,
    Arm,
    Assign,
    Cases,
    Clock,
    Compare,
    Cond,
    Define,
    Fraction,
    Inside,
    Lit,
    Named,
    Or,
    Otherwise,
    Pick,
    Rows,
    Span,
    Statement,
    Truth,
    Value,
)
from sopwb.author.english.nodes import has
from sopwb.author.english.patterns import Chart, Edge

# --- several conditions in a list ----------------------------------------------------------------------------

G.rule("anditem", "{c:atom}", "{c:ors}", cost=0.0)(lambda c: c)
G.rule("oritem", "{c:atom}", "{c:ands}", cost=0.0)(lambda c: c)
G.rule("andlist", "{a:anditem} [,|;] and {b:anditem}", "{a:anditem} (,|;) {b:andlist}", cost=0.1)(lambda a, b: And((a, *(b.parts if isinstance(b, And) else (b,)))))
G.rule("orlist", "{a:oritem} [,|;] or {b:oritem}", "{a:oritem} (,|;) {b:orlist}", cost=0.1)(lambda a, b: Or((a, *(b.parts if isinstance(b, Or) else (b,)))))
G.rule("holdverb", "(hold|holds|are true|is true|apply|applies|are met|is met|are fulfilled|is fulfilled|are given|is the case|are the case)", cost=0.0)(lambda: True)
G.rule("cond", "(all|all of|each of|every one of|all three of|both of) (these|the following|those|this) [conditions|things|points] {h:holdverb} [:|,|-] {c:andlist}", cost=0.0)(lambda c, h=None: c)
G.rule("cond", "(any|any of|one of|at least one of|either of) (these|the following|those|this) [conditions|things|points] {h:holdverb} [:|,|-] {c:orlist}", cost=0.0)(lambda c, h=None: c)
G.rule("truth", "true <when> {c:cond} [,|;] [and|or|but] false (if not|otherwise|else|in all other cases|in any other case|when not|if it is not)", "true <when> {c:cond} [,|;] [and|or|but] <else> false", cost=0.1)(lambda c: Truth(c))
G.rule("cases", "true for {b:band}", "true for {b:band} [,|;] [and] false (for <rest>|otherwise)", cost=0.4)(lambda b: Cases((Arm(b, Lit("bool", "true")),), Lit("bool", "false")))

# --- a gloss before the value ------------------------------------------------------------------------------------

_BREAKS = ("if", "when", "whenever", "unless", "otherwise", "else", "sum", "number", "count", "average", "mean", "total", "highest", "lowest")


@G.terminal("glosswords")
def _glosswords(chart: Chart, at: int) -> list[Edge]:
    """Read three to fourteen words up to a colon that only describe what follows it."""
    for end in range(at, min(at + 15, len(chart.tokens))):
        token = chart.tokens[end]
        if token.low == ":":
            return [Edge(end + 1, True, 1.0)] if end - at >= 3 else []
        if token.kind not in ("word", "name") or token.low in _BREAKS:
            return []
    return []


@G.rule("clause", "[the] {n:name} (is|means|says|tells) {x:glosswords} {v:defvalue}", cost=1.0)
def _glossed(n: str, v: Value, x: Any = None) -> Statement:
    return Define(n, v)


@G.rule("clause", "(the|its|our) {w:oneword} , {n:name} , (is|are|reads|becomes) {v:defvalue}", cost=0.2)
def _apposition(w: str, n: str, v: Value) -> Statement:
    return Define(n, v)


@G.rule("clause", "<when> (it|that|this) is not {w:oneword} [yet] [,] [then] [it is|that is] {c:cases}", "<when> not [,] [then] it is {c:cases}", cost=0.4)
def _else_cases(c: Cases, w: str = "") -> Statement:
    """What holds where the cases before do not: their "otherwise"."""
    return Assign(Otherwise(), (("@it", c),))


G.rule("outcome2", "{v:lit}", cost=0.6)(lambda v: (("@it", v),))

# --- by how many there are -----------------------------------------------------------------------------------------

G.rule("relative", "{p:percent} (higher|more|extra|dearer|up)", cost=0.1)(lambda p: ("+", p))
G.rule("relative", "{p:percent} (lower|less|cheaper|off|down)", cost=0.1)(lambda p: ("-", p))
G.rule("relative", "[the] {n:name} [exactly] as it is", "[the] {n:name} (unchanged|itself)", "(unchanged|the same|as it is)", cost=0.1)(lambda n="": ("=", n))
G.rule("countband", "(with|for|at|in case of|after) {b:band} [of them]", "(with|for|at) (no|no such|not one|not a single) ({s:source}|{e:known}|{g:group})", cost=0.1)(
    lambda b=None, s="", e="", g="": b if b is not None else Compare("==", Named("@subject", s), Lit("number", "0")))
G.rule("countarm", "{b:countband} [,] [then] it is {v:value}", "{b:countband} [,] {v:value}", cost=0.2)(lambda b, v: (b, v))
G.rule("countarm", "{b:countband} [,] [then] it is {r:relative}", "{b:countband} [,] {r:relative}", cost=0.1)(lambda b, r: (b, r))
G.rule("countarms", "{a:countarm}", cost=0.0)(lambda a: (a,))
G.rule("countarms", "{xs:countarms} (,|;|and|, and|; and) {a:countarm}", cost=0.1)(lambda xs, a: (*xs, a))


def _base(value: Value) -> Value | None:
    """Give the name that a first case changes: the premium in "the premium less 15 percent"."""
    while isinstance(value, Arith):
        value = value.left
    return value if isinstance(value, Named) else None


def _relative(change: Any, base: Value | None) -> Value | None:
    way, by = change
    if way == "=":
        return Named(by) if by else base
    return Arith(way, base, Fraction(by, base)) if base is not None else None


@G.rule("clause", "{b:countband} [,] [the] {n:name} (is|costs|becomes) {v:value} (;|,|; and|, and) {xs:countarms} [(;|,|; and|, and) {d:default}]", cost=0.2)
def _by_count(b: Cond, n: str, v: Value, xs: tuple[Any, ...], d: Value | None = None) -> Statement | None:
    base = _base(v)
    arms = [Arm(b, v)]
    for band, said in xs:
        value = _relative(said, base) if isinstance(said, tuple) else said
        if value is None:
            return None
        arms.append(Arm(band, value))
    tested = [a.cond.left for a in arms if isinstance(a.cond, Compare) and isinstance(a.cond.left, Named)]
    source = next((t.owner for t in tested if t.words == "@subject" and t.owner), "")
    return Define(n, Cases(tuple(arms), d, Agg("count", None, Rows(source))))


G.rule("factor", "(that|this) (count|number)", "the (count|number) of (those|them|these)", cost=0.4)(lambda: Agg("count", None, Rows()))
G.rule("factor", "the (old|original|current|present|previous|unchanged|initial) {n:name}", cost=1.2)(lambda n: Named(n))
G.rule("factor", "(the|that) (discounted|reduced|resulting|capped|halved|increased|adjusted) {n:name}", cost=0.8)(lambda n: Named(n))

# --- bands of a named number ---------------------------------------------------------------------------------------

G.rule("arm", "{v:plainvalue} (for|with|at|on|from) (a|an|any|the|every) {n:name} (of|that is|which is|) {t:tails}", "{v:plainvalue} (for|with|at) {n:name} {t:tails}", cost=0.3)(lambda v, n, t: Arm(with_subject(t, Named(n)), v))
G.rule("arm", "{v:plainvalue} (for|with|at) (a|an|any|the|every) {n:name} (of|) {b:band}", cost=0.3)(lambda v, n, b: Arm(_named_band(b, n), v))
G.rule("band", "from {v:num} {n:bandnoun} (on|upwards|up|onwards|or more)", "{v:num} {n:bandnoun} (upwards|up|onwards)", cost=0.1)(lambda v, n=None: Compare(">=", Named("@subject", n or ""), v))
G.rule("openband", "from {v:num} [{n:bandnoun}] (on|upwards|up|onwards)", "from {v:num} {n:bandnoun} (or more|and more)", cost=0.1)(lambda v, n=None: Compare(">=", Named("@subject", n or ""), v))
G.rule("openband", "(from|between) {a:num} (to|and|up to|until|through) {b:num} [{n:bandnoun}]", cost=0.1)(lambda a, b, n=None: Inside(Named("@subject", n or ""), a, b))
G.rule("arm", "{v:string} {b:openband}", cost=0.3)(lambda v, b: Arm(b, v))
G.rule("default", "{v:plainvalue} (below|under|above|over|beyond|before|after) (that|this|it|these|those)", cost=0.1)(lambda v: v)


def _named_band(band: Any, name: str) -> Cond:
    def walk(node: Any) -> Any:
        if isinstance(node, Named) and node.words == "@subject":
            return Named(name)
        if hasattr(node, "__struct_fields__"):
            return type(node)(**{f: walk(getattr(node, f)) for f in node.__struct_fields__})
        return tuple(walk(p) for p in node) if isinstance(node, tuple) else node

    found: Cond = walk(band)
    return found


# --- how long ago something was done -----------------------------------------------------------------------------------

G.rule("time", "how many {u:unit} ago ({e:entity}|{x:anynoun}|) (was|were|is|has been|happened) {d:dateverb}", "how (long|many days) ago ({e:entity}|{x:anynoun}|) (was|were) {d:dateverb}", "how many {u:unit} ago [the] {n:name} (was|is|lies)", "how many {u:unit} have (passed|gone by) since [the] {n:name}", cost=0.2)(
    lambda u="days", d="", n="", e="", x="": _ago(u or "days", d or n))



def _ago(unit: str, name: str) -> Value:
    unit = UNITS.get(unit, unit)
    return Span(unit, Named(name), Clock("today" if unit == "days" else "now"))


# --- the one record, narrowed behind ------------------------------------------------------------------------------------


def _narrowed(p: Pick, cond: Cond | None = None, owner: str = "") -> Pick:
    rows = p.rows or Rows()
    if cond is not None:
        rows = msgspec.structs.replace(rows, conds=(*rows.conds, cond))
    if owner and not rows.owner:
        rows = msgspec.structs.replace(rows, owner=owner)
    return Pick(rows, p.by, p.last)


G.rule("pick", "{p:pick} (of|with) [the] {n:name} {v:lit}", "{p:pick} (of|with) [the] {n:name} (of|being|is|=) {v:lit}", cost=0.2)(lambda p, n, v: _narrowed(p, Compare("==", Named(n), v)))
G.rule("pick", "{p:pick} (for|of|from|by) (that|the|this) {e:entity}", cost=0.2)(lambda p, e: _narrowed(p, None, e or "it"))
G.rule("pick", "{p:pick} (whose|where|that has|which has) {c:cond}", "{p:pick} LP {c:cond} RP", cost=0.3)(lambda p, c: _narrowed(p, c))
G.rule("pick", "[the] <latest> (record|row|entry|one)", "[the] <latest> (record|row|entry|one) [LP by {n:measure} RP]", cost=0.3)(lambda n=None: Pick(None, n, True))
G.rule("pick", "[the] <earliest> (record|row|entry|one)", "[the] <earliest> (record|row|entry|one) [LP by {n:measure} RP]", cost=0.3)(lambda n=None: Pick(None, n, False))
G.rule("pick", "{o:owner} <latest> {r:rows}", cost=0.3)(lambda o, r: Pick(msgspec.structs.replace(r, owner=o or "it"), None, True) if not r.owner else None)
G.rule("pick", "{o:owner} <earliest> {r:rows}", cost=0.3)(lambda o, r: Pick(msgspec.structs.replace(r, owner=o or "it"), None, False) if not r.owner else None)
G.rule("pick", "{o:owner} <latest> {s:string} one [LP {c:cond} RP]", cost=0.3)(lambda o, s, c=None: _narrowed(Pick(Rows(owner=o or "it"), None, True), c) if c is not None and has(c, text=s.text) else None)
