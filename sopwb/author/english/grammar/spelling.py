# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Windows and conditions spelled out: "the last 3 calendar months, which today means from DATE to today", "undelivered although it is due".

Deliberately not here: plain windows (``rows``, ``periods``) and connectives (``conditions``).
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.meaning import (
    Agg,
    And,
    Arith,
    Clock,
    Compare,
    Cond,
    Empty,
    Fraction,
    Lit,
    Named,
    Or,
    Remark,
    Rows,
    Shift,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.narrowing import CALENDAR, SPELLED

# --- windows ------------------------------------------------------------------------------------------------------------


G.rule("window", "[in|within|over|during|of|from] (the last|the past|the previous|last|past) {n:num} calendar months", cost=0.2)(lambda n: ("between", Shift(Clock("today"), CALENDAR, n, True), Clock("today")))


@G.rule("clause", "(which|that|this) [today|now|right now|at the moment|at present|currently] (means|is|runs|goes|would be) [from] {d:date} (up to and including|to|until|till|through|up to|and|-) (today|now) [inclusive|included]", cost=0.2)
def _spelled_out(d: Lit) -> Statement:
    """What "the last 3 calendar months" are: the first day tells whether they begin on the first of a month."""
    return Remark(SPELLED + d.text)


@G.rule("rows", "{r:rows} with (a|an|the|their|its) {n:name} {w:window}", "{r:rows} with {n:name} {w:window}", "{r:rows} (whose|where the|where) {n:name} [is|lies|falls|was] {w:window}", cost=0.35)
def _with_date_in(r: Rows, n: str, w: tuple[str, object, object]) -> Rows:
    return with_cond(r, window_cond(Named(n), w))


@G.rule("head", "(those|the ones|all|any|those ones) of the (counted|selected|remaining|relevant|chosen|same|matching|mentioned) {s:source}", "the (counted|chosen|mentioned|said) {s:source}", cost=0.2)
def _counted(s: str) -> Rows:
    return Rows(noun=s)


# --- conditions -----------------------------------------------------------------------------------------------------------

G.rule("atom", "[the] {n:name} {e:emptyword}", cost=0.7)(lambda n, e: Empty(Named(n)))
G.rule("although", "[,] (although|even though|while|whereas|despite that|in spite of that)", cost=0.0)(lambda: True)
G.rule("althoughs", "{a:atom} {x:although} {b:atom}", cost=0.1)(lambda a, b, x: And((a, b)))
G.rule("cond", "{c:althoughs}", cost=0.1)(lambda c: c)


@G.rule("cond", "{a:atom} [,] or {b:althoughs}", "{a:atom} [,] or (if|when|that|who|which) {b:althoughs}", cost=0.1)
def _or_although(a: Cond, b: Cond) -> Cond:
    """ "Although" belongs to what stands right before it, whatever was said before that."""
    return Or((a, b))


# --- so many days on average ------------------------------------------------------------------------------------------------


@G.rule("aggregate", "{k:aggkind} {t:time} <of> {r:rows}", "{k:aggkind} [of] {t:time} (for|per|of|over|across) {r:rows}", cost=0.2)
def _time_over(k: str, t: Value, r: Rows) -> Value | None:
    """ "The mean number of days from a to b": of each record, folded."""
    return Agg(k, t, r) if isinstance(t, Span) else None


G.rule("atom", "[the] {n:name} (true|yes|ticked|checked)", cost=0.7)(lambda n: Compare("==", Named(n), Lit("bool", "true")))
G.rule("atom", "[the] {n:name} (false|unticked|unchecked)", cost=0.7)(lambda n: Compare("==", Named(n), Lit("bool", "false")))


G.rule("head", "such (a|an) {s:source}", "[any|a|an|one] such {s:source}", cost=0.25)(lambda s: Rows(noun=s))

# --- a field that holds a percentage -----------------------------------------------------------------------------------------


@G.rule("sum", "{a:sum} [,] (minus|less) {f:percentfield}", cost=0.2)
def _less_their_percent(a: Value, f: Value) -> Value:
    return Arith("-", a, Fraction(f, a))


@G.rule("sum", "{a:sum} [,] plus {f:percentfield}", cost=0.2)
def _plus_their_percent(a: Value, f: Value) -> Value:
    return Arith("+", a, Fraction(f, a))


G.rule("percentfield", "[the] {n:name} (percent|percentage|in percent)", "{o:owner} {n:name} (percent|percentage|in percent)", "[the] {n:name} (percent|percentage) of [the] {e:entity}", cost=0.1)(lambda n, o="", e="": Named(n, o or e))
