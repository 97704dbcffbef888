"""Constants that can never be right: a date text, a pattern or a count of digits that every run would refuse.

They are found while checking, so that a script with one is never frozen.
"""

from __future__ import annotations

from sopwb.kernel.limits import DECIMAL_DIGITS
from sopwb.lang import ir
from sopwb.lang.expression.texts import make_date, parse_date, parse_duration, parse_timestamp


def constant_fault(op: str, args: tuple[ir.Expr, ...]) -> tuple[str, int] | None:
    """Give what is wrong with a constant argument of ``op`` and which one it is; None when nothing is."""
    values = [arg.value if isinstance(arg, ir.Const) else None for arg in args]
    try:
        match op, values:
            case "date_of_string", [str() as text]:
                parse_date(text)
            case "timestamp_of_string", [str() as text]:
                parse_timestamp(text)
            case "duration_of_string", [str() as text]:
                parse_duration(text)
            case "date_of_parts", [int() as year, int() as month, int() as day]:
                make_date(year, month, day)
            case "matches", [_, str() as pattern]:
                fault = pattern_fault(pattern)
                return None if fault is None else (fault, 1)
            case "round_places", [_, int() as places] if abs(places) > DECIMAL_DIGITS:
                return f"round takes from -{DECIMAL_DIGITS} to {DECIMAL_DIGITS} digits", 1
            case "fixed", [_, int() as places] if not 0 <= places <= DECIMAL_DIGITS:
                return f"fixed takes from 0 to {DECIMAL_DIGITS} digits", 1
    except ValueError as fault_:
        return str(fault_), 0
    return None


def pattern_fault(pattern: str) -> str | None:
    """Say why a text is not an RE2 pattern, or None where it is one."""
    import re2  # here, since only expressions with `matches` pay for it

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as fault:
        reason = fault.args[0] if fault.args else "it cannot be read"
        return f"not an RE2 pattern: {reason.decode() if isinstance(reason, bytes) else reason}"
    return None
