"""Which value cases choose by: the one that can hold their texts ("10 for gold"), or that their bands name.

Deliberately not here: how cases are read (``grammar.choosing``), and what their texts are compared with in a script.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.bands import pointed
from sopwb.author.english.labels import is_labelled, labelled
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.nodes import rebuilt
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt, Spec

CHOSEN: Final = m.Named("@chosen")
"""The value that cases choose by, where only its texts were said."""


def chosen(spec: Spec, node: Any, names: Names) -> Any:
    """Put in place what cases choose by. Raises ``Doubt`` where nothing or more than one thing fits."""
    if isinstance(node, m.Cases) and is_labelled(node):
        return labelled(spec, node)
    if isinstance(node, m.Cases) and any(isinstance(a.cond, m.Compare) and a.cond.left == CHOSEN for a in node.arms):
        subject = node.subject  # said beside the cases ("it depends on priority: …"), or still to be found
        if subject is None or subject == CHOSEN:
            tests = [a.cond for a in node.arms if isinstance(a.cond, m.Compare)]
            subject = _holder(spec, {c.right.text for c in tests if isinstance(c.right, m.Lit)}, names)
        arms = tuple(_compared(a, subject) for a in node.arms)
        return m.Cases(arms, node.default, None)
    if isinstance(node, m.Cases) and node.subject is None:
        arms = tuple(_banded(spec, a, names) for a in node.arms)
        return msgspec.structs.replace(node, arms=arms if any(_of_records(a) for a in arms) else pointed(arms))
    return rebuilt(node, lambda part: chosen(spec, part, names))


def _of_records(arm: m.Arm) -> bool:
    """Whether a band names what it counts: "5 trips or more"."""
    left = getattr(arm.cond, "left", None)
    return isinstance(left, m.Named) and left.words == "@subject" and left.owner != ""


def _compared(arm: m.Arm, subject: m.Value) -> m.Arm:
    if not isinstance(arm.cond, m.Compare) or arm.cond.left != CHOSEN:
        return arm
    return m.Arm(msgspec.structs.replace(arm.cond, left=subject), arm.value)


def _banded(spec: Spec, arm: m.Arm, names: Names) -> m.Arm:
    """Compare "500 sheets or more" with the sheets, where the script has a value of that name."""
    cond = arm.cond
    if not isinstance(cond, m.Compare | m.Inside) or not isinstance(cond.left, m.Named):
        return arm
    if cond.left.words != "@subject":
        return arm
    value = cond.right if isinstance(cond, m.Compare) else cond.high
    noun = key_of(cond.left.owner or (value.unit if isinstance(value, m.Lit) else ""))
    known = {key_of(p.name) for p in spec.params} | {k for k in spec.defs if not k.startswith("@")}
    if not noun or noun in names.source_keys() or (noun in spec.last.split() and noun not in known):
        return arm
    named = [noun] if noun in known else [k for k in known if noun in k.split()]
    if len(named) == 1:
        return m.Arm(msgspec.structs.replace(cond, left=m.Named(named[0])), arm.value)
    if spec.last and not spec.last.startswith("@") and names.name_cost(noun) == 0.0:
        raise Doubt(f'Is that the number of "{cond.left.owner or noun}", or the {spec.last}? Please name it.')
    return arm


def _holder(spec: Spec, texts: set[str], names: Names) -> m.Value:
    """Find the one value that can hold these texts: a definition, a script's result, else a field of a source."""
    here = {key: texts_given(value) for key, value in spec.defs.items()}
    here.update({key_of(r.name): texts_given(r.value) for r in spec.returns if key_of(r.name) not in here})
    for script in (spec.call.script,) if spec.call is not None else ():
        returned = getattr(names.scripts[script].returns, "fields", ()) if script in names.scripts else ()
        here.update({key_of(f): set(names.outcomes.get(script, ())) for f, type_ in returned if "string" in str(type_)})
    fields: dict[str, set[str]] = {}
    for by_field in names.texts.values():
        for field, held in by_field.items():
            fields.setdefault(key_of(field), set()).update(held)
    for holders in (here, fields):
        whole = [key for key, held in holders.items() if texts <= held]
        found = whole or [key for key, held in holders.items() if texts & held]
        if len(found) == 1:
            return m.Named(found[0])
        if found:
            raise Doubt(f"By which of {listed(sorted(found), 'and')} is that chosen? Say \"it depends on …: …\".")
    raise Doubt(f"Of what are {listed(sorted(texts), 'and')} the texts? Say \"it depends on …: …\".")


def texts_given(value: Any) -> set[str]:
    """Give the texts that cases can come to."""
    if not isinstance(value, m.Cases):
        return set()
    results = [*(a.value for a in value.arms), value.default]
    return {v.text for v in results if isinstance(v, m.Lit) and v.kind == "string"}
