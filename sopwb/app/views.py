"""Builds the views of scripts that several handlers answer with. Pure over what the library gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopwb.app.acting.consent import Allowance
from sopwb.app.compiling import compile_draft, compile_frozen
from sopwb.app.library import Draft
from sopwb.app.outputs import JobView, OutlineRow, ScriptView
from sopwb.app.signatures import signature_line
from sopwb.kernel.diagnostics import UserError
from sopwb.lang.compile import Checked
from sopwb.lang.english import english
from sopwb.lang.outline import outline

if TYPE_CHECKING:
    from sopwb.app.library import Job
    from sopwb.app.workbench import Workbench


def draft_view(bench: Workbench, draft: Draft, changes: tuple[str, ...] = ()) -> ScriptView:
    """Show a draft with its diagnostics; a source that cannot be read is one of them."""
    try:
        checked: Checked | None = compile_draft(bench, draft.script)
        diagnostics = checked.diagnostics if checked else ()
    except UserError as error:
        checked, diagnostics = None, error.diagnostics
    return ScriptView(
        name=draft.name,
        state="draft",
        hash="",
        rev=draft.rev,
        signature=signature_line(draft.name, draft.script),
        script=draft.script,
        outline=_rows(draft.script),
        english=_english(checked),
        diagnostics=diagnostics,
        changes=changes,
    )


def frozen_view(bench: Workbench, name: str, hash_: str) -> ScriptView:
    """Show a frozen script: as it was written where its note is there, always checked in its canonical form."""
    raw = bench.library.raw(hash_)
    checked = compile_frozen(bench, hash_)
    return ScriptView(
        name=name,
        state="frozen",
        hash=hash_,
        rev="",
        signature=signature_line(name, bench.library.canonical(hash_)),
        script=raw,
        outline=_rows(raw),
        english=_english(checked),
        diagnostics=checked.diagnostics,
    )


def job_view(bench: Workbench, job: Job) -> JobView:
    return JobView(
        name=job.name,
        hash=job.hash,
        script=job.script,
        script_name=bench.library.name_of(job.script),
        inputs=job.inputs,
        mocks=job.mocks,
        output=job.output,
        consent=tuple(Allowance(tool, most).words() for tool, most in job.consent),
    )


def _rows(raw: dict[str, Any]) -> tuple[OutlineRow, ...]:
    return tuple(OutlineRow(line.path, line.depth, line.text, line.id) for line in outline(raw))


def _english(checked: Checked | None) -> str:
    if checked is None or checked.ast is None:
        return ""
    return english(checked.ast, checked.ir)
