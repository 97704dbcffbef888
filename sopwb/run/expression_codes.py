"""The codes of expressions that fail while running: SOP-R101 to SOP-R199.

What can be known beforehand is a diagnostic of the checker (``lang.expression.codes``); these depend on
the data.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

OVERFLOW: Final = "SOP-R101"
DIVISION_BY_ZERO: Final = "SOP-R102"
INDEX: Final = "SOP-R103"
NO_KEY: Final = "SOP-R104"
NULL: Final = "SOP-R105"
NOT_A_NUMBER: Final = "SOP-R106"
NOT_A_TIME: Final = "SOP-R107"
TIME_RANGE: Final = "SOP-R108"
TEXT_RANGE: Final = "SOP-R109"
PATTERN: Final = "SOP-R110"
ZONE: Final = "SOP-R111"
KEY_TWICE: Final = "SOP-R112"
DIGITS: Final = "SOP-R113"
NOTHING_TO_CHOOSE: Final = "SOP-R114"
TEXT_LENGTH: Final = "SOP-R115"

CODES: Final[tuple[Code, ...]] = (
    Code(OVERFLOW, "A number that is too large", "Ints have 64 bits, decimals 38 digits before the point.",
         "9223372036854775807 + 1"),
    Code(DIVISION_BY_ZERO, "A division by zero", "Ask for zero first: n == 0 ? 0 : total / n.", "1 / 0"),
    Code(INDEX, "An index outside of the list", "Ask size(xs) first; the first element has index 0.", "[1, 2][2]"),
    Code(NO_KEY, "A key that the map does not have", "Ask 'key' in m first.", "{'a': 1}['b']"),
    Code(NULL, "A null where must() promised a value", "Find out why it is null, or use coalesce(x, d).",
         "must([].first())"),
    Code(NOT_A_NUMBER, "A text that is not a number", "Clean the text first.", "int('12a')"),
    Code(NOT_A_TIME, "A text that is not a date, timestamp or duration", "Write it as ISO 8601, durations as 1h30m.",
         "date('31.01.2026')"),
    Code(TIME_RANGE, "A time outside of the years 1 to 9999", "Check the numbers that it is computed from.",
         "add_days(date('9999-12-31'), 1)"),
    Code(TEXT_RANGE, "A position outside of the text", "Ask size(s) first.", "'abc'.substring(4)"),
    Code(PATTERN, "A text that is not an RE2 pattern", "Correct the pattern.", "'a'.matches('a' + '(')"),
    Code(ZONE, "A time zone that does not exist", "Use a name such as Europe/Berlin or an offset such as +02:00.",
         "now.getHours('Mars/Olympus')"),
    Code(KEY_TWICE, "A map literal with one key twice", "Give every key once.", "{'a': 1, 'a': 2}"),
    Code(DIGITS, "A number of digits that is out of range", "round takes -38 to 38 digits, fixed 0 to 38.",
         "fixed(1.5, 20 * 2)"),
    Code(NOTHING_TO_CHOOSE, "The greatest or least of nothing", "Use max() or min(), which give null.",
         "math.greatest([1].filter(x, x > 1))"),
    Code(TEXT_LENGTH, "A text that is too long", "Join fewer or shorter texts.", ""),
)  # fmt: skip
