"""The loop that acts: effects go from PLANNED through INTENT and DISPATCHED to their end.

    feed ─► wanted ─► group: INTENT, one sync ─► ready ─► act ⇄ commit: DISPATCHED ─► reply ─► DONE …

* Intents are written in groups and synced together. At most ``INTENT_GROUP_MAX`` have no durable end at any time, so
  that is what a power loss leaves in doubt; more where no tool is unprotected, since doubts then resolve themselves.
  While connections are busy the sync runs in a thread beside them.
* DISPATCHED is written in ``commit``, in one frame with the replies that came since the last one. So after a dead
  process at most one effect a connection has no word of its end.
* A lane is one tool with its connections. No effect gets a task of its own: a connection takes one after the other,
  and where a tool never waits for the world the loop costs a few function calls.
* An effect that is given up ends its item or the run, as its step asks. Where it ends the run, everything planned
  before it is still done, and nothing after it is begun.

Deliberately not here: states and bytes (``ledger``), the order of items (``chains``), whether the run may act
(``consent``), and what its end means for the run (``session``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, assert_never

import msgspec

from sopwb.app.acting import ledger as s
from sopwb.app.acting.chains import Chain, Work, chains
from sopwb.app.acting.completing import Completing
from sopwb.app.acting.filling import Unfilled
from sopwb.app.acting.lanes import Lane
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.machine import Machine
from sopwb.app.acting.patience import retry_of, then_of, wait_ms
from sopwb.app.acting.planned import encode_value
from sopwb.app.acting.timers import AGAIN, ASK, Timers
from sopwb.kernel.limits import (
    ACT_DRAIN_S_MAX,
    CHAINS_OPEN_MAX,
    CHAINS_WANTED_MIN,
    CONTROL_POLL_S,
    EFFECT_FAILURES_IN_ROW_MAX,
    INTENT_GROUP_MAX,
    INTENT_GROUP_PROTECTED_MAX,
)
from sopwb.run.acting import Actor, Done, NotApplied, Rejected, Reply, Unknown
from sopwb.store import journal_frames as f
from sopwb.store.errors import Refused, StoreError
from sopwb.store.journal_scan import Point

_HOUR_US: Final = 3_600_000_000


class Wishes(msgspec.Struct, frozen=True):
    """How this session acts. ``failed_again``: what ended the run is tried again; ``canary`` > 0: so many items."""

    canary: int = 0
    failed_again: bool = False
    dead_letters: bool = False


class Ending(msgspec.Struct, frozen=True):
    """Why the loop ended: "" (nothing is left that it may do), canary, failures, paused, cancelled, interrupted or
    broken (then ``error``). ``failed`` is the first effect that ended the run, -1 for none."""

    why: str
    failed: int = -1
    error: StoreError | None = None


class Acting:
    """One session of acting, from ``run`` to its ``Ending``."""

    def __init__(
        self,
        ledger: Ledger,
        actors: Mapping[str, Actor],
        machine: Machine,
        wishes: Wishes,
        asked: Callable[[], str] = lambda: "",
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._journal = ledger.journal
        self._states = ledger.states
        self._machine = machine
        self._fault = machine.fault
        self._boot = machine.boot()
        self._wishes = wishes
        self._asked = asked
        self._tell = tell
        self._lanes = {tool: Lane(tool, actor) for tool, actor in actors.items()}
        exposed = any(lane.kind == "unprotected" for lane in self._lanes.values())
        self._group = INTENT_GROUP_MAX if exposed else INTENT_GROUP_PROTECTED_MAX
        self._low = self._group // 2  # with so few ready, the next group is written while connections are busy
        self._share = self._group // max(1, len(self._lanes))
        self._chains = chains(ledger)
        self._next_chain: Chain | None = None
        self._phase = ""
        self._complete = Completing(ledger)
        self._outside_over = False
        self._begun = 0
        self._more = False
        self._wanting = 0
        self._ready = 0
        self._open = 0
        self._flying = 0
        self._alive = 0
        self._held = 0
        self._row = 0
        self._syncing = False
        self._flush_due = False
        self._limit = len(self._states)
        self._failed = -1
        self._stop = ""
        self._error: StoreError | None = None
        self._bug: BaseException | None = None
        self._timers = Timers(machine.now_us, self._ring)
        self._over = asyncio.Event()

    # --- the whole ------------------------------------------------------------------------------------

    async def run(self) -> Ending:
        """Act until nothing is left to do, or until it is stopped. Raises only for our own bugs."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._bug_found)
        self._threads = ThreadPoolExecutor(1, "journal-sync")
        self._begin_feeding()
        keepers = [self._loop.create_task(self._keep(lane)) for lane in self._lanes.values()]
        tasks = [*keepers, self._loop.create_task(self._over.wait()), self._loop.create_task(self._watch())]
        try:
            self._proceed()
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            self._threads.shutdown(wait=True)
            self._timers.stop()
            self._flush()
        for end in (self._bug, *ends):
            if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
                raise end
        return Ending(self._stop or ("canary" if self._more else ""), self._failed, self._error)

    async def _watch(self) -> None:
        """Look now and then whether somebody asks the run to stop."""
        while True:
            await asyncio.sleep(CONTROL_POLL_S)
            why = self._asked()
            if why:
                self.stop(why)

    def _bug_found(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # A callback of ours that fails would else only be logged, and the run would wait for ever.
        self._bug = self._bug or context.get("exception") or AssertionError(context.get("message"))
        self._over.set()

    def stop(self, why: str) -> None:
        """Begin nothing more; what is under way has ``ACT_DRAIN_S_MAX`` to end."""
        if self._stop:
            if why == self._stop == "interrupted":
                self._over.set()  # asked twice: what is under way is left in doubt
            return
        self._stop = why
        self._loop.call_later(ACT_DRAIN_S_MAX, self._over.set)
        for lane in self._lanes.values():
            lane.awake.set()
        self._check()

    def _break(self, error: StoreError) -> None:
        self._error = self._error or error
        self.stop("broken")

    def _check(self) -> None:
        """See whether it is over."""
        if self._flying or self._syncing:
            return
        if self._stop:
            self._over.set()
        elif self._alive == 0:
            if self._feed():
                self._loop.call_soon(self._proceed)
            else:
                self._over.set()

    # --- feeding --------------------------------------------------------------------------------------

    def _begin_feeding(self) -> None:
        self._next_chain = next(self._chains, None)
        if self._next_chain is not None:
            self._phase = self._next_chain.phase

    def _feed(self) -> bool:
        """Begin chains while there is room. False where none could be begun."""
        begun = False
        try:
            while (
                self._next_chain is not None
                and self._wanting < CHAINS_WANTED_MIN
                and self._alive < CHAINS_OPEN_MAX
                and not self._stop
            ):
                chain = self._next_chain
                if chain.phase != self._phase:
                    # What comes after a loop waits for all of the loop, also for what a person has to look at.
                    if self._alive or self._held:
                        return begun
                    self._phase = chain.phase
                self._more = 0 < self._wishes.canary <= self._begun and self._unfinished(chain)
                if self._more or chain.entries[0][0] >= self._limit:
                    self._next_chain = None
                    return begun
                begun = self._begin(chain) or begun
                self._next_chain = next(self._chains, None)
        except StoreError as error:
            self._break(error)
        return begun

    def _begin(self, chain: Chain) -> bool:
        if chain.outside:
            self._complete.note(chain)
            if self._outside_over:
                return False
        self._alive += 1
        if self._go(chain):
            self._begun += 1
            return True
        return False

    def _unfinished(self, chain: Chain) -> bool:
        return any(self._states[number] in s.UNRESOLVED for number, _ in chain.entries)

    def _go(self, chain: Chain) -> bool:
        """Find what a chain does next. False where it does nothing more by itself."""
        ledger, states = self._ledger, self._states
        while chain.at < len(chain.entries):
            number, entry = chain.entries[chain.at]
            if number >= self._limit:
                break
            state = states[number]
            if state in (s.PASSIVE, s.DONE, s.ABANDONED):
                chain.at += 1
                continue
            work = Work(chain, number, entry)
            if state in (s.PLANNED, s.AGAIN, s.INTENT):
                self._want(work)
                return True
            if state == s.WAITING:
                self._timers.add(ledger.due_us.get(number, 0), AGAIN, work)
                return True
            if state == s.DOUBT:
                if self._in_doubt(work):
                    return True
                break
            assert state == s.REJECTED, f"a chain cannot come to an effect that is {ledger.state(number)}"
            then = then_of(entry.on_error)
            if (then == "fail" and self._wishes.failed_again) or (then == "dead_letter" and self._wishes.dead_letters):
                ledger.move(f.Resolved(number, "again", "the run was resumed"))
                continue
            if self._give_up(chain, number, then):
                break
        self._alive -= 1
        return False

    def _give_up(self, chain: Chain, number: int, then: str) -> bool:
        """Follow what a step asks for where its effect cannot be done. True where its chain ends."""
        if then == "skip":
            chain.at += 1
            return False
        if then == "fail" and number < self._limit:
            self._limit = self._failed = number
            self._alive -= self._timers.drop_after(number)
        if then == "dead_letter" and chain.outside:
            self._outside_over = True
        return True

    def _want(self, work: Work) -> None:
        self._lanes[work.entry.tool].wanted.append(work)
        self._wanting += 1

    # --- groups ---------------------------------------------------------------------------------------

    def _proceed(self) -> bool:
        """Write the next group of intents where it is time for one. True where it is durable at once."""
        if self._syncing or self._stop:
            self._check()
            return False
        if self._wanting < CHAINS_WANTED_MIN:
            self._feed()
        group = self._choose()
        if not group:
            self._check()
            return False
        point = self._write_intents(group)
        if point is None:
            return False
        if self._flying:
            self._syncing = True
            self._loop.run_in_executor(self._threads, self._journal.sync_to, point).add_done_callback(
                partial(self._synced, group)
            )
            return False
        try:
            self._journal.sync_to(point)
        except StoreError as error:
            self._break(error)
            return False
        self._admit(group)
        return True

    def _choose(self) -> list[Work]:
        if self._ready > (self._low if self._flying else 0):
            return []
        room = self._group - self._open
        if self._ready and room < min(self._low, self._wanting):
            return []  # a fuller group is worth the wait while there is something to do
        group: list[Work] = []
        for lane in self._lanes.values():
            space = min(self._share - lane.open, room - len(group))
            while lane.wanted and space > 0:
                work = lane.wanted.popleft()
                if work.number >= self._limit:
                    # Takes no space: where nothing is left to do, all of these go now, or nobody would ask again.
                    self._alive -= 1
                    self._wanting -= 1
                else:
                    group.append(work)
                    space -= 1
        return group

    def _write_intents(self, group: list[Work]) -> Point | None:
        try:
            if not self._journal.in_place():
                raise Refused(f"{self._journal.path} was replaced while the run was acting")
            self._wanting -= len(group)
            for work in group:
                self._lanes[work.entry.tool].open += 1
            self._open += len(group)
            numbers = tuple([work.number for work in group])
            self._fault("before-intent-write")
            self._ledger.move(f.Intent(numbers, self._boot, self._machine.now_us(), self._journal.durable))
            self._ledger.flush()
            self._fault("after-intent-write")
            return self._journal.point()
        except StoreError as error:
            self._break(error)
            return None

    def _synced(self, group: list[Work], future: asyncio.Future[None]) -> None:
        self._syncing = False
        try:
            future.result()
            self._admit(group)
        except StoreError as error:
            self._break(error)
        self._check()

    def _admit(self, group: list[Work]) -> None:
        self._fault("after-intent-sync")
        self._ready += len(group)
        for work in group:
            lane = self._lanes[work.entry.tool]
            lane.ready.append(work)
            lane.awake.set()

    # --- connections ----------------------------------------------------------------------------------

    async def _keep(self, lane: Lane) -> None:
        async with lane.actor, asyncio.TaskGroup() as connections:
            for _ in range(lane.connections):
                connections.create_task(self._serve(lane))

    async def _serve(self, lane: Lane) -> None:
        """One connection: take what is ready, one after the other."""
        ready = lane.ready
        while True:
            if not ready and self._proceed():
                await asyncio.sleep(0)  # a tool that never waits must not keep signals out
            if not ready:
                lane.awake.clear()
                await lane.awake.wait()
                continue
            if lane.paced and not self._stop:
                await lane.turn()
                if not ready:
                    continue
            work = ready.popleft()
            self._ready -= 1
            if self._stop or work.number >= self._limit:
                if not work.asks:
                    self._end(work, lane)
                self._alive -= 1
                self._check()
                continue
            self._flying += 1
            try:
                reply = await self._reply(lane, work)
            finally:
                self._flying -= 1
            if reply is not None:
                self._settle(lane, work, reply)
            if self._stop or self._alive == 0:
                self._check()
            elif self._flying and self._ready <= self._low:
                self._proceed()

    async def _reply(self, lane: Lane, work: Work) -> Reply | None:
        """Do (or ask about) one effect. None where the journal stopped it before its point of no return."""
        number = work.number
        try:
            dispatch = self._complete.dispatch(work)
        except Unfilled as missing:
            return Rejected("", missing.reason)
        except StoreError as error:
            self._break(error)
            return None
        try:
            if work.asks:
                return await lane.actor.verify(dispatch)
            reply = await lane.actor.act(dispatch, partial(self._commit, number))
        except StoreError as error:
            self._break(error)
            return None
        except asyncio.CancelledError:
            if self._states[number] == s.DISPATCHED:
                self._ledger.move(f.Doubted(number, "the run stopped before the reply came"))
            raise
        except Exception as error:  # noqa: BLE001 - a tool's own bug must not lose what is known of its effect
            words = f"the tool failed: {type(error).__name__}: {error}"
            sent = work.asks or self._states[number] == s.DISPATCHED
            return Unknown(words) if sent else NotApplied("tool", words)
        self._fault("after-reply")
        if self._error is not None and self._states[number] == s.INTENT:
            return None
        return reply

    def _commit(self, number: int) -> None:
        self._fault("before-dispatched")
        if self._error is not None:
            raise self._error
        self._ledger.dispatched(number)
        self._fault("after-dispatched")

    # --- replies --------------------------------------------------------------------------------------

    def _settle(self, lane: Lane, work: Work, reply: Reply) -> None:
        """Note what came of an effect, and let its chain go on."""
        number, ledger = work.number, self._ledger
        if not work.asks:
            self._open -= 1
            lane.open -= 1
        match reply:
            case Done(receipt):
                if self._states[number] == s.INTENT:
                    ledger.move(f.Dispatched(number))  # a tool that called no commit
                ledger.done(number, encode_value(receipt))
                self._row = 0
                chain = work.chain
                chain.at += 1
                if chain.at < len(chain.entries) or chain.outside:
                    chain.receipts[number] = receipt
                    self._go(chain)
                else:
                    self._alive -= 1
            case NotApplied(code, reason, after_ms):
                self._not_applied(work, code, reason, after_ms)
            case Rejected(code, reason):
                self._rejected(work, code, reason)
            case Unknown(reason):
                if not work.asks:
                    ledger.move(f.Doubted(number, reason))
                else:
                    ledger.attempts[number] = ledger.attempts.get(number, 0) + 1
                if not self._in_doubt(work):
                    self._alive -= 1
                self._failure()
            case _:
                assert_never(reply)
        if not self._flush_due:
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def _end(self, work: Work, lane: Lane) -> None:
        self._open -= 1
        lane.open -= 1

    def _not_applied(self, work: Work, code: str, reason: str, after_ms: int) -> None:
        number, entry = work.number, work.entry
        if work.asks:
            self._ledger.move(f.Resolved(number, "again", f"{entry.tool} says that it was not done"))
            self._want(Work(work.chain, number, entry))
            return
        retry, attempt = retry_of(entry.on_error), self._ledger.attempts.get(number, 0) + 1
        if attempt > retry.times or not self._may_repeat(work):
            self._rejected(work, code, f"{reason} (given up after {attempt} attempts)")
            return
        due_us = self._machine.now_us() + 1_000 * wait_ms(retry, attempt, entry.key, after_ms)
        self._ledger.move(f.Waiting(number, attempt, due_us, code, reason))
        self._timers.add(due_us, AGAIN, work)
        self._failure()

    def _rejected(self, work: Work, code: str, reason: str) -> None:
        if work.number in self._ledger.doubtful:
            # This attempt was not applied; an earlier one, whose reply was lost, may have been.
            self._ledger.move(f.Doubted(work.number, f"{code} {reason}".strip()))
            self._failure()
            self._hold()
            return
        self._ledger.move(f.Rejected(work.number, code, reason))
        self._failure()
        if self._give_up(work.chain, work.number, then_of(work.entry.on_error)):
            self._alive -= 1
        else:
            self._go(work.chain)

    def _in_doubt(self, work: Work) -> bool:
        """Find out by itself what a doubt is about, where the tool's protection allows that. False: it is held."""
        number, lane = work.number, self._lanes[work.entry.tool]
        retry, attempt = retry_of(work.entry.on_error), self._ledger.attempts.get(number, 0)
        if lane.kind != "unprotected" and attempt <= retry.times and self._key_holds(lane, number):
            wait = wait_ms(retry, attempt, work.entry.key) if attempt else 0
            fresh = Work(work.chain, number, work.entry)
            what = ASK if lane.kind == "verifiable" else AGAIN
            self._timers.add(self._machine.now_us() + 1_000 * wait, what, fresh)
            return True
        self._held += 1
        return False

    def _hold(self) -> None:
        self._held += 1
        self._alive -= 1

    def _may_repeat(self, work: Work) -> bool:
        """Whether another attempt does no harm: nothing is in doubt, or the key still holds."""
        number = work.number
        return number not in self._ledger.doubtful or self._key_holds(self._lanes[work.entry.tool], number)

    def _key_holds(self, lane: Lane, number: int) -> bool:
        if lane.kind != "idempotent":
            return lane.kind == "verifiable"
        since = self._ledger.since_us(number)
        return since is not None and self._machine.now_us() - since < lane.key_hours * _HOUR_US

    def _failure(self) -> None:
        self._row += 1
        if self._row >= EFFECT_FAILURES_IN_ROW_MAX:
            self.stop("failures")

    def _flush(self) -> None:
        self._flush_due = False
        try:
            self._ledger.flush()
        except StoreError as error:
            self._break(error)
        self._fault("after-flush")
        self._tell()

    # --- waiting --------------------------------------------------------------------------------------

    def _ring(self) -> None:
        for what, work in self._timers.due():
            number, lane = work.number, self._lanes[work.entry.tool]
            if number >= self._limit or self._stop:
                self._alive -= 1
            elif what == ASK:
                work.asks = True
                self._ready += 1
                lane.ready.append(work)
                lane.awake.set()
            elif self._states[number] == s.DOUBT:
                if self._key_holds(lane, number):
                    self._ledger.move(f.Resolved(number, "repeat", f"{lane.tool} knows the key"))
                    self._want(work)
                else:
                    self._hold()
            elif self._may_repeat(work):
                self._want(work)
            else:
                self._ledger.move(f.Doubted(number, "its key is no longer known to hold"))
                self._hold()
        self._timers.wind()
        self._proceed()
