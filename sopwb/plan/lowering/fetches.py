"""Fetches: from the step's condition to a gather.

    the item's own record by its key            nothing: it is there already
    by the source's key                         a look-up: one record or none
    by any other equality, or none              a gather, grouped by what the records are matched by

The parts of the condition that are no equality between the record and the item choose among the records.
With a limit, the first of those that fit are ranked and kept. Deliberately not lowered: stopping before a record
whose condition fails.
"""

from __future__ import annotations

import msgspec

from sopwb.lang import ir
from sopwb.lang.types import RecordType
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, TRUE, choose, is_null, literal, negation, sorting
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering.conditions import Condition
from sopwb.plan.lowering.expressions import lower_scalar
from sopwb.plan.lowering.folds import arguments_of, count, identity, one_of
from sopwb.plan.lowering.forms import Form, Record, Rows, Unusable, coerced
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
    query, facts, name = scope.query, scope.query.sources[step.source], scope.query.gather_name()
    row = record_of(facts, promised, name)
    condition = Condition(name, row, scope)
    if step.where is not None:
        condition.add(step.where.expr, f"{scope.path}/where")
    if any(f.of_record for f in condition.failures) and step.one and not step.order_by:
        raise CannotLower("a fetch of one stops at the second record that fits, and a later one can fail")
    if condition.failures and step.limit is not None and not step.order_by:
        raise CannotLower("a fetch with a limit stops there, and a later record can fail")
    on, where = condition.on, condition.where
    if facts.key is not None and step.one and where == TRUE and len(on) == 1 and step.source == items.source:
        ours, theirs = on[0]
        if theirs == items.key and isinstance(ours, n.Column) and ours.field == facts.key:
            return Fetched(_cut(record_of(facts, promised, "item"), step), literal(1), False)
    query.rows[name] = facts
    order = sorting(
        (condition.of_record(key.code.expr, f"{scope.path}/order_by/{number}"), key.descending)
        for number, key in enumerate(step.order_by)
    )
    condition.fail(step.source, facts)
    if step.one and any(isinstance(ours, n.Column) and ours.field == facts.key for ours, _ in on):
        return _look_up(step, name, row, facts, on, where, scope)
    gather = n.Gather(name, name, step.source, on, where, False, (), arguments_of([where], name))
    query.add_gather(gather if step.limit is None else _limited(gather, step.limit, order, facts, scope))
    rows = Rows(name, _cut(row, step), TRUE, order)
    found = scope.name(count(rows, TRUE, scope))
    if not step.one:
        return Fetched(rows, found, False)
    capped = choose(n.Call(TRUE.cell, "gt", (found, literal(1))), literal(1), found)
    return Fetched(one_of(rows, "first", scope), capped if step.order_by else found, not step.order_by)


def _limited(
    gather: n.Gather, limit: ir.Code, order: tuple[tuple[n.Expr, bool], ...], facts: SourceFacts, scope: Scope
) -> n.Gather:
    """Look at the first records only."""
    there = scope.at(f"{scope.path}/limit")
    most = scope.name(lower_scalar(limit.expr, there))
    there.fault(codes.LIMIT_NEGATIVE, _negative(most))
    by = (*order, (identity(facts, gather.row), False))
    arguments = arguments_of([gather.where, most, *(expr for expr, _ in by)], gather.row)
    return msgspec.structs.replace(gather, limit=most, order=by, arguments=arguments)


def _negative(value: n.Expr) -> n.Expr:
    if value.cell.kind == "null":
        raise CannotLower("a limit is always null")
    if isinstance(value, n.Literal):
        return TRUE if value.value < 0 else FALSE
    return n.Call(TRUE.cell, "lt", (value, literal(0)))


def _cut(row: Record, step: ir.Fetch) -> Record:
    if not step.fields:
        return row
    return Record({name: row.fields[name] for name in step.fields}, row.present)


def _look_up(
    step: ir.Fetch,
    name: str,
    row: Record,
    facts: SourceFacts,
    on: tuple[tuple[n.Expr, n.Expr], ...],
    where: n.Expr,
    scope: Scope,
) -> Fetched:
    """Give the one record that a key can find, or none."""
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
    made_of = arguments_of([where], name)
    scope.query.add_gather(n.Gather(name, name, step.source, on, where, True, tuple(wanted), made_of))
    there = scope.name(negation(is_null(n.Ref(wanted[0].cell, wanted[0].name))))
    found = choose(there, literal(1), literal(0))
    return Fetched(Record(fields, there), found, False)


def _field(gather: str, number: int, expr: n.Expr) -> n.Aggregate:
    return n.Aggregate(f"{gather}a{number}", "field", expr.cell.with_null(), expr, TRUE)


