"""The text of a TinyDB file: read exactly, and written again in the file's own layout.

Numbers keep their digits and documents their order. The layout is that of ``json.dumps``, in one line or indented, or
a document a line; a file that has another is written with a document a line. The text of a document that did not change
is not made again. Deliberately not here: what the tables mean (``tinydb``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from sopwb.kernel.canonical import parse_json

Tables: TypeAlias = dict[str, dict[str, Any]]
_ALL: Final = 1_000
"""More levels than JSON may have here."""
_DOCUMENTS: Final = 2
"""Levels above the documents: the file and its tables."""


class _Style(msgspec.Struct, frozen=True):
    """``breaks``: so many levels have a member a line, indented by ``indent``; ``plain``: only ASCII."""

    breaks: int
    indent: str
    comma: str
    colon: str
    plain: bool

    def joined(self, members: list[str], depth: int, ends: str) -> str:
        """Put members between brackets, at a depth."""
        if not members:
            return ends
        if depth >= self.breaks:
            return ends[0] + self.comma.join(members) + ends[1]
        line = "\n" + self.indent * (depth + 1)
        return ends[0] + line + f",{line}".join(members) + "\n" + self.indent * depth + ends[1]

    def text(self, value: Any, depth: int) -> str:
        """Write a value that stands at a depth."""
        match value:
            case None:
                return "null"
            case bool():
                return "true" if value else "false"
            case str():
                return self.word(value)
            case int() | Decimal():
                return str(value)
            case dict():
                members = [f"{self.word(k)}{self.colon}{self.text(v, depth + 1)}" for k, v in value.items()]
                return self.joined(members, depth, "{}")
            case _:
                return self.joined([self.text(item, depth + 1) for item in value], depth, "[]")

    @property
    def word(self) -> Callable[[str], str]:
        """Writes a text in quotes."""
        return json.encoder.encode_basestring_ascii if self.plain else json.encoder.encode_basestring


class Text:
    """A file's tables, changed by ``put`` and ``drop`` only. Raises ``ValueError`` for what is no JSON object."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8-sig")
        found: Any = parse_json(text)
        if not isinstance(found, dict) or not all(isinstance(table, dict) for table in found.values()):
            raise ValueError("an object of tables was expected")
        self.tables: Tables = found
        body = text.rstrip()
        self._tail = text[len(body) :]
        self._made: dict[tuple[str, str], str] = {}
        self._style = self._found(body)

    def put(self, table: str, number: str, document: dict[str, Any]) -> None:
        """Set a document."""
        self.tables[table][number] = document
        self._made.pop((table, number), None)

    def drop(self, table: str, number: str) -> None:
        """Remove a document."""
        del self.tables[table][number]
        self._made.pop((table, number), None)

    def bytes(self) -> bytes:
        """Write the file."""
        return (self._body() + self._tail).encode("utf-8")

    def _body(self) -> str:
        style = self._style
        word, colon = style.word, style.colon
        tables: list[str] = []
        for name, documents in self.tables.items():
            lines = [f"{word(number)}{colon}{self._document(name, number)}" for number in documents]
            tables.append(f"{word(name)}{colon}{style.joined(lines, 1, '{}')}")
        return style.joined(tables, 0, "{}")

    def _document(self, table: str, number: str) -> str:
        made = self._made.get((table, number))
        if made is None:
            made = self._made[table, number] = self._style.text(self.tables[table][number], _DOCUMENTS)
        return made

    def _found(self, body: str) -> _Style:
        """Find the layout that writes what was read; where there is none, a document a line."""
        plain = body.isascii()
        lines = re.match(r"\{\n([ \t]*)", body)
        if lines is None:
            styles = [_Style(0, "", ", ", ": ", plain), _Style(0, "", ",", ":", plain)]
        else:
            styles = [_Style(_ALL, lines[1], ", ", ": ", plain), _Style(_DOCUMENTS, lines[1], ", ", ": ", plain)]
        for style in styles:
            self._style = style
            if self._body() == body:
                return style
            self._made.clear()
        return styles[0] if lines is None and "\n" not in body else _Style(_DOCUMENTS, "  ", ", ", ": ", plain)
