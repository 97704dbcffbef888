"""One round over every schedule, and slots of the past on request."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from sopwb.app.commands import BackfillSchedule, Tick
from sopwb.app.firing.delivery import deliver
from sopwb.app.firing.executing import Clock, execute
from sopwb.app.firing.locks import holding
from sopwb.app.firing.rounds import claim_slot, do_round, due_now, looked_after, pending
from sopwb.app.firing.slots import SKIPPED, Firing, Slot, Slots, text_of
from sopwb.app.outputs import AnyOutput, Fired, SlotRow
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.kernel.limits import BACKFILL_SLOTS_MAX
from sopwb.store.errors import RefConflict, StoreError

if TYPE_CHECKING:
    from sopwb.app.library import Schedule
    from sopwb.app.workbench import Workbench

_MOMENT = dt.timedelta(microseconds=1)


def tick(bench: Workbench, command: Tick) -> AnyOutput:
    """Do a round for each schedule in turn, then deliver notices. One that goes wrong keeps none from its turn."""
    names = looked_after(bench)
    if command.name:
        _need(bench, command.name)
        names = [command.name]
    rows: list[SlotRow] = []
    busy: list[str] = []
    problems: list[Diagnostic] = []
    for name in names:
        try:
            if not due_now(bench, name, bench.clock):
                continue
            done = do_round(bench, name, bench.clock)
        except UserError as error:
            problems += error.diagnostics
        except StoreError as error:
            from sopwb.store.codes import diagnostic_of

            problems.append(diagnostic_of(error))
        else:
            rows += map(slot_row, done.slots)
            busy += [name] if done.busy else []
    left, trouble = deliver(bench)
    return Fired(tuple(rows), tuple(busy), (*problems, *trouble), left)


def backfill_schedule(bench: Workbench, command: BackfillSchedule) -> AnyOutput:
    """Run slots that never ran, one by one in the order of their due instants; a slot that ran stays as it is."""
    schedule = _need(bench, command.name)
    clock: Clock = bench.clock
    begin, end = bench.instant(command.start), min(bench.instant(command.end), clock())
    if command.end == "":
        end = clock()
    with holding(bench, f"schedule-{schedule.name}") as held:
        bench.store.refresh()
        slots = Slots(bench.store, schedule.name)
        if not held or slots.firing().open:
            raise UserError(Diagnostic("SOP-A040", f"a slot of {schedule.name} is at work", found=schedule.name))
        rows: list[SlotRow] = []
        for due in _wanted(slots, schedule, begin, end):
            try:
                claim = claim_slot(bench, slots, due, clock, forward=False)
            except RefConflict:
                bench.store.refresh()  # somebody fired it meanwhile
                continue
            slot = execute(bench, slots, claim, clock)
            rows.append(slot_row(slot))
            if slots.firing().open:
                break
    return Fired(tuple(rows))


def slot_row(slot: Slot) -> SlotRow:
    """Show a slot."""
    return SlotRow(slot.schedule, slot.due, slot.state, slot.run, slot.status, slot.reason, slot.count)


def _wanted(slots: Slots, schedule: Schedule, begin: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """Find the slots of a span that never ran. Raises ``UserError`` SOP-A041."""
    found: list[dt.datetime] = []
    from_begin = msgspec.structs.replace(schedule, since=text_of(begin - _MOMENT))
    for due in pending(from_begin, Firing(), end):
        slot = slots.slot(text_of(due))
        if slot is not None and slot.state != SKIPPED:
            continue
        found.append(due)
        if len(found) > BACKFILL_SLOTS_MAX:
            words = f"from {text_of(begin)} to {text_of(end)} more than {BACKFILL_SLOTS_MAX} slots have not run"
            raise UserError(Diagnostic("SOP-A041", words, hint=f"the last of the first part is {text_of(found[-2])}"))
    return found


def _need(bench: Workbench, name: str) -> Schedule:
    schedule = bench.library.schedule(name)
    if schedule is None:
        nearest = nearest_name(name, bench.library.names("schedule"))
        raise UserError(Diagnostic("SOP-A010", f"there is no schedule {name!r}", found=name, nearest=nearest))
    return schedule
