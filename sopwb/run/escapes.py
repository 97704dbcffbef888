"""Which names hold records that are only looked into, never looked at as a whole.

A live record may have more fields than a script was promised, or other ones first. Where only its fields are
used that cannot be seen, so the rows of a source can go as they are; else they are cut to what was promised,
which costs a third of a look-up.

The answer is safe for the whole script at once: a name *escapes* where a record of it may be returned,
compared, bound again, put into something, or given to a call or tool. Deliberately not here: which fields are
used (``lang.reads``).
"""

from __future__ import annotations

from typing import Final

from sopwb.lang import ir
from sopwb.lang.parts import children

_SELECTING_FOLDS: Final = frozenset({"filter", "sort_by", "distinct_by"})
"""Folds that give elements of their list."""
_SELECTING_OPS: Final = frozenset({"first", "last", "reverse"})
_BLIND_OPS: Final = frozenset({"size_list"})
"""Primitives that look at no element."""


def escaping_names(script: ir.Script) -> frozenset[str]:
    """Name what may be seen as a whole: bound names, items of ``each``, lambdas' variables, ``it``."""
    found: set[str] = set()
    _steps(script.steps, found)
    return frozenset(found)


def used_names(steps: tuple[ir.Step, ...]) -> frozenset[str]:
    """Name everything whose value an expression of the steps uses."""
    found: set[str] = set()

    def visit(expr: ir.Expr) -> None:
        if isinstance(expr, ir.Name):
            found.add(expr.name)
        for child in children(expr):
            visit(child)

    def walk(steps: tuple[ir.Step, ...]) -> None:
        for step in steps:
            for code in _codes(step):
                visit(code.expr)
            match step:
                case ir.If(cond=cond, then=then, else_=else_):
                    visit(cond.expr)
                    walk(then)
                    walk(else_)
                case ir.Each():
                    walk(step.do)
                    if step.over is not None:
                        visit(step.over.expr)
                case _:
                    pass

    walk(steps)
    return frozenset(found)


def _steps(steps: tuple[ir.Step, ...], found: set[str]) -> None:
    for step in steps:
        _step(step, found)


def _step(step: ir.Step, found: set[str]) -> None:
    for code in _codes(step):
        _visit(code.expr, True, found)
    match step:
        case ir.If(cond=cond, then=then, else_=else_):
            _visit(cond.expr, True, found)
            _steps(then, found)
            _steps(else_, found)
        case ir.Each():
            _steps(step.do, found)
            if step.over is not None:
                # An element is seen as a whole where the item is; that is known only now.
                _visit(step.over.expr, step.as_ in found, found)
        case _:
            pass


def _codes(step: ir.Step) -> tuple[ir.Code, ...]:
    """List the expressions of a step whose value, as a whole, goes somewhere."""
    match step:
        case ir.Fetch(where=where, order_by=order_by, limit=limit):
            return (
                *(order.code for order in order_by),
                *(code for code in (where, limit) if code is not None),
            )
        case ir.Each(where=where, order_by=order_by, yield_=yield_):
            return (
                *(order.code for order in order_by),
                *(code for code in (where, yield_) if code is not None),
            )
        case ir.Call(args=args) | ir.Tool(args=args):
            return tuple(code for _, code in args)
        case ir.Write(key=key, record=record):
            return (key, *(code for _, code in record))
        case ir.Math(code=code) | ir.Say(text=code) | ir.Fail(message=code) | ir.Return(value=code):
            return (code,)
        case ir.If():
            return ()


def _visit(expr: ir.Expr, whole: bool, found: set[str]) -> None:
    """Look for names whose value reaches the outside of ``expr``; ``whole``: that of ``expr`` itself does."""
    match expr:
        case ir.Name(name=name):
            if whole:
                found.add(name)
        case ir.Field(base=base) | ir.Has(base=base):
            _visit(base, False, found)
        case ir.Index(base=base, index=index):
            _visit(base, whole, found)
            _visit(index, True, found)
        case ir.Must(value=value):
            _visit(value, whole, found)
        case ir.Fold(kind=kind, over=over, var=var, body=body):
            if body is not None:
                _visit(body, True, found)
            seen = var in found if body is not None else kind != "count"
            _visit(over, seen or (whole and kind in _SELECTING_FOLDS), found)
        case ir.Apply(op=op, args=args):
            inside = not _is_blind(op, args) and (whole or op not in _SELECTING_OPS)
            for arg in args:
                _visit(arg, inside, found)
        case _:
            for child in children(expr):
                _visit(child, True, found)


def _is_blind(op: str, args: tuple[ir.Expr, ...]) -> bool:
    """Whether a primitive looks at no record: a size, or whether something is null."""
    if op in ("eq", "ne"):
        return any(isinstance(arg, ir.Const) and arg.value is None for arg in args)
    return op in _BLIND_OPS
