"""How the arguments of an effect read for people. Deliberately not here: their exact form, which JSON gives."""

from __future__ import annotations

from typing import Any

from sopwb.kernel.canonical import json_text
from sopwb.run.identity import PLACEHOLDER


def argument_words(args: dict[str, Any]) -> str:
    """Say what was given. What is filled in only when the effect is dispatched stands as ``‹code›`` or by its field."""
    return PLACEHOLDER.sub(
        lambda found: f"‹{found[3] or 'code'}›",
        ", ".join(f"{name} {json_text(value)}" for name, value in args.items() if value is not None),
    )
