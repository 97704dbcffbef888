"""Executing: a claimed slot becomes one run, and the slot ends with what the run came to.

A slot that a dead process left open is taken up again: one whose run was recorded is resumed, one that had none yet is
decided again (nothing was done); one that outlived ``SLOT_ATTEMPTS_MAX`` processes failed. A run that waits for a
person (an approval, a doubt) ends its slot with a notice; one that somebody paused keeps it open. Deliberately not
here: which slots run (``rounds``), and how (``handlers.running``, ``handlers.acting``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from sopwb.app.commands import ResumeRun, RunScript
from sopwb.app.execute import Leaving
from sopwb.app.firing.notices import tell
from sopwb.app.firing.slots import CLAIMED, DONE, FAILED, RUNNING, Firing, Slot, Slots, text_of
from sopwb.app.recording import RunRecord, find_run
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import SLOT_ATTEMPTS_MAX, SLOT_SWAPS_MAX
from sopwb.store.errors import RefConflict, StoreError
from sopwb.tools.secrets import tidy

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench
    from sopwb.store.store import Transaction

Clock = Callable[[], dt.datetime]

_TOLD: Final = {
    "succeeded_with_dead_letters": ("dead_letters", "set items aside"),
    "needs_attention": ("doubt", "needs somebody to find out what became of an effect"),
    "waiting_approval": ("waiting", "waits for an approval"),
    "failed": ("failed", "failed"),
    "cancelled": ("failed", "was cancelled"),
}
_GOES_ON: Final = frozenset({"", "interrupted", "broken"})
"""Causes of a pause that nobody wished: the slot's run goes on by itself."""


def new_claim(bench: Workbench, slots: Slots, due: dt.datetime, before: Slot | None, clock: Clock) -> Slot:
    """Make the claim of a slot, with its schedule's job as it is now; ``before`` is a skipped one."""
    schedule = bench.library.schedule(slots.schedule)
    job = bench.store.ref(f"job/{schedule.job}") if schedule is not None else None
    old = before.object if before is not None else ""
    return Slot(slots.schedule, text_of(due), CLAIMED, job or "", text_of(clock()), attempts=1, object=old)


def execute(bench: Workbench, slots: Slots, claim: Slot, clock: Clock) -> Slot:
    """Run a claimed slot and end it. Gives the slot as it stands then; one that was lost or must wait stays open.

    Raises ``StoreError`` where the store fails, which says nothing about the run.
    """
    fault, trouble = _fault(bench), ""
    fault("slot-claimed")
    found = slots.slot(claim.due)
    assert found is not None, "a claim was committed"
    try:
        _run(bench, slots, found)
    except Leaving:
        return _left(slots, found)
    except UserError as error:
        bench.store.refresh()
        now, trouble = slots.slot(claim.due), "; ".join(d.line() for d in error.diagnostics)
        if now is not None and now.state == CLAIMED:
            return _end(bench, slots, now, FAILED, "failed", trouble, clock)
        # It has acted; what could not be done is its output.
    except StoreError:
        bench.store.refresh()
        now = slots.slot(claim.due)
        if now is not None and now.object == found.object:
            raise
        # Its run was recorded, or somebody took the slot over before: then nothing was done here.
    except Exception as error:  # noqa: BLE001 - a fault of ours in one run must not end the daemon; it is told
        bench.store.refresh()
        now = slots.slot(claim.due)
        if now is not None and now.state == CLAIMED:
            return _end(bench, slots, now, FAILED, "failed", f"a fault in sopwb: {error!r}", clock)
    fault("slot-run")
    bench.store.refresh()
    return settle(bench, slots, claim.due, clock, trouble)


def revive(bench: Workbench, slots: Slots, slot: Slot, clock: Clock) -> Slot:
    """Take up a slot that is open while nobody works on it. Gives it as it stands then. Raises ``StoreError``."""
    record = find_run(bench.store, slot.run) if slot.run else None
    if record is not None and not _may_go_on(bench, record):
        return settle(bench, slots, slot.due, clock)
    if slot.attempts >= SLOT_ATTEMPTS_MAX:
        reason = f"its process ended {slot.attempts} times before it was done"
        return _end(bench, slots, slot, FAILED, slot.status or "failed", reason, clock)
    again = msgspec.structs.replace(slot, attempts=slot.attempts + 1, began=text_of(clock()))
    slots.change(f"take up the slot {slot.due}", slots.firing(), [again])
    if record is None:
        return execute(bench, slots, again, clock)
    from sopwb.app.handlers.acting import resume_run

    try:
        resume_run(bench, ResumeRun(record.id))
    except UserError as error:
        bench.store.refresh()
        now = slots.slot(slot.due)
        assert now is not None, "a slot never goes away"
        return _end(bench, slots, now, FAILED, "failed", "; ".join(d.line() for d in error.diagnostics), clock)
    bench.store.refresh()
    return settle(bench, slots, slot.due, clock)


def settle(bench: Workbench, slots: Slots, due: str, clock: Clock, trouble: str = "") -> Slot:
    """End a slot whose run has come to an end for now; leave it open while the run may go on. Raises ``StoreError``.

    ``trouble`` says what went wrong after its run: that fails the slot.
    """
    slot = slots.slot(due)
    assert slot is not None, "a slot never goes away"
    if slot.state != RUNNING:
        return slot
    record = find_run(bench.store, slot.run)
    status = str(record.body["status"])
    if status in ("running", "paused"):
        return _paused(bench, slots, slot, record, clock)
    state = FAILED if trouble or status in ("failed", "cancelled") else DONE
    return _end(bench, slots, slot, state, status, trouble or _reason(record), clock)


# --- the parts --------------------------------------------------------------------------------------


def _run(bench: Workbench, slots: Slots, slot: Slot) -> None:
    """Decide and act. The slot turns ``running`` in the transaction that records the run."""
    from sopwb.app.handlers.running import find_target, run_target

    if not slot.job:
        raise UserError(Diagnostic("SOP-A015", f"the schedule {slot.schedule} has no job any more"))

    def on_record(tx: Transaction, run: str, status: str) -> None:
        slots.put(tx, msgspec.structs.replace(slot, state=RUNNING, run=run, status=status))

    target = msgspec.structs.replace(find_target(bench, slot.job, False), name=slot.schedule)
    job = bench.library.job_at(slot.schedule, slot.job)
    output = str(bench.workspace.folder / job.output) if job.output else ""
    command = RunScript(slot.job, as_of=slot.due, output=output)
    run_target(bench, command, target, None, slot.nonce, on_record)


def _may_go_on(bench: Workbench, record: RunRecord) -> bool:
    """Whether a recorded run was left by a process that died or ended, and nobody has it in hand."""
    from sopwb.app.handlers.acting import live_status

    if live_status(bench, record) != "paused":
        return False
    acting = record.body["acting"]
    return record.body["status"] == "running" or acting["cause"] in _GOES_ON


def _paused(bench: Workbench, slots: Slots, slot: Slot, record: RunRecord, clock: Clock) -> Slot:
    acting = record.body.get("acting") or {}
    cause = str(acting.get("cause", ""))
    if record.body["status"] == "paused" and cause not in _GOES_ON:
        why = tidy(str(acting.get("why", "")))
        text = f"{_what(slot)} has paused: {why}. Next: sopwb runs resume {record.id[3:15]}"
        with bench.store.transaction(f"{slot.schedule}: tell") as tx:
            tell(bench, tx, slot, "paused", text, text_of(clock()))
    return _left(slots, slot) if cause == "interrupted" and bench.stopping() else slot


def _left(slots: Slots, slot: Slot) -> Slot:
    """Leave a slot open for the next process. This one ends in good order, so it is none of those that died of it."""
    left = msgspec.structs.replace(slot, attempts=slot.attempts - 1)
    slots.change(f"leave the slot {slot.due}", slots.firing(), [left])
    return slots.slot(slot.due) or slot


def _end(bench: Workbench, slots: Slots, slot: Slot, state: str, status: str, reason: str, clock: Clock) -> Slot:
    """End a slot, with its notice, in one transaction."""
    fault = _fault(bench)
    fault("slot-before-end")
    time = text_of(clock())
    ended = msgspec.structs.replace(slot, state=state, status=status, reason=tidy(reason), ended=time)
    for _ in range(SLOT_SWAPS_MAX):
        now = slots.slot(slot.due)
        if now is None or now.object != slot.object:
            return now or slot
        firing = slots.firing()

        failing = state == FAILED or status != "succeeded"
        closed = msgspec.structs.replace(firing, began=slot.began, ended=time, failing=failing)
        if firing.open == slot.due:
            closed = msgspec.structs.replace(closed, open="")
        try:
            slots.change(f"the slot {slot.due} is {state}", closed, [ended], partial(_tell, bench, ended, firing))
        except RefConflict:
            bench.store.refresh()
            continue
        fault("slot-ended")
        return slots.slot(slot.due) or ended
    raise RefConflict(f"firing/{slots.schedule}", None, None)


def _tell(bench: Workbench, slot: Slot, before: Firing, tx: Transaction) -> None:
    """Tell what a slot came to, where it is not what it should be, or is again after it was not."""
    if slot.status == "succeeded" and slot.state == DONE:
        if before.failing:
            tell(bench, tx, slot, "recovered", f"{_what(slot)} succeeded again", slot.ended)
        return
    kind, words = _TOLD.get(slot.status, ("failed", "failed"))
    after = f": {slot.reason}" if slot.reason else ""
    verb = "approve" if kind == "waiting" else "show"
    following = f". Next: sopwb runs {verb} {slot.run[3:15]}" if slot.run else ""
    tell(bench, tx, slot, kind, f"{_what(slot)} {words}{after}{following}", slot.ended)


def _what(slot: Slot) -> str:
    return f"{slot.schedule} of {slot.due}"


def _reason(record: RunRecord) -> str:
    error, acting = record.body.get("error"), record.body.get("acting") or {}
    if error:
        return f"{error['code']} {error['message']}"
    if record.body["status"] == "waiting_approval":
        return ", ".join(acting.get("unconsented", ()))
    return str(acting.get("why", ""))


def _fault(bench: Workbench) -> Callable[[str], None]:
    return bench.machine.fault if bench.machine is not None else _no_fault


def _no_fault(point: str) -> None:
    """Let a named point pass."""
