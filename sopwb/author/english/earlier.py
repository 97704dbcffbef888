"""What "those orders", "the same deliveries" and "of them" stand for, where an earlier sentence spoke of the records.

Only where nothing is gone over and no records are in focus: then the records that the values so far were computed from
are meant. Two different selections of one source are a question. Deliberately not here: what is said within one
sentence (``anchoring``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.anchoring import within
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.nodes import Shift, has, parts, rebuilt
from sopwb.author.english.scope import source_of_param
from sopwb.author.english.spec import Doubt, Spec

WINDOW = "@window "
"""Marks, as the noun of a selection, the length of a window that was spoken of: "in those 2 hours"."""

SAME: Final = m.Holds(None, "@same period")
"""Stands, as a condition, for the window that other records were just looked at in: "in the same period"."""

COUNTED = "@counted"
"""Marks, as the noun of a selection, the records that were just counted: "call that count x"."""

FEW = "@few"
"""Marks a selection of which only the latest so many counted."""


def not_there(spec: Spec, statement: Any, names: Names) -> Any:
    """Let "there is no such visit" mean that none of those spoken of is there, where no one visit is looked up."""
    missed = {p.source for p in parts(statement) if isinstance(p, m.Missing) and p.source in names.sources}
    keys = {source_of_param(names, p.name) for p in spec.params} | set(spec.lookups)
    keys |= {match.rows.source for match in spec.matches}
    spoken = {p.source for p in parts((spec.defs, spec.returns, spec.current, statement)) if isinstance(p, m.Rows)}
    none = (missed - keys) & spoken
    if not none or isinstance(statement, m.Fail):
        return statement

    def walk(node: Any) -> Any:
        if isinstance(node, m.Missing) and node.source in none and not node.words:
            return m.NoRows(m.Rows(noun=node.source))
        return rebuilt(node, walk)

    return walk(statement)


def joined(spec: Spec, statement: m.Assign) -> bool:
    """Put what holds "without such a visit" together with what was said of that case before; whether it was."""
    for index, other in enumerate(spec.assigns):
        rows = statement.cond.rows if isinstance(statement.cond, m.NoRows) else None
        both = {n for n, _ in other.sets} & {n for n, _ in statement.sets}
        named = all(not n.startswith("@") for n, _ in (*other.sets, *statement.sets))
        if rows is not None and other.cond == statement.cond and not rows.every and not both and named:
            spec.assigns[index] = msgspec.structs.replace(other, sets=(*other.sets, *statement.sets))
            return True
    return False


def pointing_back(spec: Spec, statement: Any) -> Any:
    """Put the records in place that an earlier sentence spoke of."""
    if isinstance(statement, m.Define) and statement.words == "@blank @last":
        return msgspec.structs.replace(statement, words=f"@blank {_measured_last(spec)}")
    windowed = any(
        isinstance(p, m.Rows) and (p.noun.startswith(WINDOW) or p.noun == COUNTED or SAME in p.conds)
        for p in parts(statement)
    )
    focused = spec.current is not None or spec.loop is not None or spec.call is not None
    if not isinstance(statement, m.Return | m.Define | m.Explain | m.Assign | m.Fail) or (focused and not windowed):
        return statement
    found = _selections((*spec.defs.values(), *(r.value for r in spec.returns)))
    if spec.current is not None:
        found.append(spec.current)
    if spec.current is not None and has(statement, m.Rows, noun=COUNTED):
        counted, spec.current = spec.current, None
        found = [*found[:-1], counted]
    else:
        counted = None
    inside: list[bool] = []
    seen = list(found)

    def rows_of(rows: m.Rows) -> m.Rows:
        if rows.noun == COUNTED and counted is not None:
            return counted
        if rows.noun.startswith(WINDOW):
            return _windowed(found, rows)
        if SAME in rows.conds:
            rows = _same_period(seen, rows)
        plainly = not rows.noun and not rows.owner and not rows.every
        points = rows.noun in {r.source for r in found} or rows.noun == "@them" or plainly
        if rows.source or focused or not found or inside or not points:
            return rows
        plain = msgspec.structs.replace(rows, noun="")
        return within(_one_of(spec, found, "" if rows.noun == "@them" else rows.noun), plain)

    def walk(node: Any) -> Any:
        if isinstance(node, m.Agg) and node.rows is None and not inside and not focused:
            _asked_of_all(found, node)
        if isinstance(node, m.Rows):
            done = rows_of(node)
            if node.source:
                inside.append(True)
            seen.append(done)
            return done
        return rebuilt(node, walk)

    return walk(statement)


def _measured_last(spec: Spec) -> str:
    """Give the one field that what was said last is computed of. Raises ``Doubt``."""
    said = next((r.value for r in spec.returns if key_of(r.name) == spec.last and r.value is not None), None)
    value = said or spec.defs.get(spec.last)
    fields = {p.what.words for p in parts(value) if isinstance(p, m.Agg) and isinstance(p.what, m.Named)}
    if len(fields) != 1:
        raise Doubt("Which field counts like that where it is blank?")
    return fields.pop()


def _selections(node: Any) -> list[m.Rows]:
    """Give the records of a source that aggregates were said to be over, the last one last."""
    if isinstance(node, m.Agg) and node.rows is not None and node.rows.source:
        return [msgspec.structs.replace(node.rows, noun=FEW) if node.limit else node.rows]
    if isinstance(node, tuple):
        return [rows for part in node for rows in _selections(part)]
    return [rows for f in getattr(node, "__struct_fields__", ()) for rows in _selections(getattr(node, f))]


def _asked_of_all(found: list[m.Rows], agg: m.Agg) -> None:
    """Ask whether "the sum of the amounts" is over all, or over those that alone were spoken of so far."""
    of_it = isinstance(agg.what, m.Named) and not agg.what.owner and not agg.what.words.startswith("@")
    narrowed = bool(found) and all(r == found[0] and (r.conds or r.words) for r in found)
    if of_it and narrowed and agg.kind in ("sum", "avg", "max", "min"):
        source = found[0].source
        raise Doubt(f'Is that over all {source}, or only over those spoken of? Say "of all" or "of those".')


def _one_of(spec: Spec, found: list[m.Rows], noun: str) -> m.Rows:
    near = _selections(spec.defs.get(spec.last)) if not noun else []
    fitting = near or [r for r in found if not noun or r.source == noun]
    if any(r != fitting[0] for r in fitting) or fitting[0].noun == FEW:
        raise Doubt(f"Which {noun or 'records'} do you mean? You spoke of several kinds of them. Say it in full.")
    return fitting[0]


def _same_period(seen: list[m.Rows], rows: m.Rows) -> m.Rows:
    """Put in the window of time that other records were looked at in."""
    windows = [(r.source, tuple(c for c in r.conds if _timed(c))) for r in seen]
    told = {w: source for source, w in windows if w}
    if len(told) != 1:
        raise Doubt("Which period do you mean? Please say it in full once more.")
    window, source = next(iter(told.items()))
    here = window if rows.source in ("", source) else tuple(_redated(c) for c in window)
    return msgspec.structs.replace(rows, conds=(*(c for c in rows.conds if c != SAME), *here))


def _timed(cond: m.Cond) -> bool:
    return cond != SAME and (has(cond, (m.Shift, m.Clock, m.Start, m.InYear)) or has(cond, m.Lit, kind="date"))


def _redated(node: Any) -> Any:
    """Let a window be about the one date of other records."""
    if isinstance(node, m.Named):
        return m.Named("@date")
    return rebuilt(node, _redated)


def _windowed(found: list[m.Rows], rows: m.Rows) -> m.Rows:
    """Check that "in those 2 hours" is the window that was spoken of, and give the records in it."""
    _, source, unit, count = rows.noun.split()
    fitting = [r for r in found if r.source == source and (count, unit) in _shifts(r.conds)]
    if not fitting or any(r != fitting[0] for r in fitting):
        raise Doubt(f"Which {count} {unit} do you mean? Please say it in full once more.")
    return within(fitting[0], msgspec.structs.replace(rows, noun=""))


def _shifts(node: Any) -> list[tuple[str, str]]:
    if isinstance(node, Shift):
        return [(node.count.text, node.unit)] if isinstance(node.count, m.Lit) else []
    if isinstance(node, tuple):
        return [s for part in node for s in _shifts(part)]
    return [s for f in getattr(node, "__struct_fields__", ()) for s in _shifts(getattr(node, f))]



