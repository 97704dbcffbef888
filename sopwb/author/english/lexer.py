"""Text to tokens: words, names, numbers, money, percentages, quoted texts, dates and punctuation.

    token := word | name | number | money | percent | string | date | punctuation
    name  := letters, digits and at least one "_"          (check_churn_risk)
    money := ("$" | "€" | "£") number                      ($500)
    date  := 2026-01-31 | 31 Jan 2026 | Jan 31, 2026

Contractions are opened ("haven't" is "have not", "it's" is "it is"), the possessive is a token of its own
("'s"), number words are numbers ("three"). Deliberately not here: what any word means (``lexicon``, ``names``).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import msgspec


class Token(msgspec.Struct, frozen=True):
    """``low`` is what rules compare; ``value`` the number (as text), the string's content or the ISO date."""

    kind: str
    text: str
    low: str
    start: int
    end: int
    value: Any = None


_MONTHS: Final = {
    name[:length]: number
    for number, name in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        1,
    )
    for length in (3, len(name))
} | {"sept": 9}

_NUMBER_WORDS: Final = {
    word: str(n)
    for n, word in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
    )
}
_NUMBER_WORDS.update(
    {
        "fifteen": "15",
        "twenty": "20",
        "thirty": "30",
        "forty": "40",
        "fifty": "50",
        "sixty": "60",
        "ninety": "90",
        "hundred": "100",
    }
)
del _NUMBER_WORDS[
    "one"
]  # "one" is a pronoun far more often: the grammar reads it as 1 where a number must stand

_CONTRACTIONS: Final = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "let's": ("let", "us"),
    "i'm": ("i", "am"),
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "isnt": ("is", "not"),
    "hasnt": ("has", "not"),
    "havent": ("have", "not"),
    "whats": ("what", "is"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "that'll": ("that", "will"),
    "it'll": ("it", "will"),
    "gimme": ("give", "me"),
}
_IS_AFTER: Final = {
    "it",
    "that",
    "there",
    "what",
    "who",
    "he",
    "she",
    "here",
    "this",
    "where",
    "how",
    "one",
    "else",
    "nothing",
    "everything",
    "everyone",
    "nobody",
    "somebody",
    "something",
    "anything",
}

_DAY: Final = r"(?:[0-3]?\d)(?:st|nd|rd|th)?"
_MONTH: Final = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"  # noqa: E501 - one message, one line
_TOKEN: Final = re.compile(
    rf"""(?P<iso>\d{{4}}-\d{{2}}-\d{{2}}(?![\d-]))
    |(?P<dmy>{_DAY}\s+(?:of\s+)?{_MONTH}\s+\d{{4}}\b)
    |(?P<mdy>{_MONTH}\s+{_DAY}\s*,?\s+\d{{4}}\b)
    |(?P<clock>\d{{1,2}}:\d{{2}}(?:\s?[ap]m\b)?|\d{{1,2}}\s?[ap]m\b)
    |(?P<money>[$€£]\s?\d(?:[\d,]*\d)?(?:\.\d+)?)
    |(?P<percent>\d+(?:\.\d+)?\s?%)
    |(?P<ordinal>\d+(?:st|nd|rd|th)\b)
    |(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![A-Za-z_])
    |(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    |(?P<word>i\.e\.|e\.g\.|[^\W\d]\w*(?:['’][^\W\d_]+)?(?:-[^\W\d]\w*)*)
    |(?P<code>\d\w*)
    |(?P<dots>\.\.\.|…)
    |(?P<op><=|>=|!=|==|->|=>|[-–—<>=+*/×%&])
    |(?P<punct>[.,;:!?(){{}}\[\]'"’|])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_QUOTES: Final = {"'": "'", '"': '"', "‘": "’", "“": "”", "`": "`", "’": "’"}


def tokenize(text: str) -> tuple[Token, ...]:
    """Split a turn into tokens. Characters that belong to none (emoji, say) become tokens of kind ``other``."""
    out: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
            continue
        if char in _QUOTES and _opens(text, at):
            close = _closing(text, at)
            if close > 0:
                inner = text[at + 1 : close]
                out.append(Token("string", text[at : close + 1], inner.lower(), at, close + 1, inner))
                at = close + 1
                continue
        found = _TOKEN.match(text, at)
        if found is None:
            out.append(Token("other", char, char, at, at + 1))
            at += 1
            continue
        if char in "'’" and out and out[-1].end == at and out[-1].low.endswith("s"):
            out.append(Token("punct", char, "'s", at, at + 1))
        else:
            out.extend(_tokens(found))
        at = found.end()
    return tuple(out)


def _opens(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if text[at] in '"“‘`':
        return True
    return not before.isalnum() and not after.isspace()


def _closing(text: str, at: int) -> int:
    """Find the quote that closes the one at ``at``: for an apostrophe, one that no letter follows."""
    close = _QUOTES[text[at]]
    where = text.find(close, at + 1)
    while where > 0:
        after = text[where + 1] if where + 1 < len(text) else " "
        if close not in "'’" or not (after.isalnum() or after == "_"):
            return where
        where = text.find(close, where + 1)
    return -1


def _tokens(found: re.Match[str]) -> list[Token]:
    kind, text, start, end = str(found.lastgroup), found[0], found.start(), found.end()
    match kind:
        case "iso":
            return [Token("date", text, text, start, end, text)]
        case "dmy" | "mdy":
            return [Token("date", text, text.lower(), start, end, _date(text))]
        case "money":
            number = text[1:].strip().replace(",", "")
            return [Token("money", text, number, start, end, number)]
        case "percent":
            number = text[:-1].strip()
            return [Token("percent", text, number, start, end, number)]
        case "number":
            number = text.replace(",", "")
            return [Token("number", text, number, start, end, number)]
        case "clock" | "ordinal" | "code":
            return [Token(kind, text, text.lower(), start, end, text)]
        case "mail":
            return [Token("string", text, text.lower(), start, end, text)]
        case "word":
            return _words(text, start, end)
        case "op":
            low = "-" if text in "–—" else "*" if text == "×" else text
            return [Token("op", text, low, start, end)]
        case _:
            return [Token("punct", text, "'" if text == "’" else text, start, end)]


def _date(text: str) -> str:
    parts = re.findall(r"\d+|[a-z]+", text.lower())
    year, month, day = 0, 0, 0
    for part in parts:
        if part.isdigit():
            if len(part) == 4:
                year = int(part)
            else:
                day = int(part)
        elif part in _MONTHS:
            month = _MONTHS[part]
    return f"{year:04d}-{month:02d}-{day:02d}"


def _words(text: str, start: int, end: int) -> list[Token]:
    low = text.lower().replace("’", "'")
    if low in _CONTRACTIONS:
        first, second = _CONTRACTIONS[low]
        return [Token("word", text, first, start, end), Token("word", "", second, end, end)]
    if "'" in low:
        stem, _, tail = low.partition("'")
        cut = start + len(stem)
        word = text[: len(stem)]
        if low.endswith("n't"):
            return [Token("word", text, low[:-3], start, end), Token("word", "", "not", end, end)]
        opened = {"ve": "have", "re": "are", "ll": "will", "m": "am", "d": "would"}.get(tail)
        if opened is None and tail == "s" and stem in _IS_AFTER:
            opened = "is"
        if opened is not None:
            return [Token("word", word, stem, start, cut), Token("word", text[len(stem) :], opened, cut, end)]
        if tail == "s":
            return [_word(word, start, cut), Token("punct", text[len(stem) :], "'s", cut, end)]
    if low.startswith("no-"):
        return [Token("word", text, low, start, end)]  # "no-shows" is one noun, and its "no" denies nothing
    if "-" in low and "_" not in low:
        return _hyphened(text, low, start, end)
    return [_word(text, start, end)]


def _hyphened(text: str, low: str, start: int, end: int) -> list[Token]:
    """Open "no-shows" into its parts, marked so that a rule may join them again."""
    out, at = [], start
    for part in low.split("-"):
        out.append(_word(text[at - start : at - start + len(part)], at, at + len(part)))
        at += len(part) + 1
    return out


def _word(text: str, start: int, end: int) -> Token:
    low = text.lower()
    if "_" in low:
        return Token("name", text, low, start, end)
    if low in _NUMBER_WORDS:
        return Token("number", text, low, start, end, _NUMBER_WORDS[low])
    return Token("word", text, low, start, end)


def _asked_then(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Read "No rows? Then 0." as one sentence: its question is the condition."""
    return tuple(
        Token(t.kind, t.text, ",", t.start, t.end) if t.low == "?" and after.low == "then" else t
        for t, after in zip(tokens, (*tokens[1:], _END), strict=True)
    )


_END: Final = Token("end", "", "", 0, 0)


def sentences(tokens: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Cut at full stops, question and exclamation marks that stand outside brackets; the marks themselves go."""
    out: list[tuple[Token, ...]] = []
    current: list[Token] = []
    depth = 0
    told = list(_asked_then(tokens))
    for at, token in enumerate(told):
        following = told[at + 1] if at + 1 < len(told) else None
        if token.kind == "punct" and token.low in "([{":
            depth += 1
        elif token.kind == "punct" and token.low in ")]}":
            depth = max(0, depth - 1)
        if token.kind == "punct" and token.low in ".!?" and (depth == 0 or token.low == "."):
            if current:
                out.append(tuple(current))
            current, depth = [], 0
            continue
        if token.low in ("...", "…"):
            if current:
                out.append(tuple(current))
            current = []
            continue
        current.append(token)
        if depth == 0 and _ends_quoted(token, following):
            out.append(tuple(current))
            current = []
    if current:
        out.append(tuple(current))
    return out


def _ends_quoted(token: Token, following: Token | None) -> bool:
    """Whether a quoted text ends the sentence with its own full stop: "… "Please call." Save it"."""
    return (
        token.kind == "string"
        and str(token.value)[-1:] in (".", "!", "?")
        and following is not None
        and following.kind == "word"
        and following.text[:1].isupper()
        and following.start > token.end
    )


def number_of(token: Token) -> Decimal:
    """Give a numeric token's exact value."""
    return Decimal(str(token.value))
