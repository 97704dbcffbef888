"""A table of results as Parquet: int64, decimal128, string, date32, timestamp[us, UTC], duration[us], bool, structs,
lists and maps, in row groups as rows come.

A decimal column is ``decimal128(38, 12)``: a file's scale is fixed before its first row, and twelve places hold every
quotient. Where a value does not fit it exactly, the decimals of that column become texts (shortest form) in the whole
file: what was written so far is copied once. So no digit is ever lost, and a column has one type.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sopwb.app.part_file import PartFile
from sopwb.app.result_columns import Column, Columns, from_arrow, has_decimal, text_cell, to_arrow, with_texts
from sopwb.data.arrow import arrow_type
from sopwb.kernel.limits import RESULT_BATCH_ROWS, RESULT_DECIMAL_PLACES
from sopwb.kernel.values import Value

if TYPE_CHECKING:
    import pyarrow as pa


class _Misfit(Exception):
    """A decimal does not fit its column."""

    def __init__(self, column: Column) -> None:
        super().__init__(column.name)
        self.column = column


def schema_of(columns: Columns, texts: frozenset[str] = frozenset()) -> pa.Schema:
    """Give the Arrow schema of a table; the decimals of the columns ``texts`` are strings there."""
    import pyarrow as pa

    return pa.schema([pa.field(column.name, _type(column, texts)) for column in columns.all()])


def _type(column: Column, texts: frozenset[str]) -> Any:
    type_ = with_texts(column.type) if column.name in texts else column.type
    return arrow_type(type_, RESULT_DECIMAL_PLACES)


class ParquetTable:
    """``part`` is the file; ``close`` writes what is held and the footer, and leaves it to be committed."""

    def __init__(self, path: str, columns: Columns) -> None:
        self._path, self._table = path, columns
        self._columns = columns.all()
        self._texts: frozenset[str] = frozenset()
        self._rows: list[list[Value]] = []
        self._begin()

    def _begin(self) -> None:
        import pyarrow.parquet as pq

        self.part = PartFile(self._path)
        self.schema = schema_of(self._table, self._texts)
        self._writer = pq.ParquetWriter(self.part.file, self.schema, compression="zstd")

    def add(self, row: list[Value]) -> None:
        """Take the cells of one row."""
        self._rows.append(row)
        if len(self._rows) >= RESULT_BATCH_ROWS:
            self._flush()

    def add_arrays(self, arrays: list[pa.Array]) -> None:
        """Write rows that are given as columns, in the table's order; decimals of any scale."""
        self._flush()
        self._write(arrays)

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def discard(self) -> None:
        with suppress(OSError, ValueError):  # a footer on a full disk; the part goes anyway
            self._writer.close()
        self._writer.is_open = False
        self.part.discard()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        if rows:
            self._write([list(cells) for cells in zip(*rows, strict=True)])

    def _write(self, cells: list[Any]) -> None:
        """Write columns, each an Arrow array or a list of values."""
        import pyarrow as pa

        while True:
            try:
                arrays = [self._array(column, found) for column, found in zip(self._columns, cells, strict=True)]
                break
            except _Misfit as misfit:
                self._widen(misfit.column)
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))

    def _array(self, column: Column, found: Any) -> pa.Array:
        import pyarrow as pa

        wanted, as_text = _type(column, self._texts), column.name in self._texts
        if isinstance(found, pa.Array):
            if found.type == wanted:
                return found
            if not as_text or not has_decimal(column.type):
                with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):  # then value by value
                    return found.cast(wanted)
            found = [from_arrow(column.type, value) for value in found.to_pylist()]
        type_ = with_texts(column.type) if as_text else column.type
        cells = [to_arrow(type_, text_cell(value) if as_text else value) for value in found]
        try:
            return pa.array(cells, type=wanted)
        except pa.ArrowInvalid:
            if as_text or not has_decimal(column.type):
                raise
            raise _Misfit(column) from None

    def _widen(self, column: Column) -> None:
        """Begin the file again with the column's decimals as texts, and copy what was written."""
        import pyarrow.parquet as pq

        self._writer.close()
        before = self.part
        before.file.flush()
        self._texts |= {column.name}
        self._begin()
        try:
            with pq.ParquetFile(before.made) as written:
                for batch in written.iter_batches(RESULT_BATCH_ROWS):
                    self._write(list(batch.columns))
        finally:
            before.discard()
