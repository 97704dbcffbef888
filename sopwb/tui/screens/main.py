"""The main screen: three panes, and what every answer of the workspace means for them.

Commands go to the desk; its messages come back here and nowhere else, and are handed to the panes. At 80 columns one
pane is
seen at a time, at 100 two columns, at 160 three. Deliberately not here: editing (``widgets.script_pane``) and drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Tree

from sopwb.app.commands import (
    ApplyEdits,
    FreezeScript,
    ListData,
    ListNotices,
    ListRuns,
    ListSchedules,
    ListScripts,
    PreviewFreeze,
    ReadNotices,
    RedoEdit,
    RunScript,
    ScriptHistory,
    ShowScript,
    StoreStats,
    UndoEdit,
)
from sopwb.app.comparison_text import preview_lines
from sopwb.app.outputs import (
    AnyOutput,
    Dropped,
    Failed,
    FreezePreview,
    Frozen,
    NoticeList,
    Renamed,
    RunView,
    ScriptList,
    ScriptView,
)
from sopwb.kernel.limits import NOTICES_LOOK_S
from sopwb.tui.actions import BY_ID, PANES, Pane
from sopwb.tui.binding import Performs, bindings
from sopwb.tui.desk import Desk
from sopwb.tui.keys import Keymap
from sopwb.tui.messages import Answered, Busy, Known, Replied
from sopwb.tui.present.places import Kind, Place
from sopwb.tui.present.report import failure_words, help_of, report
from sopwb.tui.running import run_command, run_fields, run_note
from sopwb.tui.screens.form import FormScreen, Values
from sopwb.tui.screens.reading import AskScreen, ReadingScreen
from sopwb.tui.widgets.chat import Chat
from sopwb.tui.widgets.key_bar import KeyBar
from sopwb.tui.widgets.script_pane import ScriptPane
from sopwb.tui.widgets.script_tree import ScriptTree
from sopwb.tui.widgets.top_bar import TopBar
from sopwb.tui.widgets.trace_view import TraceView

if TYPE_CHECKING:
    from sopwb.author.slash.completing import AtHand

DRAFTS_LOADED_MAX = 20
"""Drafts that are checked when the list is shown, so that it says which have something to mend; others when opened."""


class ThemeWanted(Message):
    """Asked for the list of colours, which the app owns."""


class MainScreen(Performs, Screen[None]):
    """The workbench."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("everywhere")]
    AUTO_FOCUS = "#prompt"
    # Textual declares it once for the class and once for the instance.
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [  # type: ignore[misc]
        (0, "-narrow"),
        (100, "-medium"),
        (160, "-wide"),
    ]

    def __init__(self, desk: Desk, keys: Keymap, place: str, as_of: str) -> None:
        super().__init__()
        self.desk, self.keys, self.place, self.as_of = desk, keys, place, as_of
        self.pane: Pane = "chat"
        self.inputs_used: dict[str, dict[str, Any]] = {}
        self._run_place: Place | None = None
        self._freezing: ScriptView | None = None
        self._talked = ""
        """The draft that the dialogue has open."""

    def compose(self) -> ComposeResult:
        yield TopBar(self.place, self.keys)
        with Container(id="panes"):
            yield ScriptPane(self.desk)
            yield TraceView(self.desk.feed)
            yield Chat()
        yield KeyBar(self.keys)

    def on_mount(self) -> None:
        self._activate("chat")
        # After the first paint: nothing of the workspace is read before there is something to see.
        self.call_after_refresh(self.act_refresh)
        self.set_interval(NOTICES_LOOK_S, self._look_for_notices)

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before anything has the focus: people type ahead."""
        if self.focused is None and event.is_printable and event.character is not None:
            self.chat.prompt.insert(event.character)

    # --- panes ----------------------------------------------------------------------------------------
    @property
    def chat(self) -> Chat:
        return self.query_one(Chat)

    @property
    def scripts(self) -> ScriptPane:
        return self.query_one(ScriptPane)

    @property
    def trace(self) -> TraceView:
        return self.query_one(TraceView)

    def _activate(self, pane: Pane) -> None:
        self.pane = pane
        for name in PANES:
            self.query_one(f"#{name}").set_class(name == pane, "-active")
        self.query_one(TopBar).show(pane)
        self.query_one(KeyBar).show(pane)

    def go(self, pane: Pane) -> None:
        """Show a pane and give it the focus."""
        self._activate(pane)
        match pane:
            case "chat":
                self.chat.prompt.focus()
            case "script":
                self.scripts.tree_widget.focus()
            case _:
                self.trace.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for name in PANES:
            if self.query_one(f"#{name}") in event.widget.ancestors_with_self and name != self.pane:
                self._activate(name)

    def action_perform(self, id_: str) -> None:
        """Carry out any registered action, wherever it belongs."""
        action = BY_ID[id_]
        match action.pane:
            case "everywhere":
                getattr(self, action.handler)()
            case "chat":
                self.go("chat")
                self.chat.action_perform(id_)
            case "script":
                self.go("script")
                self.scripts.action_perform(id_)
            case "trace":
                self.go("trace")
                self.trace.action_perform(id_)

    # --- everywhere -----------------------------------------------------------------------------------
    def act_show_chat(self) -> None:
        self.go("chat")

    def act_show_script(self) -> None:
        self.go("script")

    def act_show_trace(self) -> None:
        self.go("trace")

    def act_show_runs(self) -> None:
        self.desk.ask(ListRuns(), self, "read")

    def act_show_data(self) -> None:
        self.desk.ask(ListData(), self, "read")

    def act_show_schedules(self) -> None:
        self.desk.ask(ListSchedules(), self, "read")

    def act_show_notices(self) -> None:
        self.desk.ask(ReadNotices(), self, "read")
        self._look_for_notices()

    def act_show_history(self) -> None:
        here = self.scripts.tree_widget.here
        named = here is not None and here.owner != "group" and self.pane == "script"
        self.desk.ask(ScriptHistory(here.name) if named and here is not None else StoreStats(), self, "read")

    def act_help(self) -> None:
        self.app.push_screen(ReadingScreen("Keys", help_of(self.pane, self.keys)))

    def act_palette(self) -> None:
        from textual.command import CommandPalette

        from sopwb.tui.palette import ActionProvider

        self.app.push_screen(CommandPalette(providers=[ActionProvider], placeholder="What do you want to do?"))

    def act_theme(self) -> None:
        self.post_message(ThemeWanted())

    def act_refresh(self) -> None:
        self.desk.ask(ListScripts(), self)
        self.desk.know(self)
        self._look_for_notices()

    def _look_for_notices(self) -> None:
        self.desk.ask(ListNotices(), self, "notices")

    def act_suspend(self) -> None:
        self.app.action_suspend_process()

    def act_quit(self) -> None:
        if not self.desk.running:
            self.app.exit(0)
            return
        words = Text(f"{self.desk.running} is running. What it has done stays recorded.")

        def answered(answer: str | None) -> None:
            if answer:
                self.app.exit(0)

        self.app.push_screen(AskScreen("Leave while a run is going?", words, (("y", "leaves"),)), answered)

    # --- the chat ---------------------------------------------------------------------------------------
    def on_chat_say(self, message: Chat.Say) -> None:
        self.desk.turn(message.text, self)

    async def on_replied(self, message: Replied) -> None:
        said = message.said
        await self.chat.show_reply(said)
        self._talked = said.draft or ""
        self.desk.ask(ListScripts(), self)
        if said.saved or (said.draft and said.draft not in self.scripts.words.scripts):
            self.desk.know(self)
        if said.draft:
            self.desk.ask(ShowScript(said.draft), self, "open")
        if message.run is not None:
            self._run_place = None
            self.trace.begin(message.run.script, message.run.name, message.run.mode, message.outline)
            self.trace.finish(message.run)
            if self.has_class("-narrow"):
                await self.chat.note(f"{self.keys.shown(BY_ID['everywhere.show_trace'])} shows the trace step by step")

    def on_busy(self, message: Busy) -> None:
        self.query_one(TopBar).show(busy=message.words)

    def on_known(self, message: Known) -> None:
        self.scripts.words = message.vocabulary
        self.chat.known = self._names

    def _names(self) -> AtHand:
        """Give the names that slash commands are completed with: the workspace's, and those of the dialogue's draft."""
        from sopwb.author.slash.completing import AtHand

        words = self.scripts.words
        view = self.scripts.tree_widget.views.get(("draft", self._talked))
        return AtHand(words.scripts, words.sources, words.tools, view.script if view is not None else {})

    # --- scripts ----------------------------------------------------------------------------------------
    def on_script_tree_wanted(self, message: ScriptTree.Wanted) -> None:
        place = message.place
        self.desk.ask(
            ShowScript(place.ref, draft=place.owner == "draft"), self, f"{message.purpose}:{place.owner}:{place.name}"
        )

    def on_script_pane_read(self, message: ScriptPane.Read) -> None:
        self._read(message.view)

    def _read(self, view: ScriptView) -> None:
        words = view.english or "\n".join("  " * row.depth + row.text for row in view.outline)
        problems = "".join(f"\n✗ {d.line()}" for d in view.diagnostics)
        self.app.push_screen(ReadingScreen(view.signature, Text(words + ("\n" + problems if problems else ""))))

    def on_script_pane_freeze(self, message: ScriptPane.Freeze) -> None:
        self._freeze(message.view)

    def _freeze(self, view: ScriptView) -> None:
        if view.diagnostics:
            self.notify(
                f"{view.name} does not check yet:\n{failure_words(view.diagnostics)}", severity="error", markup=False
            )
            return
        self._freezing = view
        self.desk.ask(PreviewFreeze(view.name, self.as_of), self)

    def _ask_freeze(self, view: ScriptView, preview: AnyOutput) -> None:
        """Ask whether to freeze, showing the script as it reads and for whom it changes the answer."""
        body = Text(view.english or "\n".join(row.text for row in view.outline))
        if isinstance(preview, FreezePreview) and (lines := preview_lines(preview)):
            body.append("\n\n" + "\n".join(lines), style="bold")

        def answered(answer: str | None) -> None:
            if answer:
                self.desk.ask(FreezeScript(view.name, repin=answer == "r"), self)

        self.app.push_screen(
            AskScreen(
                f"Freeze {view.name} as it reads here?",
                body,
                (("enter", "freezes"), ("r", "freezes, and saved callers and jobs follow")),
            ),
            answered,
        )

    # --- running ----------------------------------------------------------------------------------------
    def on_script_pane_run(self, message: ScriptPane.Run) -> None:
        self._ask_run(message.view, message.place)

    def on_trace_view_rerun(self, message: TraceView.Rerun) -> None:
        place = self._run_place
        if place is None:
            place = Place("frozen", "frozen", message.ref, message.ref)
        self.desk.ask(ShowScript(place.ref, draft=place.owner == "draft"), self, f"run:{place.owner}:{place.name}")

    def _ask_run(self, view: ScriptView, place: Place) -> None:
        if view.diagnostics:
            self.notify(
                f"{view.name} does not check yet:\n{failure_words(view.diagnostics)}", severity="error", markup=False
            )
            return
        fields = run_fields(view, place.owner, self.inputs_used.get(view.name, {}), self.as_of)

        def go(values: Values | None) -> None:
            if values is not None:
                self._run(view, place, values)

        self.app.push_screen(FormScreen(f"Run {view.name}", fields, run_note(view), "runs it"), go)

    def _run(self, view: ScriptView, place: Place, values: Values) -> None:
        command = run_command(view, place, values)
        self.inputs_used[view.name] = command.inputs
        self._run_place = place
        self.trace.begin(command.ref, view.name, values["mode"], view.outline)
        self.go("trace")
        self.desk.ask(command, self)

    def on_trace_view_detail(self, message: TraceView.Detail) -> None:
        from sopwb.tui.present.detail import row_detail

        self.app.push_screen(ReadingScreen(message.row.path, row_detail(message.row)))

    # --- answers ----------------------------------------------------------------------------------------
    def on_answered(self, message: Answered) -> None:
        """Hand an answer to the panes that show it."""
        message.stop()
        command, output, purpose = message.command, message.output, message.purpose
        changing = isinstance(command, (ApplyEdits, UndoEdit, RedoEdit))
        if isinstance(command, PreviewFreeze):
            if self._freezing is not None:
                self._ask_freeze(self._freezing, output)
        elif isinstance(output, Failed):
            self._failed(message, output)
        elif purpose == "read":
            self.app.push_screen(ReadingScreen(*report(output)))
        else:
            self._shown(output, purpose, changing)
        if changing:
            self.scripts.settle()
        if isinstance(command, ApplyEdits) and any(edit["edit"] == "extract" for edit in command.edits):
            self.desk.ask(ListScripts(), self)  # it made a draft of its own
            self.desk.know(self)

    def _shown(self, output: AnyOutput, purpose: str, changed: bool) -> None:
        match output:
            case NoticeList(rows, unread):
                many = f"{unread} notices, the last: " if unread > 1 else ""
                self.query_one(TopBar).show(notices=f"{many}{rows[-1].text}" if rows else "")
            case ScriptList(rows):
                tree = self.scripts.tree_widget
                tree.show_list(rows)
                for row in [r for r in rows if r.state == "draft" and ("draft", r.name) not in tree.views][
                    :DRAFTS_LOADED_MAX
                ]:
                    self.desk.ask(ShowScript(row.name), self, f"load:draft:{row.name}")
            case ScriptView():
                self._view(output, purpose, changed)
            case Frozen():
                names = ", ".join(f"{name} {hash_[3:10]}" for name, hash_ in output.names.items())
                callers = f"\n{', '.join(output.callers)} still use the previous version" if output.callers else ""
                moved = f"\n{', '.join(output.repinned)} follow" if output.repinned else ""
                self.notify(f"✓ frozen: {names}{callers}{moved}", markup=False)
                self.desk.ask(ListScripts(), self)
                self.desk.ask(ShowScript(output.hash, draft=False), self, f"go:frozen:{output.name}")
                self.desk.know(self)
            case RunView():
                self.trace.finish(output)
            case Renamed(old, new):
                self.notify(f"{old} is now {new}", markup=False)
                self.act_refresh()
            case Dropped(name):
                self.notify(f"the draft {name} was dropped", markup=False)
                self.act_refresh()
            case _:
                self.app.push_screen(ReadingScreen(*report(output)))

    def _view(self, view: ScriptView, purpose: str, changed: bool) -> None:
        tree = self.scripts.tree_widget
        word, _, rest = purpose.partition(":")
        if word == "at":
            tree.show_view("draft", view, cursor=rest)
            self.scripts.inspect()
            if changed and view.changes:
                self.notify("\n".join(view.changes[:3]), timeout=3, markup=False)
        elif word == "new":
            self.desk.ask(ListScripts(), self)
            self.desk.ask(ShowScript(view.name), self, f"go:draft:{view.name}")
            self.go("script")
        else:
            owner, _, name = rest.partition(":")
            kind: Kind = owner if owner in ("draft", "frozen", "job") else _kind_of(view)  # type: ignore[assignment]
            named = view if not name or name == view.name else _named(view, name)
            elsewhere = word == "open" and not rest and (tree.here is None or tree.here.name != named.name)
            tree.show_view(kind, named, cursor="" if word == "go" or elsewhere else None, opened=word != "load")
            self.scripts.inspect()
            place = Place(kind, kind, name or view.name, view.hash)
            if word == "run":
                self._ask_run(named, place)
            elif word == "read":
                self._read(named)
            elif word == "freeze":
                self._freeze(named)

    def _failed(self, message: Answered, output: Failed) -> None:
        words = failure_words(output.diagnostics)
        if isinstance(message.command, RunScript):
            self.trace.refuse(words)
        elif message.purpose in ("open", "notices") or message.purpose.startswith("load"):
            # A draft that the dialogue or the list named may be frozen or dropped by now; the next list says so.
            return
        else:
            self.notify(words, severity="error", timeout=8, markup=False)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Place]) -> None:
        event.stop()


def _kind_of(view: ScriptView) -> Kind:
    return "draft" if view.state == "draft" else "frozen"


def _named(view: ScriptView, name: str) -> ScriptView:
    import msgspec

    return msgspec.structs.replace(view, name=name)
