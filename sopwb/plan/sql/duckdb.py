"""The lowering table for DuckDB: how each operation of a set plan is written. The only place that knows the dialect.

What a cell is held as:

    int        BIGINT, or HUGEINT where its bounds need more than 64 bits
    decimal    DECIMAL(18, s) or DECIMAL(38, s)
    timestamp  TIMESTAMP WITH TIME ZONE      duration  BIGINT, microseconds
    string     VARCHAR                        date  DATE       bool  BOOLEAN

No operation here may raise for values within its arguments' bounds: ``+`` of DECIMAL and BIGINT is checked by
DuckDB, so results are cast to what their bounds need before, not after. Division is never DuckDB's own of
decimals (a double), nor ``round``. ``date_diff`` is not used: days are counted by subtraction of dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias

from sqlglot import exp

from sopwb.kernel.limits import DECIMAL_DIGITS, INT_MAX, INT_MIN, JSON_SAFE_INT_MAX, TEXT_CHARS_MAX
from sopwb.kernel.values import Secret, Value, decimal_text, timestamp_text
from sopwb.plan.cells import Cell
from sopwb.plan.nodes import CannotLower

Built: TypeAlias = exp.Expr
Args: TypeAlias = list[tuple[Built, Cell]]
Lowering: TypeAlias = Callable[[Args, Cell], Built]

_SMALL_DIGITS: Final = 18
"""Digits of a decimal that DuckDB holds in 64 bits."""
_TYPES: Final = {
    "bool": "BOOLEAN", "string": "TEXT", "secret": "TEXT", "date": "DATE", "timestamp": "TIMESTAMPTZ",
    "duration": "BIGINT", "null": "INT",
}  # fmt: skip
_WHITE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LOW: Final = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=512)
def _built_type(text: str) -> exp.DataType:
    return exp.DataType.build(text, dialect="duckdb")


def plain(text: str) -> exp.DataType:
    """Give a type by its name in DuckDB (parsing one costs 200 µs, so each is parsed once)."""
    return _built_type(text).copy()


def type_of(cell: Cell) -> exp.DataType:
    """Give the type that holds a cell."""
    match cell.kind:
        case "int":
            text = "BIGINT" if cell.fits_int() else "INT128"
        case "decimal":
            small = cell.digits() <= _SMALL_DIGITS and cell.scale < _SMALL_DIGITS
            text = f"DECIMAL({_SMALL_DIGITS if small else DECIMAL_DIGITS}, {cell.scale})"
        case kind:
            text = _TYPES[kind]
    return plain(text)


def cast(value: Built, cell: Cell) -> Built:
    """Hold a value as a cell asks."""
    type_ = type_of(cell)
    return value if isinstance(value, exp.Cast) and value.to == type_ else exp.Cast(this=value, to=type_)


def call(name: str, *args: Built) -> Built:
    return exp.Anonymous(this=name, expressions=list(args))


def closed(value: Built) -> Built:
    """Put parentheses around what could bind otherwise."""
    loose = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Is, exp.Not)
    return exp.Paren(this=value) if isinstance(value, loose) and not isinstance(value, exp.Paren) else value


def binary(kind: type[exp.Binary], a: Built, b: Built) -> Built:
    return kind(this=closed(a), expression=closed(b))


def number(value: int) -> Built:
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


def text(value: str) -> Built:
    if "\0" in value:
        raise CannotLower("a text with the character 0")
    return exp.Literal.string(value)


def both(*parts: Built) -> Built:
    return exp.and_(*parts, copy=False)


def either(*parts: Built) -> Built:
    return exp.or_(*parts, copy=False)


def alias(value: Built, name: str) -> Built:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def case(whens: list[tuple[Built, Built]], default: Built | None) -> Built:
    return exp.Case(ifs=[exp.If(this=a, true=b) for a, b in whens], default=default)


def constant(value: Value, cell: Cell) -> Built:
    """Write a constant."""
    match value:
        case None:
            return cast(exp.Null(), cell)
        case bool():
            return exp.Boolean(this=value)
        case int():
            return cast(number(value), cell)
        case Decimal():
            return cast(text(decimal_text(value)), cell)
        case str():
            return text(value)
        case Secret():
            return text(value.placeholder)
        case dt.datetime():
            return cast(text(timestamp_text(value).replace("Z", "+00")), cell)
        case dt.date():
            return cast(text(value.isoformat()), cell)
        case dt.timedelta():
            return cast(number(value // dt.timedelta(microseconds=1)), cell)
        case _:
            raise AssertionError(f"no scalar: {type(value).__name__}")


def column(name: str, table: str, cell: Cell) -> Built:
    """Write a source's field, held as its cell asks."""
    found = exp.column(name, table=table, quoted=True)
    return cast(found, cell) if cell.kind in ("int", "decimal") else found


# --- arithmetic ---------------------------------------------------------------------------------


def _bounded(value: Built, low: int, high: int) -> Built:
    """Keep a number within bounds; null stays null, which the database's own functions would pass over."""
    below, above = binary(exp.LT, value, number(low)), binary(exp.GT, value, number(high))
    return case([(below, number(low)), (above, number(high))], value)


def _arithmetic(kind: type[exp.Binary]) -> Lowering:
    def lower(args: Args, cell: Cell) -> Built:
        # Both sides are held as the largest of all is, so that nothing between them can overflow.
        cells = [cell, *(of for _, of in args)]
        room = Cell(cell.kind, False, min(c.low for c in cells), max(c.high for c in cells), cell.scale)
        return cast(binary(kind, *(cast(value, room) for value, _ in args)), cell)

    return lower


def _multiply(args: Args, cell: Cell) -> Built:
    if cell.kind == "int":
        return _arithmetic(exp.Mul)(args, cell)
    wide = any(type_of(of).expressions[0].name == str(DECIMAL_DIGITS) for of in (cell, *(of for _, of in args)))
    held = [
        exp.Cast(
            this=value,
            to=plain(f"DECIMAL({DECIMAL_DIGITS if wide else _SMALL_DIGITS}, {of.scale})"),
        )
        for value, of in args
    ]
    return cast(binary(exp.Mul, *held), cell)


def _whole(op: Callable[[list[Built]], Built]) -> Lowering:
    """Compute with 128 bits, then hold as the cell asks."""

    def lower(args: Args, cell: Cell) -> Built:
        wide = plain("INT128")
        return cast(op([exp.Cast(this=value, to=wide) for value, _ in args]), cell)

    return lower


def _divide(args: list[Built]) -> Built:
    return binary(exp.IntDiv, args[0], _not_zero(args[1]))


def _rest(args: list[Built]) -> Built:
    return call("abs", binary(exp.Mod, args[0], _not_zero(args[1])))


def _not_zero(value: Built) -> Built:
    return call("nullif", value, number(0))


def _half_even(args: list[Built]) -> Built:
    whole, rest, below, above = args
    twice, most = binary(exp.Mul, rest, number(2)), call("abs", below)
    odd = binary(exp.NEQ, binary(exp.Mod, whole, number(2)), number(0))
    up = either(binary(exp.GT, twice, most), both(binary(exp.EQ, twice, most), odd))
    negative = binary(
        exp.NEQ, exp.Paren(this=binary(exp.LT, above, number(0))), exp.Paren(this=binary(exp.LT, below, number(0)))
    )
    return binary(exp.Add, whole, case([(up, case([(negative, number(-1))], number(1)))], number(0)))


def _flooring(args: list[Built]) -> Built:
    value, factor = args
    short = binary(exp.LT, binary(exp.Mod, value, factor), number(0))
    return binary(exp.Sub, binary(exp.IntDiv, value, factor), case([(short, number(1))], number(0)))


def _ceiling(args: list[Built]) -> Built:
    value, factor = args
    over = binary(exp.GT, binary(exp.Mod, value, factor), number(0))
    return binary(exp.Add, binary(exp.IntDiv, value, factor), case([(over, number(1))], number(0)))


def _round_away(args: list[Built]) -> Built:
    value, factor = args
    half = binary(exp.IntDiv, factor, number(2))
    moved = case([(binary(exp.LT, value, number(0)), binary(exp.Sub, value, half))], binary(exp.Add, value, half))
    return binary(exp.IntDiv, moved, factor)


def _mod(args: list[Built]) -> Built:
    return binary(exp.Mod, args[0], _not_zero(args[1]))


def _unscaled(args: Args, cell: Cell) -> Built:
    """A decimal's digits: taken as a number without a point, never multiplied beyond 38 digits."""
    value, of = args[0]
    if of.scale == 0:
        return cast(value, cell)
    if of.fits_decimal() and of.digits() + of.scale <= DECIMAL_DIGITS:
        times = exp.Cast(this=text(str(10**of.scale)), to=_decimal(0))
        wide = exp.Cast(this=value, to=_decimal(of.scale))
        product = exp.Cast(this=binary(exp.Mul, wide, times), to=_decimal(0))
        return cast(product, cell)
    digits = call("replace", exp.Cast(this=value, to=plain("TEXT")), text("."), text(""))
    return cast(digits, cell)


def _with_point(args: Args, cell: Cell) -> Built:
    value, _ = args[0]
    if cell.scale == 0:
        return cast(value, cell)
    unit = exp.Cast(
        this=text("0." + "1".rjust(cell.scale, "0")),
        to=plain(f"DECIMAL({cell.scale}, {cell.scale})"),
    )
    return cast(binary(exp.Mul, exp.Cast(this=value, to=_decimal(0)), unit), cell)


def _decimal(scale: int) -> exp.DataType:
    return plain(f"DECIMAL({DECIMAL_DIGITS}, {scale})")


def _outside(args: Args, cell: Cell) -> Built:
    return exp.Not(this=exp.Between(this=closed(args[0][0]), low=number(INT_MIN), high=number(INT_MAX)))


def _narrow(args: Args, cell: Cell) -> Built:
    value = args[0][0]
    within = exp.Between(this=closed(value), low=number(INT_MIN), high=number(INT_MAX))
    return case([(within, cast(value, cell))], None)


# --- times --------------------------------------------------------------------------------------


def _micros(value: Built) -> Built:
    return call("epoch_us", value)


def _naive(args: Args) -> Built:
    """An instant as a UTC date-time, without the zone rules of the database."""
    return call("make_timestamp", _micros(args[0][0]))


def _function(name: str) -> Lowering:
    return lambda args, cell: call(name, *(value for value, _ in args))


def _utc(name: str) -> Lowering:
    return lambda args, cell: cast(call(name, _naive(args)), cell)


def _epoch_day() -> Built:
    return exp.Cast(this=text("1970-01-01"), to=plain("DATE"))


def _date_plus(days: Built) -> Built:
    return binary(exp.Add, _epoch_day(), exp.Cast(this=days, to=plain("INT")))


def _add_months(args: Args, cell: Cell) -> Built:
    (date, _), (months, _) = args
    # Months beyond 10,000 years are a fault already; their number must not overflow on the way to it.
    later = exp.Cast(this=_bounded(months, -200_000, 200_000), to=plain("INT"))
    return exp.TryCast(this=binary(exp.Add, date, call("to_months", later)), to=plain("DATE"))


def _month_number(args: Args, cell: Cell) -> Built:
    date = args[0][0]
    years = binary(exp.Mul, call("year", date), number(12))
    return cast(binary(exp.Sub, binary(exp.Add, years, call("month", date)), number(1)), cell)


def _date_of_text(args: Args, cell: Cell) -> Built:
    value = args[0][0]
    # A year 0 would be read as 1 BC.
    iso = both(
        call("regexp_full_match", value, text("[0-9]{4}-[0-9]{2}-[0-9]{2}")), binary(exp.GTE, value, text("0001"))
    )
    return case([(iso, exp.TryCast(this=value, to=plain("DATE")))], None)


def _date_of_parts(args: Args, cell: Cell) -> Built:
    parts = [cast(value, Cell("int")) for value, _ in args]
    return exp.TryCast(this=call("printf", text("%04d-%02d-%02d"), *parts), to=plain("DATE"))


# --- texts --------------------------------------------------------------------------------------


def written(value: Built, cell: Cell) -> Built:
    """Write a scalar's canonical text."""
    match cell.kind:
        case "string" | "secret":
            return value
        case "bool":
            return case([(value, text("true")), (exp.Not(this=closed(value)), text("false"))], None)
        case "decimal":
            return call("sop_decimal", _with_zero(value, cell))
        case "timestamp":
            return call("sop_timestamp", _micros(value))
        case "duration":
            return call("sop_duration", value)
        case _:
            return exp.Cast(this=value, to=plain("TEXT"))


def _with_zero(value: Built, cell: Cell) -> Built:
    """Write 0.5 where all digits stand behind the point: the database writes .5 then."""
    if cell.scale < DECIMAL_DIGITS:
        return value
    digits = exp.Cast(this=value, to=plain("TEXT"))
    return call("regexp_replace", digits, text(r"^(-?)\."), text(r"\1" + "0."))


def exact(value: Built, cell: Cell) -> Built:
    """Write a scalar's exact JSON."""
    match cell.kind:
        case "string" | "secret":
            made = call("sop_quoted", value)
        case "bool":
            made = written(value, cell)
        case "int":
            safe = cell.low >= -JSON_SAFE_INT_MAX and cell.high <= JSON_SAFE_INT_MAX
            made = written(value, cell) if safe else call("sop_int", value)
        case _:
            made = call("concat", text('"'), written(value, cell), text('"'))
            if cell.nullable:
                return case([(exp.Is(this=closed(value), expression=exp.Null()), text("null"))], made)
    return exp.Coalesce(this=made, expressions=[text("null")]) if cell.nullable else made


def joined(parts: list[Built]) -> Built:
    """Write texts one after the other. Joins inside of joins are one: each would copy what it is made of."""
    flat = list(_flat(parts)) or [text("")]
    return flat[0] if len(flat) == 1 else call("concat", *flat)


def _flat(parts: list[Built]) -> Iterator[Built]:
    before = ""
    for part in parts:
        for inner in part.expressions if part.name == "concat" and isinstance(part, exp.Anonymous) else [part]:
            if isinstance(inner, exp.Literal) and inner.is_string:
                before += inner.this
                continue
            if before:
                yield text(before)
                before = ""
            yield inner
    if before:
        yield text(before)


def _substring(args: Args, cell: Cell) -> Built:
    (value, _), *positions = args
    # Positions outside of the text are a fault already; they must not overflow on the way to it.
    begin, end = (_bounded(position, 0, TEXT_CHARS_MAX) for position, _ in positions)
    length = _bounded(binary(exp.Sub, end, begin), 0, TEXT_CHARS_MAX)
    return call("substring", value, binary(exp.Add, begin, number(1)), length)


def _replaced(args: Args, cell: Cell) -> Built:
    return call("replace", *(value for value, _ in args))


@lru_cache(maxsize=2)
def case_pairs(upper: bool) -> tuple[str, str]:
    """List the characters that a case mapping changes, and what they become: Unicode's simple mapping as Python has
    it, for a database's own tables may be of another version. (0.2 s, once a process that needs it.)"""
    before, after = [], []
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x20000)):
        char = chr(code)
        mapped = _simple(char, upper)
        if mapped != char:
            before.append(char)
            after.append(mapped)
    return "".join(before), "".join(after)


def _simple(char: str, upper: bool) -> str:
    full = char.upper() if upper else char.lower()
    if len(full) == 1:
        return full
    if not upper:
        return "i"  # of U+0130, the only one whose full mapping is longer
    title = char.title()
    return title if len(title) == 1 else char


def _mapped(upper: bool) -> Lowering:
    """Map ASCII by the database's own function, which is fast, and the rest of a text by our table."""
    name = "upper" if upper else "lower"

    def lower(args: Args, cell: Cell) -> Built:
        value = args[0][0]
        ascii_only = binary(exp.EQ, call("strlen", value), call("length", value))
        before, after = case_pairs(upper)
        low, high = (_LOW, _LOW.upper()) if upper else (_LOW.upper(), _LOW)
        table = call("translate", value, text(low + before), text(high + after))
        return case([(ascii_only, call(name, value))], table)

    return lower


def _compare(kind: type[exp.Binary]) -> Lowering:
    def lower(args: Args, cell: Cell) -> Built:
        (a, left), (b, right) = args
        if left.kind == "decimal":
            both = left.join(right)
            a, b = cast(a, both), cast(b, both)
        return binary(kind, a, b)

    return lower


OPERATIONS: Final[dict[str, Lowering]] = {
    "and": lambda args, cell: both(*(value for value, _ in args)),
    "or": lambda args, cell: either(*(value for value, _ in args)),
    "not": lambda args, cell: exp.Not(this=closed(args[0][0])),
    "is_null": lambda args, cell: exp.Is(this=closed(args[0][0]), expression=exp.Null()),
    "default": lambda args, cell: exp.Coalesce(
        this=cast(args[0][0], cell), expressions=[cast(args[1][0], cell)]
    ),
    "itself": lambda args, cell: args[0][0],
    "eq": _compare(exp.EQ), "ne": _compare(exp.NEQ), "lt": _compare(exp.LT), "le": _compare(exp.LTE),
    "gt": _compare(exp.GT), "ge": _compare(exp.GTE), "same": _compare(exp.NullSafeEQ),
    "not_same": _compare(exp.NullSafeNEQ),
    "add": _arithmetic(exp.Add), "sub": _arithmetic(exp.Sub), "mul": _multiply, "mod": _whole(_mod),
    "neg": lambda args, cell: exp.Neg(this=closed(cast(args[0][0], cell))),
    "abs": lambda args, cell: call("abs", cast(args[0][0], cell)),
    "widen": lambda args, cell: cast(args[0][0], cell),
    "rescale": lambda args, cell: cast(args[0][0], cell),
    "outside_int": _outside, "narrow": _narrow, "unscaled": _unscaled, "with_point": _with_point,
    "positive": lambda args, cell: _not_zero(args[0][0]),
    "divide": _whole(_divide), "rest": _whole(_rest), "half_even": _whole(_half_even),
    "flooring": _whole(_flooring), "ceiling": _whole(_ceiling), "round_away": _whole(_round_away),
    "cut": _whole(_divide),
    "micros": lambda args, cell: _micros(args[0][0]),
    "days": lambda args, cell: binary(exp.Sub, args[0][0], _epoch_day()),
    "days_between": lambda args, cell: binary(exp.Sub, args[1][0], args[0][0]),
    "date_of_days": lambda args, cell: _date_plus(args[0][0]),
    "date_of_micros": lambda args, cell: exp.Cast(
        this=call("make_timestamp", cast(args[0][0], Cell("int"))), to=plain("DATE")
    ),
    "instant_of_micros": lambda args, cell: call("make_timestamptz", cast(args[0][0], Cell("int"))),
    "add_months": _add_months, "month_number": _month_number,
    "year": _function("year"), "month": _function("month"), "day": _function("day"),
    "weekday": _function("isodow"),
    "month_start": lambda args, cell: exp.Cast(
        this=call("date_trunc", text("month"), args[0][0]), to=plain("DATE")
    ),
    "utc_year": _utc("year"), "utc_month": _utc("month"), "utc_day": _utc("day"), "utc_hour": _utc("hour"),
    "utc_minute": _utc("minute"), "utc_second": _utc("second"), "utc_day_of_year": _utc("dayofyear"),
    "utc_day_of_week": _utc("dayofweek"),
    "utc_millisecond": lambda args, cell: cast(
        binary(exp.Mod, call("millisecond", _naive(args)), number(1000)), cell
    ),
    "is_int_text": lambda args, cell: call("regexp_full_match", args[0][0], text("[+-]?[0-9]{1,40}")),
    "int_of_text": lambda args, cell: exp.TryCast(this=args[0][0], to=type_of(cell)),
    "date_of_text": _date_of_text, "date_of_parts": _date_of_parts,
    "text": lambda args, cell: written(*args[0]),
    "exact": lambda args, cell: exact(*args[0]),
    "join": lambda args, cell: joined([value for value, _ in args]),
    "concat": lambda args, cell: exp.DPipe(this=closed(args[0][0]), expression=closed(args[1][0])),
    "length": _function("length"), "contains": _function("contains"),
    "starts_with": _function("starts_with"), "ends_with": _function("suffix"), "substring": _substring,
    "replace": _replaced,
    "fixed_text": lambda args, cell: exp.Cast(this=_with_zero(*args[0]), to=plain("TEXT")),
    "lower_ascii": lambda args, cell: call("translate", args[0][0], text(_LOW.upper()), text(_LOW)),
    "upper_ascii": lambda args, cell: call("translate", args[0][0], text(_LOW), text(_LOW.upper())),
    "lower": _mapped(False),
    "upper": _mapped(True),
    "matches": _function("regexp_matches"),
    "trim": lambda args, cell: call("trim", args[0][0], text(_WHITE)),
}  # fmt: skip

_SHORT_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _quoted_macro() -> str:
    """Quote as the database does, which writes the other control characters in capitals: then, character by character.

    (It takes 20 ns a text; a test by a regular expression first would take 60.)
    """
    short = " ".join(f"when chr({ord(char)}) then '{escape}'" for char, escape in _SHORT_ESCAPES.items())
    each = f"case c {short} else case when c < ' ' then printf('\\u%04x', unicode(c)) else c end end"
    characters = "regexp_extract_all(s, '(?s).')"
    escaped = f"""'"' || array_to_string(list_transform({characters}, lambda c: {each}), '') || '"'"""
    return f"""create or replace temp macro sop_quoted(s) as
        case when contains(to_json(s)::text, '\\u00') then {escaped} else to_json(s)::text end"""


PRELUDE: Final[tuple[str, ...]] = (
    _quoted_macro(),
    f"""create or replace temp macro sop_int(i) as
        case when i between -{JSON_SAFE_INT_MAX} and {JSON_SAFE_INT_MAX} then i::text
        when i is not null then '"' || i::text || '"' end""",
    """create or replace temp macro sop_decimal(d) as
        case when suffix(d::text, '0') and contains(d::text, '.') then rtrim(rtrim(d::text, '0'), '.')
        else d::text end""",
    """create or replace temp macro sop_timestamp(u) as
        case when u % 1000000 = 0 then strftime(make_timestamp(u), '%Y-%m-%dT%H:%M:%SZ')
        else strftime(make_timestamp(u), '%Y-%m-%dT%H:%M:%S.%fZ') end""",
    """create or replace temp macro sop_duration(u) as
        sop_decimal(u::decimal(19, 0) * '0.000001'::decimal(6, 6)) || 's'""",
)
"""Macros that every query may use."""


def settings(items_probe: bool) -> str:
    """Say who chooses which side of a join is hashed: the database by its own estimates, or the query, in which it
    is always the right one."""
    return f"set disabled_optimizers = '{'build_side_probe_side' if items_probe else ''}'"
