"""Facts: what a condition that holds (or does not) says about nulls and empty lists.

Read from: ``x == null`` and ``x != null`` for a name or field path; ``size(xs)`` against an int literal,
either way round and with any comparison; ``has(a.b)``; a name bound to a condition; through ``!``, ``&&``,
``||``, ``?:`` and a comparison with ``true`` or ``false``. Everything else says nothing, which is always
sound.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, TypeAlias

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


_Both: TypeAlias = tuple[Facts, Facts]
"""What is known when a condition is true, and when it is false."""
_NEITHER: Final[_Both] = (NOTHING, NOTHING)


def facts_of(node: Node, scope: Scope, truth: bool) -> Facts:
    """Give what is known when the condition ``node`` has been found to be ``truth``."""
    return Reader().facts(node, scope, truth)


class Reader:
    """Reads facts, each node once: the checker asks for the same conditions at every level around them.

    A reader belongs to one tree and to scopes with the same bool names bound to conditions.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, tuple[Node, _Both]] = {}

    def facts(self, node: Node, scope: Scope, truth: bool) -> Facts:
        """Give what is known when the condition ``node`` has been found to be ``truth``."""
        return self._both(node, scope)[0 if truth else 1]

    def _both(self, node: Node, scope: Scope) -> _Both:
        # Both answers come of one walk: asked for one by one they would ask for each other's twice at every level.
        found = self._known.get(id(node))
        if found is not None:
            return found[1]
        both = self._read(node, scope)
        self._known[id(node)] = node, both  # the node is kept, so that its id stays its own
        return both

    def _read(self, node: Node, scope: Scope) -> _Both:
        match node:
            case Identifier(name):
                return scope.condition(name, True), scope.condition(name, False)
            case Unary("!", operand):
                return self._both(operand, scope)[::-1]
            case Binary("&&", left, right):
                return _and(self._both(left, scope), self._both(right, scope))
            case Binary("||", left, right):
                # a || b is !(!a && !b)
                return _and(self._both(left, scope)[::-1], self._both(right, scope)[::-1])[::-1]
            case Ternary(test, then, other):
                (yes, no), one, two = (self._both(part, scope) for part in (test, then, other))
                return yes.both(one[0]).either(no.both(two[0])), yes.both(one[1]).either(no.both(two[1]))
            case Call(None, "has", (argument,)):
                return _nonnull(path_of(argument)), NOTHING
            case Binary(op, left, right) if op in _COMPARE:
                return self._compared(op, left, right, scope)
            case _:
                return _NEITHER

    def _compared(self, op: str, left: Node, right: Node, scope: Scope) -> _Both:
        if op in ("==", "!="):
            for one, other in ((left, right), (right, left)):
                match one:
                    case Literal("null"):
                        found = (NOTHING, _nonnull(path_of(other)))
                        return found if op == "==" else found[::-1]
                    case Literal("bool", value):
                        known = self._both(other, scope)
                        return known if value == (op == "==") else known[::-1]
        return _sized(_COMPARE[op], left, right)


def _and(left: _Both, right: _Both) -> _Both:
    """Both held; or the left did not, or it did and the right did not."""
    return left[0].both(right[0]), left[1].either(left[0].both(right[1]))


def _sized(compare: Callable[[Any, Any], Any], left: Node, right: Node) -> _Both:
    """Read a comparison of ``size(xs)`` with a number."""
    match left, right:
        case Call(None, "size", (xs,)), Literal("int" | "decimal", bound):
            at_zero = compare(0, bound)
        case Literal("int" | "decimal", bound), Call(None, "size", (xs,)):
            at_zero = compare(bound, 0)
        case _:
            return _NEITHER
    path = path_of(xs)
    if path is None:
        return _NEITHER
    # A size is never negative, so it is not 0 exactly when the comparison at 0 would have come out otherwise.
    filled = Facts(nonempty=frozenset((path,)))
    return (NOTHING, filled) if at_zero else (filled, NOTHING)


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
