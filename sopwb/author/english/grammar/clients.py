# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Values of other records said loosely, and what a parameter is: "the per_word rate for the job's pair, which stands in rates".

    "It takes a client, that is the client's name as it stands in jobs."  "For that client's remaining jobs it returns …"

Deliberately not here: records found by their key (``opening``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Compare,
    Cond,
    Exclude,
    Lit,
    Named,
    NoRows,
    Not,
    Param,
    Remark,
    Rows,
    Select,
    Statement,
    Value,
    Via,
)

# --- a value of the record that another's field names --------------------------------------------------------------

G.rule("pricenoun", "(rate|price|fee|cost|costs|amount|value|figure|number|tariff|percentage|factor)", cost=0.0)(lambda: True)
G.rule("standsin", "[,] (which|that) (stands|is|is found|is listed|is kept|can be found|comes|is written|is given|are|is stored|is recorded) (in|from) [the] {s:source}", "(in|from|as listed in|as given in|according to) [the] {s:source}", cost=0.0)(lambda s: s)
G.rule("factor", "[the] {n:name} [{p:pricenoun}] (for|of) {k:keyed} {s:standsin}", cost=0.2)(lambda n, k, s, p=None: Via(n, s, k))
G.rule("keyed", "{o:owner} {m:name}", "(the|that|this) {m:name} of {o:entity}", "(the|that|this) {m:name}", cost=0.2)(lambda m, o=None: Named(m, "" if o is None else o or "it"))

# --- what a parameter is ---------------------------------------------------------------------------------------------

G.rule("paramgloss", "[,|LP] [that is|which is|meaning|i.e.|namely] ([the] {o:owner}|the|a|their|its) (name|id|code|number|key|email|e mail|word|text) [(as|just as|exactly as|the way) (it|they) (stands|is|appears|is written|is given|is spelled|is spelt|are|stand) in [the] {s:source}|as in [the] {s:source}|from [the] {s:source}|in {s:source}] [RP]", cost=0.0)(lambda o="", s="": True)
G.rule("paramgloss", "[,|LP] (that is|which is|meaning|i.e.|namely) (the {o:owner}|the|a|their|its|{o:owner}) {n:name} (as|just as|the way) (it|they) (stands|is|appears|is written|is given|are|stand) in [the] {s:source} [RP]", cost=0.0)(lambda n, s, o="": True)
G.rule("param", "[a|an|the|one] {n:ident} {g:paramgloss}", cost=0.3)(lambda n, g: Param(n))

# --- those that are left -----------------------------------------------------------------------------------------------

G.rule("stillleft", "(remaining|other|left over)", cost=0.0)(lambda: True)
G.rule("head", "{o:owner} {k:stillleft} {s:source}", cost=0.2)(lambda o, s, k: Rows(owner=o or "it", noun=s))
G.rule("skipping", "(ignore|ignores|skip|skips|leave out|leaves out|exclude|excludes|disregard|disregards|omit|omits|leave aside|leaves aside|does not count|does not look at|passes over)", cost=0.0)(lambda: True)


@G.rule("clause", "[<subj>] {k:skipping} {r:rows}", cost=0.6)
def _skips(r: Rows, k: bool) -> Statement | None:
    return Exclude(r) if r.conds or r.words else None


@G.rule("clause", "for {r:rows} [,]", cost=1.2)
def _for_those(r: Rows) -> Statement | None:
    """ "For that client's jobs it returns …": what is returned looks at these."""
    return Select(r) if (r.source or r.noun) and r.owner and not r.every else None


# --- a surcharge that goes into one value ------------------------------------------------------------------------------

G.rule("extra", "(that amount|that|it|this|the extra|the surcharge|this amount|which|this extra|these)", cost=0.0)(lambda: True)
G.rule("goesinto", "(goes|go|is added|are added|counts|count|is put|comes|belongs|enters|is) [only|just] [in|into|to|on|onto|for|towards] [the] {n:ownword} [only|alone|and nothing else|and nowhere else]", cost=0.0)(lambda n: n)


@G.rule("clause", "{c:payer} {k:payverb} {v:num} [<noun_unit>] (more|extra|on top) [,|;] [and|but] {x:extra} {n:goesinto}", "{c:payer} {k:payverb} (an extra|another|an additional) {v:num} [<noun_unit>] [,|;] [and|but] {x:extra} {n:goesinto}", cost=0.1)
def _costs_more(c: Cond, v: Lit, n: str, **_: Any) -> Statement:
    return Adjust("add", v, c, n)


@G.rule("clause", "(a|an|any|every|no) {e:entity} (without|with no|that has no|which has no) [a|an|any] {n:name} (is|are|counts as|gets|has) never [a|an|any] {w:oneword}", cost=0.3)
def _never_without(n: str, w: str, e: str = "") -> Statement:
    """Where there is no deadline nothing is express: a test of what is empty does not hold anyway."""
    return Remark("blank open " + n)

# --- those that have some of another kind -----------------------------------------------------------------------------


@G.rule("rows", "{r:rows} (that|which|who) (has|have|had|owns|own|made|placed|booked) [any|some|at least one|one or more|a|an] {s:rows}", "{r:rows} with (any|some|at least one|one or more) {s:rows}", cost=0.5)
def _having(r: Rows, s: Rows) -> Rows | None:
    """Narrow to those of which there is a record of another source: "every family that has loans where …"."""
    if not r.source or not s.source or s.source == r.source or s.owner not in ("", "it") or s.every:
        return None
    return with_cond(r, Not(NoRows(msgspec.structs.replace(s, owner=singular(r.source)))))


@G.rule("rows", "{r:rows} (that|which|who) (has|have|had|owns|own|made|placed|booked) (no|not any) {s:rows}", "{r:rows} (without any|with no) {s:rows}", cost=0.5)
def _having_none(r: Rows, s: Rows) -> Rows | None:
    if not r.source or not s.source or s.source == r.source or s.owner not in ("", "it") or s.every:
        return None
    return with_cond(r, NoRows(msgspec.structs.replace(s, owner=singular(r.source))))


@G.rule("rows", "{r:rows} (that|which|who) (has|have|had|owns|own|made|placed|booked) {o:cmp} {n:num} {s:rows}", "{r:rows} (that|which|who) (has|have|had|owns|own|made|placed|booked) {n:num} {o:ormore} {s:rows}", "{r:rows} with {o:cmp} {n:num} {s:rows}", "{r:rows} with {n:num} {o:ormore} {s:rows}", cost=0.5)
def _having_many(r: Rows, s: Rows, o: str, n: Value) -> Rows | None:
    if not r.source or not s.source or s.source == r.source or s.owner not in ("", "it") or s.every:
        return None
    return with_cond(r, Compare(o, Agg("count", None, msgspec.structs.replace(s, owner=singular(r.source))), n))

