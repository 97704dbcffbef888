"""Changing drafts: each change is a new revision whose parent is the one before; undo and redo move the name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.app.commands import ApplyEdits, DropDraft, RedoEdit, SaveDraft, UndoEdit
from sopwb.app.library import Draft, need_name
from sopwb.app.outputs import AnyOutput, Dropped
from sopwb.app.views import draft_view
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.limits import SCRIPT_BYTES_MAX, WHY_CHARS_MAX
from sopwb.lang.edits import apply_edit, difference, with_ids
from sopwb.lang.extraction import extract

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def save_draft(bench: Workbench, command: SaveDraft) -> AnyOutput:
    """Create a draft or replace it whole. A script that does not check is kept all the same, with its diagnostics."""
    need_name(command.name)
    if len(json_text(command.script)) > SCRIPT_BYTES_MAX:
        raise UserError(Diagnostic("SOP-P001", f"the script is larger than {SCRIPT_BYTES_MAX} bytes"))
    before = bench.library.draft(command.name)
    _same_base(before, command.base)
    return _store(bench, command.name, before, with_ids(command.script), command.why or "write the script")


def apply_edits(bench: Workbench, command: ApplyEdits) -> AnyOutput:
    """Apply edits in order, all or none."""
    before = bench.library.need_draft(command.name)
    _same_base(before, command.base)
    script, parts = before.script, dict[str, Any]()
    for edit in command.edits:
        if edit.get("edit") == "extract":
            script, name, part = _extract(bench, script, edit, parts)
            parts[name] = part
            continue
        edited = apply_edit(script, edit)
        if not isinstance(edited, dict):
            raise UserError(*edited)
        script = edited
    what = command.why or ", ".join(str(edit.get("edit", "edit")) for edit in command.edits)
    return _store(bench, command.name, before, script, what, parts)


def undo_edit(bench: Workbench, command: UndoEdit) -> AnyOutput:
    """Move the draft to the revision that it was made from."""
    now = bench.library.need_draft(command.name)
    if not now.parent:
        raise UserError(Diagnostic("SOP-A004", f"{command.name} has nothing to undo"))
    return _move(bench, now, bench.library.draft_at(now.parent), "undo")


def redo_edit(bench: Workbench, command: RedoEdit) -> AnyOutput:
    """Move the draft to the child that an undo last left."""
    now = bench.library.need_draft(command.name)
    for change in reversed(bench.store.ref_history(f"draft/{command.name}")):
        if change.new == now.rev and change.old and change.why == "undo":
            return _move(bench, now, bench.library.draft_at(change.old), "redo")
    raise UserError(Diagnostic("SOP-A004", f"{command.name} has nothing to redo"))


def drop_draft(bench: Workbench, command: DropDraft) -> AnyOutput:
    """Archive a draft's name, and its examples where nothing of that name is frozen; all of it stays in the store."""
    now = bench.library.need_draft(command.name)
    examples = bench.store.ref(f"example/{command.name}")
    with bench.store.transaction("drop draft") as tx:
        tx.set_ref(f"draft/{command.name}", None, old=now.rev, why="drop")
        if examples is not None and bench.store.ref(f"script/{command.name}") is None:
            tx.set_ref(f"example/{command.name}", None, old=examples, why="drop")
    return Dropped(command.name)


def _same_base(before: Draft | None, base: str) -> None:
    if base and (before is None or before.rev != base):
        raise UserError(
            Diagnostic(
                "SOP-A003",
                "the draft was changed since this edit was made",
                expected=base,
                found=before.rev if before else "no draft",
            )
        )


def _extract(
    bench: Workbench, script: dict[str, Any], edit: dict[str, Any], parts: dict[str, Any]
) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """Take steps out into a draft of their own. Gives what is left, and the new draft's name and script."""
    found = extract(script, edit, bench.environment())
    if isinstance(found, tuple):
        raise UserError(*found)
    need_name(found.name)
    if found.name in parts or bench.store.ref(f"draft/{found.name}") or bench.store.ref(f"script/{found.name}"):
        raise UserError(Diagnostic("SOP-A005", f"there is a script {found.name} already", found=found.name))
    return found.script, found.name, found.new_script


def _store(
    bench: Workbench,
    name: str,
    before: Draft | None,
    script: dict[str, Any],
    edit: str,
    parts: dict[str, dict[str, Any]] | None = None,
) -> AnyOutput:
    edit = edit[:WHY_CHARS_MAX]
    changes = tuple(change.text for change in difference(before.script, script)) if before else ()
    if before is not None and before.script == script:
        return draft_view(bench, before)
    with bench.store.transaction("edit draft") as tx:
        for part, raw in (parts or {}).items():
            bench.library.put_draft(tx, part, with_ids(raw), None, f"extract from {name}")
        rev = bench.library.put_draft(tx, name, script, before, edit)
    return draft_view(bench, Draft(name, rev, script, before.rev if before else "", edit), changes)


def _move(bench: Workbench, now: Draft, to: Draft, why: str) -> AnyOutput:
    with bench.store.transaction(why) as tx:
        tx.set_ref(f"draft/{now.name}", to.rev, old=now.rev, why=why)
    return draft_view(bench, to, tuple(change.text for change in difference(now.script, to.script)))
