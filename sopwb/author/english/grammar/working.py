# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""Results worked out of some records in one sentence: "From their lessons, work out minutes, their total, and rating, …".

The list of results itself is in ``listing``. Deliberately not here: which records there are (``rows``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english.grammar.base import G
from sopwb.author.english.grammar.listing import _adjusts, _beside_each_other, _Item
from sopwb.author.english.grammar.rows import with_cond
from sopwb.author.english.meaning import (
    Agg,
    Cond,
    Fixed,
    Holds,
    MailPart,
    Named,
    NoRows,
    Remark,
    Ret,
    Return,
    Rows,
    Select,
    Statement,
    Value,
)
from sopwb.author.english.names import key_of

_KINDS: Final = {"sum": "sum", "total": "sum", "average": "avg", "mean": "avg", "maximum": "max", "highest": "max", "minimum": "min", "lowest": "min"}

# --- from these records --------------------------------------------------------------------------------------------

G.rule("workout", "[<subj>] (work out|works out|calculate|calculates|compute|computes|determine|determines|figure out|report|reports|derive|find out)", "{a:giving}", cost=0.2)(lambda a=None: True)
G.rule("fromrows", "(from|of|out of|over|based on|for|using|among|taking) {r:rows} [,]", cost=0.1)(lambda r: r)


@G.rule("clause", "{f:fromrows} {w:workout} [{o:objectwords}] {xs:fieldlist}", cost=0.3)
def _work_out(f: Rows, xs: tuple[_Item, ...], w: bool = True, o: Any = None) -> tuple[Statement, ...] | None:
    if len(xs) < 2 or not any(x.ret.value is not None for x in xs) or not _beside_each_other(xs) or not f.source:
        return None
    return (Select(f), Return(tuple(x.ret for x in xs)), *_adjusts(xs))


G.rule("giving", "[<subj>] (report|reports|list|lists)", cost=0.3)(lambda: False)

for _word, _kind in _KINDS.items():
    @G.rule("fielditem", f"{{n:oldfield}} , (their|its|the) {_word}", cost=0.1)
    def _its_total(n: str, kind: str = _kind) -> _Item:
        """ "minutes, their total": of the field of that name."""
        return _Item(Ret(n, "", Agg(kind, Named(key_of(n)), Rows())), own=True)


G.rule("blankones", "[the|those|any|all] {s:source} (that|which|who) (have none|have no such thing|do not have (one|any)|lack one|lack it)", "(those|the ones|ones|any) (that|which|who) (have none|do not have (one|any)|lack one|lack it)", "(those|the ones|ones) (without|with none)", cost=0.0)(lambda s="": "")

# --- nobody has one --------------------------------------------------------------------------------------------------------


@G.rule("atom", "(no|not one of|none of|not a single|not one of the|none of the) {r:rows} (has|have|had|got|carries|comes with) [a|an|any] {n:name} [at all]", cost=0.3)
def _none_has(r: Rows, n: str) -> Cond | None:
    return NoRows(with_cond(r, Holds(Named(n), "present"))) if r.source else None


# --- how a value is written, told behind the text ----------------------------------------------------------------------------


@G.rule("clause", "[with] [the] {n:name} [always|each time|of course|both times] [written|shown|given|printed|formatted] [always] {d:decimals} [{x:nothousands}]", cost=0.6)
def _always_written(n: str, d: int, x: Any = None) -> tuple[Statement, ...]:
    value: Value = Fixed(Named(n), d)
    return (MailPart("fill", Named("@list")), MailPart("with", value), MailPart("filled", Named("@list")))


# --- the limit itself ---------------------------------------------------------------------------------------------------------------

G.rule("itselffine", "(is|are|would be|counts as|was) [still] (all right|alright|fine|ok|okay|allowed|good enough|enough|in|good|in time|on time|permitted|not too (late|old|long|much|many|high|low|far|early)|no problem)", "[still] (counts|qualifies|passes|is included|is in|applies)", cost=0.0)(lambda: False)
G.rule("itselffine", "(is|are) [already] (too (late|old|long|much|many|high|low|far|early)|out|not enough|not fine|not ok|not okay|not allowed|over)", "(does not|no longer) (count|counts|qualify|qualifies|pass|passes)", cost=0.0)(lambda: True)


@G.rule("clause", "[but|and|so] (exactly|precisely) {v:num} [{u:unit}] [ago|old|before|later|late|overdue|earlier|away|from now] {f:itselffine}", "[but|and|so] {v:num} [{u:unit}] [ago|old|late] (exactly|sharp|on the dot) {f:itselffine}", cost=0.2)
def _exactly(v: Value, f: bool, u: str = "") -> Statement:
    return Remark("limit", f)
