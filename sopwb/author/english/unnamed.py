"""Amounts said with a verb and no name: "it pays 0.20 per kilo" is the returned field ``pay``, or the only open one.

Deliberately not here: cases without a name (``generate``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sopwb.author.english.lexicon import stem
from sopwb.author.english.names import key_of, words_of

VERB: Final = "@verb "
"""Marks a definition by the verb that it was said with."""


def amount_of(key: str, defs: Iterable[str], undecided: list[str], free: list[str]) -> str:
    """Give the definition that a returned field is; ``free`` are the undecided ones that nothing else can explain."""
    for verb in (d for d in defs if d.startswith(VERB)):
        wanted = stem(verb.removeprefix(VERB))
        takers = [n for n in undecided if wanted in {stem(w) for w in words_of(n)}] or free
        if [key_of(n) for n in takers] == [key]:
            return verb
    return ""
