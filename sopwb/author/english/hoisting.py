"""A script's name that is said after what it does: "I want a script that … . Call it late_orders."

The name is put in front, as the grammar has it, and what the script does becomes sentences about it. Without any name
the turn waits for one. Deliberately not here: names that stand where the grammar expects them (``grammar.opening``).
"""

from __future__ import annotations

import re
from typing import Final

_KIND: Final = r"(?P<kind>script|batch job|job|process|report|workflow|procedure|routine)"
_UNNAMED: Final = re.compile(
    r"\s*(?:[\w']+[,!]?\s+){0,8}?(?:want|need|like|create|make|build|write|have|get|set up|add|be)\s+(?:me\s+|us\s+)?"
    rf"(?:a|an|another|one more)\s+(?:(?:new|small|little|quick|simple|further|short)\s+)*{_KIND}\s*,?\s+"
    r"(?:(?P<that>that|which)|(?P<to>to))\s+(?P<rest>.+)",
    re.I | re.S,
)
_NAMED: Final = re.compile(
    r"(?:(?<=[.!;?])|,\s*(?:and\s+)?|\s+(?:-\s+|and\s+))\s*(?:(?:please|let's|let us|just|we)\s+)*(?:call|name)\s+"
    r"(?:it|this|that|the\s+(?:script|job|thing|whole thing))\s+['\"`]?(?P<name>[A-Za-z]\w*)['\"`]?(?:\s+please)?\s*"
    r"(?=[.!;]|$)",
    re.I,
)
_SOMEHOW: Final = re.compile(r"\b(?:called|named|names?|call)\b", re.I)


def is_nameless(text: str) -> bool:
    """Whether a turn says what a new script does and nowhere what it is called."""
    return _UNNAMED.match(text) is not None and _SOMEHOW.search(text) is None


def with_name(text: str, name: str) -> str:
    """Begin a nameless script with its name; other turns are as they are."""
    found = _UNNAMED.match(text)
    if found is None:
        return text
    it = "It should" if found["to"] else "It"
    return f"Create a {found['kind'].lower()} called {name}. {it} {found['rest']}"


def hoisted(text: str) -> str:
    """Put a name that is said later in the turn where a script begins."""
    named = _NAMED.search(text)
    if named is None or _UNNAMED.match(text) is None:
        return text
    rest = f"{text[: named.start()].rstrip(' ,;-')}.{text[named.end() :].lstrip('.!;')}"
    return with_name(rest, named["name"])
