"""``sopwb runs …``"""

from __future__ import annotations

from typing import Any

from sopwb.app.commands import DiffRuns, ExplainRun, ListRuns, ReplayRun, ShowRun
from sopwb.app.comparison_text import run_difference_lines
from sopwb.app.outputs import Replayed, RunDifference, RunList, RunRow, RunView, StrayJournal
from sopwb.cli.acting import acting_lines
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.printing import answer, builtins, columns, finish
from sopwb.cli.run import reply
from sopwb.kernel.canonical import json_text
from sopwb.kernel.ids import short_id


def list_runs(folder: str | None, options: Any) -> int:
    found = answer(folder, ListRuns(options.ref, options.limit), RunList)
    rows = found.rows if found else ()
    table = [(short_id(row.run), row.name, row.status, row.mode, row.as_of, f"{row.effects} effects") for row in rows]
    strays = found.strays if found else ()
    text = [columns(table, "no runs yet"), *(f"{short_id(stray.run)}  {stray.status}: {stray.why}" for stray in strays)]
    return finish(found, options.json, "\n".join(text), [*map(builtins, rows), *map(_stray_row, strays)])


def _stray_row(stray: StrayJournal) -> dict[str, Any]:
    """Give a stray journal the shape of a run's row, with why it is there."""
    known = RunRow(stray.run, "", stray.status, stray.begun, "", sum(stray.counts.values()), "")
    return {**builtins(known), "why": stray.why}


def show(folder: str | None, options: Any) -> int:
    found = answer(folder, ShowRun(options.run), RunView)
    return finish(found, options.json, _summary(found) if found else "", reply(found) if found else None)


def explain(folder: str | None, options: Any) -> int:
    """Print a run's trace, a spoken line an event."""
    found = answer(folder, ExplainRun(options.run, options.item), RunView)
    text = "\n".join(line.text for line in found.trace) if found else ""
    return finish(found, options.json, text, reply(found) if found else None)


def replay(folder: str | None, options: Any) -> int:
    """Run it again and compare; exit 1 where anything differs."""
    found = answer(folder, ReplayRun(options.run), Replayed)
    if found is None:
        return FAILED
    same = f"the same: trace {found.trace_hash}"
    finish(found, options.json, same if found.same else f"differs: {found.first_difference}")
    return DONE if found.same else FAILED


def diff(folder: str | None, options: Any) -> int:
    """Print in what two runs differ; it is a question, so the exit code is 0 either way."""
    found = answer(folder, DiffRuns(options.a, options.b), RunDifference)
    return finish(found, options.json, "\n".join(run_difference_lines(found)) if found else "")


def _summary(run: RunView) -> str:
    lines = [
        f"{run.run}",
        f"  {run.name} {run.script}",
        f"  as of {run.as_of}, {run.mode}: {run.status}",
        f"  inputs {json_text(run.inputs)}",
        f"  result {json_text(run.result)}",
        f"  {run.effects_total} effects, {run.trace_total} trace events, trace {run.trace_hash}",
    ]
    if run.error is not None:
        lines.append(f"  {run.error.line()}")
    lines += [f"  {line}" for line in acting_lines(run)]
    return "\n".join(lines)
