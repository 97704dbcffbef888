"""Reads Parquet files through pyarrow, a batch at a time.

Binary floats are read by their shortest text, timestamps to the microsecond (finer digits are cut off), those
without a zone as local times of the workspace. The file's own type of a column is taken where all values fit
(texts that are all dates are dates, as in every format). Columns of bytes, times of day and intervals are
left out.

Deliberately not here: writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.codes import MALFORMED
from sopwb.data.content import Content
from sopwb.data.faults import fault
from sopwb.data.names import distinct
from sopwb.data.reader import Chunk
from sopwb.kernel.limits import SOURCE_CHUNK_ROWS
from sopwb.lang.types import BOOL, DATE, DECIMAL, DURATION, INT, STRING, TIMESTAMP, MapType, Type, optional

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetReader:
    """Reads a Parquet file; a mark is a record's number from 1."""

    texts: Final = False
    streams: Final = True

    def __init__(self, content: Content) -> None:
        self.content = content
        self.hints: dict[str, Type] = {}
        if content.size == 0:
            content.refuse_empty()

    def place(self, mark: int | str) -> str:
        return f"{self.content.label} record {mark}"

    def digest(self) -> tuple[str, str]:
        return "file", self.content.digest()

    def unchanged(self) -> None:
        self.content.unchanged()

    def chunks(self) -> Iterator[Chunk]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.content.file) as file:
                yield from self._read(file)
        except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as wrong:
            text = " ".join(str(wrong).split())[:200]
            raise fault(MALFORMED, f"not a readable Parquet file: {text}", path=self.content.label) from None

    def _read(self, file: Any) -> Iterator[Chunk]:
        schema = file.schema_arrow
        kept: list[tuple[int, pa.DataType]] = []
        for position, field in enumerate(schema):
            readable = _readable(field.type)
            if readable is not None:
                kept.append((position, readable))
        names = tuple(distinct(schema.field(position).name for position, _ in kept))
        for name, (_, readable) in zip(names, kept, strict=True):
            hint = _hint(readable)
            if hint is not None:
                self.hints[name] = hint
        number = 0
        for batch in file.iter_batches(batch_size=SOURCE_CHUNK_ROWS):
            cells = tuple(_cells(batch.column(position), readable) for position, readable in kept)
            marks = range(number + 1, number + 1 + batch.num_rows)
            number += batch.num_rows
            yield Chunk(names, cells, marks)
        if not number:
            yield Chunk(names, ([],) * len(names), ())


def _cells(column: Any, readable: pa.DataType) -> list[Any]:
    from pyarrow import types

    if types.is_floating(column.type) and not types.is_float64(column.type):
        # Through text: as a double, a float of 32 bits would show digits that it never had.
        texts = column.cast("float32").cast("string").to_pylist()
        return [None if text is None else Decimal(text) for text in texts]
    if column.type != readable:
        column = column.cast(readable, safe=False)
    found: list[Any] = column.to_pylist()
    return found


def _readable(type_: Any) -> pa.DataType | None:
    """Give the Arrow type that a column is read as, or None where it is left out."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(type_):
        return _readable(type_.value_type)
    if types.is_timestamp(type_):
        return pa.timestamp("us", tz="UTC" if type_.tz else None)
    if types.is_duration(type_):
        return pa.duration("us")
    if types.is_date(type_):
        return pa.date32()
    if types.is_float16(type_) or types.is_float32(type_):
        return pa.float32()
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        inner = _readable(type_.value_type)
        return None if inner is None else pa.list_(inner)
    if types.is_struct(type_):
        parts = [(field.name, _readable(field.type)) for field in type_]
        return None if any(part is None for _, part in parts) else pa.struct(parts)
    if types.is_map(type_):
        return type_ if _hint(type_) is not None else None
    plain = (
        types.is_boolean,
        types.is_integer,
        types.is_floating,
        types.is_decimal,
        types.is_string,
        types.is_large_string,
        types.is_null,
    )
    return type_ if any(test(type_) for test in plain) else None


def _hint(type_: Any) -> Type | None:
    from pyarrow import types

    tests: tuple[tuple[Any, Type], ...] = (
        (types.is_boolean, BOOL),
        (types.is_integer, INT),
        (types.is_floating, DECIMAL),
        (types.is_decimal, DECIMAL),
        (types.is_date, DATE),
        (types.is_timestamp, TIMESTAMP),
        (types.is_duration, DURATION),
    )
    for test, hint in tests:
        if test(type_):
            return hint
    if types.is_map(type_):
        key = STRING if types.is_string(type_.key_type) else _hint(type_.key_type)
        value = STRING if types.is_string(type_.item_type) else _hint(type_.item_type)
        if key in (STRING, INT, BOOL) and value is not None:
            return MapType(key, optional(value))
    return None
