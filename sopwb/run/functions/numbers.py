"""Arithmetic: 64-bit ints and 38-digit decimals, exact or a failure.

Decimal results round half-even to 38 digits; 10^38 and beyond is an overflow. A quotient is first rounded
half-even to 12 fractional digits, from enough digits that the two roundings are one.

Sums, differences and products are the context's own methods (a Python function around them would cost twice as
much as they do); only they raise ``decimal.Overflow``, and the closures around them make it an
``ExpressionFailure``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import (
    ROUND_05UP,
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from typing import Final

from sopwb.kernel.limits import DECIMAL_DIGITS, DIVISION_PLACES, INT_MAX, INT_MIN
from sopwb.kernel.values import Value, decimal_text
from sopwb.run import expression_codes as codes
from sopwb.run.functions.failure import ExpressionFailure


def _context(digits: int, rounding: str, highest: int = 999_999) -> Context:
    traps = [InvalidOperation, DivisionByZero, Overflow]
    return Context(prec=digits, rounding=rounding, Emin=-999_999, Emax=highest, traps=traps)


SETTLED: Final = _context(DECIMAL_DIGITS, ROUND_HALF_EVEN, DECIMAL_DIGITS - 1)
"""What it gives is a decimal of the language: below 10^38, else it raises ``Overflow``."""
_QUOTIENT: Final = _context(DECIMAL_DIGITS * 2, ROUND_05UP)
"""ROUND_05UP keeps what was cut off visible in the last digit, so the rounding to 12 places sees it."""
_WIDE: Final = _context(200, ROUND_HALF_EVEN)
_AWAY: Final = _context(200, ROUND_HALF_UP)
_EXACT: Final = _context(4_000, ROUND_HALF_EVEN)
"""Sums are kept whole and rounded once, so that the order of the records does not matter."""
_LAST_PLACE: Final = Decimal(1).scaleb(-DIVISION_PLACES)
_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)
_SURE_DIGITS: Final = DECIMAL_DIGITS - DIVISION_PLACES
_INT_TEXT: Final = re.compile(r"[+-]?[0-9]{1,40}", re.ASCII)
_DECIMAL_TEXT: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,5})?", re.ASCII)


def overflow(what: str = "the int") -> ExpressionFailure:
    """Make the failure of a number that became too large."""
    return ExpressionFailure(codes.OVERFLOW, f"{what} is too large")


def whole(number: int) -> int:
    """Check that an int has 64 bits."""
    if INT_MIN <= number <= INT_MAX:
        return number
    raise overflow()


def rounded(number: Decimal) -> Decimal:
    """Round to 38 digits, half-even, and check the size."""
    try:
        return SETTLED.plus(number)
    except Overflow:
        raise overflow("the decimal") from None


def add_int(a: int, b: int) -> int:
    return whole(a + b)


def sub_int(a: int, b: int) -> int:
    return whole(a - b)


def mul_int(a: int, b: int) -> int:
    return whole(a * b)


def neg_int(a: int) -> int:
    return whole(-a)


def abs_int(a: int) -> int:
    return whole(abs(a))


def sign_int(a: int) -> int:
    return (a > 0) - (a < 0)


def mod_int(a: int, b: int) -> int:
    """Give the remainder with the dividend's sign (Python's own has the divisor's)."""
    if b == 0:
        raise ExpressionFailure(codes.DIVISION_BY_ZERO, f"{a} % 0: division by zero")
    if b == -1 and a == INT_MIN:
        raise overflow()  # as in CEL: the quotient that the remainder belongs to has no int
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


add_decimal: Final = SETTLED.add
sub_decimal: Final = SETTLED.subtract
mul_decimal: Final = SETTLED.multiply


def div_decimal(a: Decimal, b: Decimal) -> Decimal:
    if not b:
        raise ExpressionFailure(codes.DIVISION_BY_ZERO, f"{decimal_text(a)} / 0: division by zero")
    quotient = _QUOTIENT.divide(a, b)
    if quotient.adjusted() >= DECIMAL_DIGITS and quotient:
        raise overflow("the decimal")
    result = _WIDE.quantize(quotient, _LAST_PLACE)
    return result if result.adjusted() < _SURE_DIGITS else rounded(result)


def neg_decimal(a: Decimal) -> Decimal:
    return a.copy_negate() if a else a


def abs_decimal(a: Decimal) -> Decimal:
    return a.copy_abs()


def sign_decimal(a: Decimal) -> Decimal:
    return Decimal(sign_int_of(a))


def sign_int_of(a: Decimal) -> int:
    """Give -1, 0 or 1."""
    return (a > 0) - (a < 0)


def ceil(a: Decimal) -> int:
    return whole(int(a.to_integral_value(ROUND_CEILING, _WIDE)))


def floor(a: Decimal) -> int:
    return whole(int(a.to_integral_value(ROUND_FLOOR, _WIDE)))


def round_half_away(a: Decimal) -> int:
    """Round to an int, half away from zero."""
    return whole(int(a.to_integral_value(ROUND_HALF_UP, _WIDE)))


def round_whole(a: Decimal) -> Decimal:
    return rounded(a.to_integral_value(ROUND_HALF_UP, _WIDE))


def round_places(a: Decimal, places: int) -> Decimal:
    """Round to ``places`` fractional digits, half away from zero; negative places round left of the point."""
    if abs(places) > DECIMAL_DIGITS:
        raise ExpressionFailure(codes.DIGITS, f"round cannot keep {places} digits")
    return rounded(_AWAY.quantize(a, step(places)))


def step(places: int) -> Decimal:
    """Give 10 to the power of minus ``places``: a decimal is rounded to multiples of it."""
    return _ONE.scaleb(-places)


def fixed(a: Decimal, places: int) -> str:
    """Write with exactly ``places`` fractional digits, rounded half away from zero."""
    if not 0 <= places <= DECIMAL_DIGITS:
        raise ExpressionFailure(codes.DIGITS, f"fixed cannot write {places} digits")
    result = _AWAY.quantize(a, step(places))
    return format(result if result else result.copy_abs(), "f")


def int_of_decimal(a: Decimal) -> int:
    return whole(int(a))


def int_of_string(text: str) -> int:
    if _INT_TEXT.fullmatch(text) is None:
        raise ExpressionFailure(codes.NOT_A_NUMBER, f"'{text[:40]}' is not an int")
    return whole(int(text))


def double_of_string(text: str) -> Decimal:
    if len(text) > 1_000 or _DECIMAL_TEXT.fullmatch(text) is None:
        raise ExpressionFailure(codes.NOT_A_NUMBER, f"'{text[:40]}' is not a number")
    return rounded(Decimal(text))


def sum_int(values: Iterable[int]) -> int:
    return whole(sum(values))


def sum_decimal(values: Iterable[Decimal]) -> Decimal:
    return rounded(_exact_sum(values))


def _exact_sum(values: Iterable[Value]) -> Decimal:
    # Python's own sum adds in the thread's context, at half the cost of calling the context's add.
    before = getcontext()
    setcontext(_EXACT)
    try:
        return sum(values, start=_ZERO)
    finally:
        setcontext(before)


def average(values: list[int] | list[Decimal], decimals: bool) -> Decimal | None:
    """Give the sum divided by the count, as ``/`` divides; None of nothing."""
    if not values:
        return None
    total = _exact_sum(values) if decimals else Decimal(sum(values))
    # An exact sum may have more digits than a decimal, so the quotient is taken of all of them.
    quotient = _QUOTIENT.divide(total, Decimal(len(values)))
    return rounded(_WIDE.quantize(quotient, _LAST_PLACE))
