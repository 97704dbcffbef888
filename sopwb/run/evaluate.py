"""One expression, outside of any script: text and variables in, type and value or an error out.

Variables come as JSON, so their types are read from their values: a whole number is ``int``, one with a
fraction or an exponent ``decimal``, an object a record, and ``{"$timestamp": …}``, ``{"$date": …}``,
``{"$duration": …}`` the times. Elements of a list share one type; records of a list that lack each
other's fields have null there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import DECIMAL_DIGITS, INT_MAX, INT_MIN
from sopwb.kernel.values import Value, plain
from sopwb.lang.expression import codes
from sopwb.lang.expression.check import check_expression
from sopwb.lang.expression.parse import parse_expression
from sopwb.lang.expression.scope import Scope
from sopwb.lang.expression.texts import parse_date, parse_duration, parse_timestamp
from sopwb.lang.types import (
    BOOL,
    DATE,
    DECIMAL,
    DURATION,
    INT,
    NEVER,
    NULL,
    STRING,
    TIMESTAMP,
    ListType,
    RecordType,
    Type,
    optional,
    type_text,
    unify,
)
from sopwb.run.expression import Context, ExpressionFailure, compile_expression
from sopwb.run.functions.lists import widener

_TIMES: Final[dict[str, tuple[Type, Callable[[str], Value]]]] = {
    "$timestamp": (TIMESTAMP, parse_timestamp),
    "$date": (DATE, parse_date),
    "$duration": (DURATION, parse_duration),
}


def evaluate_text(
    text: str, variables: dict[str, tuple[Type, Value]], zone: dt.tzinfo, now: dt.datetime
) -> dict[str, Any]:
    """Evaluate an expression at an instant in a zone.

    Gives ``{"type": …, "value": …}`` with a value that JSON can hold, or ``{"error": {"code",
    "message"}}`` of the first diagnostic or of the failure. Never raises for what a person wrote.
    """
    node, found = parse_expression(text)
    if node is None:
        return _error(found[0].code, found[0].message)
    scope = Scope.of({name: type_ for name, (type_, _) in variables.items()})
    expr, found = check_expression(node, scope, "")
    if expr is None:
        return _error(found[0].code, found[0].message)
    env: dict[str, Value] = {"now": now, "today": now.astimezone(zone).date()}
    env.update((name, value) for name, (_, value) in variables.items())
    try:
        value = compile_expression(expr, Context(zone))(env)
    except ExpressionFailure as failure:
        return _error(failure.code, failure.message)
    return {"type": type_text(expr.type), "value": plain(value)}


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def variables_of_json(obj: dict[str, Any]) -> dict[str, tuple[Type, Value]]:
    """Give the variables of a JSON object their types. Raises ``UserError`` for one that has none.

    Numbers must have been read exactly (``kernel.canonical.parse_json``).
    """
    found: dict[str, tuple[Type, Value]] = {}
    for name, value in obj.items():
        try:
            found[name] = _read(value)
        except ValueError as fault:
            raise UserError(Diagnostic(codes.BAD_CONSTANT, f"{name}: {fault}", path=f"vars/{name}")) from None
    return found


def _read(value: Any) -> tuple[Type, Value]:
    match value:
        case None:
            return NULL, None
        case bool():
            return BOOL, value
        case int():
            if not INT_MIN <= value <= INT_MAX:
                raise ValueError(f"{str(value)[:40]} is beyond 64 bits")
            return INT, value
        case float():
            return DECIMAL, Decimal(str(value))
        case Decimal():
            significant = "".join(map(str, value.as_tuple().digits)).rstrip("0")
            if len(significant) > DECIMAL_DIGITS or (value and value.adjusted() >= DECIMAL_DIGITS):
                raise ValueError(f"a decimal has at most {DECIMAL_DIGITS} digits")
            return DECIMAL, value
        case str():
            return STRING, value
        case list():
            return _list(value)
        case dict():
            return _object(value)
        case _:
            raise ValueError(f"{type(value).__name__} is not JSON")


def _object(obj: dict[str, Any]) -> tuple[Type, Value]:
    if len(obj) == 1:
        name, text = next(iter(obj.items()))
        if name in _TIMES:
            type_, read = _TIMES[name]
            if not isinstance(text, str):
                raise ValueError(f"{name} takes a text")
            return type_, read(text)
    parts = {name: _read(value) for name, value in obj.items()}
    record = RecordType(tuple((name, type_) for name, (type_, _) in parts.items()))
    return record, {name: value for name, (_, value) in parts.items()}


def _list(values: list[Any]) -> tuple[Type, Value]:
    read = [_read(value) for value in values]
    read = _completed(read)
    element: Type = NEVER
    for type_, _ in read:
        both = unify(element, type_)
        if both is None:
            raise ValueError(f"{type_text(element)} and {type_text(type_)} in one list have no type in common")
        element = both
    return ListType(element), [widener(type_, element)(value) for type_, value in read]


def _completed(read: list[tuple[Type, Value]]) -> list[tuple[Type, Value]]:
    """Give the records of a list the fields that others of them have, as null."""
    fields: dict[str, Type] = {}
    for type_, _ in read:
        if isinstance(type_, RecordType):
            for name, field in type_.fields:
                fields.setdefault(name, field)
    done: list[tuple[Type, Value]] = []
    for type_, value in read:
        if isinstance(type_, RecordType):
            missing = [name for name in fields if type_.get(name) is None]
            full = RecordType(type_.fields + tuple((name, optional(NULL)) for name in missing))
            done.append((full, {**value, **dict.fromkeys(missing)}))
        else:
            done.append((type_, value))
    return done
