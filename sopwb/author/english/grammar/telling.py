# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Everyday ways to tell what something is: "what is left", "with the tips on top", "take the year of today: if it is …".

Deliberately not here: plain definitions (``definitions``) and returned objects (``returns``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import NEGATIONS, with_subject
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arith,
    Arm,
    Assign,
    Cases,
    Compare,
    Cond,
    Define,
    Fraction,
    Labelled,
    Lit,
    Named,
    NoRows,
    Not,
    Only,
    Otherwise,
    Remark,
    Return,
    Rows,
    Statement,
    Value,
    Widen,
)
from sopwb.author.english.nodes import has
from sopwb.author.english.patterns import Chart, Edge

# --- "what is left", "nothing is left" --------------------------------------------------------------------------

G.rule("factor", "what is {n:name}", "what has been {n:name}", "whatever is {n:name}", cost=0.5)(lambda n: Named(n))
G.rule("atom", "nothing (is|was) {n:name}", "(none|no one) (is|are) {n:name}", "there is nothing {n:name}", cost=0.4)(lambda n: Compare("==", Named(n), Lit("number", "0")))
G.rule("atom", "(something|anything) (is|was) {n:name}", "there is (something|anything) {n:name}", cost=0.4)(lambda n: Compare(">", Named(n), Lit("number", "0")))


@G.rule("clause", "{n:ident} : {v:defvalue}", cost=0.2)
def _labelled(n: str, v: Value) -> Statement:
    return Labelled(n, v)


@G.rule("clause", "[<subj>] (take|takes|consider|considers|look at|looks at|go by|goes by|use|uses) {v:value} : {c:cases}", cost=0.3)
def _cases_of(v: Value, c: Cases) -> Statement:
    return Define("@open", Cases(c.arms, c.default, v))


G.rule("answerword", "(the|its) (word|answer|result|value|output|verdict|outcome|text|status|price|amount)", cost=0.0)(lambda: True)
G.rule("arm", "<when> {c:cond} [,|:|then|, then] {w:answerword} is {v:plainvalue}", cost=0.3)(lambda c, v, w: Arm(c, v))
G.rule("default", "(in|for) any other {w:oneword} [,] [(it|that|this) is|{a:answerword} is] {v:plainvalue}", "<else> [,] {a:answerword} is {v:plainvalue}", "(in|for) <rest> [,] {a:answerword} is {v:plainvalue}", "{v:plainvalue} for any other {w:oneword}", cost=0.3)(lambda v, w="", a=None: v)
G.rule("default", "[and|,] false (otherwise|if not|else|if it is not|if they are not|for all others|for the others|in all other cases|when not)", "<else> false", cost=0.1)(lambda: Lit("bool", "false"))

# --- sums of sums --------------------------------------------------------------------------------------------------


@G.rule("value", "{v:aggregate} [,] (with|plus|and) [the|their|all the] {w:measure} (on top|added|on top of that|added to it|added to that|as well)", "{v:aggregate} [,] with (the|their|all the) {w:measure} added", cost=0.3)
def _with_on_top(v: Value, w: Value) -> Value | None:
    return Arith("+", v, Agg("sum", w, v.rows)) if isinstance(v, Agg) and v.kind == "sum" else None


G.rule("aggregate", "{o:owner} {w:measure} (added up|summed up|in total|together|added together|combined)", cost=0.3)(lambda w, o: Agg("sum", w, None))
G.rule("clause", "[,] both [the] {n:name} and [the] {m:name}", "[,] {n:name} as well as {m:name}", cost=1.5)(lambda n, m: Remark("note"))


@G.rule("clause", "(the|our|a|an) {w:oneword} (keeps|takes|gets|has|charges|retains) {p:percent} of [the|all the|all] {x:measure} [,] (so|and so|and) (take|subtract|deduct|leave|knock) (that|it) (off|out|away|from it|)", "(take|subtract|deduct|knock) {p:percent} of [the|all the] {x:measure} off", "(take|subtract|deduct|knock) off {p:percent} of [the|all the] {x:measure}", cost=0.3)
def _keeps(p: Lit, x: Value, w: str = "") -> Statement:
    return Adjust("sub", Fraction(p, Agg("sum", x, None)))


G.rule("belongs", "of {e:entity}", "(on|at|in|for|with|by) (that|this|the) {n:name}", cost=0.1)(lambda e="", n="": "=" + n if n else e or "it")
G.rule("belongs", "{a:belongs} [and] {b:belongs}", cost=0.1)(lambda a, b: f"{a};{b}")
G.rule("aggregate", "(all|all the|all of the) {w:measure} {b:belongs} (in|from|according to|out of) {s:source} (added up|together|summed up|combined|added together)", "(the sum of|the total of|the total) [all|the|all the] {w:measure} {b:belongs} (in|from|according to|out of) {s:source}", cost=0.2)(
    lambda w, b, s: Agg("sum", w, Rows(s, b)))


@G.rule("clause", "[and] (out|back) (comes|come|goes) (one|a single|just one|only one) (word|number|value|text) (:|-|,|, namely) {v:defvalue}", "[and] (out|back) (comes|come|goes) {v:defvalue}", cost=0.4)
def _out_comes(v: Value) -> Statement:
    return Return((), value=v)


# --- verbs with a field in brackets -------------------------------------------------------------------------------


@G.rule("rows", "{r:rows} (that|which|who) [have|has|are|is|were|was] {v:oneword} [{b:be}] {c:comparison} LP {n:name} RP", "{r:rows} (that|which|who) [have|has|are|is|were|was] {v:oneword} {w:window} LP {n:name} RP", "{r:rows} {v:oneword} {w:window} LP {n:name} RP", cost=0.4)
def _verb_with_field(r: Rows, n: str, v: str, c: Cond | None = None, w: Any = None, b: Any = None) -> Rows | None:
    if v in NEGATIONS:
        return None
    return with_cond(r, with_subject(c, Named(n)) if c is not None else window_cond(Named(n), w))


@G.rule("rows", "{r:rows} [,] (going by|judging by|judged by|measured by|counted by|based on|according to|by) [the|their] {n:name} [date|day]", cost=0.2)
def _going_by(r: Rows, n: str) -> Rows | None:
    """Says which date a window of time is about."""
    if not r.conds or not has(r.conds[-1], Named, words="@date"):
        return None
    return msgspec.structs.replace(r, conds=(*r.conds[:-1], _redated(r.conds[-1], n)))


def _redated(node: Any, name: str) -> Any:
    if isinstance(node, Named):
        return Named(name, node.owner) if node.words == "@date" else node
    if hasattr(node, "__struct_fields__"):
        return type(node)(**{f: _redated(getattr(node, f), name) for f in node.__struct_fields__})
    return tuple(_redated(p, name) for p in node) if isinstance(node, tuple) else node


@G.rule("clause", "[but] only {r:rows} (should|must|may|do|will|shall|are to|can) [be] (count|counted|counts|considered|included|used|taken|looked at) [,] [{g:goingby}]", "[but] only {r:rows} (count|counts|are counted|are considered|are used|matter) [,] [{g:goingby}]", cost=0.3)
def _only_count(r: Rows, g: str = "") -> Statement | None:
    rows = _going_by(r, g) if g else r
    return Only(rows) if rows is not None and (rows.conds or rows.words) else None


G.rule("goingby", "(going by|judging by|judged by|measured by|counted by|based on|according to|by) [the|their] {n:name} [date|day]", cost=0.1)(lambda n: n)

# --- all of them, for one field ----------------------------------------------------------------------------------------

G.rule("inclusion", "(old|older|new|recent|late|early|earlier|past|other|blank|empty|bad|good) ones", "those (without|with|that have no|before that) {n:name}", "{r:rows}", cost=0.2)(lambda n="", r=None: True)
G.rule("inclusions", "{i:inclusion}", cost=0.0)(lambda i: True)
G.rule("inclusions", "{xs:inclusions} (and|,|, and|or) {i:inclusion}", cost=0.1)(lambda xs, i: True)


@G.rule("clause", "all [of] [the|those|its|their] {r:rows} (count|counts|are counted|are used|are considered|matter) (for|in|here|when it comes to) [(this one|this|it|that|that one|this field|that field|this value|{n:name})] [[,|-|LP] [also|even|including] {i:inclusions}]", "(for|in) (this one|this|it|that one|this field|{n:name}) [,] all [of] [the|those|its|their] {r:rows} (count|are counted|are used|are considered|matter) [[,|-] [also|even|including] {i:inclusions}]", cost=0.5)
def _all_count(r: Rows, n: str = "", i: Any = None) -> Statement | None:
    return Widen(n, r) if r.source and not r.conds and not r.words else None


# --- a record that they have ---------------------------------------------------------------------------------------------

G.rule("onlyone", "(there is|there are|there can be|it has|they have) (never more than one|at most one|only ever one|only one|always one at most|not more than one)", "never more than one", "at most one", cost=0.0)(lambda: True)


@G.rule("atom", "{e:entity} (has|have|had) (a|an|one) {r:rows} [LP {x:onlyone} RP]", "there (is|was) (a|an|one) {r:rows} LP {x:onlyone} RP", cost=0.45)
def _has_one(r: Rows, e: str = "", x: bool = False) -> Cond | None:
    return Not(NoRows(msgspec.structs.replace(r, owner=r.owner or e or "it", noun=ONLY if x else r.noun))) if r.source and r.conds else None


ONLY = "@only"
"""Marks, as the noun of a selection, that it holds one record at most: its fields can be named."""


@G.rule("clause", "<when> {c:cond} [,|:|then|, then] {xs:sets} {s:sep} [the] {n:name} (is|are|becomes|=) {v:value} [,] or {d:value} <when> {x:cond}", "<when> {c:cond} [,|:|then|, then] [the] {n:name} (is|are|becomes|=) {v:value} [,] or {d:value} <when> {x:cond}", cost=0.3)
def _assign_or(c: Cond, n: str, v: Value, d: Value, x: Cond, xs: tuple[tuple[str, Value], ...] = (), s: Any = None) -> Statement:
    return Assign(c, (*xs, (n, Cases((Arm(x, d),), v))))


@G.rule("clause", "<else> [,] [the] {n:name} (is|are|becomes|=) {v:value} [,] or {d:value} <when> {x:atom} {s:sep} {xs:sets}", cost=0.2)
def _otherwise_or(n: str, v: Value, d: Value, x: Cond, xs: tuple[tuple[str, Value], ...], s: Any = None) -> Statement:
    return Assign(Otherwise(), ((n, Cases((Arm(x, d),), v)), *xs))


@G.terminal("purpose")
def _purpose(chart: Chart, at: int) -> list[Edge]:
    """Read the rest of a sentence that only tells what a script is wanted for: words, no numbers and no texts."""
    end = len(chart.tokens)
    plain = all(t.kind in ("word", "name") or t.low in ("'s", ",", "-") for t in chart.tokens[at:])
    return [Edge(end, True, 0.5)] if at < end and plain else []


G.rule("clause", "(i|we) (want|would like|need|have) to be able to (ask|see|check|tell|know|find out|look up|say) {p:purpose}", "(i|we) (run|have|own|manage|work at|work for|work in) (a|an|the|our) {p:purpose}", "(at|in|for) (the|our|my) {w:oneword} we {p:purpose}", cost=1.5)(lambda p, w="": ())
G.rule("clause", "[{w:oneword}] {x:oneword} {y:oneword} here", "(this is|it is) for (the|our|my) {p:purpose}", cost=3.0)(lambda w="", x="", y="", p=None: ())

