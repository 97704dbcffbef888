"""What a person does with scripts by keyboard: edit, undo, run, freeze."""

from __future__ import annotations

import asyncio
import threading

from textual.widgets import Input

from sopwb.app import commands as c
from sopwb.tui.screens.form import CHECK_DELAY_S, FormScreen, StepForm
from sopwb.tui.screens.main import MainScreen
from sopwb.tui.screens.pick import PickScreen
from sopwb.tui.screens.reading import AskScreen, ReadingScreen
from sopwb.tui.screens.small import SmallScreen
from sopwb.tui.widgets.field_row import FieldRow
from tests.tui.conftest import opened, press, settle, type_text
from tests.tui.fake import FakeBench

NAME = "check_churn_risk"
TO_FIRST_STEP = ("f3", "right", "down", "down")
"""Open the first draft, past its signature to its first step."""


def main_of(pilot) -> MainScreen:
    screen = next(s for s in pilot.app.screen_stack if isinstance(s, MainScreen))
    assert isinstance(screen, MainScreen)
    return screen


def here(pilot):
    return main_of(pilot).scripts.tree_widget.here


def row(pilot, key: str) -> FieldRow:
    return next(r for r in pilot.app.screen.query(FieldRow) if r.field.key == key)


async def write(pilot, key: str, text: str) -> None:
    editor = row(pilot, key).editor
    assert isinstance(editor, Input)
    editor.focus()
    editor.value = ""
    await settle(pilot)
    await type_text(pilot, text)


async def checked(pilot) -> None:
    await asyncio.sleep(CHECK_DELAY_S + 0.05)
    await settle(pilot)


async def test_the_tree_opens_into_steps() -> None:
    async with opened(FakeBench()) as pilot:
        await press(pilot, *TO_FIRST_STEP)
        assert (here(pilot).kind, here(pilot).path) == ("step", "steps/0")


async def test_a_step_is_inserted_by_its_form() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP, "a")
        assert isinstance(pilot.app.screen, PickScreen)
        await press(pilot, "2")
        assert isinstance(pilot.app.screen, StepForm)
        await write(pilot, "name", "fifty")
        await write(pilot, "expr", "50")
        await press(pilot, "ctrl+s")
        assert bench.script()["steps"][1]["name"] == "fifty"
        assert here(pilot).path == "steps/1", "the cursor is on the new step"
        assert bench.commands[-1].base == "1", "it says which revision it was made from"


async def test_a_form_shows_the_error_under_the_caret_while_typing() -> None:
    async with opened(FakeBench()) as pilot:
        await press(pilot, *TO_FIRST_STEP, "down", "enter")
        await write(pilot, "where", "it.customer_idd = customer.id")
        await checked(pilot)
        note = row(pilot, "where").query_one(".problem")
        assert note.display
        assert "▔" in str(note.render())
        await write(pilot, "where", "it.customer_id == customer.id")
        await checked(pilot)
        assert not row(pilot, "where").query_one(".problem").display


async def test_escape_leaves_the_step_as_it_was() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP, "enter")
        await type_text(pilot, "zzz")
        await press(pilot, "escape")
        assert len(bench.drafts[NAME]) == 1


async def test_renaming_a_step_takes_its_uses_along() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP, "down", "enter")
        await write(pilot, "name", "purchases")
        await press(pilot, "ctrl+s")
        assert bench.script()["steps"][2]["cond"] == "size(purchases) == 0"


async def test_delete_undo_and_redo() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        before = bench.ops()
        await press(pilot, *TO_FIRST_STEP, "d")
        assert bench.ops() == before[1:]
        await press(pilot, "u")
        assert bench.ops() == before
        await press(pilot, "ctrl+r")
        assert bench.ops() == before[1:]
        assert here(pilot).path == "steps/0"


async def test_keys_that_come_fast_each_meet_the_draft_as_it_then_is() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP)
        await pilot.press("J", "J", "K", "d", "u")
        await settle(pilot)
        assert [s.get("name") for s in bench.script()["steps"][:2]] == ["orders", "customer"]
        assert [cmd.base for cmd in bench.commands if isinstance(cmd, c.ApplyEdits)] == ["1", "2", "3", "4"]


async def test_move_copy_paste_wrap_and_unwrap() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP, "J", "y", "p")
        assert [s.get("name") for s in bench.script()["steps"][:3]] == ["orders", "customer", "customer_2"]
        await press(pilot, "w")
        await type_text(pilot, "true")
        await press(pilot, "ctrl+s")
        assert bench.ops()[2] == "if"
        await press(pilot, "W")
        assert bench.ops()[2] == "fetch"
        await press(pilot, "u", "u", "u", "u")
        assert bench.ops() == FakeBench().ops()


async def test_a_diagnostic_stands_on_its_step_in_words_and_a_key_applies_its_fix() -> None:
    bench = FakeBench()
    bench.script()["steps"][2]["cond"] = "size(ordrs) == 0"
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP, "down", "down", "down")
        place = here(pilot)
        assert place.kind == "problem"
        assert "orders" in place.text
        await press(pilot, "full_stop")
        assert bench.script()["steps"][2]["cond"] == "size(orders) == 0"


async def test_a_draft_that_does_not_check_is_not_frozen() -> None:
    bench = FakeBench()
    bench.script()["steps"][2]["cond"] = "size(ordrs) == 0"
    async with opened(bench) as pilot:
        await press(pilot, "f3", "F")
        assert isinstance(pilot.app.screen, MainScreen)
        assert bench.frozen == {}


async def test_freezing_shows_the_english_and_the_tree_then_has_it_frozen() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, "f3", "F")
        assert isinstance(pilot.app.screen, AskScreen)
        await press(pilot, "enter")
        assert list(bench.frozen) == [NAME]
        assert here(pilot).owner == "frozen"


async def test_escape_freezes_nothing() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, "f3", "F", "escape")
        assert bench.frozen == {}


async def test_a_frozen_script_is_not_changed_by_any_key() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, "f3", "F", "enter", "right", "down", "down")
        count = len(bench.commands)
        for key in (
            "d",
            "a",
            "i",
            "J",
            "K",
            "H",
            "L",
            "w",
            "W",
            "p",
            "u",
            "ctrl+r",
            "F",
            "s",
            "X",
            "full_stop",
            "enter",
        ):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, MainScreen), key
        assert bench.commands[count:] == []


async def test_a_dry_run_asks_for_its_parameters_and_lights_the_trace() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, "f3", "r")
        assert isinstance(pilot.app.screen, FormScreen)
        await type_text(pilot, "john_doe")
        await press(pilot, "ctrl+s")
        command = next(cmd for cmd in bench.commands if isinstance(cmd, c.RunScript))
        assert (command.inputs, command.dry_run, command.draft) == ({"customer_id": "john_doe"}, True, True)
        trace = main_of(pilot).trace
        assert trace.trace.status == "succeeded"
        assert trace.has_focus
        await press(pilot, "f3", "r")
        assert row(pilot, "in/customer_id").value == "john_doe", "what was used is remembered"


async def test_lines_come_in_while_the_run_goes_and_the_screen_does_not_wait() -> None:
    gate = threading.Semaphore(0)
    bench = FakeBench(hold=lambda: gate.acquire(timeout=5))
    async with opened(bench) as pilot:
        await press(pilot, "f3", "r")
        await type_text(pilot, "x")
        await pilot.press("ctrl+s")
        trace = main_of(pilot).trace
        for done in range(6):
            for _ in range(100):
                await pilot.pause(0.01)
                if len(trace.trace.lines) == done + 1:
                    break
            assert len(trace.trace.lines) == done + 1
            assert trace.trace.status == "running"
            gate.release()
        await settle(pilot)
        assert trace.trace.status == "succeeded"


async def test_enter_on_a_trace_row_shows_all_that_it_said() -> None:
    async with opened(FakeBench()) as pilot:
        await press(pilot, "f3", "r", "ctrl+s", "f4", "enter")
        assert isinstance(pilot.app.screen, ReadingScreen)
        assert "John Doe" in str(pilot.app.screen.body)


async def test_a_terminal_that_is_too_small_says_so_and_takes_no_changing_key() -> None:
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP)
        await pilot.resize_terminal(59, 24)
        await settle(pilot)
        assert isinstance(pilot.app.screen, SmallScreen)
        await press(pilot, "d", "J", "F", "enter", "f2")
        assert len(bench.drafts[NAME]) == 1
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        await press(pilot, "d")
        assert len(bench.drafts[NAME]) == 2


async def test_as_many_panes_are_seen_as_fit() -> None:
    async with opened(FakeBench()) as pilot:
        main = main_of(pilot)
        for size, seen in (((80, 24), 1), ((120, 40), 3), ((200, 60), 3), ((60, 15), 1)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert sum(main.query_one(f"#{pane}").display for pane in ("chat", "script", "trace")) == seen, size


async def test_help_lists_the_keys_of_the_pane_at_hand() -> None:
    async with opened(FakeBench()) as pilot:
        await press(pilot, "f3", "question_mark")
        assert isinstance(pilot.app.screen, ReadingScreen)
        await press(pilot, "escape", "f2", "question_mark")
        assert main_of(pilot).chat.prompt.text == "?", "in the chat it is text"
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, ReadingScreen)


async def test_the_palette_does_an_action_by_its_words() -> None:
    async with opened(FakeBench()) as pilot:
        await press(pilot, "ctrl+p")
        await type_text(pilot, "go to the trace")
        await asyncio.sleep(0.3)
        await press(pilot, "enter")
        await asyncio.sleep(0.1)
        await settle(pilot)
        assert main_of(pilot).pane == "trace"


async def test_a_theme_is_seen_while_it_is_marked_and_kept_when_picked(own_folder) -> None:
    async with opened(FakeBench()) as pilot:
        before = pilot.app.theme
        await press(pilot, "ctrl+t", "down")
        assert pilot.app.theme != before
        await press(pilot, "escape")
        assert pilot.app.theme == before
        await press(pilot, "ctrl+t", "down", "enter")
        chosen = pilot.app.theme
        assert chosen != before
        assert (own_folder / "theme").read_text().strip() == chosen


async def test_a_key_of_the_persons_own_works(own_folder) -> None:
    own_folder.mkdir(parents=True)
    (own_folder / "keys.toml").write_text('[keys]\n"script.delete" = "z"\n')
    bench = FakeBench()
    async with opened(bench) as pilot:
        await press(pilot, *TO_FIRST_STEP, "d")
        assert len(bench.drafts[NAME]) == 1
        await press(pilot, "z")
        assert len(bench.drafts[NAME]) == 2


async def test_ctrl_q_leaves_with_zero() -> None:
    async with opened(FakeBench()) as pilot:
        await pilot.press("ctrl+q")
    assert pilot.app.return_value == 0


async def test_leaving_while_a_run_goes_is_asked_first() -> None:
    gate = threading.Event()
    bench = FakeBench(hold=lambda: gate.wait(5))
    async with opened(bench) as pilot:
        await press(pilot, "f3", "r")
        await pilot.press("ctrl+s")
        await pilot.pause(0.1)
        await pilot.press("ctrl+q")
        assert isinstance(pilot.app.screen, AskScreen)
        await pilot.press("escape")
        gate.set()
        await settle(pilot)
        assert main_of(pilot).trace.trace.status == "succeeded"
