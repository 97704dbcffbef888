"""Batches that mail, killed at random: nobody is mailed twice, nobody is lost, and every doubt is listed.

The judge is a mail server in a process of its own, with its own log.
"""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from sopwb.app.acting.machine import Machine
from sopwb.app.commands import ResolveRun, ResumeRun, RunScript
from sopwb.app.outputs import RunView
from sopwb.app.workbench import Workbench, open_workbench
from tests.crash.mailing import (
    address,
    check_mails,
    derived_codes,
    latest_run,
    mail_server,
    sopwb,
    workspace,
)

AS_OF = "2026-11-22T08:00:00Z"
CONNECTIONS = 4
MAIL_ALL = ("--run", "mailing", "--allow", "email.send")


def run_until(bench: Workbench, run: str) -> RunView:
    view = bench.do(ResumeRun(run))
    assert isinstance(view, RunView), view
    return view


def held_of(view: RunView) -> set[str]:
    assert view.acting is not None
    return {f"{note.item}@example.com" for note in view.acting.notes if note.state == "in_doubt"}


def trace_of_dry_run(folder: Path) -> str:
    """Give the hash of the trace that a run has which does nothing at all."""
    bench = open_workbench(folder, AS_OF)
    view = bench.do(RunScript("mailing", dry_run=True, record=False))
    bench.close()
    assert isinstance(view, RunView)
    return view.trace_hash


def resolve_by_hand(folder: Path, run: str, mailed: set[str]) -> RunView:
    """Do what a person would: look into the server's log, say what came of each doubt, and go on."""
    bench = open_workbench(folder)
    try:
        view = run_until(bench, run)
        assert view.acting is not None
        came = {note.key: f"{note.item}@example.com" in mailed for note in view.acting.notes}
        for how, was_mailed in (("done", True), ("again", False)):
            keys = tuple(key for key, mailed_ in came.items() if mailed_ == was_mailed)
            if keys:
                assert view.status == "needs_attention"
                said = bench.do(ResolveRun(run, how, keys))
                assert isinstance(said, RunView), said
                view = said
        return run_until(bench, run) if view.status == "paused" else view
    finally:
        bench.close()


@pytest.mark.parametrize(
    ("kills", "customers"), [(10, 200), pytest.param(200, 2_000, marks=pytest.mark.slow)]
)
def test_a_batch_that_is_killed_again_and_again_mails_everybody_once(
    tmp_path: Path, kills: int, customers: int
) -> None:
    chance = random.Random(kills)
    with mail_server(tmp_path, think_ms=4) as server:
        folder = workspace(tmp_path / "shop", server, customers, CONNECTIONS)
        done = 0
        while done < kills:
            view = latest_run(folder)
            words = ("runs", "resume", view.run) if view else (*MAIL_ALL, "--as-of", AS_OF)
            if view is not None and view.status not in ("running", "paused"):
                break
            more = chance.randrange(0, customers // kills // 2 + 1)
            # Before the first mail a process starts, reads and settles: those moments are killed too.
            moment_s = chance.random() * (0.003 if more else 0.8)
            done += sopwb(folder, *words).kill_after(server, more, moment_s)
        view = latest_run(folder)
        assert view is not None
        assert done >= kills * 0.9, "it was killed most of the times that it was to be"
        assert sopwb(folder, "runs", "resume", view.run).ended()[0] in (0, 4)
        view = latest_run(folder)
        assert view is not None
        held = held_of(view)
        assert len(held) <= CONNECTIONS * done
        assert view.acting is not None
        assert view.status == ("needs_attention" if held else "succeeded"), view.acting
        told = {key: count for key, count in view.acting.counts.items() if key not in ("done", "in_doubt")}
        assert told == {}, [note for note in view.acting.notes if note.state != "in_doubt"]
        codes = derived_codes(folder, view.run, customers)
        check_mails(server, codes, held)
        if held:
            view = resolve_by_hand(folder, view.run, {mail.to for mail in server.mails()})
        assert view.status == "succeeded", view.acting
        assert view.trace_hash == trace_of_dry_run(folder)
        check_mails(server, codes, set())
        print(f"{done} kills over {customers} customers: {len(held)} held, none twice, none lost")


def test_after_a_restart_of_the_machine_every_intent_without_an_end_is_held_and_told(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        folder = workspace(tmp_path / "shop", server, 200, CONNECTIONS)
        assert sopwb(folder, *MAIL_ALL).kill_after(server, 20, 0.0)
        killed = latest_run(folder)
        assert killed is not None
        assert killed.acting is not None
        bench = open_workbench(folder)
        bench.machine = Machine(boot=lambda: "another boot")
        view = run_until(bench, killed.run)
        bench.close()
        assert view.acting is not None
        held = held_of(view)
        open_then = killed.acting.counts.get("intent", 0) + killed.acting.counts.get("dispatched", 0)
        assert len(held) == view.acting.counts["in_doubt"] == open_then
        assert CONNECTIONS < open_then <= 64
        check_mails(server, derived_codes(folder, view.run, 200), held)


def test_a_second_process_is_told_that_the_run_is_in_other_hands(tmp_path: Path) -> None:
    with mail_server(tmp_path, think_ms=50) as server:
        folder = workspace(tmp_path / "shop", server, 600, 2)
        first = sopwb(folder, *MAIL_ALL)
        try:
            first.seen(server, 3)
            view = latest_run(folder)
            assert view is not None
            assert view.status == "running"
            code, err = sopwb(folder, "runs", "resume", view.run).ended()
            assert (code, "SOP-S012" in err) == (1, True)
            assert sopwb(folder, "runs", "cancel", view.run).ended()[0] == 0
            assert first.ended()[0] == 130
        finally:
            first.send(signal.SIGKILL)
        view = latest_run(folder)
        assert view is not None
        assert view.status == "cancelled"
        assert view.acting is not None
        assert view.acting.counts["done"] == server.count() < 600
        assert address(599) not in {mail.to for mail in server.mails()}


def test_ctrl_c_finishes_what_is_under_way_and_can_be_gone_on_with(tmp_path: Path) -> None:
    with mail_server(tmp_path, think_ms=30) as server:
        folder = workspace(tmp_path / "shop", server, 30, 2)
        process = sopwb(folder, *MAIL_ALL)
        process.seen(server, 3)
        process.send(signal.SIGINT)
        code, err = process.ended()
        assert code == 130, err
        view = latest_run(folder)
        assert view is not None
        assert view.acting is not None
        assert (view.status, view.acting.cause) == ("paused", "interrupted")
        assert view.acting.counts == {"planned": 30 - server.count(), "done": server.count()}
        assert sopwb(folder, "--run", "mailing", "--resume", view.run).ended()[0] == 0
        check_mails(server, derived_codes(folder, view.run, 30), set())


@pytest.mark.parametrize("connections", [1, 8])
def test_two_runs_of_one_script_are_two_runs_with_one_trace(tmp_path: Path, connections: int) -> None:
    with mail_server(tmp_path) as server:
        folder = workspace(tmp_path / "shop", server, 5, connections)
        bench = open_workbench(folder, AS_OF)
        views = [bench.do(RunScript("mailing", allow=("email.send=5",))) for _ in range(2)]
        bench.close()
        assert [view.status for view in views if isinstance(view, RunView)] == ["succeeded"] * 2
        assert {view.trace_hash for view in views if isinstance(view, RunView)} == {trace_of_dry_run(folder)}
        assert len({mail.code for mail in server.mails()}) == server.count() == 10
