"""JSON-shaped values in one line of bounded width, and text that a terminal cannot take for orders.

A file's field may hold escape sequences or marks that turn the reading direction; they are data, so they are shown or
dropped, never obeyed. Widths are terminal cells. Deliberately not here: colours.
"""

from __future__ import annotations

import re
from typing import Any, Final

from rich.cells import cell_len, set_cell_size

ITEMS_SHOWN: Final = 6
"""Parts of a list or record that one line may name; the rest is counted."""
VALUE_CHARS_MAX: Final = 200
ORDERS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and the marks that reorder what is read."""


def brief(value: Any, width: int = VALUE_CHARS_MAX) -> str:
    """Write a value in at most ``width`` cells, an ellipsis where something is left out."""
    return clip(_text(value, 2), width)


def clip(text: str, width: int) -> str:
    """Cut a line to ``width`` cells; control characters become visible ones."""
    if width <= 0:
        return ""
    text = ORDERS.sub(lambda found: "␊" if found[0] == "\n" else "�", text[: width + 1])
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def _text(value: Any, depth: int) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value[: VALUE_CHARS_MAX + 1]
        case dict():
            if depth == 0:
                return f"{{{len(value)} fields}}"
            shown = [f"{key}: {_text(part, depth - 1)}" for key, part in list(value.items())[:ITEMS_SHOWN]]
            return "{" + ", ".join(shown + ["…"] * (len(value) > ITEMS_SHOWN)) + "}"
        case list() | tuple():
            if depth == 0 or len(value) > ITEMS_SHOWN or any(isinstance(part, (dict, list)) for part in value):
                return f"[{len(value)} {'item' if len(value) == 1 else 'items'}]"
            return "[" + ", ".join(_text(part, depth - 1) for part in value) + "]"
        case _:
            return str(value)
