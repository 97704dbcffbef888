"""The language beside CEL's own implementation: what it claims to have in common is compared over random expressions,
what differs on purpose is tested as a difference.

The reference is ``cel-expr-python``, the wrapper of the C++ implementation; it runs on Linux only.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from sopwb.lang.types import BOOL, DECIMAL, INT, STRING, TIMESTAMP, ListType, Type
from sopwb.run.evaluate import evaluate_text

cel = pytest.importorskip("cel_expr_python.cel")
ext_math = pytest.importorskip("cel_expr_python.ext.ext_math")
ext_strings = pytest.importorskip("cel_expr_python.ext.ext_strings")

NOW = dt.datetime(2026, 3, 29, 23, 30, 15, 250_000, tzinfo=dt.UTC)
VALUES: dict[str, tuple[Type, Any, Any]] = {
    "i": (INT, 7, 7),
    "j": (INT, -3, -3),
    "big": (INT, 2**63 - 1, 2**63 - 1),
    "d": (DECIMAL, Decimal("2.5"), 2.5),
    "s": (STRING, "Straße, a,b", "Straße, a,b"),
    "b": (BOOL, True, True),
    "now": (TIMESTAMP, NOW, NOW),
    "xs": (ListType(INT), [3, 1, 2], [3, 1, 2]),
    "ss": (ListType(STRING), ["a", "bc", ""], ["a", "bc", ""]),
}
OURS = {name: (type_, value) for name, (type_, value, _) in VALUES.items()}
_CEL_TYPES = {
    "i": cel.Type.INT, "j": cel.Type.INT, "big": cel.Type.INT, "d": cel.Type.DOUBLE, "s": cel.Type.STRING,
    "b": cel.Type.BOOL, "now": cel.Type.TIMESTAMP,
    "xs": cel.Type.List(cel.Type.INT), "ss": cel.Type.List(cel.Type.STRING),
}  # fmt: skip
ENV = cel.NewEnv(variables=_CEL_TYPES, extensions=[ext_strings.ExtStrings(), ext_math.ExtMath()])
DATA = {name: value for name, (_, _, value) in VALUES.items()}
ERROR = "an error"


def theirs(text: str) -> Any:
    """Evaluate with CEL; ``ERROR`` for an error of any kind."""
    try:
        result = ENV.compile(text).eval(data=DATA)
    except RuntimeError:
        return ERROR
    return ERROR if result.type().name() == "ERROR" else plain(result.plain_value())


def ours(text: str) -> Any:
    """Evaluate with this language; ``ERROR`` for an error of any kind."""
    found = evaluate_text(text, OURS, dt.UTC, NOW)
    return ERROR if "error" in found else plain(found["value"])


def plain(value: Any) -> Any:
    """Make the two worlds comparable: exact numbers, ISO times."""
    match value:
        case bool() | None | str():
            return value
        case float():
            return Decimal(value)
        case int() | Decimal():
            return Decimal(value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.timedelta():
            return f"{Decimal(value // dt.timedelta(microseconds=1)).scaleb(-6).normalize():f}s"
        case _:
            return str(value)


class Maker:
    """Makes expressions of the common part. Where ``total``, nothing that can fail: CEL lets ``||`` hide errors."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.variables = dice, list[tuple[str, str]]()

    def named(self, kind: str) -> list[str]:
        fixed = {"int": ["i", "j"], "string": ["s"], "bool": ["b"], "double": ["d"]}[kind]
        return fixed + [name for name, of in self.variables if of == kind]

    def make(self, kind: str, depth: int, total: bool = False) -> str:
        if depth <= 0:
            return self.leaf(kind)
        return str(getattr(self, f"make_{kind}")(depth - 1, total))

    def leaf(self, kind: str) -> str:
        literals = {
            "int": ["0", "1", "2", "-5", "0x1F", "60"],
            "string": ["''", "'a'", '"b,c"', r"r'\d'", r"'\u00e9\n'", "'12'", "'ABC'", "'''x'''"],
            "bool": ["true", "false"],
            "double": ["0.5", "-1.25", "2.0", "1e2"],
        }[kind]
        return self.dice.choice(self.named(kind) + literals)

    def one_of(self, *texts: str) -> str:
        return self.dice.choice(texts)

    def make_int(self, depth: int, total: bool) -> str:
        a, b = self.make("int", depth, total), self.make("int", depth, total)
        s, x = self.make("string", depth, total), self.strings(depth, total)
        safe = [
            f"({a} + {b})", f"({a} - {b})", f"-({a})", f"size({s})", f"size({self.ints(depth, total)})",
            f"{x}.size()", f"({self.make('bool', depth, total)} ? {a} : {b})", f"math.greatest({a}, {b})",
            f"math.least([{a}, {b}, 3])", f"math.abs({a})", f"math.sign({a})",
            f"int({self.make('double', depth, total)})", self.accessor(), f"{{'k': {a}, 'l': {b}}}.k",
            f"{{1: {a}}}[1]", f"int('{self.dice.randrange(-99, 99)}')",
        ]  # fmt: skip
        risky = [f"{a} % {b}", f"{self.ints(depth, False)}[{b}]", f"{a} * {b} * big", f"big + {a}", f"int({s})"]
        return self.dice.choice(safe if total else safe + [f"({text})" for text in risky])

    def accessor(self) -> str:
        when = self.one_of("2026-01-31T09:08:07.5Z", "1969-12-31T23:59:59Z", "2024-02-29T12:00:00+05:30")
        method = self.one_of(
            "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours",
            "getMinutes", "getSeconds", "getMilliseconds",
        )  # fmt: skip
        zone = self.one_of("", "", "'+02:00'", "'-08:30'", "'Europe/Berlin'")
        span = self.one_of("1h30m", "-90m", "1.5s", "-1.5s", "100ms")
        unit = self.one_of("getHours", "getMinutes", "getSeconds", "getMilliseconds")
        return self.one_of(
            f"timestamp('{when}').{method}({zone})", f"duration('{span}').{unit}()", f"int(timestamp('{when}'))"
        )

    def make_double(self, depth: int, total: bool) -> str:
        a, b = self.make("double", depth, total), self.make("double", depth, total)
        whole = self.make("int", 0, True)
        return self.one_of(
            f"({a} + {b})", f"({a} - {b})", f"-({a})", f"double({whole})", f"math.greatest({a}, {b})",
            f"math.round({a})",
            f"math.abs({a})", f"({self.make('bool', depth, total)} ? {a} : {b})", f"({self.leaf('double')} * 0.5)",
            f"double('{whole}.25')"
            if whole.isdigit() else a,
        )  # fmt: skip

    def make_string(self, depth: int, total: bool) -> str:
        a, b, n = self.make("string", depth, total), self.make("string", depth, total), self.make("int", depth, total)
        safe = [
            f"({a} + {b})", f"({a}).lowerAscii()", f"({a}).upperAscii()", f"({a}).trim()", f"({a}).replace({b}, 'z')",
            f"({a}).replace(',', {b}, {n})", f"{self.strings(depth, total)}.join('-')",
            f"{self.strings(depth, total)}.join()", f"string({n})", f"string({self.make('bool', depth, total)})",
            f"string({a})", f"({self.make('bool', depth, total)} ? {a} : {b})", "string(duration('1h30m'))",
            "string(timestamp('2026-01-31T09:00:00Z'))",
        ]  # fmt: skip
        risky = [f"({a}).substring({n})", f"{self.strings(depth, False)}[{n}]"]
        return self.dice.choice(safe if total else safe + risky)

    def make_bool(self, depth: int, total: bool) -> str:
        kind = self.one_of("int", "double", "string", "bool")
        a, b = self.make(kind, depth, total), self.make(kind, depth, total)
        c, d = self.make("bool", depth, True), self.make("bool", depth, True)
        s, t = self.make("string", depth, total), self.make("string", depth, total)
        op = self.one_of("<", "<=", ">", ">=", "==", "!=")
        return self.one_of(
            f"({a} {op} {b})", f"({c} && {d})", f"({c} || {d})", f"!({c})", f"({s}).contains({t})",
            f"({s}).startsWith({t})",
            f"({s}).endsWith({t})", f"({s}).matches('^[a-z,]+')",
            f"({self.make('int', depth, total)} in {self.ints(depth, total)})",
            f"({self.ints(depth, total)} == {self.ints(depth, total)})", f"({s} in {{'a': 1, {t} + '!': 2}})",
            self.quantified(depth), f"({c} ? {a} == {b} : {d})", "has({'a': 1}.a)", "has({'a': 1}.b)",
            f"({{'a': {a}}} == {{'a': {b}}})", f"(duration('90m') {op} duration('1h30m'))",
            f"(now + duration('{self.one_of('24h', '-1s')}') {op} timestamp('2026-03-29T23:30:14Z'))",
        )  # fmt: skip

    def variable(self, kind: str) -> str:
        name = f"v{len(self.variables)}"
        self.variables.append((name, kind))
        return name

    def quantified(self, depth: int) -> str:
        over, name = self.ints(depth, True), self.variable("int")
        macro = self.one_of("all", "exists", "exists_one")
        text = f"{over}.{macro}({name}, {self.make('bool', depth, True)})"
        self.variables.pop()
        return text

    def ints(self, depth: int, total: bool) -> str:
        if depth <= 0 or self.dice.random() < 0.4:
            return self.one_of("xs", "[1, 2]", "[5]", f"[i, {self.leaf('int')}]")
        over, name = self.ints(depth - 1, total), self.variable("int")
        body, kept = self.make("int", depth - 1, total), self.make("bool", depth - 1, True)
        self.variables.pop()
        return self.one_of(
            f"{over}.map({name}, {body})",
            f"{over}.filter({name}, {kept})",
            f"{over}.map({name}, {kept}, {body})",
            f"({over} + xs)",
        )

    def strings(self, depth: int, total: bool) -> str:
        if depth <= 0 or self.dice.random() < 0.4:
            return self.one_of("ss", "['x', 'y']", "[s]", "s.split(',')", "s.split(',', 2)", "'abc'.split('')")
        over, name = self.strings(depth - 1, total), self.variable("string")
        body = self.make("string", depth - 1, total)
        self.variables.pop()
        return self.one_of(f"{over}.map({name}, {body})", f"({over} + ss)")


def _compare(count: int, seed: int) -> Counter[str]:
    dice = random.Random(seed)
    came = Counter[str]()
    for _ in range(count):
        text = Maker(dice).make(dice.choice(("int", "double", "string", "bool")), dice.randrange(1, 5))
        mine, reference = ours(text), theirs(text)
        assert mine == reference, text
        came["failed" if mine == ERROR else "gave a value"] += 1
    return came


def test_random_expressions_of_the_common_part_give_what_cel_gives() -> None:
    came = _compare(2_500, 7)
    assert came["gave a value"] > 1_200, came
    assert came["failed"] > 50, came


@pytest.mark.slow
def test_fifty_thousand_random_expressions_give_what_cel_gives() -> None:
    _compare(50_000, 8)


@pytest.mark.parametrize(
    "text",
    [
        "1 + 2 * 3 - 4 % 3", "-7 % 3", "7 % -3", "'a' < 'B'", "'\\uffff' < '\\U00010000'", "size('e\\u0301')",
        "''.split(',')", "''.split('')", "'a,b'.split(',', 0)", "'ab'.replace('', '-')", "'ab'.replace('', '-', 2)",
        "'\\u3000 a\\u180e '.trim()", "true < false", "[[1]] == [[1]]", "{'a': {'b': 1}}.a.b", "'a' in {'a': 1}",
        "1 in {1: 'x'}", "{1: 'a', 2: 'b'}.all(k, k > 0)", "[3, 1].map(x, [x].map(y, x + y))", "int(-2.9)",
        "int('+5')", "int('x')", "timestamp('2009-02-13T23:31:30.123Z').getMilliseconds()",
        "timestamp('2009-02-13T23:31:30Z') - timestamp('2009-02-13T23:31:00Z')", "duration('1h') + duration('1m')",
        "timestamp('2009-02-13T23:31:30Z') + duration('1.5s')", "timestamp(0)",
        "timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp('2009-02-30T00:00:00Z')", "duration('1')",
        "duration('1d')", "big + 1", "-big - 2", "-(-big - 1)", "(-big - 1) % -1", "big * 2", "1 % 0", "xs[3]",
        "xs[-1]", "{'a': 1}['b']", "{'a': 1}.b", "'abc'.substring(4)", "'abc'.substring(2, 1)", "matches('abc', 'b')",
        "'abc'.matches('^b')", "'a'.matches('(')", "b ? 1 : 1 % 0", "!b || i > 3", "has({'a': null}.a)",
        "// comment\n 1", "[1, 2,]", "0x7fffffffffffffff", "-9223372036854775808", "null == null", "[] == []",
        "i in []", "math.greatest([1, 3, 2])", "math.least(2.5, 1.5)", "math.round(-2.5)", "math.sign(-0.5)",
        "string(true)", "string(0.5)", "r'\\n'.size()", "\"it's\"", "'''it's'''.size()",
        "'\\x41\\101\\u0041\\U00000041'", "'a' + 1", "1 + 'a'", "!1", "unknown + 1", "xs.filter(x, x)", "size(1)",
        "'a' == 1",
    ],
)  # fmt: skip
def test_chosen_expressions_give_what_cel_gives(text: str) -> None:
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    ("text", "here", "there"),
    [
        # `/` is decimal.
        ("7 / 2", Decimal("3.5"), Decimal(3)),
        ("-7 / 2", Decimal("-3.5"), Decimal(-3)),
        ("1 / 3", Decimal("0.333333333333"), Decimal(0)),
        ("1.0 / 0.0", ERROR, Decimal("Infinity")),
        # A number with a fraction is exact.
        ("0.1 + 0.2 == 0.3", True, False),
        ("1e37 + 1.0 == 1e37", False, True),
        # Ints mix with decimals.
        ("i + d", Decimal("9.5"), ERROR),
        ("1 * 0.5", Decimal("0.5"), ERROR),
        ("b ? 1 : 0.5", Decimal(1), ERROR),
        ("1 == 1.0", True, ERROR),
        ("i < d", False, ERROR),
        # && and || go left to right, and an error that is reached is an error.
        ("1 % 0 == 1 || true", ERROR, True),
        ("1 % 0 == 1 && false", ERROR, False),
        ("[0, 1].exists(x, 1 % x == 0)", ERROR, True),
        ("[0, 1].all(x, 1 % x == 1)", ERROR, False),
        # There are no uint, bytes or dyn.
        ("1u", ERROR, Decimal(1)),
        ("size(b'abc')", ERROR, Decimal(3)),
        ("size([1, 'a'])", ERROR, Decimal(2)),
        ("dyn(1)", ERROR, Decimal(1)),
        # A map literal with identifier keys is a record; {(s): 1} has the name's value as its key.
        ("{s: 1}.s", Decimal(1), ERROR),
        # Calendar, list and aggregate functions are ours, floor and ceil give ints.
        ("xs.sum()", Decimal(6), ERROR),
        ("math.floor(2.5) % 2", Decimal(0), ERROR),
        # Texts of instants have microseconds or none.
        ("string(timestamp('2026-01-31T09:00:00.5Z'))", "2026-01-31T09:00:00.500000Z", "2026-01-31T09:00:00.500Z"),
        # What is finer than a microsecond is refused.
        ("timestamp('2026-01-31T09:00:00.123456789Z').getSeconds()", ERROR, Decimal(0)),
        # An end at the text's size is within it; the reference refuses it, against its own "greater than size".
        ("'abc'.substring(0, 3)", "abc", ERROR),
        # Variables of list functions never shadow a name.
        ("xs.map(i, i)", ERROR, [Decimal(3), Decimal(1), Decimal(2)]),
    ],
)
def test_what_differs_on_purpose_differs_so(text: str, here: Any, there: Any) -> None:
    assert (ours(text), theirs(text)) == (here, there)
