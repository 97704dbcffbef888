"""Looking back at runs: lists, traces, and running one again to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopwb.app.commands import ExplainRun, ListRuns, ReplayRun, ShowRun
from sopwb.app.compiling import compile_frozen
from sopwb.app.execute import Executed, Plan, execute
from sopwb.app.handlers.running import Target, fingerprints, prepare_target, tzdata_version
from sopwb.app.outputs import AnyOutput, Replayed, RunList, RunRow
from sopwb.app.recording import RunRecord, find_run, run_view, trace_of
from sopwb.app.workbench import read_instant
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.run.inputs import read_inputs
from sopwb.run.ports import Fingerprint
from sopwb.tools.deciding import DecidingTools

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def list_runs(bench: Workbench, command: ListRuns) -> AnyOutput:
    """List the latest runs, of one script or job where asked, newest first."""
    rows: list[RunRow] = []
    changes = [(bench.store.ref_history(name)[-1].sequence, name) for name in bench.store.refs("run/")]
    for _, name in sorted(changes, reverse=True):
        body = find_run(bench.store, name.removeprefix("run/")).body
        if command.ref in ("", body["name"], body["script"]):
            rows.append(RunRow(body["run"], body["name"], body["status"], body["now"], body["mode"],
                               body["effects_total"], body["trace_hash"]))
        if len(rows) >= command.limit:
            break
    return RunList(tuple(rows))


def show_run(bench: Workbench, command: ShowRun) -> AnyOutput:
    record = find_run(bench.store, command.run)
    return run_view(record, trace_of(bench.store, record))


def explain_run(bench: Workbench, command: ExplainRun) -> AnyOutput:
    """Give a run's kept trace, or one item's whole trace, which is recomputed where it was not kept."""
    record = find_run(bench.store, command.run)
    trace = trace_of(bench.store, record)
    if not command.item:
        return run_view(record, trace)
    view = run_view(record, trace, command.item)
    if view.trace and trace["complete"]:
        return view
    done = _again(bench, record, command.item)
    return run_view(record, {"events": [
        {"path": e.path, "op": e.op, "text": e.text, "out": None, "item": e.item}
        for e in done.events if e.item == command.item
    ]}, command.item)


def replay_run(bench: Workbench, command: ReplayRun) -> AnyOutput:
    """Run it again with the same everything and compare the traces byte for byte."""
    record = find_run(bench.store, command.run)
    done = _again(bench, record, None)
    same = done.view.trace_hash == record.body["trace_hash"]
    return Replayed(record.id, same, done.view.trace_hash, "" if same else _first_difference(bench, record, done))


def _again(bench: Workbench, record: RunRecord, item: str | None) -> Executed:
    body = record.body
    checked = compile_frozen(bench, body["script"])
    if checked.ir is None:
        raise UserError(*checked.diagnostics)
    target = Target(body["name"], body["script"], checked.ir, False)
    program = prepare_target(bench, target)
    now = {f.source: f for f in fingerprints(bench, program)}
    then = tuple(Fingerprint(*parts) for parts in body["sources"])
    for before in then:
        if now.get(before.source) != before:
            raise UserError(Diagnostic("SOP-A012", f"{before.source} has changed since the run", found=before.source,
                                       hint="a run is replayed on the data that it saw"))
    if body["tzdata"] != tzdata_version(body["zone"]) or body["zone"] != bench.zone_name:
        raise UserError(Diagnostic("SOP-A012", f"the zone rules have changed: the run had {body['zone']} {body['tzdata']}"))
    plan = Plan(
        name=body["name"], script=body["script"], inputs=read_inputs(checked.ir.params, body["inputs"], bench.zone),
        now=read_instant(body["now"]), zone_name=body["zone"], tzdata=body["tzdata"], mode=body["mode"],
        mocks=tuple(body["mocks"]), nonce=body["nonce"], sources=then, only_item=item,
    )
    tools = DecidingTools(bench.tools, plan.mocks, dry_run=plan.mode == "dry_run")
    return execute(plan, program, bench.tables, tools)


def _first_difference(bench: Workbench, record: RunRecord, done: Executed) -> str:
    before = trace_of(bench.store, record)["events"]
    for old, new in zip(before, done.events, strict=False):
        if old["exact"] != new.exact:
            return f"{new.path}: was {old['text']!r}, is {new.text!r}"
    if len(before) != len(done.events):
        return f"{len(before)} events then, {len(done.events)} now"
    return "an event that was not kept"
