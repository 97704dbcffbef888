"""The checker's part for unary and binary operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sopwb.kernel.diagnostics import Fix
from sopwb.lang import ir
from sopwb.lang.expression import codes
from sopwb.lang.expression.coerce import coerce, has_secret
from sopwb.lang.expression.functions import NAMED
from sopwb.lang.expression.overloads import choose
from sopwb.lang.expression.printer import print_expression
from sopwb.lang.expression.scope import ITEM, Scope
from sopwb.lang.expression.syntax import Binary, Identifier, Node, Unary
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    NEVER,
    SECRET,
    STRING,
    TIMESTAMP,
    ListType,
    MapType,
    NeverType,
    RecordType,
    Type,
    assignable,
    is_optional,
    required,
    type_text,
    unify,
)

if TYPE_CHECKING:
    from sopwb.lang.expression.check import Checker

ORDERED: Final[frozenset[Type]] = frozenset((BOOL, INT, DECIMAL, STRING, DATE, TIMESTAMP, DURATION))
"""The types whose values have an order: what ``<``, ``sortBy``, ``min`` and ``max`` take."""
_NUMBERS: Final = (INT, DECIMAL)
_COMPARE: Final = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def check_unary(checker: Checker, node: Unary, scope: Scope) -> ir.Expr | None:
    """Check ``!x`` or ``-x``."""
    if node.op == "!":
        operand = checker.condition(node.operand, scope)
        return None if operand is None else ir.Apply(BOOL, "not", (operand,))
    operand = checker.some(checker.check(node.operand, scope), node.operand)
    if operand is None:
        return None
    chosen = choose((f for f in NAMED["-"] if len(f.params) == 1), [operand.type])
    if chosen is None:
        found = type_text(operand.type)
        checker.report(codes.OPERANDS, f"- does not take {found}", node.span, expected="a number", found=found)
        return None
    function, (param,), result = chosen
    return ir.Apply(result, function.op, (coerce(operand, param),))


def check_binary(checker: Checker, node: Binary, scope: Scope) -> ir.Expr | None:
    """Check a binary operator."""
    if node.op in ("&&", "||"):
        return _logic(checker, node, scope)
    if node.op in _COMPARE and _is_twin(node, scope):
        name = print_expression(node.left)
        message = f"{name} is compared with itself here"
        checker.report(codes.SAME_SIDES, message, node.left.span, found=name, nearest=f"{ITEM}.{name}")
        return None
    left, right = checker.check(node.left, scope), checker.check(node.right, scope)
    if node.op in ("==", "!="):
        return None if left is None or right is None else _equality(checker, node, left, right)
    if node.op == "in":
        right = checker.some(right, node.right)
        return None if left is None or right is None else _membership(checker, node, left, right)
    left, right = checker.some(left, node.left), checker.some(right, node.right)
    if left is None or right is None:
        return None
    if node.op in _COMPARE:
        return _order(checker, node, left, right)
    chosen = choose((f for f in NAMED[node.op] if len(f.params) == 2), [left.type, right.type])
    if chosen is None:
        _wrong_operands(checker, node, left, right)
        return None
    function, params, result = chosen
    return ir.Apply(result, function.op, (coerce(left, params[0]), coerce(right, params[1])))


def _is_twin(node: Binary, scope: Scope) -> bool:
    """Tell a parameter that is compared with itself where the record's field of that name must have been meant."""
    match node.left, node.right, scope.type_of(ITEM):
        case Identifier(left), Identifier(right), RecordType() as record:
            return left == right and record.get(left) is not None
        case _:
            return False


def _logic(checker: Checker, node: Binary, scope: Scope) -> ir.Expr | None:
    left = checker.condition(node.left, scope)
    right = checker.condition(node.right, scope.narrow(checker.facts(node.left, scope, node.op == "&&")))
    if left is None or right is None:
        return None
    return ir.And(BOOL, left, right) if node.op == "&&" else ir.Or(BOOL, left, right)


def _equality(checker: Checker, node: Binary, left: ir.Expr, right: ir.Expr) -> ir.Expr | None:
    both = unify(left.type, right.type)
    if both is None:
        _not_comparable(checker, node, left.type, right.type)
        return None
    if has_secret(both):
        checker.report(codes.SECRET_USE, "a secret cannot be compared", node.span, found="secret")
        return None
    return ir.Apply(BOOL, _COMPARE[node.op], (coerce(left, both), coerce(right, both)))


def _order(checker: Checker, node: Binary, left: ir.Expr, right: ir.Expr) -> ir.Expr | None:
    both = unify(left.type, right.type)
    if both is None:
        _not_comparable(checker, node, left.type, right.type)
        return None
    if both not in ORDERED and not isinstance(both, NeverType):
        code = codes.SECRET_USE if both == SECRET else codes.NOT_ORDERED
        checker.report(code, f"{type_text(both)} has no order", node.span, found=type_text(both))
        return None
    return ir.Apply(BOOL, _COMPARE[node.op], (coerce(left, both), coerce(right, both)))


def _membership(checker: Checker, node: Binary, left: ir.Expr, right: ir.Expr) -> ir.Expr | None:
    match right.type:
        case ListType(element):
            both = unify(left.type, element)
            if both is not None and not has_secret(both):
                return ir.Apply(BOOL, "in_list", (coerce(left, both), coerce(right, ListType(both))))
            if both is not None:
                checker.report(codes.SECRET_USE, "a secret cannot be compared", node.span, found="secret")
                return None
            _not_comparable(checker, node, left.type, element)
        case MapType(key, _):
            if assignable(required(left.type), key):
                return ir.Apply(BOOL, "in_map", (left, right))
            _not_comparable(checker, node, left.type, key)
        case NeverType():
            return ir.Apply(BOOL, "in_list", (left, right))
        case _:
            found = type_text(right.type)
            hint = ""
            if right.type == STRING:
                hint = f"write {print_expression(node.right)}.contains({print_expression(node.left)})"
            checker.report(
                codes.OPERANDS,
                f"in needs a list or a map on its right, found {found}",
                node.right.span,
                expected="a list or a map",
                found=found,
                hint=hint,
            )
    return None


def _not_comparable(checker: Checker, node: Binary, left: Type, right: Type) -> None:
    a, b = required(left), required(right)
    hint, fix = "", None
    match node.left:
        case Binary(op, _, middle) if op in _COMPARE and BOOL in (a, b):
            second = f"{print_expression(middle)} {node.op} {print_expression(node.right)}"
            text = f"{print_expression(node.left)} && {second}"
            hint, fix = f"comparisons do not chain; write {text}", Fix(f"write {text}", text)
    if not hint and {a, b} == {DATE, TIMESTAMP}:
        hint = "take the timestamp's local date: date(…)"
        fix = _wrap(node.left if a == TIMESTAMP else node.right, "date", node)
    elif not hint and STRING in (a, b):
        other = b if a == STRING else a
        calls: dict[Type, str] = {
            INT: "int",
            DECIMAL: "double",
            DATE: "date",
            TIMESTAMP: "timestamp",
            DURATION: "duration",
        }
        call = calls.get(other)
        if call:
            hint = f"convert one side: {call}(…) or string(…)"
            fix = _wrap(node.right if a == STRING else node.left, "string", node)
    texts = type_text(left), type_text(right)
    checker.report(
        codes.NOT_COMPARABLE,
        f"{texts[0]} and {texts[1]} cannot be compared",
        node.span,
        expected=texts[0],
        found=texts[1],
        hint=hint,
        fix=fix,
    )


def _wrap(side: Node, function: str, node: Binary) -> Fix:
    """Offer the whole operation with one side wrapped in a function."""
    wrapped = f"{function}({print_expression(side)})"
    left = wrapped if side is node.left else _operand(node.left, node)
    right = wrapped if side is node.right else _operand(node.right, node)
    return Fix(f"write {wrapped}", f"{left} {node.op} {right}")


def _operand(side: Node, node: Binary) -> str:
    whole = print_expression(Binary(node.op, side, side))
    # The canonical text of a side with the parentheses that the operator asks for there.
    text = print_expression(side)
    return text if whole.startswith(f"{text} {node.op}") else f"({text})"


_ADVICE: Final[dict[tuple[str, Type, Type], str]] = {
    ("-", DATE, DATE): "days_between(earlier, later) counts the days",
    ("-", DATE, TIMESTAMP): "days_between(earlier, later) counts the days",
    ("-", TIMESTAMP, DATE): "days_between(earlier, later) counts the days",
    ("+", DATE, INT): "add_days(date, n) gives a later date",
    ("-", DATE, INT): "add_days(date, -n) gives an earlier date",
    ("+", DATE, DURATION): "add_days(date, n) gives a later date",
    ("-", DATE, DURATION): "add_days(date, -n) gives an earlier date",
    ("+", TIMESTAMP, INT): "add a duration: now + duration('24h')",
    ("-", TIMESTAMP, INT): "subtract a duration: now - duration('24h')",
    ("%", DECIMAL, INT): "% is for ints: int(x) cuts a decimal",
    ("%", DECIMAL, DECIMAL): "% is for ints: int(x) cuts a decimal",
    ("%", INT, DECIMAL): "% is for ints: int(x) cuts a decimal",
}


def _wrong_operands(checker: Checker, node: Binary, left: ir.Expr, right: ir.Expr) -> None:
    a, b = left.type, right.type
    texts = type_text(a), type_text(b)
    hint, fix = _ADVICE.get((node.op, a, b), ""), None
    if SECRET in (a, b) and node.op == "+" and NEVER not in (a, b):
        hint = "a secret joins texts only: string(…)"
    elif node.op == "+" and STRING in (a, b):
        side = node.right if a == STRING else node.left
        if (b if a == STRING else a) in ORDERED:
            hint, fix = "a text joins texts: string(…)", _wrap(side, "string", node)
    elif STRING in (a, b) and (a in _NUMBERS or b in _NUMBERS):
        hint = "a text becomes a number with int(…) or double(…)"
    assert not is_optional(a), "null was refused before"
    assert not is_optional(b), "null was refused before"
    checker.report(
        codes.OPERANDS,
        f"{node.op} does not take {texts[0]} and {texts[1]}",
        node.span,
        expected=_taken(node.op),
        found=f"{texts[0]} and {texts[1]}",
        hint=hint,
        fix=fix,
    )


def _taken(op: str) -> str:
    """List what an operator takes: ``int + int, string + string``."""
    pairs = [f for f in NAMED[op] if len(f.params) == 2]
    return ", ".join(dict.fromkeys(f"{type_text(f.params[0])} {op} {type_text(f.params[1])}" for f in pairs))
