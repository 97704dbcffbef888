# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""When something is due, and what goes with it: "an invoice is due 30 days after the sent_on of its latest reminder".

    due := thing "is due" point | thing that "has never" done something "is due" point
    "for" some "it is" so much "instead of" so much ", in both cases"

Also fields that are added with their cases, and the record that another one points to. Deliberately not here: what is late
(``lateness``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.amending import EVERYWHERE
from sopwb.author.english.grammar.amending import Quantity
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.deeds import Deed, done
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Assign,
    Compare,
    Cond,
    Define,
    Lit,
    MailPart,
    Named,
    NoRows,
    Pick,
    Remark,
    Ret,
    Return,
    Rows,
    Statement,
    Unless,
    Value,
)
from sopwb.author.english.names import key_of

_ZERO = Lit("number", "0")

# --- due -------------------------------------------------------------------------------------------------------------

G.rule("duething", "[the|a|an|its|their|every|each] [next|following|first|coming|new] {w:oneword} [(of|for) (a|an|the|that|every|each) {s:source}]", "{e:entity}", cost=0.0)(lambda w="", s="", e="": True)
G.rule("isdue", "(is|are|falls|fall|becomes|become|comes|will be) due [again] [on]", cost=0.0)(lambda: "due")


@G.rule("clause", "{x:duething} {d:isdue} {v:value}", cost=0.3)
def _due(d: str, v: Value, x: bool = True) -> Statement:
    return Define(d, v)


G.rule("neverdid", "[a|an|any|the|every] {s:source} (that|which|who) (has|have) (never|not [yet] [ever]) {d:deed} (a|an|any|their|its) {t:source}", cost=0.0)(lambda s, d, t: _none_done(d, t))
G.rule("neverdid", "[a|an|any|the|every] {s:source} (without|with no|that has no|which has no|that have no|having no|that has never had a) [a|an|any] {r:rows}", cost=0.2)(lambda s, r: NoRows(r))


def _none_done(deed: Deed, source: str) -> Cond | None:
    rows = done(Rows(source, "it"), (deed,))
    return NoRows(rows) if rows is not None else None


@G.rule("clause", "{c:neverdid} {d:isdue} {v:value}", cost=0.0)
def _due_without(c: Cond, d: str, v: Value) -> Statement:
    return Assign(c, ((d, v),))


G.rule("pick", "{o:owner} <latest> {r:rows}", cost=0.2)(lambda o, r: Pick(_of(r, o), None, True))
G.rule("pick", "{o:owner} <earliest> {r:rows}", cost=0.2)(lambda o, r: Pick(_of(r, o), None, False))


def _of(rows: Rows, owner: str) -> Rows:
    return Rows(rows.source, rows.owner or owner or "it", rows.conds, rows.words, rows.noun, rows.every)


G.rule("onlyof", "[,] (counting|considering|looking at|taking|using|taking into account|based on|going by|which counts|where we count) only", "[,] only (counting|considering|looking at|taking|using|taking into account)", cost=0.0)(lambda: True)


@G.rule("rows", "{r:rows} {x:onlyof} {q:rows}", cost=0.1)
def _only_of(r: Rows, q: Rows, x: bool = True) -> Rows | None:
    """Records with what they are narrowed to behind them: "its latest trip, counting only trips that are paid"."""
    if q.source not in ("", r.source) or q.owner not in ("", r.owner, "it") or not (q.conds or q.words):
        return None
    for cond in q.conds:
        r = with_cond(r, cond)
    return Rows(r.source, r.owner, r.conds, (*r.words, *q.words), r.noun, r.every)


# --- other numbers, wherever they stand -----------------------------------------------------------------------------------

G.rule("inboth", "[,] [and that] (in both cases|in either case|in all cases|in all of these cases|in every case|both times|in both places|for both|everywhere|throughout)", cost=0.0)(lambda: True)


@G.rule("clause", "(for|with) {c:whoso} [,] (it is|it should be|that is|there should be|it has to be|it must be) {q:newqty} {i:insteadof2} {b:newqty} {x:inboth}", "(for|with) {c:whoso} [,] {m:makeso} (it|that) {q:newqty} {i:insteadof2} {b:newqty} {x:inboth}", cost=0.1)
def _for_them_all(c: Cond, q: Quantity, b: Quantity, **_: Any) -> Statement:
    unit = q.lit.unit or b.lit.unit
    return Unless(c, Lit("number", q.lit.text, unit), Lit("number", b.lit.text, unit), EVERYWHERE)


# --- fields that are added ------------------------------------------------------------------------------------------------

G.rule("onefield", "(a|an|another|one more|one|the) [third|second|fourth|fifth|sixth|new|further|extra|more|additional|last|final] (field|value|column|result|figure) [, called|called|named|, named|,|:]", cost=0.0)(lambda: True)


@G.rule("clause", "[and|also] (add|include|return|give back|i need|we need) [also] {f:onefield} {n:ident} (:|,|-|, which is|which is|as|being|that is|=) {v:defvalue}", cost=0.1)
def _add_field(n: str, v: Value, f: bool = True) -> Statement:
    return Return((Ret(n, "", v),), also=True)


G.rule("tail", "{b:be} (negative|below zero|under zero|below 0)", cost=0.1)(lambda b: Compare("<", None, _ZERO))
G.rule("tail", "{b:be} (positive|above zero|over zero|greater than zero)", cost=0.1)(lambda b: Compare(">", None, _ZERO))
G.rule("withset", "{n:ident} [,|being|as] {:described} {v:value}", cost=0.2)(lambda n, v: ((key_of(n), v),))
G.rule("withset", "{a:withset} (,|and|, and) {b:withset}", cost=0.1)(lambda a, b: (*a, *b))


@G.rule("clause", "[<subj>] <return> [{o:objectwords}] {f:object} [,] (with|where) {x:withset}", cost=0.3)
def _return_with(f: tuple[Ret, ...], x: tuple[tuple[str, Value], ...], o: Any = None) -> Statement | None:
    said = dict(x)
    fits = said.keys() <= {key_of(r.name) for r in f}
    return Return(tuple(Ret(r.name, r.type, said.get(key_of(r.name))) for r in f)) if fits else None


G.rule("clause", "[it|which|that] [is|being|becomes|goes|gets] [then] (negative|a negative number|below zero|minus) <when> {c:cond}", "[it|which] (can|may|will|should) (be|become|go|get) (negative|below zero) [<when> {c:cond}]", cost=0.2)(lambda c=None: Remark("note"))

# --- the record that another one points to ----------------------------------------------------------------------------------


@G.rule("clause", "[the] {e:entity} is the (record|row|entry|one) (of|in|from) {s:source} (with|that has|which has|whose id is|for|under) {o:owner} {n:name}", cost=0.1)
def _pointed_to(e: str, s: str, n: str, o: str = "") -> Statement | None:
    """Records point to each other by fields that are called so; this says it of one that is."""
    return Remark("note") if e in (singular(s), s) and n.split()[0] == singular(s) else None


G.rule("address", "[the] {w:rolename} of {o:owner} {s:source}", cost=0.6)(lambda w, o, s: Named(w, singular(s)))
G.rule("rolename", "{w:oneword}", cost=0.2)(lambda w: w)


@G.rule("clause", "[the] (address|e mail address|email address|mail address|recipient) is (its|their|his|her) {n:name}", "[the] (address|e mail address|email address|mail address|recipient) is {o:owner} {n:name}", cost=0.1)
def _address_is(n: str, o: str = "") -> Statement:
    return MailPart("to", Named(n, o))


@G.rule("clause", "<when> (that|it|this|the address|there) is (<empty>|none|no address) [,|then|, then] [then] (send nothing|send no mail|send no email|send none|nothing is sent|no mail is sent|no email is sent|there is no mail|skip them|skip it|nobody gets a mail|no mail)", cost=0.1)
def _no_address() -> Statement:
    """Who has no address gets no mail anyway."""
    return Remark("note")

