"""What becomes of slots: run once as of their due instant, skipped with a reason, or failed with a notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwb.app.commands import (
    AddSchedule,
    ApproveRun,
    BackfillSchedule,
    ListNotices,
    PauseSchedule,
    ReadNotices,
    RenameScript,
    ResumeSchedule,
    ShowRun,
    Tick,
)
from sopwb.app.outputs import Failed, Fired, NoticeList, RunView
from sopwb.kernel import limits
from sopwb.run.acting import Dispatch, Rejected, Reply
from tests.app.firing.world import COUNT, Clock, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def test_a_slot_runs_once_as_of_its_due_instant_however_late(shop: Shop) -> None:
    shop.schedule("every day at 09:00")
    assert shop.round() == []
    shop.clock.set("2026-11-23T11:47:12+00:00")
    assert shop.round() == ["09:00 done"]
    assert shop.round() == []
    [slot] = shop.slots().values()
    run = shop.do(ShowRun(slot.run))
    assert isinstance(run, RunView)
    assert (run.as_of, run.status, run.name) == ("2026-11-23T09:00:00Z", "succeeded", "mail")
    assert dict(shop.mails()) == {"2026-11-23T09:00:00Z": 1}


def test_a_slots_run_has_the_id_of_its_schedule_and_due_instant(tmp_path: Path) -> None:
    runs = set()
    for n in range(2):
        shop = Shop(tmp_path / str(n)).schedule("every day at 09:00")
        shop.clock.set(f"2026-11-23T0{9 + 0}:0{n}:00+00:00")
        shop.round()
        runs |= {slot.run for slot in shop.slots().values()}
    assert len(runs) == 1


def test_adding_a_schedule_does_not_fire_the_past(shop: Shop) -> None:
    shop.schedule("every day at 07:00")
    assert shop.round() == []


def test_a_session_that_is_told_another_instant_does_not_fire_the_past(shop: Shop) -> None:
    shop.bench.as_of = "2026-11-20T08:00:00Z"
    shop.schedule("every day at 07:00")
    shop.bench.as_of = ""
    assert shop.round() == []
    assert shop.slots() == {}


def test_editing_a_schedule_does_not_fire_the_past(shop: Shop) -> None:
    shop.schedule("every day at 09:00")
    shop.clock.set("2026-11-23T10:00:00+00:00")
    shop.schedule("every day at 09:30")
    assert shop.round() == []
    [slot] = shop.slots().values()
    assert (slot.due, slot.state, slot.reason) == (
        "2026-11-23T09:00:00Z", "skipped", "the schedule was changed before it ran",
    )  # fmt: skip
    shop.clock.set("2026-11-24T09:30:00+00:00")
    assert shop.round() == ["09:30 done"]


def test_saying_the_same_schedule_again_changes_nothing(shop: Shop) -> None:
    shop.schedule("every day at 09:00")
    shop.clock.set("2026-11-23T09:01:00+00:00")
    shop.schedule("every day at 09:00")
    assert shop.round() == ["09:00 done"]


def test_a_renamed_schedule_does_not_fire_the_past(shop: Shop) -> None:
    shop.schedule("every day at 09:00")
    shop.clock.set("2026-11-23T09:00:10+00:00")
    assert shop.round() == ["09:00 done"]
    shop.clock.set("2026-11-23T12:00:00+00:00")
    shop.do(RenameScript("mail", "post"))
    assert shop.round("post") == []
    shop.clock.set("2026-11-24T09:00:00+00:00")
    assert shop.round("post") == ["09:00 done"]


def test_a_paused_schedules_slots_are_skipped_and_stay_so(shop: Shop) -> None:
    shop.schedule("every hour")
    shop.do(PauseSchedule("mail"))
    shop.clock.set("2026-11-23T09:00:01+00:00")
    assert shop.round() == ["09:00 skipped"]
    shop.clock.set("2026-11-23T11:30:00+00:00")
    shop.do(ResumeSchedule("mail"))
    assert shop.round() == []
    assert shop.states() == ["09:00 skipped", "10:00 skipped", "11:00 skipped"]
    shop.clock.set("2026-11-23T12:00:00+00:00")
    assert shop.round() == ["12:00 done"]
    assert shop.notices() == []


@pytest.mark.parametrize(
    ("missed", "states"),
    [
        ("none", ["09:00 skipped", "10:00 skipped", "11:00 skipped"]),
        ("latest", ["09:00 skipped", "10:00 skipped", "11:00 done"]),
        ("all", ["09:00 done", "10:00 done", "11:00 done"]),
    ],
)
def test_missed_slots(shop: Shop, missed: str, states: list[str]) -> None:
    shop.schedule("every hour", missed=missed)
    shop.clock.set("2026-11-23T11:30:00+00:00")
    assert shop.round() == states
    told = [] if missed == "all" else ["missed/mail/2026-11-23T09:00:00Z"]
    assert shop.notices() == told


def test_making_up_for_missed_slots_has_a_bound(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopwb.app.firing.judging.SLOTS_CAUGHT_UP_MAX", 2)
    shop.schedule("every hour", missed="all")
    shop.clock.set("2026-11-23T12:30:00+00:00")
    assert shop.round() == ["09:00 skipped", "10:00 skipped", "11:00 done", "12:00 done"]


def test_very_many_missed_slots_are_one_record(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopwb.app.firing.rounds.SLOTS_RECORDED_MAX", 3)
    shop.schedule("every 10 minutes")
    shop.clock.move(days=400)
    first, *rest = shop.round()
    count = limits.SLOTS_LOOKED_BACK_DAYS_MAX * 144
    assert first.endswith(f"skipped*{count - 4}")
    assert [text.split()[1] for text in rest] == ["skipped", "skipped", "skipped", "done"]


def test_a_failed_run_is_told_once_and_so_is_its_recovery(tmp_path: Path) -> None:
    broken = True

    def behave(dispatch: Dispatch) -> Reply | None:
        return Rejected("550", "no such mailbox") if broken else None

    shop = Shop(tmp_path / "shop", behave=behave).schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")
    assert shop.round() == ["09:00 failed"]
    assert shop.round() == []
    broken = False
    shop.clock.set("2026-11-23T10:00:00+00:00")
    assert shop.round() == ["10:00 done"]
    shop.clock.set("2026-11-23T11:00:00+00:00")
    assert shop.round() == ["11:00 done"]
    assert shop.notices() == ["failed/mail/2026-11-23T09:00:00Z", "recovered/mail/2026-11-23T10:00:00Z"]
    listed = shop.do(ListNotices())
    assert isinstance(listed, NoticeList)
    assert "no such mailbox" in listed.rows[0].text
    read = shop.do(ReadNotices((listed.rows[0].key,)))
    assert isinstance(read, NoticeList)
    assert ([row.key for row in read.rows], read.unread) == ([listed.rows[0].key], 1)
    assert len(shop.do(ListNotices(every=True)).rows) == 2
    assert [row.kind for row in shop.do(ListNotices()).rows] == ["recovered"]


def test_a_run_that_fails_while_deciding_fails_its_slot(shop: Shop) -> None:
    shop.job("mail", {**COUNT, "returns": "decimal", "steps": [{"op": "return", "value": "10 / (size('a') - 1)"}]})
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")
    assert shop.round() == ["09:00 failed"]
    [slot] = shop.slots().values()
    assert slot.reason.startswith("SOP-R")
    assert shop.notices() == ["failed/mail/2026-11-23T09:00:00Z"]


def test_a_job_that_cannot_run_fails_its_slot(shop: Shop) -> None:
    shop.schedule("every hour")
    (shop.folder / "sopwb.toml").write_text("[workspace]\nname = 'shop'\n")
    shop.bench = shop.opened()
    shop.clock.set("2026-11-23T09:00:00+00:00")
    assert shop.round() == ["09:00 failed"]
    assert "email" in next(iter(shop.slots().values())).reason


def test_a_run_without_consent_is_told_and_acts_once_when_it_is_approved(shop: Shop) -> None:
    shop.job(allow=())
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")
    assert shop.round() == ["09:00 done"]
    [slot] = shop.slots().values()
    assert (slot.status, shop.mails().total()) == ("waiting_approval", 0)
    assert shop.notices() == ["waiting/mail/2026-11-23T09:00:00Z"]
    shop.do(ApproveRun(slot.run, resume=True))
    assert dict(shop.mails()) == {"2026-11-23T09:00:00Z": 1}


def test_a_fault_of_ours_in_one_run_fails_its_slot_and_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("sopwb.app.handlers.running.prepare_target", broken)
    assert shop.round() == ["09:00 failed"]
    assert shop.notices() == ["failed/mail/2026-11-23T09:00:00Z"]


def test_a_tick_does_every_schedule_and_goes_on_after_one_that_cannot_be_read(shop: Shop) -> None:
    for name in ("a", "b", "c"):
        shop.schedule("every hour", name)
    stored = shop.bench.library.schedule("b")
    assert stored is not None
    with shop.bench.store.transaction("break") as tx:
        shop.bench.library.put_schedule(
            tx, type(stored)("b", "b", {"kind": "no"}, "", "UTC", since=stored.since), "break"
        )
    shop.clock.set("2026-11-23T09:00:00+00:00")
    fired = shop.do(Tick())
    assert isinstance(fired, Fired)
    assert [(row.schedule, row.state) for row in fired.rows] == [("a", "done"), ("c", "done")]
    assert [problem.code for problem in fired.problems] == ["SOP-H010"]


def test_backfill_runs_what_never_ran_and_nothing_twice(shop: Shop) -> None:
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T11:30:00+00:00")
    assert shop.round() == ["09:00 skipped", "10:00 skipped", "11:00 done"]
    span = BackfillSchedule("mail", "2026-11-23T06:00:00Z", "2026-11-23T11:00:00Z")
    done = shop.do(span)
    assert isinstance(done, Fired)
    assert [row.due[11:16] for row in done.rows] == ["06:00", "07:00", "08:00", "09:00", "10:00"]
    assert {row.state for row in done.rows} == {"done"}
    assert shop.do(span).rows == ()
    assert set(shop.mails().values()) == {1}
    assert shop.mails().total() == 6
    shop.clock.set("2026-11-23T12:00:00+00:00")
    assert shop.round() == ["12:00 done"]


def test_backfill_of_slots_that_are_due_and_undecided_leaves_none_for_the_next_round(shop: Shop) -> None:
    shop.schedule("every hour", missed="all")
    shop.clock.set("2026-11-23T11:30:00+00:00")
    assert len(shop.do(BackfillSchedule("mail", "2026-11-23T08:30:00Z")).rows) == 3
    assert shop.round() == []
    assert shop.round() == []
    assert set(shop.mails().values()) == {1}


def test_backfill_has_a_bound_and_never_reaches_into_the_future(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.schedule("every hour")
    assert shop.do(BackfillSchedule("mail", "2026-11-23T08:00:30Z", "2027-01-01T00:00:00Z")).rows == ()
    monkeypatch.setattr("sopwb.app.handlers.firing.BACKFILL_SLOTS_MAX", 2)
    refused = shop.bench.do(BackfillSchedule("mail", "2026-11-23T00:00:00Z"))
    assert isinstance(refused, Failed)
    assert refused.diagnostics[0].code == "SOP-A041"
    assert shop.slots() == {}


def test_a_clock_that_jumps_forward_makes_slots_missed_and_one_that_jumps_back_fires_none_twice(shop: Shop) -> None:
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T14:30:00+00:00")
    assert shop.round()[-1] == "14:00 done"
    shop.clock.set("2026-11-23T09:10:00+00:00")
    assert shop.round() == []
    assert shop.round() == []
    assert [notice.split("/")[0] for notice in shop.notices()] == ["clock", "missed"]
    for _ in range(12):
        shop.clock.move(minutes=30)
        shop.round()
    assert set(shop.mails().values()) == {1}
    assert shop.states()[-1] == "15:00 done"


def test_after_a_clock_that_was_years_ahead_resuming_counts_from_now_again(shop: Shop) -> None:
    shop.schedule("every day at 09:00")
    shop.clock.set("2031-01-01T00:00:00+00:00")
    shop.round()
    shop.clock.set("2026-11-24T08:00:00+00:00")
    shop.round()
    shop.do(ResumeSchedule("mail"))
    shop.clock.set("2026-11-24T09:00:00+00:00")
    assert shop.round() == ["09:00 done"]


def test_a_schedule_whose_script_is_gone_says_so(shop: Shop) -> None:
    shop.schedule("every hour")
    with shop.bench.store.transaction("drop") as tx:
        tx.set_ref("job/mail", None, old=shop.bench.store.ref("job/mail"))
    shop.clock.set("2026-11-23T09:00:00+00:00")
    assert shop.round() == ["09:00 failed"]
    assert "SOP-A015" in next(iter(shop.slots().values())).reason


def test_the_job_is_the_one_of_the_claim(tmp_path: Path) -> None:
    clock = Clock()
    shop = Shop(tmp_path / "shop", clock).schedule("every hour")
    clock.set("2026-11-23T09:00:00+00:00")
    shop.do(AddSchedule("mail", "every hour"))
    assert shop.round() == ["09:00 done"]
    job = shop.bench.store.ref("job/mail")
    assert next(iter(shop.slots().values())).job == job
