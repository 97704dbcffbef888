"""Functions of lists and maps that are not folds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sopwb.kernel.values import Value
from sopwb.lang.types import DECIMAL, ListType, MapType, RecordType, Type, required
from sopwb.run import expression_codes as codes
from sopwb.run.functions.failure import ExpressionFailure
from sopwb.run.yields import Yields

_PLAIN: Final = frozenset((str, int, bool, Decimal, type(None)))


def first(values: list[Value]) -> Value:
    return values[0] if values else None


def last(values: list[Value]) -> Value:
    return values[-1] if values else None


def reverse(values: list[Value]) -> list[Value]:
    return values[::-1]


def concat_list(a: list[Value], b: list[Value]) -> list[Value]:
    return [*a, *b]


def in_list(value: Value, values: list[Value]) -> bool:
    return value in values


def in_map(key: Value, entries: dict[Value, Value]) -> bool:
    return key in entries


def map_keys(entries: dict[Value, Value]) -> list[Value]:
    return list(entries)


def distinct(values: list[Value]) -> list[Value]:
    """Keep the first of equal values, in their order."""
    if all(type(value) in _PLAIN for value in values):
        return list(dict.fromkeys(values))
    kept: dict[Value, Value] = {}
    for value in values:
        kept.setdefault(frozen(value), value)
    return list(kept.values())


def frozen(value: Value) -> Value:
    """Give something hashable that is equal exactly when the values are."""
    if isinstance(value, list | Yields):
        return ("list", *map(frozen, value))
    if isinstance(value, dict):
        return ("dict", frozenset((key, frozen(item)) for key, item in value.items()))
    return value


def greatest(values: list[Value]) -> Value:
    if not values:
        raise ExpressionFailure(codes.NOTHING_TO_CHOOSE, "math.greatest of an empty list")
    return max(values)


def least(values: list[Value]) -> Value:
    if not values:
        raise ExpressionFailure(codes.NOTHING_TO_CHOOSE, "math.least of an empty list")
    return min(values)


def index(values: list[Value], at: int) -> Value:
    if 0 <= at < len(values):
        return values[at]
    raise ExpressionFailure(codes.INDEX, f"index {at} in a list of {len(values)}")


def lookup(entries: dict[Value, Value], key: Value) -> Value:
    if key in entries:
        return entries[key]
    raise ExpressionFailure(codes.NO_KEY, f"there is no key {key}")


def widener(found: Type, wanted: Type) -> Callable[[Value], Value]:
    """Make the function that turns ints into decimals wherever the two types differ; null stays null."""
    found, wanted = required(found), required(wanted)
    if found == wanted:
        return _same
    match found, wanted:
        case ListType(a), ListType(b):
            item = widener(a, b)
            return lambda values: None if values is None else [item(value) for value in values]
        case MapType(_, a), MapType(_, b):
            entry = widener(a, b)
            return lambda entries: None if entries is None else {k: entry(v) for k, v in entries.items()}
        case RecordType(fields), RecordType():
            parts = {name: widener(t, wanted.get(name) or t) for name, t in fields}
            return lambda record: None if record is None else {n: part(record[n]) for n, part in parts.items()}
        case _:
            return widen if wanted == DECIMAL else _same


def widen(number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _same(value: Value) -> Value:
    return value
