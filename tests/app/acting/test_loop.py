"""The loop that acts: order, retries, what is given up, what is in doubt, and how it stops."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sopwb.app.acting import ledger as s
from sopwb.app.acting.loop import Wishes
from sopwb.app.acting.patience import wait_ms
from sopwb.kernel.limits import (
    CHAINS_WANTED_MIN,
    EFFECT_FAILURES_IN_ROW_MAX,
    INTENT_GROUP_MAX,
    INTENT_GROUP_PROTECTED_MAX,
)
from sopwb.kernel.values import Secret
from sopwb.lang.ir import Retry
from sopwb.run.acting import Dispatch, Done, NotApplied, Rejected, Reply, Unknown
from sopwb.run.identity import effect_key
from sopwb.store import errors
from sopwb.store import journal_frames as f
from sopwb.tools.coupon import coupon_code
from tests.app.acting.world import QUICK, RUN, SECRET, FakeActor, Stage, effect, fail_times, mails
from tests.store.worlds import QuickDisk

LATER = NotApplied("450", "try later")
NEVER = Rejected("550", "no such mailbox")


def check(stage: Stage, actor: FakeActor, expected: dict[str, int], **wishes: bool | int) -> list[str]:
    """Act once and compare the counts; gives the bodies in the order in which they were sent."""
    _, ledger = stage.act(actor, Wishes(**wishes))  # type: ignore[arg-type]
    assert ledger.counts() == expected
    assert max(stage.world.sent().values(), default=1) == 1
    return stage.world.bodies()


def of(*items: str) -> Callable[[Dispatch], bool]:
    return lambda dispatch: dispatch.item in items


# --- order --------------------------------------------------------------------------------------------


def test_effects_of_an_item_are_done_in_order_and_items_beside_each_other(tmp_path: Path) -> None:
    steps = [effect(f"c{n}", step, f"c{n}.{step}") for n in range(20) for step in (1, 2, 3)]
    actor = FakeActor((stage := Stage(tmp_path).plan(steps)).world, connections=5)
    bodies = check(stage, actor, {"done": 60})
    for n in range(20):
        assert [body for body in bodies if body.startswith(f"c{n}.")] == [f"c{n}.{step}" for step in (1, 2, 3)]
    assert actor.flying_max == 5
    assert actor.open == 0


def test_one_connection_sends_in_the_order_in_which_it_was_decided(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan([effect(f"c{n:03d}", body=f"{n:03d}") for n in range(200)])
    bodies = check(stage, FakeActor(stage.world, connections=1), {"done": 200})
    assert bodies == sorted(bodies)


def test_what_comes_after_a_loop_waits_for_all_of_it(tmp_path: Path) -> None:
    plan = [
        effect("", path="steps/0", body="first"),
        *(effect(f"c{n}", path="steps/1/do/0", body="loop") for n in range(30)),
        effect("", path="steps/2", body="then"),
        *(effect(f"c{n}", path="steps/3/do/0", body="again") for n in range(30)),
        effect("", path="steps/4", body="last"),
    ]
    stage = Stage(tmp_path).plan(plan)
    bodies = check(stage, FakeActor(stage.world, connections=7), {"done": 63})
    assert bodies == ["first", *["loop"] * 30, "then", *["again"] * 30, "last"]


def test_two_tools_are_two_lanes(tmp_path: Path) -> None:
    plan = [effect(f"c{n}", step, tool=tool) for n in range(50) for step, tool in ((1, "mail.send"), (2, "web.call"))]
    stage = Stage(tmp_path).plan(plan)
    mail, web = FakeActor(stage.world, connections=2), FakeActor(stage.world, "idempotent", connections=6)
    _, ledger = stage.act({"mail.send": mail, "web.call": web})
    assert ledger.counts() == {"done": 100}
    assert (mail.flying_max, web.flying_max <= 6) == (2, True)


def test_mocked_and_pure_effects_are_never_acted_on(tmp_path: Path) -> None:
    plan = [effect("c1", 0, kind="pure", tool="coupon.generate"), effect("c1", 1, state="mocked"), effect("c1", 2)]
    stage = Stage(tmp_path).plan(plan)
    actor = FakeActor(stage.world)
    check(stage, actor, {"done": 1})
    assert [dispatch.path for dispatch in actor.dispatches] == ["steps/0/do/2"]


def test_a_run_of_which_nothing_acts_leaves_no_journal(tmp_path: Path) -> None:
    plan = [effect("c1", 0, kind="pure", tool="coupon.generate"), effect("c1", 1, state="mocked")]
    assert Stage(tmp_path).plan(plan).decided is None
    assert list((tmp_path / ".sopwb" / "runs").iterdir()) == []


def test_a_rate_is_kept(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(11))
    begun = time.monotonic()
    check(stage, FakeActor(stage.world, per_second=100), {"done": 11})
    assert time.monotonic() - begun >= 0.1


# --- codes and receipts -------------------------------------------------------------------------------


def test_codes_and_receipts_are_put_in_when_an_effect_is_dispatched(tmp_path: Path) -> None:
    plan = [
        item
        for n in range(3)
        for item in (
            effect(f"c{n}", 0, kind="pure", tool="coupon.generate"),
            effect(f"c{n}", 1, Secret("code {{steps/0/do/0#0}}")),
            effect(f"c{n}", 2, "as I wrote in {{steps/0/do/1#0.id}}"),
        )
    ]
    stage = Stage(tmp_path).plan(plan)
    bodies = check(stage, FakeActor(stage.world), {"done": 6})
    codes = [coupon_code(SECRET, effect_key(RUN, f"c{n}", "steps/0/do/0", 0)) for n in range(3)]
    assert {body for body in bodies if body.startswith("code")} == {f"code {code}" for code in codes}
    receipts = {f"as I wrote in <{effect_key(RUN, f'c{n}', 'steps/0/do/1', 0)[:8]}>" for n in range(3)}
    assert {body for body in bodies if body.startswith("as")} == receipts
    assert len(set(codes)) == 3


def test_a_receipt_of_an_earlier_session_is_read_from_the_journal(tmp_path: Path) -> None:
    plan = [effect("", path="steps/0", body="one"), effect("c1", 1, "{{steps/0#0.id}}"),
            effect("c1", 2, "{{steps/0/do/1#0.id}}")]  # fmt: skip
    stage = Stage(tmp_path).plan(plan)
    refusing = FakeActor(stage.world, behave=fail_times(9, NEVER, of("c1")))
    check(stage, refusing, {"done": 1, "rejected": 1, "planned": 1})
    check(stage, FakeActor(stage.world, behave=lambda d: NEVER if d.path.endswith("2") else None),
          {"done": 2, "rejected": 1}, failed_again=True)  # fmt: skip
    bodies = check(stage, FakeActor(stage.world), {"done": 3}, failed_again=True)
    assert bodies[1:] == [f"<{effect_key(RUN, '', 'steps/0', 0)[:8]}>",
                          f"<{effect_key(RUN, 'c1', 'steps/0/do/1', 0)[:8]}>"]  # fmt: skip


def test_a_nested_item_may_carry_what_its_outer_item_gave(tmp_path: Path) -> None:
    plan = [
        effect("c1", 0, kind="pure", tool="coupon.generate"),
        effect("c1", 1, "outer"),
        *(effect(f'["c1","{n}"]', path="steps/0/do/2/do/0", body=Secret("{{steps/0/do/0#0}} {{steps/0/do/1#0.id}}"))
          for n in range(2)),
    ]  # fmt: skip
    stage = Stage(tmp_path).plan(plan)
    bodies = check(stage, FakeActor(stage.world), {"done": 3})
    code = coupon_code(SECRET, effect_key(RUN, "c1", "steps/0/do/0", 0))
    assert bodies == ["outer", *[f"{code} <{effect_key(RUN, 'c1', 'steps/0/do/1', 0)[:8]}>"] * 2]


@pytest.mark.parametrize("body", ["{{steps/0/do/0#0}}", "{{steps/9#0.id}}", "{{steps/0/do/0#0.id}}", "{{}}", "{{x#0}}"])
def test_a_text_that_only_looks_like_a_placeholder_stays_as_it_is(tmp_path: Path, body: str) -> None:
    stage = Stage(tmp_path).plan([effect("c1", 0, kind="pure", tool="coupon.generate"), effect("c1", 1, body)])
    assert check(stage, FakeActor(stage.world), {"done": 1}) == [body]


def test_a_mocked_code_is_marked_as_such(tmp_path: Path) -> None:
    plan = [effect("c1", 0, kind="pure", tool="coupon.generate", state="mocked"),
            effect("c1", 1, Secret("{{steps/0/do/0#0}}"))]  # fmt: skip
    stage = Stage(tmp_path).plan(plan)
    (body,) = check(stage, FakeActor(stage.world), {"done": 1})
    assert body.startswith("mock-")


# --- not applied --------------------------------------------------------------------------------------


def test_what_was_not_applied_is_tried_again_with_the_same_key(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(5))
    actor = FakeActor(stage.world, behave=fail_times(3, LATER))
    check(stage, actor, {"done": 5})
    assert sorted(dispatch.attempt for dispatch in actor.dispatches) == sorted([1, 2, 3, 4] * 5)
    assert len({dispatch.key for dispatch in actor.dispatches}) == 5


def test_the_wait_is_persisted_and_waited_for_after_a_restart(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan([effect("c1", retry=Retry(2, 300, 1, 300))])
    first = FakeActor(stage.world, behave=fail_times(1, LATER))
    came, ledger = stage.act(first, asked=lambda: "paused")
    assert (came.ending.why, ledger.counts()) == ("paused", {"retry_wait": 1})
    due_us = ledger.due_us[0]
    second = FakeActor(stage.world)
    check(stage, second, {"done": 1})
    assert second.dispatches[0].attempt == 2
    assert stage.machine().now_us() >= due_us


def test_a_wait_follows_the_policy_and_spreads_by_key() -> None:
    retry = Retry(9, 1_000, 2, 5_000)
    for attempt, whole in ((1, 1_000), (2, 2_000), (3, 4_000), (4, 5_000), (90, 5_000)):
        waits = {wait_ms(retry, attempt, bytes([n]) * 32) for n in range(50)}
        assert min(waits) >= whole // 2
        assert max(waits) <= whole
        assert len(waits) > 40
    assert wait_ms(retry, 1, b"k") == wait_ms(retry, 1, b"k")
    assert wait_ms(retry, 1, b"k", after_ms=70_000) == 70_000
    assert wait_ms(Retry(1, 0, 1, 0), 1, b"k") == 0


# --- given up -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("reply", [NEVER, LATER])
def test_where_a_step_fails_the_run_everything_before_it_is_done_and_nothing_after_is_begun(
    tmp_path: Path, connections: int, reply: Reply
) -> None:
    stage = Stage(tmp_path).plan([effect(f"c{n:03d}", body=f"{n:03d}") for n in range(300)])
    actor = FakeActor(stage.world, connections=connections, behave=fail_times(99, reply, of("c100")))
    came, ledger = stage.act(actor)
    assert came.ending.failed == 100
    assert ledger.states[100] == s.REJECTED
    assert set(ledger.states[:100]) == {s.DONE}
    late = [n for n in range(101, 300) if ledger.states[n] != s.PLANNED]
    if reply is NEVER:  # while it was tried again, others went on
        assert len(late) < 64, "what was under way may end; nothing more is begun"
    assert set(ledger.states[101:]) <= {s.PLANNED, s.DONE}
    check(stage, FakeActor(stage.world, connections=connections), {"done": 300}, failed_again=True)


@pytest.mark.parametrize("kind", ["unprotected", "idempotent"])
def test_a_run_that_fails_ends_also_where_very_many_effects_stood_ready(tmp_path: Path, kind: str) -> None:
    stage = Stage(tmp_path).plan(mails(4 * CHAINS_WANTED_MIN))
    came, ledger = stage.act(FakeActor(stage.world, kind, connections=1, behave=lambda dispatch: NEVER))
    assert came.ending.failed == 0
    assert ledger.counts() == {"planned": 4 * CHAINS_WANTED_MIN - 1, "rejected": 1}


def test_a_skipped_effect_is_passed_over_and_its_receipt_is_missing(tmp_path: Path) -> None:
    plan = [
        effect("c1", 1, then="skip"),
        effect("c1", 2, "free"),
        effect("c1", 3, "{{steps/0/do/1#0.id}}", then="skip"),
        effect("c2", 1),
    ]
    stage = Stage(tmp_path).plan(plan)
    actor = FakeActor(stage.world, behave=lambda d: NEVER if (d.item, d.path[-1]) == ("c1", "1") else None)
    check(stage, actor, {"done": 2, "rejected": 2})
    _, ledger = stage.act(actor)
    word = ledger_word(stage, 2)
    assert "id of the reply of mail.send" in word.reason
    assert ledger.counts() == {"done": 2, "rejected": 2}, "nothing is left to do"


def ledger_word(stage: Stage, number: int) -> f.Rejected:
    ledger = stage.open()
    word = ledger.last_word(number)
    ledger.journal.close()
    assert isinstance(word, f.Rejected)
    return word


def test_a_dead_letter_sets_its_item_aside_and_can_be_done_again_with_the_same_key(tmp_path: Path) -> None:
    plan = [effect(f"c{n}", step, then="dead_letter") for n in range(6) for step in (1, 2)]
    stage = Stage(tmp_path).plan(plan)
    actor = FakeActor(stage.world, behave=fail_times(99, NEVER, of("c2", "c4")))
    check(stage, actor, {"done": 8, "rejected": 2, "planned": 2})
    keys = {dispatch.key for dispatch in actor.dispatches if dispatch.item == "c2"}
    check(stage, FakeActor(stage.world), {"done": 8, "rejected": 2, "planned": 2})
    again = FakeActor(stage.world)
    check(stage, again, {"done": 12}, dead_letters=True)
    assert {dispatch.key for dispatch in again.dispatches if dispatch.path.endswith("1")} >= keys
    assert len(again.dispatches) == 4


def test_many_failures_in_a_row_pause_the_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(100, then="skip", retry=QUICK))
    actor = FakeActor(stage.world, connections=2, behave=lambda dispatch: LATER)
    came, _ = stage.act(actor)
    assert came.ending.why == "failures"
    assert 0 <= len(actor.dispatches) - EFFECT_FAILURES_IN_ROW_MAX <= 2
    assert stage.world.sent() == {}
    _, ledger = stage.act(FakeActor(stage.world))
    assert ledger.counts().get("done", 0) + ledger.counts().get("rejected", 0) == 100


def test_failures_that_alternate_with_successes_do_not_pause_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(100, then="skip"))
    actor = FakeActor(stage.world, connections=1, behave=lambda d: NEVER if int(d.item[1:]) % 2 else None)
    check(stage, actor, {"done": 50, "rejected": 50})


# --- in doubt -----------------------------------------------------------------------------------------


def test_silence_of_an_unprotected_tool_is_held_and_never_repeated(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan([effect(f"c{n}", step) for n in range(4) for step in (1, 2)])
    lossy = FakeActor(stage.world, lose=lambda d: d.item == "c1" and d.path.endswith("1"))
    check(stage, lossy, {"done": 6, "in_doubt": 1, "planned": 1})
    check(stage, FakeActor(stage.world), {"done": 6, "in_doubt": 1, "planned": 1})
    assert sum(stage.world.sent().values()) == 7


def test_silence_of_an_idempotent_tool_repeats_the_key(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(4))
    actor = FakeActor(stage.world, "idempotent", lose=lambda d: d.attempt < 3)
    check(stage, actor, {"done": 4})
    assert sorted(d.attempt for d in actor.dispatches) == sorted([1, 2, 3] * 4)


def test_silence_of_a_verifiable_tool_is_asked_about(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(4))
    actor = FakeActor(stage.world, "verifiable", lose=lambda d: True)
    check(stage, actor, {"done": 4})
    assert sorted(actor.asked) == sorted(d.key for d in actor.dispatches)


def test_what_a_verifiable_tool_denies_is_done(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(3))
    actor = FakeActor(stage.world, "verifiable", behave=fail_times(1, Unknown("lost on the way")))
    check(stage, actor, {"done": 3})
    assert len(actor.dispatches) == 6


def test_doubts_that_do_not_clear_up_are_held(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(2))
    actor = FakeActor(stage.world, "idempotent", lose=lambda d: True)
    check(stage, actor, {"in_doubt": 2})
    assert len(actor.dispatches) == 2 * (1 + QUICK.times + 1)


def test_an_idempotent_key_is_only_repeated_within_its_hours(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(1))
    check(stage, FakeActor(stage.world, "unprotected", lose=lambda d: True), {"in_doubt": 1})
    ledger = stage.open()
    since = ledger.since_us(0)
    assert since is not None
    ledger.journal.close()
    machine = stage.machine
    stage.machine = lambda fault=lambda point: None: (  # type: ignore[method-assign, misc]
        __import__("msgspec").structs.replace(machine(fault), now_us=lambda: since + 25 * 3_600_000_000)
    )
    check(stage, FakeActor(stage.world, "idempotent"), {"in_doubt": 1})
    stage.machine = machine  # type: ignore[method-assign]
    check(stage, FakeActor(stage.world, "idempotent"), {"done": 1})


# --- tools that do not do as they should ----------------------------------------------------------------


def test_a_tool_that_raises_loses_nothing_that_is_known(tmp_path: Path) -> None:
    def raises(dispatch: Dispatch) -> Reply | None:
        raise ZeroDivisionError("a bug")

    stage = Stage(tmp_path).plan(mails(1, then="skip"))
    check(stage, FakeActor(stage.world, behave=raises), {"rejected": 1})
    assert "ZeroDivisionError" in ledger_word(stage, 0).reason

    (tmp_path / "b").mkdir()
    late = Stage(tmp_path / "b").plan(mails(1))
    check(late, FakeActor(late.world, lose=lambda d: 1 // 0 > 0), {"in_doubt": 1})


def test_a_tool_that_never_commits_is_journaled_all_the_same(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(3))
    check(stage, FakeActor(stage.world, behave=lambda d: Done({"id": "x"})), {"done": 3})
    check(stage, FakeActor(stage.world), {"done": 3})
    assert stage.world.sent() == {}


# --- a disk that fails ------------------------------------------------------------------------------------


class FullDisk(QuickDisk):
    """Refuses the ``nth`` ``operation`` and all after it, while ``full``."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation, self.full = operation, False

    def write(self, fd: int, offset: int, data: bytes) -> None:
        if self.full and self.operation == "write":
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(fd, offset, data)

    def sync(self, fd: int) -> None:
        if self.full and self.operation == "sync":
            raise OSError(errno.EIO, "Input/output error")
        super().sync(fd)


@pytest.mark.parametrize(
    ("operation", "point"),
    [("write", "before-intent-write"), ("sync", "before-intent-write"), ("write", "before-dispatched")],
)
def test_a_disk_that_fails_before_the_point_of_no_return_sends_nothing(
    tmp_path: Path, operation: str, point: str
) -> None:
    disk = FullDisk(operation)
    stage = Stage(tmp_path, disk).plan(mails(10))

    def fill(name: str) -> None:
        disk.full = disk.full or name == point

    came, _ = stage.act(FakeActor(stage.world), fault=fill)
    assert came.ending.why == "broken"
    assert isinstance(came.error, errors.DiskFailed if operation == "write" else errors.Poisoned)
    assert stage.world.sent() == {}, "nothing was sent"
    disk.full = False
    came, ledger = stage.act(FakeActor(stage.world))
    assert (came.doubted, ledger.counts()) == (0, {"done": 10})


def test_a_disk_that_is_full_after_the_send_leaves_one_doubt_a_connection(tmp_path: Path) -> None:
    disk = FullDisk("write")
    stage = Stage(tmp_path, disk).plan(mails(40))
    sends = 0

    def fill(name: str) -> None:
        nonlocal sends
        sends += name == "after-send"
        disk.full = sends >= 10

    came, _ = stage.act(FakeActor(stage.world, connections=3, fault=fill))
    assert isinstance(came.error, errors.DiskFailed)
    sent = sum(stage.world.sent().values())
    assert sent <= 12
    disk.full = False
    _, ledger = stage.act(FakeActor(stage.world, connections=3))
    assert ledger.counts()["in_doubt"] <= 3
    assert sum(ledger.counts().values()) == 40
    assert max(stage.world.sent().values()) == 1


def test_a_sync_that_fails_beside_busy_connections_stops_dispatching(tmp_path: Path) -> None:
    disk = FullDisk("sync")
    stage = Stage(tmp_path, disk).plan(mails(400))

    def fill(name: str) -> None:
        disk.full = disk.full or (name == "before-intent-write" and bool(stage.world.sent()))

    came, _ = stage.act(FakeActor(stage.world, connections=3), fault=fill)
    assert isinstance(came.error, errors.Poisoned)
    assert 0 < sum(stage.world.sent().values()) <= 64
    disk.full = False
    _, ledger = stage.act(FakeActor(stage.world, connections=3))
    assert ledger.counts() == {"done": 400}, "it stopped in good order, and said so in the file"
    assert max(stage.world.sent().values()) == 1


def test_after_a_failed_sync_and_a_dead_process_every_intent_without_an_end_is_held(tmp_path: Path) -> None:
    import os

    disk = FullDisk("sync")
    stage = Stage(tmp_path, disk).plan(mails(400))
    child = os.fork()
    if child == 0:

        ledger = stage.open()
        stage.open = lambda: ledger  # type: ignore[method-assign]

        def fill(name: str) -> None:
            disk.full = disk.full or (name == "before-intent-write" and bool(stage.world.sent()))
            if ledger.journal._poison:
                os._exit(9)

        stage.act(FakeActor(stage.world, connections=3, fault=fill), fault=fill)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    came, ledger = stage.act(FakeActor(stage.world, connections=3))
    assert 0 < came.doubted <= 64, "nobody knows what the disk has"
    assert ledger.counts() == {"done": 400 - came.doubted, "in_doubt": came.doubted}
    assert max(stage.world.sent().values()) == 1


@pytest.mark.parametrize(
    ("kind", "most"), [("unprotected", INTENT_GROUP_MAX), ("idempotent", INTENT_GROUP_PROTECTED_MAX)]
)
def test_a_power_loss_leaves_one_group_without_an_end_and_unprotected_groups_are_small(
    tmp_path: Path, kind: str, most: int
) -> None:
    stage = Stage(tmp_path).plan(mails(1_000))
    ledger, found = stage.open(), list[int]()
    stage.open = lambda: ledger  # type: ignore[method-assign]

    def look(name: str) -> None:
        if name == "after-intent-sync":
            found.append(sum(state in (s.INTENT, s.DISPATCHED) for state in ledger.states))

    stage.act(FakeActor(stage.world, kind, connections=3), fault=look)
    assert ledger.counts() == {"done": 1_000}
    assert max(found) == most


# --- stopping ---------------------------------------------------------------------------------------------


def test_a_run_that_is_asked_to_pause_takes_its_intents_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(500))
    came, ledger = stage.act(FakeActor(stage.world, connections=2, per_second=300), asked=lambda: "paused")
    assert came.ending.why == "paused"
    assert set(ledger.counts()) == {"planned", "done"}
    assert ledger.counts()["done"] == sum(stage.world.sent().values()) < 500
    stage.boot = "boot-2"
    came, ledger = stage.act(FakeActor(stage.world))
    assert (came.doubted, ledger.counts()) == (0, {"done": 500}), "a restart in between puts nothing in doubt"


def test_who_is_silent_while_a_run_stops_is_in_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    class Silent(FakeActor):
        async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
            if dispatch.item != "c00003":
                return await super().act(dispatch, commit)
            commit()
            self.world.send(dispatch)
            await asyncio.Event().wait()
            raise AssertionError

    monkeypatch.setattr("sopwb.app.acting.loop.ACT_DRAIN_S_MAX", 0.05)
    stage = Stage(tmp_path).plan(mails(10))
    came, ledger = stage.act(Silent(stage.world), asked=lambda: "cancelled")
    assert came.ending.why == "cancelled"
    assert ledger.counts() == {"done": 9, "in_doubt": 1}


@pytest.mark.parametrize("canary", [1, 7])
def test_a_canary_acts_for_its_items_and_pauses(tmp_path: Path, canary: int) -> None:
    stage = Stage(tmp_path).plan([effect(f"c{n}", step) for n in range(10) for step in (1, 2)])
    came, ledger = stage.act(FakeActor(stage.world), Wishes(canary=canary))
    assert came.ending.why == "canary"
    assert ledger.counts() == {"done": 2 * canary, "planned": 20 - 2 * canary}
    came, ledger = stage.act(FakeActor(stage.world))
    assert (came.ending.why, ledger.counts()) == ("", {"done": 20})


def test_a_canary_that_is_the_whole_run_is_not_paused(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(3))
    came, ledger = stage.act(FakeActor(stage.world), Wishes(canary=3))
    assert (came.ending.why, ledger.counts()) == ("", {"done": 3})


# --- a journal that is not the one that was left ------------------------------------------------------------


def test_a_copy_of_a_journal_is_held_until_somebody_has_looked(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(20))
    stage.act(FakeActor(stage.world), Wishes(canary=5))
    path = Path(stage.open().journal.path)
    copy = path.read_bytes()
    path.unlink()
    (path.parent / "other").write_bytes(b"in between, so that the number is another one")
    path.write_bytes(copy)
    came, ledger = stage.act(FakeActor(stage.world))
    assert "copy" in came.restored
    assert ledger.counts() == {"done": 5, "in_doubt": 15}
    came, ledger = stage.act(FakeActor(stage.world))
    assert (came.restored, ledger.counts()) == ("", {"done": 5, "in_doubt": 15}), "it stays held, and is settled once"


def test_an_older_copy_written_over_the_journal_is_held(tmp_path: Path) -> None:
    stage = Stage(tmp_path).plan(mails(20))
    stage.act(FakeActor(stage.world), Wishes(canary=5))
    ledger = stage.open()
    path = Path(ledger.journal.path)
    ledger.journal.close()
    copy = path.read_bytes()
    stage.act(FakeActor(stage.world), Wishes(canary=10))
    path.write_bytes(copy)
    came, ledger = stage.act(FakeActor(stage.world))
    assert "older" in came.restored
    assert ledger.counts() == {"done": 5, "in_doubt": 15}
    assert max(stage.world.sent().values()) == 1


def test_a_journal_that_is_replaced_while_a_run_acts_stops_it(tmp_path: Path) -> None:
    import os
    import shutil

    stage = Stage(tmp_path).plan(mails(200))
    replaced = False

    def replace(name: str) -> None:
        nonlocal replaced
        if name == "after-reply" and not replaced:
            replaced = True
            path = next((tmp_path / ".sopwb" / "runs").glob("*.journal"))
            shutil.copy(path, tmp_path / "copy")
            os.replace(tmp_path / "copy", path)

    came, _ = stage.act(FakeActor(stage.world), fault=replace)
    assert "replaced" in str(came.error)
    assert sum(stage.world.sent().values()) <= 64
