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
_SAVE: Final = re.compile(r"\b(?:save|freeze|store|keep|publish|finali[sz]e)\b|\bbatch job\b|\bas an? job\b", re.I)
_SCHEDULE: Final = re.compile(
    r"\bschedul\w*|\bevery\s+(?:\w+\s+)?(?:day|week|month|hour|minute|morning|evening|night|(?:mon|tues|wednes|thurs|fri|"
    r"satur|sun)day|weekday|\d)|\b(?:daily|weekly|monthly|hourly|nightly)\s+at\b|\brun(?:s|ning)?\s+it\s+(?:daily|weekly|"
    r"monthly|hourly|nightly|at|on)\b|\bon the \d|\b(?:first|last) of (?:the|each|every) month",
    re.I,
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
    return bool(_SCHEDULE.search(own_words(turn)))


def only_agrees(turn: str) -> bool:
    """Whether a turn is a yes and nothing else."""
    return bool(_ONLY_YES.match(own_words(turn)))


def agrees(turn: str) -> bool:
    """Whether a turn begins with a yes."""
    return bool(_YES.match(own_words(turn)))
