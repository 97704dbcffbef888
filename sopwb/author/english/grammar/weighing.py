# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records that count more, or less, than others: "night shifts count double for the bonus, so one of those brings 10".

What each record counts by its text is in ``pricing``. Deliberately not here: who pays more (``exceptions``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of
from sopwb.author.english.meaning import Cond, LeftOut, Lit, Rows, Statement

G.rule("weighing", "(double|twice|twofold|two times|for two)", cost=0.0)(lambda: Lit("number", "2"))
G.rule("weighing", "(three times|threefold|triple|for three)", cost=0.0)(lambda: Lit("number", "3"))
G.rule("weighing", "(half|for half|only half|as half)", cost=0.0)(lambda: Lit("number", "0.5"))
G.rule("weighing", "(one and a half times|time and a half|1.5 times)", cost=0.0)(lambda: Lit("number", "1.5"))
G.rule("whichweigh", "{r:rows}", cost=0.2)(lambda r: r if r.conds or r.words else None)
G.rule("whichweigh", "{c:payer}", cost=0.3)(lambda c: Rows(conds=(c,)))
G.rule("whichweigh", "{p:prose} LP {c:cond} RP", cost=0.2)(lambda p, c: _explained(p, c))
G.rule("countfor", "(count|counts|are counted|is counted|should count|must count|go in|weigh)", cost=0.0)(lambda: True)
G.rule("bringing", "(so|so that|meaning|which means|that is) (one|each|each one|every one|one of (those|them|these)|each of (those|them|these)|such a {w:oneword}|a {w:oneword} {v:oneword}) [then] (brings|gets|gives|earns|makes|costs|is worth|is|counts|pays|comes to|brings in) {a:num} [<noun_unit>] [(or|and) {b:num} [<noun_unit>]]", cost=0.0)(
    lambda a, b=None, w="", v="": (a.text, b.text) if b is not None else (a.text,))


def _explained(prose: str, cond: Cond) -> Rows | None:
    meant = gloss_of(prose, cond)
    return Rows(conds=(meant,)) if meant is not None else None


@G.rule("clause", "{r:whichweigh} {k:countfor} {w:weighing} (for|towards|toward|in|into|when it comes to) [the] {n:ownword} [[,|;|-] {s:bringing}]", "for [the] {n:ownword} [,] {r:whichweigh} {k:countfor} {w:weighing} [[,|;|-] {s:bringing}]", cost=0.1)
def _weigh(r: Rows, w: Lit, n: str, k: Any = None, s: tuple[str, ...] = ()) -> Statement:
    return LeftOut(r, n, w, s)
