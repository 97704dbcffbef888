"""Corrections of what was said: another number or text in the place of one, another name for a field.

Deliberately not here: undoing (``planning``), and new definitions in place of old ones (``discourse``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.bands import bands_of
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.nodes import has, rebuilt
from sopwb.author.english.numbering import renumber, same_number
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt, Spec


def replaced(spec: Spec, statement: m.Renumber) -> None:
    """Put a new number or text in place of the one that was meant; several that fit are a question."""
    old = statement.old
    if statement.new.kind not in ("number", "string", "date") or (statement.new.kind == "string" and old is None):
        raise Doubt(f"What should become {statement.new.text}? Please name it.")
    if old is None or old.kind != "string":
        renumber(spec, statement)
        return
    if not has(spec, m.Lit, kind="string", text=old.text):
        raise Doubt(f"I find no text '{old.text}' in it.")
    substitute(spec, old.text, statement.new.text, "string")


def _swap(spec: Spec, old: Any, new: Any) -> None:
    """Put one part of a meaning in the place of an equal one, everywhere in the script."""

    def walk(node: Any) -> Any:
        if node == old and type(node) is type(old):
            return new
        if isinstance(node, msgspec.Struct):
            return type(node)(**{f: walk(getattr(node, f)) for f in node.__struct_fields__})
        if isinstance(node, list):
            return [walk(p) for p in node]
        if isinstance(node, tuple):
            return tuple(walk(p) for p in node)
        if isinstance(node, dict):
            return {k: walk(v) for k, v in node.items()}
        return node

    for field in spec.__struct_fields__:
        setattr(spec, field, walk(getattr(spec, field)))


def substitute(spec: Spec, old: str, new: str, kind: str = "number") -> None:
    for field in spec.__struct_fields__:
        setattr(spec, field, _replaced(getattr(spec, field), old, new, kind))


def _replaced(node: Any, old: str, new: str, kind: str) -> Any:
    if isinstance(node, m.Lit):
        return msgspec.structs.replace(node, text=new) if node.kind == kind and node.text == old else node
    if isinstance(node, msgspec.Struct):
        changes = {f: _replaced(getattr(node, f), old, new, kind) for f in node.__struct_fields__}
        return type(node)(**changes)
    if isinstance(node, list):
        return [_replaced(p, old, new, kind) for p in node]
    if isinstance(node, tuple):
        return tuple(_replaced(p, old, new, kind) for p in node)
    if isinstance(node, dict):
        return {k: _replaced(v, old, new, kind) for k, v in node.items()}
    return node


def rename(spec: Spec, old: str, new: str) -> None:
    """Rename a returned field: what it is computed from keeps its words."""
    index = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == key_of(old)), None)
    if index is None:
        known = listed([r.name for r in spec.returns], "and")
        raise Doubt(f"There is no returned field {old}" + (f"; there are {known}." if known else "."))
    ret = spec.returns[index]
    if any(r.name == new for r in spec.returns):
        raise Doubt(f"There is a returned field {new} already.")
    key, fresh = key_of(ret.name), key_of(new)
    value = ret.value if ret.value is not None else spec.defs.pop(key, None)
    if value is None and key not in {n for a in spec.assigns for n, _ in a.sets}:
        matching = [p for p in spec.predicates if set(words_of(ret.name)) & set(p.split())]
        value = m.Truth(m.Holds(None, matching[0])) if len(matching) == 1 else None
        if value is None and not (isinstance(spec.defs.get("@open"), m.Cases)):
            raise Doubt(f"I cannot rename {old}: it takes its meaning from its name. What is {new}?")
    if value is not None:
        # The old name stays the name of the value inside the script: what refers to it still does.
        spec.defs[key] = value
        spec.returns[index] = msgspec.structs.replace(ret, name=new, value=m.Named(key))
    else:
        spec.returns[index] = msgspec.structs.replace(ret, name=new)
    spec.assigns = [
        msgspec.structs.replace(a, sets=tuple((fresh if n == key else n, v) for n, v in a.sets)) for a in spec.assigns
    ]


# --- comparisons and cases --------------------------------------------------------------------------------------


def recompare(spec: Spec, new: m.Compare, old: m.Compare | None) -> None:
    """Put one comparison in the place of another (None: the only one of that kind), whatever they compare."""
    if old is None:
        alike = [c for c in _compares(spec) if c.op == new.op and isinstance(c.right, m.Lit)]
        found = {repr(c): c for c in alike if c.right.kind == "number"}  # type: ignore[union-attr]
    else:
        found = {repr(c.left): c for c in _compares(spec) if c.op == old.op and _same_value(c.right, old.right)}
    if not found:
        raise Doubt("I find no such comparison in it. Which one should change?")
    if len(found) > 1:
        raise Doubt("Several things are compared like that. Which one should change?")
    for compare in found.values():
        _swap(spec, compare, msgspec.structs.replace(compare, op=new.op, right=_united(new.right, compare.right)))


def _united(new: m.Value, old: m.Value) -> m.Value:
    """Let a new limit keep the unit that the old one has."""
    if isinstance(new, m.Lit) and isinstance(old, m.Lit) and not new.unit:
        return msgspec.structs.replace(new, unit=old.unit)
    return new


def _same_value(a: m.Value, b: m.Value) -> bool:
    if isinstance(a, m.Lit) and isinstance(b, m.Lit) and a.kind == b.kind == "number":
        return same_number(a, b)
    return a == b


def _compares(node: Any) -> list[m.Compare]:
    if isinstance(node, m.Compare):
        return [node]
    if isinstance(node, msgspec.Struct):
        return [c for f in node.__struct_fields__ for c in _compares(getattr(node, f))]
    if isinstance(node, list | tuple):
        return [c for part in node for c in _compares(part)]
    if isinstance(node, dict):
        return [c for part in node.values() for c in _compares(part)]
    return []


def recompute(spec: Spec, statement: m.Recompute) -> None:
    """Compute a name with another value in the place of one, where a condition holds."""
    if not statement.words:
        _everywhere(spec, statement)
        return
    key = key_of(statement.words)
    at = next((i for i, r in enumerate(spec.returns) if key_of(r.name) == key and r.value is not None), None)
    value = spec.returns[at].value if at is not None else spec.defs.get(key)
    if value is None:
        raise Doubt(f"Nothing says yet how {statement.words} is computed.")
    changed = _instead(value, statement.old, statement.new)
    if changed == value:
        raise Doubt(f"{statement.words} is not computed with that. What should change in it?")
    if statement.cond is not None:
        changed = m.Cases((m.Arm(statement.cond, changed),), value)
    if at is not None:
        spec.returns[at] = msgspec.structs.replace(spec.returns[at], value=changed)
    else:
        spec.defs[key] = changed


def _everywhere(spec: Spec, said: m.Recompute) -> None:
    """Put one operand in the place of another in the one value that is computed with it."""
    changed = {k: _instead(v, said.old, said.new) for k, v in spec.defs.items()}
    returned = [_instead(r, said.old, said.new) for r in spec.returns]
    bare = _instead(spec.bare, said.old, said.new)
    places = sum(v != spec.defs[k] for k, v in changed.items()) + sum(
        a != b for a, b in zip(returned, spec.returns, strict=True)
    )
    places += bare != spec.bare
    old = said.old.words if isinstance(said.old, m.Named) else said.old.text if isinstance(said.old, m.Lit) else "that"
    if not places:
        raise Doubt(f"Nothing is computed with {old} so far. What should change?")
    if places > 1:
        raise Doubt(f"Several values are computed with {old}. In which one should that change?")
    spec.defs, spec.returns, spec.bare = changed, returned, bare


def _split(cases: m.Cases, old: m.Value, new: m.Cases) -> m.Cases:
    """Put the cases of ``new`` before each case that gives ``old``, where that one's condition holds as well."""
    arms: list[m.Arm] = []
    for arm in cases.arms:
        arms += [m.Arm(m.And((arm.cond, n.cond)), n.value) for n in new.arms if arm.value == old]
        arms.append(arm)
    arms += new.arms if cases.default == old else ()
    return m.Cases(tuple(arms), cases.default, cases.subject)


def _instead(node: Any, old: m.Value, new: m.Value) -> Any:
    if isinstance(node, m.Cases) and isinstance(new, m.Cases) and new.default == old and node.subject is None:
        return _split(node, old, new)
    if node == old or (isinstance(node, m.Named) and isinstance(old, m.Named) and node.words == old.words):
        return new
    return rebuilt(node, lambda part: _instead(part, old, new))


def reband(spec: Spec, new: m.Cases) -> bool:
    """Put new limits in the place of those of cases that give the very same values; tells whether there are such."""
    for key, value in list(spec.defs.items()):
        if isinstance(value, m.Cases) and _gives(value) == _gives(new):
            spec.defs[key] = _with_subject_of(value, new)
            return True
    for index, ret in enumerate(spec.returns):
        if isinstance(ret.value, m.Cases) and _gives(ret.value) == _gives(new):
            spec.returns[index] = msgspec.structs.replace(ret, value=_with_subject_of(ret.value, new))
            return True
    return False


def _gives(cases: m.Cases) -> frozenset[str]:
    values = [a.value for a in cases.arms] + ([cases.default] if cases.default is not None else [])
    return frozenset(repr(v) for v in values)


def _with_subject_of(old: m.Cases, new: m.Cases) -> m.Cases:
    found = bands_of(list(old.arms))
    subject = old.subject if old.subject is not None else found[0] if found is not None else None
    return m.Cases(new.arms, new.default, new.subject if new.subject is not None else subject)
