# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What people add in passing: what goes in, when it was, what is put on top or taken off, what may happen.

    "It has a seller_id as its input." · "sessions that are done and were in November 2026 (held_on)"
    "Put the tips on top of pay." · "Take 12 off for each of those sessions, but only for guest artists."

Deliberately not here: what is said in full sentences (``definitions``, ``rows``, ``charging``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.charging import _all_of
from sopwb.author.english.grammar.conditions import NEGATIONS
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import AMOUNT, UNITS
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arith,
    Assign,
    Clamp,
    Compare,
    Cond,
    Define,
    Drop,
    Fail,
    Fraction,
    Lit,
    LookUp,
    Missing,
    Named,
    NoRows,
    Order,
    Param,
    Remark,
    Rename,
    Ret,
    Return,
    Rounded,
    Rows,
    Span,
    Statement,
    Takes,
    Truth,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge

# --- what goes in, and what the script is called ---------------------------------------------------------------

G.rule("inputword", "(input|inputs|parameter|parameters|argument|arguments)", cost=0.0)(lambda: True)
G.rule("clause", "[<subj>] (has|have|with|uses|use|having) {p:params} as (its|the|an|a|one) [only|one|single|sole] {i:inputword}", "(you|i|we) (pass|give|hand|feed|send) {p:params} [in|to it|into it]", cost=0.3)(lambda p, i=None: Takes(p))
G.rule("param", "[a|an|the|one|some|any] {n:ident} LP (like|such as|e.g.|for example|for instance|say|as in|something like) {v:lit} [(or|,) {w:lit}] RP", cost=0.1)(lambda n, v, w=None: Param(n))
G.rule("clause", "{n:ident} (is|would be|sounds like|seems|is probably) [a|the|an] [much|way] (nicer|better|clearer|shorter|good|catchier|more fitting) name (than|for) {o:script} [,] [so] [let us|<please_do>|we] (rename it|call it that|change it|use that|change the name|rename)", cost=0.3)(lambda n, o: Rename(o, n, True))
G.rule("clause", "[<please_do>] (rename|call) {o:script} [to] {n:ident} [instead]", cost=0.6)(lambda n, o: Rename(o, n, True))


@G.terminal("shortreason")
def _shortreason(chart: Chart, at: int) -> list[Edge]:
    """Read "is still on paper": why something is dropped; words alone, up to a comma and "so"."""
    for end in range(at, min(at + 10, len(chart.tokens))):
        if chart.low(end) == ",":
            return [Edge(end + 1 + (chart.low(end + 1) == "so"), True, 1.0)] if end > at + 1 else []
        if chart.tokens[end].kind != "word":
            return []
    return []


G.rule("clause", "(that one|that|it|this one|this) (is|was|has|does|lives|will) {w:shortreason} [<please_do>] (forget|drop|leave|skip|scrap|discard|never mind) [about] ({s:script}|it|that|that one)", cost=0.4)(lambda w, s="": Drop(s))

# --- which records --------------------------------------------------------------------------------------------


@G.rule("rows", "{r:rows} [that|which|who|and|, and] (were|was|are|is|took place|happened|came in|fell|lie) {w:window} LP [by|going by|judged by|see|use] {n:name} RP", "{r:rows} {w:window} LP [by|going by|judged by|see|use] {n:name} RP", "{r:rows} {w:window} , (by|going by|judged by) {n:name}", cost=0.0)
def _windowed_by(r: Rows, w: tuple[str, object, object], n: str) -> Rows:
    return with_cond(r, window_cond(Named(n), w))


G.rule("aggregate", "[all] [the|their|its|those] {w:measure} [all] {a:addedup}", cost=0.6)(lambda w, a=None: Agg("sum", w, None))
G.rule("order", "in alphabetical order", "from a to z", cost=0.1)(lambda: Order(Named("@self")))
G.rule("once", "(each|each of them|each one|every one|every one of them) [only|just] once", "(without|no|with no) (doubles|duplicates|repeats|repetitions)", "(every|each) name [only|just] once", cost=0.0)(lambda: True)


@G.rule("aggregate", "{v:aggregate} [,|and|, and] {x:once} [, even if {e:whodid} {y:evenif}]", cost=0.1)
def _each_once(v: Value, x: Any = None, **_: Any) -> Value | None:
    return msgspec.structs.replace(v, distinct=True) if isinstance(v, Agg) and v.kind == "list" else None


@G.terminal("evenif")
def _evenif(chart: Chart, at: int) -> list[Edge]:
    """Read "bid several times": that a record may be there more than once, which each once covers."""
    for end in range(at, min(at + 8, len(chart.tokens))):
        if chart.low(end) in ("times", "once", "twice") and any(chart.low(i) in ("several", "many", "more", "twice", "multiple", "two") for i in range(at, end + 1)):
            return [Edge(end + 1, True, 0.1)]
        if chart.tokens[end].kind not in ("word", "number"):
            return []
    return []


# --- on top, and off --------------------------------------------------------------------------------------------

G.rule("puton", "(put|add|throw|chuck|pile)", cost=0.0)(lambda: True)
G.rule("stress", ", (the whole {n:name}|all of it|the full {n:name}|all of them|in full) [, not [just] {p:percent} [of (it|that|them)]]", ", not [just] {p:percent} [of (it|that|them)]", cost=0.2)(lambda n="", p=None: True)


@G.rule("clause", "[<please_do>] {k:puton} [the] {w:measure} (of|for|from) {r:rows} (on top of|onto|to) [the|their] {n:name} [{s:stress}]", cost=0.1)
def _sum_on_top(w: Value, r: Rows, n: str, k: Any = None, s: Any = None) -> Statement:
    return Adjust("add", Agg("sum", w, r), None, n)


G.rule("oneofthem", "(each|every|every one|each one) of {r:rows}", "(each|every) of (those|these|the) {r:rows}", cost=0.0)(lambda r: r)
G.rule("offword", "(take|knock|dock|deduct|subtract|take off|knock off|dock off)", cost=0.0)(lambda: "sub")
G.rule("perone", "{k:offword} {v:num} [<noun_unit>] [off] (for|per) {r:oneofthem} [off]", "{k:offword} {v:num} [<noun_unit>] [off] (per|for each|for every) {r:rows}", cost=0.1)(lambda k, v, r: (k, Arith("*", Agg("count", None, r), Lit(v.kind, v.text, "per"))))
G.rule("perone", "add {v:num} [<noun_unit>] (for|per) {r:oneofthem}", "add {v:num} [<noun_unit>] (per|for each|for every) {r:rows}", cost=0.3)(lambda v, r: ("add", Arith("*", Agg("count", None, r), Lit(v.kind, v.text, "per"))))


@G.rule("clause", "[[the] {f:feewords} :] {p:perone} [,] [but|and] only (for|from|with) {o:rows}", "[[the] {f:feewords} :] {p:perone} [,] [but|and] only <when> {c:cond}", cost=0.1)
def _per_one_only(p: tuple[str, Value], o: Rows | None = None, c: Cond | None = None, f: Any = None) -> Statement | None:
    cond = _all_of(o) if o is not None else c
    return Adjust(p[0], p[1], cond, AMOUNT) if cond is not None else None


G.rule("clause", "[[the] {f:feewords} :] {p:perone}", cost=-1.0)(lambda p, f=None: Adjust(p[0], p[1], None, AMOUNT))
G.rule("clause", "[the] {n:name} (can|may|is allowed to|might|could|is free to) [even] (go|be|get|fall|drop|become|end up) (below zero|under zero|negative|below 0|minus|into the minus|into minus|less than zero) [(if|when) {w:badcase}]", "(a negative|negative) {n:name} (is|are) (fine|ok|okay|possible|allowed|alright)", cost=0.2)(lambda n, w=None: Remark("may fall"))
G.rule("clause", "(those|they|these|that|it|this) (are|is) [all] (theirs|ours|his|hers|yours) [to keep|alone|only]", cost=0.6)(lambda: Remark("note"))
G.rule("clause", "no {n:name} is (an empty|a blank|a missing|a null) (cell|field|column|value|entry|box)", "no {n:name} (shows as|shows up as|looks like|comes as) (an empty|a blank|a missing|a null) [cell|field|value]", cost=0.2)(lambda n: Define("@blank " + n, Lit("number", "0")))


@G.terminal("badcase")
def _badcase(chart: Chart, at: int) -> list[Edge]:
    """Read a reason that ends the sentence, of words alone: "they had a bad month"."""
    ok = at < len(chart.tokens) and all(t.kind == "word" for t in chart.tokens[at:]) and len(chart.tokens) - at <= 8
    return [Edge(len(chart.tokens), True, 0.5)] if ok else []


# --- what comes of it ---------------------------------------------------------------------------------------------

G.rule("owed", "what (we|i|you) (owe|pay|give|transfer|hand|have to pay|must pay|charge|bill) (them|him|her|it|that {e:entity}|the {e:entity}) [for it|for that]", "what (they|he|she|it|that {e:entity}|the {e:entity}) (get|gets|earn|earns|is owed|are owed|is due|makes|make|pays|pay|owes|owe) [for it|for that]", cost=0.2)(lambda e="": True)
G.rule("toldlist", "{v:defvalue}", cost=0.1)(lambda v: (v,))
G.rule("toldlist", "{o:owed}", cost=0.1)(lambda o: (None,))
G.rule("toldlist", "{xs:toldlist} (,|and|, and) {v:defvalue}", cost=0.1)(lambda xs, v: (*xs, v))
G.rule("toldlist", "{xs:toldlist} (,|and|, and) {o:owed}", cost=0.1)(lambda xs, o: (*xs, None))


@G.rule("clause", "{a:giving} [{o:objectwords}] {f:object} [back] (,|:|-) [so|meaning|that is|i.e.|namely|which is] {v:toldlist}", cost=0.2)
def _give_told(f: tuple[Ret, ...], v: tuple[Value | None, ...], a: bool = False, o: Any = None) -> Statement | None:
    """Each field with what is said of it in its order; "what we owe them" is what is paid, said elsewhere."""
    if len(f) != len(v) or None not in v:
        return None
    return Return(tuple(Ret(r.name, r.type, x) for r, x in zip(f, v, strict=True)), also=a)


@G.rule("clause", "(no|zero) {r:rows} [yet|so far|at all] (:|->|=>|=|, so|-|means|is|gives) [it is|that is|just|simply] {a:lit} and {b:lit}", cost=0.2)
def _none_gives_both(r: Rows, a: Lit, b: Lit) -> Statement:
    return Assign(NoRows(r), (("@1", a), ("@2", b)))


G.rule("clause", "(an unknown|a missing|a wrong|a nonexistent|an invalid) {n:name} is (an error|a mistake|an exception) [then]", cost=0.2)(lambda n: Fail(Missing(n, "")))


@G.rule("clause", "{w:whoever} (gets|earns|receives|is paid|is owed|makes|keeps) {v:value}", cost=0.9)
def _gets(v: Value, w: Any = None) -> Statement | None:
    """So much is paid out: the returned field that is still open."""
    return Define("@verb get", v) if isinstance(v, Arith | Clamp | Rounded | Fraction) else None


G.rule("rows", "{r:rows} LP {c:cond} in [the] {s:source} RP", "{r:rows} LP {s:source} 's {c:cond} RP", cost=0.2)(lambda r, c, s: with_cond(r, c) if r.source in ("", s) else None)
G.rule("without", "(without one|without any|that has none|with none|that has no such thing|which has none)", cost=0.0)(lambda: True)


@G.rule("clause", "(a|an|any|every) {e:anyword} {x:without} (was not|is not|has not been|was never) [yet] {y:oneword} and (counts as|is|counts for) {v:lit}", "(a|an|any|every) {e:anyword} {x:without} (counts as|counts for|counts) {v:lit}", "(a|an|any|every) {s:source} {x:without} (was not|is not|has not been|was never) [yet] {y:oneword} and (counts as|is|counts for) {v:lit}", "(a|an|any|every) {s:source} {x:without} (counts as|counts for|counts) {v:lit}", cost=0.2)
def _without_one(v: Lit, **_: Any) -> Statement:
    """The value spoken of last, where it is empty."""
    return Define("@blank @last", v)


@G.rule("clause", "so (does|is) (a|an|any|every|the) {e:entity} (with no|without|without any|that has no) {r:rows}", cost=0.2)
def _so_does(e: str, r: Rows) -> Statement:
    """Nothing there comes to the same as an empty one: nothing is added up."""
    return Remark("note")


@G.rule("aggregate", "[all] the {n:plural} (from|in) [the] {s:source} (who|that|which) {v:oneword} [(on|for|in|at|to|with)] (it|that|this|them|that {e:entity}|the {e:entity})", "[all] the {n:plural} (who|that|which) {v:oneword} (on|for|in|at|to|with) (it|that|this|them|that {e:entity}|the {e:entity}) [,] (from|in|according to) [the] {s:source}", cost=0.2)
def _who_did(n: str, s: str, v: str = "", e: str = "") -> Value | None:
    return None if v in NEGATIONS else Agg("list", Named(n), Rows(s, e or "it"))


@G.rule("aggregate", "{v:aggregate} [,] {o:order} [,|and|, and] {x:once} [[,] even if {e:whodid} {y:evenif}]", cost=0.1)
def _ordered_once(v: Value, o: Order, x: Any = None, **_: Any) -> Value | None:
    return msgspec.structs.replace(v, distinct=True, order=(o,)) if isinstance(v, Agg) and v.kind == "list" else None


G.rule("whodid", "{e:entity}", "(someone|somebody|anyone|a name|one)", cost=0.1)(lambda e="": True)

G.rule("clause", "as (a|one) (batch job|job|scheduled job|recurring job|scheduled batch job)", cost=0.5)(lambda: ())
G.rule("falsebefore", "[,] [and] false (before that|before|until then|until that|till then|otherwise|earlier|any earlier|as long as it is not)", cost=0.0)(lambda: True)
G.rule("oncewords", "(once|as soon as|from the moment|the moment)", cost=0.0)(lambda: True)


@G.rule("clause", "[the] {n:ident} is true {o:oncewords} {c:cond} [{f:falsebefore}]", cost=0.2)
def _true_once(n: str, c: Cond, **_: Any) -> Statement:
    return Define(n, Truth(c))


@G.rule("clause", "[the] {n:ident} is true ({w:oncewords}|if|when) {e:entity} is {o:sizecmp} {v:agelimit} {u:unit} old , (counted|counting|reckoned|measured) from {a:point} (to|until|till) {b:point} [{f:falsebefore}]", cost=0.0)
def _old_enough(n: str, o: str, v: Value, u: str, a: Value, b: Value, **_: Any) -> tuple[Statement, ...]:
    """How old something is, with the two days that say so: that is its age."""
    return (Define("age", Span(UNITS[u], a, b)), Define(n, Truth(Compare(o, Named("age"), v))))


G.rule("agelimit", "{v:num}", "{n:name}", cost=0.1)(lambda v=None, n="": v if v is not None else Named(n))


@G.rule("clause", "[<subj>] <look> {e:thing} in {s:database} and (its|the|that) {w:oneword} in {t:database} [LP [by|via|through|with] {n:name} RP]", cost=0.1)
def _look_up_both(s: str, t: str, w: str, e: str = "", n: str = "") -> Statement | None:
    """The second record is the one that a field of the first names, and is found when it is needed."""
    return LookUp(s, e) if not n or n.split()[0] == w else None
