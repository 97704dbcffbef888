"""Statements that change what was said before: which records every value looks at, what each record counts.

Deliberately not here: statements that only add something (``discourse``), and other numbers (``corrections``).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import AMOUNT, AMOUNT_NAMES
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.nodes import has, parts, rebuilt
from sopwb.author.english.spec import Doubt, Spec


def each_counted(spec: Spec, node: Any) -> Any:
    """Let "10 a visit" go by ``visits``, where the script has counted some visits under that name."""
    if isinstance(node, m.Arith) and node.op == "*" and isinstance(node.left, m.Agg) and node.left.kind == "count":
        rows = node.left.rows
        key = key_of(rows.source) if rows is not None and rows == m.Rows(rows.source) else ""
        said = next((r.value for r in spec.returns if key_of(r.name) == key), spec.defs.get(key)) if key else None
        if isinstance(said, m.Agg) and said.kind == "count":
            return msgspec.structs.replace(node, left=m.Named(key))
    return rebuilt(node, lambda part: each_counted(spec, part))


CALENDAR: Final = "calendar months"
"""The unit of months of which it is still open whether they begin on the first of a month."""
SPELLED: Final = "spelled "
"""Begins the remark that says on which day the last such months begin today."""


def spelled(spec: Spec, day: str) -> None:
    """Let "the last 3 calendar months" begin where the person says so. Raises ``Doubt`` where there are none."""
    found = [False]

    def walk(node: Any) -> Any:
        if isinstance(node, m.Shift) and node.unit == CALENDAR:
            found[0] = True
            if not day.endswith("-01"):
                return msgspec.structs.replace(node, unit="months")
            assert isinstance(node.count, m.Lit)
            before = m.Lit("number", str(int(node.count.text) - 1))
            return m.Start("month", msgspec.structs.replace(node, unit="months", count=before))
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    spec.current, spec.loop, spec.bare = walk(spec.current), walk(spec.loop), walk(spec.bare)
    spec.assigns = [walk(a) for a in spec.assigns]
    if not found[0]:
        raise Doubt("Which period is that? I find none that was still open.")


def per_record(spec: Spec, statement: m.PerRecord, names: Names) -> None:
    """Keep what one record counts; weights make a sum of what each record holds."""
    words, value = statement.words, statement.value
    if words in ("@measure", "point"):
        spec.per[words] = value
        return
    assert isinstance(value, m.Cases)
    known = names.texts.get(statement.source, {})
    compares = [a.cond for a in value.arms if isinstance(a.cond, m.Compare)]
    tested = {c.left.words for c in compares if isinstance(c.left, m.Named)}
    fields = [f for f in known if key_of(f) in tested]
    told = bool(fields) and all(
        has(value.arms, text=t) or has(value.arms, words=key_of(t)) for t in known[fields[0]]
    )
    if value.default is None and told:
        value = msgspec.structs.replace(value, default=m.Lit("number", "0"))
    spec.per["@weight"] = value
    if words != "@weight":
        product = m.Arith("*", m.Named("@each @weight"), m.Named("@each @measure"))
        spec.defs[key_of(words)] = m.Agg("sum", product, m.Rows(statement.source, "it"))
        spec.last = key_of(words)
        spec.spoken.append(spec.last)


def widen(spec: Spec, words: str, rows: m.Rows) -> None:
    """Let one value look at all records, whatever narrows the others."""
    key = key_of(words) if words else (spec.spoken or spec.spoken_before or [spec.last])[-1]
    wide = msgspec.structs.replace(rows, every=True, owner=rows.owner or "it")

    def widened(agg: m.Agg) -> m.Agg:
        of_it = agg.rows is None or agg.rows.source in ("", rows.source)
        return msgspec.structs.replace(agg, rows=wide) if of_it else agg

    if not _with_aggregates(spec, key, widened):
        raise Doubt("For which value should all of them count?")


def _with_aggregates(spec: Spec, key: str, change: Callable[[m.Agg], m.Agg]) -> bool:
    """Change every aggregate in the value of a name; gives whether there is such a value."""

    def walk(node: Any) -> Any:
        if isinstance(node, m.Agg) and (changed := change(node)) is not node:
            return changed
        return rebuilt(node, walk)

    at = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == key and r.value is not None), None)
    if at is not None:
        spec.returns[at] = msgspec.structs.replace(spec.returns[at], value=walk(spec.returns[at].value))
    elif key in spec.defs:
        spec.defs[key] = walk(spec.defs[key])
    return at is not None or key in spec.defs


def left_out(spec: Spec, said: m.LeftOut) -> None:
    """Let records not count for one value: every selection of their source in it is narrowed."""
    if said.weight is not None:
        _weighed(spec, said, Decimal(said.weight.text))
        return
    key = key_of(said.words) if said.words != "@avg" else _average_of(spec)
    parts = (*said.rows.conds, *(m.Holds(None, w) for w in said.rows.words))
    cond = m.Not(parts[0] if len(parts) == 1 else m.And(parts))
    hits = [0]

    def narrowed(agg: m.Agg) -> m.Agg:
        of = agg.rows or spec.current or m.Rows()
        if said.rows.source not in ("", of.source or (spec.current.source if spec.current is not None else "")):
            return agg
        hits[0] += 1
        return msgspec.structs.replace(agg, rows=msgspec.structs.replace(of, conds=(*of.conds, cond)))

    _with_aggregates(spec, key, narrowed)
    if not hits[0]:
        raise Doubt(f"{key} is not made of such records. What should they not count for?")


def _average_of(spec: Spec) -> str:
    """Give the one value that is an average. Raises ``Doubt``."""
    said = {**{key_of(r.name): r.value for r in spec.returns}, **spec.defs}
    averages = [key for key, value in said.items() if has(value, m.Agg, kind="avg")]
    if len(averages) != 1:
        raise Doubt("Which average is meant? Please name it.")
    return averages[0]


def break_tie(spec: Spec, second: m.Order) -> None:
    """Say by what those with the same greatest value are told apart. Raises ``Doubt`` where nothing picks one."""
    found = [False]

    def walk(node: Any) -> Any:
        if isinstance(node, m.Agg) and node.kind == "top" and node.what is not None:
            found[0] = True
            by = node.what if second.by == m.Named("@what") else second.by
            return msgspec.structs.replace(node, order=(node.order[0], m.Order(by, second.descending)))
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    if not found[0]:
        raise Doubt("Nothing there is the one with the most of something, so which ones would tie?")


def _weighed(spec: Spec, said: m.LeftOut, weight: Decimal) -> None:
    """Let records count double, or half, for one value: in what it counts or adds up, not where that is named."""
    key = key_of(said.words)
    conds = (*said.rows.conds, *(m.Holds(None, w) for w in said.rows.words))
    values = {**{key_of(r.name): r.value for r in spec.returns if r.value is not None}, **spec.defs}
    hits = [0]

    def more(agg: m.Agg) -> m.Value:
        of = agg.rows or spec.current or m.Rows()
        if agg.kind not in ("count", "sum") or agg.distinct or said.rows.source not in ("", of.source):
            return agg
        hits[0] += 1
        some: m.Value = msgspec.structs.replace(agg, rows=msgspec.structs.replace(of, conds=(*of.conds, *conds)))
        further = abs(weight - 1)
        some = some if further == 1 else m.Arith("*", some, m.Lit("number", str(further)))
        return m.Arith("+" if weight > 1 else "-", agg, some)

    def walk(node: Any) -> Any:
        if isinstance(node, m.Agg):
            return more(node)
        if isinstance(node, m.Named) and node.words != key:
            words = node.words.removeprefix("@per ")
            named = values.get(words)
            if isinstance(named, m.Agg):
                return more(named)
            if words != node.words:
                raise Doubt(f"Of which records is the number of {words}s, some of which should count more?")
            if named is not None and has(named, m.Agg, kind="count"):
                raise Doubt(f"Should they count more for {words} too? Say \"… count double for {words}\" of each.")
        return rebuilt(node, walk)

    value = values.get(key)
    changed = walk(value)
    if not hits[0]:
        raise Doubt(f"{said.words} is not made of such records. What should they count more for?")
    numbers = {Decimal(p.text) for p in parts(value) if isinstance(p, m.Lit) and p.kind == "number"}
    wrong = [n for n in said.shown if Decimal(n) / weight not in numbers]
    if wrong:
        raise Doubt(f"You say that one of them comes to {wrong[0]}, but I do not see how. How is that computed?")
    spec.returns = [msgspec.structs.replace(r, value=None) if key_of(r.name) == key else r for r in spec.returns]
    spec.defs[key] = changed


def narrow_all(spec: Spec, source: str, conds: tuple[m.Cond, ...]) -> bool:
    """Add conditions to every selection of a source that the script makes; tells whether there is one."""
    found = [False]

    def walk(node: Any) -> Any:
        if isinstance(node, m.Rows) and node.source == source and not node.every:
            found[0] = True
            return msgspec.structs.replace(node, conds=(*node.conds, *(c for c in conds if c not in node.conds)))
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    spec.bare = walk(spec.bare)
    spec.current, spec.pick = walk(spec.current), walk(spec.pick)
    spec.assigns = [walk(a) for a in spec.assigns]
    spec.adjusts = [(k, walk(a)) for k, a in spec.adjusts]
    spec.groups = {k: walk(v) for k, v in spec.groups.items()}
    return found[0]


def narrow_current(spec: Spec, conds: tuple[m.Cond, ...]) -> None:
    """Narrow the records in focus, and the same records (or part of them) wherever a value names them in full."""
    current = spec.current
    assert current is not None

    def walk(node: Any) -> Any:
        if isinstance(node, m.Rows) and node.source and _among(node, current):
            return msgspec.structs.replace(node, conds=(*node.conds, *(c for c in conds if c not in node.conds)))
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    spec.bare = walk(spec.bare)
    spec.assigns = [walk(a) for a in spec.assigns]
    spec.current = msgspec.structs.replace(current, conds=(*current.conds, *conds))


def _among(rows: m.Rows, current: m.Rows) -> bool:
    """Whether a selection is the one in focus, or part of it."""
    whose = (rows.source, rows.owner) == (current.source, current.owner) and not rows.every
    return whose and all(c in rows.conds for c in current.conds) and set(current.words) <= set(rows.words)


def same_aggregates(spec: Spec, node: Any) -> Any:
    """Give an aggregate without records those of the one like it that the script has already."""
    if isinstance(node, m.Agg) and node.rows is None:
        like = [
            a
            for a in _aggregates((spec.bare, *spec.defs.values(), *(r.value for r in spec.returns)))
            if (a.kind, a.what) == (node.kind, node.what)
        ]
        return like[0] if len({repr(a) for a in like}) == 1 else node
    return rebuilt(node, lambda part: same_aggregates(spec, part))


def _aggregates(node: Any) -> list[m.Agg]:
    if isinstance(node, m.Agg):
        return [node]
    if isinstance(node, m.Node):
        return [a for f in node.__struct_fields__ for a in _aggregates(getattr(node, f))]
    return [a for p in node for a in _aggregates(p)] if isinstance(node, tuple) else []


def goes_on(spec: Spec, limit: str) -> None:
    """Let a flat price hold beyond its limit too, where another rule says what is added there."""
    flat = spec.defs.get("@open")
    if isinstance(flat, m.Cases) and flat.default is None and len(flat.arms) == 1:
        cond = flat.arms[0].cond
        if isinstance(cond, m.Compare) and cond.op == "<=" and cond.right == m.Lit("number", limit):
            spec.defs["@open"] = flat.arms[0].value
            spec.last = "@open"


def first_free(spec: Spec, words: str, count: m.Value) -> bool:
    """Charge only what lies beyond the first few of a unit, where so much for each of them is charged already."""
    unit, found = words.removeprefix("@free "), [False]

    def measures(node: Any) -> bool:
        match node:
            case m.Clamp(value, m.Lit(_, "0"), None):
                return measures(value)
            case m.Span(kind):
                return kind in (unit, unit + "s")
            case m.Named(name):
                return name in ("@per " + unit, unit) or (unit == "day" and name in ("@late", "day late", "late day"))
            case m.Agg("count", None, m.Rows(source)):
                return key_of(source) == unit
        return False

    def beyond(node: m.Value) -> m.Value:
        found[0] = True
        return m.Clamp(m.Arith("-", node, count), low=m.Lit("number", "0"))

    def walk(node: Any) -> Any:
        if isinstance(node, m.Arith) and node.op == "*":
            sides = (beyond(s) if measures(s) else walk(s) for s in (node.left, node.right))
            return m.Arith("*", next(sides), next(sides))
        return rebuilt(node, walk)

    defs, returns = {k: walk(v) for k, v in spec.defs.items()}, [walk(r) for r in spec.returns]
    if found[0]:
        spec.defs, spec.returns = defs, returns
    return found[0]


def of_money(spec: Spec, change: m.Adjust) -> m.Adjust:
    """Let a change of "@amount" be one of the one returned amount. Raises ``Doubt`` where there are more, or none."""
    if change.words != AMOUNT:
        return change
    fields = [r.name for r in spec.returns if words_of(r.name)[-1] in AMOUNT_NAMES]
    if len(fields) > 1 or (not fields and len(spec.returns) > 1):
        raise Doubt("Which amount does that change? Please name it.", tuple((r.name, r.name) for r in spec.returns))
    return msgspec.structs.replace(change, words=key_of(fields[0]) if fields else "")
