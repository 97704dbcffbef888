"""How values lie in a spool: exact, comparable for equality, in the order that their type has.

==========  ==========================  ============================
type        stored as                   order of the stored form
==========  ==========================  ============================
bool, int   INTEGER                     the type's
decimal     canonical TEXT              none: ``sort_text`` has it
string      TEXT (UTF-8)                by code point, the type's
date        ISO TEXT                    the type's
timestamp   INTEGER, µs since 1970      the type's
duration    INTEGER, µs                 the type's
nested      JSON TEXT                   none
==========  ==========================  ============================

Deliberately not here: SQL (``spool``).
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from sopwb.data.convert import cell_converter
from sopwb.kernel.canonical import json_text, parse_json
from sopwb.kernel.limits import DECIMAL_DIGITS, INT_MAX, INT_MIN
from sopwb.kernel.values import Value, decimal_text, plain
from sopwb.lang.types import Scalar, Type, required

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICRO: Final = dt.timedelta(microseconds=1)
_WIDE: Final = decimal.Context(prec=4 * DECIMAL_DIGITS)


class Stored:
    """Stores and loads columns of one type."""

    def __init__(self, type_: Type) -> None:
        inner = required(type_)
        self.name = inner.name if isinstance(inner, Scalar) else ""
        self.nested = not self.name
        if self.nested:
            cell = cell_converter(inner, dt.UTC)
            self._to: Callable[[Any], Any] | None = lambda value: json_text(plain(value))
            self._from: Callable[[Any], Any] | None = lambda text: cell(parse_json(text))
        else:
            self._to, self._from = _FORMS[self.name]

    def store(self, values: Sequence[Value]) -> Sequence[Any]:
        """Give the stored forms of a column of values."""
        to = self._to
        return values if to is None else [None if value is None else to(value) for value in values]

    def load(self, cells: Sequence[Any]) -> Sequence[Value]:
        """Give the values of a column of stored forms."""
        back = self._from
        return cells if back is None else [None if cell is None else back(cell) for cell in cells]

    def sought(self, value: Value) -> Any:
        """Give the stored form of a value that is looked for, or None where no value of this type equals it."""
        kind = type(value)
        if self.name == "int" and kind is Decimal and value == value.to_integral_value():
            value = int(value)
            return value if INT_MIN <= value <= INT_MAX else None
        if self.name == "decimal" and kind in (int, Decimal):
            return decimal_text(Decimal(value))
        if kind is not _KINDS[self.name] or (kind is int and not INT_MIN <= value <= INT_MAX):
            return None
        return value if self._to is None else self._to(value)


def sort_text(number: Decimal) -> str:
    """Write a decimal so that texts sort as numbers: shifted to a whole number above zero, of fixed length."""
    shifted = int(number.scaleb(DECIMAL_DIGITS, _WIDE)) + 10 ** (2 * DECIMAL_DIGITS)
    return f"{shifted:0{2 * DECIMAL_DIGITS + 1}d}"


_FORMS: Final[dict[str, tuple[Callable[[Any], Any] | None, Callable[[Any], Any] | None]]] = {
    "bool": (int, bool),
    "int": (None, None),
    "decimal": (decimal_text, Decimal),
    "string": (None, None),
    "date": (dt.date.isoformat, dt.date.fromisoformat),
    "timestamp": (
        lambda moment: (moment - _EPOCH) // _MICRO,
        lambda micros: _EPOCH + dt.timedelta(microseconds=micros),
    ),
    "duration": (lambda span: span // _MICRO, lambda micros: dt.timedelta(microseconds=micros)),
}
_KINDS: Final[dict[str, type]] = {
    "bool": bool,
    "int": int,
    "decimal": Decimal,
    "string": str,
    "date": dt.date,
    "timestamp": dt.datetime,
    "duration": dt.timedelta,
}
