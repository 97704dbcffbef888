# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Values: literals, names, arithmetic, percentages, rounding and limits.

    value   := sum [", rounded …"] [", but at least …"]
    sum     := product (("plus" | "minus" | "+" | "-") product)*
    product := factor (("times" | "divided by" | …) factor)*

Deliberately not here: what is computed over records (``aggregates``) and times (``times``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import (
    Agg,
    Among,
    Arith,
    Arm,
    Cases,
    Clamp,
    Clock,
    Compare,
    Cond,
    Filled,
    Fixed,
    Fraction,
    Inside,
    It,
    Lit,
    Named,
    Ratio,
    Rounded,
    Text,
    Value,
    Via,
)
from sopwb.author.english.names import words_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.patterns import Chart, Edge

NOTHING = Lit("null", "nothing")
"""Nothing: no value, or 0 where the other cases are numbers."""


def singular_of(source: str) -> str:
    return words_of(source)[-1]


@G.rule("lit", "{v:num}", "{v:string}", "{v:date}", cost=0.2)
def _literal(v: Lit) -> Value:
    return v


G.rule("lit", "{v:num} {x:noununit}", cost=0.3)(lambda v, x: Lit(v.kind, v.text, v.unit or "noun"))
G.rule("nounword", "<noun_unit>", cost=0.0)(lambda: True)


@G.terminal("noununit")
def _noununit(chart: Chart, at: int) -> list[Edge]:
    """Read a noun beside a number that is its unit; one that names records here is rather what is counted."""
    named = 1.5 if at < len(chart.tokens) and chart.names.sources_named(singular(chart.low(at))) else 0.0
    return [Edge(e.end, True, named) for e in chart.parse("nounword", at)]

G.rule("lit", "{v:num} {u:unit}", cost=0.2)(lambda v, u: Lit(v.kind, v.text, u))


@G.rule("lit", "(EUR|eur|USD|usd|GBP|gbp|euro|CHF|chf) {v:num}", cost=0.3)
def _currency(v: Lit) -> Value:
    return Lit("number", v.text, "money")


@G.rule("lit", "true", "yes", cost=0.2)
def _true() -> Value:
    return Lit("bool", "true")


@G.rule("lit", "false", "no", cost=0.2)
def _false() -> Value:
    return Lit("bool", "false")


@G.rule("lit", "nothing", cost=0.4)
def _nothing() -> Value:
    return NOTHING


@G.rule("lit", "null", "none", "[an] empty [value]", "nil", cost=0.4)
def _null() -> Value:
    return Lit("null", "null")


@G.rule("lit", "zero", cost=0.2)
def _zero() -> Value:
    return Lit("number", "0")


@G.rule("lit", "an empty (string|text)", "the empty (string|text)", cost=0.2)
def _empty_text() -> Value:
    return Lit("string", "")


@G.rule("factor", "{v:lit}", "{v:clockvalue}", "{v:aggregate}", "{v:time}", cost=0.1)
def _plain(v: Value) -> Value:
    return v


@G.rule("factor", "[the|that|this|a|an] {n:name} [(field|column|value|figure|amount|sum)]", "the (field|column|value of|value) {n:name}",
        "the value of [the] {n:name}", cost=0.5)
def _named(n: str) -> Value:
    return Named(n)


@G.rule("factor", "{o:owner} [own] {n:name} [(field|column)]", cost=0.5)
def _owned(o: str, n: str) -> Value:
    return Named(n, o or "it")


@G.rule("factor", "[the] {n:name} [field|column] of {e:entity}", "[the] {n:name} (for|on) (that|this|the|each) {e:entity}", cost=0.7)
def _of(n: str, e: str) -> Value:
    return Named(n, e or "it")


@G.rule("factor", "[the] {n:name} of (the|that|this|its) {e:entity} in {s:source}", "[the] {n:name} (in|from) {s:source}", cost=0.9)
def _of_in(n: str, s: str, e: str = "") -> Value:
    return Named(n, e or singular_of(s))


@G.rule("factor", "it", "that", "this", "the result", "what you have so far", "the result so far", "that value", "the value so far", "what you have",
        "that result", "what we have so far", "that number", "the number so far", "the total so far", "the amount so far",
        "the price so far", "this value", "the above", cost=1.5)
def _it() -> Value:
    return It()


@G.rule("factor", "that (date|day|point|moment)", "(this|the same) date", cost=0.9)
def _that_date() -> Value:
    return It("date")


@G.rule("factor", "that sum", "that total", "the sum so far", "that amount", "this sum", "this total", cost=1.0)
def _that_sum() -> Value:
    return It("sum")


@G.rule("factor", "[the] {n:name} (found|listed|given|kept|recorded|stored|that stands|as found|as listed) (in|under) {s:source} for {k:factor}", "[the] {n:name} (of|from) the {s:source} [row|record|entry] (whose|with the) {m:name} (is|equals|matches) {k:factor}", "[the] {n:name} from {s:source} for {k:factor}", cost=0.3)
def _via(n: str, s: str, k: Value, m: str = "") -> Value:
    return Via(n, s, k)


@G.terminal("counted")
def _counted(chart: Chart, at: int) -> list[Edge]:
    return [Edge(at + 1, chart.low(at), 0.1)] if at < len(chart.tokens) and chart.tokens[at].kind == "word" else []


@G.rule("factor", "LP {v:value} RP", cost=0.2)
def _brackets(v: Value) -> Value:
    return v


@G.rule("factor", "(twice|double|two times) {v:factor}", cost=0.5)
def _twice(v: Value) -> Value:
    return Arith("*", Lit("number", "2"), v)


@G.rule("factor", "{p:percent} of [what it is|what you have so far|the result so far|that|it]", cost=0.5)
def _percent_of_it(p: Lit) -> Value:
    return Fraction(p, It())


@G.rule("factor", "{p:percent} of {v:factor}", cost=0.5)
def _percent_of(p: Lit, v: Value) -> Value:
    return Fraction(p, v)


_RATIOS = {"half": (1, 2), "a half": (1, 2), "one half": (1, 2), "a third": (1, 3), "one third": (1, 3), "two thirds": (2, 3), "a quarter": (1, 4),
           "one quarter": (1, 4), "three quarters": (3, 4), "a fifth": (1, 5), "a tenth": (1, 10), "one fifth": (1, 5), "one tenth": (1, 10),
           "2 thirds": (2, 3), "3 quarters": (3, 4)}
for _words, (_top, _bottom) in _RATIOS.items():
    G.rule("share", _words, cost=0.3)(lambda t=_top, b=_bottom: (t, b))


@G.rule("factor", "{s:share} of {v:factor}", "{s:share} {v:factor}", cost=0.5)
def _share(s: tuple[int, int], v: Value) -> Value:
    return Ratio(s[0], s[1], v)


@G.rule("product", "{v:factor}", cost=0.0)
def _factor(v: Value) -> Value:
    return v


@G.rule("product", "{a:product} (times|multiplied by|*|x|multiplied with) {b:factor}", cost=0.5)
def _times(a: Value, b: Value) -> Value:
    return Arith("*", a, b)


@G.rule("product", "{a:product} (divided by|/) {b:factor}", cost=0.6)
def _divided(a: Value, b: Value) -> Value:
    return Arith("/", a, b)


@G.rule("product", "{a:product} over {b:factor}", cost=0.6)
def _over(a: Value, b: Value) -> Value | None:
    """One thing over another is a fraction; the records over a number are those beyond it."""
    return None if isinstance(b, Lit) or isinstance(a, Agg) else Arith("/", a, b)


@G.rule("product", "{a:num} (for each|for every|per|for each of the|for all|a|each) {b:factor}",
        "{a:num} <noun_unit> (for each|for every|per|for each of the) {b:factor}", cost=0.8)
def _per(a: Lit, b: Value) -> Value | None:
    return None if isinstance(b, Lit) else Arith("*", b, Lit(a.kind, a.text, "per"))


@G.rule("product", "{a:num} [<noun_unit>] (for|per) [every|each] [full|whole|complete] {k:num} (of {r:rows}|{r:rows})", "{a:num} [<noun_unit>] (for|per) (every|each) [full|whole|complete] (group|set|batch) of {k:num} {r:rows}", cost=0.3)
def _per_group(a: Lit, k: Lit, r: Any) -> Value:
    """So much for every three of them: records do not split, so only full groups count."""
    return Arith("*", Arith("div", Agg("count", None, r), k), a)


@G.rule("sum", "{v:product}", cost=0.0)
def _product(v: Value) -> Value:
    return v


@G.rule("sum", "{a:sum} (plus|+|, plus) {b:product}", "{a:sum} and {b:product} (added up|together|added together)",
        cost=0.5)
def _plus(a: Value, b: Value) -> Value | None:
    mixed = _percentage(b) and not (isinstance(a, Lit) or _percentage(a))
    return None if mixed else Arith("+", a, b)


@G.rule("sum", "{a:sum} [,] (plus|and an extra|plus an extra) {b:product} <when> {c:cond}", cost=0.3)
def _plus_when(a: Value, b: Value, c: Cond) -> Value:
    return Arith("+", a, Cases((Arm(c, b),), Lit("number", "0")))


@G.rule("sum", "{a:sum} [,] (minus|less) {b:product} <when> {c:cond}", cost=0.3)
def _minus_when(a: Value, b: Value, c: Cond) -> Value:
    return Arith("-", a, Cases((Arm(c, b),), Lit("number", "0")))


@G.rule("sum", "{a:sum} (minus|-|less|, minus|, less) {b:product}", cost=0.5)
def _minus(a: Value, b: Value) -> Value | None:
    """Take away; a percentage is not taken from an amount, but from a hundred or another one."""
    mixed = _percentage(b) and not (isinstance(a, Lit) or _percentage(a))
    return None if mixed else Arith("-", a, b)


def _percentage(value: Value) -> bool:
    return isinstance(value, Arith) and value.op == "/" and isinstance(value.left, Arith) and value.left.right == Lit("number", "100")


@G.rule("sum", "the difference (between|of) {a:product} and {b:product}", cost=0.5)
def _difference(a: Value, b: Value) -> Value:
    return Arith("-", a, b)


@G.rule("sum", "{a:sum} (plus|+) {p:percent} [vat|tax|sales tax|service|service charge|on top|surcharge|interest]", cost=0.4)
def _plus_percent(a: Value, p: Lit) -> Value:
    return Arith("+", a, Fraction(p, a))


@G.rule("sum", "{a:sum} (minus|less) {p:percent} [discount|off]", "{a:sum} with {p:percent} off", cost=0.4)
def _minus_percent(a: Value, p: Lit) -> Value:
    return Arith("-", a, Fraction(p, a))


@G.rule("sum", "(the sum of|the total of) {a:product} and {b:product}", "{a:product} and {b:product} (added up|taken together|combined)", cost=0.6)
def _sum_of_two(a: Value, b: Value) -> Value | None:
    if isinstance(a, Agg) or isinstance(b, Agg):
        return None
    return Arith("+", a, b)


# --- rounding and limits ----------------------------------------------------------------------------


@G.rule("half", "half up", "halves up", "half away from zero", ", halves up", ", half up", "with halves going up", "with halves up", "LP half up RP",
        "half upwards", ", halves rounded up", ", half cents up", cost=0.1)
def _half() -> str:
    return "half"


@G.rule("places", "to [the nearest] (cent|cents|penny|pennies)", "to [the] (full|whole) cents", "to the cent", cost=0.1)
def _cents() -> int:
    return 2


@G.rule("places", "to {n:num} (decimals|decimal places|places|decimal|digits after the point|decimal place|digits|fractional digits)", cost=0.1)
def _decimals(n: Lit) -> int | None:
    return int(n.text) if n.text.isdigit() else None


@G.rule("places", "to (a|one) decimal [place]", cost=0.1)
def _one_decimal() -> int:
    return 1


@G.rule("places", "to [a|the nearest|the next] (whole number|whole numbers|whole|integer|integers|full number|whole euro|euro|dollar|full euro|whole dollar|whole percent)", cost=0.1)
def _whole() -> int:
    return 0


@G.rule("rounding", "<round> [{h:half}] {p:places} [{h:half}]", "<round> {p:places}", cost=0.2)
def _rounding(p: int, h: str = "half") -> tuple[int, str]:
    return (p, h)


@G.rule("rounding", "<round> up {p:places}", "<round> up", cost=0.2)
def _rounding_up(p: int = 0) -> tuple[int, str]:
    return (p, "up")


@G.rule("rounding", "<round> down {p:places}", "<round> down", cost=0.2)
def _rounding_down(p: int = 0) -> tuple[int, str]:
    return (p, "down")


@G.rule("value", "{v:sum}", cost=0.0)
def _sum(v: Value) -> Value:
    return v


@G.rule("value", "{v:value} [,] {r:rounding}", "{v:value} LP {r:rounding} RP", cost=0.3)
def _rounded(v: Value, r: tuple[int, str]) -> Value | None:
    """Round what is computed; a number that is said is as round as it is meant to be."""
    return None if isinstance(v, Lit) and v.kind == "number" else Rounded(v, r[0], r[1])


@G.rule("value", "{a:lit} , so {b:sum}", "{a:lit} LP {b:sum} RP", "{a:lit} , (that is|i.e.|meaning) {b:sum}", cost=0.3)
def _restated(a: Lit, b: Value) -> Value | None:
    return b if has(b, text=a.text) and not isinstance(b, Lit) else None


@G.rule("value", "[the] rounded {v:factor}", cost=0.5)
def _rounded_name(v: Value) -> Value:
    return v if isinstance(v, Named) else Rounded(v, 0)


_FLOORS = "(at least|never less than|not less than|no less than|never below|not below|never under|a minimum of|with a minimum of|with at least|never lower than|with a floor of) {n:factor}"
_CEILINGS = "(at most|never more than|not more than|no more than|never above|not above|never over|capped at|with a maximum of|up to a maximum of|a maximum of|up to|limited to|never higher than|to a maximum of|up to at most|with a cap of|but capped at) {n:factor}"


def _tested(v: Value) -> bool:
    """Whether the value ends in a test of records: a bound behind it may belong to that test, and does where it is its other end."""
    return has(v, (Compare, Inside, Among))


def _compares(v: Value, sign: str) -> bool:
    return any(isinstance(p, Compare) and p.op.startswith(sign) for p in parts(v))


@G.rule("value", f"{{v:value}} (, [but|and]|but) {_FLOORS}", "{v:value} [,] [but|and] (never negative|not negative|never a negative number)", cost=0.5)
def _at_least(v: Value, n: Value | None = None) -> Value | None:
    if n is not None and _tested(v) and _compares(v, "<"):
        return None
    return Clamp(v, low=n if n is not None else Lit("number", "0"))


@G.rule("value", f"{{v:value}} [and] {_FLOORS}", cost=0.5)
def _at_least_behind(v: Value, n: Value) -> Value | None:
    return None if _tested(v) else Clamp(v, low=n)


@G.rule("value", f"{{v:value}} (, [but|and]|but) {_CEILINGS}", cost=0.5)
def _at_most(v: Value, n: Value) -> Value | None:
    return None if _tested(v) and _compares(v, ">") else Clamp(v, high=n)


@G.rule("value", f"{{v:value}} [and] {_CEILINGS}", cost=0.5)
def _at_most_behind(v: Value, n: Value) -> Value | None:
    return None if _tested(v) else Clamp(v, high=n)


@G.rule("value", "(the larger of|the greater of|whichever is (more|larger|higher|greater) of) {a:sum} and {b:sum}", cost=0.5)
def _larger(a: Value, b: Value) -> Value:
    return Clamp(a, low=b)


@G.rule("value", "(the smaller of|the lesser of|the lower of) {a:sum} and {b:sum}", cost=0.5)
def _smaller(a: Value, b: Value) -> Value:
    return Clamp(a, high=b)


@G.rule("value", "{v:value} , treating an empty {n:name} as {d:lit}", "{v:value} , counting an empty {n:name} as {d:lit}",
        "{v:value} , with an empty {n:name} counting as {d:lit}", "{v:value} , or {d:lit} (if|when) (it|that) is <empty>", cost=0.5)
def _filled(v: Value, d: Value, n: str = "") -> Value | None:
    return Filled(v, d) if not n or v == Named(n) else None


@G.rule("decimals", "[with|written with|showing|shown with|using|to|in] [exactly] {n:num} (decimals|decimal places|decimal digits|digits after the point|digits|places|decimal|decimal place|decimal digit|digit after the point)",
        "as money with {n:num} decimals", cost=0.1)
def _fixed_places(n: Lit) -> int | None:
    return int(n.text) if n.text.isdigit() else None


@G.rule("nothousands", "[and] (no|without [a|any]) thousands (separator|separators) [at all]", "LP {x:example} RP", "{x:example}", ", {x:example}", cost=0.1)
def _no_thousands(x: Any = None) -> bool:
    return True


@G.rule("example", "(like|such as|for example|e.g.|so|i.e.|as in|for instance) {a:num} [and|or] [{b:num}]", "(like|such as|for example|as in) {a:string}", cost=0.1)
def _example(a: Any, b: Any = None) -> bool:
    return True


@G.rule("value", "{v:value} {d:decimals} [{x:nothousands}] [{y:nothousands}]", cost=0.3)
def _fixed(v: Value, d: int, x: Any = None, y: Any = None) -> Value:
    return Fixed(v, d)


@G.rule("value", "{v:value} as (text|a string|a text)", cost=0.3)
def _as_text(v: Value) -> Value:
    return Text(v)


@G.rule("clockvalue", "today", "[the] current date", "today 's date", "the (date of today|present day)", cost=0.1)
def _today() -> Value:
    return Clock("today")


@G.rule("clockvalue", "now", "[the] current time", "right now", "this moment", "the present moment", "the current moment", cost=0.1)
def _now() -> Value:
    return Clock("now")
