"""Random typed expressions: every function and operator that is lowered, over the names in scope.

A ``Maker`` writes an expression of the type that is wanted. Some fail for some data, which is wanted too. The
expressions are texts: what the checker makes of them is what both engines get.
"""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar

from tests.plan.random_data import SCALARS, Shapes

T = TypeVar("T")
LITERALS = {
    "int": ["0", "1", "2", "3", "7", "10", "60", "-1", "-5", "100", "9223372036854775807", "-9223372036854775807"],
    "decimal": ["0.0", "0.5", "1.5", "2.25", "-0.1", "10.0", "99.99", "0.001", "100.0", "12345678901234567.89"],
    "string": ["''", "'a'", "'open'", "'Straße'", "'x\\\"y'", "'C1'", "'\\n'", "'b,c'", "'é'", "'\U0001f600'", "' '"],
    "bool": ["true", "false"],
    "date": ["date('2026-01-31')", "date('2024-02-29')", "today", "date(now)", "date('2026-03-29')"],
    "timestamp": ["now", "timestamp('2026-03-29T00:30:00Z')", "timestamp('2025-10-26T01:30:00.5Z')", "timestamp(0)"],
    "duration": ["duration('1h30m')", "duration('0s')", "duration('-1.5s')", "duration('2400h')"],
}
PATTERNS = ["'^a'", "'[A-Z]'", "'.'", "'(?i)ST'", "'$'", "'[0-9]+'", "'\\\\s'"]
SELECTORS = [
    "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes",
    "getSeconds", "getMilliseconds",
]  # fmt: skip
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]
WEIGHTED = ["int", "int", "decimal", "decimal", "string", "bool", "bool", "date", "timestamp", "duration"]


class Maker:
    """Writes expressions.

    ``names``: scalar names and field paths by type; ``lists``: names of lists of records, by kind; ``perhaps``: names
    of records that may be null, with the scalars that they have.
    """

    def __init__(self, random: Random, shapes: Shapes) -> None:
        self.random, self.shapes = random, shapes
        self.names: dict[str, str] = {}
        self.lists: dict[str, str] = {}
        self.perhaps: dict[str, dict[str, str]] = {}
        self.count = 0

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def one(self, options: list[T]) -> T:
        return options[self.random.randrange(len(options))]

    def odds(self, chance: float) -> bool:
        return self.random.random() < chance

    def add_record(self, name: str, kind: str, fields: list[str] | None = None) -> None:
        for field, type_ in self.shapes.fields[kind].items():
            if fields is None or field in fields:
                self.names[f"{name}.{field}"] = type_

    # --- any ------------------------------------------------------------------------------------

    def any(self, type_: str, depth: int) -> str:
        """Write an expression of a type."""
        if type_.endswith("?"):
            return self.optional(type_[:-1], depth)
        if depth <= 0 or self.odds(0.15):
            return self.leaf(type_)
        roll = self.random.randrange(14)
        if roll == 0:
            return f"({self.any('bool', depth - 1)} ? {self.any(type_, depth - 1)} : {self.any(type_, depth - 1)})"
        if roll == 1:
            return f"coalesce({self.optional(type_, depth - 1)}, {self.any(type_, depth - 1)})"
        if roll == 2 and self.odds(0.3):
            return f"must({self.optional(type_, depth - 1)})"
        if roll == 3:
            made = self.of_perhaps(type_, depth)
            if made:
                return made
        if roll == 4 and self.lists and self.odds(0.3):
            rows, kind = self.rows(depth - 1)
            ordered = f"{rows}.sortBy({self.variable()}, {self.body(self.one(WEIGHTED), kind, 1, simple=0.9)})"
            fields = [field for field, t in self.shapes.fields[kind].items() if t == type_]
            if fields:
                return f"must({self.one([rows, ordered])}.{self.one(['first', 'last'])}()).{self.one(fields)}"
        return str(getattr(self, f"make_{type_}")(depth))

    def leaf(self, type_: str) -> str:
        found = [name for name, t in self.names.items() if t == type_]
        if found and self.odds(0.75):
            return self.one(found)
        return self.one(LITERALS[type_])

    def of_perhaps(self, type_: str, depth: int) -> str:
        """Write a field of a record that may be null, in one of the ways to ask for it."""
        found = [(name, f) for name, fields in self.perhaps.items() for f, t in fields.items() if t == type_]
        if not found:
            return ""
        name, field = self.one(found)
        other = self.any(type_, depth - 1)
        return self.one([
            f"({name} == null ? {other} : {name}.{field})", f"({name} != null ? {name}.{field} : {other})",
            f"must({name}).{field}",
        ])  # fmt: skip

    def optional(self, type_: str, depth: int) -> str:
        """Write an expression that is surely of type T?."""
        found = [name for name, t in self.names.items() if t == type_ + "?"]
        if depth > 0 and self.lists and self.odds(0.4):
            made = self.extreme(type_, depth)
            if made:
                return made
        if found and self.odds(0.8):
            return self.one(found)
        return f"({self.any('bool', depth - 1)} ? null : {self.any(type_, depth - 1)})"

    # --- lists ----------------------------------------------------------------------------------

    def rows(self, depth: int) -> tuple[str, str]:
        """Write a list of records; gives its kind too."""
        name = self.one(list(self.lists))
        kind = self.lists[name]
        if depth > 0 and self.odds(0.3):
            name = f"{name}.filter({self.variable()}, {self.body('bool', kind, depth - 1)})"
        if depth > 0 and self.odds(0.1):
            name = f"{name}.sortBy({self.variable()}, {self.body(self.one(WEIGHTED), kind, 1)})"
        return name, kind

    def variable(self) -> str:
        self.last = self.fresh("x")
        return self.last

    def body(self, type_: str, kind: str, depth: int, simple: float = 0.5) -> str:
        """Write an expression over the list's variable that was just made."""
        outer, lists, perhaps = dict(self.names), self.lists, self.perhaps
        if self.odds(simple):
            self.names = {}
        self.add_record(self.last, kind)
        self.lists, self.perhaps = {}, {}
        try:
            return self.any(type_, min(depth, 1 + self.random.randrange(2)))
        finally:
            self.names, self.lists, self.perhaps = outer, lists, perhaps

    def extreme(self, type_: str, depth: int) -> str:
        rows, kind = self.rows(depth)
        function = self.one(["min", "max", "first", "avg" if type_ == "decimal" else "max"])
        variable = self.variable()
        if function == "avg":
            return f"{rows}.avg({variable}, {self.body(self.one(['int', 'decimal']), kind, depth)})"
        body = self.body(type_, kind, depth)
        if function == "first":
            return f"{rows}.map({variable}, {body}).{self.one(['first', 'last', 'min', 'max'])}()"
        return f"{rows}.{function}({variable}, {body})"

    def fold(self, type_: str, depth: int) -> str | None:
        if not self.lists or self.odds(0.4):
            return None
        rows, kind = self.rows(depth)
        if type_ == "bool":
            function = self.one(["all", "exists", "exists_one"])
            return f"{rows}.{function}({self.variable()}, {self.body('bool', kind, depth)})"
        if type_ == "int" and self.odds(0.5):
            if self.odds(0.5):
                return self.one([f"size({rows})", f"{rows}.count()"])
            return f"{rows}.count({self.variable()}, {self.body('bool', kind, depth)})"
        if self.odds(0.2):
            return f"{rows}.map({self.variable()}, {self.body(type_, kind, depth)}).sum()"
        return f"{rows}.sum({self.variable()}, {self.body(type_, kind, depth)})"

    # --- by type --------------------------------------------------------------------------------

    def make_int(self, depth: int) -> str:
        folded = self.fold("int", depth)
        if folded:
            return folded
        d = depth - 1
        a, b = self.any("int", d), self.any("int", d)
        match self.random.randrange(19):
            case 17:
                return f"int({self.any('string', d)})"
            case 18 if self.lists:
                rows, kind = self.rows(depth)
                return f"size({rows}.map({self.variable()}, {self.body(self.type_(), kind, depth)}).distinct())"
            case 0 | 1 | 2:
                return f"({a} {self.one(['+', '-', '*'])} {b})"
            case 3 | 4:
                return f"({a} % {b})"
            case 5:
                return f"(-({a}))"
            case 6:
                return f"math.{self.one(['abs', 'sign'])}({a})"
            case 7:
                return f"math.{self.one(['greatest', 'least'])}({a}, {b}, {self.any('int', 0)})"
            case 8:
                return f"size({self.any('string', d)})"
            case 9:
                type_ = self.one(["date", "timestamp"])
                return f"days_between({self.any(type_, d)}, {self.any(type_, d)})"
            case 10:
                type_ = self.one(["date", "timestamp"])
                return f"{self.one(['year', 'month', 'day', 'weekday'])}({self.any(type_, d)})"
            case 11 | 12:
                return f"{self.one(['math.ceil', 'math.floor', 'round', 'int'])}({self.any('decimal', d)})"
            case 13:
                return f"int({self.any('timestamp', d)})"
            case 14:
                return f"({self.any('timestamp', d)}).{self.one(SELECTORS)}()"
            case 15:
                part = self.one(["getHours", "getMinutes", "getSeconds", "getMilliseconds"])
                return f"({self.any('duration', d)}).{part}()"
            case _:
                return f"int({a})"

    def make_decimal(self, depth: int) -> str:
        folded = self.fold("decimal", depth)
        if folded:
            return folded
        d = depth - 1
        a, b = self.any("decimal", d), self.any(self.one(["decimal", "decimal", "int"]), d)
        match self.random.randrange(13):
            case 0 | 1 | 2 | 3:
                return f"({a} {self.one(['+', '-', '*'])} {b})"
            case 4 | 5:
                return f"({a} / {b})"
            case 6:
                return f"({self.any('int', d)} / {self.any('int', d)})"
            case 7:
                return self.one([f"(-({a}))", f"math.abs({a})", f"math.sign({a})", f"math.round({a})"])
            case 8:
                return f"round({a}, {self.one(['0', '1', '2', '5'])})"
            case 9:
                return f"math.{self.one(['greatest', 'least'])}({a}, {self.any('decimal', d)})"
            case 10:
                name = self.one(["hours_between", "minutes_between"])
                return f"{name}({self.any('timestamp', d)}, {self.any('timestamp', d)})"
            case 11:
                return f"round({a} * {self.any('decimal', 0)} / 100, 2)"
            case _:
                return f"double({a})"

    def make_string(self, depth: int) -> str:
        d = depth - 1
        a = self.any("string", d)
        match self.random.randrange(10):
            case 9:
                return f"{self.one(['lower', 'upper'])}({a})"
            case 0 | 1 | 2:
                return f"({a} + {self.any('string', d)})"
            case 3 | 4:
                return f"string({self.any(self.one(list(SCALARS)), d)})"
            case 5:
                return f"fixed({self.any('decimal', d)}, {self.one(['0', '2', '3'])})"
            case 6:
                return f"({a}).{self.one(['trim', 'lowerAscii', 'upperAscii'])}()"
            case 7:
                cut = f"{self.any('int', 0)}" + (f", {self.any('int', 0)}" if self.odds(0.5) else "")
                return f"({a}).substring({cut})"
            case _:
                return f"({a}).replace({self.one(LITERALS['string'][1:])}, {self.one(LITERALS['string'])})"

    def make_bool(self, depth: int) -> str:
        folded = self.fold("bool", depth)
        if folded:
            return folded
        d = depth - 1
        match self.random.randrange(11):
            case 0 | 1:
                return f"({self.any('bool', d)} {self.one(['&&', '||'])} {self.any('bool', d)})"
            case 2:
                return f"(!{self.any('bool', d)})"
            case 3 | 4:
                type_ = self.one(WEIGHTED)
                return f"({self.any(type_, d)} {self.one(COMPARISONS)} {self.any(type_, d)})"
            case 5:
                return f"({self.one(list(self.perhaps))} == null)" if self.perhaps else self.leaf("bool")
            case 6:
                return self.null_test(d)
            case 7:
                if self.odds(0.2):
                    return f"({self.any('string', d)}).matches({self.one(PATTERNS)})"
                name = self.one(["contains", "startsWith", "endsWith"])
                return f"({self.any('string', d)}).{name}({self.any('string', d)})"
            case 8:
                return self.member(d)
            case 9:
                found = [n for n, t in self.names.items() if t.endswith("?") and "." in n]
                return f"has({self.one(found)})" if found else self.leaf("bool")
            case _:
                return self.narrowed(d)

    def null_test(self, depth: int) -> str:
        """Compare what may be null."""
        type_ = self.one(list(SCALARS))
        found = [name for name, t in self.names.items() if t == type_ + "?"]
        if not found:
            return self.leaf("bool")
        other = self.one(["null", self.any(type_, depth), self.one(found), self.one(found)])
        return f"({self.one(found)} {self.one(['==', '!='])} {other})"

    def type_(self) -> str:
        return self.one(list(SCALARS)) + self.one(["", "", "?"])

    def member(self, depth: int) -> str:
        type_ = self.one(list(SCALARS))
        if self.lists and self.odds(0.2):
            rows, kind = self.rows(depth)
            member = self.any(self.one([type_, type_ + "?"]), depth)
            return f"({member} in {rows}.map({self.variable()}, {self.body(type_, kind, depth)}))"
        items = [self.any(type_, 0) for _ in range(1 + self.random.randrange(3))]
        found = [name for name, t in self.names.items() if t == type_ + "?"]
        if found and self.odds(0.2):
            items.append(self.one([*found, "null"]))
        member = self.any(self.one([type_, type_ + "?"]), depth)
        return f"({member} in [{', '.join(items)}])"

    def narrowed(self, depth: int) -> str:
        """Use a value where it is known not to be null."""
        found = [(n, t[:-1]) for n, t in self.names.items() if t.endswith("?")]
        if not found:
            return self.leaf("bool")
        name, type_ = self.one(found)
        compared = f"{name} {self.one(COMPARISONS)} {self.any(type_, depth)}"
        return self.one([f"({name} != null && {compared})", f"({name} == null || {compared})"])

    def make_date(self, depth: int) -> str:
        d = depth - 1
        match self.random.randrange(7):
            case 6 if self.odds(0.5):
                return f"date({self.any('int', 0)}, {self.any('int', 0)}, {self.any('int', 0)})"
            case 6:
                return f"date({self.any('string', 1)})"
            case 0 | 1:
                return f"date({self.any('timestamp', d)})"
            case 2:
                return f"add_days({self.any('date', d)}, {self.any('int', d)})"
            case 3:
                return f"add_months({self.any('date', d)}, {self.any('int', d)})"
            case 4:
                return f"start_of_month({self.any(self.one(['date', 'timestamp']), d)})"
            case _:
                return self.leaf("date")

    def make_timestamp(self, depth: int) -> str:
        d = depth - 1
        match self.random.randrange(5):
            case 0:
                return f"({self.any('timestamp', d)} {self.one(['+', '-'])} {self.any('duration', d)})"
            case 1:
                return f"({self.any('duration', d)} + {self.any('timestamp', d)})"
            case 2:
                return f"timestamp({self.any('int', d)})"
            case 3:
                return f"timestamp({self.any('timestamp', d)})"
            case _:
                return self.leaf("timestamp")

    def make_duration(self, depth: int) -> str:
        d = depth - 1
        match self.random.randrange(4):
            case 0 | 1:
                return f"({self.any('timestamp', d)} - {self.any('timestamp', d)})"
            case 2:
                return f"({self.any('duration', d)} {self.one(['+', '-'])} {self.any('duration', d)})"
            case _:
                return self.leaf("duration")

    def over(self, name: str, kind: str, type_: str, depth: int, alone: bool = False) -> Any:
        """Write an expression over one record by its name, with or without the names in scope."""
        outer, lists, perhaps = dict(self.names), self.lists, self.perhaps
        if alone:
            self.names = {}
        self.add_record(name, kind)
        self.lists, self.perhaps = {}, {}
        try:
            return self.any(type_, depth)
        finally:
            self.names, self.lists, self.perhaps = outer, lists, perhaps
