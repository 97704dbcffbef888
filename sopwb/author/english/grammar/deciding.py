# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Decisions spoken of by their verb: "when nothing is ordered", "if it was approved" where ``order``, ``approve`` are yes or no.

Deliberately not here: conditions on fields of records (``conditions``).
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.lexicon import stem
from sopwb.author.english.meaning import Arith, Clamp, Compare, Define, Lit, Named, Statement, Value
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.patterns import Chart, Edge

_TRUE, _FALSE = Lit("bool", "true"), Lit("bool", "false")


@G.terminal("decided")
def _decided(chart: Chart, at: int) -> list[Edge]:
    """Read the participle of a verb that the draft has as a name of its own: "ordered" where it returns ``order``."""
    names: Names = chart.names
    low = chart.low(at)
    if at >= len(chart.tokens) or chart.tokens[at].kind != "word" or not low.endswith(("ed", "en")) or low in names.local:
        return []
    return [Edge(at + 1, key, 0.1) for key in sorted(names.local) if " " not in key and key != low and stem(key) == stem(low)]


G.rule("decidedyes", "[{e:entity}|something|anything|one] (is|are|was|were|gets|get|has been|have been) [to be] {d:decided}", cost=0.2)(lambda d, e="": d)
G.rule("atom", "{d:decidedyes}", cost=0.2)(lambda d: Compare("==", Named(d), _TRUE))
G.rule("atom", "(nothing|none|no one|nobody) (is|was|gets|has been) [to be] {d:decided}", "[{e:entity}] (is|are|was|were|has been|have been) not [to be] {d:decided}", cost=0.2)(lambda d, e="": Compare("==", Named(d), _FALSE))


# --- so many whole ones -----------------------------------------------------------------------------------------------

G.rule("holding", "LP of {s:factor} {x:counted} each RP", "of {s:factor} {x:counted} [each]", "LP (each|every one) (of|with|holds|has) {s:factor} {x:counted} RP", ", each (of|with|holding) {s:factor} {x:counted} ,", cost=0.1)(lambda s, x: s)
G.rule("lifting", "that (lifts|brings|raises|gets|takes|fills) {a:factor} [back] [up] to [at least] {b:product}", "(needed|required|it takes|necessary) to (lift|bring|raise|get|take|fill) {a:factor} [back] [up] to [at least] {b:product}", cost=0.1)(lambda a, b: Clamp(Arith("-", b, a), low=Lit("number", "0")))
G.rule("lifting", "that (covers|holds|is enough for|fits|takes|carries) [all|at least] {b:product}", "(needed|required|necessary) (for|to hold|to cover|to fit|to carry) [all] {b:product}", "it takes (for|to hold|to cover|to fit|to carry) [all] {b:product}", cost=0.1)(lambda b: b)
G.rule("wholeones", "the (smallest|least|lowest|minimum) [whole] number of [full|whole] {w:counted} {s:holding} {g:lifting}", cost=0.2)(lambda w, s, g: (w, Arith("ceil", g, s)))
G.rule("factor", "{p:wholeones}", cost=0.1)(lambda p: p[1])


@G.rule("clause", "(a|an|each|every) {n:oneword} (is|means|consists of|comprises|has) {p:wholeones}", cost=0.1)
def _consists(n: str, p: tuple[str, Value]) -> Statement:
    """An order is so many packs: that says how many packs there are."""
    return Define(key_of(p[0]), p[1])
