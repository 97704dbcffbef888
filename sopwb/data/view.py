"""A source as people and authors see it: where it is, its fields, and what stands in them.

Deliberately not here: printing (``cli``, ``tui``), and secrets, which no source holds.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sopwb.data.declaration import SourceDeclaration
from sopwb.kernel.limits import VIEW_EXAMPLES_MAX, VIEW_TEXT_CHARS_MAX
from sopwb.kernel.values import Value, show
from sopwb.lang.types import Scalar, required, type_text
from sopwb.run.ports import Table

_ORDERED = frozenset(("int", "decimal", "date", "timestamp", "duration"))


class FieldView(msgspec.Struct, frozen=True):
    """A field: its name in scripts, its ``original`` name in the source, its type's text, and its values.

    ``least`` and ``greatest`` are canonical texts of numbers and times ("" elsewhere and where all are null);
    ``examples`` are up to 20 distinct texts of a string field in key order, ``examples_all`` says that there
    are no others.
    """

    name: str
    original: str
    type: str
    nulls: int
    least: str = ""
    greatest: str = ""
    examples: tuple[str, ...] = ()
    examples_all: bool = False


class SourceView(msgspec.Struct, frozen=True):
    """A source: ``path`` as declared, ``key`` "" where none is, and its fields in order."""

    name: str
    format: str
    path: str
    table: str
    key: str
    rows: int
    fields: tuple[FieldView, ...]


def source_view(declaration: SourceDeclaration, table: Table) -> SourceView:
    """Look at a source.

    Reads every record once, in bounded memory. Raises ``UserError`` as the table does.
    """
    schema = table.schema
    tallies = [_tally(name, required(type_)) for name, type_ in schema.record.fields]
    for row in table.rows():
        for tally in tallies:
            tally.add(row[tally.name])
    originals: dict[str, str] = getattr(table, "originals", {})
    fields = tuple(
        tally.view(originals.get(tally.name, tally.name), type_text(type_))
        for tally, (_, type_) in zip(tallies, schema.record.fields, strict=True)
    )
    return SourceView(
        declaration.name,
        declaration.format,
        declaration.path,
        declaration.table,
        schema.key or "",
        table.count(),
        fields,
    )


def _tally(name: str, type_: Any) -> _Tally:
    kind = type_.name if isinstance(type_, Scalar) else ""
    if kind in _ORDERED:
        return _OrderedTally(name)
    return _TextTally(name) if kind == "string" else _Tally(name)


class _Tally:
    """Counts nulls."""

    def __init__(self, name: str) -> None:
        self.name, self.nulls = name, 0

    def add(self, value: Value) -> None:
        if value is None:
            self.nulls += 1

    def view(self, original: str, type_: str) -> FieldView:
        return FieldView(self.name, original, type_, self.nulls)


class _OrderedTally(_Tally):
    """Keeps the least and the greatest value too."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.least: Value = None
        self.greatest: Value = None

    def add(self, value: Value) -> None:
        if value is None:
            self.nulls += 1
        elif self.least is None:
            self.least = self.greatest = value
        elif value < self.least:
            self.least = value
        elif value > self.greatest:
            self.greatest = value

    def view(self, original: str, type_: str) -> FieldView:
        if self.least is None:
            return super().view(original, type_)
        return FieldView(self.name, original, type_, self.nulls, show(self.least), show(self.greatest))


class _TextTally(_Tally):
    """Keeps the first distinct texts too."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.seen: dict[str, None] = {}
        self.more = False

    def add(self, value: Value) -> None:
        if value is None:
            self.nulls += 1
        elif not self.more and value not in self.seen:
            if len(self.seen) < VIEW_EXAMPLES_MAX:
                self.seen[value] = None
            else:
                self.more = True

    def view(self, original: str, type_: str) -> FieldView:
        texts = tuple(t if len(t) <= VIEW_TEXT_CHARS_MAX else t[: VIEW_TEXT_CHARS_MAX - 1] + "…" for t in self.seen)
        return FieldView(self.name, original, type_, self.nulls, examples=texts, examples_all=not self.more)
