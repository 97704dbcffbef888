"""The actor of a source: gathers the changes that the loop hands it into chunks, and has each done in a transaction.

    act … act ─► chunk ─► target.begin ─► commit of each (DISPATCHED) ─► target.commit ─► replies

The loop's connections are places in the chunk: as many changes as may be under way at once go together. The target
works in a thread, so that other tools go on. A chunk that one of its changes spoils is done one by one. The source
holds the keys of what was done, so whether a change in doubt was done is asked, never guessed. Deliberately not here:
any database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

import msgspec

from sopwb.data.writing.change import DONE, Change, NotNow, Spoilt, Target, Unsure, change_of
from sopwb.kernel.limits import INTENT_GROUP_MAX, WRITE_TRIES
from sopwb.run.acting import Dispatch, NotApplied, Protection, Rejected, Reply, Unknown

_T = TypeVar("_T")


class _Waiting(msgspec.Struct):
    """``passed``: it is dispatched."""

    change: Change
    commit: Callable[[], None]
    reply: asyncio.Future[Reply]
    passed: bool = False


def _no_fault(point: str) -> None:
    """Let a named point pass."""


class SourceActor:
    """Writes one source for one run. ``fault`` is called at the boundaries of each chunk, for tests."""

    def __init__(self, target: Target, fault: Callable[[str], None] = _no_fault) -> None:
        self.protection = Protection("verifiable", connections=INTENT_GROUP_MAX)
        self._target = target
        self._fault = fault
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def __aenter__(self) -> SourceActor:
        self._thread = ThreadPoolExecutor(1, "source-writer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        # What is under way ends (a transaction takes as long as a lock may be waited for): then all of it is known.
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)
        self._thread.submit(self._target.close).result()
        self._thread.shutdown(wait=True)

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        loop = asyncio.get_running_loop()
        waiting = _Waiting(change_of(dispatch), commit, loop.create_future())
        self._waiting.append(waiting)
        if self._working is None or self._working.done():
            # It begins after every connection that is awake now has handed over its change.
            self._working = loop.create_task(self._work())
        return await waiting.reply

    async def verify(self, dispatch: Dispatch) -> Reply:
        try:
            done = await self._in_thread(lambda: self._target.known(dispatch.key))
        except NotNow as now:
            return Unknown(now.reason)
        return DONE if done else NotApplied("", "the source does not hold its key")

    async def _work(self) -> None:
        while self._waiting:
            chunk, self._waiting = self._waiting[:INTENT_GROUP_MAX], self._waiting[INTENT_GROUP_MAX:]
            try:
                await self._tried(chunk)
            except NotNow as now:
                _answer_all(chunk, NotApplied(now.code, now.reason))
            except Unsure as unsure:
                _answer_all(chunk, Unknown(str(unsure)))
            except Exception as error:  # noqa: BLE001 - nobody may wait for ever; the loop knows what was dispatched
                for one in chunk:
                    if not one.reply.done():
                        one.reply.set_exception(error)

    async def _tried(self, chunk: list[_Waiting]) -> None:
        for _ in range(WRITE_TRIES - 1):
            try:
                return await self._do(chunk)
            except NotNow as now:
                if not now.again:
                    raise
        await self._do(chunk)

    async def _do(self, chunk: list[_Waiting]) -> None:
        try:
            replies = await self._transaction(chunk)
        except Spoilt as spoilt:
            if len(chunk) == 1:
                _answer(chunk[0], Rejected("constraint", str(spoilt)))
                return
            for one in chunk:
                await self._do([one])
            return
        for one, reply in zip(chunk, replies, strict=True):
            _answer(one, DONE if reply is None else reply)

    async def _transaction(self, chunk: list[_Waiting]) -> list[Reply | None]:
        try:
            replies = await self._in_thread(lambda: self._target.begin([one.change for one in chunk]))
            going = [one for one, reply in zip(chunk, replies, strict=True) if reply is None]
            if going:
                _dispatch(going)
                self._fault("write-prepared")
                await self._in_thread(self._target.commit)
                self._fault("write-committed")
            return replies
        finally:
            await self._in_thread(self._target.undo)  # where it was committed there is nothing to undo

    async def _in_thread(self, do: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, do)


def _dispatch(going: list[_Waiting]) -> None:
    """Pass the point of no return of a whole chunk, or of none. Raises what the journal raises, and ``NotNow``."""
    if any(one.reply.cancelled() for one in going):
        raise NotNow("stopped", "the run stopped before it was written")
    try:
        for one in going:
            if not one.passed:
                one.commit()
                one.passed = True
    except BaseException:
        passed = [one for one in going if one.passed]
        _answer_all(passed, NotApplied("journal", "the run's journal could not be written"))
        raise


def _answer_all(chunk: list[_Waiting], reply: Reply) -> None:
    for one in chunk:
        _answer(one, reply)


def _answer(one: _Waiting, reply: Reply) -> None:
    if not one.reply.done():
        one.reply.set_result(reply)
