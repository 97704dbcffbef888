"""A person's folder of their own for every test, no colours switched off, and a way to wait for the desk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from sopwb.tui.app import WorkbenchApp
from tests.tui.fake import AS_OF, FakeBench, FakeTalk

Workbench = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path / "config" / "sopwb"


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until everything that was asked for is answered and drawn."""
    app = pilot.app
    assert isinstance(app, WorkbenchApp)
    for _ in range(400):
        await pilot.pause(0.01)
        if app.desk.quiet:
            await pilot.pause()
            if app.desk.quiet:
                return
    raise AssertionError("the desk did not come to rest within four seconds")


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Write a text into what has the focus: short ones key by key, long ones as a paste, for a key costs 50 ms here."""
    if len(text) > 12:
        pilot.app.post_message(events.Paste(text))
        await pilot.pause()
        return
    names = {" ": "space", "'": "apostrophe", ">": "greater_than_sign", "=": "equals_sign", ".": "full_stop"}
    await pilot.press(*(names.get(c, c) for c in text))


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, each after the one before was answered."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


@asynccontextmanager
async def opened(bench: FakeBench, size: tuple[int, int] = (80, 24), talk: Any = None) -> Any:
    """Open the workbench over a bench."""
    app = WorkbenchApp(bench, lambda: talk or FakeTalk(bench), AS_OF)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot
