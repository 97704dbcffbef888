"""What PostgreSQL's types are here, and how a value of each is asked for and decoded.

===============================  =============  ==================================================================
PostgreSQL                       here           how
===============================  =============  ==================================================================
boolean                          bool
smallint, integer, bigint        int
numeric                          decimal        NaN and infinities are bad records
real, double precision           decimal        by their shortest text, rounded to 12 places, as every binary float
text, varchar                    string
char(n)                          string         without its padding, which PostgreSQL's own ``=`` ignores
date                             date           outside of the years 1 to 9999: a bad record; so are infinities
timestamptz                      timestamp      likewise
timestamp                        timestamp      local time of the workspace, as in every source
interval                         duration       a day is 24 hours; months make a bad record
an array                         list<T?>       one of several dimensions is a bad record
a composite type                 {field: T?}
json, jsonb                      string         its text; what a declared type says where one is declared
bytea                            left out       its hexadecimal text where it is declared as string
a domain                         as its base
anything else (uuid, enum, …)    string         the text that PostgreSQL writes
===============================  =============  ==================================================================

Deliberately not here: which columns there are (``catalogue``), and conversion to declared types (``data.convert``).
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from sopwb.data.infer import Shape
from sopwb.kernel.canonical import parse_json

Decode = Callable[[Any], Any]


class Kind(msgspec.Struct, frozen=True):
    """A PostgreSQL type: its ``name`` here, the shape that gives its type, and the kinds of its parts.

    Names: bool int numeric real double text char uuid other json bytes date timestamp timestamptz interval list
    record.
    """

    name: str
    shape: Shape
    parts: tuple[tuple[str, Kind], ...] = ()


class TypeRow(msgspec.Struct, frozen=True):
    """A type as the catalogue has it. ``type`` is pg_type's typtype; ``fields`` are a composite's."""

    type: str
    category: str
    base: int
    element: int
    fields: tuple[tuple[str, int], ...]


class Types(Protocol):
    """Looks types up by their number."""

    def type(self, oid: int) -> TypeRow: ...


def _kind(name: str, shape: str, native: bool = False) -> Kind:
    return Kind(name, Shape(shape, native=native))


TEXT: Final = _kind("text", "string")
OTHER: Final = _kind("other", "string")
JSON: Final = _kind("json", "string")
BYTES: Final = _kind("bytes", "string")
_BUILT_IN: Final[dict[int, Kind]] = {
    16: _kind("bool", "bool"),
    17: BYTES,
    **dict.fromkeys((20, 21, 23), _kind("int", "int")),
    **dict.fromkeys((25, 1043), TEXT),
    **dict.fromkeys((114, 3802), JSON),
    700: _kind("real", "decimal"),
    701: _kind("double", "decimal"),
    1042: _kind("char", "string"),
    1082: _kind("date", "date", native=True),
    1114: _kind("timestamp", "timestamp", native=True),
    1184: _kind("timestamptz", "timestamp", native=True),
    1186: _kind("interval", "duration", native=True),
    1700: _kind("numeric", "decimal"),
    2950: _kind("uuid", "string"),
}
"""By the type's number, which is the same in every database."""


def kind_of(oid: int, types: Types) -> Kind:
    """Find what a type is here."""
    built_in = _BUILT_IN.get(oid)
    if built_in is not None:
        return built_in
    row = types.type(oid)
    if row.type == "d":
        return kind_of(row.base, types)
    if row.type == "c":
        parts = tuple((name, kind_of(part, types)) for name, part in row.fields)
        fields = tuple((name, _nullable(part.shape)) for name, part in parts)
        return Kind("record", Shape("record", fields=fields), parts) if _nests(parts) else OTHER
    if row.category == "A" and row.element:
        element = kind_of(row.element, types)
        parts = (("", element),)
        return Kind("list", Shape("list", element=_nullable(element.shape)), parts) if _nests(parts) else OTHER
    return OTHER


def _nullable(shape: Shape) -> Shape:
    return msgspec.structs.replace(shape, nullable=True)


def _nests(parts: Sequence[tuple[str, Kind]]) -> bool:
    # Within JSON nothing says what an interval or another JSON value is.
    return bool(parts) and all(part.name not in ("json", "interval") for _, part in parts)


# --- asking -------------------------------------------------------------------------------------
def asked(kind: Kind, column: str) -> str:
    """Write the SQL that gives a column so that ``decoder`` can read it. ``column`` is quoted."""
    match kind.name:
        case "char" | "uuid" | "other" | "json" | "bytes":
            return f"{column}::text"
        case "real":
            return f"{column}::text::float8"  # its own shortest text: widened, it would show digits it never had
        case "list" | "record":
            return f"to_jsonb({column})::text"
        case _:
            return column


# --- decoding -----------------------------------------------------------------------------------
class Outside(msgspec.Struct, frozen=True):
    """A value that no type of the language holds, in words: converting it is refused, with its record's place."""

    text: str

    def __str__(self) -> str:
        return self.text


def decoder(kind: Kind, nested: bool) -> Decode | None:
    """Give what makes a raw value of a cell that is not null, or None where the driver's value is one.

    ``nested``: the field's type is a list, map or record, so texts are JSON.
    """
    match kind.name:
        case "date":
            return _date
        case "timestamp":
            return _instant(None)
        case "timestamptz":
            return _instant(dt.UTC)
        case "interval":
            return _interval
        case "list" | "record" if nested and _has_floats(kind):
            return lambda text: _with_floats(_json(text), kind)
        case "list" | "record" | "text" | "json" if nested:
            return _json
        case _:
            return None


_DAY_ZERO: Final = dt.date(2000, 1, 1).toordinal()
_INFINITIES: Final = {2**31 - 1: "infinity", -(2**31): "-infinity", 2**63 - 1: "infinity", -(2**63): "-infinity"}


def _date(days: int) -> Any:
    ordinal = days + _DAY_ZERO
    if 1 <= ordinal <= _DAY_LAST:
        return dt.date.fromordinal(ordinal)
    return _outside(days, "a day")


_DAY_LAST: Final = dt.date.max.toordinal()


def _instant(zone: dt.tzinfo | None) -> Decode:
    zero, micros = dt.datetime(2000, 1, 1, tzinfo=zone), dt.timedelta.resolution

    def convert(count: int) -> Any:
        try:
            return zero + count * micros
        except OverflowError:
            return _outside(count, "an instant")

    return convert


def _outside(count: int, what: str) -> Outside:
    return Outside(_INFINITIES.get(count, f"{what} {'after the year 9999' if count > 0 else 'before the year 1'}"))


_INTERVAL: Final = struct.Struct(">qii")


def _interval(data: bytes) -> Any:
    micros, days, months = _INTERVAL.unpack(data)
    if months:
        return Outside("an interval with months")
    try:
        return dt.timedelta(days=days, microseconds=micros)
    except OverflowError:
        return Outside(f"an interval of {days} days")


def _json(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError as wrong:
        return Outside(f"JSON ({wrong})")


def _has_floats(kind: Kind) -> bool:
    return kind.name in ("real", "double") or any(_has_floats(part) for _, part in kind.parts)


def _with_floats(raw: Any, kind: Kind) -> Any:
    """Make binary floats again of what was one before it became JSON, so that they are rounded as such."""
    if isinstance(raw, list) and kind.name == "list":
        return [_with_floats(item, kind.parts[0][1]) for item in raw]
    if isinstance(raw, dict) and kind.name == "record":
        return {name: _with_floats(raw.get(name), part) for name, part in kind.parts}
    return raw if raw is None or kind.name not in ("real", "double") or isinstance(raw, str) else float(raw)
