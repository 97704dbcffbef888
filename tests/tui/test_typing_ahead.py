"""Keys that come in one burst are taken in their order, whatever the screen is doing."""

from __future__ import annotations

from textual import events
from textual.keys import _character_to_key

from sopwb.app import commands as c
from tests.tui.conftest import opened, press, settle
from tests.tui.fake import FakeBench, FakeTalk
from tests.tui.test_story_chat import main_of


def burst(pilot, text: str, last: str) -> None:
    """Put keys into the queue as a terminal does when a person is faster than the screen."""
    for character in text:
        pilot.app.post_message(events.Key(_character_to_key(character), character))
    pilot.app.post_message(events.Key(last, None))


async def test_enter_sends_all_that_was_typed_before_it() -> None:
    bench = FakeBench()
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        burst(pilot, "where they have NO orders", "enter")
        await settle(pilot)
        assert talk.heard == ["where they have NO orders"]
        assert main_of(pilot).chat.prompt.text == ""


async def test_what_is_typed_after_enter_belongs_to_the_next_turn() -> None:
    bench = FakeBench()
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        burst(pilot, "first", "enter")
        burst(pilot, "second", "left")
        await settle(pilot)
        assert talk.heard == ["first"]
        assert main_of(pilot).chat.prompt.text == "second"


async def test_a_form_saves_all_that_was_typed_before_the_key() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, "f3", "r")
        burst(pilot, "a_customer_with_a_long_name", "ctrl+s")
        await settle(pilot)
        command = next(command for command in bench.commands if isinstance(command, c.RunScript))
        assert command.inputs == {"customer_id": "a_customer_with_a_long_name"}
