"""Explaining how a batch could run as one query: the set plan of each loop over a source, or why it runs by rows.

In this version batches run by rows; the set engine plans and is held equal to the rows by tests. Nothing is run here:
the sources are loaded and measured, since a plan depends on what they hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.app.commands import ExplainPlan
from sopwb.app.compiling import resolver
from sopwb.app.handlers.running import deciding_tools, find_target, prepare_target
from sopwb.app.outputs import AnyOutput, LoopPlan, PlanView
from sopwb.lang import ir
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
    if bound:
        why = f"it may use {', '.join(bound)}, which are known only while running"
        return LoopPlan(each.path, each.source, False, f"by rows: {why} (at {each.path})")
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
            return LoopPlan(each.path, each.source, False, text)
        try:
            return LoopPlan(each.path, each.source, True, text, render(plan).sql)
        except CannotLower as reason:
            return LoopPlan(each.path, each.source, False, f"by rows: {reason.reason} (at {each.path})")
