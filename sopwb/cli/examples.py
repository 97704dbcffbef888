"""``sopwb script example …`` and ``sopwb script test``."""

from __future__ import annotations

import sys
from typing import Any

from sopwb.app.commands import AddExample, ListExamples, RemoveExample, RunExamples
from sopwb.app.example_outputs import ExampleList, ExamplesTried, ExampleTried
from sopwb.app.example_text import list_lines, tried_lines
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.inputs import read_pairs
from sopwb.cli.printing import answer, builtins, finish, workbench
from sopwb.cli.printing import expect as expected
from sopwb.kernel.canonical import parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError


def add(folder: str | None, options: Any) -> int:
    """Keep an example and say whether it holds now; one that does not is kept all the same, for the script to meet."""
    command = AddExample(options.name, read_pairs(options.input), _expectation(options), options.as_of)
    found = answer(folder, command, ExamplesTried)
    if found is None or options.json:
        return finish(found, options.json, "", [_row(row, True) for row in found.rows] if found else None)
    print("\n".join(tried_lines(found)[:-1]))
    if found.failed:
        print(f"kept: it does not hold yet, and {options.name} is not frozen until it does", file=sys.stderr)
    return DONE


def _expectation(options: Any) -> dict[str, Any]:
    given = [bool(options.expect), options.result is not None, options.fails is not None]
    if sum(given) != 1:
        raise UserError(
            Diagnostic(
                "SOP-U001",
                "an example needs one expectation",
                expected="--expect FIELD=VALUE …, --result JSON or --fails [TEXT]",
            )
        )
    if options.expect:
        return {"fields": read_pairs(options.expect, "--expect")}
    if options.fails is not None:
        return {"fails": options.fails}
    try:
        return {"result": parse_json(options.result)}
    except ValueError as error:
        raise UserError(Diagnostic("SOP-U002", f"--result is not JSON: {error}", expected="a text in quotes")) from None


def list_examples(folder: str | None, options: Any) -> int:
    """Print a script's examples, numbered."""
    found = answer(folder, ListExamples(options.name), ExampleList)
    return _listed(found, options)


def remove(folder: str | None, options: Any) -> int:
    """Take an example away and print those that are left."""
    found = answer(folder, RemoveExample(options.name, options.number), ExampleList)
    return _listed(found, options)


def _listed(found: ExampleList | None, options: Any) -> int:
    rows = [builtins(row) for row in found.rows] if found else None
    return finish(found, options.json, "\n".join(list_lines(found)) if found else "", rows)


def test(folder: str | None, options: Any) -> int:
    """Try examples; exit 1 where one does not hold."""
    rows: list[ExampleTried] = []
    without: list[str] = []
    with workbench(folder, options.as_of) as bench:
        for name in options.names or [""]:
            found = expected(bench.do(RunExamples(name, options.frozen, options.live)), ExamplesTried)
            if found is None:
                return FAILED
            rows += found.rows
            without += found.without
    output = ExamplesTried(tuple(rows), tuple(without))
    finish(
        output, options.json, "\n".join(tried_lines(output, options.trace)), [_row(row, options.trace) for row in rows]
    )
    return FAILED if output.failed else DONE


def _row(row: ExampleTried, trace: bool) -> dict[str, Any]:
    run = builtins(row.run)
    if run is not None and not trace:
        del run["trace"]
    return {
        "name": row.name,
        "number": row.number,
        "state": row.state,
        "holds": row.holds,
        "inputs": row.inputs,
        "expect": row.expect,
        "missed": [builtins(miss) for miss in row.missed],
        "run": run,
    }
