"""Inputs as words: ``name=value``. What a value means is its parameter's type's to say (``run.inputs``)."""

from __future__ import annotations

from collections.abc import Iterable

from sopwb.kernel.diagnostics import Diagnostic, UserError


def read_pairs(words: Iterable[str], option: str = "--input") -> dict[str, str]:
    """Read ``--input`` words; a later one of the same name counts. Raises ``UserError`` SOP-U002."""
    pairs: dict[str, str] = {}
    for word in words:
        name, eq, value = word.partition("=")
        if not eq or not name:
            raise UserError(Diagnostic("SOP-U002", f"{option} {word!r} does not read", expected="name=value"))
        pairs[name] = value
    return pairs
