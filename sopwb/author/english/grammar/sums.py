# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is worked out, said as people reckon aloud: "guests (blank is 0) times the fee", "put the tickets of all those added up in there".

Deliberately not here: plain arithmetic (``values``), and sums over records in the usual order of words (``aggregates``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Agg,
    Arith,
    Assign,
    Clamp,
    Cond,
    Create,
    Define,
    Empty,
    Filled,
    Fraction,
    Holds,
    Lit,
    Missing,
    Named,
    Never,
    NoRows,
    Param,
    Ratio,
    Ret,
    Return,
    Rounded,
    Rows,
    Statement,
    Takes,
    Value,
)

# --- what a blank counts as ------------------------------------------------------------------------------------------

G.rule("blankgloss", "[a|an] (blank|empty|missing|null) [one|value|field] (is|counts as|means|=|:|as|being|stands for|is taken as|counting as) {v:lit}", "(or|,) {v:lit} [if|when] [it is|that is] (blank|empty|missing|null)", "{v:lit} (if|when) [it is|that is|left] (blank|empty|missing|null)", cost=0.0)(lambda v: v)
G.rule("factor", "[the] {n:name} LP {v:blankgloss} RP", "{o:owner} {n:name} LP {v:blankgloss} RP", cost=0.3)(lambda n, v, o="": Filled(Named(n, (o or "it") if o else ""), v))


@G.rule("clause", "[a|an] (blank|empty|missing|null) [one|ones|field|value] (counts as|count as|is|means|is taken as|should be|should count as|=) {v:num}", "(count|take|treat) [a|an] (blank|empty|missing) [one|ones] as {v:num}", cost=0.4)
def _blank(v: Lit) -> Statement:
    """Say what a blank counts as in what was computed last."""
    return Define("@blank @last", v)


# --- added up, and put in -----------------------------------------------------------------------------------------

G.rule("addedup", "[all] (added up|summed up|added together|put together|totalled|totaled|summed|taken together|all together)", cost=0.0)(lambda: True)


@G.rule("aggregate", "[all] [the] {w:measure} of {r:rows} {a:addedup}", "[all] [the] {w:measure} {a:addedup} (of|over|for|from|across) {r:rows}", cost=0.1)
def _added_up(w: Value, r: Rows, a: Any = None) -> Value:
    return Agg("sum", w, r)


G.rule("head", "(all those|all these|all of these|the lot|all of those|every one of those|each of those|each of these|every one of them|the lot of them)", cost=0.8)(lambda: Rows())
G.rule("inthere", "(in there|in it|in|there|to it|to that|to this|into it|on|to the (result|output|answer)|in the (result|output|answer)|into the (result|output))", cost=0.0)(lambda: True)


@G.rule("clause", "[<please_do>] (put|add|throw|include|have|pop|stick|squeeze|show|want|get) {v:value} [{i:inthere}] [,] (as|under the name|called|and call it|call it|named) {n:ident}", "[<please_do>] (put|add|throw|include|pop|stick|squeeze) (in|there|in there) {v:value} [,] (as|under the name|called|and call it|call it|named) {n:ident}", cost=0.5)
def _put_in(v: Value, n: str, i: Any = None) -> Statement | None:
    return None if isinstance(v, Lit) else Return((Ret(n, "", v),), also=True)


# --- a value without a name: what is to be returned, or worked on further ----------------------------------------------

_WORKED = (Agg, Arith, Clamp, Fraction, Ratio, Rounded)


@G.rule("clause", "{v:value}", cost=2.5)
def _worked_out(v: Value) -> Statement | None:
    return Define("@open", v) if isinstance(v, _WORKED) else None


@G.rule("clause", "[<please_do>|<want>] [<create>] {n:snake} for (a|an|one|a given|a single|each|any) {p:params} (:|-|, which is|, that is) {v:defvalue}", cost=0.3)
def _worked_out_for(n: str, p: tuple[Param, ...], v: Value) -> tuple[Statement, ...] | None:
    plain = isinstance(v, Lit) or not all("_" in x.name for x in p)
    return None if plain else (Create(n), Takes(p), Define("@open", v))


# --- nothing there, in few words -----------------------------------------------------------------------------------

G.rule("pickedword", "(picked|chosen|set|entered|selected|assigned|filled in|filled|put in|noted|recorded|booked in|decided|agreed)", cost=0.0)(lambda: True)
G.rule("atom", "no {n:name} [is|was|has been] {w:pickedword} [yet|so far]", "[the] {n:name} [is|was|has] not [been] {w:pickedword} [yet|so far]", cost=0.2)(lambda n, w=None: Holds(Named(n), "absent"))


@G.rule("clause", "{c:cond} (, then|then|, so|-|, that is|, it is) {o:outcome}", cost=0.6)
def _then(c: Cond, o: tuple[tuple[str, Value], ...]) -> Statement | None:
    absent = isinstance(c, NoRows | Empty | Missing | Never) or (isinstance(c, Holds) and c.words == "absent")
    return Assign(c, o) if absent else None
