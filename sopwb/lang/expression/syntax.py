"""The syntax tree of expressions: what the parser builds and the printer writes.

A tree says how an expression was written up to spelling: parentheses, white space, quotes, comments and the
spelling of numbers are gone, and so are second spellings of one call (``x.size()`` is ``size(x)``; see
``parse``). Spans are half-open character ranges of the text; two trees that differ only in spans mean the
same (``without_spans``). Deliberately not here: types and names that are resolved; those are the typed IR
(``lang.ir``).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from sopwb.kernel.values import Value

Span: TypeAlias = tuple[int, int]
NOWHERE: Span = (0, 0)


class Literal(msgspec.Struct, frozen=True):
    """A constant. ``kind`` is null, bool, int, decimal or string: it tells 1 from 1.0 and from true."""

    kind: str
    value: Value
    span: Span = NOWHERE


class Identifier(msgspec.Struct, frozen=True):
    name: str
    span: Span = NOWHERE


class Select(msgspec.Struct, frozen=True):
    """base.field"""

    base: Node
    field: str
    span: Span = NOWHERE
    field_span: Span = NOWHERE


class Index(msgspec.Struct, frozen=True):
    """base[index]"""

    base: Node
    index: Node
    span: Span = NOWHERE


class Call(msgspec.Struct, frozen=True):
    """name(args) or receiver.name(args). A macro's variable is its first argument, an ``Identifier``."""

    receiver: Node | None
    name: str
    args: tuple[Node, ...]
    span: Span = NOWHERE
    name_span: Span = NOWHERE


class Unary(msgspec.Struct, frozen=True):
    """``!`` or ``-``. A minus before a number literal is part of the literal."""

    op: str
    operand: Node
    span: Span = NOWHERE


class Binary(msgspec.Struct, frozen=True):
    """Any of ``* / % + - < <= > >= == != in && ||``; ``op_span`` is the operator's own place."""

    op: str
    left: Node
    right: Node
    span: Span = NOWHERE
    op_span: Span = NOWHERE


class Ternary(msgspec.Struct, frozen=True):
    """test ? then : other"""

    test: Node
    then: Node
    other: Node
    span: Span = NOWHERE


class ListLiteral(msgspec.Struct, frozen=True):
    items: tuple[Node, ...]
    span: Span = NOWHERE


class RecordLiteral(msgspec.Struct, frozen=True):
    """{name: node, …}: at least one field; ``{}`` is an empty map."""

    fields: tuple[tuple[str, Node], ...]
    span: Span = NOWHERE


class MapLiteral(msgspec.Struct, frozen=True):
    entries: tuple[tuple[Node, Node], ...]
    span: Span = NOWHERE


Node: TypeAlias = (
    Literal | Identifier | Select | Index | Call | Unary | Binary | Ternary | ListLiteral | RecordLiteral | MapLiteral
)


def children(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly below, in the order in which they are written."""
    match node:
        case Literal() | Identifier():
            return ()
        case Select(base):
            return (base,)
        case Index(base, index):
            return (base, index)
        case Call(receiver, _, args):
            return args if receiver is None else (receiver, *args)
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Ternary(test, then, other):
            return (test, then, other)
        case ListLiteral(items):
            return items
        case RecordLiteral(fields):
            return tuple(value for _, value in fields)
        case MapLiteral(entries):
            return tuple(part for entry in entries for part in entry)


def depth(node: Node) -> int:
    """Count the levels of a tree, without recursion: the bound on depth is checked with it."""
    deepest, todo = 0, [(node, 1)]
    while todo:
        at, level = todo.pop()
        deepest = max(deepest, level)
        todo.extend((child, level + 1) for child in children(at))
    return deepest


def without_spans(node: Node) -> Node:
    """Give the same tree with every span at nowhere, so that ``==`` compares what was written."""
    bare = without_spans
    match node:
        case Literal(kind, value):
            return Literal(kind, value)
        case Identifier(name):
            return Identifier(name)
        case Select(base, field):
            return Select(bare(base), field)
        case Index(base, index):
            return Index(bare(base), bare(index))
        case Call(receiver, name, args):
            return Call(None if receiver is None else bare(receiver), name, tuple(map(bare, args)))
        case Unary(op, operand):
            return Unary(op, bare(operand))
        case Binary(op, left, right):
            return Binary(op, bare(left), bare(right))
        case Ternary(test, then, other):
            return Ternary(bare(test), bare(then), bare(other))
        case ListLiteral(items):
            return ListLiteral(tuple(map(bare, items)))
        case RecordLiteral(fields):
            return RecordLiteral(tuple((name, bare(value)) for name, value in fields))
        case MapLiteral(entries):
            return MapLiteral(tuple((bare(key), bare(value)) for key, value in entries))


def path_of(node: Node) -> tuple[str, ...] | None:
    """Give the path of a name or of fields of a name (``a``, ``a.b``, ``a['b']``), else None."""
    fields: list[str] = []
    while True:
        match node:
            case Identifier(name):
                return (name, *reversed(fields))
            case Select(base, field):
                fields.append(field)
                node = base
            case Index(base, Literal("string", field)):
                fields.append(field)
                node = base
            case _:
                return None
