# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Being back, being late: dates that say when something was done, and the days by which it was done too late.

    "It charges the daily fee for every day the costume came back after due_on. If it isn't back yet, count up to today."

Which field says when something came back and by when it was due, ``quantities`` finds. Deliberately not here: other spans
(``times``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.grammar.rows import window_cond
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Arith,
    Clamp,
    Cond,
    Define,
    Empty,
    Holds,
    Lit,
    Named,
    Not,
    Remark,
    Span,
    Statement,
    Value,
)
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.patterns import Chart, Edge
from sopwb.author.english.quantities import BACK

_NOTHING: Final = Lit("number", "0")
_LATE: Final = Named("@late")


def _back_key(names: Names) -> str:
    """Give the key of the one date that says when something came back; empty where there is none, or are several."""
    kinds = ((key_of(f), str(t)) for s in names.sources.values() for f, t in s.record.fields)
    keys = {k for k, t in kinds if set(words_of(k)) & BACK and ("date" in t or "timestamp" in t)}
    return keys.pop() if len(keys) == 1 else ""


_BACK_WORDS: Final = tuple(
    tuple(p.split())
    for p in ("came back", "comes back", "come back", "is back", "was back", "are back", "back", "was brought back", "is brought back", "brought back", "been brought back", "been returned", "was returned", "is returned", "were returned", "returned", "got back", "was handed back", "handed back", "was given back", "given back", "came in again")
)


@G.terminal("cameback")
def _cameback(chart: Chart, at: int) -> list[Edge]:
    """Read "came back": the node is the key of the date that says when."""
    key = _back_key(chart.names)
    if not key:
        return []
    return [Edge(at + len(p), key, 0.0) for p in _BACK_WORDS if all(chart.low(at + i) == w for i, w in enumerate(p))]


@G.rule("atom", "[{e:entity}] (is|are|was|were|has|have|did|does) not {k:cameback}", cost=0.1)
def _not_back(k: str, e: str = "") -> Cond:
    return Empty(Named(k))


@G.rule("atom", "{e:entity} [has|have] {k:cameback}", cost=0.2)
def _is_back(k: str, e: str = "") -> Cond:
    return Not(Empty(Named(k)))


@G.rule("atom", "[{e:entity}] [has|have] {k:cameback} {c:comparison}", "[{e:entity}] [has|have] {k:cameback} {w:window}", cost=0.2)
def _back_when(k: str, e: str = "", c: Cond | None = None, w: Any = None) -> Cond:
    return with_subject(c, Named(k)) if c is not None else window_cond(Named(k), w)


G.rule("point", "(the day|the date|when|the time|the moment) [on which|that|when|] {e:entity} {k:cameback}", cost=0.2)(lambda k, e="": Named(k))

# --- how late -----------------------------------------------------------------------------------------------------------


def _lateness(begin: Value, end: Value) -> Value:
    return Clamp(Span("days", begin, end), low=_NOTHING)


G.rule("afterword", "(after|later than|past|beyond)", cost=0.0)(lambda: True)
G.rule("late", "(late|overdue|too late|past due)", cost=0.0)(lambda: True)


@G.rule("time", "{u:spanunit} {e:entity} {k:cameback} {x:afterword} {a:point}", "{u:spanunit} {x:afterword} {a:point} {e:entity} {k:cameback}", "{u:spanunit} (by which|that) {e:entity} {k:cameback} {x:afterword} {a:point}", cost=0.2)
def _days_after(u: str, k: str, a: Value, e: str = "", x: Any = None) -> Value | None:
    return _lateness(a, Named(k)) if u in ("day", "days") else None


@G.rule("time", "{u:spanunit} {x2:late} [{e:entity} {k:cameback}]", "{u:spanunit} {x2:late} {e:entity} (is|was)", "{u:spanunit} [that] {e:entity} {k:cameback} {x2:late}", "{u:spanunit} [that|by which] {e:entity} (is|was|has been) {x2:late}", "{u:spanunit} of delay", "how late {e:entity} ({k:cameback}|is|was) [in days]", cost=0.2)
def _days_late(u: str = "days", k: str = "", e: str = "", x2: Any = None) -> Value | None:
    return _LATE if u in ("day", "days") else None


G.rule("dayslate", "[that|by which|on which] {e:entity} {k:cameback} {x:afterword} {a:point}", cost=0.1)(lambda k, a, e="", x=None: _lateness(a, Named(k)))
G.rule("dayslate", "{x:afterword} {a:point} (until|till|to|up to) ({b:point}|{e:entity} {k:cameback})", cost=0.1)(lambda a, b=None, k="", e="", x=None: _lateness(a, b or Named(k)))
G.rule("dayslate", "[that|by which] {b:point} (is|was|lies) {x:afterword} {a:point}", cost=0.1)(lambda a, b, x=None: _lateness(a, b))
G.rule("dayslate", "[that|by which|when] {e:entity} ({k:cameback}|is|was|are) {x2:late}", "{x2:late}", "of (delay|lateness)", cost=0.1)(lambda e="", k="", x2=None: _LATE)


@G.rule("product", "{a:factor} (for each|for every|per|a|for|times each|times every) [started|begun|full|whole] day {d:dayslate}", "{a:num} <noun_unit> (for each|for every|per|a|for) [started|begun|full|whole] day {d:dayslate}", cost=0.1)
def _per_day_late(a: Value, d: Value) -> Value:
    return Arith("*", a, d)


@G.rule("clause", "(each|every|a) [started|begun|full|whole] day {d:dayslate} (costs|comes to|is charged at|adds) {a:num} [<noun_unit>]", cost=0.3)
def _each_day_late(d: Value, a: Lit) -> Statement:
    return Define("@open", Arith("*", d, a))


@G.rule("atom", "[{e:entity}] (is|was|were|are|{k:cameback}) {x2:late}", cost=0.4)
def _is_late(e: str = "", k: str = "", x2: Any = None) -> Cond:
    return Holds(None, "back late" if k else "late")


@G.rule("atom", "[{e:entity}] (is|was|were|are) not {x2:late}", "[{e:entity}] (is|was|were|are|{k:cameback}) (on time|in time|on or before the due date|early or on time)", cost=0.4)
def _is_not_late(e: str = "", k: str = "", x2: Any = None) -> Cond:
    return Not(Holds(None, "back late" if k else "late"))


@G.rule("clause", "<when> {c:cond} [,] [<subj>] (count|counts|take|takes|use|uses|calculate|go|reckon) [the days] [(up to|until|to|till|from) [and including]] {d:clockvalue} [instead] [for it|for those|for that]", "<when> {c:cond} [,] {d:clockvalue} (counts|is used|is taken) [instead] [as the end|as the return date]", cost=0.3)
def _until(c: Cond, d: Value) -> Statement | None:
    """What is not back yet counts up to now."""
    return Define("@blank " + c.left.words, d) if isinstance(c, Empty) and isinstance(c.left, Named) else None


@G.rule("defvalue", "{v:value} [,] [and|or|but|otherwise] {d:num} <when> (it|that|this|the result|the difference) (is|was|would be|comes out|comes out as) (negative|below zero|less than zero|less than 0|below 0|under 0)", "{v:value} [,] (and|or|but) {d:num} <when> (it is not|it is not later|it is earlier|it is early|it was in time|it is not after|it was not)", cost=0.2)
def _not_negative(v: Value, d: Lit) -> Value | None:
    """A span or difference that would be negative is 0."""
    return Clamp(v, low=_NOTHING) if d.text == "0" and isinstance(v, Span | Arith) else None


# --- the first few of them free ------------------------------------------------------------------------------------------


@G.rule("clause", "the first {n:num} {u:unit} [of {x:late}|{x:late}|{x:lateness}] (are|is|come|stay) (free|free of charge|not charged|on the house|for free)", "(do not|never) charge [for] the first {n:num} {u:unit} [{x:late}]", "the first {n:num} {u:unit} [{x:late}] (cost nothing|are not charged|do not count|are forgiven)", cost=0.2)
def _first_days_free(n: Lit, u: str, x: Any = None) -> Statement:
    return Define("@free " + singular(u), n)


G.rule("lateness", "(of delay|of lateness|that it is late|after the due date)", cost=0.0)(lambda: True)
G.rule("clause", "[so] only (charge|count|pay|bill) [for] the (days|hours|ones|others|further ones|rest|weeks) [(after|beyond|over) (that|those|them)]", cost=0.3)(lambda: Remark("note"))
G.rule("clause", "let us be (nice|kind|generous|fair|friendly|lenient)", cost=0.3)(lambda: Remark("note"))
