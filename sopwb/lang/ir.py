"""The typed intermediate representation: what the checker proves and both engines run.

Every expression node carries its type; names are resolved, overloads chosen, int → decimal widening is an explicit
``widen`` op, null facts are already applied (a narrowed name has type T, not T?). Both engines may
trust it: a malformed IR is our bug, never the user's.

Deliberately not here: spans, notes, labels, step ids (they live in the draft), and how anything is run.

Expressions
    Const      a literal
    Name       a parameter, a step's name, an ``each`` item, a lambda's variable, ``it``, ``now`` or ``today``
    Field      record.field          (a nullable base never gets here un-narrowed)
    Index      list[int] or map[key] (out of range is a run error)
    Apply      a strict primitive, e.g. ``add_int``; names are the keys of lang.expression.functions.FUNCTIONS
    And Or Cond Coalesce   lazy, left to right
    Must       T? → T or a run error that names ``text``
    Has        has(a.b): whether a nullable field is there and not null
    Fold       a macro or list aggregate over ``over`` with ``var`` bound in ``body``
    MakeList MakeRecord MakeMap
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from sopwb.kernel.values import Value
from sopwb.lang.environment import Parameter
from sopwb.lang.types import RecordType, Type

WRITE: Final = "write:"
"""Before a source's name: its writes, where tools are named."""


class Const(msgspec.Struct, frozen=True):
    type: Type
    value: Value


class Name(msgspec.Struct, frozen=True):
    type: Type
    name: str


class Field(msgspec.Struct, frozen=True):
    type: Type
    base: Expr
    field: str


class Index(msgspec.Struct, frozen=True):
    type: Type
    base: Expr
    index: Expr


class Apply(msgspec.Struct, frozen=True):
    type: Type
    op: str
    args: tuple[Expr, ...]


class And(msgspec.Struct, frozen=True):
    type: Type
    left: Expr
    right: Expr


class Or(msgspec.Struct, frozen=True):
    type: Type
    left: Expr
    right: Expr


class Cond(msgspec.Struct, frozen=True):
    type: Type
    test: Expr
    then: Expr
    other: Expr


class Coalesce(msgspec.Struct, frozen=True):
    type: Type
    value: Expr
    default: Expr


class Must(msgspec.Struct, frozen=True):
    type: Type
    value: Expr
    text: str


class Has(msgspec.Struct, frozen=True):
    type: Type
    base: Expr
    field: str


class Fold(msgspec.Struct, frozen=True):
    """``kind``: all exists exists_one filter map count sum min max avg sort_by distinct_by…

    ``body`` is None for the forms without a lambda (they work on the element). ``type`` is the result's.
    """

    type: Type
    kind: str
    over: Expr
    var: str
    body: Expr | None


class MakeList(msgspec.Struct, frozen=True):
    type: Type
    items: tuple[Expr, ...]


class MakeRecord(msgspec.Struct, frozen=True):
    type: Type
    fields: tuple[tuple[str, Expr], ...]


class MakeMap(msgspec.Struct, frozen=True):
    type: Type
    entries: tuple[tuple[Expr, Expr], ...]


Expr: TypeAlias = (
    Const | Name | Field | Index | Apply | And | Or | Cond | Coalesce | Must | Has | Fold
    | MakeList | MakeRecord | MakeMap
)


class Code(msgspec.Struct, frozen=True):
    """An expression of a step with its canonical text, for traces and spoken lines."""

    text: str
    expr: Expr

    @property
    def type(self) -> Type:
        return self.expr.type


class Order(msgspec.Struct, frozen=True):
    code: Code
    descending: bool


class Retry(msgspec.Struct, frozen=True):
    times: int
    base_ms: int
    factor: int
    cap_ms: int


class OnError(msgspec.Struct, frozen=True):
    retry: Retry | None
    then: str
    """``fail``, ``skip`` or ``dead_letter``."""


class Fetch(msgspec.Struct, frozen=True):
    """``one``: "" (a list), "required" or "optional". ``fields`` empty: all that the script reads.

    ``type`` is what ``name`` is bound to: list<record>, record or record?.
    """

    path: str
    name: str
    source: str
    record: RecordType
    key: str | None
    where: Code | None
    order_by: tuple[Order, ...]
    limit: Code | None
    one: str
    fields: tuple[str, ...]
    type: Type


class Math(msgspec.Struct, frozen=True):
    path: str
    name: str
    code: Code


class If(msgspec.Struct, frozen=True):
    """``label`` is shown only; ``else_`` empty: no else."""

    path: str
    label: str
    cond: Code
    then: tuple[Step, ...]
    else_: tuple[Step, ...]


class Each(msgspec.Struct, frozen=True):
    """Over a source (``source`` set) or over a list (``over`` set). ``type`` is list<yield> or None without yield."""

    path: str
    name: str
    source: str
    record: RecordType | None
    key: str | None
    where: Code | None
    order_by: tuple[Order, ...]
    over: Code | None
    as_: str
    item_type: Type
    do: tuple[Step, ...]
    yield_: Code | None
    type: Type | None


class Call(msgspec.Struct, frozen=True):
    path: str
    name: str
    script: str
    pin: str
    params: tuple[Parameter, ...]
    args: tuple[tuple[str, Code], ...]
    """One for each parameter, by name (so are they computed); a T? that was left out is a ``null`` constant."""
    type: Type


class Tool(msgspec.Struct, frozen=True):
    path: str
    name: str
    tool: str
    kind: str
    args: tuple[tuple[str, Code], ...]
    on_error: OnError | None
    type: Type


class Write(msgspec.Struct, frozen=True):
    """A change of one record of ``source``, the one whose ``field``, the source's key, is ``key``.

    ``mode``: insert, update, upsert or delete. ``record`` has the values by name (so are they computed), without the
    key; it is empty for a delete.
    """

    path: str
    source: str
    mode: str
    field: str
    key: Code
    record: tuple[tuple[str, Code], ...]
    on_error: OnError | None

    @property
    def tool(self) -> str:
        """The name under which it is consented to, mocked and counted."""
        return WRITE + self.source


class Say(msgspec.Struct, frozen=True):
    path: str
    text: Code


class Fail(msgspec.Struct, frozen=True):
    path: str
    message: Code


class Return(msgspec.Struct, frozen=True):
    path: str
    value: Code


Step: TypeAlias = Fetch | Math | If | Each | Call | Tool | Write | Say | Fail | Return


def writes_of(steps: tuple[Step, ...]) -> Iterator[Write]:
    """Give every write among steps, nested ones too."""
    for step in steps:
        match step:
            case Write():
                yield step
            case If():
                yield from writes_of(step.then)
                yield from writes_of(step.else_)
            case Each():
                yield from writes_of(step.do)
            case _:
                continue


class SourceNeed(msgspec.Struct, frozen=True):
    """What a script reads of a source: the key and exactly the fields that it uses or writes, with their checked
    types."""

    name: str
    key: str | None
    record: RecordType


class Script(msgspec.Struct, frozen=True):
    """A checked script. ``params`` and ``reads`` are sorted by name; a record of a source has exactly the fields
    that its need in ``reads`` has, by name. ``tools`` has a ``write:SOURCE`` for each source that it writes."""

    params: tuple[Parameter, ...]
    returns: Type | None
    steps: tuple[Step, ...]
    reads: tuple[SourceNeed, ...]
    tools: tuple[str, ...]
