"""The registry, the key map and the panes agree, and no key does two things at one place."""

from __future__ import annotations

import pytest

from sopwb.tui.actions import ACTIONS, BY_ID, FOOTER_KEYS_MAX, PANES, footer_of
from sopwb.tui.keys import clashes, key_words, keymap, types_text
from sopwb.tui.screens.main import MainScreen
from sopwb.tui.widgets.chat import Chat
from sopwb.tui.widgets.script_pane import ScriptPane
from sopwb.tui.widgets.script_tree import ScriptTree
from sopwb.tui.widgets.trace_view import TraceView

OWNERS = {"everywhere": MainScreen, "chat": Chat, "script": ScriptPane, "trace": TraceView}


def test_every_action_is_named_once_and_has_words() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert all(action.words and action.keys for action in ACTIONS)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_has_its_method(action) -> None:
    assert callable(getattr(OWNERS[action.pane], action.handler))


@pytest.mark.parametrize("pane", OWNERS)
def test_every_method_of_that_name_is_an_action(pane: str) -> None:
    methods = {name for name in vars(OWNERS[pane]) if name.startswith("act_")}
    assert methods == {action.handler for action in ACTIONS if action.pane == pane}


def test_no_key_does_two_things_at_one_place() -> None:
    assert clashes({action.id: action.keys for action in ACTIONS}) == []


def test_the_trees_own_keys_are_not_taken_by_actions() -> None:
    own = {key for binding in ScriptTree.BINDINGS for key in binding.key.split(",")}
    taken = {key for action in ACTIONS if action.pane in ("script", "everywhere") for key in action.keys}
    assert own & taken == set()


def test_keys_of_the_chat_write_no_text() -> None:
    assert [key for action in ACTIONS if action.pane == "chat" for key in action.keys if types_text(key)] == []


@pytest.mark.parametrize("pane", PANES)
def test_the_footer_shows_at_most_six_keys_with_help_and_leaving_among_them(pane) -> None:
    shown = [action.id for action in footer_of(pane)]
    assert len(shown) <= FOOTER_KEYS_MAX
    assert {"everywhere.help", "everywhere.quit"} <= set(shown)


@pytest.mark.parametrize(
    ("key", "words"),
    [("f2", "F2"), ("question_mark", "?"), ("ctrl+r", "ctrl+r"), ("enter", "Enter"), ("J", "J"), ("full_stop", ".")],
)
def test_keys_are_written_for_people(key: str, words: str) -> None:
    assert key_words(key) == words


def test_a_person_gives_an_action_another_key() -> None:
    keys, problems = keymap({"script.insert_after": ["o", "ctrl+o"], "trace.follow": "?"})
    assert keys.of(BY_ID["script.insert_after"]) == ("o", "ctrl+o")
    assert [p.code for p in problems] == ["SOP-V003"], "? is help everywhere"
    assert keys.of(BY_ID["trace.follow"]) == ("f",)


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"script.insert_after": "d"}, "SOP-V003"),
        ({"script.delete": "f2"}, "SOP-V003"),
        ({"chat.send": "x"}, "SOP-V003"),
        ({"everywhere.show_chat": "c"}, "SOP-V003"),
        ({"script.fly": "z"}, "SOP-V004"),
        ({"script.delete": "hyper+q"}, "SOP-V004"),
        ({"script.delete": 3}, "SOP-V004"),
    ],
)
def test_an_override_that_cannot_be_is_refused_and_the_key_stays(overrides: dict[str, object], code: str) -> None:
    keys, problems = keymap(overrides)
    assert [p.code for p in problems] == [code]
    assert keys == keymap()[0]


def test_two_actions_may_swap_keys_when_one_goes_first() -> None:
    keys, problems = keymap({"script.delete": "z", "script.wrap": "d"})
    assert problems == ()
    assert keys.of(BY_ID["script.wrap"]) == ("d",)
