"""Acting on runs: beginning, approving, going on, stopping, and resolving what is in doubt.

A run that acts is recorded before its first effect, and again at each change of its state with where its journal was
durable: so a journal that is older than the record is noticed. Whoever changes a run holds its journal. Deliberately
not here: how effects are done (``app.acting``), and deciding (``handlers.running``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from sopwb.app.acting import ledger as s
from sopwb.app.acting import standing as at
from sopwb.app.acting.consent import Allowance, missing
from sopwb.app.acting.control import Control
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.loop import Wishes
from sopwb.app.acting.machine import Machine
from sopwb.app.acting.planning import Planning
from sopwb.app.acting.session import act, open_run, settle
from sopwb.app.acting.standing import Standing, standing
from sopwb.app.acting.strays import find_stray
from sopwb.app.acting.telling import HeldEnd, Teller
from sopwb.app.commands import ApproveRun, CancelRun, PauseRun, ResolveRun, ResumeRun
from sopwb.app.execute import Executed, Keep, Plan, Ran
from sopwb.app.handlers.runs import recorded_run
from sopwb.app.outputs import AnyOutput, PutAway, RunView
from sopwb.app.recording import RunRecord, find_run, record_change, record_run, run_view, trace_of
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import CONTROL_POLL_S, CONTROL_WAIT_S_MAX
from sopwb.lang.ir import WRITE
from sopwb.store import journal_frames as f
from sopwb.store.errors import Refused, StoreError
from sopwb.store.journal import in_hand, look, put_away
from sopwb.store.journal_scan import Point

if TYPE_CHECKING:
    from sopwb.app.workbench import EventSink, Workbench
    from sopwb.run.acting import Actor
    from sopwb.store.transaction import Transaction


def actors_of(bench: Workbench, tools: Iterable[str]) -> dict[str, Actor]:
    """Make what does the effects of a run. Nothing is opened yet. Raises ``UserError`` for what is not configured."""
    return {tool: _actor(bench, tool) for tool in tools}


class Decision(msgspec.Struct, frozen=True):
    """How a run is decided: ``decide`` takes who else keeps its effects, ``recorded`` and ``answers`` give afterwards
    what it fetched and observed."""

    plan: Plan
    decide: Callable[[list[Keep], EventSink | None], Executed]
    recorded: Callable[[], dict[str, Any] | None]
    answers: Callable[[], list[dict[str, Any]] | None]


def run_acting(
    bench: Workbench,
    decision: Decision,
    allowed: Iterable[Allowance],
    canary: int,
    actors: dict[str, Actor],
    events: EventSink | None,
) -> Ran:
    """Decide a run that may act, into its journal; then record it, and act where consent covers it."""
    plan = decision.plan
    bench.store.refresh()
    # A slot's run has the same id when it is decided again after its process died before recording it.
    unrecorded = plan.on_record is not None and bench.store.ref(f"run/{plan.id()}") is None
    planning = Planning(_machine(bench), _root(bench), plan.id(), unrecorded)
    held = HeldEnd(events)
    try:
        done = decision.decide([planning.plan], held if events else None)
        decided = planning.close() if done.view.error is None else None
    finally:
        planning.discard()
    record_as = partial(record_run, bench, plan, done, decision.recorded(), decision.answers())
    if decided is None:
        record_as()
        held.release()
        return Ran(done, done.view)
    teller = Teller(events, decided.tools)
    given = tuple(allowed)
    acting = {
        "digest": decided.digest.hex(),
        "planned": decided.tools,
        "consent": [allowance.words() for allowance in given],
        "approval": "",
        "journal": [decided.point.offset, decided.point.head.hex()],
        "counts": {"planned": sum(decided.tools.values())},
        "unconsented": list(missing(given, decided.tools)),
    }
    if acting["unconsented"]:
        ask = partial(_ask, plan.id(), acting)
        record = record_as(at.WAITING_APPROVAL, acting, ask)
        view = _changed(done.view, record)
        teller.waiting(view)
        return Ran(done, view)
    record = record_as(at.RUNNING, acting)
    _machine(bench).fault("after-run-recorded")
    record, ledger = _go_on(bench, record, Wishes(canary=canary), teller, actors)
    view = _changed(done.view, record)
    teller.end(view)
    return Ran(done, view, partial(shown_state, ledger))


def _ask(run: str, acting: dict[str, Any], tx: Transaction) -> None:
    """Put the request for an approval into the transaction that records the run."""
    request = {"run": run, "digest": acting["digest"], "planned": acting["planned"], "approved": ""}
    tx.put("approval", json_text(request).encode())


def live_status(bench: Workbench, record: RunRecord) -> str:
    """Say where a recorded run stands: one whose process has died is paused."""
    status = str(record.body["status"])
    if status == at.RUNNING and not in_hand(_machine(bench).disk, _root(bench), record.id):
        return at.PAUSED
    return status


def live_view(bench: Workbench, record: RunRecord, view: RunView) -> RunView:
    """Show a run as it stands now: while a process acts on it, or after it died, its journal says more."""
    if record.body["status"] != at.RUNNING or view.acting is None:
        return view
    status, ledger = live_status(bench, record), Ledger()
    why = "a process is acting on it" if status == at.RUNNING else "its process ended"
    try:
        look(_machine(bench).disk, _root(bench), record.id, ledger.hear).close()
        acting = msgspec.structs.replace(view.acting, counts=ledger.counts(), why=why)
    except StoreError as error:
        acting = msgspec.structs.replace(view.acting, why=f"{why}; {error}")
    return msgspec.structs.replace(view, status=status, acting=acting)


# --- commands ---------------------------------------------------------------------------------------


def approve_run(bench: Workbench, command: ApproveRun, events: EventSink | None = None) -> AnyOutput:
    """Bind a person's yes to the digest of a run's planned effects."""
    record = recorded_run(bench, command.run)
    if not _unconsented(record) or record.body["status"] == at.CANCELLED:
        raise _refused("SOP-A020", record, "it does not wait for an approval")
    ledger = _open(bench, record)
    ledger.journal.close()
    acting = record.body["acting"]
    yes = {
        "run": record.id,
        "digest": acting["digest"],
        "planned": acting["planned"],
        "approved": bench.instant().isoformat(),
    }
    with bench.store.transaction(f"approve {record.body['name']}") as tx:
        approval = tx.put("approval", json_text(yes).encode())
    changed = {**acting, "approval": approval, "unconsented": [], "cause": "approved", "why": "it was approved"}
    record = record_change(bench.store, record, status=at.PAUSED, acting=changed)
    if command.resume:
        return _resumed(bench, record, Wishes(canary=command.canary), events)
    return run_view(record, trace_of(bench.store, record))


def resume_run(bench: Workbench, command: ResumeRun, events: EventSink | None = None) -> AnyOutput:
    """Go on acting. Effects that are done stay done; keys are the same."""
    record = recorded_run(bench, command.run)
    status = record.body["status"]
    if command.ref not in ("", record.body["name"], record.body["script"]):
        raise _refused("SOP-A020", record, f"it is no run of {command.ref}")
    if _unconsented(record) and status != at.CANCELLED:
        hint = f"sopwb runs approve {record.id[:12]}"
        raise UserError(Diagnostic("SOP-A023", f"{record.id[:15]} waits for an approval", hint=hint))
    again = command.dead_letters and status == at.DEAD_LETTERS
    if record.body.get("acting") is None or not (status in at.RESUMABLE or again):
        hint = "its dead letters are done again with --dead-letters" if status == at.DEAD_LETTERS else ""
        raise _refused("SOP-A020", record, f"it is {status}", hint)
    wishes = Wishes(command.canary, failed_again=True, dead_letters=command.dead_letters)
    return _resumed(bench, record, wishes, events)


def pause_run(bench: Workbench, command: PauseRun) -> AnyOutput:
    """Have a run stop in good order."""
    record = recorded_run(bench, command.run)
    if record.body["status"] != at.RUNNING:
        raise _refused("SOP-A020", record, f"it is {record.body['status']}, so nothing acts on it")
    return _ask_to_stop(bench, record, b"pause")


def cancel_run(bench: Workbench, command: CancelRun) -> AnyOutput:
    """Stop a run for good; of one that was never recorded, put its journal away."""
    try:
        record = recorded_run(bench, command.run)
    except UserError as error:
        if error.diagnostics[0].code != "SOP-A027":
            raise
        return _put_away(bench, command.run)
    status = record.body["status"]
    if status == at.RUNNING:
        return _ask_to_stop(bench, record, b"cancel")
    if status not in at.RESUMABLE | {at.WAITING_APPROVAL} or record.body.get("acting") is None:
        raise _refused("SOP-A020", record, f"it is {status}")
    return _by_hand(bench, record, [f.Stopped(at.CANCELLED)])


def _put_away(bench: Workbench, ref: str) -> PutAway:
    disk, root = _machine(bench).disk, _root(bench)
    stray = find_stray(disk, bench.store, root, ref)
    if stray is None:
        what = f"{ref} could be any of several runs"
        raise UserError(Diagnostic("SOP-A011", what, found=ref, hint="give more digits"))
    return PutAway(stray.run, put_away(disk, root, stray.run))


def resolve_run(bench: Workbench, command: ResolveRun) -> AnyOutput:
    """Note what a person found out about effects in doubt, or decided about rejected ones."""
    record = recorded_run(bench, command.run)
    if record.body.get("acting") is None:
        raise _refused("SOP-A020", record, "it has done nothing")
    ledger = _open(bench, record)
    try:
        settle(ledger, _machine(bench))
        for number in _meant(ledger, record, command):
            ledger.move(_resolution(number, command.how))
        return _note(bench, record, ledger)
    finally:
        ledger.journal.close()


# --- the parts --------------------------------------------------------------------------------------


def _resumed(bench: Workbench, record: RunRecord, wishes: Wishes, events: EventSink | None) -> RunView:
    teller = Teller(events, record.body["acting"]["planned"])
    actors = actors_of(bench, record.body["acting"]["planned"])
    record, _ = _go_on(bench, record, wishes, teller, actors)
    view = run_view(record, trace_of(bench.store, record))
    teller.end(view)
    return view


def _go_on(
    bench: Workbench, record: RunRecord, wishes: Wishes, teller: Teller, actors: dict[str, Actor]
) -> tuple[RunRecord, Ledger]:
    machine = _machine(bench)
    ledger = _open(bench, record)
    try:
        control = Control(machine.disk, _root(bench), record.id)
        control.clear()
        if record.body["status"] != at.RUNNING:
            record = record_change(bench.store, record, status=at.RUNNING, error=None)
        came = act(ledger, actors, machine, wishes, partial(_asked, bench, control), lambda: teller.tell(ledger))
        teller.tell(ledger, always=True)
        machine.fault("before-state-recorded")
        stands = standing(ledger, came)
        if came.error is not None and not came.ending.why:
            stands = msgspec.structs.replace(stands, status=at.PAUSED, why=str(came.error), cause="broken")
        record = _record(bench, record, ledger, stands, came.point, _error(stands, came.error))
        control.clear()
        return record, ledger
    finally:
        ledger.journal.close()
        if any(tool.startswith(WRITE) for tool in actors):
            bench.reload_data()  # what was read of a source before it was written is no longer so


def _asked(bench: Workbench, control: Control) -> str:
    """Say what a run is asked for: by another process, or by this one, which is about to end."""
    return control.asked() or ("interrupted" if bench.stopping() else "")


def _changed(view: RunView, record: RunRecord) -> RunView:
    """Show how a run that was decided just now stands after acting."""
    then = run_view(record, {"events": []})
    return msgspec.structs.replace(view, status=then.status, error=then.error, effects=then.effects, acting=then.acting)


def _unconsented(record: RunRecord) -> bool:
    acting = record.body.get("acting")
    return acting is not None and bool(acting["unconsented"])


def _open(bench: Workbench, record: RunRecord) -> Ledger:
    """Take a run's journal in hand, and see that what it planned is what the store has recorded."""
    acting = record.body["acting"]
    offset, head = acting["journal"]
    ledger = open_run(_machine(bench), _root(bench), record.id, Point(offset, bytes.fromhex(head)))
    closed = ledger.journal.closed
    if closed is None or closed.digest.hex() != acting["digest"]:
        ledger.journal.close()
        raise UserError(
            Diagnostic(
                "SOP-A022",
                f"the planned effects of {record.id[:15]} are not those that were decided: nothing is done",
                hint="run the script again",
            )
        )
    return ledger


def _record(
    bench: Workbench,
    record: RunRecord,
    ledger: Ledger,
    stands: Standing,
    point: Point | None,
    error: Diagnostic | None,
) -> RunRecord:
    acting = {
        **record.body["acting"],
        "why": stands.why,
        "cause": stands.cause,
        "counts": stands.counts,
        "notes": [msgspec.to_builtins(note) for note in stands.notes],
        "dead": stands.dead,
    }
    if point is not None:
        acting["journal"] = [point.offset, point.head.hex()]
    effects = [
        {**effect, "state": shown_state(ledger, number, effect["state"])}
        for number, effect in enumerate(record.body["effects"])
    ]
    return record_change(
        bench.store,
        record,
        status=stands.status,
        error=msgspec.to_builtins(error) if error is not None else None,
        acting=acting,
        effects=effects,
    )


def shown_state(ledger: Ledger, number: int, before: str) -> str:
    """Name an effect's state for people; ``before`` is what it was planned as."""
    if ledger.states[number] != s.PASSIVE:
        return ledger.state(number)
    return "mocked" if before == "mocked" else "done"  # what a pure tool gives is derived, and is always there


def _error(stands: Standing, error: StoreError | None) -> Diagnostic | None:
    if error is not None:
        from sopwb.store.codes import diagnostic_of

        return diagnostic_of(error)
    if stands.status == at.FAILED:
        note = next(note for note in stands.notes if note.then == "fail")
        hint = f"go on with sopwb runs resume, or pass over it: sopwb runs resolve RUN --key {note.key[:12]} --abandon"
        return Diagnostic("SOP-A021", stands.why, path=note.path, found=note.code, hint=hint)
    if stands.cause == "failures":
        return Diagnostic("SOP-A026", f"the run has paused: {stands.why}", hint="go on with sopwb runs resume")
    return None


def _by_hand(bench: Workbench, record: RunRecord, moves: list[f.Move]) -> RunView:
    ledger = _open(bench, record)
    try:
        settle(ledger, _machine(bench))
        for move in moves:
            ledger.move(move)
        return _note(bench, record, ledger)
    finally:
        ledger.journal.close()


def _note(bench: Workbench, record: RunRecord, ledger: Ledger) -> RunView:
    """Sync what was changed by hand, and record where the run stands now."""
    ledger.flush()
    point = ledger.journal.sync()
    stands = standing(ledger, None)
    was = record.body["status"]
    if was == at.CANCELLED or (was == at.WAITING_APPROVAL and stands.status == at.PAUSED):
        stands = msgspec.structs.replace(stands, status=was)
    record = _record(bench, record, ledger, stands, point, _error(stands, None))
    return run_view(record, trace_of(bench.store, record))


def _ask_to_stop(bench: Workbench, record: RunRecord, word: bytes) -> RunView:
    """Ask the process that acts, and wait until it has stopped; where it has died, stop the run ourselves."""
    machine, root = _machine(bench), _root(bench)
    if in_hand(machine.disk, root, record.id):
        Control(machine.disk, root, record.id).ask(word)
        for _ in range(int(CONTROL_WAIT_S_MAX / CONTROL_POLL_S)):
            if not in_hand(machine.disk, root, record.id):
                break
            machine.disk.pause(CONTROL_POLL_S)
        else:
            raise Refused("the run was asked to stop, and is still busy with what is under way; it will")
        bench.store.refresh()
        record = find_run(bench.store, record.id)
    if record.body["status"] != at.RUNNING:
        return run_view(record, trace_of(bench.store, record))
    return _by_hand(bench, record, [f.Stopped(at.CANCELLED if word == b"cancel" else at.PAUSED)])


def _meant(ledger: Ledger, record: RunRecord, command: ResolveRun) -> list[int]:
    """Find the effects that a person means. Raises ``UserError`` SOP-A025."""
    if not command.keys:
        found = list(ledger.numbers(s.DOUBT))
        if not found:
            raise _unresolved(record, "no effect of it is in doubt")
        return found
    wanted = {key.lower(): list[int]() for key in command.keys}
    for first, entries in ledger.entries():
        for number, entry in enumerate(entries, first):
            if ledger.states[number] in (s.DOUBT, s.REJECTED):
                key = entry.key.hex()
                for digits, numbers in wanted.items():
                    if key.startswith(digits):
                        numbers.append(number)
    for digits, numbers in wanted.items():
        if not numbers:
            raise _unresolved(record, f"no effect with the key {digits} is in doubt or rejected")
        if len(numbers) > 1:
            raise _unresolved(record, f"{len(numbers)} effects have a key that begins with {digits}")
        if command.how == "done" and ledger.states[numbers[0]] == s.REJECTED:
            raise _unresolved(record, f"{digits} was rejected, so it was not done: say --again or --abandon")
    return sorted({numbers[0] for numbers in wanted.values()})


def _unresolved(record: RunRecord, what: str) -> UserError:
    return UserError(Diagnostic("SOP-A025", what, hint=f"sopwb runs show {record.id[:12]}"))


def _resolution(number: int, how: str) -> f.Resolved:
    match how:
        case "done" | "again" | "abandon":
            return f.Resolved(number, how, "a person")
        case _:
            raise AssertionError(f"{how!r} resolves nothing")


def _refused(code: str, record: RunRecord, why: str, hint: str = "") -> UserError:
    return UserError(Diagnostic(code, f"{record.id[:15]} ({record.body['name']}): {why}", hint=hint))


def _machine(bench: Workbench) -> Machine:
    return bench.machine or Machine()


def _root(bench: Workbench) -> str:
    return str(bench.workspace.store_folder)


def _actor(bench: Workbench, tool: str) -> Actor:
    if bench.actors is not None:
        return bench.actors(tool)
    if tool.startswith(WRITE):
        machine = _machine(bench)
        return bench.tables.writer(tool.removeprefix(WRITE), machine.now_us, machine.fault)
    return bench.tools.actor(tool, clock=_WallClock(), folder=str(bench.workspace.folder))


class _WallClock:
    """The wall clock, for what a tool dates."""

    def now(self) -> Any:
        import datetime as dt

        return dt.datetime.now(dt.UTC)
