"""Writes columns of values to a Parquet file, a row group at a time.

A column that does not take a value (a decimal of more digits than the file was begun with) raises ``Narrow``.
Deliberately not here: conversion (``arrays``), and which columns a file has (``make``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sopwb.kernel.limits import COLUMNS_GROUP_BYTES, COLUMNS_GROUP_ROWS

if TYPE_CHECKING:
    import pyarrow as pa


class Narrow(Exception):
    """A column of the file does not hold what it is given."""


class ColumnWriter:
    """Writes one file. Raises ``OSError`` for what the disk refuses."""

    def __init__(self, path: str, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self._writer: Any = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=1, store_decimal_as_integer=True
        )
        self._waiting: list[list[pa.Array]] = []
        self._rows = self._bytes = 0

    def add(self, arrays: Sequence[pa.Array]) -> None:
        """Take some records as columns."""
        cast = [_cast(array, field.type) for array, field in zip(arrays, self._schema, strict=True)]
        self._waiting.append(cast)
        self._rows += len(cast[0])
        self._bytes += sum(array.nbytes for array in cast)
        if self._rows >= COLUMNS_GROUP_ROWS or self._bytes >= COLUMNS_GROUP_BYTES:
            self._flush()

    def finish(self) -> None:
        """Complete the file."""
        self._flush()
        self.close()

    def close(self) -> None:
        """Let the file go, complete or not."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            columns = [pa.concat_arrays(parts) for parts in zip(*self._waiting, strict=True)]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema), row_group_size=self._rows)
            self._waiting, self._rows, self._bytes = [], 0, 0


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    import pyarrow as pa

    try:
        return array if array.type == wanted else array.cast(wanted)
    except pa.ArrowInvalid as wrong:
        raise Narrow from wrong
