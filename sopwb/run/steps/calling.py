"""The call step: a frozen script in a frame of its own."""

from __future__ import annotations

from sopwb.lang import ir
from sopwb.run.coerce import coercion
from sopwb.run.expression import ExpressionFailure
from sopwb.run.hot import Hot
from sopwb.run.spoken import CallSpeaker
from sopwb.run.state import Ended, Frame, State
from sopwb.run.steps.block import Compiler, Run
from sopwb.run.trace import ABSENT, StepInfo


def compile_call(step: ir.Call, compiler: Compiler) -> Run:
    """Compile a call. Its event comes before those of what it calls, which tell the result."""
    types = {param.name: param.type for param in step.params}
    args = [
        (name, Hot(code.expr, compiler.context), coercion(code.type, types[name]))
        for name, code in step.args
    ]
    run = compiler.callee(step).run
    name, path = step.name, step.path
    info = StepInfo(path, "call", CallSpeaker(step))
    inside = f"{path}/call/"

    def call(frame: Frame, state: State) -> Ended | None:
        given: Frame = {}
        arg = ""
        try:
            for arg, compute, change in args:
                given[arg] = compute.run(frame) if change is None else change(compute.run(frame))
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{path}/args/{arg}") from None
        before = state.prefix
        state.event((info, before, state.item, given, ABSENT, "", None))
        # The prefix stays as it is when a step fails: the failure is told with it, and whoever goes on
        # restores it.
        state.prefix = before + inside
        ended = run({**state.base, **given}, state)
        state.prefix = before
        frame[name] = ended[0] if ended is not None else None
        return None

    return call
