"""The printer: syntax tree → canonical text.

One space around binary operators, ``?``, ``:`` and after commas; parentheses only where the tree needs them;
single quotes; decimals shortest, with ``.0`` where they would else read as ints. Reading the text gives the
same tree again. This text is hashed as part of a script's identity, so it never changes; what is escaped is a
fixed list for that reason (no property of a version of Unicode is asked, but the normal form, which is stable
by Unicode's own promise).
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Final

from sopwb.kernel.values import Value, decimal_text
from sopwb.lang.expression.parse import POWERS
from sopwb.lang.expression.syntax import (
    Binary,
    Call,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    MapLiteral,
    Node,
    RecordLiteral,
    Select,
    Ternary,
    Unary,
)

_TERNARY: Final = 1
_UNARY: Final = 7
_MEMBER: Final = 8
_NAMED: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INVISIBLE: Final = frozenset(
    [chr(n) for n in (*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, 0xFEFF)]
    + [chr(n) for n in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))]
)
"""Controls, line separators, joiners and direction marks: a reader could not see them."""


def print_expression(node: Node) -> str:
    """Write a tree canonically."""
    return _print(node, 0)


def _print(node: Node, least: int) -> str:
    """Write a node, in parentheses when it binds more loosely than ``least``."""
    match node:
        case Literal(kind, value):
            return literal_text(kind, value)
        case Identifier(name):
            return name
        case Select(base, field):
            return f"{_print(base, _MEMBER)}.{field}"
        case Index(base, index):
            return f"{_print(base, _MEMBER)}[{_print(index, 0)}]"
        case Call(receiver, name, args):
            inside = ", ".join([_print(arg, 0) for arg in args])
            return f"{name}({inside})" if receiver is None else f"{_print(receiver, _MEMBER)}.{name}({inside})"
        case Unary(op, operand):
            text = _print(operand, _UNARY)
            if op == "-" and text[0].isdigit():
                text = f"({text})"  # -5.f() would take the minus into the literal
            text, power = op + text, _UNARY
        case Binary(op, left, right):
            power = POWERS[op]
            text = f"{_print(left, power)} {op} {_print(right, power + 1)}"
        case Ternary(test, then, other):
            power = _TERNARY
            text = f"{_print(test, 2)} ? {_print(then, 2)} : {_print(other, _TERNARY)}"
        case ListLiteral(items):
            return "[" + ", ".join([_print(item, 0) for item in items]) + "]"
        case RecordLiteral(fields):
            return "{" + ", ".join([f"{name}: {_print(value, 0)}" for name, value in fields]) + "}"
        case MapLiteral(entries):
            return "{" + ", ".join([f"{_key(key)}: {_print(value, 0)}" for key, value in entries]) + "}"
    return f"({text})" if power < least else text


def _key(node: Node) -> str:
    return f"({node.name})" if isinstance(node, Identifier) else _print(node, 0)


def literal_text(kind: str, value: Value) -> str:
    """Write a literal of kind null, bool, int, decimal or string."""
    match kind:
        case "null":
            return "null"
        case "bool":
            return "true" if value else "false"
        case "int":
            return str(value)
        case "decimal":
            text = decimal_text(Decimal(value))
            return text if "." in text else text + ".0"
        case _:
            return quoted(value)


def quoted(text: str) -> str:
    """Write a text in single quotes so that every character in it can be seen, and stays in normal form."""
    plain = text.isascii() or unicodedata.is_normalized("NFC", text)
    parts = []
    for char in text:
        if char in _NAMED:
            parts.append(_NAMED[char])
        elif char in _INVISIBLE or (not plain and not char.isascii()):
            parts.append(f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}")
        else:
            parts.append(char)
    return "'" + "".join(parts) + "'"
