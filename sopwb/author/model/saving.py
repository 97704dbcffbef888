"""What was proposed comes true: a draft is tried, frozen, made a job, scheduled, when the person's words allow it.

Deliberately not here: reading those words (``consent``). A model's say-so is no consent.
"""

from __future__ import annotations

from typing import Any

from sopwb.app import commands as c
from sopwb.app import outputs as o
from sopwb.app.example_outputs import ExamplesTried
from sopwb.app.example_text import tried_lines
from sopwb.author.english.say import FIRED_BY, Page, error_line, replaced
from sopwb.author.model import consent
from sopwb.author.model.desk import Desk
from sopwb.author.model.tools import Propose
from sopwb.kernel.ids import short_id
from sopwb.kernel.limits import MODEL_TRIED_RECORDS
from sopwb.lang.environment import Signature
from sopwb.lang.types import is_optional, type_text
from sopwb.run.codes import NOT_FOUND, SCRIPT_FAILED


def allowed(desk: Desk, proposal: Propose, turn: str, pending: tuple[Propose, ...]) -> bool:
    """Whether the person asked for it in this turn, said yes to it, or corrects when it runs.

    "Save it" is about the script that was open, one that is named, or the only one proposed: not about a job, a
    schedule or a new script that a model adds to what was asked for.
    """
    waits = any((one.kind, one.name) == (proposal.kind, proposal.name) for one in pending)
    if waits and consent.agrees(turn):
        return True
    alone = len({one.name for one in desk.proposed}) == 1
    older = proposal.kind == "save" and proposal.name not in desk.views
    if not (alone or older or proposal.name == desk.begun_with or consent.means(turn, proposal.name)):
        return False
    if proposal.kind == "schedule":
        schedules = desk.bench.do(c.ListSchedules())
        rows = schedules.rows if isinstance(schedules, o.ScheduleList) else ()
        known = waits or any(row.job == proposal.name for row in rows)
        return consent.asks_to_schedule(turn) or (known and consent.says_when(turn))
    return consent.asks_to_save(turn) or (consent.only_agrees(turn) and proposal.name in desk.ran)


def keep_examples(desk: Desk, page: Page) -> None:
    """Keep the examples that the model gave in this turn; what they came to is for the person."""
    for example in desk.examples:
        done = desk.bench.do(example)
        if isinstance(done, ExamplesTried):
            page.add("I keep this example:\n\n" + "\n".join(f"- {line.strip()}" for line in tried_lines(done)[:-1]))
        elif isinstance(done, o.Failed):
            page.add(f"An example is not kept: {error_line(done)}")


def carry_out(desk: Desk, proposals: tuple[Propose, ...], page: Page) -> bool:
    """Do what was proposed, in order. Gives False at the first that cannot be done; the page says why."""
    for proposal in proposals:
        trouble = _one(desk, proposal, page)
        if trouble:
            page.add(trouble)
            return False
    return True


def _one(desk: Desk, proposal: Propose, page: Page) -> str:
    name = proposal.name
    trouble = _freeze(desk, name, page) if desk.draft(name) is not None else ""
    if trouble:
        return f"{name} is not saved: {trouble}"
    match proposal.kind:
        case "save":
            if name not in page.saved:
                page.save(name)
                page.add(f"{name} is saved already, as it stands.")
        case "job":
            job = desk.bench.do(c.SaveJob(name, mocks=tuple(proposal.mocks)))
            if isinstance(job, o.Failed):
                return error_line(job)
            page.save(name)
            mocked = f" with mocked {', '.join(proposal.mocks)}" if proposal.mocks else ""
            page.add(f"{name} is a batch job{mocked}.")
        case "schedule":
            done = desk.bench.do(c.AddSchedule(name, proposal.schedule))
            if not isinstance(done, o.ScheduleView):
                return error_line(done) if isinstance(done, o.Failed) else f"{name} is not scheduled."
            page.save(name)
            due = f" Next: {done.next_due[0]}." if done.next_due else ""
            page.add(f"{name} runs {done.words or done.spec}.{due} {FIRED_BY}")
    return ""


def _freeze(desk: Desk, name: str, page: Page) -> str:
    trouble = _try(desk, name)
    if trouble:
        return f"its dry run failed. {trouble}"
    preview = desk.bench.do(c.PreviewFreeze(name, desk.as_of))
    page.add(replaced(preview) if isinstance(preview, o.FreezePreview) else "")
    done = desk.bench.do(c.FreezeScript(name, repin=True))
    if not isinstance(done, o.Frozen):
        return error_line(done) if isinstance(done, o.Failed) else "it could not be frozen."
    page.save(name)
    page.add(f"Saved {name} as {short_id(done.hash)}.")
    return ""


def _try(desk: Desk, name: str) -> str:
    """Run a draft without effects before it is saved. Gives what went wrong; a ``fail`` or missing record is fine."""
    signature = desk.bench.environment().script(name, "")
    if signature is None:
        return "It has no signature that reads."
    for inputs in _inputs(desk, signature):
        done = desk.bench.do(c.RunScript(name, inputs, desk.as_of, dry_run=True, record=False, draft=True))
        if isinstance(done, o.Failed):
            return error_line(done)
        if isinstance(done, o.RunView) and done.error is not None and done.error.code not in (NOT_FOUND, SCRIPT_FAILED):
            return done.error.message
    return ""


def _inputs(desk: Desk, signature: Signature) -> list[dict[str, Any]]:
    """Give inputs to try: the conversation's, and records of the source that a parameter keys."""
    if not signature.params:
        return [{}]
    rows: list[dict[str, Any]] = []
    said = desk.last_inputs.get(signature.name)
    if said is not None and set(said) <= {param.name for param in signature.params}:
        rows.append(said)
    columns = {param.name: _values(desk, param.name, type_text(param.type)) for param in signature.params}
    left_out = {param.name for param in signature.params if is_optional(param.type) and not columns[param.name]}
    for number in range(max((len(values) for values in columns.values()), default=0)):
        rows.append({name: v[number % len(v)] for name, v in columns.items() if name not in left_out and v})
    return rows


def _values(desk: Desk, param: str, type_: str) -> list[Any]:
    environment = desk.bench.environment()
    for name in environment.source_names():
        source = environment.source(name)
        single = name.removesuffix("s")
        if source is None or source.key is None or param not in (source.key, f"{single}_{source.key}", single):
            continue
        shown = desk.bench.do(c.ShowData(name, MODEL_TRIED_RECORDS))
        if isinstance(shown, o.SourceView):
            return [row.get(source.key) for row in shown.sample]
    plain: dict[str, Any] = {"int": 1, "bool": True, "date": "2026-01-01", "timestamp": "2026-01-01T00:00:00Z"}
    return [plain.get(type_.removesuffix("?"), 1 if "decimal" in type_ else "x")] if not type_.endswith("?") else []
