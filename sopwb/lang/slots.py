"""The expressions of a raw script, each with its place, so that edits can read and rewrite them where they
stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from sopwb.lang.expression.parse import parse_expression
from sopwb.lang.expression.syntax import Node
from sopwb.lang.parse import order_parts
from sopwb.lang.places import Json, every_step

_PLAIN: Final = ("where", "limit", "cond", "in", "expr", "text", "message", "key")


class Slot(msgspec.Struct):
    """One expression: its path, and the raw object or list in which it stands (which ``write`` changes)."""

    path: str
    step: Json
    owner: Any
    key: Any
    text: str
    suffix: str = ""
    """What follows the expression in the same text: `` desc``."""

    def node(self) -> Node | None:
        """Parse it; None where it does not parse."""
        return parse_expression(self.text, self.path)[0]

    def write(self, text: str) -> None:
        self.text = text
        self.owner[self.key] = text + self.suffix


def slots(raw: Json) -> Iterator[Slot]:
    """Give every expression of a raw script, in reading order; what is no text is passed over."""
    for path, step in every_step(raw):
        yield from step_slots(path, step)


def step_slots(path: str, step: Json) -> Iterator[Slot]:
    """Give the expressions of one raw step, without those of the steps that it holds."""
    for field in _PLAIN:
        if isinstance(step.get(field), str):
            yield Slot(f"{path}/{field}", step, step, field, step[field])
    order = step.get("order_by")
    if isinstance(order, str):
        yield _order_slot(f"{path}/order_by/0", step, step, "order_by", order)
    elif isinstance(order, list):
        for n, text in enumerate(order):
            if isinstance(text, str):
                yield _order_slot(f"{path}/order_by/{n}", step, order, n, text)
    for field in ("args", "record", "value", "yield"):
        held = step.get(field)
        if isinstance(held, str) and field not in ("args", "record"):
            yield Slot(f"{path}/{field}", step, step, field, held)
        elif isinstance(held, dict):
            for name, text in held.items():
                if isinstance(text, str):
                    yield Slot(f"{path}/{field}/{name}", step, held, name, text)


def _order_slot(path: str, step: Json, owner: Any, key: Any, text: str) -> Slot:
    expression = order_parts(text)[0]
    return Slot(path, step, owner, key, expression, text[len(expression) :])
