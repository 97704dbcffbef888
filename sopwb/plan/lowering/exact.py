"""The exact JSON of a trace's events, as parts: what is constant is written now, values when the query runs.

The grammar is the trace's own (members by name, no white space, decimals and large ints as texts); a property
test holds that a query writes byte for byte what the row interpreter writes. Deliberately not here: how a
dialect writes a scalar.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sopwb.kernel.limits import JSON_SAFE_INT_MAX
from sopwb.kernel.values import Secret, Value, decimal_text, duration_text, timestamp_text
from sopwb.plan import nodes as n
from sopwb.plan.algebra import TRUE
from sopwb.plan.cells import TEXT, cell_of
from sopwb.plan.lowering.forms import Form, Record, Rows, Unusable, scalar
from sopwb.plan.nodes import CannotLower

quoted: Final[Callable[[str], str]] = json.encoder.encode_basestring
Part = str | n.Expr
Listed = Callable[[Rows], list[Part]]


def constant_text(value: Value) -> str:
    """Write a scalar's exact JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if -JSON_SAFE_INT_MAX <= value <= JSON_SAFE_INT_MAX else f'"{value}"'
        case str():
            return quoted(value)
        case Decimal():
            return f'"{decimal_text(value)}"'
        case dt.datetime():
            return f'"{timestamp_text(value)}"'
        case dt.date():
            return f'"{value.isoformat()}"'
        case dt.timedelta():
            return f'"{duration_text(value)}"'
        case Secret():
            return quoted(value.placeholder)
        case _:
            raise AssertionError(f"no scalar: {type(value).__name__}")


def no_lists(rows: Rows) -> list[Part]:
    """Write no list."""
    raise CannotLower("a list would have to stand in the trace")


def exact(form: Form, listed: Listed = no_lists) -> list[Part]:
    """Write a form; ``listed`` writes a list. Raises ``CannotLower``."""
    match form:
        case n.Literal(value=value):
            return [constant_text(value)]
        case Rows():
            return listed(form)
        case Unusable(reason):
            raise CannotLower(reason)
        case Record(fields, present):
            return _record(fields, present, listed)
        case _:
            return [n.Call(TEXT, "exact", (scalar(form),))]


def _record(fields: dict[str, Form], present: n.Expr, listed: Listed) -> list[Part]:
    parts: list[Part] = ["{"]
    for number, name in enumerate(sorted(fields)):
        parts += [("," if number else "") + quoted(name) + ":", *exact(fields[name], listed)]
    parts.append("}")
    if present == TRUE:
        return parts
    return [n.Case(TEXT, ((present, joined(parts)),), n.Literal(cell_of("null"), "null"))]


def joined(parts: list[Part]) -> n.Expr:
    """Join parts to one text."""
    return n.Call(TEXT, "join", tuple(n.Literal(cell_of(p), p) if isinstance(p, str) else p for p in parts))


def event_text(
    op: str,
    path: str,
    item: list[Part],
    branch: str = "",
    effect: str = "",
    in_: Form | None = None,
    out: Form | None = None,
    listed: Listed = no_lists,
) -> tuple[Part, ...]:
    """Write an event and its newline; neighbouring constants become one."""
    parts: list[Part] = ["{"]
    if branch:
        parts.append(f'"branch":"{branch}",')
    if effect:
        parts.append(f'"effect":{quoted(effect)},')
    if in_ is not None:
        parts += ['"in":', *exact(in_, listed), ","]
    parts += ['"item":', *item, f',"op":"{op}",']
    if out is not None:
        parts += ['"out":', *exact(out, listed), ","]
    parts.append(f'"path":"{path}"}}\n')
    return fused(parts)


def fused(parts: list[Part]) -> tuple[Part, ...]:
    """Join constants that stand beside each other."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return tuple(made)
