"""Names of fields as scripts write them: ASCII identifiers made from whatever the source calls them.

    "First Name" → First_Name     "Größe (cm)" → Grosse_cm     "2024" → _2024     "in" → in_

A name that is already an identifier stays as it is. Two that would come out alike are numbered in
their order (``total``, ``total_2``). What has no Latin reading becomes ``field_N``, N its position from 1.
The same list of names always gives the same identifiers. Deliberately not here: transliteration of
scripts other than Latin, Greek and Cyrillic.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sopwb.kernel.limits import NAME_CHARS_MAX

RESERVED: Final = frozenset(("in", "true", "false", "null"))
"""Words of the expression language that cannot stand after a dot."""


def _table(pairs: str) -> dict[str, str]:
    return {pair[0]: pair[2:] for pair in pairs.split()}


_LATIN: Final = _table("ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ı:i")
_GREEK: Final = _table(
    "α:a β:b γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r ς:s σ:s τ:t υ:y φ:f χ:ch ψ:ps ω:o"
)
_CYRILLIC: Final = _table(
    "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch "
    "ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya ё:yo і:i ї:yi є:ye ґ:g"
)


def identifier(name: str, position: int) -> str:
    """Make one identifier, not yet unique, of a source's name for its field at ``position`` (from 1)."""
    if not name.isascii():
        name = _transliterate(name)
    if name.isidentifier():
        word = name
    else:
        parts = "".join(char if char.isalnum() else " " if char != "_" else "_" for char in name).split()
        word = "_".join(parts)
        if not word.strip("_"):
            return f"field_{position}"
        if word[0].isdigit():
            word = "_" + word
    return (word + "_" if word in RESERVED else word)[:NAME_CHARS_MAX]


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Map each source name to its identifier, in order; the names themselves are distinct."""
    found: dict[str, str] = {}
    originals = list(names)
    # Names that need no change keep it, wherever they stand: "a b" must not take a_b away from a real a_b.
    taken = {name for position, name in enumerate(originals, 1) if identifier(name, position) == name}
    for position, name in enumerate(originals, 1):
        word = identifier(name, position)
        if word != name:
            word = _unique(word, taken)
            taken.add(word)
        found[name] = word
    return found


def distinct(names: Iterable[str]) -> list[str]:
    """Make the names of a CSV header distinct: a repeated one is numbered, an empty one named by its
    position.
    """
    found: list[str] = []
    taken: set[str] = set()
    for position, name in enumerate(names, 1):
        word = _unique(name.strip() or f"field_{position}", taken)
        taken.add(word)
        found.append(word)
    return found


def _unique(word: str, taken: set[str]) -> str:
    if word not in taken:
        return word
    number = 2
    while (other := f"{word[: NAME_CHARS_MAX - 8]}_{number}") in taken:
        number += 1
    return other


def _transliterate(name: str) -> str:
    import unicodedata

    out: list[str] = []
    for char in unicodedata.normalize("NFC", name):
        low = char.lower()
        base = low if low in _CYRILLIC else unicodedata.normalize("NFKD", low)
        plain = "".join(_letter(part) for part in base if not unicodedata.combining(part))
        out.append(plain.capitalize() if char != low and plain else plain)
    return "".join(out)


def _letter(char: str) -> str:
    if char.isascii():
        return char
    for table in (_LATIN, _GREEK, _CYRILLIC):
        if char in table:
            return table[char]
    return " "
