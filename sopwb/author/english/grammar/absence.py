# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What holds where nothing is there: "blank means none", "with no score", "a blank weather still counts".

"If there are no rows, …" and "an empty f counts as 0" themselves are in ``conditions`` and ``definitions``.
Deliberately not here: what an absent value does to a comparison.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Assign,
    Compare,
    Cond,
    Define,
    Empty,
    Holds,
    Inside,
    Lit,
    Missing,
    Named,
    NoRows,
    Remark,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge

G.rule("blankword", "[a|an] (blank|empty|missing|null) [one]", "nothing there", "nothing in it", "if (it is|that is|) (blank|empty|missing|null)", cost=0.0)(lambda: True)
G.rule("blankmeans", "(means|is|counts as|stands for|just means|is the same as|is taken as|is read as)", cost=0.0)(lambda: True)
G.rule("nothingword", "(none|no|not|nothing|zero|0|false|not any|none at all|no such thing|it is not)", cost=0.0)(lambda: True)
G.rule("blankrule", "{b:blankword} {m:blankmeans} {x:nothingword}", cost=0.0)(lambda b, m, x: "")


@G.terminal("otherstate")
def _otherstate(chart: Chart, at: int) -> list[Edge]:
    """Read the one word that a blank yes/no field stands for, right before its bracket closes: "blank means alive"."""
    token = chart.tokens[at] if at < len(chart.tokens) else None
    closes = chart.low(at + 1) == ")"
    affirms = ("yes", "true", "ticked", "set", "unknown", "both", "either", "invalid", "error", "wrong")
    if token is None or token.kind != "word" or not closes or token.low in affirms:
        return []
    return [Edge(at + 1, token.low, 1.0)]


G.rule("blankstate", "{b:blankword} {m:blankmeans} {w:otherstate}", cost=0.2)(lambda b, m, w: w)


def tested_name(cond: Cond) -> str:
    """Give the one name that a simple condition tests; empty for others."""
    left = cond.left if isinstance(cond, Compare | Empty | Inside) else cond.subject if isinstance(cond, Holds) else None
    return left.words if isinstance(left, Named) else ""


def is_flag(cond: Cond) -> bool:
    return isinstance(cond, Compare) and isinstance(cond.right, Lit) and cond.right.kind == "bool"


@G.rule("atom", "{c:atom} , {b:blankrule}", cost=0.2)
def _blank_is_not(c: Cond, b: str) -> Cond | None:
    """An empty flag is not set: a comparison with true leaves it out as it stands."""
    return c if is_flag(c) and tested_name(c) and isinstance(c, Compare) and c.right == Lit("bool", "true") else None


@G.rule("atom", "{c:atom} , {b:blankstate}", cost=0.3)
def _blank_state(c: Cond, b: str) -> Cond | None:
    wanted = is_flag(c) and isinstance(c, Compare) and c.right == Lit("bool", "true")
    return c if wanted and b not in tested_name(c).split() else None


@G.rule("atom", "(no|not a single|not any|not one) {n:name}", cost=0.9)
def _no_value(n: str) -> Cond:
    return Holds(Named(n), "absent")


@G.rule("clause", "(a blank|an empty|a missing|a null|blank|empty) {n:name} (is fine|is ok|is okay|is alright|counts|still counts|is allowed|is no problem|does no harm) [,|and|;] [it|and it|they|that] [counts|count|still counts|is counted] [too|as well]", cost=0.3)
def _blank_counts(n: str) -> Statement:
    return Remark("blank counts " + n)


@G.rule("clause", "(a blank|an empty|a missing|a null|blank|empty|no) {n:name} [just|simply] (means|says) [that] there is no {w:oneword}", "<when> {n:name} is <empty> [,] there is no {w:oneword}", "(a blank|an empty|a missing|a null|blank|empty|no) {n:name} [just|simply] means (no|without) {w:oneword}", "(a blank|an empty|a missing|a null|blank|empty|no) {n:name} [just|simply] means [that] (they|it|he|she|that|this|somebody|someone|one) (is|are) (no|not|not a|not an) [{v:oneword}] {w:oneword}", cost=0.5)
def _blank_open(n: str, w: str, v: str = "") -> Statement:
    """An end or a limit that is not set never takes effect: comparisons with it fail, as they do."""
    return Remark("blank open " + n)


@G.rule("clause", "(so|so that|which means that|that is) (such a|such an|such|that) {w:oneword} is [always|then] [either|one of] {o:options}", "such (a|an) {w:oneword} is [always|then|therefore] [either|one of] {o:options}", cost=0.6)
def _consequence(w: str, o: tuple[Value, ...]) -> Statement:
    return Remark("note")


@G.rule("rows", "{r:rows} at all", cost=0.0)
def _at_all(r: Rows) -> Rows:
    """None at all: not only none of those that were spoken of before."""
    return msgspec.structs.replace(r, every=True, owner=r.owner or "it") if r.source and not r.every else r


G.rule("atom", "{c:atom} at all", cost=0.1)(lambda c: c if isinstance(c, Holds | NoRows) else None)
G.rule("subjectcond", "{c:subjectcond} at all", cost=0.1)(lambda c: c if isinstance(c, Holds | NoRows) else None)


# --- several values at once ------------------------------------------------------------------------------

G.rule("sep", ", with", "with", ", and with", "and with", cost=0.4)(lambda: True)
G.rule("set1", "{a:lit} , {b:lit} [,] and {c:lit}", cost=0.8)(lambda a, b, c: (("@1", a), ("@2", b), ("@3", c)))
G.rule("set1", "{n:name} and the other (two|three|four|one) are [both|all] {v:lit}", cost=0.6)(lambda n, v: ((n, v), ("@others", v)))
G.rule("set1", "{v:string}", cost=1.5)(lambda v: (("@whole", v),))
G.rule("outcome", "(is|are|gets|get|gives|means|has|have|it is|that is|it says) [just|only|simply|always] {xs:sets}", cost=0.5)(lambda xs: xs)


# --- what is looked up is not there -----------------------------------------------------------------------

G.rule("missingnoun", "(a|an|any|the) {n:name} (that|which) {s:source} (does not|do not) (have|know|contain|hold|list)", "(a|an|any|the) {n:name} (that|which) (does not|do not) (exist|appear|occur) in [the] {s:source}", "(a|an|any) {n:name} without (a|any) (row|record|entry|match) in [the] {s:source}", cost=0.2)(lambda n, s: Missing(n, s))
G.rule("atom", "[the|that|this] {n:name} is missing (in|from) [the] {s:source}", "[the] {s:source} (does not|do not) (have|know|contain|list) (the|that|this|such a) {n:name}", cost=0.3)(lambda n, s: Missing(n, s))
G.rule("atom", "(it|they|he|she) (is|are) not (in there|there|listed|listed there|in it|in the list|among them|in them)", "(there is|they have|it has) no (entry|row|record) [there|in there|in it]", cost=0.4)(lambda: Missing("", "@last"))


@G.rule("clause", "<when> {c:cond} [,] (no|there is no|they get no|it gets no|without|then no) {w:oneword}", "<when> {c:cond} [,] (nothing changes|nothing is (added|taken off|changed|deducted)|it stays as it is|it stays the same|it stays)", cost=0.5)
def _no_effect(c: Cond, w: str = "") -> Statement | None:
    return Remark("no effect") if isinstance(c, Missing) or (isinstance(c, NoRows) and not w) else None


@G.rule("clause", "(a blank|an empty|a missing|a null|blank|empty) {n:name} [just|simply] (is|means|counts as) no {m:name}", cost=0.2)
def _blank_is_none(n: str, m: str) -> Statement | None:
    return Define("@blank " + n, Lit("number", "0")) if n == m else None


@G.rule("clause", "(nobody|no one|nothing|no {w:oneword}) [at all] (there|found|in it) [means|is|gives] {v:lit}", cost=1.2)
def _nobody(v: Lit, w: str = "") -> Statement:
    return Assign(NoRows(None), (("@whole", v),))


# "Nothing sold means 0", "nobody late: 0": of those spoken of, none is.
G.rule("nonesuch", "(nothing|none|nobody|no one|not one|not a single one) [was|is|were|are|has been] {a:adj} [yet|so far|there|in it|then|[on] that day|[in] that (month|week|year|time)|in that time]", cost=0.1)(lambda a: NoRows(Rows(words=(a,))))
G.rule("givesword", "(means|mean|gives|makes|is|counts as|:|,|-|->|=>|=|, then|then|so|, so)", cost=0.0)(lambda: True)


@G.rule("clause", "[<when>] {c:nonesuch} {g:givesword} {o:outcome}", "{o:outcome} <when> {c:nonesuch}", "[<when>] {c:nonesuch} {g:givesword} [it is|that is|just|simply] {v:lit}", cost=0.2)
def _none_such(c: Cond, o: tuple[tuple[str, Value], ...] = (), g: Any = None, v: Value | None = None) -> Statement:
    return Assign(c, o or (("@whole", v),))  # type: ignore[arg-type]


@G.rule("clause", "(no|zero) {r:rows} [yet|so far|at all] (:|->|=>|=|, so|-) [it is|that is|just|simply] {v:lit}", cost=0.4)
def _none_of(r: Rows, v: Value) -> Statement | None:
    return Assign(NoRows(r), (("@whole", v),)) if r.source or r.noun else None


@G.rule("clause", "{n:name} (says|tells|shows|holds) (how many|how much|the number|the number of them|how many there are) [, {b:blankrule}]", cost=0.4)
def _how_many_is(n: str, b: Any = None) -> tuple[Statement, ...]:
    """The field that a price "a piece" counts."""
    blank = (Define("@blank " + n, Lit("number", "0")),) if b is not None else ()
    return (Define("@measure", Named(n)), *blank)


def no_rows() -> Rows:
    return Rows()
