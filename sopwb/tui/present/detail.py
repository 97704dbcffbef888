"""Everything that one step said, line by line, with values laid out."""

from __future__ import annotations

from rich.text import Text

from sopwb.kernel.canonical import json_text
from sopwb.tui.present.trace import Row

DETAIL_CHARS_MAX = 20_000
"""Characters of one value: a fetch may hold a thousand records, a person reads the first."""


def row_detail(row: Row) -> Text:
    """Write every line of a row, and its value as JSON."""
    text = Text()
    if not row.lines:
        text.append(f"{row.text}\n\n{row.state}")
    for line in row.lines:
        if line.item:
            text.append(f"{line.item}\n", style="bold")
        text.append((line.text or line.op) + "\n")
        if line.value is not None:
            value = json_text(line.value, indent=1) if isinstance(line.value, (dict, list)) else str(line.value)
            cut = value[:DETAIL_CHARS_MAX]
            text.append(cut + ("\n…" if len(value) > len(cut) else "") + "\n", style="dim")
    if row.state == "failed" and row.value:
        text.append(f"✗ {row.value}\n")
    return text
