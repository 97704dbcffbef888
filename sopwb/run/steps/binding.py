"""Steps that compute: fetch, math, if and return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.run import codes
from sopwb.run.coerce import coercion
from sopwb.run.expression import ExpressionFailure, show_with_values
from sopwb.run.hot import Hot
from sopwb.run.scan import Record, Scan
from sopwb.run.spoken import FetchSpeaker, IfSpeaker, MathSpeaker, ReturnSpeaker
from sopwb.run.state import Ended, Frame, RunFailure, State
from sopwb.run.steps.block import Compiler, Run
from sopwb.run.trace import ABSENT, StepInfo


def scan_of(step: ir.Fetch | ir.Each, compiler: Compiler) -> Scan:
    """Compile the reading of a step's source."""
    bound = step.name if isinstance(step, ir.Fetch) else step.as_
    whole = bool(compiler.escaping & {bound, "it"})
    return Scan(step, compiler.needs[step.source], whole, compiler.context)


def compile_fetch(step: ir.Fetch, compiler: Compiler) -> Run:
    scan = scan_of(step, compiler)
    limit = Hot(step.limit.expr, compiler.context) if step.limit is not None else None
    fields, name, one, path = step.fields, step.name, step.one, step.path
    info = StepInfo(path, "fetch", FetchSpeaker(step))

    def limited(records: Iterator[Record], frame: Frame, state: State) -> Iterator[Record]:
        assert limit is not None, "only called with a limit"
        try:
            most = limit.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{path}/limit") from None
        if most < 0:
            raise state.failure(codes.LIMIT_NEGATIVE, f"{path}/limit", f"the limit is {most}")
        return islice(records, most)

    def fetch(frame: Frame, state: State) -> Ended | None:
        records = scan.records(frame, state)
        if limit is not None:
            records = limited(records, frame, state)
        found: list[Record]
        if not one:
            found = list(records)
        else:
            found = list(islice(records, 2))
            if len(found) == 2:
                if not step.order_by:
                    raise _several(step, compiler, frame, state)
                del found[1]
            elif not found and one == "required":
                raise _not_found(step, compiler, frame, state)
        if fields:
            found = [{field: record[field] for field in fields} for record in found]
        bound: Value = found if not one else found[0] if found else None
        frame[name] = bound
        state.event((info, state.prefix, state.item, ABSENT, len(found), "", frame))
        return None

    return fetch


def _sought(step: ir.Fetch, compiler: Compiler, frame: Frame) -> str:
    """Say which records were sought: the condition, and what the names in it were."""
    if step.where is None:
        return ""
    text, values = show_with_values(step.where.expr, frame, compiler.context)
    return f" where {text}" + (f" ({values})" if values not in (text, "") else "")


def _not_found(step: ir.Fetch, compiler: Compiler, frame: Frame, state: State) -> RunFailure:
    return state.failure(
        codes.NOT_FOUND, step.path, f"there is no record of {step.source}{_sought(step, compiler, frame)}"
    )


def _several(step: ir.Fetch, compiler: Compiler, frame: Frame, state: State) -> RunFailure:
    message = f"there are several records of {step.source}{_sought(step, compiler, frame)}"
    return state.failure(codes.SEVERAL_FOUND, step.path, message, hint="order_by would say which one")


def compile_maths(steps: Sequence[ir.Math], compiler: Compiler) -> Run:
    """Compile math steps that stand one after the other: a closure for each would cost as much as a sum does."""
    parts = [
        (StepInfo(step.path, "math", MathSpeaker(step)), Hot(step.code.expr, compiler.context), step.name)
        for step in steps
    ]

    def math(frame: Frame, state: State) -> Ended | None:
        event, prefix, item = state.event, state.prefix, state.item
        for info, compute, name in parts:
            try:
                value = compute.run(frame)
            except ExpressionFailure as failure:
                raise state.failed(failure, f"{info.path}/expr") from None
            frame[name] = value
            event((info, prefix, item, ABSENT, value, "", None))
        return None

    return math


def compile_if(step: ir.If, compiler: Compiler) -> Run:
    test = Hot(step.cond.expr, compiler.context)
    then = compiler.block(step.then)
    other = compiler.block(step.else_) if step.else_ else None
    path = step.path
    info = StepInfo(path, "if", IfSpeaker(step, compiler.context))

    def branch(frame: Frame, state: State) -> Ended | None:
        try:
            holds = test.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{path}/cond") from None
        if holds:
            state.event((info, state.prefix, state.item, ABSENT, ABSENT, "then", frame))
            return then(frame, state)
        state.event((info, state.prefix, state.item, ABSENT, ABSENT, "else", frame))
        return other(frame, state) if other is not None else None

    return branch


def compile_return(step: ir.Return, compiler: Compiler) -> Run:
    compute = Hot(step.value.expr, compiler.context)
    change = coercion(step.value.type, compiler.returns) if compiler.returns is not None else None
    path = step.path
    info = StepInfo(path, "return", ReturnSpeaker())

    def give(frame: Frame, state: State) -> Ended | None:
        try:
            value = compute.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{path}/value") from None
        if change is not None:
            value = change(value)
        state.event((info, state.prefix, state.item, ABSENT, value, "", None))
        return (value,)

    return give
