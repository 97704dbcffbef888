"""Forms above the main screen: fields with their notes, Esc cancels, ctrl+s saves, Enter goes on to the next field.

``FormScreen`` is any form; ``StepForm`` tries the step that is being written while one types, and shows what is wrong
with it. Gives the texts by field key, or None when cancelled. Deliberately not here: what fields there are (``forms``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui.desk import Desk
from sopwb.tui.forms import Field, by_field, fields_of, step_from
from sopwb.tui.messages import Checked
from sopwb.tui.vocabulary import Vocabulary
from sopwb.tui.widgets.field_row import Choice, FieldRow

CHECK_DELAY_S: Final = 0.1
"""Typing rests this long before the step is tried: below what a person notices, above the gap between two keys."""

Values = dict[str, str]
Edits = list[dict[str, Any]]


class FormScreen(ModalScreen[Values | None]):
    """A form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False, priority=True),
        Binding("ctrl+s", "save", "Save", show=False, priority=True),
        Binding("ctrl+f", "fix", "Apply the fix", show=False, priority=True),
        Binding("down", "go(1)", show=False),
        Binding("up", "go(-1)", show=False),
    ]
    KEYS: ClassVar[str] = "Enter next · ctrl+s {does} · Esc cancels"

    def __init__(self, title: str, fields: Sequence[Field], note: str = "", does: str = "saves") -> None:
        super().__init__()
        self.form_title, self.fields, self.note, self.does = title, list(fields), note, does

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form"):
            yield Static(Text(self.form_title), classes="title")
            with VerticalScroll(can_focus=False, classes="fields"):
                yield from (FieldRow(field) for field in self.fields)
                yield Static(Text(self.note), classes="whole")
            yield Static(self.KEYS.format(does=self.does), classes="keys")

    def on_mount(self) -> None:
        rows = self._rows()
        if rows:
            rows[0].focus_editor()

    def values(self) -> Values:
        """Give the texts as they stand."""
        return {row.field.key: row.value for row in self._rows()}

    def _rows(self) -> list[FieldRow]:
        return list(self.query(FieldRow))

    def _at(self) -> int:
        return next((n for n, row in enumerate(self._rows()) if row.editor is self.focused), 0)

    def action_go(self, by: int) -> None:
        rows = self._rows()
        if rows:
            rows[(self._at() + by) % len(rows)].focus_editor()

    def action_cancel(self) -> None:
        self.dismiss(None)

    def action_save(self) -> None:
        """Save once the characters that were typed before the key have reached their field."""
        (self.focused or self).call_later(self._save)

    def _save(self) -> None:
        if self.is_current:
            self.dismiss(self.values())

    def action_fix(self) -> None:
        if not any(row.fix() for row in sorted(self._rows(), key=lambda row: row.editor is not self.focused)):
            self.notify("no fix is offered here")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._next()

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        self._next()

    def _next(self) -> None:
        if self._at() == len(self._rows()) - 1:
            self.action_save()
        else:
            self.action_go(1)


class CheckedForm(FormScreen):
    """A form whose edits are tried while one types. ``edits_of`` makes them of the texts; ``path`` is what they are
    about."""

    KEYS = "Enter next · ctrl+s {does} · ctrl+f fixes · Esc cancels"

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        desk: Desk,
        script: dict[str, Any],
        path: str,
        edits_of: Callable[[Values], Edits],
    ) -> None:
        super().__init__(title, fields)
        self.desk, self.script, self.path, self.edits_of = desk, script, path, edits_of
        self._ticket = 0
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.try_it()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._later()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._later()

    def _later(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_DELAY_S, self.try_it)

    def try_it(self) -> None:
        """Have the edits tried as the texts stand."""
        self._ticket += 1
        self.desk.check(self.script, self.edits_of(self.values()), self._ticket, self)

    def on_checked(self, message: Checked) -> None:
        message.stop()
        if message.ticket == self._ticket:
            self.show(message.diagnostics)

    def show(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Put every diagnostic of the step on its field; those of the step as a whole come below."""
        rows = self._rows()
        found = by_field(self.path, diagnostics, [row.field.key for row in rows])
        for row in rows:
            row.show(found.get(row.field.key, ()))
        whole = "\n".join(f"✗ {d.line()}" for d in found.get("", ()))
        elsewhere = len(diagnostics) - sum(map(len, found.values()))
        if not found:
            whole = "✓ this checks" + (f"; {elsewhere} to mend elsewhere" if elsewhere else "")
        note = self.query_one(".whole", Static)
        note.update(Text(whole))
        note.set_class(bool(found), "-wrong")


class StepForm(CheckedForm):
    """The form of one step. Choosing another tool, script or source lays its arguments out."""

    def __init__(
        self,
        title: str,
        step: dict[str, Any],
        desk: Desk,
        script: dict[str, Any],
        path: str,
        words: Vocabulary,
        plan: Callable[[dict[str, Any]], Edits],
    ) -> None:
        self.step, self.words = step, words
        super().__init__(
            title, fields_of(step, script, words), desk, script, path, lambda values: plan(step_from(self.step, values))
        )

    async def _relay(self) -> None:
        values = self.values()
        self.step = step_from(self.step, values)
        fields = [
            Field(f.key, f.label, values.get(f.key, f.value), f.kind, f.hint, f.needed, f.known)
            for f in fields_of(self.step, self.script, self.words)
        ]
        if [(f.key, f.hint) for f in fields] == [(row.field.key, row.field.hint) for row in self._rows()]:
            return
        at = self._at()
        where = self.query_one(".fields", VerticalScroll)
        position = self._rows()[at].editor.cursor_position if isinstance(self._rows()[at].editor, Input) else 0  # type: ignore[union-attr]  # narrowed on the same expression
        async with self.batch():
            await where.remove_children(FieldRow)
            await where.mount_all([FieldRow(field) for field in fields], before=0)
        editor = self._rows()[min(at, len(fields) - 1)].editor
        editor.focus()
        if isinstance(editor, Input):
            editor.cursor_position = position

    def try_it(self) -> None:
        self.run_worker(self._relay_and_try(), exclusive=True, group="relay")

    async def _relay_and_try(self) -> None:
        await self._relay()
        super().try_it()
