"""Evaluating one expression, outside of any script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopwb.app.commands import Evaluate
from sopwb.app.outputs import AnyOutput, Evaluated
from sopwb.run.evaluate import evaluate_text, variables_of_json

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def evaluate(bench: Workbench, command: Evaluate) -> AnyOutput:
    """Evaluate an expression in the workspace's zone. A type error found before running is an error too."""
    variables = variables_of_json(command.vars)
    return Evaluated(evaluate_text(command.expr, variables, bench.zone, bench.instant(command.as_of)))
