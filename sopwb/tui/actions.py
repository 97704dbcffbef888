"""The action registry: everything that a key, the palette or a click can do, each named once.

An action is its id, its keys, the words that people read, the pane it belongs to and the name of the method that does
it
(``act_…`` on that pane's widget, or on the main screen for ``everywhere``). Bindings, footer, help and palette are all
made from this table, so they cannot disagree. Deliberately not here: what an action does, and any widget.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

Pane: TypeAlias = Literal["everywhere", "chat", "script", "trace"]
PANES: Final[tuple[Pane, ...]] = ("chat", "script", "trace")
FOOTER_KEYS_MAX: Final = 6
"""Keys in the footer: more are not read, and at 80 columns they would not fit with their words."""


class Action(msgspec.Struct, frozen=True):
    """One thing that can be done. ``footer`` ranks it there (0: not shown); ``brief`` is its word there."""

    id: str
    keys: tuple[str, ...]
    words: str
    handler: str
    brief: str = ""
    footer: int = 0

    @property
    def pane(self) -> Pane:
        pane = self.id.partition(".")[0]
        return pane if pane in PANES else "everywhere"


def _action(id_: str, keys: str, words: str, brief: str = "", footer: int = 0) -> Action:
    return Action(id_, tuple(keys.split()), words, "act_" + id_.partition(".")[2], brief, footer)


ACTIONS: Final[tuple[Action, ...]] = (
    _action("everywhere.show_chat", "f2", "go to the chat"),
    _action("everywhere.show_script", "f3", "go to the scripts"),
    _action("everywhere.show_trace", "f4", "go to the trace"),
    _action("everywhere.show_runs", "f5", "list the runs"),
    _action("everywhere.show_data", "f6", "list the data sources"),
    _action("everywhere.show_schedules", "f7", "list the schedules"),
    _action("everywhere.show_history", "f8", "show the store and the history of the script at hand"),
    _action("everywhere.show_notices", "f9", "read what schedules have to tell"),
    _action("everywhere.help", "f1 question_mark", "help for the pane at hand", "help", 90),
    _action("everywhere.palette", "ctrl+p", "find an action by its words", "find", 92),
    _action("everywhere.theme", "ctrl+t", "choose the colours"),
    _action("everywhere.refresh", "ctrl+l", "look at the workspace again"),
    _action("everywhere.suspend", "ctrl+z", "go back to the shell; fg returns"),
    _action("everywhere.quit", "ctrl+q", "leave", "quit", 91),
    _action("chat.send", "enter", "send what you wrote, or pick the option that is marked", "send", 1),
    _action("chat.newline", "ctrl+j", "begin a new line", "new line", 2),
    _action("chat.recall", "up", "bring back what you said before, or mark the option above", "recall", 3),
    _action("chat.forward", "down", "go forward again, or mark the option below"),
    _action("chat.complete", "tab", "complete a slash command with the marked word, or the first"),
    _action("chat.scroll_up", "pageup", "scroll the conversation up"),
    _action("chat.scroll_down", "pagedown", "scroll the conversation down"),
    _action("script.open", "enter", "open a script, or edit the step in a form", "edit", 1),
    _action("script.insert_after", "a", "insert a step after this one", "insert", 2),
    _action("script.insert_before", "i", "insert a step before this one"),
    _action("script.insert_inside", "A", "insert a step inside this one"),
    _action("script.insert_else", "e", "insert a step in the else of this if"),
    _action("script.wrap", "w", "wrap the step in an if"),
    _action("script.unwrap", "W", "take the steps out of this if"),
    _action("script.move_down", "J", "move the step down"),
    _action("script.move_up", "K", "move the step up"),
    _action("script.move_out", "H", "move the step out of its block"),
    _action("script.move_in", "L", "move the step into the block before it"),
    _action("script.extract", "x", "extract steps into a script of their own"),
    _action("script.delete", "d", "delete the step"),
    _action("script.copy", "y", "copy the step"),
    _action("script.paste", "p", "paste the copied step after this one"),
    _action("script.undo", "u", "undo the last change"),
    _action("script.redo", "ctrl+r", "redo what was undone"),
    _action("script.fix", "full_stop", "apply the fix that a diagnostic offers"),
    _action("script.run", "r", "run it, dry or for real", "run", 3),
    _action("script.freeze", "F", "freeze the draft", "freeze", 4),
    _action("script.examples", "t", "try its examples"),
    _action("script.diff", "D", "compare the draft with what is frozen"),
    _action("script.english", "v", "read the script in plain English"),
    _action("script.new", "n", "begin a new script"),
    _action("script.fork", "f", "fork the frozen script to a draft"),
    _action("script.rename", "R", "rename the script"),
    _action("script.signature", "s", "change parameters and result"),
    _action("script.drop", "X", "drop the draft"),
    _action("trace.detail", "enter", "show everything that this step did", "detail", 1),
    _action("trace.follow", "f", "follow the run, or stop following", "follow", 2),
    _action("trace.next_error", "e", "go to the next error", "next error", 3),
    _action("trace.view", "v", "change between the steps and every line"),
    _action("trace.rerun", "r", "run the same again, with other inputs if you like"),
)

BY_ID: Final[dict[str, Action]] = {action.id: action for action in ACTIONS}


def of_pane(pane: Pane) -> tuple[Action, ...]:
    """Give the actions of a pane, in the order of the table."""
    return tuple(action for action in ACTIONS if action.pane == pane)


def footer_of(pane: Pane) -> tuple[Action, ...]:
    """Give the actions that the footer shows while ``pane`` has the focus: at most ``FOOTER_KEYS_MAX``."""
    shown = [action for action in ACTIONS if action.footer and action.pane in (pane, "everywhere")]
    own = [action for action in sorted(shown, key=lambda a: a.footer) if action.pane == pane]
    rest = [action for action in sorted(shown, key=lambda a: a.footer) if action.pane == "everywhere"]
    return tuple(own[: FOOTER_KEYS_MAX - 2] + rest)[:FOOTER_KEYS_MAX]
