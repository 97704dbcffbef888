"""Answers to questions: a name, an option, and what a vague word means.

Deliberately not here: answers that are read as turns of their own (``planning``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sopwb.author.english.lexicon import VAGUE as VAGUE_WORDS
from sopwb.author.english.lexicon import stem
from sopwb.author.english.misread import VAGUE
from sopwb.author.english.names import words_of
from sopwb.author.english.numbering import SENTENCE

_NAME_ANSWER: Final = re.compile(
    r"(?:(?:please\s+)?(?:call|name)\s+it\s+|(?:it\s+is|it's|its\s+name\s+is|it\s+should\s+be)\s+(?:called\s+)?|called\s+)?"
    r"['\"`]?([A-Za-z]\w*)['\"`]?\s*(?:please\s*)?(?:[.!;:]\s*(.*))?$",
    re.S | re.I,
)
_NO_NAMES: Final = frozenset(
    ("no", "yes", "ok", "okay", "nothing", "stop", "cancel", "help", "hello", "hi", "save", "undo", "thanks")
)


def opening(text: str) -> str | None:
    """Give the opening of a script for an answer that is its name; None for any other answer."""
    found = _NAME_ANSWER.match(text.strip())
    if found is None or found[1].lower() in _NO_NAMES:
        return None
    return f"create a script called {found[1]}. {found[2] or ''}".strip()


def chosen(answer: str, options: tuple[tuple[str, str], ...], labels: bool = False) -> int | None:
    """Find the option that an answer picks: its number, or the words that only it has."""
    # "what they paid, not what was due": only what stands before the "not" is chosen.
    answer = re.split(r"\b(?:not|instead of|rather than)\b", answer, maxsplit=1, flags=re.I)[0]
    words = set(words_of(re.sub(r"[^\w ]+", " ", answer).replace(" ", "_")))
    number = re.fullmatch(r"\s*(?:option|number|no\.?)?\s*(\d)\s*", answer)
    own = [i for i, (_, o) in enumerate(options) if set(words_of(o.replace(" ", "_"))) & words] if labels else []
    if len(own) == 1:
        return own[0]
    if number and 1 <= int(number[1]) <= len(options):
        return int(number[1]) - 1
    said = [i for i, (label, _) in enumerate(options) if set(words_of(label.replace(" ", "_"))) == words]
    if len(said) == 1:
        return said[0]
    named = [set(words_of(replacement.replace(" ", "_"))) for _, replacement in options]
    shared = set.intersection(*named) if len(named) > 1 else set()
    hits = [i for i, own in enumerate(named) if (own - shared or own) <= words]
    if len(named) == 1 and not hits and words & {"yes", "ye", "yeah", "right", "exactly", "sure"}:
        return 0
    return hits[0] if len(hits) == 1 else None


def with_choice(
    turn: str, words: str, options: tuple[tuple[str, str], ...], answer: str, rest: str
) -> str | None:
    """Put what an option stands for in the place of the sentence that was asked about."""
    picked = chosen(answer, tuple((label, label) for label, _ in options), labels=True)
    if picked is None:
        return None
    return f"{turn.replace(words.removeprefix(SENTENCE).strip(), options[picked][1], 1)}. {rest}"


# --- a vague word that is explained -----------------------------------------------------------------------------

_LEAD: Final = r"(?:(?:well|ok|okay|so|hm+|oh|sorry|right|good question)[,:.!]?\s+)*"
_MEANT: Final = (
    r"(?:here\s+)?(?:,?\s*(?:i|we)\s+(?:mean|meant)|means?|is\s+when|is|are|would\s+be|should\s+(?:be|mean)"
    r"|counts?\s+as)"
)
_SAID: Final = (
    r"(?:i\s+(?:mean|meant|would say)|i'd say|let'?s say|say|make it|it'?s|that'?s|that means|which means)"
)
_NUMBER: Final = (
    r"(?:more|less|fewer|at\s+least|at\s+most|over|under|above|below|from|up\s+to|no\s+more|longer|older|\d|one\b"
    r"|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b|eleven\b|twelve\b|within|in\s+the\s+(?:last|past))"
)


_ADJECTIVES: Final = frozenset(
    [
        "big", "small", "large", "high", "low", "good", "bad", "expensive", "cheap", "active", "inactive",
        "loyal", "important", "heavy", "slow", "fast", "late", "early", "old", "new", "young",
    ]
)  # fmt: skip
"""Vague words that say what something is, so that no number can stand in their place."""


def with_gloss(turn: str, words: str, lost: Sequence[str], answer: str) -> list[str]:
    """Give the turn with what a vague word was said to mean put in, in the ways that may read, the likeliest first.

    ``words`` names the vague word and its sentence where a question asked for it; otherwise the answer has to name it.
    """
    first, _, rest = re.sub(r"\s+", " ", answer.strip()).partition(". ")
    asked = words.startswith(VAGUE)
    if asked:
        vague, _, sentence = words.removeprefix(VAGUE).strip().partition("|")
        pairs = [(vague, sentence)]
    else:
        pairs = [(w, s) for s in lost for w in VAGUE_WORDS if re.search(rf"\b{w}\b", s, re.I)]
    out: list[str] = []
    for vague, sentence in pairs:
        means = _meaning(vague, first.rstrip(".! "), asked)
        if means and sentence in turn:
            said = (turn.replace(sentence, s, 1).rstrip().rstrip(".") for s in _glossed(sentence, vague, means))
            out += [f"{t}. {rest}".strip() for t in said]
    return out


def _meaning(vague: str, answer: str, asked: bool) -> str:
    quoted = rf"[\"']?(?:a\s+|an\s+)?{re.escape(vague)}[\"']?"
    patterns = [
        rf"{_LEAD}(?:(?:by|with)\s+)?{quoted}(?:\s+\w+)?\s*{_MEANT}\s*(?:that|when|if|for|:|,)?\s*(?P<means>.+)",
        rf"{_LEAD}(?:a|an|the|any|every)?\s*\w+\s+(?:is|are|counts? as)\s+{quoted}\s+(?:if|when|once|from|for|with)\s+"
        r"(?P<means>.+)",
    ]
    if asked:
        patterns.append(rf"{_LEAD}(?:{_SAID}\s+)?(?P<means>{_NUMBER}.*)")
    for pattern in patterns:
        found = re.fullmatch(pattern, answer, re.I)
        if found:
            return re.sub(r"^(?:one|something|anything|anyone|those|ones)\s+(?=\D)", "", found["means"].strip())
    return ""


def _glossed(sentence: str, vague: str, means: str) -> Iterator[str]:
    place = re.search(rf"\b{re.escape(vague)}\b(?P<of>\s+of)?(?:\s+(?P<noun>[A-Za-z]\w*))?", sentence, re.I)
    if place is None:
        return
    noun = place["noun"] or ""
    before, after = sentence[: place.start()], sentence[place.end() :]
    held = sentence[place.start() : place.end()]
    last = means.split()[-1]
    number = re.match(_NUMBER, means, re.I) is not None
    countable = number and vague.lower() not in _ADJECTIVES
    if countable and noun and stem(last.lower()) == stem(noun.lower()):
        yield before + means + after
    if countable:
        yield before + means + (f" {noun}" if noun else "") + after
    if number and noun:
        yield f"{before}{noun} {means}{after}"
        yield f"{before}{held} ({noun} is {means}){after}"
    for told in (means, f"it has {means}", f"they have {means}") if number else (means,):
        if noun:
            yield f"{before}{held} ({told}){after}"
        yield f"{before}{vague} ({told}){sentence[place.start() + len(vague) :]}"


# --- a name that is chosen ----------------------------------------------------------------------------------------

_RETURNED: Final = re.compile(
    r"(?:returns?|returning|gives?(?: back)?|reports?|called|named|as|field|{|{[^{}]*,)\s*(?:an?\s+|the\s+)?$", re.I
)
_SET: Final = re.compile(r"\s+(?:is|are)\s+(?:null|nothing|empty|0|true|false)\b")


def put_in(text: str, words: str, replacement: str) -> str:
    """Put a chosen name in the place of some words, but not where they name what is returned: "returns fee, the fee …".

    The text comes back as it was where it does not hold the words.
    """
    pattern = r"\b" + r"[ _]".join(re.escape(w) + r"(?:s|es)?" for w in words.split()) + r"\b"
    places = list(re.finditer(pattern, text, re.I))
    closed = [p for p in places if re.match(r"\s*[,:;}=(]", text[p.end() :])]
    naming = [p for p in closed if _RETURNED.search(text[: p.start()])]
    if naming:
        # Where it is a returned field, "fee is null" speaks of that field too.
        naming += [p for p in places if _SET.match(text[p.end() :])]
    meant = [p for p in places if p not in naming] or places
    for place in reversed(meant):
        text = text[: place.start()] + replacement + text[place.end() :]
    return text
