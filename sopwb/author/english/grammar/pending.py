# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is still to be done, said by a participle whose date is empty: "unpaid invoices" where there is ``paid_on``; small edits.

What was done with records is in ``deeds``. Deliberately not here: yes/no fields ("inactive", in ``exceptions``).
"""

from __future__ import annotations

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    And,
    Arm,
    Cases,
    Compare,
    Cond,
    Empty,
    Except,
    Lit,
    Named,
    Order,
    Part,
    Renumber,
    Ret,
    Return,
    Rows,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.names import Names, words_of
from sopwb.author.english.patterns import Chart, Edge
from sopwb.lang.types import DATE, TIMESTAMP, required

_DATED = ("on", "at", "date", "time", "day")


def _dated_fields(names: Names, word: str) -> set[str]:
    """Give the keys of the dates that are named after a participle: ``paid_on`` for "paid"."""
    fields = ((f, t) for s in names.sources.values() for f, t in s.record.fields)
    return {" ".join(words_of(f)) for f, t in fields if words_of(f)[:1] == (word,) and len(words_of(f)) == 2 and words_of(f)[1] in _DATED and required(t) in (DATE, TIMESTAMP)}


@G.terminal("undone")
def _undone(chart: Chart, at: int) -> list[Edge]:
    """Read "unpaid", "not yet paid", "still to be paid": the date of that is empty."""
    low, end = chart.low(at), at + 1
    if (low == "not" and chart.low(at + 1) == "yet") or (low == "to" and chart.low(at + 1) == "be"):
        low, end = chart.low(at + 2), at + 3
    elif low.startswith("un"):
        low = low.removeprefix("un")
    else:
        return []
    return [Edge(end, Empty(Named(key)), 0.1) for key in sorted(_dated_fields(chart.names, low))]


G.rule("head", "[the|any|all|all the|every|each|some|a|an|no] {c:undone} {s:source}", cost=0.2)(lambda c, s: Rows(s, conds=(c,)))
G.rule("head", "[the|any|all|all the|every|each|some|a|an|no] {c:undone} {a:adj} {s:source}", "[the|any|all|all the|every|each|some|a|an|no] {a:adj} {c:undone} {s:source}", cost=0.2)(lambda c, a, s: Rows(s, conds=(c,), words=(a,)))
G.rule("head", "{o:owner} {c:undone} {s:source}", cost=0.2)(lambda o, c, s: Rows(s, o or "it", (c,)))
G.rule("head", "{o:owner} {c:undone} {a:adj} {s:source}", "{o:owner} {a:adj} {c:undone} {s:source}", cost=0.2)(lambda o, c, a, s: Rows(s, o or "it", (c,), (a,)))
G.rule("head", "[the] {c:undone} (ones|one|rows|records)", cost=0.3)(lambda c: Rows(conds=(c,)))
G.rule("rows", "{r:rows} (that|which|who) (is|are|was|were|have been|has been) {c:undone}", cost=0.1)(lambda r, c: with_cond(r, c))
G.rule("atom", "[{e:entity}] (is|are|was|were) {c:undone}", "[{e:entity}] (has|have) (to be|not been) {c:undone}", cost=0.2)(lambda c, e="": c)
G.rule("aggregate", "how many of {r:rows} (are|were|is) {c:undone}", "how many (are|were|is) {c:undone}", cost=0.2)(lambda c, r=None: Agg("count", None, with_cond(_them(r), c)))


def _them(rows: Rows | None) -> Rows:
    return Rows(noun="@them") if rows is None or rows == Rows() else rows


# --- small edits -----------------------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (make|turn) (the|that|those) {a:number} [into|to|a|an] {b:number} [instead]", cost=0.4)
def _make_it(a: Lit, b: Lit) -> Statement:
    return Renumber(b, a)


@G.rule("clause", "{c:whoso} (always|still|automatically) (get|gets|have|has|receive|receives|count as|counts as) {v:owntext}", cost=0.7)
def _always_gets(c: Cond, v: Value) -> Statement:
    return Except(c, "", v)


@G.rule("clause", "[<subj>|and|then|finally] {r:rounding} [,] [only|right|just|but] at the [very] end", "[and|then] at the [very] end [,] {r:rounding}", cost=0.3)
def _round_at_end(r: tuple[int, str]) -> Statement:
    return Adjust("round" if r[1] == "half" else "round_" + r[1], None, places=r[0])


G.rule("address", "[the|their|whose] address (in|is in|from|under|is) [the] {n:name}", cost=0.2)(lambda n: Named(n))
G.rule("mailact", "(gets|get|receives|receive|is sent|are sent|should get|should receive) {m:mailnoun} [LP {a:address} RP|(at|to) {a:address}] (:|,|-|;) {xs:mailparts}", cost=0.3)(lambda xs, m=None, a=None: (xs, a))


# --- where they are, and how late, explained ---------------------------------------------------------------------------------


@G.rule("rows", "{r:rows} (in|from|at|based in|living in|located in|who live in|that live in|of type|of kind) {c:trait}", cost=0.3)
def _with_text(r: Rows, c: Cond) -> Rows | None:
    """ "Owners in Bonn": a text that one field holds."""
    held = isinstance(c, Compare) and isinstance(c.right, Lit) and c.right.kind == "string"
    return with_cond(r, c) if held and (r.source or r.noun) else None


@G.rule("time", "{u:spanunit} [that] [{e:entity}] (is|was|are|were) {x:late} LP {b:bareseconds} RP", cost=0.1)
def _late_explained(u: str, b: Value, e: str = "", x: bool = True) -> Value:
    """The brackets say from when to when; the unit is that of the words before them."""
    return _in_unit(b, u)


def _in_unit(value: Value, unit: str) -> Value:
    if isinstance(value, Span):
        return msgspec.structs.replace(value, unit=unit)
    if isinstance(value, Cases) and value.default is not None:
        arms = tuple(Arm(a.cond, _in_unit(a.value, unit)) for a in value.arms)
        return Cases(arms, _in_unit(value.default, unit))
    return value


# --- periods that parameters name, lists without doubles, what comes out ------------------------------------------------------

_TAIL = Named("@tail")


@G.rule("window", "(in|during|of|within) (that|the given) year", cost=-0.3)
def _in_that_year() -> tuple[str, Cond, None]:
    return ("cond", Compare("==", Part("year", _TAIL), Named("year")), None)


@G.rule("window", "(in|during|of|within) (that|the given) month (of|in) (that|the given) year", cost=-0.3)
def _in_that_month() -> tuple[str, Cond, None]:
    month, year = (Compare("==", Part(part, _TAIL), Named(part)) for part in ("month", "year"))
    return ("cond", And((year, month)), None)


@G.rule("aggregate", "{v:aggregate} [,] (each [of them] [only|just] once|without (doubles|duplicates|repeats|repetitions)|no (doubles|duplicates|repeats)|with no (doubles|duplicates))", "{v:aggregate} [,] (without|no|with no) (doubles|duplicates) [and|,] {o:order}", cost=0.2)
def _once(v: Value, o: Order | None = None) -> Value | None:
    if not isinstance(v, Agg) or v.kind != "list":
        return None
    return msgspec.structs.replace(v, distinct=True, order=(o,) if o is not None else v.order)


@G.rule("clause", "{f:plainfields} (out|come out|comes out|the output|the outputs|as output|is the output|are the outputs|is what comes out)", cost=0.6)
def _come_out(f: tuple[Ret, ...]) -> Statement:
    return Return(f)
