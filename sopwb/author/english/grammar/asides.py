# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Corrections and prices as people say them in passing: "trips by night should not count", "teams of up to 5 pay 90".

Other corrections are in ``edits``. Deliberately not here: which of several numbers is meant (``corrections``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import AMOUNT_NAMES
from sopwb.author.english.meaning import (
    Adjust,
    Arm,
    Assign,
    Cases,
    Compare,
    Cond,
    Define,
    Exclude,
    Lit,
    Named,
    Plan,
    Remark,
    RemoveField,
    Rename,
    Rows,
    Statement,
)
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge

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
G.rule("kindnoun", "[a|an|the] {w:anyword}", "{s:source}", "[a|an|the] {e:entity}", "[a|an|the] {o:oneword}", cost=0.1)(lambda w="", s="", e="", o="": w or s or e or o)
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


# --- fields that go, limits, extras ------------------------------------------------------------------------------------------


@G.terminal("ownfield")
def _ownfield(chart: Chart, at: int) -> list[Edge]:
    """Read the name of something of the open script that is no source."""
    if at >= len(chart.tokens) or chart.tokens[at].kind not in ("word", "name"):
        return []
    key = key_of(chart.tokens[at].text)
    known = key in chart.names.local and not chart.names.sources_named(key)
    return [Edge(at + 1, chart.tokens[at].text, 0.0)] if known else []


@G.rule("clause", "[<please_do>] (leave out|take out|drop|remove|get rid of|skip) [the] {n:ownfield} [from the (result|output)|again|after all]", "(i|we) do not need [the] {n:ownfield} [any more|anymore|after all|any longer]", cost=0.9)
def _field_goes(n: str) -> Statement:
    return RemoveField(n)


@G.terminal("owncharge")
def _owncharge(chart: Chart, at: int) -> list[Edge]:
    """Read a verb of paying; the node is the one value of the open script that it can be about."""
    if chart.low(at) not in ("charge", "pay", "bill", "refund", "pays", "charges", "ask for"):
        return []
    local = {k for k in chart.names.local if k.split()[-1] in AMOUNT_NAMES}
    same = {k for k in local if k.split()[-1] == chart.low(at).rstrip("s")}
    found = same or local
    return [Edge(at + 1, next(iter(found)), 0.0)] if len(found) == 1 else []


@G.rule("clause", "[<subj>] (never|do not|should never|must never|must not|should not) [ever] {w:owncharge} (more than|over) {v:num} [<noun_unit>] [overall|altogether|for it]", "[<subj>] {w:owncharge} (at most|no more than|not more than|a maximum of|up to) {v:num} [<noun_unit>] [overall|altogether|for it]", cost=-1.5)
def _never_more(w: str, v: Lit) -> Statement:
    return Adjust("high", v, words=w)


G.rule("somebody", "(anyone|anybody|everyone|everybody|those|whoever|people|someone)", "{k:kindnoun}", cost=0.0)(lambda k="": k)
G.rule("ontopof", "(extra|more|in addition) (on top of|on|to)", "(on top of|added to)", cost=0.0)(lambda: True)


@G.rule("clause", "{s:somebody} (with|who has|who have|that has|that have|having) {o:cmp} {v:number} {n:name} (gets|get|pays|pay|earns|earn|receives|receive) {a:num} [<noun_unit>] {t:ontopof} [the|their|its] {w:name}", cost=0.4)
def _extra(o: str, v: Lit, n: str, a: Lit, w: str, **_: Any) -> Statement:
    return Adjust("add", a, Compare(o, Named(n), v), words=w)


@G.rule("clause", "{k:somebody} (that|which|who) {c:cond} (should|must|shall) (be|get|have|count as|receive) [a|an] {n:ownfield}", cost=0.9)
def _as_well(c: Cond, n: str, k: str = "") -> Statement:
    return Assign(c, ((key_of(n), Lit("bool", "true")),))
