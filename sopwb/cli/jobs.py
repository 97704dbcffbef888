"""``sopwb job …`` and ``sopwb schedule …``"""

from __future__ import annotations

from typing import Any

from sopwb.app.commands import AddSchedule, ListJobs, ListSchedules, NextDue, RemoveSchedule, SaveJob, ShowJob
from sopwb.app.outputs import Dropped, DueTimes, JobList, JobView, ScheduleList, ScheduleView
from sopwb.cli.inputs import read_pairs
from sopwb.cli.printing import answer, builtins, columns, finish
from sopwb.kernel.canonical import json_text
from sopwb.kernel.ids import short_id


def list_jobs(folder: str | None, options: Any) -> int:
    found = answer(folder, ListJobs(), JobList)
    rows = found.rows if found else ()
    table = [(row.name, short_id(row.hash), row.script_name, short_id(row.script), _mocked(row)) for row in rows]
    return finish(found, options.json, columns(table, "no jobs yet"), [builtins(row) for row in rows])


def show(folder: str | None, options: Any) -> int:
    found = answer(folder, ShowJob(options.name), JobView)
    return finish(found, options.json, _job(found) if found else "")


def save(folder: str | None, options: Any) -> int:
    """Save a batch job; a script that is still a draft is frozen first."""
    command = SaveJob(options.script, options.name, read_pairs(options.input), tuple(options.mock), options.output,
                      tuple(options.allow))  # fmt: skip
    found = answer(folder, command, JobView)
    return finish(found, options.json, _job(found) if found else "")


def list_schedules(folder: str | None, options: Any) -> int:
    found = answer(folder, ListSchedules(), ScheduleList)
    rows = found.rows if found else ()
    table = [(row.name, row.spec, row.zone, _next(row)) for row in rows]
    return finish(found, options.json, columns(table, "no schedules yet"), [builtins(row) for row in rows])


def add_schedule(folder: str | None, options: Any) -> int:
    command = AddSchedule(options.job, " ".join(options.spec), options.zone, options.missed, options.overlap)
    found = answer(folder, command, ScheduleView)
    text = ""
    if found:
        text = (
            f"{found.name} runs {found.spec} ({found.zone}); next {', '.join(found.next_due)}\n"
            "sopwb daemon runs it, as a service (sopwb daemon --print-unit), or sopwb tick from cron"
        )
    return finish(found, options.json, text)


def remove_schedule(folder: str | None, options: Any) -> int:
    found = answer(folder, RemoveSchedule(options.name), Dropped)
    return finish(found, options.json, f"{options.name} is no longer scheduled")


def next_due(folder: str | None, options: Any) -> int:
    found = answer(folder, NextDue(options.name, options.count, options.as_of), DueTimes, options.as_of)
    times = list(found.times) if found else []
    return finish(found, options.json, "\n".join(times), times)


def _next(row: ScheduleView) -> str:
    return "paused" if row.paused else row.next_due[0] if row.next_due else "never"


def _mocked(job: JobView) -> str:
    return f"mocked: {', '.join(job.mocks)}" if job.mocks else ""


def _job(job: JobView) -> str:
    lines = [f"{job.name}  {job.hash}", f"  runs {job.script_name} {job.script}"]
    if job.inputs:
        lines.append(f"  inputs {json_text(job.inputs)}")
    if job.mocks:
        lines.append(f"  {_mocked(job)}")
    if job.consent:
        lines.append(f"  may act: {', '.join(job.consent)}")
    return "\n".join(lines)
