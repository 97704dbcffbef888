"""Running: finds what is meant, checks that it may run, executes it, and records the run.

What may run: a job (with its inputs and mocks), a frozen script, and a draft, which is never run for real. Before
anything is decided the data is compared with what the script was checked for, and every tool
that would have to act is named.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.app.commands import RunScript
from sopwb.app.compiling import compile_draft, compile_frozen, resolver
from sopwb.app.execute import NONCE_BYTES, Plan, execute
from sopwb.app.outputs import AnyOutput
from sopwb.app.recording import record_run
from sopwb.app.sets import Engines, Sets
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.lang import ir
from sopwb.run.expression import Context
from sopwb.run.inputs import read_inputs
from sopwb.run.interpret import Program, prepare
from sopwb.run.ports import columnar_of
from sopwb.run.reads import compare_reads
from sopwb.run.recording import RecordingTables
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.mocking import need_mocks

if TYPE_CHECKING:
    from sopwb.app.workbench import EventSink, Workbench
    from sopwb.run.ports import Fingerprint


class Target(msgspec.Struct, frozen=True):
    """What a reference means: the typed script, its id (hash or revision), and what a job adds."""

    name: str
    id: str
    script: ir.Script
    draft: bool
    inputs: dict[str, Any] = {}
    mocks: tuple[str, ...] = ()


def run_script(bench: Workbench, command: RunScript, events: EventSink | None = None) -> AnyOutput:
    """Run a job, script or draft and answer with what it came to."""
    target = find_target(bench, command.ref, command.draft)
    if target.draft and not (command.draft or command.dry_run):
        raise UserError(
            Diagnostic(
                "SOP-A008",
                f"{target.name} is a draft",
                hint=f"freeze it: sopwb script freeze {target.name}, or add --dry-run",
            )
        )
    program = prepare_target(bench, target)
    mocks = tuple(sorted({*command.mocks, *target.mocks}))
    need_mocks(mocks, program.tools())
    mode = "dry_run" if command.dry_run or target.draft else "mocked" if mocks else "real"
    if mode != "dry_run":
        _need_able(bench, program, mocks)
    plan = Plan(
        name=target.name,
        script=target.id,
        inputs=read_inputs(target.script.params, {**target.inputs, **command.inputs}, bench.zone),
        now=bench.instant(command.as_of),
        zone_name=bench.zone_name,
        tzdata=tzdata_version(bench.zone_name),
        mode=mode,
        mocks=mocks,
        nonce=os.urandom(NONCE_BYTES).hex(),
        sources=fingerprints(bench, program),
        total=_items(bench, target.script),
    )
    tools = deciding_tools(bench, mode, mocks)
    tables = RecordingTables(bench.tables, program.reads())
    # A draft's revision does not say what it calls: the drafts of those names, as they are now.
    engines = Engines(command.engine, command.memory_mb, bench.cache, keep=not target.draft)
    with Sets(engines, plan, program, bench.tables, tools, tables.forget) as sets:
        if command.output:
            from sopwb.app.output_file import open_output  # tempfile costs 5 ms of every start

            with open_output(command.output, program) as output:
                done = execute(plan, program, tables, tools, events, output.effect, sets=sets, results=output.results)
                need_unchanged(bench, program)
                output.finish(done)
        else:
            done = execute(plan, program, tables, tools, events, sets=sets)
            need_unchanged(bench, program)
    if command.record and not target.draft:
        record_run(bench, plan, done, tables.recorded())
    return done.view


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
    name = ref
    if kind == "job":
        job = library.job_at(ref, id_)
        id_, inputs, mocks = job.script, job.inputs, job.mocks
    elif ref.startswith(("b3:", "#")):
        name = library.name_of(id_) or ref
    checked = compile_frozen(bench, id_)
    if checked.ir is None:
        raise UserError(*checked.diagnostics)
    return Target(name, id_, checked.ir, False, inputs, mocks)


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


def need_unchanged(bench: Workbench, program: Program) -> None:
    """Check that the files that were read in place are still those that were fingerprinted. Raises ``UserError``."""
    for name in sorted({need.name for need in program.reads()}):
        columnar = columnar_of(bench.tables.table(name))
        if columnar is not None:
            columnar.unchanged()


def deciding_tools(bench: Workbench, mode: str, mocks: tuple[str, ...]) -> DecidingTools:
    """Give the tools of a run. A dry run plans every effect, also those that a job would mock."""
    return DecidingTools(bench.tools, () if mode == "dry_run" else mocks, dry_run=mode == "dry_run")


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


def _need_able(bench: Workbench, program: Program, mocks: tuple[str, ...]) -> None:
    for tool in program.tools():
        signature = bench.tools.signature(tool)
        if signature is not None and signature.kind == "effect" and tool not in mocks:
            raise UserError(
                Diagnostic(
                    "SOP-A009",
                    f"{tool} cannot act yet: this version plans and mocks effects",
                    hint=f"--dry-run shows what it would do, --mock {tool} answers from its mock",
                )
            )
