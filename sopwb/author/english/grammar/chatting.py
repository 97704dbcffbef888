# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Looser ways of talking: "how often we have been there", "if that was long ago", "they never had one", "never been there? then …".

Deliberately not here: anything that decides what is computed without a name or a number to hold on to.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import NEGATIONS, ago, sized, with_subject
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Agg,
    And,
    Arm,
    Assign,
    Cases,
    Compare,
    Cond,
    Define,
    Drop,
    Lit,
    Named,
    NoRows,
    Or,
    Otherwise,
    Pick,
    Ret,
    Return,
    Rows,
    Select,
    Span,
    Statement,
    Truth,
    Value,
    Whose,
)
from sopwb.author.english.patterns import Chart, Edge

# --- the one that was picked, and its date --------------------------------------------------------------------

G.rule("thatone", "(that|that one|that last one|that {e:entity})", cost=0.8)(lambda e="": True)
G.rule("atom", "{t:thatone} (was|is|happened|lies|took place) {o:sizecmp} {n:num} {u:unit} (ago|back|in the past)", "{t:thatone} (was|is|happened) {n:num} {u:unit} {o:sizemore} (ago|back)", cost=0.3)(
    lambda o, n, u, t=None: sized(o, Named("@pickdate"), ago(n, u)))
G.rule("atom", "[and|or] ({e:entity}|we|you|i) (never|have never|has never|had never) (had|got|been there|been|had any|had one|got one|been|visited|come) [one|any|there|here]", "never been there", "(there has|there have) never been (one|any)", cost=0.4)(lambda e="": NoRows(None))


@G.rule("clause", "[<subj>] (check|checks|search|searches|look in|looks in|look through|go through|read|look at) [the] {s:source} for {p:pick}", cost=0.2)
def _search_for(s: str, p: Pick) -> Statement | None:
    rows = p.rows or Rows()
    if rows.source not in ("", s):
        return None
    rows = msgspec.structs.replace(rows, source=s)
    return Select(rows, Pick(rows, p.by, p.last))


G.rule("head", "(each|every|any) one", "(each|every one|all) of them", cost=0.5)(lambda: Rows())


@G.rule("rows", "{r:rows} (that|which|who) [have|has|are|were|is|was|had] {v:oneword} LP {c:cond} RP", "{r:rows} (that|which|who) [have|has|are|were|is|was|had] {v:oneword} {w:oneword} LP {c:cond} RP", cost=0.5)
def _explained(r: Rows, c: Cond, v: str, w: str = "") -> Rows | None:
    return None if {v, w} & NEGATIONS else with_cond(r, c)


# --- how many there are, by a name that was given to it ------------------------------------------------------------

G.rule("atom", "there (is|are) {n:num} {x:name} {o:ormore}", "there (is|are) {o:cmp} {n:num} {x:name}", "there (is|are) {n:num} {o:ormore} {x:name}", cost=0.3)(lambda n, x, o: Compare(o, Named(x), n))
G.rule("atom", "({e:entity}|they|we) (has|have) {n:num} {x:counting} {o:ormore} {y:name}", "{n:num} {x:counting} {o:ormore} {y:name}", "{o:cmp} {n:num} {x:counting} {y:name}", "({e:entity}|they|we) (has|have) {o:cmp} {n:num} {x:counting} {y:name}", cost=0.4)(lambda n, o, y, x=None, e="": Compare(o, Named(y), n))
G.rule("counting", "{u:unit}", "<noun_unit>", "{w:oneword}", cost=0.1)(lambda u="", w="": True)
G.rule("factor", "[the] {u:unit} {n:name}", cost=1.0)(lambda u, n: Named(n))

G.rule("aggregate", "how often (we|they|you|i|{e:entity}|somebody|people) (have|has|had|were|was) [been] [there|here] (according to|in|by|going by) {s:source}", "how often (we|they|you|i|{e:entity}) {v:oneword} (there|here|it|that) (according to|in|by) {s:source}", cost=0.3)(lambda s, e="", v="": Agg("count", None, Rows(s, "it")))
G.rule("value", "{v:aggregate} (there|here)", cost=0.3)(lambda v: v)
G.rule("rounding", "{p:places} {h:half}", cost=0.3)(lambda p, h: (p, h))

# --- spans without their unit ----------------------------------------------------------------------------------------


@G.rule("clause", "[the] {n:name} (goes|runs|counts|is counted|lasts|is) from {a:point} (to|until|till) {b:point} [,] or (to|until|till) {c:point} if (that|this|it) is (filled in|set|there|known|given|filled|not empty|not blank|present)", cost=0.2)
def _span_or(n: str, a: Value, b: Value, c: Value) -> Statement | None:
    from sopwb.author.english.meaning import Empty

    unit = UNITS.get(n, UNITS.get(n + "s", ""))
    if not unit or not isinstance(c, Named):
        return None
    return Define(n, Cases((Arm(Empty(c), Span(unit, a, b)),), Span(unit, a, c)))


@G.rule("clause", "[the] {n:name} (goes|runs|counts|is counted|lasts) from {a:point} (to|until|till) {b:point}", cost=0.3)
def _span_named(n: str, a: Value, b: Value) -> Statement | None:
    unit = UNITS.get(n, UNITS.get(n + "s", ""))
    return Define(n, Span(unit, a, b)) if unit else None


# --- results told in passing --------------------------------------------------------------------------------------------


@G.terminal("asking")
def _asking(chart: Chart, at: int) -> list[Edge]:
    """Read "how long the customer has been waiting", up to the comma or colon before what is returned."""
    if chart.low(at) not in ("how", "what", "whether", "which", "when", "where", "who"):
        return []
    for end in range(at + 1, min(at + 12, len(chart.tokens))):
        if chart.low(end) in (",", ":", "-") and chart.low(end + 1) in ("{", "in", "as"):
            return [Edge(end + 1, True, 0.5)]
        if chart.tokens[end].kind not in ("word", "name") and chart.low(end) != "'s":
            return []
    return []


@G.rule("clause", "[{g:comesback}] {a:asking} [in the form|as|in] {f:object}", "[and] (see|sees|know|find out|tell|says|say|tells) {a:asking} [as] {f:object}", cost=0.3)
def _return_asking(f: tuple[Ret, ...], a: Any = None, g: Any = None) -> Statement:
    return Return(f)


@G.terminal("askedwords")
def _askedwords(chart: Chart, at: int) -> list[Edge]:
    """Read "how it is doing", up to a colon."""
    if chart.low(at) not in ("how", "what", "where", "whether"):
        return []
    for end in range(at + 1, min(at + 8, len(chart.tokens))):
        if chart.low(end) == ":":
            return [Edge(end, True, 1.0)] if end - at > 1 else []
        if chart.tokens[end].kind != "word" and chart.low(end) != "'s":
            return []
    return []


G.rule("clause", "[and] (i|we|you|it|) (see|sees|know|get to know|find out|learn|want to know|says|tells me) {a:askedwords}", cost=1.0)(lambda a: ())
G.rule("pairs", "{n:ident} = {v:defvalue}", "{xs:pairs} [,|;|and|, and] {n:ident} = {v:defvalue}", cost=0.2)(lambda n, v, xs=(): (*xs, Ret(n, "", v)))


@G.rule("clause", "[and] (i|we|you|it|) (see|sees|know|get to know|find out|learn|want to know|says|tells me) {a:askedwords} : {xs:pairs}", "{g:comesback} {xs:pairs}", cost=0.3)
def _equations(xs: tuple[Ret, ...], a: Any = None, g: Any = None) -> Statement | None:
    """"visits = …, average = …": the fields that come back."""
    return Return(xs) if len(xs) > 1 else None


@G.rule("clause", "{n:name} [just|only|simply] {v:aggregate}", cost=2.4)
def _elided(n: str, v: Value) -> Statement:
    return Define(n, v)


@G.rule("clause", "{c:cond} , then {o:outcome}", cost=0.6)
def _then(c: Cond, o: tuple[tuple[str, Value], ...]) -> Statement | None:
    return Assign(c, o) if isinstance(c, NoRows) else None


G.rule("clause", "no {x:oneword} , then (leave|drop|forget|skip|never mind) [about] [it|that]", "no {x:oneword} [there] , then (let us|we) (leave|drop|forget|skip) (it|that)", cost=0.1)(lambda x: Drop())


@G.rule("clause", "{o:cmp} {n:num} <noun_unit> [in total|altogether|in all] , (that is|meaning|i.e.|namely|which is) {v:value}", "{o:cmp} {n:num} {w:oneword} [in total|altogether|in all] , (that is|meaning|i.e.|namely|which is) {v:value}", cost=0.5)
def _measured(o: str, n: Lit, v: Value, w: str = "") -> Statement:
    return Define("@open", Truth(Compare(o, v, n)))


G.rule("adjust", "{p:percent} (off|discount)", "with {p:percent} off", cost=0.3)(lambda p: ("percent_less", p, None))


G.rule("value", "{v:aggregate} (in total|altogether|overall|so far|all in all|in all)", cost=0.2)(lambda v: v)


@G.rule("aggregate", "[the] <sum> of {r:rows}", cost=1.3)
def _sum_of_rows(r: Rows) -> Value | None:
    """"The sum of their payments": of the one field that holds money."""
    return Agg("sum", Named("@money"), r) if r.source else None


@G.rule("clause", "<else> [,] [the] {n:name} (is|becomes|reads) {c:cases}", cost=0.4)
def _otherwise_cases(n: str, c: Cases) -> Statement | None:
    # "…, b is null and c is 0" behind a case sets more fields; it is no further condition of it.
    if any(isinstance(a.cond, And | Or) for a in c.arms):
        return None
    return Assign(Otherwise(), ((n, c),))


@G.rule("atom", "{p:pick} (is|was|lies|took place|happened|dates) {c:comparison}", "{p:pick} (is|was|lies|took place|happened) {o:sizecmp} {n:num} {u:unit} (ago|back)", cost=0.4)
def _pick_dated(p: Pick, c: Cond | None = None, o: str = "", n: Lit | None = None, u: str = "") -> Cond:
    date = Whose("date", p)
    if n is not None:
        return sized(o, date, ago(n, u))
    assert c is not None
    return with_subject(c, date)


@G.terminal("monthyear")
def _monthyear(chart: Chart, at: int) -> list[Edge]:
    """Read "October 2026": the pair of its first and its last day."""
    import calendar

    month, year = chart.low(at), chart.low(at + 1)
    names = [n.lower() for n in calendar.month_name]
    if month not in names[1:] or not (year.isdigit() and len(year) == len("2026")):
        return []
    number = names.index(month)
    last = calendar.monthrange(int(year), number)[1]
    days = tuple(Lit("date", f"{year}-{number:02d}-{day:02d}") for day in (1, last))
    return [Edge(at + 2, days, 0.0)]


G.rule("window", "(in|during|of|from|within) {d:monthyear}", cost=0.1)(lambda d: ("between", d[0], d[1]))
