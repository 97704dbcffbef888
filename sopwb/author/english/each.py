"""Values of each record that have a name: "the wait of a visit is the minutes from a to b".

Such a definition speaks of fields that only the records gone over have, so it stands for nothing by itself: where
records are tested, ordered or added up by its name, it is put in the name's place. Deliberately not here: points and
weights (``Spec.per``).
"""

from __future__ import annotations

from typing import Any

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import UNITS
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.nodes import has, parts, rebuilt
from sopwb.author.english.scope import find_field, source_of_param
from sopwb.author.english.spec import Doubt, Spec


def of_each(spec: Spec, names: Names) -> Spec:
    """Put what each record comes to in the place of its name, wherever records are computed with."""
    if spec.loop is not None or spec.call is not None:
        return spec
    total = spec.defs.get("@sum")
    if isinstance(total, m.Agg) and total.what is not None:
        one = {source_of_param(names, p.name) for p in spec.params}
        over = total.rows or spec.current
        if over is not None and over == m.Rows(over.source) and over.source in one:
            # "A boat costs 3.00 per metre", of the boat that goes in.
            spec.defs["@sum"], spec.current = total.what, None if over == spec.current else spec.current
    for key, value in list(spec.defs.items()):
        source = "" if key.startswith("@") else _source_of(spec, key, value, names)
        if source:
            value = spec.defs.pop(key)
            before = (spec.defs, spec.returns, spec.assigns, spec.current, spec.pick)
            _put(spec, key, value, source)
            used = before != (spec.defs, spec.returns, spec.assigns, spec.current, spec.pick)
            if not used or has((spec.defs, spec.returns, spec.assigns), m.Named, words=key):
                spec.defs[key] = value
    return spec


def _source_of(spec: Spec, key: str, value: m.Value, names: Names) -> str:
    """Give the one source that has the fields a definition speaks of; "" where a record at hand has them, or none."""
    if has(value, (m.Agg, m.Rows, m.Pick, m.It, m.Whose, m.Via)) or any(key == key_of(r.name) for r in spec.returns):
        return ""
    own = {key_of(p.name) for p in spec.params} | set(spec.defs) | {key_of(r.name) for r in spec.returns}
    said = {p.words for p in parts(value) if isinstance(p, m.Named) and not p.words.startswith("@")} - own
    at_hand = {*spec.lookups, *(x.rows.source for x in spec.matches)}
    at_hand |= {source_of_param(names, p.name) for p in spec.params}
    at_hand |= {spec.pick.rows.source} if spec.pick is not None and spec.pick.rows is not None else set()
    foreign = {w for w in said if not any(s and find_field(names.sources[s].record, w)[1] for s in at_hand)}
    if not foreign:
        return ""
    holders = [
        n for n, s in names.sources.items() if n not in at_hand and all(find_field(s.record, w)[1] for w in foreign)
    ]
    current = spec.current.source if spec.current is not None else ""
    return current if current in holders else holders[0] if len(holders) == 1 else ""


def _put(spec: Spec, key: str, value: m.Value, source: str) -> None:
    """Put a value in the place of its name in what is computed over records of a source."""

    def inside(node: Any) -> Any:
        if isinstance(node, m.Compare) and node.left == m.Named(key) and isinstance(node.right, m.Lit):
            _same_unit(key, value, node.right)
        if isinstance(node, m.Named) and node.words == key and node.owner in ("", "it"):
            return value
        return _rebuilt(node, inside)

    def walk(node: Any) -> Any:
        ours = isinstance(node, m.Agg) and (node.rows is None or node.rows.source in ("", source))
        ours = ours or (isinstance(node, m.Rows) and node.source in ("", source))
        return inside(node) if ours else _rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    spec.assigns = [walk(a) for a in spec.assigns]
    spec.current, spec.pick = walk(spec.current), walk(spec.pick)


def _same_unit(key: str, value: m.Value, limit: m.Lit) -> None:
    """Ask where a time in minutes is compared with hours. Raises ``Doubt``."""
    unit = UNITS.get(limit.unit, "")
    if isinstance(value, m.Span) and unit not in ("", UNITS.get(value.unit, value.unit)):
        raise Doubt(f'"{key}" is in {value.unit}. How much is {limit.text} {limit.unit} in {value.unit}?')


def _rebuilt(node: Any, walk: Any) -> Any:
    return rebuilt(node, walk)
