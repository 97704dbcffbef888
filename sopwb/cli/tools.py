"""``sopwb tools …``"""

from __future__ import annotations

from typing import Any

from sopwb.app.commands import ListTools
from sopwb.app.outputs import ToolList, ToolView
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.printing import answer, builtins, columns, finish


def list_tools(folder: str | None, options: Any) -> int:
    """Print tools and what each still needs to act; exit 1 where one cannot be loaded."""
    found = answer(folder, ListTools(), ToolList)
    rows = found.rows if found else ()
    table = [(row.name, row.kind or "–", row.protection or "–", row.package or "built in", _state(row)) for row in rows]
    finish(found, options.json, columns(table, "no tools"), [builtins(row) for row in rows])
    return DONE if found and not any(row.problem for row in rows) else FAILED


def _state(row: ToolView) -> str:
    if row.problem is not None:
        return row.problem.line()
    if row.configured:
        return "ready"
    return f"[tools.{row.section}] needs {', '.join(row.lacks)}" if row.lacks else "only planned and mocked"
