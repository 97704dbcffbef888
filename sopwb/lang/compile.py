"""Parse and check in one: what everybody calls who has a script and wants to know what it means."""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.lang import ir
from sopwb.lang import script as ast
from sopwb.lang.check import check_script
from sopwb.lang.environment import Environment, Signature
from sopwb.lang.parse import parse_script
from sopwb.lang.signature import signature_of


class Checked(msgspec.Struct, frozen=True):
    """A script as far as it is right: ``ast`` where its shape is, ``ir`` where there are no diagnostics.

    ``signature`` has no name; whoever keeps the script knows it.
    """

    ast: ast.Script | None
    ir: ir.Script | None
    signature: Signature | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        return self.ir is not None


def compile_script(source: str | bytes | dict[str, Any], environment: Environment) -> Checked:
    """Read and check a script against what a workspace declares. Never raises.

    Where some expressions do not parse, the rest is checked all the same, so that one answer tells
    everything.
    """
    tree, found = parse_script(source)
    if tree is None:
        return Checked(None, None, None, found)
    checked, more = check_script(tree, environment)
    signature = signature_of(tree, "")
    assert isinstance(signature, Signature), "a tree has a signature"
    diagnostics = (*found, *more)
    assert (checked is None) == bool(diagnostics), "a script checks or says why not"
    return Checked(tree, checked, signature, diagnostics)
