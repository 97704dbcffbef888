"""The types of the language, their texts, and the two questions that are asked of them.

    type   := base "?"*                      (T?? is T?)
    base   := "bool" | "int" | "decimal" | "string" | "date" | "timestamp" | "duration" | "secret"
            | "list<" type ">" | "map<" type ", " type ">" | "{" [field ": " type {", " field ": " type}] "}"

``assignable`` says whether a value of one type may stand where another is wanted (int widens to
decimal, T to T?, null to T?, records field by field); ``unify`` finds the one type of two branches.
Deliberately not here: what a value of a type looks like (``kernel.values``).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from sopwb.kernel.limits import JSON_DEPTH_MAX


class Scalar(msgspec.Struct, frozen=True):
    """A type without parts: bool int decimal string date timestamp duration secret."""

    name: str


class NullType(msgspec.Struct, frozen=True):
    """The type of the literal ``null`` alone; it is assignable to every T?."""


class OptionalType(msgspec.Struct, frozen=True):
    """T?: a T or null. ``inner`` is never itself optional or null (use ``optional``)."""

    inner: Type


class ListType(msgspec.Struct, frozen=True):
    """list<T>. The element type of an empty list literal is ``NEVER``."""

    element: Type


class MapType(msgspec.Struct, frozen=True):
    """map<K, V> with K one of bool int string."""

    key: Type
    value: Type


class RecordType(msgspec.Struct, frozen=True):
    """{field: T}: fields in their declared order."""

    fields: tuple[tuple[str, Type], ...]

    def get(self, name: str) -> Type | None:
        """Give a field's type, or None where the record has no such field."""
        for field, type_ in self.fields:
            if field == name:
                return type_
        return None

    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.fields)


class NeverType(msgspec.Struct, frozen=True):
    """The element of ``[]``: assignable to everything, shown as ``never``; no value has it."""


Type: TypeAlias = Scalar | NullType | OptionalType | ListType | MapType | RecordType | NeverType

BOOL: Final = Scalar("bool")
INT: Final = Scalar("int")
DECIMAL: Final = Scalar("decimal")
STRING: Final = Scalar("string")
DATE: Final = Scalar("date")
TIMESTAMP: Final = Scalar("timestamp")
DURATION: Final = Scalar("duration")
SECRET: Final = Scalar("secret")
NULL: Final = NullType()
NEVER: Final = NeverType()

SCALARS: Final[dict[str, Scalar]] = {
    t.name: t for t in (BOOL, INT, DECIMAL, STRING, DATE, TIMESTAMP, DURATION, SECRET)
}


def optional(inner: Type) -> Type:
    """Give T? without ever nesting: optional(T?) is T?, optional(null) is null."""
    if isinstance(inner, (OptionalType, NullType)):
        return inner
    return OptionalType(inner)


def required(type_: Type) -> Type:
    """Strip one ``?``; other types stay."""
    return type_.inner if isinstance(type_, OptionalType) else type_


def is_optional(type_: Type) -> bool:
    """Whether null may be among its values."""
    return isinstance(type_, (OptionalType, NullType))


def type_text(type_: Type) -> str:
    """Write a type as the grammar above has it."""
    match type_:
        case Scalar(name):
            return name
        case NullType():
            return "null"
        case NeverType():
            return "never"
        case OptionalType(inner):
            return type_text(inner) + "?"
        case ListType(element):
            return f"list<{type_text(element)}>"
        case MapType(key, value):
            return f"map<{type_text(key)}, {type_text(value)}>"
        case RecordType(fields):
            return "{" + ", ".join(f"{name}: {type_text(t)}" for name, t in fields) + "}"


def assignable(found: Type, wanted: Type) -> bool:
    """Whether a value of type ``found`` may stand where ``wanted`` is asked for."""
    if found == wanted or isinstance(found, NeverType):
        return True
    match wanted:
        case OptionalType(inner):
            return isinstance(found, NullType) or assignable(required(found), inner)
        case Scalar("decimal"):
            return found == INT
        case ListType(element):
            return isinstance(found, ListType) and assignable(found.element, element)
        case MapType(key, value):
            return isinstance(found, MapType) and found.key == key and assignable(found.value, value)
        case RecordType(fields):
            if not isinstance(found, RecordType) or len(found.fields) != len(fields):
                return False
            return all((t := found.get(name)) is not None and assignable(t, want) for name, want in fields)
        case _:
            return False


def unify(left: Type, right: Type) -> Type | None:
    """Find the one type of two branches: int with decimal → decimal, T with null → T?; None when there is none."""
    if left == right or isinstance(right, NeverType):
        return left
    if isinstance(left, NeverType):
        return right
    if is_optional(left) or is_optional(right):
        if isinstance(left, NullType):
            return optional(right)
        if isinstance(right, NullType):
            return optional(left)
        inner = unify(required(left), required(right))
        return None if inner is None else optional(inner)
    match left, right:
        case (Scalar("int"), Scalar("decimal")) | (Scalar("decimal"), Scalar("int")):
            return DECIMAL
        case ListType(a), ListType(b):
            element = unify(a, b)
            return None if element is None else ListType(element)
        case MapType(ka, va), MapType(kb, vb) if ka == kb:
            value = unify(va, vb)
            return None if value is None else MapType(ka, value)
        case RecordType(fields), RecordType(others) if {n for n, _ in fields} == {n for n, _ in others}:
            merged: list[tuple[str, Type]] = []
            for name, type_ in fields:
                other = right.get(name)
                assert other is not None
                both = unify(type_, other)
                if both is None:
                    return None
                merged.append((name, both))
            return RecordType(tuple(merged))
        case _:
            return None


class TypeSyntaxError(ValueError):
    """A type's text is not one. ``position`` is the character where it stops being one."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def parse_type(text: str) -> Type:
    """Read a type's text. Raises ``TypeSyntaxError``."""
    reader = _Reader(text)
    type_ = reader.type(0)
    reader.end()
    return type_


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, symbol: str) -> bool:
        self.space()
        if self.text.startswith(symbol, self.at):
            self.at += len(symbol)
            return True
        return False

    def need(self, symbol: str) -> None:
        if not self.take(symbol):
            raise TypeSyntaxError(f"expected {symbol!r}", self.at)

    def word(self) -> str:
        self.space()
        begin = self.at
        while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] == "_"):
            self.at += 1
        return self.text[begin : self.at]

    def type(self, depth: int) -> Type:
        if depth > JSON_DEPTH_MAX:
            raise TypeSyntaxError("nested too deep", self.at)
        type_ = self.base(depth)
        while self.take("?"):
            type_ = optional(type_)
        return type_

    def base(self, depth: int) -> Type:
        if self.take("{"):
            return self.record(depth)
        begin = self.at
        word = self.word()
        if word in SCALARS:
            return SCALARS[word]
        if word == "list":
            self.need("<")
            element = self.type(depth + 1)
            self.need(">")
            return ListType(element)
        if word == "map":
            self.need("<")
            key = self.type(depth + 1)
            if key not in (BOOL, INT, STRING):
                raise TypeSyntaxError("a map's key is bool, int or string", begin)
            self.need(",")
            value = self.type(depth + 1)
            self.need(">")
            return MapType(key, value)
        raise TypeSyntaxError(f"{word or self.text[begin:begin + 1] or 'nothing'} is not a type", begin)

    def record(self, depth: int) -> Type:
        fields: list[tuple[str, Type]] = []
        while not self.take("}"):
            if fields:
                self.need(",")
            name = self.word()
            if not name.isascii() or not name.isidentifier():
                raise TypeSyntaxError("expected a field's name", self.at)
            if any(name == other for other, _ in fields):
                raise TypeSyntaxError(f"field {name} stands twice", self.at)
            self.need(":")
            fields.append((name, self.type(depth + 1)))
        return RecordType(tuple(fields))

    def end(self) -> None:
        self.space()
        if self.at != len(self.text):
            raise TypeSyntaxError("text after the type", self.at)
