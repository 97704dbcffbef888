"""Random typed expressions, for the property tests of the expression language.

A ``Maker`` builds texts of a wanted type from the catalogue of functions, names of a fixed scope and literals; its only
source of chance is ``pick(n)``, a number below n, so hypothesis can drive (and shrink) it as well as a seed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sopwb.kernel.values import Secret
from sopwb.lang.expression.functions import OVERLOADS, VARIABLES, Function
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    ListType,
    MapType,
    NeverType,
    NullType,
    OptionalType,
    RecordType,
    Scalar,
    Type,
    parse_type,
    type_text,
)

NAMES: dict[str, Type] = {
    name: parse_type(text)
    for name, text in {
        "i": "int", "n": "int?", "d": "decimal", "e": "decimal?", "s": "string", "t": "string?", "b": "bool",
        "due": "date", "maybe_due": "date?", "at": "timestamp", "span": "duration", "k": "secret", "xs": "list<int>",
        "ds": "list<decimal>", "ss": "list<string>", "holes": "list<int?>", "m": "map<string, int>",
        "c": "{id: int, name: string, last: timestamp?, total: decimal, tags: list<string>}",
        "orders": "list<{id: int, total: decimal, at: timestamp, paid: date?}>",
    }.items()
}  # fmt: skip
_INTS = ["0", "1", "-1", "2", "7", "60", "-9223372036854775808", "9223372036854775807"]
_LITERALS: dict[Type, list[str]] = {
    INT: _INTS,
    DECIMAL: ["0.0", "0.5", "-1.25", "1000.0", "0.000000000001", "99999999999999999999999999999999999999.0", "3.3"],
    STRING: ["''", "'a'", "'open'", "'Straße'", "'a,b'", "'12'", "'1.5'", "'2026-01-31'", "'1h30m'", "'UTC'", "'İ'"],
    BOOL: ["true", "false"],
    DATE: ["today", "date('2024-02-29')", "date('9999-12-31')", "date('0001-01-01')"],
    TIMESTAMP: ["now", "timestamp('2026-01-31T09:00:00Z')", "timestamp('0001-01-01T00:00:00Z')"],
    DURATION: ["duration('1h30m')", "duration('-1.5s')", "duration('0s')"],
}
_SCALARS: list[Type] = list(_LITERALS)


class Maker:
    """Makes the text of an expression that should have (or be assignable to) a type."""

    def __init__(self, pick: Callable[[int], int], names: dict[str, Type] | None = None) -> None:
        self.pick, self.names, self.variables = pick, dict(NAMES if names is None else names), 0

    def one_of(self, options: list[Any]) -> Any:
        return options[self.pick(len(options))]

    def scalar(self) -> Type:
        return self.one_of(_SCALARS)  # type: ignore[no-any-return]

    def make(self, wanted: Type, depth: int) -> str:
        """Make an expression; ``depth`` bounds its nesting."""
        if depth <= 0 or self.pick(6) == 0:
            return self.leaf(wanted, depth)
        match self.pick(8):
            case 0:
                return (
                    f"({self.make(BOOL, depth - 1)} ? {self.make(wanted, depth - 1)} : {self.make(wanted, depth - 1)})"
                )
            case 1:
                return f"coalesce({self.make(OptionalType(wanted), depth - 1)}, {self.make(wanted, depth - 1)})"
            case 2:
                return f"must({self.make(OptionalType(wanted), depth - 1)})"
            case 3 if isinstance(wanted, Scalar):
                return f"{self.make(ListType(wanted), depth - 1)}[{self.make(INT, 0)}]"
            case 4 | 5:
                return self.fold(wanted, depth)
            case _:
                return self.call(wanted, depth)

    def leaf(self, wanted: Type, depth: int) -> str:
        match wanted:
            case OptionalType(inner):
                found = [name for name, t in self.names.items() if t == wanted]
                options = [*found, "null"]
                return self.one_of(options) if self.pick(2) else self.leaf(inner, depth)  # type: ignore[no-any-return]
            case ListType(element):
                named = [name for name, t in self.names.items() if t == wanted]
                if named and self.pick(3):
                    return str(self.one_of(named))
                return "[" + ", ".join(self.leaf(element, 0) for _ in range(self.pick(4))) + "]"
            case MapType(key, value):
                return f"{{{self.leaf(key, 0)}: {self.leaf(value, 0)}}}"
            case RecordType(fields):
                return "{" + ", ".join(f"{name}: {self.leaf(t, 0)}" for name, t in fields) + "}"
        named = [name for name, t in self.names.items() if t == wanted]
        fields_ = [
            f"{name}.{field}"
            for name, t in self.names.items() if isinstance(t, RecordType)
            for field, ft in t.fields if ft == wanted
        ]  # fmt: skip
        literals = _LITERALS.get(wanted, [])
        return str(self.one_of([*named, *fields_, *literals] or ["k"]))

    def call(self, wanted: Type, depth: int) -> str:
        fitting = [f for f in OVERLOADS if f.style in ("operator", "global", "method") and _gives(f, wanted)]
        if not fitting:
            return self.leaf(wanted, depth)
        function: Function = self.one_of(fitting)
        bound = wanted if function.result in VARIABLES else _element(wanted, function)
        bound = bound or self.scalar()
        key = self.one_of([INT, STRING, BOOL])
        args = [self.make(_fill(p, bound, key), depth - 1) for p in function.params]
        if function.style == "operator":
            return f"({args[0]} {function.name} {args[1]})" if len(args) == 2 else f"{function.name}({args[0]})"
        if function.style == "method":
            return f"({args[0]}).{function.name}({', '.join(args[1:])})"
        return f"{function.name}({', '.join(args)})"

    def fold(self, wanted: Type, depth: int) -> str:
        element = self.one_of([INT, DECIMAL, STRING, DATE, NAMES["orders"].element])  # type: ignore[union-attr]
        over = self.make(ListType(element), depth - 1)
        self.variables += 1
        variable = f"v{self.variables}"
        self.names[variable] = element
        try:
            body = self.make
            match wanted:
                case Scalar("bool"):
                    kind = self.one_of(["all", "exists", "exists_one"])
                    return f"({over}).{kind}({variable}, {body(BOOL, depth - 1)})"
                case Scalar("int") if self.pick(2):
                    return f"({over}).count({variable}, {body(BOOL, depth - 1)})"
                case Scalar("int" | "decimal"):
                    return f"({over}).sum({variable}, {body(wanted, depth - 1)})"
                case OptionalType(inner) if inner in _SCALARS:
                    kind = self.one_of(["min", "max"])
                    return f"({over}).{kind}({variable}, {body(inner, depth - 1)})"
                case ListType(inner) if inner == element:
                    kind = self.one_of(["filter", "sortBy"])
                    key = BOOL if kind == "filter" else self.scalar()
                    return f"({over}).{kind}({variable}, {body(key, depth - 1)})"
                case ListType(inner):
                    return f"({over}).map({variable}, {body(inner, depth - 1)})"
                case _:
                    return self.leaf(wanted, depth)
        finally:
            del self.names[variable]


def _gives(function: Function, wanted: Type) -> bool:
    if function.result in VARIABLES:
        return wanted in _SCALARS and function.name.startswith("math.") and wanted in (INT, DECIMAL)
    if isinstance(function.result, OptionalType):
        return isinstance(wanted, OptionalType)
    if isinstance(function.result, ListType) and isinstance(wanted, ListType):
        return function.result.element in VARIABLES or function.result == wanted
    return function.result == wanted


def _element(wanted: Type, function: Function) -> Type | None:
    if isinstance(wanted, ListType) and isinstance(function.result, ListType):
        return wanted.element
    if isinstance(wanted, OptionalType):
        return wanted.inner
    return None


def _fill(pattern: Type, bound: Type, key: Type) -> Type:
    match pattern:
        case Scalar("K"):
            return key
        case _ if pattern in VARIABLES:
            return bound
        case ListType(element):
            return ListType(_fill(element, bound, key))
        case MapType(k, v):
            return MapType(_fill(k, bound, key), _fill(v, bound, key))
        case _:
            return pattern


class Values:
    """Makes values of types, from the same kind of chance."""

    def __init__(self, pick: Callable[[int], int]) -> None:
        self.pick = pick

    def make(self, type_: Type) -> Any:
        pool: dict[Type, list[Any]] = {
            BOOL: [True, False],
            INT: [0, 1, -1, 3, 94, 2**63 - 1, -(2**63)],
            DECIMAL: [Decimal(t) for t in ("0", "0.5", "-2.25", "1200", "1e37", "-9.99e37", "1e-30", "0.1")],
            STRING: ["", "a", "open", "Straße", "a,b", "7", "e\u0301", "\U0001f600", "2026-01-31", "İ"],
            DATE: [dt.date(2026, 1, 31), dt.date(2024, 2, 29), dt.date(1, 1, 1), dt.date(9999, 12, 31)],
            TIMESTAMP: [
                dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC), dt.datetime(1, 1, 1, tzinfo=dt.UTC),
                dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, dt.UTC), dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),
            ],
            DURATION: [dt.timedelta(0), dt.timedelta(hours=1), dt.timedelta(seconds=-1.5), dt.timedelta(days=3_000)],
            Scalar("secret"): [Secret("{{steps/1#0}}")],
        }  # fmt: skip
        match type_:
            case Scalar():
                options = pool[type_]
                return options[self.pick(len(options))]
            case OptionalType(inner):
                return self.make(inner) if self.pick(2) else None
            case ListType(element):
                return [self.make(element) for _ in range(self.pick(4))]
            case MapType(key, value):
                return {self.make(key): self.make(value) for _ in range(self.pick(3))}
            case RecordType(fields):
                return {name: self.make(t) for name, t in fields}
            case _:
                return None


def conforms(value: Any, type_: Type) -> bool:
    """Whether a value is one of a type, exactly: no null in T, no int in decimal, nothing beyond its bounds."""
    match type_:
        case OptionalType(inner):
            return value is None or conforms(value, inner)
        case NullType():
            return value is None
        case NeverType():
            return False
        case ListType(element):
            return type(value) is list and all(conforms(item, element) for item in value)
        case MapType(key, item):
            return type(value) is dict and all(conforms(k, key) and conforms(v, item) for k, v in value.items())
        case RecordType(fields):
            names = {name for name, _ in fields}
            return type(value) is dict and set(value) == names and all(conforms(value[n], t) for n, t in fields)
    match type_text(type_):
        case "bool":
            return type(value) is bool
        case "int":
            return type(value) is int and -(2**63) <= value < 2**63
        case "decimal":
            return type(value) is Decimal and value.is_finite() and (not value or value.adjusted() < 38)
        case "string":
            return type(value) is str
        case "date":
            return type(value) is dt.date
        case "timestamp":
            return type(value) is dt.datetime and value.utcoffset() == dt.timedelta(0)
        case "duration":
            return type(value) is dt.timedelta
        case _:
            return type(value) is Secret
