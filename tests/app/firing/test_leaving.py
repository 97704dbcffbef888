"""A process that is asked to end leaves its slot open for the next one; slots that nobody can end are let alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sopwb.app.commands import AddSchedule, PauseRun, RemoveSchedule, RenameScript, ResumeRun, SaveJob, Tick
from sopwb.app.daemon import Daemon
from sopwb.app.firing.rounds import do_round, looked_after
from sopwb.app.firing.slots import Slots
from sopwb.app.outputs import Fired, SlotRow
from sopwb.run.acting import Dispatch, Reply
from tests.app.firing.world import MAIL, TOML, Shop

MANY: dict[str, Any] = {
    "sop": 1,
    "returns": "int",
    "steps": [
        {
            "op": "each",
            "from": "people",
            "as": "person",
            "do": [
                {
                    "op": "tool",
                    "tool": "email.send",
                    "args": {"to": "'a@example.com'", "subject": "'Hello'", "body": "person.id"},
                }
            ],
        },
        {"op": "return", "value": "1"},
    ],
}
PEOPLE = [f"p{n:02}" for n in range(20)]
ONCE = Counter(PEOPLE)


class Ending:
    """Whether a process has been asked to end."""

    def __init__(self, point: str = "") -> None:
        self.point, self.asked = point, False

    def fault(self, passing: str) -> None:
        self.asked = self.asked or passing == self.point

    def __call__(self) -> bool:
        return self.asked


def many(folder: Path, **options: Any) -> Shop:
    folder.mkdir()
    (folder / "people.jsonl").write_text("".join(f'{{"id": "{person}"}}\n' for person in PEOPLE))
    source = '[data.people]\npath = "people.jsonl"\nformat = "jsonl"\nkey = "id"\n'
    shop = Shop(folder, toml=TOML + source, **options)
    shop.job("mail", MANY)
    shop.do(SaveJob("mail", allow=("email.send",)))
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")
    return shop


def attempts(shop: Shop) -> list[int]:
    return [slot.attempts for slot in shop.slots().values()]


def test_a_slot_that_is_left_while_it_is_decided_is_decided_by_the_next(tmp_path: Path) -> None:
    shop = many(tmp_path / "shop")
    for _ in range(5):
        ending = Ending("slot-claimed")
        leaving = Shop(shop.folder, shop.clock, fault=ending.fault)
        leaving.bench.stopping = ending
        assert leaving.round() in (["09:00 claimed"], [])
        leaving.bench.close()
    assert (shop.states(), attempts(shop), shop.mails().total()) == (["09:00 claimed"], [0], 0)
    assert not shop.bench.store.refs("run/")
    shop.bench.store.refresh()
    assert shop.round() == ["09:00 done"]
    assert (shop.mails(), shop.notices()) == (ONCE, [])


def test_a_slot_that_is_left_while_it_acts_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopwb.app.acting.loop.CONTROL_POLL_S", 0.001)
    ending = Ending()

    def behave(dispatch: Dispatch) -> Reply | None:
        ending.asked = True
        return None

    shop = many(tmp_path / "shop", behave=behave, per_second=200.0)
    shop.bench.stopping = ending
    assert shop.round() == ["09:00 running"]
    first = shop.mails().total()
    assert 0 < first < 20
    assert (attempts(shop), shop.notices()) == ([0], [])
    after = Shop(shop.folder, shop.clock)
    assert after.round() == ["09:00 done"]
    assert (after.mails(), after.notices()) == (ONCE, [])


def test_a_run_that_a_person_has_paused_keeps_its_slot_without_being_told_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopwb.app.handlers.acting.CONTROL_WAIT_S_MAX", 0.2)  # who pauses it is in its own thread
    shop = many(tmp_path / "shop")
    other = shop.opened()

    def behave(dispatch: Dispatch) -> Reply | None:
        if not paused:
            paused.append(shop.slots()["2026-11-23T09:00:00Z"].run)
            other.store.refresh()
            other.do(PauseRun(paused[0]))
        return None

    paused: list[str] = []
    shop.behave = behave
    assert shop.round() == ["09:00 running"]
    assert shop.notices() == ["paused/mail/2026-11-23T09:00:00Z"]
    told: list[SlotRow] = []
    daemon = Daemon(shop.opened, told.append, clock=shop.clock)
    daemon._bench = shop.bench
    for _ in range(3):
        daemon.tick()
        daemon.join()
    assert told == []
    assert daemon._rest_until["mail"] > 0
    assert shop.do(Tick()).rows == ()
    shop.do(ResumeRun(paused[0]))
    assert shop.round() == ["09:00 done"]
    assert shop.mails() == ONCE


@pytest.mark.parametrize("change", [RemoveSchedule("mail"), RenameScript("mail", "post")])
def test_an_open_slot_of_a_schedule_that_is_gone_is_ended(tmp_path: Path, change: Any) -> None:
    shop = many(tmp_path / "shop")
    ending = Ending("slot-claimed")
    leaving = Shop(shop.folder, shop.clock, fault=ending.fault)
    leaving.bench.stopping = ending
    leaving.round()
    shop.bench.store.refresh()
    shop.do(change)
    assert "mail" in looked_after(shop.bench)
    fired = shop.do(Tick())
    assert isinstance(fired, Fired)
    assert [(row.schedule, row.state) for row in fired.rows] == [("mail", "done")]
    assert "mail" not in looked_after(shop.bench)
    assert shop.mails() == ONCE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (RemoveSchedule("mail"), "the schedule was removed before it ran"),
        (RenameScript("mail", "post"), "the schedule was changed before it ran"),
    ],
)
def test_what_was_due_when_a_schedule_went_away_is_skipped_with_a_reason(
    tmp_path: Path, change: Any, reason: str
) -> None:
    shop = many(tmp_path / "shop")
    shop.do(change)
    assert [(slot.state, slot.reason) for slot in shop.slots().values()] == [("skipped", reason)]
    assert do_round(shop.bench, "mail", shop.clock).slots == ()


@pytest.mark.parametrize("change", [RemoveSchedule("mail"), AddSchedule("mail", "every hour")])
def test_a_schedule_that_cannot_be_read_can_be_removed_and_replaced(tmp_path: Path, change: Any) -> None:
    shop = Shop(tmp_path / "shop").schedule("every hour")
    stored = shop.bench.library.schedule("mail")
    assert stored is not None
    with shop.bench.store.transaction("break") as tx:
        broken = type(stored)("mail", "mail", {"kind": "no"}, "", "UTC", since=stored.since)
        shop.bench.library.put_schedule(tx, broken, "break")
    shop.do(change)
    shop.clock.set("2026-11-23T09:00:00+00:00")
    assert shop.round() == (["09:00 done"] if isinstance(change, AddSchedule) else [])


def test_a_slot_whose_output_cannot_be_written_after_it_acted_fails_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path / "shop")
    shop.job("mail", MAIL)
    shop.do(SaveJob("mail", allow=("email.send",), output="out.json"))
    shop.schedule("every hour")
    shop.clock.set("2026-11-23T09:00:00+00:00")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sopwb.app.output_file.OutputFile._write", full)
    assert shop.round() == ["09:00 failed"]
    [slot] = shop.slots().values()
    assert slot.status == "succeeded"
    assert "No space left" in slot.reason
    assert shop.notices() == ["failed/mail/2026-11-23T09:00:00Z"]
    assert shop.mails().total() == 1
    monkeypatch.undo()
    shop.clock.set("2026-11-23T10:00:00+00:00")
    assert shop.round() == ["10:00 done"]
    assert shop.notices()[-1] == "recovered/mail/2026-11-23T10:00:00Z"
    assert (shop.folder / "out.json").exists()
    assert Slots(shop.bench.store, "mail").firing().failing is False


