"""Numbers: what the operations on ints and decimals come to, with bounds.

An int that may leave 64 bits is computed with 128 and checked. A decimal has the digits that its bounds ask
for; more than 38 are not lowered, so nothing is ever rounded except where the language says so: a quotient to
12 places half-even, ``round`` half away from zero. Both are done on whole numbers, for a database divides
decimals as binary floats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sopwb.kernel.limits import DECIMAL_DIGITS, DIVISION_PLACES, INT_MAX, INT_MIN
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, TRUE, choose, literal
from sopwb.plan.cells import BOOL, Cell, integer, text_of
from sopwb.plan.lowering.forms import widened
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.nodes import CannotLower

ANY_INT: Final = integer(INT_MIN, INT_MAX)
_WIDE: Final = 1 << 127
"""What 128 bits hold."""
Operation = Callable[..., n.Expr]


def checked_int(scope: Scope, value: n.Expr) -> n.Expr:
    """Check that an int has 64 bits, unless its bounds say so."""
    if value.cell.fits_int():
        return value
    _in_128_bits(value.cell)
    named = scope.name(value)
    scope.fault(codes.OVERFLOW, n.Call(BOOL, "outside_int", (named,)))
    low, high = max(value.cell.low, INT_MIN), min(value.cell.high, INT_MAX)
    return n.Call(integer(min(low, INT_MAX), max(high, INT_MIN)), "narrow", (named,))


def _in_128_bits(cell: Cell) -> None:
    if not (cell.low > -_WIDE and cell.high < _WIDE):
        raise CannotLower("a whole number may need more than 128 bits")


def settled(value: n.Expr) -> n.Expr:
    """Insist on 38 digits."""
    if not value.cell.fits_decimal():
        raise CannotLower("a decimal may need more than 38 digits")
    return value


def rescaled(value: n.Expr, scale: int) -> n.Expr:
    """Give a decimal more digits behind the point."""
    cell = value.cell
    if cell.scale == scale:
        return value
    return settled(n.Call(cell.rescaled(scale), "rescale", (value,)))


def aligned(a: n.Expr, b: n.Expr) -> tuple[n.Expr, n.Expr]:
    """Give two decimals the same digits behind the point."""
    scale = max(a.cell.scale, b.cell.scale)
    return rescaled(a, scale), rescaled(b, scale)


def _sum_cell(kind: str, a: Cell, b: Cell) -> Cell:
    return Cell(kind, False, a.low + b.low, a.high + b.high, a.scale)


def _difference_cell(kind: str, a: Cell, b: Cell) -> Cell:
    return Cell(kind, False, a.low - b.high, a.high - b.low, a.scale)


def _product_cell(kind: str, a: Cell, b: Cell) -> Cell:
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Cell(kind, False, min(corners), max(corners), a.scale + b.scale)


def add_int(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return checked_int(scope, n.Call(_sum_cell("int", a.cell, b.cell), "add", (a, b)))


def sub_int(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return checked_int(scope, n.Call(_difference_cell("int", a.cell, b.cell), "sub", (a, b)))


def mul_int(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return checked_int(scope, n.Call(_product_cell("int", a.cell, b.cell), "mul", (a, b)))


def neg_int(scope: Scope, a: n.Expr) -> n.Expr:
    return checked_int(scope, n.Call(Cell("int", False, -a.cell.high, -a.cell.low), "neg", (a,)))


def _magnitude(cell: Cell) -> Cell:
    high = max(abs(cell.low), abs(cell.high))
    low = 0 if cell.low <= 0 <= cell.high else min(abs(cell.low), abs(cell.high))
    return Cell(cell.kind, False, low, high, cell.scale)


def abs_int(scope: Scope, a: n.Expr) -> n.Expr:
    return checked_int(scope, n.Call(_magnitude(a.cell), "abs", (a,)))


def _sign(zero: n.Expr, one: n.Expr, minus: n.Expr, a: n.Expr, nought: n.Expr) -> n.Expr:
    cell = zero.cell.join(one.cell).join(minus.cell)
    above, below = n.Call(BOOL, "gt", (a, nought)), n.Call(BOOL, "lt", (a, nought))
    return n.Case(cell, ((above, one), (below, minus)), zero)


def sign_int(scope: Scope, a: n.Expr) -> n.Expr:
    return _sign(literal(0), literal(1), literal(-1), scope.name(a), literal(0))


def sign_decimal(scope: Scope, a: n.Expr) -> n.Expr:
    return widened(_sign(literal(0), literal(1), literal(-1), scope.name(_digits(a)), literal(0)))


def mod_int(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    """Give the remainder with the dividend's sign; the quotient -2^63 / -1 has no int."""
    a, b = scope.name(a), scope.name(b)
    if b.cell.low <= 0 <= b.cell.high:
        scope.fault(codes.DIVISION_BY_ZERO, n.Call(BOOL, "eq", (b, literal(0))))
    minus_one = b.cell.low <= -1 <= b.cell.high
    if minus_one and a.cell.low == INT_MIN:
        lowest = n.Call(BOOL, "eq", (a, literal(INT_MIN)))
        scope.fault(codes.OVERFLOW, n.Call(BOOL, "and", (n.Call(BOOL, "eq", (b, literal(-1))), lowest)))
    most = max(0, max(abs(b.cell.low), abs(b.cell.high)) - 1)
    cell = integer(max(min(a.cell.low, 0), -most), min(max(a.cell.high, 0), most))
    rest = n.Call(cell, "mod", (a, b))
    if not minus_one:
        return rest
    return choose(n.Call(BOOL, "eq", (b, literal(-1))), literal(0), rest)


def add_decimal(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    a, b = aligned(a, b)
    return settled(n.Call(_sum_cell("decimal", a.cell, b.cell), "add", (a, b)))


def sub_decimal(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    a, b = aligned(a, b)
    return settled(n.Call(_difference_cell("decimal", a.cell, b.cell), "sub", (a, b)))


def mul_decimal(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    return settled(n.Call(_product_cell("decimal", a.cell, b.cell), "mul", (a, b)))


def neg_decimal(scope: Scope, a: n.Expr) -> n.Expr:
    return n.Call(Cell("decimal", False, -a.cell.high, -a.cell.low, a.cell.scale), "neg", (a,))


def abs_decimal(scope: Scope, a: n.Expr) -> n.Expr:
    return n.Call(_magnitude(a.cell), "abs", (a,))


# --- what is done on whole numbers ----------------------------------------------------------------


def _digits(a: n.Expr) -> n.Expr:
    """Give a decimal's digits as a whole number."""
    return n.Call(Cell("int", False, a.cell.low, a.cell.high), "unscaled", (a,))


def _point(digits: n.Expr, scale: int) -> n.Expr:
    """Give a whole number a point before its last ``scale`` digits."""
    cell = Cell("decimal", False, digits.cell.low, digits.cell.high, scale)
    return settled(n.Call(cell, "with_point", (digits,)))


def times(digits: n.Expr, factor: int) -> n.Expr:
    """Multiply a whole number by a constant."""
    if factor == 1:
        return digits
    made = n.Call(_product_cell("int", digits.cell, integer(factor, factor)), "mul", (digits, literal_int(factor)))
    _in_128_bits(made.cell)
    return made


def literal_int(value: int) -> n.Expr:
    return n.Literal(integer(value, value), value)


def div_decimal(scope: Scope, a: n.Expr, b: n.Expr) -> n.Expr:
    """Divide, half-even to 12 places."""
    shift = DIVISION_PLACES + b.cell.scale - a.cell.scale
    above = scope.name(times(_digits(a), 10 ** max(shift, 0)))
    below = scope.name(times(_digits(b), 10 ** max(-shift, 0)))
    if below.cell.low <= 0 <= below.cell.high:
        scope.fault(codes.DIVISION_BY_ZERO, n.Call(BOOL, "eq", (below, literal(0))))
    return _point(quotient(scope, above, below), DIVISION_PLACES)


def quotient(scope: Scope, above: n.Expr, below: n.Expr) -> n.Expr:
    """Divide whole numbers, half-even; null where the divisor is 0."""
    most = max(abs(above.cell.low), abs(above.cell.high))
    if below.cell.low > 0 or below.cell.high < 0:
        most = most // min(abs(below.cell.low), abs(below.cell.high)) + 1
    cell = integer(0 if above.cell.low >= 0 and below.cell.low >= 0 else -most, most)
    if max(abs(below.cell.low), abs(below.cell.high)) * 2 >= _WIDE:
        raise CannotLower("a whole number may need more than 128 bits")
    whole = scope.name(n.Call(cell, "divide", (above, below)))
    rest = scope.name(n.Call(_magnitude(below.cell).join(integer(0, 0)), "rest", (above, below)))
    return n.Call(cell, "half_even", (whole, rest, below, above))


def _rounding(op: str, a: n.Expr, places: int) -> n.Expr:
    """Give the digits of a decimal with fewer of them behind the point."""
    factor = 10 ** (a.cell.scale - places)
    low, high = a.cell.low // factor - 1, a.cell.high // factor + 1
    if abs(a.cell.low) + factor >= _WIDE or abs(a.cell.high) + factor >= _WIDE:
        raise CannotLower("a whole number may need more than 128 bits")
    return n.Call(integer(low, high), op, (_digits(a), literal_int(factor)))


def _to_int(op: str) -> Operation:
    def convert(scope: Scope, a: n.Expr) -> n.Expr:
        digits = _digits(a) if a.cell.scale <= 0 else _rounding(op, scope.name(a), 0)
        return checked_int(scope, digits)

    return convert


def _places(expr: n.Expr) -> int:
    if not isinstance(expr, n.Literal):
        raise CannotLower("the number of digits is not a constant")
    return int(expr.value)


def round_to(scope: Scope, a: n.Expr, places: int) -> n.Expr:
    """Round a decimal to ``places`` ≥ 0 digits, half away from zero."""
    if a.cell.scale <= places:
        return a
    return _point(_rounding("round_away", scope.name(a), places), places)


def round_places(scope: Scope, a: n.Expr, by: n.Expr) -> n.Expr:
    places = _places(by)
    if not 0 <= places <= DECIMAL_DIGITS:
        raise CannotLower("it rounds left of the point")
    return round_to(scope, a, places)


def round_whole(scope: Scope, a: n.Expr) -> n.Expr:
    return round_to(scope, a, 0)


def fixed(scope: Scope, a: n.Expr, by: n.Expr) -> n.Expr:
    places = _places(by)
    if not 0 <= places <= DECIMAL_DIGITS:
        raise CannotLower("the number of digits is out of range")
    rounded = rescaled(round_to(scope, a, places), places)
    return n.Call(text_of(DECIMAL_DIGITS + 3), "fixed_text", (rounded,))


def compare(op: str, a: n.Expr, b: n.Expr) -> n.Expr:
    """Compare two scalars of one kind; null equals only null."""
    if a.cell.kind == "decimal" == b.cell.kind:
        a, b = aligned(a, b)
    if a.cell.kind == "null" or b.cell.kind == "null":
        raise CannotLower("null is compared with null")
    if op in ("eq", "ne") and (a.cell.nullable or b.cell.nullable):
        return n.Call(BOOL, "same" if op == "eq" else "not_same", (a, b))
    if a == b:
        return TRUE if op in ("eq", "le", "ge") else FALSE
    return n.Call(BOOL, op, (a, b))


def extreme(op: str, parts: list[n.Expr]) -> n.Expr:
    """Give the greatest or least of numbers."""
    best = parts[0]
    for part in parts[1:]:
        a, b = aligned(best, part) if part.cell.kind == "decimal" else (best, part)
        cell = a.cell.join(b.cell)
        test = n.Call(BOOL, "ge" if op == "greatest" else "le", (a, b))
        best = n.Case(cell, ((test, a),), b)
    return best


NUMBERS: Final[dict[str, Operation]] = {
    "add_int": add_int, "sub_int": sub_int, "mul_int": mul_int, "mod_int": mod_int, "neg_int": neg_int,
    "abs_int": abs_int, "sign_int": sign_int, "add_decimal": add_decimal, "sub_decimal": sub_decimal,
    "mul_decimal": mul_decimal, "div_decimal": div_decimal, "neg_decimal": neg_decimal,
    "abs_decimal": abs_decimal, "sign_decimal": sign_decimal, "ceil": _to_int("ceiling"),
    "floor": _to_int("flooring"), "round": _to_int("round_away"), "int_of_decimal": _to_int("cut"),
    "round_whole": round_whole, "round_places": round_places, "fixed": fixed,
    "int_of_int": lambda scope, a: a, "double_of_decimal": lambda scope, a: a,
}  # fmt: skip
