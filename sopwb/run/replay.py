"""Replaying a run: the same script, inputs, instant and records again, and the first event that differs.

A single run that fetched up to 1 MiB replays from its own record; a batch replays against its sources, whose
fingerprints the caller compares first. Deliberately not here: how records are stored and found (``store``,
``app``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import msgspec

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.values import Value, plain
from sopwb.run import codes
from sopwb.run.inputs import read_inputs
from sopwb.run.interpret import Program, run
from sopwb.run.ports import Tables, ToolPort
from sopwb.run.recording import RecordedTables
from sopwb.run.sets import SetExecutor
from sopwb.run.spool import MemorySpool
from sopwb.run.state import Outcome, World
from sopwb.run.trace import Trace


class RunRecord(msgspec.Struct, frozen=True):
    """What a run was and came to, JSON-shaped. ``events`` are its trace's exact lines, () where not all were
    kept; ``recorded`` the records that it fetched (``recording``), None where they were too many."""

    run: str
    script: str
    inputs: dict[str, Any]
    now: dt.datetime
    zone: str
    tzdata: str
    trace_hash: str
    events: tuple[str, ...]
    recorded: dict[str, Any] | None
    mocks: tuple[str, ...] = ()
    dry_run: bool = False
    dead_letters: bool = False


class EventDifference(msgspec.Struct, frozen=True):
    """The first event that differs: its number from 0, and both exact lines ("" where one trace has
    ended)."""

    number: int
    before: str
    after: str

    def words(self) -> str:
        """Say it in one line."""
        if not self.before or not self.after:
            more = "more" if self.after else "fewer"
            return f"the replay has {more} events, from event {self.number + 1}: {self.before or self.after}"
        return f"event {self.number + 1} was {self.before} and is now {self.after}"


class Replay(msgspec.Struct, frozen=True):
    """What a replay came to. ``difference`` is None where the traces are the same, or where the first run's
    events were not kept."""

    outcome: Outcome
    same: bool
    difference: EventDifference | None


def record_run(
    run_id: str,
    script: str,
    inputs: dict[str, Value],
    now: dt.datetime,
    zone: str,
    tzdata: str,
    trace: Trace,
    recorded: dict[str, Any] | None,
    mocks: tuple[str, ...] = (),
    dry_run: bool = False,
    dead_letters: bool = False,
) -> RunRecord:
    """Make the record of a run that has ended."""
    events = tuple(event.exact for event in trace.events()) if trace.complete() else ()
    return RunRecord(
        run=run_id,
        script=script,
        inputs=plain(inputs),
        now=now,
        zone=zone,
        tzdata=tzdata,
        trace_hash=trace.hash(),
        events=events,
        recorded=recorded,
        mocks=mocks,
        dry_run=dry_run,
        dead_letters=dead_letters,
    )


def replay(
    program: Program,
    record: RunRecord,
    tools: ToolPort,
    tables: Tables | None = None,
    sets: SetExecutor | None = None,
) -> Replay:
    """Decide a recorded run again; nothing is done. ``program`` is its script in its zone, ``tools`` have its
    mocks and mode; large loops are decided by ``sets``.

    Without ``tables`` its own records are used. Raises ``UserError`` where it kept none.
    """
    if tables is None:
        if record.recorded is None:
            raise UserError(
                Diagnostic(
                    codes.RECORD_INCOMPLETE,
                    "the run did not keep the records that it fetched",
                    path=record.run,
                )
            )
        tables = RecordedTables(record.recorded)
    trace = Trace()
    world = World(
        tables=tables,
        tools=tools,
        effects=MemorySpool(),
        trace=trace,
        now=record.now,
        run_id=record.run,
        dead_letters=record.dead_letters,
        sets=sets,
    )
    outcome = run(program, read_inputs(program.script.params, record.inputs), world)
    same = outcome.trace_hash == record.trace_hash
    difference = None
    if not same and record.events:
        difference = first_difference(record.events, tuple(event.exact for event in trace.events()))
    return Replay(outcome, same, difference)


def first_difference(before: Sequence[str], after: Sequence[str]) -> EventDifference | None:
    """Find the first event that differs between two traces' exact lines."""
    for number, (old, new) in enumerate(zip_longest(before, after, fillvalue="")):
        if old != new:
            return EventDifference(number, old, new)
    return None
