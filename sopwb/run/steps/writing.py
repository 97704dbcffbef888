"""The write step: a change of one record is planned, with what the record was when it was decided.

What the record was (its fields that the script reads or writes) goes into the plan, so that a change made from values
that are no longer so is refused when it is done, and a person sees what becomes what. A record that is there already,
or is not there, is an error of its item now: nothing has been done yet. All writes of a run are decided against the
sources as they were when it began; none sees another. Deliberately not here: changing anything (``sopwb.data``).
"""

from __future__ import annotations

from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.run import codes
from sopwb.run.effects import EffectState
from sopwb.run.expression import ExpressionFailure
from sopwb.run.hot import Hot
from sopwb.run.identity import effect_key
from sopwb.run.ports import PlannedEffect
from sopwb.run.spoken import WriteSpeaker
from sopwb.run.state import Ended, Frame, State
from sopwb.run.steps.acting import ORDINAL
from sopwb.run.steps.block import Compiler, Run
from sopwb.run.trace import ABSENT, StepInfo


def compile_write(step: ir.Write, compiler: Compiler) -> Run:
    """Compile a write. Its effect's arguments are ``mode``, ``key``, ``record`` (values by field; none for a delete)
    and ``before`` (null where there was no record; none for an insert)."""
    compute_key = Hot(step.key.expr, compiler.context)
    values = [(name, Hot(code.expr, compiler.context)) for name, code in step.record]
    mode, own_path, tool, on_error = step.mode, step.path, step.tool, step.on_error
    seen = tuple(name for name in compiler.needs[step.source].record.names() if name != step.field)
    info = StepInfo(own_path, "write", WriteSpeaker(step), effect=tool)

    def plan(frame: Frame, state: State) -> Ended | None:
        record: dict[str, Value] = {}
        place = "key"
        try:
            key = compute_key.run(frame)
            for name, compute in values:
                place = f"record/{name}"
                record[name] = compute.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{own_path}/{place}") from None
        given: Frame = {"mode": mode, "key": key}
        if mode != "delete":
            given["record"] = record
        found = _found(step, key, state)
        args = given
        if mode != "insert":
            args = {**given, "before": None if found is None else {name: found[name] for name in seen}}
        world, path = state.world, state.prefix + own_path
        planned = EffectState.MOCKED if world.tools.mocked(tool) else EffectState.PLANNED
        key_ = effect_key(world.run_id, state.item, path, ORDINAL)
        state.plan(
            PlannedEffect(key_, tool, state.item, path, ORDINAL, args, "effect", planned.value, on_error)
        )
        state.event((info, state.prefix, state.item, given, ABSENT, "", None))
        return None

    return plan


def _found(step: ir.Write, key: Value, state: State) -> dict[str, Value] | None:
    """Find the record as it is now. One that an insert would make again, or that is not there, is a failure."""
    found = next(state.world.tables.table(step.source).matching(step.field, key), None)
    if found is None and step.mode in ("update", "delete"):
        raise state.failure(
            codes.RECORD_MISSING, f"{step.path}/key", f"{step.source} has no record with the {step.field} {show(key)}"
        )
    if found is not None and step.mode == "insert":
        raise state.failure(
            codes.RECORD_THERE,
            f"{step.path}/key",
            f"{step.source} has a record with the {step.field} {show(key)} already",
        )
    return found
