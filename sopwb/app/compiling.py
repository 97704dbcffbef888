"""Compiling by reference: a draft against the live workspace, a frozen script against what it was frozen with.

``compiled`` gives the typed IR that the engines run; ``resolver`` gives the IR of called scripts. Deliberately
not here: what the rules are (``lang``), and running.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.ids import PREFIX, short_id
from sopwb.lang import ir
from sopwb.lang.canonical import load_frozen
from sopwb.lang.compile import Checked, compile_script

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def compile_draft(bench: Workbench, raw: dict[str, Any]) -> Checked:
    """Check a raw script against the workspace as it is now."""
    return compile_script(raw, bench.environment())


def compile_frozen(bench: Workbench, hash_: str) -> Checked:
    """Check a frozen script against its own contract. Its diagnostics are empty unless the store lies."""
    checked = load_frozen(bench.library.canonical(hash_), bench.environment())
    if checked.ir is None:
        return checked
    steps = _named(checked.ir.steps, bench.library.name_of)
    return msgspec.structs.replace(checked, ir=msgspec.structs.replace(checked.ir, steps=steps))


def _named(steps: tuple[ir.Step, ...], name_of: Callable[[str], str]) -> tuple[ir.Step, ...]:
    """Give calls the name that their pin is known by: it is not identity, but it is what traces say."""

    def named(step: ir.Step) -> ir.Step:
        match step:
            case ir.Call() if not step.script:
                return msgspec.structs.replace(step, script=name_of(step.pin) or short_id(step.pin))
            case ir.If():
                then, else_ = _named(step.then, name_of), _named(step.else_, name_of)
                return msgspec.structs.replace(step, then=then, else_=else_)
            case ir.Each():
                return msgspec.structs.replace(step, do=_named(step.do, name_of))
            case _:
                return step

    return tuple(map(named, steps))


def resolver(bench: Workbench) -> Callable[[str], ir.Script]:
    """Give a function that finds the typed IR of a called script: by pin, or by name where a draft's call has none."""

    def resolve(called: str) -> ir.Script:
        draft = None if called.startswith(PREFIX) else bench.library.draft(called)
        if draft is not None:
            checked = compile_draft(bench, draft.script)
        else:
            checked = compile_frozen(bench, bench.library.resolve(called))
        if checked.ir is None:
            raise UserError(*checked.diagnostics)
        return checked.ir

    return resolve
