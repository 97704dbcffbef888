"""What runs promise about their effects, each shown on whole runs.

The same trace however often a run was killed and over however many connections; the codes that were sent are those that
its journal derives, before and after each resume; any byte of an approved journal that changes is refused; a full disk
stops before sending; an item that cannot be decided mails nobody, one that cannot be mailed stops there.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sopwb.app import commands as c
from sopwb.app.acting.machine import Machine
from sopwb.app.outputs import EffectList, Failed, RunList, RunView
from sopwb.run.acting import Done, Rejected
from tests.app.acting.test_runs import Shop, check_sent, mailing
from tests.app.acting.world import FakeActor
from tests.store.worlds import QuickDisk

NEVER = Rejected("550", "no such mailbox")


# --- kills and workers ----------------------------------------------------------------------------------

_POINTS = ("after-reply", "after-dispatched", "after-intent-sync", "before-dispatched", "after-flush", "after-settling")


class Killed:
    """A shop whose run is killed at one point after the other, over some connections."""

    def __init__(self, folder: Path, customers: int, connections: int) -> None:
        folder.mkdir()
        self.shop = Shop(folder, customers)
        self.shop.save(mailing())
        self.connections = connections
        self.codes: dict[str, str] = {}

    def act(self, command: c.Command, kill: tuple[str, int] | None = None) -> None:
        """Carry a command out in a process of its own, which ends at the given passing of a point."""
        child = os.fork()
        if child == 0:
            passed = 0

            def fault(name: str) -> None:
                nonlocal passed
                passed += kill is not None and name == kill[0]
                if kill is not None and passed == kill[1]:
                    os._exit(9)

            bench = self.shop.open()
            bench.machine = Machine(lambda: "boot", disk=QuickDisk(), fault=fault)
            # A tool that can be asked, so that no kill leaves a doubt for a person.
            bench.actors = lambda tool: FakeActor(self.shop.world, "verifiable", self.connections)
            os._exit(1 if isinstance(bench.do(command), Failed) else 0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (9 if kill else 0)

    def check_codes(self, run: str) -> None:
        """Every code that was sent is the derived one, the derived ones never change, and no two are equal."""
        found = self.shop.bench.do(c.ListEffects(run, codes=True))
        assert isinstance(found, EffectList)
        derived = {row.key: row.codes[0] for row in found.rows if row.tool == "email.send"}
        assert self.codes in ({}, derived), "another code than before the resume"
        self.codes = derived
        sent = dict(line.split(" Your code: ") for line in self.shop.world.path.read_text().splitlines())
        assert sent == {key: derived[key] for key in sent}
        assert len(set(derived.values())) == len(derived)

    def through(self, kills: int) -> RunView:
        """Run to the end through so many kills."""
        points = [(_POINTS[n % len(_POINTS)], 1) for n in range(kills)]
        self.act(c.RunScript("mailing", allow=("email.send",)), points[0] if points else None)
        listed = self.shop.bench.do(c.ListRuns())
        assert isinstance(listed, RunList)
        (row,) = listed.rows
        for kill in (*points[1:], None)[: kills]:
            self.check_codes(row.run)
            self.act(c.ResumeRun(row.run), kill)
        self.check_codes(row.run)
        return self.shop.do(c.ShowRun(row.run))


def test_the_trace_is_the_same_after_no_kills_or_fifty_and_over_one_connection_or_eight(tmp_path: Path) -> None:
    customers, hashes, codes = 160, set[str](), set[str]()
    for kills, connections in ((0, 1), (0, 8), (50, 1), (50, 8)):
        killed = Killed(tmp_path / f"{kills}-{connections}", customers, connections)
        view = killed.through(kills)
        assert (view.status, view.acting and view.acting.counts) == ("succeeded", {"done": customers})
        check_sent(killed.shop, customers)
        assert len(killed.codes) == customers
        codes |= set(killed.codes.values())
        dry = killed.shop.run(dry_run=True, record=False)
        hashes |= {view.trace_hash, dry.trace_hash}
        killed.shop.bench.close()
    assert len(hashes) == 1
    assert len(codes) == 4 * customers, "each run has its own secret"


# --- one changed byte -----------------------------------------------------------------------------------


def test_any_byte_of_an_approved_journal_that_changes_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    shop = Shop(tmp_path, customers=4)
    shop.save(mailing())
    view = shop.run()
    shop.do(c.ApproveRun(view.run))
    path = shop.journal()
    data = path.read_bytes()
    for at in [*range(0, len(data), 1 + len(data) // 60), len(data) - 1]:
        with path.open("r+b") as file:
            file.write(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        assert shop.refused(c.ResumeRun(view.run)) == "SOP-S004", f"byte {at}"
    check_sent(shop, 0)
    path.write_bytes(data[:-9])
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-S004", "cut short"
    with path.open("r+b") as file:
        file.write(data)
    assert shop.do(c.ResumeRun(view.run)).status == "succeeded", "what was approved is done"
    check_sent(shop, 4)
    shop.bench.close()


# --- a full disk ----------------------------------------------------------------------------------------


class FullDisk(QuickDisk):
    """A disk without a byte left, while ``full``."""

    full = False

    def write(self, fd: int, offset: int, data: bytes) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(fd, offset, data)


@pytest.mark.parametrize("point", ["after-settling", "before-intent-write", "after-intent-sync", "before-dispatched"])
def test_a_disk_that_is_full_before_dispatching_stops_the_run_with_nothing_sent(tmp_path: Path, point: str) -> None:
    shop, disk = Shop(tmp_path), FullDisk()
    shop.save(mailing())

    def fill(name: str) -> None:
        disk.full = disk.full or name == point

    shop.bench.machine = Machine(lambda: "boot", disk=disk, fault=fill)
    output = shop.bench.do(c.RunScript("mailing", allow=("email.send",)))
    assert isinstance(output, (Failed, RunView))
    told = output.diagnostics[0] if isinstance(output, Failed) else output.error
    assert told is not None
    assert (told.code, "No space left" in told.line()) == ("SOP-S010", True)
    check_sent(shop, 0)
    disk.full = False
    shop.bench.machine = Machine(lambda: "boot", disk=disk)
    listed = shop.bench.do(c.ListRuns())
    assert isinstance(listed, RunList)
    view = shop.do(c.ResumeRun(listed.rows[0].run))
    assert (view.status, view.acting and view.acting.counts) == ("succeeded", {"done": 12})
    check_sent(shop, 12)
    shop.bench.close()


# --- poison ---------------------------------------------------------------------------------------------


def poisoned(folder: Path, customers: int) -> Shop:
    """Make a shop whose last customer but one has no share to divide by."""
    shop = Shop(folder, 0)
    with (shop.folder / "customers.csv").open("w") as file:
        file.write("id,email,share\n")
        for n in range(1, customers + 1):
            file.write(f"c{n:07d},c{n:07d}@example.com,{0 if n == customers - 1 else 4}\n")
    script = mailing()
    each: dict[str, Any] = script["steps"][0]
    each["do"] = [{"op": "math", "name": "part", "expr": "100 / customer.share"}, *each["do"]]
    shop.save(script)
    return shop


@pytest.mark.parametrize("engine", ["rows", "sets"])
@pytest.mark.parametrize("customers", [2_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_the_last_item_but_one_that_cannot_be_decided_ends_the_run_with_its_trace_and_nothing_done(
    tmp_path: Path, engine: str, customers: int
) -> None:
    shop = poisoned(tmp_path, customers)
    view = shop.run("email.send", engine=engine)
    assert (view.engine, view.status, view.acting) == (engine, "failed", None)
    poison = f"c{customers - 1:07d}"
    assert view.error is not None
    assert view.error.message == f"100 / 0: division by zero, for {poison}"
    check_sent(shop, 0)
    assert not list((shop.folder / ".sopwb" / "runs").iterdir()), "no journal either"
    explained = shop.do(c.ExplainRun(view.run, poison))
    assert [(line.item, line.text) for line in explained.trace] == [(poison, "Failed: 100 / 0: division by zero")]
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A020"
    shop.bench.close()


@pytest.mark.parametrize("then", ["fail", "dead_letter"])
def test_the_last_item_but_one_that_cannot_be_mailed_stops_there_or_is_set_aside(tmp_path: Path, then: str) -> None:
    customers = 2_000
    shop = Shop(tmp_path, customers=0)
    rows = "".join(f"c{n:04d},c{n:04d}@example.com\n" for n in range(customers))
    (shop.folder / "customers.csv").write_text("id,email\n" + rows)
    shop.save(mailing(then=then))
    shop.behave = lambda dispatch: NEVER if dispatch.item == "c1998" else None
    view = shop.run("email.send")
    assert view.acting is not None
    (note,) = view.acting.notes
    assert (note.item, note.then, note.code) == ("c1998", then, "550")
    done = shop.world.sent()
    assert max(done.values()) == 1
    if then == "fail":
        assert view.status == "failed"
        assert view.acting.counts["done"] in (1_998, 1_999), "all before it is done, and what was under way"
        resumed = shop.do(c.ResumeRun(view.run))
        assert (resumed.status, shop.actors[-1].dispatches[0].key) == ("failed", note.key), "it is tried again"
    else:
        assert (view.status, view.acting.counts) == ("succeeded_with_dead_letters", {"rejected": 1, "done": 1_999})
    shop.behave = lambda dispatch: Done({"id": "x"}) if dispatch.item != "c1998" and done[dispatch.key] else None
    view = shop.do(c.ResumeRun(view.run, dead_letters=then == "dead_letter"))
    assert (view.status, view.acting and view.acting.counts) == ("succeeded", {"done": customers})
    assert note.key in {dispatch.key for dispatch in shop.actors[-1].dispatches}, "with the same key"
    check_sent(shop, customers)
    shop.bench.close()
