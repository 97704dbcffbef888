"""What an author says to a person after a turn, as data that a face prints.

Deliberately not here: how it was found out.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["answer", "question", "refusal"]


class Reply(msgspec.Struct, frozen=True):
    """One answer. ``saved`` names what this turn froze or scheduled; ``draft`` is the open draft after it."""

    kind: Kind
    reply: str
    options: list[str] = []
    saved: list[str] = []
    draft: str | None = None
    script: dict[str, Any] | None = None
    usage: str = ""
    """What a model took for it: calls, tokens, price. "" for the offline author."""
