"""The last gate before the terminal: no character of any widget's text is an order to it.

Textual writes what a widget drew; a value with an escape sequence in it would move the cursor or worse. Every line of
every widget goes through this filter, so that no widget has to think of it.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from sopwb.tui.present.values import ORDERS


class Visible(LineFilter):
    """Drops what a terminal would obey. These characters have no width, so nothing moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the segments without orders; a line that has none is given as it is."""
        if not any(ORDERS.search(segment.text) for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(ORDERS.sub("", segment.text), segment.style) for segment in segments
        ]
