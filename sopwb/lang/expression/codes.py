"""The codes of the expression language: SOP-X### syntax, SOP-T### types, SOP-N### names.

``docs/errors.md`` is generated from these; a code is never used for a second meaning.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

# --- syntax -------------------------------------------------------------------------------------
CHARACTER: Final = "SOP-X001"
OPEN_TEXT: Final = "SOP-X002"
ESCAPE: Final = "SOP-X003"
NUMBER: Final = "SOP-X004"
UNEXPECTED: Final = "SOP-X005"
OPEN_BRACKET: Final = "SOP-X006"
TRAILING: Final = "SOP-X007"
OPERATOR_SPELLING: Final = "SOP-X008"
TOO_LONG: Final = "SOP-X009"
TOO_DEEP: Final = "SOP-X010"
UNSUPPORTED: Final = "SOP-X011"
RESERVED_WORD: Final = "SOP-X012"
FIELD_TWICE: Final = "SOP-X013"
EMPTY: Final = "SOP-X014"

# --- types --------------------------------------------------------------------------------------
OPERANDS: Final = "SOP-T001"
WRONG_TYPE: Final = "SOP-T002"
MAYBE_NULL: Final = "SOP-T003"
ARGUMENTS: Final = "SOP-T004"
NO_COMMON_TYPE: Final = "SOP-T005"
NO_FIELDS: Final = "SOP-T006"
NOT_INDEXABLE: Final = "SOP-T007"
NOT_COMPARABLE: Final = "SOP-T008"
NOT_A_LIST: Final = "SOP-T009"
NOT_A_VARIABLE: Final = "SOP-T010"
BAD_CONSTANT: Final = "SOP-T011"
SECRET_USE: Final = "SOP-T012"
MAP_KEY: Final = "SOP-T013"
NOT_ORDERED: Final = "SOP-T014"
AMBIGUOUS_COUNT: Final = "SOP-T015"
NOT_A_SELECTION: Final = "SOP-T016"
SAME_SIDES: Final = "SOP-T017"

# --- names --------------------------------------------------------------------------------------
UNKNOWN_NAME: Final = "SOP-N001"
UNKNOWN_FIELD: Final = "SOP-N002"
UNKNOWN_FUNCTION: Final = "SOP-N003"
NAME_TAKEN: Final = "SOP-N004"
CALL_STYLE: Final = "SOP-N005"

CODES: Final[tuple[Code, ...]] = (
    Code(
        CHARACTER,
        "A character that no expression has",
        "Remove it, or put quotes around a text.",
        "total # 2",
    ),
    Code(
        OPEN_TEXT,
        "A text without its closing quote",
        "Close it with the quote that opened it.",
        "name == 'Ann",
    ),
    Code(
        ESCAPE,
        "An escape that means nothing",
        "Use \\n \\t \\\\ \\' \\\" \\xHH \\uHHHH or \\UHHHHHHHH, or double the backslash.",
        r"'C:\data'",
    ),
    Code(
        NUMBER,
        "A number that cannot be read exactly",
        "Ints have 64 bits, decimals 38 digits; write no thousands separators.",
        "99999999999999999999",
    ),
    Code(UNEXPECTED, "Something else was expected here", "Read the expression up to this place.", "a + * b"),
    Code(OPEN_BRACKET, "A bracket that is not closed", "Close it where its content ends.", "size(orders > 2"),
    Code(
        TRAILING,
        "Text after the end of the expression",
        "An expression is one value; join parts with an operator.",
        "total 500",
    ),
    Code(
        OPERATOR_SPELLING,
        "An operator of another language",
        "Press the fix key to write it as it is here.",
        "status = 'open' and total > 5",
    ),
    Code(TOO_LONG, "An expression that is too long", "Split it with math steps.", ""),
    Code(TOO_DEEP, "An expression that is nested too deep", "Split it with math steps.", ""),
    Code(
        UNSUPPORTED,
        "A part of CEL that is left out on purpose",
        "There are no unsigned ints, bytes, messages, optional selections or dynamic types.",
        "1u",
    ),
    Code(RESERVED_WORD, "A reserved word used as a name", "Choose another name.", "if > 3"),
    Code(FIELD_TWICE, "A record literal with one field twice", "Remove one of the two.", "{a: 1, a: 2}"),
    Code(EMPTY, "An empty expression", "Write a value; an empty text is ''.", ""),
    Code(
        OPERANDS,
        "An operator that does not take these types",
        "Convert one side: string(x), int(x), double(x).",
        "'total: ' + 5",
    ),
    Code(
        WRONG_TYPE,
        "A value of the wrong type",
        "Change the expression, or what it is used for.",
        "cond: size(orders)",
    ),
    Code(
        MAYBE_NULL,
        "A value that may be null",
        "Ask x != null first, give a default with coalesce(x, d), or say must(x).",
        "customer.last_order > now",
    ),
    Code(
        ARGUMENTS,
        "A function that does not take these arguments",
        "Compare with its signature.",
        "add_days(now, 3)",
    ),
    Code(NO_COMMON_TYPE, "Values that have no type in common", "Give both the same type.", "paid ? 1 : 'none'"),
    Code(
        NO_FIELDS,
        "A field of something that is not a record",
        "Only records and maps with text keys have fields.",
        "orders.total",
    ),
    Code(
        NOT_INDEXABLE,
        "An index into something without elements",
        "Lists take an int, maps their key.",
        "5[0]",
    ),
    Code(NOT_COMPARABLE, "A comparison of two different types", "Convert one side.", "customer.id == 5"),
    Code(NOT_A_LIST, "A list function on something that is not a list", "Use it on a list.", "total.sum(x, x)"),
    Code(
        NOT_A_VARIABLE,
        "A list function without its variable",
        "Write xs.filter(x, condition on x).",
        "orders.filter(total > 5)",
    ),
    Code(BAD_CONSTANT, "A constant that can never be right", "Correct the text.", "date('2026-02-30')"),
    Code(
        SECRET_USE,
        "A secret used as a plain text",
        "A secret can be joined to texts and passed on, nothing else.",
        "size(coupon.code)",
    ),
    Code(MAP_KEY, "A map key that is not a bool, int or string", "Use a text as key.", "{1.5: 'a'}"),
    Code(
        NOT_ORDERED,
        "Values that have no order",
        "Sort and compare numbers, texts, times and bools.",
        "orders.max(o, o)",
    ),
    Code(
        AMBIGUOUS_COUNT,
        "count() of a list of bools",
        "Write xs.count(x, x) for the true ones, size(xs) for all.",
        "[true, false].count()",
    ),
    Code(NOT_A_SELECTION, "has() without a field", "Write has(record.field).", "has(total)"),
    Code(
        SAME_SIDES,
        "A filter compares a name with itself, and the record has a field of that name",
        "Write the record's field as it.name.",
        "customer_id == customer_id",
    ),
    Code(
        UNKNOWN_NAME,
        "A name that is not known here",
        "Use a parameter or the name of an earlier step.",
        "totl_spend > 500",
    ),
    Code(UNKNOWN_FIELD, "A field that the record does not have", "Use one of its fields.", "customer.emial"),
    Code(UNKNOWN_FUNCTION, "A function that does not exist", "See the list of functions.", "len(orders)"),
    Code(
        NAME_TAKEN,
        "A variable whose name is already used",
        "Choose another name; names are never shadowed.",
        "orders.filter(orders, true)",
    ),
    Code(CALL_STYLE, "A function called in the other style", "Write it as its signature shows.", "due.year()"),
)
