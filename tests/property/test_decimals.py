"""Arithmetic of decimals against its definition: the exact result, rounded half-even to 38 digits, below 10^38."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, Overflow, getcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sopwb.lang import ir
from sopwb.lang.types import DECIMAL, INT
from sopwb.run import expression
from sopwb.run import expression_codes as codes
from sopwb.run.expression_source import python_function
from sopwb.run.functions import numbers
from sopwb.run.functions.failure import ExpressionFailure

WIDE = Context(prec=500, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)
DIGITS = Context(prec=38, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)
GREATEST = Decimal("9" * 38)


def decimal_of(digits: int, exponent: int) -> Decimal:
    """Give a decimal of the language: below 10^38, and its digits where the exponent allows them."""
    found = Decimal(digits).scaleb(exponent, WIDE)
    return found if found.adjusted() < 38 or not found else Decimal(digits % 10).scaleb(min(exponent, 37), WIDE)


DECIMALS = st.one_of(
    st.builds(decimal_of, st.integers(-(10**38) + 1, 10**38 - 1), st.integers(-60, 37)),
    st.builds(decimal_of, st.integers(-999, 999), st.integers(-60, 37)),
    st.sampled_from([GREATEST, -GREATEST, Decimal("9e37"), Decimal("0E+37"), Decimal("-0"), Decimal("1E-60")]),
)


def settled(exact: Decimal) -> Decimal | None:
    """Round to 38 digits; None of what is too large."""
    found = DIGITS.plus(exact)
    return None if found and found.adjusted() >= 38 else found


def outcome(compute: Callable[[], Any]) -> Decimal | None:
    try:
        found = compute()
    except Overflow:
        return None
    except ExpressionFailure as failure:
        if failure.code != codes.OVERFLOW:
            raise
        return None
    assert type(found) is Decimal
    return found


@given(DECIMALS, DECIMALS)
@example(GREATEST, Decimal("0.5"))
@example(GREATEST, Decimal("0.4"))
@example(Decimal("0E+37"), Decimal("0E+37"))
def test_sums_differences_and_products_are_exact_and_rounded_once(a: Decimal, b: Decimal) -> None:
    assert outcome(lambda: numbers.add_decimal(a, b)) == settled(WIDE.add(a, b))
    assert outcome(lambda: numbers.sub_decimal(a, b)) == settled(WIDE.subtract(a, b))
    assert outcome(lambda: numbers.mul_decimal(a, b)) == settled(WIDE.multiply(a, b))


@given(DECIMALS, st.integers(-(2**63), 2**63 - 1))
def test_an_int_may_stand_for_the_decimal_that_it_is(a: Decimal, n: int) -> None:
    number = Decimal(n)
    assert outcome(lambda: numbers.add_decimal(a, n)) == settled(WIDE.add(a, number))
    assert outcome(lambda: numbers.sub_decimal(n, a)) == settled(WIDE.subtract(number, a))
    assert outcome(lambda: numbers.mul_decimal(n, a)) == settled(WIDE.multiply(number, a))
    assert outcome(lambda: numbers.mul_decimal(n, n)) == settled(WIDE.multiply(number, number))


@given(DECIMALS, st.integers(-38, 38))
@example(GREATEST, -1)
@example(GREATEST, 2)
@example(Decimal("2.5"), 0)
@example(Decimal("-0.05"), 1)
def test_rounding_gives_the_nearest_multiple_half_away_from_zero(a: Decimal, places: int) -> None:
    step = Decimal(1).scaleb(-places)
    expected = settled(a.quantize(step, ROUND_HALF_UP, WIDE))
    assert outcome(lambda: numbers.round_places(a, places)) == expected
    expr = ir.Apply(DECIMAL, "round_places", (ir.Name(DECIMAL, "a"), ir.Const(INT, places)))
    context = expression.Context(dt.UTC)
    function = python_function(expr, context, expression.compile_expression(expr, context))
    assert outcome(lambda: function({"a": a})) == expected


@given(st.lists(DECIMALS, max_size=8))
@example([])
@example([GREATEST, Decimal(1), Decimal(-1)])
@example([GREATEST, GREATEST])
def test_a_sum_is_exact_however_long_its_digits_and_leaves_the_threads_context(values: list[Decimal]) -> None:
    exact = sum(map(Fraction, values), Fraction(0))
    before = getcontext()
    found = outcome(lambda: numbers.sum_decimal(values))
    assert getcontext() is before
    expected = settled(sum_of(exact))
    assert found == expected
    assert outcome(lambda: numbers.sum_decimal(reversed(values))) == expected


def sum_of(exact: Fraction) -> Decimal:
    """Give a sum of decimals as a decimal: its denominator is a product of twos and fives."""
    return WIDE.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def test_a_sum_that_fails_leaves_the_threads_context() -> None:
    before = getcontext()
    with pytest.raises(TypeError):
        numbers.sum_decimal([Decimal(1), None])  # type: ignore[list-item]  # our own bug, if it were
    assert getcontext() is before
