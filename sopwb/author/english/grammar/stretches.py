# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Stretches of time as long as a parameter says, and which ends of a window count: "until that many days from now, both included".

Stretches of a plain number are in ``times`` and ``rows``. Deliberately not here: periods of the calendar (``periods``).
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import Clock, Cond, Inside, Named, Shift, Value
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge

_Window = tuple[str, object, object]

# How long: a number of units that is given (the parameter of that name, or the only number).
G.rule("sofar", "(that|so|this|as) many {u:unit}", "(those|these|the given) {u:unit}", "(the|that) [given] number of {u:unit}", "{x:amountname} {u:unit}", cost=0.2)(
    lambda u, x="": (Named(x or "@many " + UNITS[u]), UNITS[u]))


@G.terminal("amountname")
def _amountname(chart: Chart, at: int) -> list[Edge]:
    """Read the name of a number that goes in, right before the unit that it counts: "the next n days"."""
    known = [e for e in chart.parse("name", at) if e.node in chart.names.amounts]
    if known or at >= len(chart.tokens) or chart.low(at + 1) not in UNITS or chart.tokens[at].kind not in ("word", "name"):
        return known
    # "It takes n, a whole number, and returns the ids of the next n days": this sentence itself brings the name.
    said = any(t.text == chart.tokens[at].text and chart.low(i + 1) in (",", "(", ":") for i, t in enumerate(chart.tokens[:at]))
    return [Edge(at + 1, key_of(chart.tokens[at].text), 0.5)] if said else []


def _point(unit: str) -> Value:
    return Clock("now" if unit in ("hours", "minutes") else "today")


G.rule("time", "{s:sofar} from (today|now|then) [on]", "in {s:sofar}", "{s:sofar} (ahead|later|later than today|after today)", cost=0.2)(lambda s: Shift(_point(s[1]), s[1], s[0], False))
G.rule("time", "{s:sofar} (ago|back|before today|earlier than today)", cost=0.2)(lambda s: Shift(_point(s[1]), s[1], s[0], True))
G.rule("time", "{s:sofar} (after|past|later than) {v:point}", cost=0.2)(lambda s, v: Shift(v, s[1], s[0], False))
G.rule("time", "{s:sofar} (before|earlier than|prior to) {v:point}", cost=0.2)(lambda s, v: Shift(v, s[1], s[0], True))
G.rule("window", "[in|within|over|during|for] (the next|the coming|the following|next) {s:sofar}", "within {s:sofar} [from (today|now)]", cost=0.2)(lambda s: ("between", _point(s[1]), Shift(_point(s[1]), s[1], s[0], False)))
G.rule("window", "[in|within|over|during|of|from|for] (the last|the past|the previous|last|past) {s:sofar}", cost=0.2)(lambda s: ("between", Shift(_point(s[1]), s[1], s[0], True), _point(s[1])))

# Which ends count. A window holds both of its ends unless something else is said.
G.rule("twoends", "both [of them|days|ends|dates|sides]", "[the] first and [the] last [day]", "[the] start and [the] end [date|day]", "today and that day", "both the first and the last day", "that day", "the last day", cost=0.0)(lambda: True)
G.rule("endscounted", "{b:twoends} (included|inclusive|counted|counting|count|counts) [too|as well]", "(including|counting) {b:twoends}", "with {b:twoends} (included|counted)", "inclusive [of both]", cost=0.0)(lambda b=True: True)


@G.rule("window", "{w:window} [,|-] {i:endscounted}", "{w:window} LP {i:endscounted} RP", cost=0.1)
def _inclusive(w: _Window, i: bool) -> _Window | None:
    return w if w[0] == "between" else None


@G.rule("tail", "{t:tail} [,|-] {i:endscounted}", "{t:tail} LP {i:endscounted} RP", cost=0.1)
def _inclusive_tail(t: Cond, i: bool) -> Cond | None:
    return t if isinstance(t, Inside) else None
