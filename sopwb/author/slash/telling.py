"""Outputs as the chat tells them: a sentence, and what is laid out (scripts, lists, JSON) as an indented block.

Markdown shows such a block as it stands, and so does a plain terminal. Deliberately not here: what changed in a draft,
which is told from two revisions (``changes``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from sopwb.app import outputs as o
from sopwb.app.comparison_text import comparison_lines, preview_lines, run_difference_lines
from sopwb.app.effect_words import argument_words
from sopwb.app.example_outputs import ExampleList, ExamplesTried
from sopwb.app.example_text import list_lines, tried_lines
from sopwb.kernel.canonical import json_text
from sopwb.kernel.diagnostics import Diagnostic
from sopwb.kernel.ids import short_id
from sopwb.kernel.limits import TRACE_LINES_SHOWN
from sopwb.lang.codes import RETURN_MISSING
from sopwb.lang.difference import Change

_INDENT: Final = "    "
_EFFECTS_SHOWN: Final = 20
_PROBLEMS_SHOWN: Final = 5
_PLACE: Final = re.compile(r"\bat (steps/[\w/]*\w)")
"""What has no name is told by its path; commands take its id."""
_SIGNS: Final = {"added": "+", "removed": "-", "moved": ">", "changed": "~"}


def laid_out(lines: Iterable[str]) -> str:
    """Write lines as an indented block."""
    return "\n".join(f"{_INDENT}{line}" for text in lines for line in text.split("\n"))


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay rows out in aligned columns; the last one is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def changes(view: o.ScriptView, found: Sequence[Change]) -> str:
    """Say what changed in a draft, each step by its id, and what it still lacks."""
    lines = [line for change in found for line in _change(view, change)]
    return page(f"{view.name} changed." if lines else f"Nothing changed in {view.name}.", laid_out(lines), lacks(view))


def _change(view: o.ScriptView, change: Change) -> list[str]:
    """Say one change; a step that was added with steps in it shows them below."""
    row = next((row for row in view.outline if row.path == change.path), None)
    text = _with_ids(view, change.text)
    if row is None or change.kind == "removed":
        return [f"{_SIGNS[change.kind]} {text}"]
    inner = [r for r in view.outline if change.kind == "added" and r.path.startswith(row.path + "/")]
    below = [f"+ {f'{r.id}: ' if r.id else ''}{'  ' * (r.depth - row.depth)}{r.text}" for r in inner]
    return [f"{_SIGNS[change.kind]} {row.id}: {text}", *below]


def _with_ids(view: o.ScriptView, text: str) -> str:
    """Name the steps in a text by the ids that commands take."""
    ids = {row.path: row.id for row in view.outline}
    return _PLACE.sub(lambda found: f"at {ids.get(found[1]) or found[1]}", text)


def lacks(view: o.ScriptView) -> str:
    """Say what a script has to have mended before it runs, "" where it checks."""
    if not view.diagnostics:
        return ""
    if all(found.code == RETURN_MISSING.id for found in view.diagnostics):
        # Whoever writes a script step by step has not come to its end yet: that is no mistake.
        return f"It still has to return {view.diagnostics[0].expected} on every path."
    more = len(view.diagnostics) - _PROBLEMS_SHOWN
    lines = [problem(view, d) for d in view.diagnostics[:_PROBLEMS_SHOWN]] + ([f"and {more} more"] if more > 0 else [])
    return page("It does not check yet:", laid_out(lines))


def problem(view: o.ScriptView, found: Diagnostic) -> str:
    """Say a diagnostic, its step by the id that commands take."""
    row = max((row for row in view.outline if _in(found.path, row.path)), key=lambda row: len(row.path), default=None)
    if row is None or not row.id:
        return _with_ids(view, found.line())
    return _with_ids(view, msgspec.structs.replace(found, path=row.id + found.path[len(row.path) :]).line())


def _in(path: str, step: str) -> bool:
    return path == step or path.startswith(step + "/")


def outline(view: o.ScriptView) -> str:
    """Show a script a line a step, with the ids that commands take."""
    head = f"{view.signature}   {view.state} {short_id(view.hash or view.rev)}"
    width = max((len(row.id) for row in view.outline), default=0)
    lines = [f"{row.id:<{width}}  {'  ' * row.depth}{row.text}" for row in view.outline]
    return page(head, laid_out(lines or ["no steps yet"]), lacks(view))


def script(view: o.ScriptView, form: str) -> str:
    """Show a script in the form that was asked for."""
    if form == "outline":
        return outline(view)
    return page(view.signature, laid_out([view.text or "it does not read as English yet"]), lacks(view))


# --- runs -----------------------------------------------------------------------------------------------


def run(view: o.RunView, trace: bool = False) -> str:
    """Say how a run ended, what it planned or did, and what to do next."""
    how = {"dry_run": " (dry run)", "mocked": f" (mocked: {', '.join(view.mocks)})"}.get(view.mode, "")
    inputs = ", ".join(f"{name} = {json_text(value)}" for name, value in view.inputs.items())
    head = f"{view.name}({inputs})"
    if view.error is not None:
        said = f"{head} ended with an error{how}: {view.error.line()}"
    else:
        said = f"{head} gives {json_text(view.result)}{how}."
    return page(said, _effects(view), acting(view), trace_lines(view) if trace else "")


def _effects(view: o.RunView) -> str:
    if not view.effects_total:
        return ""
    lines = []
    for effect in view.effects[:_EFFECTS_SHOWN]:
        args = argument_words(effect.args)
        lines.append(f"{effect.state}{f' [{effect.item}]' if effect.item else ''} {effect.tool} {args}".rstrip())
    more = view.effects_total - len(lines)
    return page(f"{view.effects_total:,} effects:", laid_out([*lines, *([f"{more:,} more"] if more > 0 else [])]))


def acting(view: o.RunView) -> str:
    """Say how a run's acting stands, and which command goes on with it."""
    if view.acting is None:
        return ""
    id_ = short_id(view.run)
    lines = [f"{view.status.replace('_', ' ')}{f': {view.acting.why}' if view.acting.why else ''}"]
    lines += [f"{count} {state.replace('_', ' ')}" for state, count in view.acting.counts.items()]
    lines += [f"needs a yes: {words}" for words in view.acting.unconsented]
    lines += [f"{note.state} {note.tool} {note.key[:12]}: {note.reason}" for note in view.acting.notes[:_EFFECTS_SHOWN]]
    if view.acting.unconsented and view.status != "cancelled":
        lines.append(f"next: /approve {id_} --resume")
    elif view.acting.counts.get("in_doubt"):
        lines.append(f"next: /resolve {id_} done, again or abandon")
    elif view.status in ("paused", "failed", "needs_attention"):
        lines.append(f"next: /resume {id_}")
    return page(f"Run {id_}:", laid_out(lines))


def trace_lines(view: o.RunView) -> str:
    """Say a run's trace, a line an event."""
    spoken = [text for line in view.trace[:TRACE_LINES_SHOWN] for text in line.text.splitlines()]
    more = view.trace_total - TRACE_LINES_SHOWN
    return laid_out([*spoken, *([f"and {more:,} more"] if more > 0 else [])]) if spoken else "Its trace is empty."


def effects(output: o.EffectList) -> str:
    """Lay out a run's effects, each with its state, or say into which file they went."""
    if output.file:
        return f"{output.total:,} effects are written to {output.file}."
    rows = [_effect(row) for row in output.rows[:_EFFECTS_SHOWN]]
    more = output.total - len(rows)
    tail = f"{more:,} more; --output FILE.csv has all" if more > 0 else ""
    return page(_table(f"Effects of {short_id(output.run)}:", rows, "There are no such effects."), tail)


def _effect(row: o.EffectRow) -> tuple[str, ...]:
    why = " ".join((*row.codes, row.code, row.reason)).strip()
    return row.state.replace("_", " "), row.key[:12], row.tool, row.item or "-", row.to or "-", why


# --- lists and the rest -----------------------------------------------------------------------------------


def _table(head: str, rows: Sequence[Sequence[str]], empty: str) -> str:
    return page(head, laid_out(columns(rows))) if rows else empty


def tell(output: o.Output) -> str:
    """Say an Output of its own; runs, scripts and changes have their own functions."""
    match output:
        case o.Failed(diagnostics):
            return "\n".join(d.line() for d in diagnostics[:_PROBLEMS_SHOWN])
        case o.PutAway():
            return f"{short_id(output.run)}: its journal is now .sopwb/{output.name}."
        case o.EffectList():
            return effects(output)
        case o.Dropped(name):
            return f"{name} is dropped. What it was stays in the store."
        case o.Renamed(old, new):
            return f"{old} is now {new}."
        case o.Frozen():
            return frozen(output)
        case o.FreezePreview():
            lines = preview_lines(output)
            return page(lines[0], laid_out(lines[1:])) if lines else ""
        case o.JobView():
            return job(output)
        case o.ScheduleView(paused=True):
            return f"{output.name} is paused: its slots are skipped until /schedule-resume {output.name}."
        case o.ScheduleView():
            when = f"{output.words or output.spec} ({output.zone})"
            due = ", ".join(output.next_due)
            return page(f"{output.name} runs {when}. Next: {due}.", "sopwb daemon fires it, and /tick what is due.")
        case o.DueTimes(name, times):
            return page(f"{name} is due", laid_out(times))
        case o.Difference(changes=found):
            return page(f"From {output.a} to {output.b}:", laid_out(found)) if found else "There is no difference."
        case o.Comparison():
            lines = comparison_lines(output)
            return page(lines[0], laid_out(lines[1:]))
        case o.RunDifference():
            lines = run_difference_lines(output)
            return page(lines[0], laid_out(lines[1:])) if lines else "The runs are the same."
        case o.Replayed():
            return f"The same: trace {output.trace_hash}" if output.same else f"It differs: {output.first_difference}"
        case o.Evaluated(reply):
            return laid_out([json_text(reply)])
        case o.StoreReport():
            state = "The store is sound." if not output.problems else "The store is damaged:"
            return page(state, laid_out([*output.problems, *output.notices]), numbers(output))
        case o.PlanView(name, loops):
            parts = [f"{loop.path}\n{loop.text}" + (f"\n\n{loop.sql}" if loop.sql else "") for loop in loops]
            return page(name, laid_out(parts)) if parts else f"{name} has no loop over a source: it runs by rows."
        case _:
            return _lists(output)


def _lists(output: o.Output) -> str:
    match output:
        case o.ScriptList(rows):
            return _table(
                "Scripts:", [(r.name, r.state, r.kind, r.signature) for r in rows], "There are no scripts yet."
            )
        case o.RunList(rows, strays):
            recorded = [(short_id(r.run), r.name, r.status, r.mode, r.as_of, f"{r.effects} effects") for r in rows]
            others = [(short_id(r.run), "", r.status, "", r.begun, r.why) for r in strays]
            return _table("Runs:", [*recorded, *others], "Nothing was run yet.")
        case o.JobList(rows):
            return _table(
                "Jobs:", [(r.name, r.script_name, short_id(r.script), _mocked(r)) for r in rows], "No jobs yet."
            )
        case o.ScheduleList(rows):
            return _table(
                "Schedules:",
                [(r.name, r.words or r.spec, r.zone, _next(r)) for r in rows],
                "No schedules yet.",
            )
        case ExampleList():
            lines = list_lines(output)
            return page(f"Examples of {output.name}:", laid_out(lines)) if output.rows else "\n".join(lines)
        case ExamplesTried():
            return laid_out(tried_lines(output))
        case o.NoticeList(rows):
            return _table("Notices:", [(r.time, r.kind, r.key, r.text) for r in rows], "There are no notices.")
        case o.Fired():
            return fired(output)
        case o.DataList(rows):
            return _table("Data:", [(r.name, r.format, _count(r), _fields(r)) for r in rows], "No data is declared.")
        case o.WordList(rows):
            return _table("Words:", [(r.word, f"= {r.means}") for r in rows], "No other words are known.")
        case o.ToolList(rows):
            return _table("Tools:", [(t.name, t.kind, _args(t), _ready(t)) for t in rows], "There are no tools.")
        case o.History(name, rows):
            return _table(f"History of {name}:", [(r.time[:19], r.what, short_id(r.hash), r.why) for r in rows], "")
        case o.SourceView():
            head = f"{output.name}: {output.format}, {_count(output)} records, key {output.key or 'none'}"
            return page(head, laid_out(columns(output.fields)), laid_out(json_text(row) for row in output.sample))
        case o.DataProfile():
            rows_ = [
                (f.name, f.type, _nulls(f), f"{f.least} to {f.greatest}" if f.least else "") for f in output.fields
            ]
            return page(f"{output.name}: {output.rows:,} records, key {output.key or 'none'}", laid_out(columns(rows_)))
        case _:
            return laid_out([json_text(msgspec.to_builtins(output))])


def numbers(output: o.StoreReport) -> str:
    """Lay out counts and sizes."""
    return laid_out(columns([(name, f"{number:,}") for name, number in output.numbers.items()]))


def frozen(output: o.Frozen) -> str:
    """Say what was frozen, and who follows or stays behind."""
    names = ", ".join(f"{name} as {short_id(hash_)}" for name, hash_ in output.names.items())
    moved = f"{', '.join(output.repinned)} follow." if output.repinned else ""
    callers = ", ".join(output.callers)
    behind = f"{callers} still use the version before: /freeze --repin moves them with the next one." if callers else ""
    held = (
        f"{output.examples} {'example holds' if output.examples == 1 else 'examples hold'}." if output.examples else ""
    )
    return page(f"Froze {names}.", held, moved, behind)


def job(view: o.JobView) -> str:
    """Say what a job runs, with what, and what it may do."""
    lines = [f"runs {view.script_name} {short_id(view.script)}"]
    lines += [f"inputs {json_text(view.inputs)}"] if view.inputs else []
    lines += [_mocked(view)] if view.mocks else []
    lines += [f"may act: {', '.join(view.consent)}"] if view.consent else []
    return page(f"{view.name} is a batch job.", laid_out(lines))


def fired(output: o.Fired) -> str:
    """Say what a round or a backfill ran, skipped and failed."""
    busy = [f"{name}: another process is at it" for name in output.busy]
    problems = [problem.line() for problem in output.problems]
    table = _table("Slots:", [_slot(row) for row in output.rows], "" if busy or problems else "Nothing was due.")
    return page(table, laid_out([*busy, *problems]))


def _slot(row: o.SlotRow) -> tuple[str, ...]:
    many = f"{row.count} slots from here on: " if row.count > 1 else ""
    what = f"{many}{row.reason or row.status.replace('_', ' ')}"
    return row.schedule, row.due, row.state, short_id(row.run) if row.run else "-", what


def _next(row: o.ScheduleView) -> str:
    return "paused" if row.paused else row.next_due[0] if row.next_due else "never"


def _mocked(view: o.JobView) -> str:
    return f"mocked: {', '.join(view.mocks)}" if view.mocks else ""


def _count(view: o.SourceView) -> str:
    return f"{view.rows:,}" if view.rows >= 0 else "?"


def _fields(view: o.SourceView) -> str:
    return view.problem.line() if view.problem else ", ".join(f"{name}: {type_}" for name, type_ in view.fields)


def _nulls(field: o.FieldProfile) -> str:
    return "" if field.nulls < 0 else f"{field.nulls:,} null"


def _args(tool: o.ToolView) -> str:
    return "(" + ", ".join(f"{name}: {type_}" for name, type_ in tool.args) + ")"


def _ready(tool: o.ToolView) -> str:
    if tool.problem is not None:
        return tool.problem.line()
    return "ready" if tool.configured else "planned and mocked only"
