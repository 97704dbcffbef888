"""Reading the world while a run decides: each question is asked once a run, and its answer kept for a replay.

    answers := [{"tool": name, "args": {…}, "value": …}, …]       plain JSON, which the tool's result type reads back

A question that was asked before gets the answer that it got, so a run decides by one view of the world. Beyond
``OBSERVED_BYTES_MAX`` nothing is kept: such a run asks again where a question comes again, and cannot be replayed.
Deliberately not here: any tool, and where answers are stored (``app.recording``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import OBSERVED_BYTES_MAX
from sopwb.kernel.values import Secret, Value, plain
from sopwb.lang.types import Type
from sopwb.run.exact_text import exact_text
from sopwb.run.identity import PLACEHOLDER
from sopwb.run.inputs import read_value
from sopwb.tools import codes
from sopwb.tools.tool import Observer


class Observing:
    """The observations of one live run. ``open_`` makes a tool's observer."""

    def __init__(self, open_: Callable[[str], Observer], bytes_max: int = OBSERVED_BYTES_MAX) -> None:
        self._open, self._room = open_, bytes_max
        self._observers: dict[str, Observer] = {}
        self._known: dict[str, tuple[str, dict[str, Value], Value]] = {}

    def observe(self, tool: str, args: dict[str, Value], returns: Type) -> Value:
        """Give a tool's answer. Raises ``UserError`` where there is none."""
        question = exact_text([tool, args])
        known = self._known.get(question)
        if known is not None:
            return known[2]
        for name, value in args.items():
            if _comes_later(value):
                raise _error(tool, f"{name} carries what is known only when the run acts, and {tool} reads before")
        observer = self._observers.get(tool)
        if observer is None:
            observer = self._observers[tool] = self._open(tool)
        value = observer.observe(args)
        self._room -= len(question) + len(exact_text(value))
        if self._room >= 0:
            self._known[question] = tool, args, value
        else:
            self._known.clear()
        return value

    def answers(self) -> list[dict[str, Any]] | None:
        """Give what was answered, in order; None where it was too much to keep."""
        if self._room < 0:
            return None
        return [
            {"tool": tool, "args": plain(args), "value": plain(value)} for tool, args, value in self._known.values()
        ]

    def close(self) -> None:
        observers, self._observers = self._observers, {}
        for observer in observers.values():
            observer.close()


class Answered:
    """The observations of a recorded run. Asking what it did not ask raises ``UserError``."""

    def __init__(self, answers: list[dict[str, Any]] | None) -> None:
        self._answers = {exact_text([one["tool"], one["args"]]): one["value"] for one in answers or ()}

    def observe(self, tool: str, args: dict[str, Value], returns: Type) -> Value:
        question = exact_text([tool, plain(args)])
        if question not in self._answers:
            raise _error(tool, f"the run's record does not hold what {tool} answered here")
        return read_value(returns, self._answers[question])

    def answers(self) -> list[dict[str, Any]] | None:
        return None

    def close(self) -> None:
        pass


Observations = Observing | Answered


def _comes_later(value: Value) -> bool:
    match value:
        case Secret():
            return True
        case str():
            return PLACEHOLDER.search(value) is not None
        case dict():
            return any(map(_comes_later, value.values()))
        case list():
            return any(map(_comes_later, value))
        case _:
            return False


def _error(tool: str, why: str) -> UserError:
    return UserError(Diagnostic(codes.NOT_OBSERVED, why, path=f"tools/{tool}"))
