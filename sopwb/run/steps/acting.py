"""Steps that speak to the world: tool, say and fail. Here too nothing is done: effects are planned."""

from __future__ import annotations

from sopwb.lang import ir
from sopwb.run import codes
from sopwb.run.effects import EffectState
from sopwb.run.expression import ExpressionFailure
from sopwb.run.hot import Hot
from sopwb.run.identity import effect_key
from sopwb.run.ports import PlannedEffect
from sopwb.run.spoken import FailSpeaker, SaySpeaker, ToolSpeaker
from sopwb.run.state import Ended, Frame, State
from sopwb.run.steps.block import Compiler, Run
from sopwb.run.trace import ABSENT, StepInfo

ORDINAL: int = 0
"""A step runs once an item (an item of a list has its place as key), so each effect of it is the first of its
path."""


def compile_tool(step: ir.Tool, compiler: Compiler) -> Run:
    """Compile a tool's step: it is planned, and its name bound to what the tools' port gives for now.

    Pure tools are planned too: a reviewer sees that a code will be made, not only its placeholder in a mail. An
    observation has happened when it is decided."""
    args = [(name, Hot(code.expr, compiler.context)) for name, code in step.args]
    tool, kind, name, own_path = step.tool, step.kind, step.name, step.path
    is_effect, on_error = kind == "effect", step.on_error
    info = StepInfo(own_path, "tool", ToolSpeaker(step), effect=tool)

    def plan(frame: Frame, state: State) -> Ended | None:
        given: Frame = {}
        arg = ""
        try:
            for arg, compute in args:
                given[arg] = compute.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{own_path}/args/{arg}") from None
        world, path = state.world, state.prefix + own_path
        mocked = world.tools.mocked(tool)
        effect = PlannedEffect(
            key=effect_key(world.run_id, state.item, path, ORDINAL),
            tool=tool,
            item=state.item,
            path=path,
            ordinal=ORDINAL,
            args=given,
            kind=kind,
            state=(EffectState.MOCKED if mocked else EffectState.PLANNED).value,
            on_error=on_error,
        )
        value = world.tools.decide(effect)
        if kind != "observe":
            state.plan(effect)
        if name:
            frame[name] = value
        # What a server replies is not the script's doing, so an effect's event has no out.
        state.event((info, state.prefix, state.item, given, ABSENT if is_effect else value, "", None))
        return None

    return plan


def compile_say(step: ir.Say, compiler: Compiler) -> Run:
    compute = Hot(step.text.expr, compiler.context)
    path = step.path
    info = StepInfo(path, "say", SaySpeaker())

    def say(frame: Frame, state: State) -> Ended | None:
        try:
            text = compute.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{path}/text") from None
        state.event((info, state.prefix, state.item, ABSENT, text, "", None))
        return None

    return say


def compile_fail(step: ir.Fail, compiler: Compiler) -> Run:
    compute = Hot(step.message.expr, compiler.context)
    path = step.path
    info = StepInfo(path, "fail", FailSpeaker())

    def fail(frame: Frame, state: State) -> Ended | None:
        try:
            message = compute.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{path}/message") from None
        state.event((info, state.prefix, state.item, ABSENT, message, "", None))
        raise state.failure(codes.SCRIPT_FAILED, path, message)

    return fail
