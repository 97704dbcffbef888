"""From a source's raw values to the values that scripts compute with.

``converter`` compiles a type, once a column, to a function over a column of raw values. Two tables of
conversions: CSV cells (texts; empty is null) and values that came with kinds of their own (JSON, SQLite,
Parquet). A declared type takes more than inference would give it: numerals in texts, ``TRUE``, 0 and 1 as
bool, a date as the timestamp of its midnight, any scalar as its canonical text. What does not fit raises
``Misfit``.

Deliberately not here: judging types (``infer``), places in files (``columns``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from sopwb.data.codes import NULL
from sopwb.data.faults import Misfit, sample
from sopwb.data.infer import DATE_TEXT, NUMBER_TEXT, Shape, decimal_fits, read_float, read_timestamp, to_utc
from sopwb.data.names import identifiers
from sopwb.kernel.limits import DECIMAL_DIGITS, INT_MAX, INT_MIN
from sopwb.kernel.values import Value, show
from sopwb.lang.types import (
    ListType,
    MapType,
    OptionalType,
    RecordType,
    Scalar,
    Type,
    required,
    type_text,
)

Cell: TypeAlias = Callable[[Any], Value]
"""Converts one raw value that is not null; raises ``Misfit``."""
ColumnConverter: TypeAlias = Callable[[Sequence[Any]], list[Value]]

_NUMERAL: Final = re.compile(r"\s*[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?\s*")
_DURATION: Final = re.compile(r"(-?)(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,12})(?:\.([0-9]{1,9}))?s)?")


def converter(type_: Type, *, texts: bool, zone: dt.tzinfo, shape: Shape | None = None) -> ColumnConverter:
    """Compile a column's conversion to ``type_``. ``shape`` is what inference saw: it names nested fields at
    their source.

    The conversion raises ``Misfit`` at the first value that does not fit, without saying which; a caller who
    wants to know converts them one at a time.
    """
    cell = cell_converter(type_, zone, shape)
    nullable = isinstance(type_, OptionalType)
    if texts:
        return _text_column(_text_cell(type_, cell), nullable, type_)
    return _value_column(cell, nullable, type_)


def _text_column(cell: Cell, nullable: bool, type_: Type) -> ColumnConverter:
    def convert(values: Sequence[str]) -> list[Value]:
        # Each distinct text is converted once: columns repeat themselves, and equal values share memory.
        table: dict[str, Value] = {text: cell(text) for text in set(values) if text}
        if "" in table or (not nullable and "" in values):
            raise _null(type_)
        table[""] = None
        return list(map(table.__getitem__, values))

    return convert


def _value_column(cell: Cell, nullable: bool, type_: Type) -> ColumnConverter:
    inner = required(type_)
    own = _IDENTITY.get(inner.name) if isinstance(inner, Scalar) else None

    def convert(values: Sequence[Any]) -> list[Value]:
        kinds = set(map(type, values))
        if type(None) in kinds:
            if not nullable:
                raise _null(type_)
            kinds.discard(type(None))
            if own is not None and kinds <= {own}:
                return list(values)
            return [None if value is None else cell(value) for value in values]
        if own is not None and kinds <= {own}:
            return list(values)
        if kinds == {str}:
            table = {text: cell(text) for text in set(values)}
            return list(map(table.__getitem__, values))
        return list(map(cell, values))

    return convert


_IDENTITY: Final[dict[str, type]] = {"bool": bool, "string": str, "date": dt.date, "duration": dt.timedelta}
"""Kinds that are values already. Ints and decimals are not: a declared type has to check their size."""


def _null(type_: Type) -> Misfit:
    return Misfit(f"null, and {type_text(type_)} allows none", NULL)


def _text_cell(type_: Type, cell: Cell) -> Cell:
    inner = required(type_)
    if isinstance(inner, Scalar):
        return _TEXT_SCALARS.get(inner.name, cell)

    def nested(text: str) -> Value:
        from sopwb.kernel.canonical import parse_json

        try:
            raw = parse_json(text)
        except (ValueError, ArithmeticError):
            raise _misfit(text, inner) from None
        return cell(raw)

    return nested


def cell_converter(type_: Type, zone: dt.tzinfo, shape: Shape | None = None) -> Cell:
    """Compile the conversion of one raw value that is not null (the null of a T? is the caller's)."""
    match required(type_):
        case Scalar("timestamp"):
            return lambda raw: _timestamp(raw, zone)
        case Scalar(name):
            return _SCALARS[name]
        case ListType(element):
            return _list(element, zone, shape)
        case RecordType() as record:
            return _record(record, zone, shape)
        case MapType() as map_type:
            return _map(map_type, zone)
        case other:
            raise AssertionError(f"no source holds {type_text(other)}")


def _or_null(type_: Type, zone: dt.tzinfo, shape: Shape | None) -> Cell:
    cell = cell_converter(type_, zone, shape)
    if isinstance(type_, OptionalType):
        return lambda raw: None if raw is None else cell(raw)

    def checked(raw: Any) -> Value:
        if raw is None:
            raise _null(type_)
        return cell(raw)

    return checked


def _list(element: Type, zone: dt.tzinfo, shape: Shape | None) -> Cell:
    cell = _or_null(element, zone, shape.element if shape else None)

    def convert(raw: Any) -> Value:
        if not isinstance(raw, list):
            raise _misfit(raw, ListType(element))
        return [cell(item) for item in raw]

    return convert


def _record(record: RecordType, zone: dt.tzinfo, shape: Shape | None) -> Cell:
    parts = dict(shape.fields) if shape is not None and shape.kind == "record" else {}
    originals = {word: name for name, word in identifiers(parts).items()}
    fields = []
    for name, type_ in record.fields:
        original = originals.get(name, name)
        fields.append((name, original, _or_null(type_, zone, parts.get(original))))

    def convert(raw: Any) -> Value:
        if not isinstance(raw, dict):
            raise _misfit(raw, record)
        return {name: cell(raw.get(original)) for name, original, cell in fields}

    return convert


def _map(type_: MapType, zone: dt.tzinfo) -> Cell:
    key, value = cell_converter(type_.key, zone), _or_null(type_.value, zone, None)

    def convert(raw: Any) -> Value:
        pairs = raw if isinstance(raw, list) and all(isinstance(p, tuple) and len(p) == 2 for p in raw) else None
        if pairs is None and not isinstance(raw, dict):
            raise _misfit(raw, type_)
        return {key(k): value(v) for k, v in (pairs if pairs is not None else raw.items())}

    return convert


# --- scalars ------------------------------------------------------------------------------------
def _misfit(raw: object, type_: Type | str) -> Misfit:
    wanted = type_ if isinstance(type_, str) else type_text(type_)
    return Misfit(f"{sample(raw)} is not {_article(wanted)}")


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _bool(raw: Any) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int) and raw in (0, 1):
        return bool(raw)
    if isinstance(raw, str) and raw.lower() in _BOOLS:
        return _BOOLS[raw.lower()]
    raise _misfit(raw, "bool")


_BOOLS: Final = {"true": True, "false": False, "1": True, "0": False}


def _int(raw: Any) -> Value:
    if type(raw) is not int:
        if isinstance(raw, bool):
            raise _misfit(raw, "int")
        number = _decimal(raw, "int")
        if number != number.to_integral_value():
            raise _misfit(raw, "int")
        raw = int(number)
    if not INT_MIN <= raw <= INT_MAX:
        raise Misfit(f"{sample(raw)} has more than 64 bits")
    return raw


def _decimal(raw: Any, wanted: str = "decimal") -> Decimal:
    if type(raw) is Decimal:
        number = raw
    elif isinstance(raw, float):
        return read_float(raw)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        number = Decimal(raw)
    elif isinstance(raw, str) and _NUMERAL.fullmatch(raw):
        number = Decimal(raw.strip())
    else:
        raise _misfit(raw, wanted)
    if not decimal_fits(number):
        raise Misfit(f"{sample(raw)} is not a number of at most 38 digits")
    return number


def _string(raw: Any) -> Value:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float):
        return show(read_float(raw))
    if isinstance(raw, dt.datetime):
        return raw.isoformat() if raw.tzinfo is None else show(raw)
    if isinstance(raw, (bool, int, Decimal, dt.date, dt.timedelta)):
        return show(raw)
    raise _misfit(raw, "string")


def _date(raw: Any) -> Value:
    if isinstance(raw, str) and DATE_TEXT.fullmatch(raw):
        try:
            return dt.date.fromisoformat(raw)
        except ValueError:
            raise Misfit(f"{sample(raw)} is not a day of the calendar") from None
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date()
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw
    raise _misfit(raw, "date")


def _timestamp(raw: Any, zone: dt.tzinfo) -> Value:
    if isinstance(raw, str):
        if DATE_TEXT.fullmatch(raw):
            raw += "T00:00"
        return read_timestamp(raw, zone)
    try:
        if isinstance(raw, dt.datetime):
            return to_utc(raw, zone)
        if isinstance(raw, dt.date):
            return to_utc(dt.datetime.combine(raw, dt.time()), zone)
    except OverflowError:
        raise Misfit(f"{sample(raw)} is outside of the years 1 to 9999") from None
    raise _misfit(raw, "timestamp")


def _duration(raw: Any) -> Value:
    if isinstance(raw, dt.timedelta):
        return raw
    found = _DURATION.fullmatch(raw) if isinstance(raw, str) else None
    if found is None or not any(found.groups()[1:]):
        raise _misfit(raw, "duration")
    sign, hours, minutes, seconds, fraction = found.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        span = dt.timedelta(
            hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(seconds or 0), microseconds=micros
        )
    except OverflowError:
        raise _misfit(raw, "duration") from None
    return -span if sign else span


_SCALARS: Final[dict[str, Cell]] = {
    "bool": _bool,
    "int": _int,
    "decimal": _decimal,
    "string": _string,
    "date": _date,
    "duration": _duration,
}


def _int_text(text: str) -> Value:
    if len(text) < 19 and text.isascii() and text.isdecimal():
        return int(text)  # the common case at a tenth of the cost
    return _int(text)


def _decimal_text(text: str) -> Value:
    if len(text) <= DECIMAL_DIGITS and NUMBER_TEXT.fullmatch(text):
        return Decimal(text)
    return _decimal(text)


_TEXT_SCALARS: Final[dict[str, Cell]] = {"string": str, "int": _int_text, "decimal": _decimal_text}
