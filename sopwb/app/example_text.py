"""Examples in lines of text, for the command line, the chat and the workbench.

Deliberately not here: colours and widgets (faces), and trying (``trying``).
"""

from __future__ import annotations

from typing import Any

from sopwb.app.example_outputs import ExampleList, ExamplesTried, ExampleTried
from sopwb.kernel.canonical import json_text
from sopwb.kernel.limits import TRACE_LINES_SHOWN


def inputs_text(inputs: dict[str, Any]) -> str:
    """Write inputs as a command line would have them."""
    said = ", ".join(f"{name}={bare_text(value)}" for name, value in inputs.items() if value is not None)
    return said or "no inputs"


def expect_text(expect: dict[str, Any]) -> str:
    """Say an expectation: ``is_risk true``."""
    match expect:
        case {"fields": dict(fields)}:
            return ", ".join(f"{name} {json_text(value)}" for name, value in fields.items())
        case {"result": value}:
            return json_text(value)
        case {"fails": str(text)}:
            return f"a failure with {json_text(text)}" if text else "a failure"
        case _:
            return json_text(expect)


def bare_text(value: Any) -> str:
    """Write a value as one would give it as an input."""
    return value if isinstance(value, str) and value and value.isprintable() else json_text(value)


def list_lines(found: ExampleList) -> list[str]:
    """Say the examples of a script, numbered."""
    lines = []
    for row in found.rows:
        kept = f"recorded {row.recorded[:10]}" if row.recorded else "on the data as it is"
        when = f"as of {row.as_of}, " if row.as_of else ""
        lines.append(f"{row.number}. {inputs_text(row.inputs)} → {expect_text(row.expect)}   ({when}{kept})")
    return lines or [f"{found.name} has no examples"]


def tried_lines(found: ExamplesTried, trace: bool = False) -> list[str]:
    """Say what came of examples, a line each, the missed ones with what was found; then the count.

    ``trace``: with the spoken trace of those that do not hold.
    """
    lines: list[str] = []
    for row in found.rows:
        lines += _row(row, trace)
    lines += [f"{name} has no examples" for name in found.without]
    if not found.rows:
        return lines or ["no examples yet: sopwb script example add NAME --input … --expect FIELD=VALUE"]
    held = len(found.rows) - found.failed
    return [*lines, f"{held} of {len(found.rows)} examples hold" if found.failed else _all(held)]


def _all(held: int) -> str:
    return "the example holds" if held == 1 else f"all {held} examples hold"


def _row(row: ExampleTried, trace: bool) -> list[str]:
    sign = "✓" if row.holds else "✗"
    on = " (on the data as it is)" if row.is_live else ""
    lines = [f"{sign} {row.name} {row.number}. {inputs_text(row.inputs)} → {expect_text(row.expect)}{on}"]
    lines += [f"    {miss.words()}" for miss in row.missed]
    if trace and not row.holds and row.run is not None:
        lines += [f"      {text}" for text in row.run.trace[:TRACE_LINES_SHOWN]]
        if len(row.run.trace) > TRACE_LINES_SHOWN:
            lines.append(f"      … of {row.run.trace_total:,} events")
    return lines
