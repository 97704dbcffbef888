"""Expressions of steps: closures at first, a Python function once they have been evaluated often.

Deliberately not here: either form (``expression``, ``expression_source``).
"""

from __future__ import annotations

from sopwb.kernel.limits import EXPRESSION_WARM_RUNS
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.run.expression import Closure, Context, Env, compile_expression


class Hot:
    """An expression of a step. ``run`` evaluates it; it is another function after some hundred evaluations, so
    whoever holds one asks for ``run`` each time."""

    __slots__ = ("_closure", "_context", "_expr", "_left", "run")

    run: Closure

    def __init__(self, expr: ir.Expr, context: Context) -> None:
        self._expr, self._context, self._left = expr, context, EXPRESSION_WARM_RUNS
        self._closure = compile_expression(expr, context)
        self.run = self._counted

    def _counted(self, env: Env) -> Value:
        self._left -= 1
        if self._left <= 0:
            self.run = self._function()
        return self._closure(env)

    def _function(self) -> Closure:
        from sopwb.run.expression_source import TooDeep, python_function  # here: a run of one thing needs none

        try:
            return python_function(self._expr, self._context, self._closure)
        except TooDeep:
            return self._closure
