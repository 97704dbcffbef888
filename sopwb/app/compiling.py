"""Compiling by reference: a draft against the live workspace, a frozen script against what it was frozen with.

``compiled`` gives the typed IR that the engines run; ``resolver`` gives the IR of called scripts. Deliberately
not here: what the rules are (``lang``), and running.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.ids import PREFIX
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
