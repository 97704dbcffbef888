"""A whole script in plain English: what a person reads and confirms before it is frozen.

One sentence a step, a line each, the steps of a branch or loop indented below it unless they are one short
sentence. Every threshold, filter, message and effect is said, with the script's own names; nothing is left
out but notes and step ids. Words of expressions are ``lang.wording``'s.
"""

from __future__ import annotations

from typing import Final, assert_never

from sopwb.kernel.ids import short_id
from sopwb.lang import ir
from sopwb.lang import script as ast
from sopwb.lang.expression.syntax import Binary, Identifier, Select
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
    OptionalType,
    RecordType,
    Type,
    type_text,
)
from sopwb.lang.wording import Words, assigned, clause, joined, phrase, things, whose

_TYPES: Final = {
    BOOL: "true or false",
    INT: "a whole number",
    DECIMAL: "a number",
    STRING: "text",
    DATE: "a date",
    TIMESTAMP: "a date and time",
    DURATION: "a length of time",
    SECRET: "a secret",
}
_INLINE_CHARS_MAX: Final = 160
"""A branch of one step stays on its condition's line up to here."""


def english(tree: ast.Script, checked: ir.Script | None) -> str:
    """Say a script in plain English, a line a sentence.

    ``checked`` gives the types that choose between words (more than, after); without it the wording is still
    exact.
    """
    lines: list[str] = []
    if tree.params:
        lines.append(f"Takes {joined([f'{name} ({type_words(type_)})' for name, type_ in tree.params])}.")
    if tree.returns is not None:
        lines.append(f"Gives {_returns_words(tree.returns)}.")
    types = dict(tree.params)
    kinds = {} if checked is None else _names(checked.steps)
    needs = {} if checked is None else {need.name: need for need in checked.reads}
    _Teller({**types, **kinds}, needs).steps(tree.steps, 0, lines)
    return "\n".join(lines)


def type_words(type_: Type) -> str:
    """Say a type in plain words."""
    match type_:
        case OptionalType(inner):
            return f"{type_words(inner)}, or nothing"
        case ListType(element):
            return f"a list of: {type_words(element)}"
        case MapType() | RecordType():
            return type_text(type_)
        case _:
            return next((words for known, words in _TYPES.items() if known == type_), type_text(type_))


def _returns_words(returns: Type) -> str:
    if isinstance(returns, RecordType):
        return joined([f"{name} ({type_words(type_)})" for name, type_ in returns.fields])
    return type_words(returns)


def _names(steps: tuple[ir.Step, ...]) -> dict[str, Type]:
    """The types of all names that the steps bind; one that is bound twice has either's, which words the
    same.
    """
    found: dict[str, Type] = {}
    for step in steps:
        match step:
            case (
                ir.Fetch(name=name, type=type_)
                | ir.Call(name=name, type=type_)
                | ir.Tool(name=name, type=type_)
            ):
                found[name] = type_
            case ir.Math(_, name, code):
                found[name] = code.type
            case ir.If():
                found |= _names(step.then) | _names(step.else_)
            case ir.Each():
                found |= {step.as_: step.item_type, **_names(step.do)}
                if step.type is not None:
                    found[step.name] = step.type
            case _:
                pass
    return found


class _Teller:
    def __init__(self, types: dict[str, Type], needs: dict[str, ir.SourceNeed]) -> None:
        self.words = Words(types)
        self.needs = needs

    def steps(self, body: tuple[ast.Step, ...], depth: int, lines: list[str]) -> None:
        ended = False
        for step in body:
            start = len(lines)
            self.step(step, depth, lines)
            if ended and isinstance(step, (ast.IfStep, ast.ReturnStep, ast.FailStep)):
                lines[start] = _otherwise(lines[start])
            ended = isinstance(step, ast.IfStep) and not step.else_ and _ends(step.then)

    def step(self, step: ast.Step, depth: int, lines: list[str]) -> None:
        pad = "  " * depth
        match step:
            case ast.IfStep():
                self.branches(step, depth, lines)
            case ast.EachStep():
                lines.append(f"{pad}For every {self.items(step)}:")
                self.steps(step.do, depth + 1, lines)
                if step.yield_ is not None:
                    lines.append(f"{pad}  Collect {self.value(step.yield_)} in {step.name}.")
            case _:
                lines.append(f"{pad}{self.sentence(step)}")

    # --- branches ---------------------------------------------------------------------------------
    def branches(self, step: ast.IfStep, depth: int, lines: list[str]) -> None:
        """Say an if; an else that holds one if goes on as the next band."""
        pad = "  " * depth
        self.branch(f"{pad}If {self.clause(step.cond)}", step.then, depth, lines)
        if not step.else_:
            return
        if len(step.else_) == 1 and isinstance(step.else_[0], ast.IfStep):
            start = len(lines)
            self.branches(step.else_[0], depth, lines)
            lines[start] = _otherwise(lines[start])
        else:
            self.branch(f"{pad}Otherwise", step.else_, depth, lines)

    def branch(self, head: str, body: tuple[ast.Step, ...], depth: int, lines: list[str]) -> None:
        if not body:
            lines.append(f"{head}, do nothing.")
            return
        if len(body) == 1 and not isinstance(body[0], (ast.IfStep, ast.EachStep)):
            line = f"{head}, {_lower_first(self.sentence(body[0]))}"
            if len(line) <= _INLINE_CHARS_MAX:
                lines.append(line)
                return
        lines.append(f"{head}:")
        self.steps(body, depth + 1, lines)

    # --- sentences --------------------------------------------------------------------------------
    def sentence(self, step: ast.Step) -> str:
        match step:
            case ast.FetchStep():
                return self.fetch(step)
            case ast.MathStep():
                return f"Let {step.name} be {self.phrase(step.expr)}."
            case ast.CallStep():
                called = step.script or short_id(step.pin)
                result = f" and call its result {step.name}" if step.name else ""
                return f"Run {called}{self.args(step.args)}{result}."
            case ast.ToolStep():
                result = f" and call its result {step.name}" if step.name else ""
                return f"Use {step.tool}{self.args(step.args)}{result}{_policy(step.on_error)}."
            case ast.WriteStep():
                return f"{self.write(step)}{_policy(step.on_error)}."
            case ast.SayStep():
                return f"Say {self.phrase(step.text)}."
            case ast.FailStep():
                return f"Stop with the error {self.phrase(step.message)}."
            case ast.ReturnStep():
                return "Stop here." if step.value is None else f"Return {self.value(step.value)}."
            case ast.IfStep() | ast.EachStep():
                raise AssertionError("steps that hold steps are more than a sentence")
            case _:
                assert_never(step)

    def write(self, step: ast.WriteStep) -> str:
        key = "" if step.key is None else f" with the key {self.phrase(step.key)}"
        has = joined([self.assigned(name, e) for name, e in step.record])
        match step.mode:
            case "insert":
                return f"Add a record to {step.into}{key}" + (f" that has {has}" if has else "")
            case "delete":
                return f"Delete the record of {step.into}{key}"
            case mode:
                verb = "Add or change" if mode == "upsert" else "Change"
                return f"{verb} the record of {step.into}{key}" + (f", so that it has {has}" if has else "")

    def fetch(self, step: ast.FetchStep) -> str:
        which = self.filtered(step.source, step.where, step.order_by)
        if not step.one:
            limit = "" if step.limit is None else f", at most {self.phrase(step.limit)}"
            if step.name == step.source:
                return f"Find the {step.source}{which}{limit}{_fields(step)}."
            return f"Find {step.name}, the records of {step.source}{which}{limit}{_fields(step)}."
        first = "the first record" if step.order_by else "the record"
        return f"Find {step.name}, {first} of {step.source}{which}{_fields(step)} ({self.absence(step)})."

    def absence(self, step: ast.FetchStep) -> str:
        """What happens where not exactly one record is found."""
        need = self.needs.get(step.source)
        if step.where is not None and need is not None and _is_lookup(step.where, need.key):
            return "an unknown one is an error" if step.one == "required" else "there may be none"
        if step.order_by:
            return "none is an error" if step.one == "required" else "there may be none"
        return (
            "none or several is an error"
            if step.one == "required"
            else "there may be none; several is an error"
        )

    def filtered(self, source: str, where: ast.Expression | None, order_by: tuple[ast.OrderBy, ...]) -> str:
        need = self.needs.get(source)
        words = self.words.within("it", None if need is None else need.record)
        text = ""
        if where is not None:
            text = f" where `{where.text}`" if where.node is None else f" {whose(where.node, words)}"
        if order_by:
            text += ", ordered by " + joined([self.order(order, words) for order in order_by])
        return text

    def order(self, order: ast.OrderBy, words: Words) -> str:
        text = (
            f"`{order.expression.text}`"
            if order.expression.node is None
            else phrase(order.expression.node, words)
        )
        return f"{text} (falling)" if order.descending else text

    def items(self, step: ast.EachStep) -> str:
        if step.over is None:
            return (
                f"record {step.as_} of {step.source}{self.filtered(step.source, step.where, step.order_by)}"
            )
        over = f"`{step.over.text}`" if step.over.node is None else things(step.over.node, self.words)
        return f"{step.as_} of {over}"

    def phrase(self, expression: ast.Expression) -> str:
        return f"`{expression.text}`" if expression.node is None else phrase(expression.node, self.words)

    def clause(self, expression: ast.Expression) -> str:
        return f"`{expression.text}`" if expression.node is None else clause(expression.node, self.words)

    def value(self, value: ast.Value) -> str:
        value = ast.as_record(value)
        if isinstance(value, ast.Expression):
            return self.phrase(value)
        return joined([self.assigned(name, e) for name, e in value.fields]) or "an empty record"

    def assigned(self, name: str, expression: ast.Expression) -> str:
        if expression.node is None:
            return f"{name} `{expression.text}`"
        return assigned(name, expression.node, self.words)

    def args(self, args: tuple[tuple[str, ast.Expression], ...]) -> str:
        return f" with {joined([self.assigned(name, e) for name, e in args])}" if args else ""


def _is_lookup(where: ast.Expression, key: str | None) -> bool:
    """Whether a filter asks for the one record with a key."""
    match where.node:
        case Binary("==", Select(Identifier("it"), field), _) | Binary(
            "==", _, Select(Identifier("it"), field)
        ):
            return field == key
        case _:
            return False


def _fields(step: ast.FetchStep) -> str:
    return f", only {joined(list(step.fields))}" if step.fields else ""


def _policy(policy: ast.ErrorPolicy | None) -> str:
    if policy is None:
        return ""
    retry = policy.retry
    again = (
        ""
        if retry is None
        else f"try again up to {retry.times} times, beginning after {retry.base_ms} ms, then "
    )
    then = {"fail": "stop", "skip": "go on without it", "dead_letter": "set the item aside"}[policy.then]
    return f" (on an error: {again}{then})"


def _ends(body: tuple[ast.Step, ...]) -> bool:
    """Whether every path of the steps ends in a return or a fail."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.IfStep):
        return _ends(last.then) and _ends(last.else_)
    return isinstance(last, (ast.ReturnStep, ast.FailStep))


def _otherwise(line: str) -> str:
    text = line.lstrip()
    return f"{line[: len(line) - len(text)]}Otherwise, {_lower_first(text)}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
