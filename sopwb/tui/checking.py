"""Trying an edit without keeping it: what a form shows under the caret while a person types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.kernel.diagnostics import Diagnostic

if TYPE_CHECKING:
    from sopwb.lang.environment import Environment


def check_edits(
    script: dict[str, Any], edits: list[dict[str, Any]], environment: Environment
) -> tuple[Diagnostic, ...]:
    """Apply ``edits`` to a copy of ``script`` and check what comes of it. Gives its diagnostics."""
    from sopwb.lang.compile import compile_script
    from sopwb.lang.edits import apply_edit
    from sopwb.lang.extraction import extract

    for edit in edits:
        if edit["edit"] == "extract":
            # It makes two scripts, and the call of a new one does not check before both are kept.
            extracted = extract(script, edit, environment)
            return extracted if isinstance(extracted, tuple) else ()
        edited = apply_edit(script, edit)
        if not isinstance(edited, dict):
            return edited
        script = edited
    return compile_script(script, environment).diagnostics
