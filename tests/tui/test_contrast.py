"""Every text that is drawn, in every theme that is shipped, can be read on what it is drawn on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from rich.color import Color
from textual.pilot import Pilot

from sopwb.app.share import share_folder
from sopwb.tui.themes import DEFAULT, contrast, read_themes
from tests.tui.conftest import opened
from tests.tui.fake import FakeBench
from tests.tui.test_snapshots import chat, form, help_, name_of, scripts, slow, trace

THEMES = list(read_themes([share_folder("themes")])[0])
DRAWN_MIN = 4.0
"""Dimmed words lose a little of the 4.5 that the theme's own colours have."""
RULES = set("│─╭╮╰╯├└▔▌▎▏▐█▁▂▃▄▅▆▇▊▋▍▉┌┐┘ ")


def weakest(pilot: Pilot[Any]) -> tuple[float, str]:
    """Find the text that is hardest to read; below a dialog the screen is dimmed on purpose."""
    found = (99.0, "")
    dialogs = pilot.app.screen.query(".dialog")
    region = dialogs.first().region if dialogs else pilot.app.screen.region
    for strip in pilot.app.screen._compositor.render_strips()[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            style, text = segment.style, segment.text.strip()
            if style is None or style.color is None or style.bgcolor is None or not set(text) - RULES:
                continue
            ink, ground = hexed(style.color), hexed(style.bgcolor)
            found = min(found, (contrast(ink, ground), f"{text!r} {ink} on {ground}"))
    return found


def hexed(colour: Color) -> str:
    return colour.get_truecolor().hex


@pytest.mark.parametrize("drive", [form, *map(slow, (chat, scripts, trace, help_))], ids=name_of)
@pytest.mark.parametrize(
    "theme", [theme if theme == DEFAULT else pytest.param(theme, marks=pytest.mark.slow) for theme in THEMES]
)
async def test_what_is_drawn_can_be_read(
    theme: str, drive: Callable[[Pilot[Any]], Awaitable[None]], own_folder: Any
) -> None:
    own_folder.mkdir(parents=True)
    (own_folder / "theme").write_text(theme)
    bench = FakeBench()
    bench.script()["steps"][2]["cond"] = "size(ordrs) == 0"
    async with opened(bench, (120, 40)) as pilot:
        assert pilot.app.theme == theme
        await drive(pilot)
        ratio, what = weakest(pilot)
        assert ratio >= DRAWN_MIN, f"{ratio:.1f}: {what}"
