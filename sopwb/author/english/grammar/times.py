# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Times: spans between two points, points before and after, windows.

Deliberately not here: schedules ("every Monday at 9"), which ``sopwb.schedule`` reads.
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.meaning import Agg, Arm, Cases, Clock, Cond, Lit, Named, Shift, Span, Value

_TODAY = Clock("today")

G.rule("spanunit", "[the] [number of] [full|calendar|whole|elapsed] {u:unit}", "[the] (count|amount) of {u:unit}", "how many {u:unit}",
       "the {u:unit} (that lie|lying|that passed|passed|that have passed|elapsed|gone|left|that are left|it is|it was|it has been|there are)",
       "how many {u:unit} (lie|are there|there are|have passed|passed|it is|are left|it has been|went by|have gone by|it took)",
       cost=0.2)(lambda u: u)


@G.rule("point", "{v:factor}", cost=0.0)
def _point(v: Value) -> Value:
    return v


@G.rule("time", "{u:spanunit} from {a:point} (to|until|till|up to) {b:point}", "{u:spanunit} between {a:point} and {b:point}",
        "the time (from|between) {a:point} (to|until|and) {b:point} [in] {u:unit}", "{u:spanunit} (that|which) {b:point} is (after|past) {a:point}",
        "{u:spanunit} {b:point} (is|was|came) (after|past|later than) {a:point}", cost=0.4)
def _span(u: str, a: Value, b: Value) -> Value:
    return Span(u, a, b)


@G.rule("time", "{u:spanunit} from {a:point} (to|until|till) {b:point} , or [to|until|till] {c:point} <when> {d:cond}", "{u:spanunit} from {a:point} (to|until|till) {b:point} or [to|until|till] {c:point} <when> {d:cond}", cost=0.3)
def _span_or(u: str, a: Value, b: Value, c: Value, d: Cond) -> Value:
    return Cases((Arm(d, Span(u, a, c)),), Span(u, a, b))


@G.rule("bareseconds", "from {a:point} (to|until|till) {b:point} [,] or [to|until|till] {c:point} <when> {d:cond}", "from {a:point} (to|until|till) {b:point}", cost=0.4)
def _bare_span(a: Value, b: Value, c: Value | None = None, d: Cond | None = None) -> Value:
    plain = Span("@unit", a, b)
    return Cases((Arm(d, Span("@unit", a, c)),), plain) if c is not None and d is not None else plain


@G.rule("time", "{u:spanunit} between the two [of them]", "{u:spanunit} between (them|those two|both)", "{u:spanunit} apart they are", cost=0.3)
def _between_two(u: str) -> Value:
    return Span(u, Agg("first", Named("date"), None), Agg("last", Named("date"), None))


@G.rule("time", "{u:spanunit} [that have passed] since {a:point}", "{u:spanunit} that passed since {a:point}", "{u:spanunit} past {a:point}", cost=0.5)
def _since(u: str, a: Value) -> Value:
    return Span(u, a, _TODAY if u in ("days", "weeks", "months", "years") else Clock("now"))


@G.rule("time", "{u:spanunit} (until|till|to go until|left until|to) {b:point}", "{u:spanunit} before {b:point}", cost=0.6)
def _until(u: str, b: Value) -> Value:
    return Span(u, _TODAY if u in ("days", "weeks", "months", "years") else Clock("now"), b)


@G.rule("time", "{n:num} {u:unit} ago", "{n:num} {u:unit} back", cost=0.3)
def _ago(n: Lit, u: str) -> Value:
    return Shift(_TODAY if UNITS[u] not in ("hours", "minutes") else Clock("now"), UNITS[u], n, True)


@G.rule("time", "in {n:num} {u:unit}", "{n:num} {u:unit} from (today|now)", "{n:num} {u:unit} ahead", cost=0.4)
def _ahead(n: Lit, u: str) -> Value:
    return Shift(_TODAY if UNITS[u] not in ("hours", "minutes") else Clock("now"), UNITS[u], n, False)


@G.rule("time", "{n:num} {u:unit} before {v:point}", "{n:num} {u:unit} (earlier than|prior to) {v:point}", cost=0.4)
def _before(n: Lit, u: str, v: Value) -> Value:
    return Shift(v, UNITS[u], n, True)


@G.rule("time", "{n:num} {u:unit} after {v:point}", "{v:lit} {u:unit} later than {v:point}", cost=0.4)
def _after(n: Lit, u: str, v: Value) -> Value:
    return Shift(v, UNITS[u], n, False)


@G.rule("time", "yesterday", cost=0.1)
def _yesterday() -> Value:
    return Shift(_TODAY, "days", Lit("number", "1"), True)


@G.rule("time", "tomorrow", cost=0.1)
def _tomorrow() -> Value:
    return Shift(_TODAY, "days", Lit("number", "1"), False)
