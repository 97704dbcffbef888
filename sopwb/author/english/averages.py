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
from sopwb.author.english.nodes import parts
from sopwb.author.english.spec import Spec
from sopwb.lang.types import is_optional

_FOLDS: Final = ("avg", "min", "max")


def settled(spec: Spec, names: Names, at_hand: Callable[[str], bool]) -> None:
    """Let cases of absence be cases of the averages that they are about.

    ``at_hand`` says whether a record that is looked up has a field of that name.
    """
    fields = [field for source in names.sources.values() for field in source.record.fields]
    nullable = {key_of(f) for f, type_ in fields if is_optional(type_)}
    found = [a for a in parts((spec.defs, spec.returns)) if isinstance(a, m.Agg) and a.kind in _FOLDS]

    def about(cond: m.Cond, near: Any) -> m.Cond:
        name = _absent(cond)
        if name and not at_hand(name):
            mine = {repr(a): a for a in found if isinstance(a.what, m.Named) and a.what.words == name}
            return m.Empty(next(iter(mine.values()))) if len(mine) == 1 else cond
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
        if isinstance(node, m.Node):
            return type(node)(**{f: walk(getattr(node, f)) for f in node.__struct_fields__})
        return tuple(walk(p) for p in node) if isinstance(node, tuple) else node

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    values = {**{key_of(r.name): r.value for r in spec.returns if r.value is not None}, **spec.defs}
    spec.assigns = [
        msgspec.structs.replace(a, cond=about(a.cond, tuple(values.get(n) for n, _ in a.sets))) for a in spec.assigns
    ]


def _absent(cond: m.Cond) -> str:
    match cond:
        case m.Holds(m.Named(words), "absent") | m.Empty(m.Named(words)):
            return words
        case _:
            return ""
