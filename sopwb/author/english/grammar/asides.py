# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Corrections and prices as people say them in passing: "trips by night should not count", "teams of up to 5 pay 90".

Other corrections are in ``edits``. Deliberately not here: which of several numbers is meant (``corrections``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Arm,
    Cases,
    Compare,
    Define,
    Exclude,
    Lit,
    Named,
    Plan,
    Remark,
    Rename,
    Rows,
    Statement,
)

# --- what does not count --------------------------------------------------------------------------------------------


@G.rule("clause", "{r:rows} (should|must|may|shall|can|will|ought to) not (be counted|count|be included|be considered) [in|as {w:oneword}|for anything]", "{r:rows} (do|does) not count (as {w:oneword}|in|here|either)", cost=0.5)
def _should_not_count(r: Rows, w: str = "") -> Statement | None:
    return Exclude(r) if r.conds or r.words else None


# --- what is not there ------------------------------------------------------------------------------------------------

G.rule("clause", "(we|they|i) (do not|did not|never) (record|track|store|keep|have|know|collect|note) (that|it|those|this|that one|that field|such a thing)", "(that|it|this) is not (recorded|stored|in the data|in our data|tracked|there)", "there is no such (field|column|thing|information)", cost=0.8)(lambda: Remark("note"))

# --- another name ------------------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (call|name|rename) (the|this|that) (script|process|job) [to] {n:ident} (rather than|instead of|, not|not) [{o:script}]", "[<please_do>] (call|name|rename) (the|this|that) (script|process|job) [to] {n:ident} (instead|from now on)", "(the|this|that) (script|process|job) should be (called|named) {n:ident} [instead|(rather than|instead of|, not|not) {o:script}]", cost=0.3)
def _call_the_script(n: str, o: str = "") -> Statement:
    return Rename(o, n, True)


# --- prices by size ------------------------------------------------------------------------------------------------------

G.rule("paid", "(pay|pays|cost|costs|get|gets|are charged|is charged|are|is|earn|earns|receive|receives)", cost=0.0)(lambda: True)
G.rule("sizearm", "{w:kindnoun} (of|with|for) {o:cmp} {v:number} {n:name} {p:paid} {a:lit}", "{w:kindnoun} (of|with|for) {v:number} {n:name} {o:ormore} {p:paid} {a:lit}", "{w:kindnoun} (of|with|for) {v:number} {o:ormore} {n:name} {p:paid} {a:lit}", cost=0.3)(lambda w, o, v, n, a, p=None: Arm(Compare(o, Named(n), v), a))
G.rule("kindnoun", "[a|an|the] {w:anyword}", "{s:source}", "[a|an|the] {e:entity}", cost=0.1)(lambda w="", s="", e="": w or s or e)
G.rule("sizearms", "{a:sizearm}", cost=0.0)(lambda a: (a,))
G.rule("sizearms", "{xs:sizearms} (,|;|and|, and|; and|, while|while|but|, but) {a:sizearm}", cost=0.1)(lambda xs, a: (*xs, a))


@G.rule("clause", "{xs:sizearms}", "{xs:sizearms} (,|;|and|, and|; and) {w:anyword} (of|with|for) {k:sizemore2} {p:paid} {d:lit}", cost=0.6)
def _priced_by_size(xs: tuple[Arm, ...], d: Lit | None = None, **_: Any) -> Statement | None:
    return Define("@open", Cases(xs, d)) if len(xs) > 1 or d is not None else None


G.rule("sizemore2", "(any other|every other|another|all other|more than that|all the others)", cost=0.0)(lambda: True)

# --- when it is sent ------------------------------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] (send|get) (it|them|that|those|the mails|the emails|these) [out] {t:when}", "(the mails|the emails|they|these) (go|should go|are sent|get sent) [out] {t:when}", cost=0.5)
def _send_out_at(t: Any) -> Statement:
    return Plan("", f"{t[0]}:{t[1]}")
