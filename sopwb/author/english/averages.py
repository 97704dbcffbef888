"""The case that there is nothing to average: "null if there are none", "with no ratings it's 0".

Such a case is that the average itself is null: no records, or none of them has a value. Deliberately not here: cases of
records that are counted or added up, which are never null (``generate``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.nodes import has, parts, rebuilt
from sopwb.author.english.spec import Spec
from sopwb.lang.types import is_optional

_FOLDS: Final = ("avg", "min", "max")


def settled(spec: Spec, names: Names, at_hand: Callable[[str], bool]) -> list[str]:
    """Let cases of absence be cases of the averages that they are about; gives the assumptions that were taken.

    ``at_hand`` says whether a record that is looked up has a field of that name.
    """
    fields = [field for source in names.sources.values() for field in source.record.fields]
    nullable = {key_of(f) for f, type_ in fields if is_optional(type_)}
    found = [a for a in parts((spec.defs, spec.returns)) if isinstance(a, m.Agg) and a.kind in _FOLDS]

    def about(cond: m.Cond, near: Any) -> m.Cond:
        name = _absent(cond)
        if name and not at_hand(name):
            mine = {repr(a): a for a in found if has(a.what, m.Named, words=name)}
            return m.Empty(next(iter(mine.values()))) if len(mine) == 1 else cond
        if isinstance(cond, m.NoRows) and cond.rows is not None and cond.rows.source:
            held = [c.subject for c in cond.rows.conds if isinstance(c, m.Holds) and c.words == "present"]
            within = (None, "", cond.rows.source)
            mine = {repr(a): a for a in found if a.what in held and (a.rows and a.rows.source) in within}
            return m.Empty(next(iter(mine.values()))) if len(mine) == 1 else cond
        if isinstance(cond, m.Never):
            return _nothing_to_divide_by(spec, near) or cond
        few = _of_few(found, cond)
        if few is not None:
            return m.Empty(next((m.Named(k) for k, v in spec.defs.items() if v == few), few))
        if isinstance(cond, m.NoRows) and cond.rows in (None, m.Rows()):
            here = {repr(a): a for a in parts(near) if isinstance(a, m.Agg)}
            agg = next(iter(here.values())) if len(here) == 1 else None
            if agg is None or (agg.rows is None and agg.kind not in _FOLDS):
                return cond
            if agg.rows is None:
                return m.Empty(agg)
            if agg.kind in _FOLDS and isinstance(agg.what, m.Named) and agg.what.words in nullable:
                return m.Empty(agg)
            return m.NoRows(agg.rows) if spec.current is None and spec.pick is None else cond
        return cond

    def walk(node: Any) -> Any:
        if isinstance(node, m.Cases):
            arms = tuple(m.Arm(about(a.cond, node.default), walk(a.value)) for a in node.arms)
            return msgspec.structs.replace(node, arms=arms, default=walk(node.default))
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    values = {**{key_of(r.name): r.value for r in spec.returns if r.value is not None}, **spec.defs}
    def said(name: str) -> Any:
        value = values.get(key_of(name))
        return spec.defs.get(value.words, value) if isinstance(value, m.Named) else value

    spec.assigns = [
        msgspec.structs.replace(a, cond=about(a.cond, tuple(said(n) for n, _ in a.sets))) for a in spec.assigns
    ]
    return _unmet(spec)


def _unmet(spec: Spec) -> list[str]:
    """Let "ready if the moisture is at most 18" not hold where there is nothing to average, and say so.

    Only where the person spoke of no such case, and only for a test that has to hold: cases with a value for each, and
    what holds *unless* the average is so high, stay a question.
    """
    spoken = (m.NoRows, m.Empty, m.Missing, m.Never)
    if any(isinstance(p, spoken) or (isinstance(p, m.Holds) and p.words == "absent") for p in parts(_said(spec))):
        return []
    folds = {k: v for k, v in spec.defs.items() if isinstance(v, m.Agg) and v.kind in _FOLDS}
    folds |= {key_of(r.name): r.value for r in spec.returns if isinstance(r.value, m.Agg) and r.value.kind in _FOLDS}
    found: dict[str, list[str]] = {}

    def guarded(cond: m.Cond, of: str) -> m.Cond:
        if isinstance(cond, m.And | m.Or):
            return msgspec.structs.replace(cond, parts=tuple(guarded(p, of) for p in cond.parts))
        if isinstance(cond, m.Compare) and isinstance(cond.left, m.Named) and cond.left.words in folds:
            found.setdefault(cond.left.words, []).append(of)
            return m.And((m.Not(m.Empty(cond.left)), cond))
        return cond

    for key, predicate in spec.predicates.items():
        spec.predicates[key] = msgspec.structs.replace(predicate, cond=guarded(predicate.cond, key))
    for key, value in spec.defs.items():
        if isinstance(value, m.Truth):
            spec.defs[key] = m.Truth(guarded(value.cond, key))
    spec.returns = [
        msgspec.structs.replace(r, value=m.Truth(guarded(r.value.cond, r.name))) if isinstance(r.value, m.Truth) else r
        for r in spec.returns
    ]
    return [f"without any {what} it is not {' or '.join(dict.fromkeys(of))}" for what, of in found.items()]


def _said(spec: Spec) -> Any:
    return (spec.assigns, spec.defs, spec.predicates, spec.returns, spec.fails, spec.adjusts, spec.blanks)


def _of_few(found: list[m.Agg], cond: m.Cond) -> m.Agg | None:
    """Give the one value over the latest few records that "there are no measurements" leaves without any."""
    rows = cond.rows if isinstance(cond, m.NoRows) else None
    if rows is None or not rows.source or rows.conds or rows.words:
        return None
    mine = {repr(a): a for a in found if a.rows is not None and a.rows.source == rows.source}
    few = next(iter(mine.values())) if len(mine) == 1 else None
    return few if few is not None and few.limit else None


def _nothing_to_divide_by(spec: Spec, near: Any) -> m.Cond | None:
    """Give "they have not played at all" as the case that the number of games, which a share is of, is 0."""
    counts = [p.right for p in parts(near) if isinstance(p, m.Arith) and p.op == "/"]
    if len({repr(c) for c in counts}) != 1:
        return None
    said = counts[0]
    if isinstance(said, m.Named):
        words = said.words
        beside = next((r.value for r in spec.returns if key_of(r.name) == words), None)
        said = spec.defs.get(words, beside if beside is not None else said)
    counted = isinstance(said, m.Agg) and said.kind == "count"
    return m.Compare("==", counts[0], m.Lit("number", "0")) if counted else None


def _absent(cond: m.Cond) -> str:
    match cond:
        case m.Holds(m.Named(words), "absent") | m.Empty(m.Named(words)):
            return words
        case _:
            return ""
