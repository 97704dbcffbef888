"""Stray journals: those of runs that have no record, so that nothing of them is lost without a word.

A run is recorded when it was decided and before anything of it is done. Who is killed before leaves a journal that
nobody would find: nothing of it was done, and it cannot be gone on with, since what it ran was not recorded. A store
that was put back to an older state leaves journals of runs that did act; those say what was done. And a run that was
recorded may have lost its journal. Deliberately not here: putting strays away (``store.journal``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sopwb.app.acting.ledger import PASSIVE, PLANNED, Ledger
from sopwb.app.acting.standing import RESUMABLE, WAITING_APPROVAL
from sopwb.app.outputs import StrayJournal
from sopwb.app.recording import find_run
from sopwb.kernel.ids import PREFIX, short_id
from sopwb.store.disk import Disk
from sopwb.store.errors import StoreError
from sopwb.store.journal import glance, in_hand, journal_path, journaled_runs
from sopwb.store.store import Store

DECIDING: Final = "deciding"
UNDECIDED: Final = "undecided"
UNRECORDED: Final = "unrecorded"
DAMAGED: Final = "damaged"


def strays(disk: Disk, store: Store, root: str) -> tuple[StrayJournal, ...]:
    """Find the journals that no record knows. The store is refreshed: a run may just have been recorded."""
    runs = journaled_runs(disk, root)
    store.refresh()
    return tuple(_stray(disk, root, run) for run in runs if store.ref(f"run/{run}") is None)


def find_stray(disk: Disk, store: Store, root: str, ref: str) -> StrayJournal | None:
    """Find the one stray journal whose run's id begins so."""
    digits = ref.removeprefix("#").removeprefix(PREFIX)
    found = [stray for stray in strays(disk, store, root) if stray.run.removeprefix(PREFIX).startswith(digits)]
    return found[0] if digits and len(found) == 1 else None


def notices(disk: Disk, store: Store, root: str) -> Iterator[str]:
    """Say of every journal without a record, and of every unfinished run without a journal, what is the matter."""
    open_states = RESUMABLE | {WAITING_APPROVAL}
    for stray in strays(disk, store, root):
        if stray.status != DECIDING:
            yield f"{short_id(stray.run)}: {stray.why}; put its journal away with: sopwb runs cancel {stray.run[3:15]}"
    for name in store.refs("run/"):
        if store.ref_history(name)[-1].why not in open_states:
            continue  # a record is large, and most runs have ended
        record = find_run(store, name.removeprefix("run/"))
        if record.body.get("acting") is not None and not disk.exists(journal_path(root, record.id)):
            yield f"{short_id(record.id)}: it is {record.body['status']}, and its journal is not there"


def _stray(disk: Disk, root: str, run: str) -> StrayJournal:
    if in_hand(disk, root, run):
        return StrayJournal(run, DECIDING, "a process is deciding it")
    ledger = Ledger()
    try:
        found = glance(disk, root, run, ledger.hear)
    except StoreError as error:
        return StrayJournal(run, DAMAGED, f"it has no record, and its journal does not read: {error}")
    if found is None:
        return StrayJournal(run, UNDECIDED, "it was killed as it began: nothing of it was done")
    begun = dt.datetime.fromtimestamp(found.header.time_us / 1e6, dt.UTC).isoformat(timespec="seconds")
    if found.closed is None:
        return StrayJournal(run, UNDECIDED, "it was killed while it decided: nothing of it was done", begun)
    counts = ledger.counts()
    if set(ledger.states) <= {PLANNED, PASSIVE}:
        why = "it was killed before it was recorded: nothing of it was done"
    else:
        states = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())
        why = f"its record is missing, and it has acted: {states}"
    return StrayJournal(run, UNRECORDED, why, begun, counts)
