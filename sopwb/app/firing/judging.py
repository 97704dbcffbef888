"""Judging: what becomes of the slots that are due, pure over instants.

    paused      every slot is skipped
    overlap     slots that came due while the one before was at work: ``skip`` skips them, ``queue`` runs them after it
    missed      of the others, those that are too late: ``none`` runs none of them, ``latest`` the last one unless a
                slot that is in time runs anyway, ``all`` all of them
    in time     the rest runs, however late within ``SLOT_LATE_S_MAX``

``all`` and ``queue`` run the last ``SLOTS_CAUGHT_UP_MAX`` at most. Deliberately not here: the store, clocks, zones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import msgspec

from sopwb.kernel.limits import SLOT_LATE_S_MAX, SLOTS_CAUGHT_UP_MAX

MISSED: Final = "missed: nothing was there to run it in time"
OVERLAP: Final = "the run before it was still going"
PAUSED: Final = "the schedule was paused"
EDITED: Final = "the schedule was changed before it ran"
REMOVED: Final = "the schedule was removed before it ran"
TOO_MANY: Final = f"more than {SLOTS_CAUGHT_UP_MAX} slots waited"

_LATE: Final = dt.timedelta(seconds=SLOT_LATE_S_MAX)


class Rules(msgspec.Struct, frozen=True):
    """What a schedule says about slots that cannot run when they are due."""

    missed: str
    overlap: str
    paused: bool


class Busy(msgspec.Struct, frozen=True):
    """When the schedule's last slot was at work; ``ended`` None: it still is."""

    began: dt.datetime
    ended: dt.datetime | None

    def covers(self, due: dt.datetime) -> bool:
        return self.began <= due and (self.ended is None or due < self.ended)


class Verdict(msgspec.Struct, frozen=True):
    """What becomes of a slot: it runs, or is skipped for a reason."""

    due: dt.datetime
    reason: str = ""


def judge(dues: Sequence[dt.datetime], rules: Rules, busy: Busy | None, now: dt.datetime) -> list[Verdict]:
    """Decide about slots that are due and undecided, ascending; the answer is in the same order.

    While the slot before is still at work only those that are to be skipped are decided.
    """
    if rules.paused:
        return [Verdict(due, PAUSED) for due in dues]
    overlapped = {due for due in dues if busy is not None and busy.covers(due)}
    if busy is not None and busy.ended is None:
        # Slots are decided in order: one that came due before this one was taken up again waits, and all after it.
        waits = rules.overlap == "queue" or len(overlapped) < len(dues)
        return [] if waits else [Verdict(due, OVERLAP) for due in dues]
    late = [due for due in dues if due not in overlapped and now - due > _LATE]
    in_time = [due for due in dues if due not in overlapped and now - due <= _LATE]
    reasons = dict.fromkeys(late, MISSED) | dict.fromkeys(overlapped, OVERLAP if rules.overlap == "skip" else "")
    if rules.missed == "all":
        reasons |= dict.fromkeys(late, "")
    elif rules.missed == "latest" and late and not in_time:
        reasons[late[-1]] = ""
    caught_up = [due for due in dues if reasons.get(due) == ""]
    reasons |= dict.fromkeys(caught_up[:-SLOTS_CAUGHT_UP_MAX], TOO_MANY)
    return [Verdict(due, reasons.get(due, "")) for due in dues]
