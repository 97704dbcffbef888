"""Saying a plan: what one query does for all items, as a tree of lines, or why a step runs by rows.

    customers, each by id
    ├─ orders where customer_id = id: count, max(ordered_at), sum(total)
    ├─ regions, the one with code = ref
    ├─ 7 values on 3 levels, 2 branches
    ├─ fails with SOP-R102 at steps/0/do/3/expr
    └─ plans email.send at steps/0/do/5

Deliberately not here: the query's text (``sql``), which a face shows below.
"""

from __future__ import annotations

from sopwb.kernel.values import show
from sopwb.plan import nodes as n
from sopwb.plan.algebra import TRUE

_OPERATORS = {
    "eq": "=", "same": "=", "ne": "!=", "not_same": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "and": "and",
    "or": "or", "add": "+", "sub": "-", "mul": "*", "mod": "%", "concat": "+",
}  # fmt: skip
_SILENT = frozenset({"widen", "rescale", "itself", "default", "narrow"})


def describe(plan: n.SetPlan | n.Unlowered) -> str:
    """Say a plan in lines."""
    if isinstance(plan, n.Unlowered):
        return f"by rows: {plan.reason} (at {plan.path})"
    items = plan.items
    head = f"{items.source}, each by {items.key.field}"
    if items.where != TRUE:
        head += f", where {said(items.where)}"
    lines = [_gather(step) for step in plan.steps if isinstance(step, n.Gather)]
    lets = sum(isinstance(step, n.Let) for step in plan.steps)
    lines.append(f"{_many(lets, 'value')}, {_many(len(plan.forks), 'branch', 'branches')}")
    lines += [f"fails with {fault.code} at {fault.path}" for fault in plan.faults]
    lines += [f"plans {effect.tool} at {effect.path}" for effect in plan.effects]
    marks = ["├─"] * (len(lines) - 1) + ["└─"]
    return "\n".join([head, *(f"{mark} {line}" for mark, line in zip(marks, lines, strict=True))])


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def _gather(gather: n.Gather) -> str:
    on = " and ".join(f"{said(ours)} = {said(theirs)}" for ours, theirs in gather.on)
    where = "" if gather.where == TRUE else said(gather.where)
    if gather.single:
        return f"{gather.source}, the one with {on}" + (f" and {where}" if where else "")
    wanted = ", ".join(dict.fromkeys(map(_aggregate, gather.aggregates)))
    condition = " and ".join(part for part in (on, where) if part)
    given = f", once for each {', '.join(map(said, gather.arguments))}" if gather.arguments else ""
    read = f", read in the order of {gather.index}" if gather.index else ""
    first = "" if gather.limit is None else f", the first {said(gather.limit)} by {_sorted(gather.order)}"
    return f"{gather.source}{' where ' + condition if condition else ''}{first}: {wanted}{given}{read}"


def _sorted(order: tuple[tuple[n.Expr, bool], ...]) -> str:
    return ", ".join(said(expr) + (" desc" if down else "") for expr, down in order)


def _aggregate(aggregate: n.Aggregate) -> str:
    text = aggregate.kind if aggregate.expr is None else f"{aggregate.kind}({said(aggregate.expr)})"
    return text if aggregate.keep == TRUE else f"{text} where {said(aggregate.keep)}"


def said(expr: n.Expr) -> str:
    """Write a plan's expression for people."""
    match expr:
        case n.Literal(value=value):
            return f"'{value}'" if isinstance(value, str) else show(value)
        case n.Param(name=name) | n.Ref(name=name):
            return name
        case n.Column(field=field):
            return field
        case n.Case(whens=whens, default=default):
            arms = "".join(f"{said(test)} ? {said(value)} : " for test, value in whens)
            return f"({arms}{'null' if default is None else said(default)})"
        case n.Call(op=op, args=args):
            if op in _SILENT:
                return said(args[0])
            if op in _OPERATORS and len(args) == 2:
                return f"{said(args[0])} {_OPERATORS[op]} {said(args[1])}"
            if op == "not":
                return f"not ({said(args[0])})"
            return f"{op}({', '.join(map(said, args))})"
