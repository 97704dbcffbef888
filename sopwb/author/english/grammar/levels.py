# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""An amount by levels: "cut up to 3 days ago is full price, 4 to 6 days ago is 30% off, and anything older goes for half".

    levels := (participle | name) level (join level)* join rest
    level  := band "is" ("full price" | percent "off" | "half" | "free")

Deliberately not here: values of their own for bands (``banding``), a discount from a limit on (``discounts``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arith,
    Arm,
    Cases,
    Clock,
    Compare,
    Cond,
    Define,
    Fraction,
    Holds,
    Inside,
    It,
    Lit,
    Named,
    Order,
    Ratio,
    Remark,
    Ret,
    Return,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.returning import UNNAMED

_LEVEL: Final = Named("@level")
"""What the bands are of, until it is put in."""

# --- what it comes to ---------------------------------------------------------------------------------------------------

G.rule("level", "[at|for|the|a] (full|normal|regular|usual|whole|standard|list|original) (price|fare|rate|amount|fee|cost|value|pay)", "(as it is|unchanged|no discount|nothing off|without discount|at full price|full|in full)", cost=0.0)(lambda: It())
G.rule("level", "[at|by|with] {p:percent} (off|less|cheaper|discount|reduction|lower|reduced)", "(reduced|discounted|cheaper|lower) by {p:percent}", cost=0.0)(lambda p: Arith("-", It(), Fraction(p, It())))
G.rule("level", "{p:percent} (more|extra|on top|dearer|higher|surcharge)", cost=0.0)(lambda p: Arith("+", It(), Fraction(p, It())))
G.rule("level", "[at|for] {s:share} [of] [the] [price|it|that|fare|rate|amount]", cost=0.1)(lambda s: Ratio(s[0], s[1], It()))
G.rule("level", "{s:share} off", cost=0.0)(lambda s: Arith("-", It(), Ratio(s[0], s[1], It())))
G.rule("level", "(free|for free|free of charge|nothing)", cost=0.1)(lambda: Lit("number", "0"))
G.rule("levelis", "(is|are|gets|get|goes for|go for|goes at|go at|costs|cost|is sold at|is sold for|are sold at|are sold for|sells for|sell for|pays|pay|comes at|come at|is charged|are charged|has|have|:|=|->|means|,)", cost=0.0)(lambda: True)

# --- bands ----------------------------------------------------------------------------------------------------------------

G.rule("agoband", "(up to|at most|no more than|not more than|within) {n:num} {u:unit} (ago|old|back)", cost=0.0)(lambda n, u: (u, Compare("<=", _LEVEL, n)))
G.rule("agoband", "(less than|under|fewer than) {n:num} {u:unit} (ago|old|back)", cost=0.0)(lambda n, u: (u, Compare("<", _LEVEL, n)))
G.rule("agoband", "(more than|over) {n:num} {u:unit} (ago|old|back)", "longer than {n:num} {u:unit} ago", cost=0.0)(lambda n, u: (u, Compare(">", _LEVEL, n)))
G.rule("agoband", "(at least) {n:num} {u:unit} (ago|old|back)", "{n:num} {u:unit} (ago|old) or (more|longer|older)", "{n:num} or more {u:unit} (ago|old)", cost=0.0)(lambda n, u: (u, Compare(">=", _LEVEL, n)))
G.rule("agoband", "[from|between] {a:num} (to|-|and|up to|or) {b:num} {u:unit} (ago|old|back)", cost=0.0)(lambda a, b, u: (u, Inside(_LEVEL, a, b)))
G.rule("sizeband", "(up to|at most|no more than) {n:num}", cost=0.0)(lambda n: ("", Compare("<=", _LEVEL, n)))
G.rule("sizeband", "(under|below|less than) {n:num}", cost=0.0)(lambda n: ("", Compare("<", _LEVEL, n)))
G.rule("sizeband", "(over|above|more than) {n:num}", cost=0.0)(lambda n: ("", Compare(">", _LEVEL, n)))
G.rule("sizeband", "{n:num} {o:ormore}", "from {n:num} [on|up|upwards]", cost=0.0)(lambda n, o=">=": ("", Compare(o, _LEVEL, n)))
G.rule("sizeband", "[from|between] {a:num} (to|-|and|up to) {b:num}", cost=0.0)(lambda a, b: ("", Inside(_LEVEL, a, b)))
G.rule("levelarm", "{b:agoband} [{i:levelis}] {v:level}", "{b:sizeband} [{i:levelis}] {v:level}", cost=0.1)(lambda b, v, i=None: (b[0], Arm(b[1], v)))
G.rule("levelarm", "{v:level} (for|from|if|when it is|if it is) {b:agoband}", cost=0.1)(lambda b, v: (b[0], Arm(b[1], v)))
G.rule("levelarms", "{a:levelarm}", cost=0.0)(lambda a: (a,))
G.rule("levelarms", "{xs:levelarms} {j:sharejoin} {a:levelarm}", cost=0.0)(lambda xs, j, a: (*xs, a))
G.rule("levelrest", "(anything|everything|all|those|the ones|whatever|what is|ones|any|all that is|the rest|everything that is|anything that is) [that is|that are|which is] [even] [{x:beyondthat}|else] [{i:levelis}] {v:level}", "{x:beyondthat} [ones] [{i:levelis}] {v:level}", "{v:level} for (anything|everything|all) {x:beyondthat}", cost=0.1)(lambda v, x=None, i=None: v)
G.rule("levels", "{xs:levelarms} {j:sharejoin} {d:levelrest}", cost=0.0)(lambda xs, j, d: (xs, d))


@G.rule("clause", "[{e:entity}|what is|what was|those|anything] {d:dateverb} {ls:levels}", cost=0.2)
def _by_age(d: str, ls: Any, e: str = "") -> Statement | None:
    xs, rest = ls
    units = {UNITS[u] for u, _ in xs if u}
    if len(units) != 1 or any(not u for u, _ in xs):
        return None
    return Adjust("set", _leveled(xs, rest, Span(units.pop(), Named(d), Clock("today"))))


G.rule("namedband", "(up to|at most|no more than) {n:num} {w:name}", cost=0.0)(lambda n, w: (w, Compare("<=", _LEVEL, n)))
G.rule("namedband", "(under|below|less than|fewer than) {n:num} {w:name}", cost=0.0)(lambda n, w: (w, Compare("<", _LEVEL, n)))
G.rule("namedband", "(over|above|more than) {n:num} {w:name}", cost=0.0)(lambda n, w: (w, Compare(">", _LEVEL, n)))
G.rule("namedband", "[from|between] {a:num} (to|-|and|up to) {b:num} {w:name}", cost=0.0)(lambda a, b, w: (w, Inside(_LEVEL, a, b)))


@G.rule("clause", "{b:namedband} [{i:levelis}] {v:level} {j:sharejoin} {ls:levels}", "{b:namedband} [{i:levelis}] {v:level} {j:sharejoin} {d:levelrest}", cost=0.2)
def _by_named(b: tuple[str, Cond], v: Value, ls: Any = None, d: Value | None = None, **_: Any) -> Statement | None:
    xs, rest = ls if ls is not None else ((), d)
    if rest is None or any(u for u, _ in xs):
        return None
    return Adjust("set", _leveled((("", Arm(b[1], v)), *xs), rest, Named(b[0])))


@G.rule("clause", "[the|its|a|an] {n:name} [of] {ls:levels}", cost=0.6)
def _by_size(n: str, ls: Any) -> Statement | None:
    xs, rest = ls
    return Adjust("set", _leveled(xs, rest, Named(n))) if not any(u for u, _ in xs) else None


def _leveled(xs: tuple[tuple[str, Arm], ...], rest: Value, of: Value) -> Value:
    return Cases(tuple(Arm(msgspec.structs.replace(a.cond, left=of), a.value) for _, a in xs), rest)


# --- more off for some -----------------------------------------------------------------------------------------------------


@G.terminal("proseso")
def _proseso(chart: Chart, at: int) -> list[Edge]:
    """Read one to eight words that a condition behind ", so" explains: "aren't in the cold room, so …"."""
    words: list[str] = []
    for end in range(at, min(at + 9, len(chart.tokens))):
        if chart.low(end) == "," and words:
            return [Edge(end, " ".join(words), 1.0)] if chart.low(end + 1) in ("so", "meaning", "i.e.", "that", "which") else []
        if chart.tokens[end].kind not in ("word", "name"):
            return []
        words.append(chart.low(end))
    return []


@G.rule("payer", "(the ones|those|anything|everything|all|the {s:source}|{s:source}|{e:anynoun}) (that|which|who) {p:proseso} , (so|meaning|i.e.|that is|which means|so where|so with) {c:cond} [,]", cost=0.1)
def _so_explained(p: str, c: Cond, s: str = "", e: str = "") -> Cond | None:
    return gloss_of(p, c)


G.rule("paychange", "(another|an extra|an additional|a further) {p:percent} (off|less|cheaper|discount) [on top] [of that]", "{p:percent} (off|less|cheaper|discount) on top [of that]", cost=0.1)(lambda p: ("percent_less", p))
G.rule("paychange", "(another|an extra|an additional|a further) {p:percent} (more|on top) [of that]", cost=0.1)(lambda p: ("percent_more", p))

# --- announced, labelled, rounded ---------------------------------------------------------------------------------------------


@G.rule("clause", "[the|some|very|our] {w:oneword} [{x:oneword}] (get|gets|become|becomes|go|goes|are|is) (cheaper|more expensive|dearer|discounted|reduced|a discount|less expensive|a surcharge|worth less|worth more|less|more)", cost=1.5)
def _announced(w: str, x: str = "") -> Statement:
    """That something gets cheaper is announced: what follows says by how much."""
    return Remark("reason")


@G.terminal("labelwords")
def _labelwords(chart: Chart, at: int) -> list[Edge]:
    """Read two to five words that only say what a value is, up to its colon: "the price per stem:"."""
    if chart.low(at) not in ("the", "a", "an", "what"):
        return []
    for end in range(at + 1, min(at + 7, len(chart.tokens))):
        if chart.low(end) == ":":
            return [Edge(end, True, 1.0)] if end - at > 2 else []
        if chart.tokens[end].kind != "word" or chart.low(end) in ("if", "when", "whose", "where", "and", "or", "not", "whether", "sum", "average", "total", "number"):
            return []
    return []


@G.rule("clause", "{a:giving} {w:labelwords} : {v:defvalue}", cost=0.6)
def _told(v: Value, a: bool = False, w: bool = True) -> Statement:
    return Return((Ret(UNNAMED, "", v),), also=a)


@G.rule("clause", "[in|to|as|make it] [whole|full|the nearest|the] (cents|cent|penny|pennies) [,] [and] [rounded|rounding|round] {h:half}", cost=0.4)
def _in_cents(h: str) -> Statement:
    return Adjust("round", None, places=2)


@G.rule("clause", "[<please_do>] [only|just] round [it|that|the (price|result|total|amount)] [only|just] (once|one time|a single time) [,] [and] [only|right|just|but] [at the [very] end|last|when all is done|as the last step]", "[<please_do>] [only|just] round [it|that|the (price|result|total|amount)] [only|just] (at the [very] end|last|right at the end|as the last step)", "(rounding|the rounding) (is|comes|stays|happens) [only] (last|at the [very] end|right at the end|once)", cost=0.2)
def _round_last() -> Statement:
    return Remark("rounds last")


# --- the rest of a colloquial turn -----------------------------------------------------------------------------------------------

G.rule("clause", "[the] (rest|remainder|others|other things) (is|are|looks|look|stays|stay|seems) (fine|ok|okay|good|great|perfect|right|as it is|as it was|all right|alright|unchanged|the same)", "everything else (is|stays|looks) (fine|ok|okay|good|as it is|as it was|the same|right|unchanged|perfect)", cost=0.3)(lambda: Remark("note"))


# --- a list that stands alone, and what it is called ------------------------------------------------------------------------------

G.rule("order", "[the] (oldest|earliest|first|longest ago) (first|on top|at the top)", "from (old|oldest) to (new|newest)", "in (date|chronological) order", cost=0.2)(lambda: Order(Named("@date")))
G.rule("order", "[the] (newest|latest|most recent|youngest) (first|on top|at the top)", "from (new|newest) to (old|oldest)", cost=0.2)(lambda: Order(Named("@date"), True))


@G.rule("clause", "{v:aggregate}", cost=2.5)
def _alone(v: Value) -> Statement | None:
    """A list without a verb: what a later "return them as ids" names."""
    return Define("@sum", v) if isinstance(v, Agg) and v.kind == "list" and v.rows is not None and v.rows.source else None


@G.rule("clause", "{a:giving} (them|those|these|that list|the list|this list|these values) (as|under the name|under|in a field called|called) {n:ident}", "(call|name) (them|the list|that list) {n:ident}", cost=0.2)
def _list_as(n: str, a: bool = False) -> Statement:
    return Return((Ret(n, "", It("sum")),), also=a)


G.rule("atom", "[{e:entity}] (has|have|had|with) (some|any) {n:name} [left|remaining]", "[{e:entity}] (has|have|had) {n:name} [left|remaining]", cost=0.35)(lambda n, e="": Holds(Named(n), "some"))
G.rule("rows", "{r:rows} (with|that have|that has|which have|which has|who have|who has|having) (some|any) {n:name} [left|remaining]", cost=0.3)(lambda r, n: with_cond(r, Holds(Named(n), "some")))
