# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Dates by the calendar: months and weekdays, this and the last month, ages, and both ends of a span.

Deliberately not here: spans and points (``times``), windows of so many days (``rows``).
"""

from __future__ import annotations

import calendar
from typing import Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import with_subject
from sopwb.author.english.meaning import (
    And,
    Arith,
    Clock,
    Compare,
    Cond,
    InPart,
    Lit,
    Named,
    Not,
    Part,
    Span,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge

_TODAY: Final = Clock("today")
_ONE: Final = Lit("number", "1")
_BIRTH: Final = Named("@birth")
_AGE: Final = Named("@age")


def _number(n: int) -> Lit:
    return Lit("number", str(n))


# --- months and weekdays ----------------------------------------------------------------------------------


def _ordinals(names: list[str]) -> dict[str, int]:
    return {name.lower(): i for i, name in enumerate(names) if name}


_MONTHS: Final = _ordinals(list(calendar.month_name))
_WEEKDAYS: Final = {name.lower(): i + 1 for i, name in enumerate(calendar.day_name)}


@G.terminal("monthname")
def _monthname(chart: Chart, at: int) -> list[Edge]:
    """Read a month without a year: the node is its number."""
    if chart.low(at) not in _MONTHS or chart.low(at + 1).isdigit() or chart.tokens[at].kind != "word":
        return []
    return [Edge(at + 1, _MONTHS[chart.low(at)], 0.0)]


@G.terminal("dayname")
def _dayname(chart: Chart, at: int) -> list[Edge]:
    """Read a weekday, also in the plural: the node is its number, Monday is 1."""
    low = chart.low(at).removesuffix("s")
    return [Edge(at + 1, _WEEKDAYS[low], 0.0)] if low in _WEEKDAYS and chart.tokens[at].kind == "word" else []


def _range(a: int, b: int, size: int) -> tuple[int, ...]:
    return tuple((a - 1 + i) % size + 1 for i in range((b - a) % size + 1))


G.rule("months", "{a:monthname}", cost=0.0)(lambda a: (a,))
G.rule("months", "{xs:months} (,|or|, or|and|, and) [in] {a:monthname}", cost=0.0)(lambda xs, a: (*xs, a))
G.rule("months", "(from|between|) {a:monthname} (to|until|till|and|through|-|up to) {b:monthname} [, (both included|inclusive)]", cost=0.3)(lambda a, b: _range(a, b, 12))
G.rule("weekdays", "[a|an|the] {a:dayname}", cost=0.0)(lambda a: (a,))
G.rule("weekdays", "{xs:weekdays} (,|or|, or|and|, and) [on] [a|the] {a:dayname}", cost=0.0)(lambda xs, a: (*xs, a))
G.rule("weekdays", "(from|between) {a:dayname} (to|until|till|and|through|-) {b:dayname}", cost=0.2)(lambda a, b: _range(a, b, 7))
G.rule("weekdays", "(a|the|any) weekend", "weekends", "[a|any] (weekend day|weekend days)", "the weekends", cost=0.0)(lambda: (6, 7))
G.rule("weekdays", "[a|any] (weekday|weekdays|working day|working days|workday|workdays)", cost=0.0)(lambda: (1, 2, 3, 4, 5))


@G.rule("window", "(in|during|within) {m:months}", "from {m:months}", cost=0.2)
def _in_months(m: tuple[int, ...]) -> tuple[str, Cond, None]:
    return ("cond", InPart(None, "month", tuple(_number(n) for n in m)), None)


@G.rule("window", "(on|at|over) {d:weekdays}", cost=0.2)
def _on_weekdays(d: tuple[int, ...]) -> tuple[str, Cond, None]:
    return ("cond", InPart(None, "weekday", tuple(_number(n) for n in d)), None)


@G.rule("tail", "{b:be} {d:weekdays}", cost=0.2)
def _is_weekday(b: bool, d: tuple[int, ...]) -> Cond:
    return InPart(None, "weekday", tuple(_number(n) for n in d))


@G.rule("tail", "{b:be} not (on|) {d:weekdays}", cost=0.2)
def _is_no_weekday(b: bool, d: tuple[int, ...]) -> Cond:
    return Not(InPart(None, "weekday", tuple(_number(n) for n in d)))


# --- this month, last year ----------------------------------------------------------------------------------


def _year_of(point: Value) -> Cond:
    return InPart(None, "year", (Part("year", point),))


def _month_of(point: Value) -> Cond:
    return And((_year_of(point), InPart(None, "month", (Part("month", point),))))


@G.rule("atom", "{a:point} and {b:point} (are|fall|lie) (in|within) the same [calendar] month", "{a:point} (is|falls|lies) (in|within) the same [calendar] month as {b:point}", cost=0.2)
def _same_month(a: Value, b: Value) -> Cond:
    return with_subject(_month_of(b), a)


@G.rule("atom", "{a:point} and {b:point} (are|fall|lie) (in|within) the same [calendar] year", "{a:point} (is|falls|lies) (in|within) the same [calendar] year as {b:point}", cost=0.2)
def _same_year(a: Value, b: Value) -> Cond:
    return with_subject(_year_of(b), a)


# --- spans that count both ends -------------------------------------------------------------------------------

G.rule("bothdays", "(both included|both inclusive|both days included|inclusive|including both|including both days|counting both|counting both days|both days counted|both counted|counting the first and the last day|first and last day included|the first and the last day included|including the first and the last day|counting both the first and the last day|including both the first and the last day|both ends included)", cost=0.0)(lambda: True)


@G.rule("time", "{u:spanunit} from {a:point} (to|until|till|through|up to) {b:point} [,] {x:bothdays}", "{u:spanunit} from {a:point} (to|until|till|up to) {b:point} LP {x:bothdays} RP", "{u:spanunit} between {a:point} and {b:point} [,] {x:bothdays}", "{u:spanunit} between {a:point} and {b:point} LP {x:bothdays} RP", cost=0.2)
def _both_ends(u: str, a: Value, b: Value, x: bool = True) -> Value | None:
    return Arith("+", Span(u, a, b), _ONE) if u in ("day", "days") else None


G.rule("spanunit", "[the] [number of] nights", "how many nights", cost=0.3)(lambda: "days")
G.rule("spanunit", "[the] [number of] (started|begun) (weeks|months|years)", cost=0.2)(lambda: None)
G.rule("spanunit", "how long [in] {u:unit}", cost=0.3)(lambda u: u)

# --- ages -----------------------------------------------------------------------------------------------------------


@G.terminal("agenoun")
def _agenoun(chart: Chart, at: int) -> list[Edge]:
    """Read "age" where nothing that is stored is called so."""
    fields = {f for s in chart.names.sources.values() for f in s.record.names()}
    return [Edge(at + 1, True, 0.0)] if chart.low(at) == "age" and "age" not in fields else []


G.rule("inyears", "in [full|whole|complete|completed] years", cost=0.0)(lambda: True)
G.rule("frombirth", "(from|by|going by|based on|according to|computed from|worked out from|taken from) [the|their|its] {n:name}", "LP [from|by|going by] {n:name} RP", cost=0.0)(lambda n: n)


@G.rule("time", "{o:owner} {a:agenoun} [today] [[,] {y:inyears}] [today] [[,] {f:frombirth}]", "the {a:agenoun} of {e:entity} [today] [{y:inyears}] [today] [[,] {f:frombirth}]", "how old {e:entity} (is|are) [today] [[,] {y:inyears}] [today] [[,] {f:frombirth}]", "the {a:agenoun} [today] {y:inyears} [today] [[,] {f:frombirth}]", cost=0.2)
def _age(f: str = "", **_: object) -> Value:
    return Span("years", Named(f) if f else _BIRTH, _TODAY)


G.rule("oldermore", "(or|and) older", cost=0.0)(lambda: ">=")
G.rule("oldermore", "(or|and) younger", cost=0.0)(lambda: "<=")


@G.rule("atom", "{e:entity} (is|are|was|were) {o:agecmp} {n:num} [years] [old|of age]", "{e:entity} (is|are|was|were) {o:sizecmp} {n:num} [years] (old|of age)", "{e:entity} (is|are) {n:num} (years|years old|old|years of age) {o:sizemore} [old|of age]", "{e:entity} (is|are) {n:num} {o:oldermore}", cost=0.2)
def _is_aged(e: str, o: str, n: Lit) -> Cond:
    return Compare(o, _AGE, n)


@G.rule("atom", "{e:entity} (was|were) born {t:tail}", "{e:entity} (was|were) born {o:sizecmp} {n:num} years ago", cost=0.2)
def _born(e: str, t: Cond | None = None, o: str = "", n: Lit | None = None) -> Cond | None:
    if n is not None:
        return Compare(o, Span("years", _BIRTH, _TODAY), n)
    return with_subject(t, _BIRTH) if t is not None else None
