# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records told apart in ordinary sentences: "claims that have the status paid and were treated in March", "in the baby room".

A text that a field is known to hold may stand without quotes beside the field's name, and a date field may be called
by its participle and "date" ("due date" for ``due_on``). Deliberately not here: selections by conditions (``rows``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english.earlier import COUNTED, SAME, WINDOW
from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import UNITS, akin
from sopwb.author.english.meaning import (
    Agg,
    And,
    CallFor,
    Compare,
    Cond,
    Define,
    Fail,
    Holds,
    Lit,
    Missing,
    Named,
    Not,
    Order,
    Pick,
    Ret,
    Return,
    Rows,
    Statement,
    Value,
    Whose,
)
from sopwb.author.english.names import Names, key_of, spans, words_of
from sopwb.author.english.patterns import Chart, Edge

_DATED = ("on", "at", "date", "time", "day")


# --- a text without quotes, a date by its participle ---------------------------------------------------------


@G.terminal("fieldtext")
def _fieldtext(chart: Chart, at: int) -> list[Edge]:
    """Read words that a text field is known to hold. The node is the text and the keys of the fields that hold it."""
    names: Names = chart.names
    found: dict[tuple[int, str], list[str]] = {}
    for end, key in spans(chart, at):
        for fields in names.texts.values():
            for field, texts in fields.items():
                for text in texts:
                    if key_of(text.replace(" ", "_")) == key:
                        found.setdefault((end, text), []).append(key_of(field))
    return [Edge(end, (Lit("string", text), tuple(dict.fromkeys(keys))), 0.0) for (end, text), keys in found.items()]


def held(name: str, text: tuple[Lit, tuple[str, ...]]) -> Cond | None:
    """Compare a field with a text that it is known to hold."""
    value, fields = text
    return Compare("==", Named(name), value) if any(set(name.split()) <= set(f.split()) for f in fields) else None


@G.terminal("datedname")
def _datedname(chart: Chart, at: int) -> list[Edge]:
    """Read "due date" for ``due_on`` and "paid_on date" for ``paid_on``, where no field is called that itself."""
    names: Names = chart.names
    if chart.low(at + 1) not in ("date", "day") or chart.tokens[at].kind not in ("word", "name"):
        return []
    words = words_of(chart.low(at))
    if names.name_cost(" ".join((*words, chart.low(at + 1)))) == 0.0:
        return []
    dated = {f for s in names.sources.values() for f, t in s.record.fields if "date" in str(t) or "timestamp" in str(t)}
    hits = {" ".join(words_of(f)) for f in dated
            if words_of(f) == words or (len(words_of(f)) == 2 and akin(words_of(f)[0], " ".join(words)) and words_of(f)[1] in _DATED)}
    return [Edge(at + 2, next(iter(hits)), 0.1)] if len(hits) == 1 else []


G.rule("name", "{n:datedname}", cost=0.0)(lambda n: n)


@G.terminal("flagwords")
def _flagwords(chart: Chart, at: int) -> list[Edge]:
    """Read the words of a yes/no field: "picked up late" where there is ``picked_up_late``."""
    names: Names = chart.names
    flags = {" ".join(words_of(f)) for s in names.sources.values() for f, t in s.record.fields if "bool" in str(t)}
    return [Edge(end, key, 0.0) for end, key in spans(chart, at) if key in flags and len(key.split()) > 1]


# --- what such a record does or is: several in one sentence ---------------------------------------------------

G.rule("does", "(have|has|had) [the|a|an] {n:name} [of] {x:fieldtext}", cost=0.2)(lambda n, x: held(n, x))
G.rule("does", "(have|has|had) [the|a|an] {n:name} [of] {t:comparison}", cost=0.3)(lambda n, t: with_subject(t, Named(n)))
G.rule("does", "(have|has|had) [the|a|an] {n:name} (of|=) {v:lit}", "(have|has|had) the {n:name} {v:string}", cost=0.3)(lambda n, v: Compare("==", Named(n), v))
G.rule("does", "(have|has|had) no {n:name}", "(do|does|did) not have (a|an|any) {n:name}", cost=0.3)(lambda n: Holds(Named(n), "absent"))
G.rule("does", "(was|were|is|are|has been|have been) {d:dateverb} {w:window}", cost=0.2)(lambda d, w: window_cond(Named(d), w))
G.rule("does", "(was|were|is|are|has been|have been) {a:adj}", "(was|were|is|are|has been|have been) {a:flagwords}", cost=0.4)(lambda a: Holds(None, a))
G.rule("does", "(was|were|is|are|has been|have been) not {a:adj}", "(was|were|is|are|has been|have been) not {a:flagwords}", "(has|have) not been {a:adj}", "(has|have) not been {a:flagwords}", cost=0.3)(lambda a: Not(Holds(None, a)))
G.rule("does2", "{a:does} [,] and [that|which|who] {b:does}", cost=0.1)(lambda a, b: And((a, b)))
G.rule("does2", "{a:does} , {b:does2}", cost=0.1)(lambda a, b: And((a, *b.parts)))


@G.rule("rows", "{r:rows} (that|which|who) {c:does}", "{r:rows} (that|which|who) {c:does2}", cost=0.25)
def _that_do(r: Rows, c: Cond) -> Rows:
    return with_cond(r, c)


@G.rule("rows", "{r:rows} (with|in|of) [a|an|the] {n:name} [of] {x:fieldtext}", "{r:rows} whose {n:name} (is|was) {x:fieldtext}", "{r:rows} (with|in|of) the {x:fieldtext} {n:name}", cost=0.3)
def _with_text(r: Rows, n: str, x: tuple[Lit, tuple[str, ...]]) -> Rows | None:
    cond = held(n, x)
    return None if cond is None else with_cond(r, cond)


@G.rule("rows", "{r:rows} {c:flagwords}", cost=0.9)
def _flagged(r: Rows, c: str) -> Rows:
    return with_cond(r, Holds(None, c))


@G.rule("atom", "[the] {n:name} (is|was) [still] {x:fieldtext}", "{o:owner} {n:name} (is|was) [still] {x:fieldtext}", "{e:entity} (is|are|was|were|has|have) [in|on|of|at|from] [a|an|the] {n:name} {x:fieldtext}", "{e:entity} (is|are|was|were) (in|on|of|at|from) (a|an|the) {x:fieldtext} {n:name}", "{e:entity} (is|are|was|were|has|have) (a|an|the) {x:fieldtext} {n:name}", cost=0.3)
def _is_text(n: str, x: tuple[Lit, tuple[str, ...]], e: str = "", o: str = "") -> Cond | None:
    return held(n, x)


@G.rule("atom", "{e:entity} (has|have) no {n:name} [set|yet|so far]", "{e:entity} (does|do) not have (a|an|any) {n:name} [yet|so far]", cost=0.35)
def _has_no(n: str, e: str = "") -> Cond:
    return Holds(Named(n), "absent")


@G.rule("atom", "{o:owner} {n:name} {t:tails}", cost=0.25)
def _owned_tails(o: str, n: str, t: Cond) -> Cond:
    return with_subject(t, Named(n, o or "it"))


@G.rule("rows", "{r:rows} (in|within|during|from|over) (those|these|the same|that) {n:num} {u:unit}", cost=0.2)
def _in_those(r: Rows, n: Lit, u: str) -> Rows | None:
    """The very window that was spoken of before: the linker looks it up, and asks where there is none of that length."""
    if not r.source or r.conds or r.words:
        return None
    return Rows(noun=f"{WINDOW}{r.source} {UNITS[u]} {n.text}")


@G.rule("rows", "{r:rows} (in|within|during|from|over|for|of) (the same|that|this|the very same) (period|time|timespan|time span|window|stretch|span)", cost=0.2)
def _in_the_same(r: Rows) -> Rows:
    return with_cond(r, SAME)


@G.rule("atom", "[{e:entity}] (has|have|had) had {o:cmp} {n:num} {r:rows}", "[{e:entity}] (has|have|had) had {n:num} {m:ormore} {r:rows}", cost=0.4)
def _has_had(n: Value, r: Rows, o: str = "", m: str = "", e: str = "") -> Cond:
    return Compare(o or m, Agg("count", None, r), n)


# --- the latest few -----------------------------------------------------------------------------------------

G.rule("few", "[the] {n:num} (latest|last|most recent|newest) {r:rows}", "the (latest|last|most recent|newest) {n:num} {r:rows}", cost=0.1)(lambda n, r: (r, n, True))
G.rule("few", "[the] {n:num} (earliest|first|oldest) {r:rows}", "the (earliest|first|oldest) {n:num} {r:rows}", cost=0.1)(lambda n, r: (r, n, False))
G.rule("few", "{o:owner} ({n:num} (latest|last|most recent|newest)|(latest|last|most recent|newest) {n:num}) {r:rows}", cost=0.1)(lambda o, n, r: None if r.owner else (msgspec.structs.replace(r, owner=o or "it"), n, True))
G.rule("few", "{o:owner} ({n:num} (earliest|first|oldest)|(earliest|first|oldest) {n:num}) {r:rows}", cost=0.1)(lambda o, n, r: None if r.owner else (msgspec.structs.replace(r, owner=o or "it"), n, False))


@G.rule("aggregate", "{k:aggkind} [of] {w:measure} <of> {f:few}", cost=0.2)
def _over_few(k: str, w: Value, f: tuple[Rows, Lit, bool]) -> Value | None:
    rows, count, last = f
    if not rows.source or not count.text.isdigit() or int(count.text) < 1:
        return None
    return Agg(k, w, rows, (Order(Named("@date"), last),), limit=int(count.text))


# --- the one record spoken of ------------------------------------------------------------------------------


@G.rule("point", "(that|this|the latest|the last|the most recent) {s:source}", "{o:owner} (last|latest|most recent) {s:source}", cost=0.5)
def _point_of(s: str, o: str = "") -> Value:
    return Whose("date", Pick(Rows(s, "it"), None, True))


G.rule("point", "{e:entity} (was|were|has been|have been|got) {d:dateverb}", cost=0.3)(lambda e, d: Named(d, e or "it"))
G.rule("factor", "[the] {n:name} (found|given|recorded|noted|measured|written|stated|shown|listed|counted|seen|set|named) (in|at|on|for|by|with) (it|that {s:source}|this {s:source}|the {s:source})", "[the] {n:name} (of|in|at|on) (that|this) {s:source}", cost=0.4)(lambda n, s="": Named(n, "it"))


# --- sums, counts and results that get a name -----------------------------------------------------------------

G.rule("adding", "(add up|adds up|sum up|sums up|total|totals|add together|adds together)", cost=0.0)(lambda: True)
G.rule("calls", "(call|calls|name|names|calling|naming) (it|this|that|them|the result|the sum|the total|that sum|that total|the outcome)", "(as|to get|giving|which gives|and that is|to give)", cost=0.0)(lambda: True)


@G.rule("clause", "[<subj>] {k:adding} [all] [the] {w:measure} <of> {r:rows} [,] [and] {c:calls} {n:ident}", cost=0.3)
def _named_sum(w: Value, r: Rows, n: str, k: Any = None, c: Any = None) -> Statement:
    return Define(n, Agg("sum", w, r))


@G.rule("clause", "[<subj>] (count|counts) {r:rows} [,] [and] {c:calls} {n:ident}", cost=0.3)
def _named_count(r: Rows, n: str, c: Any = None) -> Statement:
    return Define(n, Agg("count", None, r))


@G.rule("clause", "[<subj>] (work out|works out|calculate|calculates|compute|computes|determine|determines|find|finds|take|takes) {v:value} [,] and {c:calls} {n:ident}", "[<subj>] [work out|works out|calculate|calculates|compute|computes|determine|determines] {v:aggregate} as {n:ident}", "(call|name) {v:aggregate} {n:ident}", cost=0.35)
def _named_value(v: Value, n: str, c: Any = None) -> Statement:
    return Define(n, v)


@G.rule("clause", "[and] [the] {n:ident} as {v:aggregate}", cost=0.6)
def _listed_value(n: str, v: Value) -> Statement:
    """The second of several: "work out a as the sum of …, and b as the average …"."""
    return Define(n, v)


@G.rule("aggregate", "how many of {r:rows} (were|was|are|is|have been|has been) {a:flagwords}", "how many (were|was|are|is|have been) {a:flagwords}", cost=0.2)
def _how_many_flagged(a: str, r: Rows | None = None) -> Value:
    from sopwb.author.english.grammar.aggregates import nested

    return Agg("count", None, with_cond(nested(r or Rows()), Holds(None, a)))


# --- errors, and other scripts -----------------------------------------------------------------------------

G.rule("stops", "(stop|stops|end|ends|fail|fails|abort|aborts|it should stop|it should fail|it stops|it fails|raise|raises|give|gives|throw|throws|report|reports|it must stop|the script stops|the script fails|the script should stop|the script should fail|the script ends|show|shows|return|returns) [with] (the|an|this|a) (error|error message) [message] [saying|:|that says|reading]", cost=0.0)(lambda: True)


@G.rule("clause", "<when> {c:cond} [,] [then] {s:stops} {m:string}", "{s:stops} {m:string} [,] <when> {c:cond}", "<when> {c:cond} [,] [then] {s:stops}", cost=0.2)
def _stop_with(c: Cond, s: Any = None, m: Lit | None = None) -> Statement:
    return Fail(c, m.text if m else "")


@G.rule("atom", "there is no {t:source} with (that|this|the given|such an|such a|the) (id|key|number|code|name|{n:name})", "no {t:source} (has|with) (that|this|the given) (id|key|number|code|{n:name}) [exists|is found|can be found]", "there is no {t:source} (with|for) it", cost=0.2)
def _none_with(t: str, n: str = "") -> Cond:
    return Missing("", t)


@G.rule("clause", "[<subj>] (use|uses|using|run|runs|call|calls|ask|asks) [the] [script] {s:script} (to|and) (find|finds|get|gets|look up|looks up|work out|works out|determine|determines|fetch|fetches|know) [out] (the|its|their|{o:owner}) {n:name}", cost=0.2)
def _uses(s: str, n: str, o: str = "") -> Statement:
    return CallFor(s)


# --- "call that count x, and the total … y" ---------------------------------------------------------------------

G.rule("namedpair", "[the] {v:aggregate} [as] {n:ident}", "{v:aggregate} {n:ident}", cost=0.2)(lambda v, n: Define(n, v))


@G.rule("clause", "[<please_do>] (call|name) (that|this|the) (count|number) {n:ident} [[,] and {p:namedpair}]", cost=0.1)
def _call_that_count(n: str, p: Statement | None = None) -> tuple[Statement, ...]:
    counted = Define(n, Agg("count", None, Rows(noun=COUNTED)))
    return (counted,) if p is None else (counted, p)


# --- of records, the latest of a field ------------------------------------------------------------------------

G.rule("ofall", "the (latest|last|highest|largest|most recent|biggest|newest)", cost=0.0)(lambda: "max")
G.rule("ofall", "the (earliest|first|lowest|smallest|oldest)", cost=0.0)(lambda: "min")


@G.rule("clause", "(from|of|among|out of) {r:rows} [,] [<subj>] (take|takes|pick|picks|use|uses|find|finds|give|gives) {k:ofall} {n:name} [,] and (return|returns|give|gives|call|calls|report|reports) (it|that) [back] [as] {x:ident}", cost=0.2)
def _take_the(r: Rows, k: str, n: str, x: str) -> Statement | None:
    return Return((Ret(x, "", Agg(k, Named(n), r)),)) if r.source else None
