# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is worked out for each record step by step, and then added up: "for each item take the price, divide it by 12 …".

    "For each of their ads it takes the downloads, divides them by 1000 and multiplies by the rate. Sum that up."

Products that are named in the same breath are in ``charging``. Deliberately not here: what is done for each record (mails,
runs of scripts), and steps after which nothing is added up: those are asked about.
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Agg,
    Arith,
    Define,
    Exclude,
    Explain,
    Fixed,
    Holds,
    Named,
    NoRows,
    Rows,
    Statement,
    Value,
)

STEPS = Named("@steps")

G.rule("themall", "(them|it|that|this|these|the result|this number|that number|those)", cost=0.0)(lambda: True)
G.rule("stepmore", "(divide|divides|dividing) [{t:themall}] by {v:factor}", cost=0.0)(lambda v, t=None: ("/", v))
G.rule("stepmore", "(multiply|multiplies|multiplying) [{t:themall}] (by|with) {v:factor}", "(times) {v:factor}", cost=0.0)(lambda v, t=None: ("*", v))
G.rule("stepmore", "(add|adds|adding) {v:factor} [to {t:themall}|on top]", cost=0.0)(lambda v, t=None: ("+", v))
G.rule("stepmore", "(subtract|subtracts|deduct|deducts|take off|takes off|takes away|take away) {v:factor} [from {t:themall}]", cost=0.0)(lambda v, t=None: ("-", v))
G.rule("stepchain", "(take|takes|taking|start with|starts with|use|uses|get|gets|look up|looks up) {v:sum}", "(multiply|multiplies) {a:factor} (by|with) {b:factor}", cost=0.1)(lambda v=None, a=None, b=None: v if v is not None else Arith("*", a, b))
G.rule("stepchain", "(divide|divides) {a:factor} by {b:factor}", cost=0.1)(lambda a, b: Arith("/", a, b))
G.rule("stepchain", "{c:stepchain} (,|and|, and|then|, then|and then|, and then|;) {m:stepmore}", cost=0.1)(lambda c, m: Arith(m[0], c, m[1]))
G.rule("addsup", "(sum|sums|add|adds|total|totals) (that|it|them|those|these|this|the results|the products|the amounts|all of that|all of these|all of them|everything|it all|all that) up", "(sum|sums|add|adds|total|totals) up (that|it|them|those|these|the results|the products|the amounts|all of that|all of these|everything|all)", "(sum|sums|total|totals) (that|it|them|those|these|the results|everything)", cost=0.0)(lambda: True)


@G.rule("clause", "<foreach> {r:rows} [,] [<subj>] {c:stepchain}", "[<subj>] <goover> {r:rows} [and|,|:] [<subj>] [for each] {c:stepchain}", cost=0.3)
def _stepwise(r: Rows, c: Value) -> Statement | None:
    """Keep what each record comes to; it counts for nothing until it is added up."""
    return Define(STEPS.words, Agg("sum", c, r)) if isinstance(c, Arith) and r.source else None


@G.rule("clause", "[<subj>] [then|at the end|in the end] {a:addsup}", cost=0.2)
def _add_up(a: bool) -> Statement:
    return Define("@sum", STEPS)


# --- blanks, and mails without an address ------------------------------------------------------------------------------


@G.rule("clause", "<when> {o:owner} {n:name} is <empty> [,] [just] (treat|count|take|use|read|see) it as {v:lit}", "<when> {o:owner} {n:name} is <empty> [,] (it counts as|it is taken as|it is) {v:lit}", "(treat|count|take|read|see) {o:owner} (empty|blank|missing) {n:name} as {v:lit}", cost=0.2)
def _blank_of(n: str, v: Value, o: str = "") -> Statement:
    return Define("@blank " + n, v)


@G.rule("clause", "no {n:name} [address|field] [set|given|there|on file|known] [,|:|-|means|=|, then|then] no (mail|email|e mail|message|reminder|letter)", cost=0.2)
def _no_address(n: str) -> Statement:
    return Exclude(Rows(conds=(Holds(Named(n), "absent"),)))


@G.rule("clause", "[the] {n:name} [is|are|should be|must be|comes|goes in] [written|shown|given|printed|formatted] {d:decimals} [{x:nothousands}]", "(write|show|format|print|give) [the] {n:name} {d:decimals} [{x:nothousands}]", cost=0.6)
def _shown_fixed(n: str, d: int, x: Any = None) -> Statement:
    """How a value stands in a text: the placeholder of that name."""
    return Explain(n, Fixed(Named(n), d))


G.rule("subjectcond", "{e:subjectnoun} (without|without any|with no|who has no|that has no|which has no) {r:rows} (left|left over|remaining)", "(no|zero) {r:rows} (left|remaining) (means|gives|is|:|makes)", cost=0.3)(lambda r, e="": NoRows(r))

