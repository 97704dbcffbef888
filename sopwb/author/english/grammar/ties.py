# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Who comes first where several share the highest value, and "nobody sold any": "if two tie, take the name that comes first".

Deliberately not here: the record with the most of something (``sayings``, ``picking``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Agg, Assign, Compare, Cond, Define, Lit, Named, Statement, Value

G.rule("severalof", "(several|two|more than one|two or more|some|a few|many|multiple) [of them|of those|of these|{s:source}|{x:anyword}]", "they", cost=0.1)(lambda s="", x="": True)
G.rule("sharing", "(share|have|reach|get|hold|show) the (highest|same|most|top|largest|biggest|best|lowest|greatest|smallest) [number|count|value|amount|total|score|figure|result|{n:name}] [of {s:source}]", "(tie|are tied|draw|are equal|are level|come out the same|are the same|have equally many) [for first [place]|for the top|at the top|there]", cost=0.1)(lambda n="", s="": True)
G.rule("tied", "<when> {a:severalof} {b:sharing}", "<when> there is a (tie|draw)", "<when> it is a (tie|draw)", "(in case of|with|on|at|for) (a tie|ties|a draw|equal numbers|equality)", cost=0.1)(lambda a=None, b=None: True)
G.rule("alphabet", "(in the alphabet|alphabetically|in alphabetical order|by alphabet|by name)", cost=0.0)(lambda: True)
# The node is (by, descending); what picks nothing by name goes by the value that is given back.
G.rule("tiebreak", "[the] {n:name} (that|which) (comes|is|stands|sorts) first {a:alphabet}", "[the] first {n:name} {a:alphabet}", "[the] alphabetically first {n:name}", "the (one|{s:source}) (whose|with the) {n:name} (that comes|which comes|comes|is|stands) first [{a:alphabet}]", "the (one|{s:source}) with the alphabetically first {n:name}", cost=0.1)(lambda n, a=None, s="": (Named(n), False))
G.rule("tiebreak", "[the] (first one|one|first) {a:alphabet}", "[the] alphabetically first [one]", "(the one|whichever|whoever) (comes|is|stands) first {a:alphabet}", cost=0.2)(lambda a=None: (Named("@what"), False))
G.rule("tiebreak", "the (one|{s:source}) with the (<min>|<earliest>|lower|smaller|earlier) {w:measure}", "the (<earliest>|<min>) {w:measure}", "the lower {w:measure}", cost=0.2)(lambda w, s="": (w, False))
G.rule("tiebreak", "the (one|{s:source}) with the (<max>|<latest>|higher|greater|larger|later|more) {w:measure}", "the (<latest>|<max>) {w:measure}", "the higher {w:measure}", cost=0.2)(lambda w, s="": (w, True))


@G.rule("clause", "{t:tied} [,|:|then|, then] [<subj>] [<please_do>] [(take|use|pick|choose|give|return|name|prefer|report|goes to|it goes to|it is|the winner is|then|go with|it should be)] {b:tiebreak} [(wins|counts|is taken|comes first|is used|goes first|is it|is returned|is the best)]", "ties (go to|are won by|are broken by|are decided by|are broken in favour of) {b:tiebreak}", "{b:tiebreak} (wins|counts|is taken|is used|comes first) {t:tied}", cost=0.3)
def _tie(b: tuple[Value, bool], t: Any = None) -> Statement:
    by, last = b
    return Define("@tie last" if last else "@tie first", by)


# --- nobody did any -------------------------------------------------------------------------------------------------


@G.rule("atom", "(nobody|no one|none of them|no {e:entity}) [has|have] {n:name} (any|a|a single|anything|even one|one) [{x:oneword}]", cost=0.4)
def _nobody_any(n: str, e: str = "", x: str = "") -> Cond:
    return Compare("==", Agg("sum", Named(n), None), Lit("number", "0"))


@G.rule("clause", "(on|for|in|with) (a|any|the) {w:oneword} (when|where|on which|in which|for which) {c:cond} [,] {o:outcome}", cost=0.4)
def _on_a_day_when(w: str, c: Cond, o: tuple[tuple[str, Value], ...]) -> Statement:
    return Assign(c, o)
