"""The abstract syntax tree of a script: its shape, with every expression parsed and no type decided.

``lang.parse`` builds it from JSON, ``lang.check`` turns it into typed IR; the printers read both. Step ids
and notes are kept here (the outline shows them) and dropped by the canonical form. Deliberately not here:
names, types and reachability.

Paths are written one way everywhere: ``steps/2/where``, nested ``steps/3/then/0/value/reason``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec

from sopwb.lang.expression.syntax import Node, RecordLiteral
from sopwb.lang.types import RecordType, Type, type_text

VERSION: Final = 1
RESERVED: Final = ("it", "now", "today")
"""Names with a meaning of their own, which no step, parameter or item may take."""
BRANCHES: Final = ("then", "else", "do")
"""The fields of a step that hold steps."""
WRITE_MODES: Final = ("insert", "update", "upsert", "delete")


class Expression(msgspec.Struct, frozen=True):
    """An expression as it was written, and its tree (None: it does not parse, and a diagnostic says why)."""

    text: str
    path: str
    node: Node | None


class RecordValue(msgspec.Struct, frozen=True):
    """A ``value`` or ``yield`` that was written as an object of expressions."""

    path: str
    fields: tuple[tuple[str, Expression], ...]


Value: TypeAlias = Expression | RecordValue


def as_record(value: Value) -> Value:
    """Give a value that was written as one record literal as the object that it is another spelling of."""
    if isinstance(value, Expression) and isinstance(value.node, RecordLiteral):
        fields = tuple((name, Expression(value.text, value.path, node)) for name, node in value.node.fields)
        return RecordValue(value.path, fields)
    return value


class OrderBy(msgspec.Struct, frozen=True):
    expression: Expression
    descending: bool


class RetryPolicy(msgspec.Struct, frozen=True):
    times: int
    base_ms: int
    factor: int
    cap_ms: int


class ErrorPolicy(msgspec.Struct, frozen=True):
    """``then``: fail, skip or dead_letter."""

    retry: RetryPolicy | None
    then: str


class FetchStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "fetch"
    path: str
    id: str = ""
    note: str = ""
    name: str
    source: str
    where: Expression | None = None
    order_by: tuple[OrderBy, ...] = ()
    limit: Expression | None = None
    one: str = ""
    fields: tuple[str, ...] = ()


class MathStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "math"
    path: str
    id: str = ""
    note: str = ""
    name: str
    expr: Expression


class IfStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "if"
    path: str
    id: str = ""
    note: str = ""
    label: str = ""
    cond: Expression
    then: tuple[Step, ...]
    else_: tuple[Step, ...] = ()


class EachStep(msgspec.Struct, frozen=True, kw_only=True):
    """Over a source (``source`` set) or over a list (``over`` set)."""

    op: str = "each"
    path: str
    id: str = ""
    note: str = ""
    name: str = ""
    source: str = ""
    where: Expression | None = None
    order_by: tuple[OrderBy, ...] = ()
    over: Expression | None = None
    as_: str
    do: tuple[Step, ...]
    yield_: Value | None = None


class CallStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "call"
    path: str
    id: str = ""
    note: str = ""
    name: str = ""
    script: str = ""
    pin: str = ""
    args: tuple[tuple[str, Expression], ...] = ()


class ToolStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "tool"
    path: str
    id: str = ""
    note: str = ""
    name: str = ""
    tool: str
    args: tuple[tuple[str, Expression], ...] = ()
    on_error: ErrorPolicy | None = None


class WriteStep(msgspec.Struct, frozen=True, kw_only=True):
    """``key`` None: an insert or upsert whose key stands in ``record``."""

    op: str = "write"
    path: str
    id: str = ""
    note: str = ""
    into: str
    mode: str
    key: Expression | None = None
    record: tuple[tuple[str, Expression], ...] = ()
    on_error: ErrorPolicy | None = None


class SayStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "say"
    path: str
    id: str = ""
    note: str = ""
    text: Expression


class FailStep(msgspec.Struct, frozen=True, kw_only=True):
    op: str = "fail"
    path: str
    id: str = ""
    note: str = ""
    message: Expression


class ReturnStep(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` None: a script without ``returns`` ends here and gives null."""

    op: str = "return"
    path: str
    id: str = ""
    note: str = ""
    value: Value | None = None


Step: TypeAlias = (
    FetchStep | MathStep | IfStep | EachStep | CallStep | ToolStep | WriteStep | SayStep | FailStep | ReturnStep
)


class Script(msgspec.Struct, frozen=True):
    """A script.

    ``params`` in the order written (they are passed by name); ``returns`` None: it gives null.
    """

    params: tuple[tuple[str, Type], ...]
    returns: Type | None
    steps: tuple[Step, ...]
    title: str = ""
    note: str = ""


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Give every step, nested ones after the step that holds them, in reading order."""
    for step in steps:
        yield step
        if isinstance(step, IfStep):
            yield from walk(step.then)
            yield from walk(step.else_)
        elif isinstance(step, EachStep):
            yield from walk(step.do)


def raw_of(script: Script) -> dict[str, Any]:
    """Give the raw script of a tree, expressions as they were written."""
    raw: dict[str, Any] = {"sop": VERSION}
    if script.title:
        raw["title"] = script.title
    if script.note:
        raw["note"] = script.note
    if script.params:
        raw["params"] = {name: type_text(type_) for name, type_ in script.params}
    if isinstance(script.returns, RecordType):
        raw["returns"] = {name: type_text(type_) for name, type_ in script.returns.fields}
    elif script.returns is not None:
        raw["returns"] = type_text(script.returns)
    raw["steps"] = [_raw_step(step) for step in script.steps]
    return raw


def _raw_value(value: Value) -> Any:
    if isinstance(value, Expression):
        return value.text
    return {name: expression.text for name, expression in value.fields}


def _raw_step(step: Step) -> dict[str, Any]:
    """Write a step's fields under their names in JSON; what is not there is left out."""
    raw: dict[str, Any] = {"op": step.op}
    for field in step.__struct_fields__:
        value = getattr(step, field)
        if field in ("op", "path") or (value in ("", (), None) and field not in ("then", "do")):
            continue
        key = _JSON_NAMES.get(field, field)
        match value:
            case Expression() | RecordValue():
                raw[key] = _raw_value(value)
            case ErrorPolicy():
                raw[key] = {"then": value.then}
                if value.retry is not None:
                    raw[key]["retry"] = msgspec.to_builtins(value.retry)
            case tuple() if field == "order_by":
                raw[key] = [order.expression.text + (" desc" if order.descending else "") for order in value]
            case tuple() if field in ("args", "record"):
                raw[key] = {name: expression.text for name, expression in value}
            case tuple() if field in ("then", "else_", "do"):
                raw[key] = [_raw_step(inner) for inner in value]
            case tuple():
                raw[key] = list(value)
            case _:
                raw[key] = value
    return raw


_JSON_NAMES: Final = {
    "source": "from",
    "over": "in",
    "as_": "as",
    "yield_": "yield",
    "else_": "else",
    "label": "name",
}
"""Fields of the tree → fields of JSON, where Python has a word of its own."""
