"""What a person does in the chat, from the first turn to a picked option."""

from __future__ import annotations

from textual.widgets import Markdown, OptionList

from sopwb.app import commands as c
from sopwb.tui.screens.main import MainScreen
from tests.tui.conftest import opened, press, settle, type_text
from tests.tui.fake import FIRST_TURN, SECOND_TURN, FakeBench, FakeTalk


def main_of(pilot) -> MainScreen:
    screen = pilot.app.screen_stack[-1]
    assert isinstance(screen, MainScreen)
    return screen


def replies(pilot) -> list[str]:
    return [markdown.source or "" for markdown in pilot.app.query(Markdown)]


async def say(pilot, text: str) -> None:
    await type_text(pilot, text)
    await press(pilot, "enter")


async def test_two_turns_make_a_draft_and_ask_a_question() -> None:
    bench = FakeBench(with_draft=False)
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        await say(pilot, FIRST_TURN)
        assert "check_churn_risk" in replies(pilot)[0]
        assert ("draft", "check_churn_risk") in main_of(pilot).scripts.tree_widget.views
        await say(pilot, SECOND_TURN)
        assert talk.heard == [FIRST_TURN, SECOND_TURN]
        assert main_of(pilot).chat.options == ("at risk, a dormant account", "not at risk")


async def asked(pilot) -> None:
    await say(pilot, "one")
    await say(pilot, "two")


async def test_a_number_and_enter_pick_an_option() -> None:
    bench = FakeBench()
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        await asked(pilot)
        await pilot.press("2")
        assert pilot.app.query_one("#options", OptionList).highlighted == 1, "it is marked before Enter"
        await press(pilot, "enter")
        assert talk.heard[-1] == "not at risk"
        assert main_of(pilot).chat.options == ()


async def test_a_number_that_is_no_option_is_said_as_it_is() -> None:
    bench = FakeBench()
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        await asked(pilot)
        await say(pilot, "60")
        assert talk.heard[-1] == "60"


async def test_the_arrows_mark_an_option_and_enter_alone_picks_none() -> None:
    bench = FakeBench()
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        await asked(pilot)
        await press(pilot, "enter")
        assert talk.heard[-1] == "two", "nothing is marked, nothing is picked"
        await press(pilot, "down", "enter")
        assert talk.heard[-1] == "at risk, a dormant account"


async def test_up_brings_back_what_was_said_and_down_goes_forward() -> None:
    async with opened(FakeBench()) as pilot:
        await say(pilot, "first")
        prompt = main_of(pilot).chat.prompt
        await pilot.press("up")
        assert prompt.text == "first"
        await pilot.press("down")
        assert prompt.text == ""


async def test_ctrl_j_begins_a_line_and_enter_sends_both() -> None:
    bench = FakeBench()
    talk = FakeTalk(bench)
    async with opened(bench, talk=talk) as pilot:
        await type_text(pilot, "one")
        await pilot.press("ctrl+j")
        await say(pilot, "two")
        assert talk.heard == ["one\ntwo"]


async def test_a_turn_that_breaks_is_said_and_the_chat_goes_on() -> None:
    class Broken(FakeTalk):
        def turn(self, text: str):
            if text == "break":
                raise ZeroDivisionError("by zero")
            return super().turn(text)

    bench = FakeBench()
    async with opened(bench, talk=Broken(bench)) as pilot:
        await say(pilot, "break")
        assert "SOP-V001" in replies(pilot)[0]
        await say(pilot, "hello")
        assert len(replies(pilot)) == 2


async def test_what_a_reply_says_is_no_markup() -> None:
    class Rude(FakeTalk):
        def turn(self, text: str):
            return super().turn(text).__class__("question", "[bold red]x[/] [@click=app.quit]y[/]", options=["[red]z"])

    bench = FakeBench()
    async with opened(bench, talk=Rude(bench)) as pilot:
        await say(pilot, "[bold]hi[/bold] [")
        assert main_of(pilot).chat.options == ("[red]z",)


async def test_a_run_of_the_dialogue_is_shown_in_the_trace() -> None:
    class Runs(FakeTalk):
        def turn(self, text: str):
            self.bench.do(c.RunScript("check_churn_risk", {"customer_id": "john_doe"}))
            return super().turn(text)

    bench = FakeBench()
    async with opened(bench, talk=Runs(bench)) as pilot:
        await say(pilot, "Run check_churn_risk for customer 'john_doe'. Show me the trace.")
        assert main_of(pilot).trace.trace.status == "succeeded"
        await press(pilot, "f4")
        assert main_of(pilot).trace.has_focus
        await settle(pilot)
