"""Where the numbers of a script stand, each with what it is compared to, counted in or worth.

Two numbers of one role (the same window of the same records, written twice) are one place. Deliberately not here:
which place a correction means (``numbering``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import stem
from sopwb.author.english.names import words_of
from sopwb.author.english.spec import Spec

_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_ACTING = ("matches", "current", "pick", "loop", "call", "effects", "gate", "fills")
_SAYING = ("defs", "predicates", "returns", "bare", "assigns", "fails", "blanks", "adjusts", "explains", "swaps", "per")
_FIELDS = (*_SAYING, "groups", *_ACTING)


class Site(msgspec.Struct, frozen=True):
    """A number in a script. ``op`` is the comparison as it is said; ``unit`` of time, or "percent", or empty."""

    path: tuple[Any, ...]
    lit: m.Lit
    unit: str = ""
    op: str = ""
    words: frozenset[str] = frozenset()
    """Stems of what it is compared to, multiplied with or part of."""
    texts: frozenset[str] = frozenset()
    """Texts of the case that it belongs to."""
    name: str = ""
    """The definition or returned field that it is in."""
    role: tuple[str, ...] = ()


def sites_of(spec: Spec) -> list[Site]:
    """Give all numbers of a script, in the order in which it holds them."""
    out: list[Site] = []
    for field in _FIELDS:
        _walk(getattr(spec, field), Site((field,), m.Lit("number", "0"), role=(field,)), out)
    counted = {key: _counted(spec, value) for key, value in spec.defs.items()}
    for key, words in counted.items():
        if words:
            out = [_with_words(s, words) if s.op and _name(key) and _name(key) <= s.words else s for s in out]
    return out


def _counted(spec: Spec, value: Any) -> frozenset[str]:
    """Give the stems of the records that a value is the number of."""
    if not isinstance(value, m.Agg) or value.kind != "count":
        return frozenset()
    rows = value.rows if value.rows is not None and value.rows.source else spec.current
    return stems(rows) if rows is not None else frozenset()


def _with_words(site: Site, words: frozenset[str]) -> Site:
    return msgspec.structs.replace(site, words=site.words | words)


def stems(node: Any) -> frozenset[str]:
    """Give the stems of all words that a part of a meaning names."""
    found: set[str] = set()
    if isinstance(node, m.Named):
        found.update(words_of(node.words.replace(" ", "_")))
    elif isinstance(node, m.Rows):
        found.update(words_of(node.source), node.words)
    elif isinstance(node, m.Span):
        found.add(node.unit)
    elif isinstance(node, m.Holds | m.Never | m.NotFor):
        found.update((node.words if isinstance(node, m.Holds) else node.verb).split())
    if isinstance(node, m.Node) and not isinstance(node, m.Rows):
        return frozenset(stem(w) for w in found).union(*(stems(getattr(node, f)) for f in node.__struct_fields__))
    if isinstance(node, tuple):
        return frozenset[str]().union(*(stems(part) for part in node))
    return frozenset(stem(w) for w in found)


def _texts(node: Any) -> frozenset[str]:
    if isinstance(node, m.Lit):
        return frozenset((node.text.lower().replace("_", " "),)) if node.kind == "string" else frozenset()
    if isinstance(node, m.Node):
        return frozenset[str]().union(*(_texts(getattr(node, f)) for f in node.__struct_fields__))
    return frozenset[str]().union(*(_texts(p) for p in node)) if isinstance(node, tuple) else frozenset()


def _walk(node: Any, at: Site, out: list[Site]) -> None:
    match node:
        case m.Lit():
            if node.kind in ("number", "date"):
                out.append(msgspec.structs.replace(at, lit=node))
        case m.Ret(name, _, value):
            _walk(value, _into(at, "value", name=name, words=_name(name), role=("value", name)), out)
        case m.Compare(op, left, right):
            span = left.unit if isinstance(left, m.Span) else ""
            role: tuple[str, ...] = ("compared", repr(left), op)
            _walk(left, _into(at, "left", role=(*at.role, "left"), words=frozenset(), op=""), out)
            back = isinstance(right, m.Shift) and right.back
            said = _MIRRORED.get(op, op) if back else op
            _walk(right, _into(at, "right", role=role, words=stems(left) | at.words, op=said, unit=span), out)
        case m.Shift(base, unit, count, back):
            _walk(base, _into(at, "base"), out)
            _walk(count, _into(at, "count", unit=unit, role=(*at.role, "shift", str(back))), out)
        case m.NotFor(verb, unit, count):
            _walk(count, _into(at, "count", unit=unit, words=at.words | {stem(verb)}, role=("not for", verb)), out)
        case m.Rows():
            _walk(node.conds, _into(at, "conds", role=("rows", node.source, repr(node.words)), words=frozenset()), out)
        case m.Inside(left, low, high):
            for field, side in (("low", low), ("high", high)):
                role = ("inside", field, repr(left), *at.role)
                _walk(side, _into(at, field, role=role, words=stems(left) | at.words), out)
        case m.Fraction(percent, of):
            _walk(percent, _into(at, "percent", unit="percent", role=(*at.role, "percent", repr(of))), out)
            _walk(of, _into(at, "of"), out)
        case m.Arm(cond, value):
            both = at.texts | _texts(node)
            _walk(cond, _into(at, "cond", texts=both, role=(*at.role, "case", repr(value))), out)
            worth = _into(at, "value", texts=both, words=at.words | stems(cond), role=(*at.role, repr(cond)))
            _walk(value, worth, out)
        case m.Arith(op, left, right):
            for field, one, other in (("left", left, right), ("right", right, left)):
                role = (*at.role, op, field, repr(other))
                _walk(one, _into(at, field, role=role, words=at.words | stems(other)), out)
        case m.Assign(cond, sets, rest):
            role = (*at.role, repr(cond))
            _walk(cond, _into(at, "cond", role=(*role, "if"), texts=at.texts | _texts(cond)), out)
            _walk(sets, _into(at, "sets", role=role, texts=at.texts | _texts(cond), words=stems(cond)), out)
            _walk(rest, _into(at, "rest", role=role, texts=at.texts), out)
        case m.Adjust(how, by, cond):
            unit = "percent" if how.startswith("percent") else ""
            _walk(by, _into(at, "by", unit=unit, words=at.words | stems(cond), role=(*at.role, how, repr(cond))), out)
            _walk(cond, _into(at, "cond", role=(*at.role, how, "if")), out)
        case msgspec.Struct():
            for field in node.__struct_fields__:
                _walk(getattr(node, field), _into(at, field, role=(*at.role, field)), out)
        case tuple() | list():
            changed = _is_adjust(node)
            for index, part in enumerate(node):
                inside = _into(at, index, name=node[0], words=_name(node[0])) if changed else _into(at, index)
                _walk(part, inside, out)
        case dict():
            for key, part in node.items():
                _walk(part, _into(at, key, name=key, words=_name(key), role=("value", key)), out)


def _is_adjust(node: Any) -> bool:
    """Whether it is a change of an amount, with the name of the amount before it."""
    return len(node) == len(("name", "change")) and isinstance(node[1], m.Adjust)


def _into(at: Site, step: Any, **changed: Any) -> Site:
    return msgspec.structs.replace(at, path=(*at.path, step), **changed)


def _name(name: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words_of(name.replace(" ", "_")) if not w.startswith("@"))


def put(spec: Spec, path: tuple[Any, ...], new: Any) -> None:
    """Put something in the place that a path leads to."""
    setattr(spec, path[0], _put(getattr(spec, path[0]), path[1:], new))


def at_path(spec: Spec, path: tuple[Any, ...]) -> Any:
    """Give what a path leads to."""
    node: Any = spec
    for step in path:
        node = getattr(node, step) if isinstance(node, msgspec.Struct) else node[step]
    return node


def _put(node: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(node, msgspec.Struct):
        return type(node)(
            **{f: _put(getattr(node, f), rest, new) if f == step else getattr(node, f) for f in node.__struct_fields__}
        )
    if isinstance(node, dict):
        return {k: _put(v, rest, new) if k == step else v for k, v in node.items()}
    parts = [_put(v, rest, new) if i == step else v for i, v in enumerate(node)]
    return tuple(parts) if isinstance(node, tuple) else parts
