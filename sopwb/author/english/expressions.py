"""Expressions as text with their binding strength, and conditions with what they make known.

Deliberately not here: what is written with them (``testing``, ``lower``, ``compute``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from sopwb.author.english.spec import Expr
from sopwb.lang.types import BOOL, DECIMAL, INT, ListType, RecordType, Type, required, type_text

NUMERIC: Final = (INT, DECIMAL)
OR, AND, EQ, ADD, MUL, NOT, ATOM = 1, 2, 3, 4, 5, 6, 9
"""How tightly operators bind, loosest first; a conditional is 0."""


def wrap(expr: Expr, level: int) -> str:
    """Write an operand, in brackets where it binds less tightly than its place needs."""
    return f"({expr.text})" if expr.level < level else expr.text


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


class Truths:
    """A condition written out, with what holds when it is true and when it is false."""

    def __init__(
        self,
        text: str,
        level: int = ATOM,
        yes: frozenset[str] = frozenset(),
        no: frozenset[str] = frozenset(),
    ) -> None:
        self.text, self.level, self.yes, self.no = text, level, yes, no

    def expr(self) -> Expr:
        return Expr(self.text, BOOL, self.level)


TRUE, FALSE = Truths("true"), Truths("false")


def plain(number: Decimal) -> str:
    """Write a number in its shortest form."""
    return format(number.normalize(), "f")


def base_type(type_: Type) -> Type:
    """Give the type that an untyped parameter takes beside a value of ``type_``."""
    base = required(type_)
    return DECIMAL if base == INT else base


def kind_of(type_: Type) -> str:
    """Say what a type is, in words."""
    base = required(type_)
    names = {
        "int": "a whole number",
        "decimal": "a number",
        "string": "a text",
        "bool": "true or false",
        "date": "a date",
        "timestamp": "a point in time",
    }
    return (
        "a list"
        if isinstance(base, ListType)
        else "a record"
        if isinstance(base, RecordType)
        else names.get(type_text(base), type_text(base))
    )
