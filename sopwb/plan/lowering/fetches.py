"""Fetches: from the step's condition to a gather.

    the item's own record by its key            nothing: it is there already
    by the source's key                         a look-up: one record or none
    by any other equality, or none              a gather, grouped by what the records are matched by

The parts of the condition that are no equality between the record and the item choose among the records.
Deliberately not lowered: a condition that can fail, ``limit``.
"""

from __future__ import annotations

from sopwb.lang import ir
from sopwb.lang.parts import conjuncts, uses_it
from sopwb.lang.types import RecordType
from sopwb.plan import nodes as n
from sopwb.plan.algebra import TRUE, both, choose, is_constant, is_null, literal, negation, sorting
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering.expressions import lower_scalar
from sopwb.plan.lowering.folds import count, one_of, outer_values
from sopwb.plan.lowering.forms import Form, Record, Rows, Unusable, coerced
from sopwb.plan.lowering.numbers import aligned
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.nodes import CannotLower


class Fetched:
    """What a fetch gives: the form of its name, how many records there are, and whether they may be several."""

    __slots__ = ("form", "found", "several")

    def __init__(self, form: Form, found: n.Expr, several: bool) -> None:
        self.form, self.found, self.several = form, found, several


def record_of(facts: SourceFacts, promised: RecordType, of: str) -> Record:
    """Give a source's record as a script was promised it."""
    fields: dict[str, Form] = {}
    for name, wanted in promised.fields:
        live = facts.record.get(name)
        assert live is not None, "the types were compared before"
        cell = facts.cell(name)
        if cell is None:
            fields[name] = Unusable(f"{facts.name}.{name} is of a kind that is not lowered")
        elif cell.kind == "decimal" and not cell.fits_decimal():
            fields[name] = Unusable(f"{facts.name}.{name} may need more than 38 digits")
        else:
            fields[name] = coerced(n.Column(cell, of, name), live, wanted)
    return Record(fields)


def lower_fetch(step: ir.Fetch, promised: RecordType, items: n.Items, scope: Scope) -> Fetched:
    """Lower a fetch. Raises ``CannotLower``."""
    if step.limit is not None:
        raise CannotLower("a fetch with a limit")
    query = scope.query
    facts = query.sources[step.source]
    name = f"g{len(query.gathers)}"
    row = record_of(facts, promised, name)
    inside = scope.inside(name, "it", row, None)
    on, where = _condition(step, scope, inside)
    if facts.key is not None and step.one and where == TRUE and len(on) == 1 and step.source == items.source:
        ours, theirs = on[0]
        if theirs == items.key and isinstance(ours, n.Column) and ours.field == facts.key:
            return Fetched(_cut(record_of(facts, promised, "item"), step), literal(1), False)
    query.rows[name] = facts
    if step.one and any(isinstance(ours, n.Column) and ours.field == facts.key for ours, _ in on):
        return _look_up(step, row, facts, on, where, scope)
    arguments = tuple(sorted(outer_values(where, name), key=repr))
    query.add_gather(n.Gather(name, name, step.source, on, where, False, (), arguments))
    order = sorting((lower_scalar(o.code.expr, inside), o.descending) for o in step.order_by)
    rows = Rows(name, _cut(row, step), TRUE, order)
    found = scope.name(count(rows, TRUE, scope))
    if not step.one:
        return Fetched(rows, found, False)
    capped = choose(n.Call(TRUE.cell, "gt", (found, literal(1))), literal(1), found)
    return Fetched(one_of(rows, "first", scope), capped if step.order_by else found, not step.order_by)


def _cut(row: Record, step: ir.Fetch) -> Record:
    if not step.fields:
        return row
    return Record({name: row.fields[name] for name in step.fields}, row.present)


def _condition(
    step: ir.Fetch, scope: Scope, inside: Scope
) -> tuple[tuple[tuple[n.Expr, n.Expr], ...], n.Expr]:
    """Split a condition into what joins and what chooses."""
    on: list[tuple[n.Expr, n.Expr]] = []
    where: n.Expr = TRUE
    faults = len(scope.query.faults)
    for part in conjuncts(step.where.expr) if step.where is not None else []:
        pair = _equality(part)
        if pair is None:
            where = both(where, lower_scalar(part, inside))
            continue
        ours, theirs = lower_scalar(pair[0], inside), scope.name(lower_scalar(pair[1], scope))
        if ours.cell.kind == "null":
            raise CannotLower("a null of every record is compared")
        if theirs.cell.kind == "null":
            where = both(where, is_null(ours))
            continue
        if ours.cell.kind == "decimal":
            ours, theirs = aligned(ours, theirs)
        if is_constant(ours) or isinstance(theirs, (n.Literal, n.Param)):
            where = both(where, n.Call(TRUE.cell, "same" if ours.cell.nullable else "eq", (ours, theirs)))
        else:
            on.append((ours, theirs))
    if len(scope.query.faults) != faults:
        raise CannotLower("the condition of a fetch can fail")
    return tuple(on), where


def _equality(part: ir.Expr) -> tuple[ir.Expr, ir.Expr] | None:
    """Read ``f(it) == x`` or ``x == f(it)``, where x does not use ``it``."""
    if isinstance(part, ir.Apply) and part.op == "eq":
        left, right = part.args
        if uses_it(left) and not uses_it(right):
            return left, right
        if uses_it(right) and not uses_it(left):
            return right, left
    return None


def _look_up(
    step: ir.Fetch,
    row: Record,
    facts: SourceFacts,
    on: tuple[tuple[n.Expr, n.Expr], ...],
    where: n.Expr,
    scope: Scope,
) -> Fetched:
    """Give the one record that a key can find, or none."""
    name = f"g{len(scope.query.gathers)}"
    assert facts.key is not None
    cell = facts.cell(facts.key)
    assert cell is not None, "keys have cells"
    wanted: list[n.Aggregate] = [_field(name, 0, n.Column(cell, name, facts.key))]
    fields: dict[str, Form] = {}
    for field, form in _cut(row, step).fields.items():
        if isinstance(form, (Unusable, Record, Rows)):
            fields[field] = form
            continue
        made = _field(name, len(wanted), form)
        wanted.append(made)
        fields[field] = n.Ref(made.cell, made.name)
    arguments = tuple(sorted(outer_values(where, name), key=repr))
    scope.query.add_gather(n.Gather(name, name, step.source, on, where, True, tuple(wanted), arguments))
    there = scope.name(negation(is_null(n.Ref(wanted[0].cell, wanted[0].name))))
    found = choose(there, literal(1), literal(0))
    return Fetched(Record(fields, there), found, False)


def _field(gather: str, number: int, expr: n.Expr) -> n.Aggregate:
    return n.Aggregate(f"{gather}a{number}", "field", expr.cell.with_null(), expr, TRUE)


