"""Trying an example: runs the script for its inputs on the records that it was recorded with, and compares.

So an example says something of the script alone: neither new data nor another day changes what it came to. Where the
script now asks for records that were not recorded (another source, field or condition), it runs on the data as it is,
at the present instant (or the one that the example names), and can be recorded anew. It is a dry run: tools answer by
their mocks, nothing is done. Deliberately not here: which script is meant, and storing (``handlers.examples``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.app.example_outputs import ExampleRun, ExampleTried, Miss
from sopwb.app.example_text import bare_text, inputs_text
from sopwb.app.examples import Example, Seen, misses, put_recorded, read_expectation, recorded_of
from sopwb.app.execute import Executed, Plan, execute
from sopwb.app.sets import Engines, Sets
from sopwb.app.workspace import zone_of
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.run import codes
from sopwb.run.expression import Context
from sopwb.run.inputs import read_inputs
from sopwb.run.interpret import prepare
from sopwb.run.reads import compare_reads
from sopwb.run.recording import RecordedTables, RecordingTables
from sopwb.tools.deciding import DecidingTools

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench
    from sopwb.store.store import Transaction

_NONCE: Final = "example"
"""Nothing of an example's run is stored under its id, so the same run may have the same id."""


class Subject(msgspec.Struct, frozen=True):
    """The script that examples are tried on. ``wrong`` says why it cannot run at all; then there is no ``script``."""

    name: str
    id: str
    state: str
    script: ir.Script | None
    resolve: Callable[[str], ir.Script]
    wrong: tuple[Diagnostic, ...] = ()


class World(msgspec.Struct, frozen=True):
    """What a run on live data saw: to be kept with the example. ``recorded`` None: too much to keep."""

    now: str
    zone: str
    recorded: dict[str, Any] | None

    def keep(self, tx: Transaction, example: Example) -> Example:
        """Store the records and give the example that has seen them."""
        if self.recorded is None:
            return msgspec.structs.replace(example, seen=None)
        seen = Seen(self.now, self.zone, put_recorded(tx, self.recorded))
        return msgspec.structs.replace(example, seen=seen)


class Trial(msgspec.Struct, frozen=True):
    """What came of an example. ``world`` is there where it ran on live data."""

    tried: ExampleTried
    world: World | None


def try_example(bench: Workbench, subject: Subject, number: int, example: Example, live: bool = False) -> Trial:
    """Run an example. ``live``: on the data as it is, whatever was recorded. Never raises for a user's mistake."""

    def trial(missed: tuple[Miss, ...], done: Executed | None = None, world: World | None = None) -> Trial:
        run = None if done is None else _run_of(done, "recorded" if world is None else "live")
        tried = ExampleTried(subject.name, number, subject.state, example.inputs, example.expect, missed, run)
        return Trial(tried, world)

    if subject.script is None:
        return trial((_cannot("its script does not check", subject.wrong),))
    try:
        expectation = read_expectation(example.expect, subject.script.returns, bench.zone)
        inputs = read_inputs(subject.script.params, example.inputs, bench.zone)
        done = None if live else _on_recorded(bench, subject, subject.script, example, inputs)
        world = None
        if done is None:
            done, world = _on_live(bench, subject, subject.script, example, inputs)
    except UserError as error:
        return trial((_cannot("it cannot run", error.diagnostics),))
    return trial(misses(expectation, done.outcome.result, done.view.error), done, world)


def _run_of(done: Executed, data: str) -> ExampleRun:
    view = done.view
    spoken = tuple(text for line in view.trace for text in line.text.splitlines())
    return ExampleRun(
        data, view.as_of, view.status, view.result, view.effects_total, spoken, view.trace_total, view.trace_hash
    )


def _cannot(why: str, diagnostics: tuple[Diagnostic, ...]) -> Miss:
    return Miss("", "", f"{why}: {diagnostics[0].line()}" if diagnostics else why)


def _on_recorded(
    bench: Workbench, subject: Subject, script: ir.Script, example: Example, inputs: dict[str, Value]
) -> Executed | None:
    """Run it in the world that was recorded; None where that has not all that the script asks for."""
    seen = example.seen
    recorded = recorded_of(bench.store, seen) if seen is not None else None
    zone = zone_of(seen.zone) if seen is not None else None
    if seen is None or recorded is None or zone is None:
        return None
    program = prepare(script, Context(zone=zone), subject.resolve)
    tables = RecordedTables(recorded)
    needs = [need for need in program.reads() if need.name in recorded["sources"]]
    if compare_reads(needs, lambda name: tables.table(name).schema):
        return None
    plan = _plan(subject, inputs, dt.datetime.fromisoformat(seen.now), seen.zone)
    done = execute(plan, program, tables, _tools(bench))
    error = done.view.error
    return None if error is not None and error.code == codes.RECORD_LACKS else done


def _on_live(
    bench: Workbench, subject: Subject, script: ir.Script, example: Example, inputs: dict[str, Value]
) -> tuple[Executed, World]:
    program = prepare(script, Context(zone=bench.zone), subject.resolve)
    differences = compare_reads(program.reads(), bench.environment().source)
    if differences:
        raise UserError(*differences)
    plan = _plan(subject, inputs, bench.instant(example.as_of), bench.zone_name)
    tables, tools = RecordingTables(bench.tables, program.reads()), _tools(bench)
    with Sets(_engines(bench), plan, program, bench.tables, tools, tables.forget) as sets:
        done = execute(plan, program, tables, tools, sets=sets)
        bench.tables.unchanged()
    return done, World(done.view.as_of, bench.zone_name, tables.recorded())


def _engines(bench: Workbench) -> Engines:
    return Engines("auto", 0, bench.cache, keep=False)


def _tools(bench: Workbench) -> DecidingTools:
    return DecidingTools(bench.tools, dry_run=True)


def _plan(subject: Subject, inputs: dict[str, Value], now: dt.datetime, zone: str) -> Plan:
    return Plan(
        name=subject.name,
        script=subject.id,
        inputs=inputs,
        now=now,
        zone_name=zone,
        tzdata="",
        mode="dry_run",
        mocks=(),
        nonce=_NONCE,
        sources=(),
    )


def refusals(tried: ExampleTried) -> tuple[Diagnostic, ...]:
    """Say why a script is not frozen: a diagnostic for each miss of an example that does not hold."""
    name, number = tried.name, tried.number
    given = "".join(f" --input {key}={bare_text(value)}" for key, value in tried.inputs.items() if value is not None)
    today = ", on the data of today, since it now reads what was not recorded" if tried.is_live else ""
    return tuple(
        Diagnostic(
            "SOP-A050",
            f"for {inputs_text(tried.inputs)} {name} must give {miss.words()}{today}",
            path=f"examples/{name}/{number}",
            expected=miss.expected,
            found=miss.found,
            hint=f"its trace: sopwb script test {name} --trace; to expect something else: sopwb script example add "
            f"{name}{given} --expect …; to remove it: sopwb script example remove {name} {number}",
        )
        for miss in tried.missed
    )
