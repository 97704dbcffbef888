"""The desk: one thread on which all work with the workspace happens, in the order in which it was asked for.

The screen never waits: it puts a piece of work here and gets a message (``messages``) when it is done. One thread, not
many, because a workspace has one writer and Commands are answered in order. A run's events go into a ``Feed`` that the
trace drains when it draws. Deliberately not here: widgets, and what the answers mean.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol

from sopwb.app.commands import Command, ListRuns, RunScript, ShowRun, ShowScript
from sopwb.app.outputs import AnyOutput, Failed, RunList, RunView, ScriptView
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.tui import codes
from sopwb.tui.checking import check_edits
from sopwb.tui.messages import Answered, Busy, Checked, Known, Replied
from sopwb.tui.ports import Bench, Said, Talk, TalkFactory
from sopwb.tui.vocabulary import Vocabulary, vocabulary_of
from sopwb.tui.watching import Watched

if TYPE_CHECKING:
    from textual.message import Message

    from sopwb.run.ports import Event

FEED_EVENTS_MAX: Final = 2_000
"""Events that wait for the screen. It drains 20 times a second; a run that is faster loses lines here, never its
time."""


class Listener(Protocol):
    """Takes messages from any thread: every Textual widget, screen and app does."""

    def post_message(self, message: Message) -> bool: ...


class Feed:
    """Events of the run that is going, from the desk's thread to the screen's. Appending never blocks."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=FEED_EVENTS_MAX)

    def put(self, event: Event) -> None:
        self._events.append(event)

    def drain(self) -> list[Event]:
        """Take what has come since the last time."""
        taken = []
        while self._events:
            taken.append(self._events.popleft())
        return taken


class _Refused:
    """A reply for a turn that could not be answered at all."""

    kind = "refusal"
    options: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    draft: str | None = None
    script: dict[str, Any] | None = None

    def __init__(self, reply: str) -> None:
        self.reply = reply


class Desk:
    """Works through what it is asked. ``home`` hears when it is busy."""

    def __init__(self, bench: Bench, talk_factory: TalkFactory) -> None:
        self.bench = bench
        self.feed = Feed()
        self._talk_factory = talk_factory
        self._talk: Talk | None = None
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        # A daemon: leaving does not wait for a run; what it did is in its journal.
        self._thread = threading.Thread(target=self._serve, name="desk", daemon=True)
        self._thread.start()
        self.running = ""
        """What is being run just now, "" when nothing is."""
        self._given = self._done = 0

    @property
    def quiet(self) -> bool:
        """Whether everything that was asked for has been answered."""
        return self._given == self._done

    def _give(self, work: Callable[[], None]) -> None:
        self._given += 1
        self._work.put(work)

    def ask(self, command: Command, to: Listener, purpose: str = "") -> None:
        """Carry out a Command and post ``Answered`` to ``to``."""

        def work() -> None:
            running = isinstance(command, RunScript)
            self.running = command.ref if isinstance(command, RunScript) else ""
            if running:
                to.post_message(Busy(f"running {self.running}"))
            output = self._do(command)
            self.running = ""
            if running:
                to.post_message(Busy(""))
            to.post_message(Answered(command, output, purpose))

        self._give(work)

    def turn(self, text: str, to: Listener) -> None:
        """Give the dialogue a turn and post ``Replied`` with the run that it made, if any."""

        def work() -> None:
            to.post_message(Busy("thinking"))
            before = self._newest_run()
            said = self._turn(text)
            run = self._run_since(before)
            script = self._do(ShowScript(run.script, draft=False)) if run is not None else None
            to.post_message(Busy(""))
            to.post_message(Replied(text, said, run, script.outline if isinstance(script, ScriptView) else ()))

        self._give(work)

    def check(self, script: dict[str, Any], edits: list[dict[str, Any]], ticket: int, to: Listener) -> None:
        """Try edits without keeping them and post ``Checked``."""

        def work() -> None:
            try:
                found = check_edits(script, edits, self.bench.environment())
            except Exception as error:  # noqa: BLE001  the form stays usable whatever the checker does
                found = _fault(error)
            to.post_message(Checked(ticket, found))

        self._give(work)

    def know(self, to: Listener) -> None:
        """Look up the names of the workspace and post ``Known``."""

        def work() -> None:
            try:
                vocabulary = vocabulary_of(self.bench.environment())
            except UserError:
                # A source that cannot be read is said where it is used; forms go without its names.
                vocabulary = Vocabulary()
            to.post_message(Known(vocabulary))

        self._give(work)

    def close(self, wait_s: float = 2.0) -> None:
        """Stop after the work that is going, waiting for it at most ``wait_s`` seconds."""
        self._work.put(None)
        self._thread.join(wait_s)

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            self._done += 1

    def _do(self, command: Command) -> AnyOutput:
        try:
            if isinstance(command, RunScript):
                return self.bench.do(command, self.feed.put)
            return self.bench.do(command)
        except Exception as error:  # noqa: BLE001  a fault in one command must not take the screen and its work along
            return Failed(_fault(error))

    def _turn(self, text: str) -> Said:
        try:
            if self._talk is None:
                self._talk = self._talk_factory()
            return self._talk.turn(text)
        except UserError as error:
            return _Refused(error.diagnostics[0].line())
        except Exception as error:  # noqa: BLE001  as above
            return _Refused(_fault(error)[0].line())

    def _run_since(self, before: str) -> RunView | None:
        if isinstance(self.bench, Watched):
            return self.bench.last_run
        after = self._newest_run()
        shown = self._do(ShowRun(after)) if after and after != before else None
        return shown if isinstance(shown, RunView) else None

    def _newest_run(self) -> str:
        if isinstance(self.bench, Watched):
            self.bench.forget()
            return ""
        output = self._do(ListRuns(limit=1))
        return output.rows[0].run if isinstance(output, RunList) and output.rows else ""


def _fault(error: Exception) -> tuple[Diagnostic, ...]:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    message = f"{type(error).__name__}: {error}{place}"
    return (Diagnostic(codes.FAULT.id, message, hint="this is a fault of the program, not of your script"),)
