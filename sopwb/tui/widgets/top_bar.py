"""The first line: the three panes as tabs, and the workspace with its clock; notices that nobody has read
take its place, and what is going on takes both's."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from sopwb.tui.actions import BY_ID, PANES, Pane
from sopwb.tui.keys import Keymap

_TITLES: dict[Pane, str] = {"chat": "Chat", "script": "Scripts", "trace": "Trace"}


class TopBar(Static):
    """Shows where one is. Clicking a tab goes there."""

    def __init__(self, place: str, keys: Keymap) -> None:
        super().__init__(id="top-bar")
        self.place, self.keys = place, keys
        self.pane: Pane = "chat"
        self.busy = ""
        self.notices = ""

    def show(self, pane: Pane | None = None, busy: str | None = None, notices: str | None = None) -> None:
        """Change the marked tab, the words of what is going on, or those of the notices."""
        self.notices = self.notices if notices is None else notices
        self.pane = self.pane if pane is None else pane
        self.busy = self.busy if busy is None else busy
        self.refresh()

    def render(self) -> Text:
        variables = self.app.theme_variables
        text = Text(no_wrap=True, overflow="ellipsis")
        for pane in PANES:
            action = BY_ID[f"everywhere.show_{pane}"]
            here = pane == self.pane
            style = f"bold reverse {variables['primary']}" if here else variables["foreground"]
            label = Text(f" {self.keys.shown(action)} {_TITLES[pane]} ", style=style)
            label.apply_meta({"@click": f"screen.perform('{action.id}')"})
            text.append_text(label)
        key = self.keys.shown(BY_ID["everywhere.show_notices"])
        right = f"● {self.busy} … " if self.busy else f"{key} {self.notices} " if self.notices else f"{self.place} "
        gap = self.size.width - text.cell_len - len(right)
        if gap < 1:
            right, gap = right[: max(0, len(right) + gap - 1)], 1
        text.append(" " * gap)
        text.append(right, style=variables[self._tone()])
        return text

    def _tone(self) -> str:
        return "accent" if self.busy else "warning" if self.notices else "secondary"
