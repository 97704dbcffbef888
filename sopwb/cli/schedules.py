"""``sopwb schedule pause|resume|backfill``, ``sopwb tick``, ``sopwb daemon`` and ``sopwb notices …``"""

from __future__ import annotations

import sys
from typing import Any

from sopwb.app.commands import BackfillSchedule, ListNotices, PauseSchedule, ReadNotices, ResumeSchedule, Tick
from sopwb.app.outputs import Fired, NoticeList, ScheduleView, SlotRow
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.main import report
from sopwb.cli.printing import answer, builtins, columns, finish
from sopwb.kernel.canonical import json_text
from sopwb.kernel.ids import short_id


def pause_schedule(folder: str | None, options: Any) -> int:
    found = answer(folder, PauseSchedule(options.name), ScheduleView)
    return finish(found, options.json, f"{options.name} is paused: its slots are skipped until sopwb schedule resume")


def resume_schedule(folder: str | None, options: Any) -> int:
    found = answer(folder, ResumeSchedule(options.name), ScheduleView)
    return finish(found, options.json, f"{found.name} runs again; next {', '.join(found.next_due)}" if found else "")


def backfill(folder: str | None, options: Any) -> int:
    """Run slots of the past. Exit 1 where one of them failed."""
    found = answer(folder, BackfillSchedule(options.name, options.start, options.end), Fired)
    return _fired(found, options.json, "nothing to run: every slot of that span has run")


def tick(folder: str | None, options: Any) -> int:
    """Do one round. Exit 1 where a slot failed or a schedule could not be looked at."""
    return _fired(answer(folder, Tick(options.schedule), Fired), options.json, "")


def daemon(folder: str | None, options: Any) -> int:
    """Run schedules until a signal."""
    from sopwb.app.workbench import open_workbench

    bench = open_workbench(folder)
    root, count = bench.workspace.folder.absolute(), len(bench.library.names("schedule"))
    bench.close()
    if options.print_unit:
        from sopwb.app.service import cron_line, systemd_unit

        print(f"{systemd_unit(root)}\n{cron_line(root)}")
        return DONE
    if options.once:
        return _fired(answer(folder, Tick(), Fired), options.json, "")
    from sopwb.app.daemon import Daemon

    def tell(row: SlotRow) -> None:
        print(json_text(builtins(row)) if options.json else "  ".join(_line(row)), flush=True)

    def complain(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    complain(f"looks after {count} {'schedule' if count == 1 else 'schedules'} of {root}; Ctrl-C ends it")
    return Daemon(lambda: open_workbench(root), tell, complain).serve()


def list_notices(folder: str | None, options: Any) -> int:
    return _notices(answer(folder, ListNotices(options.every), NoticeList), options.json)


def read_notices(folder: str | None, options: Any) -> int:
    return _notices(answer(folder, ReadNotices(tuple(options.keys)), NoticeList), options.json)


def _notices(found: NoticeList | None, json: bool) -> int:
    rows = found.rows if found else ()
    table = [(row.time, row.kind, row.key, row.text) for row in rows]
    return finish(found, json, columns(table, "no notices"), [builtins(row) for row in rows])


def _fired(found: Fired | None, json: bool, empty: str) -> int:
    if found is None:
        return FAILED
    report(found.problems)
    for name in found.busy:
        print(f"{name}: another process is at it", file=sys.stderr)
    finish(found, json, columns([_line(row) for row in found.rows], empty))
    return FAILED if found.problems or any(row.state == "failed" for row in found.rows) else DONE


def _line(row: SlotRow) -> tuple[str, ...]:
    many = f"{row.count} slots from here on: " if row.count > 1 else ""
    what = f"{many}{row.reason or row.status.replace('_', ' ')}"
    return row.schedule, row.due, row.state, short_id(row.run) if row.run else "-", what
