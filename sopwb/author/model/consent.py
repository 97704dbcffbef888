"""What the person's own words allow: saving, a job, a schedule, or a plain yes to what was proposed.

A model may propose; only these words make it happen. Quoted and fenced text is left out: what somebody pasted is not
what they ask for. Deliberately not here: what is then done (``saving``).
"""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r"```.*?(?:```|\Z)|^\s*>.*$|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^'\n]*'(?!\w)|`[^`]*`", re.S | re.M)
_NOT: Final = re.compile(
    r"\b(?:don'?t|do not|never|not|without|before|no need to|instead of|rather than)\s+(?:\w+\s+){0,3}?"
    r"(?:sav|freez|stor|keep|schedul|publish)\w*",
    re.I,
)
_SAVE: Final = re.compile(
    r"\b(?:save|freeze|finali[sz]e)\b|\b(?:be|get|have it|want it) (?:saved|frozen)\b|"
    r"\b(?:store|keep|publish)\s+(?:it|this|that|them|both|all|the\s+(?:script|draft|job))\b|"
    r"\bbatch job\b|\bas an? job\b",
    re.I,
)
_SEVERAL: Final = re.compile(r"\b(?:both|all|them|these|those|everything|each)\b", re.I)
_DAY: Final = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_AGAIN: Final = (
    r"(?:every|each|once an?|twice an?)\s+(?:\w+\s+){0,2}?(?:days?|weeks?|months?|hours?|minutes?|mornings?|"
    rf"afternoons?|evenings?|nights?|midnight|noon|weekdays?|{_DAY}|\d+)\b"
)
_CLOCK: Final = (
    r"\d{1,2}[:.]\d\d|(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*(?:[ap]\.?m\b|o'?clock|"
    r"in the (?:morning|afternoon|evening)|at night)|(?:half|quarter) (?:past|to)\b|\bat (?:noon|midnight|\d{1,2})\b"
)
_DATES: Final = (
    rf"\b{_DAY}\b|\bweek(?:day|end)s?\b|\b(?:first|last|\d+(?:st|nd|rd|th)?) (?:day )?of (?:the|each|every)\b"
)
_REPEATED: Final = r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\bweek(?:days|ends)\b"
_WHEN: Final = re.compile(
    rf"\b(?:{_AGAIN})|\b(?:daily|weekly|monthly|hourly|nightly)\b|(?:{_CLOCK})|{_DATES}", re.I
)
_SCHEDULE: Final = re.compile(
    rf"\bschedul\w*|{_REPEATED}|\b(?:{_AGAIN})|\bon the \d|\b(?:first|last) of (?:the|each|every) month|"
    r"\b(?:daily|weekly|monthly|hourly|nightly)\s+at\b",
    re.I,
)
_RUN: Final = re.compile(
    r"\b(?:runs?|running|start(?:s|ed)?|go(?:es)? out|kick\w*|launch\w*|trigger\w*|repeat\w*|fires?|automat\w*)\b", re.I
)
_YES: Final = re.compile(
    r"\s*(?:yes|yep|yeah|sure|ok(?:ay)?|perfect|great|good|fine|correct|right|exactly|confirmed?|agreed|"
    r"(?:that )?looks (?:good|right|fine)|go ahead|do it|please do|that'?s (?:right|it|fine|good))\b",
    re.I,
)
_MORE: Final = r"(?:[\s,.!]+(?:please|thanks|thank you|" + _YES.pattern + r"))*[\s.!]*\Z"
_ONLY_YES: Final = re.compile(_YES.pattern + _MORE, re.I)


def own_words(turn: str) -> str:
    """Give a turn without what is quoted in it."""
    return _NOT.sub(" ", _QUOTED.sub(" ", turn))


def asks_to_save(turn: str) -> bool:
    return bool(_SAVE.search(own_words(turn)))


def asks_to_schedule(turn: str) -> bool:
    words = own_words(turn)
    return bool(_SCHEDULE.search(words) or (_RUN.search(words) and _WHEN.search(words)))


def says_when(turn: str) -> bool:
    """Whether a turn names a time of day, a day or how often: enough to move what is scheduled already."""
    return bool(_WHEN.search(own_words(turn)))


def means(turn: str, name: str) -> bool:
    """Whether a turn names a script, or speaks of several at once."""
    named = re.escape(name).replace("_", "[_ ]")
    quoted = re.search(rf"[\"'“`]{named}[\"'”`]", turn, re.I)
    words = own_words(turn)
    return bool(quoted or re.search(rf"\b{named}\b", words, re.I) or _SEVERAL.search(words))


def speaks_of_mocks(turn: str) -> bool:
    return bool(re.search(r"\b(?:mock|fake|pretend|simulat|stub)", own_words(turn), re.I))


def only_agrees(turn: str) -> bool:
    """Whether a turn is a yes and nothing else."""
    return bool(_ONLY_YES.match(own_words(turn)))


def agrees(turn: str) -> bool:
    """Whether a turn begins with a yes."""
    return bool(_YES.match(own_words(turn)))
