"""Read a schedule as people say it: English, the phrases of the ``schedule`` library, or a cron line.

``parse_spec`` takes a text that is a schedule and nothing else; every word must be understood.
``find_phrases`` and ``find_schedule`` look for schedules inside a longer sentence.

What a phrase means where English leaves it open, and why:

- A bare hour is on the 24-hour clock: ``at 7`` is 07:00. ``at 6 in the evening`` is 18:00.
- A time alone (``at noon``) is every day: a schedule repeats, and nothing narrows it.
- Days without a time, and ``weekly`` or ``monthly`` without a day, ask (SOP-H002, SOP-H003).
- ``on the 31st`` skips the months that have none; ``the last day`` never does.
- A zone is an IANA name or UTC: ``every day at 09:00 Europe/Berlin``, ``.at("10:30", "Europe/Berlin")``.
- A wish for every second day or week is refused (SOP-H006): it would depend on the day it was made.

Deliberately not here: whether there is such a zone, and which script is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.limits import SCHEDULE_PHRASE_TOKENS_MAX, SCHEDULE_TEXT_CHARS_MAX
from sopwb.schedule import codes
from sopwb.schedule.assemble import assemble
from sopwb.schedule.clock_phrases import read_marks, read_times, resolve
from sopwb.schedule.cron import ALIASES, normal_text, parse_cron
from sopwb.schedule.day_phrases import read_days
from sopwb.schedule.interval_phrases import read_interval
from sopwb.schedule.parts import DayHalf, Grid, Marks, Part, Problem, Times, Without
from sopwb.schedule.spec import Cron, Spec
from sopwb.schedule.tokens import Reader, Token, tokenise

_JOINTS: Final = (",", ";", ":", ".", "and", "-", "–", "—", "(", ")")
_POLITE: Final = ("run", "runs", "it", "schedule", "please", "to", "for", "repeat", "this", "that", "should")
_NAMES: Final = "sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_FIELD: Final = rf"(?:[\d*]|(?:{_NAMES})\b)[\w*/,\-]*"
_CRON_LEAD: Final = r"(?:\bon\s+)?(?:\bthe\s+)?\bcron(?:tab)?(?:\s+(?:line|expression|schedule))?\s*:?\s*"
_CRON_LINE: Final = re.compile(
    rf"(?P<lead>{_CRON_LEAD})?[\"'`]?(?P<line>(?<![\w*]){_FIELD}(?:\s+{_FIELD}){{4}})[\"'`]?", re.I
)
_CRON_ANY: Final = re.compile(rf"\s*{_CRON_LEAD}[\"'`]?(?P<line>[^\"'`]*)[\"'`]?\s*", re.I)
_LIBRARY: Final = re.compile(r"\bevery\s*\(")
_LIBRARY_CALL: Final = re.compile(r"\.do\s*\(.*", re.S)
_AREAS: Final = (
    "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US"
)
_ZONE: Final = re.compile(
    r"(?:,\s*)?(?:\bin\s+)?(?:\bthe\s+)?(?:\b(?:time\s*)?zone\s+)?[\"']?"
    rf"(?<![\w/])(?P<zone>UTC|(?:{_AREAS})(?:/[A-Z][\w+\-]*)+)(?![\w/])[\"']?(?:\s+time\b)?"
)
_EXAMPLES: Final = "for example: " + codes.FORMS
_WEAK: Final = (Times, Marks, Grid, DayHalf, Without)


class Phrase(msgspec.Struct, frozen=True):
    """A schedule inside a text: what it is or what is wrong with it, and its half-open character span."""

    result: Spec | Diagnostic
    start: int
    end: int


def parse_spec(text: str) -> Spec | Diagnostic:
    """Read a text that is one schedule; words that are not understood are quoted in the diagnostic.

    Its zone is ``zone_said``'s.
    """
    if len(text) > SCHEDULE_TEXT_CHARS_MAX:
        return codes.problem(codes.NOT_UNDERSTOOD, f"{len(text)} characters are too long for a schedule")
    text = _ZONE.sub(lambda match: " " * len(match.group()), text, count=1)
    if cron := _cron_alone(text):
        return cron
    reader = Reader(tokenise(_plain(text)))
    parts: list[Part] = []
    unread: list[int] = []
    while not reader.done():
        if reader.take(*_JOINTS) or (not parts and reader.take(*_POLITE)):
            continue
        part = _read_part(reader)
        if part is not None:
            parts.append(part)
        else:
            unread.append(reader.at)
            reader.at += 1
    if problems := [part for part in parts if isinstance(part, Problem)]:
        return problems[0].diagnostic
    if unread:
        return _not_understood(text, reader.tokens, unread)
    if not parts:
        return codes.problem(codes.NOT_UNDERSTOOD, "this says no schedule", hint=_EXAMPLES)
    return assemble(parts)


def zone_said(text: str) -> str:
    """Give the time zone that a schedule's text names, "" where it names none."""
    match = _ZONE.search(text[:SCHEDULE_TEXT_CHARS_MAX])
    return match["zone"] if match else ""


def find_phrases(text: str) -> Iterator[Phrase]:
    """Give the schedules said in a text, in order; those that miss something or clash come as diagnostics.

    A time by itself is no schedule here, and neither is a single occasion such as ``tomorrow``.
    """
    text = text[:SCHEDULE_TEXT_CHARS_MAX]
    crons = {
        match.start(): match for match in _CRON_LINE.finditer(text) if match["lead"] or "*" in match["line"]
    }
    reader = Reader(tokenise(text))
    while not reader.done():
        start = reader.at
        token = reader.tokens[start]
        if match := crons.get(token.start):
            yield Phrase(_cron(match["line"]), match.start(), match.end())
            while not reader.done() and reader.tokens[reader.at].start < match.end():
                reader.at += 1
            continue
        parts, end = _read_phrase(reader)
        if parts and _is_schedule(parts):
            yield Phrase(assemble(parts), token.start, reader.tokens[end - 1].end)
            reader.at = end
        else:
            reader.at = start + 1


def find_schedule(text: str) -> tuple[Spec, int, int] | None:
    """Give the longest complete schedule said in a text with its character span, or None."""
    best: tuple[Spec, int, int] | None = None
    for phrase in find_phrases(text):
        if isinstance(phrase.result, Diagnostic):
            continue
        if best is None or phrase.end - phrase.start > best[2] - best[1]:
            best = (phrase.result, phrase.start, phrase.end)
    return best


def find_times(text: str) -> tuple[tuple[str, ...], int, int] | None:
    """Give the first times of day said in a text as ``HH:MM`` with their span: ``no, 7 in the evening``."""
    reader = Reader(tokenise(text[:SCHEDULE_TEXT_CHARS_MAX]))
    while not reader.done():
        start = reader.at
        times = read_times(reader)
        if isinstance(times, Times):
            found = resolve(times, "")
            if not isinstance(found, Diagnostic):
                return found, reader.tokens[start].start, reader.tokens[reader.at - 1].end
        reader.at = max(reader.at, start + 1)
    return None


def _read_part(reader: Reader) -> Part | None:
    return read_interval(reader) or read_days(reader) or read_times(reader) or read_marks(reader)


def _read_phrase(reader: Reader) -> tuple[list[Part], int]:
    """Read as many parts as stand together from here; give them and the place after the last one."""
    parts: list[Part] = []
    first = end = reader.at
    while not reader.done() and reader.at - first < SCHEDULE_PHRASE_TOKENS_MAX:
        part = _read_part(reader)
        if part is None or (parts and _is_once(part)):
            break
        parts.append(part)
        end = reader.at
        while reader.take(*_JOINTS):
            pass
    return parts, end


def _is_schedule(parts: list[Part]) -> bool:
    return not _is_once(parts[0]) and any(not isinstance(part, _WEAK) for part in parts)


def _is_once(part: Part) -> bool:
    return isinstance(part, Problem) and part.diagnostic.code == codes.ONLY_ONCE


def _plain(text: str) -> str:
    """Blank out the punctuation of ``every().monday.at("09:00").do(job)``; every place stays where it was."""
    if not _LIBRARY.search(text):
        return text
    text = _LIBRARY_CALL.sub(lambda match: " " * len(match.group()), text)
    return re.sub(r"[().\"']", " ", text)


def _cron_alone(text: str) -> Spec | Diagnostic | None:
    if text.strip().lower() in ALIASES:
        return _cron(text)
    match = _CRON_LINE.fullmatch(text.strip()) or _CRON_ANY.fullmatch(text)
    return _cron(match["line"]) if match else None


def _cron(line: str) -> Spec | Diagnostic:
    found = parse_cron(line)
    return found if isinstance(found, Diagnostic) else Cron(normal_text(line))


def _not_understood(text: str, tokens: list[Token], unread: list[int]) -> Diagnostic:
    """Quote the first words that were not read, with the joints between them."""
    last = unread[0]
    for place in unread[1:]:
        if any(token.text not in _JOINTS for token in tokens[last + 1 : place]):
            break
        last = place
    span = (tokens[unread[0]].start, tokens[last].end)
    quoted = text[span[0] : span[1]]
    return codes.problem(codes.NOT_UNDERSTOOD, f'"{quoted}" was not understood', span, _EXAMPLES)
