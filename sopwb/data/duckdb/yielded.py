"""The yields of a query's items: as values, and as Arrow columns for files.

Deliberately not here: the files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.data.duckdb.execute import values_of
from sopwb.kernel.values import Value
from sopwb.plan.sql.query import Fields, Layout, Scalar

if TYPE_CHECKING:
    import pyarrow as pa


class YieldedChunk:
    """Some yields, held as columns (implements ``run.yields.Chunk``)."""

    def __init__(self, layout: Layout, batch: pa.RecordBatch) -> None:
        import pyarrow as pa

        self._layout = layout
        # Copied: a slice would keep the whole batch, and its traces are most of it.
        columns = {name: pa.concat_arrays([batch.column(name)]) for name in _columns(layout)}
        self._batch = pa.RecordBatch.from_pydict(columns)
        self._rows: int = batch.num_rows

    def __len__(self) -> int:
        return self._rows

    def values(self) -> list[Value]:
        """Read them."""
        return values_of(self._layout, self._batch)


def _columns(layout: Layout) -> list[str]:
    if isinstance(layout, Scalar):
        return [layout.column]
    present = [layout.present] if layout.present else []
    return [*present, *(name for _, part in layout.fields for name in _columns(part))]


def yielded_table(layout: Layout | None, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give the keys (``item``, first) and the yields: a column a field of the record, or one named ``value``."""
    import pyarrow as pa

    # Not a dict of columns: a field may be called item, too.
    columns: list[tuple[str, Any]] = [("item", batch.column("key"))]
    if isinstance(layout, Fields) and not layout.present:
        columns += [(name, _array(part, batch)) for name, part in layout.fields]
    elif layout is not None:
        columns.append(("value", _array(layout, batch)))
    return pa.RecordBatch.from_arrays([array for _, array in columns], names=[name for name, _ in columns])


def _array(layout: Layout, batch: pa.RecordBatch) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(layout, Scalar):
        column = batch.column(layout.column)
        match layout.kind:
            case "int":
                return column.cast(pa.int64())
            case "duration":
                return column.cast(pa.int64()).cast(pa.duration("us"))
            case _:
                return column
    arrays = [_array(part, batch) for _, part in layout.fields]
    mask = pc.invert(pc.fill_null(batch.column(layout.present), False)) if layout.present else None
    return pa.StructArray.from_arrays(arrays, names=[name for name, _ in layout.fields], mask=mask)
