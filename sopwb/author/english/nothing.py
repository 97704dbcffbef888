"""What a value is where there is nothing to compute it from: "none is 0", "null if they never came".

Most values say so themselves: a count is 0, the latest date is null; then nothing changes. Deliberately not here: cases
that name the records that are not there (``discourse``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import parts
from sopwb.author.english.spec import Doubt, Spec

NONE: Final = m.NoRows(m.Rows(noun="@none"))
"""Stands, as a condition, for there being nothing that the value spoken of is computed from."""


def where_none(spec: Spec, name: str, value: m.Value) -> None:
    """Let a returned field be ``value`` where there is nothing to compute it from. Raises ``Doubt``."""
    if name == "@them":
        for field in _nullable(spec):
            where_none(spec, field, value)
        return
    key = key_of(name)
    at = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == key), None)
    said = spec.defs.get(key, spec.returns[at].value if at is not None else None)
    found = [p for p in parts(said) if isinstance(p, m.Agg | m.Whose)]
    if said is None or not found:
        raise Doubt("None of what? Please say in full what it is then.")
    filled = _filled(said, value)
    if filled is None:
        raise Doubt(f"When is {name} that? Please say which records there are none of then.")
    if key in spec.defs:
        spec.defs[key] = filled
    elif at is not None:
        spec.returns[at] = msgspec.structs.replace(spec.returns[at], value=filled)


def _nullable(spec: Spec) -> list[str]:
    """Give the fields spoken of that are null where there is nothing: extremes, averages, the latest of something."""
    said = {key_of(r.name): spec.defs.get(key_of(r.name), r.value) for r in spec.returns}
    kinds = ("max", "min", "avg", "first", "last")
    fold = {k for k, v in said.items() if isinstance(v, m.Whose) or (isinstance(v, m.Agg) and v.kind in kinds)}
    found = [k for k in dict.fromkeys((*spec.spoken, *spec.spoken_before)) if k in fold]
    if not found:
        raise Doubt("Which values do you mean? Please name them.")
    return found


def _filled(said: m.Value, value: m.Value) -> Any:
    """Give the value with what it is where there is nothing; None where that cannot be told."""
    number = value.text if isinstance(value, m.Lit) and value.kind in ("number", "null") else ""
    match said:
        case m.Agg("count" | "sum"):
            return said if number in ("0", "nothing") else None
        case m.Agg("max" | "min" | "avg" | "first" | "last") | m.Whose():
            return said if isinstance(value, m.Lit) and value.kind == "null" else m.Filled(said, value)
        case m.Rounded() | m.Clamp():
            inner = _filled(said.value, value)
            return None if inner is None else msgspec.structs.replace(said, value=inner)
        case m.Span(_, m.Agg() | m.Whose(), m.Clock()) | m.Span(_, m.Clock(), m.Agg() | m.Whose()):
            date = said.begin if isinstance(said.end, m.Clock) else said.end
            return m.Cases((m.Arm(m.Empty(date), value),), said)
    return None
