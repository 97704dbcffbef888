# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Prices and points: "what is over 5 kg costs 2.10 a kilo", "every further block of 15 minutes", "a 'foam' one is worth 2".

Deliberately not here: plain arithmetic (``values``) and bands (``definitions``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import NEGATIONS, gloss_of
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arith,
    Arm,
    Cases,
    Clamp,
    Compare,
    Cond,
    Define,
    Holds,
    Lit,
    Named,
    PerRecord,
    Remark,
    Rows,
    Statement,
    Value,
)

_NOTHING = Lit("number", "0")

# --- a quantity of something, by its field's name --------------------------------------------------------------

G.rule("quantity", "{n:num} {f:name}", "{n:num} {u:unit}", cost=0.1)(lambda n, f="", u="": (n, Named(f or singular(u))))
G.rule("flat", "[a|an] [flat|fixed|base|basic] {v:num} [<noun_unit>] [flat]", "[a] flat [price|rate|fee] of {v:num}", cost=0.1)(lambda v: v)
G.rule("costs", "(is|costs|cost|comes to|makes|counts|is charged at|goes for|are)", cost=0.0)(lambda: True)
G.rule("ontop", "(on top|extra|more|in addition|on top of that|additionally|each)", cost=0.0)(lambda: True)
G.rule("perunit", "(a|an|per|for each|for every|each|for a|the) {w:oneword}", cost=0.1)(lambda w: w)


@G.rule("clause", "up to {q:quantity} [it|that|the price] {c:costs} {v:flat}", "(anything|everything) up to {q:quantity} {c:costs} {v:flat}", cost=0.4)
def _up_to(q: tuple[Lit, Value], v: Lit, c: Any = None) -> Statement:
    """A flat price up to a limit: what lies beyond it is added by another rule."""
    return Define("@open", Cases((Arm(Compare("<=", q[1], q[0]), v),)))


@G.rule("clause", "(what is|anything|everything|all) (over|above|beyond|more than) {q:quantity} {c:costs} {v:num} [<noun_unit>] {w:perunit} [{t:ontop}]", "(each|every) (further|additional|extra) {w:oneword} (over|above|beyond) {q:quantity} {c:costs} {v:num} [<noun_unit>] [{t:ontop}]", cost=0.4)
def _over(q: tuple[Lit, Value], v: Lit, c: Any = None, w: str = "", t: Any = None) -> tuple[Statement, ...]:
    return (Remark("charged beyond " + q[0].text), Adjust("add", Arith("*", Clamp(Arith("-", q[1], q[0]), low=_NOTHING), v)))


@G.rule("clause", "{w:oneword} {c:costs} {v:num} [<noun_unit>] (a piece|apiece|each|per piece|per item|an item) [extra|on top|more] [, {h:howmany}]", cost=0.5)
def _a_piece(w: str, v: Lit, c: Any = None, h: Any = None) -> tuple[Statement, ...] | None:
    """So much a piece: the field that says how many is said beside it."""
    if h is None:
        return None
    name, blank = h
    said = (Define("@blank " + name, _NOTHING),) if blank else ()
    return (*said, Adjust("add", Arith("*", Named(name), v)))


G.rule("howmany", "{n:name} (says|tells|shows|holds|is) (how many|how much|the number|the number of them|how many there are)", cost=0.1)(lambda n: (n, False))
G.rule("howmany", "{n:name} (says|tells|shows|holds|is) (how many|how much|the number|the number of them|how many there are) , {b:blankrule}", cost=0.1)(lambda n, b: (n, True))
G.rule("clause", "LP {n:name} (can be|may be|is|are) [something|anything|a number] like {a:num} [, (charge|count|take|use) it exactly] RP", "[{n:name}] (is|are) (charged|counted|taken) exactly", cost=0.3)(lambda n="", a=None: Remark("note"))

# --- who pays more, who pays less ---------------------------------------------------------------------------------

G.rule("payverb", "(cost|costs|pay|pays|get|gets|receive|receives|have|has|are|is|earn|earns)", cost=0.0)(lambda: True)
G.rule("wholething", "[,] on (the whole|the whole thing|everything|the total|the whole price|all of it|top)", cost=0.0)(lambda: False)
G.rule("wholething", "[,] on (the whole|the whole thing|everything|the total|the whole price|all of it) [,] before [the] rounding [it]", "[,] before [the] rounding [it]", cost=0.0)(lambda: True)
G.rule("paychange", "{p:percent} (more|extra|on top|higher|surcharge|dearer)", "a surcharge of {p:percent}", cost=0.1)(lambda p: ("percent_more", p))
G.rule("paychange", "{p:percent} (less|off|cheaper|lower|discount)", "a discount of {p:percent}", cost=0.1)(lambda p: ("percent_less", p))
G.rule("paychange", "[their|the|its|that] {n:name} off", "(a discount of|a reduction of) [their|the|its] {n:name} [percent]", "[their|the|its] {n:name} (as a discount|discount|as discount)", cost=0.2)(lambda n: ("percent_less", Named(n)))
G.rule("paychange", "half [the|of the] [price|fare|fee|amount|cost|money]", "for half the price", cost=0.2)(lambda: ("half", None))
G.rule("paychange", "(double|twice) [the] [price|fare|fee|amount|cost]", cost=0.2)(lambda: ("times", Lit("number", "2")))
G.rule("paychange", "{v:num} [<noun_unit>] (more|extra|on top)", "(an extra|an additional|another) {v:num} [<noun_unit>]", cost=0.2)(lambda v: ("add", v))
G.rule("paychange", "{v:num} [<noun_unit>] (less|off)", cost=0.2)(lambda v: ("sub", v))
G.rule("payer", "[the|all|a|an|any|every] {p:prose} LP {c:cond} RP", cost=0.2)(lambda p, c: gloss_of(p, c))
G.rule("payer", "[the|all|a|an|any|every] {w:oneword} {x:oneword} LP {c:cond} RP", "[the|all|a|an|any|every] {w:oneword} LP {c:cond} RP", cost=0.3)(lambda c, w="", x="": None if {w, x} & NEGATIONS else c)
G.rule("payer", "{e:entity} (whose|where|that|who|with) {c:cond}", "(those|people|the ones|anybody|anyone|everybody|everyone|whoever) (whose|where|that|who|with|) {c:cond}", cost=0.4)(lambda c, e="": c)


@G.rule("clause", "{c:payer} {k:payverb} {a:paychange} {w:wholething}", "{c:payer} {k:payverb} {a:paychange}", cost=0.4)
def _pays(c: Cond, a: tuple[str, Value | None], k: Any = None, w: Any = None) -> Statement:
    return Adjust(a[0], a[1], c, early=bool(w))


@G.rule("clause", "(whoever|everybody who|everyone who|anybody who|anyone who|those who|who) (is|are) in {s:source} LP {b:lookedby} RP {k:payverb} {a:paychange} {w:wholething}", "(whoever|everybody who|everyone who|anybody who|anyone who|those who|who) (is|are) in {s:source} LP {b:lookedby} RP {k:payverb} {a:paychange}", cost=0.2)
def _listed_pay(s: str, b: str, a: tuple[str, Value | None], k: Any = None, w: Any = None) -> tuple[Statement, ...]:
    from sopwb.author.english.meaning import Match, Missing, Not, Shared

    return (Match(Rows(s, conds=(Shared(b),))), Adjust(a[0], a[1], Not(Missing("", s)), early=bool(w)))


G.rule("lookedby", "(look|looked|find|found|match|matched) [them|it|him|her] [up] by [the|their] {n:name}", "by [the|their] {n:name}", cost=0.1)(lambda n: n)
G.rule("clause", "[always] [,] on (the whole|the whole thing|everything|the total)", "after that (limit|cap|discount|reduction|change) (has been|is|was) (applied|taken off|made)", cost=0.6)(lambda: Remark("note"))

# --- in steps ---------------------------------------------------------------------------------------------------------


@G.rule("clause", "the first {n:num} {u:unit} (are|is|cost|costs) (free|nothing|free of charge|not charged|included)", "(the|a|every) {w:oneword} is free for the first {n:num} {u:unit}", cost=0.4)
def _first_free(n: Lit, u: str, w: str = "") -> Statement:
    return Define("@free " + singular(u), n)


@G.rule("clause", "(every|each) [{x:further}] (block|period|slot|group|lot|set|unit|step) of {k:num} {u:unit} {c:costs} {v:num} [<noun_unit>]", "(every|each) [{x:further}] {k:num} {u:unit} {c:costs} {v:num} [<noun_unit>]", cost=0.4)
def _every_block(k: Lit, u: str, v: Lit, x: bool = False, c: Any = None) -> Statement:
    measure: Value = Named(singular(u))
    if x:
        measure = Clamp(Arith("-", measure, Named("@free " + singular(u))), low=_NOTHING)
    return Define("@open", Arith("*", Arith("blocks", measure, k), v))


G.rule("further", "(further|additional|extra|more|other|started|full|begun)", cost=0.0)(lambda: True)
G.rule("blockword", "(a|an|every|each|any|one) (block|period|slot|one|unit|step|group) [that (has been|is|was)]", "(started|begun) (blocks|ones|periods|slots)", cost=0.0)(lambda: True)


@G.rule("clause", "[and] {b:blockword} (started|begun|that has only been started|) (is|are|counts|count|is charged|are charged) [charged|counted] (in full|full|fully|as a whole one|as a full one|whole|as a whole|completely)", "(started|begun) (blocks|ones|periods) (count|are charged) (in full|full|fully)", cost=0.4)
def _started_full(b: Any = None) -> Statement:
    return Remark("blocks up")


@G.rule("clause", "[and] only (full|whole|complete|completed) (blocks|ones|periods|slots) (count|are charged|are counted)", "(started|begun) (blocks|ones|periods) (are free|do not count|are not charged|are not counted)", cost=0.4)
def _started_free() -> Statement:
    return Remark("blocks down")


@G.rule("clause", "{w:oneword} (ride|pay|get in|travel|eat|park|go|play|enter|come in|are charged) [for] half [of] [the|of the] (price|fare|fee|rate|money) :", cost=0.3)
def _half_price(w: str) -> Statement:
    return Remark("half price")


@G.rule("clause", "<when> {c:cond} [,] {a:adjustnamed} [after that (limit|cap|discount|change) (has been|is|was) (applied|made|taken off)]", cost=0.2)
def _adjust_after(c: Cond, a: tuple[str, str, Value | None]) -> Statement:
    return Adjust(a[0], a[2], c, a[1])


G.rule("adjustnamed", "halve [the] {n:name}", "[the] {n:name} is halved", cost=0.1)(lambda n: ("half", n, None))
G.rule("adjustnamed", "double [the] {n:name}", "[the] {n:name} is doubled", cost=0.1)(lambda n: ("times", n, Lit("number", "2")))
G.rule("adjustnamed", "(reduce|lower|cut) [the] {n:name} by {p:percent}", "take {p:percent} off [the] {n:name}", cost=0.1)(lambda n, p: ("percent_less", n, p))
G.rule("adjustnamed", "(raise|increase) [the] {n:name} by {p:percent}", "add {p:percent} to [the] {n:name}", cost=0.1)(lambda n, p: ("percent_more", n, p))
G.rule("adjustnamed", "add {v:factor} to [the] {n:name}", cost=0.2)(lambda n, v: ("add", n, v))
G.rule("adjustnamed", "(subtract|deduct|take) {v:factor} (from|off) [the] {n:name}", cost=0.2)(lambda n, v: ("sub", n, v))


@G.rule("atom", "[the] {n:name} (of|for) (the|that|this|its) {e:entity} has {m:name} [set] [to] {v:lit} [in {s:source}]", "(the|that|this) {e:entity} (of|for) (the|that|this) {f:entity} (has|have) {m:name} [set] [to] {v:lit} [in {s:source}]", cost=0.3)
def _has_set(m: str, v: Value, e: str = "", n: str = "", f: str = "", s: str = "") -> Cond:
    return Compare("==", Named(m, (s and singular(s)) or n or e), v)


# --- points for each of them --------------------------------------------------------------------------------------------

G.rule("worth", "(is worth|are worth|counts|count|gives|give|earns|earn|makes|gets|scores|brings|costs)", cost=0.0)(lambda: True)
G.rule("worthunit", "(point|points|credit|credits|star|stars|euro|euros)", cost=0.0)(lambda: True)
G.rule("worthitem", "(a|an|every|each|one) {t:string} ({s:source}|{w:oneword}) {k:worth} {v:num} [{u:worthunit}]", cost=0.1)(lambda t, v, s="", w="", k=None, u=None: (t, v))
G.rule("worthmore", "(a|an|every|each) {t:string} (one|{w:oneword}) [{k:worth}] {v:num} [{u:worthunit}]", cost=0.1)(lambda t, v, w="", k=None, u=None: (t, v))
G.rule("worthlist", "{a:worthitem}", cost=0.0)(lambda a: (a,))
G.rule("worthlist", "{xs:worthlist} (,|and|, and) {a:worthmore}", cost=0.0)(lambda xs, a: (*xs, a))
G.rule("worthfield", "LP (that is|this is|it is|which is) [the|their] {n:name} (in|of|from) {s:source} RP", "LP [the] {n:name} (says which|says so|tells which|tells that) RP", "LP going by [the] {n:name} RP", cost=0.1)(lambda n, s="": (n, s))
G.rule("worthrest", "(anything|everything|all|any other|every other|all others|everything) [else] (nothing|is worth nothing|gets nothing|counts nothing|zero|none|gives nothing)", cost=0.1)(lambda: _NOTHING)
G.rule("worthrest", "(anything|everything) else [{k:worth}] {v:num} [{u:worthunit}]", cost=0.2)(lambda v, k=None, u=None: v)


@G.rule("clause", "{xs:worthlist} {f:worthfield} [,|and] {d:worthrest}", "{xs:worthlist} [,|and] {d:worthrest} {f:worthfield}", cost=0.2)
def _worth(xs: tuple[tuple[Lit, Lit], ...], f: tuple[str, str], d: Value) -> Statement:
    arms = tuple(Arm(Compare("==", Named(f[0]), t), v) for t, v in xs)
    return PerRecord("point", Cases(arms, d), f[1])


@G.rule("clause", "[<subj>] (tot up|tots up|add up|adds up|sum up|sums up|count up|total) the {w:oneword} (of|for|over|from) {r:rows}", cost=0.3)
def _tot_up(w: str, r: Rows) -> Statement | None:
    return Define("@sum", Agg("sum", Named("@each " + singular(w)), r)) if singular(w) == "point" else None


# --- counting in full, counting half ----------------------------------------------------------------------------------------

G.rule("weight", "(in full|full|fully|whole|completely|as they are|normally)", cost=0.0)(lambda: Lit("number", "1"))
G.rule("weight", "(half|for half|as half|by half|halfway)", cost=0.0)(lambda: Lit("number", "0.5"))
G.rule("weight", "(double|twice|for two)", cost=0.0)(lambda: Lit("number", "2"))
G.rule("weighed", "{r:rows} (count|counts|are counted|is counted|go in|weigh) {w:weight}", cost=0.1)(lambda r, w: (r, w))
G.rule("weighed", "{r:rows} (do not|does not) (count|go in)", "{r:rows} (count|counts) (nothing|not at all|zero)", "{r:rows} are not counted", cost=0.1)(lambda r: (r, _NOTHING))
G.rule("weighedlist", "{a:weighed} (,|and|, and|;|but|, but) {b:weighed}", cost=0.1)(lambda a, b: (a, b))
G.rule("weighedlist", "{a:weighed} (,|;) {xs:weighedlist}", cost=0.1)(lambda a, xs: (a, *xs))


@G.rule("clause", "{n:name} : {xs:weighedlist}", "what is {n:name} [up] : {xs:weighedlist}", "{xs:weighedlist}", cost=0.3)
def _weights(xs: tuple[tuple[Rows, Value], ...], n: str = "") -> Statement | None:
    """Each record counts with its weight; of what, another sentence says."""
    source = next((r.source for r, _ in xs if r.source), "")
    arms = []
    for rows, weight in xs:
        conds = (*rows.conds, *(Holds(None, w) for w in rows.words))
        if len(conds) != 1 or (rows.source and rows.source != source):
            return None
        arms.append(Arm(conds[0], weight))
    return PerRecord(n or "@weight", Cases(tuple(arms), None), source) if source else None


@G.rule("clause", "[the] {n:name} [field|column] is in {u:unit} [,] (so|and so) divide [it] by {k:num} [to get {v:unit}]", "[the] {n:name} (is|are) in {u:unit} [,] (so|and so) {k:num} of them make (an|a|one) {v:unit}", cost=0.3)
def _divide(n: str, u: str, k: Lit, v: str = "") -> Statement:
    return PerRecord("@measure", Arith("/", Named(n), k), "")

