# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records that something takes part in by either of two fields: "the matches where that team is home or away".

Deliberately not here: records that belong to a parameter by its name (``rows``).
"""

from __future__ import annotations

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import Compare, Cond, Named, Or, Rows
from sopwb.author.english.names import key_of
from sopwb.author.english.patterns import Chart, Edge

_POINTING = frozenset(("that", "the", "this", "our"))


@G.terminal("takingpart")
def _takingpart(chart: Chart, at: int) -> list[Edge]:
    """Read "that team": something that goes in, by its name or its key; the node is the parameter's key."""
    if chart.low(at) not in _POINTING or at + 1 >= len(chart.tokens):
        return []
    key = key_of(chart.low(at + 1))
    for known in (key, f"{key} id"):
        if known in chart.names.local:
            return [Edge(at + 2, known, 0.0)]
    # "You give it a team, and it goes through the matches where that team is …": this very sentence brings it.
    said = any(chart.low(i) in ("a", "an") and key_of(chart.low(i + 1)) == key for i in range(at))
    return [Edge(at + 2, key, 0.3)] if said else []


def either(p: str, a: str, b: str) -> Cond | None:
    return None if a == b else Or((Compare("==", Named(a), Named(p)), Compare("==", Named(b), Named(p))))


G.rule("atom", "{p:takingpart} (is|was|plays|appears|stands|is listed|comes up|shows up|occurs) [either] [as|in] [the] {a:name} or [as|in] [the] {b:name}", "{p:takingpart} (is|was) one of [the] {a:name} and [the] {b:name}", "[either] [the|its] {a:name} or [the|its] {b:name} (is|was|equals) {p:takingpart}", cost=0.2)(either)
G.rule("rows", "{r:rows} with {p:takingpart} (as|in|on) [either] [the] {a:name} or [as|in|on] [the] {b:name}", "{r:rows} (of|by|for|with|involving) {p:takingpart} , [either] as [the] {a:name} or [as] [the] {b:name}", cost=0.2)(
    lambda r, p, a, b: with_cond(r, cond) if (cond := either(p, a, b)) is not None else None)


@G.rule("head", "[the|all|any|those] {n:anyword} {p:prose} LP {c:cond} RP", cost=1.2)
def _glossed_somehow(n: str, p: str, c: Cond) -> Rows | None:
    """ "Games without a score yet (…)": what the brackets say of the records that are spoken of."""
    told = gloss_of(p, c)
    return with_cond(Rows(), told) if told is not None else None
