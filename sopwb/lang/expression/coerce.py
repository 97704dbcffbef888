"""Coercion: an expression of one type made to stand where another is wanted.

int widens to decimal, explicitly in the IR, wherever it stands: at once in constants, inside list, map and
record literals and in branches, else by ``widen`` and ``widen_deep``. T where T? is wanted needs nothing: the
value is the same.
"""

from __future__ import annotations

from decimal import Decimal

from sopwb.lang import ir
from sopwb.lang.types import (
    DECIMAL,
    INT,
    SECRET,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    Type,
    required,
)


def needs_widening(found: Type, wanted: Type) -> bool:
    """Whether a value of type ``found``, assignable to ``wanted``, has an int where a decimal is wanted."""
    found, wanted = required(found), required(wanted)
    match found, wanted:
        case ListType(a), ListType(b):
            return needs_widening(a, b)
        case MapType(_, a), MapType(_, b):
            return needs_widening(a, b)
        case RecordType(fields), RecordType():
            return any((other := wanted.get(name)) is not None and needs_widening(t, other) for name, t in fields)
        case _:
            return found == INT and wanted == DECIMAL


def coerce(expr: ir.Expr, wanted: Type) -> ir.Expr:
    """Make ``expr`` of the type ``wanted``, which its own type must be assignable to."""
    if isinstance(expr, ir.Const) and expr.value is None:
        return ir.Const(wanted, None)
    if not needs_widening(expr.type, wanted):
        return expr
    match expr:
        case ir.Const(_, value) if isinstance(value, int):
            return ir.Const(DECIMAL, Decimal(value))
        case ir.MakeList(_, items) if isinstance(wanted := required(wanted), ListType):
            return ir.MakeList(wanted, tuple(coerce(item, wanted.element) for item in items))
        case ir.MakeRecord(_, fields) if isinstance(wanted := required(wanted), RecordType):
            made = tuple((name, coerce(value, _field(wanted, name))) for name, value in fields)
            return ir.MakeRecord(RecordType(tuple((name, _field(wanted, name)) for name, _ in fields)), made)
        case ir.MakeMap(_, entries) if isinstance(wanted := required(wanted), MapType):
            return ir.MakeMap(wanted, tuple((key, coerce(value, wanted.value)) for key, value in entries))
        case ir.Cond(_, test, then, other):
            return ir.Cond(wanted, test, coerce(then, wanted), coerce(other, wanted))
    scalar = required(expr.type) == INT
    # A nullable stays nullable, whatever the wish: widening says nothing about null.
    result = wanted if isinstance(expr.type, OptionalType) else required(wanted)
    return ir.Apply(result, "widen" if scalar else "widen_deep", (expr,))


def _field(record: RecordType, name: str) -> Type:
    type_ = record.get(name)
    assert type_ is not None, "assignable records have the same fields"
    return type_


def has_secret(type_: Type) -> bool:
    """Whether a secret is this type, or anywhere in it."""
    match type_:
        case OptionalType(inner):
            return has_secret(inner)
        case ListType(element):
            return has_secret(element)
        case MapType(_, value):
            return has_secret(value)
        case RecordType(fields):
            return any(has_secret(t) for _, t in fields)
        case _:
            return type_ == SECRET
