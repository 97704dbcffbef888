# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Amounts with something added or taken off in passing: VAT, a discount of so much percent, a fee if something holds.

    sum := sum [","] change ["if" condition]          "the price minus a 10% discount if qty is at least 2"

Deliberately not here: changes in a sentence of their own (``charging``, ``definitions``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.everyday import in_percent, is_percentage
from sopwb.author.english.meaning import (
    Arith,
    Arm,
    Cases,
    Clamp,
    Cond,
    Define,
    Fraction,
    Lit,
    Ratio,
    Rounded,
    Statement,
    Value,
)

_ZERO: Final = Lit("number", "0")

G.rule("onto", "(vat|tax|sales tax|gst|service|service charge|surcharge|interest|commission|tip|extra|handling|mark up|markup)", cost=0.0)(lambda: True)
G.rule("offof", "(discount|off|reduction|rebate|deduction|commission)", cost=0.0)(lambda: True)
G.rule("change", "(plus|+|with|including|and) {p:percent} {o:onto} [added|on top|added on top]", "(plus|with) {p:percent} (on top|added [on top])", "(plus|with|including|and) (a|the|an) {p:percent} ({o:onto}|{x:feewords})", "(plus|with|including) [a|the|an] ({o:onto}|{x:feewords}) of {p:percent}", "plus {p:percent} for {x:feewords}", "increased by {p:percent}", cost=0.2)(lambda p, o=None, x=None: ("+", p, True))
G.rule("change", "(minus|less|with) {p:percent} {o:offof}", "(minus|less|with|after|at) (a|the) {p:percent} ({o:offof}|{x:feewords})", "(minus|less|with|after) [a|the] ({o:offof}|{x:feewords}) of {p:percent}", "(reduced|lowered|discounted) by {p:percent}", "after {p:percent} {o:offof}", cost=0.2)(lambda p, o=None, x=None: ("-", p, True))
G.rule("change", "(minus|less) {p:percent}", cost=0.3)(lambda p: ("-", p, True))
G.rule("change", "plus {p:percent}", cost=0.3)(lambda p: ("+", p, True))
G.rule("change", "(plus|with|including) (a|an|the) {x:feewords} of {v:factor}", "plus {v:factor} for {x:feewords}", cost=0.2)(lambda v, x=None: ("+", v, False))
G.rule("change", "(minus|less) (a|an|the) {x:feewords} of {v:factor}", cost=0.2)(lambda v, x=None: ("-", v, False))


def _by(base: Value, change: tuple[str, Value, bool]) -> Value:
    op, by, percent = change
    return Arith(op, base, Fraction(by, base) if percent else by)


@G.rule("sum", "{a:sum} [,] {c:change}", cost=0.3)
def _changed(a: Value, c: tuple[str, Value, bool]) -> Value | None:
    return None if isinstance(a, Lit) else _by(a, c)


@G.rule("sum", "{a:sum} [,] {c:change} [,] (but only|only|but|) <when> {w:cond}", cost=0.2)
def _changed_when(a: Value, c: tuple[str, Value, bool], w: Cond) -> Value | None:
    """Without the condition the amount stays as it is."""
    return None if isinstance(a, Lit) else Cases((Arm(w, _by(a, c)),), a)


G.rule("factor", "{p:percent} (more|higher|greater|dearer) than {v:factor}", cost=0.2)(lambda p, v: Arith("+", v, Fraction(p, v)))
G.rule("factor", "{p:percent} (less|lower|cheaper|smaller) than {v:factor}", cost=0.2)(lambda p, v: Arith("-", v, Fraction(p, v)))


# --- shares ------------------------------------------------------------------------------------------------------

G.rule("aspercent", "(as a percentage|in percent|as percent|as a percent|expressed as a percentage|expressed in percent|times 100|as a percentage value)", cost=0.0)(lambda: True)


@G.rule("sum", "{v:sum} [,] [and] {x:aspercent}", cost=0.3)
def _as_percent(v: Value, x: Any = None) -> Value | None:
    return in_percent(v.left, v.right) if isinstance(v, Arith) and v.op == "/" and not is_percentage(v) else None


@G.rule("sum", "{a:sum} as a (share|part|fraction|proportion) of {b:product} [,] {x:aspercent}", "the (share|part|proportion) of {b:product} that {a:sum} (is|makes up|makes) [,] {x:aspercent}", cost=0.2)
def _share_percent(a: Value, b: Value, x: Any = None) -> Value:
    return in_percent(a, b)


@G.rule("sum", "{a:sum} as a (share|part|fraction|proportion) of {b:product}", cost=0.4)
def _share(a: Value, b: Value) -> Value:
    return Arith("/", a, b)


# --- what does not come out even -----------------------------------------------------------------------------------

G.rule("sum", "the remainder of {a:product} divided by {b:product}", "the remainder (of dividing|when dividing) {a:product} by {b:product}", "what is left (over|) (of|when) {a:factor} (is divided|divided) by {b:product}", cost=0.2)(lambda a, b: Arith("rem", a, b) if b is not None else None)
G.rule("product", "how (often|many times) {b:factor} (fits|goes) [fully|completely] into {a:factor}", "how many (full|whole|complete) {w:counted} of {b:factor} [there are|fit|go|can be made|can be filled|are] (in|into|from|out of|with) {a:factor}", cost=0.2)(lambda a, b, w="": Arith("div", a, b))
G.rule("product", "{a:factor} flat", cost=0.3)(lambda a: a if isinstance(a, Lit) else None)


@G.rule("clause", "{v:value} (gives|makes|yields|is called) [the] {n:ident}", cost=0.3)
def _gives(v: Value, n: str) -> Statement | None:
    """A sum with its name behind it: "twice the base_price gives price"."""
    return Define(n, v) if isinstance(v, Arith | Clamp | Rounded | Ratio | Fraction) else None
