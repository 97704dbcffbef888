# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Periods of the calendar and windows in other words: "so far this year", "since the start of the quarter", "last month".

"Last month" is the calendar month before this one; "the past month" and "the last month" end today. Deliberately not here:
weeks of the calendar, since nobody says on which day they begin.
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import Clock, Lit, Named, Rows, Shift, Start, Value
from sopwb.author.english.patterns import Chart, Edge

_TODAY = Clock("today")


@G.terminal("nth")
def _nth(chart: Chart, at: int) -> list[Edge]:
    """Read "7th" as a number."""
    if at >= len(chart.tokens) or chart.tokens[at].kind != "ordinal":
        return []
    return [Edge(at + 1, Lit("number", chart.low(at)[:-2]), 0.0)]


_ONE = Lit("number", "1")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}

for _unit in _MONTHS:
    G.rule("period", f"[calendar] {_unit}", cost=0.0)(lambda u=_unit: u)
G.rule("nowperiod", "(this|the current|the present|our current|the running) {p:period}", cost=0.0)(lambda p: p)
G.rule("agoperiod", "(last|the previous|the preceding|previous) {p:period}", "the {p:period} before [this|this one]", "the last calendar {p:period}", cost=0.0)(lambda p: p)
G.rule("startof", "[the] (start|beginning|first day|first) of", "[the] (start|beginning) (of|in)", cost=0.0)(lambda: True)


def start(unit: str, back: int = 0) -> Value:
    """Give the first day of this period, or of one before it."""
    begin = Start(unit, _TODAY)
    return Shift(begin, "months", Lit("number", str(_MONTHS[unit] * back)), True) if back else begin


def last_day(unit: str, back: int = 0) -> Value:
    after = start(unit, back - 1) if back else Shift(start(unit), "months", Lit("number", str(_MONTHS[unit])), False)
    return Shift(after, "days", _ONE, True)


# --- points ----------------------------------------------------------------------------------------------

G.rule("time", "{s:startof} {p:nowperiod}", "{s:startof} the {p:period}", cost=0.2)(lambda p, s=None: start(p))
G.rule("time", "{s:startof} {p:agoperiod}", cost=0.2)(lambda p, s=None: start(p, 1))
G.rule("time", "[the] (end|last day) of {p:nowperiod}", "[the] (end|last day) of the {p:period}", cost=0.2)(lambda p: last_day(p))
G.rule("time", "[the] (end|last day) of {p:agoperiod}", cost=0.2)(lambda p: last_day(p, 1))

# --- windows ---------------------------------------------------------------------------------------------

G.rule("window", "so far {p:nowperiod}", "[in|during|within] {p:nowperiod} (so far|to date|up to now|up to today|until today|until now)", "[the] {p:period} (to date|so far)", cost=0.1)(lambda p: ("between", start(p), _TODAY))
G.rule("window", "since {p:nowperiod} (began|started|begins|starts)", cost=0.1)(lambda p: ("from", start(p), None))
G.rule("window", "[in|during|within|from|of|for] {p:agoperiod}", cost=0.2)(lambda p: ("between", start(p, 1), last_day(p, 1)))
G.rule("window", "[in|during|within|from|of|for|over] {p:nowperiod}", cost=0.3)(lambda p: ("between", start(p), last_day(p)) if p == "quarter" else ("period", p, None))
G.rule("window", "(before|until) {p:nowperiod} [(began|started|begins|starts)]", "(before|until) {s:startof} {p:nowperiod}", cost=0.2)(lambda p, s=None: ("before", start(p), None))
G.rule("window", "(in|within|over|during|of|from) (the past|the last|the most recent) [full] {p:rolling}", "[the] past {p:rolling}", cost=0.2)(
    lambda p: ("between", Shift(_TODAY, p[0], Lit("number", str(p[1])), True), _TODAY))
for _words, _count in (("week", ("weeks", 1)), ("month", ("months", 1)), ("quarter", ("months", 3)), ("year", ("years", 1)), ("half year", ("months", 6)), ("half a year", ("months", 6)), ("fortnight", ("weeks", 2)), ("couple of weeks", ("weeks", 2))):
    G.rule("rolling", _words, cost=0.0)(lambda c=_count: c)
G.rule("window", "[in|within|over|during|of|for] (the last|the past|the) {n:num} {u:unit} (up to|until|before|to) (today|now|this day)", cost=0.2)(
    lambda n, u: ("between", Shift(_TODAY, UNITS[u], n, True), _TODAY))


G.rule("window", "from {a:factor} (up to and including|up until|up to|through) {b:factor} [, both included|included|inclusive]", cost=0.2)(lambda a, b: ("between", a, b))
G.rule("time", "the {n:nth} {u:unit} (after|from) {v:point}", cost=0.2)(lambda n, u, v: Shift(v, UNITS[u], n, False) if UNITS[u] == "days" else None)
G.rule("time", "the {n:nth} {u:unit} before {v:point}", cost=0.2)(lambda n, u, v: Shift(v, UNITS[u], n, True) if UNITS[u] == "days" else None)
G.rule("oneday", "today", cost=0.0)(lambda: _TODAY)
G.rule("oneday", "tomorrow", cost=0.0)(lambda: Shift(_TODAY, "days", _ONE, False))
G.rule("oneday", "yesterday", cost=0.0)(lambda: Shift(_TODAY, "days", _ONE, True))


@G.rule("rows", "{r:rows} [from|of|for|dated] {d:oneday}", cost=0.4)
def _of_the_day(r: Rows, d: Value) -> Rows:
    return with_cond(r, window_cond(Named("@date"), ("between", d, d)))
