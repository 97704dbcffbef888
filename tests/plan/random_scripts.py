"""Random typed scripts of one ``each``, and random data for them: what the differential tests run on both engines.

A ``Maker`` writes expressions by the type that is wanted, from the names in scope; data come mild (money and
ages as shops have them) or extreme (the ends of every type). Everything follows from one seed.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

CUSTOMERS = (
    "{id: string, name: string, email: string?, level: int, credit: decimal, vip: bool, since: date, "
    "seen: timestamp?, rank: int?, limit_: decimal?, ref: string?}"
)
ORDERS = (
    "{id: string, customer_id: string?, qty: int, total: decimal, at: timestamp, day: date?, status: string, "
    "paid: bool?, discount: decimal?}"
)
REGIONS = "{code: string, bonus: int, since: date?, rate: decimal}"

FIELDS: dict[str, dict[str, str]] = {
    "c": {
        "id": "string", "name": "string", "email": "string?", "level": "int", "credit": "decimal", "vip": "bool",
        "since": "date", "seen": "timestamp?", "rank": "int?", "limit_": "decimal?", "ref": "string?",
    },
    "o": {
        "id": "string", "customer_id": "string?", "qty": "int", "total": "decimal", "at": "timestamp", "day": "date?",
        "status": "string", "paid": "bool?", "discount": "decimal?",
    },
    "r": {"code": "string", "bonus": "int", "since": "date?", "rate": "decimal"},
}  # fmt: skip
PARAMS = {"p_count": "int", "p_rate": "decimal", "p_text": "string", "p_day": "date?", "p_on": "bool"}
"""Parameters of every random script."""
LITERALS = {
    "int": ["0", "1", "2", "3", "7", "10", "60", "-1", "-5", "100", "9223372036854775807"],
    "decimal": ["0.0", "0.5", "1.5", "2.25", "-0.1", "10.0", "99.99", "0.001"],
    "string": ["''", "'a'", "'open'", "'Straße'", "'x\\\"y'", "'C1'", "'\\n'", "'b,c'"],
    "bool": ["true", "false"],
    "date": ["date('2026-01-31')", "date('2024-02-29')", "today", "date(now)", "date('2026-03-29')"],
    "timestamp": ["now", "timestamp('2026-03-29T00:30:00Z')", "timestamp('2025-10-26T01:30:00.5Z')"],
    "duration": ["duration('1h30m')", "duration('0s')", "duration('-1.5s')"],
}
PATTERNS = ["'^a'", "'[A-Z]'", "'.'", "'(?i)ST'", "'$'"]
SCALARS = list(LITERALS)
_WEIGHTED = ["int", "int", "decimal", "decimal", "string", "bool", "bool", "date", "timestamp", "duration"]


class Maker:
    """Writes expressions. ``names``: scalar names and field paths by type; ``lists``: names of fetched lists."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names: dict[str, str] = {}
        self.lists: list[str] = []
        self.count = 0

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def one(self, options: list[Any]) -> Any:
        return options[self.random.randrange(len(options))]

    def add_record(self, name: str, kind: str) -> None:
        for field, type_ in FIELDS[kind].items():
            self.names[f"{name}.{field}"] = type_

    def any(self, type_: str, depth: int) -> str:
        """Write an expression of a type."""
        if type_.endswith("?"):
            return self.optional(type_[:-1], depth)
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(type_)
        roll = self.random.randrange(12)
        if roll == 0:
            return f"({self.any('bool', depth - 1)} ? {self.any(type_, depth - 1)} : {self.any(type_, depth - 1)})"
        if roll == 1:
            return f"coalesce({self.optional(type_, depth - 1)}, {self.any(type_, depth - 1)})"
        if roll == 2 and self.random.random() < 0.3:
            return f"must({self.optional(type_, depth - 1)})"
        return str(getattr(self, f"make_{type_}")(depth))

    def leaf(self, type_: str) -> str:
        found = [name for name, t in self.names.items() if t == type_]
        if found and self.random.random() < 0.75:
            return str(self.one(found))
        return str(self.one(LITERALS[type_]))

    def optional(self, type_: str, depth: int) -> str:
        """Write an expression that is surely of type T?."""
        found = [name for name, t in self.names.items() if t == type_ + "?"]
        if depth > 0 and self.lists and self.random.random() < 0.5 and type_ not in ("duration", "bool"):
            made = self.extreme(type_, depth)
            if made:
                return made
        if found and self.random.random() < 0.8:
            return str(self.one(found))
        return f"({self.any('bool', depth - 1)} ? null : {self.any(type_, depth - 1)})"

    def rows(self, depth: int) -> str:
        """Write a list of orders."""
        name = str(self.one(self.lists))
        if depth > 0 and self.random.random() < 0.3:
            return f"{name}.filter({self.variable()}, {self.body('bool', depth - 1)})"
        return name

    def variable(self) -> str:
        self.last = self.fresh("x")
        return self.last

    def body(self, type_: str, depth: int, simple: float = 0.5) -> str:
        """Write an expression over the list's variable that was just made."""
        outer = dict(self.names)
        mixed = self.random.random() >= simple
        if not mixed:
            self.names = {}
        self.add_record(self.last, "o")
        lists, self.lists = self.lists, []
        try:
            return self.any(type_, min(depth, 1 + self.random.randrange(2)))
        finally:
            self.names, self.lists = outer, lists

    def extreme(self, type_: str, depth: int) -> str:
        rows = self.rows(depth)
        kind = self.one(["min", "max", "avg"] if type_ == "decimal" else ["min", "max"])
        variable = self.variable()
        if kind == "avg":
            return f"{rows}.avg({variable}, {self.body(self.one(['int', 'decimal']), depth)})"
        return f"{rows}.{kind}({variable}, {self.body(type_, depth)})"

    def fold(self, type_: str, depth: int) -> str | None:
        if not self.lists or self.random.random() < 0.4:
            return None
        rows = self.rows(depth)
        if type_ == "bool":
            kind = self.one(["all", "exists", "exists_one"])
            return f"{rows}.{kind}({self.variable()}, {self.body('bool', depth)})"
        if type_ == "int" and self.random.random() < 0.5:
            if self.random.random() < 0.5:
                return f"size({rows})"
            return f"{rows}.count({self.variable()}, {self.body('bool', depth)})"
        return f"{rows}.sum({self.variable()}, {self.body(type_, depth)})"

    # --- by type --------------------------------------------------------------------------------

    def make_int(self, depth: int) -> str:
        folded = self.fold("int", depth)
        if folded:
            return folded
        d = depth - 1
        a, b = self.any("int", d), self.any("int", d)
        match self.random.randrange(18):
            case 0 | 1:
                return f"({a} + {b})"
            case 2:
                return f"({a} - {b})"
            case 3:
                return f"({a} * {b})"
            case 4:
                return f"({a} % {b})"
            case 5:
                return f"(-({a}))"
            case 6:
                return f"math.abs({a})"
            case 7:
                return f"math.{self.one(['greatest', 'least'])}({a}, {b})"
            case 8:
                return f"size({self.any('string', d)})"
            case 9:
                return f"days_between({self.any('date', d)}, {self.any('date', d)})"
            case 10:
                return f"days_between({self.any('timestamp', d)}, {self.any('timestamp', d)})"
            case 11:
                return f"{self.one(['year', 'month', 'day', 'weekday'])}({self.any('date', d)})"
            case 12:
                return f"{self.one(['math.ceil', 'math.floor', 'round', 'int'])}({self.any('decimal', d)})"
            case 13:
                return f"int({self.any('timestamp', d)})"
            case 14:
                return f"math.sign({a})"
            case 15:
                part = self.one([
                    "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours",
                    "getMinutes", "getSeconds", "getMilliseconds",
                ])  # fmt: skip
                return f"({self.any('timestamp', d)}).{part}()"
            case 16:
                return f"({self.any('duration', d)}).{self.one(['getHours', 'getMinutes', 'getSeconds'])}()"
            case _:
                return f"int({a})"

    def make_decimal(self, depth: int) -> str:
        folded = self.fold("decimal", depth)
        if folded:
            return folded
        d = depth - 1
        a, b = self.any("decimal", d), self.any(self.one(["decimal", "decimal", "int"]), d)
        match self.random.randrange(14):
            case 0 | 1:
                return f"({a} + {b})"
            case 2:
                return f"({b} - {a})"
            case 3:
                return f"({a} * {b})"
            case 4 | 5:
                return f"({a} / {b})"
            case 6:
                return f"({self.any('int', d)} / {self.any('int', d)})"
            case 7:
                return f"(-({a}))"
            case 8:
                return f"math.abs({a})"
            case 9:
                return f"round({a}, {self.one(['0', '1', '2', '5'])})"
            case 10:
                return f"math.{self.one(['greatest', 'least'])}({a}, {self.any('decimal', d)})"
            case 11:
                name = self.one(["hours_between", "minutes_between"])
                return f"{name}({self.any('timestamp', d)}, {self.any('timestamp', d)})"
            case 12:
                return f"math.{self.one(['sign', 'round'])}({a})"
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
                return f"string({self.any(self.one(SCALARS), d)})"
            case 5:
                return f"fixed({self.any('decimal', d)}, {self.one(['0', '2', '3'])})"
            case 6:
                return f"({a}).{self.one(['trim', 'lowerAscii', 'upperAscii'])}()"
            case 7:
                cut = f"{self.any('int', 0)}" + (f", {self.any('int', 0)}" if self.random.random() < 0.5 else "")
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
            case 3 | 4 | 5:
                type_ = self.one(_WEIGHTED)
                operator = self.one(["<", "<=", ">", ">=", "==", "!="])
                return f"({self.any(type_, d)} {operator} {self.any(type_, d)})"
            case 6:
                type_ = self.one(["int", "decimal", "string", "date", "timestamp"])
                found = [name for name, t in self.names.items() if t == type_ + "?"]
                if not found:
                    return self.leaf("bool")
                return f"({self.one(found)} {self.one(['==', '!='])} {self.one(['null', self.any(type_, d)])})"
            case 7:
                if self.random.random() < 0.2:
                    return f"({self.any('string', d)}).matches({self.one(PATTERNS)})"
                name = self.one(["contains", "startsWith", "endsWith"])
                return f"({self.any('string', d)}).{name}({self.any('string', d)})"
            case 8:
                type_ = self.one(["int", "string", "decimal", "date"])
                items = ", ".join(self.any(type_, 0) for _ in range(self.random.randrange(4)))
                member = self.any(self.one([type_, type_ + "?"]), d)
                return f"({member} in [{items}])" if items else self.leaf("bool")
            case 9:
                found = [n for n, t in self.names.items() if t.endswith("?") and "." in n]
                return f"has({self.one(found)})" if found else self.leaf("bool")
            case _:
                return self.leaf("bool")

    def make_date(self, depth: int) -> str:
        d = depth - 1
        match self.random.randrange(5):
            case 0 | 1:
                return f"date({self.any('timestamp', d)})"
            case 2:
                return f"add_days({self.any('date', d)}, {self.any('int', d)})"
            case 3:
                return f"add_months({self.any('date', d)}, {self.any('int', d)})"
            case _:
                return f"start_of_month({self.any('date', d)})"

    def make_timestamp(self, depth: int) -> str:
        d = depth - 1
        match self.random.randrange(4):
            case 0:
                return f"({self.any('timestamp', d)} + {self.any('duration', d)})"
            case 1:
                return f"({self.any('timestamp', d)} - {self.any('duration', d)})"
            case 2:
                return f"timestamp({self.any('int', d)})"
            case _:
                return self.leaf("timestamp")

    def make_duration(self, depth: int) -> str:
        d = depth - 1
        match self.random.randrange(3):
            case 0:
                return f"({self.any('timestamp', d)} - {self.any('timestamp', d)})"
            case 1:
                return f"({self.any('duration', d)} {self.one(['+', '-'])} {self.any('duration', d)})"
            case _:
                return self.leaf("duration")


class Scripts(Maker):
    """Writes a whole script: an ``each`` over customers with fetches, values, branches, effects and a yield."""

    def script(self, depth: int = 2) -> dict[str, Any]:
        self.add_record("c", "c")
        self.names |= PARAMS
        self.depth = depth
        do = self.block(self.random.randrange(1, 6), top=True)
        each: dict[str, Any] = {"op": "each", "from": "customers", "as": "c", "do": do}
        if self.random.random() < 0.8:
            each |= {"name": "found", "yield": self.value()}
        if self.random.random() < 0.2:
            each["where"] = self.one(["it.vip", "it.level > 2", "it.email != null", "it.name.contains('a')"])
        if self.random.random() < 0.1:
            each["order_by"] = [self.one(["it.level desc", "it.email", "it.credit"])]
        return {"sop": 1, "params": PARAMS, "steps": [each]}

    def value(self) -> Any:
        if self.random.random() < 0.5:
            return self.any(self.one(_WEIGHTED), self.depth)
        fields = {self.fresh("f"): self.any(self.one(_WEIGHTED), self.depth) for _ in range(3)}
        return {**fields, "opt": self.optional(self.one(["int", "string", "date"]), 1)}

    def block(self, length: int, top: bool = False) -> list[dict[str, Any]]:
        return [step for n in range(length) for step in self.step(top, n)]

    def step(self, top: bool, n: int) -> list[dict[str, Any]]:
        roll = self.random.randrange(12)
        if (top and n == 0 and self.random.random() < 0.7) or roll in (0, 1):
            return [self.fetch()]
        if roll in (2, 3, 4, 5):
            return [self.math()]
        if roll in (6, 7):
            return [self.branch()]
        if roll == 8:
            return [{"op": "say", "text": self.any("string", self.depth)}]
        if roll == 9:
            args = {name: self.any("string", 1) for name in ("to", "subject", "body")}
            policy: dict[str, Any] = {"on_error": {"then": "skip", "retry": {"times": 2, "base_ms": 5}}}
            return [{"op": "tool", "tool": "email.send", "args": args, **(policy if len(args["to"]) % 2 else {})}]
        if roll == 10:
            name = self.fresh("k")
            coupon = {"op": "tool", "name": name, "tool": "coupon.generate", "args": {}}
            return [coupon, {"op": "tool", "tool": "email.send", "args": {
                "to": "'x'", "subject": "c.name", "body": f"'Code ' + {name}.code"}}]  # fmt: skip
        return [self.call()]

    def math(self) -> dict[str, Any]:
        type_ = self.one(_WEIGHTED)
        if self.random.random() < 0.2 and type_ != "bool":
            type_ += "?"
        expr = self.any(type_, self.depth)
        name = self.fresh("m")
        self.names[name] = type_
        return {"op": "math", "name": name, "expr": expr}

    def branch(self) -> dict[str, Any]:
        cond = self.any("bool", self.depth)
        names, lists = dict(self.names), list(self.lists)
        then = self.block(self.random.randrange(1, 3))
        self.names, self.lists = dict(names), list(lists)
        step: dict[str, Any] = {"op": "if", "cond": cond, "then": then}
        both = self.random.random() < 0.3
        if self.random.random() < 0.1:
            step["then"] = [*then, {"op": "fail", "message": self.any("string", 1)}]
        elif both:
            name, type_ = self.fresh("b"), self.one(_WEIGHTED)
            step["then"] = [*then, {"op": "math", "name": name, "expr": self.any(type_, 1)}]
            step["else"] = [{"op": "math", "name": name, "expr": self.any(type_, 1)}]
            self.names[name] = type_
        elif self.random.random() < 0.5:
            step["else"] = self.block(self.random.randrange(1, 3))
        self.names = {**names, **{n: t for n, t in self.names.items() if both and n.startswith("b")}}
        self.lists = lists
        return step

    def fetch(self) -> dict[str, Any]:
        roll = self.random.randrange(9)
        if roll == 0:
            name = self.fresh("own")
            self.add_record(name, "c")
            return {"op": "fetch", "name": name, "from": "customers", "where": "it.id == c.id", "one": "required"}
        if roll == 1:
            name = self.fresh("reg")
            ref = self.one(["coalesce(c.ref, '')", "c.ref", "c.name"])
            if self.random.random() < 0.5:
                self.add_record(name, "r")
                return {"op": "fetch", "name": name, "from": "regions", "where": f"it.code == {ref}", "one": "required"}
            return {"op": "fetch", "name": name, "from": "regions", "where": f"it.code == {ref}", "one": "optional"}
        name = self.fresh("os")
        parts = [self.one(["it.customer_id == c.id", "c.id == it.customer_id", "it.customer_id == c.ref"])]
        if self.random.random() < 0.1:
            parts = ["true"]
        extra = ["it.qty > 1", "it.status == 'open'", "it.total > c.credit", "it.at < now", "it.day != null",
                 "it.paid == true", "it.day == c.since", "it.qty == c.level"]  # fmt: skip
        parts += [self.one(extra) for _ in range(self.random.choice([0, 0, 1, 2]))]
        where = " && ".join(parts)
        if roll == 2:
            one = {"op": "fetch", "name": name, "from": "orders", "where": where, "one": "required"}
            order = [self.one(["it.at desc", "it.total", "it.day desc", "it.status"])]
            if self.random.random() < 0.5:
                self.add_record(name, "o")
                return {**one, "order_by": order}
            return one
        self.lists.append(name)
        step = {"op": "fetch", "name": name, "from": "orders", "where": where}
        if self.random.random() < 0.2:
            step["order_by"] = [self.one(["it.at desc", "it.total", "it.day desc", "it.status"])]
        return step

    def call(self) -> dict[str, Any]:
        name, floor = self.fresh("called"), self.any(self.one(["int", "decimal"]), 1)
        self.names |= {f"{name}.kind": "string", f"{name}.score": "decimal", f"{name}.at": "timestamp?"}
        args = {"customer_id": self.one(["c.id", "coalesce(c.ref, 'none')"]), "floor": floor}
        return {"op": "call", "name": name, "script": "scored", "args": args}


SCORED: dict[str, Any] = {
    "sop": 1,
    "params": {"customer_id": "string", "floor": "decimal"},
    "returns": {"kind": "string", "score": "decimal", "at": "timestamp?"},
    "steps": [
        {"op": "fetch", "name": "orders", "from": "orders", "where": "it.customer_id == customer_id"},
        {"op": "if", "cond": "size(orders) == 0", "then": [
            {"op": "return", "value": {"kind": "'none'", "score": "0", "at": "null"}}]},
        {"op": "math", "name": "spent", "expr": "orders.sum(o, o.total)"},
        {"op": "if", "cond": "spent < floor", "then": [
            {"op": "say", "text": "'below ' + string(floor)"},
            {"op": "if", "cond": "spent == -1", "then": [{"op": "fail", "message": "'odd'"}]}],
         "else": [{"op": "return", "value": {"kind": "'above'", "score": "spent", "at": "orders.max(o, o.at)"}}]},
        {"op": "return", "value": {
            "kind": "'below'", "score": "spent / size(orders)", "at": "orders.sortBy(o, o.total).last().at"}},
    ],
}  # fmt: skip


class Data:
    """Makes records. ``extreme``: the ends of every type come up."""

    def __init__(self, random: Random, extreme: bool) -> None:
        self.random, self.extreme = random, extreme

    def one(self, options: list[Any]) -> Any:
        return options[self.random.randrange(len(options))]

    def maybe(self, value: Any) -> Any:
        return None if self.random.random() < 0.3 else value

    def int(self) -> int:
        if self.extreme and self.random.random() < 0.3:
            return self.one([2**63 - 1, -(2**63), 2**53, -(2**53) + 1, 2**31])  # type: ignore[no-any-return]
        return self.one([0, 1, 2, 3, -1, 5, 60])  # type: ignore[no-any-return]

    def decimal(self) -> Decimal:
        if self.extreme and self.random.random() < 0.3:
            return Decimal(self.one(["99999999999999.99", "-0.000001", "1e17", "123456789.123456789", "0.5", "1.5"]))
        return Decimal(self.one(["0", "10", "0.5", "2.25", "-3.1", "499.99", "500", "1200", "0.01", "0.125"]))

    def date(self) -> dt.date:
        if self.extreme and self.random.random() < 0.3:
            return self.one([dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 2, 29)])  # type: ignore[no-any-return]
        return dt.date(2026, 1, 1) + dt.timedelta(days=self.random.randrange(-400, 400))

    def timestamp(self) -> dt.datetime:
        if self.extreme and self.random.random() < 0.3:
            return self.one([  # type: ignore[no-any-return]
                dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, dt.UTC),
                dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC),
            ])  # fmt: skip
        start = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
        micros = self.one([0, 0, 1, 500_000, 999_999])
        return start + dt.timedelta(minutes=self.random.randrange(800_000), microseconds=micros)

    def text(self) -> str:
        return self.one(["", "a", "Ann", "open", "C1", "C2", 'x"y', "b,c", "Straße", "\n", "\x01\x1f\\", " \u2003t ",
                         "e\u0301", "\U0001f600", "İ", "Z", "zz", "\x7f", "/"])  # type: ignore[no-any-return]  # fmt: skip

    def inputs(self) -> dict[str, Any]:
        """Make a value of every parameter."""
        day = self.maybe(self.date())
        return {"p_count": self.int(), "p_rate": self.decimal(), "p_text": self.text(), "p_day": day,
                "p_on": self.random.random() < 0.5}  # fmt: skip

    def customers(self, ids: list[str]) -> list[dict[str, Any]]:
        return [
            {"id": id_, "name": self.text(), "email": self.maybe(self.text()), "level": self.int(),
             "credit": self.decimal(), "vip": self.random.random() < 0.5, "since": self.date(),
             "seen": self.maybe(self.timestamp()), "rank": self.maybe(self.int()),
             "limit_": self.maybe(self.decimal()), "ref": self.maybe(self.one(["C1", "C2", "none", "r1", "r2"]))}
            for id_ in ids
        ]  # fmt: skip

    def orders(self, ids: list[str], count: int) -> list[dict[str, Any]]:
        return [
            {"id": f"O{n:03}", "customer_id": self.maybe(self.one([*ids, "C9"])), "qty": self.int(),
             "total": self.decimal(), "at": self.timestamp(), "day": self.maybe(self.date()),
             "status": self.one(["open", "paid", "", "Zz"]), "paid": self.maybe(self.random.random() < 0.5),
             "discount": self.maybe(self.decimal())}
            for n in range(count)
        ]  # fmt: skip

    def regions(self) -> list[dict[str, Any]]:
        return [
            {"code": code, "bonus": self.int(), "since": self.maybe(self.date()), "rate": self.decimal()}
            for code in ("r1", "a", "C1")
        ]
