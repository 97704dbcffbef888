"""Running: finds what is meant, checks that it may run, executes it, and records the run.

What may run: a job (with its inputs, mocks and consent), a frozen script, and a draft, which is never run for real.
Before anything is decided the data is compared with what the script was checked for, and every tool that would have to
act is made ready. What is decided is journaled as it is decided; acting on it is ``handlers.acting``'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sopwb.app.acting.consent import Allowance, need_used, read_allowances
from sopwb.app.commands import RunScript
from sopwb.app.compiling import compile_draft, compile_frozen, resolver
from sopwb.app.execute import NONCE_BYTES, Executed, Keep, Leaving, Plan, Ran, execute
from sopwb.app.outputs import AnyOutput, RunView
from sopwb.app.recording import record_run
from sopwb.app.sets import Engines, Sets
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.lang import ir
from sopwb.run.expression import Context
from sopwb.run.inputs import read_inputs
from sopwb.run.interpret import Program, prepare
from sopwb.run.reads import compare_reads, compare_writes
from sopwb.run.recording import RecordingTables
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.mocking import need_mocks
from sopwb.tools.observing import Observations, Observing

if TYPE_CHECKING:
    from sopwb.app.output_file import OutputFile
    from sopwb.app.result_file import ResultFile
    from sopwb.app.workbench import EventSink, Workbench
    from sopwb.run.acting import Actor
    from sopwb.run.ports import Fingerprint, PlannedEffect
    from sopwb.store.transaction import Transaction


OnRecord: TypeAlias = "Callable[[Transaction, str, str], None]"


class Target(msgspec.Struct, frozen=True):
    """What a reference means: the typed script, its id (hash or revision), and what a job adds."""

    name: str
    id: str
    script: ir.Script
    draft: bool
    inputs: dict[str, Any] = {}
    mocks: tuple[str, ...] = ()
    consent: tuple[Allowance, ...] = ()


def run_script(bench: Workbench, command: RunScript, events: EventSink | None = None) -> AnyOutput:
    """Run a job, script or draft and answer with what it came to."""
    return run_target(bench, command, find_target(bench, command.ref, command.draft), events)


def run_target(
    bench: Workbench,
    command: RunScript,
    target: Target,
    events: EventSink | None = None,
    nonce: str = "",
    on_record: OnRecord | None = None,
) -> RunView:
    """Run what was found. A schedule's slot gives its ``nonce`` and what is recorded with the run (``on_record``).

    Raises ``Leaving`` where the process is about to end before the run is decided.
    """
    if target.draft and not (command.draft or command.dry_run):
        hint = f"freeze it: sopwb script freeze {target.name}, or add --dry-run"
        raise UserError(Diagnostic("SOP-A008", f"{target.name} is a draft", hint=hint))
    program = prepare_target(bench, target)
    mocks = tuple(sorted({*command.mocks, *target.mocks}))
    need_mocks(mocks, program.tools())
    mode = "dry_run" if command.dry_run or target.draft else "mocked" if mocks else "real"
    allowances = read_allowances(command.allow)
    need_used(allowances, program.tools())
    actors = _actors(bench, program, mocks) if mode != "dry_run" else {}
    plan = Plan(
        name=target.name,
        script=target.id,
        inputs=read_inputs(target.script.params, {**target.inputs, **command.inputs}, bench.zone),
        now=bench.instant(command.as_of),
        zone_name=bench.zone_name,
        tzdata=tzdata_version(bench.zone_name),
        mode=mode,
        mocks=mocks,
        nonce=nonce or os.urandom(NONCE_BYTES).hex(),
        sources=fingerprints(bench, program),
        total=_items(bench, target.script),
        on_record=on_record,
    )
    tools = deciding_tools(bench, mode, mocks)
    tables = RecordingTables(bench.tables, program.reads())
    # A draft's revision does not say what it calls: the drafts of those names, as they are now.
    engines = Engines(command.engine, command.memory_mb, bench.cache, keep=not target.draft)
    with _output(command.output, program) as output:
        keeping: list[Keep] = [output.effect] if output is not None else []
        results = output.results if output is not None else None

        def decide(also: list[Keep], sink: EventSink | None) -> Executed:
            # What deciding holds (the query's memory, connections of observers) is given back before anything is done.
            with tools, Sets(engines, plan, program, bench.tables, tools, tables.forget) as sets:
                keep = _all([*keeping, *also])
                done = execute(plan, program, tables, tools, sink, keep, bench.stopping, sets, results)
                bench.tables.unchanged()
            if done.view.status == "cancelled" and bench.stopping():
                raise Leaving
            return done

        if actors:
            from sopwb.app.handlers.acting import Decision, run_acting

            decision = Decision(plan, decide, tables.recorded, tools.answers)
            ran = run_acting(bench, decision, (*allowances, *target.consent), command.canary, actors, events)
        else:
            done = decide([], events)
            ran = Ran(done, done.view)
        if output is not None:
            output.finish(ran)
    if not actors and command.record and not target.draft:
        record_run(bench, plan, ran.done, tables.recorded(), tools.answers())
    return ran.view


@contextmanager
def _output(path: str, program: Program) -> Iterator[OutputFile | ResultFile | None]:
    if not path:
        yield None
        return
    from sopwb.app.output_file import open_output  # tempfile costs 5 ms of every start

    with open_output(path, program) as output:
        yield output


def _all(keeping: list[Keep]) -> Keep | None:
    """Hand each planned effect to all of these."""
    if len(keeping) < 2:
        return keeping[0] if keeping else None

    def keep(effect: PlannedEffect) -> None:
        for one in keeping:
            one(effect)

    return keep


def find_target(bench: Workbench, ref: str, draft: bool) -> Target:
    """Find what ``ref`` means: the draft where it is preferred, else the job, the frozen script, the draft."""
    library = bench.library
    found = library.draft(ref)
    if found is not None and (draft or not (bench.store.ref(f"job/{ref}") or bench.store.ref(f"script/{ref}"))):
        checked = compile_draft(bench, found.script)
        if checked.ir is None:
            raise UserError(*checked.diagnostics)
        return Target(ref, found.rev, checked.ir, True)
    id_ = library.resolve(ref, ("job", "script"))
    kind, _ = bench.store.get(id_)
    inputs: dict[str, Any] = {}
    mocks: tuple[str, ...] = ()
    consent: tuple[Allowance, ...] = ()
    name = ref
    if kind == "job":
        job = library.job_at(ref, id_)
        id_, inputs, mocks = job.script, job.inputs, job.mocks
        consent = tuple(Allowance(tool, most) for tool, most in job.consent)
    elif ref.startswith(("b3:", "#")):
        name = library.name_of(id_) or ref
    checked = compile_frozen(bench, id_)
    if checked.ir is None:
        raise UserError(*checked.diagnostics)
    return Target(name, id_, checked.ir, False, inputs, mocks, consent)


def prepare_target(bench: Workbench, target: Target) -> Program:
    """Compile for running. Raises ``UserError`` with every difference between the data and what was promised."""
    program = prepare(target.script, Context(zone=bench.zone), resolver(bench))
    differences = compare_reads(program.reads(), bench.environment().source)
    if differences:
        raise UserError(*differences)
    return program


def fingerprints(bench: Workbench, program: Program) -> tuple[Fingerprint, ...]:
    """Identify what a program reads: by content, but a database's table by its moment where nothing loops.

    A single run keeps what it fetched; only a batch is worth the scan that a table's content costs.
    """
    tables = [bench.tables.table(name) for name in sorted({need.name for need in program.reads()})]
    if any(_loops(script.steps) for script in program.scripts()):
        return tuple(table.fingerprint() for table in tables)
    return tuple(getattr(table, "moment", table.fingerprint)() for table in tables)


def _loops(steps: tuple[ir.Step, ...]) -> bool:
    return any(
        isinstance(step, ir.Each) or (isinstance(step, ir.If) and (_loops(step.then) or _loops(step.else_)))
        for step in steps
    )


def deciding_tools(
    bench: Workbench, mode: str, mocks: tuple[str, ...], observations: Observations | None = None
) -> DecidingTools:
    """Give the tools of a run. A dry run plans every effect, also those that a job would mock. ``observations`` are
    those of a recorded run (default: the world's)."""
    if observations is None:
        observations = Observing(partial(bench.tools.observer, folder=str(bench.workspace.folder)))
    return DecidingTools(bench.tools, () if mode == "dry_run" else mocks, mode == "dry_run", observations)


def tzdata_version(zone_name: str) -> str:
    """Name the version of the zone rules that a run depends on; UTC has none."""
    if zone_name == "UTC":
        return ""
    import tzdata

    return str(tzdata.IANA_VERSION)


def _items(bench: Workbench, script: ir.Script) -> int:
    """Count the records that the outermost loops go through, before any condition."""
    sources = [step.source for step in script.steps if isinstance(step, ir.Each) and step.source]
    return sum(bench.tables.table(source).count() for source in sources)


def _actors(bench: Workbench, program: Program, mocks: tuple[str, ...]) -> dict[str, Actor]:
    """Make what does a run's effects, of the tools that would change the world and of the sources that would be
    written. Raises ``UserError``."""
    acting = [tool for tool in program.tools() if tool not in mocks and _acts(bench, tool)]
    bench.tools.need_configured(tool for tool in acting if not tool.startswith(ir.WRITE))
    _need_writable(bench, program, acting)
    if not acting:
        return {}
    from sopwb.app.handlers.acting import actors_of  # a run that only computes pays nothing for acting

    return actors_of(bench, acting)


def _acts(bench: Workbench, tool: str) -> bool:
    if tool.startswith(ir.WRITE):
        return True
    signature = bench.tools.signature(tool)
    return signature is not None and signature.kind == "effect"


def _need_writable(bench: Workbench, program: Program, acting: list[str]) -> None:
    """Refuse a real run whose writes the sources do not take as they are now. Raises ``UserError``."""
    writes = [write for write in program.writes() if write.tool in acting]
    differences = compare_writes(writes, bench.environment().source)
    if differences:
        raise UserError(*differences)
