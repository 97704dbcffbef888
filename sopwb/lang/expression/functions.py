"""The catalogue: every operator, function and list function of expressions, one line each.

Read by the checker (overloads), the printer of typed IR (names), the row interpreter (``op`` → its meaning),
the set engine (``op`` → SQL), the completion and the documentation. An ``op`` is the name of a strict
primitive of ``ir.Apply``; those of style ``fold`` are the kinds of ``ir.Fold``; those of style ``form`` have
IR nodes of their own (``And``, ``Cond``, ``Must`` …). ``T``, ``K`` and ``V`` stand for any type, the same
wherever they are repeated.

Overloads of one name are tried in order, first exactly, then with int → decimal. ``widen`` (int → decimal,
null stays), ``widen_deep`` (the same inside lists, maps and records; its node's type says what to),
``local_date`` (timestamp → date in the run's zone) and ``map_keys`` are put in by the checker and cannot be
written.
"""

from __future__ import annotations

from typing import Final

import msgspec

from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    SECRET,
    STRING,
    TIMESTAMP,
    ListType,
    MapType,
    Scalar,
    Type,
    optional,
    type_text,
)

T: Final = Scalar("T")
K: Final = Scalar("K")
V: Final = Scalar("V")
VARIABLES: Final = frozenset((T, K, V))
_LIST: Final = ListType(T)
_TEXTS: Final = ListType(STRING)


class Function(msgspec.Struct, frozen=True):
    """One overload. ``style``: operator, global, method, fold, form or inner. ``cel``: the name is CEL's.

    The receiver of a method is the first of ``params``. ``written`` is the signature where it is not plain.
    """

    op: str
    name: str
    style: str
    params: tuple[Type, ...]
    result: Type
    cel: bool
    help: str
    written: str = ""

    def signature(self) -> str:
        """Write how it is called: ``string.substring(int, int) → string``."""
        if self.written:
            return self.written
        texts = [type_text(p) for p in self.params]
        result = type_text(self.result)
        if self.style == "operator":
            return (
                f"{texts[0]} {self.name} {texts[1]} → {result}"
                if len(texts) == 2
                else f"{self.name}{texts[0]} → {result}"
            )
        if self.style == "method":
            return f"{texts[0]}.{self.name}({', '.join(texts[1:])}) → {result}"
        return f"{self.name}({', '.join(texts)}) → {result}"


def _operator(op: str, name: str, params: tuple[Type, ...], result: Type, help_: str, cel: bool = True) -> Function:
    return Function(op, name, "operator", params, result, cel, help_)


def _cel(op: str, name: str, params: tuple[Type, ...], result: Type, help_: str) -> Function:
    return Function(op, name, "global", params, result, True, help_)


def _ours(op: str, name: str, params: tuple[Type, ...], result: Type, help_: str) -> Function:
    return Function(op, name, "global", params, result, False, help_)


def _method(op: str, name: str, params: tuple[Type, ...], result: Type, help_: str) -> Function:
    return Function(op, name, "method", params, result, True, help_)


def _fold(kind: str, written: str, result: Type, cel: bool, help_: str) -> Function:
    return Function(kind, kind if kind != "sort_by" else "sortBy", "fold", (_LIST,), result, cel, help_, written)


def _form(name: str, written: str, result: Type, cel: bool, help_: str) -> Function:
    return Function("", name, "form", (), result, cel, help_, written)


def _inner(op: str, params: tuple[Type, ...], result: Type, help_: str) -> Function:
    return Function(op, op, "inner", params, result, False, help_)


_ARITHMETIC: Final = (
    _operator("add_int", "+", (INT, INT), INT, "The sum; beyond 64 bits is an error."),
    _operator("add_decimal", "+", (DECIMAL, DECIMAL), DECIMAL, "The sum, to 38 digits."),
    _operator("concat", "+", (STRING, STRING), STRING, "The two texts joined."),
    _operator("concat_secret", "+", (SECRET, STRING), SECRET, "A secret joined to a text is a secret."),
    _operator("concat_secret", "+", (STRING, SECRET), SECRET, "A secret joined to a text is a secret."),
    _operator("concat_secret", "+", (SECRET, SECRET), SECRET, "A secret joined to a secret is a secret."),
    _operator("concat_list", "+", (_LIST, _LIST), _LIST, "The elements of the first list, then of the second."),
    _operator("add_timestamp_duration", "+", (TIMESTAMP, DURATION), TIMESTAMP, "The instant later by the duration."),
    _operator("add_duration_timestamp", "+", (DURATION, TIMESTAMP), TIMESTAMP, "The instant later by the duration."),
    _operator("add_duration", "+", (DURATION, DURATION), DURATION, "The two durations together."),
    _operator("sub_int", "-", (INT, INT), INT, "The difference; beyond 64 bits is an error."),
    _operator("sub_decimal", "-", (DECIMAL, DECIMAL), DECIMAL, "The difference, to 38 digits."),
    _operator(
        "sub_timestamp",
        "-",
        (TIMESTAMP, TIMESTAMP),
        DURATION,
        "The time that passed from the second to the first.",
    ),
    _operator(
        "sub_timestamp_duration",
        "-",
        (TIMESTAMP, DURATION),
        TIMESTAMP,
        "The instant earlier by the duration.",
    ),
    _operator("sub_duration", "-", (DURATION, DURATION), DURATION, "The difference of two durations."),
    _operator("mul_int", "*", (INT, INT), INT, "The product; beyond 64 bits is an error."),
    _operator("mul_decimal", "*", (DECIMAL, DECIMAL), DECIMAL, "The product, to 38 digits."),
    _operator(
        "div_decimal",
        "/",
        (DECIMAL, DECIMAL),
        DECIMAL,
        "The quotient, always a decimal, half-even to 12 places.",
        cel=False,
    ),
    _operator("mod_int", "%", (INT, INT), INT, "The remainder, with the sign of the first."),
    _operator("neg_int", "-", (INT,), INT, "The number with the other sign."),
    _operator("neg_decimal", "-", (DECIMAL,), DECIMAL, "The number with the other sign."),
    _operator("not", "!", (BOOL,), BOOL, "True for false, false for true."),
)

_COMPARISON: Final = (
    _operator("eq", "==", (T, T), BOOL, "Whether two values are the same; null equals only null."),
    _operator("ne", "!=", (T, T), BOOL, "Whether two values differ."),
    _operator("lt", "<", (T, T), BOOL, "Whether the first is less; texts by code point, false before true."),
    _operator("le", "<=", (T, T), BOOL, "Whether the first is less or the same."),
    _operator("gt", ">", (T, T), BOOL, "Whether the first is greater."),
    _operator("ge", ">=", (T, T), BOOL, "Whether the first is greater or the same."),
    _operator("in_list", "in", (T, _LIST), BOOL, "Whether an element of the list equals the value."),
    _operator("in_map", "in", (K, MapType(K, V)), BOOL, "Whether the map has the key."),
)

_TEXT: Final = (
    _cel("size_string", "size", (STRING,), INT, "The number of characters (code points)."),
    _cel("size_list", "size", (_LIST,), INT, "The number of elements."),
    _cel("size_map", "size", (MapType(K, V),), INT, "The number of entries."),
    _method("contains", "contains", (STRING, STRING), BOOL, "Whether the text has the other in it."),
    _method("starts_with", "startsWith", (STRING, STRING), BOOL, "Whether the text begins with the other."),
    _method("ends_with", "endsWith", (STRING, STRING), BOOL, "Whether the text ends with the other."),
    _method("matches", "matches", (STRING, STRING), BOOL, "Whether the RE2 pattern matches somewhere in the text."),
    _method("substring_from", "substring", (STRING, INT), STRING, "The text from a position (0-based) on."),
    _method("substring", "substring", (STRING, INT, INT), STRING, "The text from a position up to before another."),
    _method("replace", "replace", (STRING, STRING, STRING), STRING, "Every occurrence replaced."),
    _method(
        "replace_times",
        "replace",
        (STRING, STRING, STRING, INT),
        STRING,
        "The first n occurrences replaced; all where n is negative.",
    ),
    _method("split", "split", (STRING, STRING), _TEXTS, "The pieces between the separators."),
    _method("split_times", "split", (STRING, STRING, INT), _TEXTS, "At most n pieces; all where n is negative."),
    _method("join", "join", (_TEXTS,), STRING, "The texts in one, nothing between them."),
    _method("join_with", "join", (_TEXTS, STRING), STRING, "The texts in one, the separator between them."),
    _method("trim", "trim", (STRING,), STRING, "The text without white space at its ends."),
    _method("lower_ascii", "lowerAscii", (STRING,), STRING, "A to Z in lower case, all else as it is."),
    _method("upper_ascii", "upperAscii", (STRING,), STRING, "a to z in upper case, all else as it is."),
    _ours("lower", "lower", (STRING,), STRING, "The text in lower case, by Unicode's simple mapping."),
    _ours("upper", "upper", (STRING,), STRING, "The text in upper case, by Unicode's simple mapping."),
)

_CONVERSION: Final = (
    *(
        _cel("string", "string", (t,), STRING, "The canonical text; dates and times in ISO 8601.")
        for t in (BOOL, INT, DECIMAL, STRING, DATE, TIMESTAMP, DURATION)
    ),
    _cel("int_of_int", "int", (INT,), INT, "The int itself."),
    _cel("int_of_decimal", "int", (DECIMAL,), INT, "The whole part, cut toward zero."),
    _cel("int_of_string", "int", (STRING,), INT, "The int that the text writes."),
    _cel("int_of_timestamp", "int", (TIMESTAMP,), INT, "The seconds since 1970-01-01T00:00:00Z."),
    _cel("double_of_decimal", "double", (DECIMAL,), DECIMAL, "The number as a decimal."),
    _cel("double_of_string", "double", (STRING,), DECIMAL, "The decimal that the text writes."),
    _cel("timestamp_of_timestamp", "timestamp", (TIMESTAMP,), TIMESTAMP, "The instant itself."),
    _cel("timestamp_of_string", "timestamp", (STRING,), TIMESTAMP, "The instant of an RFC 3339 text."),
    _cel("timestamp_of_int", "timestamp", (INT,), TIMESTAMP, "The instant so many seconds after 1970."),
    _cel("duration_of_duration", "duration", (DURATION,), DURATION, "The duration itself."),
    _cel("duration_of_string", "duration", (STRING,), DURATION, "The duration of a text such as '1h30m'."),
)

_LISTS: Final = (
    _method("distinct", "distinct", (_LIST,), _LIST, "The list without repetitions, first ones kept."),
    _method("reverse", "reverse", (_LIST,), _LIST, "The list from its end."),
    _method("first", "first", (_LIST,), optional(T), "The first element; null where there is none."),
    _method("last", "last", (_LIST,), optional(T), "The last element; null where there is none."),
    _fold("all", "list<T>.all(x, bool) → bool", BOOL, True, "Whether the condition holds for every element."),
    _fold("exists", "list<T>.exists(x, bool) → bool", BOOL, True, "Whether it holds for an element."),
    _fold("exists_one", "list<T>.exists_one(x, bool) → bool", BOOL, True, "Whether it holds for exactly one."),
    _fold("filter", "list<T>.filter(x, bool) → list<T>", _LIST, True, "The elements for which it holds."),
    _fold(
        "map",
        "list<T>.map(x, [bool,] V) → list<V>",
        ListType(V),
        True,
        "The value for every element (for which the condition holds).",
    ),
    _fold(
        "sort_by",
        "list<T>.sortBy(x, V) → list<T>",
        _LIST,
        True,
        "The elements by rising key; ties keep their order.",
    ),
    _fold(
        "count",
        "list<T>.count([x, bool]) → int",
        INT,
        False,
        "How many elements (for which the condition holds).",
    ),
    _fold("sum", "list<T>.sum([x, number]) → number", V, False, "The sum; of nothing it is 0."),
    _fold("min", "list<T>.min([x, V]) → V?", optional(V), False, "The least value; of nothing null."),
    _fold("max", "list<T>.max([x, V]) → V?", optional(V), False, "The greatest value; of nothing null."),
    _fold(
        "avg",
        "list<T>.avg([x, number]) → decimal?",
        optional(DECIMAL),
        False,
        "The sum divided by the count; of nothing null.",
    ),
)

_NUMBERS: Final = (
    _cel("abs_int", "math.abs", (INT,), INT, "The number without its sign."),
    _cel("abs_decimal", "math.abs", (DECIMAL,), DECIMAL, "The number without its sign."),
    _cel("ceil", "math.ceil", (DECIMAL,), INT, "The least int that is not less."),
    _cel("floor", "math.floor", (DECIMAL,), INT, "The greatest int that is not greater."),
    _cel("round_whole", "math.round", (DECIMAL,), DECIMAL, "The nearest whole number, half away from zero."),
    _cel("sign_int", "math.sign", (INT,), INT, "-1, 0 or 1."),
    _cel("sign_decimal", "math.sign", (DECIMAL,), DECIMAL, "-1, 0 or 1."),
    _ours("round", "round", (DECIMAL,), INT, "The nearest int, half away from zero."),
    _ours(
        "round_places",
        "round",
        (DECIMAL, INT),
        DECIMAL,
        "Rounded to n fractional digits, half away from zero.",
    ),
    _ours("fixed", "fixed", (DECIMAL, INT), STRING, "The number with always n fractional digits."),
    *(
        Function(op, f"math.{name}", "global", params, T, True, help_, written)
        for name, help_ in (
            ("greatest", "The greatest of the numbers."),
            ("least", "The least of the numbers."),
        )
        for op, params, written in (
            (name, (T,), f"math.{name}(number, …) → number"),
            (f"{name}_list", (_LIST,), f"math.{name}(list<number>) → number"),
        )
    ),
)

_TIME: Final = (
    _ours(
        "days_between",
        "days_between",
        (DATE, DATE),
        INT,
        "Calendar days from a to b; timestamps by local date.",
    ),
    _ours("hours_between", "hours_between", (TIMESTAMP, TIMESTAMP), DECIMAL, "Elapsed hours from a to b."),
    _ours("minutes_between", "minutes_between", (TIMESTAMP, TIMESTAMP), DECIMAL, "Elapsed minutes from a to b."),
    _ours("add_days", "add_days", (DATE, INT), DATE, "The date n days later."),
    _ours(
        "add_months",
        "add_months",
        (DATE, INT),
        DATE,
        "The date n months later, at most the month's last day.",
    ),
    _ours("date_of_string", "date", (STRING,), DATE, "The date of an ISO text."),
    _ours("date_of_parts", "date", (INT, INT, INT), DATE, "The date of year, month and day."),
    _ours("local_date", "date", (TIMESTAMP,), DATE, "The date of an instant in the workspace's time zone."),
    *(
        _ours(name, name, (DATE,), INT, help_)
        for name, help_ in (
            ("year", "The year."),
            ("month", "The month, 1 to 12."),
            ("day", "The day of the month, 1 to 31."),
            ("weekday", "The day of the week, 1 for Monday to 7 for Sunday."),
        )
    ),
    _ours("start_of_month", "start_of_month", (DATE,), DATE, "The first day of the date's month."),
    *(
        _method(f"{op}{zone}", name, params, INT, help_)
        for op, name, help_ in (
            ("get_full_year", "getFullYear", "The year (UTC, or the zone given)."),
            ("get_month", "getMonth", "The month, 0 to 11."),
            ("get_day_of_year", "getDayOfYear", "The day of the year, from 0."),
            ("get_day_of_month", "getDayOfMonth", "The day of the month, from 0."),
            ("get_date", "getDate", "The day of the month, from 1."),
            ("get_day_of_week", "getDayOfWeek", "The day of the week, 0 for Sunday."),
            ("get_hours", "getHours", "The hour."),
            ("get_minutes", "getMinutes", "The minute."),
            ("get_seconds", "getSeconds", "The second."),
            ("get_milliseconds", "getMilliseconds", "The millisecond."),
        )
        for zone, params in (("", (TIMESTAMP,)), ("_in_zone", (TIMESTAMP, STRING)))
    ),
    *(
        _method(op, name, (DURATION,), INT, help_)
        for op, name, help_ in (
            ("duration_hours", "getHours", "Its whole hours."),
            ("duration_minutes", "getMinutes", "Its whole minutes."),
            ("duration_seconds", "getSeconds", "Its whole seconds."),
            ("duration_milliseconds", "getMilliseconds", "Its milliseconds beyond whole seconds."),
        )
    ),
)

_FORMS: Final = (
    _form("&&", "bool && bool → bool", BOOL, True, "Both; the right side is not reached when the left is false."),
    _form(
        "||",
        "bool || bool → bool",
        BOOL,
        True,
        "One of both; the right side is not reached when the left is true.",
    ),
    _form("?:", "bool ? T : T → T", T, True, "The one or the other; only that one is reached."),
    _form("has", "has(record.field) → bool", BOOL, True, "Whether the field is there and not null."),
    _form("coalesce", "coalesce(T?, T) → T", T, False, "The value, or the default where it is null."),
    _form("must", "must(T?) → T", T, False, "The value; null is a run error that names the expression."),
)

_INNER: Final = (
    _inner("widen", (INT,), DECIMAL, "int → decimal; null stays null."),
    _inner("widen_deep", (T,), V, "int → decimal inside lists, maps and records."),
    _inner("map_keys", (MapType(K, V),), ListType(K), "The keys of a map, which list functions on maps go over."),
)

OVERLOADS: Final[tuple[Function, ...]] = (
    *_ARITHMETIC,
    *_COMPARISON,
    *_FORMS,
    *_TEXT,
    *_CONVERSION,
    *_NUMBERS,
    *_LISTS,
    *_TIME,
    *_INNER,
)
"""Everything, in the order of the documentation."""


def _by_op() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for function in OVERLOADS:
        if function.op and function.style != "fold":
            found.setdefault(function.op, function)
    return found


def _by_name() -> dict[str, tuple[Function, ...]]:
    found: dict[str, tuple[Function, ...]] = {}
    for function in OVERLOADS:
        if function.style != "inner":
            found[function.name] = (*found.get(function.name, ()), function)
    return found


FUNCTIONS: Final[dict[str, Function]] = _by_op()
"""The strict primitives by their op: what ``ir.Apply`` may hold."""
FOLDS: Final[dict[str, Function]] = {f.op: f for f in _LISTS if f.style == "fold"}
"""The kinds of ``ir.Fold``."""
NAMED: Final[dict[str, tuple[Function, ...]]] = _by_name()
"""The overloads by the name that is written (``math.abs`` with its prefix)."""
NAMESPACES: Final = frozenset(("math",))

LOCAL: Final = frozenset(("days_between", "year", "month", "day", "weekday", "start_of_month"))
"""Functions of dates that take timestamps too, by their local date."""

FOREIGN: Final[dict[str, str]] = {
    "len": "size", "length": "size", "str": "string", "tostring": "string", "to_string": "string",
    "text": "string", "decimal": "double", "float": "double", "number": "double", "integer": "int",
    "tolowercase": "lower", "touppercase": "upper", "lowercase": "lower", "uppercase": "upper",
    "strip": "trim", "abs": "math.abs", "floor": "math.floor", "ceil": "math.ceil", "ceiling": "math.ceil",
    "sign": "math.sign", "greatest": "math.greatest", "least": "math.least", "average": "avg",
    "mean": "avg", "any": "exists", "some": "exists", "every": "all", "where": "filter", "select": "map",
    "includes": "contains", "starts_with": "startsWith", "ends_with": "endsWith", "sort": "sortBy",
    "sort_by": "sortBy", "orderby": "sortBy", "order_by": "sortBy", "unique": "distinct",
    "uniq": "distinct", "ifnull": "coalesce", "nvl": "coalesce", "datediff": "days_between",
    "days_since": "days_between", "to_date": "date", "datetime": "timestamp", "dayofweek": "weekday",
    "round_to": "round", "format": "fixed", "regex": "matches", "match": "matches", "slice": "substring",
    "substr": "substring", "total": "sum", "bool": "", "type": "", "dyn": "", "uint": "", "bytes": "",
}  # fmt: skip
"""What people coming from other languages write → the name here ("" where there is none). Keys in lower
case."""
