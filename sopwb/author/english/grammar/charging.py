# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Changes of an amount that is named: a fee that is deducted, a surcharge for a flag, a bound that it never passes.

    "If the weight is under 100, deduct a handling fee of 5.00 from the payout, but do not let the payout go below 0."
    "A rush job costs 25% more, and no job costs less than 8.00."
    "80% of the part of the bill that is above the excess"

Deliberately not here: changes of "it" (``definitions``), who pays more by a condition in brackets (``pricing``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Adjust,
    Agg,
    And,
    Arith,
    Clamp,
    Compare,
    Cond,
    Define,
    Holds,
    Lit,
    Named,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge

_NOTHING = Lit("number", "0")

# --- a change by an amount with a name ---------------------------------------------------------------------------


@G.terminal("feewords")
def _feewords(chart: Chart, at: int) -> list[Edge]:
    """Read one to three words that say only what an amount is for: "handling fee"."""
    out: list[Edge] = []
    for end in range(at, min(at + 3, len(chart.tokens))):
        if chart.tokens[end].kind != "word" or chart.low(end) in ("of", "from", "to", "the", "if", "when", "for", "and", "or", "per", "each", "every", "a", "an"):
            break
        out.append(Edge(end + 1, True, 0.3))
    return out


G.rule("adjustnamed", "(subtract|deduct|take|take off) (a|an|the) {x:feewords} of {v:factor} (from|off) [the] {n:name}", cost=0.1)(lambda n, v, x: ("sub", n, v))
G.rule("adjustnamed", "(add|charge) (a|an|the) {x:feewords} of {v:factor} (to|on top of) [the] {n:name}", cost=0.1)(lambda n, v, x: ("add", n, v))
G.rule("adjustnamed", "(add|charge) (a|an|the) {x:feewords} of {p:percent} (to|on top of) [the] {n:name}", cost=0.1)(lambda n, p, x: ("percent_more", n, p))
G.rule("adjustnamed", "(subtract|deduct|take|take off) (a|an|the) {x:feewords} of {p:percent} (from|off) [the] {n:name}", cost=0.1)(lambda n, p, x: ("percent_less", n, p))
G.rule("adjustnamed", "(raise|increase) [the] {n:name} by {v:factor}", cost=0.2)(lambda n, v: ("add", n, v))
G.rule("adjustnamed", "(reduce|lower|cut|decrease) [the] {n:name} by {v:factor}", cost=0.2)(lambda n, v: ("sub", n, v))
G.rule("adjustnamed", "decrease [the] {n:name} by {p:percent}", cost=0.1)(lambda n, p: ("percent_less", n, p))


@G.rule("clause", "{a:adjustnamed} <when> {c:cond}", "{a:adjustnamed}", cost=0.4)
def _change(a: tuple[str, str, Value | None], c: Cond | None = None) -> Statement:
    return Adjust(a[0], a[2], c, a[1])


def _all_of(r: Rows) -> Cond | None:
    conds: tuple[Cond, ...] = (*r.conds, *(Holds(None, w) for w in r.words))
    return None if not conds else conds[0] if len(conds) == 1 else And(conds)


@G.rule("clause", "{a:adjustnamed} for {r:rows}", "for {r:rows} [,] {a:adjustnamed}", "[the] {n:name} (is|gets) {b:participle} for {r:rows}", "for {r:rows} [,] [the] {n:name} (is|gets) {b:participle}", cost=0.2)
def _change_for(r: Rows, a: tuple[str, str, Value | None] | None = None, n: str = "", b: tuple[str, Value | None, Any] | None = None) -> Statement | None:
    """A change for some only: what they are is its condition."""
    cond = _all_of(r)
    if cond is None:
        return None
    if b is not None:
        return Adjust(b[0], b[1], cond, n)
    return Adjust(a[0], a[2], cond, a[1]) if a is not None else None


# --- bounds ------------------------------------------------------------------------------------------------------

G.rule("fallbelow", "(go|fall|drop|sink|get) (below|under|lower than)", "(be|become|get) (less than|lower than|below|under|smaller than)", cost=0.0)(lambda: True)
G.rule("riseabove", "(go|rise|climb|get) (above|over|beyond|higher than)", "(be|become|get) (more than|higher than|above|over|greater than)", "exceed", cost=0.0)(lambda: True)
G.rule("neverword", "(must never|must not|may not|may never|can not|can never|should never|should not|shall not|shall never|is never to|is not to|never)", cost=0.0)(lambda: True)
G.rule("fallsbelow", "(goes|falls|drops|sinks|gets) (below|under|lower than)", "is (less than|lower than|below|under)", cost=0.0)(lambda: True)
G.rule("risesabove", "(goes|rises|gets) (above|over|beyond|higher than)", "is (more than|higher than|above|over)", "exceeds", cost=0.0)(lambda: True)


@G.rule("clause", "(do not|never) let [the] {n:name} {f:fallbelow} {v:factor}", "[the] {n:name} {k:neverword} {f:fallbelow} {v:factor}", "[the] {n:name} never {f:fallsbelow} {v:factor}", "[the] {n:name} (is|must be|should be|has to be) always at least {v:factor}", cost=0.2)
def _floor(n: str, v: Value, f: Any = None, k: Any = None) -> Statement:
    return Adjust("low", v, None, n)


@G.rule("clause", "(do not|never) let [the] {n:name} {f:riseabove} {v:factor}", "[the] {n:name} {k:neverword} {f:riseabove} {v:factor}", "[the] {n:name} never {f:risesabove} {v:factor}", "cap [the] {n:name} at {v:factor}", "[the] {n:name} is capped at {v:factor}", cost=0.2)
def _ceiling(n: str, v: Value, f: Any = None, k: Any = None) -> Statement:
    return Adjust("high", v, None, n)


G.rule("chargeverb", "(costs|pays|gets|is charged|is paid|earns|receives)", cost=0.0)(lambda: True)


@G.rule("clause", "(no {w:oneword}|nobody|no one|nothing) {k:chargeverb} (less than|under|below) {v:num} [<noun_unit>]", cost=0.2)
def _nobody_less(v: Value, w: str = "", k: Any = None) -> Statement:
    return Adjust("low", v)


@G.rule("clause", "(no {w:oneword}|nobody|no one|nothing) {k:chargeverb} (more than|over|above) {v:num} [<noun_unit>]", "[but] never (charge|pay|take|ask for|give) (more than|over|above) {v:num} [<noun_unit>]", cost=0.2)
def _nobody_more(v: Value, w: str = "", k: Any = None) -> Statement:
    return Adjust("high", v)


@G.rule("clause", "[but] [always] (charge|pay|take|ask for) (at least|no less than) {v:num} [<noun_unit>]", "[but] never (charge|pay|take|ask for|give) (less than|under|below) {v:num} [<noun_unit>]", cost=0.2)
def _pay_least(v: Value) -> Statement:
    return Adjust("low", v)


# --- "the child is in the baby room" --------------------------------------------------------------------------------


@G.terminal("textoffield")
def _fieldtext(chart: Chart, at: int) -> list[Edge]:
    """Read a text that a field holds and the field's name behind it: "baby room". The node is (field, text)."""
    names: Names = chart.names
    tokens = chart.tokens
    out: list[Edge] = []
    for by_field in names.texts.values():
        for field, texts in by_field.items():
            for text in texts:
                words = (*key_of(text.replace(" ", "_")).split(), *key_of(field).split())
                end = at + len(words)
                if end <= len(tokens) and all(key_of(t.low) == w and t.kind != "string" for t, w in zip(tokens[at:end], words, strict=True)):
                    out.append(Edge(end, (key_of(field), text), 0.1))
    return out


@G.rule("atom", "(the|that|this|its|their) {e:entity} (is in|are in|belongs to|is of|has) [the|a|an] {f:textoffield}", "it (is in|belongs to|is of|has) [the|a|an] {f:textoffield}", cost=0.2)
def _in_text(f: tuple[str, str], e: str = "") -> Cond:
    return Compare("==", Named(f[0], e), Lit("string", f[1]))


# --- a surcharge for what a yes/no value says ----------------------------------------------------------------------


@G.terminal("flagnoun")
def _flagged(chart: Chart, at: int) -> list[Edge]:
    """Read a yes/no parameter or field and the noun behind it: "rush job" where there is ``rush``."""
    names: Names = chart.names
    tokens = chart.tokens
    if at + 1 >= len(tokens) or tokens[at].kind not in ("word", "name") or tokens[at + 1].kind != "word":
        return []
    key = key_of(tokens[at].low)
    return [Edge(at + 2, key, 0.1)] if key in names.flags() else []


G.rule("payer", "(a|an|any|every|each) {n:flagnoun}", cost=0.0)(lambda n: Compare("==", Named(n), Lit("bool", "true")))
G.rule("payer", "[all] {n:flagnoun}", cost=0.1)(lambda n: Compare("==", Named(n), Lit("bool", "true")))



@G.terminal("flagplural")
def _flagplural(chart: Chart, at: int) -> list[Edge]:
    """Read those for whom a yes/no parameter is true: "members" where there is ``member``."""
    names: Names = chart.names
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word":
        return []
    key = key_of(chart.low(at))
    return [Edge(at + 1, key, 0.1)] if key in names.switches and chart.low(at) != key else []


G.rule("payer", "[all] {n:flagplural}", cost=0.0)(lambda n: Compare("==", Named(n), Lit("bool", "true")))
G.rule("payer", "(anyone|anybody|everyone|everybody|those|people|whoever|someone) (with|who has|that has|who have|has|having) {o:cmp} {v:num} {n:name}", "(anyone|anybody|everyone|everybody|those|people|whoever|someone) (with|who has|that has|who have|has|having) {v:num} {n:name} {o:ormore}", "(anyone|anybody|everyone|everybody|those|people|whoever|someone) (with|who has|that has|who have|has|having) {v:num} {o:ormore} {n:name}", cost=0.1)(
    lambda o, v, n: Compare(o, Named(n), v))


@G.rule("clause", "{c:payer} {k:payverb} {v:num} [<noun_unit>] [extra|more] on top of [the|their] {n:name}", "{c:payer} {k:payverb} (an extra|an additional|another) {v:num} [<noun_unit>] on top of [the|their] {n:name}", cost=0.2)
def _on_top(c: Cond, v: Value, n: str, k: Any = None) -> Statement:
    return Adjust("add", v, c, n)


# --- what lies beyond a limit ------------------------------------------------------------------------------------------


@G.rule("factor", "(the part|that part|the share|the amount|the portion) of [the] {a:factor} [(that|which) (is|lies|goes)] (above|over|beyond|exceeding|in excess of) {b:factor}", "what [the] {a:factor} is (above|over|beyond) {b:factor}", "[the] excess of {a:factor} over {b:factor}", cost=0.2)
def _beyond(a: Value, b: Value) -> Value:
    return Clamp(Arith("-", a, b), low=_NOTHING)


# --- a sum of products, told step by step ----------------------------------------------------------------------------

G.rule("summed", "(add|sum) (these|those|them|the results|the products|the amounts|all of these) up as {n:ident}", "(add|sum) up (these|those|them|the results|the products|all of these|the amounts) as {n:ident}",
       "(add|sum) (these|those|them|the results) up [,|and] (call it|call that|call the result|call the sum|name it|and call it|and call the result|and call the sum|and name it) {n:ident}", "(add|sum) (these|those|them|the results|that|it|the products|all of these|all of that) up (to get|to give|into|and you have|for) [the] {n:ident}", "the (sum|total) of (these|those|them|the results|the products|all of these) is {n:ident}", cost=0.1)(lambda n: n)


@G.rule("clause", "<foreach> {r:rows} [,] multiply {a:factor} (by|with) {b:factor} [,] [and] [then] {n:summed}", "<foreach> {r:rows} [,] (take|compute|calculate|work out) {p:product} [,] [and] [then] {n:summed}", cost=0.1)
def _sum_of_products(r: Rows, n: str, a: Value | None = None, b: Value | None = None, p: Value | None = None) -> Statement:
    return Define(n, Agg("sum", p if p is not None else Arith("*", a or _NOTHING, b or _NOTHING), r))
