"""Remarks that say what holds anyway, held against the script: a wrong one is a question, not a shrug.

Deliberately not here: statements that change a script (``discourse``).
"""

from __future__ import annotations

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.spec import Doubt, Spec


def verify(spec: Spec, remark: m.Remark) -> None:
    """Hold a remark about a limit against the comparisons that stand."""
    number = remark.what.split()[1] if remark.what.startswith("stays ") else "the"
    if number != "the" and not has(spec, m.Lit, kind="number", text=number):
        raise Doubt(f"I find no number {number} in it that could stay.")
    if remark.what.startswith("blank not ") and has(_said(spec, remark.what.removeprefix("blank not ")), m.Not):
        raise Doubt("What should an empty value count as there? Please say it in full.")
    if remark.what == "limits fine":
        _limits_fine(spec)
    if remark.strict is None:
        return
    ops = {part.op for part in parts(spec) if isinstance(part, m.Compare)}
    inside = has(spec, m.Inside)
    if remark.strict and not ops & {"<", ">"}:
        raise Doubt(
            "You say that the limit itself does not count, but I read the rule so that it does. How should the limit itself be treated?"  # noqa: E501 - one message, one line
        )
    if not remark.strict and not (ops & {"<=", ">="} or inside):
        raise Doubt(
            "You say that the limit itself counts, but I read the rule so that it does not. How should the limit itself be treated?"  # noqa: E501 - one message, one line
        )


_BAD = ("fail", "bad", "alarm", "violat", "breach", "warn", "fault", "defect", "reject", "exceed", "late", "error")


def _said(spec: Spec, key: str) -> m.Value | None:
    return spec.defs.get(key, next((r.value for r in spec.returns if key_of(r.name) == key), None))


def _limits_fine(spec: Spec) -> None:
    """Hold "the limits are fine" against what they are limits of: of something bad, they must lie outside."""
    bad = any(word.startswith(_BAD) for word in spec.last.split())
    ops = {p.op for p in parts(_said(spec, spec.last)) if isinstance(p, m.Compare)}
    if not bad or not ops or not ops <= {"<", ">"}:
        raise Doubt("Does a value of exactly the limit count there, or does it not?")
