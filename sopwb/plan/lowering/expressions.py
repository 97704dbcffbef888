"""Lowering expressions: typed IR → plan expressions, with the faults that they may have.

Evaluation goes from left to right and lazily, as the language has it: what stands right of ``&&`` has its
faults under the condition that it is reached. Deliberately not here: what the functions come to (``numbers``,
``times``, ``texts``), folds over fetched records (``folds``).
"""

from __future__ import annotations

from typing import Final, assert_never

from sopwb.lang import ir
from sopwb.lang.expression.functions import FUNCTIONS
from sopwb.plan import codes
from sopwb.plan import nodes as n
from sopwb.plan.algebra import FALSE, NULL, both, either, is_null, negation
from sopwb.plan.lowering import folds
from sopwb.plan.lowering.forms import (
    Form,
    Record,
    Rows,
    chosen,
    coerced,
    constant,
    field_of,
    narrowed,
    scalar,
    widened,
)
from sopwb.plan.lowering.numbers import NUMBERS, Operation, compare, extreme, settled
from sopwb.plan.lowering.reading import READING
from sopwb.plan.lowering.scope import Scope
from sopwb.plan.lowering.texts import TEXTS
from sopwb.plan.lowering.times import TIMES
from sopwb.plan.nodes import CannotLower

_STRICT: Final[dict[str, Operation]] = {**NUMBERS, **TIMES, **TEXTS, **READING}
_COMPARISONS: Final = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_LISTS: Final = frozenset({"size_list", "first", "last", "reverse"})


def lower(expr: ir.Expr, scope: Scope) -> Form:
    """Lower an expression. Raises ``CannotLower``."""
    match expr:
        case ir.Const(_, value):
            return constant(value)
        case ir.Name(type_, name):
            return narrowed(scope.names[name], type_)
        case ir.Field(type_, base, field):
            return narrowed(field_of(lower(base, scope), field), type_)
        case ir.Has(_, base, field):
            return negation(_null_test(field_of(lower(base, scope), field)))
        case ir.Apply():
            return _apply(expr, scope)
        case ir.And(_, left, right):
            return both(*_lazy(left, right, scope, negative=False))
        case ir.Or(_, left, right):
            return either(*_lazy(left, right, scope, negative=True))
        case ir.Cond(_, test, then, other):
            asked = scope.name(scalar(lower(test, scope)))
            one = lower(then, scope.under(asked))
            return chosen(asked, one, lower(other, scope.under(negation(asked))))
        case ir.Coalesce(_, value, default):
            return _coalesce(lower(value, scope), default, scope)
        case ir.Must(_, value, _):
            return _must(lower(value, scope), scope)
        case ir.Fold():
            return folds.lower_fold(expr, scope)
        case ir.MakeRecord(_, fields):
            return Record({name: lower(value, scope) for name, value in fields})
        case ir.MakeList() | ir.MakeMap() | ir.Index():
            raise CannotLower("lists and maps are not lowered")
        case _:
            assert_never(expr)


def lower_scalar(expr: ir.Expr, scope: Scope) -> n.Expr:
    """Lower an expression that is a scalar."""
    return scalar(lower(expr, scope))


def _lazy(left: ir.Expr, right: ir.Expr, scope: Scope, negative: bool) -> tuple[n.Expr, n.Expr]:
    a = scope.name(lower_scalar(left, scope))
    return a, lower_scalar(right, scope.under(negation(a) if negative else a))


def _null_test(form: Form) -> n.Expr:
    if isinstance(form, Record):
        return negation(form.present)
    if isinstance(form, Rows):
        return FALSE
    return is_null(scalar(form))


def _coalesce(value: Form, default: ir.Expr, scope: Scope) -> Form:
    if not isinstance(value, Record):
        value = scope.name(scalar(value))
    missing = scope.name(_null_test(value))
    other = lower(default, scope.under(missing))
    return _required(chosen(missing, other, value), other)


def _required(form: Form, other: Form) -> Form:
    """A default that is never null leaves no null."""
    if isinstance(form, Record) and isinstance(other, Record):
        return Record(form.fields, other.present)
    return form


def _must(value: Form, scope: Scope) -> Form:
    if not isinstance(value, Record):
        value = scope.name(scalar(value))
    scope.fault(codes.NULL, _null_test(value))
    return Record(value.fields) if isinstance(value, Record) else value


def _apply(expr: ir.Apply, scope: Scope) -> Form:
    op = expr.op
    if op in _LISTS:
        return folds.lower_list_function(expr, scope)
    if op == "in_list":
        return _in_list(expr.args[0], expr.args[1], scope)
    if op in ("greatest_list", "least_list"):
        return _extreme_of_list(op.removesuffix("_list"), expr.args[0], scope)
    args = [lower(arg, scope) for arg in expr.args]
    if op in _COMPARISONS:
        return compared(op, args[0], args[1])
    match op:
        case "not":
            return negation(scalar(args[0]))
        case "widen":
            return widened(scalar(args[0]))
        case "widen_deep":
            return coerced(args[0], expr.args[0].type, expr.type)
        case "greatest" | "least":
            return extreme(op, [scope.name(_there(arg)) for arg in args])
    if op not in _STRICT:
        raise CannotLower(f"{FUNCTIONS[op].signature()} is not lowered")
    made = _STRICT[op](scope, *map(_there, args))
    return settled(made) if made.cell.kind == "decimal" else made


def _there(form: Form) -> n.Expr:
    """Insist on a scalar that can be there at all."""
    value = scalar(form)
    if value.cell.kind == "null":
        raise CannotLower("a value is always null where one is needed")
    return value


def compared(op: str, left: Form, right: Form) -> n.Expr:
    """Compare two scalars, one of which may be the constant null."""
    if left == NULL or right == NULL:
        test = _null_test(right if left == NULL else left)
        return test if op == "eq" else negation(test)
    return compare(op, scalar(left), scalar(right))


def _in_list(member: ir.Expr, items: ir.Expr, scope: Scope) -> n.Expr:
    if not isinstance(items, ir.MakeList):
        return folds.holds(member, folds.collection(items, scope), scope)
    value = scope.name(lower_scalar(member, scope))
    found: n.Expr = FALSE
    for item in items.items:
        found = either(found, _equal(value, item, scope))
    return found


def _equal(value: n.Expr, item: ir.Expr, scope: Scope) -> n.Expr:
    return compared("eq", value, lower(item, scope))


def _extreme_of_list(op: str, items: ir.Expr, scope: Scope) -> n.Expr:
    if not isinstance(items, ir.MakeList) or not items.items:
        raise CannotLower("the greatest or least of a list of records' values")
    return extreme(op, [scope.name(_there(lower(item, scope))) for item in items.items])
