"""What goes on from the sentence before: more cases of the value that has some, what each record comes to.

    "It is 'closed' for three or more failures. With none it is 'good' if there is a sample and 'unknown' if not."

Deliberately not here: one case more in a finished script (``amending``).
"""

from __future__ import annotations

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.spec import Doubt, Spec


def goes_on(spec: Spec, words: str, value: m.Value) -> bool:
    """Take what has no name of its own but goes on with what was said; False where it is something else."""
    if words == "@steps" and isinstance(value, m.Agg):
        # What each record comes to is nothing that "it" could be: only its sum is.
        spec.defs[words], spec.current = msgspec.structs.replace(value, rows=None), value.rows
        return True
    if words == "@more" and isinstance(value, m.Cases):
        _more_cases(spec, value)
        return True
    return False


def _more_cases(spec: Spec, more: m.Cases) -> None:
    """Add cases to the value spoken of last, which has no "otherwise" yet. Raises ``Doubt``."""
    at = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == spec.last), None)
    said = spec.defs.get(spec.last, spec.returns[at].value if at is not None else None)
    if not isinstance(said, m.Cases) or said.default is not None:
        raise Doubt("Which value should have these cases? Please name it.")
    whole = msgspec.structs.replace(said, arms=(*said.arms, *more.arms), default=more.default)
    if spec.last in spec.defs:
        spec.defs[spec.last] = whole
    elif at is not None:
        spec.returns[at] = msgspec.structs.replace(spec.returns[at], value=whole)
