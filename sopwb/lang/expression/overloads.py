"""Overloads: which line of the catalogue fits the types of the arguments.

A pattern is a type with ``T``, ``K`` and ``V`` in it (``functions``). Null is not looked at here: the checker
matches the types without their ``?`` and then says which argument may be null.
"""

from __future__ import annotations

from collections.abc import Iterable

from sopwb.lang.expression.functions import VARIABLES, Function
from sopwb.lang.types import (
    DECIMAL,
    INT,
    NEVER,
    ListType,
    MapType,
    NeverType,
    OptionalType,
    Scalar,
    Type,
    optional,
    required,
    unify,
)


def choose(candidates: Iterable[Function], found: list[Type]) -> tuple[Function, tuple[Type, ...], Type] | None:
    """Find the first overload that takes these types, exactly or else with int → decimal.

    Gives it with the types that its arguments must be coerced to and its result type; None when none fits.
    """
    fitting = [f for f in candidates if len(f.params) == len(found)]
    for widen in (False, True):
        for function in fitting:
            bound: dict[Scalar, Type] = {}
            if all(_match(p, required(t), bound, widen) for p, t in zip(function.params, found, strict=True)):
                return (
                    function,
                    tuple(_fill(p, bound) for p in function.params),
                    _fill(function.result, bound),
                )
    return None


def _match(pattern: Type, found: Type, bound: dict[Scalar, Type], widen: bool) -> bool:
    if pattern in VARIABLES:
        assert isinstance(pattern, Scalar)
        both = unify(bound.get(pattern, NEVER), found)
        if both is None:
            return False
        bound[pattern] = both
        return True
    if pattern == found or isinstance(found, NeverType):
        return True
    match pattern, found:
        case Scalar("decimal"), Scalar("int"):
            return widen and found == INT and pattern == DECIMAL
        case ListType(p), ListType(f):
            return _match(p, f, bound, widen)
        case MapType(pk, pv), MapType(fk, fv):
            return _match(pk, fk, bound, widen) and _match(pv, fv, bound, widen)
        case _:
            return False


def _fill(pattern: Type, bound: dict[Scalar, Type]) -> Type:
    match pattern:
        case Scalar() if pattern in VARIABLES:
            return bound.get(pattern, NEVER)
        case OptionalType(inner):
            return optional(_fill(inner, bound))
        case ListType(element):
            return ListType(_fill(element, bound))
        case MapType(key, value):
            return MapType(_fill(key, bound), _fill(value, bound))
        case _:
            return pattern
