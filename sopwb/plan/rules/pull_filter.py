"""Look only at the records that count: where every aggregate of a gather has the same filter, the gather has it.

An item without such records then finds nothing, which is what its aggregates say: counts and sums are 0 by default.
Not where a gather takes the first records only, for it takes them before the filter.
"""

from __future__ import annotations

import msgspec

from sopwb.plan import nodes as n
from sopwb.plan.algebra import TRUE, both


def pull_filter(plan: n.SetPlan) -> n.SetPlan:
    """Apply the rule."""
    return msgspec.structs.replace(plan, steps=tuple(map(_pulled, plan.steps)))


def _pulled(step: n.Let | n.Gather) -> n.Let | n.Gather:
    if isinstance(step, n.Let) or step.single or not step.aggregates or step.limit is not None:
        return step
    keep = step.aggregates[0].keep
    if keep == TRUE or any(aggregate.keep != keep for aggregate in step.aggregates):
        return step
    bare = tuple(msgspec.structs.replace(aggregate, keep=TRUE) for aggregate in step.aggregates)
    return msgspec.structs.replace(step, where=both(step.where, keep), aggregates=bare)
