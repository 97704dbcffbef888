"""What a conversation knows between turns, the steps of a plan, and an environment in which a plan's drafts exist.

Deliberately not here: how a turn changes it (``planning``).
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from sopwb.author.english import meaning as m
from sopwb.author.english.spec import Spec
from sopwb.lang.environment import Environment, Signature, SourceSchema, ToolSignature


class Step(msgspec.Struct, frozen=True):
    """One thing to do: ``what`` is draft, save, job, schedule, run, trace, drop, rename, undo, show, yes or no."""

    what: str
    name: str = ""
    text: str = ""
    script: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    args: tuple[m.Value, ...] = ()


class Change(msgspec.Struct):
    """What one turn did to a script: the script before it, its statements, and the words that it was said in."""

    before: Spec
    statements: list[m.Statement] = []
    words: set[str] = set()


class State(msgspec.Struct):
    """What the conversation knows between turns."""

    specs: dict[str, Spec] = {}
    scripts: dict[str, dict[str, Any]] = {}
    """The script last generated for each spec."""
    history: dict[str, list[Change]] = {}
    saved: set[str] = set()
    unwritten: set[str] = set()
    """Scripts of which something was said that is not in their drafts, since it left a question."""
    mocked: set[str] = set()
    jobs: set[str] = set()
    open: str = ""
    schedule: tuple[str, str] = ("", "")
    """The script last scheduled and the words that said when."""
    lost: list[str] = []
    """Sentences about the open script that were not understood."""
    asked: str = ""
    """The sentence about the open script that was understood and left a question, if nothing changed it since."""
    ran: str = ""

    def copy(self) -> State:
        return copy.deepcopy(self)

    def renamed(self, name: str, new: str) -> None:
        """Know a script by another name in all that is kept of it."""
        if name in self.specs:
            spec = self.specs.pop(name)
            spec.name = new
            self.specs[new] = spec
            for table in (self.scripts, self.history):
                if name in table:
                    table[new] = table.pop(name)  # type: ignore[assignment]
            for marks in (self.saved, self.mocked, self.jobs, self.unwritten):
                if name in marks:
                    marks.discard(name)
                    marks.add(new)
        if self.open == name:
            self.open = new


class Overlay:
    """An environment in which the drafts of a plan exist already."""

    def __init__(self, base: Environment, drafts: dict[str, Signature]) -> None:
        self.base, self.drafts = base, drafts

    def source(self, name: str) -> SourceSchema | None:
        return self.base.source(name)

    def source_names(self) -> tuple[str, ...]:
        return self.base.source_names()

    def tool(self, name: str) -> ToolSignature | None:
        return self.base.tool(name)

    def tool_names(self) -> tuple[str, ...]:
        return self.base.tool_names()

    def script(self, name: str, pin: str) -> Signature | None:
        return self.drafts.get(name) if not pin and name in self.drafts else self.base.script(name, pin)

    def script_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.base.script_names(), *self.drafts)))
