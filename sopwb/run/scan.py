"""Reading a source: which records a step gets, in which order, as the script was promised them.

    all records, or a look-up ──► promised fields ──► where ──► nulls refused ──► order_by (──► limit: the step)

*Push-down.* The first conjunct ``it.f == x`` of the condition whose ``x`` does not use ``it``, and before
which nothing can fail, becomes ``Table.matching(f, x)``; the rest filters what it gives. Where ``x`` itself
fails or is null all records are read instead, so that an error is one only if a record reaches it. The result
is the same either way; a test holds it.

*Nulls.* A record that is kept must have every value that the script was promised; ``where`` is an error at a
conjunct that uses one that is missing, except that ``it.f == x`` is then simply false. (So push-down makes no
difference.)

Without ``order_by`` records stream in bounded memory. Deliberately not here: opening sources (``data``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.values import Value, show
from sopwb.lang import ir
from sopwb.lang.parts import cannot_fail, conjunction, conjuncts, fields_of_it, uses_it
from sopwb.lang.types import Scalar
from sopwb.run import codes
from sopwb.run.coerce import Coercion, row_coercion
from sopwb.run.expression import Context, ExpressionFailure, compile_expression
from sopwb.run.hot import Hot
from sopwb.run.reads import compare_source, promised_null
from sopwb.run.state import Frame, Reader, RunFailure, State

Record = dict[str, Value]
Compute = Callable[[Frame], Value]


class _Conjunct(msgspec.Struct, frozen=True):
    """A part of a condition: its value, the fields of ``it`` that it uses, and whether it is ``it.f ==
    x``."""

    compute: Compute
    fields: frozenset[str]
    equality: bool


class Scan:
    """A compiled reading of one source by one step."""

    def __init__(self, step: ir.Fetch | ir.Each, need: ir.SourceNeed, whole: bool, context: Context) -> None:
        self.path = step.path
        self.source = step.source
        self.need = need
        self._whole = whole
        """Whether records may be seen as a whole, so that they must be exactly what was promised."""
        self._order = [
            (Hot(order.code.expr, context), order.descending) for order in step.order_by
        ]
        parts = conjuncts(step.where.expr) if step.where is not None else []
        pushed = _pushed(parts)
        self._push: Hot | None = None
        if pushed is not None:
            n, self._field, sought = pushed
            self._push = Hot(sought, context)
            self._rest = _predicate(parts[:n] + parts[n + 1 :], context)
        self._all = _predicate(parts, context)
        self._parts = [
            _Conjunct(compile_expression(part, context), fields_of_it(part), _equality(part) is not None)
            for part in parts
        ]

    # --- reading ----------------------------------------------------------------------------------

    def records(self, frame: Frame, state: State, key: Value = None) -> Iterator[Record]:
        """Iterate over the records that the step wants, in its order; with ``key`` over the one that has it. Raises
        ``RunFailure`` and ``UserError``."""
        reader = state.readers.get(id(self))
        if reader is None:
            reader = state.readers[id(self)] = self._open(state)
        sought = self._sought(frame) if key is None else None
        if sought is not None:
            kept, predicate = reader.table.matching(self._field, sought), self._rest
        elif key is not None and self.need.key is not None:
            kept, predicate = reader.table.matching(self.need.key, key), self._all
        else:
            kept, predicate = reader.table.rows(), self._all
        if reader.promised:
            kept = self._kept_of_promised(kept, predicate, reader, frame, state)
        elif predicate is not None:
            kept = self._kept(kept, predicate, reader.change, frame, state)
        elif reader.change is not None:
            kept = map(reader.change, kept)
        return self._ordered(kept, frame, state) if self._order else kept

    def _open(self, state: State) -> Reader:
        table = state.world.tables.table(self.source)
        live = table.schema
        differences = compare_source(self.need, live)
        if differences:
            raise UserError(*differences)
        wanted = self.need.record
        promised = frozenset(
            name
            for name, needed in wanted.fields
            if (type_ := live.record.get(name)) is not None and promised_null(type_, needed)
        )
        return Reader(table, row_coercion(live.record, wanted, self._whole), promised)

    def _sought(self, frame: Frame) -> Value:
        """Give the value that the source is asked for, or None where all records are to be read."""
        if self._push is None:
            return None
        try:
            return self._push.run(frame)
        except ExpressionFailure:
            return None

    def _kept(
        self, rows: Iterator[Record], predicate: Hot, change: Coercion | None, frame: Frame, state: State
    ) -> Iterator[Record]:
        try:
            for row in rows:
                record = row if change is None else change(row)
                frame["it"] = record
                if predicate.run(frame):
                    yield record
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{self.path}/where") from None
        finally:
            frame.pop("it", None)

    def _kept_of_promised(
        self, rows: Iterator[Record], predicate: Hot | None, reader: Reader, frame: Frame, state: State
    ) -> Iterator[Record]:
        change, promised = reader.change, reader.promised
        try:
            for row in rows:
                record = row if change is None else change(row)
                missing = {name for name in promised if record[name] is None}
                frame["it"] = record
                if missing:
                    if self._reaches(record, missing, frame, state):
                        raise self._null(record, missing, state)
                elif predicate is None or predicate.run(frame):
                    yield record
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{self.path}/where") from None
        finally:
            frame.pop("it", None)

    def _reaches(self, record: Record, missing: set[str], frame: Frame, state: State) -> bool:
        """Whether a record without some promised values would be kept; raises where the condition needs one
        of them."""
        for part in self._parts:
            needed = part.fields & missing
            if needed and part.equality:
                return False
            if needed:
                raise self._null(record, needed, state)
            if not part.compute(frame):
                return False
        return True

    def _null(self, record: Record, missing: set[str] | frozenset[str], state: State) -> RunFailure:
        key = self.need.key
        which = f"{self.source} {show(record[key])}" if key is not None else f"a record of {self.source}"
        message = f"{which} has no {' and no '.join(sorted(missing))}, which the script was promised"
        return state.failure(codes.CONTRACT_NULL, self.path, message)

    def _ordered(self, records: Iterator[Record], frame: Frame, state: State) -> Iterator[Record]:
        """Sort: nulls last either way, false before true, ties in the source's order (sorting is stable)."""
        keyed: list[tuple[list[Value], Record]] = []
        found = list(records)  # first, for the condition and the keys both bind ``it``
        keys: list[Value] = []
        try:
            for record in found:
                frame["it"] = record
                keys = []
                for compute, _ in self._order:
                    keys.append(compute.run(frame))
                keyed.append((keys, record))
        except ExpressionFailure as failure:
            raise state.failed(failure, f"{self.path}/order_by/{len(keys)}") from None
        finally:
            frame.pop("it", None)
        for n in range(len(self._order) - 1, -1, -1):
            with_value = [pair for pair in keyed if pair[0][n] is not None]
            without = [pair for pair in keyed if pair[0][n] is None]
            with_value.sort(key=_nth(n), reverse=self._order[n][1])
            keyed = with_value + without
        return iter([record for _, record in keyed])


def _nth(n: int) -> Callable[[tuple[list[Value], Record]], Value]:
    return lambda pair: pair[0][n]


def _predicate(parts: list[ir.Expr], context: Context) -> Hot | None:
    return Hot(conjunction(parts), context) if parts else None


_KEYS: Final = frozenset({"bool", "int", "decimal", "string", "date", "timestamp"})
"""Types of fields that tables can look up."""


def _pushed(parts: list[ir.Expr]) -> tuple[int, str, ir.Expr] | None:
    """Find the conjunct that a table can answer: (its number, the field, what is sought)."""
    for n, part in enumerate(parts):
        found = _equality(part)
        if found is not None:
            return n, *found
        if not cannot_fail(part):
            return None
    return None


def _equality(part: ir.Expr) -> tuple[str, ir.Expr] | None:
    """Read ``it.f == x`` or ``x == it.f``, where x does not use ``it`` and f is of a plain type."""
    if not (isinstance(part, ir.Apply) and part.op == "eq"):
        return None
    left, right = part.args
    for field, sought in ((left, right), (right, left)):
        match field:
            case ir.Field(type=type_, base=ir.Name(name="it"), field=name) if not uses_it(sought):
                kind = getattr(type_, "inner", type_)
                if isinstance(kind, Scalar) and kind.name in _KEYS:
                    return name, sought
            case _:
                pass
    return None
