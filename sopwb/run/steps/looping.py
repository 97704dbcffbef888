"""The each step: the same steps for every record of a source or element of a list.

An item of the outermost ``each`` is what can fail on its own: with dead letters on it is dropped whole (its
effects and its yield), with all that is nested in it, since anything computed from part of a list would be
wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.run import codes
from sopwb.run.expression import ExpressionFailure
from sopwb.run.hot import Hot
from sopwb.run.identity import item_text
from sopwb.run.inputs import read_key
from sopwb.run.spoken import EachSpeaker, YieldSpeaker
from sopwb.run.state import Cancelled, Ended, Frame, RunFailure, State
from sopwb.run.steps.binding import scan_of
from sopwb.run.steps.block import Compiler, Run
from sopwb.run.steps.by_sets import BySets, RowItem
from sopwb.run.trace import ABSENT, StepInfo

Items = Callable[["Frame", State, "str | None"], Iterator[tuple[str, Value]]]
"""Iterates over (key, element); given a key, over that one only."""
Decide = Callable[[Frame, State], Value]


def compile_each(step: ir.Each, compiler: Compiler) -> Run:
    items = _source_items(step, compiler) if step.source else _list_items(step, compiler)
    decide = _decide(step, compiler)
    info = StepInfo(step.path, "each", EachSpeaker(step))
    name, keeps, script = step.name, step.yield_ is not None, compiler.current
    outermost, nested = _outermost(step, decide), _nested(decide)
    used = name in compiler.used

    def each(frame: Frame, state: State) -> Ended | None:
        outer_keys, outer_item, world = state.keys, state.item, state.world
        yields: Sequence[Value]
        decision = None
        if not outer_keys and step.source and world.sets is not None and not world.items_max:
            assert script is not None, "a step is compiled as part of a script"
            decision = world.sets.decide(step, script, state.prefix, frame)
        if decision is not None and world.only_item is None:
            by_sets = BySets(
                state.prefix + step.path, decision, frame, state, one_item(nested), one_item(outermost)
            )
            count, yields = by_sets.run(keeps and used, keeps), by_sets.yields or ()
        else:
            count, yields = by_rows(frame, state, nested if outer_keys else outermost)
        state.keys, state.item = outer_keys, outer_item
        if keeps and name:
            frame[name] = yields
        state.event((info, state.prefix, state.item, ABSENT, count, "", None))
        return None

    def by_rows(frame: Frame, state: State, one: Decide) -> tuple[int, list[Value]]:
        world, outer_keys, cancelled = state.world, state.keys, state.world.cancelled
        items_max = 0 if outer_keys else world.items_max
        yields: list[Value] = []
        count = 0
        for key, value in items(frame, state, None if outer_keys else world.only_item):
            if cancelled is not None and cancelled():
                raise Cancelled
            if 0 < items_max <= count:
                break
            count += 1
            given = one(_entered(step, frame, state, outer_keys, key, value), state)
            if keeps and used and given is not ABSENT:
                yields.append(given)
        return count, yields

    def one_item(one: Decide) -> RowItem:
        def decide_item(key: str, frame: Frame, state: State) -> None:
            for found, value in items(frame, state, key):
                one(_entered(step, frame, state, (), found, value), state)
            state.keys, state.item = (), ""

        return decide_item

    return each


def _entered(
    step: ir.Each, frame: Frame, state: State, outer_keys: tuple[str, ...], key: str, value: Value
) -> Frame:
    """Go into an item: give its frame."""
    if outer_keys:
        state.keys = (*outer_keys, key)
        state.item = item_text(state.keys)
    else:
        state.keys, state.item = (key,), key
    inner = frame.copy()
    inner[step.as_] = value
    return inner


def _decide(step: ir.Each, compiler: Compiler) -> Decide:
    """Compile what is done for an item: it gives the yield, or ``ABSENT`` where there is none."""
    body = compiler.block(step.do) if step.do else None
    path = f"{step.path}/yield"
    if step.yield_ is None:

        def run_only(frame: Frame, state: State) -> Value:
            if body is not None:
                body(frame, state)
            return ABSENT

        return run_only
    compute = Hot(step.yield_.expr, compiler.context)
    info = StepInfo(path, "yield", YieldSpeaker())

    def run_and_yield(frame: Frame, state: State) -> Value:
        if body is not None:
            body(frame, state)
        try:
            value = compute.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, path) from None
        state.event((info, state.prefix, state.item, ABSENT, value, "", None))
        return value

    return run_and_yield


def _nested(decide: Decide) -> Decide:
    def one(frame: Frame, state: State) -> Value:
        value = decide(frame, state)
        state.trace.spill()
        return value

    return one


def _outermost(step: ir.Each, decide: Decide) -> Decide:
    """Decide an item that stands for itself: its events, its effects and its failure are its own."""

    def one(frame: Frame, state: State) -> Value:
        world, trace, prefix = state.world, state.trace, state.prefix
        trace.begin_item(prefix + step.path, state.item)
        state.items += 1
        if world.dead_letters:
            value = _decide_or_bury(decide, frame, state)
        else:
            value = decide(frame, state)
            trace.end_item()
        if value is not ABSENT and world.results is not None:
            world.results.write(state.item, value)
        if world.progress is not None:
            world.progress(state.items)
        return value

    return one


def _decide_or_bury(decide: Decide, frame: Frame, state: State) -> Value:
    """Decide an item whose failure is its own; it gives ``ABSENT`` where it failed."""
    prefix, keys, item = state.prefix, state.keys, state.item
    state.plan = state.waiting.append
    try:
        value = decide(frame, state)
    except (RunFailure, UserError) as error:
        failure = error if isinstance(error, RunFailure) else RunFailure(*error.diagnostics)
        state.record_failure(failure)
        state.prefix, state.keys, state.item = prefix, keys, item
        state.bury(failure)
        state.trace.end_item(failed=True)
        return ABSENT
    finally:
        state.plan = state.plan_now
    state.release()
    state.trace.end_item()
    return value


def _list_items(step: ir.Each, compiler: Compiler) -> Items:
    """Compile iterating over a list; an element's key is its place, from 0."""
    assert step.over is not None, "each goes over a source or a list"
    over = Hot(step.over.expr, compiler.context)
    path = f"{step.path}/in"

    def items(frame: Frame, state: State, only: str | None) -> Iterator[tuple[str, Value]]:
        try:
            elements = over.run(frame)
        except ExpressionFailure as failure:
            raise state.failed(failure, path) from None
        return ((str(n), element) for n, element in enumerate(elements) if only in (None, str(n)))

    return items


def _source_items(step: ir.Each, compiler: Compiler) -> Items:
    """Compile iterating over a source; a record's key is its own, or its place where the source has no
    key."""
    scan, field = scan_of(step, compiler), step.key
    key_type = scan.need.record.get(field) if field is not None else None

    def items(frame: Frame, state: State, only: str | None) -> Iterator[tuple[str, Value]]:
        if field is None:
            for n, record in enumerate(scan.records(frame, state)):
                if only in (None, str(n)):
                    yield str(n), record
            return
        sought = None
        if only is not None:
            assert key_type is not None, "a keyed each reads its key"
            sought = read_key(key_type, only)
            if sought is None:
                return
        records = scan.records(frame, state, sought)
        before: Value = ABSENT
        for record in records:
            key = record[field]
            if key == before or key is None:
                _refuse_key(step, key, state)
            before = key
            yield key if key.__class__ is str else show(key), record

    return items


def _refuse_key(step: ir.Each, key: Value, state: State) -> NoReturn:
    if key is None:
        raise state.failure(
            codes.CONTRACT_NULL, step.path, f"a record of {step.source} has no {step.key}, its key"
        )
    raise state.failure(
        codes.KEY_TWICE, step.path, f"{step.source} has two records with the {step.key} {show(key)}"
    )
