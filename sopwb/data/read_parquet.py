"""Reads Parquet files through pyarrow, a batch at a time.

Binary floats are read by their shortest text, timestamps to the microsecond (finer digits are cut off), those
without a zone as local times of the workspace. The file's own type of a column is taken where all values fit
(texts that are all dates are dates, as in every format). Columns of bytes, times of day and intervals are
left out.

Deliberately not here: writing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sopwb.data.codes import MALFORMED
from sopwb.data.content import Content
from sopwb.data.faults import fault
from sopwb.data.names import distinct
from sopwb.data.reader import Chunk
from sopwb.kernel.limits import ARRAY_CHUNK_ROWS, SOURCE_CHUNK_ROWS
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    MapType,
    Scalar,
    Type,
    optional,
    required,
)
from sopwb.run.ports import PLACE_COLUMN

if TYPE_CHECKING:
    import pyarrow as pa




class ParquetReader:
    """Reads a Parquet file; a mark is a record's number from 1."""

    texts: Final = False

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

    def rows(self) -> int:
        """Count the records, by the file's own word."""
        return int(self._schema_and_rows()[1])

    def chunks(self) -> Iterator[Chunk]:
        for chunk in self.arrays(SOURCE_CHUNK_ROWS):
            columns: tuple[Any, ...] = chunk.columns
            cells = tuple(cell if isinstance(cell, list) else cell.to_pylist() for cell in columns)
            yield Chunk(chunk.names, cells, chunk.marks)

    def arrays(self, rows_max: int = ARRAY_CHUNK_ROWS) -> Iterator[Chunk]:
        """Read all records, as Arrow arrays where those hold the cells as they are read; else as lists."""
        with self._saying(), self._open() as file:
            schema = file.schema_arrow
            kept = self._kept(schema)
            names = tuple(kept)
            number = 0
            # Not buffered ahead: pyarrow would hold the whole file, compressed.
            for batch in file.iter_batches(batch_size=rows_max):
                cells = tuple(_cells(batch.column(at), readable) for at, readable in kept.values())
                marks = range(number + 1, number + 1 + batch.num_rows)
                number += batch.num_rows
                yield Chunk(names, cells, marks)
            if not number:
                yield Chunk(names, ([],) * len(names), ())

    def plain_columns(self, types: Mapping[str, Type], zone: dt.tzinfo) -> dict[str, str] | None:
        """Give the file's own name of each column, where all hold plainly what ``types`` say of them; else None.

        Plainly: the same value, perhaps of a narrower kind, so that whoever reads the file needs no conversion.
        """
        schema, _ = self._schema_and_rows()
        kept = self._kept(schema)
        lower = {name.lower() for name in schema.names}  # as a database knows them
        if len(lower) < len(schema.names) or PLACE_COLUMN in lower or not types.keys() <= kept.keys():
            return None
        found: dict[str, str] = {}
        for name, type_ in types.items():
            field = schema.field(kept[name][0])
            if not field.name or not _is_plain(field.type, type_, zone):
                return None
            found[name] = field.name
        return found

    def _kept(self, schema: Any) -> dict[str, tuple[int, pa.DataType]]:
        """Give the columns that can be read: position and type as read. Their types are hints."""
        readables = [(at, _readable(field.type)) for at, field in enumerate(schema)]
        kept = [(at, readable) for at, readable in readables if readable is not None]
        names = distinct(schema.field(at).name for at, _ in kept)
        for name, (_, readable) in zip(names, kept, strict=True):
            hint = _hint(readable)
            if hint is not None:
                self.hints[name] = hint
        return dict(zip(names, kept, strict=True))

    def _schema_and_rows(self) -> tuple[Any, int]:
        with self._saying(), self._open() as file:
            return file.schema_arrow, file.metadata.num_rows

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        return pq.ParquetFile(self.content.file, pre_buffer=False)

    @contextmanager
    def _saying(self) -> Iterator[None]:
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as wrong:
            text = " ".join(str(wrong).split())[:200]
            raise fault(MALFORMED, f"not a readable Parquet file: {text}", path=self.content.label) from None


def _cells(column: Any, readable: pa.DataType) -> Any:
    from pyarrow import types

    if types.is_floating(column.type) and not types.is_float64(column.type):
        # Through text: as a double, a float of 32 bits would show digits that it never had.
        texts = column.cast("float32").cast("string").to_pylist()
        return [None if text is None else Decimal(text) for text in texts]
    return column if column.type == readable else column.cast(readable, safe=False)


def _is_plain(type_: Any, wanted: Type, zone: dt.tzinfo) -> bool:
    from pyarrow import types

    if types.is_dictionary(type_):
        return _is_plain(type_.value_type, wanted, zone)
    match required(wanted):
        case Scalar("bool"):
            return bool(types.is_boolean(type_))
        case Scalar("int"):
            return bool(types.is_integer(type_))
        case Scalar("decimal"):
            return bool(types.is_decimal128(type_))
        case Scalar("string"):
            return bool(types.is_string(type_) or types.is_large_string(type_))
        case Scalar("date"):
            return bool(types.is_date(type_))
        case Scalar("timestamp"):
            told = types.is_timestamp(type_) and (type_.tz is not None or zone is dt.UTC)
            return bool(told and type_.unit in ("us", "ms"))
        case _:
            return False


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
