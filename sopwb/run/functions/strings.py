"""Functions of texts. Positions and sizes count code points."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from sopwb.kernel.limits import TEXT_CHARS_MAX
from sopwb.kernel.values import Secret, Value
from sopwb.run import expression_codes as codes
from sopwb.run.functions.failure import ExpressionFailure

_WHITE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's White_Space; Python's own ``strip`` takes four control characters more."""
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


def bounded(text: str) -> str:
    """Check that a text is not too long to be kept: repeated replacing could fill any memory."""
    if len(text) <= TEXT_CHARS_MAX:
        return text
    raise ExpressionFailure(codes.TEXT_LENGTH, f"a text of {len(text)} characters is too long")


def concat(a: str, b: str) -> str:
    return bounded(a + b)


def concat_secret(a: Value, b: Value) -> Secret:
    """Join texts and secrets: a secret whose placeholder is the joined text."""
    return Secret(bounded(str(a) + str(b)))


def contains(text: str, part: str) -> bool:
    return part in text


def starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


def ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


def matcher(pattern: str) -> Callable[[str], bool]:
    """Compile an RE2 pattern once; it matches anywhere in a text."""
    import re2  # here, since only expressions with `matches` pay for it

    options = re2.Options()
    options.log_errors = False
    try:
        search: Callable[[str], Any] = re2.compile(pattern, options).search
    except re2.error:
        raise ExpressionFailure(codes.PATTERN, f"'{pattern[:40]}' is not an RE2 pattern") from None
    return lambda text: search(text) is not None


_matcher: Final = lru_cache(maxsize=64)(matcher)


def matches(text: str, pattern: str) -> bool:
    return _matcher(pattern)(text)


def substring_from(text: str, begin: int) -> str:
    return substring(text, begin, len(text)) if 0 <= begin <= len(text) else _outside(text, begin)


def substring(text: str, begin: int, end: int) -> str:
    if not 0 <= begin <= len(text):
        return _outside(text, begin)
    if not begin <= end <= len(text):
        return _outside(text, end)
    return text[begin:end]


def _outside(text: str, position: int) -> str:
    raise ExpressionFailure(codes.TEXT_RANGE, f"position {position} in a text of {len(text)} characters")


def replace(text: str, old: str, new: str) -> str:
    return replace_times(text, old, new, -1)


def replace_times(text: str, old: str, new: str, times: int) -> str:
    if len(new) > len(old):
        found = len(text) + 1 if not old else text.count(old)
        count = found if times < 0 else min(found, times)
        if len(text) + count * (len(new) - len(old)) > TEXT_CHARS_MAX:
            raise ExpressionFailure(codes.TEXT_LENGTH, "the replaced text is too long")
    return text.replace(old, new, times if times >= 0 else -1)


def split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text) or [""]


def split_times(text: str, separator: str, times: int) -> list[str]:
    """Split into at most ``times`` pieces, the last of which keeps the rest; 0 gives none, negative all."""
    if times < 0:
        return split(text, separator)
    if times == 0:
        return []
    if separator or not text:
        return text.split(separator or ",", times - 1)
    if times >= len(text):
        return list(text)
    return [*text[: times - 1], text[times - 1 :]]


def join(texts: list[str]) -> str:
    return join_with(texts, "")


def join_with(texts: list[str], separator: str) -> str:
    if sum(map(len, texts)) + len(separator) * len(texts) > TEXT_CHARS_MAX:
        raise ExpressionFailure(codes.TEXT_LENGTH, "the joined text is too long")
    return separator.join(texts)


def trim(text: str) -> str:
    return text.strip(_WHITE)


def lower_ascii(text: str) -> str:
    return text.translate(_LOWER)


def upper_ascii(text: str) -> str:
    return text.translate(_UPPER)


def lower(text: str) -> str:
    """Map every character by Unicode's simple lower-case mapping (the length stays)."""
    if text.isascii():
        return text.lower()
    # U+0130 is the only character whose full mapping has two characters; its simple one is i.
    return "".join([low if len(low := char.lower()) == 1 else "i" for char in text])


def upper(text: str) -> str:
    """Map every character by Unicode's simple upper-case mapping (the length stays: ß is ß)."""
    return text.upper() if text.isascii() else "".join([_upper(char) for char in text])


def _upper(char: str) -> str:
    full = char.upper()
    if len(full) == 1:
        return full
    # Greek letters with iota have a simple mapping where the full one takes two characters; it is their
    # title case.
    title = char.title()
    return title if len(title) == 1 else char
