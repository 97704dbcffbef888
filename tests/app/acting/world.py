"""A world that acting changes, judged from outside: a file of every send, and actors that fail on demand."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from sopwb.app.acting import session
from sopwb.app.acting.ledger import Ledger
from sopwb.app.acting.loop import Wishes
from sopwb.app.acting.machine import Machine
from sopwb.app.acting.planning import Decided, Planning
from sopwb.kernel.values import Value
from sopwb.lang.ir import OnError, Retry
from sopwb.run.acting import Actor, Dispatch, Done, NotApplied, Protection, Reply, Unknown
from sopwb.run.identity import effect_key
from sopwb.run.ports import PlannedEffect
from sopwb.store.disk import Disk
from sopwb.store.journal_scan import Point
from tests.store.worlds import QuickDisk

RUN = "b3:" + "cd" * 32
SECRET = bytes(range(32))
Behave = Callable[[Dispatch], Reply | None]


def no_fault(point: str) -> None:
    pass


class World:
    """Everything that was sent, as ``key body`` a line of a file: it survives whoever sent it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def send(self, dispatch: Dispatch) -> None:
        line = f"{dispatch.key} {dispatch.args.get('body')}\n".encode()
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        os.write(fd, line)
        os.close(fd)

    def sent(self) -> Counter[str]:
        """Count sends by key."""
        return Counter(line.split(" ", 1)[0] for line in self.path.read_text().splitlines())

    def bodies(self) -> list[str]:
        return [line.split(" ", 1)[1] for line in self.path.read_text().splitlines()]


class FakeActor:
    """A tool over a ``World``. ``behave`` answers in the world's place where it gives a reply (before the point of no
    return), ``lose`` says whose reply is lost; ``fault`` is called on both sides of the send."""

    def __init__(
        self,
        world: World,
        kind: str = "unprotected",
        connections: int = 4,
        behave: Behave = lambda dispatch: None,
        lose: Callable[[Dispatch], bool] = lambda dispatch: False,
        fault: Callable[[str], None] = no_fault,
        per_second: float = 0.0,
        breathe: bool = True,
    ) -> None:
        self.world, self.behave, self.lose, self.fault = world, behave, lose, fault
        self.protection = Protection(kind, connections, per_second, 24 if kind == "idempotent" else 0)
        self.breathe = breathe
        self.flying = self.flying_max = 0
        self.dispatches: list[Dispatch] = []
        self.asked: list[str] = []
        self.open = 0

    async def __aenter__(self) -> FakeActor:
        self.open += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.open -= 1

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        self.flying += 1
        self.flying_max = max(self.flying, self.flying_max)
        self.dispatches.append(dispatch)
        try:
            if self.breathe:
                await asyncio.sleep(0)
            known = self.protection.kind == "idempotent" and dispatch.key in self.world.sent()
            instead = None if known else self.behave(dispatch)
            if instead is not None:
                return instead
            commit()
            self.fault("before-send")
            if not known:
                self.world.send(dispatch)
            self.fault("after-send")
            if self.breathe:
                await asyncio.sleep(0)
            if self.lose(dispatch):
                return Unknown("the connection was lost")
            return Done({"id": f"<{dispatch.key[:8]}>"})
        finally:
            self.flying -= 1

    async def verify(self, dispatch: Dispatch) -> Reply:
        self.asked.append(dispatch.key)
        if dispatch.key in self.world.sent():
            return Done({"id": f"<{dispatch.key[:8]}>"})
        return NotApplied("absent", "there is no such mail")


def fail_times(times: int, reply: Reply, only: Callable[[Dispatch], bool] = lambda dispatch: True) -> Behave:
    """Answer the first ``times`` attempts of each effect with ``reply``."""
    return lambda dispatch: reply if only(dispatch) and dispatch.attempt <= times else None


QUICK = Retry(3, 0, 1, 0)
"""Tries again three times at once."""


def effect(
    item: str,
    step: int = 1,
    body: Value = "hello",
    tool: str = "mail.send",
    then: str | None = None,
    retry: Retry | None = QUICK,
    kind: str = "effect",
    state: str = "planned",
    path: str = "",
) -> PlannedEffect:
    """One planned effect of an item in the loop ``steps/0``."""
    path = path or f"steps/0/do/{step}"
    policy = OnError(retry, then or "fail") if retry is not None or then is not None else None
    args: dict[str, Any] = {} if kind == "pure" else {"to": f"{item}@example.com", "body": body}
    return PlannedEffect(effect_key(RUN, item, path, 0), tool, item, path, 0, args, kind, state, policy)


def mails(count: int, **fields: Any) -> list[PlannedEffect]:
    return [effect(f"c{n:05d}", **fields) for n in range(count)]


class Stage:
    """One run in a folder: planned once, then acted on by as many sessions as it takes."""

    def __init__(self, folder: Path, disk: Disk | None = None, boot: str = "boot-1") -> None:
        self.root = str(folder / ".sopwb")
        self.world = World(folder / "sent")
        self.disk = disk or QuickDisk()
        self.boot = boot
        self.known: Point | None = None
        self.decided: Decided | None = None

    def machine(self, fault: Callable[[str], None] = no_fault) -> Machine:
        return Machine(boot=lambda: self.boot, entropy=lambda count: SECRET[:count], disk=self.disk, fault=fault)

    def plan(self, effects: Iterable[PlannedEffect], fault: Callable[[str], None] = no_fault) -> Stage:
        planning = Planning(self.machine(fault), self.root, RUN)
        for one in effects:
            planning.plan(one)
        self.decided = planning.close()
        self.known = self.decided.point if self.decided else None
        return self

    def open(self) -> Ledger:
        return session.open_run(self.machine(), self.root, RUN, self.known)

    def act(
        self,
        actor: Actor | dict[str, Actor] | None = None,
        wishes: Wishes | None = None,
        fault: Callable[[str], None] = no_fault,
        asked: Callable[[], str] = lambda: "",
    ) -> tuple[session.Came, Ledger]:
        """Act in this process. The journal is closed, the ledger can still be asked for its states."""
        actors = actor if isinstance(actor, dict) else {"mail.send": actor or FakeActor(self.world)}
        ledger = self.open()
        try:
            came = session.act(ledger, actors, self.machine(fault), wishes or Wishes(), asked)
        finally:
            ledger.journal.close()
        if came.point is not None:
            self.known = came.point
        return came, ledger

    def act_and_die(self, point: str, nth: int, make: Callable[[Callable[[str], None]], dict[str, Actor]]) -> bool:
        """Act in a child process that ends at the ``nth`` passing of a named point. False where it never came there."""
        child = os.fork()
        if child == 0:
            code = 1
            try:
                seen = 0

                def fault(name: str) -> None:
                    nonlocal seen
                    seen += name == point
                    if name == point and seen == nth:
                        os._exit(9)

                self.act(make(fault), fault=fault)
                code = 0
            finally:
                os._exit(code)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, 9), "the child failed in another way"
        return status == 9
