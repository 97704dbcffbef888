"""Leave out values that nothing needs: lets, aggregates, and gathers none of whose columns are used."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sopwb.plan import nodes as n
from sopwb.plan.algebra import refs


def outputs(plan: n.SetPlan) -> Iterator[n.Expr]:
    """Iterate over the expressions that a plan is there for."""
    for fault in plan.faults:
        yield fault.when
    for fork in plan.forks:
        yield fork.then
        yield fork.other
    for event in plan.events:
        yield event.when
        yield from (part for part in event.text if not isinstance(part, str))
    for effect in plan.effects:
        yield effect.when
        for _, shape in effect.args:
            yield from leaves(shape)
    if plan.result is not None:
        yield from leaves(plan.result)


def leaves(shape: n.Shape) -> Iterator[n.Expr]:
    """Iterate over the expressions of a result."""
    if isinstance(shape, n.Leaf):
        yield shape.expr
        return
    if shape.present is not None:
        yield shape.present
    for _, part in shape.fields:
        yield from leaves(part)


def gather_inputs(gather: n.Gather) -> Iterator[n.Expr]:
    """Iterate over what a gather needs of the item."""
    for _, theirs in gather.on:
        yield theirs
    yield from gather.arguments


def drop_unused(plan: n.SetPlan) -> n.SetPlan:
    """Apply the rule, from the last step to the first."""
    needed: set[str] = set()
    for expr in outputs(plan):
        needed |= refs(expr)
    kept: list[n.Let | n.Gather] = []
    for step in _by_need(plan.steps):
        if isinstance(step, n.Let):
            if step.name in needed:
                needed |= refs(step.expr)
                kept.append(step)
            continue
        wanted = tuple(a for a in step.aggregates if a.name in needed)
        if wanted:
            kept.append(msgspec.structs.replace(step, aggregates=wanted))
            for expr in gather_inputs(step):
                needed |= refs(expr)
    return msgspec.structs.replace(plan, steps=tuple(reversed(kept)))


def _by_need(steps: tuple[n.Let | n.Gather, ...]) -> list[n.Let | n.Gather]:
    """List steps so that each comes before all that it needs.

    A gather grows after its place, but what it needs of the item never does, so the order of steps is one.
    """
    return list(reversed(steps))
