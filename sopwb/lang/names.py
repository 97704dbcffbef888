"""Which names an expression mentions, and where: for edits, and so that one mistake is told once.

A macro's variable (``orders.sum(o, o.total)``) is a name of its own inside of its call, never a mention of a
step's name. Deliberately not here: what a name means (``lang.expression.scope``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sopwb.lang.expression.functions import FOLDS, NAMESPACES
from sopwb.lang.expression.syntax import Call, Identifier, Node, Span, children

MACROS: Final = frozenset(function.name for function in FOLDS.values())
"""Methods whose first argument may be a variable of their own."""


def mentions(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[tuple[str, Span]]:
    """Give every free name and its place, in the order of the tree."""
    match node:
        case Identifier(name, span):
            if name not in bound:
                yield name, span
        case Call(receiver, name, args):
            if receiver is not None and not (
                isinstance(receiver, Identifier) and receiver.name in NAMESPACES
            ):
                yield from mentions(receiver, bound)
            variable = macro_variable(node)
            if variable is not None:
                bound, args = bound | {variable}, args[1:]
            for arg in args:
                yield from mentions(arg, bound)
        case _:
            for child in children(node):
                yield from mentions(child, bound)


def macro_variable(node: Call) -> str | None:
    """Give the variable of a macro's call, or None where the call has none."""
    if node.receiver is None or node.name not in MACROS or len(node.args) < 2:
        return None
    first = node.args[0]
    return first.name if isinstance(first, Identifier) else None


def mentioned(node: Node) -> frozenset[str]:
    """Give the free names of an expression."""
    return frozenset(name for name, _ in mentions(node))


def all_names(node: Node) -> frozenset[str]:
    """Give every name of an expression, macro variables too."""
    found: set[str] = set()
    todo = [node]
    while todo:
        at = todo.pop()
        if isinstance(at, Identifier):
            found.add(at.name)
        todo.extend(children(at))
    return frozenset(found)


def renamed(text: str, node: Node, old: str, new: str) -> str:
    """Write ``new`` wherever ``text`` mentions the free name ``old``; everything else stays as it was spelt.
    """
    for _, (start, end) in sorted(
        (m for m in mentions(node) if m[0] == old), key=lambda m: m[1], reverse=True
    ):
        text = text[:start] + new + text[end:]
    return text
