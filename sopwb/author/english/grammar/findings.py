# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What is found among records: whether any of them is so, how much of something they come to, in what state they came back.

Deliberately not here: what was done with them (``deeds``), and counts by plain conditions (``aggregates``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import sized, with_subject
from sopwb.author.english.grammar.deeds import Deed, done
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import (
    Agg,
    And,
    Arith,
    Clock,
    Compare,
    Empty,
    Holds,
    Lit,
    Named,
    NoRows,
    Not,
    Or,
    Pick,
    Ret,
    Return,
    Rows,
    Shift,
    Statement,
    Value,
    Whose,
)
from sopwb.author.english.names import key_of, spans
from sopwb.author.english.patterns import Chart, Edge
from sopwb.lang.types import DECIMAL, INT, required

# --- any, none, all of them -------------------------------------------------------------------------------------

G.rule("does", "(was|were|is|are|has been|have been) {d:dateverb} {t:tail}", cost=0.3)(lambda d, t: with_subject(t, Named(d)))
G.rule("does", "(was|were|is|are|has been|have been) {d:dateverb} {o:sizecmp} {n:num} {u:unit} (ago|back)", cost=0.2)(
    lambda d, o, n, u: sized(o, Named(d), Shift(Clock("now" if UNITS[u] in ("hours", "minutes") else "today"), UNITS[u], n, True)))
G.rule("oftherows", "of {r:rows}", "{r:rows}", cost=0.0)(lambda r: r)
G.rule("atom", "(any|one|at least one|some) {r:oftherows} {c:does}", cost=0.2)(lambda r, c: Not(NoRows(with_cond(r, c))))
G.rule("atom", "(none|not one|not a single one) of {r:rows} {c:does}", "no {r:rows} {c:does}", cost=0.2)(lambda r, c: NoRows(with_cond(r, c)))
G.rule("atom", "(all|all of|each of|every one of) {r:rows} {c:does}", cost=0.25)(lambda r, c: NoRows(with_cond(r, Not(c))))
G.rule("tails", "{a:tails} or (empty|blank|null|not set|not filled in|not given|not filled|unset)", cost=0.2)(lambda a: Or((a, Empty(None))))

# --- the last time that something was done ------------------------------------------------------------------------


def _last_time(d: Deed, s: str = "", e: str = "") -> Value | None:
    source = s or d.only_source()
    rows = done(Rows(source), (d,), e or "it") if source else None
    return None if rows is None else Whose("date", Pick(rows, None, True))


G.rule("point", "{e:entity} [have|has|had] last {d:deed} [(a|an|any|the|their|its) {s:source}]", "{e:entity} (was|were|has been|have been) last {d:deed}", "the last time [that] {e:entity} [have|has|had] {d:deed} [(a|an|any|the|their|its) {s:source}]", cost=0.3)(lambda d, e="", s="": _last_time(d, s, e))
G.rule("value", "(the date|the day|when|the last day|the last date) [that|when|on which] {e:entity} [have|has|had] last {d:deed} [(a|an|any|the|their|its) {s:source}]", cost=0.3)(lambda d, e="", s="": _last_time(d, s, e))
G.rule("point", "{p:pick}", cost=0.6)(lambda p: Whose("date", p))


@G.rule("rows", "{r:rows} of (theirs|his|hers|its own|their own)", cost=0.3)
def _of_theirs(r: Rows) -> Rows | None:
    return None if r.owner else msgspec.structs.replace(r, owner="it")


# --- how much of something -----------------------------------------------------------------------------------------


@G.terminal("numfield")
def _numfield(chart: Chart, at: int) -> list[Edge]:
    """Read the whole name of a field that holds numbers in one source only. The node is (source, field)."""
    names = chart.names
    for end, key in spans(chart, at):
        found = [s.name for s in names.sources.values() for f, t in s.record.fields if key_of(f) == key and required(t) in (INT, DECIMAL)]
        if len(found) == 1 and not names.sources_named(key):
            return [Edge(end, (found[0], key), 0.0)]
    return []


@G.rule("aggregate", "how (many|much) {x:numfield} {e:entity} [has|have|had] {d:deed} [{w:window}]", "[the] [total] {x:numfield} {e:entity} [has|have|had] {d:deed} {w:window}", cost=0.3)
def _how_much(x: tuple[str, str], e: str, d: Deed, w: Any = None) -> Value | None:
    rows = done(Rows(x[0]), (d,), e, window=w)
    return None if rows is None or d.says else Agg("sum", Named(x[1]), rows)


G.rule("measure", "what (was|has been|is|were) {n:name}", cost=0.3)(lambda n: Named(n))


@G.rule("product", "{a:listed} (divided by|/) {b:factor}", cost=0.2)
def _sum_divided(a: Agg, b: Value) -> Value:
    """"The minutes of the lessons divided by 60": of all of them together."""
    return Arith("/", Agg("sum", a.what, a.rows), b)


G.rule("listed", "[the] {w:measure} of {r:rows}", cost=0.0)(lambda w, r: Agg("list", w, r))

# --- the state they came back in, and those left aside -----------------------------------------------------------------

G.rule("cameinto", "[has|have|had] (came|come|comes) (back|in|out|home)", "(was|were|has been|have been) (brought back|handed back|given back|returned|delivered|found)", "(ended up|turned out|turned up|arrived)", cost=0.0)(lambda: True)


@G.rule("rows", "{r:rows} [that|which|who] {k:cameinto} [as|to be] {a:adj}", "{r:rows} (in|on|for|after|from|at) which (the|its|their|that) ({e:entity}|{w:anyword}) ({k:cameinto}|was|were|is) {a:adj}", cost=0.4)
def _came_back(r: Rows, a: str, **_: Any) -> Rows:
    return with_cond(r, Holds(None, a))


G.rule("aggregate", "how many of {r:rows} {k:cameinto} {a:adj}", cost=0.3)(lambda r, a, k=None: Agg("count", None, with_cond(r, Holds(None, a))))


@G.rule("rows", "{r:rows} [,] {a:adj} [(and|or|,) {b:adj}] (ones|{s:source}) (excluded|not counted|left out|not included|aside|apart|ignored)", cost=0.2)
def _ones_excluded(r: Rows, a: str, b: str = "", s: str = "") -> Rows | None:
    if s and s != r.source:
        return None
    return with_cond(r, And(tuple(Not(Holds(None, x)) for x in (a, b) if x)))


# --- counting, and giving the count back ----------------------------------------------------------------------------------


@G.rule("clause", "[<subj>] (count|counts) {r:rows} [,] and (return|returns|gives back|give back|give|gives|reports|report) (that|it|this|them|the count|the number|that number) as {n:fieldname}", cost=0.1)
def _count_and_return(r: Rows, n: str) -> Statement:
    return Return((Ret(n, "", Agg("count", None, r)),))


@G.rule("clause", "(together with|along with|plus|as well as) {xs:fieldlist}", cost=0.6)
def _together_with(xs: Any) -> Statement | None:
    return Return(tuple(x.ret for x in xs), also=True) if all(x.rounding is None and x.ret.value is not None for x in xs) else None


# --- records called by a text that they hold, and by what they cost -------------------------------------------------------


@G.terminal("textnoun")
def _textnoun(chart: Chart, at: int) -> list[Edge]:
    """Read "no-shows" where a status can be "no_show": the plural of a text of one field. The node is the records."""
    names = chart.names
    out: list[Edge] = []
    for end, key in spans(chart, at):
        if not chart.low(end - 1).endswith("s") or names.name_cost(key) == 0.0 or names.sources_named(key):
            continue
        found = [(source, field, text) for source, fields in names.texts.items() for field, texts in fields.items() for text in texts
                 if key_of(text.replace(" ", "_")) == key and not text.lower().endswith("s")]
        if len(found) == 1:
            source, field, text = found[0]
            out.append(Edge(end, Rows(source, conds=(Compare("==", Named(key_of(field)), Lit("string", text)),)), 0.5))
    return out


@G.rule("head", "[the|any|all|all the] {r:textnoun}", "{o:owner} {r:textnoun}", cost=0.4)
def _called_by_text(r: Rows, o: str | None = None) -> Rows:
    return r if o is None else msgspec.structs.replace(r, owner=o or "it")


G.rule("moneyword", "(euro|euros|eur|dollar|dollars|usd|pounds|gbp|francs|chf)", cost=0.0)(lambda: True)
G.rule("does", "(cost|costs|came to|comes to|come to|amount to|amounts to|amounted to|is worth|are worth|was worth|were worth) {t:comparison}", cost=0.3)(lambda t: with_subject(t, Named("@money")))


@G.rule("rows", "{r:rows} [of|for] {o:sizecmp} {v:num} {m:moneyword}", "{r:rows} worth {o:sizecmp} {v:num} [{m:moneyword}]", cost=0.3)
def _worth(r: Rows, o: str, v: Lit, m: bool = True) -> Rows | None:
    return with_cond(r, Compare(o, Named("@money"), v)) if r.source else None


@G.rule("rows", "{r:rows} [that are|which are|that were|which were] not {a:adj} and not {b:adj}", "{r:rows} neither {a:adj} nor {b:adj}", cost=0.3)
def _both_not(r: Rows, a: str, b: str) -> Rows:
    return with_cond(r, And((Not(Holds(None, a)), Not(Holds(None, b)))))
