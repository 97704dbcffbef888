# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Sentences that go on with the value before: "With no failures it is 'good' if …", two names and what both are.

Deliberately not here: cases in one sentence (``definitions``), one case more in a finished script (``exceptions``).
"""

from __future__ import annotations

from sopwb.author.english.continuing import CASE
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.listing import joined_items, own_item
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Agg,
    And,
    Arm,
    Assign,
    Cases,
    Clock,
    Compare,
    Cond,
    Define,
    Lit,
    Named,
    NoRows,
    Not,
    Remark,
    Rows,
    Shift,
    Statement,
    Truth,
)
from sopwb.author.english.nothing import NONE

_ZERO = Lit("number", "0")

# --- more cases, in a case of their own ------------------------------------------------------------------------

G.rule("incase", "(with no|without|without any|with zero|having no) {n:ownword}", "(if|when) there (are|is) (no|not any) {n:ownword}", cost=0.0)(lambda n: Compare("==", Named(n), _ZERO))
G.rule("incase", "(with no|without|without any|with zero|having no) {r:rows}", cost=0.2)(lambda r: NoRows(r))
G.rule("incase", "with {c:countcond}", "(if|when) {c:cond}", cost=0.4)(lambda c: c)
G.rule("countcond", "{o:cmp} {v:num} {n:ownword}", "{v:num} {n:ownword} {o:ormore}", "{v:num} {o:ormore} {n:ownword}", cost=0.0)(lambda o, v, n: Compare(o, Named(n), v))


@G.rule("clause", "{p:incase} [,] (it|that) (is|says|reads) [either] {c:cases}", cost=0.3)
def _more(p: Cond, c: Cases) -> Statement | None:
    """Cases within a case; they go on with those of the value spoken of last."""
    if c.subject is not None:
        return None
    arms = [Arm(And((p, a.cond)), a.value) for a in c.arms]
    if c.default is not None:
        arms.append(Arm(And((p, *(Not(a.cond) for a in c.arms))), c.default))
    return Define("@more", Cases(tuple(arms)))


# --- two names, and what both are ----------------------------------------------------------------------------------

G.rule("ofthem", "(among them|of them|of those|among those|there|in there|of these)", cost=0.0)(lambda: Rows())
G.rule("ofthem", "<of> {r:rows}", cost=0.2)(lambda r: r)
G.rule("twothings", "{j:extreme} and {k:extreme} {w:measure} [{o:ofthem}]", "{j:aggkind} and {k:aggkind} [of] {w:measure} [{o:ofthem}]", "{j:extreme} and {k:extreme} of [the|their|all] {w:measure} [{o:ofthem}]", cost=0.1)(lambda j, k, w, o=None: (Agg(j, w, o), Agg(k, w, o)) if j != k else None)
G.rule("twofields", "[the] {a:ident} and [the] {b:ident} [,|LP] [{m:means}] {t:twothings} [RP] [respectively|in that order]", "[the] {a:ident} and [the] {b:ident} : {t:twothings}", cost=0.0)(lambda a, b, t, m=None: (own_item(a, t[0]), own_item(b, t[1])))
G.rule("fieldlist", "{t:twofields}", cost=0.1)(lambda t: t)
G.rule("fieldlist", "{xs:fieldlist} (, and|and|,|;|; and) {t:twofields}", cost=0.1)(lambda xs, t: joined_items(xs, t))

# --- a window said twice ------------------------------------------------------------------------------------------------

G.rule("time", "the day [exactly] {n:num} {u:dayunit} ago", cost=0.1)(lambda n, u: Shift(Clock("today"), u, n, True))
G.rule("dayunit", "(day|days)", cost=0.0)(lambda: "days")
G.rule("dayunit", "(week|weeks)", cost=0.0)(lambda: "weeks")


@G.rule("window", "{w:window} [,|LP|-] [that is|meaning|so|i.e.|which means|in other words|namely] {x:window} [RP]", cost=0.2)
def _twice(w: tuple[str, object, object], x: tuple[str, object, object]) -> tuple[str, object, object] | None:
    return w if w == x else None


# --- no value is left ----------------------------------------------------------------------------------------------------


@G.rule("clause", "<when> (no value|no values|no such value|no {n:name}|none of them) (is|are|remains|remain|was|were) [left|there|over|known|given] [,|then|, then] (both|they|all|both of them|all of them) (is|are) {v:lit}", cost=0.2)
def _both_where_none(v: Lit, n: str = "") -> Statement:
    return Assign(NONE, (("@them", v),))


# --- what holds anyway ------------------------------------------------------------------------------------------------------

G.rule("clause", "the (limits|bounds|limit values|edges) [themselves] (are|count as) (fine|ok|okay|good|still fine|still ok|allowed|all right|acceptable|within range|in range)", "the (limit|bound) itself (is|counts as) (fine|ok|okay|still fine|allowed|all right)", cost=0.2)(lambda: Remark("limits fine"))
G.rule("clause", "(a|an|any) (missing|empty|blank|absent) (value|one|{n:name}) (is never|is not|never counts as|does not count as|never means|is no) [a|an] {w:ownword}", cost=0.2)(lambda w, n="": Remark("blank not " + w))


# --- in exactly that case -----------------------------------------------------------------------------------------------

G.rule("thatcase", "[in|for|on] [exactly|just|precisely|only] (that|this) (case|situation)", cost=0.0)(lambda: CASE)
G.rule("truth", "(true|yes) {c:thatcase} [only] [[,|;] [and|but] false <else>|[,|;] [and] false in (all other cases|every other case|any other case)]", "(true|yes) (only|exactly|just) {c:thatcase}", cost=0.1)(lambda c: Truth(c))
G.rule("truth", "false {c:thatcase} [only] [[,|;] [and|but] true <else>]", cost=0.1)(lambda c: Truth(Not(c)))
G.rule("atom", "(that|this) is the case", cost=0.4)(lambda: CASE)

# --- only a part of a sum ---------------------------------------------------------------------------------------------------

G.rule("ischarged", "(is|are|will be|gets|get) (charged|billed|counted|paid|paid for|due|invoiced|included)", "(count|counts|matter|matters)", cost=0.0)(lambda: True)
G.rule("onlypart", "[so|then] only [the|their|its] [{n:num}] {s:source} {k:ischarged}", cost=0.0)(lambda s, n=None, k=None: singular(s))
G.rule("onlypart", "[so|then] only [the|their|its] {s:name} {k:ischarged}", cost=0.2)(lambda s, k=None: s)


@G.rule("clause", "<when> {c:cond} [,] {x:onlypart}", "<when> {c:cond} [,] {w:becausewords} , {x:onlypart}", cost=0.3)
def _only_part(c: Cond, x: str, w: str = "") -> tuple[Statement, ...]:
    """Count only one part of a sum; what is said between is why."""
    said = (Remark("because " + w),) if w else ()
    return (*said, Define("@only " + x, Truth(c)))


G.rule("atom", "[the|its|their] {n:name} set to {v:lit}", cost=0.2)(lambda n, v: Compare("==", Named(n), v))
G.rule("clause", "(look|looked|find|found) (both|them|it|these|all of them|each) [up] (by|through|via|with|using) {xs:namelist}", "(both|each|they) (are|is) (looked up|found) (by|through|via|with|using) {xs:namelist}", cost=0.3)(lambda xs: Remark("note"))
