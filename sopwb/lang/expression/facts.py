"""Facts: what a condition that holds (or does not) says about nulls and empty lists.

Read from: ``x == null`` and ``x != null`` for a name or field path; ``size(xs)`` against an int literal,
either way round and with any comparison; ``has(a.b)``; a name bound to a condition; through ``!``, ``&&``,
``||``, ``?:`` and a comparison with ``true`` or ``false``. Everything else says nothing, which is always
sound.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from sopwb.lang.expression.scope import NOTHING, Facts, Path, Scope
from sopwb.lang.expression.syntax import (
    Binary,
    Call,
    Identifier,
    ListLiteral,
    Literal,
    Node,
    Ternary,
    Unary,
    path_of,
)

_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_KEEPS_SIZE: Final = frozenset(("sortBy", "reverse", "distinct"))


def facts_of(node: Node, scope: Scope, truth: bool) -> Facts:
    """Give what is known when the condition ``node`` has been found to be ``truth``."""
    match node:
        case Identifier(name):
            return scope.condition(name, truth)
        case Unary("!", operand):
            return facts_of(operand, scope, not truth)
        case Binary("&&" | "||", left, right):
            # `a && b` true and `a || b` false say both; else the left decided, or only the right did.
            decided = node.op == "||"
            first = facts_of(left, scope, not decided).both(facts_of(right, scope, truth))
            return first if truth != decided else facts_of(left, scope, decided).either(first)
        case Ternary(test, then, other):
            one = facts_of(test, scope, True).both(facts_of(then, scope, truth))
            return one.either(facts_of(test, scope, False).both(facts_of(other, scope, truth)))
        case Call(None, "has", (argument,)):
            path = path_of(argument)
            return _nonnull(path) if truth else NOTHING
        case Binary(op, left, right) if op in _COMPARE:
            return _compared(op, left, right, scope, truth)
        case _:
            return NOTHING


def _compared(op: str, left: Node, right: Node, scope: Scope, truth: bool) -> Facts:
    if op in ("==", "!="):
        same = truth == (op == "==")
        for one, other in ((left, right), (right, left)):
            match one:
                case Literal("null"):
                    return NOTHING if same else _nonnull(path_of(other))
                case Literal("bool", value):
                    return facts_of(other, scope, value if same else not value)
    compare = _COMPARE[op]
    match left, right:
        case Call(None, "size", (xs,)), Literal("int" | "decimal", bound):
            at_zero = compare(0, bound)
        case Literal("int" | "decimal", bound), Call(None, "size", (xs,)):
            at_zero = compare(bound, 0)
        case _:
            return NOTHING
    # A size is never negative, so it is not 0 exactly when the comparison at 0 would have come out otherwise.
    path = path_of(xs)
    return Facts(nonempty=frozenset((path,))) if path is not None and at_zero != truth else NOTHING


def _nonnull(path: Path | None) -> Facts:
    return NOTHING if path is None else Facts(nonnull=frozenset((path,)))


def is_nonempty(node: Node, scope: Scope) -> bool:
    """Whether the list that ``node`` gives is known to have an element."""
    match node:
        case ListLiteral(items):
            return bool(items)
        case Call(receiver, name, args) if receiver is not None and (
            name in _KEEPS_SIZE or (name == "map" and len(args) == 2)
        ):
            return is_nonempty(receiver, scope)
        case Binary("+", left, right):
            return is_nonempty(left, scope) or is_nonempty(right, scope)
        case Ternary(_, then, other):
            return is_nonempty(then, scope) and is_nonempty(other, scope)
        case _:
            path = path_of(node)
            return path is not None and scope.is_nonempty(path)
