# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Records that count for one value and not for another: "still count towards the weight, but earn no credit".

    "Cancelled ones are counted, but ignored for the average."  "Not in the amount and not in the count."

Deliberately not here: records that one value alone leaves out (``exceptions``), or that nothing counts (``selection``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english.grammar.base import G
from sopwb.author.english.meaning import Exclude, LeftOut, Remark, Rows, Statement

G.rule("ownnames", "[the] {n:ownword}", cost=0.0)(lambda n: (n,))
G.rule("ownnames", "{xs:ownnames} (,|and|, and|or|nor|, nor) [for|in|towards] [the] {n:ownword}", cost=0.0)(lambda xs, n: (*xs, n))
G.rule("towards", "(for|in|into|to|towards|toward|as part of|as)", cost=0.0)(lambda: True)
G.rule("staysin", "[do|does] [still] (count|counts|are counted|is counted|are included|is included|stay|stays|go|goes|belong|belongs) [{t:towards} {xs:ownnames}] [still]", cost=0.0)(lambda t=None, xs=(): xs)
G.rule("leaves", "[they|it|these|those] [are|is] (not|never) [counted|included|count|used] {t:towards} {xs:ownnames}", "[they|it|these|those] (do|does) not [count|go|enter|add] [anything] {t:towards} {xs:ownnames}", "[they|it|these|those] [are|is] (ignored|left out|excluded|skipped|not counted|not used|disregarded|not looked at|not considered) (for|in|from|when it comes to|of|by) {xs:ownnames}", "[they|it|these|those] (add|adds|contribute|contributes|give|gives|bring|brings) nothing to {xs:ownnames}",
       "[they|it|these|those] (earn|earns|get|gets|give|gives|bring|brings|make|makes|yield|yields|mean|means|add|adds|have|has|produce|produces|pay|pays|cost|costs) (no|not any) {xs:ownnames}", cost=0.0)(lambda xs, t=None: xs)


def _out(r: Rows, names: tuple[str, ...]) -> tuple[Statement, ...] | None:
    return tuple(LeftOut(r, n) for n in names) if r.conds or r.words else None


@G.rule("clause", "{r:rows} {s:staysin} [,|;] (but|yet|only|although|though) {xs:leaves}", "{r:rows} {xs:leaves} [,|;] (but|yet|although|though|and) [they|it|these|those] {s:staysin}", cost=0.2)
def _counts_but(r: Rows, s: tuple[str, ...], xs: tuple[str, ...]) -> tuple[Statement, ...] | None:
    """Leave records out of some values; what they still count for is what holds anyway, so it may not be one of those."""
    return None if set(s) & set(xs) else _out(r, xs)


# --- neither here nor there -------------------------------------------------------------------------------------

G.rule("eithername", "[the] {n:ownword}", "[the|a] {n:oneword}", cost=0.0)(lambda n: n)
G.rule("bothways", "[,|-|:] (neither|not) {t:towards} {x:eithername} [,] (nor|and not|or) [{t:towards}] {y:eithername}", cost=0.0)(lambda x, y, t=None: (x, y))
G.rule("evenif", "[,] even (if|when|though) {k:anything}", cost=0.3)(lambda k: True)


@G.rule("clause", "{r:rows} (do not|does not|should not|must not|shall not|are not to) (count|be counted|be included|be in there|be in it|show up|appear|be part of it|matter) [at all] {b:bothways} [{e:evenif}]", "{r:rows} (do not|does not|should not|must not) (count|be counted|be included|be in there|be in it|appear) {e:evenif}", cost=0.3)
def _nowhere(r: Rows, b: tuple[str, ...] = (), e: Any = None) -> tuple[Statement, ...] | None:
    """Leave records out of everything; the values that are named have to be made of such records."""
    if not (r.conds or r.words):
        return None
    return (Exclude(r), Remark(f"made of {r.source}: " + ", ".join(b))) if b and r.source else (Exclude(r),)


@G.rule("clause", "{r:rows} (should not|must not|do not|does not|are not to) (be in there|be in it|show up|appear|be part of it|be part of that) [at all]", cost=0.4)
def _not_in_there(r: Rows) -> Statement | None:
    return Exclude(r) if r.conds or r.words else None


# --- what holds anyway -------------------------------------------------------------------------------------------

G.rule("clause", "(a|an|any) {e:entity} with (two|2|three|3|several|more than one|both) [bad|wrong|such] {w:oneword} (is|counts as|is still|still counts as|makes) [only|just] (one|a single|1) {n:ownword}", cost=0.3)(lambda **_: Remark("note"))

