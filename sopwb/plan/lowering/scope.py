"""Where an expression is lowered: which names it sees, under which condition it is reached, where its faults go.

Of an item every value that is used twice gets a name and every computation that can fail a fault. Inside of a
gather (``row``) there are no names, and records are looked at in no order: what can fail there is told to the
fold, which may count the records that fail, or else is not lowered.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from sopwb.kernel.limits import SET_ROW_PARTS_MAX
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, TRUE, both, walk
from sopwb.plan.facts import SourceFacts
from sopwb.plan.lowering.forms import Form
from sopwb.plan.nodes import CannotLower


class Query(msgspec.Struct):
    """A plan that is being made."""

    sources: dict[str, SourceFacts]
    zone: dt.tzinfo
    steps: list[n.Let | n.Gather] = []
    faults: list[n.Fault] = []
    forks: list[n.Fork] = []
    events: list[n.Event] = []
    effects: list[n.Effect] = []
    named: dict[n.Expr, n.Ref] = {}
    gathers: dict[str, n.Gather] = {}
    rows: dict[str, SourceFacts] = {}
    """The source of each gather, by what its columns are ``of``."""
    gather_names: int = 0

    def let(self, expr: n.Expr) -> n.Expr:
        """Name a value, once."""
        if isinstance(expr, (n.Literal, n.Param, n.Column, n.Ref)):
            return expr
        found = self.named.get(expr)
        if found is None:
            found = self.named[expr] = n.Ref(expr.cell, f"v{len(self.named)}")
            self.steps.append(n.Let(found.name, expr))
        return found

    def gather_name(self) -> str:
        """Give a name that no other gather has or will have."""
        self.gather_names += 1
        return f"g{self.gather_names - 1}"

    def add_gather(self, gather: n.Gather) -> None:
        """Put a gather after what there is."""
        self.gathers[gather.name] = gather
        self.steps.append(gather)

    def change_gather(self, gather: n.Gather) -> None:
        """Put a gather that has grown in the place of what it was."""
        self.steps[self.steps.index(self.gathers[gather.name])] = gather
        self.gathers[gather.name] = gather


class Scope:
    """A place in a script. ``row``: the gather inside of which it is ("" for the item's own steps).

    ``failing``: inside of a gather, takes what can fail for a record, as (code, condition); None: nothing may.
    """

    __slots__ = ("failing", "guard", "names", "path", "query", "row")

    def __init__(
        self, query: Query, names: dict[str, Form], path: str, guard: n.Expr = TRUE, row: str = "",
        failing: list[tuple[str, n.Expr]] | None = None,
    ) -> None:  # fmt: skip
        self.query, self.names, self.path, self.guard = query, names, path, guard
        self.row, self.failing = row, failing

    def at(self, path: str) -> Scope:
        """Give the same place under another path."""
        return Scope(self.query, self.names, path, self.guard, self.row, self.failing)

    def under(self, condition: n.Expr) -> Scope:
        """Give the place that is reached only where a condition holds."""
        guard = self.name(both(self.guard, condition))
        return Scope(self.query, self.names, self.path, guard, self.row, self.failing)

    def inside(self, gather: str, name: str, form: Form, failing: list[tuple[str, n.Expr]] | None) -> Scope:
        """Give the place of a record of a gather, which a name stands for."""
        return Scope(self.query, {**self.names, name: form}, self.path, TRUE, gather, failing)

    def name(self, expr: n.Expr) -> n.Expr:
        """Name a value that is used more than once. Inside of a gather nothing has a name: it is repeated."""
        if not self.row:
            return self.query.let(expr)
        if any(number >= SET_ROW_PARTS_MAX for number, _ in enumerate(walk(expr))):
            raise CannotLower("it computes too much for each record of a list")
        return expr

    def fault(self, code: str, when: n.Expr) -> None:
        """Say that the item fails here where a condition holds (null: it does not)."""
        if when == FALSE:
            return
        failed = both(self.guard, when)
        if not self.row:
            self.query.faults.append(n.Fault(code, self.path, failed))
        elif self.failing is None:
            raise CannotLower("it can fail for a record of a list")
        else:
            self.failing.append((code, failed))
