"""Labels that name conditions said before: "'no form', 'not paid' or 'on hold', the first that applies, else 'fine'".

Each label is for one part of what makes a yes or no true; it applies where that part does not hold. The label's words
say which part. Deliberately not here: how labels are read (``grammar.labelling``).
"""

from __future__ import annotations

from typing import Any, Final

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import akin, stem
from sopwb.author.english.names import key_of
from sopwb.author.english.nodes import parts
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt, Spec

LABEL: Final = m.Holds(None, "@label")
"""Stands for the condition of a label until it is found."""
FINE: Final = m.Holds(None, "@fine")
"""Stands for the case in which no label applies."""
_EMPTY: Final = frozenset(("no", "not", "non", "missing", "without", "is", "are", "the", "a", "an", "of", "on", "too"))

_UN: Final = 4
"""Longer words that begin with "un" deny the rest of them: "unpaid", not "unit"."""


def is_labelled(cases: m.Cases) -> bool:
    """Whether cases are labels whose conditions are still to be found."""
    return any(arm.cond == LABEL for arm in cases.arms)


def labelled(spec: Spec, cases: m.Cases) -> m.Cases:
    """Give each label the condition that it names. Raises ``Doubt`` where a label names none, or more than one."""
    labels = [arm.value for arm in cases.arms if arm.cond == LABEL]
    rest = [arm for arm in cases.arms if arm.cond != LABEL]
    wanted = [p for p in _conjuncts(_verdict(spec, rest[0].cond if rest else FINE)) if p is not None]
    if not rest:
        raise Doubt(f"What should it be where none of {_all(labels)} applies?")
    taken: dict[int, m.Value] = {}
    for label in labels:
        found = [i for i, part in enumerate(wanted) if _named_by(label, part)]
        if len(found) != 1 or found[0] in taken:
            raise Doubt(f"When does {_all([label])} apply? Please say it as {_all([label])} if …")
        taken[found[0]] = label
    if len(taken) != len(wanted):
        raise Doubt(f"Is there nothing else than {_all(labels)} for which it is not so? Please say when each applies.")
    arms = tuple(m.Arm(_opposite(wanted[i]), label) for i, label in taken.items())
    return m.Cases(arms, rest[0].value)


def _verdict(spec: Spec, fine: m.Cond) -> m.Cond:
    """Give the condition of the yes or no that the labels are about. Raises ``Doubt`` where it is not plain which."""
    known = {key: predicate.cond for key, predicate in spec.predicates.items()}
    known |= {key: value.cond for key, value in spec.defs.items() if isinstance(value, m.Truth)}
    known |= {key_of(r.name): r.value.cond for r in spec.returns if isinstance(r.value, m.Truth)}
    said = {p.words for p in parts(fine) if isinstance(p, m.Holds | m.Named)} - {FINE.words}
    if said:
        known = {key: cond for key, cond in known.items() if any(_same(w, key) for w in said)}
    if len(known) != 1:
        raise Doubt("Of what are these the reasons? Please say when each applies: 'x' if …, 'y' if …")
    return known.popitem()[1]


def _same(words: str, key: str) -> bool:
    return {stem(w) for w in words.split()} <= {stem(w) for w in key.split()}


def _conjuncts(cond: m.Cond) -> list[m.Cond]:
    return [c for p in cond.parts for c in _conjuncts(p)] if isinstance(cond, m.And) else [cond]


def _opposite(cond: m.Cond) -> m.Cond:
    return cond.part if isinstance(cond, m.Not) else m.Not(cond)


def _named_by(label: m.Value, cond: m.Cond) -> bool:
    """Whether a label and a condition share a word: 'not paid' and "paid is 45 or more"."""
    assert isinstance(label, m.Lit)
    words = {w.removeprefix("un") if len(w) > _UN else w for w in _label_words(label)}
    return any(akin(w, v) for w in words for v in _words(cond))


def _label_words(label: m.Lit) -> set[str]:
    return {w for w in key_of(label.text.replace(" ", "_")).split() if w not in _EMPTY}


def _words(node: Any) -> set[str]:
    texts = [p.words for p in parts(node) if isinstance(p, m.Named | m.Holds)]
    texts += [p.text for p in parts(node) if isinstance(p, m.Lit) and p.kind == "string"]
    texts += [r.source for r in parts(node) if isinstance(r, m.Rows)]
    return {w for t in texts for w in key_of(t.replace(" ", "_")).split() if w not in _EMPTY}


def _all(labels: list[m.Value]) -> str:
    return listed([f"'{label.text}'" for label in labels if isinstance(label, m.Lit)], "and")
