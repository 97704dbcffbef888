# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Labels without conditions of their own: "'no form', 'on hold' or 'not paid', the first that applies, and 'fine' if they can go".

What each label stands for is found later (``labels``). Deliberately not here: cases that say when each applies.
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.labels import FINE, LABEL
from sopwb.author.english.meaning import Arm, Cases, Cond, Lit, Value

G.rule("inthatorder", "[checked|tested|tried|looked at|taken|to be checked] in (that|this|the given|exactly that|exactly this|the same) order", "in the order given", cost=0.1)(lambda: True)
G.rule("whichfirst", "[the|whichever is the|always the] first (of (these|those|them|the two|the three|the four)|one|reason|one of (these|those|them)) [that|which] (applies|holds|fits|is true|is the case|matches|comes up) [[,] {x:inthatorder}]", "whichever [of (these|those|them)] (applies|comes|holds|fits|is true) first [[,] {x:inthatorder}]", "the first that (applies|holds|fits|is true) [[,] {x:inthatorder}]", "{x:inthatorder}", cost=0.1)(lambda x=None: True)
G.rule("noneapplies", "<when> (none|nothing|none of (them|these|those)|none of the (two|three|four)|all) (applies|apply|holds|hold|is true|are true|fits|is the case|is wrong|is well|is good|is fine|is in order|is ok)", "<else>", cost=0.1)(lambda: FINE)
G.rule("fineword", "{v:string} <when> {c:cond}", "{v:string} {c:noneapplies}", "<when> {c:cond} [,] {v:string}", "<else> [,] {v:string}", cost=0.1)(lambda v, c=FINE: Arm(c, v))


@G.rule("cases", "(one of|either|) {o:options} [,|-|;|LP] {w:whichfirst} [RP] [,|;|.] [and|or|but] [[just|it is|it says] {f:fineword}]", "{w:whichfirst} : {o:options} [,|;] [and|or|but] [{f:fineword}]", "{f:fineword} [,|;] [and|or|but] <else> {o:options} [,|-|;] {w:whichfirst}", cost=0.1)
def _labels(o: tuple[Value, ...], w: bool, f: Arm | None = None) -> Value | None:
    if not all(isinstance(v, Lit) and v.kind == "string" for v in o):
        return None
    cond: Cond = LABEL
    return Cases((*(Arm(cond, v) for v in o), *((f,) if f is not None else ())))
