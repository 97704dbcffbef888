"""JSON-shaped values in one line of bounded width, without walking through what will not be seen."""

from __future__ import annotations

from typing import Any, Final

ITEMS_SHOWN: Final = 6
"""Parts of a list or record that one line may name; the rest is counted."""
VALUE_CHARS_MAX: Final = 200


def brief(value: Any, width: int = VALUE_CHARS_MAX) -> str:
    """Write a value in at most ``width`` characters, an ellipsis where something is left out."""
    return clip(_text(value, 2), width)


def clip(text: str, width: int) -> str:
    """Cut a line to ``width`` characters; control characters become visible ones, for a terminal obeys them."""
    text = "".join(c if c.isprintable() else ("␊" if c == "\n" else "�") for c in text[: width + 1])
    if len(text) <= width:
        return text
    return text[: max(0, width - 1)] + "…" if width > 0 else ""


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
