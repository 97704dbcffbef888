"""Conditions that name a text which the script itself comes to: "'no budget' unless the grant is closed".

Such a condition is the one under which that text is given, and none of the cases before it. Deliberately not here:
texts that records hold, and texts that another script gives.
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english import meaning as m
from sopwb.author.english.nodes import rebuilt
from sopwb.author.english.spec import Doubt, Spec

COMES_TO: Final = "@comes to "
"""Begins the words of a condition that the script comes to a text."""


def by_its_text(spec: Spec, node: Any) -> Any:
    """Put the condition of a text in the place of its name. Raises ``Doubt`` where no one case gives that text."""
    if isinstance(node, m.Holds) and node.words.startswith(COMES_TO):
        return _condition_of(spec, node.words.removeprefix(COMES_TO))
    return rebuilt(node, lambda part: by_its_text(spec, part))


def _condition_of(spec: Spec, text: str) -> m.Cond:
    wanted = m.Lit("string", text)
    found: list[m.Cond] = []
    for cases in _all_cases(spec):
        before: list[m.Cond] = []
        for cond, value in cases:
            if value == wanted:
                found.append(m.And((*before, cond)) if before else cond)
            before.append(m.Not(cond))
    if len(found) != 1 or isinstance(found[0], m.Otherwise):
        raise Doubt(f'When is it "{text}"? Please say the condition itself.')
    return found[0]


def _all_cases(spec: Spec) -> list[list[tuple[m.Cond, m.Value]]]:
    """Give the cases of each value that has some, in their order."""
    assigned: dict[str, list[tuple[m.Cond, m.Value]]] = {}
    for assign in spec.assigns:
        for name, value in assign.sets:
            assigned.setdefault(name, []).append((assign.cond, value))
    values = [*spec.defs.values(), *(r.value for r in spec.returns)]
    plain = [[(a.cond, a.value) for a in v.arms] for v in values if isinstance(v, m.Cases) and v.subject is None]
    return [*assigned.values(), *plain]
