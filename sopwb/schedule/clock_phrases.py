"""Times of the day and minutes of the hour, as people say them.

Grammar (``|`` or, ``?`` optional)::

    times = "at"? time (("," | "and" | "&") "at"? time)*
    time  = "noon" | "midday" | "midnight" | clock half? | hour half? | past hour half?
    clock = 9:30 | 09.30 | 9h30 | 0930
    hour  = 9 | nine
    past  = "half past" | "quarter to" | "ten past" | "10 minutes to" ...
    half  = am | pm | o'clock | "in the morning" | "in the evening" | "at night" ...
    marks = "at"? mark (("," | "and") "at"? mark)*
    mark  = "on the hour" | "quarter past" | "15 past the hour" | ":15" | "at minute 15"

A bare hour is on the 24-hour clock: ``at 7`` is 07:00, and ``half past twelve`` 12:30. Words for the half of
the day move it: ``7 in the evening`` is 19:00, ``12 at night`` 00:00. A number counts as a time only after
``at``, in a list of times, or with such words. What fits neither clock is a diagnostic (SOP-H004), and what
can be read in two ways is one too (SOP-H009): ``8 and 10 pm``, ``9 to 5``, ``quarter to one``.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.schedule import codes
from sopwb.schedule.parts import ClockWords, Marks, Problem, Times
from sopwb.schedule.tokens import Reader, Token

_NAMED: Final = {"noon": 12, "midday": 12, "midnight": 0}
_PAST: Final = {"past": 1, "after": 1, "to": -1, "before": -1, "till": -1}
_HOUR_END: Final = ("the hour", "every hour", "each hour", "of the hour", "of every hour", "of each hour")
_HALF_HOURS: Final = {  # for hours 1..12: what the half adds; hours not listed do not fit
    "am": {12: -12} | dict.fromkeys(range(1, 12), 0),
    "pm": {12: 0} | dict.fromkeys(range(1, 12), 12),
    "morning": dict.fromkeys(range(1, 12), 0),
    "afternoon": {12: 0} | dict.fromkeys(range(1, 7), 12),
    "evening": dict.fromkeys(range(4, 12), 12),
    "night": {12: -12} | dict.fromkeys(range(1, 6), 0) | dict.fromkeys(range(6, 12), 12),
}
_HALF_24: Final = {  # hours of the 24-hour clock beyond 1..12 that agree with the half
    "am": {0},
    "pm": set(range(13, 24)),
    "morning": {0},
    "afternoon": set(range(13, 19)),
    "evening": set(range(16, 24)),
    "night": {0, *range(18, 24)},
}


def read_times(reader: Reader) -> Times | Problem | None:
    """Read a list of times of the day, or nothing."""
    kept = reader.at
    led = bool(reader.take("at", "@"))
    words: list[ClockWords] = []
    while True:
        time = _read_time(reader, led or bool(words), bool(words))
        if isinstance(time, Problem):
            return time
        if time is None:
            break
        words.append(time)
        kept = reader.at
        if not take_and(reader):
            break
        reader.take("at", "@")
    reader.at = kept
    return Times(tuple(words)) if words else None


def read_marks(reader: Reader) -> Marks | Problem | None:
    """Read a list of minutes of the hour, or nothing."""
    kept = reader.at
    minutes: list[int] = []
    while (minute := _read_mark(reader)) is not None:
        if not 0 <= minute <= 59:
            return Problem(codes.problem(codes.NOT_A_TIME, f"minute {minute} of the hour is not within 0-59"))
        minutes.append(minute)
        kept = reader.at
        if not take_and(reader):
            break
    reader.at = kept
    return Marks(tuple(minutes)) if minutes else None


def take_and(reader: Reader) -> bool:
    """Read what joins a list: a comma, ``and``, both, or ``&``."""
    comma = bool(reader.take(","))
    return bool(reader.take("and", "&", "plus")) or comma


def resolve(times: Times, default_half: str) -> tuple[str, ...] | Diagnostic:
    """Turn times as said into ``HH:MM``, ascending, each once; ``default_half`` reads the bare ones."""
    found: set[str] = set()
    for n, words in enumerate(times.words):
        later = [other.half for other in times.words[n + 1 :] if other.half]
        if words.bare and not words.half and not default_half and later and later[0] not in ("am", "morning"):
            later_half = _half_text(later[0])
            message = f"{_said(words)} could be before noon or after it; only the later time is {later_half}"
            return codes.problem(codes.TWO_READINGS, message, (words.start, words.end))
        half = words.half or default_half
        hour = _hour(words.hour, half)
        if not words.half and not words.bare and hour != words.hour:
            hour = None
        if hour is None or not 0 <= words.minute <= 59:
            message = f"{_said(words)}{' ' + _half_text(half) if half else ''} is not a time of day"
            return codes.problem(codes.NOT_A_TIME, message, (words.start, words.end))
        found.add(f"{hour:02d}:{words.minute:02d}")
    return tuple(sorted(found))


def _hour(hour: int, half: str) -> int | None:
    if not half:
        return hour if 0 <= hour <= 23 else None
    if hour in _HALF_24[half]:
        return hour
    add = _HALF_HOURS[half].get(hour)
    return None if add is None else hour + add


def _said(words: ClockWords) -> str:
    return f"{words.hour}:{words.minute:02d}"


def _half_text(half: str) -> str:
    return {"am": "am", "pm": "pm", "night": "at night"}.get(half, f"in the {half}")


def _read_time(reader: Reader, led: bool, listed: bool) -> ClockWords | Problem | None:
    start = reader.at
    reader.take("12", "twelve")
    if reader.text() in _NAMED:
        hour = _NAMED[reader.text()]
        reader.at += 1
        return _words(reader, start, hour, 0, "", False)
    reader.at = start
    if past := _read_past(reader):
        return past
    reader.at = start
    if token := reader.take_kind("clock"):
        return _clock(reader, start, token)
    number = reader.peek()
    hour_said = reader.take_number()
    if hour_said is None or number is None:
        return None
    half, sure = _read_half(reader)
    if not (led or sure) or (listed and not sure and not _ends_a_time(reader)) or _is_not_a_time(reader):
        reader.at = start
        return None
    if number.kind == "number" and len(number.text) in (3, 4) and not half:
        return _words(reader, start, hour_said // 100, hour_said % 100, "", False)
    written_24 = number.kind == "number" and len(number.text) == 2 and number.text[0] == "0"
    return _words(reader, start, hour_said, 0, half, 1 <= hour_said <= 12 and not written_24)


def _clock(reader: Reader, start: int, token: Token) -> ClockWords | None:
    hour_text, minute_text = token.text.replace("h", ":").replace(".", ":").split(":")[:2]
    half, _ = _read_half(reader)
    hour = int(hour_text)
    return _words(reader, start, hour, int(minute_text), half, 1 <= hour <= 12 and hour_text[0] != "0")


def _read_past(reader: Reader) -> ClockWords | Problem | None:
    """Read ``half past seven``; ``half past`` without an hour is a mark of the hour, and not read here."""
    start = reader.at
    offset = _read_offset(reader)
    if offset is None:
        return None
    if reader.text() in _NAMED:
        base, bare = _NAMED[reader.text()], False
        reader.at += 1
    else:
        number = reader.take_number()
        if number is None:
            return None
        base, bare = number, 1 <= number <= 12
    half, _ = _read_half(reader)
    total = base * 60 + offset
    if bare and half and total < 60:
        total += 12 * 60
    said = reader.tokens[start : reader.at]
    span = (said[0].start, said[-1].end)
    if [token.kind for token in said[:3]] == ["number", "word", "number"] and offset < 0:
        message = f'"{said[0].text} to {base}" is a time or a span of hours'
        return Problem(codes.problem(codes.TWO_READINGS, message, span, "write the time with its minutes"))
    if bare and not half and base in (1, 12) and offset < 0:
        message = f"{-offset} minutes to {base} could be before noon or after it"
        return Problem(codes.problem(codes.TWO_READINGS, message, span))
    hour, minute = divmod(total % 1440, 60)
    return _words(reader, start, hour, minute, half, bare)


def _read_offset(reader: Reader) -> int | None:
    start = reader.at
    if reader.take("half past"):
        return 30
    reader.take("a")
    size = 15 if reader.take("quarter") else reader.take_number()
    if size is not None:
        reader.take("minutes", "minute", "min", "mins")
        if (word := reader.text()) in _PAST:
            reader.at += 1
            if size <= 59:
                return _PAST[word] * size
    reader.at = start
    return None


def _read_half(reader: Reader) -> tuple[str, bool]:
    """Read the words after an hour; give the half ("" for none) and whether they make the number a time."""
    sure = bool(reader.take("o'clock", "o ' clock", "oclock", "hours", "hrs", "h", "sharp"))
    if token := reader.take_kind("meridiem"):
        return token.text[0] + "m", True
    start = reader.at
    reader.take(",")
    if half := reader.take(
        "in the morning", "in the afternoon", "in the evening", "at night", "in the night"
    ):
        return half.split()[-1], True
    reader.at = start
    return "", sure


def _read_mark(reader: Reader) -> int | None:
    start = reader.at
    reader.take("at", "on")
    if reader.take("the top of the hour", "the hour", "the full hour", "the start of the hour"):
        return 0
    if reader.take("the half hour", "the half - hour"):
        return 30
    if token := reader.take_kind("minute"):
        return int(token.text[1:])
    if reader.take("minute"):
        minute = reader.take_number()
        if minute is not None:
            reader.take(*_HOUR_END)
            return minute
    elif (offset := _read_offset(reader)) is not None:
        reader.take(*_HOUR_END)
        return offset % 60
    reader.at = start
    return None


def _words(reader: Reader, start: int, hour: int, minute: int, half: str, bare: bool) -> ClockWords:
    first, last = reader.tokens[start], reader.tokens[reader.at - 1]
    return ClockWords(hour, minute, half, bare, first.start, last.end)


_MAY_FOLLOW: Final = {"on", "every", "each", "and", "daily", "from", "of", "the", "at"}


def _ends_a_time(reader: Reader) -> bool:
    """Say whether a bare number in a list can be a time: nothing that it would count stands after it."""
    return reader.kind() not in ("word",) or reader.text() in _MAY_FOLLOW


def _is_not_a_time(reader: Reader) -> bool:
    return reader.text() in ("minute", "minutes", "mins", "past", "times", "days", "%", "percent")
