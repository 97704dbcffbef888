# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is computed over records: sums, counts, averages, extremes, the latest one, lists and their order.

Deliberately not here: which records (``rows``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.meaning import (
    Agg,
    Arith,
    Clock,
    Compare,
    Cond,
    Holds,
    Inside,
    Named,
    Order,
    Pick,
    Rows,
    Shift,
    Value,
    Whose,
)
from sopwb.author.english.names import name_edges
from sopwb.author.english.nodes import has
from sopwb.author.english.patterns import Chart, Edge

G.rule("aggkind", "[the] <sum>", cost=0.1)(lambda: "sum")
G.rule("aggkind", "[the] <avg>", cost=0.1)(lambda: "avg")
G.rule("aggkind", "[the] <max>", cost=0.1)(lambda: "max")
G.rule("aggkind", "[the] <min>", cost=0.1)(lambda: "min")
G.rule("extreme", "[the] <max>", cost=0.1)(lambda: "max")
G.rule("extreme", "[the] <min>", cost=0.1)(lambda: "min")
G.rule("extreme", "[the] <latest>", cost=0.0)(lambda: "last")
G.rule("extreme", "[the] <earliest>", cost=0.0)(lambda: "first")

G.rule("measure", "{n:name} [(field|column|value|figure|values|fields)]", "the {n:name} [(field|column|value|values)]", cost=0.2)(lambda n: Named(n))
G.rule("measure", "(those|these) {n:name} [values]", cost=0.2)(lambda n: Named(n, "it"))
G.rule("measure", "{o:owner} {n:name} [(field|column|value)]", cost=0.2)(lambda o, n: Named(n, o or "it"))
G.rule("measure", "{a:measure} (times|multiplied by|*|x) {b:measure}", cost=0.5)(
    lambda a, b: Arith("*", a, b))


@G.rule("aggregate", "{k:aggkind} of {w:measure} <of> {r:rows}", "{k:aggkind} {w:measure} <of> {r:rows}", "{k:aggkind} of {w:measure} <of> all {r:rows}",
        "{k:aggkind} (of|in) {r:rows} 's {w:measure}", cost=0.3)
def _over(k: str, w: Value, r: Rows) -> Value:
    return Agg(k, w, r)


@G.rule("aggregate", "{k:aggkind} of {w:measure} [there|found|together|added up]", cost=0.5)
def _of(k: str, w: Value) -> Value:
    return Agg(k, w, None)


@G.rule("aggregate", "{k:extreme} {w:measure} (among them|of them|of those|among those)", "{k:aggkind} of {w:measure} (among them|of those|of them)", cost=0.4)
def _extreme_of_them(k: str, w: Value) -> Value:
    return Agg(k, w, Rows())


@G.rule("aggregate", "{k:extreme} {w:measure} (of all|overall|of all of them|of them all|altogether)", "{k:aggkind} of {w:measure} (of all|overall|altogether|over all|over all of them)", "the total {w:measure} (overall|altogether|over all of them)", cost=0.3)
def _of_all(w: Value, k: str = "sum") -> Value:
    return Agg(k, w, Rows(every=True))


@G.rule("aggregate", "how many [of them] (have|has|had) (a|an|the|their) {n:name} {t:tails}", "how many [of them] (have|has|had) {n:name} {t:tails}", cost=0.3)
def _how_many_have(n: str, t: Cond) -> Value:
    return Agg("count", None, Rows(conds=(with_subject(t, Named(n)),)))


@G.rule("aggregate", "{k:extreme} {w:measure} [there is|there]", cost=0.6)
def _extreme(k: str, w: Value) -> Value:
    return Agg(k, w, None)


@G.rule("aggregate", "{k:extreme} {w:measure} <of> {r:rows}", "{k:extreme} {w:measure} (that|which) {r:rows} (have|has)", cost=0.3)
def _extreme_over(k: str, w: Value, r: Rows) -> Value:
    return Agg(k, w, r)


@G.rule("aggregate", "{o:owner} (<latest>) {w:measure} [<of> {r:rows}]", "the <latest> {w:measure} of {e:entity} [(in|from|of) {r:rows}]", cost=0.3)
def _owned_latest(w: Value, o: str = "", e: str = "", r: Rows | None = None) -> Value:
    return Agg("last", w, _owned_rows(r, o or e))


@G.rule("aggregate", "{o:owner} (<earliest>) {w:measure} [<of> {r:rows}]", "the <earliest> {w:measure} of {e:entity} [(in|from|of) {r:rows}]", cost=0.3)
def _owned_earliest(w: Value, o: str = "", e: str = "", r: Rows | None = None) -> Value:
    return Agg("first", w, _owned_rows(r, o or e))


@G.rule("aggregate", "{o:owner} <max> {w:measure} [<of> {r:rows}]", cost=0.3)
def _owned_max(w: Value, o: str = "", r: Rows | None = None) -> Value:
    return Agg("max", w, _owned_rows(r, o))


@G.rule("aggregate", "{o:owner} <min> {w:measure} [<of> {r:rows}]", cost=0.3)
def _owned_min(w: Value, o: str = "", r: Rows | None = None) -> Value:
    return Agg("min", w, _owned_rows(r, o))


def _owned_rows(rows: Rows | None, owner: str) -> Rows | None:
    return msgspec.structs.replace(rows, owner=rows.owner or owner or "it") if rows is not None else None


@G.rule("aggregate", "what {e:entity} [has|have] (paid|spent|gave|given|donated) [for] [the] {n:name} {v:lit} (in|from|according to) {s:source}", "what {e:entity} [has|have] (paid|spent|gave|given|donated) [(in|from|according to) {s:source}] [{w:window}]", cost=0.5)
def _what_they_paid(e: str, s: str = "", n: str = "", v: Value | None = None, w: Any = None) -> Value:
    conds: tuple[Cond, ...] = (Compare("==", Named(n), v),) if v is not None else ()
    if w is not None:
        conds = (*conds, window_cond(Named("@date"), w))
    return Agg("sum", Named("@money"), Rows(s, e or "it", conds))


@G.rule("aggregate", "[the] (number|count) of {r:rows} (in|for|of|with|per) each {n:name}", "how many {r:rows} (are|there are) in each {n:name}", "how many {r:rows} each {n:name} has", cost=0.2)
def _per(r: Rows, n: str) -> Value:
    return Agg("per", Named(n), r)


@G.rule("aggregate", "(the total|the combined|the overall|total) {w:measure}", "{o:owner} (total|combined|overall) {w:measure}", "the {w:measure} (added up|summed up|in total)",
        "the total of (all|all the|the) {w:measure}", cost=0.5)
def _total(w: Value, o: str = "") -> Value:
    return Agg("sum", w, None)


@G.rule("aggregate", "{o:owner} (average|mean) {w:measure}", "the (average|mean) {w:measure}", "the (average|mean) of all {w:measure}", cost=0.5)
def _average(w: Value, o: str = "") -> Value:
    return Agg("avg", w, None)


@G.rule("aggregate", "{o:owner} [total|overall|combined] {n:moneynoun}", "the [total|overall|combined] {n:moneynoun} [of {e:entity}]", "total {n:moneynoun}",
        "how much (they|he|she|it|that {e:entity}|the {e:entity}) (spent|has spent|have spent|paid|has paid|have paid) [in total|overall|altogether]", cost=0.7)
def _spend(o: str = "", n: str = "spend", e: str = "") -> Value:
    return Agg("sum", Named("@money"), Rows(owner=o or e or "it"))


G.rule("moneynoun", "spend", "spending", "revenue", "turnover", "expenditure", cost=0.2)(lambda: "spend")


@G.rule("aggregate", "[the] (number|count|total number|amount|quantity|overall number) of {r:rows} [(there are|they have|it has|found|in total|that there are|overall)]",
        "how many {r:rows} [(there are|they have|it has|that makes|are there|in total|there were|exist|were found|have they|it is|that is|the customer has|he has|she has)]",
        "how many of {r:rows} [there are|they have|there were]", "how often {r:rows}", cost=0.3)
def _count(r: Rows) -> Value:
    return Agg("count", None, r)


@G.rule("aggregate", "how many [free] {w:counted} [ones] (that makes|that gives|they get|that earns|that is|come out|one gets|are earned)", cost=0.4)
def _whole_ones(w: str) -> Value:
    return Named("@wholes")


@G.rule("aggregate", "[the] (ones|{w:counted}) (left over|left|remaining|over) [(towards|toward|for|until) the next [free] [one|{v:counted}]]", "what is left over", "the remainder", "the rest that is left", cost=0.4)
def _left_over(w: str = "", v: str = "") -> Value:
    return Named("@overs")


@G.rule("aggregate", "how many [there are|there were|they are|of them there are|of them|they were|there are of them]", "the number of them", "their number", "the count", "their count",
        "how many that is", "how many of those there are", "how many such {s:source} there are", cost=0.7)
def _count_those(s: str = "") -> Value:
    return Agg("count", None, Rows())


@G.rule("aggregate", "how many of {r:rows} (are|were|is|have|had) {a:adj}", "how many {r:rows} (are|were|is) {a:adj}", "how many {a:adj}", "how many (are|were|can|may|must|should) [be] {a:adj}", "the number of {a:adj} (ones|{s:source})", cost=0.4)
def _count_adjective(a: str, r: Rows | None = None, s: str = "") -> Value:
    base = r or Rows(noun=s)
    return Agg("count", None, with_cond(nested(base), Holds(None, a)))


def nested(rows: Rows) -> Rows:
    """Mark "of them": among the very records that were spoken of before."""
    return msgspec.structs.replace(rows, noun="@them") if rows == Rows() else rows


@G.rule("aggregate", "how many {r:rows} [that|who|which] {c:cond}", "how many of {r:rows} {c:cond}", "the number of {r:rows} [that|who] {c:cond}", cost=0.9)
def _count_where(r: Rows, c: Cond) -> Value:
    return Agg("count", None, with_cond(nested(r), c))


@G.rule("aggregate", "the number of (different|distinct) {w:measure} <of> {r:rows}", "how many (different|distinct) {w:measure} <of> {r:rows}", "how many (different|distinct) {w:measure}", cost=0.4)
def _count_distinct(w: Value, r: Rows | None = None) -> Value:
    return Agg("count", w, r, distinct=True)


# --- the one record -----------------------------------------------------------------------------------


@G.rule("pick", "[the] <latest> {r:rows}", "[the] <latest> one [of {r:rows}]", "[the] <latest> of {r:rows}", cost=0.4)
def _latest(r: Rows | None = None) -> Pick:
    return Pick(r, None, True)


@G.rule("pick", "[the] <earliest> {r:rows}", "[the] <earliest> one [of {r:rows}]", "[the] <earliest> of {r:rows}", cost=0.4)
def _earliest(r: Rows | None = None) -> Pick:
    return Pick(r, None, False)


@G.rule("pick", "[the] (one|row|record|entry|{r:rows}) (with|that has|having|which has|of) the (<latest>|<max>) {n:measure}", cost=0.3)
def _pick_latest(n: Value, r: Rows | None = None) -> Pick:
    return Pick(r, n, True)


@G.rule("pick", "[the] (one|row|record|entry|{r:rows}) (with|that has|having|which has|of) the (<earliest>|<min>) {n:measure}", cost=0.3)
def _pick_earliest(n: Value, r: Rows | None = None) -> Pick:
    return Pick(r, n, False)


@G.rule("pick", "{p:pick} (by|going by|judged by|according to|ordered by|based on) {n:measure}", "{p:pick} LP (by|going by) {n:measure} RP", cost=0.2)
def _pick_by(p: Pick, n: Value) -> Pick:
    return Pick(p.rows, n, p.last)


@G.rule("aggregate", "[the] {n:name} [field] of {p:pick}", cost=0.4)
def _of_pick(n: str, p: Pick) -> Value:
    return Whose(n, p)


@G.rule("aggregate", "{p:pick} 's {n:name}", cost=0.4)
def _pick_s(n: str, p: Pick) -> Value:
    return Whose(n, p)


# --- lists ----------------------------------------------------------------------------------------------


@G.rule("aggregate", "[the] [list of] {w:measure} of {r:rows} [,] {o:order}", "[the|a] list of [the] {w:measure} of {r:rows} [[,] {o:order}]",
        "[the] [list of] {w:measure} of {r:rows} [,] LP {o:order} RP", "{w:measure} of {r:rows} {o:order}", cost=0.4)
def _list(w: Value, r: Rows, o: Order | None = None) -> Value:
    return Agg("list", w, r, (dated(o, r),) if o else ())


def dated(order: Order, rows: Rows) -> Order:
    """Let "newest first" go by the date that the records were chosen by."""
    tested = {c.left.words for c in rows.conds if isinstance(c, Inside | Compare) and isinstance(c.left, Named) and has(c, (Clock, Shift))}
    named = tested - {"@date"}
    return Order(Named(named.pop()), order.descending) if order.by == Named("@date") and len(named) == 1 else order


@G.terminal("plural")
def _plural(chart: Chart, at: int) -> list[Edge]:
    """Read a field's name in the plural: a list of its values."""
    return [e for e in name_edges(chart, at) if chart.low(e.end - 1).endswith("s") and not e.node.endswith("s")]


@G.rule("aggregate", "[all] the {n:plural} of {r:rows}", "{o:owner} {n:plural} of {r:rows}", cost=0.6)
def _list_plain(n: str, r: Rows, o: str = "") -> Value:
    return Agg("list", Named(n), r)


@G.rule("aggregate", "{w:measure} [,] {o:order}", "[the|a] list of [the] {w:measure} [[,] {o:order}]", "all {w:measure} [,] {o:order}", cost=0.7)
def _list_those(w: Value, o: Order | None = None) -> Value:
    return Agg("list", w, None, (o,) if o else ())


@G.rule("order", "(sorted|ordered|listed|arranged) (alphabetically|by name|a to z|from a to z|in alphabetical order|ascending|in ascending order|in order|by alphabet|upwards|from low to high)",
        "in (ascending|alphabetical|increasing|sorted|rising) order", "a to z", "from a to z", "alphabetically", "sorted", "ascending", "smallest first", "lowest first",
        "in alphabetical order", "in order", "from (smallest to largest|lowest to highest)", cost=0.2)
def _ascending() -> Order:
    return Order(Named("@self"))


@G.rule("order", "(sorted|ordered|listed|arranged) (descending|in descending order|z to a|from z to a|from high to low|in reverse order)", "in (descending|decreasing|falling|reverse) order", "z to a",
        "descending", "largest first", "highest first", "biggest first", cost=0.2)
def _descending() -> Order:
    return Order(Named("@self"), True)


@G.rule("order", "with the (<max>|<latest>) {w:measure} first", "(the <max>|<max>|the <latest>|<latest>) {w:measure} first", "(sorted|ordered) by {w:measure} (descending|in descending order|from high to low|, highest first|, largest first|, biggest first|, latest first|, newest first|, longest first)",
        "(sorted|ordered) by {w:measure} LP (descending|highest first|largest first) RP", "by {w:measure} descending", cost=0.2)
def _by_descending(w: Value) -> Order:
    return Order(w, True)


@G.rule("order", "with the (<min>|<earliest>) {w:measure} first", "(the <min>|<min>|the <earliest>|<earliest>) {w:measure} first", "(sorted|ordered) by {w:measure} [ascending|in ascending order|, lowest first|, smallest first|, earliest first|, oldest first|, cheapest first]",
        "in order of {w:measure}", "in the order of {w:measure}", cost=0.2)
def _by_ascending(w: Value) -> Order:
    return Order(w, False)
