"""Batch jobs: a pinned script with the inputs, mocks and output of its every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopwb.app.acting.consent import need_used, read_allowances
from sopwb.app.commands import FreezeScript, ListJobs, SaveJob, ShowJob
from sopwb.app.compiling import compile_frozen
from sopwb.app.handlers.freeze import freeze_script
from sopwb.app.library import Job, need_name
from sopwb.app.outputs import AnyOutput, JobList
from sopwb.app.views import job_view
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.run.inputs import read_inputs
from sopwb.tools.mocking import need_mocks

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def save_job(bench: Workbench, command: SaveJob) -> AnyOutput:
    """Save a job over the frozen script of that name; an open draft of it is frozen first."""
    name = command.name or command.script
    need_name(name)
    library = bench.library
    if library.draft(command.script) is not None:
        freeze_script(bench, FreezeScript(command.script))
        bench.store.refresh()
    hash_ = library.resolve(command.script)
    checked = compile_frozen(bench, hash_)
    assert checked.ir is not None, "a frozen script checks"
    tools = tools_of(bench, hash_)
    need_mocks(command.mocks, tools)
    consent = read_allowances(command.allow)
    need_used(consent, tools)
    if command.inputs:
        read_inputs(checked.ir.params, command.inputs, bench.zone)
    allowed = tuple((allowance.tool, allowance.effects_max) for allowance in consent)
    job = Job(name, "", hash_, command.inputs, command.output, tuple(sorted(command.mocks)), allowed)
    with bench.store.transaction(f"save job {name}") as tx:
        library.put_job(tx, job, "save as a batch job")
    saved = library.job(name)
    assert saved is not None, "a committed job is there"
    return job_view(bench, saved)


def list_jobs(bench: Workbench, command: ListJobs) -> AnyOutput:
    library = bench.library
    return JobList(tuple(job_view(bench, library.job_at(name, id_)) for name, id_ in library.names("job").items()))


def show_job(bench: Workbench, command: ShowJob) -> AnyOutput:
    job = bench.library.job(command.name)
    if job is None:
        raise UserError(
            Diagnostic(
                "SOP-A015",
                f"there is no job {command.name!r}",
                found=command.name,
                nearest=nearest_name(command.name, bench.library.names("job")),
            )
        )
    return job_view(bench, job)


def tools_of(bench: Workbench, hash_: str) -> frozenset[str]:
    """Name every tool that a frozen script, or one that it calls, may use."""
    found: set[str] = set()
    waiting, seen = [hash_], set()
    while waiting:
        pin = waiting.pop()
        if pin in seen:
            continue
        seen.add(pin)
        checked = compile_frozen(bench, pin)
        assert checked.ir is not None, "a frozen script checks"
        found.update(checked.ir.tools)
        waiting += pins_of(checked.ir.steps)
    return frozenset(found)


def pins_of(steps: object) -> list[str]:
    """List the pins of all calls in typed steps, nested ones too."""
    from sopwb.lang import ir

    found: list[str] = []
    for step in steps if isinstance(steps, tuple) else ():
        match step:
            case ir.Call():
                found.append(step.pin)
            case ir.If():
                found += pins_of(step.then) + pins_of(step.else_)
            case ir.Each():
                found += pins_of(step.do)
            case _:
                continue
    return [pin for pin in found if pin]
