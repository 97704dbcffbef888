"""The values that scripts compute with, and their canonical texts.

=============  ==========================================  =======================================
type           Python value                                canonical text
=============  ==========================================  =======================================
null           ``None``                                    ``null``
bool           ``bool``                                    ``true`` / ``false``
int            ``int`` within 64 bits                      ``-12``
decimal        ``decimal.Decimal``, ≤ 38 digits, finite    ``1200``, ``0.5`` (shortest, never an exponent)
string         ``str``                                     itself
date           ``datetime.date`` (not a datetime)          ``2026-01-31``
timestamp      ``datetime.datetime``, aware, in UTC        ``2026-01-31T09:00:00Z`` (µs when not 0)
duration       ``datetime.timedelta``                      ``5400s`` (µs when not 0)
secret         ``Secret``                                  its placeholder, never the text
list<T>        ``list``, or another ``Sequence``            –
{field: T}     ``dict`` in the type's field order          –
map<K, V>      ``dict``                                    –
=============  ==========================================  =======================================

Deliberately not here: types (``lang.types``), conversion of a source's raw cells (``data``), and any
arithmetic beyond the decimal context, which belongs to the meaning of the language (``run``).
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from sopwb.kernel.limits import DECIMAL_DIGITS

# `Any` because a value's shape is known to the checker, not to Python: closures compiled from typed IR
# are the only code that computes with values, and a union here would cost a cast on each of their lines.
Value = Any

CONTEXT: Final = decimal.Context(
    prec=DECIMAL_DIGITS,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
"""Results round half-even to 38 digits. Overflow left of the point is the operation's own check."""


class Secret(msgspec.Struct, frozen=True):
    """A text that may be joined and handed to a tool, nothing else; ``placeholder`` stands for it."""

    placeholder: str

    def __str__(self) -> str:
        return self.placeholder


def decimal_text(number: Decimal) -> str:
    """Write a decimal in its shortest plain form: ``1200.00`` → ``1200``, ``0.50`` → ``0.5``, ``-0`` → ``0``."""
    if not number:
        return "0"
    text = str(number)  # a quarter of format's time
    if "E" in text:
        text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def timestamp_text(instant: dt.datetime) -> str:
    """Write an instant in UTC with ``Z``; microseconds only when there are any."""
    plain = instant.astimezone(dt.UTC).replace(tzinfo=None)
    return plain.isoformat() + "Z"


def duration_text(span: dt.timedelta) -> str:
    """Write a duration as CEL does: seconds with their fraction and ``s``."""
    micros = span // dt.timedelta(microseconds=1)
    return decimal_text(Decimal(micros).scaleb(-6)) + "s"


def plain(value: Value) -> Any:
    """Turn a value into what JSON can hold: decimals stay ``Decimal``, times become texts."""
    match value:
        case None | bool() | int() | str() | Decimal():
            return value
        case dt.datetime():
            return timestamp_text(value)
        case dt.date():
            return value.isoformat()
        case dt.timedelta():
            return duration_text(value)
        case Secret():
            return value.placeholder
        case dict():
            return {key if isinstance(key, str) else show(key): plain(item) for key, item in value.items()}
        case Sequence():
            return [plain(item) for item in value]
        case _:
            raise AssertionError(f"not a value: {type(value).__name__}")


def show(value: Value) -> str:
    """Say a value in a spoken line: texts bare, the rest canonical, records and lists as JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case Decimal():
            return decimal_text(value)
        case dict() | Sequence():
            from sopwb.kernel.canonical import json_text

            return json_text(plain(value))
        case _:
            return str(plain(value))
