"""Coercion: turning a value of the type that was found into the type that is wanted.

The only changes that the language knows are int → decimal and a record's fields into their declared order,
anywhere inside lists, maps and records. Deliberately not here: reading of raw JSON (``inputs``) and of cells
(``data``).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from sopwb.kernel.values import Value
from sopwb.lang.types import DECIMAL, INT, ListType, MapType, RecordType, Type, required

Coercion: TypeAlias = Callable[[Value], Value]


def coercion(found: Type, wanted: Type) -> Coercion | None:
    """Compile the change from one type to another that it is assignable to; None where values stay as they
    are.

    The result takes null wherever the found type has one.
    """
    inner = _required(required(found), required(wanted))
    if inner is None:
        return None
    change = inner
    return lambda value: None if value is None else change(value)


def _required(found: Type, wanted: Type) -> Coercion | None:
    if found == wanted:
        return None
    if found == INT and wanted == DECIMAL:
        return Decimal
    match found, wanted:
        case ListType(a), ListType(b):
            element = coercion(a, b)
            return None if element is None else (lambda items: [element(item) for item in items])
        case MapType(_, a), MapType(_, b):
            value = coercion(a, b)
            return None if value is None else (lambda items: {k: value(v) for k, v in items.items()})
        case RecordType(), RecordType():
            return _record(found, wanted)
        case _:
            return None


def row_coercion(live: RecordType, wanted: RecordType, whole: bool) -> Coercion | None:
    """Compile what makes a live row a promised record; None where rows can go as they are.

    ``whole`` False: nobody looks at the record as a whole, so its further fields and their order do not matter.
    """
    if not whole and all(change is None for _, change in _fields(live, wanted)):
        return None
    return _record(live, wanted)


def _fields(found: RecordType, wanted: RecordType) -> list[tuple[str, Coercion | None]]:
    fields: list[tuple[str, Coercion | None]] = []
    for name, type_ in wanted.fields:
        has = found.get(name)
        assert has is not None, f"the types were compared before: {name} is missing"
        fields.append((name, coercion(has, type_)))
    return fields


def _record(found: RecordType, wanted: RecordType) -> Coercion | None:
    """Give the wanted fields in the wanted order; fields that nobody wants are left behind."""
    changes = [(name, change) for name, change in _fields(found, wanted) if change is not None]
    names = wanted.names()
    if not changes:
        if names == found.names():
            return None
        return lambda record: {name: record[name] for name in names}

    def change_record(record: dict[str, Value]) -> dict[str, Value]:
        changed = {name: record[name] for name in names}
        for name, change in changes:
            changed[name] = change(changed[name])
        return changed

    return change_record
