"""From a reader's chunks to a schema, and from its chunks to columns of values.

``Survey`` looks at every chunk once and settles the ``Layout``: for each field its identifier, type and
conversion. ``Layout.values`` then converts chunks. A type is, in this order: the declared one; the one that
the source itself states, where all values fit it; the inferred one. Errors carry the place of the first
record that is wrong.

Deliberately not here: order, keys' uniqueness and storage (``memory``, ``spool``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import msgspec

from sopwb.data.codes import BAD_KEY, NO_FIELD, NO_KEY, NULL_KEY, TOO_LARGE
from sopwb.data.convert import ColumnConverter, converter
from sopwb.data.declaration import SourceDeclaration
from sopwb.data.faults import Misfit, fault
from sopwb.data.infer import NOTHING, Shape, join, join_texts, shape_of_texts, shape_of_values, shape_type
from sopwb.data.names import identifier, identifiers
from sopwb.data.reader import Chunk, Reader
from sopwb.kernel.diagnostics import UserError, nearest_name
from sopwb.kernel.limits import SOURCE_FIELDS_MAX
from sopwb.kernel.values import Value
from sopwb.lang.environment import SourceSchema
from sopwb.lang.types import (
    STRING,
    RecordType,
    Scalar,
    Type,
    is_optional,
    optional,
    required,
    type_text,
)

KEY_TYPES: Final = frozenset(("int", "decimal", "string", "date", "timestamp"))


class Column(msgspec.Struct, frozen=True):
    """A field: the source's ``original`` name, its identifier ``name``, its type, and what inference saw."""

    original: str
    name: str
    type: Type
    shape: Shape


class Layout:
    """A source's fields, settled.

    ``columns`` in the order of the record type; ``key`` is an identifier or None.
    """

    def __init__(
        self, source: str, columns: Sequence[Column], key: str | None, reader: Reader, zone: dt.tzinfo
    ) -> None:
        self._source, self.columns, self.key, self._reader, self._zone = source, tuple(columns), key, reader, zone
        self.names = tuple(column.name for column in self.columns)
        self._converters: list[ColumnConverter] = [
            converter(column.type, texts=reader.texts, zone=zone, shape=column.shape) for column in self.columns
        ]

    def schema(self, rows: int) -> SourceSchema:
        """Give the source's schema."""
        record = RecordType(tuple((column.name, column.type) for column in self.columns))
        return SourceSchema(self._source, self.key, record, rows=rows)

    def originals(self) -> dict[str, str]:
        """Map identifiers to the names that the source uses."""
        return {column.name: column.original for column in self.columns}

    def relaxed(self, strict: Collection[str]) -> Layout:
        """Give the same layout, in which every field may be null but the key and those named in ``strict``."""
        fixed = {self.key, *strict}
        columns = [
            c if c.name in fixed or c.original in fixed else msgspec.structs.replace(c, type=optional(c.type))
            for c in self.columns
        ]
        return Layout(self._source, columns, self.key, self._reader, self._zone)

    def values(self, chunk: Chunk) -> list[list[Value]]:
        """Convert a chunk to columns of values, in the layout's order.

        Raises ``UserError`` with the place of a bad record.
        """
        return [self.column(n, cells, chunk.marks) for n, cells in enumerate(self.cells(chunk))]

    def cells(self, chunk: Chunk) -> list[Sequence[Any]]:
        """Give a chunk's raw columns in the layout's order."""
        at = {name: n for n, name in enumerate(chunk.names)}
        absent: Sequence[Any] = ("" if self._reader.texts else None,) * len(chunk.marks)
        return [chunk.columns[at[c.original]] if c.original in at else absent for c in self.columns]

    def column(self, n: int, cells: Sequence[Any], marks: Sequence[int | str]) -> list[Value]:
        """Convert the raw cells of the layout's ``n``-th column; raises as ``values`` does."""
        column, convert = self.columns[n], self._converters[n]
        try:
            return convert(cells)
        except Misfit:
            raise self._first_misfit(column, convert, cells, marks) from None

    def _first_misfit(
        self, column: Column, convert: ColumnConverter, cells: Sequence[Any], marks: Sequence[int | str]
    ) -> UserError:
        def one(cell: Any) -> None:
            convert([cell])

        is_key = column.name == self.key
        return first_misfit(one, self._source, column.original, cells, marks, self._reader, is_key=is_key)


def first_misfit(
    look: Callable[[Any], None],
    source: str,
    name: str,
    cells: Sequence[Any],
    marks: Sequence[int | str],
    reader: Reader,
    *,
    is_key: bool = False,
) -> UserError:
    """Find the first cell at which ``look`` raises ``Misfit`` and make the error that names its place."""
    for mark, cell in zip(marks, cells, strict=True):
        try:
            look(cell)
        except Misfit as wrong:
            place = reader.place(mark)
            if is_key and (cell is None or cell == ""):
                return fault(NULL_KEY, f"a record has no key {name}", path=place)
            hint = "" if is_key else f"declare its type: [data.{source}.fields]"
            return fault(wrong.code, f"{name}: {wrong.message}", path=place, hint=hint)
    raise AssertionError("a column that does not fit has a cell that does not fit")


class _ColumnSurvey:
    """What one column has shown so far.

    ``trouble`` is held back while the source's own type may still settle it.
    """

    def __init__(
        self,
        source: str,
        original: str,
        declared: Type | None,
        hint: Type | None,
        reader: Reader,
        zone: dt.tzinfo,
    ) -> None:
        self._source, self.original, self.declared = source, original, declared
        self._reader, self._zone = reader, zone
        self.shape: Shape = NOTHING
        self.trouble: UserError | None = None
        self.hint = hint if declared is None else None
        self._fits = converter(optional(hint), texts=False, zone=zone) if self.hint is not None and hint else None

    def add(self, cells: Sequence[Any], marks: Sequence[int | str]) -> None:
        if self._fits is not None:
            try:
                self._fits(cells)
            except Misfit:
                self._fits = self.hint = None
                if self.trouble is not None:
                    raise self.trouble from None
        if self.hint is not None and None in cells:
            self.lacking()
        if self.trouble is None and (self.declared is None or not isinstance(required(self.declared), Scalar)):
            self._look(cells, marks)

    def lacking(self) -> None:
        """Note that some records lack the field."""
        if not self.shape.nullable:
            self.shape = msgspec.structs.replace(self.shape, nullable=True)

    def _look(self, cells: Sequence[Any], marks: Sequence[int | str]) -> None:
        if self._reader.texts:
            if self.declared is None:
                self.shape = join_texts(self.shape, shape_of_texts(cells, self._zone))
            return
        before = self.shape
        try:
            self.shape = join(before, shape_of_values(cells, self._zone))
        except Misfit:
            self.trouble = self._trouble(before, cells, marks)
            if self._fits is None and self.declared is None:
                raise self.trouble from None

    def _trouble(self, shape: Shape, cells: Sequence[Any], marks: Sequence[int | str]) -> UserError:
        def one(cell: Any) -> None:
            nonlocal shape
            shape = join(shape, shape_of_values([cell], self._zone))

        return first_misfit(one, self._source, self.original, cells, marks, self._reader)

    def type(self) -> Type:
        if self.declared is not None:
            return self.declared
        if self.hint is not None:
            return optional(self.hint) if self.shape.nullable else self.hint
        return shape_type(self.shape)


class Survey:
    """Settles a source's layout by looking at all of its chunks once."""

    def __init__(self, declaration: SourceDeclaration, reader: Reader, zone: dt.tzinfo) -> None:
        self._declaration, self._reader, self._zone = declaration, reader, zone
        self._declared = dict(declaration.fields)
        self._found: dict[str, _ColumnSurvey] = {}
        self.rows = 0

    def add(self, chunk: Chunk) -> None:
        """Look at a chunk. Raises ``UserError`` with the place of a record that has no one type."""
        for name, cells in zip(chunk.names, chunk.columns, strict=True):
            column = self._found.get(name)
            if column is None:
                column = self._found[name] = self._column(name)
                if self.rows:
                    column.lacking()
            column.add(cells, chunk.marks)
        if len(chunk.names) < len(self._found) and len(chunk.marks):
            for name in self._found.keys() - set(chunk.names):
                self._found[name].lacking()
        if len(self._found) > SOURCE_FIELDS_MAX:
            raise fault(
                TOO_LARGE,
                f"records with more than {SOURCE_FIELDS_MAX} different fields",
                path=self._declaration.path,
            )
        self.rows += len(chunk.marks)

    def _column(self, name: str) -> _ColumnSurvey:
        declared = self._declared.get(name)
        if declared is None:
            declared = self._declared.get(identifier(name, len(self._found) + 1))
        return _ColumnSurvey(
            self._declaration.name, name, declared, self._reader.hints.get(name), self._reader, self._zone
        )

    def troubled(self) -> bool:
        """Whether a column has shown what only its source's own type may still settle."""
        return any(column.trouble is not None for column in self._found.values())

    def layout(self) -> Layout:
        """Settle it, after the last chunk.

        Raises ``UserError`` where the declaration names what is not there.
        """
        words = identifiers(self._found)
        columns = [Column(name, words[name], found.type(), found.shape) for name, found in self._found.items()]
        known = {column.name for column in columns} | set(self._found)
        for name, type_ in self._declared.items():
            if name in known:
                continue
            if self.rows and not is_optional(type_):
                raise fault(
                    NO_FIELD,
                    f"no record has the declared field {name}",
                    path=self._declaration.path,
                    nearest=nearest_name(name, known),
                    hint=f"declare {type_text(type_)}? for one that may come",
                )
            columns.append(Column(name, identifier(name, len(columns) + 1), type_, NOTHING))
        key = self._key(columns)
        return Layout(self._declaration.name, columns, key, self._reader, self._zone)

    def _key(self, columns: list[Column]) -> str | None:
        wanted = self._declaration.key
        if not wanted:
            return None
        found = next((c for c in columns if c.original == wanted), None) or next(
            (c for c in columns if c.name == wanted), None
        )
        if found is None:
            if self.rows:
                names = [c.name for c in columns]
                near = nearest_name(wanted, names)
                raise fault(
                    NO_KEY,
                    f"no record has the key {wanted}",
                    path=self._declaration.path,
                    nearest=near,
                    hint="" if near else "the fields are " + ", ".join(names[:12]),
                )
            found = Column(wanted, identifier(wanted, 1), STRING, NOTHING)
            columns.insert(0, found)
        position = columns.index(found)
        found = msgspec.structs.replace(found, type=required(found.type))
        columns[position] = found  # a null among keys is refused where it stands, with the record's place
        if not isinstance(found.type, Scalar) or found.type.name not in KEY_TYPES:
            raise fault(BAD_KEY, f"the key {wanted} is {type_text(found.type)}", path=self._declaration.path)
        return found.name
