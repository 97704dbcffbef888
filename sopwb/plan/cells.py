"""Cells: what is known of a scalar value in a set plan before any record is read.

A cell is a kind, whether null may be among its values, and bounds. Bounds are what makes a plan total: an
addition that provably stays within 64 bits needs no check, a decimal that provably fits 38 digits needs no
rounding, and what cannot be proven is checked or is not lowered.

    kind       bounds ``low`` and ``high`` are
    int        the value
    decimal    the value without its point (``scale`` digits stand behind it)
    date       days since 1970-01-01
    timestamp  microseconds since 1970-01-01T00:00:00Z
    duration   microseconds
    string     the number of characters

Bounds are inclusive. Bools and secrets have none. Deliberately not here: how a dialect holds a cell.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

import msgspec

from sopwb.kernel.limits import DECIMAL_DIGITS, INT_MAX, INT_MIN, TEXT_CHARS_MAX
from sopwb.kernel.values import Secret, Value

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
EPOCH_DAY: Final = EPOCH.date()
DAY_US: Final = 86_400_000_000
MICROSECOND: Final = dt.timedelta(microseconds=1)
DATE_MIN: Final = (dt.date.min - EPOCH_DAY).days
DATE_MAX: Final = (dt.date.max - EPOCH_DAY).days
TIMESTAMP_MIN: Final = DATE_MIN * DAY_US
TIMESTAMP_MAX: Final = (DATE_MAX + 1) * DAY_US - 1
DECIMAL_LIMIT: Final = 10**DECIMAL_DIGITS

WIDEST: Final[dict[str, tuple[int, int]]] = {
    "bool": (0, 1),
    "int": (INT_MIN, INT_MAX),
    "date": (DATE_MIN, DATE_MAX),
    "timestamp": (TIMESTAMP_MIN, TIMESTAMP_MAX),
    "duration": (INT_MIN, INT_MAX),
    "string": (0, TEXT_CHARS_MAX),
    "secret": (0, TEXT_CHARS_MAX),
}
"""What a value of a kind can be at most. Decimals are not here: without bounds they cannot be lowered."""


class Cell(msgspec.Struct, frozen=True):
    """A scalar's kind and bounds; see the module's header."""

    kind: str
    nullable: bool = False
    low: int = 0
    high: int = 0
    scale: int = 0

    def with_null(self, nullable: bool = True) -> Cell:
        """Give the same cell with or without null."""
        return self if self.nullable == nullable else msgspec.structs.replace(self, nullable=nullable)

    def digits(self) -> int:
        """Count the decimal digits that its numbers need."""
        return len(str(max(abs(self.low), abs(self.high))))

    def fits_int(self) -> bool:
        """Whether all its numbers have 64 bits."""
        return self.low >= INT_MIN and self.high <= INT_MAX

    def fits_decimal(self) -> bool:
        """Whether all its numbers have 38 digits."""
        return max(abs(self.low), abs(self.high)) < DECIMAL_LIMIT and self.scale <= DECIMAL_DIGITS

    def join(self, other: Cell) -> Cell:
        """Give the cell that holds the values of both, which are of one kind."""
        if self == other:
            return self
        assert self.kind == other.kind, f"{self.kind} and {other.kind} have no cell in common"
        scale = max(self.scale, other.scale)
        a, b = self.rescaled(scale), other.rescaled(scale)
        nullable = self.nullable or other.nullable
        return Cell(self.kind, nullable, min(a.low, b.low), max(a.high, b.high), scale)

    def rescaled(self, scale: int) -> Cell:
        """Give the same numbers with more digits behind the point."""
        if scale == self.scale:
            return self
        assert scale > self.scale, "digits behind the point are never dropped unseen"
        factor: int = 10 ** (scale - self.scale)
        return Cell(self.kind, self.nullable, self.low * factor, self.high * factor, scale)


BOOL: Final = Cell("bool", high=1)
TEXT: Final = Cell("string", high=TEXT_CHARS_MAX)


def integer(low: int, high: int) -> Cell:
    """Make the cell of ints within bounds."""
    assert low <= high, "bounds hold something"
    return Cell("int", False, low, high)


def text_of(chars: int) -> Cell:
    """Make the cell of texts of at most ``chars`` characters."""
    return Cell("string", False, 0, min(chars, TEXT_CHARS_MAX))


def rounded(cell: Cell) -> Cell:
    """Move a cell's bounds outwards: numbers to their count of digits, times to whole years.

    A plan made for the wider cell serves all data of its size, so that it can be kept from run to run.
    """
    match cell.kind:
        case "int" | "decimal" | "duration" | "string":
            low = 0 if cell.low >= 0 else -_nines(cell.low)
            high = 0 if cell.high <= 0 else _nines(cell.high)
            bounds = (low, high)
        case "date":
            bounds = (_year(cell.low, 0), _year(cell.high, 1) - 1)
        case "timestamp":
            bounds = (_year(cell.low // DAY_US, 0) * DAY_US, _year(cell.high // DAY_US, 1) * DAY_US - 1)
        case _:
            return cell
    most = WIDEST.get(cell.kind)
    if most is not None:
        bounds = (max(bounds[0], most[0]), min(bounds[1], most[1]))
    return Cell(cell.kind, cell.nullable, bounds[0], bounds[1], cell.scale)


def _nines(number: int) -> int:
    made: int = 10 ** len(str(abs(number))) - 1
    return made


def _year(day: int, plus: int) -> int:
    """Give the first day of a day's year, or of a later one, in days since 1970."""
    year = (EPOCH_DAY + dt.timedelta(days=day)).year + plus
    return DATE_MAX + 1 if year > dt.MAXYEAR else (dt.date(year, 1, 1) - EPOCH_DAY).days


def number_of(value: Value) -> int:
    """Give the number that bounds speak of; for a decimal without its point."""
    match value:
        case bool() | int():
            return int(value)
        case Decimal():
            return unscaled(value)[0]
        case dt.datetime():
            return (value - EPOCH) // MICROSECOND
        case dt.date():
            return (value - EPOCH_DAY).days
        case dt.timedelta():
            return value // MICROSECOND
        case str():
            return len(value)
        case Secret():
            return len(value.placeholder)
        case _:
            raise AssertionError(f"no scalar: {type(value).__name__}")


def unscaled(value: Decimal) -> tuple[int, int]:
    """Split a decimal into its digits and how many of them stand behind the point, as few as possible."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "decimals are finite"
    number = int("".join(map(str, digits)))
    if not number:
        return 0, 0
    while number % 10 == 0 and exponent < 0:
        number, exponent = number // 10, exponent + 1
    if exponent > 0:
        number, exponent = number * 10**exponent, 0
    return (-number if sign else number), -exponent


_KINDS: Final[dict[type, str]] = {
    bool: "bool", int: "int", Decimal: "decimal", str: "string", dt.date: "date", dt.datetime: "timestamp",
    dt.timedelta: "duration", Secret: "secret",
}  # fmt: skip


def cell_of(value: Value) -> Cell:
    """Give the cell of exactly one value, which is not null."""
    kind = _KINDS[type(value)]
    scale = unscaled(value)[1] if kind == "decimal" else 0
    number = number_of(value)
    return Cell(kind, False, number, number, scale)
