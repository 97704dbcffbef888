# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Which records, in other word orders: "out of the trips, take the latest one by left_on", "the trips still open".

The usual order ("the trips of the boat whose …") is in ``rows``. Deliberately not here: what is computed over them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of_not
from sopwb.author.english.meaning import (
    Agg,
    Cond,
    Holds,
    Inside,
    Lit,
    Named,
    Not,
    Pick,
    Remark,
    Rows,
    Select,
    Statement,
    Value,
)
from sopwb.author.english.names import GROUP
from sopwb.author.english.nodes import has

G.rule("outof", "(from|out of|among|of|in|from among) (all|all the|the|our|all of the|the list of) {s:source}", "(from|out of|among|of|in|from among) {s:database}", cost=0.0)(lambda s: s)
G.rule("taking", "(use|uses|take|takes|pick|picks|choose|chooses|select|selects|consider|considers|count|counts|look at|looks at|keep|keeps|read|reads|get|gets|find|finds|only use|use only|collect|collects|go through|goes through|work with|works with|it is about)", cost=0.0)(lambda: True)


@G.rule("clause", "{s:outof} [,] [<subj>] [only] {t:taking} [only] {r:rows}", "[<subj>] [only] {t:taking} [only] , {s:outof} , {r:rows}", cost=0.3)
def _out_of(s: str, r: Rows, t: Any = None) -> Statement | None:
    return Select(msgspec.structs.replace(r, source=s)) if r.source in ("", s) and not r.noun else None


@G.rule("clause", "{s:outof} [,] [<subj>] {t:taking} {p:pick}", "[<subj>] {t:taking} , {s:outof} , {p:pick}", cost=0.3)
def _pick_out_of(s: str, p: Pick, t: Any = None) -> Statement | None:
    rows = p.rows or Rows()
    if rows.source not in ("", s):
        return None
    rows = msgspec.structs.replace(rows, source=s)
    return Select(rows, Pick(rows, p.by, p.last))


@G.rule("rows", "{r:rows} [that are|which are|that is|which is] (still|yet) (open|running|ongoing|going on|active|unfinished) LP {c:cond} RP", cost=0.3)
def _still(r: Rows, c: Cond) -> Rows:
    return msgspec.structs.replace(r, conds=(*r.conds, c))


@G.rule("rows", "{r:rows} (that|which|who) (are|were|is|was) [currently|now] {a:adj}", "{r:rows} (that|which|who) (are|were|is|was) not {b:adj}", "{r:rows} (that|which|who) (were|are|was|is) not {b:adj} LP {c:cond} RP", cost=0.3)
def _are(r: Rows, a: str = "", b: str = "", c: Cond | None = None) -> Rows | None:
    cond = gloss_of_not(b, c) if c is not None else Holds(None, a) if a else Not(Holds(None, b))
    if cond is None:
        return None
    return msgspec.structs.replace(r, conds=(*r.conds, cond))


@G.rule("rows", "{r:rows} with [a|an|the|their] {n:name} {w:window}", "{r:rows} with [a|an|the|their] {n:name} {c:comparison}", cost=0.4)
def _with_window(r: Rows, n: str, w: Any = None, c: Cond | None = None) -> Rows:
    from sopwb.author.english.grammar.conditions import with_subject
    from sopwb.author.english.grammar.rows import window_cond

    cond = with_subject(c, Named(n)) if c is not None else window_cond(Named(n), w)
    return msgspec.structs.replace(r, conds=(*r.conds, cond))


@G.rule("rows", "{r:rows} (with|of|that have|who have|having) {o:sizecmp} {v:num} {n:name}", "{r:rows} (with|of|that have|who have|having) {v:num} {n:name} {o:sizemore}", cost=0.3)
def _with_so_many(r: Rows, o: str, v: Lit, n: str) -> Rows:
    from sopwb.author.english.meaning import Compare

    return msgspec.structs.replace(r, conds=(*r.conds, Compare(o, Named(n), v)))


G.rule("aggregate", "how many ({s:source}|rows|records|entries|of them|{e:known}|{g:group}) (these|those|they) are", "how many ({s:source}|rows|records|entries|{e:known}|{g:group}) of (these|those) there are", "how many {s:source} (that is|those are|it was|that was)", cost=0.2)(lambda s="", e="", g="": Agg("count", None, Rows()))


G.rule("bothends", "(both|both of) (those|these|the) (days|dates|ends) (included|inclusive|counted|count|are included)", "(the|) first and [the] last day (included|inclusive|counted|count|are included)", "both (ends|days|dates|limits|of them|of these|the first and the last) (included|inclusive|count|counted|counting|belong to it)", "(both|first and last day) (included|inclusive|counted)", "(the first and the last|the first and last) day [are|is] (included|inclusive|count|counted)", "including (both|both ends|both days|both dates)", "inclusive", "limits included", "ends included", cost=0.0)(lambda: True)
G.rule("ownend", "[where] both today and the day exactly {v:num} {u:unit} (ago|back|from now|from today) (count|are included|are counted|belong to it)", "[where] today (counts|is included|is counted) [,] and so (does|is) the day [exactly] {v:num} {u:unit} (ago|back|from now|from today|before|earlier|later)", "[where] today and the day [exactly] {v:num} {u:unit} (ago|back|from now|from today) [both|also] (count|are included|are counted) [too]", "[where] {b:bothends}", cost=0.0)(
    lambda v=None, u="", b=None: (v, u))


@G.rule("rows", "{r:rows} [,] {x:ownend}", "{r:rows} LP {x:ownend} RP", cost=0.1)
def _with_ends(r: Rows, x: tuple[Lit | None, str]) -> Rows | None:
    return r if r.conds and _holds_ends(r.conds[-1], x[0]) else None


@G.rule("atom", "{c:atom} [,] {x:ownend}", "{c:atom} LP {x:ownend} RP", cost=0.1)
def _atom_with_ends(c: Cond, x: tuple[Lit | None, str]) -> Cond | None:
    return c if _holds_ends(c, x[0]) else None


def _holds_ends(cond: Cond, number: Lit | None) -> bool:
    """Whether a window has both its ends in, and the number of days that was named."""
    if not isinstance(cond, Inside) or not (cond.low_in and cond.high_in):
        return False
    return number is None or has(cond, text=number.text)


@G.rule("clause", "{x:ownend}", cost=0.4)
def _ends_clause(x: tuple[Lit | None, str]) -> Statement:
    return Remark("limit", False)


@G.rule("factor", "[the] {g:group}", cost=1.0)
def _count_of_group(g: str) -> Value:
    return Agg("count", None, Rows(noun=GROUP + g))


@G.rule("rows", "{r:rows} , (returned|paid|open|finished|done|active|{a:adj}) or not", "{r:rows} [,] {a:adj} or not {b:adj}", "{r:rows} , whether {a:adj} or not", "{r:rows} [,] (whether or not|no matter whether|no matter if|regardless of whether) (they|it) (are|is|have been|has been|were|was) {a:adj}", cost=0.2)
def _whether_or_not(r: Rows, a: str = "", b: str = "") -> Rows | None:
    """Says that a restriction is not meant."""
    return None if b and b != a else r
