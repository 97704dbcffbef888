"""How many of a unit there are: the kilos of "0.20 per kilo", the days of "an extra 9.50 per day".

A name that is the unit beats one that has it among its words, and that beats what is customarily measured in it;
two of the same standing are a question. Deliberately not here: rates themselves (``grammar.rates``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sopwb.author.english import meaning as m
from sopwb.author.english.names import key_of, words_of
from sopwb.author.english.nodes import parts
from sopwb.author.english.scope import Scope, listed
from sopwb.author.english.spec import Doubt, Expr
from sopwb.lang.types import DATE, DECIMAL, INT, TIMESTAMP, Type, required

if TYPE_CHECKING:
    from sopwb.author.english.link import Linker

BACK: Final = frozenset(("back", "return", "returned"))
"""What a date that says when something came back is customarily called."""
_DUE: Final = frozenset(("due", "deadline"))
_HEADS: Final = ("person", "people", "guest", "head", "party size", "headcount", "participant", "attendee", "visitor")
_PIECES: Final = ("quantity", "qty", "piece", "unit", "copy", "pcs", "amount", "count", "number")
MEASURES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("kilo", "kg", "kilogram"), ("kg", "kilo", "kilogram", "weight", "mass")),
    **dict.fromkeys(("gram", "gramme", "g", "ton", "tonne", "pound", "lb"), ("weight", "mass")),
    **dict.fromkeys(("km", "kilometre", "kilometer"), ("km", "kilometre", "kilometer", "distance", "mileage")),
    "mile": ("distance", "mileage"),
    **dict.fromkeys(("person", "head", "guest", "visitor", "participant"), _HEADS),
    **dict.fromkeys(("piece", "unit", "item", "copy"), _PIECES),
    **dict.fromkeys(("litre", "liter"), ("litre", "liter", "volume")),
    **dict.fromkeys(("hour", "minute"), ("duration",)),
    "kwh": ("consumption", "usage", "used"),
    "metre": ("metre", "length"),
    "meter": ("meter", "length"),
    "square metre": ("area",),
}
"""What is customarily measured in a unit, by words that a field of it may be called."""
_NUMBERS: Final[tuple[Type, ...]] = (INT, DECIMAL)


def quantity(linker: Linker, unit: str, scope: Scope) -> Expr:
    """Give how many of a unit there are, where "per ``unit``" stands. Raises ``Doubt`` unless one value is meant."""
    known = _known(linker, scope)
    for wanted in (unit, *MEASURES.get(unit, ())):
        for hits in (
            [k for k in known if k == wanted],
            [k for k in known if set(wanted.split()) <= set(k.split())],
        ):
            if len(hits) > 1:
                raise Doubt(f"{unit.capitalize()}s as in {listed(hits)}?", tuple((k, k) for k in hits), unit)
            if hits:
                if hits[0] != unit:
                    linker.assume(f"so much per {unit} goes by {hits[0].replace(' ', '_')}")
                return linker.value(_filled_elsewhere(linker, hits[0]), scope)
    raise Doubt(f'So much per {unit}: which value says how many {unit}s there are?', words=unit)


def _filled_elsewhere(linker: Linker, key: str) -> m.Value:
    """Give a name, with what a blank counts as where the script says so of it elsewhere: "guests (blank is 0)"."""
    spec = linker.spec
    said = [p for p in parts((spec.defs, spec.returns)) if isinstance(p, m.Filled) and p.value == m.Named(key)]
    return said[0] if said and all(p == said[0] for p in said) else m.Named(key)


def _known(linker: Linker, scope: Scope) -> list[str]:
    """Give the keys of the numbers that can be named where ``scope`` is."""
    fields = {key_of(f): None for _, record, _ in scope.records for f in _numeric(record.fields)}
    if fields:
        return list(fields)
    spec = linker.spec
    own = [key_of(p.name) for p in spec.params if linker.param_type(p.name) in (INT, DECIMAL, None)]
    own += [k for k in spec.defs if not k.startswith("@")] + [key_of(r.name) for r in spec.returns]
    near = [k for k in dict.fromkeys(own) if k not in linker.defining]
    near += [key_of(f) for s in linker.records_at_hand() for f in _numeric(linker.source(s).record.fields)]
    return list(dict.fromkeys(near))


def _numeric(fields: Iterable[tuple[str, Type]]) -> list[str]:
    return [f for f, t in fields if required(t) in _NUMBERS]


_BIRTHS: Final = frozenset(("birth", "born", "birthday", "birthdate", "dob"))


def age(linker: Linker, scope: Scope) -> Expr:
    """Give how old somebody is in full years: what is called their age, else the years since they were born."""
    hits = [k for k in _known(linker, scope) if "age" in k.split()]
    if len(hits) == 1:
        return linker.value(m.Named(hits[0]), scope)
    return linker.value(m.Span("years", m.Named("@birth"), m.Clock("today")), scope)


def birth(linker: Linker, scope: Scope) -> Expr:
    """Give when somebody was born. Raises ``Doubt`` where no date says so."""
    records = [record for _, record, _ in scope.records]
    records = records or [linker.source(s).record for s in linker.records_at_hand()]
    keys = {key_of(f) for r in records for f, t in r.fields if required(t) == DATE and set(words_of(f)) & _BIRTHS}
    if not keys and not scope.records:
        every = [s.record for s in linker.names.sources.values()]
        keys = {key_of(f) for r in every for f, t in r.fields if required(t) == DATE and set(words_of(f)) & _BIRTHS}
    if len(keys) != 1:
        raise Doubt("How old somebody is: which date of birth, or which age, is meant?")
    return linker.value(m.Named(keys.pop()), scope)


def due_and_back(linker: Linker, scope: Scope) -> tuple[m.Named, m.Named]:
    """Give when something came back, and by when it was due. Raises ``Doubt`` unless it is one date each."""
    records = [record for _, record, _ in scope.records] or [linker.source(s).record for s in linker.records_at_hand()]
    dates = {key_of(f) for r in records for f, t in r.fields if required(t) in (DATE, TIMESTAMP)}
    due, back = ([k for k in dates if set(k.split()) & called] for called in (_DUE, BACK))
    if len(due) != 1 or len(back) != 1:
        raise Doubt("Late by what: from which date to which date are the days counted?")
    linker.assume(f"late is what came back after {due[0].replace(' ', '_')}, going by {back[0].replace(' ', '_')}")
    return m.Named(back[0]), m.Named(due[0])


def late(linker: Linker, scope: Scope) -> Expr:
    """Give the days between the date that something was due and the day that it came back, 0 where it was in time."""
    said = next((k for k in ("day late", "late day") if k in linker.spec.defs and k not in linker.defining), "")
    if said and not scope.records:
        return linker.value(m.Named(said), scope)
    back, due = due_and_back(linker, scope)
    return linker.value(m.Clamp(m.Span("days", due, back), low=m.Lit("number", "0")), scope)


def so_many(unit: str) -> Callable[[Linker, Scope], Expr]:
    """Give what finds the number of "that many days": the parameter of that name, else the only number that goes in."""

    def given(linker: Linker, scope: Scope) -> Expr:
        params = linker.spec.params
        fits = [p for p in params if key_of(unit) in words_of(p.name)] or [p for p in params if p.type in ("int", "")]
        fits = [p for p in fits if linker.param_type(p.name) in (None, INT)]
        if len(fits) != 1:
            raise Doubt(f"How many {unit} are meant? Please name the parameter or the number.")
        linker.types.setdefault(fits[0].name, INT)
        return Expr(fits[0].name, INT)

    return given


_UNITS: Final = ("minutes", "hours", "days", "weeks", "months", "years")
PERSONAL: Final = {"@age": age, "@birth": birth, "@late": late, **{f"@many {u}": so_many(u) for u in _UNITS}}
"""What words mean that every record may have in fields of other names, by their mark, and "that many days"."""
