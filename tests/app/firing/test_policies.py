"""Missed × overlap × paused as a state machine: a model of a dozen lines says what becomes of every slot.

Every slot ends run, skipped with a reason, or failed with a notice.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sopwb.app.commands import BackfillSchedule, PauseSchedule, ResumeSchedule
from sopwb.app.firing.judging import EDITED, MISSED, OVERLAP, PAUSED, TOO_MANY
from sopwb.kernel.limits import SLOT_LATE_S_MAX, SLOTS_CAUGHT_UP_MAX
from sopwb.run.acting import Rejected, Reply
from tests.app.firing.world import Clock, Shop

SLOT = dt.timedelta(minutes=10)
REASONS = {EDITED, MISSED, OVERLAP, PAUSED, TOO_MANY}
LATE = dt.timedelta(seconds=SLOT_LATE_S_MAX)


class Policies(RuleBasedStateMachine):
    """A job on the grid of ten minutes that may take time and fail; the model keeps {due: done, failed or skipped}."""

    @initialize(missed=st.sampled_from(["none", "latest", "all"]), overlap=st.sampled_from(["skip", "queue"]))
    def begin(self, missed: str, overlap: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sopwb-policies-"))
        self.clock = Clock("2026-11-23T08:00:30+00:00")
        self.take, self.rejects = dt.timedelta(), False
        self.shop = Shop(self.folder / "shop", self.clock, behave=self.works)
        self.shop.schedule("every 10 minutes", missed=missed, overlap=overlap)
        self.missed, self.overlap, self.paused = missed, overlap, False
        self.model: dict[dt.datetime, str] = {}
        self.decided = self.clock.now
        self.work: tuple[dt.datetime, dt.datetime] | None = None
        self.failing, self.recovered = False, set[dt.datetime]()

    def works(self, _: object) -> Reply | None:
        self.clock.now += self.take
        rejects, self.take, self.rejects = self.rejects, dt.timedelta(), False
        return Rejected("550", "no such mailbox") if rejects else None

    @rule(minutes=st.sampled_from([0, 1, 2, 3, 9, 10, 25, 60, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule(minutes=st.sampled_from([0, 0, 15, 45]), rejects=st.booleans())
    def round(self, minutes: int, rejects: bool) -> None:
        """The first run of the round takes some minutes, and may fail."""
        self.take, self.rejects, now = dt.timedelta(minutes=minutes), rejects, self.clock.now
        dues = self.dues(self.decided, now)
        plan = self.planned(dues, now)
        self.shop.round()
        self.decided = dues[-1] if dues else self.decided
        ran = [due for due, state in plan.items() if state == "done"]
        if ran and rejects:
            plan[ran[0]] = "failed"
        self.ran(plan)
        if ran:
            # Only the last run of a round is remembered; the first one took the time.
            began = now if len(ran) == 1 else self.clock.now
            self.work = (began, self.clock.now)
        self.take, self.rejects = dt.timedelta(), False

    def ran(self, came: dict[dt.datetime, str]) -> None:
        """Slots came to something, in this order: a success after a failure is a recovery."""
        self.model |= came
        for due, state in came.items():
            if state == "done" and self.failing:
                self.recovered.add(due)
            self.failing = state == "failed" if state != "skipped" else self.failing

    def planned(self, dues: list[dt.datetime], now: dt.datetime) -> dict[dt.datetime, str]:
        dues = [due for due in dues if due not in self.model]
        if self.paused:
            return dict.fromkeys(dues, "skipped")
        during = [due for due in dues if self.work and self.work[0] <= due < self.work[1]]
        others = [due for due in dues if due not in during]
        fresh = [due for due in others if now - due <= LATE]
        late = [due for due in others if now - due > LATE]
        again = {"all": late, "latest": [] if fresh else late[-1:], "none": []}[self.missed]
        caught = sorted([*again, *(during if self.overlap == "queue" else [])])[-SLOTS_CAUGHT_UP_MAX:]
        return {due: "done" if due in fresh or due in caught else "skipped" for due in dues}

    def dues(self, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        due = after.replace(minute=after.minute // 10 * 10, second=0) + SLOT
        found = []
        while due <= until:
            found.append(due)
            due += SLOT
        return found

    @precondition(lambda self: not self.paused)
    @rule()
    def pause(self) -> None:
        self.change("skipped")
        self.shop.do(PauseSchedule("mail"))
        self.paused = True

    @rule()
    def resume(self) -> None:
        self.change("skipped")
        self.shop.do(ResumeSchedule("mail"))
        self.paused = False

    def change(self, state: str) -> None:
        dues = self.dues(self.decided, self.clock.now)
        self.model |= {due: state for due in dues if due not in self.model}
        self.decided = self.clock.now

    @rule(hours=st.integers(1, 3))
    def backfill(self, hours: int) -> None:
        start = self.clock.now - dt.timedelta(hours=hours)
        self.shop.do(BackfillSchedule("mail", start.isoformat()))
        dues = [due for due in self.dues(start - SLOT, self.clock.now) if due >= start]
        wanted = [due for due in dues if self.model.get(due) not in ("done", "failed")]
        self.ran(dict.fromkeys(wanted, "done"))
        if wanted:
            self.work = (self.clock.now, self.clock.now)

    @invariant()
    def every_slot_is_as_the_model_says_with_its_reason_or_notice_and_ran_once_at_most(self) -> None:
        if not hasattr(self, "shop"):
            return
        slots = {dt.datetime.fromisoformat(due): slot for due, slot in self.shop.slots().items()}
        assert {due: slot.state for due, slot in slots.items()} == self.model
        assert {slot.reason for slot in slots.values() if slot.state == "skipped"} <= REASONS
        assert self.told("failed") == {due for due, state in self.model.items() if state == "failed"}
        assert self.told("recovered") == self.recovered
        skipped = {MISSED: "missed", TOO_MANY: "missed", OVERLAP: "overlap"}
        for due, slot in slots.items():
            if slot.reason in skipped:
                assert any(first <= due for first in self.told(skipped[slot.reason])), "it was told, in its group"
        ran = {due for due, state in self.model.items() if state == "done"}
        assert {dt.datetime.fromisoformat(body) for body in self.shop.mails()} == ran
        assert self.shop.mails().total() == len(ran)

    def told(self, kind: str) -> set[dt.datetime]:
        return {dt.datetime.fromisoformat(n.split("/")[2]) for n in self.shop.notices() if n.startswith(f"{kind}/")}

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self.shop.bench.close()
            shutil.rmtree(self.folder)


Policies.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestPolicies = Policies.TestCase
