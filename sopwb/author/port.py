"""The port that every author fits: the embedded offline one and any language model.

Deliberately not here: an author. ``author.english`` is the offline one.
"""

from __future__ import annotations

from typing import Protocol

from sopwb.author.reply import Reply


class Author(Protocol):
    """Turn what a person says into Commands on a bench, and say what came of it."""

    def turn(self, text: str) -> Reply:
        """Answer one turn. Never raises for anything that a person can say."""
        ...
