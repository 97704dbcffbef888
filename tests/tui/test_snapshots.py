"""Pictures of the screen at the sizes that people have, over answers that never change.

``pytest tests/tui/test_snapshots.py --snapshot-update`` draws them anew; the change is reviewed as a contract.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from sopwb.tui.app import WorkbenchApp
from tests.tui.conftest import press, settle, type_text
from tests.tui.fake import AS_OF, FIRST_TURN, SECOND_TURN, FakeBench, FakeTalk

SMALL, LARGE, WIDE = (80, 24), (120, 40), (200, 60)
Drive = Callable[[Pilot[Any]], Awaitable[None]]


async def chat(pilot: Pilot[Any]) -> None:
    for text in (FIRST_TURN, SECOND_TURN):
        await type_text(pilot, text)
        await press(pilot, "enter")
    await press(pilot, "down")


async def scripts(pilot: Pilot[Any]) -> None:
    await press(pilot, "f3", "right", "down", "down", "down")


async def trace(pilot: Pilot[Any]) -> None:
    await press(pilot, "f3", "r", "ctrl+s")


async def form(pilot: Pilot[Any]) -> None:
    await scripts(pilot)
    await press(pilot, "down", "enter", "end")
    await type_text(pilot, " > 'x'")
    await pilot.pause(0.15)
    await settle(pilot)


async def freezing(pilot: Pilot[Any]) -> None:
    await press(pilot, "f3", "F")


async def help_(pilot: Pilot[Any]) -> None:
    await press(pilot, "f3", "f1")


def slow(drive: Drive) -> Any:
    """Have a picture drawn in the heavy form of the suite only."""
    return pytest.param(drive, marks=pytest.mark.slow)


def name_of(drive: Drive) -> str:
    return drive.__name__


def draw(snap_compare: Any, drive: Drive, size: tuple[int, int], bench: FakeBench | None = None) -> bool:
    made = bench or FakeBench()
    app = WorkbenchApp(made, lambda: FakeTalk(made), AS_OF)

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await drive(pilot)
        await settle(pilot)
        for toast in app.screen.query("Toast"):
            await toast.remove()

    return bool(snap_compare(app, terminal_size=size, run_before=run_before))


@pytest.mark.parametrize("drive", [chat, scripts, trace, form, *map(slow, (freezing, help_))], ids=name_of)
def test_the_screen_at_80_by_24_is_as_it_was(snap_compare: Any, drive: Drive) -> None:
    assert draw(snap_compare, drive, SMALL)


@pytest.mark.parametrize("drive", [trace, *map(slow, (chat, form))], ids=name_of)
def test_the_screen_at_120_by_40_is_as_it_was(snap_compare: Any, drive: Drive) -> None:
    assert draw(snap_compare, drive, LARGE)


@pytest.mark.slow
def test_the_screen_at_200_by_60_is_as_it_was(snap_compare: Any) -> None:
    assert draw(snap_compare, trace, WIDE)


def test_without_colours_symbols_and_words_remain(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    bench = FakeBench()
    bench.script()["steps"][2]["cond"] = "size(ordrs) == 0"
    assert draw(snap_compare, scripts, SMALL, bench)


@pytest.mark.slow
def test_the_light_theme_is_as_it_was(snap_compare: Any, own_folder: Any) -> None:
    own_folder.mkdir(parents=True)
    (own_folder / "theme").write_text("sop-light\n")
    assert draw(snap_compare, trace, LARGE)
