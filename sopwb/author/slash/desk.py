"""What a conversation in slash commands holds: the script at hand, where its next step goes, mocks, the latest run.

Nothing of it is truth: the draft is read from the workspace before every change. Deliberately not here: what any
command does.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sopwb.app.commands import Command, ListScripts, ShowScript
from sopwb.app.outputs import Failed, RunView, ScriptList, ScriptView
from sopwb.author import codes
from sopwb.author.bench import Bench
from sopwb.author.reply import Kind
from sopwb.author.slash.steps import Names
from sopwb.kernel.diagnostics import Diagnostic, UserError, nearest_name
from sopwb.lang.places import Json, every_step, find_place
from sopwb.lang.rewriting import bound_names

_FIELDS: Final = {"if": ("then", "else"), "each": ("do",)}
"""Op → the fields that hold steps."""


class Said(msgspec.Struct, frozen=True):
    """An answer for which no Command is needed."""

    text: str
    kind: Kind = "answer"


class Asked(msgspec.Struct, frozen=True):
    """A Command to carry out; ``stack`` is where the next step goes once it is done (None: where it went before).

    A block in it may be named by path; ``first`` are Commands whose answers are told before. ``trace``: a run's is
    told.
    """

    command: Command
    stack: tuple[str, ...] | None = None
    first: tuple[Command, ...] = ()
    trace: bool = False


def wrong(message: str, **more: Any) -> UserError:
    """Make the error for arguments that do not read; the usage line is added where it is told."""
    return UserError(Diagnostic(codes.SLASH_ARGUMENTS.id, message, **more))


class Desk:
    """One conversation. ``name`` is the script at hand ("" for none); ``stack`` the open blocks, as ``s3/then``."""

    def __init__(self, bench: Bench, as_of: str = "") -> None:
        self.bench, self.as_of = bench, as_of
        self.name = ""
        self.stack: tuple[str, ...] = ()
        self.mocks: dict[str, tuple[str, ...]] = {}
        self.inputs: dict[str, dict[str, str]] = {}
        self.last_run: RunView | None = None

    def draft(self) -> ScriptView:
        """Give the draft at hand. Raises ``UserError`` where none is open."""
        view = self.bench.do(ShowScript(self.name, "json")) if self.name else None
        if isinstance(view, ScriptView) and view.state == "draft":
            return view
        if isinstance(view, ScriptView):
            message, hint = f"{self.name} is frozen and never changes", f"/fork {self.name} opens its next version"
        else:
            message, hint = "no draft is open", "/new NAME begins one, /open NAME goes to one"
        raise UserError(Diagnostic(codes.NO_DRAFT.id, message, hint=hint))

    def go(self, name: str) -> None:
        """Make ``name`` the script at hand."""
        if name != self.name:
            self.name, self.stack = name, ()

    def turn_to(self, name: str) -> None:
        """Make ``name`` the script at hand, unless a draft of another name is: a look elsewhere takes no pen away."""
        here = self.bench.do(ShowScript(self.name, "json")) if self.name not in ("", name) else None
        if not (isinstance(here, ScriptView) and here.state == "draft"):
            self.go(name)

    def subject(self, word: str = "") -> str:
        """Give the script that is meant: the one that was said, else the one at hand."""
        if not (word or self.name):
            raise UserError(Diagnostic(codes.NO_DRAFT.id, "no script was named yet", hint="/list shows what there is"))
        return word or self.name

    def names(self, script: Json) -> Names:
        """Give what a step of ``script`` may speak of."""
        return Names(self.bench.environment(), frozenset(bound_names(script)))

    def scripts(self) -> dict[str, str]:
        """Give every script and draft by name, with its state; a draft counts before what is frozen."""
        found = self.bench.do(ListScripts())
        if isinstance(found, Failed):
            raise UserError(*found.diagnostics)
        assert isinstance(found, ScriptList), found
        return {row.name: row.state for row in sorted(found.rows, key=lambda row: row.state, reverse=True)}

    def view(self, ref: str) -> ScriptView:
        """Show a script. Raises ``UserError`` where there is none."""
        found = self.bench.do(ShowScript(ref, "json"))
        if isinstance(found, Failed):
            raise UserError(*found.diagnostics)
        assert isinstance(found, ScriptView), found
        return found

    # --- places -----------------------------------------------------------------------------------------

    def block(self, script: Json) -> str:
        """Give the path of the block that the next step goes to: ``steps`` or ``steps/2/then``."""
        self.stack = tuple(place for place in self.stack if _owner(script, place))
        if not self.stack:
            return "steps"
        _, _, field = self.stack[-1].rpartition("/")
        return f"{_owner(script, self.stack[-1])}/{field}"


def _owner(script: Json, block: str) -> str:
    """Give the path of the step that holds a block, "" where it is gone."""
    id_, _, field = block.rpartition("/")
    for path, step in every_step(script):
        if id_ in (step.get("id"), path) and field in _FIELDS.get(str(step.get("op")), ()):
            return path
    return ""


def by_id(script: Json, block: str) -> str:
    """Name a block by the id of the step that holds it, which edits keep, where it was named by path."""
    owner, _, field = block.rpartition("/")
    found = next((step for path, step in every_step(script) if path == owner), None)
    return f"{found['id']}/{field}" if found is not None and "id" in found else block


def steps_in(script: Json, block: str) -> list[Any]:
    """Give the steps of a block by its path; an absent one is empty."""
    if block == "steps":
        found = script.get("steps", [])
    else:
        owner, _, field = block.rpartition("/")
        found = dict(every_step(script)).get(owner, {}).get(field, [])
    return found if isinstance(found, list) else []


def path_of(script: Json, word: str) -> str:
    """Find a step by id, path, or the one name that it binds. Raises ``UserError``."""
    if not word:
        raise wrong("a step is missing: say its id, as /show writes it, or its name")
    named = [path for path, step in every_step(script) if word in (step.get("name"), step.get("as"))]
    ids = [str(step.get("id", "")) for _, step in every_step(script)]
    if word in ids or word.startswith("steps/"):
        place, rest = find_place(script, word)
        if not rest and place.index < len(place.block):
            return place.path
    elif len(named) == 1:
        return named[0]
    elif named:
        raise wrong(f"{len(named)} steps are called {word}", hint="say which by its id: /show")
    known = [str(step["name"]) for _, step in every_step(script) if step.get("name")]
    raise wrong(f"there is no step {word[:60]!r}", found=word[:60], nearest=nearest_name(word, known))


def split(path: str) -> tuple[str, int]:
    """Split a step's path into its block and its place there."""
    block, _, index = path.rpartition("/")
    return block, int(index)


def run_ref(desk: Desk, word: str) -> str:
    """Give the run that was named, else the latest of this conversation."""
    if word:
        return word
    if desk.last_run is None:
        raise wrong("which run is missing", hint="/runs lists them")
    return desk.last_run.run
