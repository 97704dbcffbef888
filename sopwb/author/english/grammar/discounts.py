# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Discounts and surcharges from a limit on: "from 7 days on the rental is discounted by 10%, from 28 days on by 20%".

    limit := "from" n unit "on" | "with more than" n unit | "for" n unit "or more"
    bands := percent "off" limit ("and" percent ["off"] limit)*

Deliberately not here: bands of a value of its own (``definitions``), changes under any condition (``charging``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import PEOPLE
from sopwb.author.english.meaning import (
    Adjust,
    Arith,
    Arm,
    Assign,
    Cases,
    Clock,
    Compare,
    Cond,
    Define,
    Lit,
    Named,
    Remark,
    Rounded,
    Statement,
    Value,
)
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge

_ZERO: Final = Lit("number", "0")
_AGE: Final = Named("@age")
_TODAY: Final = Clock("today")

# --- limits of an amount --------------------------------------------------------------------------------------------

G.rule("limit", "from {v:num} {q:measured} [on|up|upwards|onwards|onward]", "(with|for|at|of|on|) {v:num} {q:measured} (or more|and more|and up|or over|upwards|and over)", "(with|for|at|of|) {v:num} (or more|and more|and up|or over) {q:measured}", "(with|for|at|) at least {v:num} {q:measured}", "once there are {v:num} {q:measured}", cost=0.1)(lambda v, q: Compare(">=", q, v))
G.rule("limit", "(with|for|at|) (more than|over|above) {v:num} {q:measured}", "(above|over|beyond) {v:num} {q:measured}", cost=0.1)(lambda v, q: Compare(">", q, v))
G.rule("limit", "(with|for|at|) (fewer than|less than|under|below) {v:num} {q:measured}", cost=0.1)(lambda v, q: Compare("<", q, v))


@G.rule("clause", "{c:limit} [,] [the] {n:name} (is|gets|is then) {a:participle}", "[the] {n:name} (is|gets|is then) {a:participle} {c:limit}", cost=0.2)
def _from_on(c: Cond, n: str, a: tuple[str, Value | None, Any]) -> Statement:
    return Adjust(a[0], a[1], c, n)


G.rule("isoff", "(it is|there is|they get|you get|it gets|we give|it costs|that is|it comes to|it becomes|that makes it)", cost=0.0)(lambda: True)
G.rule("wholeoff", "off [of] (the whole thing|the total|everything|the whole price|it all|the lot|the price|the whole|all of it|the bill|the whole bill|the fee)", cost=0.0)(lambda: True)


@G.rule("clause", "{c:limit} [,] {i:isoff} {a:paychange}", "{i:isoff} {a:paychange} {c:limit}", cost=0.2)
def _limit_change(c: Cond, a: tuple[str, Value | None], i: Any = None) -> Statement:
    return Adjust(a[0], a[1], c)


@G.rule("clause", "{c:limit} [,] [{i:isoff}|take|deduct|knock] {p:percent} {w:wholeoff}", "[{i:isoff}|take|deduct] {p:percent} {w:wholeoff} {c:limit}", cost=0.1)
def _limit_off(c: Cond, p: Lit, i: Any = None, w: Any = None) -> Statement:
    return Adjust("percent_less", p, c)


# --- several limits, each with its own share ---------------------------------------------------------------------------

G.rule("sharejoin", "(and|,|, and|;|; and|, but|but)", cost=0.0)(lambda: True)
G.rule("insteadof", "[,] instead [of (the|those|that|) {p:percent}]", cost=0.0)(lambda p=None: p or True)
G.rule("offword", "(off|discount|less|cheaper|reduction|rebate)", cost=0.0)(lambda: True)
G.rule("shared", "{p:percent} {o:offword} {c:limit}", "(a discount|discount|a reduction) of {p:percent} {c:limit}", cost=0.0)(lambda p, c, o=None: Arm(c, p))
G.rule("nextshare", "{p:percent} [{o:offword}] {c:limit} [{x:insteadof}]", "{c:limit} [,] [(it is|is)] [by] {p:percent} [{o:offword}] [{x:insteadof}]", cost=0.0)(lambda p, c, o=None, x=None: Arm(c, p))
G.rule("shares", "{a:shared}", cost=0.0)(lambda a: (a,))
G.rule("shares", "{xs:shares} {j:sharejoin} {a:nextshare}", cost=0.0)(lambda xs, a, j=None: (*xs, a))


def _in_bands(arms: tuple[Arm, ...], name: str) -> tuple[Statement, ...]:
    """Take off what the highest limit that is reached says; the share has a name, since it may be returned."""
    return (Define("discount percent", Cases(arms, _ZERO)), Adjust("percent_less", Named("discount percent"), None, name))


@G.rule("clause", "[(with|there is|there are|we give|they get|you get|it gets)] {xs:shares}", cost=0.3)
def _shares(xs: tuple[Arm, ...]) -> Statement | tuple[Statement, ...]:
    if len(xs) == 1:
        return Adjust("percent_less", xs[0].value, xs[0].cond)
    return (Adjust("percent_less", Cases(xs, _ZERO)),)


@G.rule("clause", "{c:limit} [,] [the] {n:name} (is|gets) {a:participle} {j:sharejoin} {y:nextshare} [{j2:sharejoin} {z:nextshare}]", cost=0.1)
def _bands_of(c: Cond, n: str, a: tuple[str, Value | None, Any], y: Arm, z: Arm | None = None, **_: Any) -> tuple[Statement, ...] | None:
    if a[1] is None or a[0] not in ("percent_less", "percent_more"):
        return None
    arms = (Arm(c, a[1]), y, *((z,) if z is not None else ()))
    return _in_bands(arms, n) if a[0] == "percent_less" else (Adjust(a[0], Cases(arms, _ZERO), None, n),)


# --- who pays more by age ------------------------------------------------------------------------------------------------

_PERSONS: Final = PEOPLE | frozenset("anyone anybody everyone everybody drivers members guests kids children customers visitors students players riders passengers swimmers patients employees staff teenagers adults tenants pupils users travellers clients children renters climbers skiers borrowers readers driver member guest child customer visitor student player rider passenger patient".split())  # noqa: SIM905 - one list of words


@G.terminal("persons")
def _persons(chart: Chart, at: int) -> list[Edge]:
    """Read a word for people: "drivers", "anyone", or what the workspace's own records are called."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    names: Names = chart.names
    low = chart.low(at)
    return [Edge(at + 1, True, 0.0)] if low in _PERSONS or low.removesuffix("s") in names.entities else []


G.rule("payer", "[all|any|every|a|an] {w:persons} [who (are|is)|aged] {o:agecmp} {n:num} [years] [old|of age]", "[all|any|every|a|an] {w:persons} [who (are|is)|aged] (under|below) {n:num} [years] [old|of age]", cost=0.1)(lambda n, o="<", w=None: Compare(o, _AGE, n))
G.rule("payer", "[all|any|every|a|an] {w:persons} [who (are|is)|aged] (over|above) {n:num} [years] [old|of age]", cost=0.1)(lambda n, w=None: Compare(">", _AGE, n))
G.rule("payer", "[all|any|every|a|an] {w:persons} [who (are|is)|aged] {n:num} [years] (or older|and older|or over|and over|or above)", "[all|any|every|a|an] {w:persons} (of|aged|from) {n:num} [years] (and|or) (up|older|over)", cost=0.1)(lambda n, w=None: Compare(">=", _AGE, n))
G.rule("paychange", "(an extra|an additional|another|a surcharge of|a supplement of) {v:rated}", "{v:rated} (extra|more|on top|in addition)", cost=0.1)(lambda v: ("add", v))
G.rule("nodiscount", "[,] [(and|but)] (no discount|no discounts|the discount does not|discounts do not) (applies|apply|goes|go) (to|on) (that|this|the|it) [extra|surcharge|supplement]", "[,] (and|but) (that|this|the) (extra|surcharge|supplement) (is|does) not (discounted|reduced|get discounted)", "[,] which is not discounted", cost=0.0)(lambda: True)


@G.rule("clause", "{c:payer} {k:payverb} {a:paychange} {x:nodiscount}", cost=0.1)
def _undiscounted(c: Cond, a: tuple[str, Value | None], k: Any = None, x: Any = None) -> Statement | None:
    """An extra that stays apart from what is discounted: it is added where the extra is spoken of."""
    return Define("extra", Cases((Arm(c, a[1]),), _ZERO)) if a[0] == "add" and a[1] is not None else None


# --- told as what the script does -----------------------------------------------------------------------------------------

G.rule("does1", "(multiplies|multiply) {a:factor} (by|with) {b:factor}", cost=0.0)(lambda a, b: Arith("*", a, b))
G.rule("does1", "(divides|divide) {a:factor} by {b:factor}", cost=0.0)(lambda a, b: Arith("/", a, b))
G.rule("does1", "(adds|add) {a:factor} to {b:factor}", cost=0.0)(lambda a, b: Arith("+", b, a))
G.rule("does1", "(subtracts|subtract|deducts|deduct|takes|take) {a:factor} (from|off) {b:factor}", cost=0.0)(lambda a, b: Arith("-", b, a))
G.rule("does1", "(does|takes|computes|calculates) {v:product}", cost=0.3)(lambda v: v if isinstance(v, Arith) else None)
G.rule("thenround", "[,] and [then] (rounds|round) (that|it|the result|this) [{h:half}] {p:places} [{h2:half}]", cost=0.0)(lambda p, h="", h2="": p)
G.rule("givename", "(:|-|,|;) [(and|)] (this is|that is|which is|that gives|this gives|which gives|call (it|that)|the result is|(that|this) makes) [the] {n:ident}", "(to get|to give|giving) [the] {n:ident}", "and (calls|call) (it|that|the result) {n:ident}", cost=0.0)(lambda n: n)


@G.rule("clause", "[<subj>] {v:does1} [{p:thenround}] {n:givename}", cost=0.1)
def _does(v: Value, n: str, p: int | None = None) -> Statement:
    return Define(n, Rounded(v, p) if p is not None else v)


@G.rule("clause", "(it|the script) {v:does1} [{p:thenround}]", cost=0.5)
def _does_unnamed(v: Value, p: int | None = None) -> Statement:
    return Define("@open", Rounded(v, p) if p is not None else v)


# --- small things ----------------------------------------------------------------------------------------------------------

G.rule("factor", "[the] {n:name} (of|for) (its|their|his|her) {e:entity}", cost=0.4)(lambda n, e: Named(n, e or "it"))
G.rule("rounding", "[also|again|too|likewise] {h:half} {p:places}", "(also|again|likewise) <round> [{h:half}] {p:places} [{h2:half}]", cost=0.3)(lambda p, h="half", h2="": (p, "half"))
G.rule("tail", "(has|have) (passed|gone by|gone|elapsed)", "{b:be} (past|over|gone|in the past)", cost=0.3)(lambda b=True: Compare("<", None, _TODAY))
G.rule("clause", "(whatever|no matter) (the|what the|how many|how much|its|their|his) {w:oneword}", "(no matter what|whatever happens|whatever it is|regardless)", cost=0.5)(lambda w="": Remark("note"))
G.rule("factor", "(the|that|this) rounded {n:name}", cost=0.3)(lambda n: Named(n))


@G.rule("clause", "<when> {c:cond} [,|then|, then|:] [the] {n:freshfield} (is|becomes|equals|=|amounts to|comes to) {v:value} [(,|;|; and|, and|, but|; but) <else> [,] [(it is|it gets|it stays|the {n2:freshfield} is|{n2:freshfield} is)] {d:value}]", cost=0.1)
def _new_when(c: Cond, n: str, v: Value, d: Value | None = None, n2: str = "") -> Statement | None:
    """A name that is new here, with its value for a case and for every other."""
    if n2 not in ("", n):
        return None
    return Define(n, Cases((Arm(c, v),), d)) if d is not None else Assign(c, ((key_of(n), v),))


@G.rule("clause", "<when> {c:cond} [,|then|, then|:] the {w:phrase} (is|becomes|amounts to|comes to) {v:value} [(,|;|; and|, and|, but|; but) <else> [,] [(it is|it gets|it stays)] {d:value}]", cost=0.6)
def _phrase_when(c: Cond, w: str, v: Value, d: Value | None = None) -> Statement:
    return Define(w, Cases((Arm(c, v),), d)) if d is not None else Assign(c, ((w, v),))


@G.terminal("freshfield")
def _newfield(chart: Chart, at: int) -> list[Edge]:
    """Read a name with an underscore that nothing is called yet."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "name":
        return []
    names: Names = chart.names
    key = key_of(chart.tokens[at].text)
    fields = {key_of(f) for s in names.sources.values() for f in s.record.names()}
    return [] if key in fields else [Edge(at + 1, chart.tokens[at].text, 0.0)]
