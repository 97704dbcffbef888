"""Names that a turn introduces before it explains them: those in braces, with underscores, in capitals in a text.

Deliberately not here: names that the open script has already (``planning``).
"""

from __future__ import annotations

import re
from typing import Final

from sopwb.author.english.lexer import tokenize
from sopwb.author.english.names import Names, key_of
from sopwb.author.english.returning import listed_names

_GIVEN = re.compile(
    r"(?i)\b(?:takes?|gets?|given|needs?|inputs?|parameters?|called)(?: is| are)? (?:an? |the )?([a-z]\w*)(?:,| \()\s*"
    r"(?:which is )?(?:an? )?(?:whole number|number|integer|decimal|amount|date|text)\b"
)
"""A parameter whose type is said beside it: what follows in the same sentence can name it."""
_ROUNDS_LAST: Final = re.compile(
    r"(?i)\bround\b[^.]{0,30}\b(?:once|at the (?:very )?end|last)\b"
    r"|\brounding\b[^.]{0,20}\b(?:last|at the (?:very )?end)\b"
)


def foretell(text: str, names: Names) -> None:
    """Know the names that this turn introduces before they are explained: those in braces and with underscores."""
    names.rounds_last = _ROUNDS_LAST.search(text) is not None
    for inside in re.findall(r"\{([^{}]*)\}", text):
        for part in inside.split(","):
            name = part.split(":")[0].strip()
            if name.isidentifier():
                names.local.add(key_of(name))
                names.braced.add(name.lower())
    names.local.update(key_of(name) for name in (*listed_names(text), *_GIVEN.findall(text)))
    names.braced.update(name.lower() for name in listed_names(text))
    for word in re.findall(r"\b(?:the|all|every|each) ([a-z]{3,}) \(", text.lower()):
        if names.name_cost(key_of(word)) is None and not names.sources_named(key_of(word)):
            names.entities.add(key_of(word))
    for token in tokenize(text):
        if token.kind == "string":
            for word in re.findall(r"\b[A-Z][A-Z_]+\b", str(token.value)):
                names.local.add(key_of(word))
