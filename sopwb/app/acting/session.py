"""A session: one process acts on one run, from opening its journal to the last sync.

    open_run ─► Ledger      the journal is locked, its tail mended, every move heard
    act ─► Came             what a dead process left is settled, the loop runs, unused intents are taken back

Ctrl-C (SIGINT) and SIGTERM stop it in good order; a second Ctrl-C does not wait for what is under way. Nothing is
called done before the last sync. Deliberately not here: consent, and the run's record in the store (``standing``).
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from sopwb.app.acting import ledger as s
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.loop import Acting, Ending, Wishes
from sopwb.app.acting.machine import Machine
from sopwb.run.acting import Actor
from sopwb.store import journal_frames as f
from sopwb.store.errors import StoreError
from sopwb.store.journal import Journal
from sopwb.store.journal_scan import Point


class Came(msgspec.Struct, frozen=True):
    """What a session came to: the loop's ending, how many effects it found in doubt, why the journal counts as restored
    ("" where it does not), and its last durable point; ``error`` says why there is none."""

    ending: Ending
    doubted: int
    restored: str
    point: Point | None
    error: StoreError | None


def open_run(machine: Machine, root: str, run: str, known: Point | None) -> Ledger:
    """Open a run's journal to act on it or to change it by hand. Raises ``StoreError``."""
    ledger = Ledger()
    ledger.adopt(Journal.open(machine.disk, root, run, known, ledger.hear))
    return ledger


def restored_words(ledger: Ledger) -> str:
    """Say why the journal cannot be the one that was left here, "" where it is."""
    journal = ledger.journal
    left = ledger.began.identity if ledger.began is not None else journal.header.identity
    if journal.restored:
        return journal.restored
    return "" if journal.identity() == left else "it is a copy: the file that was written here was another one"


def settle(ledger: Ledger, machine: Machine) -> tuple[int, str]:
    """Begin: put in doubt what may have been done without a word. Gives how many, and why the journal counts as
    restored. Raises ``StoreError``."""
    journal, boot = ledger.journal, machine.boot()
    restored = restored_words(ledger)
    doubted = ledger.settle("" if journal.failed else boot, restored)
    ledger.move(f.Began(boot, journal.identity(), machine.now_us()))
    ledger.flush()
    journal.sync()
    machine.fault("after-settling")
    return doubted, restored


def act(
    ledger: Ledger,
    actors: Mapping[str, Actor],
    machine: Machine,
    wishes: Wishes,
    asked: Callable[[], str] = lambda: "",
    tell: Callable[[], None] = lambda: None,
) -> Came:
    """Act on an opened run until nothing is left to do or it is stopped. Raises ``StoreError`` before anything is done.

    The ledger stays open: close its journal afterwards.
    """
    doubted, restored = settle(ledger, machine)
    ending = asyncio.run(_run(Acting(ledger, actors, machine, wishes, asked, tell)))
    try:
        point, error = _wind_up(ledger, machine, ending), ending.error
    except StoreError as late:
        point, error = None, ending.error or late
    return Came(ending, doubted, restored, point, error)


async def _run(acting: Acting) -> Ending:
    with _signals(acting):
        return await acting.run()


@contextmanager
def _signals(acting: Acting) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    taken: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, acting.stop, "interrupted")
        except (ValueError, RuntimeError, NotImplementedError):
            break  # only the main thread hears signals; who acts in another has ``asked``
        taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


def _wind_up(ledger: Ledger, machine: Machine, ending: Ending) -> Point:
    """Take back what was not begun, and sync. Raises ``StoreError``: then the run is settled when it is resumed."""
    unused = tuple(ledger.numbers(s.INTENT))
    if unused:
        ledger.move(f.Withdrawn(unused))
    for number in sorted(ledger.doubtful):
        if ledger.states[number] != s.DOUBT:
            ledger.move(f.Doubted(number, "the run stopped before it could be repeated"))
    ledger.move(f.Stopped(ending.why or "ended"))
    ledger.flush()
    machine.fault("before-final-sync")
    point = ledger.journal.sync()
    machine.fault("after-final-sync")
    return point
