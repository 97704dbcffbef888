# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Arithmetic in everyday words: shares in percent, sums that are listed, "never costs more than", parts of a date.

Plain arithmetic is in ``values``. Deliberately not here: prices by the piece and in steps (``pricing``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    Arith,
    Cond,
    Define,
    Lit,
    Named,
    Part,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.nodes import has

_HUNDRED = Lit("number", "100")

# --- shares in percent -----------------------------------------------------------------------------------


def in_percent(part: Value, whole: Value) -> Value:
    return Arith("/", Arith("*", part, _HUNDRED), whole)


def is_percentage(value: Value) -> bool:
    return isinstance(value, Arith) and value.op == "/" and isinstance(value.left, Arith) and value.left.right == _HUNDRED


G.rule("sum", "{a:sum} (as a percentage of|in percent of|as percent of|as a percent of|as a share in percent of|expressed as a percentage of|as a percentage out of) {b:product}", cost=0.3)(
    lambda a, b: in_percent(a, b) if isinstance(a, Arith) and not has(a, Lit, text="100") else None)
G.rule("sum", "{a:product} (as a percentage of|in percent of|as percent of|as a percent of|as a share in percent of|expressed as a percentage of|as a percentage out of) {b:product}", "[the] percentage (that|which) {a:product} (is|makes up|makes) of {b:product}",
       "(what|which) percentage of {b:product} {a:product} (is|makes up|are|make up)", "how many percent of {b:product} {a:product} (is|are|make up|makes up)", cost=0.4)(lambda a, b: in_percent(a, b))


@G.rule("sum", "[the] (percentage|percent) of {r:rows} (that|which|who|where|whose) {c:cond}", "(what|which) percentage of {r:rows} {c:cond}", "how many percent of {r:rows} {c:cond}", cost=0.3)
def _percentage_where(r: Rows, c: Cond) -> Value:
    return in_percent(Agg("count", None, with_cond(r, c)), Agg("count", None, r))


@G.rule("sum", "[the] (percentage|percent) of {r:rows}", cost=0.6)
def _percentage_of_such(r: Rows) -> Value | None:
    """The percentage of the answered ones with a short wait: one condition tells the part from the whole."""
    if len(r.conds) == 1:
        return in_percent(Agg("count", None, r), Agg("count", None, msgspec.structs.replace(r, conds=())))
    if not r.conds and len(r.words) == 1 and (r.source or r.noun):
        return in_percent(Agg("count", None, r), Agg("count", None, msgspec.structs.replace(r, words=())))
    return None


@G.rule("product", "{a:num} [<noun_unit>] (per|for each|for every|a|each|times the number of) {s:source}", "{a:num} <noun_unit> (per|for each|for every) {s:source}", cost=0.7)
def _per_record(a: Lit, s: str) -> Value:
    return Arith("*", Agg("count", None, Rows(s)), a)


# --- sums of what is listed ---------------------------------------------------------------------------------

G.rule("addends", "{a:product} , {b:product} [,] and {c:product}", cost=0.1)(lambda a, b, c: Arith("+", Arith("+", a, b), c))
G.rule("addends", "{a:product} , {b:addends}", cost=0.1)(lambda a, b: Arith("+", a, b))
G.rule("twoaddends", "{a:product} and {b:product}", cost=0.2)(lambda a, b: None if isinstance(a, Agg) else Arith("+", a, b))
G.rule("twoaddends", "{x:addends}", cost=0.0)(lambda x: x)
G.rule("sum", "(the sum of|the total of|all of|the sum of all of|altogether) {x:addends}", "{x:addends} (added up|together|added together|in total|combined|taken together|summed up|altogether)", cost=0.4)(lambda x: x)
G.rule("addsup", "(adds up|adds together|is made up of|consists of|sums up|combines|is the sum of|is the total of|puts together|comprises|is composed of|is all of)", cost=0.0)(lambda: True)


@G.rule("clause", "[the] {n:name} {v:addsup} {x:twoaddends}", cost=0.3)
def _adds_up(n: str, x: Value, v: Any = None) -> Statement:
    return Define(n, x)


@G.rule("clause", "(add|adding) up {x:twoaddends} (to get|for|and you have|gives|to give|which gives|and that is) [the] {n:name}", "{x:twoaddends} (added up|together|added together) (is|are|make|makes|give|gives) [the] {n:name}", cost=0.4)
def _adding_up(n: str, x: Value) -> Statement:
    return Define(n, x)


G.rule("rate", "{a:num} [<noun_unit>] (per|a|for each|for every|for) {w:oneword} [and [per|for each|for every] {x:oneword}]", cost=0.2)(lambda a, w, x="": a)


@G.rule("value", "{a:rate} [,|;|:|-] (that is|i.e.|meaning|so|in other words|which is|that means) {b:sum}", cost=0.2)
def _rate_restated(a: Lit, b: Value) -> Value | None:
    """A rate and the sum that says how it is applied: the sum counts, and must hold the rate."""
    return b if not isinstance(b, Lit) and has(b, text=a.text) else None


# --- parts of a date ----------------------------------------------------------------------------------------

for _part in ("year", "month", "weekday"):
    G.rule("factor", f"[the] {_part} (of|in) {{v:point}}", f"[the] {_part} that {{v:point}} (is|lies|falls) in", cost=0.2)(lambda v, part=_part: Part(part, v))
G.rule("factor", "(this|the current|the present) year", "the year we (are in|have)", cost=0.2)(lambda: _this("year"))
G.rule("factor", "(this|the current|the present) month", cost=0.2)(lambda: _this("month"))


def _this(part: str) -> Value:
    from sopwb.author.english.meaning import Clock

    return Part(part, Clock("today"))


# --- limits of what was spoken of last ------------------------------------------------------------------------

G.rule("costverb", "(costs|cost|gets|get|pays|pay|earns|earn|is charged|are charged|gives|give|brings|bring|comes to|come to|is|are|goes|go|amounts to|is worth|are worth)", cost=0.0)(lambda: True)
G.rule("whoever", "{e:entity}", cost=0.0)(lambda e: True)
G.rule("whoever", "{e:anynoun}", "nobody", "no one", "you", "we", "they", cost=0.3)(lambda e="": True)


@G.rule("clause", "{w:whoever} (never|does not|do not|cannot|can not|must not|must never|will never|should never|can never) {k:costverb} [any] (more|higher|above|over) [than] {v:factor}", "{w:whoever} {k:costverb} (at most|no more than|not more than|a maximum of|never more than) {v:factor}", "(the most|the maximum) [that] {w:whoever} (can|may|will) {k:costverb} is {v:factor}", cost=0.4)
def _never_more(v: Value, w: Any = None, k: Any = None) -> Statement:
    return Adjust("high", v)


@G.rule("clause", "{w:whoever} (never|does not|do not|cannot|can not|must not|must never|will never|should never|can never) {k:costverb} [any] (less|lower|below|under|fewer) [than] {v:factor}", "(the least|the minimum) [that] {w:whoever} (can|may|will) {k:costverb} is {v:factor}", cost=0.4)
def _never_less(v: Value, w: Any = None, k: Any = None) -> Statement:
    return Adjust("low", v)


@G.rule("clause", "[the] {n:name} (never|does not|do not|cannot|can not|must not|must never|will never|should never|can never) (goes|go|be|is|rise|rises|exceed|exceeds|gets|get|rise|rises) [any] [above|over|beyond|higher than|more than|past] {v:factor}", "[the] {n:name} (is|stays|must stay) [at] (never more than|at most|no more than|not more than|never above|capped at|limited to|never over) {v:factor}", cost=0.3)
def _name_high(n: str, v: Value) -> Statement:
    return Adjust("high", v, words=n)


@G.rule("clause", "[the] {n:name} (never|does not|do not|cannot|can not|must not|must never|will never|should never|can never) (goes|go|be|is|fall|falls|drop|drops|gets|get) (below|under|less than|lower than|beneath) {v:factor}", "[the] {n:name} (is|stays|must stay) [at] (never less than|at least|no less than|not less than|never below|never under|never lower than) {v:factor}", cost=0.3)
def _name_low(n: str, v: Value) -> Statement:
    return Adjust("low", v, words=n)


@G.rule("clause", "[<subj>] (round|rounds) [the] {n:name} {h:half} {p:places}", "[<subj>] (round|rounds) [the] {n:name} {p:places} [{h:half}]", "[the] {n:name} is [then|to be|always] rounded [{h:half}] {p:places} [{h2:half}]", cost=0.3)
def _round_name(n: str, p: int, h: str = "half", h2: str = "half") -> Statement:
    return Adjust("round", None, words=n, places=p)


for _way in ("up", "down"):
    G.rule("clause", f"[<subj>] (round|rounds) [the] {{n:name}} {_way} {{p:places}}", cost=0.2)(lambda n, p, way=_way: Adjust("round_" + way, None, words=n, places=p))


# --- comparisons in passing -------------------------------------------------------------------------------------

G.rule("aggregate", "[the] (most|biggest|longest|highest) {n:measure} (of|in|for) (a single|any|any one|any single|one|one single|each single) ({e:entity}|{r:rows})", cost=0.2)(lambda n, e="", r=None: Agg("max", n, None))
G.rule("aggregate", "[the] (fewest|least|smallest|shortest|lowest) {n:measure} (of|in|for) (a single|any|any one|any single|one|one single|each single) ({e:entity}|{r:rows})", cost=0.2)(lambda n, e="", r=None: Agg("min", n, None))
G.rule("aggregate", "how many of {r:rows} have [the] {n:name} (set|ticked|marked) [to] [true]", "how many of {r:rows} (have|has) {n:name} {t:tails}", "how many of {r:rows} (have|has) {n:name} (set to|as|=) {v:lit}", cost=0.2)(
    lambda r, n, t=None, v=None: Agg("count", None, with_cond(_them(r), with_subject(t, Named(n)) if t is not None else _is(n, v))))


def _them(rows: Rows) -> Rows:
    from sopwb.author.english.grammar.aggregates import nested

    return nested(rows)


def _is(name: str, value: Value | None) -> Cond:
    from sopwb.author.english.meaning import Compare

    return Compare("==", Named(name), value if value is not None else Lit("bool", "true"))
