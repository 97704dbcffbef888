"""``sopwb eval``: one expression, or a JSON line each. Works outside of a workspace too, in UTC."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

from sopwb.app.workbench import read_instant
from sopwb.app.workspace import find_workspace, read_workspace
from sopwb.cli.exits import DONE, FAILED
from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.run.evaluate import evaluate_text, variables_of_json

Evaluator = Callable[[str, dict[str, Any]], dict[str, Any]]


def evaluate(folder: str | None, options: Any) -> int:
    """Print what an expression comes to. Gives 1 where it is an error."""
    calculate = _evaluator(folder, options.as_of)
    if options.lines:
        return _lines(calculate)
    if options.expr is None:
        raise UserError(Diagnostic("SOP-U001", "eval needs an expression, or --lines", hint="sopwb eval '1 + 2'"))
    reply = calculate(options.expr, _object(options.vars, "--vars"))
    if options.json:
        print(json_text(reply))
    elif "error" in reply:
        print(f"{reply['error']['code']}: {reply['error']['message']}", file=sys.stderr)
    else:
        print(json_text(reply["value"]))
    return FAILED if "error" in reply else DONE


def _lines(calculate: Evaluator) -> int:
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            asked = _object(line, f"line {number}")
            expr = asked.get("expr")
            if not isinstance(expr, str):
                raise UserError(Diagnostic("SOP-U002", f'line {number} has no "expr" text'))
            variables = asked.get("vars", {})
            if not isinstance(variables, dict):
                raise UserError(Diagnostic("SOP-U002", f'"vars" of line {number} is not an object'))
            reply = calculate(expr, variables)
        except UserError as error:
            first = error.diagnostics[0]
            reply = {"error": {"code": first.code, "message": first.message}}
        print(json_text(reply))
    return DONE


def _evaluator(folder: str | None, as_of: str) -> Evaluator:
    zone: dt.tzinfo = dt.UTC
    try:
        from pathlib import Path

        zone = read_workspace(Path(folder) if folder else find_workspace()).zone
    except UserError as error:
        if folder or error.diagnostics[0].code != "SOP-W001":
            raise
    now = read_instant(as_of) if as_of else dt.datetime.now(dt.UTC)
    return lambda expr, variables: evaluate_text(expr, variables_of_json(variables), zone, now)


def _object(text: str, place: str) -> dict[str, Any]:
    try:
        found = parse_json(text)
    except ValueError as error:
        raise UserError(Diagnostic("SOP-U002", f"{place} is not JSON: {error}")) from None
    if not isinstance(found, dict):
        raise UserError(Diagnostic("SOP-U002", f"{place} must be a JSON object", found=type(found).__name__))
    return found
