"""The founding conversation in the workbench, with the real author on the sample's data."""

from __future__ import annotations

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.workbench import Workbench
from sopwb.author.dialogue import Dialogue
from sopwb.tui.watching import Watched
from tests.tui.conftest import opened, press, type_text
from tests.tui.fake import AS_OF
from tests.tui.test_real_workspace import NAME, bench
from tests.tui.test_story_scripts import here, main_of
from tests.tui.test_tmux import FIRST, SECOND

__all__ = ["bench"]
THIRD = "Run check_churn_risk for customer 'john_doe'. Show me the trace."


async def say(pilot, text: str) -> None:
    await type_text(pilot, text)
    await press(pilot, "enter")


async def test_said_dry_run_traced_and_frozen(bench: Workbench) -> None:
    bench.do(c.DropDraft(NAME))
    seen = Watched(bench)
    async with opened(seen, talk=Dialogue(seen, as_of=AS_OF)) as pilot:
        await say(pilot, FIRST)
        await say(pilot, SECOND)
        assert (here(pilot).owner, here(pilot).name) == ("draft", NAME), "the tree is at what was spoken of"
        assert main_of(pilot).scripts.tree_widget.views[("draft", NAME)].checks
        await say(pilot, THIRD)
        trace = main_of(pilot).trace.trace
        assert trace.status == "succeeded"
        assert any("is_risk = true" in row.text for row in trace.rows)
        assert "not reached" in {row.state for row in trace.rows}
        await press(pilot, "f3", "F", "enter")
        rows = bench.do(c.ListScripts())
        assert isinstance(rows, o.ScriptList)
        assert [(row.name, row.state) for row in rows.rows] == [(NAME, "frozen")]
        assert here(pilot).owner == "frozen"
