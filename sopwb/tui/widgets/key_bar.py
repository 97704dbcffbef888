"""The last line: at most six keys, those of the pane at hand first. Clicking one does it."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from sopwb.tui.actions import Action, Pane, footer_of
from sopwb.tui.keys import Keymap


class KeyBar(Static):
    """Shows the keys of a pane."""

    def __init__(self, keys: Keymap) -> None:
        super().__init__(id="key-bar")
        self.keys = keys
        self.pane: Pane = "chat"

    def show(self, pane: Pane) -> None:
        self.pane = pane
        self.refresh()

    def _that_fit(self) -> tuple[Action, ...]:
        """Leave the pane's last keys out where the line is short: help and leaving are always there."""
        actions = list(footer_of(self.pane))
        while sum(len(self.keys.shown(a)) + len(a.brief or a.words) + 3 for a in actions) > self.size.width > 0:
            last = next((a for a in reversed(actions) if a.pane == self.pane), None)
            if last is None:
                break
            actions.remove(last)
        return tuple(actions)

    def render(self) -> Text:
        variables = self.app.theme_variables
        text = Text(no_wrap=True, overflow="ellipsis")
        for action in self._that_fit():
            part = Text.assemble(
                " ",
                (self.keys.shown(action), f"bold {variables['accent']}"),
                " ",
                (action.brief or action.words, variables["foreground"]),
                " ",
            )
            part.apply_meta({"@click": f"screen.perform('{action.id}')"})
            text.append_text(part)
        return text
