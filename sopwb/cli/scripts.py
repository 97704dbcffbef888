"""``sopwb script …``"""

from __future__ import annotations

import sys
from typing import Any

from sopwb.app.commands import (
    CheckScript,
    CompareScripts,
    DiffScripts,
    ExplainPlan,
    ForkScript,
    FreezeScript,
    ListScripts,
    PreviewFreeze,
    RenameScript,
    ScriptHistory,
    ShowScript,
)
from sopwb.app.comparison_text import comparison_lines, preview_lines
from sopwb.app.outputs import (
    Comparison,
    Difference,
    FreezePreview,
    Frozen,
    History,
    PlanView,
    Renamed,
    ScriptList,
    ScriptView,
)
from sopwb.cli.exits import DONE, FAILED
from sopwb.cli.inputs import read_pairs
from sopwb.cli.printing import answer, builtins, columns, expect, finish, workbench
from sopwb.kernel.diagnostics import Diagnostic, UserError
from sopwb.kernel.ids import short_id


def list_scripts(folder: str | None, options: Any) -> int:
    """Print names, short hashes, states and signatures."""
    found = answer(folder, ListScripts(options.find), ScriptList)
    rows = found.rows if found else ()
    table = [(row.name, short_id(row.hash), row.state, row.kind, row.signature) for row in rows]
    return finish(
        found,
        options.json,
        columns(
            table,
            "no script has these words" if options.find else "no scripts yet: say what one must do with sopwb chat",
        ),
        [builtins(row) for row in rows],
    )


def show(folder: str | None, options: Any) -> int:
    """Print a script in one of its forms."""
    view = answer(folder, ShowScript(options.ref, options.form, not options.frozen), ScriptView)
    if view is None or options.json:
        return finish(view, options.json, "")
    head = f"{view.signature}   {view.state} {short_id(view.hash or view.rev)}"
    print(view.text if options.form in ("json", "canonical") else f"{head}\n{view.text}")
    return _diagnostics(view, fail=False)


def explain(folder: str | None, options: Any) -> int:
    """Print a script in plain English, as a person confirms it before freezing."""
    if options.plan:
        found = answer(folder, ExplainPlan(options.ref, read_pairs(options.input)), PlanView)
        return finish(found, options.json, _plans(found) if found else "")
    view = answer(folder, ShowScript(options.ref, "english"), ScriptView)
    return finish(view, options.json, view.text if view else "")


def _plans(found: PlanView) -> str:
    if not found.loops:
        return f"{found.name} has no loop over a source: it runs by rows"
    parts = [f"{loop.path}\n{loop.text}" + (f"\n\n{loop.sql}" if loop.sql else "") for loop in found.loops]
    from sopwb.kernel.limits import SET_RECORDS_MIN

    return "\n\n".join([*parts, f"Below {SET_RECORDS_MIN:,} records rows are faster, and used; both give the same."])


def check(folder: str | None, options: Any) -> int:
    """Print a script's diagnostics; exit 1 where there are any."""
    view = answer(folder, CheckScript(options.ref), ScriptView)
    if view is None:
        return FAILED
    if options.json:
        finish(view, True, "")
        return DONE if view.checks else FAILED
    if view.checks:
        print(f"{view.name} checks: {view.signature}")
    return _diagnostics(view, fail=True)


def diff(folder: str | None, options: Any) -> int:
    """Print what changed, a line each."""
    if options.on:
        return _compare(folder, options)
    if options.param or options.input or options.as_of:
        raise UserError(Diagnostic("SOP-U001", "--param, --input and --as-of go with --on SOURCE"))
    found = answer(folder, DiffScripts(options.a, options.b), Difference)
    return finish(found, options.json, "\n".join(found.changes) or "no difference" if found else "")


def _compare(folder: str | None, options: Any) -> int:
    """Print whose results differ over a source: the counts, then the items."""
    command = CompareScripts(
        options.a,
        options.b,
        options.on,
        options.param,
        read_pairs(options.input),
        options.as_of,
        options.limit,
    )
    with workbench(folder, options.as_of) as bench:
        if sys.stderr.isatty() and not options.json:
            from sopwb.cli.progress import Progress

            with Progress() as progress:
                output = bench.do(command, progress.show)
        else:
            output = bench.do(command)
    found = expect(output, Comparison)
    return finish(found, options.json, "\n".join(comparison_lines(found)) if found else "")


def history(folder: str | None, options: Any) -> int:
    """Print every version and revision of a name; ``@N`` is how ``NAME@N`` counts the frozen ones."""
    found = answer(folder, ScriptHistory(options.ref), History)
    rows, versions = list[tuple[str, ...]](), 0
    for row in found.rows if found else ():
        frozen = row.what == "script" and row.hash != ""
        versions += frozen
        what = f"{row.what} @{versions}" if frozen else row.what
        rows.append((row.time[:19], what, short_id(row.hash) if row.hash else "–", row.why))
    return finish(found, options.json, columns(rows, ""))


def freeze(folder: str | None, options: Any) -> int:
    """Freeze a draft and say every hash that was written; before that, on stderr, what the new version changes."""
    with workbench(folder, options.as_of) as bench:
        preview = bench.do(PreviewFreeze(options.name, options.as_of))
        if isinstance(preview, FreezePreview):
            for line in preview_lines(preview):
                print(line, file=sys.stderr)
        output = bench.do(FreezeScript(options.name, options.repin))
    found = expect(output, Frozen)
    if found is None or options.json:
        return finish(found, options.json, "")
    for name, hash_ in found.names.items():
        print(f"froze {name} as {hash_}")
    if found.examples:
        print(f"{found.examples} {'example holds' if found.examples == 1 else 'examples hold'}")
    if found.repinned:
        print(f"re-pinned {', '.join(found.repinned)}")
    if found.callers:
        print(f"still on the version before: {', '.join(found.callers)} (--repin moves them)")
    return DONE


def rename(folder: str | None, options: Any) -> int:
    found = answer(folder, RenameScript(options.old, options.new), Renamed)
    return finish(found, options.json, f"{options.old} is now {options.new}")


def fork(folder: str | None, options: Any) -> int:
    new = options.new or (options.ref if not options.ref.startswith(("b3:", "#")) else "")
    if not new:
        raise UserError(Diagnostic("SOP-U001", "a fork of a hash needs a name", hint="sopwb script fork HASH NAME"))
    found = answer(folder, ForkScript(options.ref, new), ScriptView)
    return finish(found, options.json, f"draft {new} opened from {options.ref}")


def _diagnostics(view: ScriptView, fail: bool) -> int:
    from sopwb.cli.main import report

    report(view.diagnostics)
    return FAILED if fail and view.diagnostics else DONE
