"""Looking at scripts: lists, forms, checks, differences, histories. Nothing here changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sopwb.app.commands import CheckScript, DiffScripts, ListScripts, ScriptHistory, ShowScript
from sopwb.app.outputs import AnyOutput, Difference, History, HistoryRow, ScriptList, ScriptRow, ScriptView
from sopwb.app.signatures import signature_line
from sopwb.app.views import draft_view, frozen_view
from sopwb.kernel.canonical import json_text
from sopwb.lang.edits import difference
from sopwb.lang.outline import pretty_json

if TYPE_CHECKING:
    from sopwb.app.workbench import Workbench


def check_script(bench: Workbench, command: CheckScript) -> AnyOutput:
    """Check a draft against the live workspace, or a frozen script against its own contract."""
    return _view(bench, command.ref, draft=True)


def show_script(bench: Workbench, command: ShowScript) -> AnyOutput:
    """Show a script with the text of the form that was asked for."""
    view = _view(bench, command.ref, command.draft)
    match command.form:
        case "json":
            text = pretty_json(view.script)
        case "canonical":
            text = json_text(bench.library.canonical(view.hash), indent=1) if view.hash else pretty_json(view.script)
        case "english":
            text = view.english
        case _:
            text = "\n".join("  " * row.depth + row.text for row in view.outline)
    return msgspec.structs.replace(view, text=text)


def list_scripts(bench: Workbench, command: ListScripts) -> AnyOutput:
    """List drafts, frozen scripts and jobs, by name."""
    rows: list[ScriptRow] = []
    library = bench.library
    for name, rev in library.names("draft").items():
        rows.append(ScriptRow(name, rev, "draft", "script", signature_line(name, library.draft_at(rev).script)))
    for name, hash_ in library.names("script").items():
        rows.append(ScriptRow(name, hash_, "frozen", "script", signature_line(name, library.canonical(hash_))))
    for name, hash_ in library.names("job").items():
        job = library.job_at(name, hash_)
        rows.append(ScriptRow(name, hash_, "frozen", "job", signature_line(name, library.canonical(job.script))))
    if command.find:
        from sopwb.app.searching import find_names  # here, since only a search pays for TinyDB

        found = find_names(bench.store, command.find)
        rows = [row for row in rows if row.name in found and row.state == "frozen"]
    return ScriptList(tuple(sorted(rows, key=lambda row: (row.name, row.kind, row.state))))


def diff_scripts(bench: Workbench, command: DiffScripts) -> AnyOutput:
    """Say in words what changed from one script to the other; from a frozen one to its draft where one is given."""
    if not command.b:
        bench.library.need_frozen(command.a)
    a = _view(bench, command.a, draft=False)
    b = _view(bench, command.b or f"draft:{bench.library.named(command.a, a.hash)}", draft=True)
    changes = tuple(change.text for change in difference(a.script, b.script))
    return Difference(command.a, command.b or b.name, changes, pretty_json(a.script), pretty_json(b.script))


def script_history(bench: Workbench, command: ScriptHistory) -> AnyOutput:
    """List every version and draft revision that the name has pointed to, oldest first."""
    rows = [
        HistoryRow(change.new or "", change.time.isoformat(), room, change.why)
        for room in ("draft", "script", "job", "example")
        for change in bench.store.ref_history(f"{room}/{command.name}")
    ]
    if not rows:
        bench.library.resolve(command.name)
    return History(command.name, tuple(sorted(rows, key=lambda row: row.time)))


def _view(bench: Workbench, ref: str, draft: bool) -> ScriptView:
    library = bench.library
    ref = library.pinned(ref)
    names = library.names("draft")
    frozen = library.names("script")
    if ref in names and (draft or ref not in frozen):
        return draft_view(bench, library.need_draft(ref))
    id_ = library.resolve(ref, ("script", "job", "draft"))
    kind, _ = bench.store.get(id_)
    match kind:
        case "draft":
            return draft_view(bench, library.draft_at(id_))
        case "job":
            job = library.job_at(ref, id_)
            return frozen_view(bench, library.name_of(job.script) or ref, job.script)
        case _:
            return frozen_view(bench, library.name_of(id_) or ref, id_)
