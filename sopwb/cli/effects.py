"""``sopwb runs effects``: what became of each effect of a run."""

from __future__ import annotations

from typing import Any, Final

from sopwb.app.commands import ListEffects
from sopwb.app.outputs import EffectList, EffectRow
from sopwb.cli.exits import FAILED
from sopwb.cli.printing import answer, builtins, columns, finish

_SHOWN: Final = 100
"""Effects in a text; --json has a thousand, --output all."""


def list_effects(folder: str | None, options: Any) -> int:
    found = answer(folder, ListEffects(options.run, options.state, options.codes, options.output), EffectList)
    if found is None:
        return FAILED
    rows = [_document(row, options.codes) for row in found.rows]
    document = {"run": found.run, "total": found.total, "effects": rows}
    if found.file:
        return finish(found, options.json, f"{found.total} effects written to {found.file}", document)
    lines = [columns([_cells(row) for row in found.rows[:_SHOWN]], "no such effects")]
    if found.total > _SHOWN:
        lines.append(f"… {found.total - _SHOWN} more; --output FILE.csv has all")
    return finish(found, options.json, "\n".join(lines), document)


def _document(row: EffectRow, codes: bool) -> dict[str, Any]:
    shown: dict[str, Any] = builtins(row)
    if not codes:
        del shown["codes"]
    return shown


def _cells(row: EffectRow) -> tuple[str, ...]:
    state = row.state.replace("_", " ")
    why = f"{row.code} {row.reason}".strip()
    return state, row.key[:12], row.tool, row.item or "-", row.to or "-", " ".join((*row.codes, why)).strip()
