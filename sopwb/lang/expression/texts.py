"""Texts of times: RFC 3339 timestamps, ISO dates and CEL durations, read exactly.

Used by the checker for constants and by the interpreter for computed texts; both say the same of the same
text. Values have microseconds: a finer fraction is refused rather than cut.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|μs|ns)", re.ASCII)
_NANOSECONDS: Final = {
    "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000,
    "us": 1_000, "µs": 1_000, "μs": 1_000, "ns": 1,
}  # fmt: skip
_DURATION_CHARS_MAX: Final = 200
DURATION_SECONDS_MAX: Final = 315_576_000_000
"""CEL's own bound: about ten thousand years."""


def parse_date(text: str) -> dt.date:
    """Read ``2026-01-31``. Raises ``ValueError`` that says what is wrong."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text[:40]}' is not a date such as 2026-01-31")
    return make_date(int(found[1]), int(found[2]), int(found[3]))


def make_date(year: int, month: int, day: int) -> dt.date:
    """Make a date of numbers. Raises ``ValueError`` that names the date that does not exist."""
    if 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31:
        try:
            return dt.date(year, month, day)
        except ValueError:
            pass  # such as 30 February: said below with the others
    raise ValueError(f"there is no date {year}-{month:02}-{day:02}")


def parse_timestamp(text: str) -> dt.datetime:
    """Read an RFC 3339 text into an instant in UTC. Raises ``ValueError`` that says what is wrong."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text[:40]}' is not a timestamp such as 2026-01-31T09:00:00Z")
    year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
    nanoseconds = int((found[7] or "0").ljust(9, "0"))
    if nanoseconds % 1_000:
        raise ValueError(f"'{text[:40]}' is finer than a microsecond")
    offset = dt.timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        if int(found[10] or 0) > 59:
            raise ValueError
        zone = dt.timezone(-offset if found[8] == "-" else offset) if offset else dt.UTC
        local = dt.datetime(year, month, day, hour, minute, second, nanoseconds // 1_000, zone)
        return local.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no instant {text[:40]}") from None


def parse_duration(text: str) -> dt.timedelta:
    """Read ``1h30m``, ``-1.5s``, ``90ms``. Raises ``ValueError`` that says what is wrong."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return dt.timedelta(0)
    total_numerator, at = 0, 0
    scale = 10**9  # ns are summed in billionths, so that fractions of any unit stay exact
    while at < len(rest) and len(text) <= _DURATION_CHARS_MAX:
        found = _DURATION.match(rest, at)
        if found is None:
            break
        whole, _, fraction = found[1].partition(".")
        if len(fraction) > 9:
            raise ValueError(f"'{text[:40]}' is finer than a microsecond")
        total_numerator += int((whole or "0") + fraction.ljust(9, "0")) * _NANOSECONDS[found[2]]
        at = found.end()
    if not rest or at != len(rest):
        raise ValueError(f"'{text[:40]}' is not a duration such as 1h30m")
    micros, finer = divmod(total_numerator, scale * 1_000)
    if finer:
        raise ValueError(f"'{text[:40]}' is finer than a microsecond")
    if micros > DURATION_SECONDS_MAX * 1_000_000:
        raise ValueError(f"'{text[:40]}' is longer than a duration can be")
    return dt.timedelta(microseconds=-micros if text[:1] == "-" else micros)
