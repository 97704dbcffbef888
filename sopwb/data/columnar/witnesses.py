"""A few cells of a column that look like all of it: a survey of them finds what a survey of all would find.

A survey (``columns``) judges by kinds and bounds. So the least and greatest number speak for all numbers, one text
that is no date for all texts beside it, one date-time for a column in which every cell is written as one. Where no
such shortcut is certain, all cells (or all distinct texts) are given.

Deliberately not here: the rules of types (``infer``), and conversion (``arrays``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.columnar.arrays import as_int, as_timestamp, fixed_decimal, raw_array
from sopwb.data.infer import shape_of_texts, shape_of_values
from sopwb.lang.types import DATE, DECIMAL, TIMESTAMP, Type

if TYPE_CHECKING:
    import pyarrow as pa

_NONE: Final = type(None)


def witnesses(
    cells: Sequence[Any], array: pa.Array | None, texts: bool, zone: dt.tzinfo, hint: Type | None
) -> list[Any]:
    """Pick witnesses of a column, whose cells are texts of CSV or values with kinds of their own.

    ``array`` has the cells where there is an array of them, ``hint`` is the type that the source itself states.
    """
    if not len(cells):
        return []
    if array is not None:
        return _csv_texts(array, zone) if texts else _of_array(array, zone, hint)
    kinds = set(map(type, cells))
    found: list[Any] = [None] if _NONE in kinds else []
    for kind in kinds - {_NONE}:
        found += _of_kind(kind, [cell for cell in cells if type(cell) is kind], zone, hint)
    return found


def _of_kind(kind: type, cells: Sequence[Any], zone: dt.tzinfo, hint: Type | None) -> Sequence[Any]:
    """Pick witnesses of one kind among several, or of numbers that no array holds."""
    if kind is int:
        return [min(cells), max(cells)]
    array = raw_array(cells) if kind in (str, float, bool, Decimal) else None
    return cells if array is None else _of_array(array, zone, hint)


def _of_array(array: pa.Array, zone: dt.tzinfo, hint: Type | None) -> list[Any]:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    type_ = array.type
    nulls: list[Any] = [None] if array.null_count else []
    if array.null_count == len(array):
        return nulls
    present = array.drop_null()
    if types.is_string(type_) or types.is_large_string(type_):
        return nulls + _texts(present.cast(pa.string()), zone, hint)
    if types.is_floating(type_):
        return nulls + _floats(present, hint)
    if types.is_decimal128(type_) or types.is_duration(type_):
        return [*nulls, present[0].as_py()]  # whatever it is, a decimal or duration holds it
    if types.is_integer(type_) or types.is_temporal(type_) or types.is_boolean(type_):
        ends = pc.min_max(present)
        return [*nulls, ends["min"].as_py(), ends["max"].as_py()]
    found: list[Any] = array.to_pylist()
    return found


def _floats(array: pa.Array, hint: Type | None) -> list[Any]:
    import pyarrow.compute as pc

    if hint not in (None, DECIMAL, DATE, TIMESTAMP):
        found: list[Any] = array.to_pylist()  # whether 1.0 can be an int, each has to say for itself
        return found
    numbers = pc.is_nan(array)
    if pc.any(numbers).as_py():
        return [float("nan")]
    ends = pc.min_max(array)
    return [ends["min"].as_py(), ends["max"].as_py()]


def _texts(array: pa.Array, zone: dt.tzinfo, hint: Type | None) -> list[Any]:
    """Pick witnesses of texts that stand where texts are only one kind of value."""
    if hint in (None, DATE, TIMESTAMP):
        first = array[0].as_py()
        kind = shape_of_values([first], zone).kind
        if kind == "string" or (kind == "timestamp" and as_timestamp(array, zone) is not None):
            return [first]
    return _distinct(array)


def _csv_texts(array: pa.Array, zone: dt.tzinfo) -> list[str]:
    """Pick witnesses of the cells of CSV, where all is text and the empty cell is null."""
    import pyarrow.compute as pc

    present = array.filter(pc.not_equal(array, ""))
    empty = [""] if len(present) < len(array) else []
    if not len(present):
        return empty
    first = present[0].as_py()
    match shape_of_texts([first], zone).kind:
        case "string":
            return [*empty, first]
        case "int" if (numbers := as_int(present)) is not None:
            ends = pc.min_max(numbers)
            return [*empty, str(ends["min"].as_py()), str(ends["max"].as_py())]
        case "decimal" if fixed_decimal(present) is not None:
            return [*empty, first]
        case "timestamp" if as_timestamp(present, zone) is not None:
            return [*empty, first]
        case _:
            return empty + _distinct(present)


def _distinct(array: pa.Array) -> list[Any]:
    import pyarrow.compute as pc

    found: list[Any] = pc.unique(array).to_pylist()
    return found
