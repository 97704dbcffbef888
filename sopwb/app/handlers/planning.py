"""Explaining how a batch runs: the set plan of each loop over a source with its SQL, or which step makes it run by
rows, why, and what that costs.

Nothing is run here: the sources are loaded and measured, since a plan depends on what they hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.app.commands import ExplainPlan
from sopwb.app.compiling import resolver
from sopwb.app.handlers.running import deciding_tools, find_target, prepare_target
from sopwb.app.outputs import AnyOutput, LoopPlan, PlanView
from sopwb.kernel.limits import ROW_ITEM_US
from sopwb.lang import ir
from sopwb.run.escapes import used_names
from sopwb.run.inputs import read_inputs

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def explain_plan(bench: Workbench, command: ExplainPlan) -> AnyOutput:
    """Plan every outermost loop over a source of a script, with the inputs that it is given."""
    target = find_target(bench, command.ref, draft=False)
    program = prepare_target(bench, target)
    now = bench.instant(command.as_of)
    outer: dict[str, Any] = {
        **read_inputs(target.script.params, {**target.inputs, **command.inputs}, bench.zone),
        "now": now,
        "today": now.astimezone(bench.zone).date(),
    }
    loops: list[LoopPlan] = []
    bound: list[str] = []
    for step in target.script.steps:
        if isinstance(step, ir.Each) and step.source:
            loops.append(_plan(bench, step, program, outer, bound))
        elif isinstance(step, (ir.Fetch, ir.Math, ir.Call)) and step.name:
            bound.append(step.name)
    return PlanView(target.name, tuple(loops))


def _plan(bench: Workbench, each: ir.Each, program: Any, outer: dict[str, Any], bound: list[str]) -> LoopPlan:
    late = used_names((each,)) & set(bound)
    if late:
        why = f"it uses {', '.join(sorted(late))}, which are known only while running: it is planned then"
        return LoopPlan(each.path, each.source, False, why)
    from sopwb.data.duckdb.decide import plan_of
    from sopwb.data.duckdb.session import Session
    from sopwb.plan.describe import describe
    from sopwb.plan.nodes import CannotLower, Unlowered
    from sopwb.plan.sql.render import render

    with Session() as session:
        plan = plan_of(
            session,
            each,
            program.script,
            resolver(bench),
            program.reads(),
            bench.tables,
            outer,
            bench.zone,
            deciding_tools(bench, "dry_run", ()),
            traced=False,
        )
        text = describe(plan)
        if isinstance(plan, Unlowered):
            return _by_rows(bench, each, text)
        try:
            return LoopPlan(each.path, each.source, True, text, render(plan).sql)
        except CannotLower as reason:
            return _by_rows(bench, each, f"by rows: {reason.reason} (at {each.path})")


def _by_rows(bench: Workbench, each: ir.Each, text: str) -> LoopPlan:
    items = bench.tables.table(each.source).count()
    seconds = items * ROW_ITEM_US / 1e6
    cost = f"about {seconds:,.0f} s" if seconds >= 1 else "under a second"
    return LoopPlan(each.path, each.source, False, f"{text}\n{items:,} items by rows take {cost}")
