"""Bands of numbers: what cases cover, where they overlap and what they leave over.

Deliberately not here: cases that test anything but one number (``lower`` takes those as they stand).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from sopwb.author.english import meaning as m

_MOST: Final = Decimal("Infinity")


class Band(msgspec.Struct, frozen=True):
    """A stretch of numbers with its ends in or out."""

    low: Decimal
    low_in: bool
    high: Decimal
    high_in: bool


def band_of(cond: m.Cond) -> tuple[m.Value | None, Band] | None:
    """Give what a comparison with numbers covers, and of what."""
    if isinstance(cond, m.Compare) and isinstance(cond.right, m.Lit) and cond.right.kind == "number":
        number = Decimal(cond.right.text)
        match cond.op:
            case ">" | ">=":
                return cond.left, Band(number, cond.op == ">=", _MOST, False)
            case "<" | "<=":
                return cond.left, Band(-_MOST, False, number, cond.op == "<=")
            case "==":
                return cond.left, Band(number, True, number, True)
    if isinstance(cond, m.Inside):
        low_end, high_end = cond.low, cond.high
        if isinstance(low_end, m.Lit) and isinstance(high_end, m.Lit) and low_end.kind == high_end.kind == "number":
            low, high = Decimal(low_end.text), Decimal(high_end.text)
            return cond.left, Band(low, cond.low_in, high, cond.high_in)
    if isinstance(cond, m.And):
        found = [band_of(part) for part in cond.parts]
        known = [f for f in found if f is not None]
        if len(known) == len(found) and len({repr(s) for s, _ in known}) == 1:
            lowest = max((b for _, b in known), key=lambda b: (b.low, not b.low_in))
            highest = min((b for _, b in known), key=lambda b: (b.high, b.high_in))
            return known[0][0], Band(lowest.low, lowest.low_in, highest.high, highest.high_in)
    return None


def bands_of(arms: list[m.Arm]) -> tuple[m.Value | None, list[Band]] | None:
    """Give the bands of cases that all test one number, in the order they were said, and that number."""
    found = [band_of(arm.cond) for arm in arms]
    known = [f for f in found if f is not None]
    if not known or len(known) != len(found):
        return None
    subjects = [s for s, _ in known if not _back(s)]
    if any(s != subjects[0] for s in subjects):
        return None
    return (subjects[0] if subjects else known[0][0]), [b for _, b in known]


def ordered(arms: tuple[m.Arm, ...]) -> tuple[m.Arm, ...]:
    """Put a band that lies inside an earlier one before it: "silver from 50, gold from 100" can then be gold."""
    found = bands_of(list(arms))
    if found is None:
        return arms
    _, bands = found
    out: list[tuple[Band, m.Arm]] = []
    for band, arm in zip(bands, arms, strict=True):
        place = next((i for i, (wide, _) in enumerate(out) if _inside(band, wide)), len(out))
        out.insert(place, (band, arm))
    return tuple(arm for _, arm in out)


def _inside(band: Band, wide: Band) -> bool:
    low = band.low > wide.low or (band.low == wide.low and (wide.low_in or not band.low_in))
    high = band.high < wide.high or (band.high == wide.high and (wide.high_in or not band.high_in))
    return band != wide and low and high


def _back(subject: m.Value | None) -> bool:
    return (
        subject is None
        or isinstance(subject, m.It)
        or (isinstance(subject, m.Named) and subject.words == "@subject")
    )


def overlap(first: Band, second: Band) -> str:
    """Say where two bands cross or touch without one lying inside the other; empty if nowhere."""
    a, b = sorted((first, second), key=lambda band: (band.low, not band.low_in))
    if a.low == b.low or b.high <= a.high or b.low == b.high or a.low == a.high:
        return ""
    if b.low < a.high:
        return f"from {b.low} to {a.high}"
    return f"at exactly {b.low}" if b.low == a.high and b.low_in and a.high_in else ""


def left_over(bands: list[Band], whole: bool) -> str:
    """Say the first stretch that bands leave over, counting from nothing up; empty if there is none."""
    step = 1 if whole else 0
    at, reached = Decimal(0), False
    for band in sorted(bands, key=lambda b: (b.low, not b.low_in)):
        low = band.low if band.low_in or not whole else band.low + step
        if low > at or (low == at and not whole and not band.low_in and not reached and band.low != -_MOST):
            return _between(at, low, whole)
        high = band.high if band.high_in or not whole or band.high == _MOST else band.high - step
        if band.high == _MOST:
            return ""
        nxt = high + step
        if nxt > at or (nxt == at and band.high_in):
            at, reached = max(at, nxt), band.high_in and not whole
    return f"more than {at - step if whole else at}" if reached or whole else f"{at} or more"


def _between(at: Decimal, low: Decimal, whole: bool) -> str:
    if at == low or (whole and at + 1 == low):
        return f"exactly {at}"
    return f"{at} to {low - 1}" if whole else f"between {at} and {low}"


def opposed(arms: list[m.Arm]) -> str:
    """Say how two comparisons with one and the same thing share it out: "cover", "gap", "overlap"; empty for others."""
    conds = [a.cond for a in arms]
    if len(conds) != _SIDES:
        return ""
    first, second = conds
    if not isinstance(first, m.Compare) or not isinstance(second, m.Compare):
        return ""
    if (first.left, first.right) != (second.left, second.right):
        return ""
    return _OPPOSED.get(frozenset((first.op, second.op)), "")


_SIDES: Final = 2
_OPPOSED: Final = {
    frozenset((">", "<=")): "cover",
    frozenset((">=", "<")): "cover",
    frozenset(("==", "!=")): "cover",
    frozenset((">", "<")): "gap",
    frozenset((">=", "<=")): "overlap",
}


def pointed(arms: tuple[m.Arm, ...]) -> tuple[m.Arm, ...]:
    """Give "it" in a later case the name of what the first case tests: "if left_on is after …, if it is before …"."""
    tested = (a.cond.left for a in arms if isinstance(a.cond, m.Compare | m.Inside) and not _back(a.cond.left))
    first = next((left for left in tested if isinstance(left, m.Named | m.Agg)), None)
    if first is None or (_back_in(arms[0]) and not _unnamed(arms[0])):
        return arms
    out: list[m.Arm] = []
    for arm in arms:
        if _back_in(arm) and isinstance(arm.cond, m.Compare | m.Inside) and (out or _unnamed(arm)):
            arm = m.Arm(msgspec.structs.replace(arm.cond, left=first), arm.value)
        out.append(arm)
    return tuple(out)


def _back_in(arm: m.Arm) -> bool:
    return isinstance(arm.cond, m.Compare | m.Inside) and _back(arm.cond.left)


def _unnamed(arm: m.Arm) -> bool:
    """Whether a case tests what the others name: "up to 2, up to 5 kilos"."""
    return isinstance(arm.cond, m.Compare | m.Inside) and arm.cond.left == m.Named("@subject")
