"""A round: one schedule's open slot is settled, then every slot that is due is decided: run, or skipped with a reason.

Slots are decided in the order of their due instants, and ``firing.through`` moves with each decision, so a round that
dies anywhere is gone on with by the next. Deliberately not here: many schedules, waiting and threads (``daemon``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from sopwb.app.firing.executing import Clock, execute, new_claim, revive
from sopwb.app.firing.judging import MISSED, OVERLAP, TOO_MANY, Busy, Rules, Verdict, judge
from sopwb.app.firing.locks import holding
from sopwb.app.firing.notices import tell
from sopwb.app.firing.slots import SKIPPED, Firing, Slot, Slots, instant_of, text_of
from sopwb.app.workspace import zone_of
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import SLOTS_LOOKED_BACK_DAYS_MAX, SLOTS_RECORDED_MAX
from sopwb.schedule.due import due_times
from sopwb.schedule.spec import from_json
from sopwb.store.errors import RefConflict

if TYPE_CHECKING:
    from sopwb.app.library import Schedule
    from sopwb.app.workbench import Workbench
    from sopwb.store.store import Transaction

_TOLD = {MISSED: "missed", TOO_MANY: "missed", OVERLAP: "overlap"}
Also: TypeAlias = "Callable[[Transaction], None]"
_BACK = dt.timedelta(seconds=5)
"""A clock that is set back by less is not worth a word: all that was due until then is decided."""


class Round(msgspec.Struct, frozen=True):
    """What a round did: the slots that ran or were skipped, or that somebody else is at it (``busy``), or that nothing
    could be done because somebody has paused the run of the open slot (``held``)."""

    slots: tuple[Slot, ...] = ()
    busy: bool = False
    held: bool = False


def looked_after(bench: Workbench) -> list[str]:
    """Name the schedules, and those that are gone while a slot of theirs is open."""
    there = bench.library.names("schedule")
    known = (name.removeprefix("firing/") for name in bench.store.refs("firing/"))
    return [*there, *(name for name in known if name not in there and Slots(bench.store, name).firing().open)]


def due_now(bench: Workbench, name: str, clock: Clock) -> bool:
    """Whether a round of a schedule would find anything to do. Cheap: asked every second."""
    schedule = bench.library.schedule(name)
    firing = Slots(bench.store, name).firing()
    if schedule is None:
        return bool(firing.open)
    now = clock()
    return (
        bool(firing.open)
        or _clock_is_back(bench, name, firing, now)
        or any(True for _ in pending(schedule, firing, now))
    )


def do_round(bench: Workbench, name: str, clock: Clock) -> Round:
    """Do a schedule's round, unless somebody else does. Raises ``StoreError``, ``UserError``."""
    with holding(bench, f"schedule-{name}") as held:
        if not held:
            return Round(busy=True)
        bench.store.refresh()
        try:
            did = tuple(_round(bench, name, clock))
            return Round(did, held=not did and bool(Slots(bench.store, name).firing().open))
        except RefConflict:
            bench.store.refresh()  # somebody without the lock was quicker, or edits the schedule: next time
            return Round(busy=True)


def pending(schedule: Schedule, firing: Firing, now: dt.datetime) -> Iterable[dt.datetime]:
    """Give the due instants that nothing was decided about, ascending. Raises ``UserError`` for a zone that is gone."""
    zone = zone_of(schedule.zone)
    if zone is None:
        raise UserError(Diagnostic("SOP-W006", f"{schedule.zone!r} is not an IANA time zone", found=schedule.zone))
    floors = [now - dt.timedelta(days=SLOTS_LOOKED_BACK_DAYS_MAX), instant_of(schedule.since)]
    if firing.through:
        floors.append(instant_of(firing.through))
    for due in due_times(from_json(schedule.spec), zone, max(floors)):
        if due > now:
            return
        yield due


def skip_pending(bench: Workbench, schedule: Schedule, now: dt.datetime, reason: str, why: str, also: Also) -> None:
    """Skip what is due and undecided, in one transaction (``why``) with what changes the schedule.

    A clock that was ahead left slots decided that are yet to come: they count again. Raises ``RefConflict``.
    """
    slots = Slots(bench.store, schedule.name)
    firing = slots.firing()
    try:
        verdicts = [Verdict(due, reason) for due in _undecided(slots, pending(schedule, firing, now))]
    except UserError:
        verdicts = []  # a spec or zone that cannot be read any more has no slots, and must be replaceable
    through = firing.through
    if verdicts or (through and instant_of(through) > now):
        through = text_of(now)
    slots.change(why, msgspec.structs.replace(firing, through=through), _skipped(slots, verdicts), also)


def _round(bench: Workbench, name: str, clock: Clock) -> list[Slot]:
    slots, did = Slots(bench.store, name), []
    schedule = bench.library.schedule(name)
    busy = None
    firing = slots.firing()
    if firing.open:
        left = slots.slot(firing.open)
        assert left is not None, "an open slot is there"
        revived = revive(bench, slots, left, clock)
        did += [revived] if revived.object != left.object else []
        firing = slots.firing()
    if schedule is None or bench.stopping():
        return did
    if firing.open:
        still = slots.slot(firing.open)
        assert still is not None, "an open slot is there"
        busy = Busy(instant_of(still.began), None)
    elif firing.ended:
        busy = Busy(instant_of(firing.began), instant_of(firing.ended))
    now = clock()
    _tell_clock(bench, name, firing, now)
    found = list(pending(schedule, firing, now))
    dues = _undecided(slots, found)
    if found and not dues:  # all of them were run on request
        slots.change("pass over", msgspec.structs.replace(firing, through=text_of(found[-1])), [])
    verdicts = judge(dues, Rules(schedule.missed, schedule.overlap, schedule.paused), busy, now)
    for group in _groups(verdicts):
        if bench.stopping():
            break
        if group[0].reason:
            did += _skip(bench, slots, group, clock)
            continue
        claim = claim_slot(bench, slots, group[0].due, clock)
        did.append(execute(bench, slots, claim, clock))
        if slots.firing().open:
            break
    return did


def claim_slot(bench: Workbench, slots: Slots, due: dt.datetime, clock: Clock, forward: bool = True) -> Slot:
    """Claim a slot: nobody else can then. ``forward``: slots before it are decided. Raises ``RefConflict``."""
    firing = slots.firing()
    claim = new_claim(bench, slots, due, slots.slot(text_of(due)), clock)
    opened = msgspec.structs.replace(firing, open=claim.due)
    if forward:
        opened = msgspec.structs.replace(opened, through=claim.due)
    if firing.open:
        raise RefConflict(f"firing/{slots.schedule}", None, firing.object)
    if bench.machine is not None:
        bench.machine.fault("slot-before-claim")
    slots.change(f"claim the slot {claim.due}", opened, [claim])
    return claim


def _skip(bench: Workbench, slots: Slots, group: list[Verdict], clock: Clock) -> list[Slot]:
    if bench.machine is not None:
        bench.machine.fault("slot-before-skip")
    skipped, reason = _skipped(slots, group), group[0].reason

    def notice(tx: Transaction) -> None:
        if reason in _TOLD:
            first, last = text_of(group[0].due), text_of(group[-1].due)
            which = f"The slot of {first} was" if first == last else f"{len(group)} slots from {first} to {last} were"
            text = f"{slots.schedule}: {which} skipped, {reason}. Run what is wanted: sopwb schedule backfill"
            tell(bench, tx, skipped[0], _TOLD[reason], text, text_of(clock()))

    through = msgspec.structs.replace(slots.firing(), through=text_of(group[-1].due))
    slots.change(f"skip {len(group)} slots", through, skipped, notice)
    return skipped


def _skipped(slots: Slots, group: list[Verdict]) -> list[Slot]:
    """Make the records of skipped slots: one each, but the oldest of very many are one."""
    many = max(0, len(group) - SLOTS_RECORDED_MAX)
    if not group:
        return []
    old = [Slot(slots.schedule, text_of(group[0].due), SKIPPED, reason=group[0].reason,
                through=text_of(group[many - 1].due), count=many)] if many else []  # fmt: skip
    return old + [Slot(slots.schedule, text_of(v.due), SKIPPED, reason=v.reason) for v in group[many:]]


def _groups(verdicts: list[Verdict]) -> list[list[Verdict]]:
    """Put slots that are skipped for one reason in a row together; each that runs is alone."""
    groups: list[list[Verdict]] = []
    for verdict in verdicts:
        if groups and verdict.reason and groups[-1][0].reason == verdict.reason:
            groups[-1].append(verdict)
        else:
            groups.append([verdict])
    return groups


def _undecided(slots: Slots, dues: Iterable[dt.datetime]) -> list[dt.datetime]:
    prefix = f"slot/{slots.schedule}/"
    return [due for due in dues if slots.store.ref(prefix + text_of(due)) is None]


def _clock_is_back(bench: Workbench, name: str, firing: Firing, now: dt.datetime) -> bool:
    """Whether the clock is behind what is decided, and nobody was told yet."""
    back = bool(firing.through) and now < instant_of(firing.through) - _BACK
    return back and bench.store.ref(f"notice/clock/{name}/{firing.through}") is None


def _tell_clock(bench: Workbench, name: str, firing: Firing, now: dt.datetime) -> None:
    """Tell that the clock went back behind what is decided: nothing fires until then, which a person may not want."""
    if _clock_is_back(bench, name, firing, now):
        slot = Slot(name, firing.through, SKIPPED)
        text = (
            f"{name}: the clock went back to {text_of(now)}, and slots up to {firing.through} are decided. It goes on "
        )
        hint = f"after that; to count from now again: sopwb schedule resume {name}"
        with bench.store.transaction(f"{name}: tell") as tx:
            tell(bench, tx, slot, "clock", text + hint, text_of(now))
