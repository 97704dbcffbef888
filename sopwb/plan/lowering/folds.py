"""Folds over fetched records: each becomes an aggregate of the fetch's gather.

All aggregates of one fetch stand in one gather; those that use values of the item (``o.total > c.threshold``)
stand in one gather for each set of such values. Deliberately not lowered: folds over other lists, a fold whose
body can fail, lists that are shown or passed on as a whole.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from sopwb.kernel.limits import DIVISION_PLACES
from sopwb.lang import ir
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, TRUE, both, either, literal, negation, sorting, walk
from sopwb.plan.cells import BOOL, Cell, integer
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering import expressions
from sopwb.plan.lowering.forms import Form, Record, Rows, Unusable, scalar
from sopwb.plan.lowering.numbers import checked_int, quotient, settled, times
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.nodes import CannotLower

_ZERO: Final = literal(0)


def lower_fold(expr: ir.Fold, scope: Scope) -> Form:
    """Lower a list function with a variable (or its short form)."""
    rows = collection(expr.over, scope)
    value = _body(expr, rows, scope)
    match expr.kind:
        case "filter":
            return msgspec.structs.replace(rows, keep=both(rows.keep, scalar(value)))
        case "map":
            return msgspec.structs.replace(rows, element=value)
        case "sort_by":
            return msgspec.structs.replace(rows, order=sorting([(scalar(value), False), *rows.order]))
        case "all":
            failing = count(rows, negation(scalar(value)), scope)
            return n.Call(BOOL, "eq", (failing, _ZERO))
        case "exists":
            return n.Call(BOOL, "gt", (count(rows, scalar(value), scope), _ZERO))
        case "exists_one":
            return n.Call(BOOL, "eq", (count(rows, scalar(value), scope), literal(1)))
        case "count":
            return count(rows, scalar(value), scope)
        case "sum":
            return _sum(rows, scalar(value), scope)
        case "min" | "max":
            of = scalar(value)
            if of.cell.kind == "null":
                raise CannotLower("the least of nulls")
            return aggregate(scope, rows, expr.kind, of.cell.with_null(), of)
        case "avg":
            return _average(rows, scalar(value), scope)
        case _:
            raise CannotLower(f"{expr.kind} is not lowered")


def lower_list_function(expr: ir.Apply, scope: Scope) -> Form:
    """Lower ``size``, ``first`` and ``last`` of a list."""
    rows = collection(expr.args[0], scope)
    match expr.op:
        case "size_list":
            return count(rows, TRUE, scope)
        case "first" | "last":
            return one_of(rows, expr.op, scope)
        case _:
            raise CannotLower(f"{expr.op} is not lowered")


def collection(expr: ir.Expr, scope: Scope) -> Rows:
    """Insist on a list of fetched records."""
    form = expressions.lower(expr, scope)
    if isinstance(form, Unusable):
        raise CannotLower(form.reason)
    if not isinstance(form, Rows):
        raise CannotLower("only lists of fetched records are lowered")
    return form


def _body(expr: ir.Fold, rows: Rows, scope: Scope) -> Form:
    """Lower a fold's body, for one record.

    An error of a record is the fold's, whichever record comes first: so there may be one kind of error only, and
    the item fails where a record does. ``all`` and ``exists`` stop at the record that decides: theirs may not fail.
    """
    if expr.body is None:
        return rows.element
    failing: list[tuple[str, n.Expr]] | None = None if expr.kind in ("all", "exists") or scope.row else []
    value = expressions.lower(expr.body, scope.inside(rows.gather, expr.var, rows.element, failing))
    if failing:
        codes = {code for code, _ in failing}
        if len(codes) > 1:
            raise CannotLower("it can fail in several ways for a record of a list")
        failed: n.Expr = FALSE
        for _, when in failing:
            failed = either(failed, when)
        scope.fault(codes.pop(), n.Call(BOOL, "gt", (count(rows, failed, scope), _ZERO)))
    return value


def count(rows: Rows, keep: n.Expr, scope: Scope) -> n.Expr:
    """Count the rows for which a condition holds."""
    cell = integer(0, _most(rows, scope))
    kept = msgspec.structs.replace(rows, keep=both(rows.keep, keep))
    if kept.keep == FALSE:
        return _ZERO
    found = aggregate(scope, kept, "count", cell.with_null(), None)
    return n.Call(cell, "default", (found, _ZERO))


def _most(rows: Rows, scope: Scope) -> int:
    return scope.query.rows[rows.gather].rows


def _sum(rows: Rows, value: n.Expr, scope: Scope) -> n.Expr:
    made = _total(rows, value, scope)
    return settled(made) if made.cell.kind == "decimal" else checked_int(scope, made)


def _total(rows: Rows, value: n.Expr, scope: Scope) -> n.Expr:
    """Add values up, exactly; of nothing it is 0."""
    most, of = _most(rows, scope), value.cell
    if of.kind not in ("int", "decimal"):
        raise CannotLower("a sum of nulls")
    cell = Cell(of.kind, False, min(0, of.low * most), max(0, of.high * most), of.scale)
    if of.kind == "decimal" and not cell.fits_decimal():
        raise CannotLower("a sum may need more than 38 digits")
    found = aggregate(scope, rows, "sum", cell.with_null(), value)
    return n.Call(cell, "default", (found, n.Literal(Cell(of.kind, scale=of.scale), _zero(of.kind))))


def _zero(kind: str) -> object:
    return Decimal(0) if kind == "decimal" else 0


def _average(rows: Rows, value: n.Expr, scope: Scope) -> n.Expr:
    """Divide the exact sum by the count as ``/`` divides; null of nothing."""
    total = _total(rows, value, scope)
    many = scope.name(count(rows, TRUE, scope))
    shift = DIVISION_PLACES - total.cell.scale
    digits = n.Call(Cell("int", False, total.cell.low, total.cell.high), "unscaled", (total,))
    above = scope.name(times(digits, 10 ** max(shift, 0)))
    below_cell = integer(1, max(1, many.cell.high))
    below = scope.name(times(n.Call(below_cell, "positive", (many,)), 10 ** max(-shift, 0)))
    found = quotient(scope, above, below)
    cell = Cell("decimal", True, found.cell.low, found.cell.high, DIVISION_PLACES)
    return settled(n.Call(cell, "with_point", (found,)))


def one_of(rows: Rows, which: str, scope: Scope) -> Form:
    """Give the first or last row, or null; ties go by the source's key, else by the place in it."""
    order = (*rows.order, (identity(scope.query.rows[rows.gather], rows.gather), False))
    some = n.Call(BOOL, "gt", (count(rows, TRUE, scope), _ZERO))
    return _picked(rows.element, rows, which, order, some, scope)


def identity(facts: SourceFacts, row: str) -> n.Column:
    """Give the field that orders the records of a source where nothing else does."""
    name = facts.identity()
    cell = None if name is None else facts.cell(name)
    if name is None or cell is None:
        raise CannotLower(f"{facts.name} has no key to order by")
    return n.Column(cell, row, name)


def _picked(
    form: Form, rows: Rows, which: str, order: tuple[tuple[n.Expr, bool], ...], some: n.Expr, scope: Scope
) -> Form:
    match form:
        case Unusable():
            return form
        case Rows():
            raise CannotLower("a list of lists")
        case Record(fields, present):
            if present != TRUE:
                raise CannotLower("a list of nulls and records")
            found = {name: _picked(part, rows, which, order, some, scope) for name, part in fields.items()}
            return Record(found, scope.name(some))
        case _:
            return aggregate(scope, rows, which, form.cell.with_null(), form, order)


def aggregate(
    scope: Scope,
    rows: Rows,
    kind: str,
    cell: Cell,
    expr: n.Expr | None,
    order: tuple[tuple[n.Expr, bool], ...] = (),
) -> n.Ref:
    """Put an aggregate into the gather of the rows, or into one of its own for the item's values that it uses."""
    query = scope.query
    base = query.gathers[rows.gather]
    used = [rows.keep, *([] if expr is None else [expr]), *(part for part, _ in order)]
    arguments = tuple(sorted({arg for part in used for arg in outer_values(part, rows.gather)}, key=repr))
    gather = base if set(arguments) <= set(base.arguments) else _variant(base, arguments, scope)
    for known in gather.aggregates:
        if (known.kind, known.expr, known.keep, known.order) == (kind, expr, rows.keep, order):
            return n.Ref(known.cell, known.name)
    name = f"{gather.name}a{len(gather.aggregates)}"
    made = n.Aggregate(name, kind, cell, expr, rows.keep, order)
    query.change_gather(msgspec.structs.replace(gather, aggregates=(*gather.aggregates, made)))
    return n.Ref(cell, name)


def _variant(base: n.Gather, arguments: tuple[n.Expr, ...], scope: Scope) -> n.Gather:
    """Give the gather of the same records for items' values beside those of the fetch itself."""
    full = tuple(sorted({*base.arguments, *arguments}, key=repr))
    for known in scope.query.gathers.values():
        if known.row == base.row and known.arguments == full:
            return known
    name = f"g{len(scope.query.gathers)}"
    made = msgspec.structs.replace(base, name=name, aggregates=(), arguments=full)
    scope.query.add_gather(made)
    return made


def outer_values(expr: n.Expr, row: str) -> set[n.Expr]:
    """List the item's values that an expression about a record uses."""
    found: set[n.Expr] = set()
    for part in walk(expr):
        if isinstance(part, n.Ref) or (isinstance(part, n.Column) and part.of == "item"):
            found.add(part)
        elif isinstance(part, n.Column) and part.of != row:
            raise CannotLower("one list is looked at inside of another")
    return found
