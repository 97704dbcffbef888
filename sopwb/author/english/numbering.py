"""Another number in the place of one: which of a script's numbers a correction means, and what it becomes.

What was said beside it narrows the numbers down step by step: the old number, its unit, what it counts or belongs to,
how it compares. More than one place left is a question. Deliberately not here: where numbers stand (``sites``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.lexicon import UNITS, stem
from sopwb.author.english.names import words_of
from sopwb.author.english.scope import listed
from sopwb.author.english.sites import Site, at_path, put, sites_of
from sopwb.author.english.spec import Doubt, Spec

SENTENCE: Final = "@sentence"
"""What a question asks about when an answer replaces the whole sentence that raised it."""

_TIMES: Final = frozenset(UNITS.values())
_PERIODS: Final = frozenset(("period", "window", "span", "time", "frame", "timeframe", "rang", "deadlin"))
_LIMITS: Final = frozenset(
    ("limit", "threshold", "cutoff", "minimum", "maximum", "bar", "target", "cap", "border", "boundary", "mark")
)
_WORTHS: Final = frozenset(("pric", "fee", "rate", "amount", "number", "valu", "figur", "cost", "bonus", "share"))
_NEAR: Final = Decimal("0.5")
_NUMBER_DISTANCE: Final = 3
_PLAIN: Final = frozenset(("1", "2"))
_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def renumber(spec: Spec, said: m.Renumber) -> None:
    """Put a new number in the place that is meant; several places are a question, none is a Doubt."""
    sites = [s for s in sites_of(spec) if s.lit.kind == said.new.kind]
    if said.place:
        _change([sites[said.place - 1]], spec, said)
        return
    _change(_found(spec, said), spec, said)


def found_site(spec: Spec, said: m.Renumber) -> Site:
    """Give the one number that a correction means. Raises ``Doubt`` for none and for several."""
    found = _found(spec, said)
    if len(found) > 1:
        raise Doubt(f"{found[0].lit.text} stands in several places. In which one?")
    return found[0]


def _found(spec: Spec, said: m.Renumber) -> list[Site]:
    of_kind = [s for s in sites_of(spec) if s.lit.kind == said.new.kind]
    sites = of_kind
    if said.old is not None:
        old = said.old
        sites = [s for s in sites if same_number(s.lit, old)]
        if not sites:
            raise Doubt(f"I find no {old.text} in it.")
    found = _narrowed(spec, sites, said)
    if not found:
        raise Doubt("I find no number in it that this could replace.")
    places = _places(spec, found)
    if len(places) == 1:
        return places[0]
    labels = _labels(places)
    raise Doubt(
        f"Which number should become {said.new.text}: {listed(labels)}?",
        tuple(
            (label, f"change place {of_kind.index(p[0]) + 1} to {_spoken(said.new)}")
            for label, p in zip(labels, places, strict=True)
        ),
        SENTENCE,
    )


def _spoken(new: m.Lit) -> str:
    return f"{new.text} {new.unit}" if new.unit in UNITS else new.text


def same_number(a: m.Lit, b: m.Lit) -> bool:
    """Whether two literals are one number or date, however they are written."""
    if a.kind == b.kind == "number":
        return Decimal(a.text) == Decimal(b.text)
    return a.kind == b.kind and a.text == b.text


# --- which one -----------------------------------------------------------------------------------------------


def _narrowed(spec: Spec, sites: list[Site], said: m.Renumber) -> list[Site]:
    sites = _of_unit(sites, said)
    sites = _of_words(spec, sites, said)
    if said.op:
        same = [s for s in sites if s.op and said.old is None and same_number(s.lit, said.new)]
        fitting = same or [s for s in sites if s.op == said.op] or [s for s in sites if s.op and s.op[0] == said.op[0]]
        sites = fitting or ([s for s in sites if s.op] if said.old is not None else [])
    if said.back and said.old is None:
        was = next((now for then, now in reversed(spec.renumbered) if Decimal(then) == Decimal(said.new.text)), None)
        sites = [s for s in sites if s.lit.text == was] or sites
    if said.old is None and said.new.kind == "number" and not said.words and not said.back:
        # Nobody means the zero of "at least 0" without saying so.
        sites = [s for s in sites if Decimal(s.lit.text) != 0]
    if len(_places(spec, sites)) > 1 and said.old is None:
        sites = _likely(spec, sites, said)
    return sites


def _of_unit(sites: list[Site], said: m.Renumber) -> list[Site]:
    """Keep the numbers of the same unit: of time, percents, money or rates; another unit of time where none is."""
    named = [lit.unit for lit in (said.new, said.old) if lit is not None and lit.unit]
    unit = next((UNITS[u] for u in named if u in UNITS), "")
    if unit:
        same = [s for s in sites if s.unit == unit or (not s.unit and stem(unit) in s.words)]
        same = same or [s for s in sites if s.unit in _TIMES]
        return same or (sites if said.old is not None else [])
    for kind in ("percent", "money", "per"):
        if kind in named:
            return [s for s in sites if kind in (s.unit, s.lit.unit)] or sites
    return sites


def _of_words(spec: Spec, sites: list[Site], said: m.Renumber) -> list[Site]:
    """Keep the numbers that a label speaks of: a text of their case, what they are compared to, their definition."""
    label = _stems_of(said.words)
    kinds = sites
    if label & _PERIODS:
        kinds = [s for s in sites if s.unit in _TIMES]
    elif label & _LIMITS:
        kinds = [s for s in sites if s.op or s.role[-1:] in (("low",), ("high",))] or sites
    elif label & _WORTHS:
        kinds = [s for s in sites if not s.op and s.unit not in _TIMES] or sites
    label -= _PERIODS | _LIMITS | _WORTHS
    kinds = _labelled(spec, kinds, sites, label) if label else kinds
    counted = _stems_of(said.noun)
    if not counted or not kinds:
        return kinds
    found = [s for s in kinds if counted & s.words] or [s for s in kinds if counted & (_of_name(s) | _in_texts(s))]
    found = found or [s for s in kinds if s.lit.text in _beside(spec, counted)]
    return found or (kinds if said.old is not None or label else [])


def _labelled(spec: Spec, kinds: list[Site], sites: list[Site], label: frozenset[str]) -> list[Site]:
    """Keep the numbers that all words of a label speak of, or that belong to a text in it."""
    for each in (kinds, sites):
        for found in (
            [s for s in each if any(frozenset(map(stem, t.split())) <= label for t in s.texts)],
            [s for s in each if label <= s.words],
            [s for s in each if label <= _of_name(s)],
            [s for s in each if label <= _of_name(s) | s.words | _in_texts(s)],
            [s for s in each if all(s.lit.text in _beside(spec, frozenset((w,))) for w in label)],
        ):
            if found:
                return found
    return []


_SMALL: Final = frozenset(("of", "for", "the", "a", "an", "in", "on", "it"))


def _stems_of(words: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words_of(words.replace(" ", "_")) if w not in _SMALL)


def _of_name(site: Site) -> frozenset[str]:
    return frozenset(stem(w) for w in words_of(site.name.replace(" ", "_")))


def _in_texts(site: Site) -> frozenset[str]:
    return frozenset(stem(w) for t in site.texts for w in t.split())


def _beside(spec: Spec, wanted: frozenset[str]) -> set[str]:
    """Give the numbers that stand next to a label in what was said: "a flat 12.00" for "the flat price"."""
    out: set[str] = set()
    for sentence in spec.said:
        for at, (low, _) in enumerate(sentence):
            if stem(low) in wanted:
                after = [n for _, n in sentence[at + 1 : at + 1 + _NUMBER_DISTANCE] if n]
                before = [n for _, n in sentence[max(0, at - _NUMBER_DISTANCE) : at] if n]
                out.update((after or before[::-1])[:1])
    return out


def _likely(spec: Spec, sites: list[Site], said: m.Renumber) -> list[Site]:
    """Leave out what nobody means without saying so: zeros, and small numbers beside one of the new one's size."""
    if said.new.kind != "number":
        return sites
    plain = not (said.words or said.noun or said.new.unit)
    if plain and spec.renumbered and len(spec.said) <= spec.renumbered_at + 1:
        last = [s for s in sites if s.lit.text == spec.renumbered[-1][1]]
        if last:
            return last
    some = [s for s in sites if Decimal(s.lit.text) != 0] or sites
    if len(_places(spec, some)) > 1:
        near = [s for s in some if s.lit.text not in _PLAIN or said.words or said.noun]
        alike = [s for s in near if _like(s.lit, said.new)]
        if len(_places(spec, near)) == 1 == len(_places(spec, alike)):
            return near
        if said.words and len(_places(spec, alike)) == 1:
            return alike
    return some


def _like(number: m.Lit, new: m.Lit) -> bool:
    """Whether two numbers are of one size: neither is more than twice the other."""
    a, b = abs(Decimal(number.text)), abs(Decimal(new.text))
    return bool(a and b and min(a, b) / max(a, b) >= _NEAR)


def _places(spec: Spec, sites: list[Site]) -> list[list[Site]]:
    """Put the numbers together that are one place: of one role, or said only once."""
    rows: dict[tuple[str, ...], list[Site]] = {}
    once: dict[str, int] = {}
    for sentence in spec.said:
        for _, number in sentence:
            once[number] = once.get(number, 0) + 1
    for site in sites:
        key = ("once", site.lit.text) if once.get(site.lit.text) == 1 else (*site.role, site.lit.text)
        rows.setdefault(key, []).append(site)
    return list(rows.values())


_SAID: Final = {">": "more than ", ">=": "at least ", "<": "less than ", "<=": "at most ", "!=": "other than "}


def _labels(places: list[list[Site]]) -> list[str]:
    """Tell places apart by what stands around their numbers."""
    plain = [_SAID.get(p[0].op, "") + p[0].lit.text + (f" {p[0].unit}" if p[0].unit else "") for p in places]
    out = []
    for label, place in zip(plain, places, strict=True):
        site = place[0]
        more = f" for '{min(site.texts)}'" if site.texts else f" in {site.name}" if site.name else ""
        out.append(label if plain.count(label) == 1 and not site.texts else label + more)
    return [f"{label} (number {i + 1})" if out.count(label) > 1 else label for i, label in enumerate(out)]


# --- what it becomes --------------------------------------------------------------------------------------------


def _change(places: list[Site], spec: Spec, said: m.Renumber) -> None:
    old, new = places[0].lit, said.new
    for site in places:
        if said.op and site.op and said.op != site.op:
            _reversed(spec, site, said.op)
        unit = UNITS.get(new.unit, "")
        holder = at_path(spec, site.path[:-1])
        if unit and site.unit in _TIMES and unit != site.unit:
            if not isinstance(holder, m.Shift | m.NotFor):
                raise Doubt(f"It counts {site.unit} there. How many {site.unit} are {new.text} {unit}?")
            put(spec, site.path[:-1], msgspec.structs.replace(holder, unit=unit))
        put(spec, site.path, msgspec.structs.replace(site.lit, text=new.text))
    spec.renumbered.append((old.text, new.text))
    spec.renumbered_at = len(spec.said)
    if all(s.lit.text != old.text for s in sites_of(spec)):
        spec.said = [tuple((w, new.text if n == old.text else n) for w, n in row) for row in spec.said]


def _reversed(spec: Spec, site: Site, op: str) -> None:
    """Compare otherwise: the comparison is the nearest one around the number."""
    for end in range(len(site.path) - 1, 0, -1):
        node = at_path(spec, site.path[:end])
        if isinstance(node, m.Compare):
            back = isinstance(node.right, m.Shift) and node.right.back
            put(spec, site.path[:end], msgspec.structs.replace(node, op=_MIRRORED.get(op, op) if back else op))
            return
        if isinstance(node, m.Inside):
            raise Doubt("That is a range. What should its two ends be?")


def about_sentence(doubt: Doubt, sentence: str) -> Doubt:
    """Let a question whose answer replaces a whole sentence know that sentence."""
    if doubt.words != SENTENCE:
        return doubt
    return Doubt(doubt.text, doubt.options, f"{SENTENCE} {sentence}", doubt.refusal)
