"""Scope: the names that an expression may use, their types, and what is known of them.

A *fact* says that a path (a name, or fields of a name) is not null, or that a list is not empty. Facts are
applied to the types when they become known (``narrow``): a name of type ``T?`` that is known not to be null
has type ``T`` from there on, and a record has its fields so narrowed. Values never change and names are bound
once, so a fact holds for ever.

Deliberately not here: how facts are read from a condition (``facts``).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from sopwb.lang.types import DATE, TIMESTAMP, OptionalType, RecordType, Type, required

Path: TypeAlias = tuple[str, ...]
CLOCK: Final[dict[str, Type]] = {"now": TIMESTAMP, "today": DATE}
"""The only clock: the run's captured instant and its local date. Every scope has them."""
ITEM: Final = "it"
RESERVED_NAMES: Final = frozenset((ITEM, *CLOCK))
"""Names that no step, parameter or variable may take."""


class Facts(msgspec.Struct, frozen=True):
    """What is known: these paths are not null, these lists are not empty."""

    nonnull: frozenset[Path] = frozenset()
    nonempty: frozenset[Path] = frozenset()

    def both(self, other: Facts) -> Facts:
        """What is known when each of the two holds."""
        return Facts(self.nonnull | other.nonnull, self.nonempty | other.nonempty)

    def either(self, other: Facts) -> Facts:
        """What is known when at least one of the two holds."""
        return Facts(self.nonnull & other.nonnull, self.nonempty & other.nonempty)


NOTHING: Final = Facts()


class Scope(msgspec.Struct, frozen=True):
    """Immutable. ``types`` are already narrowed; ``conditions``: a bool name's facts if true and if false."""

    types: dict[str, Type]
    nonempty: frozenset[Path] = frozenset()
    conditions: dict[str, tuple[Facts, Facts]] = {}

    @staticmethod
    def of(names: dict[str, Type]) -> Scope:
        """Make a scope of these names, with ``now`` and ``today`` beside them."""
        return Scope({**CLOCK, **names})

    def bind(self, name: str, type_: Type, facts: Facts | None = None, otherwise: Facts | None = None) -> Scope:
        """Add a name. ``facts`` hold when that bool name is true, ``otherwise`` when it is false."""
        conditions = self.conditions
        if facts is not None or otherwise is not None:
            conditions = {**conditions, name: (facts or NOTHING, otherwise or NOTHING)}
        return Scope({**self.types, name: type_}, self.nonempty, conditions)

    def narrow(self, facts: Facts) -> Scope:
        """Apply facts to the types of the names they are about; unknown paths are left alone."""
        if not facts.nonnull and not facts.nonempty:
            return self
        types = dict(self.types)
        for path in sorted(facts.nonnull, key=len):
            if path[0] in types:
                types[path[0]] = _without_null(types[path[0]], path[1:])
        return Scope(types, self.nonempty | facts.nonempty, self.conditions)

    def type_of(self, name: str) -> Type | None:
        """Give a name's type with what is known applied, or None for an unknown name."""
        return self.types.get(name)

    def narrowed(self, path: Path) -> Type | None:
        """Give the type of a name or field path with what is known applied; None for an unknown one."""
        type_ = self.types.get(path[0]) if path else None
        for field in path[1:]:
            type_ = type_.get(field) if isinstance(type_, RecordType) else None
        return type_

    def is_nonempty(self, path: Path) -> bool:
        """Whether the list at this path is known to have an element."""
        return path in self.nonempty

    def condition(self, name: str, truth: bool) -> Facts:
        """Give what holds when the bool name is true, or false."""
        return self.conditions[name][0 if truth else 1] if name in self.conditions else NOTHING

    def names(self) -> tuple[str, ...]:
        """List the names, in the order in which they were bound."""
        return tuple(self.types)


def _without_null(type_: Type, path: Path) -> Type:
    if not path:
        return required(type_)
    match type_:
        case RecordType(fields):
            return RecordType(tuple((name, _without_null(t, path[1:]) if name == path[0] else t) for name, t in fields))
        case OptionalType(inner):
            return OptionalType(_without_null(inner, path))
        case _:
            return type_
