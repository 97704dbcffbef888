"""What a script declares that it returns, and texts as literals.

Deliberately not here: its steps (``generate``).
"""

from __future__ import annotations

from typing import Any

from sopwb.lang.types import (
    STRING,
    ListType,
    NeverType,
    NullType,
    RecordType,
    Type,
    optional,
    type_text,
)


def quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def returns_of(type_: Type) -> Any:
    if isinstance(type_, RecordType):
        return {name: type_text(_settled(t)) for name, t in type_.fields}
    return type_text(_settled(type_))


def _settled(type_: Type) -> Type:
    """A field that is always null is a text that may be null; an empty list a list of texts."""
    if isinstance(type_, NullType):
        return optional(STRING)
    if isinstance(type_, ListType) and isinstance(type_.element, NeverType):
        return ListType(STRING)
    return type_
