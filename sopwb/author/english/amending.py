"""What is changed later in a value that stands: further requirements, exceptions, one case more, free first units.

Deliberately not here: other numbers (``numbering``) and other operands (``corrections``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.choosing import texts_given
from sopwb.author.english.lexicon import UNITS, singular, stem
from sopwb.author.english.names import Names, key_of, words_of
from sopwb.author.english.nodes import has, rebuilt
from sopwb.author.english.numbering import found_site
from sopwb.author.english.scope import listed
from sopwb.author.english.sites import at_path, put, stems
from sopwb.author.english.spec import Doubt, Spec

_TRUE, _FALSE = m.Lit("bool", "true"), m.Lit("bool", "false")
_NAMELESS = ("@verb ", "@open")
"""Values whose field is found when the script is written."""


class _Place(msgspec.Struct, frozen=True):
    """Where a value of a script stands: its key and the path to it."""

    key: str
    path: tuple[Any, ...]


def _values(spec: Spec) -> list[_Place]:
    """Give the places of what a script computes by name, the returned first."""
    out = [_Place(key_of(r.name), ("returns", i, "value")) for i, r in enumerate(spec.returns) if r.value is not None]
    returned = [key_of(r.name) for r in spec.returns]
    named = (k for k in spec.defs if not k.startswith("@") or k.startswith(_NAMELESS))
    keys = sorted(named, key=lambda k: k not in returned)
    return [*out, *(_Place(k, ("defs", k)) for k in keys)]


def _truths(spec: Spec) -> list[_Place]:
    """Give the yes/no values of a script; where they are returned, only those."""
    found = [p for p in _values(spec) if isinstance(at_path(spec, p.path), m.Truth)]
    found = [_Place(p.key, (*p.path, "cond")) for p in found]
    found += [_Place(k, ("predicates", k, "cond")) for k in spec.predicates]
    asked = {w for r in spec.returns for w in words_of(r.name)}
    returned = [p for p in found if set(p.key.split()) & asked]
    return returned or found


def _truth(spec: Spec, words: str) -> _Place | None:
    found = _truths(spec)
    if words:
        wanted = set(words_of(words.replace(" ", "_")))
        found = [p for p in found if p.key == key_of(words)] or [p for p in found if wanted & set(p.key.split())]
    if len(found) > 1:
        raise Doubt(f"Which of {listed([p.key for p in found], 'and')} does that change? Please name it.")
    return found[0] if found else None


def told(spec: Spec, cond: Any, names: Names) -> Any:
    """Put the field in place that an adjective is, where one field only is called or holds it: "active"."""
    if isinstance(cond, m.Holds) and cond.subject is None and cond.words not in spec.predicates:
        key = cond.words
        flags = {
            (key_of(f), n)
            for n, s in names.sources.items()
            for f, t in s.record.fields
            if key_of(f) == key and "bool" in str(t)
        }
        held = {
            (key_of(f), text, n)
            for n, by_field in names.texts.items()
            for f, texts in by_field.items()
            for text in texts
            if key_of(text.replace(" ", "_")) == key
        }
        if len(flags) == 1 and not held:
            name, source = flags.pop()
            return m.Compare("==", m.Named(name, singular(source)), _TRUE)
        if len(held) == 1 and not flags:
            name, text, source = held.pop()
            return m.Compare("==", m.Named(name, singular(source)), m.Lit("string", text))
    if isinstance(cond, m.Rows):
        return cond
    return rebuilt(cond, lambda part: told(spec, part, names))


def require(spec: Spec, said: m.Require) -> bool:
    """Let a yes/no value hold only where a condition holds as well; tells whether there is such a value."""
    bounded = said.cond if isinstance(said.cond, m.Compare) else None
    if bounded is not None and isinstance(bounded.left, m.Named) and _bounded(spec, bounded):
        return True
    place = _truth(spec, said.words)
    if place is None:
        return False
    old = at_path(spec, place.path)
    parts = old.parts if isinstance(old, m.And) else (old,)
    put(spec, place.path, m.And((*parts, said.cond)))
    return True


def _bounded(spec: Spec, cond: m.Compare) -> bool:
    """Whether it bounds an amount that the script computes: "the fee must be at least 5"."""
    assert isinstance(cond.left, m.Named)
    key = key_of(cond.left.words)
    place = next((p for p in _values(spec) if p.key == key), None)
    if place is None or isinstance(at_path(spec, place.path), m.Truth) or cond.op not in (">=", "<="):
        return False
    if _truths(spec):
        raise Doubt(f"Is {cond.left.words} a condition there, or should it never be outside of that? Please say which.")
    spec.adjusts.append((key, m.Adjust("low" if cond.op == ">=" else "high", cond.right)))
    return True


def bounded_field(spec: Spec, change: m.Adjust) -> m.Require | None:
    """Read a bound of a field, which the script does not compute, as a requirement: "the length can't be below 3"."""
    computed = {p.key for p in _values(spec)} | {k for k, _ in spec.adjusts}
    if not change.words or change.how not in ("low", "high") or change.by is None or change.cond is not None:
        return None
    if key_of(change.words) in computed or not _truths(spec):
        return None
    return m.Require(m.Compare(">=" if change.how == "low" else "<=", m.Named(change.words), change.by))


def of_time(spec: Spec, key: str, change: m.Adjust) -> None:
    """Ask what a number of days is a limit of, where it would be one of an amount of something else."""
    unit = UNITS.get(change.by.unit, "") if isinstance(change.by, m.Lit) else ""
    if not unit or change.words or change.how not in ("low", "high") or unit.rstrip("s") in key.split():
        return
    if has(spec.defs.get(key) or [r.value for r in spec.returns if key_of(r.name) == key], m.Arith):
        raise Doubt(f"What should that many {unit} be a limit of? Please name it.")


def except_for(spec: Spec, said: m.Except) -> m.Assign | None:
    """Let a value be another one where a condition holds; gives what is to be assigned where that is the way."""
    if not said.words:
        return m.Assign(said.cond, ((_holding(spec, said.value), said.value),))
    said = msgspec.structs.replace(said, cond=_there(said.cond))
    value = said.value
    if value in (_TRUE, _FALSE):
        place = _truth(spec, said.words) if said.words else None
        if place is not None:
            old = at_path(spec, place.path)
            new = m.Or((old, said.cond)) if value == _TRUE else m.And((old, m.Not(said.cond)))
            put(spec, place.path, new)
            return None
        if _is_decided(spec, key_of(said.words)):
            spec.assigns.insert(0, m.Assign(said.cond, ((key_of(said.words), value),)))
            return None
        if value == _TRUE or not any(p.key == key_of(said.words) for p in _values(spec)):
            raise Doubt(f"Is {said.words} a yes/no value? I do not see how it comes about.")
        value = m.Lit("number", "0")
    return m.Assign(said.cond, ((key_of(said.words), value),))


def _there(cond: m.Cond) -> m.Cond:
    """ "Whose latest lesson was over 30 days ago": somebody without a lesson has none that was."""
    picked = isinstance(cond, m.Compare) and isinstance(cond.left, m.Whose)
    return m.And((m.Not(m.Empty(cond.left)), cond)) if picked and isinstance(cond, m.Compare) else cond


def _is_decided(spec: Spec, key: str) -> bool:
    """Whether a returned field is true or false by rules alone, of which the first that applies holds."""
    given = [v for a in spec.assigns for n, v in a.sets if n == key]
    return bool(given) and all(v in (_TRUE, _FALSE) for v in given) and key not in spec.defs


def _holding(spec: Spec, value: m.Value) -> str:
    """Give the name of the one value that can be a text."""
    text = value.text if isinstance(value, m.Lit) else ""
    found = [p.key for p in _values(spec) if text in texts_given(at_path(spec, p.path))]
    cased = [p.key for p in _values(spec) if texts_given(at_path(spec, p.path))]
    fitting = list(dict.fromkeys(found or cased))
    if len(fitting) != 1:
        raise Doubt(f"Which field is '{text}' for?")
    return fitting[0]


def one_more(spec: Spec, said: m.OneMore) -> None:
    """Add a case to the value that has cases. The order in which bands are tried is found when it is written."""
    places = [p for p in _values(spec) if isinstance(at_path(spec, p.path), m.Cases)]
    if said.words:
        places = [p for p in places if p.key == key_of(said.words)]
    if len(places) != 1:
        raise Doubt("Which value should have that case? Please name it.")
    cases = at_path(spec, places[0].path)
    compared = next((a.cond.left for a in cases.arms if isinstance(a.cond, m.Compare)), None)
    if cases.subject is None and compared is None:
        raise Doubt("What is compared there? Please say the case in full.")
    arm = said.arm
    if cases.subject is None and isinstance(arm.cond, m.Compare | m.Inside):
        arm = m.Arm(msgspec.structs.replace(arm.cond, left=compared), arm.value)
    kept = tuple(a for a in cases.arms if a.value != arm.value)
    if len(cases.arms) - len(kept) > 1 or arm.value == cases.default:
        raise Doubt(f"In which of its cases does the new limit of {_text(arm.value)} hold?")
    put(spec, places[0].path, msgspec.structs.replace(cases, arms=_with(kept, arm)))


def _text(value: m.Value) -> str:
    return f"'{value.text}'" if isinstance(value, m.Lit) else "it"


def _with(arms: tuple[m.Arm, ...], new: m.Arm) -> tuple[m.Arm, ...]:
    """Put a case where its limit belongs: before the first one that would hold there too."""
    cond = new.cond
    if not isinstance(cond, m.Compare) or not isinstance(cond.right, m.Lit) or cond.right.kind != "number":
        raise Doubt("From which number on does that case hold?")
    limit = Decimal(cond.right.text)
    for index, arm in enumerate(arms):
        test = arm.cond
        if not isinstance(test, m.Compare) or test.left != cond.left or not isinstance(test.right, m.Lit):
            continue
        same_way = test.op[0] == cond.op[0]
        other = Decimal(test.right.text) if test.right.kind == "number" else limit
        if same_way and other == limit:
            raise Doubt(f"There is a case for {cond.right.text} already. Which one holds there?")
        if same_way and (other < limit) == (cond.op[0] == ">"):
            return (*arms[:index], new, *arms[index:])
    return (*arms, new)


EVERYWHERE: Final = "@everywhere"
"""What is counted by a number that is another one in all places where it stands."""


def _everywhere(spec: Spec, said: m.Unless, unit: str, old: m.Lit) -> int:
    """Let another number of a unit of time stand in its places where a condition holds; tells in how many.

    A window that records are chosen by is none of them: it is one for all.
    """
    found = [0]

    def walk(node: Any) -> Any:
        if isinstance(node, m.Rows):
            return node
        if isinstance(node, m.Shift) and node.unit == unit and _bare(node.count) == _bare(old):
            found[0] += 1
            count = m.Cases((m.Arm(said.cond, _bare(said.new)),), node.count)
            return msgspec.structs.replace(node, count=count)
        return rebuilt(node, walk)

    spec.defs = {k: walk(v) for k, v in spec.defs.items()}
    spec.returns, spec.assigns = [walk(r) for r in spec.returns], [walk(a) for a in spec.assigns]
    return found[0]


def _bare(value: m.Value) -> m.Value:
    return m.Lit("number", value.text) if isinstance(value, m.Lit) else value


def unless(spec: Spec, said: m.Unless) -> None:
    """Let another number stand in one place where a condition holds."""
    if said.noun == EVERYWHERE:
        unit = UNITS.get(said.new.unit, "")
        if said.old is None or not _everywhere(spec, said, unit, said.old):
            raise Doubt(f"Where should it be {said.new.text}? I do not find the other number of {unit or 'units'}.")
        return
    site = found_site(spec, m.Renumber(said.new, said.old, "", said.noun, said.op))
    if site.op and said.op and site.op != said.op:
        raise Doubt(f"It says {site.op} {site.lit.text} so far. Does the limit itself count in that case?")
    new = m.Lit("number", said.new.text, site.lit.unit)
    if site.unit and not site.op and _everywhere(spec, said, site.unit, site.lit) == 1:
        return
    if site.unit and not site.op:
        raise Doubt(f"I cannot look back a different number of {site.unit} for some only. How else could that be said?")
    put(spec, site.path, m.Cases((m.Arm(said.cond, new),), site.lit))


def spared(spec: Spec, said: m.Spared) -> bool:
    """Let the first few of what is multiplied be free: the factor counts from there on; tells whether there is one."""
    wanted = stem(said.words)
    found: list[tuple[tuple[Any, ...], m.Value]] = []
    for place in _values(spec):
        _factors(at_path(spec, place.path), place.path, wanted, found)
    if not found:
        return False
    if len(found) > 1:
        raise Doubt(f"For which amount are the first {said.count.text} {said.words} free?")
    path, factor = found[0]
    put(spec, path, m.Clamp(m.Arith("-", factor, said.count), low=m.Lit("number", "0")))
    return True


def _factors(node: Any, path: tuple[Any, ...], wanted: str, found: list[tuple[tuple[Any, ...], m.Value]]) -> None:
    if isinstance(node, m.Arith) and node.op == "*":
        for side in ("left", "right"):
            factor = getattr(node, side)
            if wanted in stems(factor) and not isinstance(factor, m.Arith):
                found.append(((*path, side), factor))
    if isinstance(node, m.Node):
        for field in node.__struct_fields__:
            _factors(getattr(node, field), (*path, field), wanted, found)
    elif isinstance(node, tuple):
        for index, part in enumerate(node):
            _factors(part, (*path, index), wanted, found)
