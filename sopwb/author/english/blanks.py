"""Records in which a field is blank, and that count all the same.

    "A blank answer means that nobody has asked yet, and such a row counts."

Deliberately not here: a value in the place of a blank (``Spec.blanks``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.nodes import has, rebuilt
from sopwb.author.english.spec import Doubt, Spec

BLANKS: Final = "blanks count "
"""Begins the remark that records count in which the field is blank."""


def blanks_in(rows: m.Rows, field: str) -> m.Rows:
    """Let records pass the tests of a field where it is blank."""
    return msgspec.structs.replace(rows, conds=tuple(_passing(c, field) for c in rows.conds))


def _passing(cond: m.Cond, field: str) -> m.Cond:
    # "Not equal" holds of a blank as it is.
    differs = isinstance(cond, m.Not) and isinstance(cond.part, m.Compare) and cond.part.op == "=="
    if not has(cond, m.Named, words=field) or differs or has(cond, m.Empty):
        return cond
    return m.Or((m.Empty(m.Named(field)), cond))


def count_blanks(spec: Spec, field: str) -> None:
    """Let records count in which a field is blank, wherever that field is tested. Raises ``Doubt``."""
    found = [False]

    def walk(node: Any) -> Any:
        if isinstance(node, m.Rows) and has(node.conds, m.Named, words=field):
            found[0] = True
            return blanks_in(node, field)
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns = [walk(r) for r in spec.returns]
    spec.current, spec.bare = walk(spec.current), walk(spec.bare)
    if not found[0]:
        raise Doubt(f'Where does a blank "{field}" count? I find nothing that tests it.')
