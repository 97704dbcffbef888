"""What the dialogue runs on the workbench's bench is seen by the trace, drafts too."""

from __future__ import annotations

import datetime as dt

from sopwb.app import commands as c
from sopwb.tui.watching import Watched
from tests.tui.conftest import opened, press, type_text
from tests.tui.fake import FakeBench, FakeTalk
from tests.tui.test_story_scripts import main_of


class Zoned(FakeBench):
    """A bench as the dialogue needs it."""

    zone = dt.UTC


class Runs(FakeTalk):
    """A dialogue that runs the draft when asked to, and only tries it out otherwise."""

    def turn(self, text: str):
        self.bench.do(c.RunScript("check_churn_risk", {"customer_id": "x"}, record=text == "run it", dry_run=True))
        return super().turn(text)


async def test_a_run_that_was_asked_for_is_shown_and_a_preview_is_not() -> None:
    bench = Zoned()
    seen = Watched(bench)
    async with opened(seen, talk=Runs(seen)) as pilot:
        for text, status in (("look at it", ""), ("run it", "succeeded")):
            await type_text(pilot, text)
            await press(pilot, "enter")
            assert main_of(pilot).trace.trace.status == status
    assert (seen.name, seen.zone, seen.zone_name) == (bench.name, bench.zone, bench.zone_name)
    assert not [command for command in bench.commands if isinstance(command, c.ListRuns)], "the store is not asked"
