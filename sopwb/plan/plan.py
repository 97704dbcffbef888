"""Planning: an ``each`` over a source → the one query that decides all of its items, or why there is none.

    typed steps ─ inline_calls ─► steps of one script ─ build ─► set plan ─ RULES ─► set plan

Deliberately not here: SQL (``sql``), executing (``sopwb.data.duckdb``), and everything of a script that is not
inside of the ``each``: that runs by rows, once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import msgspec

from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.lang.types import RecordType, is_optional
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, NULL, TRUE, sorting
from sopwb.plan.cells import cell_of, rounded
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering.exact import Part, exact
from sopwb.plan.lowering.expressions import lower, lower_scalar
from sopwb.plan.lowering.fetches import record_of
from sopwb.plan.lowering.forms import Form, Record, Unusable
from sopwb.plan.lowering.scope import Query, Scope
from sopwb.plan.lowering.steps import Replies, Steps, shape
from sopwb.plan.lowering.texts import string
from sopwb.plan.nodes import CannotLower, SetPlan, Unlowered
from sopwb.plan.rules.drop_unused import drop_unused
from sopwb.plan.rules.fuse_gathers import fuse_gathers
from sopwb.plan.rules.inline_calls import Located, Resolve, inline_calls
from sopwb.plan.rules.inline_once import inline_once
from sopwb.plan.rules.pull_filter import pull_filter
from sopwb.plan.rules.read_in_order import read_in_order

Rule = Callable[[SetPlan], SetPlan]

RULES: Final[tuple[Rule, ...]] = (
    fuse_gathers,
    drop_unused,
    inline_once,
    drop_unused,
    pull_filter,
    read_in_order,
)
"""What makes a plan smaller, in this order; each is one file of ``rules`` and keeps a plan's meaning."""


def plan_each(
    each: ir.Each,
    script: ir.Script,
    resolve: Resolve,
    sources: dict[str, SourceFacts],
    outer: dict[str, Value],
    zone: dt.tzinfo,
    replies: Replies,
    prefix: str = "",
    traced: bool = True,
) -> SetPlan | Unlowered:
    """Plan an ``each`` of ``script`` over a source. Gives an ``Unlowered`` where it has to run by rows.

    ``traced``: with the events of the trace, which costs about as much again as the query.

    ``outer`` holds the values of the names bound before it, with ``now`` and ``today``; ``sources`` the facts of
    every source that it and what it calls read; ``prefix`` the path of the call that the script is run by.
    """
    try:
        wide = {name: facts.rounded() for name, facts in sources.items()}
        plan = _build(each, script, resolve, wide, outer, zone, replies, prefix)
    except CannotLower as reason:
        return Unlowered(reason.path or prefix + each.path, reason.reason)
    except RecursionError:
        return Unlowered(prefix + each.path, "it is nested too deeply")
    if not traced:
        plan = msgspec.structs.replace(plan, events=())
    for rule in RULES:
        plan = rule(plan)
    return plan


def _build(
    each: ir.Each,
    script: ir.Script,
    resolve: Resolve,
    sources: dict[str, SourceFacts],
    outer: dict[str, Value],
    zone: dt.tzinfo,
    replies: Replies,
    prefix: str,
) -> SetPlan:
    if not each.source:
        raise CannotLower("it goes over a list")
    steps = inline_calls(each, script, resolve, prefix)
    promised = {need.name: need.record for need in script.reads}
    _check_promises(sources[each.source], promised[each.source])
    _check_steps(steps, sources)
    query = Query(sources, zone)
    names: dict[str, Form] = {name: _outer(name, value) for name, value in outer.items()}
    items, record = _items(each, query, names, sources[each.source], promised[each.source])
    key = string(items.key)
    names[each.as_] = record
    item: list[Part] = [query.let(part) for part in exact(key) if not isinstance(part, str)]
    lowered = Steps(query, names, items, item, replies)
    lowered.block(steps)
    path = prefix + each.path
    result: n.Shape | None = None
    if each.yield_ is not None and lowered.live != FALSE:
        try:
            form = lower(each.yield_.expr, lowered.scope(f"{path}/yield"))
            lowered.event("yield", f"{path}/yield", out=form)
            result = shape(form)
        except CannotLower as reason:
            raise CannotLower(reason.reason, reason.path or f"{path}/yield") from None
    return SetPlan(
        path, items, tuple(query.steps), tuple(query.faults), tuple(query.forks), tuple(query.events),
        tuple(query.effects), result, tuple((name, facts.rows) for name, facts in sources.items()),
        tuple((name, facts.indexed) for name, facts in sources.items()),
    )  # fmt: skip


def _outer(name: str, value: Value) -> Form:
    """Give the form of a name bound outside: scalars are parameters of the query."""
    if value is None:
        return NULL
    if isinstance(value, dict):
        return Record({field: _outer(f"{name}.{field}", item) for field, item in value.items()})
    if isinstance(value, list | tuple):
        return Unusable("a list from outside of the items")
    cell = cell_of(value)
    if cell.kind == "decimal" and not cell.fits_decimal():
        return Unusable("a decimal has more than 38 digits")
    return n.Param(rounded(cell), name)


def _items(
    each: ir.Each, query: Query, names: dict[str, Form], facts: SourceFacts, promised: RecordType
) -> tuple[n.Items, Record]:
    if each.key is None:
        # Known by its place, an item could be explained only by reading the source from its beginning.
        raise CannotLower(f"{facts.name} has no key")
    cell = facts.cell(each.key)
    if cell is None or cell.kind not in ("string", "int", "date", "bool"):
        raise CannotLower(f"the key of {facts.name} is not a text, an int, a date or a bool")
    key = n.Column(cell.with_null(False), "item", each.key)
    record = record_of(facts, promised, "item")
    record.fields[each.key] = key
    scope = Scope(query, {**names, "it": record}, f"{each.path}/where", row="item")
    where = TRUE if each.where is None else lower_scalar(each.where.expr, scope)
    order = sorting((lower_scalar(o.code.expr, scope), o.descending) for o in each.order_by)
    return n.Items(each.source, key, where, order), record


def _check_steps(steps: tuple[Located, ...], sources: dict[str, SourceFacts]) -> None:
    for step in steps:
        if step.promised is not None and isinstance(step.step, ir.Fetch):
            try:
                _check_promises(sources[step.step.source], step.promised)
            except CannotLower as reason:
                raise CannotLower(reason.reason, step.path) from None
        for inside in (step.then, step.other, step.body):
            _check_steps(inside, sources)


def _check_promises(facts: SourceFacts, promised: RecordType) -> None:
    """Leave records that may lack a promised value to the rows: they say which record it is."""
    for name, wanted in promised.fields:
        live = facts.record.get(name)
        if live is not None and is_optional(live) and not is_optional(wanted) and _has_nulls(facts, name):
            raise CannotLower(f"{facts.name}.{name} has nulls now, and the script was promised that it has none")


def _has_nulls(facts: SourceFacts, name: str) -> bool:
    cell = facts.cell(name)
    return cell is None or cell.nullable
