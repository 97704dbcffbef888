"""The pane of scripts: the tree, and what the keys do to drafts. Every change is an ``ApplyEdits`` like anybody's.

While a change is on its way to the workspace further keys wait for its answer, so that fast typing meets the draft as
it then
is. Deliberately not here: which edit a key makes (``editing``), forms (``screens.form``), answers (``screens.main``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, Tree

from sopwb.app.commands import (
    ApplyEdits,
    DiffScripts,
    DropDraft,
    ForkScript,
    RedoEdit,
    RenameScript,
    RunExamples,
    SaveDraft,
    UndoEdit,
)
from sopwb.app.outputs import ScriptView
from sopwb.tui import editing
from sopwb.tui.actions import BY_ID
from sopwb.tui.binding import Performs, bindings
from sopwb.tui.desk import Desk
from sopwb.tui.editing import Planned
from sopwb.tui.forms import OPS, Field, new_step, signature_edit, signature_fields
from sopwb.tui.present.inspect import inspect_place
from sopwb.tui.present.places import Place
from sopwb.tui.screens.form import CheckedForm, Edits, FormScreen, StepForm, Values
from sopwb.tui.screens.pick import PickScreen
from sopwb.tui.vocabulary import Vocabulary
from sopwb.tui.widgets.script_tree import ScriptTree

_CHANGES = frozenset(
    {
        "move_down",
        "move_up",
        "move_in",
        "move_out",
        "delete",
        "paste",
        "undo",
        "redo",
        "unwrap",
        "fix",
        "insert_after",
        "insert_before",
        "insert_inside",
        "insert_else",
        "wrap",
        "extract",
        "open",
    }
)
KEYS_WAITING_MAX = 50
"""Keys that wait for a change's answer: more is a key that was held down."""


class ScriptPane(Performs, Vertical):
    """Scripts, and editing them."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("script")]

    class Run(Message):
        """Asked to run a script."""

        def __init__(self, view: ScriptView, place: Place) -> None:
            super().__init__()
            self.view, self.place = view, place

    class Freeze(Message):
        """Asked to freeze a draft."""

        def __init__(self, view: ScriptView) -> None:
            super().__init__()
            self.view = view

    class Read(Message):
        """Asked to read a script in English."""

        def __init__(self, view: ScriptView) -> None:
            super().__init__()
            self.view = view

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="script")
        self.desk = desk
        self.words = Vocabulary()
        self.copied: dict[str, Any] | None = None
        self.border_title = "Scripts"
        self._pending = False
        self._waiting: deque[str] = deque(maxlen=KEYS_WAITING_MAX)

    def compose(self) -> ComposeResult:
        yield ScriptTree()
        yield Static("", id="inspector")

    @property
    def tree_widget(self) -> ScriptTree:
        return self.query_one(ScriptTree)

    # --- keys that change wait for each other ---------------------------------------------------------
    def action_perform(self, id_: str) -> None:
        """Carry out an action, after the changes that are on their way."""
        if self._pending and id_.partition(".")[2] in _CHANGES:
            self._waiting.append(id_)
            return
        getattr(self, BY_ID[id_].handler)()

    def settle(self) -> None:
        """A change was answered: go on with the keys that waited."""
        self._pending = False
        while self._waiting and not self._pending:
            self.action_perform(self._waiting.popleft())

    def _change(self, planned: Planned | None, view: ScriptView | None, why: str) -> None:
        if planned is None or view is None:
            self._cannot(f"{why}: there is nothing here to do that to")
            return
        self._pending = True
        self.desk.ask(ApplyEdits(view.name, planned.edits, base=view.rev), self.screen, f"at:{planned.cursor}")

    def _cannot(self, words: str) -> None:
        self.notify(words, severity="warning", markup=False)

    # --- where one is ---------------------------------------------------------------------------------
    def _view(self) -> tuple[ScriptView | None, Place | None]:
        here = self.tree_widget.here
        return (self.tree_widget.view_of(here), here) if here is not None else (None, None)

    def _draft(self, purpose: str = "open") -> tuple[ScriptView, Place] | None:
        """The draft at the cursor, or None after saying what to do; one that was not seen yet is loaded for
        ``purpose``."""
        view, here = self._view()
        if here is None or here.owner == "group":
            self._cannot("move the cursor to a draft first, or press n for a new one")
        elif here.owner != "draft":
            self._cannot(f"{here.name} is frozen and never changes: press f to fork it to a draft")
        elif view is None:
            self.desk_wants(here, purpose)
        else:
            return view, here
        return None

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Place]) -> None:
        event.stop()
        self.inspect()

    def inspect(self) -> None:
        """Show the place at the cursor in the inspector."""
        view, here = self._view()
        self.query_one("#inspector", Static).update(inspect_place(here, view))

    # --- opening and steps ----------------------------------------------------------------------------
    def act_open(self) -> None:
        here = self.tree_widget.here
        if here is None:
            return
        if here.kind in ("group", "draft", "frozen", "job"):
            self.tree_widget.action_toggle_node()
            return
        found = self._draft()
        if found is None:
            return
        view, here = found
        if here.kind == "note" or here.path.partition("/")[0] in ("params", "returns"):
            self.act_signature()
            return
        step = editing.step_at(view.script, here.path)
        if step is None:
            self._cannot("this line is no step of its own")
            return
        self._step_form(
            f"Edit {here.path}: {step.get('op')}", view, step, lambda s: editing.replace(here.path, step, s)
        )

    def _insert(self, at: str | None, why: str) -> None:
        found = self._draft()
        if found is None:
            return
        view, _ = found
        if at is None:
            self._cannot(why)
            return

        def picked(op: str | None) -> None:
            if op is not None:
                self._step_form(f"Insert at {at}: {op}", view, new_step(op), lambda s: editing.insert(at, s))

        self.app.push_screen(PickScreen("Which step?", [(op, f"{op:<7}{words}") for op, words in OPS.items()]), picked)

    def _step_form(
        self, title: str, view: ScriptView, step: dict[str, Any], plan: Callable[[dict[str, Any]], Planned]
    ) -> None:
        form = StepForm(title, step, self.desk, view.script, plan(step).cursor, self.words, lambda s: plan(s).edits)

        def saved(values: Values | None) -> None:
            if values is not None:
                self._change(Planned(form.edits_of(values), plan(step).cursor), view, "save the step")

        self.app.push_screen(form, saved)

    def act_insert_after(self) -> None:
        view, here = self._view()
        self._insert(editing.place_after(view.script, here.path) if view and here else None, "nothing to insert after")

    def act_insert_before(self) -> None:
        view, here = self._view()
        self._insert(
            editing.place_before(view.script, here.path) if view and here else None, "nothing to insert before"
        )

    def act_insert_inside(self) -> None:
        view, here = self._view()
        self._insert(
            editing.place_inside(view.script, here.path) if view and here else None, "only an if or an each holds steps"
        )

    def act_insert_else(self) -> None:
        view, here = self._view()
        self._insert(editing.place_else(view.script, here.path) if view and here else None, "only an if has an else")

    def act_wrap(self) -> None:
        found = self._draft()
        if found is None or editing.step_at(found[0].script, found[1].path) is None:
            return
        view, here = found

        def edits_of(values: Values) -> Edits:
            return [{"edit": "wrap", "at": here.path, "cond": values["cond"]}]

        def saved(values: Values | None) -> None:
            if values is not None:
                self._change(editing.wrap(view.script, here.path, values["cond"]), view, "wrap")

        field = Field("cond", "condition", hint="true or false", needed=True)
        self.app.push_screen(
            CheckedForm(f"Wrap {here.path} in an if", [field], self.desk, view.script, here.path, edits_of), saved
        )

    def act_extract(self) -> None:
        found = self._draft()
        if found is None:
            return
        view, here = found
        if editing.step_at(view.script, here.path) is None:
            self._cannot("extract: move the cursor to a step")
            return

        def plan(values: Values) -> Planned | None:
            return editing.extract(view.script, here.path, values["count"].strip(), values["name"])

        def edits_of(values: Values) -> Edits:
            planned = plan(values)
            return planned.edits if planned is not None else []

        def saved(values: Values | None) -> None:
            if values is not None:
                self._change(plan(values), view, "extract")

        fields = [
            Field("name", "new script", "", "name", "what the steps become; a call takes their place", True),
            Field("count", "steps", "1", "text", "this one and those after it", True),
        ]
        title = f"Extract {here.path} into a script"
        self.app.push_screen(CheckedForm(title, fields, self.desk, view.script, here.path, edits_of), saved)

    def _simple(self, why: str, plan: Callable[[dict[str, Any], str], Planned | None]) -> None:
        found = self._draft()
        if found is not None:
            view, here = found
            self._change(plan(view.script, here.path), view, why)

    def act_unwrap(self) -> None:
        self._simple("unwrap", editing.unwrap)

    def act_move_down(self) -> None:
        self._simple("move down", lambda script, path: editing.move(script, path, 1))

    def act_move_up(self) -> None:
        self._simple("move up", lambda script, path: editing.move(script, path, -1))

    def act_move_out(self) -> None:
        self._simple("move out", editing.move_out)

    def act_move_in(self) -> None:
        self._simple("move in", editing.move_in)

    def act_delete(self) -> None:
        self._simple("delete", editing.remove)

    def act_copy(self) -> None:
        view, here = self._view()
        step = editing.step_at(view.script, here.path) if view is not None and here is not None else None
        if step is None:
            self._cannot("copy: there is no step here")
            return
        self.copied = step
        self.notify("copied; p pastes it")

    def act_paste(self) -> None:
        if self.copied is None:
            self._cannot("nothing was copied yet: y copies a step")
            return
        copied = self.copied

        def plan(script: dict[str, Any], path: str) -> Planned:
            step = editing.pasted(copied, editing.names_in(script.get("steps")))
            return editing.insert(editing.place_after(script, path), step)

        self._simple("paste", plan)

    def act_fix(self) -> None:
        found = self._draft()
        if found is None:
            return
        view, here = found
        offered = here.diagnostic or next((d for d in view.diagnostics if d.fix and d.path.startswith(here.path)), None)
        self._change(editing.fixed(view.script, offered) if offered is not None else None, view, "fix")

    # --- the draft as a whole ---------------------------------------------------------------------------
    def act_undo(self) -> None:
        self._whole(UndoEdit)

    def act_redo(self) -> None:
        self._whole(RedoEdit)

    def _whole(self, command: type[UndoEdit] | type[RedoEdit]) -> None:
        found = self._draft()
        if found is not None:
            self._pending = True
            self.desk.ask(command(found[0].name), self.screen, f"at:{found[1].path}")

    def act_run(self) -> None:
        view, here = self._view()
        if view is not None and here is not None:
            self.post_message(self.Run(view, here))
        elif here is not None and here.owner != "group":
            self.desk_wants(here, "run")
        else:
            self._cannot("move the cursor to a script first")

    def act_freeze(self) -> None:
        found = self._draft("freeze")
        if found is not None:
            self.post_message(self.Freeze(found[0]))

    def act_diff(self) -> None:
        found = self._draft()
        if found is not None:
            self.desk.ask(DiffScripts(found[0].name, found[0].name), self.screen)

    def act_english(self) -> None:
        view, here = self._view()
        if view is not None:
            self.post_message(self.Read(view))
        elif here is not None and here.owner != "group":
            self.desk_wants(here, "read")

    def desk_wants(self, place: Place, purpose: str) -> None:
        """Have a script loaded that was not opened yet, for ``purpose``."""
        self.post_message(ScriptTree.Wanted(place, purpose))

    def act_new(self) -> None:
        def named(values: Values | None) -> None:
            if values and values["name"].strip():
                script = {"sop": 1, "params": {}, "steps": []}
                if values["params"].strip():
                    made = signature_edit(values)
                    script["params"] = made["params"]
                self.desk.ask(SaveDraft(values["name"].strip(), script, why="begin"), self.screen, "new")

        fields = [
            Field("name", "name", "", "name", "letters, digits and _", True),
            Field("params", "parameters", "", "text", "customer_id: string, days: int?"),
        ]
        self.app.push_screen(FormScreen("A new script", fields, "The steps come next: press a in the tree."), named)

    def act_fork(self) -> None:
        _, here = self._view()
        if here is None or here.owner not in ("frozen", "job"):
            self._cannot("fork: move the cursor to a frozen script")
            return

        def named(values: Values | None) -> None:
            if values and values["new"].strip():
                self.desk.ask(ForkScript(here.hash, values["new"].strip()), self.screen, "new")

        field = Field("new", "name of the draft", here.name, "name", "the same name makes its next version", True)
        self.app.push_screen(FormScreen(f"Fork {here.name} to a draft", [field]), named)

    def act_examples(self) -> None:
        here = self.tree_widget.here
        if here is None or here.owner not in ("draft", "frozen"):
            self._cannot("examples: move the cursor to a script")
            return
        self.desk.ask(RunExamples(here.name, frozen=here.owner == "frozen"), self.screen, "read")

    def act_rename(self) -> None:
        _, here = self._view()
        if here is None or here.owner == "group":
            self._cannot("rename: move the cursor to a script")
            return

        def named(values: Values | None) -> None:
            if values and values["new"].strip() not in ("", here.name):
                self.desk.ask(RenameScript(here.name, values["new"].strip()), self.screen)

        self.app.push_screen(
            FormScreen(
                f"Rename {here.name}",
                [Field("new", "new name", here.name, "name", "", True)],
                "What is frozen keeps its hash; callers hold the hash.",
            ),
            named,
        )

    def act_signature(self) -> None:
        found = self._draft()
        if found is None:
            return
        view, _ = found

        def saved(values: Values | None) -> None:
            if values is not None:
                self._change(Planned([signature_edit(values)], ""), view, "signature")

        self.app.push_screen(
            CheckedForm(
                f"What {view.name} takes and gives",
                signature_fields(view.script),
                self.desk,
                view.script,
                "",
                lambda values: [signature_edit(values)],
            ),
            saved,
        )

    def act_drop(self) -> None:
        found = self._draft()
        if found is None:
            return
        from rich.text import Text

        from sopwb.tui.screens.reading import AskScreen

        name = found[0].name
        body = Text("The draft leaves the list. Its revisions stay in the store.")

        def answered(answer: str | None) -> None:
            if answer:
                self.desk.ask(DropDraft(name), self.screen)

        self.app.push_screen(AskScreen(f"Drop the draft {name}?", body, (("y", "drops it"),)), answered)
