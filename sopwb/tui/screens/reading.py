"""Something to read above the main screen: help, a script in English, a difference, lists. And a question with yes
and no.

Deliberately not here: what it says (``present``).
"""

from __future__ import annotations

from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static


class ReadingScreen(ModalScreen[None]):
    """Shows text that scrolls. Esc, q or Enter closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", show=False)]

    def __init__(self, title: str, body: RenderableType) -> None:
        super().__init__()
        self.reading_title, self.body = title, body

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog reading"):
            yield Static(Text(self.reading_title), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(self.body)
            yield Static("↑ ↓ PgUp PgDn scroll · Esc closes", classes="keys")

    def on_mount(self) -> None:
        self.query_one(".body").focus()

    def action_close(self) -> None:
        self.dismiss(None)


class AskScreen(ModalScreen[str]):
    """Asks something; gives the key of the answer, "" when left. ``answers`` are (key, words)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "answer('')", show=False)]

    def __init__(self, title: str, body: RenderableType, answers: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.ask_title, self.body, self.answers = title, body, answers
        for key, _ in answers:
            self._bindings.bind(key, f"answer('{key}')", show=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog reading"):
            yield Static(Text(self.ask_title), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(self.body)
            keys = " · ".join(f"{'Enter' if key == 'enter' else key} {words}" for key, words in self.answers)
            yield Static(Text(f"{keys} · Esc not now"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(".body").focus()

    def action_answer(self, key: str) -> None:
        self.dismiss(key)
