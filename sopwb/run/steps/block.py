"""Compiling steps in order, and the table of how each step is compiled.

A script's steps are compiled once, however often they are called: what differs from call to call is in the
state (the prefix of paths) and the frame. Deliberately not here: the meaning of any one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TypeAlias, assert_never

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import CALL_DEPTH_MAX
from sopwb.lang import ir
from sopwb.lang.types import Type
from sopwb.run import codes
from sopwb.run.escapes import escaping_names, used_names
from sopwb.run.expression import Context
from sopwb.run.state import Ended, Frame, State

Run: TypeAlias = Callable[[Frame, State], Ended | None]
Resolve: TypeAlias = Callable[[str], ir.Script]
"""Finds a called script: by its pin, or by name where a draft's call has none. Raises ``UserError`` for an
unknown one."""


class Compiled(msgspec.Struct, frozen=True):
    """A script and its steps as one closure."""

    script: ir.Script
    run: Run


class Compiler:
    """Compiles one program: a script with all that it calls, each pin once."""

    def __init__(self, context: Context, resolve: Resolve) -> None:
        self.context = context
        self.needs: dict[str, ir.SourceNeed] = {}
        """What the script being compiled reads, by source."""
        self.escaping: frozenset[str] = frozenset()
        """Names in it whose records may be seen as a whole."""
        self.used: frozenset[str] = frozenset()
        """Names in it that an expression uses."""
        self.current: ir.Script | None = None
        """The script that is being compiled."""
        self.returns: Type | None = None
        """What it declares to give."""
        self._resolve = resolve
        self.compiled: dict[str, Compiled] = {}
        self._open: list[str] = []

    def callee(self, step: ir.Call) -> Compiled:
        """Compile what a call calls, or give it from before."""
        name = step.pin or step.script
        found = self.compiled.get(name)
        if found is None:
            if name in self._open:
                raise _refused(codes.CALLS_ITSELF, step, f"{step.script} calls itself")
            if len(self._open) >= CALL_DEPTH_MAX:
                raise _refused(codes.CALLS_TOO_DEEP, step, f"calls go deeper than {CALL_DEPTH_MAX} scripts")
            self._open.append(name)
            found = self.compiled[name] = self.script(self._resolve(name))
            self._open.pop()
        return found

    def script(self, script: ir.Script) -> Compiled:
        """Compile a script's steps."""
        outer = self.needs, self.escaping, self.used, self.returns, self.current
        self.current, self.used = script, used_names(script.steps)
        self.needs, self.returns = {need.name: need for need in script.reads}, script.returns
        self.escaping = escaping_names(script)
        compiled = Compiled(script, self.block(script.steps))
        self.needs, self.escaping, self.used, self.returns, self.current = outer
        return compiled

    def block(self, steps: tuple[ir.Step, ...]) -> Run:
        """Compile steps that run one after the other."""
        runs = tuple(self._runs(steps))
        if len(runs) == 1:
            return runs[0]
        if len(runs) == 2:
            first, second = runs

            def run_two(frame: Frame, state: State) -> Ended | None:
                return first(frame, state) or second(frame, state)

            return run_two

        def run_all(frame: Frame, state: State) -> Ended | None:
            for run in runs:
                ended = run(frame, state)
                if ended is not None:
                    return ended
            return None

        return run_all

    def _runs(self, steps: tuple[ir.Step, ...]) -> Iterator[Run]:
        from sopwb.run.steps.binding import compile_maths

        for kind, group in groupby(steps, type):
            if kind is ir.Math:
                yield compile_maths([step for step in group if isinstance(step, ir.Math)], self)
            else:
                yield from map(self.step, group)

    def step(self, step: ir.Step) -> Run:
        """Compile one step."""
        from sopwb.run.steps import acting, binding, calling, looping, writing

        match step:
            case ir.Fetch():
                return binding.compile_fetch(step, self)
            case ir.Math():
                return binding.compile_maths([step], self)
            case ir.If():
                return binding.compile_if(step, self)
            case ir.Each():
                return looping.compile_each(step, self)
            case ir.Call():
                return calling.compile_call(step, self)
            case ir.Tool():
                return acting.compile_tool(step, self)
            case ir.Write():
                return writing.compile_write(step, self)
            case ir.Say():
                return acting.compile_say(step, self)
            case ir.Fail():
                return acting.compile_fail(step, self)
            case ir.Return():
                return binding.compile_return(step, self)
            case _:
                assert_never(step)


def _refused(code: str, step: ir.Call, message: str) -> UserError:
    return UserError(Diagnostic(code, message, path=step.path))
