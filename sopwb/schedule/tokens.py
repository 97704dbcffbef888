"""Words, numbers and marks of a schedule phrase, and the reader that walks over them.

``tokenise`` never fails: what has no meaning here is a ``mark``. Spans are half-open character ranges of
the text as it was given, so that a diagnostic can quote it.

Deliberately not here: what the words mean (``clock_phrases``, ``day_phrases``, ``interval_phrases``).
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_TOKEN: Final = re.compile(
    r"""
    (?P<clock>\d{1,2}(?:[:.h]\d{2}(?::00)?)(?![\d%]))   # 9:30  09.30  9h30  09:30:00
  | (?P<minute>:\d{2}(?!\d))                            # :15
  | (?P<ordinal>\d{1,3}(?:st|nd|rd|th)\b)               # 1st
  | (?P<meridiem>(?:(?<=\d)|\b)[ap](?:m\b|\.\s?m\b\.?)) # am  p.m.
  | (?P<number>\d+)
  | (?P<word>[^\W\d][\w'’]*)
  | (?P<mark>\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINALS: Final = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth",
)  # fmt: skip


class Token(msgspec.Struct, frozen=True):
    """A word, number or mark: its kind, its lower-case text, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Cut a text into tokens."""
    return [
        Token(match.lastgroup or "mark", match.group().lower().replace("’", "'"), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    ]


class Reader:
    """A place in a list of tokens. ``take`` methods move only when they match."""

    def __init__(self, tokens: list[Token], at: int = 0) -> None:
        self.tokens = tokens
        self.at = at

    def done(self) -> bool:
        """Say whether every token is read."""
        return self.at >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        """Give the token so many places ahead, or None past the end."""
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def text(self, ahead: int = 0) -> str:
        """Give that token's text, or "" past the end."""
        token = self.peek(ahead)
        return token.text if token else ""

    def kind(self, ahead: int = 0) -> str:
        """Give that token's kind, or "" past the end."""
        token = self.peek(ahead)
        return token.kind if token else ""

    def take(self, *options: str) -> str:
        """Read the first option that stands here (words apart by spaces, hyphens allowed); give it, or ""."""
        for option in options:
            at = self._after(option.split())
            if at is not None:
                self.at = at
                return option
        return ""

    def take_kind(self, kind: str) -> Token | None:
        """Read a token of this kind, or nothing."""
        token = self.peek()
        if token is None or token.kind != kind:
            return None
        self.at += 1
        return token

    def take_number(self) -> int | None:
        """Read a whole number in digits or words (``15``, ``fifteen``, ``twenty-five``)."""
        if token := self.take_kind("number"):
            return int(token.text) if len(token.text) <= 6 else 10**6
        word = self.text()
        if word in _ONES:
            self.at += 1
            return _ONES.index(word)
        if word not in _TENS:
            return None
        self.at += 1
        start = self.at
        self.take("-")
        if self.text() in _ONES[1:10]:
            self.at += 1
            return _TENS[word] + _ONES.index(self.text(-1))
        self.at = start
        return _TENS[word]

    def take_ordinal(self) -> int | None:
        """Read an ordinal in digits or words (``1st``, ``twenty-first``)."""
        if token := self.take_kind("ordinal"):
            return int(token.text[:-2])
        word = self.text()
        if word in _ORDINALS[1:]:
            self.at += 1
            return _ORDINALS.index(word)
        if word in ("twenty", "thirty"):
            start = self.at
            self.at += 1
            self.take("-")
            if self.text() in _ORDINALS[1:10]:
                self.at += 1
                return _TENS[word] + _ORDINALS.index(self.text(-1))
            self.at = start
        if word == "thirtieth":
            self.at += 1
            return 30
        return None

    def _after(self, words: list[str]) -> int | None:
        at = self.at
        for n, word in enumerate(words):
            if n and word != "-" and at < len(self.tokens) and self.tokens[at].text == "-":
                at += 1
            if at >= len(self.tokens) or self.tokens[at].text != word:
                return None
            at += 1
        return at
