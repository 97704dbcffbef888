"""What the inspector says of the place at the cursor: its signature, its diagnostics in full, its step as JSON."""

from __future__ import annotations

from rich.text import Text

from sopwb.app.outputs import ScriptView
from sopwb.kernel.canonical import json_text
from sopwb.tui.editing import BLOCKS, step_at
from sopwb.tui.present.places import Place


def inspect_place(place: Place | None, view: ScriptView | None) -> Text:
    """Describe a place; empty where there is nothing to say."""
    if place is None or place.kind == "group":
        return Text("")
    text = Text()
    if view is None or place.kind in ("draft", "frozen", "job", "note"):
        text.append(place.name + "\n", style="bold")
        text.append((view.signature if view is not None else place.text) + "\n")
        if view is not None and view.hash:
            text.append(view.hash + "\n", style="dim")
        if view is not None and view.english:
            text.append(view.english)
        return text
    text.append(f"{place.path}\n", style="bold")
    found = [d for d in view.diagnostics if d.path == place.path or d.path.startswith(place.path + "/")]
    for diagnostic in found[:3]:
        text.append(f"✗ {diagnostic.line()}\n")
    step = step_at(view.script, place.path)
    if step is not None:
        blocks = {field for fields in BLOCKS.values() for field in fields}
        for key, value in step.items():
            if key not in blocks:
                text.append(f"{key}: ", style="dim")
                text.append((value if isinstance(value, str) else json_text(value)) + "\n")
    return text
