"""Put a value that is used once in the place where it is used: fewer levels of the query, the same work.

What a gather needs of the item keeps its name, for gathers are joined by names.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from sopwb.kernel.limits import SET_INLINE_PARTS_MAX
from sopwb.plan import nodes as n
from sopwb.plan.algebra import replaced, walk
from sopwb.plan.rules.drop_unused import gather_inputs, outputs
from sopwb.plan.rules.rewrite import rewritten


def inline_once(plan: n.SetPlan) -> n.SetPlan:
    """Apply the rule."""
    uses: Counter[str] = Counter()
    kept: set[str] = set()
    for expr in outputs(plan):
        _count(expr, uses)
    for step in plan.steps:
        if isinstance(step, n.Let):
            _count(step.expr, uses)
            continue
        for expr in gather_inputs(step):
            _count(expr, uses)
            kept |= {part.name for part in walk(expr) if isinstance(part, n.Ref)}
    values: dict[str, n.Expr] = {}

    def change(expr: n.Expr) -> n.Expr | None:
        return values.get(expr.name) if isinstance(expr, n.Ref) else None

    steps: list[n.Let | n.Gather] = []
    for step in plan.steps:
        if isinstance(step, n.Gather):
            steps.append(step)
            continue
        value = replaced(step.expr, change)
        small = sum(1 for _ in walk(value)) <= SET_INLINE_PARTS_MAX
        if uses[step.name] == 1 and step.name not in kept and small:
            values[step.name] = value
        else:
            steps.append(n.Let(step.name, value))
    return rewritten(msgspec.structs.replace(plan, steps=tuple(steps)), change)


def _count(expr: n.Expr, uses: Counter[str]) -> None:
    uses.update(part.name for part in walk(expr) if isinstance(part, n.Ref))
