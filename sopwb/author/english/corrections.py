"""Corrections of what was said: another number or text in the place of one, another name for a field.

Deliberately not here: undoing (``planning``), and new definitions in place of old ones (``discourse``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.scope import listed
from sopwb.author.english.spec import Doubt, Spec


def renumber(spec: Spec, statement: m.Renumber) -> None:
    """Put a new number in place of the one that was meant; several that fit are a question."""
    old = statement.old
    if statement.new.kind not in ("number", "string") or (statement.new.kind == "string" and old is None):
        raise Doubt(f"What should become {statement.new.text}? Please name it.")
    if old is not None and old.kind == "string":
        if f"kind='string', text={old.text!r}" not in repr(spec):
            raise Doubt(f"I find no text '{old.text}' in it.")
        substitute(spec, old.text, statement.new.text, "string")
        return
    found: list[m.Lit] = []
    _collect(spec, found)
    numbers = [n for n in found if old is None or _same_number(n, old)]
    distinct = {(n.text, n.unit): n for n in numbers}
    if old is None and len(distinct) > 1:
        named = [
            n
            for n in distinct.values()
            if statement.new.unit and n.unit == statement.new.unit and n.unit != "noun"
        ]
        named = named or [
            n for n in distinct.values() if statement.words and _about(spec, statement.words, n)
        ]
        distinct = {(n.text, n.unit): n for n in named} or distinct
    if old is None and len(distinct) > 1:
        weighty = {k: n for k, n in distinct.items() if n.text not in ("0", "1", "2")}
        distinct = weighty if len(weighty) == 1 else distinct
    texts = {n.text for n in distinct.values()}
    if not texts:
        raise Doubt(
            f"I find no number {old.text} in it."
            if old is not None
            else "I find no number in it that this could replace."
        )
    if len(texts) > 1:
        raise Doubt(
            f"Which number should become {statement.new.text}: {listed(sorted(texts))}?",
            tuple((t, f"change {t} to {statement.new.text}") for t in sorted(texts)),
        )
    text = next(iter(texts))
    count = len({id(n) for n in numbers if n.text == text})
    if count > 1 and old is None and len(texts) > 1:
        raise Doubt(f"{text} stands in several places. Which one do you mean?")
    substitute(spec, text, statement.new.text)


def _about(spec: Spec, words: str, number: m.Lit) -> bool:
    """Whether a definition of the named thing holds the number."""
    value = spec.defs.get(key_of(words)) or next(
        (r.value for r in spec.returns if key_of(r.name) == key_of(words)), None
    )
    found: list[m.Lit] = []
    _collect(value, found)
    return number in found


def _same_number(a: m.Lit, b: m.Lit) -> bool:
    from decimal import Decimal

    return Decimal(a.text) == Decimal(b.text)


def _collect(node: Any, out: list[m.Lit]) -> None:
    if isinstance(node, m.Lit):
        if node.kind == "number":
            out.append(node)
    elif isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            _collect(getattr(node, field), out)
    elif isinstance(node, list | tuple):
        for part in node:
            _collect(part, out)
    elif isinstance(node, dict):
        for part in node.values():
            _collect(part, out)


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
        spec.returns[index] = m.Ret(new, ret.type, m.Named(key))
    else:
        spec.returns[index] = m.Ret(new, ret.type)
    spec.assigns = [
        msgspec.structs.replace(a, sets=tuple((fresh if n == key else n, v) for n, v in a.sets))
        for a in spec.assigns
    ]
