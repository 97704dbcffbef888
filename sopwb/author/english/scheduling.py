"""The words of a schedule in a conversation: what stands around them, and a new time for the days said before.

Deliberately not here: what a schedule's words mean (``schedule.phrases``).
"""

from __future__ import annotations

import re
from typing import Final

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.schedule.phrases import parse_spec, zone_said

_BEHIND: Final = re.compile(
    r"\s+(?:(?:is|would be|works|suits (?:us|me)|fits) (?:better|fine|best)|is better|instead|suits (?:us|me) better"
    r"|would be better|please|then|works better)$"
)
_BEFORE: Final = re.compile(r"^(?:to run|to be run|so that it runs|for)\s+")
_DAYS: Final = re.compile(
    r"every|each|daily|week|month|day|hour|minute|mon|tue|wed|thu|fri|sat|sun|1st|first", re.I
)
_SAID_DAYS: Final = re.compile(r"week|month|mon|tue|wed|thu|fri|sat|sun|\d(?:st|nd|rd|th)|first|last|weekday", re.I)
_RESTATED: Final = re.compile(
    r"^(every (\d+) minutes),? (?:so |that is |i\.e\. )?at ([\d:, and]+?) (?:minutes )?"
    r"(?:past|after|of) (?:each|every|the|an) hour$"
)
_MINUTES: Final = 60
_CLOCK: Final = re.compile(
    r"\d:\d|\d\s?[ap]\.?m\b|\bat\b|hour|minute|o'?clock|noon|midnight|morning|evening|afternoon|night", re.I
)
_OTHER_DAYS: Final = re.compile(_SAID_DAYS.pattern + "|daily|every day", re.I)
_SAME: Final = re.compile(r",?\s*(?:at\s+)?(?:the\s+)?same\s+time(?:\s+(?:as\s+before|of\s+day))?", re.I)


def schedule_of(words: str, last_words: str) -> tuple[object, str]:
    """Read a schedule; ``last_words`` ("" none) are those that the same script had, whose days a bare time keeps.

    Gives what ``parse_spec`` gives (a ``Diagnostic`` where it cannot be read), and the words that say it.
    """
    words = _BEFORE.sub("", _BEHIND.sub("", words.strip().rstrip(".").strip()))
    words = _without_restatement(words)
    if last_words and _SAME.search(words):
        words = _SAME.sub("", words).strip(" ,")
    if last_words and not _DAYS.search(words) and _SAID_DAYS.search(last_words):
        days = re.sub(r"\bat\s+.*$", "", last_words).strip()
        zone = "" if zone_said(words) else zone_said(last_words)
        merged = f"{days} at {re.sub(r'^at ', '', words)} {zone}".strip()
        spec = parse_spec(merged)
        if not isinstance(spec, Diagnostic):
            return spec, merged
    if last_words and _OTHER_DAYS.search(words) and not _CLOCK.search(words) and _CLOCK.search(last_words):
        at = re.search(r"\bat\s.*", last_words)
        time = at[0] if at is not None else ""
        merged = f"{_SAME.sub('', words).strip(' ,')} {time}".strip()
        spec = parse_spec(merged)
        if time and not isinstance(spec, Diagnostic):
            return spec, merged
    return parse_spec(words), words


def _without_restatement(words: str) -> str:
    """Drop "at 00, 20 and 40 past each hour" behind "every 20 minutes", where it says the same."""
    found = _RESTATED.match(words.lower())
    if found is None:
        return words
    said = [int(n) for n in re.findall(r"\d+", found[3])]
    return found[1] if said == list(range(0, _MINUTES, int(found[2]))) else words
