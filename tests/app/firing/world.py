"""A workspace whose jobs send one mail a slot, a clock that only tests move, and rounds over it."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from sopwb.app.acting.machine import Machine
from sopwb.app.commands import AddSchedule, Command, FreezeScript, SaveDraft, SaveJob
from sopwb.app.firing.rounds import do_round
from sopwb.app.firing.slots import Slot, Slots
from sopwb.app.outputs import AnyOutput, Failed
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.app.workspace import read_workspace
from sopwb.store.store import Store
from tests.app.acting.world import Behave, FakeActor, World
from tests.store.worlds import QuickDisk

START = "2026-11-23T08:00:30+00:00"
TOML = """[workspace]
name = "shop"
[tools.email]
host = "127.0.0.1"
port = 2525
from = "shop@example.com"
"""
MAIL: dict[str, Any] = {
    "sop": 1,
    "returns": "int",
    "steps": [
        {
            "op": "tool",
            "tool": "email.send",
            "args": {"to": "'a@example.com'", "subject": "'Hello'", "body": "string(now)"},
        },
        {"op": "return", "value": "1"},
    ],
}
COUNT: dict[str, Any] = {"sop": 1, "returns": "int", "steps": [{"op": "return", "value": "1"}]}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, text: str = START) -> None:
        self.now = dt.datetime.fromisoformat(text)

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += dt.timedelta(**by)

    def set(self, text: str) -> None:
        self.now = dt.datetime.fromisoformat(text)


class Shop:
    """A workspace in a folder, open for one process; ``opened`` gives another handle on it."""

    def __init__(
        self,
        folder: Path,
        clock: Clock | None = None,
        toml: str = TOML,
        behave: Behave = lambda dispatch: None,
        fault: Callable[[str], None] = lambda point: None,
        per_second: float = 0.0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "sopwb.toml").exists():
            (folder / "sopwb.toml").write_text(toml)
        self.folder, self.clock, self.behave, self.fault = folder, clock or Clock(), behave, fault
        self.per_second = per_second
        self.world = World(folder / "sent")
        self.bench = self.opened()

    def opened(self) -> Workbench:
        workspace = read_workspace(self.folder)
        store = Store.open(workspace.store_folder, clock=self.clock, disk=QuickDisk())
        bench = Workbench(workspace, store)
        bench.clock = self.clock
        bench.machine = Machine(disk=QuickDisk(), fault=self.fault)
        bench.actors = lambda tool: FakeActor(
            self.world, behave=self.behave, per_second=self.per_second, breathe=False
        )
        return bench

    def do(self, command: Command) -> Any:
        """Carry out a command that must succeed."""
        output: AnyOutput = self.bench.do(command)
        assert not isinstance(output, Failed), output
        return output

    def job(
        self, name: str = "mail", script: dict[str, Any] | None = None, allow: tuple[str, ...] = ("email.send",)
    ) -> None:
        script = MAIL if script is None else script
        self.do(SaveDraft(name, script))
        self.do(FreezeScript(name))
        uses = any(step["op"] == "tool" for step in script["steps"])
        self.do(SaveJob(name, allow=allow if uses else ()))

    def schedule(self, spec: str, name: str = "mail", **options: str) -> Shop:
        if self.bench.library.job(name) is None:
            self.job(name)
        self.do(AddSchedule(name, spec, **options))
        return self

    def round(self, name: str = "mail") -> list[str]:
        """Do a round. Gives what became of the slots, as texts ``HH:MM state``."""
        return [said(slot) for slot in do_round(self.bench, name, self.clock).slots]

    def slots(self, name: str = "mail") -> dict[str, Slot]:
        self.bench.store.refresh()
        return {slot.due: slot for slot in Slots(self.bench.store, name).all()}

    def states(self, name: str = "mail") -> list[str]:
        return [said(slot) for slot in self.slots(name).values()]

    def mails(self) -> Counter[str]:
        """Count mails by their body, which is the instant that the run was told."""
        return Counter(self.world.bodies())

    def notices(self) -> list[str]:
        self.bench.store.refresh()
        return sorted(name.removeprefix("notice/") for name in self.bench.store.refs("notice/"))


def backdated(folder: Path, name: str, minutes: int) -> None:
    """Have a schedule of a real workspace count since some minutes ago: nobody waits for a minute in a test."""
    bench = open_workbench(folder)
    stored = bench.library.schedule(name)
    assert stored is not None
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)).isoformat()
    with bench.store.transaction("backdate") as tx:
        bench.library.put_schedule(tx, msgspec.structs.replace(stored, since=since), "backdate")
    bench.close()


def said(slot: Slot) -> str:
    many = f"*{slot.count}" if slot.count > 1 else ""
    return f"{slot.due[11:16]} {slot.state}{many}"


def in_a_child(work: Callable[[], None]) -> int:
    """Do something in a child process. Gives its exit status: 0, or 7 where it died at a fault, or 1."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
