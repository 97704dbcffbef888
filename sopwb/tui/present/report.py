"""Outputs as text to read: lists as columns, a difference as lines with their signs, problems in words."""

from __future__ import annotations

from difflib import unified_diff
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sopwb.app.comparison_text import comparison_lines, run_difference_lines
from sopwb.app.example_outputs import ExamplesTried
from sopwb.app.example_text import tried_lines
from sopwb.app.outputs import (
    AnyOutput,
    Comparison,
    DataList,
    Difference,
    Failed,
    History,
    NoticeList,
    RunDifference,
    RunList,
    ScheduleList,
    StoreReport,
)
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.ids import short_id
from sopwb.tui.actions import Pane, of_pane
from sopwb.tui.keys import Keymap, key_words

DIFF_LINES_MAX: Final = 2_000
_PANES: Final = {"chat": "Chat", "script": "Scripts", "trace": "Trace", "everywhere": "Everywhere"}


def failure_words(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Say why nothing was done: the first diagnostics, a line each."""
    lines = [d.line() for d in diagnostics[:3]]
    more = len(diagnostics) - len(lines)
    return "\n".join(lines + ([f"and {more} more"] if more else []))


def help_of(pane: Pane, keys: Keymap) -> RenderableType:
    """List the keys of a pane and those that work everywhere."""
    parts: list[RenderableType] = []
    for section in (pane, "everywhere"):
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", justify="right", min_width=10)
        table.add_column()
        for action in of_pane(section):
            table.add_row(" or ".join(key_words(key) for key in keys.of(action)), action.words)
        if section == "chat":
            table.add_row("/", "begins a command; /help lists them")
        if section == "script":
            table.add_row("↑ ↓ ← →", "move, close and open; Space opens and closes")
        parts += [Text(_PANES[section], style="bold underline"), table, Text("")]
    return Group(*parts)


def report(output: AnyOutput) -> tuple[str, RenderableType]:
    """Give a title and a body for an Output that is only read."""
    match output:
        case RunList(rows, strays):
            recorded = [(short_id(r.run), r.name, r.status, r.mode, r.as_of, str(r.effects)) for r in rows]
            others = [(short_id(r.run), "", r.status, "", r.begun, r.why) for r in strays]
            return "Runs", _table(("run", "name", "status", "mode", "as of", "effects"), [*recorded, *others])
        case DataList(rows):
            return "Data sources", _table(
                ("name", "format", "key", "records", "fields"),
                [
                    (
                        r.name,
                        r.format,
                        r.key or "none",
                        f"{r.rows:,}" if r.rows >= 0 else "unknown",
                        f"✗ {r.problem.line()}" if r.problem else ", ".join(f"{n}: {t}" for n, t in r.fields),
                    )
                    for r in rows
                ],
            )
        case ScheduleList(rows):
            return "Schedules", _table(
                ("name", "when", "zone", "next", "state"),
                [
                    (
                        r.name,
                        r.words or r.spec,
                        r.zone,
                        r.next_due[0] if r.next_due else "never",
                        "paused" if r.paused else "active",
                    )
                    for r in rows
                ],
            )
        case NoticeList(rows):
            table = _table(("time", "schedule", "what"), [(r.time, r.schedule, r.text) for r in rows])
            return "Notices", table if rows else Text("nothing new; sopwb notices list --all has the older ones")
        case History(name, rows):
            return f"History of {name}", _table(
                ("time", "what", "hash", "why"), [(r.time, r.what, short_id(r.hash), r.why) for r in rows]
            )
        case StoreReport():
            words = "the store is sound" if not output.problems else "\n".join(f"✗ {p}" for p in output.problems)
            words = "\n".join((words, *output.notices))
            numbers = _table(("", ""), [(name, f"{n:,}") for name, n in output.numbers.items()])
            return "Store", Group(Text(f"head {output.head}, commit {output.sequence:,}: {words}"), numbers)
        case Difference():
            return f"What changed in {output.b}", difference(output)
        case Comparison():
            return f"Whose results change over {output.source}", Text("\n".join(comparison_lines(output)))
        case ExamplesTried():
            return "Examples", Text("\n".join(tried_lines(output, trace=True)))
        case RunDifference():
            return "In what the runs differ", Text("\n".join(run_difference_lines(output)))
        case Failed(diagnostics):
            return "Not possible", Text(failure_words(diagnostics))
        case _:
            return type(output).__name__, Text(str(output))


def difference(output: Difference) -> RenderableType:
    """Say what changed, then show the lines with their signs."""
    words = Text("\n".join(f"• {change}" for change in output.changes) or "nothing changed", style="bold")
    lines = Text()
    for line in list(
        unified_diff(output.before.splitlines(), output.after.splitlines(), "frozen", "draft", n=2, lineterm="")
    )[2:DIFF_LINES_MAX]:
        style = {"+": "green", "-": "red", "@": "dim"}.get(line[:1], "")
        lines.append(line + "\n", style=style)
    return Group(words, Text(""), lines)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> RenderableType:
    if not rows:
        return Text("none yet")
    table = Table.grid(padding=(0, 2))
    for _ in heads:
        table.add_column(overflow="fold")
    if any(heads):
        table.add_row(*(Text(head, style="bold") for head in heads))
    for row in rows:
        table.add_row(*(Text(part) for part in row))
    return table
