# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Corrections in free word order: "make it 4, 5 was too much", "fewer than 2, not 2 or less", "forget the bit about …".

"Change it to 90", "rename" and plain "undo" are in ``commands``. Deliberately not here: which place is meant
(``corrections``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import (
    Compare,
    Cond,
    Lit,
    Recompare,
    Recompute,
    Remark,
    Renumber,
    Rows,
    Statement,
    Undo,
    Unless,
    Value,
)
from sopwb.author.english.patterns import Chart, Edge

# --- reasons: they change nothing, and a change has to follow --------------------------------------------------

G.rule("clause", "[the|our] ({n:name}|{w:phrase}) (has|have) [now|just|since|recently] (gone up|gone down|risen|changed|increased|dropped|fallen|been raised|been lowered|been changed|got cheaper|got dearer|become cheaper|become dearer|become more expensive)", cost=0.6)(lambda n="", w="": Remark("reason"))
G.rule("clause", "(the|our|my) {w:oneword} (says|said|told us|told me|thinks|reckons|wants) [it is|it should be] {v:number} {u:oneword} (nowadays|now|these days|today|meanwhile)", cost=0.8)(lambda w, v, u: Remark("reason"))
G.rule("clause", "(those|these|they) (say|mean|tell us|tell me|prove|show) (nothing|little)", "(we|they|i) (decided|agreed|talked about it|thought about it) [differently|again]", cost=0.8)(lambda: Remark("reason"))

# --- one number for another -----------------------------------------------------------------------------------------

G.rule("tooadj", "[much|far|a bit|a little|way|just] too {w:oneword}", "(unfair|wrong|unrealistic|outdated|old|obsolete|not right|not fair|not enough|not realistic|a mistake|no good|nonsense|silly|harsh|generous)", cost=0.1)(lambda w="": True)
G.rule("makeverb", "[<please_do>] (make|set|let|give|put|use|take|pay|charge|count|allow|change)", cost=0.0)(lambda: True)
G.rule("unitword", "{u:unit}", "<noun_unit>", "{w:oneword}", cost=0.0)(lambda u="", w="": u)


@G.rule("clause", "(the rest|the others|all others|everything else|everyone else|the other ones) (stay|stays|stay at|stays at|remain|remains|remain at|keep|keeps|is still|are still) {a:number} [{u:unitword}]", cost=0.4)
def _rest_stays(a: Lit, **_: Any) -> Statement:
    return Remark("stays " + a.text)


@G.rule("clause", "{n:name} (stays|stay|remains|remain|is kept|keeps) [as it is|the same|unchanged|as it was|whole|untouched]", "[the] {n:name} (stays|stay|remains|remain) [as they are|the same|unchanged|as they were|whole|untouched|in full]", "[the] {n:name} (is|are) not (touched|changed|affected|reduced)", cost=0.3)
def _stays(n: str) -> Statement:
    return Remark("stays the same " + n)


# --- another comparison, another case -----------------------------------------------------------------------------------


@G.rule("clause", "[<please_do>] [make|let] [it|that|this|them] [be] {a:tails} (, not|instead of|rather than|, and not|not|, rather than|, instead of) {b:tails}", "[no] [,] i (meant|mean) {a:tails} [,] (not|instead of|rather than) {b:tails}", cost=0.7)
def _recompare(a: Cond, b: Cond) -> Statement | None:
    return Recompare(a, b) if isinstance(a, Compare) and isinstance(b, Compare) and a != b else None


@G.rule("clause", "<when> {c:cond} [,] {b:number} [{x:unitword}] (is|was|are) {t:tooadj} [,|;|-|so|and] {m:makeverb} [them|those|these|it|that] [be] {a:number} [{u:unitword}]", "<when> {c:cond} [,] {m:makeverb} [it|that|them|those] [be] {a:number} [{u:unitword}] (instead of|rather than|, not) {b:number} [{x:unitword}]", "<when> {c:cond} [,] it is {a:number} [{u:unitword}] (instead of|rather than|, not) {b:number} [{x:unitword}]",
        "(for|with) {r:rows} [,] {m:makeverb} [it] {a:number} [{u:unitword}] (instead of|rather than) {b:number} [{x:unitword}]", cost=0.3)
def _unless(a: Lit, b: Lit, c: Cond | None = None, r: Rows | None = None, **_: Any) -> Statement | None:
    if c is None:
        assert r is not None
        if len(r.conds) != 1 or r.words:
            return None
        c = r.conds[0]
    return Unless(c, a, b)


G.rule("reckon", "[<please_do>] [still] (calculate|compute|work out|count|base|figure out|reckon|charge|determine) [the] {n:name} (with|on|from|using|by|for)", cost=0.0)(lambda n: n)


@G.rule("clause", "[<when> {c:cond} [,|then|, then]] {n:reckon} {a:factor} (instead of|rather than|, not|not|in place of) {b:factor}", "[<when> {c:cond} [,|then|, then]] [the] {n:name} is (calculated|computed|worked out|counted|based|charged) (with|on|from|using) {a:factor} (instead of|rather than|, not|in place of) {b:factor}", "[<when> {c:cond} [,|then|, then]] (use|take) {a:factor} (instead of|rather than|in place of) {b:factor} (for|in|to get|to calculate|to work out|when calculating) [the] {n:name}",
        "{n:reckon} {a:factor} (instead of|rather than|, not|in place of) {b:factor} [,] <when> {c:cond}", cost=0.3)
def _recompute(n: str, a: Value, b: Value, c: Cond | None = None) -> Statement:
    return Recompute(n, a, b, c)


G.rule("clause", "(it|that|this|they) (can|may|might) (go|be|become|drop|get) (negative|below zero|below 0|less than zero)", "[the] {n:name} (can|may|might) (go|be|become|drop|get) (negative|below zero|below 0|less than zero)", cost=0.3)(lambda n="": Remark("note"))
G.rule("clause", "(one more|another|a further|one further|one last|an extra|a new) (rule|thing|condition|change|exception|point|case|detail) :", "(one more|another|a further) (rule|thing|condition|change|exception|point)", cost=1.2)(lambda: ())
G.rule("clause", "(a|an|the|every|each|any) {e:entity} (can|may|might) have (a|an|some|its own|) {n:name}", "(a|an|the|some|most|every|each|many) ({e:entity}|{s:source}) (has|have) (a|an|its|their|its own|their own|) {n:name} [in {t:source}]", cost=1.0)(lambda n, e="", s="", t="": Remark("note"))

# --- taking back by topic ---------------------------------------------------------------------------------------------------


@G.terminal("topic")
def _topic(chart: Chart, at: int) -> list[Edge]:
    """Read the words that say which change is meant, up to a punctuation mark or "after all"."""
    words: list[str] = []
    for end in range(at, min(at + 7, len(chart.tokens))):
        if chart.low(end) in (",", ";", ":", "-", "again", "then") or (chart.low(end) == "after" and chart.low(end + 1) == "all"):
            return [Edge(end, " ".join(words), 0.5)] if words else []
        words.append(chart.low(end))
    return [Edge(len(chart.tokens), " ".join(words), 0.5)] if words and at + 7 >= len(chart.tokens) else []


@G.rule("clause", "[<please_do>] (forget|drop|undo|remove|revert|take back|scrap|cancel|take out|ignore|reverse|never mind) (the|that|my|what i said) [bit|part|thing|rule|change|business|stuff|one|exception|sentence] (about|with|on|regarding|concerning|for) {t:topic} [again] [after all|again]", cost=0.3)
def _undo_topic(t: str) -> Statement:
    return Undo(t)


def reworded(a: Lit, b: Lit) -> Statement:
    return Renumber(a, b)
