"""Expressions in plain English.

A value becomes a noun phrase (``orders.sum(o, o.total)`` → the sum of total over orders), a condition a
clause (``size(orders) == 0`` → there are no orders). Types, where a checked script gives them, choose between
*more than* and *after*, *highest* and *latest*. What has no plain wording is shown as it is written, between
backquotes: better exact than nice. Deliberately not here: steps (``lang.english``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.syntax import (
    Binary,
    Call,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    Node,
    RecordLiteral,
    Select,
    Ternary,
    Unary,
)
from sopwb.lang.names import macro_variable
from sopwb.lang.types import DATE, TIMESTAMP, ListType, RecordType, Type, required

_INVERSE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NUMBERS: Final = {"==": "is", "!=": "is not", "<": "is less than", ">": "is more than", "<=": "is at most",
                   ">=": "is at least"}
_TIMES: Final = {
    **_NUMBERS,
    "<": "is before",
    ">": "is after",
    "<=": "is on or before",
    ">=": "is on or after",
}
_SIGNS: Final = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_AGGREGATES: Final = {"sum": "the sum", "avg": "the average"}
_BETWEEN: Final = {"days_between": "days", "hours_between": "hours", "minutes_between": "minutes"}
_PARTS: Final = {"year": "the year", "month": "the month", "day": "the day of the month",
                 "weekday": "the weekday (1 is Monday)"}
_AFTER: Final = {"add_days": "day", "add_months": "month"}
_TEXT_TESTS: Final = {"contains": "contains", "startsWith": "begins with", "endsWith": "ends with",
                      "matches": "matches the pattern"}
_SUFFIXES: Final = {
    "lower": "in lower case",
    "upper": "in upper case",
    "lowerAscii": "in lower case",
    "upperAscii": "in upper case",
    "trim": "without white space around it",
    "math.ceil": "rounded up",
    "math.floor": "rounded down",
    "round": "rounded to a whole number",
    "reverse": "in reverse order",
    "int": "as a whole number",
    "double": "as a number",
    "math.round": "rounded to a whole number",
}


class Words(msgspec.Struct, frozen=True):
    """What is known while wording: the types of names, the variable whose fields go without an owner, and
    source names.

    ``subject`` is ``it`` inside of a filter, or a macro's variable inside of its call.
    """

    types: dict[str, Type] = {}
    subject: str = ""

    def within(self, variable: str, type_: Type | None) -> Words:
        """Words for inside of a filter or macro call over elements of ``type_``."""
        return Words(self.types if type_ is None else {**self.types, variable: type_}, variable)


def joined(parts: list[str], word: str = "and") -> str:
    """Join parts as a sentence does: ``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(text: str) -> str:
    """Quote a text for a sentence."""
    return "'" + text.replace("\n", "\\n") + "'"


def assigned(name: str, node: Node, words: Words) -> str:
    """Say a named value: ``is_risk true``, ``id = c's id``, and only ``spent`` where the value has the same
    name.
    """
    text = phrase(node, words)
    if text == name:
        return name
    literal = isinstance(node, Literal) or (isinstance(node, Binary) and _template(node, words) is not None)
    return f"{name} {text}" if literal else f"{name} = {text}"


def possessive(name: str) -> str:
    """Make a name an owner: ``customer`` → the customer's, ``c`` → c's."""
    if name == "it":
        return "that record's"
    return f"the {name}'s" if len(name) > 2 else f"{name}'s"


def type_of(node: Node, words: Words) -> Type | None:
    """Give the type of a name, field or list element where it is known."""
    match node:
        case Identifier("now"):
            return TIMESTAMP
        case Identifier("today"):
            return DATE
        case Identifier(name):
            return words.types.get(name)
        case Select(base, field):
            owner = type_of(base, words)
            record = None if owner is None else required(owner)
            return record.get(field) if isinstance(record, RecordType) else None
        case Call(receiver, "filter" | "sortBy" | "reverse" | "distinct", _) if receiver is not None:
            return type_of(receiver, words)
        case Call(receiver, "min" | "max", args) if receiver is not None:
            element = element_of(receiver, words)
            variable = macro_variable(node)
            return element if variable is None else type_of(args[-1], words.within(variable, element))
        case Call(receiver, "first" | "last", ()) if receiver is not None:
            return element_of(receiver, words)
        case Call(None, "date" | "add_days" | "add_months" | "start_of_month", _):
            return DATE
        case Call(None, "coalesce" | "must", (first, *_)):
            return type_of(first, words)
        case _:
            return None


def element_of(node: Node, words: Words) -> Type | None:
    """Give the type of a list's elements where it is known."""
    type_ = type_of(node, words)
    return type_.element if isinstance(type_, ListType) else None


def is_time(node: Node, words: Words) -> bool:
    """Whether a value is known to be a date or an instant."""
    type_ = type_of(node, words)
    return type_ is not None and required(type_) in (DATE, TIMESTAMP)


# --- values ---------------------------------------------------------------------------------------
def phrase(node: Node, words: Words) -> str:
    """Give a value as a noun phrase."""
    match node:
        case Literal(kind, value):
            return (
                quoted(str(value))
                if kind == "string"
                else "nothing"
                if kind == "null"
                else print_expression(node)
            )
        case Identifier(name):
            return "it" if name == words.subject else name
        case Select(Identifier(name), field):
            return field if name == words.subject else f"{possessive(name)} {field}"
        case Select(base, field):
            return f"the {field} of {phrase(base, words)}"
        case Index(base, Literal("int", index)):
            return f"element {index + 1} of {phrase(base, words)}"
        case Call():
            return _call(node, words)
        case Unary("-", operand):
            return f"minus {_operand(operand, words)}"
        case Binary("+", _, _) if (template := _template(node, words)) is not None:
            return template
        case Binary("+" | "-" | "*" | "/" as op, left, right):
            first = _operand(left, words)
            if isinstance(left, Call) and " " in first:
                first = f"({first})"  # the sum of total over orders − 5 would leave open what 5 is taken from
            return f"{first} {_SIGNS[op]} {_operand(right, words)}"
        case Binary("%", left, right):
            return f"the remainder of {_operand(left, words)} ÷ {_operand(right, words)}"
        case Ternary(test, then, other):
            return f"{phrase(then, words)} if {clause(test, words)}, otherwise {phrase(other, words)}"
        case ListLiteral(items):
            return joined([phrase(item, words) for item in items]) if items else "an empty list"
        case RecordLiteral(fields):
            return "a record of " + joined([f"{name}: {phrase(value, words)}" for name, value in fields])
        case Binary() | Unary():
            return f"whether {clause(node, words)}"
        case _:
            return f"`{print_expression(node)}`"


def _operand(node: Node, words: Words) -> str:
    text = phrase(node, words)
    return f"({text})" if isinstance(node, (Binary, Ternary)) and _template(node, words) is None else text


def _template(node: Node, words: Words) -> str | None:
    """Word texts that are joined as one text with its values in braces; None where no literal text is among
    them.
    """
    parts: list[Node] = []
    todo = [node]
    while todo:
        at = todo.pop()
        if isinstance(at, Binary) and at.op == "+":
            todo += (at.right, at.left)
        else:
            parts.append(at)
    if not any(isinstance(part, Literal) and part.kind == "string" for part in parts):
        return None
    text = ""
    for part in parts:
        if isinstance(part, Literal) and part.kind == "string":
            text += str(part.value)
        else:
            text += "{" + phrase(part, words) + "}"
    return quoted(text)


def _call(node: Call, words: Words) -> str:
    name = node.name
    if node.receiver is None:
        return _global(node, words)
    if isinstance(node.receiver, Identifier) and node.receiver.name == "math":
        return _math(node, words)
    over, variable = node.receiver, macro_variable(node)
    inner = words.within(variable or "", element_of(over, words))
    body = node.args[-1] if variable is not None else None
    match name:
        case "sum" | "avg":
            what = "" if body is None else f" of {phrase(body, inner)}"
            return f"{_AGGREGATES[name]}{what} {'over' if body else 'of'} {things(over, words)}"
        case "min" | "max":
            value, scope = (over, words) if body is None else (body, inner)
            time = is_time(value, scope) if body is not None else _holds_times(over, words)
            low, high = ("earliest", "latest") if time else ("lowest", "highest")
            what = "" if body is None else f" {phrase(body, inner)}"
            return f"the {low if name == 'min' else high}{what} of {things(over, words)}"
        case "count" if body is not None:
            return f"the number of {things(over, words)}{_such(body, inner)}"
        case "count":
            return f"the number of {things(over, words)}"
        case "filter" | "sortBy":
            text = things(node, words)
            return text if text.startswith("the ") else f"the {text}"
        case "map" if body is not None and len(node.args) == 2:
            each = f"of each of {things(over, words)}"
            plain = isinstance(body, Select) and body.base == Identifier(inner.subject, body.base.span)
            return (
                f"the {phrase(body, inner)} {each}"
                if plain
                else f"the list, {each.replace('of', 'for', 1)}, of {phrase(body, inner)}"
            )
        case "first" | "last" if isinstance(over, Call) and over.name == "sortBy":
            return _extreme(over, name, words)
        case "first" | "last":
            return f"the {name} of {things(over, words)}"
        case "distinct":
            return f"the different ones of {things(over, words)}"
        case "join" if len(node.args) == 1:
            return f"{things(over, words)} joined by {phrase(node.args[0], words)}"
        case _ if name in _TEXT_TESTS or name in ("exists", "all", "exists_one"):
            return f"whether {clause(node, words)}"
        case _ if name in _SUFFIXES:
            return f"{phrase(over, words)} {_SUFFIXES[name]}"
        case _:
            return f"`{print_expression(node)}`"


def _holds_times(over: Node, words: Words) -> bool:
    element = element_of(over, words)
    return element is not None and required(element) in (DATE, TIMESTAMP)


def _extreme(ordered: Call, end: str, words: Words) -> str:
    """``orders.sortBy(o, o.total).last()`` → the one of orders with the highest total."""
    assert ordered.receiver is not None, "sortBy is a method"
    variable = macro_variable(ordered)
    inner = words.within(variable or "", element_of(ordered.receiver, words))
    key = ordered.args[-1]
    first, last = ("earliest", "latest") if is_time(key, inner) else ("lowest", "highest")
    best = first if end == "first" else last
    return f"the one of {things(ordered.receiver, words)} with the {best} {phrase(key, inner)}"


def things(node: Node, words: Words) -> str:
    """Give a list as what is in it: ``orders``, ``orders whose total is more than 5``."""
    match node:
        case Call(receiver, "filter", args) if receiver is not None and (variable := macro_variable(node)):
            inner = words.within(variable, element_of(receiver, words))
            return things(receiver, words) + _such(args[-1], inner)
        case Call(receiver, "sortBy", args) if receiver is not None and (variable := macro_variable(node)):
            inner = words.within(variable, element_of(receiver, words))
            if isinstance(args[-1], Identifier) and args[-1].name == variable:
                return f"{things(receiver, words)} in rising order"
            return f"{things(receiver, words)} by rising {phrase(args[-1], inner)}"
        case _:
            return phrase(node, words)


def _such(condition: Node, inner: Words) -> str:
    return " " + whose(condition, inner)


def whose(condition: Node, words: Words) -> str:
    """Give a condition on the subject as a relative clause."""
    if _begins_with_field(condition, words):
        return f"whose {clause(condition, words)}"
    return f"for which {clause(condition, words)}"


def _begins_with_field(node: Node, words: Words) -> bool:
    match node:
        case Binary("&&" | "||", left, right):
            return _begins_with_field(left, words) and _begins_with_field(right, words)
        case Binary(_, left, _):
            return isinstance(left, Select) and left.base == Identifier(words.subject, left.base.span)
        case Select(base, _):
            return base == Identifier(words.subject, base.span)
        case Unary("!", operand):
            return _begins_with_field(operand, words)
        case Call(receiver, name, _) if receiver is not None and name in _TEXT_TESTS:
            return isinstance(receiver, Select) and receiver.base == Identifier(
                words.subject, receiver.base.span
            )
        case _:
            return False


def _global(node: Call, words: Words) -> str:
    args = node.args
    match node.name, args:
        case "size", (xs,):
            return f"the number of {things(xs, words)}"
        case ("days_between" | "hours_between" | "minutes_between") as name, (a, b):
            return f"the {_BETWEEN[name]} from {phrase(a, words)} to {phrase(b, words)}"
        case ("add_days" | "add_months") as name, (a, Literal("int", n)) if n < 0:
            return f"{_some(Literal('int', -n), _AFTER[name], words)} before {phrase(a, words)}"
        case ("add_days" | "add_months") as name, (a, n):
            return f"{_some(n, _AFTER[name], words)} after {phrase(a, words)}"
        case ("year" | "month" | "day" | "weekday") as name, (a,):
            return f"{_PARTS[name]} of {phrase(a, words)}"
        case "start_of_month", (a,):
            return f"the first day of the month of {phrase(a, words)}"
        case "date", (Literal("string", text),):
            return str(text)
        case "date", (Literal("int", y), Literal("int", m), Literal("int", d)):
            return f"{y:04}-{m:02}-{d:02}"
        case "date", (a,):
            return f"the date of {phrase(a, words)}"
        case "string", (a,):
            return phrase(a, words)
        case ("timestamp" | "duration"), (Literal("string", text),):
            return str(text)
        case "round", (a, places):
            return f"{_operand(a, words)} rounded to {_some(places, 'place', words)}"
        case "fixed", (a, places):
            return f"{_operand(a, words)} with {_some(places, 'decimal', words)}"
        case "coalesce", (a, default):
            return f"{phrase(a, words)} (or {phrase(default, words)} where there is none)"
        case "must", (a,):
            return f"{phrase(a, words)} (an error where there is none)"
        case "has", _:
            return f"whether {clause(node, words)}"
        case name, (a,) if name in _SUFFIXES:
            return f"{_operand(a, words)} {_SUFFIXES[name]}"
        case _:
            return f"`{print_expression(node)}`"


def _some(amount: Node, unit: str, words: Words) -> str:
    return f"{phrase(amount, words)} {unit}{'' if isinstance(amount, Literal) and amount.value == 1 else 's'}"


def _math(node: Call, words: Words) -> str:
    args = [phrase(arg, words) for arg in node.args]
    match node.name:
        case "abs":
            return f"the absolute value of {args[0]}" if args else "`math.abs()`"
        case "greatest" | "least" as name:
            return f"the {name} of {joined(args)}"
        case name if f"math.{name}" in _SUFFIXES and args:
            return f"{_operand(node.args[0], words)} {_SUFFIXES[f'math.{name}']}"
        case _:
            return f"`{print_expression(node)}`"


# --- conditions -----------------------------------------------------------------------------------
def clause(node: Node, words: Words, *, truth: bool = True) -> str:
    """Give a condition as a clause; with ``truth`` False, its opposite."""
    match node:
        case Unary("!", operand):
            return clause(operand, words, truth=not truth)
        case Binary("&&" | "||" as op, left, right):
            return _both(op, left, right, words, truth)
        case Binary("==" | "!=", left, Literal("bool", value)):
            return clause(left, words, truth=(value == (node.op == "==")) == truth)
        case Binary(op, left, right) if op in _INVERSE:
            return _comparison(op if truth else _INVERSE[op], left, right, words)
        case Binary("in", left, right):
            among = f"{phrase(left, words)} is {'' if truth else 'not '}one of "
            return among + (
                joined([phrase(i, words) for i in right.items], "or")
                if isinstance(right, ListLiteral)
                else things(right, words)
            )
        case Call(receiver, name, _) if receiver is not None and name in ("exists", "all", "exists_one"):
            return _quantified(node, receiver, words, truth)
        case Call(receiver, name, (arg,)) if receiver is not None and name in _TEXT_TESTS:
            verb = _TEXT_TESTS[name]
            return f"{phrase(receiver, words)} {verb if truth else _denied(verb)} {phrase(arg, words)}"
        case Call(None, "has", (arg,)):
            return f"{phrase(arg, words)} is {'there' if truth else 'missing'}"
        case Literal("bool", value):
            return "always" if value == truth else "never"
        case Identifier() | Select() | Call():
            return f"{phrase(node, words)} is {'true' if truth else 'false'}"
        case _:
            text = phrase(node, words)
            return text if truth else f"it is not so that {text}"


def _denied(verb: str) -> str:
    first, _, rest = verb.partition(" ")
    bare = "match" if first == "matches" else first.removesuffix("s")
    return f"does not {bare} {rest}".rstrip()


def _both(op: str, left: Node, right: Node, words: Words, truth: bool) -> str:
    # not (a and b) is (not a) or (not b): said so, nobody has to undo a negation of a pair.
    joining = op if truth else {"&&": "||", "||": "&&"}[op]
    parts = []
    for part in (left, right):
        text = clause(part, words, truth=truth)
        inner: Node = part
        flipped = truth
        while isinstance(inner, Unary) and inner.op == "!":
            inner, flipped = inner.operand, not flipped
        if isinstance(inner, Binary) and inner.op in ("&&", "||"):
            own = inner.op if flipped else {"&&": "||", "||": "&&"}[inner.op]
            text = f"({text})" if own != joining else text
        parts.append(text)
    return f" {'and' if joining == '&&' else 'or'} ".join(parts)


def _comparison(op: str, left: Node, right: Node, words: Words) -> str:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        op, left, right = _MIRRORED[op], right, left
    if isinstance(right, Literal) and right.kind == "null":
        return f"{phrase(left, words)} is {'missing' if op == '==' else 'there'}"
    counted = _counted(left, words)
    if counted is not None and isinstance(right, Literal) and right.kind == "int":
        return _amount(op, int(right.value), counted)
    verbs = _TIMES if is_time(left, words) or is_time(right, words) else _NUMBERS
    return f"{phrase(left, words)} {verbs[op]} {phrase(right, words)}"


def _counted(node: Node, words: Words) -> str | None:
    """What a size counts, where it is one of a list."""
    match node:
        case Call(None, "size", (xs,)) if type_of(xs, words) is None or isinstance(
            type_of(xs, words), ListType
        ):
            return things(xs, words)
        case Call(receiver, "count", ()) if receiver is not None:
            return things(receiver, words)
        case Call(receiver, "count", args) if receiver is not None and (variable := macro_variable(node)):
            return things(receiver, words) + _such(
                args[-1], words.within(variable, element_of(receiver, words))
            )
        case _:
            return None


def _amount(op: str, number: int, what: str) -> str:
    match op, number:
        case ("==" | "<=", 0) | ("<", 1):
            return f"there are no {what}"
        case ("!=" | ">", 0) | (">=", 1):
            return f"there are {what}"
        case _:
            amounts: dict[str, Callable[[], str]] = {
                "==": lambda: f"exactly {number}",
                "!=": lambda: f"not exactly {number}",
                "<": lambda: f"fewer than {number}",
                ">": lambda: f"more than {number}",
                "<=": lambda: f"at most {number}",
                ">=": lambda: f"at least {number}",
            }
            return f"there are {amounts[op]()} {what}"


def _quantified(node: Call, over: Node, words: Words, truth: bool) -> str:
    variable = macro_variable(node)
    if variable is None:
        return f"`{print_expression(node)}` is {'true' if truth else 'false'}"
    inner = words.within(variable, element_of(over, words))
    condition = node.args[-1]
    match node.name:
        case "exists":
            return f"there are {'' if truth else 'no '}{things(over, words)}{_such(condition, inner)}"
        case "exists_one":
            which = things(over, words) + _such(condition, inner)
            return f"there is {'' if truth else 'not '}exactly one of {which}"
        case _:
            every = "for every one of" if truth else "not for every one of"
            return f"{every} {things(over, words)}, {clause(condition, inner)}"
