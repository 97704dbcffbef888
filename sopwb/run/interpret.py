"""The row interpreter: prepares a script, then decides it.

``prepare`` compiles typed steps to nested closures, once; ``run`` goes through them with the inputs and the
ports of a ``World``. It decides only: effects are planned in key order, and an error ends the run before any
is done (a failed or cancelled outcome means that the spool is to be thrown away). Acting on what was planned
belongs to ``app``.

Deliberately not here: the steps (``steps``), expressions (``expression``), the set engine (``plan``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.values import Value
from sopwb.lang import ir
from sopwb.run import codes
from sopwb.run.expression import Context
from sopwb.run.state import Cancelled, Outcome, RunFailure, State, World
from sopwb.run.steps.block import Compiled, Compiler, Resolve

_TOO_DEEP = Diagnostic(codes.NESTED_TOO_DEEP, "steps, calls and expressions are nested too deeply to run")


class Loop(msgspec.Struct, frozen=True):
    """A loop that stands in no other; ``path`` is the one that its events have."""

    path: str
    each: ir.Each


class Program(msgspec.Struct, frozen=True):
    """A script that is ready to run, with all that it calls (``called``, by pin or by a draft's name)."""

    main: Compiled
    called: dict[str, Compiled]
    zone: dt.tzinfo

    @property
    def script(self) -> ir.Script:
        return self.main.script

    def scripts(self) -> tuple[ir.Script, ...]:
        """List the script and those that it calls."""
        return (self.main.script, *(compiled.script for compiled in self.called.values()))

    def reads(self) -> tuple[ir.SourceNeed, ...]:
        """List what all of them read: by source; one source may be needed in several ways."""
        needs = {need for script in self.scripts() for need in script.reads}
        return tuple(sorted(needs, key=lambda need: (need.name, need.record.names())))

    def loops(self) -> tuple[Loop, ...]:
        """List the outermost loops, those of called scripts too, in reading order."""
        return tuple(self._loops(self.script.steps, ""))

    def yields(self) -> bool:
        """Whether an outermost ``each`` yields: then the items' yields are its results, else what it returns."""
        return any(loop.each.yield_ is not None for loop in self.loops())

    def _loops(self, steps: tuple[ir.Step, ...], prefix: str) -> Iterator[Loop]:
        for step in steps:
            match step:
                case ir.Each():
                    yield Loop(prefix + step.path, step)
                case ir.If():
                    yield from self._loops(step.then + step.else_, prefix)
                case ir.Call():
                    callee = self.called[step.pin or step.script].script
                    yield from self._loops(callee.steps, f"{prefix}{step.path}/call/")
                case _:
                    continue

    def writes(self) -> tuple[ir.Write, ...]:
        """List the steps that write, of all of them."""
        return tuple(write for script in self.scripts() for write in ir.writes_of(script.steps))

    def tools(self) -> tuple[str, ...]:
        """Name the tools that all of them may use, and ``write:SOURCE`` for what they write."""
        return tuple(sorted({tool for script in self.scripts() for tool in script.tools}))


def prepare(script: ir.Script, context: Context, resolve: Resolve) -> Program:
    """Compile a script with all that it calls. Raises ``UserError`` for calls that cannot be found or go too
    deep."""
    compiler = Compiler(context, resolve)
    try:
        main = compiler.script(script)
    except RecursionError:
        raise UserError(_TOO_DEEP) from None
    return Program(main, compiler.compiled, context.zone)


def run(program: Program, inputs: dict[str, Value], world: World) -> Outcome:
    """Decide a program: give its result, its trace's hash and what it planned. User's errors come back in the
    outcome.

    ``inputs`` are complete values of the script's parameters (``inputs.read_inputs``). Assertions and the
    ports' own exceptions pass.
    """
    state = State(world, world.now.astimezone(program.zone).date())
    frame = {**state.base, **inputs}
    try:
        ended = program.main.run(frame, state)
    except RunFailure as failure:
        return _failed(state, failure)
    except UserError as error:
        return _failed(state, RunFailure(*error.diagnostics))
    except RecursionError:
        return _failed(state, RunFailure(_TOO_DEEP))
    except Cancelled:
        world.trace.fail()
        return _outcome(
            state,
            "cancelled",
            None,
            (Diagnostic(codes.CANCELLED, "the run was cancelled; nothing was done"),),
        )
    result = ended[0] if ended is not None else None
    if world.results is not None and not program.yields():
        world.results.write("", result)
    return _outcome(state, "dead_letters" if state.dead_letters_total else "succeeded", result, ())


def _failed(state: State, failure: RunFailure) -> Outcome:
    state.record_failure(failure)
    state.trace.fail()
    return _outcome(state, "failed", None, failure.diagnostics)


def _outcome(state: State, status: str, result: Value, errors: tuple[Diagnostic, ...]) -> Outcome:
    return Outcome(
        status=status,
        result=result,
        errors=errors,
        trace_hash=state.trace.hash(),
        items=state.items,
        planned=state.planned,
        dead_letters=tuple(state.dead_letters),
        dead_letters_total=state.dead_letters_total,
    )
