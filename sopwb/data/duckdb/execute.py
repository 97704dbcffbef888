"""Executing a set plan: one query, its answers as a stream of Arrow batches in key order, and items read from them.

    Session ─ run ─► batches ─ decided ─► items: key, path, error, value, effects
                        └──── trace ───► bytes of their events, as the row interpreter writes them

Batches are read one at a time; nothing is held but the query's own sort. Deliberately not here: what is done
with items (``app``), the error's message and an item's complete trace (the row interpreter gives both, of that
one item).
"""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sopwb.data.codes import NO_SPILL, OUT_OF_MEMORY
from sopwb.data.duckdb.session import Session
from sopwb.data.faults import hearing_interrupts
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import SET_BATCH_ROWS, SET_BATCHES_AHEAD, SET_WAIT_S
from sopwb.kernel.values import Secret, Value, show
from sopwb.plan.sql.query import EffectColumns, Layout, Scalar, SetQuery
from sopwb.run.codes import KEY_TWICE
from sopwb.run.sets import Waiting

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
    session.prepare(query.prelude, query.indexes)
    values = {short: _outer(name, outer) for short, name in query.params}
    before: Value = None
    for batch in session.connection.sql(query.sql, params=values or None).to_arrow_reader(SET_BATCH_ROWS):
        if query.ordered and batch.num_rows:
            before = _in_order(batch.column("key"), before)
        yield batch


def streamed(session: Session, query: SetQuery, outer: dict[str, Value], waiting: Waiting) -> Iterator[pa.RecordBatch]:
    """Execute a query beside the caller, who hears ``waiting`` while there is nothing to take.

    What ``waiting`` raises stops the query. Raises the database's own errors (``refusing``).
    """
    ready: queue.Queue[Any] = queue.Queue(SET_BATCHES_AHEAD)
    stopped = threading.Event()
    worker = threading.Thread(target=_work, args=(session, query, outer, ready, stopped), daemon=True)
    worker.start()
    try:
        while True:
            try:
                got = ready.get(timeout=SET_WAIT_S)
            except queue.Empty:
                waiting(max(0.0, session.connection.query_progress()))
                continue
            if got is None:
                return
            if isinstance(got, BaseException):
                raise got
            waiting(100.0)
            yield got
    finally:
        stopped.set()
        if worker.is_alive():
            session.interrupt()
        worker.join()


def _work(
    session: Session, query: SetQuery, outer: dict[str, Value], ready: queue.Queue[Any], stopped: threading.Event
) -> None:
    """Hand over batches, then None, or what ended the query."""
    try:
        for batch in run(session, query, outer):
            if not _put(ready, batch, stopped):
                return
        _put(ready, None, stopped)
    except BaseException as error:  # noqa: BLE001  # it is raised where the batches are taken
        _put(ready, error, stopped)


def _put(ready: queue.Queue[Any], what: Any, stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            ready.put(what, timeout=SET_WAIT_S)
        except queue.Full:
            continue
        return True
    return False


@contextmanager
def refusing(session: Session, unchanged: Callable[[], None]) -> Iterator[None]:
    """Say errors of the database that are not ours: ``unchanged`` raises for a source that is another one now.

    Raises ``UserError`` SOP-D050 where memory, SOP-D051 where the disk for spilling gives out.
    """
    import duckdb

    try:
        with hearing_interrupts():
            yield
    except duckdb.OutOfMemoryException as error:
        what = f"the {session.memory_limit_mb} MB that the run's limit leaves to the database do not suffice"
        raise UserError(Diagnostic(OUT_OF_MEMORY, what, hint="give it more: --limit-memory 2GB")) from error
    except duckdb.Error as error:
        unchanged()
        if not isinstance(error, duckdb.IOException):
            raise
        what = f"the disk does not take what memory cannot hold: {' '.join(str(error).split())}"
        raise UserError(Diagnostic(NO_SPILL, what)) from error


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


def values_of(layout: Layout, batch: pa.RecordBatch) -> list[Value]:
    """Read one value an item."""
    columns = {name: _cells(batch.column(name)) for name in batch.schema.names}
    return [_value(layout, columns, row) for row in range(batch.num_rows)]


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


def trace_bytes(batch: pa.RecordBatch) -> memoryview | bytes:
    """Give the events of a batch's items, each with its newline, ready to be hashed.

    No copy is made: an Arrow column of texts is their bytes, one after the other.
    """
    import pyarrow as pa

    column = batch.column("trace")
    if column.type != pa.large_string():
        column = column.cast(pa.large_string())
    if not len(column):
        return b""
    _, offsets, data = column.buffers()
    if data is None:
        return b""
    bounds = memoryview(offsets).cast("q")
    begin, end = bounds[column.offset], bounds[column.offset + len(column)]
    return memoryview(data)[begin:end]


def failed_rows(batch: pa.RecordBatch) -> list[int]:
    """Give the rows of a batch's failed items, rising."""
    import pyarrow.compute as pc

    rows: list[int] = pc.indices_nonzero(batch.column("error")).to_pylist()
    return rows


def effect_rows(query: SetQuery, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Keep the items of a batch that plan an effect, without their traces."""
    import pyarrow.compute as pc

    kept = batch.select([name for name in batch.schema.names if name != "trace"])
    flags = [pc.fill_null(batch.column(effect.flag), False) for effect in query.effects]
    planned = flags[0]
    for flag in flags[1:]:
        planned = pc.or_(planned, flag)
    return kept.filter(planned)


def branches(query: SetQuery, path: int) -> dict[str, str]:
    """Say which branches a path's number took: step path → then or else; those not reached are absent."""
    found: dict[str, str] = {}
    for fork in query.forks:
        path, digit = divmod(path, 3)
        if digit:
            found[fork] = "then" if digit == 1 else "else"
    return found
