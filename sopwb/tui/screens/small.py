"""What is shown when the terminal is too small to work in: it says so and takes no key but leaving."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

COLUMNS_MIN: Final = 60
ROWS_MIN: Final = 15
"""Below this the panes cannot show a step and its value: changing something unseen would be a trap."""


class SmallScreen(ModalScreen[None]):
    """Says that the terminal is too small."""

    def compose(self) -> ComposeResult:
        yield Static("", id="small")

    def on_mount(self) -> None:
        self.say()

    def say(self) -> None:
        """Write the size that there is and the one that is needed."""
        size = self.app.size
        self.query_one("#small", Static).update(
            f"This terminal is {size.width}×{size.height}.\nThe workbench needs {COLUMNS_MIN}×{ROWS_MIN}.\n"
            "Keys do nothing until it is larger; ctrl+q leaves."
        )
