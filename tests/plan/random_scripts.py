"""Random scripts of one ``each``: every kind of step, nested, with scripts that it calls and that call others."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.plan.random_data import PARAMS, SOURCES, Shapes
from tests.plan.random_expressions import WEIGHTED, Maker

Step = dict[str, Any]
SAFE = {
    "o": [
        "it.qty > 1", "it.status == 'open'", "it.at < now", "it.day != null", "it.paid == true", "it.note == null",
        "it.day == it.due", "it.status in ['open', 'a', '']", "!it.open", "(it.paid == null || it.open)",
        "it.total >= 0.5", "it.took != null", "it.discount == null", "it.count_ in [0, null, 5]", "it.sent == null",
        "!(it.open && it.qty > 0)", "it.total > p_rate", "it.qty == p_count", "it.day == p_day", "it.took == p_wait",
    ],
    "c": ["it.vip", "it.active == true", "it.email != null", "it.level > 2", "it.name.contains('a')", "it.boss == null",
          "(it.born == null || it.since > it.born)", "it.wait > duration('0s')", "p_on"],
    "r": ["it.bonus >= 0", "it.since == null", "it.name != ''", "it.Name == it.name"],
}  # fmt: skip
"""Conditions of a kind's records that cannot fail."""
OF_ITEM = {
    "o": ["it.total > {c}.credit", "it.day == {c}.since", "it.qty == {c}.level", "it.sent == {c}.seen",
          "it.note == {c}.email", "it.status == {c}.name", "it.at > {c}.joined", "it.took == {c}.pause"],
    "c": ["it.level == {c}.level", "it.rank == {c}.rank", "it.vip != {c}.vip"],
    "r": ["it.name == {c}.name", "it.bonus == {c}.level"],
}  # fmt: skip


def _ends(step: Step) -> bool:
    """Whether nothing comes after a step."""
    if step["op"] == "if":
        return bool(step.get("else")) and _ends(step["then"][-1]) and _ends(step["else"][-1])
    return step["op"] in ("fail", "return")


class Callee:
    """A script that can be called: its name, its parameters and what it gives."""

    def __init__(self, name: str, raw: Step, params: dict[str, str], returns: dict[str, str] | str) -> None:
        self.name, self.raw, self.params, self.returns = name, raw, params, returns


class Scripts(Maker):
    """Writes a whole script: an ``each`` over customers with fetches, values, branches, calls, effects and a yield."""

    def __init__(self, random: Random, shapes: Shapes) -> None:
        super().__init__(random, shapes)
        self.callees: list[Callee] = []
        self.depth, self.item = 2, "c"
        self.ends = "fail"
        self.receipts: list[str] = []

    def script(self) -> tuple[Step, dict[str, Step]]:
        """Give a script and those that it calls, by name."""
        for number in range(self.random.choice([0, 1, 1, 2])):
            inner = Scripts(self.random, self.shapes)
            inner.callees = list(self.callees)
            self.callees.append(inner.callee(f"called_{number}"))
        self.add_record("c", "c")
        self.names |= PARAMS
        do = self.block(self.random.randrange(1, 6), top=True)
        each: Step = {"op": "each", "from": "customers", "as": "c", "do": do}
        if self.odds(0.85):
            each |= {"name": "found", "yield": self.value()}
        self.names, self.lists, self.perhaps = dict(PARAMS), {}, {}
        if self.odds(0.25):
            each["where"] = self.one([*SAFE["c"], self.over("it", "c", "bool", 1)])
        if self.odds(0.25):
            each["order_by"] = self.order("c")
        return {"sop": 1, "params": PARAMS, "steps": [each]}, {callee.name: callee.raw for callee in self.callees}

    def callee(self, name: str) -> Callee:
        """Write a script that is called for an item."""
        params = {"who": self.shapes.key, "floor": self.one(WEIGHTED), "extra": self.one(WEIGHTED) + "?"}
        returns: dict[str, str] | str = self.one(WEIGHTED)
        if self.odds(0.7):
            returns = {field: self.one(WEIGHTED) + self.one(["", "", "?"]) for field in ("kind", "score", "at")}
        self.names |= params
        self.item, self.ends = "", "return"
        self.returns = returns
        steps = self.block(self.random.randrange(1, 4), top=True)
        if not _ends(steps[-1]):
            steps.append({"op": "if", "cond": self.cond(), "then": [self.back()]})
            steps.append(self.back() if self.odds(0.9) else {"op": "fail", "message": self.any("string", 1)})
        raw = {"sop": 1, "params": params, "returns": returns, "steps": steps}
        return Callee(name, raw, params, returns)

    def back(self) -> Step:
        if isinstance(self.returns, str):
            return {"op": "return", "value": self.any(self.returns, 1)}
        return {"op": "return", "value": {field: self.any(type_, 1) for field, type_ in self.returns.items()}}

    def value(self) -> Any:
        if self.odds(0.4):
            return self.any(self.one(WEIGHTED), self.depth)
        fields = {self.fresh("f"): self.any(self.one(WEIGHTED), self.depth) for _ in range(3)}
        if self.perhaps and self.odds(0.3):
            fields["whole"] = self.one(list(self.perhaps))
        return {**fields, "opt": self.optional(self.one(WEIGHTED), 1)}

    # --- steps ----------------------------------------------------------------------------------

    def block(self, length: int, top: bool = False, nested: int = 0) -> list[Step]:
        steps: list[Step] = []
        for n in range(length):
            steps += self.step(top and n == 0, nested)
            if _ends(steps[-1]):
                break
        return steps

    def step(self, first: bool, nested: int) -> list[Step]:
        roll = self.random.randrange(13)
        if (first and self.odds(0.7)) or roll in (0, 1, 2):
            return [self.fetch()]
        if roll in (3, 4, 5):
            return [self.math()]
        if roll in (6, 7) and nested < 3:
            return [self.branch(nested)]
        if roll == 8:
            return [{"op": "say", "text": self.any("string", self.depth)}]
        if roll in (9, 10):
            return self.tools()
        if self.callees:
            return [self.call()]
        return [self.math()]

    def tools(self) -> list[Step]:
        mail = {name: self.any("string", 1) for name in ("to", "subject", "body")}
        if self.odds(0.2):
            mail["html"] = self.any("string?", 1)
        if self.receipts and self.odds(0.7):
            mail["body"] = f"{mail['body']} + {self.one(self.receipts)}"
        step: Step = {"op": "tool", "tool": "email.send", "args": mail}
        if self.odds(0.4):
            name = step["name"] = self.fresh("sent")
            self.receipts.append(f"{name}.id")
        if self.odds(0.6):
            return [step]
        name = self.fresh("k")
        self.receipts.append(f"{name}.code")
        step["args"] = {**mail, "body": f"'Code ' + {name}.code + {mail['subject']}"}
        return [{"op": "tool", "name": name, "tool": "coupon.generate", "args": {}}, step]

    def math(self) -> Step:
        name = self.fresh("m")
        if self.odds(0.15):
            types = {self.fresh("g"): self.one(WEIGHTED) + self.one(["", "?"]) for _ in range(2)}
            made = "{" + ", ".join(f"{field}: {self.any(type_, 1)}" for field, type_ in types.items()) + "}"
            if self.odds(0.4):
                expr = f"{self.any('bool', 1)} ? {made} : null"
                self.perhaps[name] = types
                return {"op": "math", "name": name, "expr": expr}
            self.names |= {f"{name}.{field}": type_ for field, type_ in types.items()}
            return {"op": "math", "name": name, "expr": made}
        if self.lists and self.odds(0.1):
            rows, kind = self.rows(self.depth)
            self.lists[name] = kind
            return {"op": "math", "name": name, "expr": rows}
        if self.lists and self.odds(0.1):
            rows, kind = self.rows(self.depth)
            self.perhaps[name] = dict(self.shapes.fields[kind])
            return {"op": "math", "name": name, "expr": f"{rows}.{self.one(['first', 'last'])}()"}
        type_ = self.one(WEIGHTED)
        if self.odds(0.2) and type_ != "bool":
            type_ += "?"
        expr = self.any(type_, self.depth)
        self.names[name] = type_
        return {"op": "math", "name": name, "expr": expr}

    def branch(self, nested: int) -> Step:
        cond = self.cond()
        before = dict(self.names), dict(self.lists), dict(self.perhaps), list(self.receipts)
        then = self.block(self.random.randrange(1, 3), nested=nested + 1)
        step: Step = {"op": "if", "cond": cond, "then": then}
        self._back_to(before)
        roll = self.random.random()
        name, type_ = self.fresh("b"), self.one(WEIGHTED)
        if roll < 0.12:
            step["then"] = then if _ends(then[-1]) else [*then, self.end()]
        elif roll < 0.35 and not _ends(then[-1]):
            step["then"] = [*then, {"op": "math", "name": name, "expr": self.any(type_, 1)}]
            optional = type_ if type_ == "bool" or self.odds(0.7) else type_ + "?"
            step["else"] = [{"op": "math", "name": name, "expr": self.any(optional, 1)}]
            self._back_to(before)
            self.names[name] = optional
        elif roll < 0.45:  # bands
            step["else"] = [self.branch(nested + 1)] if nested < 3 else []
            if not step["else"]:
                del step["else"]
        elif roll < 0.75:
            step["else"] = self.block(self.random.randrange(1, 3), nested=nested + 1)
            if self.odds(0.15) and not _ends(step["else"][-1]):
                step["else"].append(self.end())
        if name not in self.names:
            self._back_to(before)
        return step

    def cond(self) -> str:
        """Write a condition that the checker does not know beforehand."""
        text = self.any("bool", self.depth)
        return text if "." in text or "size" in text else f"({text} {self.one(['&&', '||'])} {self.leaf_name()})"

    def leaf_name(self) -> str:
        found = [name for name, t in self.names.items() if t == "bool" and "." in name]
        return self.one(found) if found else "now > timestamp(7)"

    def _back_to(self, before: tuple[dict[str, str], dict[str, str], dict[str, dict[str, str]], list[str]]) -> None:
        names, lists, perhaps, receipts = before
        self.names, self.lists = dict(names), dict(lists)
        self.perhaps, self.receipts = dict(perhaps), list(receipts)

    def end(self) -> Step:
        if self.ends == "return" and self.odds(0.7):
            return self.back()
        return {"op": "fail", "message": self.any("string", 1)}

    def call(self) -> Step:
        callee = self.one(self.callees)
        name = self.fresh("called")
        args = {param: self.any(type_, 1) for param, type_ in callee.params.items()}
        if self.odds(0.7) and self.item:
            args["who"] = f"{self.item}.id"
        if self.odds(0.2):
            args.pop("extra", None)
        if isinstance(callee.returns, str):
            self.names[name] = callee.returns
        else:
            self.names |= {f"{name}.{field}": type_ for field, type_ in callee.returns.items()}
        return {"op": "call", "name": name, "script": callee.name, "args": args}

    # --- fetches --------------------------------------------------------------------------------

    def fetch(self) -> Step:
        roll = self.random.randrange(10)
        if roll == 0 and self.item:
            return self.looked_up("own", "c", f"it.id == {self.item}.id")
        if roll == 1 and self.item:
            return self.looked_up("boss", "c", f"it.id == {self.item}.boss")
        if roll in (2, 3):
            type_ = self.shapes.fields["r"]["code"]
            sought = self.any(self.one([type_, type_ + "?"]), 1)
            if self.item and self.odds(0.6):
                sought = f"{self.item}.ref"
            return self.looked_up("reg", "r", f"it.code == {sought}")
        kind = self.one(["o", "o", "o", "o", "c", "r"])
        step: Step = {"op": "fetch", "name": self.fresh("os"), "from": SOURCES[kind]}
        where = self.where(kind)
        if where:
            step["where"] = where
        if self.odds(0.25):
            step["order_by"] = self.order(kind)
        if self.odds(0.15):
            return self.single(step, kind)
        if self.odds(0.15):
            step["limit"] = self.any("int", 1) if self.odds(0.2) else self.one(["0", "1", "2", "3", "10"])
        self.lists[step["name"]] = kind
        return step

    def where(self, kind: str) -> str:
        """Write a condition; mostly one that cannot fail, with an equality that joins records with the item."""
        parts: list[str] = []
        own = self.one([f"{self.item}.id", f"{self.item}.boss"]) if self.item else self.one(["who", "who"])
        if self.odds(0.85) and kind != "r":
            field = "customer_id" if kind == "o" else "boss"
            parts.append(self.one([f"it.{field} == {own}", f"{own} == it.{field}"]))
        for _ in range(self.random.choice([0, 0, 1, 2])):
            options = list(SAFE[kind])
            if not self.item:
                options = [option for option in options if "p_" not in option]
            else:
                options += [text.format(c=self.item) for text in OF_ITEM[kind]]
            parts.append(self.one(options))
        if self.odds(0.1):
            parts.append(self.over("it", kind, "bool", 1))
        if len(parts) > 1 and self.odds(0.1):
            return f"({parts[0]} {self.one(['&&', '||'])} {parts[1]})"
        self.random.shuffle(parts)
        return " && ".join(parts)

    def order(self, kind: str) -> list[str]:
        """Write one to three keys to sort by, mostly plain fields."""
        keys = []
        for _ in range(self.random.choice([1, 1, 2, 3])):
            field = self.one(list(self.shapes.fields[kind]))
            key = f"it.{field}" if self.odds(0.85) else self.over("it", kind, self.one(WEIGHTED), 1, alone=True)
            keys.append(key + self.one(["", " desc"]))
        return keys

    def single(self, step: Step, kind: str) -> Step:
        """Make a fetch of several one of one."""
        step["one"] = self.one(["required", "optional"])
        self.bind_one(step, kind)
        return step

    def looked_up(self, stem: str, kind: str, where: str) -> Step:
        if self.odds(0.15):
            where += f" && {self.one([option for option in SAFE[kind] if 'p_' not in option])}"
        step: Step = {
            "op": "fetch", "name": self.fresh(stem), "from": SOURCES[kind], "where": where,
            "one": self.one(["required", "optional", "optional"]),
        }  # fmt: skip
        self.bind_one(step, kind)
        return step

    def bind_one(self, step: Step, kind: str) -> None:
        fields = self.shapes.fields[kind]
        if self.odds(0.15):
            step["fields"] = self.random.sample(list(fields), 3)
            fields = {name: fields[name] for name in step["fields"]}
        if step["one"] == "required":
            self.names |= {f"{step['name']}.{field}": type_ for field, type_ in fields.items()}
        else:
            self.perhaps[step["name"]] = dict(fields)
