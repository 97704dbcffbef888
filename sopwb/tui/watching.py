"""A bench that is watched: what others run on it, the dialogue above all, is seen by the trace as well.

Whoever opens the workbench wraps its bench once and gives it to the dialogue and to ``app.run`` alike::

    seen = Watched(bench)
    run(seen, lambda: Dialogue(seen, as_of=as_of), as_of)

Runs of drafts are not recorded in the store, so this is the only way to see those of the dialogue.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

from sopwb.app.commands import Command, RunScript
from sopwb.app.outputs import AnyOutput, RunView
from sopwb.tui.ports import EventSink

if TYPE_CHECKING:
    from sopwb.lang.environment import Environment


class Watchable(Protocol):
    """An open workspace as a caller has it."""

    @property
    def name(self) -> str: ...
    @property
    def zone(self) -> dt.tzinfo: ...
    @property
    def zone_name(self) -> str: ...
    def environment(self) -> Environment: ...
    def do(self, command: Command, events: EventSink | None = None) -> AnyOutput: ...


class Watched:
    """Passes everything on; remembers the last run since ``forget`` that was asked for (previews are not)."""

    def __init__(self, bench: Watchable) -> None:
        self._bench = bench
        self.last_run: RunView | None = None

    @property
    def name(self) -> str:
        return self._bench.name

    @property
    def zone(self) -> dt.tzinfo:
        return self._bench.zone

    @property
    def zone_name(self) -> str:
        return self._bench.zone_name

    def environment(self) -> Environment:
        return self._bench.environment()

    def do(self, command: Command, events: EventSink | None = None) -> AnyOutput:
        """Carry out a Command on the bench."""
        if events is None:
            output = self._bench.do(command)
        else:
            output = self._bench.do(command, events)
        if isinstance(command, RunScript) and command.record and isinstance(output, RunView):
            self.last_run = output
        return output

    def forget(self) -> None:
        """Remember no run."""
        self.last_run = None
