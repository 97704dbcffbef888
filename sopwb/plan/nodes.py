"""The set plan: what one query computes for all items of an ``each``, as data.

    items ──► levels of named values and gathers ──► columns, in key order

A *gather* is what the steps want of one source for one join condition: aggregates of the records that fit, or
(``single``) fields of the one record that can. A *let* names a value once. Nothing in a plan can raise while
it runs: a value that could not be computed is null, and a *fault* says under which condition an item failed
there. Faults are numbered in the order in which the steps would be reached, so an item's error is its first
fault, and an event of the trace happened unless an earlier fault did.

A plan is pure data without I/O: executing it belongs to ``sopwb.data.duckdb``, its SQL to ``lowering``.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from sopwb.kernel.values import Value
from sopwb.lang.ir import OnError
from sopwb.plan.cells import Cell


class Literal(msgspec.Struct, frozen=True):
    """A constant; null is a value of every nullable cell."""

    cell: Cell
    value: Value


class Param(msgspec.Struct, frozen=True):
    """A name bound outside of the ``each``: a parameter of the query."""

    cell: Cell
    name: str


class Column(msgspec.Struct, frozen=True):
    """A field of the record that is looked at: of the item, or inside a gather of its source."""

    cell: Cell
    of: str
    """``item``, or the name of the gather inside of which it is."""
    field: str


class Ref(msgspec.Struct, frozen=True):
    """A let's value or a gather's column, by name."""

    cell: Cell
    name: str


class Call(msgspec.Struct, frozen=True):
    """An operation of the lowering table; strict: null where an argument is null, unless the table says else."""

    cell: Cell
    op: str
    args: tuple[Expr, ...]


class Case(msgspec.Struct, frozen=True):
    """The value of the first condition that is true, else ``default`` (None: null)."""

    cell: Cell
    whens: tuple[tuple[Expr, Expr], ...]
    default: Expr | None


Expr: TypeAlias = Literal | Param | Column | Ref | Call | Case


class Let(msgspec.Struct, frozen=True):
    """A value with a name."""

    name: str
    expr: Expr


class Aggregate(msgspec.Struct, frozen=True):
    """``kind``: count different sum min max first last texts (joined by commas) field. ``keep``: which records count.
    ``order``: for first, last and texts, (expression, descending), nulls last. ``expr`` is None for count."""

    name: str
    kind: str
    cell: Cell
    expr: Expr | None
    keep: Expr
    order: tuple[tuple[Expr, bool], ...] = ()


class Gather(msgspec.Struct, frozen=True):
    """What is wanted of one source's records that fit: ``on`` pairs an expression of the record with one of the
    item. ``row`` is what columns of its records are ``of``. ``arguments`` are the item's values that ``where`` and
    the aggregates use; without them records are grouped once, whichever items there are. In a ``single`` one
    the aggregates are the fields of the record (kind ``field``). ``index`` names the field in whose order the records
    are read ("": in any)."""

    name: str
    row: str
    source: str
    on: tuple[tuple[Expr, Expr], ...]
    where: Expr
    single: bool
    aggregates: tuple[Aggregate, ...]
    arguments: tuple[Expr, ...] = ()
    limit: Expr | None = None
    """Of the records that fit, only so many are looked at: the first ones by ``order``."""
    order: tuple[tuple[Expr, bool], ...] = ()
    index: str = ""


class Fault(msgspec.Struct, frozen=True):
    """An item fails here when ``when`` is true. Its number is its place in the plan, from 1."""

    code: str
    path: str
    when: Expr


class Fork(msgspec.Struct, frozen=True):
    """A branch: in the path's number its digit (base 3) is 1 where ``then`` holds, 2 where ``other`` does, unless
    a fault up to number ``after`` happened."""

    path: str
    then: Expr
    other: Expr
    after: int


class Event(msgspec.Struct, frozen=True):
    """An event of the trace: it happened where ``when`` holds and no fault up to number ``after`` did.

    ``text`` are the parts of its exact JSON: constant texts, and values to be written in their canonical form.
    """

    path: str
    op: str
    branch: str
    when: Expr
    after: int
    text: tuple[str | Expr, ...]


class Leaf(msgspec.Struct, frozen=True):
    """A result's scalar."""

    expr: Expr


class Tree(msgspec.Struct, frozen=True):
    """A result's record; ``present`` (None: always) says whether it is there or null."""

    fields: tuple[tuple[str, Shape], ...]
    present: Expr | None = None


Shape: TypeAlias = Leaf | Tree


class Effect(msgspec.Struct, frozen=True):
    """An effect that an item plans where ``when`` holds and no fault happened."""

    path: str
    tool: str
    kind: str
    when: Expr
    args: tuple[tuple[str, Shape], ...]
    on_error: OnError | None = None


class Items(msgspec.Struct, frozen=True):
    """The records that are gone through: ``key`` identifies them, ``order`` (then the key) sorts them."""

    source: str
    key: Column
    where: Expr
    order: tuple[tuple[Expr, bool], ...]


class SetPlan(msgspec.Struct, frozen=True):
    """One query over the items of one ``each``. ``steps`` are in the order of evaluation; ``rows`` are about how
    many records each source has, for whoever weighs ways to execute it, ``indexed`` the fields in whose order it has
    them."""

    path: str
    items: Items
    steps: tuple[Let | Gather, ...]
    faults: tuple[Fault, ...]
    forks: tuple[Fork, ...]
    events: tuple[Event, ...]
    effects: tuple[Effect, ...]
    result: Shape | None
    rows: tuple[tuple[str, int], ...] = ()
    indexed: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Unlowered(msgspec.Struct, frozen=True):
    """A step that has to run by rows, and why."""

    path: str
    reason: str


class CannotLower(Exception):
    """Ends the planning of an ``each``: it runs by rows. Raised inside of ``plan`` only."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason, self.path = reason, path
