"""What the workbench needs of the rest: an open workspace, and a dialogue in it. Both are passed in by the caller.

Deliberately not here: any implementation. ``app.workbench.Workbench`` and ``author.dialogue.Dialogue`` fit; so do the
fakes of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sopwb.app.commands import Command
from sopwb.app.outputs import AnyOutput

if TYPE_CHECKING:
    from sopwb.lang.environment import Environment
    from sopwb.run.ports import Event

EventSink = Callable[["Event"], None]


class Bench(Protocol):
    """An open workspace. ``do`` answers a user's mistake with ``Failed`` and never raises for it."""

    @property
    def name(self) -> str: ...
    @property
    def zone_name(self) -> str: ...
    def environment(self) -> Environment: ...
    def do(self, command: Command, events: EventSink | None = None) -> AnyOutput: ...


class Said(Protocol):
    """One answer of the dialogue. ``kind`` is answer, question or refusal."""

    @property
    def kind(self) -> str: ...
    @property
    def reply(self) -> str: ...
    @property
    def options(self) -> Sequence[str]: ...
    @property
    def saved(self) -> Sequence[str]: ...
    @property
    def draft(self) -> str | None: ...
    @property
    def script(self) -> dict[str, Any] | None: ...


class Talk(Protocol):
    """A dialogue: the same one as ``sopwb chat``."""

    def turn(self, text: str) -> Said: ...


TalkFactory = Callable[[], Talk]
"""Makes the dialogue on first use: an author may be slow to load, and the first paint does not wait for it."""
