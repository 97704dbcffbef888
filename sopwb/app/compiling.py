"""Compiling by reference: a draft against the live workspace, a frozen script against what it was frozen with.

``compiled`` gives the typed IR that the engines run; ``resolver`` gives the IR of called scripts. Deliberately
not here: what the rules are (``lang``), and running.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sopwb.kernel.diagnostics import UserError
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
    return load_frozen(bench.library.canonical(hash_), bench.environment())


def resolver(bench: Workbench) -> Callable[[str, str], ir.Script]:
    """Give a function (pin, name) → typed IR of a called script; drafts by name where the pin is empty."""
    found: dict[str, ir.Script] = {}

    def resolve(pin: str, name: str) -> ir.Script:
        key = pin or name
        if key not in found:
            if pin:
                checked = compile_frozen(bench, pin)
            else:
                draft = bench.library.draft(name)
                if draft is not None:
                    checked = compile_draft(bench, draft.script)
                else:
                    checked = compile_frozen(bench, bench.library.resolve(name))
            if checked.ir is None:
                raise UserError(*checked.diagnostics)
            found[key] = checked.ir
        return found[key]

    return resolve
