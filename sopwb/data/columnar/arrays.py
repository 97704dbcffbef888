"""Whole columns from raw cells to exact values, as Arrow arrays, without a Python object a value.

Every conversion here gives exactly what ``convert`` gives one value at a time, or None where that is not certain
for every cell; the caller then converts one at a time. What makes them certain:

int, decimal  the number is written again and compared with its text, so the text was the canonical one
decimal       of binary floats: a number of at most 15 digits that divides to the very float is its shortest text
timestamp     the text has one of few forms; a local time's offset is that of its day, where a day has one offset

Deliberately not here: which type a column has (``columns``), and null cells where the type allows none: those
are for ``convert``, which names them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.infer import to_utc
from sopwb.data.stored import Stored
from sopwb.kernel.limits import DECIMAL_DIGITS, FLOAT_PLACES
from sopwb.kernel.values import Value
from sopwb.lang.types import Scalar, Type, is_optional, required

if TYPE_CHECKING:
    import pyarrow as pa

_INSTANT: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$"
_LOCAL: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?$"
_SAFE_FROM: Final = dt.datetime(2, 1, 1)
_SAFE_TO: Final = dt.datetime(9998, 12, 31)
"""Between these no offset leads out of the years that there are."""
_EXACT_MAX: Final = 10**15
"""Two decimals of 15 digits are never the same double."""
_PLACES: Final = (2, 0, 4, 8, FLOAT_PLACES)
_DAY_LAST: Final = dt.timedelta(days=1, microseconds=-1)
_MICRO: Final = dt.timedelta(microseconds=1)


def raw_array(cells: Any) -> pa.Array | None:
    """Put raw cells of one kind into an array; None where there is no such array of them."""
    import pyarrow as pa

    if hasattr(cells, "null_count"):
        return cells
    kinds = set(map(type, cells)) - {type(None)}
    if not kinds:
        return pa.nulls(len(cells), pa.string())
    try:
        if kinds <= {int, Decimal} and Decimal in kinds:
            mixed = int in kinds
            array = pa.array([Decimal(cell) if type(cell) is int else cell for cell in cells] if mixed else cells)
            return array if pa.types.is_decimal128(array.type) else None
        form = _RAW.get(kinds.pop()) if len(kinds) == 1 else None
        return None if form is None else pa.array(cells, form)
    except (pa.ArrowInvalid, OverflowError):
        return None  # more digits than an array holds


_RAW: Final[dict[type, str]] = {str: "string", int: "int64", float: "float64", bool: "bool"}


def exact_array(array: pa.Array, type_: Type, texts: bool, zone: dt.tzinfo) -> pa.Array | None:
    """Convert an array of raw cells (``texts``: those of CSV) to its type.

    Gives None where ``convert`` has to do it.
    """
    import pyarrow as pa

    inner = required(type_)
    if not isinstance(inner, Scalar):
        return None
    if texts:
        array = _empty_is_null(array)
    if array.null_count and not is_optional(type_):
        return None
    if array.null_count == len(array):
        return pa.nulls(len(array), arrow_form(inner.name))
    try:
        return _converted(array, inner.name, zone)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def arrow_form(name: str) -> Any:
    """Give the Arrow type of a scalar's plain column; of decimals some type that holds nulls."""
    import pyarrow as pa

    return {
        "bool": pa.bool_(),
        "int": pa.int64(),
        "decimal": pa.decimal128(1, 0),
        "string": pa.string(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
        "duration": pa.int64(),
    }[name]


def value_array(values: Sequence[Value], type_: Type) -> pa.Array:
    """Make a column of values that were converted one at a time; what has no plain form becomes text."""
    import pyarrow as pa

    inner = required(type_)
    if not isinstance(inner, Scalar) or inner.name == "duration":
        form = pa.string() if not isinstance(inner, Scalar) else pa.int64()
        return pa.array(Stored(type_).store(values), form)
    if inner.name != "decimal":
        return pa.array(values, arrow_form(inner.name))
    texts: Sequence[str | None] = Stored(type_).store(values)
    for numbers in (values, [None if text is None else Decimal(text) for text in texts]):
        with suppress(pa.ArrowInvalid):  # more than 76 digits, perhaps only zeros
            array = pa.array(numbers, None if any(n is not None for n in numbers) else arrow_form("decimal"))
            if pa.types.is_decimal128(array.type):
                return array
    return pa.array(texts, pa.string())


def _empty_is_null(array: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


def _converted(array: pa.Array, name: str, zone: dt.tzinfo) -> pa.Array | None:
    import pyarrow as pa
    from pyarrow import types

    type_ = array.type
    if types.is_string(type_) or types.is_large_string(type_):
        return _of_texts(array.cast(pa.string()), name, zone)
    match name:
        case "int" if types.is_integer(type_):
            return array.cast(pa.int64())
        case "decimal" if types.is_decimal128(type_):
            return array
        case "decimal" if types.is_integer(type_):
            return array.cast(pa.decimal128(20, 0))
        case "decimal" if types.is_float64(type_):
            return _of_floats(array)
        case "bool" if types.is_boolean(type_):
            return array
        case "date" if types.is_date32(type_):
            return array
        case "timestamp" if types.is_timestamp(type_) and type_.unit == "us":
            return _instants(array, zone)
        case "duration" if types.is_duration(type_) and type_.unit == "us":
            return array.cast(pa.int64())
        case _:
            return None


def _of_texts(array: pa.Array, name: str, zone: dt.tzinfo) -> pa.Array | None:
    match name:
        case "string":
            return array
        case "int":
            return as_int(array)
        case "decimal":
            import pyarrow as pa

            found = as_int(array)
            return fixed_decimal(array) if found is None else found.cast(pa.decimal128(19, 0))
        case "timestamp":
            return as_timestamp(array, zone)
        case _:
            return None


# --- numbers ------------------------------------------------------------------------------------
def as_int(texts: pa.Array) -> pa.Array | None:
    """Read texts that are all canonical ints of 64 bits."""
    import pyarrow as pa

    try:
        numbers = texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    return numbers if numbers.cast(pa.string()).equals(texts) else None


def fixed_decimal(texts: pa.Array) -> pa.Array | None:
    """Read texts that are all canonical decimals with the same count of digits behind the point, at least one."""
    import pyarrow as pa

    first = texts.drop_null()[0].as_py()
    places = len(first.partition(".")[2])
    if not 0 < places <= DECIMAL_DIGITS:
        return None
    try:
        numbers = texts.cast(pa.decimal128(DECIMAL_DIGITS, places))
    except pa.ArrowInvalid:
        return None
    return numbers if numbers.cast(pa.string()).equals(texts) else None


def _of_floats(array: pa.Array) -> pa.Array | None:
    """Read binary floats as their shortest texts say, where those have few digits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for places in _PLACES:
        factor = 10.0**places
        whole = pc.round(pc.multiply(array, factor))
        small = pc.less(pc.abs(whole), float(_EXACT_MAX))
        if pc.all(pc.and_(small, pc.equal(pc.divide(whole, factor), array))).as_py():
            numbers = whole.cast(pa.int64()).cast(pa.decimal128(DECIMAL_DIGITS, 0))
            # The same 128 bits, the point further left.
            point = pa.decimal128(DECIMAL_DIGITS, places)
            return pa.Array.from_buffers(point, len(numbers), numbers.buffers(), offset=numbers.offset)
    return None


# --- times --------------------------------------------------------------------------------------
def as_timestamp(texts: pa.Array, zone: dt.tzinfo) -> pa.Array | None:
    """Read texts that are all ISO date-times of one form: all with an offset, or all local ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for form, type_ in ((_INSTANT, pa.timestamp("us", "UTC")), (_LOCAL, pa.timestamp("us"))):
        if pc.all(pc.match_substring_regex(texts, form)).as_py():
            try:
                return _instants(texts.cast(type_), zone)
            except pa.ArrowInvalid:
                return None
    return None


def _instants(array: pa.Array, zone: dt.tzinfo) -> pa.Array | None:
    """Give instants in UTC; moments without a zone are local times in ``zone``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    aware = array.type.tz is not None
    micros = array.cast(pa.int64())
    local = micros.cast(pa.timestamp("us"))
    ends = pc.min_max(local)
    try:
        if not _SAFE_FROM <= ends["min"].as_py() <= ends["max"].as_py() <= _SAFE_TO:
            return None
    except (OverflowError, ValueError):  # a year that no calendar of Python has
        return None
    if not aware and zone is not dt.UTC:
        micros = pc.subtract(micros, _offsets(local, zone))
    return micros.cast(pa.timestamp("us", "UTC"))


def _offsets(local: pa.Array, zone: dt.tzinfo) -> pa.Array:
    """Give each local time's offset in microseconds: that of its day; on a day that has more than one, its own.

    Two changes within a day that undo each other have never been, so the ends of a day speak for all of it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    days = pc.floor_temporal(local, unit="day").dictionary_encode()
    found: list[int | None] = []
    for day in days.dictionary.to_pylist():
        first = _offset(day, zone)
        found.append(first if first == _offset(day + _DAY_LAST, zone) else None)
    offsets = pa.array(found, pa.int64()).take(days.indices)
    if None not in found:
        return offsets
    apart = pc.and_(pc.is_null(offsets), pc.is_valid(local))
    own = [_offset(moment, zone) for moment in local.filter(apart).to_pylist()]
    return pc.replace_with_mask(offsets, apart, pa.array(own, pa.int64()))


def _offset(moment: dt.datetime, zone: dt.tzinfo) -> int:
    return (moment - to_utc(moment, zone).replace(tzinfo=None)) // _MICRO
