# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Names with their values told one after another, and numbers of what has a name: "see how it goes: n = …", "if there are 3 visits or more".

Deliberately not here: numbers of records (``conditions``), and lists in braces (``returns``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.lexicon import singular
from sopwb.author.english.meaning import Compare, Cond, Named, Remark, Ret, Return, Rows, Statement, Undo, Value
from sopwb.author.english.patterns import Chart, Edge

# --- n = …, m = …  --------------------------------------------------------------------------------------------------

G.rule("equation", "{n:ident} (=|:) {v:defvalue}", "{n:ident} (=|:) {v:value} , {r:rounding}", cost=0.1)(lambda n, v, r=None: (Ret(n, "", v if r is None else _rounded(v, r)),))
G.rule("equations", "{a:equation} (,|;|and|, and|; and) {b:equation}", "{a:equations} (,|;|and|, and|; and) {b:equation}", cost=0.1)(lambda a, b: (*a, *b))
_LOOKED_MAX: Final = 6
_TELLS: Final = frozenset(["is", "are", "if", "when", "not", "only", "except", "without", "of", "for", "every", "each"])


def _rounded(value: Value, rounding: tuple[int, str]) -> Value:
    from sopwb.author.english.meaning import Rounded

    return Rounded(value, *rounding)


@G.terminal("inpassing")
def _inpassing(chart: Chart, at: int) -> list[Edge]:
    """Read what somebody wants to see in general, up to the colon before the names: "how it's doing", "what we made there"."""
    if chart.low(at) not in ("how", "what", "whether", "where"):
        return []
    for end in range(at + 1, min(at + _LOOKED_MAX, len(chart.tokens))):
        if chart.low(end) in (":", "-"):
            return [Edge(end, True, 0.5)]
        if chart.tokens[end].kind != "word" and chart.low(end) != "'s":
            return []
        if chart.low(end) in _TELLS and chart.low(end - 1) not in ("it", "that", "things"):
            return []
    return []


G.rule("seeing", "[and] [i|we|it|you|that|which|to] [then|should|will|can|would like to|want to] (see|get|gets|show|shows|tell|tells|give|gives|find out|know|learn|say|says|return|returns|spit out|spits out|report|reports) [me|us] [back] [{x:inpassing}] (:|-)", cost=0.1)(lambda x=None: True)


@G.rule("clause", "{s:seeing} {xs:equations}", cost=0.3)
def _seen(xs: tuple[Ret, ...], s: bool = True) -> Statement:
    return Return(xs)


# --- there are 3 of what has a name -----------------------------------------------------------------------------------


@G.terminal("talliedname")
def _talliedname(chart: Chart, at: int) -> list[Edge]:
    """Read the name of a number of the open script, in the plural: "3 visits" where ``visits`` is returned."""
    names = chart.names
    return [e for e in chart.parse("name", at) if e.node in names.local and not names.sources_named(singular(chart.low(at)))]


@G.rule("atom", "[there (is|are|was|were)|it has|they have] {o:cmp} {v:num} {n:talliedname}", "[there (is|are|was|were)|it has|they have] {v:num} {n:talliedname} {m:ormore}", "[there (is|are|was|were)|it has|they have] {v:num} {m:ormore} {n:talliedname}", cost=0.3)
def _so_many(v: Value, n: str, o: str = "", m: str = "") -> Cond:
    return Compare(o or m, Named(n), v)


# --- the days it rained (…), and what is said of them -------------------------------------------------------------------

G.rule("timeword", "days", "times", "weeks", "nights", "evenings", "mornings", "months", "hours", "ones", cost=0.0)(lambda: True)


@G.rule("head", "(the|those|any|all|all the|the few) {t:timeword} [that|when|where|on which|which] {p:prose} LP {c:cond} RP", cost=0.4)
def _glossed_days(p: str, c: Cond, t: bool = True) -> Rows | None:
    told = gloss_of(p, c)
    return with_cond(Rows(), told) if told is not None else None


G.rule("clause", "(those|these|they|that|it) (say|says|mean|tell|tells|show|shows|prove|proves) [me|us] (nothing|little|not much)", "(those|these|they) (are|would be) (no use|useless|of no use|pointless|misleading|not representative)", "(those|these|they) (do not say|do not tell|would not say) [us|me] (anything|much|a thing)", cost=0.5)(lambda: Remark("note"))


@G.rule("clause", "[<please_do>] (forget|drop|undo|remove|scrap|ignore|never mind|take out) (the|that|my) [bit|part|thing|rule|business|stuff|one|exception] (about|with|on|regarding|concerning) {t:topic} [after all] [,|;|-|:] [and|so|just] (count|include|use|keep|take|add) (those|these|them) [{d:timeword}] [in|back in|after all|again|as well|too]", cost=0.1)
def _back_in(t: str, d: Any = None) -> Statement:
    return Undo(t)
