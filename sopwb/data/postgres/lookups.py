"""Equality with a field, as SQL that a server answers by its index and that means what ``==`` means in the language.

Strings are equal where their code points are, whatever the column's collation says: a collation that holds different
texts for equal is asked first, for its index, and then byte by byte. Texts with a NUL or a lone surrogate stand in no
database. A binary float is sought within the rounding of its decimal form and compared here afterwards. A local time
is sought as every local time that means the instant.

Deliberately not here: fields of which the server cannot say it (``lookup`` gives None; ``table`` reads all records).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

import msgspec

from sopwb.data.infer import to_utc
from sopwb.data.postgres.records import Field
from sopwb.kernel.limits import FLOAT_PLACES, INT_MAX, INT_MIN
from sopwb.kernel.values import Value


class Lookup(msgspec.Struct, frozen=True):
    """A condition with its parameters. ``check``: records that meet it still have to be compared."""

    where: str
    params: tuple[Any, ...] = ()
    check: bool = False


NEVER: Final = Lookup("false")
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NEAR: Final = Decimal(1).scaleb(-FLOAT_PLACES)
_DAY: Final = dt.timedelta(days=1)


def lookup(field: Field, value: Any, zone: dt.tzinfo) -> Lookup | None:
    """Write the condition that a field equals a value, None where only a comparison here can say."""
    if not field.own:
        return None
    if field.kind in ("json", "list", "record", "interval", "bytes"):
        return None
    sql = field.sql
    if value is None:
        return Lookup(f"{sql} is null")
    match field.kind:
        case "bool":
            return Lookup(f"{sql} = $1::bool", (value,)) if type(value) is bool else NEVER
        case "int":
            return _int(sql, value)
        case "numeric":
            return Lookup(f"{sql} = $1::numeric", (Decimal(value),)) if type(value) in (int, Decimal) else NEVER
        case "real" | "double":
            return _float(sql, "float4" if field.kind == "real" else "float8", value)
        case "date":
            return Lookup(f"{sql} = $1::date", (value,)) if type(value) is dt.date else NEVER
        case "timestamptz":
            return Lookup(f"{sql} = $1::timestamptz", (value,)) if type(value) is dt.datetime else NEVER
        case "timestamp":
            return _local(sql, value, zone) if type(value) is dt.datetime else NEVER
        case _:
            return _text(field, value) if type(value) is str else NEVER


def _int(sql: str, value: Value) -> Lookup:
    if type(value) is Decimal and value == value.to_integral_value():
        value = int(value)
    if type(value) is not int or not INT_MIN <= value <= INT_MAX:
        return NEVER
    return Lookup(f"{sql} = $1::int8", (value,))


def _float(sql: str, type_: str, value: Value) -> Lookup:
    if type(value) not in (int, Decimal):
        return NEVER
    # The float whose decimal form was rounded to this value is nearest to something within the rounding of it.
    near = f"{sql} between ($1::numeric - {_NEAR:f})::{type_} and ($1::numeric + {_NEAR:f})::{type_}"
    return Lookup(near, (Decimal(value),), check=True)


def _local(sql: str, value: dt.datetime, zone: dt.tzinfo) -> Lookup | None:
    found = set()
    try:
        for near in (value - _DAY, value, value + _DAY):
            local = (value + (near.astimezone(zone).utcoffset() or dt.timedelta())).replace(tzinfo=None)
            if to_utc(local, zone) == value:
                found.add(local)
    except OverflowError:
        return None  # at either end of the calendar
    return Lookup(f"{sql} = any($1::timestamp[])", (sorted(found),))


def _text(field: Field, value: str) -> Lookup:
    sql = field.sql
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        return NEVER
    match field.kind:
        case "uuid":
            return Lookup(f"{sql} = $1::uuid", (value,)) if _UUID.fullmatch(value) else NEVER
        case "char":
            if value.endswith(" "):
                return NEVER
            where, exactly = f"{sql} = $1::bpchar", f"{sql}::text"
        case "text":
            where, exactly = f"{sql} = $1::text", sql
        case _:
            return Lookup(f'{sql}::text collate "C" = $1::text', (value,))
    if field.pg is not None and not field.pg.exact:
        where += f' and {exactly} collate "C" = $1::text'
    return Lookup(where, (value,))
