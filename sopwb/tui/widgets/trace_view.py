"""The trace: a line-drawn list of steps that light up, or of every line that the run said.

It draws only what is visible, so that a long trace costs no more than a short one. While a run goes, ``drain`` takes
its events twenty times a second. Deliberately not here: what a row is (``present.trace``).
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sopwb.app.outputs import OutlineRow, RunView
from sopwb.kernel.limits import EVENTS_PER_SECOND_MAX
from sopwb.tui.binding import Performs, bindings
from sopwb.tui.desk import Feed
from sopwb.tui.present.trace import SYMBOLS, Row, State, Trace
from sopwb.tui.present.values import clip

_HEAD_LINES: Final = 2
"""Title and status stay above the scrolled rows."""


class _Line:
    """A drawn line: what it says, in which state, and the row that it belongs to (-1: none)."""

    __slots__ = ("first", "row", "state", "text", "value")

    def __init__(self, text: str, state: State | str, row: int = -1, value: str = "", first: bool = True) -> None:
        self.text, self.state, self.row, self.value, self.first = text, state, row, value, first


class TraceView(Performs, ScrollView, can_focus=True):
    """Shows one run."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "trace--waiting",
        "trace--running",
        "trace--done",
        "trace--failed",
        "trace--value",
        "trace--cursor",
        "trace--title",
    }
    cursor: reactive[int] = reactive(0)

    class Detail(Message):
        """Asked for everything that a step said."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Rerun(Message):
        """Asked to run the same again. ``ref`` is the run's script."""

        def __init__(self, ref: str) -> None:
            super().__init__()
            self.ref = ref

    def __init__(self, feed: Feed) -> None:
        super().__init__(id="trace")
        self.trace = Trace()
        self.feed = feed
        self.follow = True
        self.every_line = False
        self.ref = ""
        self._lines: list[_Line] = []
        self.border_title = "Trace"

    def on_mount(self) -> None:
        self._timer = self.set_interval(1 / EVENTS_PER_SECOND_MAX, self.drain, pause=True)
        self.lay_out()

    # --- what it shows ------------------------------------------------------------------------------
    def begin(self, ref: str, title: str, mode: str, outline: tuple[OutlineRow, ...]) -> None:
        """A run begins: every step waits."""
        self.ref = ref
        self.feed.drain()
        self.trace.begin(title, mode, outline)
        self.cursor = 0
        self._timer.resume()
        self.lay_out()

    def drain(self) -> None:
        """Take the events that have come."""
        events = self.feed.drain()
        for event in events:
            self.trace.event(event)
        if events:
            self.lay_out()

    def finish(self, view: RunView) -> None:
        """The run has ended, or a run of the past is shown."""
        self._timer.pause()
        self.feed.drain()
        self.trace.finish(view)
        failed = self.trace.next_error(-1)
        if failed is not None:
            self.cursor = next((n for n, line in enumerate(self._laid()) if line.row == failed), 0)
        self.lay_out()

    def refuse(self, words: str) -> None:
        """The run did not come about."""
        self._timer.pause()
        self.trace.refuse(words)
        self.lay_out()

    def lay_out(self) -> None:
        """Lay the lines out afresh and draw them."""
        self._lines = self._laid()
        self.virtual_size = Size(self.size.width, len(self._lines) + _HEAD_LINES)
        if self.follow and self.trace.status == "running":
            running = [n for n, line in enumerate(self._lines) if line.state == "running"]
            if running:
                self.scroll_to_region(Region(0, running[-1] + _HEAD_LINES, 1, 1), animate=False, force=True)
        self.refresh()

    def _laid(self) -> list[_Line]:
        trace = self.trace
        if self.every_line:
            lines = [
                _Line(f"{line.item + '  ' if line.item else ''}{text}", "failed" if line.op == "error" else "done")
                for line in trace.lines
                for text in (line.text or line.path).split("\n")
            ]
        else:
            lines = [
                _Line(
                    "  " * row.depth + (_counted(row) if not k else "") + text,
                    row.state,
                    n,
                    row.value if not k else "",
                    not k,
                )
                for n, row in enumerate(trace.rows)
                for k, text in enumerate((_counted(row) + row.text).split("\n"))
            ]
        if trace.result:
            state = "failed" if trace.status in ("failed", "refused") else "title"
            lines += [
                _Line("", "title"),
                *(_Line(text, state, first=False) for text in _wrapped(trace.result, self.size.width - 2)),
            ]
        return lines

    # --- drawing ------------------------------------------------------------------------------------
    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < _HEAD_LINES:
            return self._head(y, width)
        at = y - _HEAD_LINES + self.scroll_offset.y
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[at]
        marked = at == self.cursor and self.has_focus
        style = self._style("cursor") if marked else self._style(_CLASS.get(line.state, "done"))
        symbol = SYMBOLS.get(line.state, " ") if line.first and line.state in SYMBOLS else " "
        word = _WORDS.get(line.state, "") if line.first and line.row >= 0 else ""
        room = width - 3 - (len(word) + 2 if word else 0)
        text = clip(line.text, room)
        left = room - cell_len(text)
        value = clip("  " + line.value, left) if line.value and left > 6 else ""
        value_style = style if marked else self._style("value")
        pad = max(0, left - cell_len(value))
        return Strip(
            [
                Segment(f" {symbol} ", style),
                Segment(text, style),
                Segment(value, value_style),
                Segment(" " * pad, style),
                Segment(f" {word} " if word else "", value_style),
            ]
        ).adjust_cell_length(width, style)

    def _head(self, y: int, width: int) -> Strip:
        trace = self.trace
        if y == 0:
            words = " · ".join(part for part in (trace.title, trace.status, trace.mode) if part)
            text = words or "No run yet: press r on a script, or ask for one in the chat"
            return Strip([Segment(clip(" " + text, width), self._style("title"))]).adjust_cell_length(
                width, self.rich_style
            )
        notes = [trace.progress] if trace.progress else []
        notes += ["every line"] if self.every_line else []
        notes += ["not following"] if not self.follow and trace.status == "running" else []
        return Strip([Segment(clip(" " + " · ".join(notes), width), self._style("value"))]).adjust_cell_length(
            width, self.rich_style
        )

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"trace--{name}")

    # --- keys and mouse -----------------------------------------------------------------------------
    def watch_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor + _HEAD_LINES, 1, 1), animate=False, force=True)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, max(0, len(self._lines) - 1)))

    def action_scroll_up(self) -> None:
        self.cursor -= 1

    def action_scroll_down(self) -> None:
        self.cursor += 1

    def action_page_up(self) -> None:
        self.cursor -= max(1, self.size.height - _HEAD_LINES - 1)

    def action_page_down(self) -> None:
        self.cursor += max(1, self.size.height - _HEAD_LINES - 1)

    def action_scroll_home(self) -> None:
        self.cursor = 0

    def action_scroll_end(self) -> None:
        self.cursor = len(self._lines)

    def on_click(self, event: events.Click) -> None:
        if event.y >= _HEAD_LINES:
            self.cursor = event.y - _HEAD_LINES + round(self.scroll_offset.y)

    def on_resize(self) -> None:
        self.lay_out()

    def act_detail(self) -> None:
        line = self._lines[self.cursor] if self._lines else None
        if line is not None and line.row >= 0:
            self.post_message(self.Detail(self.trace.rows[line.row]))

    def act_follow(self) -> None:
        self.follow = not self.follow
        self.lay_out()

    def act_next_error(self) -> None:
        if self.every_line:
            self.act_view()
        here = self._lines[self.cursor].row if self._lines else -1
        failed = self.trace.next_error(here)
        if failed is not None:
            self.cursor = next(n for n, line in enumerate(self._lines) if line.row == failed)

    def act_view(self) -> None:
        self.every_line = not self.every_line
        self.cursor = 0
        self.lay_out()

    def act_rerun(self) -> None:
        if self.ref:
            self.post_message(self.Rerun(self.ref))


_CLASS: Final = {
    "waiting": "waiting",
    "not reached": "waiting",
    "running": "running",
    "done": "done",
    "failed": "failed",
    "title": "title",
}
_WORDS: Final = {"waiting": "waiting", "not reached": "not reached", "running": "running", "failed": "failed"}


def _counted(row: Row) -> str:
    return f"×{row.count:,} " if row.count > 1 else ""


def _wrapped(text: str, width: int) -> list[str]:
    from textwrap import wrap

    return wrap(text, max(20, width - 3), max_lines=8, placeholder=" …") or [""]
