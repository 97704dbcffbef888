"""Make one gather of several that look at the same records for the same items."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sopwb.plan import nodes as n
from sopwb.plan.algebra import replaced
from sopwb.plan.rules.rewrite import rewritten


def fuse_gathers(plan: n.SetPlan) -> n.SetPlan:
    """Apply the rule."""
    steps: list[n.Let | n.Gather] = []
    names: dict[str, str] = {}
    places: dict[object, int] = {}
    for step in plan.steps:
        if isinstance(step, n.Let):
            steps.append(n.Let(step.name, replaced(step.expr, _renaming(names))))
            continue
        gather = _renamed(step, _renaming(names))
        key = (gather.source, _as("", gather.on, gather.row), _as("", gather.where, gather.row), gather.single,
               gather.arguments, gather.limit, _as("", gather.order, gather.row))  # fmt: skip
        place = places.get(key)
        if place is None:
            places[key] = len(steps)
            steps.append(gather)
            continue
        first = steps[place]
        assert isinstance(first, n.Gather)
        steps[place] = _joined(first, gather, names)
    done = msgspec.structs.replace(plan, steps=tuple(steps))
    return rewritten(done, _renaming(names)) if names else plan


def _joined(first: n.Gather, other: n.Gather, names: dict[str, str]) -> n.Gather:
    aggregates = list(first.aggregates)
    known = {_what(a): a.name for a in aggregates}
    for aggregate in other.aggregates:
        moved = _aggregate(aggregate, _moving(other.row, first.row))
        found = known.get(_what(moved))
        if found is None:
            found = f"{first.name}a{len(aggregates)}x"
            known[_what(moved)] = found
            aggregates.append(msgspec.structs.replace(moved, name=found))
        names[aggregate.name] = found
    return msgspec.structs.replace(first, aggregates=tuple(aggregates))


def _what(aggregate: n.Aggregate) -> n.Aggregate:
    return msgspec.structs.replace(aggregate, name="")


Change = Callable[[n.Expr], n.Expr | None]


def _renaming(names: dict[str, str]) -> Change:
    return lambda expr: n.Ref(expr.cell, names[expr.name]) if isinstance(expr, n.Ref) and expr.name in names else None


def _moving(before: str, after: str) -> Change:
    def move(expr: n.Expr) -> n.Expr | None:
        if isinstance(expr, n.Column) and expr.of == before:
            return n.Column(expr.cell, after, expr.field)
        return None

    return move


def _as(row: str, what: object, before: str) -> object:
    if isinstance(what, tuple):
        return tuple(_as(row, part, before) for part in what)
    if isinstance(what, bool):
        return what
    assert isinstance(what, n.Expr)
    return replaced(what, _moving(before, row))


def _aggregate(aggregate: n.Aggregate, change: Change) -> n.Aggregate:
    return msgspec.structs.replace(
        aggregate,
        expr=None if aggregate.expr is None else replaced(aggregate.expr, change),
        keep=replaced(aggregate.keep, change),
        order=tuple((replaced(expr, change), down) for expr, down in aggregate.order),
    )


def _renamed(gather: n.Gather, change: Change) -> n.Gather:
    return msgspec.structs.replace(
        gather,
        on=tuple((replaced(a, change), replaced(b, change)) for a, b in gather.on),
        where=replaced(gather.where, change),
        limit=None if gather.limit is None else replaced(gather.limit, change),
        order=tuple((replaced(expr, change), down) for expr, down in gather.order),
        aggregates=tuple(_aggregate(a, change) for a in gather.aggregates),
        arguments=tuple(replaced(a, change) for a in gather.arguments),
    )
