# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records by a word that is explained beside it, and by what belongs to them: "tours without guests".

    the heavy casks (a weight of 50 or more) · the tours whose guests have at least 12 tickets in total

Deliberately not here: words whose meaning another sentence gives (``answering``), and known adjectives (``rows``).
"""

from __future__ import annotations

from typing import Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.conditions import gloss_of, with_subject
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import (
    Agg,
    Compare,
    Cond,
    Exclude,
    Holds,
    LeftOut,
    Lit,
    Named,
    NoRows,
    Only,
    Remark,
    Rows,
    Statement,
    Value,
)
from sopwb.author.english.names import Names
from sopwb.author.english.nodes import has
from sopwb.author.english.patterns import Chart, Edge

_NO_EPITHETS: Final = frozenset(
    ["the", "a", "an", "all", "every", "each", "any", "no", "such", "those", "these", "of", "in", "on", "at", "for", "with", "their", "its", "our", "his", "her", "my", "other", "latest", "last", "first", "earliest", "newest", "oldest", "number", "most", "least", "only", "same", "and", "or", "that", "this", "without", "not"]
)


@G.terminal("epithet")
def _epithet(chart: Chart, at: int) -> list[Edge]:
    """Read one word before a source's name, whatever it is: the brackets behind the name explain it."""
    if at + 1 >= len(chart.tokens) or chart.tokens[at].kind != "word" or chart.low(at) in _NO_EPITHETS:
        return []
    names: Names = chart.names
    return [] if names.sources_named(chart.low(at)) else [Edge(at + 1, chart.low(at), 0.5)]


@G.rule("head", "[all|all the|the|any|every|each|our|those|all our] {w:epithet} {s:source} LP {c:cond} RP", cost=0.3)
def _explained(w: str, s: str, c: Cond) -> Rows | None:
    told = gloss_of(w, c)
    return with_cond(Rows(s), told) if told is not None else None


@G.rule("atom", "[it has|they have|it had|which has|that has|having|with] (a|an) {n:name} of {t:tails}", cost=0.5)
def _having(n: str, t: Cond) -> Cond | None:
    plain = isinstance(t, Compare) and isinstance(t.right, Lit)
    return with_subject(t, Named(n)) if plain else None


G.rule("addingto", "(add up|adds up|sum up|sums up|sum|sums|come|comes|amount|amounts|run up|add) to", "total", "totals", "(is|are) (in total|altogether|together)", "(make|makes) [up]", cost=0.0)(lambda: True)
G.rule("together", "[,] (in total|altogether|together|in all|between them|combined|added up|all together|overall)", cost=0.0)(lambda: True)
G.rule("having", "(have|has|had|hold|holds|bought|come with|count|with)", cost=0.0)(lambda: True)
G.rule("amounting", "{o:cmp} {v:num} [{x:noununit}]", "{v:num} [{x:noununit}] {o:ormore}", cost=0.1)(lambda o, v, x=None: (o, v))


@G.rule("atom", "[the] {w:measure} <of> {r:rows} {x:addingto} {a:amounting}", "{r:rows} {h:having} {o:cmp} {v:num} {w:measure} {t:together}", "{r:rows} {h:having} {v:num} {m:ormore} {w:measure} {t:together}", cost=0.3)
def _adding_up(w: Value, r: Rows, a: tuple[str, Value] | None = None, o: str = "", m: str = "", v: Value | None = None, **_: object) -> Cond:
    op, bound = a if a is not None else (o or m, v)
    return Compare(op, Agg("sum", w, r), bound)  # type: ignore[arg-type]


@G.rule("rows", "{r:rows} (without|with no|without any|that have no|which have no|who have no|with zero|without a single) {q:others}", cost=0.8)
def _without_others(r: Rows, q: Rows) -> Rows | None:
    return None if q.source in (r.source, r.noun) else with_cond(r, NoRows(q))


@G.rule("rows", "{r:rows} with (an empty|a blank|a missing|an unknown|a null|empty|blank|missing) {n:name}", "{r:rows} (whose|where the|where) {n:name} (was never|has not been|is not yet|was not) (filled in|set|entered|given|recorded)", cost=0.3)
def _with_blank(r: Rows, n: str) -> Rows:
    return with_cond(r, Holds(Named(n), "absent"))


G.rule("others", "{s:source} [at all|yet|so far|of their own]", "(a|any|single) {s:source}", cost=0.1)(lambda s: Rows(s))

# "The average number of tickets": each record says how many; where they are records themselves, those are counted.
G.rule("measure", "[the] number of {n:name}", cost=0.8)(lambda n: Named(n))


G.rule("nomatter", "(whatever|regardless of|no matter|irrespective of|independent of|independently of) [what|which|the] [{o:owner}|the] {n:name} [is|may be|they have|it has|says]", cost=0.1)(lambda n, o="": n)


@G.rule("clause", "{r:rows} (count|counts|are counted|is counted|are used|are included|are considered|are taken|are meant) [too|as well] [,] {n:nomatter}", cost=0.3)
def _count_anyway(r: Rows, n: str) -> tuple[Statement, ...] | None:
    return (Only(r), Remark("whatever " + n)) if (r.conds or r.words) and not has(r.conds, Named, words=n) else None


G.rule("stayout", "(stay|stays|remain|remains|go|goes|get|gets|are to stay|have to stay|should stay|must stay|are kept|is kept|drop|drops|fall|falls) (out|left out|skipped|ignored|outside|aside|out of it|out of there|out of this)", "(do not|does not|should not|must not) (go in|go in there|show up|appear|turn up|come up|get in|matter here)", cost=0.0)(lambda: True)


@G.rule("clause", "{r:rows} {x:stayout}", cost=0.3)
def _stay_out(r: Rows, x: bool) -> Statement | None:
    return Exclude(r) if r.conds or r.words else None


G.rule("madeby", "[the] {n:ownword}", "(the|its|that) (average|mean)", cost=0.1)(lambda n="": n or "@avg")


@G.rule("clause", "{r:rows} (is|are|should be|must be|gets|get|has to be|have to be) (left out|kept out|excluded|skipped|ignored|omitted) (of|from|in|for) {n:madeby} [only|alone]", "{r:rows} (is|are) (left out|ignored|skipped|excluded) [only|just] (of|from|in|for) {n:madeby} [only|alone]", "{r:rows} [only|just] (does not|do not) count (for|in|into|towards) {n:madeby} [only|alone]", cost=0.3)
def _left_out_of(r: Rows, n: str) -> Statement | None:
    return LeftOut(r, n) if r.conds or r.words else None
