# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""What each record costs and who pays less: "every piece costs 1.20 per litre, with a minimum of 2.50 a piece".

    price := source "costs" rate ["(its … field)"] ["with a minimum of" n] ["where … is empty, charge" n | "the minimum"]

What all of them come to is the sum that the following speaks of. Deliberately not here: prices of what is at hand (``pricing``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.rows import window_cond, with_cond
from sopwb.author.english.meaning import (
    Agg,
    Arith,
    Arm,
    Assign,
    Cases,
    Clamp,
    Compare,
    Cond,
    Define,
    Empty,
    LeftOut,
    Lit,
    Named,
    NoRows,
    Remark,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import parts

SUM: Final = "@sum"

# --- so much apiece ------------------------------------------------------------------------------------------------------

G.rule("eachof", "(every|each|a|an|any|one) [single|such] {s:source}", cost=0.0)(lambda s: s)
G.rule("eachcosts", "(costs|is charged at|is charged|pays|earns|brings|brings in|is worth|makes|yields|is billed at)", cost=0.0)(lambda: True)
G.rule("bythefield", "LP [(its|the|their)] {n:name} [field|column] RP", "[,] going by [its|the|their] {n:name} [field]", cost=0.0)(lambda n: n)
G.rule("apieceword", "(a piece|each|apiece|per piece|per {s:source}|a {s:source}|an {s:source}|per item|for each|per record)", cost=0.0)(lambda s="": True)
G.rule("floored", "[,] [but|and] (with a minimum of|at least|no less than|not less than|a minimum of|never less than|but a minimum of) {m:num} [<noun_unit>] [{x:apieceword}]", cost=0.0)(lambda m, x=None: m)
G.rule("atminimum", "(charge|use|take|bill|count|it is|it costs|they cost|that is) [only|just] (the minimum|that minimum|the lowest price)", cost=0.0)(lambda: "@minimum")
G.rule("atminimum", "(charge|use|take|bill|count|it is|it costs|they cost|that is) [only|just] {d:num}", cost=0.1)(lambda d: d)
G.rule("whereblank", "(;|,|; and|, and) (where|if|when|for those where) [the|its] {n:name} is <empty> [,] {d:atminimum}", cost=0.0)(lambda n, d: (n, d))


@G.rule("clause", "{s:eachof} {k:eachcosts} {v:rated} [{g:bythefield}] [{m:floored}] [{b:whereblank}]", cost=0.1)
def _each_costs(s: str, v: Value, g: str = "", m: Lit | None = None, b: tuple[str, Any] | None = None, k: bool = True) -> Statement | None:
    """The price of every record, added up."""
    measured = [p for p in parts(v) if isinstance(p, Named)]
    if not isinstance(v, Arith) or len(measured) != 1 or (b is not None and b[1] == "@minimum" and m is None):
        return None
    if g:
        v = Arith(v.op, Named(g), v.right) if v.left == measured[0] else v
    price: Value = v if m is None else Clamp(v, low=m)
    if b is not None:
        price = Cases((Arm(Empty(Named(b[0])), m if b[1] == "@minimum" and m is not None else b[1]),), price)
    return Define(SUM, Agg("sum", price, Rows(s)))


G.rule("factor", "(the|their|its|this) (amount|sum|total|price|money) (to pay|to be paid|due|to charge|payable|owed|to be charged|that is due|they have to pay|they pay|they owe)", "what (they|he|she|it) (has|have) to pay", "what is (to be paid|to pay|due)", cost=0.8)(lambda: Named(SUM))

# --- who pays less --------------------------------------------------------------------------------------------------------


@G.rule("rows", "{r:rows} (on|in|of|with|under) (the|a|an) {v:string} {n:name}", cost=0.3)
def _in_the(r: Rows, v: Lit, n: str) -> Rows:
    return with_cond(r, Compare("==", Named(n), v))


_HUNDRED = 100


@G.rule("paychange", "{s:share} off [(the|their|its|that|of their|of the) (sum|total|bill|price|fee|amount|charge|whole amount|whole sum|rent|invoice)]", "{s:share} less", cost=0.1)
def _share_off(s: tuple[int, int]) -> tuple[str, Value] | None:
    top, bottom = s
    return ("percent_less", Lit("number", str(top * _HUNDRED // bottom))) if top * _HUNDRED % bottom == 0 else None


G.rule("paychange", "{p:percent} off (the|their|its|of the|of their) (sum|total|bill|price|fee|amount|charge|whole amount|whole sum|rent|invoice)", cost=0.1)(lambda p: ("percent_less", p))
G.rule("clause", "(everybody|everyone|everything|anybody|anyone|all|the) (else|others|other members|rest) (pay|pays|is charged|are charged) (it|that|the sum|the total|everything|the price|) (in full|fully)", "(everybody|everyone|anybody|anyone|all) (else|others) (pay|pays|is charged|are charged) (the full|the whole|the normal) (sum|price|amount|total|fee|rate)", cost=0.1)(lambda: Remark("note"))

# --- none of them, some for nothing -----------------------------------------------------------------------------------------


@G.rule("clause", "(nothing|none|no {s:source}) {d:dateverb} {w:window} (means|gives|is|makes|:) {o:outcome}", cost=0.2)
def _nothing_then(d: str, w: Any, o: tuple[tuple[str, Value], ...], s: str = "") -> Statement:
    return Assign(NoRows(Rows(s, conds=(window_cond(Named(d), w),))), o)


G.rule("fornothing", "(we|you) (do not|should not|must not|never) charge [anything|a thing] for (it|them|those|that|these)", "(it|they|that|those) (costs|cost) nothing", "(it|they|that|those) (is|are) (free|free of charge|not charged|not billed)", "nothing is charged for (it|them|those)", "(it|they) (is|are) not charged for", cost=0.0)(lambda: True)


@G.rule("clause", "{r:rows} [still] (counts|count|is counted|are counted) (in|for|towards|as) [the|a] ({n:ownword}|{s:source}) [,] but {x:fornothing}", cost=0.1)
def _counts_for_nothing(r: Rows, n: str = "", s: str = "", x: bool = True) -> Statement | None:
    return LeftOut(r, SUM) if r.conds or r.words else None


# --- sums of two things -------------------------------------------------------------------------------------------------------

for _words, _kind in {"totals|sums|overall totals": "sum", "averages|means": "avg", "maximums|maxima|highest values": "max", "minimums|minima|lowest values": "min"}.items():
    G.rule("aggkinds", f"({_words})", cost=0.0)(lambda kind=_kind: kind)


@G.rule("clause", "[the] {a:ident} and [the] {b:ident} are the {k:aggkinds} of [the|their] {x:measure} and [the|their] {y:measure}", cost=0.1)
def _two_totals(a: str, b: str, k: str, x: Value, y: Value) -> tuple[Statement, ...]:
    return (Define(key_of(a), Agg(k, x, None)), Define(key_of(b), Agg(k, y, None)))


@G.rule("aggregate", "how many [of them|of those|of {r:rows}] (have|has|had|got|made) {o:cmp} {v:num} {n:name}", "how many [of them|of those] (have|has|had|got|made) {v:num} {o:ormore} {n:name}", cost=0.3)
def _how_many_had(o: str, v: Lit, n: str, r: Rows | None = None) -> Value:
    return Agg("count", None, with_cond(r or Rows(), _compared(o, n, v)))


def _compared(op: str, name: str, number: Lit) -> Cond:
    return Compare(op, Named(name), number)
