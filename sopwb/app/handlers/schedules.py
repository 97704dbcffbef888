"""Schedules: when a job runs. Due times are computed here from the zone's rules; firing them is
``app.firing``'s. A schedule that is changed counts from then on: editing never fires the past."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from sopwb.app.commands import (
    AddSchedule,
    ListSchedules,
    NextDue,
    PauseSchedule,
    RemoveSchedule,
    ResumeSchedule,
    SaveJob,
)
from sopwb.app.firing.judging import EDITED, PAUSED, REMOVED
from sopwb.app.firing.rounds import skip_pending
from sopwb.app.firing.slots import text_of
from sopwb.app.handlers.jobs import save_job
from sopwb.app.library import Schedule
from sopwb.app.outputs import AnyOutput, Dropped, DueTimes, ScheduleList, ScheduleView
from sopwb.app.searching import gone
from sopwb.app.workspace import zone_of
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.schedule.due import due_times
from sopwb.schedule.phrases import parse_spec, zone_said
from sopwb.schedule.spec import describe, from_json, to_json

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench
    from sopwb.store.transaction import Transaction

SHOWN: Final = 3
"""Due times that a list shows for each schedule."""
COUNT_MAX: Final = 1_000
"""Due times in one answer."""


def add_schedule(bench: Workbench, command: AddSchedule) -> AnyOutput:
    """Schedule a job. A script without a job gets one; adding again replaces the schedule."""
    spec = parse_spec(command.spec)
    if isinstance(spec, Diagnostic):
        raise UserError(spec)
    zone_name = command.zone or zone_said(command.spec) or bench.zone_name
    if zone_of(zone_name) is None:
        raise UserError(Diagnostic("SOP-W006", f"{zone_name!r} is not an IANA time zone", found=zone_name))
    library = bench.library
    if library.job(command.job) is None:
        if library.draft(command.job) is None:
            library.resolve(command.job)
        save_job(bench, SaveJob(command.job))
        bench.store.refresh()
    schedule = Schedule(
        command.job, command.job, to_json(spec), command.spec, zone_name, command.missed, command.overlap
    )
    _replace(bench, library.schedule(command.job), schedule, f"schedule: {command.spec}", EDITED)
    return _view(bench, schedule, "")


def pause_schedule(bench: Workbench, command: PauseSchedule) -> AnyOutput:
    """Skip its slots from now on."""
    schedule = _need(bench, command.name)
    paused = msgspec.structs.replace(schedule, paused=True)
    if not schedule.paused:
        _replace(bench, schedule, paused, "pause", EDITED)
    return _view(bench, paused, "")


def resume_schedule(bench: Workbench, command: ResumeSchedule) -> AnyOutput:
    """Count its due times from now on."""
    schedule = _need(bench, command.name)
    resumed = msgspec.structs.replace(schedule, paused=False)
    _replace(bench, schedule, resumed, "resume", PAUSED if schedule.paused else EDITED)
    return _view(bench, resumed, "")


def _replace(bench: Workbench, before: Schedule | None, schedule: Schedule, why: str, reason: str) -> None:
    """Change a schedule: it counts from now, and what was due and undecided is skipped in the same transaction."""
    if before is not None and msgspec.structs.replace(before, since=schedule.since) == schedule and why != "resume":
        return
    now = bench.clock()
    counted = msgspec.structs.replace(schedule, since=text_of(now))

    def put(tx: Transaction) -> None:
        bench.library.put_schedule(tx, counted, why)

    skip_pending(bench, before or counted, now, reason, why, put)


def remove_schedule(bench: Workbench, command: RemoveSchedule) -> AnyOutput:
    """Archive a schedule's name; what it fired stays, and what was due and undecided is skipped."""
    schedule = _need(bench, command.name)

    def remove(tx: Transaction) -> None:
        tx.set_ref(f"schedule/{command.name}", None, old=bench.store.ref(f"schedule/{command.name}"), why="remove")
        tx.catalogue(gone("schedules", command.name))

    skip_pending(bench, schedule, bench.clock(), REMOVED, "remove", remove)
    return Dropped(command.name)


def list_schedules(bench: Workbench, command: ListSchedules) -> AnyOutput:
    found = (bench.library.schedule(name) for name in bench.library.names("schedule"))
    return ScheduleList(tuple(_view(bench, schedule, "") for schedule in found if schedule is not None))


def next_due(bench: Workbench, command: NextDue) -> AnyOutput:
    """Compute the next due times after an instant, in the schedule's zone."""
    count = min(max(command.count, 0), COUNT_MAX)
    return DueTimes(command.name, _times(bench, _need(bench, command.name), command.as_of, count))


def _need(bench: Workbench, name: str) -> Schedule:
    schedule = bench.library.schedule(name)
    if schedule is None:
        raise UserError(
            Diagnostic(
                "SOP-A010",
                f"there is no schedule {name!r}",
                found=name,
                nearest=nearest_name(name, bench.library.names("schedule")),
            )
        )
    return schedule


def _times(bench: Workbench, schedule: Schedule, as_of: str, count: int) -> tuple[str, ...]:
    zone = zone_of(schedule.zone)
    assert zone is not None, "the zone was checked when the schedule was made"
    after = bench.instant(as_of)
    return tuple(due.isoformat() for due in islice(due_times(from_json(schedule.spec), zone, after), count))


def _view(bench: Workbench, schedule: Schedule, as_of: str) -> ScheduleView:
    return ScheduleView(
        name=schedule.name,
        job=schedule.job,
        spec=describe(from_json(schedule.spec)),
        words=schedule.words,
        zone=schedule.zone,
        missed=schedule.missed,
        overlap=schedule.overlap,
        paused=schedule.paused,
        next_due=_times(bench, schedule, as_of, SHOWN),
    )
