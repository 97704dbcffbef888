"""Printing Outputs: JSON for programs, plain columns for people. The only place that writes to stdout for commands."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from sopwb.app.commands import Command
from sopwb.app.outputs import AnyOutput, Failed
from sopwb.app.workbench import open_workbench
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.main import report
from sopwb.kernel.canonical import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sopwb.app.workbench import Workbench

Wanted = TypeVar("Wanted", bound=msgspec.Struct)


@contextmanager
def workbench(folder: str | None, as_of: str = "") -> Iterator[Workbench]:
    """Open the workspace for one command."""
    bench = open_workbench(folder, as_of)
    try:
        yield bench
    finally:
        bench.close()


def answer(folder: str | None, command: Command, wanted: type[Wanted], as_of: str = "") -> Wanted | None:
    """Carry out one command in the workspace. Gives None after reporting where it failed."""
    with workbench(folder, as_of) as bench:
        output = bench.do(command)
    return expect(output, wanted)


def expect(output: AnyOutput, wanted: type[Wanted]) -> Wanted | None:
    if isinstance(output, Failed):
        report(output.diagnostics)
        return None
    assert isinstance(output, wanted), f"{type(output).__name__} where {wanted.__name__} was due"
    return output


def finish(output: Any, json: bool, text: str, document: Any = None) -> int:
    """Print an answered command: ``document`` (or the Output itself) as JSON, else ``text``. Gives the exit code."""
    if output is None:
        return FAILED
    if json:
        print(json_text(document if document is not None else builtins(output)))
    elif text:
        print(text)
    return DONE


def builtins(value: Any) -> Any:
    """Turn an Output into JSON-shaped data, decimals kept exact."""
    if isinstance(value, msgspec.Struct):
        return {field: builtins(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, dict):
        return {key: builtins(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [builtins(item) for item in value]
    return value


def columns(rows: Sequence[Sequence[str]], empty: str) -> str:
    """Lay rows out in aligned columns; the last one is not padded."""
    if not rows:
        return empty
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
