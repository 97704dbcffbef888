"""Filling: codes and receipts take the place of their placeholders when an effect is dispatched.

    {{steps/2#0}}       in a secret only: the code of the pure tool's effect, derived from the run's secret
    {{steps/2#0.id}}    a field of the receipt of an earlier effect of the same item, or of one that it is nested in

A text that only looks like a placeholder (data may hold anything) stays as it is: what does not name a planned effect
of this item is no placeholder, and a code is never put into a text that is not a secret. Deliberately not here: where
placeholders come from (``tools.deciding``) and what they look like (``run.identity``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from sopwb.kernel.values import Secret, Value, show
from sopwb.run.identity import PLACEHOLDER

Find: TypeAlias = Callable[[str, int, str], str | None]
"""Gives the text for path, ordinal and field ("" for a code); None where no planned effect is meant."""


class Unfilled(Exception):
    """An argument carries the receipt of an effect that has none; ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def filled(args: dict[str, Value], find: Find) -> dict[str, Value]:
    """Complete arguments. Raises ``Unfilled``."""
    return {name: _value(value, find) for name, value in args.items()}


def _value(value: Value, find: Find) -> Value:
    match value:
        case str():
            return _text(value, find, codes=False) if "{{" in value else value
        case Secret(text):
            return _text(text, find, codes=True)
        case list():
            return [_value(item, find) for item in value]
        case dict():
            return {key: _value(item, find) for key, item in value.items()}
        case _:
            return value


def _text(text: str, find: Find, codes: bool) -> str:
    def put(found: re.Match[str]) -> str:
        field = found[3] or ""
        if not field and not codes:
            return found[0]
        given = find(found[1], int(found[2]), field)
        return found[0] if given is None else given

    return PLACEHOLDER.sub(put, text)


def receipt_text(receipt: dict[str, Value] | None, field: str, tool: str) -> str:
    """Give a field of a receipt as text. Raises ``Unfilled``."""
    if receipt is None or receipt.get(field) is None:
        raise Unfilled(f"it carries {field} of the reply of {tool}, which was not done or gave none")
    return show(receipt[field])
