"""What a name stands for while a plan is made: a scalar expression, a record of forms, or the rows of a gather.

Records never reach the query: only their scalars do. Rows never do either: they can be aggregated, and a list
that would have to be shown or passed on as a whole is not lowered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import msgspec

from sopwb.lang.types import DECIMAL, INT, RecordType, Type, is_optional, required
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, NULL, TRUE, choose, literal
from sopwb.plan.cells import Cell
from sopwb.plan.nodes import CannotLower


class Unusable(msgspec.Struct, frozen=True):
    """A value that a plan cannot hold; it may be there as long as nobody uses it."""

    reason: str


class Record(msgspec.Struct):
    """A record; ``present`` says whether it is there (a constant true: always)."""

    fields: dict[str, Form]
    present: n.Expr = TRUE


class Rows(msgspec.Struct):
    """Records of a gather: which of them (``keep``), as what (``element``), in which order (ties by key)."""

    gather: str
    element: Form
    keep: n.Expr = TRUE
    order: tuple[tuple[n.Expr, bool], ...] = ()


Form: TypeAlias = n.Literal | n.Param | n.Column | n.Ref | n.Call | n.Case | Record | Rows | Unusable


def scalar(form: Form) -> n.Expr:
    """Insist on a scalar."""
    if isinstance(form, Unusable):
        raise CannotLower(form.reason)
    if isinstance(form, Record):
        raise CannotLower("a record is used as a whole")
    if isinstance(form, Rows):
        raise CannotLower("a list is used as a whole")
    return form


def field_of(form: Form, name: str) -> Form:
    """Give a record's field."""
    if isinstance(form, Record):
        return form.fields[name]
    if isinstance(form, Unusable):
        raise CannotLower(form.reason)
    assert form == NULL, "only records have fields"
    return NULL


def coerced(form: Form, found: Type, wanted: Type) -> Form:
    """Change a form as the language changes a value of one type into another: int → decimal, fields in order."""
    if required(found) == required(wanted):
        return narrowed(form, wanted)
    if required(found) == INT and required(wanted) == DECIMAL:
        return widened(scalar(form))
    match required(found), required(wanted):
        case RecordType() as inner, RecordType(fields) if isinstance(form, Record):
            made = {}
            for name, type_ in fields:
                has = inner.get(name)
                assert has is not None, f"the types were compared before: {name} is missing"
                made[name] = coerced(form.fields[name], has, type_)
            return Record(made, form.present)
        case _:
            return form


def narrowed(form: Form, type_: Type) -> Form:
    """Leave out the fields that a type does not know: a live record may have more than was promised."""
    inner = required(type_)
    if not isinstance(form, Record) or not isinstance(inner, RecordType):
        return form
    present = form.present if is_optional(type_) else TRUE
    return Record({name: narrowed(form.fields[name], t) for name, t in inner.fields}, present)


def widened(value: n.Expr) -> n.Expr:
    """Make a decimal of an int."""
    cell = value.cell
    if cell.kind != "int":
        return value  # null, which stays
    made = Cell("decimal", cell.nullable, cell.low, cell.high)
    if isinstance(value, n.Literal):
        return n.Literal(made, Decimal(value.value))
    return n.Call(made, "widen", (value,))


def chosen(test: n.Expr, then: Form, other: Form) -> Form:
    """Give one of two forms of one type."""
    if isinstance(then, Unusable) or isinstance(other, Unusable):
        return then if isinstance(then, Unusable) else other
    if isinstance(then, Record) or isinstance(other, Record):
        return _chosen_record(test, then, other)
    if isinstance(then, Rows) or isinstance(other, Rows):
        if then == other:
            return then
        return Unusable("a list comes from one of two branches")
    if then.cell.kind == "decimal" == other.cell.kind and not then.cell.join(other.cell).fits_decimal():
        return Unusable("two decimals together may need more than 38 digits")
    return choose(test, then, other)


def _chosen_record(test: n.Expr, then: Form, other: Form) -> Form:
    sides = [Record({}, FALSE) if form == NULL else form for form in (then, other)]
    left, right = sides
    if not isinstance(left, Record) or not isinstance(right, Record):
        return Unusable("a record comes from one of two branches")
    names = list(left.fields) or list(right.fields)
    fields = {
        name: chosen(test, left.fields.get(name, NULL), right.fields.get(name, NULL)) for name in names
    }
    present = choose(test, left.present, right.present)
    return Record(fields, present)


def constant(value: object) -> Form:
    """Make the form of a known value."""
    if isinstance(value, dict):
        return Record({name: constant(item) for name, item in value.items()})
    if isinstance(value, list):
        return Unusable("a list is used as a whole")
    made = literal(value)
    if made.cell.kind == "decimal" and not made.cell.fits_decimal():
        return Unusable("a decimal has more than 38 digits")
    return made
