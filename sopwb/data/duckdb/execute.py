"""Executing a set plan: one query, its answers as a stream of Arrow batches in key order, and items read from them.

    Session ─ run ─► batches ─ decided ─► items: key, path, error, value, effects
                        └──── trace ───► bytes of their events, as the row interpreter writes them

Batches are read one at a time; nothing is held but the query's own sort. Deliberately not here: what is done
with items (``app``), the error's message and an item's complete trace (the row interpreter gives both, of that
one item).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.data.duckdb.session import Session
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import SET_BATCH_ROWS
from sopwb.kernel.values import Secret, Value, show
from sopwb.plan.sql.query import EffectColumns, Layout, Scalar, SetQuery
from sopwb.run.codes import KEY_TWICE

if TYPE_CHECKING:
    import pyarrow as pa


class PlannedColumns(msgspec.Struct, frozen=True):
    """An effect that an item plans, with the values of its arguments."""

    effect: EffectColumns
    args: dict[str, Value]


class Fault(msgspec.Struct, frozen=True):
    """An item's error: its code and the path of what failed."""

    code: str
    path: str


class Decided(msgspec.Struct, frozen=True):
    """An item as the query decided it. ``fault`` is None where it succeeded; only then are there a value (of
    the ``each``'s yield) and effects."""

    item: str
    path: int
    fault: Fault | None
    value: Value
    effects: tuple[PlannedColumns, ...]


def run(session: Session, query: SetQuery, outer: dict[str, Value]) -> Iterator[pa.RecordBatch]:
    """Execute a query over the session's sources; ``outer`` as it was planned with. Streams, in key order."""
    session.prepare(query.prelude)
    values = {short: _outer(name, outer) for short, name in query.params}
    before: Value = None
    for batch in session.connection.sql(query.sql, params=values or None).to_arrow_reader(SET_BATCH_ROWS):
        if query.ordered and batch.num_rows:
            before = _in_order(batch.column("key"), before)
        yield batch


def _in_order(keys: Any, before: Value) -> Value:
    """See that keys rise, and give the last one. Raises ``UserError`` for a key that stands twice."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if keys.type == pa.bool_():
        keys = keys.cast(pa.int8())
    first, last = keys[0].as_py(), keys[-1].as_py()
    rising = pc.all(pc.less(keys.slice(0, len(keys) - 1), keys.slice(1))).as_py() is not False
    if not rising or (before is not None and not before < first):
        known = {before}
        for key in keys.to_pylist():
            if key in known:
                raise UserError(Diagnostic(KEY_TWICE, f"two records have the key {show(key)}"))
            known.add(key)
        raise AssertionError("items come by rising key")
    return last


def _outer(name: str, outer: dict[str, Value]) -> Value:
    value: Value = outer
    for part in name.split(".") if name not in outer else [name]:
        value = value[part]
    if isinstance(value, Secret):
        return value.placeholder
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(microseconds=1)
    return value


def decided(query: SetQuery, batch: pa.RecordBatch) -> Iterator[Decided]:
    """Read the items of a batch."""
    columns = {name: _cells(batch.column(name)) for name in batch.schema.names if name != "trace"}
    faults = [Fault(code, path) for code, path in query.faults]
    for row in range(batch.num_rows):
        error = columns["error"][row]
        key = columns["key"][row]
        item = key if isinstance(key, str) else show(key)
        path = columns["path"][row]
        if error:
            yield Decided(item, path, faults[error - 1], None, ())
            continue
        effects = tuple(
            PlannedColumns(effect, {name: _value(layout, columns, row) for name, layout in effect.args})
            for effect in query.effects
            if columns[effect.flag][row]
        )
        value = None if query.result is None else _value(query.result, columns, row)
        yield Decided(item, path, None, value, effects)


def _cells(column: Any) -> list[Any]:
    found: list[Any] = column.to_pylist()
    return found


def _value(layout: Layout, columns: dict[str, list[Any]], row: int) -> Value:
    if isinstance(layout, Scalar):
        value = columns[layout.column][row]
        return value if value is None else _READ.get(layout.kind, _same)(value)
    if layout.present and not columns[layout.present][row]:
        return None
    return {name: _value(part, columns, row) for name, part in layout.fields}


def _same(value: Value) -> Value:
    return value


_READ: Final[dict[str, Callable[[Any], Value]]] = {
    "int": int,
    "timestamp": lambda instant: instant.astimezone(dt.UTC),
    "duration": lambda us: dt.timedelta(microseconds=int(us)),
    "secret": Secret,
}


def trace_bytes(batch: pa.RecordBatch, rows: int | None = None) -> memoryview | bytes:
    """Give the events of a batch's first ``rows`` items, each with its newline, ready to be hashed.

    No copy is made: an Arrow column of texts is their bytes, one after the other.
    """
    import pyarrow as pa

    column = batch.column("trace")
    if column.type != pa.large_string():
        column = column.cast(pa.large_string())
    if rows is not None:
        column = column.slice(0, rows)
    if not len(column):
        return b""
    _, offsets, data = column.buffers()
    if data is None:
        return b""
    bounds = memoryview(offsets).cast("q")
    begin, end = bounds[column.offset], bounds[column.offset + len(column)]
    return memoryview(data)[begin:end]


def first_failure(batch: pa.RecordBatch) -> int | None:
    """Give the row of a batch's first failed item: where a run without dead letters ends, that item's events
    included."""
    import pyarrow.compute as pc

    row: int = pc.index(pc.greater(batch.column("error"), 0), True).as_py()
    return None if row < 0 else row


def branches(query: SetQuery, path: int) -> dict[str, str]:
    """Say which branches a path's number took: step path → then or else; those not reached are absent."""
    found: dict[str, str] = {}
    for fork in query.forks:
        path, digit = divmod(path, 3)
        if digit:
            found[fork] = "then" if digit == 1 else "else"
    return found
