# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Bands with their unit or name beside the number: "4.00 up to 2 kilos, 6.50 up to 5 and 9.00 for anything heavier".

Deliberately not here: cases in general (``definitions``), discounts from a limit on (``discounts``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Agg, Arm, Cases, Compare, Cond, Inside, Lit, Named, Rows, Value
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge

_SUBJECT: Final = Named("@subject")
_FREE: Final = Lit("number", "0")

# --- the unit beside the number ----------------------------------------------------------------------------------------

G.rule("band", "[of] {o:cmp} {v:num} {q:measured}", "{v:num} {q:measured} {o:ormore}", "{v:num} {o:ormore} {q:measured}", cost=0.15)(lambda o, v, q: _with_unit(Compare(o, _SUBJECT, v), q))
G.rule("band", "(between|from|) {a:num} (and|to|-|up to) {b:num} {q:measured}", cost=0.15)(lambda a, b, q: _with_unit(Inside(_SUBJECT, a, b), q))
G.rule("band", "[a|an|the] {n:name} (of|from) {c:plainband}", cost=0.15)(lambda n, c: msgspec.structs.replace(c, left=Named(n)))
G.rule("plainband", "{v:num} {o:ormore}", "{o:cmp} {v:num}", cost=0.0)(lambda v, o: Compare(o, _SUBJECT, v))
G.rule("plainband", "{v:num} (on|up|upwards|onwards|)", cost=0.2)(lambda v: Compare(">=", _SUBJECT, v))


def _with_unit(cond: Compare | Inside, unit: Value) -> Cond | None:
    """Test what is measured in that unit; records are counted by the noun rules, which know whose they are."""
    return msgspec.structs.replace(cond, left=unit) if isinstance(unit, Named) else None


def _arm(cond: Cond | None, value: Value) -> Arm | None:
    return None if cond is None else Arm(cond, value)


G.rule("arm", "{v:plainvalue} from {a:num} [{n:bandnoun}] [on|up|upwards|onwards]", "from {a:num} [{n:bandnoun}] [on|up|upwards|onwards] [it is|:|,] {v:plainvalue}", cost=0.2)(lambda v, a, n="": Arm(Compare(">=", Named("@subject", n), a), v))
G.rule("arm", "{v:plainvalue} (below|under) {a:num} [{n:bandnoun}]", cost=0.2)(lambda v, a, n="": Arm(Compare("<", Named("@subject", n), a), v))
G.rule("arm", "{v:plainvalue} (above|over|beyond) {a:num} [{n:bandnoun}]", cost=0.2)(lambda v, a, n="": Arm(Compare(">", Named("@subject", n), a), v))
G.rule("arm", "{v:plainvalue} up to {a:num} [{n:bandnoun}]", cost=0.1)(lambda v, a, n="": Arm(Compare("<=", Named("@subject", n), a), v))
for _words, _op in {"below|under": "<", "above|over|beyond": ">", "up to": "<=", "from": ">="}.items():
    G.rule("arm", f"{{v:plainvalue}} ({_words}) {{a:num}} {{q:measured}} [on|up|upwards|onwards]", cost=0.1)(lambda v, a, q, op=_op: _arm(_with_unit(Compare(op, _SUBJECT, a), q), v))
G.rule("band", "(from|between|) {a:num} (to|and|up to) (under|below|less than|just under) {b:num} [{n:bandnoun}]", cost=0.1)(lambda a, b, n="": Inside(Named("@subject", n), a, b, True, False))
G.rule("arm", "{v:plainvalue} from {a:num} (to|up to) (under|below|less than|just under) {b:num} [{n:bandnoun}]", cost=0.1)(lambda v, a, b, n="": Arm(Inside(Named("@subject", n), a, b, True, False), v))
G.rule("arm", "{b:band} (it is|it costs|it comes to|they get|they pay|that is) {v:plainvalue}", "{v:plainvalue} (for|on) (anything|everything|all|any) {b:band}", cost=0.2)(lambda b, v: Arm(b, v))

G.rule("beyondthat", "(heavier|longer|bigger|larger|older|further|dearer|higher|more|beyond that|above that|over that|lighter|shorter|smaller|fewer|less|younger|cheaper|lower|below that|under that|earlier|later|with fewer|with less|with more|more than that|less than that|beyond)", cost=0.0)(lambda: True)
G.rule("default", "{v:plainvalue} [for|with|if it is] [anything|everything|all|any|anyone with|everyone with] {x:beyondthat}", "[for] (anything|everything|all) {x:beyondthat} [it is|is|costs|gets] {v:plainvalue}", cost=0.4)(lambda v, x=None: v)

# --- free ---------------------------------------------------------------------------------------------------------------

G.rule("freeword", "(free|free of charge|for free)", cost=0.0)(lambda: _FREE)
G.rule("plainvalue", "{f:freeword}", cost=1.0)(lambda f: f)
G.rule("defvalue", "{v:value} [,] (or|but) {f:freeword} <when> {c:cond}", cost=0.3)(lambda v, f, c: Cases((Arm(c, f),), v))

# --- how many of them: a parameter, a count in a case ---------------------------------------------------------------------


@G.terminal("amountparam")
def _amountparam(chart: Chart, at: int) -> list[Edge]:
    """Read a parameter that is a number: "the number of sheets" is ``sheets``."""
    names: Names = chart.names
    if at >= len(chart.tokens) or chart.tokens[at].kind not in ("word", "name"):
        return []
    key = key_of(chart.low(at))
    return [Edge(at + 1, key, 0.0)] if key in names.amounts and not names.sources_named(key) else []


G.rule("factor", "[the] (number|amount|quantity|count|total number) of {n:amountparam} [ordered|asked for|given|wanted]", "how many {n:amountparam} [there are]", cost=0.05)(lambda n: Named(n))


@G.rule("atom", "[{e:entity}] (has|have|had|made|there are|there were|with) {v:num} {r:rows} {o:ormore}", cost=0.3)
def _so_many(v: Lit, r: Rows, o: str, e: str = "") -> Cond | None:
    return Compare(o, Agg("count", None, r), v) if r.source else None


@G.rule("atom", "{e:entity} (has|have|had|made|got|took) {v:num} {o:ormore}", "{e:entity} (has|have|had|made|got|took) {o:cmp} {v:num}", cost=0.8)
def _so_many_too(v: Lit, o: str, e: Any = "") -> Cond:
    """As many of what the case before counted."""
    return Compare(o, _SUBJECT, v)
