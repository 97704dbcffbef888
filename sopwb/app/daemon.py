"""The daemon: a round whenever something is due, for ever.

    main thread   the tick, a job of the ``schedule`` library: who leads looks at what is due, and starts workers
    a worker      one schedule's round, with a workbench of its own; one more brings notices

The ``schedule`` library only keeps the beat. It counts in naive local time, so when the clock goes back it would wait
for the hour to come again: a beat that is further away than one tick is set anew. An exception of a job would end it:
ours has none. Several daemons of a workspace do no harm (``firing.slots``); out of courtesy all but one wait
(``firing.locks``). SIGTERM and SIGINT end it: what is being decided is given up and decided again, what acts pauses,
and the next daemon goes on with both. Deliberately not here: what a round does (``firing.rounds``).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import schedule

from sopwb.app.firing.delivery import deliver
from sopwb.app.firing.locks import Held, try_lock
from sopwb.app.firing.rounds import do_round, due_now, looked_after
from sopwb.app.handlers.firing import slot_row
from sopwb.kernel.diagnostics import UserError
from sopwb.kernel.limits import (
    DAEMON_SAID_MAX,
    DAEMON_TICK_S,
    DAEMON_WORKERS_MAX,
    NOTIFY_AGAIN_S,
    SLOT_HELD_LOOK_S,
)

if TYPE_CHECKING:
    from sopwb.app.outputs import SlotRow
    from sopwb.app.workbench import Workbench

_DELIVERY: Final = ""
"""The worker that brings notices, among those named like their schedules."""


def _real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Daemon:
    """``open_bench`` opens the workspace, once for each worker; ``tell`` hears of slots, ``complain`` of troubles.

    ``clock`` and ``wait`` are ports; ``wait`` sleeps for at most a tick, so that a signal is seen soon.
    """

    def __init__(
        self,
        open_bench: Callable[[], Workbench],
        tell: Callable[[SlotRow], None] = lambda row: None,
        complain: Callable[[str], None] = lambda text: None,
        clock: Callable[[], dt.datetime] = _real_now,
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self._open, self._tell, self._complain, self._clock = open_bench, tell, complain, clock
        self._ending = False
        self._wait = wait or time.sleep
        self._workers: dict[str, threading.Thread] = {}
        self._rest_until: dict[str, float] = {}
        self._said: set[str] = set()
        self._lead: Held | None = None
        self._bench: Workbench | None = None
        self._deliver_at = 0.0
        self._beat = schedule.Scheduler()

    def serve(self) -> int:
        """Work until ``stop``, which SIGTERM and SIGINT call. Gives the exit code."""
        with _signals(self.stop), contextlib.closing(self._open()) as bench:
            self._bench = bench
            try:
                while not self._ending:
                    self.turn()
            finally:
                for worker in list(self._workers.values()):
                    worker.join()
                if self._lead is not None:
                    self._lead.close()
        return 0

    def stop(self) -> None:
        """End in good order, soon."""
        # A flag and no Event: a signal may come while the main thread holds an Event's own lock.
        self._ending = True

    def turn(self) -> None:
        """Tick if it is time, and sleep until the next."""
        idle = self._beat.idle_seconds
        if idle is None or idle > DAEMON_TICK_S:
            self._beat.clear()
            self._beat.every(DAEMON_TICK_S).seconds.do(self.tick)
        self._beat.run_pending()
        self._wait(max(0.0, min(self._beat.idle_seconds or 0.0, DAEMON_TICK_S)))

    def tick(self) -> None:
        """Start a worker for every schedule that has something to do. Raises nothing."""
        bench = self._bench
        assert bench is not None, "it serves"
        with self._surviving("the daemon"):
            if not self._leads(bench):
                return
            bench.store.refresh()
            self._workers = {name: worker for name, worker in self._workers.items() if worker.is_alive()}
            for name in looked_after(bench):
                with self._surviving(name):
                    rests = time.monotonic() < self._rest_until.get(name, 0.0)
                    if not rests and name not in self._workers and due_now(bench, name, self._clock):
                        self._start(name, self._fire)
            if self._owes(bench) and _DELIVERY not in self._workers:
                self._start(_DELIVERY, self._bring)

    def join(self) -> None:
        """Wait for the workers of now."""
        for worker in list(self._workers.values()):
            worker.join()

    # --- workers ------------------------------------------------------------------------------------

    def _start(self, name: str, work: Callable[[str], None]) -> None:
        if len(self._workers) <= DAEMON_WORKERS_MAX and not self._ending:
            worker = threading.Thread(target=work, args=(name,), name=f"sopwb {name}")
            worker.start()
            self._workers[name] = worker

    def _fire(self, name: str) -> None:
        with self._surviving(name), contextlib.closing(self._open()) as bench:
            bench.stopping = lambda: self._ending
            done = do_round(bench, name, self._clock)
            for slot in done.slots:
                self._tell(slot_row(slot))
            self._rest_until[name] = time.monotonic() + SLOT_HELD_LOOK_S if done.held else 0.0

    def _bring(self, name: str) -> None:
        with self._surviving("notices"), contextlib.closing(self._open()) as bench:
            _, troubles = deliver(bench)
            self._deliver_at = time.monotonic() + (NOTIFY_AGAIN_S if bench.store.refs("outbox/") else 0.0)
            for trouble in troubles:
                self._say(trouble.line())

    def _owes(self, bench: Workbench) -> bool:
        # Whether there are channels says the workspace as it is then: it may have changed since this process began.
        return time.monotonic() >= self._deliver_at and bool(bench.store.refs("outbox/"))

    # --- the parts ----------------------------------------------------------------------------------

    def _leads(self, bench: Workbench) -> bool:
        if self._lead is None:
            self._lead = try_lock(str(bench.workspace.store_folder), "daemon")
            if self._lead is None:
                self._say("another daemon looks after this workspace; this one waits until it ends")
        return self._lead is not None

    @contextlib.contextmanager
    def _surviving(self, what: str) -> Iterator[None]:
        """Say what goes wrong, once, and go on: one schedule must not end the others."""
        try:
            yield
        except UserError as error:
            for diagnostic in error.diagnostics:
                self._say(f"{what}: {diagnostic.line()}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the other schedules have to be run
            self._say(f"{what}: {type(error).__name__}: {error}")

    def _say(self, text: str) -> None:
        if text not in self._said:
            if len(self._said) >= DAEMON_SAID_MAX:
                self._said.clear()
            self._said.add(text)
            with contextlib.suppress(OSError, ValueError):  # nobody hears it: its stream was closed
                self._complain(text)


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Have SIGTERM and SIGINT call ``stop``, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
