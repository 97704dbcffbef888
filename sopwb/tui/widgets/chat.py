"""The chat: what was said, the options of an open question, and the place to write, which completes slash commands.

Deliberately not here: what a reply means. Sending posts ``Say``; the screen gives it to the dialogue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static, TextArea

from sopwb.tui.binding import Performs, bindings
from sopwb.tui.ports import Said

if TYPE_CHECKING:
    from sopwb.author.slash.completing import AtHand, Completion

EXCHANGES_SHOWN_MAX: Final = 200
"""Widgets of the conversation that stay on the screen; older ones go, the dialogue keeps what it needs."""
WELCOME: Final = (
    "Say what a data job must do. For example:\n"
    "  I want to create a script called late_orders. It should take a customer_id.\n"
    "  Run late_orders for customer 'john_doe'. Show me the trace.\n"
    "  Schedule it to run every Monday at 9 AM."
)


class Prompt(Performs, TextArea):
    """Where a person writes. Enter sends; its keys come from the registry."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chat")]

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            compact=True,
            show_line_numbers=False,
            soft_wrap=True,
            highlight_cursor_line=False,
            placeholder="Say what you want; Enter sends",
        )
        self.cursor_blink = False

    def action_perform(self, id_: str) -> None:
        """Carry out a key of the chat after the characters that were typed before it.

        A binding is found before them: they still wait in this widget's queue, and so must what the binding does.
        """
        self.call_later(self.screen.query_one(Chat).action_perform, id_)


class Chat(Performs, Vertical):
    """The conversation."""

    class Say(Message):
        """The person sent a turn."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        # It is the first pane to be seen, so that it takes the focus, and what is typed, from the start.
        super().__init__(id="chat", classes="-active")
        self.border_title = "Chat"
        self.options: tuple[str, ...] = ()
        self.said: list[str] = []
        self.known: Callable[[], AtHand] | None = None
        """Gives the names that commands are completed with."""
        self._completions: tuple[Completion, ...] = ()
        self._brought = ""
        self._back = 0
        self._waiting = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="log", can_focus=False):
            yield Static(Content(WELCOME), classes="welcome")
        yield OptionList(id="options", compact=True, markup=False)
        yield OptionList(id="completions", compact=True, markup=False)
        yield Prompt()

    @property
    def prompt(self) -> Prompt:
        return self.query_one(Prompt)

    # --- what the screen tells ---------------------------------------------------------------------
    async def show_reply(self, said: Said) -> None:
        """Add a reply and lay its options out to pick."""
        # Imported with the first reply: reading Markdown costs 50 ms, which the first paint does not wait for.
        from textual.widgets import Markdown

        self._waiting = False
        word = {"question": "Question", "refusal": "Not possible"}.get(said.kind, "")
        if word:
            await self._add(Static(word, classes=f"kind -{said.kind}"))
        await self._add(Markdown(said.reply, open_links=False, classes=f"reply -{said.kind}"))
        self.show_options(said.options)

    def show_options(self, options: Sequence[str]) -> None:
        """Lay out options; none hides the list. No option is marked until a key or number marks one."""
        self.options = tuple(options)
        picks = self.query_one("#options", OptionList)
        picks.clear_options()
        picks.add_options([f"{n}  {option}" for n, option in enumerate(self.options, 1)])
        picks.highlighted = None
        picks.set_class(bool(self.options), "-open")
        picks.border_title = "Type a number or your own words" if self.options else ""

    async def note(self, text: str) -> None:
        """Add a line of the workbench's own."""
        await self._add(Static(Content(text), classes="note"))

    async def _add(self, widget: Static | object) -> None:
        from textual.widget import Widget

        assert isinstance(widget, Widget)
        log = self.query_one("#log", VerticalScroll)
        await log.mount(widget)
        extra = len(log.children) - EXCHANGES_SHOWN_MAX
        if extra > 0:
            await log.remove_children(list(log.children)[:extra])
        log.scroll_end(animate=False)

    # --- actions ------------------------------------------------------------------------------------
    def _take(self, text: str) -> None:
        """Take a turn at once: what is typed from here on belongs to the next one."""
        self._waiting = True
        self.said.append(text)
        self._back = 0
        self.prompt.text = ""
        self.show_options(())
        self._complete_from(())
        self.run_worker(self._send(text), group="send")

    async def _send(self, text: str) -> None:
        for old in self.query("#log > .welcome"):
            await old.remove()
        await self._add(Static(Content(text), classes="said"))
        self.post_message(self.Say(text))

    def act_send(self) -> None:
        """Send the text; a number alone, or nothing with a marked option, picks an option."""
        if self._marked() is not None:
            self.act_complete()
            return
        text = self.prompt.text.strip()
        if self._waiting:
            self.notify("the answer to your last turn is still on its way")
            return
        marked = self.query_one("#options", OptionList).highlighted
        if self.options and text.isdecimal() and 1 <= int(text) <= len(self.options):
            text = self.options[int(text) - 1]
        elif self.options and not text and marked is not None:
            text = self.options[marked]
        if text:
            self._take(text)

    def act_newline(self) -> None:
        self.prompt.insert("\n")

    def act_recall(self) -> None:
        if self._mark(-1):
            return
        if self.prompt.cursor_location[0] > 0:
            self.prompt.action_cursor_up()
        elif self._back < len(self.said):
            self._back += 1
            self._bring(self.said[-self._back])

    def act_forward(self) -> None:
        if self._mark(1):
            return
        if self.prompt.cursor_location[0] < self.prompt.document.line_count - 1:
            self.prompt.action_cursor_down()
        elif self._back > 0:
            self._back -= 1
            self._bring(self.said[-self._back] if self._back else "")

    def _bring(self, text: str) -> None:
        self._brought = text  # what is brought back is whole: nothing is offered before it is changed
        self._complete_from(())
        self.prompt.text = text
        self.prompt.move_cursor(self.prompt.document.end)

    def _mark(self, by: int) -> bool:
        if self._completions:
            picks, count = self.query_one("#completions", OptionList), len(self._completions)
        elif self.options and not self.prompt.text:
            picks, count = self.query_one("#options", OptionList), len(self.options)
        else:
            return False
        at = picks.highlighted
        picks.highlighted = (0 if by > 0 else count - 1) if at is None else (at + by) % count
        return True

    # --- completion ---------------------------------------------------------------------------------
    def _marked(self) -> int | None:
        """The completion that the arrows marked."""
        return self.query_one("#completions", OptionList).highlighted if self._completions else None

    def _complete_from(self, found: Sequence[Completion]) -> None:
        """Lay completions out below the conversation; none hides the list."""
        log = self.query_one("#log", VerticalScroll)
        at_end = log.is_vertical_scroll_end
        self._completions = tuple(found)
        picks = self.query_one("#completions", OptionList)
        picks.clear_options()
        width = max((len(one.word) for one in found), default=0)
        picks.add_options([f"{one.word:<{width}}  {one.words}".rstrip() for one in found])
        picks.highlighted = None
        picks.set_class(bool(found), "-open")
        if at_end:
            # The list takes room from the conversation, whose end is what one looks at.
            self.call_after_refresh(log.scroll_end, animate=False)

    def _offer(self, text: str) -> None:
        """Offer what a command that is being written may go on with; only at its end."""
        if not text.startswith("/") or text == self._brought or self.known is None:
            if self._completions:
                self._complete_from(())
            return
        from sopwb.author.slash.completing import complete  # loaded with the first slash

        at_end = self.prompt.cursor_location == self.prompt.document.end
        self._complete_from(complete(text, self.known()) if at_end else ())

    def act_complete(self) -> None:
        """Put the marked completion, else the first, in place of the word; where none is offered, go on to the next
        widget, as Tab does."""
        if not self._completions:
            self.screen.focus_next()
            return
        self.prompt.text = self._completions[self._marked() or 0].text
        self.prompt.move_cursor(self.prompt.document.end)

    def act_scroll_up(self) -> None:
        self.query_one("#log", VerticalScroll).scroll_page_up(animate=False)

    def act_scroll_down(self) -> None:
        self.query_one("#log", VerticalScroll).scroll_page_down(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list.id == "completions":
            self.act_complete()
            self.prompt.focus()
        elif event.option_index < len(self.options) and not self._waiting:
            self._take(self.options[event.option_index])

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A number marks its option while it is typed, so that one sees what Enter will pick."""
        event.stop()
        self._offer(event.text_area.text)
        text = event.text_area.text.strip()
        if self.options and text:
            chosen = int(text) - 1 if text.isdecimal() and 1 <= int(text) <= len(self.options) else None
            self.query_one("#options", OptionList).highlighted = chosen
