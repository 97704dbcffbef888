"""Looking back at runs: lists, traces, and running one again to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sopwb.app.commands import DiffRuns, ExplainRun, ListRuns, ReplayRun, ShowRun
from sopwb.app.compiling import compile_frozen, resolver
from sopwb.app.execute import Executed, Plan, execute
from sopwb.app.handlers.running import deciding_tools, fingerprints, tzdata_version
from sopwb.app.outputs import AnyOutput, Replayed, RunList, RunRow, StrayJournal
from sopwb.app.recording import RunRecord, find_run, of_item, run_view, trace_of
from sopwb.app.run_difference import run_difference
from sopwb.app.sets import Engines, Sets
from sopwb.app.workbench import read_instant
from sopwb.app.workspace import zone_of
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.ids import PREFIX, short_id
from sopwb.run.expression import Context
from sopwb.run.inputs import read_inputs
from sopwb.run.interpret import Program, prepare
from sopwb.run.ports import MOMENT, Fingerprint
from sopwb.run.replay import RunRecord as Recorded
from sopwb.run.replay import replay
from sopwb.run.sets import Unanswered
from sopwb.tools.deciding import DecidingTools
from sopwb.tools.observing import Answered

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def list_runs(bench: Workbench, command: ListRuns) -> AnyOutput:
    """List the latest runs, of one script or job where asked, newest first."""
    rows: list[RunRow] = []
    changes = [(bench.store.ref_history(name)[-1].sequence, name) for name in bench.store.refs("run/")]
    for _, name in sorted(changes, reverse=True):
        if len(rows) >= command.limit:
            break
        record = find_run(bench.store, name.removeprefix("run/"))
        body = record.body
        if command.ref in ("", body["name"], body["script"]):
            rows.append(
                RunRow(
                    body["run"],
                    body["name"],
                    _status(bench, record),
                    body["now"],
                    body["mode"],
                    body["effects_total"],
                    body["trace_hash"],
                )
            )
    return RunList(tuple(rows), () if command.ref else _strays(bench))


def _strays(bench: Workbench) -> tuple[StrayJournal, ...]:
    root = bench.workspace.store_folder
    if not any((root / "runs").glob("*.journal")):
        return ()  # a workspace that never acts does not load what acting needs
    from sopwb.app.acting.strays import strays
    from sopwb.store.disk import Disk

    return strays(Disk(), bench.store, str(root))


def show_run(bench: Workbench, command: ShowRun) -> AnyOutput:
    record = recorded_run(bench, command.run)
    view = run_view(record, trace_of(bench.store, record))
    if _is_running(record):
        from sopwb.app.handlers.acting import live_view

        return live_view(bench, record, view)
    return view


def recorded_run(bench: Workbench, ref: str) -> RunRecord:
    """Find a recorded run. Raises ``UserError`` SOP-A027 where there is only its journal, SOP-A011 where nothing is."""
    try:
        return find_run(bench.store, ref)
    except UserError:
        for stray in _strays(bench):
            if stray.run.removeprefix(PREFIX).startswith(ref.removeprefix("#").removeprefix(PREFIX)):
                hint = f"run the script again, and put the journal away: sopwb runs cancel {stray.run[3:15]}"
                raise UserError(Diagnostic("SOP-A027", f"{short_id(stray.run)}: {stray.why}", hint=hint)) from None
        raise


def _status(bench: Workbench, record: RunRecord) -> str:
    if _is_running(record):
        from sopwb.app.handlers.acting import live_status

        return live_status(bench, record)
    return str(record.body["status"])


def _is_running(record: RunRecord) -> bool:
    """Whether a process acts on a recorded run, or did when it died."""
    return bool(record.body["status"] == "running")


def diff_runs(bench: Workbench, command: DiffRuns) -> AnyOutput:
    """Compare two recorded runs; nothing is run."""
    a, b = find_run(bench.store, command.a), find_run(bench.store, command.b)
    return run_difference(a, b, trace_of(bench.store, a), trace_of(bench.store, b))


def explain_run(bench: Workbench, command: ExplainRun) -> AnyOutput:
    """Give a run's kept trace, or one item's whole trace, which is recomputed where it was not kept."""
    record = find_run(bench.store, command.run)
    trace = trace_of(bench.store, record)
    if not command.item:
        return run_view(record, trace)
    view = run_view(record, trace, command.item)
    if view.trace and trace["complete"]:
        return view
    done = _explained(bench, record, command.item)
    return run_view(
        record,
        {
            "events": [
                {"path": e.path, "op": e.op, "text": e.text, "out": None, "item": e.item}
                for e in done.events
                if of_item(e.item, command.item)
            ]
        },
        command.item,
    )


def replay_run(bench: Workbench, command: ReplayRun) -> AnyOutput:
    """Run it again with the same everything and compare the traces byte for byte.

    A run that kept the records that it fetched needs no source; another one needs its sources unchanged.
    """
    record = find_run(bench.store, command.run)
    trace, body = trace_of(bench.store, record), record.body
    program = _program(bench, record)
    tables = None
    if trace["recorded"] is None:
        _same_sources(bench, record, program)
        tables = bench.tables
    recorded = Recorded(
        run=record.id,
        script=body["script"],
        inputs=body["inputs"],
        now=read_instant(body["now"]),
        zone=body["zone"],
        tzdata=body["tzdata"],
        trace_hash=body["trace_hash"],
        events=tuple(event["exact"] for event in trace["events"]) if trace["complete"] else (),
        recorded=trace["recorded"],
    )
    tools, plan = _tools(bench, record), _plan(bench, record, program)
    with Sets(Engines("auto", 0, bench.cache), plan, program, bench.tables, tools) as sets:
        again = replay(program, recorded, tools, tables, sets if tables is not None else None)
    why = "" if again.same else again.difference.words() if again.difference else "an event that was not kept"
    return Replayed(record.id, again.same, again.outcome.trace_hash, why)


def _explained(bench: Workbench, record: RunRecord, item: str) -> Executed:
    program = _program(bench, record)
    _same_sources(bench, record, program)
    plan = msgspec.structs.replace(_plan(bench, record, program), only_item=item)
    tools = _tools(bench, record)
    with Sets(Engines("auto", 0, bench.cache), plan, program, bench.tables, tools) as sets:
        if not sets.worthwhile():
            return execute(plan, program, bench.tables, tools)
        # The records of one item among very many: look-ups by scans, as many at once as have become known.
        tables = sets.engine().lookup()
        while True:
            try:
                return execute(plan, program, tables, tools)
            except Unanswered:
                tables.answer()


def _plan(bench: Workbench, record: RunRecord, program: Program) -> Plan:
    """Give what a recorded run was given."""
    body = record.body
    return Plan(
        name=body["name"],
        script=body["script"],
        inputs=read_inputs(program.script.params, body["inputs"], bench.zone),
        now=read_instant(body["now"]),
        zone_name=body["zone"],
        tzdata=body["tzdata"],
        mode=body["mode"],
        mocks=tuple(body["mocks"]),
        nonce=body["nonce"],
        sources=tuple(Fingerprint(*parts) for parts in body["sources"]),
    )


def _program(bench: Workbench, record: RunRecord) -> Program:
    """Compile a run's script in the zone that it ran in. Raises ``UserError`` where the zone's rules are others now."""
    body = record.body
    zone = zone_of(body["zone"])
    if zone is None or body["tzdata"] != tzdata_version(body["zone"]):
        raise UserError(
            Diagnostic("SOP-A012", f"the rules of {body['zone']} are not those of tzdata {body['tzdata']} any more")
        )
    checked = compile_frozen(bench, body["script"])
    if checked.ir is None:
        raise UserError(*checked.diagnostics)
    return prepare(checked.ir, Context(zone=zone), resolver(bench))


def _same_sources(bench: Workbench, record: RunRecord, program: Program) -> None:
    """Check the run's fingerprints. Raises ``UserError`` with the name of a source that is not what it was."""
    now = fingerprints(bench, program)
    then = tuple(Fingerprint(*parts) for parts in record.body["sources"])
    for before in then:
        if before.kind == MOMENT:
            raise UserError(
                Diagnostic(
                    "SOP-A012",
                    f"nobody can know whether {before.source} is what the run saw: its content was not hashed",
                    found=before.source,
                    hint="a run without a loop is looked at by what it kept: sopwb runs show",
                )
            )
        if before not in now:
            raise UserError(
                Diagnostic(
                    "SOP-A012",
                    f"{before.source} has changed since the run",
                    found=before.source,
                    hint="a run is recomputed on the data that it saw",
                )
            )


def _tools(bench: Workbench, record: RunRecord) -> DecidingTools:
    answers = Answered(trace_of(bench.store, record).get("answers"))
    return deciding_tools(bench, record.body["mode"], tuple(record.body["mocks"]), answers)
