"""Notices that nobody has read stand in the first line, and go when they were read."""

from __future__ import annotations

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.tui.screens.reading import ReadingScreen
from sopwb.tui.widgets.top_bar import TopBar
from tests.tui.conftest import opened, press, settle
from tests.tui.fake import FakeBench
from tests.tui.test_story_scripts import main_of
from tests.tui.test_visible import drawn


class Telling(FakeBench):
    """A bench with notices."""

    notices: tuple[o.NoticeRow, ...] = ()

    def do(self, command: c.Command, events: object = None) -> o.AnyOutput:
        if isinstance(command, c.ListNotices):
            return o.NoticeList(self.notices, len(self.notices))
        if isinstance(command, c.ReadNotices):
            read, self.notices = self.notices, ()
            return o.NoticeList(read, 0)
        return super().do(command, events)  # type: ignore[arg-type]


def notice(text: str) -> o.NoticeRow:
    return o.NoticeRow("failed/mail/x", "failed", text, "mail", "x", "", "x")


async def test_the_first_line_counts_unread_notices_and_says_the_newest() -> None:
    bench = Telling()
    bench.notices = (notice("one failed"), notice("two failed"))
    async with opened(bench, size=(120, 30)) as pilot:
        bar = main_of(pilot).query_one(TopBar)
        assert "2 notices, the last: two failed" in bar.render().plain
        bench.notices = ()
        main_of(pilot).act_refresh()
        await settle(pilot)
        assert "notices" not in bar.render().plain
        assert bench.name in bar.render().plain


async def test_f9_shows_the_notices_and_notes_that_they_were_read() -> None:
    bench = Telling()
    bench.notices = (notice("one failed"), notice("two failed"))
    async with opened(bench, size=(120, 30)) as pilot:
        bar = main_of(pilot).query_one(TopBar)
        assert "F9 2 notices" in bar.render().plain
        for words in ("two failed", "nothing new"):
            await press(pilot, "f9")
            assert isinstance(pilot.app.screen, ReadingScreen)
            assert pilot.app.screen.reading_title == "Notices"
            assert words in "".join(segment.text for segment in drawn(pilot))
            await press(pilot, "escape")
            assert "failed" not in bar.render().plain
