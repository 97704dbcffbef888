"""Runs that act, as a person has them: consent, approvals, canaries, stopping, going on, and resolving by hand."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sopwb.app import commands as c
from sopwb.app.acting.control import Control
from sopwb.app.acting.machine import Machine
from sopwb.app.outputs import Failed, JobView, RunList, RunView
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.run.acting import Dispatch, NotApplied, Rejected, Reply
from sopwb.run.ports import Event
from sopwb.store import kinds
from sopwb.store.frames import HEADER_BYTES, encode_frame, frame_id, open_payload, parse_header
from sopwb.store.journal_frames import Closed, decode_record, encode_record, planned_digest
from tests.app.acting.world import FakeActor, World
from tests.store.worlds import QuickDisk

AS_OF = "2026-11-22T08:00:00Z"
NEVER = Rejected("550", "no such mailbox")


def mailing(**policy: Any) -> dict[str, Any]:
    """A script that mails a code to every customer."""
    mail: dict[str, Any] = {"op": "tool", "tool": "email.send", "args": {
        "to": "customer.email", "subject": "'Hello'", "body": "'Your code: ' + coupon.code"}}  # fmt: skip
    if policy:
        mail["on_error"] = policy
    coupon = {"op": "tool", "name": "coupon", "tool": "coupon.generate", "args": {}}
    return {"sop": 1, "steps": [{"op": "each", "from": "customers", "as": "customer", "do": [coupon, mail]}]}


class Shop:
    """A workspace whose mails go to a file."""

    def __init__(self, folder: Path, customers: int = 12) -> None:
        self.folder = folder / "shop"
        self.folder.mkdir()
        rows = "".join(f"c{n:02d},c{n:02d}@example.com\n" for n in range(customers))
        (self.folder / "customers.csv").write_text("id,email\n" + rows)
        (self.folder / "sopwb.toml").write_text(
            '[workspace]\nname = "shop"\n[data.customers]\npath = "customers.csv"\nkey = "id"\n'
            '[tools.email]\nhost = "127.0.0.1"\nport = 2525\nfrom = "shop@example.com"\n'
        )
        self.world = World(folder / "sent")
        self.behave: Callable[[Dispatch], Reply | None] = lambda dispatch: None
        self.lose: Callable[[Dispatch], bool] = lambda dispatch: False
        self.kind = "unprotected"
        self.actors: list[FakeActor] = []
        self.bench = self.open()

    def open(self) -> Workbench:
        bench = open_workbench(self.folder, AS_OF)
        bench.machine = Machine(boot=lambda: "boot", disk=QuickDisk())
        bench.actors = self.actor
        return bench

    def actor(self, tool: str) -> FakeActor:
        self.actors.append(FakeActor(self.world, self.kind, 3, lambda d: self.behave(d), lambda d: self.lose(d)))
        return self.actors[-1]

    def save(self, script: dict[str, Any], name: str = "mailing") -> None:
        for command in (c.SaveDraft(name, script), c.FreezeScript(name)):
            output = self.bench.do(command)
            assert not isinstance(output, Failed), output

    def do(self, command: c.Command) -> RunView:
        output = self.bench.do(command)
        assert isinstance(output, RunView), output
        return output

    def refused(self, command: c.Command) -> str:
        output = self.bench.do(command)
        assert isinstance(output, Failed), output
        return output.diagnostics[0].code

    def run(self, *allow: str, **fields: Any) -> RunView:
        return self.do(c.RunScript("mailing", allow=allow, **fields))

    def journal(self) -> Path:
        (path,) = (self.folder / ".sopwb" / "runs").glob("*.journal")
        return path

    def statuses(self, run: str) -> list[str]:
        """Every state that a run was in, oldest first."""
        return [change.why for change in self.bench.store.ref_history(f"run/{run}")]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    found.save(mailing())
    yield found
    found.bench.close()


def counts(view: RunView) -> dict[str, int]:
    assert view.acting is not None
    return view.acting.counts


def check_sent(shop: Shop, customers: int) -> None:
    sent = shop.world.sent()
    assert (len(sent), max(sent.values(), default=1)) == (customers, 1)


# --- consent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allow", ["email.send", "email.send=12", "email.send=5000"])
def test_a_run_that_is_allowed_acts_and_succeeds(shop: Shop, allow: str) -> None:
    view = shop.run(allow)
    assert (view.status, counts(view)) == ("succeeded", {"done": 12})
    assert {effect.state for effect in view.effects} == {"done"}
    assert shop.statuses(view.run) == ["running", "succeeded"]
    check_sent(shop, 12)


@pytest.mark.parametrize(
    ("allow", "words"), [((), "nobody has allowed"), (("email.send=11",), "12 of email.send, of which 11 are allowed")]
)
def test_a_run_without_consent_waits_for_an_approval(shop: Shop, allow: tuple[str, ...], words: str) -> None:
    view = shop.run(*allow)
    assert view.status == "waiting_approval"
    assert view.acting is not None
    assert words in view.acting.unconsented[0]
    assert view.acting.planned == {"email.send": 12}
    assert {effect.state for effect in view.effects} == {"planned"}
    check_sent(shop, 0)
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A023"
    assert len(list(shop.bench.store.objects("approval"))) == 1


@pytest.mark.parametrize("word", ["email.send=", "email.send=x", "=5", "email.sned", "coupon.generat=1"])
def test_a_consent_that_allows_nothing_of_the_script_is_refused(shop: Shop, word: str) -> None:
    assert shop.refused(c.RunScript("mailing", allow=(word,))) == "SOP-A024"
    assert shop.refused(c.SaveJob("mailing", allow=(word,))) == "SOP-A024"


def test_a_jobs_stored_consent_covers_its_runs(shop: Shop) -> None:
    job = shop.bench.do(c.SaveJob("mailing", "weekly", allow=("email.send=12",)))
    assert isinstance(job, JobView)
    assert job.consent == ("email.send=12",)
    assert shop.do(c.RunScript("weekly")).status == "succeeded"
    shop.bench.do(c.SaveJob("mailing", "weekly", allow=("email.send=11",)))
    assert shop.do(c.RunScript("weekly")).status == "waiting_approval"
    check_sent(shop, 12)


def test_a_run_whose_effects_are_all_mocked_needs_no_consent(shop: Shop) -> None:
    view = shop.run(mocks=("email.send",))
    assert (view.status, view.acting) == ("succeeded", None)
    assert {effect.state for effect in view.effects if effect.tool == "email.send"} == {"mocked"}
    check_sent(shop, 0)
    assert not list((shop.folder / ".sopwb" / "runs").iterdir())


def test_a_dry_run_does_nothing_and_keeps_no_journal(shop: Shop) -> None:
    view = shop.run("email.send", dry_run=True)
    assert (view.status, view.acting, {effect.state for effect in view.effects}) == ("succeeded", None, {"planned"})
    check_sent(shop, 0)
    assert not list((shop.folder / ".sopwb" / "runs").iterdir())


def test_a_run_that_fails_while_deciding_has_mailed_nobody(shop: Shop) -> None:
    script = mailing()
    script["steps"].append({"op": "fail", "message": "'no'"})
    shop.save(script)
    view = shop.run("email.send")
    assert (view.status, view.acting) == ("failed", None)
    check_sent(shop, 0)
    assert not list((shop.folder / ".sopwb" / "runs").iterdir())
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A020"


@pytest.mark.parametrize("engine", ["rows", "sets"])
def test_both_engines_hand_the_same_effects_to_the_journal(shop: Shop, engine: str) -> None:
    shop.save(mailing(then="skip", retry={"times": 1, "base_ms": 0}))
    shop.behave = lambda dispatch: NotApplied("450", "later") if dispatch.item == "c04" else None
    view = shop.run("email.send", engine=engine)
    assert (view.engine, view.status, counts(view)) == (engine, "succeeded", {"done": 11, "rejected": 1})
    assert [dispatch.attempt for dispatch in shop.actors[-1].dispatches if dispatch.item == "c04"] == [1, 2]
    check_sent(shop, 11)


def test_one_tool_can_be_mocked_while_another_acts(shop: Shop) -> None:
    view = shop.run("email.send", mocks=("coupon.generate",))
    assert (view.status, view.mode, counts(view)) == ("succeeded", "mocked", {"done": 12})
    assert {effect.state for effect in view.effects if effect.tool == "coupon.generate"} == {"mocked"}
    assert all(body.startswith("Your code: mock-") for body in shop.world.bodies())


def test_a_tool_that_is_not_configured_is_refused_before_anything_is_decided(tmp_path: Path) -> None:
    found = Shop(tmp_path)
    found.save(mailing())
    text = (found.folder / "sopwb.toml").read_text()
    (found.folder / "sopwb.toml").write_text(text.replace('host = "127.0.0.1"\n', ""))
    found.bench.close()
    found.bench = found.open()
    assert found.refused(c.RunScript("mailing", allow=("email.send",))) == "SOP-K001"
    found.bench.close()


# --- approvals ----------------------------------------------------------------------------------------


def test_an_approval_lets_exactly_these_effects_be_done(shop: Shop) -> None:
    view = shop.run()
    approved = shop.do(c.ApproveRun(view.run))
    assert approved.status == "paused"
    check_sent(shop, 0)
    assert shop.do(c.ResumeRun(view.run)).status == "succeeded"
    check_sent(shop, 12)
    assert shop.statuses(view.run) == ["waiting_approval", "paused", "running", "succeeded"]
    bodies = [json.loads(shop.bench.store.get(id_)[1]) for id_ in shop.bench.store.objects("approval")]
    assert view.acting is not None
    assert [(body["digest"], bool(body["approved"])) for body in bodies] == [
        (view.acting.digest, False), (view.acting.digest, True)]  # fmt: skip
    assert shop.refused(c.ApproveRun(view.run)) == "SOP-A020"


def test_approving_can_act_at_once(shop: Shop) -> None:
    view = shop.do(c.ApproveRun(shop.run().run, resume=True, canary=2))
    assert (view.status, counts(view)) == ("paused", {"planned": 10, "done": 2})


@pytest.mark.parametrize("when", ["before the approval", "after the approval"])
@pytest.mark.parametrize("mended", [False, True])
def test_one_changed_byte_of_what_was_planned_is_refused(shop: Shop, when: str, mended: bool) -> None:
    view = shop.run()
    if when == "after the approval":
        shop.do(c.ApproveRun(view.run))
    path = shop.journal()
    edited = edit_planned(path.read_bytes(), b"c07@example.com", b"c07@example.org", mended)
    with path.open("r+b") as file:
        file.write(edited)
    if mended:
        path.with_suffix(".mark").unlink()
    for command in (c.ApproveRun(view.run), c.ApproveRun(view.run, resume=True), c.ResumeRun(view.run)):
        output = shop.bench.do(command)
        assert isinstance(output, Failed)
        assert output.diagnostics[0].code in ("SOP-S004", "SOP-A020", "SOP-A022", "SOP-A023")
    assert "SOP-S004" in {shop.refused(command) for command in (c.ApproveRun(view.run), c.ResumeRun(view.run))}
    check_sent(shop, 0)


def edit_planned(data: bytes, old: bytes, new: bytes, mended: bool) -> bytes:
    """Change a planned effect; ``mended`` makes every checksum, id and the closing digest right again."""
    assert len(old) == len(new)
    out, at, run, ids, count = b"", 0, "", b"", 0
    while at < len(data):
        header = parse_header(data, at)
        assert not isinstance(header, str)
        payload = open_payload(header, data[at + HEADER_BYTES : at + HEADER_BYTES + header.stored])
        assert isinstance(payload, bytes)
        if header.kind == kinds.PLANNED:
            if not mended:
                middle = at + HEADER_BYTES + header.stored // 2
                return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
            payload = payload.replace(old, new)
            ids += frame_id(kinds.PLANNED, payload)
        record = decode_record(header.kind, payload) if header.kind != kinds.PLANNED else None
        if isinstance(record, Closed):
            count = record.count
            out += encode_record(kinds.CLOSED, Closed(count, planned_digest(run, count, ids), record.summary))
        else:
            run = getattr(record, "run", run)
            out += encode_frame(header.kind, payload, frame_id(header.kind, payload), compress=False)
        at += HEADER_BYTES + header.stored
    assert out != data
    return out


def test_a_digest_that_is_not_the_recorded_one_is_refused(shop: Shop) -> None:
    # The journal is rewritten whole, and so is what the store says of its head: only the digest is left to tell.
    view = shop.run()
    shop.do(c.ApproveRun(view.run))
    path = shop.journal()
    path.write_bytes(edit_planned(path.read_bytes(), b"c07@example.com", b"c07@example.org", mended=True))
    path.with_suffix(".mark").unlink()
    from blake3 import blake3

    from sopwb.app.recording import find_run, record_change

    record = find_run(shop.bench.store, view.run)
    data = path.read_bytes()
    acting = {**record.body["acting"], "journal": [len(data), blake3(data).hexdigest()]}
    record_change(shop.bench.store, record, acting=acting)
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A022"
    check_sent(shop, 0)


# --- canaries, stopping, going on -----------------------------------------------------------------------


def test_a_canary_acts_for_the_first_items_and_the_rest_goes_on_later(shop: Shop) -> None:
    view = shop.run("email.send", canary=3)
    assert (view.status, counts(view)) == ("paused", {"planned": 9, "done": 3})
    assert [effect.item for effect in view.effects if effect.tool == "email.send" and effect.state == "done"] == [
        "c00", "c01", "c02"]  # fmt: skip
    view = shop.do(c.ResumeRun(view.run, canary=4))
    assert counts(view) == {"planned": 5, "done": 7}
    assert shop.do(c.ResumeRun(view.run)).status == "succeeded"
    check_sent(shop, 12)


def test_a_run_can_be_asked_to_pause_and_to_end_from_elsewhere(shop: Shop) -> None:
    view = shop.run("email.send", canary=1)
    control = Control(QuickDisk(), str(shop.folder / ".sopwb"), view.run)

    def ask(dispatch: Dispatch) -> Reply | None:
        if dispatch.item == "c05":
            control.ask(b"pause")
        import time

        time.sleep(0.06)
        return None

    shop.behave = ask
    paused = shop.do(c.ResumeRun(view.run))
    assert paused.status == "paused"
    assert paused.acting is not None
    assert paused.acting.cause == "paused"
    assert 5 <= counts(paused)["done"] < 12
    assert control.asked() == "", "the wish is taken away"
    shop.behave = lambda dispatch: None
    cancelled = shop.do(c.CancelRun(view.run))
    assert cancelled.status == "cancelled"
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A020"
    assert shop.refused(c.PauseRun(view.run)) == "SOP-A020"
    assert shop.statuses(view.run)[-1] == "cancelled"


def test_a_run_that_waits_for_an_approval_can_be_cancelled(shop: Shop) -> None:
    view = shop.run()
    assert shop.do(c.CancelRun(view.run)).status == "cancelled"
    assert shop.refused(c.ApproveRun(view.run)) == "SOP-A020"
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A020"
    check_sent(shop, 0)


def test_a_damaged_journal_is_told_where_its_run_is_shown(shop: Shop) -> None:
    from sopwb.app.recording import find_run, record_change

    view = shop.run("email.send", canary=2)
    record_change(shop.bench.store, find_run(shop.bench.store, view.run), status="running")
    path = shop.journal()
    data = path.read_bytes()
    path.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    shown = shop.do(c.ShowRun(view.run))
    assert shown.acting is not None
    assert "does not" in shown.acting.why or "checksum" in shown.acting.why
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-S004"
    check_sent(shop, 2)


@pytest.mark.parametrize("point", ["after-run-recorded", "after-settling", "before-state-recorded"])
def test_a_run_whose_process_ended_shows_as_paused_and_goes_on(shop: Shop, point: str) -> None:
    child = os.fork()
    if child == 0:
        bench = shop.open()
        bench.machine = Machine(
            boot=lambda: "boot", disk=QuickDisk(), fault=lambda name: os._exit(9) if name == point else None
        )
        bench.do(c.RunScript("mailing", allow=("email.send",)))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    listed = shop.bench.do(c.ListRuns())
    assert isinstance(listed, RunList)
    assert [row.status for row in listed.rows] == ["paused"]
    shown = shop.do(c.ShowRun(listed.rows[0].run))
    assert shown.acting is not None
    assert (shown.status, shown.acting.why) == ("paused", "its process ended")
    assert sum(counts(shown).values()) == 12
    assert shop.do(c.ResumeRun(shown.run)).status == "succeeded"
    check_sent(shop, 12)


def test_a_run_that_has_ended_is_not_gone_on_with(shop: Shop) -> None:
    view = shop.run("email.send")
    for command in (c.ResumeRun(view.run), c.PauseRun(view.run), c.CancelRun(view.run), c.ApproveRun(view.run)):
        assert shop.refused(command) == "SOP-A020"
    assert shop.refused(c.ResolveRun(view.run, "done")) == "SOP-A025"
    assert shop.refused(c.ResumeRun(view.run, ref="another")) == "SOP-A020"
    check_sent(shop, 12)


def test_events_tell_how_acting_goes_and_end_last(shop: Shop) -> None:
    events: list[Event] = []
    shop.bench.do(c.RunScript("mailing", allow=("email.send",)), events.append)
    names = [event.kind for event in events]
    assert (names[0], names[-1], names.count("end")) == ("start", "end", 1)
    assert [event.data for event in events if event.kind == "effect"][-1] == {
        "done": 12, "total": 12, "counts": {"done": 12}}  # fmt: skip
    assert events[-1].data["status"] == "succeeded"
    events.clear()
    shop.bench.do(c.RunScript("mailing"), events.append)
    assert [event.kind for event in events][-2:] == ["waiting_approval", "end"]
    assert events[-1].data["status"] == "waiting_approval"


def test_an_output_file_holds_the_states_after_acting(shop: Shop, tmp_path: Path) -> None:
    shop.behave = lambda dispatch: NEVER if dispatch.item == "c03" else None
    view = shop.run("email.send", output=str(tmp_path / "all.json"))
    whole = json.loads((tmp_path / "all.json").read_text())
    assert (whole["status"], view.status) == ("failed", "failed")
    states = {effect["item"]: effect["state"] for effect in whole["effects"] if effect["tool"] == "email.send"}
    assert states["c02"] == "done"
    assert states["c03"] == "rejected"
    assert states == {effect.item: effect.state for effect in view.effects if effect.tool == "email.send"}


# --- what goes wrong ------------------------------------------------------------------------------------


def test_a_rejected_effect_ends_the_run_where_it_stands_and_can_be_mended(shop: Shop) -> None:
    shop.behave = lambda dispatch: NEVER if dispatch.item == "c06" else None
    view = shop.run("email.send")
    assert view.status == "failed"
    assert view.error is not None
    assert (view.error.code, view.error.path, view.error.found) == ("SOP-A021", "steps/0/do/1", "550")
    assert "c06" in view.error.message
    assert "no such mailbox" in view.error.message
    assert counts(view)["done"] >= 6
    shop.behave = lambda dispatch: None
    view = shop.do(c.ResumeRun(view.run))
    assert (view.status, view.error) == ("succeeded", None)
    check_sent(shop, 12)


def test_a_rejected_effect_can_be_passed_over_by_hand(shop: Shop) -> None:
    shop.behave = lambda dispatch: NEVER if dispatch.item == "c06" else None
    view = shop.run("email.send")
    assert view.acting is not None
    key = view.acting.notes[0].key
    assert shop.refused(c.ResolveRun(view.run, "done", (key,))) == "SOP-A025"
    assert shop.refused(c.ResolveRun(view.run, "abandon", ("ffff",))) == "SOP-A025"
    assert shop.do(c.ResolveRun(view.run, "abandon", (key[:10],))).status == "paused"
    view = shop.do(c.ResumeRun(view.run))
    assert (view.status, counts(view)) == ("succeeded", {"done": 11, "abandoned": 1})


def test_dead_letters_are_listed_and_done_again_with_the_same_keys(shop: Shop) -> None:
    shop.save(mailing(then="dead_letter"))
    shop.behave = lambda dispatch: NEVER if dispatch.item in ("c03", "c08") else None
    view = shop.run("email.send")
    assert view.status == "succeeded_with_dead_letters"
    assert view.acting is not None
    assert [(note.item, note.then, note.code) for note in view.acting.notes] == [
        ("c03", "dead_letter", "550"), ("c08", "dead_letter", "550")]  # fmt: skip
    keys = {note.key for note in view.acting.notes}
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A020"
    shop.behave = lambda dispatch: None
    view = shop.do(c.ResumeRun(view.run, dead_letters=True))
    assert view.status == "succeeded"
    assert {dispatch.key for dispatch in shop.actors[-1].dispatches} == keys
    check_sent(shop, 12)


def test_a_doubt_is_told_and_resolved_by_hand(shop: Shop) -> None:
    shop.lose = lambda dispatch: dispatch.item in ("c02", "c05", "c09")
    view = shop.run("email.send")
    assert (view.status, counts(view)) == ("needs_attention", {"done": 9, "in_doubt": 3})
    assert view.acting is not None
    keys = {note.item: note.key for note in view.acting.notes}
    assert sorted(keys) == ["c02", "c05", "c09"]
    shop.lose = lambda dispatch: False
    assert counts(shop.do(c.ResumeRun(view.run)))["in_doubt"] == 3, "going on changes nothing about a doubt"
    assert shop.do(c.ResolveRun(view.run, "done", (keys["c02"],))).status == "needs_attention"
    assert shop.do(c.ResolveRun(view.run, "abandon", (keys["c05"],))).status == "needs_attention"
    view = shop.do(c.ResolveRun(view.run, "again"))
    assert (view.status, counts(view)) == ("paused", {"done": 10, "replanned": 1, "abandoned": 1})
    view = shop.do(c.ResumeRun(view.run))
    assert (view.status, counts(view)) == ("succeeded", {"done": 11, "abandoned": 1})
    assert shop.world.sent()[keys["c09"]] == 2, "the person said so"


def test_a_server_that_is_down_pauses_the_run(shop: Shop) -> None:
    shop.save(mailing(then="skip", retry={"times": 3, "base_ms": 0}))
    shop.behave = lambda dispatch: NotApplied("connect", "connection refused")
    view = shop.run("email.send")
    assert view.status == "paused"
    assert view.error is not None
    assert view.error.code == "SOP-A026"
    check_sent(shop, 0)


def test_a_restored_workspace_is_held_and_a_person_lets_it_go_on(shop: Shop, tmp_path: Path) -> None:
    import shutil

    view = shop.run("email.send", canary=4)
    shop.bench.close()
    shutil.copytree(shop.folder, tmp_path / "backup")
    shop.bench = shop.open()
    shop.do(c.ResumeRun(view.run))
    check_sent(shop, 12)
    shop.bench.close()
    shutil.rmtree(shop.folder)
    shutil.copytree(tmp_path / "backup", shop.folder)
    shop.bench = shop.open()
    view = shop.do(c.ResumeRun(view.run))
    assert (view.status, counts(view)) == ("needs_attention", {"done": 4, "in_doubt": 8})
    check_sent(shop, 12)
    assert view.acting is not None
    assert "copy" in view.acting.notes[0].reason
    assert shop.do(c.ResolveRun(view.run, "done")).status == "succeeded"
    check_sent(shop, 12)


def test_an_older_journal_beside_a_newer_store_is_held(shop: Shop) -> None:
    view = shop.run("email.send", canary=4)
    path = shop.journal()
    old = {file: file.read_bytes() for file in (path, path.with_suffix(".mark"))}
    shop.do(c.ResumeRun(view.run, canary=4))
    for file, data in old.items():
        file.write_bytes(data)
    view = shop.do(c.ResumeRun(view.run))
    assert (view.status, counts(view)) == ("needs_attention", {"done": 4, "in_doubt": 8})
    check_sent(shop, 8)


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_waiting_run_that_was_restored_still_needs_its_approval(shop: Shop, by_hand: bool) -> None:
    view = shop.run()
    path = shop.journal()
    data = path.read_bytes()
    path.unlink()
    (path.parent / "x").write_bytes(b"x")
    path.write_bytes(data)
    if by_hand:
        assert shop.do(c.ResolveRun(view.run, "again")).status == "waiting_approval"
    assert shop.refused(c.ResumeRun(view.run)) == "SOP-A023"
    shop.do(c.ApproveRun(view.run))
    view = shop.do(c.ResumeRun(view.run))
    assert view.status == ("succeeded" if by_hand else "needs_attention")
    check_sent(shop, 12 if by_hand else 0)
