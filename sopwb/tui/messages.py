"""What the desk's thread says to a screen. Workers post these and touch no widget; a screen's handlers do."""

from __future__ import annotations

from textual.message import Message

from sopwb.app.commands import Command
from sopwb.app.outputs import AnyOutput, OutlineRow, RunView
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui.ports import Said
from sopwb.tui.vocabulary import Vocabulary


class Answered(Message):
    """A Command came to an Output. ``purpose`` is what the asker wanted it for."""

    def __init__(self, command: Command, output: AnyOutput, purpose: str = "") -> None:
        super().__init__()
        self.command, self.output, self.purpose = command, output, purpose


class Replied(Message):
    """The dialogue answered a turn; ``run`` is the run that the turn made, if it made one, with its script's
    ``outline``."""

    def __init__(self, text: str, said: Said, run: RunView | None, outline: tuple[OutlineRow, ...] = ()) -> None:
        super().__init__()
        self.text, self.said, self.run, self.outline = text, said, run, outline


class Checked(Message):
    """An edit that is being typed was tried: ``diagnostics`` of the script that it would make. ``ticket`` counts
    askings."""

    def __init__(self, ticket: int, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__()
        self.ticket, self.diagnostics = ticket, diagnostics


class Known(Message):
    """The names of the workspace, for forms."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary


class Busy(Message):
    """The desk began (``words``) or ended ("") a piece of work."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
