"""Changing every expression of a plan: what the rules that rename and replace have in common."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sopwb.plan import nodes as n
from sopwb.plan.algebra import replaced

Change = Callable[[n.Expr], n.Expr | None]


def rewritten(plan: n.SetPlan, change: Change) -> n.SetPlan:
    """Apply a change to all that a plan's steps and outputs say of the item (see ``algebra.replaced``)."""

    def on(expr: n.Expr) -> n.Expr:
        return replaced(expr, change)

    return msgspec.structs.replace(
        plan,
        steps=tuple(n.Let(s.name, on(s.expr)) if isinstance(s, n.Let) else _gather(s, on) for s in plan.steps),
        faults=tuple(n.Fault(f.code, f.path, on(f.when)) for f in plan.faults),
        forks=tuple(n.Fork(f.path, on(f.then), on(f.other), f.after) for f in plan.forks),
        events=tuple(
            n.Event(e.path, e.op, e.branch, on(e.when), e.after,
                    tuple(part if isinstance(part, str) else on(part) for part in e.text))
            for e in plan.events
        ),
        effects=tuple(
            n.Effect(e.path, e.tool, e.kind, on(e.when), tuple((name, _shape(s, on)) for name, s in e.args), e.on_error)
            for e in plan.effects
        ),
        result=None if plan.result is None else _shape(plan.result, on),
    )  # fmt: skip


def _gather(gather: n.Gather, on: Callable[[n.Expr], n.Expr]) -> n.Gather:
    return msgspec.structs.replace(
        gather,
        on=tuple((ours, on(theirs)) for ours, theirs in gather.on),
        arguments=tuple(map(on, gather.arguments)),
        where=on(gather.where),
        limit=None if gather.limit is None else on(gather.limit),
        order=tuple((on(expr), down) for expr, down in gather.order),
        aggregates=tuple(
            msgspec.structs.replace(
                a,
                expr=None if a.expr is None else on(a.expr),
                keep=on(a.keep),
                order=tuple((on(expr), down) for expr, down in a.order),
            )
            for a in gather.aggregates
        ),
    )


def _shape(shape: n.Shape, on: Callable[[n.Expr], n.Expr]) -> n.Shape:
    if isinstance(shape, n.Leaf):
        return n.Leaf(on(shape.expr))
    present = None if shape.present is None else on(shape.present)
    return n.Tree(tuple((name, _shape(part, on)) for name, part in shape.fields), present)
