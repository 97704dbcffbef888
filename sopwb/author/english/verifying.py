"""Remarks that say what holds anyway, held against the script: a wrong one is a question, not a shrug.

Deliberately not here: statements that change a script (``discourse``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import has, parts
from sopwb.author.english.spec import Doubt, Spec

_DENIED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def verify(spec: Spec, remark: m.Remark) -> None:
    """Hold a remark about a limit against the comparisons that stand."""
    number = remark.what.split()[1] if remark.what.startswith("stays ") else "the"
    if number != "the" and not has(spec, m.Lit, kind="number", text=number):
        raise Doubt(f"I find no number {number} in it that could stay.")
    if remark.what.startswith("blank not ") and has(_said(spec, remark.what.removeprefix("blank not ")), m.Not):
        raise Doubt("What should an empty value count as there? Please say it in full.")
    if remark.what.startswith("made of "):
        _made_of(spec, *remark.what.removeprefix("made of ").split(": "))
    if remark.what == "may fall" and (has(spec, m.Clamp) or any(a.how == "low" for _, a in spec.adjusts)):
        raise Doubt("So far it never goes below a limit. Should that limit go?")
    if remark.what == "limits fine":
        _limits_fine(spec)
    if remark.what.startswith("fine at "):
        _fine_at(spec, remark.what.removeprefix("fine at "))
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


_BAD = ("fail", "bad", "alarm", "violat", "breach", "warn", "fault", "defect", "reject", "exceed", "late", "error")


def _said(spec: Spec, key: str) -> m.Value | None:
    return spec.defs.get(key, next((r.value for r in spec.returns if key_of(r.name) == key), None))


def _limits_fine(spec: Spec) -> None:
    """Hold "the limits are fine" against what they are limits of: of something bad, they must lie outside."""
    bad = any(word.startswith(_BAD) for word in spec.last.split())
    ops = {p.op for p in parts(_said(spec, spec.last)) if isinstance(p, m.Compare)}
    if not bad or not ops or not ops <= {"<", ">"}:
        raise Doubt("Does a value of exactly the limit count there, or does it not?")


def _fine_at(spec: Spec, number: str) -> None:
    """Hold "5 exactly is fine" against the one comparison with 5: it must let 5 pass where that is what is good."""
    found = set(_tested((spec.defs, spec.returns, spec.predicates, spec.assigns), number, True))
    if not found:
        raise Doubt(f"Exactly {number}: what is it then? Please say it in full.")
    if all(good == strict for good, strict in found):
        raise Doubt(f"You say that exactly {number} is fine, but I read the rule so that it is not. How is it meant?")


def _tested(said: Any, number: str, good: bool) -> Iterator[tuple[bool, bool]]:
    """Give, for each comparison with a number, whether it is one of what is good, and whether it is strict."""
    match said:
        case m.Compare(op) if has(said, m.Lit, kind="number", text=number):
            yield good, op in ("<", ">")
        case m.Not() | m.NoRows():
            good = not good
        case m.Arm(cond, m.Lit("bool", "false")):
            yield from _tested(cond, number, not good)
            return
        case m.Assign(cond, sets) if sets and all(v == m.Lit("bool", "false") for _, v in sets):
            yield from _tested(cond, number, not good)
            return
    if isinstance(said, m.Node):
        for name in said.__struct_fields__:
            yield from _tested(getattr(said, name), number, good)
    elif isinstance(said, tuple | list):
        for part in said:
            yield from _tested(part, number, good)
    elif isinstance(said, dict):
        for part in said.values():
            yield from _tested(part, number, good)


def _made_of(spec: Spec, source: str, names: str) -> None:
    """Hold "neither in a nor in b" against what a and b are computed from. Raises ``Doubt``."""
    focus = spec.current.source if spec.current is not None else ""
    for name in names.split(", "):
        said = _said(spec, key_of(name))
        inner = [said, *(spec.defs.get(p.words) for p in parts(said) if isinstance(p, m.Named))]
        over = [(a.rows.source if a.rows is not None else "") or focus for a in parts(inner) if isinstance(a, m.Agg)]
        if said is not None and source not in over:
            raise Doubt(f"{name} is not computed from {source}. How do they count in it?")
