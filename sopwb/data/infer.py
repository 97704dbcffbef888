"""What type a field has, judged by the values that its source holds.

A ``Shape`` is what a column of raw values looks like; shapes of parts of a column are joined. Rules:

=======================  ==============================================  ==========================
raw value                in CSV (every cell is a text)                   elsewhere
=======================  ==============================================  ==========================
nothing                  empty cell                                      null, missing field
bool                     ``true`` ``false``                              true, false
int                      ``-?(0|[1-9][0-9]*)``                           a whole number
decimal                  the same with ``.digits``                       a number with a fraction or exponent
date, timestamp          ISO 8601 texts                                  the same texts; native ones
string                   the rest                                        texts
=======================  ==============================================  ==========================

Ints beyond 64 bits are decimals. Int with decimal is decimal. Any other mixture is string in CSV; among texts
elsewhere too; a number beside a text (or a list beside a record) elsewhere is an error, since nothing says
which of the two was meant, unless the field's type is declared. Numbers beyond 38 digits are texts in CSV,
else errors, as are NaN and infinities. A field that is always null is string?, the elements of always empty
lists string. A number in CSV with a leading zero or plus is a code, not a quantity: its column is string.

Deliberately not here: conversion (``convert``) and places in files (``columns``).
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, Final

import msgspec

from sopwb.data.codes import CLASH
from sopwb.data.faults import Misfit, sample
from sopwb.data.names import identifiers
from sopwb.kernel.limits import (
    DECIMAL_DIGITS,
    FLOAT_PLACES,
    INT_MAX,
    INT_MIN,
    SOURCE_FIELDS_MAX,
    TIMESTAMP_TEXT_CHARS_MAX,
)
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    ListType,
    RecordType,
    Type,
    optional,
)

INT_TEXT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
NUMBER_TEXT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
DATE_TEXT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIMESTAMP_TEXT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_TEXTS: Final = frozenset(("string", "date", "timestamp"))
_NUMBERS: Final = frozenset(("int", "big", "decimal"))


class Shape(msgspec.Struct, frozen=True):
    """What a column looks like.

    ``kind`` is none bool int big decimal date timestamp duration string list or record. ``nullable``: a null
    was among the values. ``element`` is a list's, ``fields`` a record's, by its source's names. ``native``
    marks dates and timestamps that were not texts.
    """

    kind: str = "none"
    nullable: bool = False
    element: Shape | None = None
    fields: tuple[tuple[str, Shape], ...] = ()
    native: bool = False


NOTHING: Final = Shape()


def shape_type(shape: Shape) -> Type:
    """Give the language's type of a shape."""
    match shape.kind:
        case "none":
            return optional(STRING) if shape.nullable else STRING
        case "list":
            assert shape.element is not None
            found: Type = ListType(shape_type(shape.element))
        case "record":
            words = identifiers(name for name, _ in shape.fields)
            found = RecordType(tuple((words[name], shape_type(part)) for name, part in shape.fields))
        case kind:
            found = _SCALARS[kind]
    return optional(found) if shape.nullable else found


_SCALARS: Final[dict[str, Type]] = {
    "bool": BOOL,
    "int": INT,
    "big": DECIMAL,
    "decimal": DECIMAL,
    "string": STRING,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "duration": DURATION,
}


# --- texts --------------------------------------------------------------------------------------
def shape_of_texts(cells: Sequence[str], zone: dt.tzinfo) -> Shape:
    """Judge a column of CSV cells; the empty cell is null."""
    seen = set(cells)
    nullable = "" in seen
    seen.discard("")
    return Shape(_text_kind(seen, zone) if seen else "none", nullable)


def _text_kind(seen: set[str], zone: dt.tzinfo) -> str:
    if seen <= {"true", "false"}:
        return "bool"
    if all(map(INT_TEXT.fullmatch, seen)):
        digits = max(map(len, seen))
        if digits < 19:
            return "int"
        if digits > DECIMAL_DIGITS and any(len(text.lstrip("-")) > DECIMAL_DIGITS for text in seen):
            return "string"
        return "int" if all(INT_MIN <= int(text) <= INT_MAX for text in seen) else "big"
    if all(map(NUMBER_TEXT.fullmatch, seen)):
        return "decimal" if max(map(len, seen)) < DECIMAL_DIGITS or all(map(_text_fits, seen)) else "string"
    return _moment_kind(seen, zone)


def _text_fits(text: str) -> bool:
    return len(text.lstrip("-")) <= 4 * DECIMAL_DIGITS and decimal_fits(Decimal(text))


def _moment_kind(seen: set[str], zone: dt.tzinfo) -> str:
    if all(map(DATE_TEXT.fullmatch, seen)):
        return "date" if all(is_date(text) for text in seen) else "string"
    if all(is_timestamp(text, zone) for text in seen):
        return "timestamp"
    return "string"


def is_date(text: str) -> bool:
    """Whether an ISO text names a day of the calendar."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_timestamp(text: str, zone: dt.tzinfo) -> bool:
    """Whether a text is an ISO date-time."""
    try:
        read_timestamp(text, zone)
    except Misfit:
        return False
    return True


def read_timestamp(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Read an ISO date-time as an instant in UTC; one without an offset is local time in ``zone``.

    A local time that exists twice is the first of the two, one that was skipped is moved on by the length of
    the gap; digits beyond microseconds are cut off. Raises ``Misfit``.
    """
    if len(text) > TIMESTAMP_TEXT_CHARS_MAX or TIMESTAMP_TEXT.fullmatch(text) is None:
        raise Misfit(f"{sample(text)} is not an ISO date-time")
    try:
        return to_utc(dt.datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        raise Misfit(f"{sample(text)} is not a date-time of the calendar") from None


def to_utc(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Give the instant in UTC; a moment without an offset is local time in ``zone``."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC)


def decimal_fits(number: Decimal) -> bool:
    """Whether 38 digits hold a decimal, left and right of its point and together."""
    if not number.is_finite():
        return False
    text = str(number)
    if (len(text) <= DECIMAL_DIGITS and "E" not in text) or not number:
        return True
    if not -DECIMAL_DIGITS <= number.adjusted() < DECIMAL_DIGITS:
        return False
    shortest = number.normalize(_WIDE)
    exponent = shortest.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent >= -DECIMAL_DIGITS and shortest.adjusted() - min(exponent, 0) < DECIMAL_DIGITS


_WIDE: Final = decimal.Context(prec=10_000, Emin=-999_999, Emax=999_999)
"""Takes trailing zeros off without rounding anything that a source can hold."""


# --- values -------------------------------------------------------------------------------------
def shape_of_values(values: Iterable[Any], zone: dt.tzinfo) -> Shape:
    """Judge a column of values that came with kinds of their own.

    Raises ``Misfit`` where there is no one type.
    """
    if not isinstance(values, list):
        values = list(values)
    kinds = set(map(type, values))
    nullable = type(None) in kinds
    kinds.discard(type(None))
    shape = NOTHING
    for kind in sorted(kinds, key=lambda k: k.__name__):
        part = values if len(kinds) == 1 and not nullable else [v for v in values if type(v) is kind]
        shape = join(shape, _one_kind(kind, part, zone))
    return _with_null(shape) if nullable else shape


def _with_null(shape: Shape) -> Shape:
    return shape if shape.nullable else msgspec.structs.replace(shape, nullable=True)


def _one_kind(kind: type, values: list[Any], zone: dt.tzinfo) -> Shape:
    if kind is str:
        seen = set(values)
        return Shape(_moment_kind(seen, zone))
    if kind is int:
        return _ints(values)
    if kind is bool:
        return Shape("bool")
    if kind is Decimal:
        for number in values:
            if not decimal_fits(number):
                raise Misfit(_too_wide(number))
        return Shape("decimal")
    if kind is float:
        for number in values:
            read_float(number)
        return Shape("decimal")
    if kind is dict:
        return _records(values, zone)
    if kind is list:
        return Shape("list", element=shape_of_values(list(chain.from_iterable(values)), zone))
    if kind is dt.datetime:
        return Shape("timestamp", native=True)
    if kind is dt.date:
        return Shape("date", native=True)
    if kind is dt.timedelta:
        return Shape("duration", native=True)
    raise Misfit("bytes have no type here" if kind is bytes else f"a {kind.__name__} has no type here")


def _ints(values: list[int]) -> Shape:
    if min(values) >= INT_MIN and max(values) <= INT_MAX:
        return Shape("int")
    bound = 10**DECIMAL_DIGITS
    for number in values:
        if not -bound < number < bound:
            raise Misfit(_too_wide(number))
    return Shape("big")


def _too_wide(number: int | Decimal) -> str:
    if isinstance(number, Decimal) and not number.is_finite():
        return f"{number} is not a number that can be computed with"
    return f"{sample(number)} has more than {DECIMAL_DIGITS} digits"


def read_float(number: float) -> Decimal:
    """Read a binary float by its shortest text, rounded half-even to 12 places.

    Raises ``Misfit`` for NaN, infinities, > 38 digits.
    """
    exact = Decimal(repr(number))
    if not exact.is_finite():
        raise Misfit(f"{number} is not a number that can be computed with")
    if not -DECIMAL_DIGITS <= exact.adjusted() < DECIMAL_DIGITS and exact:
        if exact.adjusted() < 0:
            return Decimal(0)
        raise Misfit(_too_wide(exact))
    exponent = exact.as_tuple().exponent
    assert isinstance(exponent, int)
    return exact.quantize(_TINY, context=_WIDE) if exponent < -FLOAT_PLACES else exact


_TINY: Final = Decimal(1).scaleb(-FLOAT_PLACES)


def _records(values: list[dict[str, Any]], zone: dt.tzinfo) -> Shape:
    names = list(dict.fromkeys(chain.from_iterable(values)))
    if len(names) > SOURCE_FIELDS_MAX:
        raise Misfit(f"more than {SOURCE_FIELDS_MAX} fields in nested records (declare map<string, T>?)")
    fields = [(name, shape_of_values([record.get(name) for record in values], zone)) for name in names]
    return Shape("record", fields=tuple(fields))


# --- joining ------------------------------------------------------------------------------------
def join_texts(a: Shape, b: Shape) -> Shape:
    """Find the shape of two parts of a CSV column; kinds that differ are string."""
    kind = _joined_kind(a.kind, b.kind)
    return Shape(kind or "string", a.nullable or b.nullable)


def _joined_kind(a: str, b: str) -> str | None:
    if a == b or b == "none":
        return a
    if a == "none":
        return b
    if a in _NUMBERS and b in _NUMBERS:
        return "decimal"
    return "string" if a in _TEXTS and b in _TEXTS else None


def join(a: Shape, b: Shape) -> Shape:
    """Find the shape of two parts of a column. Raises ``Misfit`` with ``CLASH`` where no type has both."""
    if a == b:
        return a
    kind = _joined_kind(a.kind, b.kind)
    nullable = a.nullable or b.nullable
    if kind is None or (kind == "string" and (a.native or b.native)):
        raise Misfit(f"{_said(b)} where other records have {_said(a)}", CLASH)
    native = a.native or b.native
    if a.kind == "none" or b.kind == "none":
        return msgspec.structs.replace(b if a.kind == "none" else a, nullable=nullable)
    if kind == "list":
        assert a.element is not None
        assert b.element is not None
        return Shape(kind, nullable, element=join(a.element, b.element))
    if kind == "record":
        return Shape(kind, nullable, fields=_join_fields(dict(a.fields), dict(b.fields)))
    return Shape(kind, nullable, native=native)


def _join_fields(a: dict[str, Shape], b: dict[str, Shape]) -> tuple[tuple[str, Shape], ...]:
    absent = Shape("none", nullable=True)
    return tuple((name, join(a.get(name, absent), b.get(name, absent))) for name in dict.fromkeys([*a, *b]))


def _said(shape: Shape) -> str:
    words = {"list": "a list", "record": "a record", "int": "an int", "big": "an int"}
    return words.get(shape.kind, f"a {shape.kind}")
