"""What a person does with slash commands in the chat: completing, sending, undoing; and extracting by a key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Markdown, OptionList

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.share import share_folder
from sopwb.app.workbench import Workbench, open_workbench
from sopwb.author.dialogue import Dialogue
from sopwb.tui.widgets.chat import Chat
from tests.tui.conftest import opened, press, type_text
from tests.tui.fake import AS_OF, FakeBench, FakeTalk
from tests.tui.test_real_workspace import CHURN
from tests.tui.test_story_scripts import NAME, TO_FIRST_STEP, main_of


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    folder = tmp_path / "shop"
    shutil.copytree(share_folder("sample_data"), folder)
    made = open_workbench(folder, AS_OF)
    yield made
    made.close()


def chat_of(pilot) -> Chat:
    chat = main_of(pilot).chat
    assert isinstance(chat, Chat)
    return chat


def offered(pilot) -> list[str]:
    picks = pilot.app.query_one("#completions", OptionList)
    shown = [str(picks.get_option_at_index(n).prompt).split()[0] for n in range(picks.option_count)]
    assert picks.has_class("-open") == bool(shown)
    return shown


def outline(bench: Workbench, name: str) -> list[str]:
    view = bench.do(c.ShowScript(name))
    assert isinstance(view, o.ScriptView)
    return [row.text for row in view.outline]


async def test_a_script_is_written_with_completion_and_its_last_step_is_undone(bench: Workbench) -> None:
    async with opened(bench, talk=Dialogue(bench, as_of=AS_OF)) as pilot:
        await type_text(pilot, "/ne")
        assert offered(pilot) == ["/new"]
        await press(pilot, "tab")
        assert chat_of(pilot).prompt.text == "/new "
        await type_text(pilot, "spent(customer_id: string) -> decimal")
        await press(pilot, "enter")
        assert offered(pilot) == []
        await type_text(pilot, "/step fetch ")
        assert offered(pilot) == ["customers", "orders"]
        await press(pilot, "down", "down", "enter")
        assert chat_of(pilot).prompt.text == "/step fetch orders", "Enter takes what is marked and sends nothing"
        await type_text(pilot, " where cu")
        assert offered(pilot) == ["customer_id"]
        await press(pilot, "tab")
        await type_text(pilot, " = customer_id")
        await press(pilot, "enter")
        await type_text(pilot, "/return orders.sum(o, o.total)")
        await press(pilot, "enter")
        assert outline(bench, "spent") == [
            "orders = fetch orders where it.customer_id == customer_id", "return orders.sum(o, o.total)",
        ]  # fmt: skip
        assert ("draft", "spent") in main_of(pilot).scripts.tree_widget.views
        await type_text(pilot, "/delete ")
        assert offered(pilot) == ["s1", "s2"], "the steps of the draft that the chat has open"
        await type_text(pilot, "s2")
        await press(pilot, "enter")
        assert len(outline(bench, "spent")) == 1
        await type_text(pilot, "/undo")
        await press(pilot, "enter")
        assert len(outline(bench, "spent")) == 2
        said = [markdown.source or "" for markdown in pilot.app.query(Markdown)][-1]
        assert "+ s2: step added: return orders.sum(o, o.total)" in said


async def test_a_dry_run_by_a_command_fills_the_trace(bench: Workbench) -> None:
    from sopwb.tui.watching import Watched

    bench.do(c.SaveDraft(NAME, CHURN))
    seen = Watched(bench)
    async with opened(seen, talk=Dialogue(seen, as_of=AS_OF)) as pilot:
        await type_text(pilot, f"/run {NAME} customer_id=john_doe")
        await press(pilot, "enter")
        assert main_of(pilot).trace.trace.status == "succeeded"


async def test_what_is_no_command_offers_nothing_and_tab_goes_on(bench: Workbench) -> None:
    async with opened(bench, (120, 40), FakeTalk(FakeBench())) as pilot:
        await type_text(pilot, "create / make")
        assert offered(pilot) == []
        await press(pilot, "tab")
        assert not chat_of(pilot).prompt.has_focus


async def test_a_command_that_is_brought_back_is_whole(bench: Workbench) -> None:
    async with opened(bench, talk=Dialogue(bench, as_of=AS_OF)) as pilot:
        for text in ("/list", "/he"):
            await type_text(pilot, text)
            await press(pilot, "enter")
        await press(pilot, "up")
        assert (chat_of(pilot).prompt.text, offered(pilot)) == ("/he", [])
        await press(pilot, "up")
        assert chat_of(pilot).prompt.text == "/list"


async def test_an_option_of_an_author_is_never_a_command(bench: Workbench) -> None:
    heard: list[str] = []

    class Sly(FakeTalk):
        def turn(self, text: str):
            heard.append(text)
            return super().turn(text).__class__("question", "Which?", options=["/drop check_churn_risk"])

    bench.do(c.SaveDraft(NAME, CHURN))
    dialogue = Dialogue(bench, as_of=AS_OF, author=Sly(FakeBench()))
    async with opened(bench, talk=dialogue) as pilot:
        await type_text(pilot, "one")
        await press(pilot, "enter", "1", "enter")
        assert heard == ["one", "/drop check_churn_risk"], "the author hears what it offered"
        assert outline(bench, NAME)


async def test_a_key_extracts_steps_into_a_draft_of_their_own(bench: Workbench) -> None:
    bench.do(c.SaveDraft(NAME, CHURN))
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        await press(pilot, *TO_FIRST_STEP, "down", "x")
        await type_text(pilot, "orders_of")
        await press(pilot, "ctrl+s")
        assert outline(bench, NAME)[1] == "orders = orders_of(customer: customer)"
        assert outline(bench, "orders_of")[-1] == "return orders"
        assert ("draft", "orders_of") in main_of(pilot).scripts.tree_widget.views


async def test_extracting_more_steps_than_there_are_is_said_in_the_form(bench: Workbench) -> None:
    bench.do(c.SaveDraft(NAME, CHURN))
    async with opened(bench, talk=FakeTalk(FakeBench())) as pilot:
        before = outline(bench, NAME)
        await press(pilot, *TO_FIRST_STEP, "x")
        await type_text(pilot, "part")
        await press(pilot, "down", "9", "9", "ctrl+s")
        assert outline(bench, NAME) == before
