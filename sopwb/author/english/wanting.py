"""What a sentence about an example says, before it is linked to a script (a family of ``meaning`` of its own)."""

from __future__ import annotations

from sopwb.author.english.meaning import Lit, Node


class Wanted(Node, frozen=True):
    """What an example expects: a field by its words ("": not said), and a value or a phrase; ``no`` denies that."""

    name: str
    value: Lit | None
    phrase: str = ""
    no: bool = False


class Example(Node, frozen=True):
    """For ``args`` (parameter's words or "", value) the script must come to all that is ``wanted``; nothing: it fails.

    ``forget`` takes such an example away.
    """

    args: tuple[tuple[str, Lit], ...]
    wanted: tuple[Wanted, ...]
    script: str = ""
    forget: bool = False
