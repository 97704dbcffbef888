"""A person's folder of their own for every test, no colours switched off, and a way to wait for the desk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from sopwb.tui.app import WorkbenchApp
from tests.tui.fake import AS_OF, FakeBench, FakeTalk

Workbench = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path / "config" / "sopwb"


_CHARACTERS = {"space": " ", "question_mark": "?", "full_stop": "."}
_CALM_ROUNDS = 5
"""Rounds in which nothing is left to do: a message may open a screen, which mounts, which focuses, which draws."""


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until everything that was asked for is answered and drawn.

    ``pilot.pause()`` would wait for an idle processor, 20 ms a time and more on a busy machine; rounds of messages do.
    """
    app = pilot.app
    assert isinstance(app, WorkbenchApp)
    calm = 0
    for _ in range(4_000):
        await pilot.pause(0 if app.desk.quiet else 0.001)
        calm = calm + 1 if app.desk.quiet else 0
        if calm >= _CALM_ROUNDS:
            return
    raise AssertionError("the desk did not come to rest")


async def type_text(pilot: Pilot[Any], text: str) -> None:
    """Write a text into what has the focus: short ones key by key, long ones as a paste."""
    if len(text) > 12:
        pilot.app.post_message(events.Paste(text))
    else:
        for character in text:
            pilot.app.post_message(events.Key(_character_to_key(character), character))
    await pilot.pause(0)
    await settle(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, each after the one before was answered."""
    for key in keys:
        pilot.app.post_message(events.Key(key, _CHARACTERS.get(key, key if len(key) == 1 else None)))
        await settle(pilot)


@asynccontextmanager
async def opened(bench: FakeBench, size: tuple[int, int] = (80, 24), talk: Any = None) -> Any:
    """Open the workbench over a bench."""
    app = WorkbenchApp(bench, lambda: talk or FakeTalk(bench), AS_OF)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot
