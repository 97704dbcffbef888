"""Folds over fetched records: each becomes an aggregate of the fetch's gather.

All aggregates of one fetch stand in one gather; those that use values of the item (``o.total > c.threshold``)
stand in one gather for each set of such values. A list that is evaluated fails as its first record that fails.
Deliberately not lowered: folds over other lists, a list function inside of another's that can fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from sopwb.kernel.limits import DIVISION_PLACES
from sopwb.lang import ir
from sopwb.lang.expression.functions import FUNCTIONS
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, TRUE, both, choose, either, is_null, literal, negation, sorting, walk
from sopwb.plan.cells import BOOL, TEXT, Cell, integer
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering import expressions
from sopwb.plan.lowering.exact import Part, exact, joined
from sopwb.plan.lowering.forms import Form, Record, Rows, Unusable, scalar
from sopwb.plan.lowering.numbers import checked_int, quotient, settled, times
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.nodes import CannotLower

_ZERO: Final = literal(0)


def lower_fold(expr: ir.Fold, scope: Scope) -> Form:
    """Lower a list function with a variable (or its short form)."""
    if expr.kind == "count" and expr.body is None:
        return _size(expr.over, scope)
    rows = collection(expr.over, scope)
    if expr.kind in ("all", "exists"):
        return _until(expr, rows, scope)
    value = _body(expr, rows, scope)
    match expr.kind:
        case "filter":
            return msgspec.structs.replace(rows, keep=both(rows.keep, scalar(value)))
        case "map":
            return msgspec.structs.replace(rows, element=value)
        case "sort_by":
            return msgspec.structs.replace(rows, order=sorting([(scalar(value), False), *rows.order]))
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


def holds(member: ir.Expr, rows: Rows, scope: Scope) -> n.Expr:
    """Ask whether a list has a value among its elements."""
    value = scope.name(scalar(expressions.lower(member, scope)))
    same = expressions.compared("eq", rows.element, value)
    return n.Call(BOOL, "gt", (count(rows, same, scope), _ZERO))


def lower_list_function(expr: ir.Apply, scope: Scope) -> Form:
    """Lower ``size``, ``first`` and ``last`` of a list."""
    match expr.op:
        case "size_list":
            return _size(expr.args[0], scope)
        case "first" | "last":
            return one_of(collection(expr.args[0], scope), expr.op, scope)
        case _:
            raise CannotLower(f"{FUNCTIONS[expr.op].signature()} is not lowered")


def _size(items: ir.Expr, scope: Scope) -> n.Expr:
    if not (isinstance(items, ir.Apply) and items.op == "distinct"):
        return count(collection(items, scope), TRUE, scope)
    rows = collection(items.args[0], scope)
    value, cell = scalar(rows.element), integer(0, _most(rows, scope))
    different = aggregate(scope, rows, "different", cell.with_null(), value)
    found: n.Expr = n.Call(cell, "default", (different, _ZERO))
    if not value.cell.nullable:
        return found
    # A database does not count null, which is one more value.
    null = choose(n.Call(BOOL, "gt", (count(rows, is_null(value), scope), _ZERO)), literal(1), _ZERO)
    return n.Call(integer(0, cell.high + 1), "add", (found, null))


def collection(expr: ir.Expr, scope: Scope) -> Rows:
    """Insist on a list of fetched records."""
    form = expressions.lower(expr, scope)
    if isinstance(form, Unusable):
        raise CannotLower(form.reason)
    if not isinstance(form, Rows):
        raise CannotLower("only lists of fetched records are lowered")
    return form


def _body(expr: ir.Fold, rows: Rows, scope: Scope) -> Form:
    """Lower a fold's body, for one record; the item fails where the first record that fails does."""
    if expr.body is None:
        return rows.element
    value, failing = _of_record(expr.body, expr.var, rows, scope)
    if failing:
        failed = _any(failing)
        if len({code for code, _ in failing}) == 1:
            scope.fault(failing[0][0], n.Call(BOOL, "gt", (count(rows, failed, scope), _ZERO)))
        else:
            _fail_as_first(rows, failed, failing, scope)
    return value


def _until(expr: ir.Fold, rows: Rows, scope: Scope) -> n.Expr:
    """Lower ``all`` and ``exists``, which stop at the record that decides: so it may not matter that a later one
    fails."""
    assert expr.body is not None, "the checker asks for a condition"
    form, failing = _of_record(expr.body, expr.var, rows, scope)
    decides = scalar(form) if expr.kind == "exists" else negation(scalar(form))
    if failing:
        first = _fail_as_first(rows, either(_any(failing), decides), failing, scope)
        found: n.Expr = n.Call(BOOL, "same", (first, _ZERO))
    else:
        found = n.Call(BOOL, "gt", (count(rows, decides, scope), _ZERO))
    return found if expr.kind == "exists" else negation(found)


def _of_record(body: ir.Expr, var: str, rows: Rows, scope: Scope) -> tuple[Form, list[tuple[str, n.Expr]]]:
    """Lower an expression for one record; gives with it how it can fail, in the order of evaluation."""
    failing: list[tuple[str, n.Expr]] = []
    nested = scope.row != ""  # a list inside of a list's record: nothing may fail there
    form = expressions.lower(body, scope.inside(rows.gather, var, rows.element, None if nested else failing))
    return form, failing


def _any(failing: list[tuple[str, n.Expr]]) -> n.Expr:
    failed: n.Expr = FALSE
    for _, when in failing:
        failed = either(failed, when)
    return failed


def _fail_as_first(
    rows: Rows, keep: n.Expr, failing: list[tuple[str, n.Expr]], scope: Scope
) -> n.Expr:
    """Find the first row that is kept: the item fails as it does. Gives which failure that is, from 1, or 0 where
    that row does not fail; null where no row is kept."""
    cell = integer(0, len(failing))
    whens = tuple((when, literal(number)) for number, (_, when) in enumerate(failing, 1))
    kept = msgspec.structs.replace(rows, keep=both(rows.keep, keep))
    order = (*rows.order, (identity(scope.query.rows[rows.gather], rows.gather), False))
    first = aggregate(scope, kept, "first", cell.with_null(), n.Case(cell, whens, _ZERO), order)
    for number, (code, _) in enumerate(failing, 1):
        scope.fault(code, n.Call(BOOL, "eq", (first, literal(number))))
    return first


def count(rows: Rows, keep: n.Expr, scope: Scope) -> n.Expr:
    """Count the rows for which a condition holds."""
    cell = integer(0, _most(rows, scope))
    kept = msgspec.structs.replace(rows, keep=both(rows.keep, keep))
    if kept.keep == FALSE:
        return _ZERO
    found = aggregate(scope, kept, "count", cell.with_null(), None)
    return n.Call(cell, "default", (found, _ZERO))


def _most(rows: Rows, scope: Scope) -> int:
    most, limit = scope.query.rows[rows.gather].rows, scope.query.gathers[rows.gather].limit
    return max(0, min(most, limit.value)) if isinstance(limit, n.Literal) else most


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


def listed(rows: Rows, scope: Scope) -> list[Part]:
    """Write a list's exact JSON, an element after the other."""
    order = (*rows.order, (identity(scope.query.rows[rows.gather], rows.gather), False))
    texts = aggregate(scope, rows, "texts", TEXT.with_null(), joined(exact(rows.element)), order)
    return ["[", n.Call(TEXT, "default", (texts, literal(""))), "]"]


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
    arguments = arguments_of(used, rows.gather)
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
    name = scope.query.gather_name()
    made = msgspec.structs.replace(base, name=name, aggregates=(), arguments=full)
    scope.query.add_gather(made)
    return made


def arguments_of(exprs: Iterable[n.Expr], row: str) -> tuple[n.Expr, ...]:
    """List the item's values that expressions about a record use, in an order that is always the same."""
    return tuple(sorted({arg for expr in exprs for arg in _outer_values(expr, row)}, key=repr))


def _outer_values(expr: n.Expr, row: str) -> set[n.Expr]:
    """List the item's values that an expression about a record uses."""
    found: set[n.Expr] = set()
    for part in walk(expr):
        if isinstance(part, n.Ref) or (isinstance(part, n.Column) and part.of == "item"):
            found.add(part)
        elif isinstance(part, n.Column) and part.of != row:
            raise CannotLower("one list is looked at inside of another")
    return found
