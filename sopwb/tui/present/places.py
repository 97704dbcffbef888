"""Rows of the script tree: what a script's view shows below its name, with each diagnostic on its step."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from sopwb.app.outputs import ScriptRow, ScriptView
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.tui.present.trace import step_of

Kind: TypeAlias = Literal["group", "draft", "frozen", "job", "step", "block", "problem", "note"]
GROUPS: tuple[tuple[Kind, str], ...] = (("draft", "Drafts"), ("frozen", "Frozen scripts"), ("job", "Jobs"))


class Place(msgspec.Struct, frozen=True):
    """What a node of the tree stands for. ``owner`` is the script's kind; ``path`` its step's place in it."""

    kind: Kind
    owner: Kind = "group"
    name: str = ""
    hash: str = ""
    path: str = ""
    text: str = ""
    depth: int = 0
    diagnostic: Diagnostic | None = None

    @property
    def ref(self) -> str:
        """What a Command calls it: a draft by its name, anything frozen by its hash."""
        return self.name if self.owner == "draft" else self.hash


def script_place(row: ScriptRow) -> Place:
    """Give the place of a listed script, draft or job."""
    kind: Kind = "job" if row.kind == "job" else "draft" if row.state == "draft" else "frozen"
    return Place(kind, kind, row.name, row.hash, text=row.signature)


def step_places(owner: Place, view: ScriptView) -> list[Place]:
    """Lay a script out: its signature, its steps by depth, and the diagnostics below what they are about."""

    def place(kind: Kind, path: str, text: str, depth: int, diagnostic: Diagnostic | None = None) -> Place:
        return Place(kind, owner.kind, owner.name, owner.hash, path, text, depth, diagnostic)

    known = {row.path for row in view.outline}
    by_step: dict[str, list[Diagnostic]] = {}
    for diagnostic in view.diagnostics:
        step = step_of(diagnostic.path)
        by_step.setdefault(step if step in known else "", []).append(diagnostic)
    rows = [place("note", "", signature_words(view), 0)]
    rows += [place("problem", found.path, problem_words(found), 0, found) for found in by_step.get("", ())]
    for row in view.outline:
        rows.append(place("step" if row.path.rpartition("/")[2].isdigit() else "block", row.path, row.text, row.depth))
        rows += [
            place("problem", row.path, problem_words(found), row.depth + 1, found)
            for found in by_step.get(row.path, ())
        ]
    if not view.outline:
        rows.append(place("note", "", "no steps yet: press a to insert the first", 0))
    return rows


def signature_words(view: ScriptView) -> str:
    """Write what the script takes and gives, without its name."""
    text = view.signature
    return text[len(view.name) :].strip() if text.startswith(view.name) else text


def problem_words(diagnostic: Diagnostic) -> str:
    """Say a diagnostic beside its step: what is wrong, what was meant, and the key that mends it."""
    text = f"{diagnostic.code} {diagnostic.message}"
    field = diagnostic.path.rpartition("/")[2]
    if field and not field.isdigit():
        text = f"{diagnostic.code} {field}: {diagnostic.message}"
    if diagnostic.nearest:
        text += f"; did you mean {diagnostic.nearest}?"
    if diagnostic.hint:
        text += f" ({diagnostic.hint})"
    if diagnostic.fix is not None:
        text += f" [. {diagnostic.fix.label}]"
    return text


def state_words(view: ScriptView) -> str:
    """Say whether a draft checks."""
    count = len(view.diagnostics)
    if not count:
        return "✓ checks"
    return f"✗ {count} to mend"
