"""One conversion of all records by one layout: measured, and written where the source's own file does not do.

Decimals lie in the narrower of two kinds that holds them, 18 digits (which a database computes with as ints) or 38,
with one scale a column. The first records say how a column is begun; one that needs more raises ``Narrow``, and all
is converted again. A column that 38 digits do not hold is text.

Deliberately not here: which layout (``make``), and order (``order``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.columnar.about import SORT, Form, Held
from sopwb.data.columnar.arrays import exact_array, value_array
from sopwb.data.columnar.measure import Measure, Rising
from sopwb.data.columnar.write import ColumnWriter, Narrow
from sopwb.data.columns import Column, Layout
from sopwb.data.precision import NO_PRECISION, Precision
from sopwb.data.reader import Chunk
from sopwb.data.stored import Stored, sort_text
from sopwb.kernel.limits import DECIMAL_DIGITS
from sopwb.lang.types import DECIMAL, Scalar, Type, required

if TYPE_CHECKING:
    import pyarrow as pa

_NARROW: Final = 18
_ROOM: Final = 2
"""Digits that a narrow column has to spare when it is begun."""


class Conversion:
    """Takes chunks one after the other.

    ``texts``: cells are CSV's. ``in_place`` names the columns of the source's own file, by field, where it plainly
    holds them; else a new file is written at ``path``. ``needs`` are the digits of decimals, as far as they are known.
    """

    def __init__(
        self,
        layout: Layout,
        texts: bool,
        zone: dt.tzinfo,
        path: str,
        needs: Mapping[str, Precision],
        in_place: Mapping[str, str] | None,
    ) -> None:
        self.layout, self.path, self.in_place = layout, path, in_place
        self._texts, self._zone, self._known = texts, zone, needs
        self.rows = 0
        self.rising = Rising()
        self._columns = {column.name: n for n, column in enumerate(layout.columns)}
        self._measures = [Measure(column.type) for column in layout.columns]
        self._forms: list[Form] = [_form(c.type, needs.get(c.name, NO_PRECISION)) for c in layout.columns]
        self.schema: Any = None
        self._writer: ColumnWriter | None = None

    @property
    def key_column(self) -> str:
        """The column of the file by which records are in order, where the source has a key."""
        assert self.layout.key is not None
        key = self._columns[self.layout.key]
        return SORT if self._forms[key] == "text" else self._name(key)

    def add(self, chunk: Chunk, raw: Mapping[str, pa.Array]) -> None:
        """Convert a chunk, of whose columns ``raw`` has those that are arrays.

        Raises ``UserError`` for a bad record, ``Narrow`` for a new field or more digits.
        """
        if not set(chunk.names) <= {column.original for column in self.layout.columns}:
            raise Narrow
        if not len(chunk.marks):
            return
        arrays = [
            self._array(n, raw.get(column.original), cells, chunk.marks)
            for n, (column, cells) in enumerate(zip(self.layout.columns, self.layout.cells(chunk), strict=True))
        ]
        for measure, array, form in zip(self._measures, arrays, self._forms, strict=True):
            measure.add(array)
            if form == "plain" and measure.precision.whole + measure.precision.scale > DECIMAL_DIGITS:
                raise Narrow
        self.rows += len(chunk.marks)
        if self.layout.key is not None:
            key = self._columns[self.layout.key]
            if self._forms[key] == "text":
                arrays.append(_sort_texts(arrays[key]))
                key = -1
            self.rising.add(arrays[key])
        if self.in_place is None:
            self._write(arrays or [_nothing(len(chunk.marks))])

    def _array(self, n: int, raw: pa.Array | None, cells: Any, marks: Sequence[int | str]) -> pa.Array:
        import pyarrow as pa

        type_ = self.layout.columns[n].type
        array = None if raw is None else exact_array(raw, type_, self._texts, self._zone)
        if array is None:
            values = self.layout.column(n, as_list(cells), marks)
            if not isinstance(required(type_), Scalar):
                self._measures[n].values(values)
            array = value_array(values, type_)
        if self._forms[n] == "text" and not pa.types.is_string(array.type):
            array = pa.array(Stored(type_).store(array.to_pylist()), pa.string())
        return array

    def _write(self, arrays: Sequence[pa.Array]) -> None:
        if self._writer is None:
            self.schema = self._begun(arrays)
            self._writer = ColumnWriter(self.path, self.schema)
        self._writer.add(arrays)

    def _begun(self, arrays: Sequence[pa.Array]) -> pa.Schema:
        import pyarrow as pa

        fields = []
        needs = self.needs()
        for n, array in enumerate(arrays):
            type_ = array.type
            column = self.layout.columns[n] if n < len(self.layout.columns) else None
            if column is not None and required(column.type) == DECIMAL:
                need = needs[column.name]
                if _form(column.type, need) != self._forms[n]:
                    raise Narrow
                if self._forms[n] == "plain":
                    narrow = need.whole + need.scale + _ROOM <= _NARROW
                    type_ = pa.decimal128(_NARROW if narrow else DECIMAL_DIGITS, need.scale)
            fields.append(pa.field(SORT if column is None and n else f"c{n}", type_))
        return pa.schema(fields)

    def needs(self) -> dict[str, Precision]:
        """Say what digits the decimals need, as far as they were seen."""
        return {
            name: self._measures[n].precision.join(self._known.get(name, NO_PRECISION))
            for name, n in self._columns.items()
        }

    def is_of(self, layout: Layout) -> bool:
        """Whether a settled layout converts as this one does: fields may differ in whether they can be null."""
        mine, theirs = self.layout, layout
        return mine.key == theirs.key and [_meaning(c) for c in mine.columns] == [_meaning(c) for c in theirs.columns]

    def finish(self) -> None:
        """Complete the file."""
        if self.in_place is not None:
            return
        if self._writer is None:
            self._write([value_array([], c.type) for c in self.layout.columns] or [_nothing(0)])
        assert self._writer is not None
        self._writer.finish()

    def close(self) -> None:
        """Give up what is not complete."""
        if self._writer is not None:
            with suppress(OSError):  # the file is removed anyway
                self._writer.close()
            if os.path.exists(self.path):
                os.remove(self.path)

    def held(self) -> dict[str, Held]:
        """Say what was measured, by field."""
        found: dict[str, Held] = {}
        for n, (column, measure) in enumerate(zip(self.layout.columns, self._measures, strict=True)):
            scale = measure.scale if self.schema is None else getattr(self.schema.field(n).type, "scale", 0)
            found[column.name] = measure.held(self._name(n), self._forms[n], scale)
        return found

    def _name(self, n: int) -> str:
        return f"c{n}" if self.in_place is None else self.in_place[self.layout.columns[n].original]


def as_list(cells: Any) -> Sequence[Any]:
    """Give raw cells as Python's values."""
    found: Sequence[Any] = cells.to_pylist() if hasattr(cells, "null_count") else cells
    return found


def _form(type_: Type, need: Precision) -> Form:
    inner = required(type_)
    if not isinstance(inner, Scalar):
        return "json"
    if inner.name == "duration":
        return "micros"
    return "text" if inner == DECIMAL and need.whole + need.scale > DECIMAL_DIGITS else "plain"


def _meaning(column: Column) -> tuple[object, ...]:
    inner = required(column.type)
    nested = None if isinstance(inner, Scalar) else column.shape
    return (column.original, column.name, inner, nested)


def _sort_texts(keys: pa.Array) -> pa.Array:
    from decimal import Decimal

    import pyarrow as pa

    return pa.array([sort_text(Decimal(key)) for key in keys.to_pylist()], pa.string())


def _nothing(rows: int) -> pa.Array:
    """Make a column for records without fields, so that they are counted."""
    import pyarrow as pa

    return pa.nulls(rows, pa.bool_())
