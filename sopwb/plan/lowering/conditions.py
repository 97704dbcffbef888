"""A fetch's condition: what joins records with the item, what chooses among them, and how it can fail.

A condition goes record by record and from left to right; the item fails where a record reaches a part that fails.
So each part that can is asked of the records for which all parts before it hold.
"""

from __future__ import annotations

import msgspec

from sopwb.lang import ir
from sopwb.lang.parts import conjuncts, uses_it
from sopwb.plan import nodes as n
from sopwb.plan.algebra import TRUE, both, is_constant, is_null, literal, replaced
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering.expressions import lower_scalar
from sopwb.plan.lowering.folds import arguments_of, count
from sopwb.plan.lowering.forms import Record, Rows
from sopwb.plan.lowering.numbers import aligned
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.nodes import CannotLower


class Failure(msgspec.Struct, frozen=True):
    """A part of a condition that can fail, as it stands: ``on`` and ``where`` of the parts before it. ``of_record``:
    whether it depends on the record, or is the item's alone."""

    path: str
    code: str
    when: n.Expr
    of_record: bool
    on: tuple[tuple[n.Expr, n.Expr], ...]
    where: n.Expr


class Condition:
    """A condition of the records of a gather, part by part. ``record``: what ``it`` is."""

    def __init__(self, gather: str, record: Record, scope: Scope) -> None:
        self._gather, self._record, self._scope = gather, record, scope
        self.on: tuple[tuple[n.Expr, n.Expr], ...] = ()
        self.where: n.Expr = TRUE
        self.failures: list[Failure] = []

    def add(self, part: ir.Expr, path: str) -> None:
        """Add what ``&&`` joins, from left to right."""
        for each in conjuncts(part):
            self._add(each, path)

    def _add(self, part: ir.Expr, path: str) -> None:
        pair = _equality(part)
        if pair is None:
            self.where = both(self.where, self.of_record(part, path))
            return
        theirs = self._of_item(pair[1], path)
        ours = self.of_record(pair[0], path)
        if ours.cell.kind == "null":
            raise CannotLower("a null of every record is compared")
        if theirs.cell.kind == "null":
            self.where = both(self.where, is_null(ours))
            return
        if ours.cell.kind == "decimal":
            ours, theirs = aligned(ours, theirs)
        if is_constant(ours) or isinstance(theirs, (n.Literal, n.Param)):
            self.where = both(self.where, n.Call(TRUE.cell, "same" if ours.cell.nullable else "eq", (ours, theirs)))
        else:
            self.on = (*self.on, (ours, theirs))

    def of_record(self, part: ir.Expr, path: str) -> n.Expr:
        """Lower what is said of a record, for those that are chosen so far."""
        failing: list[tuple[str, n.Expr]] = []
        value = lower_scalar(part, self._scope.inside(self._gather, "it", self._record, failing))
        self.failures += [Failure(path, code, when, True, self.on, self.where) for code, when in failing]
        return value

    def _of_item(self, part: ir.Expr, path: str) -> n.Expr:
        """Lower what is said of the item alone; it is computed where a record asks for it."""
        faults = self._scope.query.faults
        before = len(faults)
        value = self._scope.name(lower_scalar(part, self._scope))
        self.failures += [Failure(path, f.code, f.when, False, self.on, self.where) for f in faults[before:]]
        del faults[before:]
        return value

    def fail(self, source: str, facts: SourceFacts) -> None:
        """Let the item fail as its condition does."""
        if len({(failure.code, failure.path) for failure in self.failures}) > 1:
            # Which of them it is depends on the record that comes first.
            raise CannotLower("the condition of a fetch can fail in several ways")
        for failure in self.failures:
            when = _happens(failure, self._gather, source, facts, self._scope)
            self._scope.at(failure.path).fault(failure.code, when)


def _happens(failure: Failure, gather: str, source: str, facts: SourceFacts, scope: Scope) -> n.Expr:
    """Ask the records for which all parts before it hold."""
    name = scope.query.gather_name()

    def moved(expr: n.Expr) -> n.Expr:
        return replaced(
            expr, lambda p: n.Column(p.cell, name, p.field) if isinstance(p, n.Column) and p.of == gather else None
        )

    on, where = tuple((moved(ours), theirs) for ours, theirs in failure.on), moved(failure.where)
    scope.query.rows[name] = facts
    scope.query.add_gather(n.Gather(name, name, source, on, where, False, (), arguments_of([where], name)))
    rows = Rows(name, Record({}))
    reached = count(rows, moved(failure.when) if failure.of_record else TRUE, scope)
    happens = n.Call(TRUE.cell, "gt", (reached, literal(0)))
    return happens if failure.of_record else both(failure.when, happens)


def _equality(part: ir.Expr) -> tuple[ir.Expr, ir.Expr] | None:
    """Read ``f(it) == x`` or ``x == f(it)``, where x does not use ``it``."""
    if isinstance(part, ir.Apply) and part.op == "eq":
        left, right = part.args
        if uses_it(left) and not uses_it(right):
            return left, right
        if uses_it(right) and not uses_it(left):
            return right, left
    return None
