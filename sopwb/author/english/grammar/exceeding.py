# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What lies beyond a limit, and numbers of records compared: "whatever goes beyond LIMIT is extra", "no more visits than LIMIT".

Deliberately not here: bounds of a value (``values``), changes of one (``charging``).
"""

from __future__ import annotations

from typing import Final

from sopwb.author.english.anchoring import GOTTEN
from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Agg,
    Arith,
    Clamp,
    Compare,
    Cond,
    Define,
    It,
    Lit,
    Named,
    Remark,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge

_ZERO: Final = Lit("number", "0")

# --- "extra days": a number with the noun of what it counts ---------------------------------------------------------


@G.terminal("unitnoun")
def _unitnoun(chart: Chart, at: int) -> list[Edge]:
    """Read what a named number is counted in, behind its name: "extra days" where there is ``extra``."""
    low = chart.low(at)
    known = low in ("day", "days", "hour", "hours", "minute", "minutes", "week", "weeks", "month", "months", "year", "years", "point", "points", "euro", "euros", "kilo", "kilos", "piece", "pieces", "item", "items", "unit", "units", "km", "kg")
    return [Edge(at + 1, low, 0.2)] if known and chart.low(at + 1) not in ("ago", "before", "after", "later", "earlier", "back") else []


G.rule("factor", "[the|a|an|that|this|their|its] {n:localname} {u:unitnoun}", cost=0.6)(lambda n, u: Named(n))
G.rule("factor", "[the|a|an|that|this|their|its] {n:localname} {s:source}", cost=0.9)(lambda n, s: Named(n))
G.rule("atom", "[{e:entity}] (has|have|had|gets|get|owes|owe) {o:cmp} {v:num} {n:name} {u:unitnoun}", "there (is|are) {o:cmp} {v:num} {n:name} {u:unitnoun}", "[{e:entity}] (has|have|had|gets|get|owes|owe) {v:num} {o:ormore} {n:name} {u:unitnoun}", cost=0.3)(lambda o, v, n, u, e="": Compare(o, Named(n), v))

G.rule("getting", "[{e:entity}] (get|gets|earn|earns|make|makes|owe|owes|pay|pays|receive|receives|got|earned|made|owed)", cost=0.0)(lambda e="": True)
G.rule("atom", "{g:getting} {o:cmp} {v:num} [<noun_unit>]", "{g:getting} {v:num} [<noun_unit>] {o:ormore}", cost=0.9)(lambda g, o, v: Compare(o, Named(GOTTEN), v))
G.rule("atom", "{g:getting} (something|anything) [at all]", cost=0.9)(lambda g: Compare(">", Named(GOTTEN), _ZERO))
G.rule("atom", "{g:getting} nothing [at all]", cost=0.9)(lambda g: Compare("==", Named(GOTTEN), _ZERO))

# --- a field of somebody's record --------------------------------------------------------------------------------------

G.rule("factor", "[the] {n:name} (of|in|on|from) {o:owner} [own] (record|row|entry|line|profile|file|data)", cost=0.3)(lambda n, o: Named(n, o or "it"))

# --- beyond -----------------------------------------------------------------------------------------------------------------

G.rule("exceedword", "(goes|is|comes|lies|runs|was|went) (beyond|over|above|past|in excess of|on top of)", "exceeds", "(beyond|over|above)", cost=0.0)(lambda: True)


@G.rule("clause", "(whatever|anything|everything|what|all that|the part that|the rest that) {b:exceedword} {v:factor} (is|are|counts as|is counted as|makes|is called) [the] {n:newident}", "[the] {n:newident} (is|are) (whatever|anything|everything|what|all that|the part that) {b:exceedword} {v:factor}", cost=0.1)
def _beyond(v: Value, n: str, b: bool = True) -> Statement:
    return Define(n, Clamp(Arith("-", It("count"), v), low=_ZERO))


G.rule("newident", "{n:localname}", cost=0.0)(lambda n: n)
G.rule("newident", "{n:ident}", cost=0.2)(lambda n: n)
G.rule("comparedthing", "(the|that|this|its|their) (count|number|total|sum|result|amount)", "it", "this", "that", "them", "{n:localname}", cost=0.1)(lambda n="": True)


@G.rule("clause", "[<subj>] (compare|compares|comparing|check|checks) {x:comparedthing} (with|to|against) {v:factor}", cost=0.4)
def _compared(v: Value, x: bool = True) -> Statement:
    """A comparison that is announced computes nothing yet: what follows says what comes of it."""
    return Remark("note")


# --- numbers of records compared ------------------------------------------------------------------------------------------------

G.rule("morethan", "(no more|not more)", cost=0.0)(lambda: "<=")
G.rule("morethan", "more", cost=0.0)(lambda: ">")
G.rule("morethan", "(fewer|less)", cost=0.0)(lambda: "<")
G.rule("morethan", "(no fewer|not fewer|no less)", cost=0.0)(lambda: ">=")


@G.rule("atom", "[there (is|are|was|were)] [{e:entity}] [(has|have|had|made|makes|make)] {m:morethan} {r:rows} than {v:factor}", cost=0.3)
def _more_rows(m: str, r: Rows, v: Value, e: str = "") -> Cond:
    return Compare(m, Agg("count", None, r), v)
