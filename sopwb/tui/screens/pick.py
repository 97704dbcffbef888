"""A list to pick one thing from: the op of a new step, a theme. A letter or number in front of an entry picks it at
once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static


class PickScreen(ModalScreen[str | None]):
    """Gives the id that was picked, or None. ``choices`` are (id, words); ``preview`` hears what is marked."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(
        self,
        title: str,
        choices: Sequence[tuple[str, str]],
        marked: str = "",
        preview: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.pick_title, self.choices, self.marked, self.preview = title, list(choices), marked, preview

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog pick"):
            yield Static(Text(self.pick_title), classes="title")
            yield OptionList(
                *[f"{n}  {words}" if n < 10 else f"   {words}" for n, (_, words) in enumerate(self.choices, 1)],
                compact=True,
                markup=False,
            )
            yield Static("Enter or a number picks · Esc cancels", classes="keys")

    def on_mount(self) -> None:
        ids = [id_ for id_, _ in self.choices]
        self.query_one(OptionList).highlighted = ids.index(self.marked) if self.marked in ids else 0

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal() and 1 <= int(event.character) <= min(9, len(self.choices)):
            event.stop()
            self.dismiss(self.choices[int(event.character) - 1][0])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self.preview is not None:
            self.preview(self.choices[event.option_index][0])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.choices[event.option_index][0])

    def action_cancel(self) -> None:
        self.dismiss(None)
