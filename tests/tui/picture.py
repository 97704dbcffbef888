"""Draws the picture of the README: the workbench after the founding conversation's first three turns.

    python -m tests.tui.picture docs/workbench.svg
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from sopwb.app.workbench import open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.cli.demo import TURNS
from sopwb.tui.app import WorkbenchApp
from sopwb.tui.watching import Watched
from tests.shop import AS_OF, shop


async def draw(path: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        bench = Watched(open_workbench(shop(Path(scratch)), AS_OF))
        app = WorkbenchApp(bench, lambda: Dialogue(bench, as_of=AS_OF), AS_OF)
        async with app.run_test(size=(150, 44)) as pilot:
            for text in TURNS[:3]:
                await pilot.press(*text, "enter")
                for _ in range(200):
                    await pilot.pause(0.02)
            path.write_text(app.export_screenshot(title="SOP Workbench"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
