# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Loose words that exact ones explain: "how many toys they have at home, meaning loans of theirs where returned_on is empty".

The loose part computes nothing, so it may hold no number, no text, no denial and no comparison: then it would say
something of its own. "Any toy they have out" are the records that the number "out" counts. Deliberately not here:
words explained by brackets (``rows``, ``conditions``).
"""

from __future__ import annotations

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Agg,
    Clock,
    Compare,
    Cond,
    Lit,
    Named,
    NoRows,
    Not,
    Recompare,
    Remark,
    Require,
    Ret,
    Return,
    Rows,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.names import GROUP
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.returning import EACH_OF_THEM

_LOOSE_MAX = 14
_TELLING = frozenset(("not", "never", "no", "without", "except", "unless", "if", "when", "whose", "where", "than", "least", "most", "or", "but", "per", "each", "last", "since", "before", "after", "today", "only", "and", "half", "twice"))
"""Words that would say something of their own."""
_EXPLAINING = (("meaning",), ("that", "is"), ("i.e.",), ("namely",), ("so",), ("in", "other", "words"), ("which", "means"), ("that", "means"), ("which", "is"), ("=",), ("that", "would", "be"), ("that", "are"))


@G.terminal("loosely")
def _loosely(chart: Chart, at: int) -> list[Edge]:
    """Read loose words up to the sign, and the word, that exact ones follow: "toys they have right now, meaning"."""
    tokens = chart.tokens
    for end in range(at, min(at + _LOOSE_MAX, len(tokens))):
        low = tokens[end].low
        if low in (",", "-", ":", ";") and end > at:
            found = next((p for p in _EXPLAINING if tuple(chart.low(end + 1 + i) for i in range(len(p))) == p), None)
            return [Edge(end + 1 + len(found), " ".join(t.low for t in tokens[at:end]), 2.5)] if found else []
        if tokens[end].kind not in ("word", "name") and low != "'s":
            return []
        if low in _TELLING:
            return []
    return []


G.rule("aggregate", "(how many|how often|how many times) {w:loosely} [the] [number of|count of] {r:rows}", "(the number|the count) of {w:loosely} [the] [number of|count of] {r:rows}", cost=0.3)(lambda r, w: Agg("count", None, r))
G.rule("rows", "{r:rows} of (theirs|his|hers|its)", cost=0.2)(lambda r: msgspec.structs.replace(r, owner=r.owner or "it"))

# --- the records that a number counts -----------------------------------------------------------------------------


@G.rule("head", "[any|the|every|each|all|all the|any of the|of the|some of the|one of the] {x:oneword} {e:entity} (has|have|had) {n:ownword}", "[any|the|every|each|all|all the|any of the|of the|some of the|one of the] {x:oneword} (that|which|who) (is|are|were|was) {n:ownword}", cost=0.4)
def _counted_ones(n: str, x: str, e: str = "") -> Rows:
    return Rows(noun=GROUP + n)


@G.rule("atom", "(any|any of|one of|at least one of|at least one|some of|even one of) {r:rows} {c:does}", "(any|any of|one of|at least one of|at least one|some of|even one of) {r:rows} (has|have) {n:name} {t:tails}", cost=0.3)
def _any_does(r: Rows, c: Cond | None = None, n: str = "", t: Cond | None = None) -> Cond | None:
    """Whether there is such a record at all."""
    from sopwb.author.english.grammar.conditions import with_subject

    cond = c if c is not None else with_subject(t, Named(n)) if t is not None else None
    return Not(NoRows(with_cond(r, cond))) if cond is not None and (r.source or r.noun or r == Rows()) else None


G.rule("time", "how many {u:unit} ago [the] <earliest> (of {r:rows}|{r:rows}) (was|were|is|has been) {d:dateverb}", "how (long|many days) ago [the] <earliest> (of {r:rows}|{r:rows}) (was|were|is|has been) {d:dateverb}", cost=0.1)(lambda r, d, u="days": _since("min", r, d, u))
G.rule("time", "how many {u:unit} ago [the] <latest> (of {r:rows}|{r:rows}) (was|were|is|has been) {d:dateverb}", "how (long|many days) ago [the] <latest> (of {r:rows}|{r:rows}) (was|were|is|has been) {d:dateverb}", cost=0.1)(lambda r, d, u="days": _since("max", r, d, u))


def _since(kind: str, rows: Rows, date: str, unit: str) -> Value:
    return Span(UNITS.get(unit, unit), Agg(kind, Named(date), rows), Clock("today"))


# --- return both ------------------------------------------------------------------------------------------------------

G.rule("themcount", "(both|both of them|both of these|both values)", cost=0.0)(lambda: 2)
G.rule("themcount", "(all three|all three of them)", cost=0.0)(lambda: 3)
G.rule("themcount", "(all four|all four of them)", cost=0.0)(lambda: 4)
G.rule("themcount", "(them|them all|all of them|all of these|these|all of it|everything)", cost=0.2)(lambda: 0)


@G.rule("clause", "{a:giving} {n:themcount} [back]", cost=0.2)
def _return_them(n: int, a: bool = False) -> Statement:
    return Return((Ret(EACH_OF_THEM, str(n)),), also=a)


# --- what holds anyway --------------------------------------------------------------------------------------------------

G.rule("clause", "{v:num} [{u:unit}] (on the dot|on the nose|exactly|sharp|itself) (is|are) [fine|allowed|alright|good|all right|no problem|within limits]", "exactly {v:num} [{u:unit}] (is|are) (fine|allowed|alright|good|all right|no problem)", cost=0.4)(lambda v, u="": Remark("fine at " + v.text))
G.rule("clause", "(nobody|no one|none of us) (looks at|needs|wants|uses|reads|cares about|ever looks at|ever uses) (it|that|them|those)", "(i|we) (do not|never) (look at|need|use|read) (it|that|them) [any more|anymore]", cost=0.6)(lambda: Remark("note"))


# --- not allowed, and how far it goes ------------------------------------------------------------------------------------


@G.rule("clause", "<when> {c:cond} [,|then|, then] [then] {e:entity} (is|are|was|were|is then|are then) (not|never|no longer) [to be] {n:ownword}", cost=0.1)
def _not_then(c: Cond, n: str, e: str = "") -> Statement:
    """ "If one is overdue they aren't allowed": one more thing that what is allowed asks for."""
    return Require(Not(c), n)


@G.rule("clause", "(let|allow) {e:entity} [to] (have|take|borrow|get|keep|use|hold|book) up to {v:num} [{x:oneword}] [,] so {f:entity} (is|are) {n:ownword} <when> (it|that|there) (is|are) {c:comparison}", cost=0.1)
def _let_have(v: Lit, n: str, c: Cond, e: str = "", f: str = "", x: str = "") -> Statement | None:
    """Another limit, told twice; the second says whether the limit itself is in."""
    return Recompare(c, None) if isinstance(c, Compare) and c.right == Lit("number", v.text) else None
