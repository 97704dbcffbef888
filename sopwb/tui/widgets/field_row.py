"""A field of a form: its label and hint, where one writes, and what is wrong with it right under the characters it is
about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui.forms import Field


class Choice(Static, can_focus=True):
    """One of a few words: space and the arrows change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,right", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
    ]

    class Changed(Message):
        """Another word was chosen."""

    class Submitted(Message):
        """Enter was pressed."""

    def __init__(self, known: Sequence[str], value: str) -> None:
        super().__init__()
        self.known = tuple(known)
        self.value = value if value in self.known else self.known[0]

    def render(self) -> Text:
        return Text(f"‹ {self.value or 'not set'} ›" + ("" if len(self.known) > 1 else "  (nothing else here)"))

    def action_turn(self, by: int) -> None:
        self.value = self.known[(self.known.index(self.value) + by) % len(self.known)]
        self.refresh()
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.focus()
        self.action_turn(1)

    def key_enter(self) -> None:
        self.post_message(self.Submitted())


class FieldRow(Vertical):
    """A field with its label and its note."""

    def __init__(self, field: Field) -> None:
        super().__init__(classes="field")
        self.field = field
        self._found: list[Diagnostic] = []
        self.editor: Input | Choice
        if field.kind == "choice":
            self.editor = Choice(field.known, field.value)
        else:
            suggester = SuggestFromList(field.known) if field.known else None
            self.editor = Input(field.value, compact=True, select_on_focus=False, suggester=suggester)
            self.editor.cursor_blink = False

    def compose(self) -> ComposeResult:
        hint = self.field.hint or ", ".join(name for name in self.field.known if name)
        yield Static(
            Text.assemble(
                (self.field.label, "bold"), ("*" if self.field.needed else "", ""), (f"  {hint}" if hint else "", "")
            ),
            classes="label",
        )
        yield self.editor
        yield Static("", classes="problem")

    @property
    def value(self) -> str:
        return self.editor.value

    def focus_editor(self) -> None:
        self.editor.focus()

    def show(self, found: Sequence[Diagnostic]) -> None:
        """Show what is wrong, marked under the characters that it is about; nothing clears the note."""
        self._found = list(found)
        note = self.query_one(".problem", Static)
        note.update(Text("\n".join(_lines(self.value, self._found[0], self._scrolled()))) if found else "")
        note.set_class(bool(found), "-open")

    def fix(self) -> bool:
        """Apply the first fix that is offered. False where there is none."""
        found = next((d for d in self._found if d.fix is not None and d.span is not None), None)
        if found is None or found.fix is None or found.span is None or not isinstance(self.editor, Input):
            return False
        start, end = found.span
        self.editor.value = self.value[:start] + found.fix.text + self.value[end:]
        self.editor.cursor_position = start + len(found.fix.text)
        return True

    def _scrolled(self) -> int:
        return round(self.editor.scroll_offset.x) if isinstance(self.editor, Widget) else 0


def _lines(text: str, found: Diagnostic, scrolled: int) -> list[str]:
    words = f"✗ {found.code} {found.message}"
    if found.nearest:
        words += f"; did you mean {found.nearest}?"
    if found.hint:
        words += f" ({found.hint})"
    if found.fix is not None:
        words += f" [ctrl+f: {found.fix.label}]"
    if found.span is None or not text:
        return [words]
    start, end = found.span
    left = cell_len(text[:start]) - scrolled
    if left < 0:
        return [words]
    return [" " * left + "▔" * max(1, cell_len(text[start:end])), words]
