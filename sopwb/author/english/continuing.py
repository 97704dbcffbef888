"""What goes on from the sentence before: more cases of the value that has some, what each record comes to.

    "It is 'closed' for three or more failures. With none it is 'good' if there is a sample and 'unknown' if not."

Deliberately not here: one case more in a finished script (``amending``).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import parts, rebuilt
from sopwb.author.english.spec import Doubt, Spec


def continues(spec: Spec, words: str, value: m.Value) -> bool:
    """Take what has no name of its own but goes on with what was said; False where it is something else."""
    if words == "@steps" and isinstance(value, m.Agg):
        # What each record comes to is nothing that "it" could be: only its sum is.
        spec.defs[words], spec.current = msgspec.structs.replace(value, rows=None), value.rows
        return True
    if words.startswith("@only ") and isinstance(value, m.Truth):
        _only_part(spec, words.removeprefix("@only "), value.cond)
        return True
    if words == "@more" and isinstance(value, m.Cases):
        _more_cases(spec, value)
        return True
    return False


def _more_cases(spec: Spec, more: m.Cases) -> None:
    """Add cases to the value spoken of last, which has no "otherwise" yet. Raises ``Doubt``."""
    said = _values(spec).get(spec.last)
    if not isinstance(said, m.Cases) or said.default is not None:
        raise Doubt("Which value should have these cases? Please name it.")
    _put(spec, spec.last, msgspec.structs.replace(said, arms=(*said.arms, *more.arms), default=more.default))


def _only_part(spec: Spec, noun: str, cond: m.Cond) -> None:
    """Let only the addends that are of some record count where a condition holds. Raises ``Doubt``."""
    spec.case = cond
    sums = {k: v for k, v in _values(spec).items() if any(_of(a, noun) for a in _addends(v))}
    found = {k: kept for k, v in sums.items() if (kept := [a for a in _addends(v) if _of(a, noun)]) != _addends(v)}
    if len(found) != 1:
        raise Doubt(f"Of which value should only the {noun} be counted then? Please say in full what it is.")
    key, kept = found.popitem()
    part = kept[0]
    for more in kept[1:]:
        part = m.Arith("+", part, more)
    _put(spec, key, m.Cases((m.Arm(cond, part),), sums[key]))


def otherwise(spec: Spec, said: m.Assign) -> bool:
    """Let "otherwise …" end the cases of the value spoken of last; False where it says something else."""
    before = _values(spec).get(spec.last)
    if len(said.sets) != 1 or not isinstance(said.cond, m.Otherwise) or before is None:
        return False
    name, value = said.sets[0]
    if name == spec.last and _says_otherwise(before, value):
        return True
    if name not in ("@whole", spec.last):
        return False
    if isinstance(before, m.Cases) and before.default is None:
        _put(spec, spec.last, msgspec.structs.replace(before, default=value))
        return True
    if isinstance(before, m.Truth):
        return _says_otherwise(before, value)
    if all(isinstance(a.cond, m.Otherwise) for a in spec.assigns):
        raise Doubt("Otherwise than when? Please say when it is what you said before.")
    return False


def _says_otherwise(before: m.Value, value: m.Value) -> bool:
    """Whether "otherwise" repeats what the definition gives then anyway. Raises ``Doubt`` for another."""
    if isinstance(before, m.Truth) and isinstance(value, m.Lit) and value.kind == "bool":
        if value.text == "false":
            return True
        raise Doubt("It would be true both then and otherwise. Which is meant?")
    if isinstance(before, m.Cases) and before.default is None:
        return False
    if isinstance(before, m.Cases) and before.default == value:
        return True
    raise Doubt("Two things are said of what it is otherwise. Which one holds?")


def _addends(value: m.Value) -> list[m.Value]:
    if isinstance(value, m.Arith) and value.op == "+":
        return [*_addends(value.left), *_addends(value.right)]
    return [value]


def _of(value: m.Value, noun: str) -> bool:
    return any(isinstance(p, m.Named) and noun in (p.owner, *p.words.split()) for p in parts(value))


def _values(spec: Spec) -> dict[str, m.Value]:
    return {**{key_of(r.name): r.value for r in spec.returns if r.value is not None}, **spec.defs}


def _put(spec: Spec, key: str, value: m.Value) -> None:
    if key in spec.defs:
        spec.defs[key] = value
    else:
        spec.returns = [msgspec.structs.replace(r, value=value) if key_of(r.name) == key else r for r in spec.returns]


CASE: Final = m.Holds(None, "@that case")
"""Stands for the condition that was said last: "in exactly that case"."""


def in_that_case(spec: Spec, statement: Any) -> Any:
    """Put the condition said last in the place of "that case", and keep the one that a statement says."""
    said = getattr(statement, "cond", None)
    done = _with_case(spec, statement)
    if said is not None and not isinstance(statement, m.Fail):
        spec.case = done.cond
    return done


def _with_case(spec: Spec, node: Any) -> Any:
    if node == CASE:
        if spec.case is None:
            raise Doubt("In which case? Please say it in full.")
        return spec.case
    return rebuilt(node, lambda part: _with_case(spec, part))
