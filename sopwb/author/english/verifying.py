"""Remarks that say what holds anyway, held against the script: a wrong one is a question, not a shrug.

Deliberately not here: statements that change a script (``discourse``).
"""

from __future__ import annotations

from typing import Final

from sopwb.author.english import meaning as m
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.spec import Doubt, Spec

_DENIED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def verify(spec: Spec, remark: m.Remark) -> None:
    """Hold a remark about a limit against the comparisons that stand."""
    number = remark.what.split()[1] if remark.what.startswith("stays ") else "the"
    if number != "the" and not has(spec, m.Lit, kind="number", text=number):
        raise Doubt(f"I find no number {number} in it that could stay.")
    free = remark.what.removeprefix("whatever ") if remark.what.startswith("whatever ") else ""
    chosen_by = (p.conds for p in parts(spec) if isinstance(p, m.Rows))
    if free and any(has(conds, m.Named, words=free) for conds in chosen_by):
        raise Doubt(f"Some records are left out by their {free} so far. Should they all count now?")
    rounds = any(a.how.startswith("round") for _, a in spec.adjusts) or has(spec, m.Rounded)
    if remark.what == "rounds last" and not rounds:
        raise Doubt("Round it to what? To cents, to whole numbers?")
    if remark.strict is None:
        return
    ops = {part.op for part in parts(spec) if isinstance(part, m.Compare)}
    against = [part.part for part in parts(spec) if isinstance(part, m.Not)]
    against += [a.cond for a in spec.assigns if a.sets and all(v == m.Lit("bool", "false") for _, v in a.sets)]
    denied = parts(against)
    ops |= {_DENIED.get(part.op, "") for part in denied if isinstance(part, m.Compare)}
    inside = has(spec, m.Inside)
    if remark.strict and not ops & {"<", ">"}:
        raise Doubt(
            "You say that the limit itself does not count, but I read the rule so that it does. How should the limit itself be treated?"  # noqa: E501 - one message, one line
        )
    if not remark.strict and not (ops & {"<=", ">="} or inside):
        raise Doubt(
            "You say that the limit itself counts, but I read the rule so that it does not. How should the limit itself be treated?"  # noqa: E501 - one message, one line
        )
